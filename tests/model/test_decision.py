"""Scores to probabilities to decisions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

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


class Applied(NamedTuple):
    """What ``apply_rules`` makes of one text."""

    sections: NDArray[np.float64]
    topics: NDArray[np.float64]
    ranked: list[int]
    given: list[int]


def apply(scores: Sequence[float], n_words: int, decider: Decider = DECIDER) -> Applied:
    n_topics = decider.long.topic_bias.size
    n_sections = len(scores) - n_topics
    products, ranked = np.array(scores, dtype=np.float64), np.zeros(len(scores), dtype=np.int64)
    rules = decider.arrays(np.ones(len(scores), dtype=np.float32), np.zeros(len(scores), dtype=np.float32))
    n_given = apply_rules(products, n_words, rules, ranked)
    labels = ranked.tolist()
    return Applied(
        products[:n_sections], products[n_sections:], labels[:n_sections], labels[n_sections : n_sections + n_given]
    )


@pytest.mark.parametrize(
    ("n_words", "rule"), [(LONG_TEXT, LONG), (SHORT_TEXT, SHORT), (0, SHORT)], ids=["long", "short", "empty"]
)
def test_probabilities_are_softmax_and_sigmoid_of_the_rule_for_the_length(n_words: int, rule: LengthRule) -> None:
    scores = [0.3, -0.2, 0.1, 0.4, -0.6]
    applied = apply(scores, n_words)
    powers = np.exp(rule.section_slope * np.array(scores[:3]) + rule.section_bias)
    np.testing.assert_allclose(applied.sections, powers / powers.sum(), rtol=1e-12)
    odds = np.exp(rule.topic_slope * np.array(scores[3:]) + rule.topic_bias)
    np.testing.assert_allclose(applied.topics, odds / (1 + odds), rtol=1e-12)


def test_scale_and_intercept_of_the_heads_come_before_the_rule() -> None:
    products = np.array([10.0, -20.0, 3.0, 40.0, -6.0])
    scale = np.array([0.5, 0.25, 2.0, 0.125, 1.0], dtype=np.float32)
    intercept = np.array([0.5, -1.0, 0.25, 2.0, 0.0], dtype=np.float32)
    expected = apply((products * scale + intercept).tolist(), LONG_TEXT)
    apply_rules(products, LONG_TEXT, DECIDER.arrays(scale, intercept), np.zeros(5, dtype=np.int64))
    np.testing.assert_allclose(products, [*expected.sections, *expected.topics], rtol=1e-12)


@given(scores=st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=5), n_words=st.integers(0, 1000))
def test_any_score_gives_probabilities_and_labels_in_order(scores: list[float], n_words: int) -> None:
    sections, topics, ranked, given_topics = apply(scores, n_words)
    assert sections.sum() == pytest.approx(1.0, abs=1e-12)
    assert ((sections >= 0) & (sections <= 1)).all()
    assert ((topics > 0) & (topics < 1)).all()
    assert sorted(ranked) == [0, 1, 2]
    assert (np.diff(sections[ranked]) <= 0).all()
    assert set(given_topics) == set(np.flatnonzero(topics >= DECIDER.rule(n_words).topic_threshold))
    assert (np.diff(topics[given_topics]) <= 0).all()


def test_a_topic_is_given_at_its_threshold() -> None:
    at = replace(LONG, topic_bias=np.zeros(2), topic_slope=np.ones(2), topic_threshold=np.array([0.5, 0.5 + 1e-9]))
    assert apply([0, 0, 0, 0, 0], LONG_TEXT, Decider(at, SHORT)).given == [0]


@pytest.mark.parametrize(
    ("scores", "n_words", "given_topics", "given_otherwise"),
    [
        pytest.param([-5.0, -5.0], LONG_TEXT, [0], [], id="none-reaches-it"),
        pytest.param([5.0, -5.0], LONG_TEXT, [0], [0], id="one-reaches-it"),
        pytest.param([5.0, 6.0], LONG_TEXT, [1, 0], [1, 0], id="both-reach-it"),
        pytest.param([-0.2, -0.1], SHORT_TEXT, [1], [], id="the-more-probable-one"),
    ],
)
def test_at_least_one_topic(
    scores: list[float], n_words: int, given_topics: list[int], given_otherwise: list[int]
) -> None:
    """And otherwise none: no topic is a normal answer."""
    assert apply([0, 0, 0, *scores], n_words, replace(DECIDER, at_least_one_topic=True)).given == given_topics
    assert apply([0, 0, 0, *scores], n_words).given == given_otherwise


@pytest.mark.parametrize("at_least_one_topic", [True, False])
def test_only_sections_and_only_topics(at_least_one_topic: bool) -> None:
    none = np.zeros(0)
    sections_only = replace(LONG, topic_slope=none, topic_bias=none, topic_threshold=none)
    topics_only = replace(LONG, section_bias=none)
    applied = apply([0, 1, 2], LONG_TEXT, Decider(sections_only, sections_only, at_least_one_topic))
    assert (applied.ranked, applied.topics.size, applied.given) == ([2, 1, 0], 0, [])
    applied = apply([9.0, 9.0], LONG_TEXT, Decider(topics_only, topics_only, at_least_one_topic))
    assert (applied.sections.size, applied.ranked, applied.given) == (0, [], [1, 0])


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
    ("language", "texture", "n_words", "n_known", "reasons"),
    [
        pytest.param(ARABIC, None, 100, ENOUGH, (), id="as-many-known-words-as-needed"),
        pytest.param(ARABIC, None, 100, ENOUGH - 1, ("unknown_words",), id="one-known-word-too-few"),
        pytest.param(ARABIC, None, FEWEST_WORDS, FEWEST_WORDS, (), id="as-many-words-as-needed"),
        pytest.param(ARABIC, None, FEWEST_WORDS - 1, FEWEST_WORDS - 1, ("too_short",), id="one-word-too-few"),
        pytest.param(NO_LETTERS, None, 0, 0, ("too_short",), id="no-words"),
        pytest.param(PERSIAN, None, 100, 90, ("not_arabic",), id="persian"),
        pytest.param(PERSIAN, None, 1, 1, ("not_arabic", "too_short"), id="one-persian-word"),
        pytest.param(PERSIAN, "list", 100, 0, ("not_arabic",), id="a-persian-list"),
        pytest.param(ARABIC, "list", 100, 100, ("list",), id="a-list-of-known-words"),
        pytest.param(ARABIC, "gibberish", 100, 0, ("gibberish",), id="gibberish-of-unknown-words"),
        pytest.param(ARABIC, "boilerplate", 2, 2, ("too_short",), id="a-share-button"),
    ],
)
def test_reasons_to_abstain(
    language: Language, texture: Any, n_words: int, n_known: int, reasons: tuple[str, ...]
) -> None:
    assert reasons_to_abstain(language, texture, n_words, n_known) == reasons


def test_through_json_and_back() -> None:
    decider = replace(DECIDER, at_least_one_topic=True)
    again = Decider.from_dict(json.loads(json.dumps(decider.to_dict())))
    assert again.to_dict() == decider.to_dict()
    for n_words in (SHORT_TEXT, LONG_TEXT):
        one, other = (apply([0.1, 0.5, -0.3, 0.2, -4.0], n_words, which) for which in (again, decider))
        assert [part.tolist() for part in one[:2]] == [part.tolist() for part in other[:2]]
        assert one[2:] == other[2:]


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
