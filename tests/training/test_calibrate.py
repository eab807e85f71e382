"""Scores become probabilities that hold on other articles, and a rule that serves."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit, softmax

from training.calibrate import (
    BIAS_PENALTY,
    BIAS_PENALTY_ACROSS,
    Aims,
    Calibrated,
    calibrate,
    fit_sections,
    fit_topics,
)
from training.measure import measure_sections
from training.settings import BEST_F1, TopicObjective
from training.thresholds import measure_given, topic_thresholds

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
    return topic_thresholds(probabilities, topics, np.ones(topics.shape), BEST_F1)


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


def test_a_topic_pair_of_weight_two_is_the_pair_twice() -> None:
    scores, topics = simulated_topics(300, [3.0, 2.0], [-1.0, 0.0], seed=14)
    weight = np.where(np.arange(300) < 100, 2.0, 1.0)[:, np.newaxis] * np.ones((1, 2))
    twice = np.concatenate([np.arange(300), np.arange(100)])
    slope, bias = fit_topics(scores, topics, weight)
    expected = fitted(scores[twice], topics[twice])
    assert slope == pytest.approx(expected[0], rel=1e-4)
    assert bias == pytest.approx(expected[1], abs=1e-4)
    probability = expit(slope * scores + bias)
    assert topic_thresholds(probability, topics, weight, BEST_F1) == pytest.approx(
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
    assert topic_thresholds(probability, disturbed, weight, BEST_F1) == pytest.approx(
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
    probability, topics = np.full((5, 2), 0.9), np.ones((5, 2), dtype=np.bool_)
    assert topic_thresholds(probability, topics, np.zeros((5, 2)), BEST_F1).tolist() == [0.5, 0.5]


def test_a_rule_passes_over_topics_that_nobody_knows() -> None:
    """A score beside an unknown topic means nothing: a head that learned from an article has none for it."""
    scores, topics = simulated_topics(600, [3.0, 3.0], [-1.0, 0.0], seed=17)
    states = topics.astype(np.int8)
    states[:200, 0] = -1
    unknown = np.where(states < 0, np.nan, scores)
    weight = np.where(np.arange(600) % 2, 1.0, 3.0)
    nobody = np.zeros((0, 0)), np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros(0, dtype=np.bool_)
    rule = calibrate(*nobody, unknown, states, weight, np.zeros(600, dtype=np.bool_), Aims()).rule
    expected = fit_topics(scores, topics, np.where(states >= 0, weight[:, np.newaxis], 0.0))
    assert rule.topic_slope == pytest.approx(expected[0])
    assert rule.topic_bias == pytest.approx(expected[1])
    assert np.isfinite(rule.topic_threshold).all()


def test_biases_are_smaller_where_outlets_say_little_of_the_next() -> None:
    scores, section = simulated_sections(2_000, seed=3)
    usual, across = (
        np.abs(fit_sections(scores, section, np.ones(2_000), penalty)[1]).max()
        for penalty in (BIAS_PENALTY, BIAS_PENALTY_ACROSS)
    )
    assert across < usual * 0.8
    aims = Aims(bias_penalty=BIAS_PENALTY_ACROSS)
    no_topics = NO_SCORES, NO_TOPICS.astype(np.int8), np.ones(len(NO_TOPICS)), np.ones(len(NO_TOPICS), dtype=np.bool_)
    rule = calibrate(scores, section, np.ones(2_000), np.ones(2_000, dtype=np.bool_), *no_topics, aims).rule
    assert np.abs(rule.section_bias).max() == pytest.approx(across)


def found_in(
    sections: tuple[NDArray[np.float64], NDArray[np.intp]] | None = None,
    topics: Topics = (NO_SCORES, NO_TOPICS),
    *,
    chooses: NDArray[np.bool_] | None = None,
    auto_precision: float = 0.9,
    least_threshold: float = 0.0,
    transfer: float = 1.0,
    objective: str = "f1",
    has_topic: bool = False,
) -> Calibrated:
    scores, section = sections or (NO_SCORES, np.zeros(0, dtype=np.intp))
    return calibrate(
        scores,
        section,
        np.ones(len(section)),
        np.ones(len(section), dtype=np.bool_) if chooses is None else chooses,
        topics[0],
        topics[1].astype(np.int8),
        np.ones(len(topics[1])),
        np.full(len(topics[1]), has_topic),
        Aims(auto_precision, least_threshold, transfer, TopicObjective.parse(objective)),
    )


def accepted_by(found: Calibrated, scores: NDArray[np.float64], section: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Say of each section that the rule accepts whether it is right."""
    probabilities = softmax(found.rule.section_slope * scores + found.rule.section_bias, axis=1)
    accepted = probabilities.max(axis=1) >= found.rule.section_threshold
    return np.asarray((probabilities.argmax(axis=1) == section)[accepted])


def test_a_rule_reaches_its_precision_and_holds_the_fitted_figures() -> None:
    scores, section = simulated_sections(3_000, seed=11)
    topic_scores, topics = simulated_topics(500, [3.0, 3.0], [-1.0, 0.0], seed=12)
    found = found_in((scores, section), (topic_scores, topics))
    correct = accepted_by(found, scores, section)
    assert found.auto is not None
    assert found.auto.promised
    assert found.auto.threshold == found.rule.section_threshold
    assert (found.auto.n, found.auto.precision) == (len(correct), pytest.approx(correct.mean()))
    assert correct.mean() > 0.9
    assert 0.02 < len(correct) / 3_000 < 0.98
    slope, bias = fitted(topic_scores, topics)
    assert found.rule.topic_slope == pytest.approx(slope)
    assert found.rule.topic_bias == pytest.approx(bias)
    probability = expit(slope * topic_scores + bias)
    assert found.rule.topic_threshold == pytest.approx(thresholds_of(probability, topics))
    assert found.topics == measure_given(probability >= found.rule.topic_threshold, topics, np.ones(topics.shape))


