"""Scores to probabilities to labels, or to "ask an editor".

A score of a linear head is not a probability: ``training.calibrate`` learns a rule from scores of articles that the
head had not seen, the artifact's manifest keeps it, ``classifier`` applies it. A story of a few words scores on
another scale than one of three hundred, so there is one rule for short texts and one for long ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.features.jit import compiled
from model.prediction import Decision, Language, ReviewReason

__all__ = ["FEWEST_WORDS", "LEAST_KNOWN", "SHORT_WORDS", "Decider", "LengthRule", "reasons_to_abstain"]

SHORT_WORDS = 20
"""Texts of at most so many words are judged by the rule learned from headlines. Headlines of three outlets (22,739
articles) have 8 words in the middle, and one in a thousand has more than 16; a story of 20 words says no more."""

FEWEST_WORDS = 3
"""Texts of fewer words are not labelled: «عاجل», a name, a lone hashtag."""

LEAST_KNOWN = 0.25
"""Least share of words that the model must know. Of the stories of an outlet it never saw, a model of 59,000 articles
knows .91 and more (99.5 % of them), one of the starter corpus .47 and more; of 3 headlines in 100 the latter knows less
than this."""

_LARGEST = 1e100
"""Slope or offset of a score from which a probability could become infinity divided by infinity."""


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

    @property
    def reachable_threshold(self) -> float | None:
        """The section threshold; None where it is above 1, since no section reached the precision asked for."""
        return self.section_threshold if self.section_threshold <= 1 else None

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
    """Both rules as the kernel applies them: row 0 is for long texts, row 1 for short.

    Attributes
    ----------
    gain, offset : ndarray of shape (2, n_sections + n_topics), float64
        From a product of the weight matrix to a logit: ``gain * product + offset``.
    threshold : ndarray of shape (2, n_topics), float64
    least_topics : int
        0, or 1 where the most probable topic is given even below its threshold.
    """

    gain: NDArray[np.float64]
    offset: NDArray[np.float64]
    threshold: NDArray[np.float64]
    least_topics: int


@compiled
def apply_rules(products: NDArray[np.float64], n_words: int, rules: RuleArrays, ranked: NDArray[np.int64]) -> int:
    """Turn the products of one text into probabilities, in place, and rank its labels.

    Parameters
    ----------
    products : ndarray of shape (n_sections + n_topics,)
        Becomes the probabilities of the sections, which sum to 1, and that of each topic.
    n_words : int
        Words of the text; they choose the rule.
    rules : RuleArrays
    ranked : ndarray of shape (n_sections + n_topics,), int64
        Receives all sections, most probable first, then the topics that are given, most probable first.

    Returns
    -------
    int
        How many topics are given.
    """
    n_outputs, n_topics = products.size, rules.threshold.shape[1]
    n_sections = n_outputs - n_topics
    rule = 1 if n_words <= SHORT_WORDS else 0
    largest, total = -np.inf, 0.0
    for output in range(n_outputs):
        products[output] = rules.gain[rule, output] * products[output] + rules.offset[rule, output]
        if output < n_sections:
            largest = max(largest, products[output])
        else:
            products[output] = 1.0 / (1.0 + np.exp(-min(max(products[output], -30.0), 30.0)))  # more says nothing
    for section in range(n_sections):
        products[section] = np.exp(products[section] - largest)
        total += products[section]
    best, n_given = -1, 0
    for section in range(n_sections):
        products[section] /= total
        _insert(ranked[:n_sections], section, section, products)
    for topic in range(n_topics):
        if best < 0 or products[n_sections + topic] > products[n_sections + best]:
            best = topic
        if products[n_sections + topic] >= rules.threshold[rule, topic]:
            _insert(ranked[n_sections:], n_given, topic, products[n_sections:])
            n_given += 1
    if n_given < rules.least_topics and best >= 0:
        ranked[n_sections] = best
        n_given = 1
    return n_given


@compiled
def _insert(ranked: NDArray[np.int64], n: int, label: int, probability: NDArray[np.float64]) -> None:
    """Put a label in its place among the first ``n``, which stand in falling order of probability."""
    while n > 0 and probability[ranked[n - 1]] < probability[label]:
        ranked[n] = ranked[n - 1]
        n -= 1
    ranked[n] = label


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

    def arrays(self, scale: NDArray[np.float32], intercept: NDArray[np.float32]) -> RuleArrays:
        """Lay out both rules for heads whose scores are ``scale * product + intercept``.

        Parameters
        ----------
        scale, intercept : ndarray of shape (n_sections + n_topics,)

        Raises
        ------
        ValueError
            If they lead beyond what can be computed with.
        """
        rules = (self.long, self.short)
        slope: NDArray[np.float64] = np.array(
            [[*[rule.section_slope] * rule.section_bias.size, *rule.topic_slope] for rule in rules]
        )
        bias: NDArray[np.float64] = np.array([[*rule.section_bias, *rule.topic_bias] for rule in rules])
        gain, offset = slope * scale, slope * intercept + bias
        if not ((np.abs(gain) < _LARGEST) & (np.abs(offset) < _LARGEST)).all():
            raise ValueError(f"a score would have a slope or an offset of {_LARGEST} or more")
        return RuleArrays(
            gain=gain,
            offset=offset,
            threshold=np.array([rule.topic_threshold for rule in rules]),
            least_topics=int(self.at_least_one_topic),
        )

    def rule(self, n_words: int) -> LengthRule:
        """Return the rule for a text of ``n_words`` words."""
        return self.short if n_words <= SHORT_WORDS else self.long

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


def reasons_to_abstain(
    language: Language, texture: ReviewReason | None, n_words: int, n_known: int
) -> tuple[ReviewReason, ...]:
    """Say why a text cannot be labelled, whatever its scores; empty where it can.

    Parameters
    ----------
    language : Language
    texture : str or None
        What the text is instead of prose, one of ``texture.TEXTURES``.
    n_words, n_known : int
        Words of the text, and those that the model knows.
    """
    if n_words < FEWEST_WORDS:
        return ("too_short",) if language.supported or n_words == 0 else ("not_arabic", "too_short")
    if not language.supported:
        return ("not_arabic",)
    if texture is not None:
        return (texture,)
    return ("unknown_words",) if n_known < LEAST_KNOWN * n_words else ()
