"""Scores to probabilities, learned from scores of articles that the head had not seen.

``learn`` collects such out-of-fold scores and turns them, by length of text, into the ``LengthRule`` that serves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp, softmax

from model.decision import LengthRule
from training.settings import BEST_F1, TopicObjective
from training.thresholds import AutoThreshold, TopicsGiven, choose_auto_threshold, measure_given, topic_thresholds

__all__ = ["Aims", "Calibrated", "calibrate", "fit_sections", "fit_topics"]

BIAS_PENALTY = 1e-3
"""Weight of the squared section biases beside the mean log-loss: keeps a section with five examples near the rest."""

BIAS_PENALTY_ACROSS = 0.03
"""The same where articles were scored by heads that had not learned from their outlets.

How often these use a section says little of the next outlet: with .001, health and religion, which one outlet of SANAD
and ANT has and three have not, got biases 2 below the others. Right of SANAD held out (whole/headline) .949/.894 with
.001, .967/.917 with .03; of three outlets left out in turn .899/.837 and .900/.837. docs/experiments.md has the curve.
"""

TOPIC_PRIOR = 4.0
"""How many nats of evidence it takes to move one topic's calibration a unit away from that of all topics together."""


@dataclass(frozen=True, slots=True)
class Aims:
    """What a rule is wanted for.

    Attributes
    ----------
    auto_precision : float
        Precision in [0, 1] that accepted sections shall have.
    least_threshold : float
        Probability that an accepted section must have at least, whatever threshold would reach the precision.
    transfer : float
        What the logits of sections are multiplied with after calibration; below 1 where the articles to come are
        known to be less like the corpus than its parts are like one another.
    topics : TopicObjective
    bias_penalty : float
        What keeps biases of sections small; see `fit_sections`.
    """

    auto_precision: float = 0.98
    least_threshold: float = 0.0
    transfer: float = 1.0
    topics: TopicObjective = BEST_F1
    bias_penalty: float = BIAS_PENALTY


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A rule, and what is known of the labels it gives, from the articles it was learned with.

    Attributes
    ----------
    rule : LengthRule
    auto : AutoThreshold or None
        None where no section is known.
    topics : TopicsGiven or None
        None where no topic is known.
    """

    rule: LengthRule
    auto: AutoThreshold | None
    topics: TopicsGiven | None


def calibrate(
    section_scores: NDArray[np.float64],
    section: NDArray[np.intp],
    section_weight: NDArray[np.float64],
    chooses: NDArray[np.bool_],
    topic_scores: NDArray[np.float64],
    topics: NDArray[np.int8],
    topic_weight: NDArray[np.float64],
    has_topic: NDArray[np.bool_],
    aims: Aims,
) -> Calibrated:
    """Learn the rule for texts of one length.

    Parameters
    ----------
    section_scores : ndarray of shape (n_texts, n_sections)
        Out-of-fold scores of texts whose section is known.
    section, section_weight : ndarray of shape (n_texts,)
        Their sections, and how much each text counts.
    chooses : ndarray of shape (n_texts,), bool
        Whether a text is among those that the threshold of sections is chosen on: all of them, or those that were
        scored by a head which had learned nothing from their source.
    topic_scores, topics : ndarray of shape (n_all_texts, n_topics)
        Out-of-fold scores of texts, and whether they have the topics: 1, 0, or -1 where nobody knows; a score there
        means nothing.
    topic_weight : ndarray of shape (n_all_texts,)
        How much each text counts for topics.
    has_topic : ndarray of shape (n_all_texts,), bool
        Whether a text is given its likeliest topic where none reaches its threshold.
    aims : Aims
    """
    slope, bias = fit_sections(section_scores, section, section_weight, aims.bias_penalty)
    slope, bias = aims.transfer * slope, aims.transfer * bias
    auto = None
    if len(section):
        probabilities = softmax(slope * section_scores + bias, axis=1)
        correct = probabilities.argmax(axis=1) == section
        auto = choose_auto_threshold(
            probabilities.max(axis=1)[chooses],
            correct[chooses],
            section_weight[chooses],
            aims.auto_precision,
            aims.least_threshold,
        )
    topic_scores = np.where(topics >= 0, topic_scores, 0.0)
    weights = (topics >= 0) * topic_weight[:, np.newaxis]
    topic_slope, topic_bias = fit_topics(topic_scores, topics == 1, weights)
    topic_probabilities = expit(topic_slope * topic_scores + topic_bias)
    likeliest = _likeliest(topic_probabilities, weights > 0, has_topic)
    chosen = topic_thresholds(topic_probabilities, topics == 1, weights, aims.topics, likeliest)
    given = topic_probabilities >= chosen
    given |= likeliest & ~given.any(axis=1, keepdims=True)
    rule = LengthRule(
        section_slope=slope,
        section_bias=bias,
        section_threshold=NEVER if auto is None or auto.threshold is None else auto.threshold,
        topic_slope=topic_slope,
        topic_bias=topic_bias,
        topic_threshold=chosen,
    )
    return Calibrated(rule, auto, measure_given(given, topics == 1, weights))


def _likeliest(
    probabilities: NDArray[np.float64], known: NDArray[np.bool_], rows: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Mark the likeliest of the known topics of some rows: bool of shape (n_texts, n_topics)."""
    marked = np.zeros_like(known)
    chosen = np.flatnonzero(rows & known.any(axis=1))
    if chosen.size:
        marked[chosen, np.where(known[chosen], probabilities[chosen], -1.0).argmax(axis=1)] = True
    return marked


