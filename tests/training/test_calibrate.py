"""Scores become probabilities that hold, and thresholds that keep what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import expit, softmax

from model.decision import LengthRule
from training.calibrate import FEWEST_ACCEPTED, calibrate, choose_threshold, fit_sections, fit_topics, topic_thresholds
from training.measure import measure_sections

SLOPE = 2.5
BIAS = np.array([0.8, -0.5, -0.3])
NO_SCORES = np.zeros((0, 0))
NO_TOPICS = np.zeros((0, 0), dtype=np.bool_)

Topics = tuple[NDArray[np.float64], NDArray[np.bool_]]


def simulated_sections(n: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Draw scores, and sections with the probabilities ``softmax(SLOPE * scores + BIAS)``."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(-0.5, 0.7, size=(n, 3))
    probabilities = softmax(SLOPE * scores + BIAS, axis=1)
    section = (probabilities.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return scores, section.astype(np.intp)


def simulated_topics(n: int, slope: list[float], bias: list[float], seed: int) -> Topics:
    rng = np.random.default_rng(seed)
    scores = rng.normal(-0.6, 0.8, size=(n, len(slope)))
    return scores, rng.random(scores.shape) < expit(np.array(slope) * scores + np.array(bias))


def fitted(scores: NDArray[np.float64], topics: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit topics that are all known and count the same."""
    return fit_topics(scores, topics, np.ones(topics.shape))


