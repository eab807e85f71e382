"""Heads learn from their articles alone, fill the columns of their labels, and come out the same every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from sklearn.svm import LinearSVC

from model.errors import TrainingError
from model.taxonomy import Taxonomy
from training.corpus import LabelledArticle
from training.dataset import Dataset, make_dataset
from training.heads import MOST_OUTPUTS, Examples, FittedHead, Heads, HeadTask, both_views, fit_heads
from training.linear import fit_head
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
def examples(dataset: Dataset) -> Examples:
    return Examples.of(dataset)


@pytest.fixture(scope="module")
def X(dataset: Dataset) -> sparse.csr_array:
    return ArabicTfidfVectorizer().fit_transform([*dataset.whole, *dataset.headlines]).astype(np.float64)


def task(examples: Examples, topic: int | None, learned_from: NDArray[np.bool_] | None = None) -> HeadTask:
    known = examples.section >= 0 if topic is None else examples.topics[:, topic] >= 0
    nothing = np.zeros(len(examples), dtype=np.bool_)
    return HeadTask(topic, known if learned_from is None else learned_from, nothing, C=0.5)


def fit(X: sparse.csr_array, examples: Examples, *tasks: HeadTask, seed: int = 0, jobs: int = 1) -> list[FittedHead]:
    heads = list(fit_heads(X, examples, tasks, seed=seed, jobs=jobs))
    assert {id(head.task) for head in heads} <= {id(task) for task in tasks} or jobs > 1
    return sorted(heads, key=lambda head: -1 if head.task.topic is None else head.task.topic)


def scores(X: sparse.csr_array, head: FittedHead) -> NDArray[np.float64]:
    return np.asarray(X @ head.coef.T + head.intercept)


def test_both_views_are_the_rows_of_whole_articles_and_of_headlines() -> None:
    assert both_views(np.array([False, True, True])).tolist() == [1, 2, 4, 5]


def test_sections_and_topics_are_learned_in_both_views(
    X: sparse.csr_array, dataset: Dataset, examples: Examples
) -> None:
    section, elections, oil = fit(X, examples, task(examples, None), task(examples, 0), task(examples, 1))
    rows = both_views(dataset.section >= 0)
    assert section.coef.shape == (3, X.shape[1])
    assert (scores(X, section).argmax(axis=1)[rows] == np.tile(dataset.section, 2)[rows]).mean() > 0.97
    rows = both_views(dataset.topics_known)
    for column, head in enumerate((elections, oil)):
        assert head.coef.shape == (1, X.shape[1])
        right = (scores(X, head)[:, 0] > 0) == np.tile(dataset.topics[:, column], 2)
        assert right[rows].mean() > 0.97


@pytest.mark.parametrize("topic", [None, 0], ids=["sections", "topic"])
def test_other_articles_teach_a_head_nothing(X: sparse.csr_array, examples: Examples, topic: int | None) -> None:
    known = task(examples, topic)
    disturbed = X.toarray()
    others = both_views(~known.learned_from)
    assert others.size
    disturbed[others] = np.random.default_rng(0).random((others.size, X.shape[1]))
    relabelled = replace(
        examples,
        section=np.where(examples.section < 0, 2, examples.section),
        topics=np.where(examples.topics < 0, 1, examples.topics).astype(np.int8),
    )
    (expected,) = fit(X, examples, known)
    (found,) = fit(sparse.csr_array(disturbed), relabelled, known)
    assert (found.coef == expected.coef).all()
    assert (found.intercept == expected.intercept).all()


def test_two_sections_mirror_one_another(X: sparse.csr_array, examples: Examples) -> None:
    two = np.isin(examples.section, [0, 2])  # the section between has no examples: its column stays empty
    (head,) = fit(X, examples, task(examples, None, two))
    assert (head.coef[0] == -head.coef[2]).all()
    assert head.intercept[0] == -head.intercept[2]
    assert not head.coef[1].any()
    assert head.intercept[1] == -1
    rows = both_views(two)
    assert (scores(X, head)[rows].argmax(axis=1) == np.tile(examples.section, 2)[rows]).all()


@pytest.mark.parametrize("topic", [None, 1], ids=["one section", "no example of a topic"])
def test_one_label_alone_teaches_nothing(X: sparse.csr_array, examples: Examples, topic: int | None) -> None:
    known = task(examples, topic).learned_from
    (head,) = fit(X, examples, task(examples, topic, known & (examples.section == 0)))
    assert not head.coef.any()
    assert (head.intercept == -1).all()


def test_no_articles_teach_nothing(X: sparse.csr_array, examples: Examples) -> None:
    (head,) = fit(X, examples, task(examples, 0, np.zeros(len(examples), dtype=np.bool_)))
    assert not head.coef.any()


def test_the_seed_decides_alone(X: sparse.csr_array, examples: Examples) -> None:
    first, second = (fit(X, examples, task(examples, None), seed=5)[0] for _ in range(2))
    (other,) = fit(X, examples, task(examples, None), seed=6)
    assert (first.coef == second.coef).all()
    assert (first.coef != other.coef).any()


def test_a_small_outlet_is_heard_beside_a_large_one() -> None:
    """Both file the same word under another label; nobody but the small outlet's name can save its articles."""
    words = ["ملعب"] * 60 + ["برلمان"] * 60 + ["ملعب"] * 6 + ["برلمان"] * 30
    section = np.array([0] * 60 + [1] * 60 + [1] * 6 + [1] * 30, dtype=np.intp)
    X = sparse.csr_array(np.tile(np.column_stack([[word == "ملعب" for word in words], np.ones(156)]), (2, 1)))
    margins = []
    for small in ("sabah", "masa"):
        examples = Examples(
            sources=["sabah"] * 120 + [small] * 6 + ["sabah"] * 30,
            section=section,
            topics=np.zeros((156, 0), dtype=np.int8),
            weight=np.ones(156),
            taught=np.zeros((156, 0), dtype=np.bool_),
            n_sections=2,
        )
        learned = HeadTask(None, np.ones(156, dtype=np.bool_), np.zeros(156, dtype=np.bool_), C=0.001)
        (head,) = fit_heads(X, examples, [learned], seed=0, jobs=1)
        margins.append(float(head.coef[1, 0]))
    assert margins[0] < margins[1]


