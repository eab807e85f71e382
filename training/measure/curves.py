"""Curves over all thresholds: precision against recall, and how much can be left to the model at which precision.

``training.examine`` computes them for the pictures and sentences of the report.
"""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

__all__ = ["Coverage", "PrecisionRecall", "RiskCoverage", "coverage_at", "precision_recall", "risk_coverage"]

POINTS = 80
"""Points that are kept of a curve; a picture of 400 pixels shows no more."""


class PrecisionRecall(TypedDict):
    """A precision–recall curve, recall falling; ``average_precision`` as scikit-learn has it, without interpolation."""

    name: str
    recall: list[float]
    precision: list[float]
    average_precision: float


class RiskCoverage(TypedDict):
    """Share accepted, how many of these are right, and from which probability on; the surest articles first."""

    coverage: list[float]
    precision: list[float]
    threshold: list[float]


class Coverage(TypedDict):
    """The most that could be accepted, in hindsight, with a share of at least ``precision`` right."""

    precision: float
    coverage: float
    threshold: float | None


def precision_recall(name: str, gold: NDArray[np.bool_], score: NDArray[np.float64]) -> PrecisionRecall | None:
    """Trace precision and recall of one label, or of all decisions laid end to end (the micro-average).

    Parameters
    ----------
    name : str
    gold : ndarray of bool, shape (n_decisions,)
    score : ndarray of shape (n_decisions,)

    Returns
    -------
    PrecisionRecall or None
        None where gold never has the label.
    """
    if not gold.any():
        return None
    precision, recall, _ = precision_recall_curve(gold, score)
    kept = _spread(recall)
    return {
        "name": name,
        "recall": _rounded(recall[kept]),
        "precision": _rounded(precision[kept]),
        "average_precision": float(-np.diff(recall) @ precision[:-1]),
    }


def risk_coverage(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> RiskCoverage:
    """Trace the precision of what is accepted as the threshold falls; articles of one confidence come together.

    El-Yaniv & Wiener 2010, "On the Foundations of Noise-free Selective Classification", JMLR 11, with precision in the
    place of risk.
    """
    threshold, coverage, precision = _accepted(confidence, correct)
    kept = _spread(coverage)
    return {
        "coverage": _rounded(coverage[kept]),
        "precision": _rounded(precision[kept]),
        "threshold": _rounded(threshold[kept]),
    }


def coverage_at(confidence: NDArray[np.float64], correct: NDArray[np.bool_], precision: float) -> Coverage:
    """Find the lowest threshold whose accepted articles are right often enough.

    It is chosen on the articles it is measured on, which flatters; what the artifact's own threshold does is told by
    `measure_sections`.
    """
    threshold, coverage, measured = _accepted(confidence, correct)
    enough = np.flatnonzero(measured >= precision)
    if not enough.size:
        return {"precision": precision, "coverage": 0.0, "threshold": None}
    last = enough[-1]
    return {"precision": precision, "coverage": float(coverage[last]), "threshold": float(threshold[last])}


def _accepted(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return every threshold that makes a difference, highest first, with coverage and precision there."""
    order = np.argsort(-confidence, kind="stable")
    ranked = confidence[order]
    last_of_tie = np.flatnonzero(np.append(np.diff(ranked) != 0, True)) if ranked.size else np.zeros(0, dtype=np.intp)
    accepted = last_of_tie + 1.0
    right = np.cumsum(correct[order])[last_of_tie]
    return ranked[last_of_tie], accepted / max(len(confidence), 1), right / accepted


def _spread(places: NDArray[np.float64]) -> NDArray[np.intp]:
    """Choose points whose places are about evenly apart, the first and the last among them."""
    step = np.floor(places * POINTS)
    kept = np.append(np.diff(step) != 0, True)
    kept[:1] = True
    return np.flatnonzero(kept)


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [round(float(value), 4) for value in values]
