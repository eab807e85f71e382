"""Scores to probabilities and thresholds, learned from scores of articles that the head had not seen.

``learn`` collects such out-of-fold scores and turns them, by length of text, into the ``LengthRule`` that serves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp, softmax

from model.decision import LengthRule

__all__ = ["calibrate", "choose_threshold", "fit_sections", "fit_topics", "topic_thresholds"]

BIAS_PENALTY = 1e-3
"""Weight of the squared section biases beside the mean log-loss: keeps a section with five examples near the rest."""

TOPIC_PRIOR = 4.0
"""How many nats of evidence it takes to move one topic's calibration a unit away from that of all topics together."""

SHRINKAGE = 100
"""Positives at which a topic's own threshold counts as much as the common one; unshrunk thresholds overfit."""

FEWEST_ACCEPTED = 20
"""Articles that must stand above a threshold before its precision is believed."""


def calibrate(
    section_scores: NDArray[np.float64],
    section: NDArray[np.intp],
    section_weight: NDArray[np.float64],
    topic_scores: NDArray[np.float64],
    topics: NDArray[np.int8],
    topic_weight: NDArray[np.float64],
    *,
    auto_precision: float,
    least_threshold: float,
    transfer: float,
) -> tuple[LengthRule, bool]:
    """Learn the rule for texts of one length.

    Parameters
    ----------
    section_scores : ndarray of shape (n_texts, n_sections)
        Out-of-fold scores of texts whose section is known.
    section, section_weight : ndarray of shape (n_texts,)
        Their sections, and how much each text counts.
    topic_scores, topics : ndarray of shape (n_all_texts, n_topics)
        Out-of-fold scores of texts, and whether they have the topics: 1, 0, or -1 where nobody knows; a score there
        means nothing.
    topic_weight : ndarray of shape (n_all_texts,)
        How much each text counts for topics.
    auto_precision : float
        Precision in [0, 1] that accepted sections shall have.
    least_threshold : float
        Probability that an accepted section must have at least, whatever threshold would reach the precision.
    transfer : float
        What the logits of sections are multiplied with after calibration; below 1 where the articles to come are
        known to be less like the corpus than its parts are like one another.

    Returns
    -------
    LengthRule
    bool
        Whether any threshold reached the precision; if not, nothing is accepted.
    """
    slope, bias = fit_sections(section_scores, section, section_weight)
    slope, bias = transfer * slope, transfer * bias
    threshold = None
    if len(section):
        probabilities = softmax(slope * section_scores + bias, axis=1)
        correct = probabilities.argmax(axis=1) == section
        threshold = choose_threshold(probabilities.max(axis=1), correct, section_weight, auto_precision)
    topic_scores = np.where(topics >= 0, topic_scores, 0.0)
    weights = (topics >= 0) * topic_weight[:, np.newaxis]
    topic_slope, topic_bias = fit_topics(topic_scores, topics == 1, weights)
    rule = LengthRule(
        section_slope=slope,
        section_bias=bias,
        section_threshold=NEVER if threshold is None else max(threshold, least_threshold),
        topic_slope=topic_slope,
        topic_bias=topic_bias,
        topic_threshold=topic_thresholds(expit(topic_slope * topic_scores + topic_bias), topics == 1, weights),
    )
    return rule, threshold is not None


NEVER = 2.0
"""A section threshold that no probability reaches."""


def fit_sections(
    scores: NDArray[np.float64], section: NDArray[np.intp], weight: NDArray[np.float64]
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
        value = weight @ (log_sum - logits[np.arange(len(section)), section]) + BIAS_PENALTY * bias @ bias
        gap = weight[:, None] * (np.exp(logits - log_sum[:, None]) - right)
        gradient = np.concatenate([[slope * np.sum(gap * scores)], gap.sum(axis=0) + 2 * BIAS_PENALTY * bias])
        return float(value), gradient

    found = minimize(loss, np.concatenate([[np.log(3.0)], np.zeros(n_sections)]), jac=True, method="L-BFGS-B").x
    return float(np.exp(found[0])), found[1:] - found[1:].mean()


def choose_threshold(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_], weight: NDArray[np.float64], target: float
) -> float | None:
    """Choose the lowest confidence above which sections are right often enough.

    Parameters
    ----------
    confidence, correct, weight : ndarray of shape (n_texts,)
    target : float
        Precision in [0, 1].

    Returns
    -------
    float or None
        None where no threshold with at least 20 texts above it reaches the target.
    """
    order = np.argsort(-confidence, kind="stable")
    precision = np.cumsum((correct * weight)[order]) / np.cumsum(weight[order])
    possible = _last_of_equals(confidence[order])
    possible[: FEWEST_ACCEPTED - 1] = False
    good = np.flatnonzero(possible & (precision >= target))
    return float(confidence[order][good[-1]]) if good.size else None


def _last_of_equals(falling: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell where a threshold can stand in a falling row: it takes all texts of one probability, or none of them."""
    return np.append(np.diff(falling) != 0, True)


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


def topic_thresholds(
    probabilities: NDArray[np.float64], topics: NDArray[np.bool_], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Choose the threshold of every topic: its own best for F1, shrunk towards the best for all together.

    Parameters
    ----------
    probabilities, topics, weight : ndarray of shape (n_texts, n_topics)
        How much each pair counts; 0 where nobody knows.

    Returns
    -------
    ndarray of shape (n_topics,)
        In [0.05, 0.95].
    """
    n_topics = topics.shape[1]
    known = weight > 0
    if not (topics & known).any():
        return np.full(n_topics, 0.5)
    common = _best_threshold(probabilities[known], topics[known], weight[known])
    support = (topics * weight).sum(axis=0)
    own = np.array(
        [
            _best_threshold(*(array[known[:, topic], topic] for array in (probabilities, topics, weight)))
            for topic in range(n_topics)
        ]
    )
    return np.asarray(common + support / (support + SHRINKAGE) * (own - common))  # exact where the two are the same


def _best_threshold(
    probability: NDArray[np.float64], positive: NDArray[np.bool_], weight: NDArray[np.float64]
) -> float:
    """Return the threshold of the best F1, halfway to the next lower probability; 0.5 where nothing is positive."""
    if not positive.any():
        return 0.5
    order = np.argsort(-probability, kind="stable")
    counted = weight[order]
    f1 = 2 * np.cumsum(positive[order] * counted) / (np.cumsum(counted) + (positive * weight).sum())
    last = int(np.where(_last_of_equals(probability[order]), f1, 0).argmax())
    after = probability[order[min(last + 1, len(order) - 1)]]
    return float(np.clip((probability[order[last]] + after) / 2, 0.05, 0.95))