@pytest.mark.parametrize("topic", [None, 0], ids=["sections", "topic"])
def test_each_head_has_its_own_regularization(X: sparse.csr_array, examples: Examples, topic: int | None) -> None:
    usual = task(examples, topic)
    loose, tight = (
        next(iter(fit_heads(X, examples, [replace(usual, C=C)], seed=0, jobs=1))).coef for C in (0.5, 0.001)
    )
    assert np.abs(tight).max() < 0.5 * np.abs(loose).max()


@pytest.mark.parametrize(("n_outputs", "power"), [(3, 0.5), (1, 1.0)], ids=["sections: the root", "a topic: all"])
def test_rare_labels_weigh_more(n_outputs: int, power: float) -> None:
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(max(n_outputs, 2)), [60, 20, 5][: max(n_outputs, 2)])
    rows = sparse.csr_array(random.normal(size=(len(labels), 4)) + labels[:, np.newaxis])
    found, _ = fit_head(rows, labels, np.ones(len(labels)), n_outputs, 1.0, 0)
    present, counts = np.unique(labels, return_counts=True)
    even = (len(labels) / (present.size * counts)) ** power
    expected = LinearSVC(loss="hinge", class_weight=dict(enumerate(even.tolist())), tol=0.3, random_state=0)
    assert np.allclose(found, expected.fit(rows, labels).coef_)


def test_examples_of_a_dataset(dataset: Dataset) -> None:
    untagged = replace(dataset, tagged=np.array([True, False]))
    examples = Examples.of(untagged)
    assert len(examples) == len(dataset) == 90
    assert examples.n_sections == 3
    assert examples.labelled.all()
    assert (examples.weight == 1).all()
    assert (examples.section == dataset.section).all()
    known = dataset.topics_known
    assert (examples.topics[known, 0] == dataset.topics[known, 0]).all()
    assert (examples.topics[~known] == -1).all()
    assert (examples.topics[:, 1] == -1).all()  # its editors do not give it: that it is missing says nothing
    assert (examples.taught == (examples.topics >= 0)).all()


