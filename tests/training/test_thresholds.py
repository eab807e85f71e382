"""Thresholds keep what they promise: the precision of sections, and what was asked for of topics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom

from training.settings import BEST_F1, TopicObjective
from training.thresholds import (
    FEWEST_ACCEPTED,
    AutoThreshold,
    choose_auto_threshold,
    fewest_for,
    measure_given,
    precision_bound,
    topic_thresholds,
)

Rows = list[tuple[float, bool]]


def bound(right: float, n: float) -> float:
    return float(precision_bound(np.array([right]), np.array([n]))[0])


def chosen(
    correct: list[int] | NDArray[np.bool_], target: float, weight: NDArray[np.float64] | None = None
) -> float | None:
    """Choose a threshold for confidences that fall evenly from .99 to .5, shuffled."""
    right = np.array(correct, dtype=np.bool_)
    weight = np.ones(len(right)) if weight is None else weight
    order = np.random.default_rng(0).permutation(len(right))
    return choose_auto_threshold(falling(len(right))[order], right[order], weight[order], target).threshold


def falling(n: int) -> NDArray[np.float64]:
    return np.linspace(0.99, 0.5, n)


# ------------------------------------------------------------------ how sure a precision is


@pytest.mark.parametrize(
    ("right", "n", "expected"),
    [
        pytest.param(20, 20, 0.05 ** (1 / 20), id="none wrong: the twentieth root of .05"),
        pytest.param(149, 149, 0.05 ** (1 / 149), id="149 without an error reach .98"),
        pytest.param(0, 50, 0.0, id="none right"),
        pytest.param(90, 100, 0.83632, id="90 of 100"),
    ],
)
def test_the_bound_of_clopper_and_pearson(right: int, n: int, expected: float) -> None:
    assert bound(right, n) == pytest.approx(expected, abs=1e-4)


@given(st.integers(1, 400), st.floats(0, 1))
def test_at_the_bound_so_many_right_would_be_seen_in_one_of_twenty_samples(n: int, share: float) -> None:
    right = max(1, round(share * n))
    assert binom.sf(right - 1, n, bound(right, n)) == pytest.approx(0.05, rel=1e-6)


def test_149_articles_are_the_fewest_that_promise_98() -> None:
    assert bound(149, 149) >= 0.98 > bound(148, 148)


@pytest.mark.parametrize("target", [0.5, 0.9, 0.98, 0.999])
def test_the_fewest_articles_that_can_promise_a_target(target: float) -> None:
    fewest = fewest_for(target)
    assert fewest is not None
    assert bound(fewest, fewest) >= target > bound(fewest - 1, fewest - 1)


def test_no_number_of_articles_promises_that_all_are_right() -> None:
    assert fewest_for(1.0) is None
    assert fewest_for(0.0) == 1


# ------------------------------------------------------------------ sections


@pytest.mark.parametrize(
    ("correct", "target", "place"),
    [
        pytest.param([1] * 400, 0.98, 399, id="all right: all accepted"),
        pytest.param([0] + [1] * 499, 0.95, 499, id="an error above the first threshold is outvoted"),
        pytest.param([1] * 148 + [0] + [1] * 351, 0.98, None, id="not at the first threshold: nothing is promised"),
        pytest.param([1] * 160 + [0] * 3 + [1] * 837, 0.98, None, id="nor where the bound would recover below it"),
        pytest.param([1] * 320 + [0] * 4 + [1] * 676, 0.98, 318, id="down to the last before the first that fails"),
    ],
)
def test_thresholds_are_tested_downwards_until_the_first_fails(
    correct: list[int], target: float, place: int | None
) -> None:
    right = np.array(correct, dtype=np.bool_)
    found = choose_auto_threshold(falling(len(right)), right, np.ones(len(right)), target)
    assert found.promised is (place is not None)
    if place is None:
        assert found.lower_bound is not None
        assert found.precision is not None
        assert found.precision >= target  # measured only, though its own bound reaches the target
    else:
        step = (len(right) - 1 - max(148, len(right) // 4)) / 49
        assert found.n - 1 == pytest.approx(place, abs=max(step, 1e-9))
        assert found.threshold == falling(len(right))[found.n - 1]
        assert found.lower_bound == pytest.approx(bound(right[: found.n].sum(), found.n))
        assert found.lower_bound >= target


def simulated(precision: NDArray[np.float64], seed: int, target: float = 0.98) -> list[AutoThreshold]:
    """Choose thresholds for 400 corpora of articles that are right with these probabilities, the surest first."""
    draw = np.random.default_rng(seed)
    n = len(precision)
    return [choose_auto_threshold(falling(n), draw.random(n) < precision, np.ones(n), target) for _ in range(400)]


@pytest.mark.parametrize("n", [400, 1_000, 4_000])
def test_a_model_just_below_the_target_is_seldom_promised(n: int) -> None:
    """The lowest of all thresholds whose own bound reaches it would be promised in 10, 19 and 27 of 100 corpora."""
    found = simulated(np.full(n, 0.9799), seed=1)
    assert np.mean([one.promised for one in found]) <= 0.065


def test_a_promise_is_seldom_wrong_where_precision_falls() -> None:
    """Of articles that are .999 right at the top, so that the first thresholds pass and one further down is wrong."""
    precision = 0.999 - 0.15 * np.linspace(0, 1, 4_000) ** 2.5
    true = np.cumsum(precision) / np.arange(1, 4_001)
    found = simulated(precision, seed=1)
    assert np.mean([one.promised for one in found]) > 0.98
    assert np.mean([one.promised and true[one.n - 1] < 0.98 for one in found]) <= 0.065
    possible = np.flatnonzero(true >= 0.98)[-1] + 1  # .72 of all
    assert np.mean([one.n for one in found]) > 0.87 * possible


def test_a_good_model_is_promised_for_nearly_all() -> None:
    found = simulated(np.full(2_000, 0.996), seed=1)
    assert np.mean([one.promised for one in found]) > 0.95
    assert np.mean([one.n for one in found if one.promised]) > 0.97 * 2_000


@pytest.mark.parametrize(
    ("correct", "target", "place"),
    [
        pytest.param([1] * 30, 0.98, 29, id="all right: all accepted"),
        pytest.param([1] * 25 + [0] * 5, 1.0, 24, id="down to the first error"),
        pytest.param([0] + [1] * 29, 0.95, 29, id="an error at the top is outvoted"),
        pytest.param([1] * 22 + [0] + [1] * 7, 0.96, 29, id="below an error, where precision has recovered"),
    ],
)
def test_where_no_bound_can_reach_it_the_lowest_that_was_measured_to(
    correct: list[int], target: float, place: int
) -> None:
    right, confidence = np.array(correct, dtype=np.bool_), falling(len(correct))
    found = choose_auto_threshold(confidence, right, np.ones(30), target)
    accepted = right[: place + 1]
    assert found == AutoThreshold(
        threshold=confidence[place],
        target=target,
        n=place + 1,
        precision=pytest.approx(accepted.mean()),
        lower_bound=pytest.approx(bound(accepted.sum(), place + 1)),
        promised=False,
    )


@pytest.mark.parametrize(
    "correct",
    [
        pytest.param([1] * (FEWEST_ACCEPTED - 1), id="too few to be believed"),
        pytest.param([1, 0] * 50, id="never precise enough"),
        pytest.param([1] * (FEWEST_ACCEPTED - 1) + [0] * 30, id="precise among too few only"),
        pytest.param([], id="no articles"),
    ],
)
def test_no_threshold_is_precise_enough(correct: list[int]) -> None:
    right = np.array(correct, dtype=np.bool_)
    found = choose_auto_threshold(falling(len(right)), right, np.ones(len(right)), 0.98)
    assert found == AutoThreshold(None, 0.98, 0, None, None, promised=False)


def test_a_threshold_counts_every_source_alike() -> None:
    right = np.array([True] * 40 + [False] * 20)
    large = np.repeat([1.0, 0.05], [40, 20])  # the errors are of an outlet with many articles, or of one with few
    assert chosen(right, 0.97, large) == falling(60)[-1]
    assert chosen(right, 0.97) == falling(60)[40]


def test_weighted_articles_promise_as_much_as_equal_ones_that_say_the_same() -> None:
    right = np.ones(300, dtype=np.bool_)
    heavy = np.repeat([1.0, 0.01], [30, 270])  # thirty articles decide nearly all
    found = [choose_auto_threshold(falling(300), right, weight, 0.98) for weight in (np.ones(300), heavy)]
    assert [each.promised for each in found] == [True, False]
    n_equal = heavy.sum() ** 2 / (heavy**2).sum()
    assert found[1].lower_bound == pytest.approx(bound(n_equal, n_equal))
    assert choose_auto_threshold(falling(300), right, 7 * np.ones(300), 0.98) == found[0]  # what counts is the ratio


@pytest.mark.parametrize(
    ("least", "threshold", "n"),
    [
        pytest.param(0.0, 0.5, 300, id="none"),
        pytest.param(0.8, 0.8, 116, id="above what would be enough"),
        pytest.param(0.98, 0.98, 7, id="above nearly all"),
    ],
)
def test_a_threshold_is_no_lower_than_the_least(least: float, threshold: float, n: int) -> None:
    found = choose_auto_threshold(falling(300), np.ones(300, dtype=np.bool_), np.ones(300), 0.98, least)
    assert (found.threshold, found.n) == (threshold, n)
    assert found.promised is (n >= 149)
    assert (found.lower_bound is None) is (n < FEWEST_ACCEPTED)


@given(
    st.lists(st.tuples(st.sampled_from([0.5, 0.7, 0.9, 0.97, 1.0]), st.booleans()), min_size=1, max_size=120),
    st.floats(0.5, 1.0),
)
@example([(0.9, True)] * 60 + [(0.7, False)] * 2 + [(0.5, True)] * 60, 0.9)
def test_a_threshold_keeps_its_promise_where_it_was_chosen(rows: Rows, target: float) -> None:
    confidence = np.array([confidence for confidence, _ in rows])  # with ties: saturated probabilities are all 1
    correct = np.array([correct for _, correct in rows])
    found = choose_auto_threshold(confidence, correct, np.ones(len(rows)), target)
    levels = [level for level in set(confidence) if (confidence >= level).sum() >= FEWEST_ACCEPTED]
    right = {level: (correct[confidence >= level].sum(), (confidence >= level).sum()) for level in levels}
    precise = [level for level in levels if right[level][0] / right[level][1] >= target]
    if found.promised:
        assert found.threshold is not None
        assert bound(*right[found.threshold]) >= target
    else:
        assert found.threshold == (min(precise) if precise else None)


# ------------------------------------------------------------------ topics


def thresholds_of(
    probabilities: NDArray[np.float64], topics: NDArray[np.bool_], objective: TopicObjective = BEST_F1
) -> NDArray[np.float64]:
    """Choose thresholds for topics that are all known and count the same."""
    return topic_thresholds(probabilities, topics, np.ones(topics.shape), objective)


@pytest.mark.parametrize("objective", ["f1", "precision=0.8", "recall=0.8"])
def test_a_threshold_counts_what_is_given_anyway(objective: str) -> None:
    rng = np.random.default_rng(3)
    positive = rng.random(400) < 0.3
    probability = np.round(np.clip(np.where(positive, 0.55, 0.35) + rng.normal(0, 0.2, 400), 0, 1), 2)
    anyway = probability + rng.normal(0, 0.1, 400) > 0.5
    columns = (of[:, np.newaxis] for of in (probability, positive, np.ones(400)))
    (found,) = topic_thresholds(*columns, TopicObjective.parse(objective), anyway[:, np.newaxis])
    reached = {}
    for threshold in (*np.arange(0.015, 1.0, 0.01), found):
        given_ = (probability >= threshold) | anyway
        hits = (given_ & positive).sum()
        reached[threshold] = f1(given_, positive), hits / given_.sum(), hits / positive.sum()
    if objective == "f1":
        assert reached[found][0] == max(of[0] for of in reached.values())
    elif objective.startswith("precision"):
        least = min(0.8, max(of[1] for of in reached.values()))
        assert reached[found][1] >= least
        assert reached[found][2] == max(of[2] for of in reached.values() if of[1] >= least)
    else:
        assert reached[found][2] >= 0.8
        assert reached[found][1] == max(of[1] for of in reached.values() if of[2] >= 0.8)


def test_no_other_is_given_where_that_is_best() -> None:
    probability = np.array([[0.6], [0.5], [0.4], [0.3]])
    topics = np.array([[True], [False], [False], [False]])
    anyway = topics.copy()
    assert topic_thresholds(probability, topics, np.ones((4, 1)), BEST_F1, anyway)[0] > 0.5
    assert topic_thresholds(probability, topics, np.ones((4, 1)), BEST_F1)[0] == pytest.approx(0.55)


def f1(given_: NDArray[np.bool_], gold: NDArray[np.bool_]) -> float:
    return float(2 * (given_ & gold).sum() / (given_.sum() + gold.sum()))


ONE_TOPIC = st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.6, 0.6001, 0.9]), st.booleans()), min_size=1, max_size=80)


@example([(0.3, True)] * 9)
@given(ONE_TOPIC)
def test_the_threshold_of_one_topic_has_the_best_f1(rows: Rows) -> None:
    probability = np.array([[probability] for probability, _ in rows])
    topics = np.array([[positive] for _, positive in rows])
    (threshold,) = thresholds_of(probability, topics)  # alone, its own and the common one are the same
    if not topics.any():
        assert threshold == 0.5
        return
    best = max(f1(probability >= level, topics) for level in set(probability[:, 0]))
    assert f1(probability >= threshold, topics) == pytest.approx(best)


@given(
    ONE_TOPIC.filter(lambda rows: any(positive for _, positive in rows)), st.sampled_from([0.3, 0.5, 0.75, 0.9, 1.0])
)
def test_the_threshold_of_one_topic_has_the_precision_asked_for_and_no_more(rows: Rows, least: float) -> None:
    probability = np.array([probability for probability, _ in rows])
    topics = np.array([positive for _, positive in rows])
    (threshold,) = thresholds_of(probability[:, None], topics[:, None], TopicObjective("precision", least))
    precision = {level: topics[probability >= level].mean() for level in set(probability)}
    enough = [level for level in precision if precision[level] >= min(least, max(precision.values()))]
    assert (probability >= threshold).tolist() == (probability >= min(enough)).tolist()


@given(
    ONE_TOPIC.filter(lambda rows: any(positive for _, positive in rows)), st.sampled_from([0.3, 0.5, 0.75, 0.9, 1.0])
)
def test_the_threshold_of_one_topic_has_the_recall_asked_for_and_no_more(rows: Rows, least: float) -> None:
    probability = np.array([probability for probability, _ in rows])
    topics = np.array([positive for _, positive in rows])
    (threshold,) = thresholds_of(probability[:, None], topics[:, None], TopicObjective("recall", least))
    enough = [level for level in set(probability) if (probability >= level)[topics].mean() >= least - 1e-12]
    assert (probability >= threshold).tolist() == (probability >= max(enough)).tolist()


def test_a_threshold_stands_between_two_probabilities() -> None:
    probability = np.array([[0.9], [0.8], [0.4], [0.1]])
    topics = np.array([[True], [True], [False], [False]])
    for objective in ("f1", "precision=1", "recall=1"):
        assert thresholds_of(probability, topics, TopicObjective.parse(objective)) == pytest.approx([0.6])


@pytest.mark.parametrize(
    ("objective", "lowest", "highest"), [("f1", 0.05, 0.95), ("precision=1", 0.01, 0.99), ("recall=1", 0.01, 0.99)]
)
def test_thresholds_are_never_extreme(objective: str, lowest: float, highest: float) -> None:
    wanted = TopicObjective.parse(objective)
    certain = np.array([[1.0], [0.999], [0.0], [0.0]])
    assert thresholds_of(certain, certain > 0.9995, wanted) == pytest.approx([highest])
    assert thresholds_of(certain * 1e-3, certain > 0.5, wanted) == pytest.approx([lowest])


@pytest.mark.parametrize(("support", "share"), [(2, 2 / 102), (100, 1 / 2), (400, 4 / 5)])
@pytest.mark.parametrize("objective", ["f1", "precision=0.9"])
def test_thresholds_shrink_with_support(support: int, share: float, objective: str) -> None:
    """The common best is 0.3 by the weight of a second topic; the topic's own is 0.8."""
    n = 8_000
    own, common = np.full(n, 0.1), np.full(n, 0.1)
    own[:support] = 0.9
    own[support : support + 100] = 0.7
    common[:4_000] = 0.5
    topics = np.zeros((n, 2), dtype=np.bool_)
    topics[:support, 0] = True
    topics[:4_000, 1] = True
    threshold = thresholds_of(np.column_stack([own, common]), topics, TopicObjective.parse(objective))[0]
    assert threshold == pytest.approx(share * 0.8 + (1 - share) * 0.3)


def test_a_topic_without_examples_has_the_common_threshold() -> None:
    probability = np.tile([[0.9], [0.8], [0.4], [0.1]], 2)
    topics = np.array([[True, False], [True, False], [False, False], [False, False]])
    thresholds = thresholds_of(probability, topics)
    assert thresholds[1] == pytest.approx(thresholds_of(probability.reshape(-1, 1), topics.reshape(-1, 1))[0])


def test_given_topics_are_measured_as_much_as_their_pairs_count() -> None:
    given_ = np.array([[True, True], [True, False], [False, False]])
    topics = np.array([[True, False], [False, True], [True, False]])
    weight = np.array([[3.0, 1.0], [1.0, 2.0], [0.0, 1.0]])  # of the third article nobody knows the first topic
    found = measure_given(given_, topics, weight)
    assert found is not None
    assert (found.precision, found.recall) == (3 / 5, 3 / 5)
    nothing = measure_given(np.zeros_like(given_), np.zeros_like(topics), weight)
    assert nothing is not None
    assert (nothing.precision, nothing.recall) == (None, None)
    assert measure_given(given_, topics, np.zeros_like(weight)) is None
