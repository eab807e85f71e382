"""Scores to probabilities to decisions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from model.decision import FEWEST_WORDS, LEAST_KNOWN, SHORT_WORDS, Decider, LengthRule, apply_rules, reasons_to_abstain
from model.prediction import Language

LONG = LengthRule(
    section_slope=2.0,
    section_bias=np.array([0.0, 0.5, -0.5]),
    section_threshold=0.7,
    topic_slope=np.array([1.0, 3.0]),
    topic_bias=np.array([0.0, -1.0]),
    topic_threshold=np.array([0.5, 0.8]),
)
SHORT = LengthRule(
    section_slope=1.0,
    section_bias=np.zeros(3),
    section_threshold=0.9,
    topic_slope=np.array([2.0, 2.0]),
    topic_bias=np.array([0.0, 0.0]),
    topic_threshold=np.array([0.6, 0.6]),
)
DECIDER = Decider(LONG, SHORT)
LONG_TEXT, SHORT_TEXT = SHORT_WORDS + 1, SHORT_WORDS
ARABIC, PERSIAN = Language("ar", supported=True), Language("fa", supported=False)
NO_LETTERS = Language("und", supported=False)


def probabilities(scores: list[float], n_words: int, decider: Decider = DECIDER) -> Any:
    sections, topics, given_topics = apply_rules(
        np.array([scores], dtype=np.float64), np.array([n_words]), decider.arrays
    )
    decider.force_topics(topics, given_topics)
    return sections[0], topics[0], given_topics[0].tolist()


@pytest.mark.parametrize(
    ("n_words", "rule"), [(LONG_TEXT, LONG), (SHORT_TEXT, SHORT), (0, SHORT)], ids=["long", "short", "empty"]
)
def test_probabilities_are_softmax_and_sigmoid_of_the_rule_for_the_length(n_words: int, rule: LengthRule) -> None:
    scores = [0.3, -0.2, 0.1, 0.4, -0.6]
    sections, topics, _ = probabilities(scores, n_words)
    powers = np.exp(rule.section_slope * np.array(scores[:3]) + rule.section_bias)
    np.testing.assert_allclose(sections, powers / powers.sum(), rtol=1e-12)
    odds = np.exp(rule.topic_slope * np.array(scores[3:]) + rule.topic_bias)
    np.testing.assert_allclose(topics, odds / (1 + odds), rtol=1e-12)


@given(
    scores=hnp.arrays(np.float64, (4, 5), elements=st.floats(-1e6, 1e6)),
    n_words=hnp.arrays(np.int64, 4, elements=st.integers(0, 1000)),
)
def test_any_score_gives_probabilities(scores: Any, n_words: Any) -> None:
    sections, topics, given_topics = apply_rules(scores, n_words, DECIDER.arrays)
    np.testing.assert_allclose(sections.sum(axis=1), 1.0, atol=1e-12)
    assert ((sections >= 0) & (sections <= 1)).all()
    assert ((topics > 0) & (topics < 1)).all()
    for row in range(4):
        rule = DECIDER.rule(int(n_words[row]))
        assert (given_topics[row] == (topics[row] >= rule.topic_threshold)).all()


def test_a_topic_is_given_at_its_threshold() -> None:
    at = replace(LONG, topic_bias=np.zeros(2), topic_slope=np.ones(2), topic_threshold=np.array([0.5, 0.5 + 1e-9]))
    assert probabilities([0, 0, 0, 0.0, 0.0], LONG_TEXT, Decider(at, SHORT))[2] == [True, False]


@pytest.mark.parametrize(
    ("scores", "n_words", "given_topics"),
    [
        pytest.param([-5.0, -5.0], LONG_TEXT, [True, False], id="none-reaches-it"),
        pytest.param([5.0, -5.0], LONG_TEXT, [True, False], id="one-reaches-it"),
        pytest.param([5.0, 5.0], LONG_TEXT, [True, True], id="both-reach-it"),
        pytest.param([-0.2, -0.1], SHORT_TEXT, [False, True], id="the-more-probable-one"),
    ],
)
def test_at_least_one_topic(scores: list[float], n_words: int, given_topics: list[bool]) -> None:
    decider = replace(DECIDER, at_least_one_topic=True)
    assert probabilities([0, 0, 0, *scores], n_words, decider)[2] == given_topics
    if max(scores) < 0:
        assert probabilities([0, 0, 0, *scores], n_words)[2] == [False, False], "no topic is a normal answer"


def test_a_topic_is_forced_only_where_none_is_given() -> None:
    topics = np.array([[0.1, 0.4], [0.9, 0.2], [0.3, 0.2]])
    given_topics = np.array([[False, False], [False, True], [False, False]])
    replace(DECIDER, at_least_one_topic=True).force_topics(topics, given_topics)
    assert given_topics.tolist() == [[False, True], [False, True], [True, False]]


def test_only_sections_and_only_topics() -> None:
    none = np.zeros(0)
    sections_only = replace(LONG, topic_slope=none, topic_bias=none, topic_threshold=none)
    topics_only = replace(LONG, section_bias=none)
    sections, topics, given_topics = probabilities([0, 0, 0], LONG_TEXT, Decider(sections_only, sections_only, True))
    assert (sections.size, topics.size, given_topics) == (3, 0, [])
    sections, topics, given_topics = probabilities([9.0, 9.0], LONG_TEXT, Decider(topics_only, topics_only))
    assert (sections.size, topics.size, given_topics) == (0, 2, [True, True])


@pytest.mark.parametrize(
    ("confidence", "n_words", "abstentions", "decision"),
    [
        pytest.param(0.7, LONG_TEXT, (), "accepted", id="at-the-threshold"),
        pytest.param(0.699, LONG_TEXT, (), "uncertain", id="below-it"),
        pytest.param(0.7, SHORT_TEXT, (), "uncertain", id="below-that-of-short-texts"),
        pytest.param(0.9, SHORT_TEXT, (), "accepted", id="at-that-of-short-texts"),
        pytest.param(0.99, LONG_TEXT, ("not_arabic",), "abstained", id="whatever-the-probability"),
    ],
)
def test_decide(confidence: float, n_words: int, abstentions: Any, decision: str) -> None:
    assert DECIDER.decide(confidence, n_words, abstentions) == decision


def test_section_thresholds_by_length() -> None:
    assert DECIDER.section_thresholds(np.array([SHORT_TEXT, LONG_TEXT, 0])).tolist() == [0.9, 0.7, 0.9]


ENOUGH = round(LEAST_KNOWN * 100)


@pytest.mark.parametrize(
    ("language", "n_words", "n_known", "reasons"),
    [
        pytest.param(ARABIC, 100, ENOUGH, (), id="as-many-known-words-as-needed"),
        pytest.param(ARABIC, 100, ENOUGH - 1, ("unknown_words",), id="one-known-word-too-few"),
        pytest.param(ARABIC, FEWEST_WORDS, FEWEST_WORDS, (), id="as-many-words-as-needed"),
        pytest.param(ARABIC, FEWEST_WORDS - 1, FEWEST_WORDS - 1, ("too_short",), id="one-word-too-few"),
        pytest.param(NO_LETTERS, 0, 0, ("too_short",), id="no-words"),
        pytest.param(PERSIAN, 100, 90, ("not_arabic",), id="persian"),
        pytest.param(PERSIAN, 1, 1, ("not_arabic", "too_short"), id="one-persian-word"),
    ],
)
def test_reasons_to_abstain(language: Language, n_words: int, n_known: int, reasons: tuple[str, ...]) -> None:
    assert reasons_to_abstain(language, n_words, n_known) == reasons


def test_through_json_and_back() -> None:
    decider = replace(DECIDER, at_least_one_topic=True)
    again = Decider.from_dict(json.loads(json.dumps(decider.to_dict())))
    assert again.to_dict() == decider.to_dict()
    scores, n_words = np.random.default_rng(2).normal(size=(6, 5)), np.array([1, 20, 21, 50, 3, 400])
    expected = apply_rules(scores, n_words, decider.arrays)
    for one, other in zip(apply_rules(scores, n_words, again.arrays), expected, strict=True):
        np.testing.assert_array_equal(one, other)


BROKEN: dict[str, dict[str, Any]] = {
    "too-few-sections": {"section_bias": np.zeros(2)},
    "too-many-topics": {"topic_slope": np.ones(3)},
    "a-table-of-biases": {"topic_bias": np.zeros((2, 1))},
    "infinite-bias": {"section_bias": np.array([0.0, np.inf, 0.0])},
    "threshold-not-a-number": {"topic_threshold": np.array([0.5, np.nan])},
    "slope-not-a-number": {"section_slope": float("nan")},
    "infinite-threshold": {"section_threshold": float("inf")},
}


@pytest.mark.parametrize("length", ["long", "short"])
@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_check_refuses(change: dict[str, Any], length: str) -> None:
    DECIDER.check(3, 2)
    broken = replace(DECIDER, **{length: replace(getattr(DECIDER, length), **change)})
    with pytest.raises(ValueError, match="finite number"):
        broken.check(3, 2)
