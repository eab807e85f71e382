"""How far confidence can be believed: reliability bins and the calibration error.

Called by ``figures`` for the error alone, and by ``training.evaluation`` for the bins that the report shows.
"""

from __future__ import annotations

import math
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_PROBABLE", "ReliabilityBin", "expected_calibration_error", "reliability_bins", "topic_reliability"]

LEAST_PROBABLE = 0.05
"""Probability from which a topic stands in `topic_reliability`; for the best F1, none is given below."""


class ReliabilityBin(TypedDict):
    """Articles of similar confidence: how many, from which to which, mean confidence, share that was right."""

    n: int
    low: float
    high: float
    confidence: float
    accuracy: float


def reliability_bins(
    confidence: NDArray[np.float64],
    correct: NDArray[np.bool_],
    bins: int = 15,
) -> list[ReliabilityBin]:
    """Group articles into bins of equal mass by confidence, least confident first.

    Articles of one and the same confidence each count as right by the share of them that is right: otherwise the
    order of the articles would decide which of the tied ones falls on which side of an edge.

    Parameters
    ----------
    confidence : ndarray of shape (n_articles,)
        Probability of the label that was given, in [0, 1].
    correct : ndarray of bool, shape (n_articles,)
        Whether it was right.
    bins : int
        Number of bins; fewer come back where there are fewer articles.

    Returns
    -------
    list of ReliabilityBin
    """
    _, tied_with = np.unique(confidence, return_inverse=True)
    share_right = np.bincount(tied_with, weights=correct) / np.maximum(np.bincount(tied_with), 1)
    right = share_right[tied_with]
    return [
        {
            "n": len(rows),
            "low": float(confidence[rows[0]]),
            "high": float(confidence[rows[-1]]),
            "confidence": float(confidence[rows].mean()),
            "accuracy": float(right[rows].mean()),
        }
        for rows in np.array_split(np.argsort(confidence, kind="stable"), bins)
        if len(rows)
    ]


def topic_reliability(probabilities: NDArray[np.float64], gold: NDArray[np.bool_]) -> list[ReliabilityBin]:
    """Group the decisions on topics by their probability, those of .05 and more; others crowd into one corner.

    Parameters
    ----------
    probabilities, gold : ndarray of shape (n_articles, n_topics)
        Calibrated probability of every topic, and whether the article has it.

    Returns
    -------
    list of ReliabilityBin
        ``accuracy`` is the share of the bin that is in gold.
    """
    possible = probabilities >= LEAST_PROBABLE
    return reliability_bins(probabilities[possible], gold[possible])


def expected_calibration_error(
    confidence: NDArray[np.float64],
    correct: NDArray[np.bool_],
    bins: int = 15,
) -> float:
    """Mean gap between confidence and accuracy over bins of equal mass, weighted by their articles, in [0, 1].

    Of topics, ``confidence`` is the probability of a topic, given or not, and ``correct`` that gold has it.

    Top-label ECE (Guo et al. 2017, "On Calibration of Modern Neural Networks", ICML) in the equal-mass form of Nguyen
    and O'Connor 2015, "Posterior calibration and exploratory analysis for NLP models", EMNLP. NaN without articles.
    """
    table = reliability_bins(confidence, correct, bins)
    if not table:
        return math.nan
    return sum(row["n"] * abs(row["confidence"] - row["accuracy"]) for row in table) / len(confidence)
