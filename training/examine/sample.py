"""The articles that a costly part of a report is measured on, where all would take too long."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["sample_rows"]


def sample_rows(n_articles: int, most: int, seed: int) -> NDArray[np.intp]:
    """Draw at most ``most`` rows, in their order; all where there are no more."""
    if n_articles <= most:
        return np.arange(n_articles)
    return np.sort(np.random.default_rng(seed).choice(n_articles, most, replace=False))
