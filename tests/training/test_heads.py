"""Heads learn from their articles alone, fill the columns of their labels, and come out the same every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from model.taxonomy import Taxonomy
from training.corpus import LabelledArticle
from training.dataset import Dataset, make_dataset
from training.heads import FittedHead, Heads, HeadTask, both_views, fit_heads
from training.vectorizer import ArabicTfidfVectorizer

WriteStories = Callable[..., list[LabelledArticle]]
SECTIONS = ("news", "economy", "sport")
TOPICS = ("elections", "oil-energy")


@pytest.fixture(scope="module")
def dataset(write_stories: WriteStories) -> Dataset:
    articles = [
        *write_stories(20, section="news", topics=["elections"]),
        *write_stories(20, section="economy", topics=["oil-energy"]),
        *write_stories(20, section="sport", topics=[]),
        *write_stories(15, section="news"),
        *write_stories(15, like="economy", topics=["elections"]),
    ]
    return make_dataset(articles, Taxonomy.of_labels(SECTIONS, TOPICS))


@pytest.fixture(scope="module")
def X(dataset: Dataset) -> sparse.csr_array:
    return ArabicTfidfVectorizer().fit_transform([*dataset.whole, *dataset.headlines]).astype(np.float64)


def task(dataset: Dataset, topic: int | None, learned_from: NDArray[np.bool_] | None = None) -> HeadTask:
    known = dataset.section >= 0 if topic is None else dataset.topics_known
    return HeadTask(topic, known if learned_from is None else learned_from, np.zeros(len(dataset), dtype=np.bool_))


def fit(X: sparse.csr_array, dataset: Dataset, *tasks: HeadTask, seed: int = 0, jobs: int = 1) -> list[FittedHead]:
    heads = list(fit_heads(X, dataset, tasks, C=0.5, seed=seed, jobs=jobs))
    assert {id(head.task) for head in heads} <= {id(task) for task in tasks} or jobs > 1
    return sorted(heads, key=lambda head: -1 if head.task.topic is None else head.task.topic)


def scores(X: sparse.csr_array, head: FittedHead) -> NDArray[np.float64]:
    return np.asarray(X @ head.coef.T + head.intercept)


def test_both_views_are_the_rows_of_whole_articles_and_of_headlines() -> None:
    assert both_views(np.array([False, True, True])).tolist() == [1, 2, 4, 5]


def test_sections_and_topics_are_learned_in_both_views(X: sparse.csr_array, dataset: Dataset) -> None:
    section, elections, oil = fit(X, dataset, task(dataset, None), task(dataset, 0), task(dataset, 1))
    rows = both_views(dataset.section >= 0)
    assert section.coef.shape == (3, X.shape[1])
    assert (scores(X, section).argmax(axis=1)[rows] == np.tile(dataset.section, 2)[rows]).mean() > 0.97
    rows = both_views(dataset.topics_known)
    for column, head in enumerate((elections, oil)):
        assert head.coef.shape == (1, X.shape[1])
        right = (scores(X, head)[:, 0] > 0) == np.tile(dataset.topics[:, column], 2)
        assert right[rows].mean() > 0.97


@pytest.mark.parametrize("topic", [None, 0], ids=["sections", "topic"])
def test_other_articles_teach_a_head_nothing(X: sparse.csr_array, dataset: Dataset, topic: int | None) -> None:
    known = task(dataset, topic)
    disturbed = X.toarray()
    others = both_views(~known.learned_from)
    assert others.size
    disturbed[others] = np.random.default_rng(0).random((others.size, X.shape[1]))
    relabelled = replace(
        dataset,
        section=np.where(dataset.section < 0, 2, dataset.section),
        topics=dataset.topics | ~dataset.topics_known[:, None],
    )
    (expected,) = fit(X, dataset, known)
    (found,) = fit(sparse.csr_array(disturbed), relabelled, known)
    assert (found.coef == expected.coef).all()
    assert (found.intercept == expected.intercept).all()


def test_two_sections_mirror_one_another(X: sparse.csr_array, dataset: Dataset) -> None:
    two = np.isin(dataset.section, [0, 2])  # the section between has no examples: its column stays empty
    (head,) = fit(X, dataset, task(dataset, None, two))
    assert (head.coef[0] == -head.coef[2]).all()
    assert head.intercept[0] == -head.intercept[2]
    assert not head.coef[1].any()
    assert head.intercept[1] == -1
    rows = both_views(two)
    assert (scores(X, head)[rows].argmax(axis=1) == np.tile(dataset.section, 2)[rows]).all()


@pytest.mark.parametrize("topic", [None, 1], ids=["one section", "no example of a topic"])
def test_one_label_alone_teaches_nothing(X: sparse.csr_array, dataset: Dataset, topic: int | None) -> None:
    (head,) = fit(X, dataset, task(dataset, topic, dataset.section == 0))
    assert not head.coef.any()
    assert (head.intercept == -1).all()


def test_no_articles_teach_nothing(X: sparse.csr_array, dataset: Dataset) -> None:
    (head,) = fit(X, dataset, task(dataset, 0, np.zeros(len(dataset), dtype=np.bool_)))
    assert not head.coef.any()


def test_the_seed_decides_alone(X: sparse.csr_array, dataset: Dataset) -> None:
    first, second = (fit(X, dataset, task(dataset, None), seed=5)[0] for _ in range(2))
    (other,) = fit(X, dataset, task(dataset, None), seed=6)
    assert (first.coef == second.coef).all()
    assert (first.coef != other.coef).any()


def test_a_small_outlet_is_heard_beside_a_large_one() -> None:
    """Both file the same word under another label; nobody but the small outlet's name can save its articles."""
    words = ["ملعب"] * 60 + ["برلمان"] * 60 + ["ملعب"] * 6 + ["برلمان"] * 30
    section = np.array([0] * 60 + [1] * 60 + [1] * 6 + [1] * 30, dtype=np.intp)
    X = sparse.csr_array(np.tile(np.column_stack([[word == "ملعب" for word in words], np.ones(156)]), (2, 1)))
    margins = []
    for small in ("sabah", "masa"):
        dataset = Dataset(
            ids=[str(row) for row in range(156)],
            whole=words,
            headlines=words,
            sources=["sabah"] * 120 + [small] * 6 + ["sabah"] * 30,
            section=section,
            topics=np.zeros((156, 0), dtype=np.bool_),
            topics_known=np.zeros(156, dtype=np.bool_),
            taxonomy=Taxonomy.of_labels(("a", "b"), ()),
        )
        learned = HeadTask(None, np.ones(156, dtype=np.bool_), np.zeros(156, dtype=np.bool_))
        (head,) = fit_heads(X, dataset, [learned], C=0.001, seed=0, jobs=1)
        margins.append(float(head.coef[1, 0]))
    assert margins[0] < margins[1]


def test_heads_stand_side_by_side(dataset: Dataset) -> None:
    nothing = np.zeros(len(dataset), dtype=np.bool_)
    heads = Heads(n_features=4, n_sections=3, n_topics=2)
    heads.put(FittedHead(HeadTask(1, nothing, nothing), np.array([[1.0, 2, 3, 4]]), np.array([5.0])))
    heads.put(FittedHead(HeadTask(None, nothing, nothing), np.arange(12.0).reshape(3, 4), np.array([7.0, 8, 9])))
    assert heads.weights.tolist() == [[0, 4, 8, 0, 1], [1, 5, 9, 0, 2], [2, 6, 10, 0, 3], [3, 7, 11, 0, 4]]
    assert heads.intercept.tolist() == [7, 8, 9, 0, 5]
    assert heads.weights.dtype == heads.intercept.dtype == np.float32
