"""Heads of topics know the words of their examples, and learn from few texts what they would learn from all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from training import topic_heads
from training.linear import fit_head
from training.topic_heads import TopicHead, TopicTasks, fit_topics

N_ARTICLES, N_COLUMNS = 1500, 400


@dataclass(frozen=True)
class World:
    """Articles of random words; those with a topic have many of its ten words, and one in twelve others has a few."""

    X: sparse.csr_array
    labels: NDArray[np.bool_]


@pytest.fixture(scope="module")
def world() -> World:
    dice = np.random.default_rng(0)
    labels = dice.random((N_ARTICLES, 6)) < 0.02
    whole = dice.random((N_ARTICLES, N_COLUMNS)) * (dice.random((N_ARTICLES, N_COLUMNS)) < 0.08)
    for topic in range(6):
        share = np.where(labels[:, [topic]], 0.5, np.where(dice.random((N_ARTICLES, 1)) < 0.08, 0.2, 0.0))
        whole[:, 10 * topic : 10 * topic + 10] = dice.random((N_ARTICLES, 10)) < share
    rows = np.vstack([whole, whole * (dice.random(whole.shape) < 0.7)])
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return World(sparse.csr_array(rows), labels)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heads of this small world shall choose their texts, as those of a large one do."""
    for name, value in (("FEW_TEXTS", 100), ("FIRST", 60), ("NEAREST", 150)):
        monkeypatch.setattr(topic_heads, name, value)


def tasks(world: World, topic: int) -> TopicTasks:
    """The final head and two folds."""
    every = np.ones(N_ARTICLES)
    fold = np.arange(N_ARTICLES) % 2
    return TopicTasks(
        world.labels[:, topic], np.array([fold == 0, fold == 1, every], dtype=np.float64), [1.0, 1.0, 0.5]
    )


def scores(X: sparse.csr_array, head: TopicHead) -> NDArray[np.float64]:
    return np.asarray(X[:, head.columns] @ head.coef + head.intercept)


def same(one: TopicHead, other: TopicHead) -> bool:
    return all(np.array_equal(*pair) for pair in zip(one, other, strict=True))


def test_where_texts_are_few_a_head_learns_from_all_of_them(world: World) -> None:
    given = tasks(world, 0)
    ((*_, head),) = fit_topics(world.X, [given], seed=3)
    labels = np.tile(given.labels, 2)
    own = np.flatnonzero(world.X[labels].sum(axis=0))
    coef, intercept = fit_head(world.X[:, own], labels.astype(np.intp), np.ones(2 * N_ARTICLES), 1, 0.5, 3)
    assert head.columns.tolist() == own.tolist()
    assert (head.coef == coef[0]).all()
    assert head.intercept == intercept[0]


def test_a_head_knows_no_word_that_its_examples_have_not(world: World) -> None:
    X = sparse.csr_array(sparse.hstack([world.X, sparse.csr_array(~np.tile(world.labels[:, [1]], (2, 1)) * 0.3)]))
    for head in fit_topics(X, [tasks(world, 1)], seed=0)[0]:
        assert N_COLUMNS not in head.columns
        assert 100 < head.columns.size <= N_COLUMNS


@pytest.mark.usefixtures("few")
def test_few_texts_teach_what_all_do(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    given = [tasks(world, topic) for topic in range(6)]
    found = fit_topics(world.X, given, seed=0)
    monkeypatch.setattr(topic_heads, "FEW_TEXTS", 10**6)
    exact = fit_topics(world.X, given, seed=0)
    for heads, others in zip(found, exact, strict=True):
        assert not same(heads[-1], others[-1])
        assert np.corrcoef(scores(world.X, heads[-1]), scores(world.X, others[-1]))[0, 1] > 0.98
        for head, other in zip(heads, others, strict=True):
            assert np.corrcoef(scores(world.X, head), scores(world.X, other))[0, 1] > 0.95


def _count_near(world: World, head: TopicHead, topic: TopicTasks) -> int:
    return int((scores(world.X, head)[~np.tile(topic.labels, 2)] > -0.9).sum())


@pytest.mark.usefixtures("few")
def test_the_nearest_texts_matter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With as many at random, a head lets far more texts without the topic come near."""
    given = [tasks(world, topic) for topic in range(6)]
    near: list[int] = []
    for first, nearest in ((60, 150), (360, 1)):
        monkeypatch.setattr(topic_heads, "FIRST", first)
        monkeypatch.setattr(topic_heads, "NEAREST", nearest)
        heads = fit_topics(world.X, given, seed=0)
        near.append(sum(_count_near(world, of_topic[-1], topic) for of_topic, topic in zip(heads, given, strict=True)))
    assert near[0] < 0.5 * near[1]


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("fold", [0, 1, 2])
def test_articles_of_no_weight_teach_nothing(world: World, fold: int) -> None:
    """Neither a fold's head nor, where it is the largest, the choice of texts knows them."""
    given = tasks(world, 2)
    weights = given.weights.copy()
    weights[:, :100] = 0
    given = given._replace(weights=weights)
    disturbed = world.X.toarray()
    disturbed[[*range(100), *range(N_ARTICLES, N_ARTICLES + 100)]] = 0.7
    labels = given.labels.copy()
    labels[:100] = ~labels[:100]
    before = fit_topics(world.X, [given], seed=0)[0][fold]
    after = fit_topics(sparse.csr_array(disturbed), [given._replace(labels=labels)], seed=0)[0][fold]
    assert same(before, after)


@pytest.mark.usefixtures("few")
def test_a_topic_learns_the_same_in_any_company(world: World) -> None:
    given = [tasks(world, topic) for topic in range(6)]
    together = fit_topics(world.X, given, seed=0)
    for topic, heads in zip(given, together, strict=True):
        (alone,) = fit_topics(world.X, [topic], seed=0)
        for head, other in zip(heads, alone, strict=True):
            assert head.columns.tolist() == other.columns.tolist()
            assert head.coef == pytest.approx(other.coef, abs=1e-9)
    final_only = fit_topics(world.X, [topic._replace(weights=topic.weights[2:], C=[0.5]) for topic in given], seed=0)
    assert all(same(heads[-1], only[0]) for heads, only in zip(together, final_only, strict=True))


@pytest.mark.usefixtures("few")
def test_the_seed_decides_alone(world: World) -> None:
    first, second, other = (fit_topics(world.X, [tasks(world, 0)], seed)[0][-1] for seed in (1, 1, 2))
    assert same(first, second)
    assert not same(first, other)


@pytest.mark.parametrize("label", [True, False], ids=["only examples", "no example"])
def test_one_label_alone_teaches_nothing(world: World, label: bool) -> None:
    given = tasks(world, 0)
    labels = np.where(np.arange(N_ARTICLES) % 2 == 1, label, given.labels)
    heads = fit_topics(world.X, [given._replace(labels=labels)], seed=0)[0]
    assert heads[1].columns.size == heads[1].coef.size == 0
    assert heads[1].intercept == -1
    assert heads[2].columns.size > 0