def thresholds_of(probabilities: NDArray[np.float64], topics: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Choose thresholds for topics that are all known and count the same."""
    return topic_thresholds(probabilities, topics, np.ones(topics.shape))


def test_sections_recover_slope_and_bias() -> None:
    slope, bias = fit_sections(*simulated_sections(20_000, seed=1), np.ones(20_000))
    assert slope == pytest.approx(SLOPE, abs=0.1)
    assert bias == pytest.approx(BIAS - BIAS.mean(), abs=0.1)
    assert bias.sum() == pytest.approx(0, abs=1e-9)


def test_a_weight_of_two_is_the_article_twice() -> None:
    scores, section = simulated_sections(300, seed=2)
    weight = np.where(np.arange(300) < 100, 2.0, 1.0)
    twice = np.concatenate([np.arange(300), np.arange(100)])
    slope, bias = fit_sections(scores, section, weight)
    expected_slope, expected_bias = fit_sections(scores[twice], section[twice], np.ones(400))
    assert slope == pytest.approx(expected_slope, rel=1e-3)
    assert bias == pytest.approx(expected_bias, abs=1e-3)


def test_section_probabilities_hold_on_other_articles() -> None:
    slope, bias = fit_sections(*simulated_sections(2_000, seed=3), np.ones(2_000))
    scores, section = simulated_sections(20_000, seed=4)
    figures = measure_sections(
        section,
        softmax(slope * scores + bias, axis=1),
        accepted=np.ones(len(section), dtype=np.bool_),
        threshold=None,
        target=0.98,
    )
    assert figures is not None
    assert figures["ece"] is not None
    assert figures["ece"] < 0.02


def test_a_section_of_few_examples_is_kept_near_the_rest() -> None:
    scores, section = simulated_sections(400, seed=5)
    section[section == 2] = 0  # none is left: without a penalty its bias would run away
    _, bias = fit_sections(scores, section, np.ones(400))
    assert -12 < bias[2] < bias[1]


def test_sections_without_articles() -> None:
    slope, bias = fit_sections(np.zeros((0, 3)), np.zeros(0, dtype=np.intp), np.zeros(0))
    assert (slope, bias.tolist()) == (1.0, [0.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("correct", "target", "place"),
    [
        pytest.param([1] * 30, 0.98, 29, id="all right: all accepted"),
        pytest.param([1] * 25 + [0] * 5, 1.0, 24, id="down to the first error"),
        pytest.param([0] + [1] * 29, 0.95, 29, id="an error at the top is outvoted"),
        pytest.param([1] * 22 + [0] + [1] * 7, 0.96, 29, id="below an error, where precision has recovered"),
    ],
)
def test_the_lowest_threshold_that_is_precise_enough(correct: list[int], target: float, place: int) -> None:
    confidence = np.linspace(0.99, 0.5, 30)
    right = np.array(correct, dtype=np.bool_)
    shuffled = np.random.default_rng(0).permutation(30)
    found = choose_threshold(confidence[shuffled], right[shuffled], np.ones(30), target)
    assert found == confidence[place]


@pytest.mark.parametrize(
    "correct",
    [
        pytest.param([1] * (FEWEST_ACCEPTED - 1), id="too few to be believed"),
        pytest.param([1, 0] * 50, id="never precise enough"),
        pytest.param([1] * (FEWEST_ACCEPTED - 1) + [0] * 30, id="precise among too few only"),
    ],
)
def test_no_threshold_is_precise_enough(correct: list[int]) -> None:
    right = np.array(correct, dtype=np.bool_)
    assert choose_threshold(np.linspace(0.99, 0.5, len(right)), right, np.ones(len(right)), 0.98) is None


def test_a_threshold_counts_every_source_alike() -> None:
    confidence = np.linspace(0.99, 0.5, 60)
    right = np.array([True] * 40 + [False] * 20)
    large = np.repeat([1.0, 0.05], [40, 20])  # the errors are of an outlet with many articles, or of one with few
    assert choose_threshold(confidence, right, large, 0.97) == confidence[-1]
    assert choose_threshold(confidence, right, np.ones(60), 0.97) == confidence[40]


@given(
    st.lists(st.tuples(st.sampled_from([0.5, 0.7, 0.9, 0.97, 1.0]), st.booleans()), min_size=1, max_size=120),
    st.floats(0.5, 1.0),
)
def test_a_threshold_keeps_its_promise_where_it_was_chosen(rows: list[tuple[float, bool]], target: float) -> None:
    confidence = np.array([confidence for confidence, _ in rows])  # with ties: saturated probabilities are all 1
    correct = np.array([correct for _, correct in rows])
    threshold = choose_threshold(confidence, correct, np.ones(len(rows)), target)
    precise = [
        level
        for level in set(confidence)
        if (confidence >= level).sum() >= FEWEST_ACCEPTED and correct[confidence >= level].mean() >= target
    ]
    assert threshold == (min(precise) if precise else None)


def test_topics_recover_slope_and_bias() -> None:
    slope, bias = fitted(*simulated_topics(20_000, [3.0, 5.0], [-1.0, 0.5], seed=6))
    assert slope == pytest.approx([3.0, 5.0], rel=0.1)
    assert bias == pytest.approx([-1.0, 0.5], abs=0.15)


def test_topic_probabilities_hold_on_other_articles() -> None:
    truth = [2.0, 3.0, 4.0], [-1.5, -1.0, 0.0]
    slope, bias = fitted(*simulated_topics(3_000, *truth, seed=7))
    scores, topics = simulated_topics(30_000, *truth, seed=8)
    probability = expit(slope * scores + bias)
    for low in np.arange(0, 1, 0.2):
        chosen = (probability >= low) & (probability < low + 0.2)
        assert topics[chosen].mean() == pytest.approx(probability[chosen].mean(), abs=0.03)


def test_a_rare_topic_is_drawn_towards_all_together() -> None:
    scores, topics = simulated_topics(2_000, [4.0] * 8, [-1.0] * 8, seed=9)
    common_slope, common_bias = fitted(scores[:, :7], topics[:, :7])
    topics[:, 7] = False
    topics[scores[:, 7].argsort()[-2:], 7] = True  # separated by luck: alone, its slope would run away
    slope, bias = fitted(scores, topics)
    assert slope[:7] == pytest.approx(common_slope, abs=0.3)
    assert bias[:7] == pytest.approx(common_bias, abs=0.3)
    assert 1 < slope[7] < 6


def test_a_falling_probability_is_noise() -> None:
    scores, topics = simulated_topics(3_000, [4.0, -3.0], [-1.0, -1.0], seed=10)
    assert fitted(scores, topics)[0][1] == 0.1


def test_perfectly_separated_topics_stay_finite() -> None:
    scores = np.linspace(-2, 2, 400).reshape(-1, 1)
    slope, bias = fitted(scores, scores > 0)
    assert np.isfinite([*slope, *bias]).all()
    assert (np.diff(expit(slope * scores + bias), axis=0) >= 0).all()


@pytest.mark.parametrize("value", [True, False], ids=["always", "never"])
def test_a_topic_of_all_articles_or_of_none(value: bool) -> None:
    scores = np.full((100, 2), -1.0)
    topics = np.column_stack([np.arange(100) % 2 == 0, np.full(100, value)])
    slope, bias = fitted(scores, topics)
    probability = expit(slope * scores + bias)[0]
    assert probability[0] == pytest.approx(0.5, abs=0.1)
    assert probability[1] > 0.8 if value else probability[1] < 0.2


def f1(given_: NDArray[np.bool_], gold: NDArray[np.bool_]) -> float:
    return float(2 * (given_ & gold).sum() / (given_.sum() + gold.sum()))


@example([(0.3, True)] * 9)
@given(st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.6, 0.6001, 0.9]), st.booleans()), min_size=1, max_size=80))
def test_the_threshold_of_one_topic_has_the_best_f1(rows: list[tuple[float, bool]]) -> None:
    probability = np.array([[probability] for probability, _ in rows])
    topics = np.array([[positive] for _, positive in rows])
    (threshold,) = thresholds_of(probability, topics)  # alone, its own and the common one are the same
    if not topics.any():
        assert threshold == 0.5
        return
    best = max(f1(probability >= level, topics) for level in set(probability[:, 0]))
    assert f1(probability >= threshold, topics) == pytest.approx(best)


def test_a_threshold_stands_between_two_probabilities() -> None:
    probability = np.array([[0.9], [0.8], [0.4], [0.1]])
    topics = np.array([[True], [True], [False], [False]])
    assert thresholds_of(probability, topics) == pytest.approx([0.6])


def test_thresholds_are_never_extreme() -> None:
    certain = np.array([[1.0], [0.999], [0.0], [0.0]])
    assert thresholds_of(certain, certain > 0.9995) == pytest.approx([0.95])
    assert thresholds_of(certain * 1e-3, certain > 0.5) == pytest.approx([0.05])


@pytest.mark.parametrize(("support", "share"), [(2, 2 / 102), (100, 1 / 2), (400, 4 / 5)])
def test_thresholds_shrink_with_support(support: int, share: float) -> None:
    """The common best is 0.3 by the weight of a second topic; the topic's own is 0.8."""
    n = 8_000
    own, common = np.full(n, 0.1), np.full(n, 0.1)
    own[:support] = 0.9
    own[support : support + 100] = 0.7
    common[:4_000] = 0.5
    topics = np.zeros((n, 2), dtype=np.bool_)
    topics[:support, 0] = True
    topics[:4_000, 1] = True
    threshold = thresholds_of(np.column_stack([own, common]), topics)[0]
    assert threshold == pytest.approx(share * 0.8 + (1 - share) * 0.3)


def test_a_topic_without_examples_has_the_common_threshold() -> None:
    probability = np.tile([[0.9], [0.8], [0.4], [0.1]], 2)
    topics = np.array([[True, False], [True, False], [False, False], [False, False]])
    thresholds = thresholds_of(probability, topics)
    assert thresholds[1] == pytest.approx(thresholds_of(probability.reshape(-1, 1), topics.reshape(-1, 1))[0])


def test_a_topic_pair_of_weight_two_is_the_pair_twice() -> None:
    scores, topics = simulated_topics(300, [3.0, 2.0], [-1.0, 0.0], seed=14)
    weight = np.where(np.arange(300) < 100, 2.0, 1.0)[:, np.newaxis] * np.ones((1, 2))
    twice = np.concatenate([np.arange(300), np.arange(100)])
    slope, bias = fit_topics(scores, topics, weight)
    expected = fitted(scores[twice], topics[twice])
    assert slope == pytest.approx(expected[0], rel=1e-4)
    assert bias == pytest.approx(expected[1], abs=1e-4)
    probability = expit(slope * scores + bias)
    assert topic_thresholds(probability, topics, weight) == pytest.approx(
        thresholds_of(probability[twice], topics[twice])
    )


def test_what_nobody_knows_counts_nothing() -> None:
    scores, topics = simulated_topics(400, [3.0, 2.0], [-1.0, 0.0], seed=15)
    weight = np.ones((400, 2))
    weight[100:200] = 0
    disturbed_scores, disturbed = scores.copy(), topics.copy()
    disturbed_scores[100:200], disturbed[100:200] = 5.0, False
    known = np.flatnonzero(weight[:, 0])
    slope, bias = fit_topics(disturbed_scores, disturbed, weight)
    expected = fitted(scores[known], topics[known])
    assert slope == pytest.approx(expected[0], rel=1e-6)
    assert bias == pytest.approx(expected[1], abs=1e-6)
    probability = expit(slope * disturbed_scores + bias)
    assert topic_thresholds(probability, disturbed, weight) == pytest.approx(
        thresholds_of(probability[known], topics[known])
    )


def test_each_topic_has_its_own_articles() -> None:
    """A corpus of one topic and an archive of another: the pairs between are unknown."""
    scores, topics = simulated_topics(4_000, [3.0, 5.0], [-1.0, 0.5], seed=16)
    weight = np.zeros((4_000, 2))
    weight[:2_000, 0] = weight[2_000:, 1] = 1
    slope, bias = fit_topics(np.where(weight > 0, scores, 9.0), topics & (weight > 0), weight)
    assert slope == pytest.approx([3.0, 5.0], rel=0.25)
    assert bias == pytest.approx([-1.0, 0.5], abs=0.3)


def test_topics_that_nobody_knows() -> None:
    slope, bias = fit_topics(np.zeros((5, 2)), np.zeros((5, 2), dtype=np.bool_), np.zeros((5, 2)))
    assert (slope.tolist(), bias.tolist()) == ([1.0, 1.0], [0.0, 0.0])
    thresholds = topic_thresholds(np.full((5, 2), 0.9), np.ones((5, 2), dtype=np.bool_), np.zeros((5, 2)))
    assert thresholds.tolist() == [0.5, 0.5]


def test_a_rule_passes_over_topics_that_nobody_knows() -> None:
    """A score beside an unknown topic means nothing: a head that learned from an article has none for it."""
    scores, topics = simulated_topics(600, [3.0, 3.0], [-1.0, 0.0], seed=17)
    states = topics.astype(np.int8)
    states[:200, 0] = -1
    unknown = np.where(states < 0, np.nan, scores)
    nobody, weight = np.zeros((0, 0)), np.where(np.arange(600) % 2, 1.0, 3.0)
    options = {"auto_precision": 0.9, "least_threshold": 0.0, "transfer": 1.0}
    rule, _ = calibrate(nobody, np.zeros(0, dtype=np.intp), np.zeros(0), unknown, states, weight, **options)
    expected = fit_topics(scores, topics, np.where(states >= 0, weight[:, np.newaxis], 0.0))
    assert rule.topic_slope == pytest.approx(expected[0])
    assert rule.topic_bias == pytest.approx(expected[1])
    assert np.isfinite(rule.topic_threshold).all()


def rule_of(
    sections: tuple[NDArray[np.float64], NDArray[np.intp]] | None = None,
    topics: Topics = (NO_SCORES, NO_TOPICS),
    *,
    auto_precision: float = 0.9,
    least_threshold: float = 0.0,
    transfer: float = 1.0,
) -> tuple[LengthRule, bool]:
    scores, section = sections or (NO_SCORES, np.zeros(0, dtype=np.intp))
    return calibrate(
        scores,
        section,
        np.ones(len(section)),
        topics[0],
        topics[1].astype(np.int8),
        np.ones(len(topics[1])),
        auto_precision=auto_precision,
        least_threshold=least_threshold,
        transfer=transfer,
    )


def test_a_rule_reaches_its_precision_and_holds_the_fitted_figures() -> None:
    scores, section = simulated_sections(3_000, seed=11)
    topic_scores, topics = simulated_topics(500, [3.0, 3.0], [-1.0, 0.0], seed=12)
    rule, reached = rule_of((scores, section), (topic_scores, topics))
    assert reached
    probabilities = softmax(rule.section_slope * scores + rule.section_bias, axis=1)
    accepted = probabilities.max(axis=1) >= rule.section_threshold
    assert (probabilities.argmax(axis=1) == section)[accepted].mean() >= 0.9
    assert 0.02 < accepted.mean() < 0.98
    slope, bias = fitted(topic_scores, topics)
    assert rule.topic_slope == pytest.approx(slope)
    assert rule.topic_bias == pytest.approx(bias)
    assert rule.topic_threshold == pytest.approx(thresholds_of(expit(slope * topic_scores + bias), topics))


def test_an_accepted_section_is_at_least_as_probable_as_is_asked_for() -> None:
    sections = simulated_sections(3_000, seed=11)
    reached = rule_of(sections)[0].section_threshold
    assert rule_of(sections, least_threshold=0.3)[0].section_threshold == reached
    assert rule_of(sections, least_threshold=0.99)[0].section_threshold == 0.99


def test_transfer_makes_sections_less_certain_and_accepts_the_same() -> None:
    scores, section = simulated_sections(3_000, seed=11)
    rule, careful = rule_of((scores, section))[0], rule_of((scores, section), transfer=0.5)[0]
    assert careful.section_slope == pytest.approx(rule.section_slope / 2)
    assert careful.section_bias == pytest.approx(rule.section_bias / 2)
    assert careful.section_threshold < rule.section_threshold
    probabilities = softmax(careful.section_slope * scores + careful.section_bias, axis=1)
    accepted = probabilities.max(axis=1) >= careful.section_threshold
    assert (probabilities.argmax(axis=1) == section)[accepted].mean() >= 0.9


def test_nothing_is_accepted_where_the_precision_is_out_of_reach() -> None:
    scores, section = simulated_sections(3_000, seed=13)
    rule, reached = rule_of((scores, np.roll(section, 1)), auto_precision=0.98)
    assert not reached
    assert rule.section_threshold > 1


def test_rules_without_sections_or_without_topics() -> None:
    rule, reached = rule_of(topics=simulated_topics(50, [3.0], [0.0], seed=0))
    assert not reached
    assert rule.section_bias.shape == (0,)
    assert rule.topic_slope.shape == (1,)
    rule, _ = rule_of(simulated_sections(50, seed=0), (np.zeros((50, 0)), np.zeros((50, 0), dtype=np.bool_)))
    assert rule.topic_slope.shape == rule.topic_bias.shape == rule.topic_threshold.shape == (0,)
    rule, _ = rule_of(simulated_sections(50, seed=0), (np.zeros((0, 2)), np.zeros((0, 2), dtype=np.bool_)))
    assert rule.topic_threshold.tolist() == [0.5, 0.5]
