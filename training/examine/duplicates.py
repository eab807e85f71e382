"""The largest groups of near duplicates, as the report lists them. Called by ``examine``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.dataset import Dataset
from training.report.details import DuplicateGroup

__all__ = ["largest_groups"]

MOST_GROUPS = 20
"""Groups that are listed."""

MOST_IDS = 6
"""Articles of a group that are named."""


def largest_groups(dataset: Dataset, groups: NDArray[np.int64]) -> tuple[list[DuplicateGroup], int, int]:
    """List groups of articles that are the same story; those filed under several sections first, then by size.

    Returns
    -------
    list of DuplicateGroup
    n_groups, n_articles : int
        How many groups of two or more there are, and articles in them.
    """
    sizes = np.bincount(groups) if len(groups) else np.zeros(0, dtype=np.intp)
    repeated = np.flatnonzero(sizes > 1)
    order = np.argsort(groups, kind="stable")
    begins = np.searchsorted(groups[order], repeated)
    found: list[DuplicateGroup] = []
    for group, begin in zip(repeated, begins, strict=True):
        rows = order[begin : begin + sizes[group]]
        sections = np.unique(dataset.section[rows][dataset.section[rows] >= 0])
        found.append(
            {
                "ids": [dataset.ids[row] for row in rows[:MOST_IDS]],
                "n": int(rows.size),
                "sources": sorted({dataset.sources[row] for row in rows if dataset.sources[row]}),
                "sections": [dataset.taxonomy.sections[section].id for section in sections],
            }
        )
    found.sort(key=lambda group: (-(len(group["sections"]) > 1), -group["n"]))
    return found[:MOST_GROUPS], repeated.size, int(sizes[repeated].sum())