def test_unlabelled_articles_are_added_behind(examples: Examples) -> None:
    topics = np.array([[1, -1], [0, 1]], dtype=np.int8)
    more = examples.and_unlabelled(topics, 0.25)
    assert len(more) == 92
    assert more.labelled.tolist() == [True] * 90 + [False] * 2
    assert more.section[-2:].tolist() == [-1, -1]
    assert more.topics[-2:].tolist() == topics.tolist()
    assert more.weight.tolist() == [1.0] * 90 + [0.25] * 2
    assert more.taught[-2:].tolist() == [[True, False], [True, True]]
    only_one = examples.and_unlabelled(topics, 0.25, taught=np.array([[True, False], [False, False]]))
    assert only_one.taught[-2:].tolist() == [[True, False], [False, False]]
    assert (only_one.taught[:90] == examples.taught).all()
    assert more.and_unlabelled(topics[:1], 2.0).weight[-2:].tolist() == [0.25, 2.0]


def words_and(n_added: int) -> tuple[sparse.csr_array, Examples]:
    """40 articles of one outlet, half of them with a topic and its word, and unlabelled ones with another word."""
    rows = np.zeros((40 + n_added, 3))
    rows[:20, 0] = rows[20:40, 1] = rows[40:, 2] = 1
    examples = Examples(
        sources=["sabah"] * 40,
        section=np.full(40, -1, dtype=np.intp),
        topics=np.repeat([[1], [0]], 20, axis=0).astype(np.int8),
        weight=np.ones(40),
        taught=np.ones((40, 1), dtype=np.bool_),
        n_sections=0,
    )
    return sparse.csr_array(np.tile(rows, (2, 1))), examples


def test_unlabelled_articles_teach_as_much_as_they_weigh() -> None:
    X, examples = words_and(n_added=10)
    found = []
    for weight in (0.01, 0.1, 1.0):
        more = examples.and_unlabelled(np.ones((10, 1), dtype=np.int8), weight)
        learned = HeadTask(0, more.taught[:, 0], np.zeros(50, dtype=np.bool_), C=0.02)
        (head,) = fit_heads(X, more, [learned], seed=0, jobs=1)
        found.append(head.coef[0, 2])
    assert 0 < found[0] < found[1] < found[2]
    assert found[1] == pytest.approx(10 * found[0], rel=0.1)


def test_unlabelled_articles_are_no_outlet() -> None:
    """However many there are, articles of the corpus weigh as much as alone: 400 without a word teach nothing here."""
    X, examples = words_and(n_added=400)
    X = sparse.csr_array(X @ sparse.diags_array([1.0, 1.0, 0.0]))
    more = examples.and_unlabelled(np.repeat([[1], [0]], 200, axis=0).astype(np.int8), 0.001)
    found = []
    for rows, given in ((X[both_views(np.arange(440) < 40)], examples), (X, more)):
        learned = HeadTask(0, given.taught[:, 0], np.zeros(len(given), dtype=np.bool_), C=0.001)
        (head,) = fit_heads(rows, given, [learned], seed=0, jobs=1)
        found.append([head.coef[0, 0], head.intercept[0]])
    assert found[0][0] > 0
    assert found[1] == pytest.approx(found[0], rel=0.05)


def test_heads_stand_side_by_side(dataset: Dataset) -> None:
    nothing = np.zeros(len(dataset), dtype=np.bool_)
    heads = Heads(n_features=4, n_sections=3, n_topics=2)
    of_sections = np.array([[0.0, 1, 2, 127], [254, 0, -2, 0.9], [0, 0, 0, 0]])
    heads.put(FittedHead(HeadTask(1, nothing, nothing), np.array([[-1.27, 0, 0, 0.63]]), np.array([5.0])))
    heads.put(FittedHead(HeadTask(None, nothing, nothing), of_sections, np.array([7.0, 8, 9])))
    columns = [dict(zip(features.tolist(), steps.tolist(), strict=True)) for features, steps in heads.columns]
    assert columns == [{1: 1, 2: 2, 3: 127}, {0: 127, 2: -1}, {}, {}, {0: -127, 3: 63}]
    assert heads.scale.tolist() == pytest.approx([1, 2, 1, 1, 0.01])
    assert heads.intercept.tolist() == [7, 8, 9, 0, 5]
    assert heads.scale.dtype == heads.intercept.dtype == np.float32


def test_there_are_no_more_heads_than_can_be_numbered() -> None:
    Heads(1, 6, MOST_OUTPUTS - 6)
    with pytest.raises(TrainingError, match="65,536 labels, not 65,537"):
        Heads(1, 7, MOST_OUTPUTS - 6)
