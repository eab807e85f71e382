"""Ratios and F1 out of counts, with NaN for what is not defined until it becomes None.

The ground that every other module of ``training.measure`` stands on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["f1_scores", "number", "ratio", "section_counts"]


def section_counts(
    gold: NDArray[np.intp], predicted: NDArray[np.intp], n_sections: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Count, for every section, the articles that are rightly given it, have it, and are given it."""
    hits = gold[gold == predicted]
    return (
        np.bincount(hits, minlength=n_sections),
        np.bincount(gold, minlength=n_sections),
        np.bincount(predicted, minlength=n_sections),
    )


def f1_scores(hits: Any, in_gold: Any, given: Any) -> NDArray[np.float64]:
    """F1 from counts, element by element; NaN where a label is neither in gold nor given."""
    return ratio(2 * hits, in_gold + given)


def ratio(part: Any, whole: Any) -> NDArray[np.float64]:
    """Divide counts, element by element; NaN where there is nothing to divide by."""
    quotients = np.full(np.shape(whole), np.nan)
    np.divide(part, whole, out=quotients, where=np.asarray(whole) > 0)
    return quotients


def number(value: Any) -> float | None:
    """Plain float, or None for NaN: JSON has no NaN."""
    return None if np.isnan(value) else float(value)
