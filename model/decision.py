"""Scores to probabilities to labels, or to "ask an editor".

A score of a linear head is not a probability: ``training.calibrate`` learns a rule from scores of articles that the
head had not seen, the artifact's manifest keeps it, ``classifier`` applies it. A story of a few words scores on
another scale than one of three hundred, so there is one rule for short texts and one for long ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.features.jit import compiled
from model.prediction import Decision, Language, ReviewReason

__all__ = ["FEWEST_WORDS", "LEAST_KNOWN", "SHORT_WORDS", "Decider", "LengthRule", "reasons_to_abstain"]

SHORT_WORDS = 20
"""Texts of at most so many words are judged by the rule learned from headlines. Headlines of three outlets (22,739
articles) have 9 words in the middle and 16 at the 99th percentile; bodies shorter than 20 words are headlines."""

FEWEST_WORDS = 3
"""Texts of fewer words are not labelled: «عاجل», a name, a lone hashtag."""

LEAST_KNOWN = 0.25
"""Least share of words that the model must know. Stories of an outlet it never saw have .9 and more; transliterated
English, keyboard noise and word lists lie below."""


@dataclass(frozen=True, slots=True)
class LengthRule:
    """Calibration and thresholds for texts of one length.

    Attributes
    ----------
    section_slope : float
        Section probabilities are ``softmax(section_slope * scores + section_bias)``.
    section_bias : ndarray of shape (n_sections,)
    section_threshold : float
        Least probability, in [0, 1], at which a section is accepted without an editor.
    topic_slope, topic_bias : ndarray of shape (n_topics,)
        Topic probabilities are ``1 / (1 + exp(-(topic_slope * score + topic_bias)))``.
    topic_threshold : ndarray of shape (n_topics,)
        Least probability, in [0, 1], at which a topic is given.
    """

    section_slope: float
    section_bias: NDArray[np.float64]
    section_threshold: float
    topic_slope: NDArray[np.float64]
    topic_bias: NDArray[np.float64]
    topic_threshold: NDArray[np.float64]

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists for the manifest."""
        return {name: np.asarray(getattr(self, name)).tolist() for name in self.__slots__}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> LengthRule:
        """Take the plain numbers and lists back."""
        return cls(
            section_slope=float(values["section_slope"]),
            section_bias=np.asarray(values["section_bias"], dtype=np.float64),
            section_threshold=float(values["section_threshold"]),
            topic_slope=np.asarray(values["topic_slope"], dtype=np.float64),
            topic_bias=np.asarray(values["topic_bias"], dtype=np.float64),
            topic_threshold=np.asarray(values["topic_threshold"], dtype=np.float64),
        )


class RuleArrays(NamedTuple):
    """Both rules as ``apply_rules`` reads them: row 0 is for long texts, row 1 for short.

    ``slopes`` and ``biases`` are of shape (2, n_sections + n_topics), ``thresholds`` of shape (2, n_topics).
    """

    slopes: NDArray[np.float64]
    biases: NDArray[np.float64]
    thresholds: NDArray[np.float64]