def test_thresholds_know_that_every_article_has_a_topic() -> None:
    """The likeliest topic is given anyway: thresholds that know of it leave more of the others out, and F1 rises."""
    scores, topics = simulated_topics(3_000, [1.5] * 6, [-3.0] * 6, seed=21)
    scores, topics = (of[topics.any(axis=1)] for of in (scores, topics))
    slope, bias = fitted(scores, topics)
    probability = expit(slope * scores + bias)
    likeliest = probability == probability.max(axis=1, keepdims=True)

    def given_by(found: Calibrated) -> NDArray[np.bool_]:
        given = probability >= found.rule.topic_threshold
        return np.asarray(given | (likeliest & ~given.any(axis=1, keepdims=True)))

    knowing, unknowing = (found_in(topics=(scores, topics), has_topic=has) for has in (True, False))
    assert knowing.rule.topic_threshold.mean() > unknowing.rule.topic_threshold.mean() + 0.02
    f1 = [2 * (given & topics).sum() / (given.sum() + topics.sum()) for given in map(given_by, (knowing, unknowing))]
    assert f1[0] > f1[1]
    assert knowing.topics == measure_given(given_by(knowing), topics, np.ones(topics.shape))


def test_what_is_promised_holds_on_other_articles() -> None:
    """Of sixteen corpora, one or two may promise more than they keep; of thresholds only measured, half would."""
    others = simulated_sections(40_000, seed=99)
    kept = []
    for seed in range(16):
        found = found_in(simulated_sections(1_000, seed=seed))
        assert found.auto is not None
        if found.auto.promised:
            kept.append(accepted_by(found, *others).mean() >= 0.9)
    assert len(kept) > 12
    assert np.mean(kept) > 0.8


def test_a_threshold_is_chosen_on_the_articles_that_are_to_choose_it() -> None:
    scores, section = simulated_sections(4_000, seed=11)
    easy = np.arange(4_000) >= 2_000
    section[easy] = softmax(SLOPE * scores[easy] + BIAS, axis=1).argmax(axis=1)  # never wrong: as if seen before
    flattered, honest = (found_in((scores, section), chooses=rows) for rows in (np.ones_like(easy), ~easy))
    assert flattered.rule.section_threshold < honest.rule.section_threshold
    assert flattered.rule.section_slope == honest.rule.section_slope
    assert accepted_by(honest, scores[~easy], section[~easy]).mean() >= 0.9
    assert accepted_by(flattered, scores[~easy], section[~easy]).mean() < 0.9


def test_an_accepted_section_is_at_least_as_probable_as_is_asked_for() -> None:
    sections = simulated_sections(3_000, seed=11)
    reached = found_in(sections).rule.section_threshold
    assert found_in(sections, least_threshold=0.3).rule.section_threshold == reached
    careful = found_in(sections, least_threshold=0.9)
    assert careful.rule.section_threshold == 0.9
    assert careful.auto is not None
    correct = accepted_by(careful, *sections)
    assert (careful.auto.n, careful.auto.precision) == (len(correct), pytest.approx(correct.mean()))


def test_transfer_makes_sections_less_certain_and_accepts_the_same() -> None:
    scores, section = simulated_sections(3_000, seed=11)
    found, careful = found_in((scores, section)), found_in((scores, section), transfer=0.5)
    assert careful.rule.section_slope == pytest.approx(found.rule.section_slope / 2)
    assert careful.rule.section_bias == pytest.approx(found.rule.section_bias / 2)
    assert careful.rule.section_threshold < found.rule.section_threshold
    assert accepted_by(careful, scores, section).mean() >= 0.9


def test_nothing_is_accepted_where_the_precision_is_out_of_reach() -> None:
    scores, section = simulated_sections(3_000, seed=13)
    found = found_in((scores, np.roll(section, 1)), auto_precision=0.98)
    assert found.auto is not None
    assert not found.auto.promised
    assert found.rule.section_threshold > 1


@pytest.mark.parametrize("objective", ["f1", "precision=0.9", "recall=0.9"])
def test_topics_are_given_by_the_objective(objective: str) -> None:
    found = found_in(topics=simulated_topics(4_000, [4.0, 4.0], [-1.0, 0.0], seed=12), objective=objective)
    assert found.topics is not None
    assert found.topics.precision is not None
    assert found.topics.recall is not None
    if objective.startswith("precision"):
        assert found.topics.precision == pytest.approx(0.9, abs=0.01)
    elif objective.startswith("recall"):
        assert found.topics.recall == pytest.approx(0.9, abs=0.01)
    else:
        assert max(found.topics.precision, found.topics.recall) < 0.89


def test_rules_without_sections_or_without_topics() -> None:
    found = found_in(topics=simulated_topics(50, [3.0], [0.0], seed=0))
    assert found.auto is None
    assert found.rule.section_bias.shape == (0,)
    assert found.rule.topic_slope.shape == (1,)
    found = found_in(simulated_sections(50, seed=0), (np.zeros((50, 0)), np.zeros((50, 0), dtype=np.bool_)))
    assert found.topics is None
    rule = found.rule
    assert rule.topic_slope.shape == rule.topic_bias.shape == rule.topic_threshold.shape == (0,)
    found = found_in(simulated_sections(50, seed=0), (np.zeros((0, 2)), np.zeros((0, 2), dtype=np.bool_)))
    assert found.rule.topic_threshold.tolist() == [0.5, 0.5]