NEVER = 2.0
"""A section threshold that no probability reaches."""


def fit_sections(
    scores: NDArray[np.float64],
    section: NDArray[np.intp],
    weight: NDArray[np.float64],
    bias_penalty: float = BIAS_PENALTY,
) -> tuple[float, NDArray[np.float64]]:
    """Fit ``softmax(slope * scores + bias)`` to sections by maximum likelihood.

    One slope for all sections and a bias for each: temperature scaling (Guo et al. 2017, "On Calibration of Modern
    Neural Networks") with vector scaling's biases; a slope per section overfits small corpora.

    Returns
    -------
    slope : float
    bias : ndarray of shape (n_sections,)
        Zero on average.
    """
    n_sections = scores.shape[1]
    if not len(section):
        return 1.0, np.zeros(n_sections)
    weight = weight / weight.sum()
    right = np.zeros_like(scores)
    right[np.arange(len(section)), section] = 1

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        slope, bias = np.exp(parameters[0]), parameters[1:]
        logits = slope * scores + bias
        log_sum = logsumexp(logits, axis=1)
        value = weight @ (log_sum - logits[np.arange(len(section)), section]) + bias_penalty * bias @ bias
        gap = weight[:, None] * (np.exp(logits - log_sum[:, None]) - right)
        gradient = np.concatenate([[slope * np.sum(gap * scores)], gap.sum(axis=0) + 2 * bias_penalty * bias])
        return float(value), gradient

    found = minimize(loss, np.concatenate([[np.log(3.0)], np.zeros(n_sections)]), jac=True, method="L-BFGS-B").x
    return float(np.exp(found[0])), found[1:] - found[1:].mean()


def fit_topics(
    scores: NDArray[np.float64], topics: NDArray[np.bool_], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit ``1 / (1 + exp(-(slope * score + bias)))`` to every topic (Platt 1999), drawn towards all together.

    Parameters
    ----------
    scores, topics, weight : ndarray of shape (n_texts, n_topics)
        How much each pair counts; 0 where nobody knows.

    Returns
    -------
    slope, bias : ndarray of shape (n_topics,)
    """
    n_topics = scores.shape[1]
    known = weight > 0
    if not known.any():
        return np.ones(n_topics), np.zeros(n_topics)
    column = known.sum(), 1
    together = (scores[known].reshape(column), topics[known].reshape(column), weight[known].reshape(column))
    pooled = _newton(*together, np.array([[4.0], [0.0]]), prior=1e-3)
    slope, bias = _newton(scores, topics, weight, np.repeat(pooled, n_topics, axis=1), prior=TOPIC_PRIOR)
    return np.maximum(slope, 0.1), bias  # a falling probability for a rising score is noise


def _newton(
    scores: NDArray[np.float64],
    topics: NDArray[np.bool_],
    weight: NDArray[np.float64],
    start: NDArray[np.float64],
    *,
    prior: float,
) -> NDArray[np.float64]:
    """Fit a slope and a bias per column with Newton's method, each penalised for leaving its start."""
    slope, bias = start.copy()
    for _ in range(30):
        probability = expit(np.clip(slope * scores + bias, -30, 30))
        gap, curve = weight * (probability - topics), weight * probability * (1 - probability)
        gradient_slope = (gap * scores).sum(axis=0) + prior * (slope - start[0])
        gradient_bias = gap.sum(axis=0) + prior * (bias - start[1])
        a = (curve * scores * scores).sum(axis=0) + prior
        b = (curve * scores).sum(axis=0)
        c = curve.sum(axis=0) + prior
        determinant = a * c - b * b
        step_slope = (c * gradient_slope - b * gradient_bias) / determinant
        step_bias = (a * gradient_bias - b * gradient_slope) / determinant
        slope, bias = slope - np.clip(step_slope, -2, 2), bias - np.clip(step_bias, -2, 2)
        if max(np.abs(step_slope).max(), np.abs(step_bias).max()) < 1e-8:
            break
    return np.stack([slope, bias])