@compiled
def apply_rules(
    scores: NDArray[np.float64], n_words: NDArray[np.int64], rules: RuleArrays
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Turn scores into probabilities, and say which topics reach their thresholds.

    Parameters
    ----------
    scores : ndarray of shape (n_texts, n_sections + n_topics)
    n_words : ndarray of shape (n_texts,)
    rules : RuleArrays

    Returns
    -------
    sections : ndarray of shape (n_texts, n_sections)
        Rows sum to 1.
    topics : ndarray of shape (n_texts, n_topics)
    given : ndarray of shape (n_texts, n_topics), bool
    """
    slopes, biases, thresholds = rules
    n_texts, n_outputs = scores.shape
    n_sections = n_outputs - thresholds.shape[1]
    sections = np.empty((n_texts, n_sections))
    topics = np.empty((n_texts, n_outputs - n_sections))
    given = np.empty((n_texts, n_outputs - n_sections), dtype=np.bool_)
    for text in range(n_texts):
        rule = 1 if n_words[text] <= SHORT_WORDS else 0
        largest, total = -np.inf, 0.0
        for output in range(n_sections):
            sections[text, output] = slopes[rule, output] * scores[text, output] + biases[rule, output]
            largest = max(largest, sections[text, output])
        for output in range(n_sections):
            sections[text, output] = np.exp(sections[text, output] - largest)
            total += sections[text, output]
        for output in range(n_sections):
            sections[text, output] /= total
        for topic in range(n_outputs - n_sections):
            output = n_sections + topic
            logit = slopes[rule, output] * scores[text, output] + biases[rule, output]
            topics[text, topic] = 1.0 / (1.0 + np.exp(-min(max(logit, -30.0), 30.0)))  # more says nothing more
            given[text, topic] = topics[text, topic] >= thresholds[rule, topic]
    return sections, topics, given


@dataclass(frozen=True)
class Decider:
    """Everything between scores and labels.

    Attributes
    ----------
    long, short : LengthRule
        For texts of more than ``SHORT_WORDS`` words, and for the others.
    at_least_one_topic : bool
        Whether the most probable topic is given where none reaches its threshold.
    """

    long: LengthRule
    short: LengthRule
    at_least_one_topic: bool = False

    @cached_property
    def arrays(self) -> RuleArrays:
        """Both rules as arrays."""
        rules = (self.long, self.short)
        return RuleArrays(
            np.array([[*[rule.section_slope] * rule.section_bias.size, *rule.topic_slope] for rule in rules]),
            np.array([[*rule.section_bias, *rule.topic_bias] for rule in rules]),
            np.array([rule.topic_threshold for rule in rules]),
        )

    def rule(self, n_words: int) -> LengthRule:
        """Return the rule for a text of ``n_words`` words."""
        return self.short if n_words <= SHORT_WORDS else self.long

    def force_topics(self, topics: NDArray[np.float64], given: NDArray[np.bool_]) -> None:
        """Give the most probable topic, in place, where none is given and at least one is asked for."""
        if self.at_least_one_topic and topics.shape[1]:
            none = ~given.any(axis=1)
            given[none, topics[none].argmax(axis=1)] = True

    def section_thresholds(self, n_words: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the section threshold that holds for each text, by its number of words."""
        return np.where(n_words <= SHORT_WORDS, self.short.section_threshold, self.long.section_threshold)

    def decide(self, confidence: float, n_words: int, abstentions: tuple[ReviewReason, ...]) -> Decision:
        """Say what is to be done with the best section, whose probability is ``confidence``."""
        if abstentions:
            return "abstained"
        return "accepted" if confidence >= self.rule(n_words).section_threshold else "uncertain"

    def check(self, n_sections: int, n_topics: int) -> None:
        """Make sure that there is a finite number for each label.

        Raises
        ------
        ValueError
            If there is not.
        """
        for rule in (self.long, self.short):
            sizes = {
                "section_bias": n_sections,
                "topic_slope": n_topics,
                "topic_bias": n_topics,
                "topic_threshold": n_topics,
            }
            for name, size in sizes.items():
                array = getattr(rule, name)
                if array.shape != (size,) or not np.isfinite(array).all():
                    raise ValueError(f"{name} is not a finite number for each of {size} labels")
            if not np.isfinite([rule.section_slope, rule.section_threshold]).all():
                raise ValueError("section_slope or section_threshold is not a finite number")

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for the manifest."""
        return {
            "long": self.long.to_dict(),
            "short": self.short.to_dict(),
            "at_least_one_topic": self.at_least_one_topic,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Decider:
        """Take the plain values back."""
        return cls(
            long=LengthRule.from_dict(values["long"]),
            short=LengthRule.from_dict(values["short"]),
            at_least_one_topic=bool(values["at_least_one_topic"]),
        )


def reasons_to_abstain(language: Language, n_words: int, n_known: int) -> tuple[ReviewReason, ...]:
    """Say why a text cannot be labelled, whatever its scores; empty where it can."""
    if n_words < FEWEST_WORDS:
        return ("too_short",) if language.supported or n_words == 0 else ("not_arabic", "too_short")
    if not language.supported:
        return ("not_arabic",)
    return ("unknown_words",) if n_known < LEAST_KNOWN * n_words else ()
