"""What changes when the same articles are labelled from less text: whole, headline and lead, headline alone.

``training.examine`` compares the views two by two; labels that change say how far a headline can be trusted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

__all__ = ["Move", "Shift", "section_shift"]


class Move(TypedDict):
    """From which section to which, how often, and the ids of the first articles."""

    first: str
    second: str
    count: int
    ids: list[str]


class Shift(TypedDict):
    """How sections given from one view differ from those given from another.

    Attributes
    ----------
    first, second : str
        The views.
    n : int
        Articles, with or without gold.
    changed : float
        Share of them whose section is another, in [0, 1].
    to_wrong, to_right, to_other : int
        Articles with gold that were right in the first view and are wrong in the second, the other way round, and
        wrong in both ways.
    moves : list of Move
        Most frequent first.
    """

    first: str
    second: str
    n: int
    changed: float
    to_wrong: int
    to_right: int
    to_other: int
    moves: list[Move]


def section_shift(
    views: tuple[str, str],
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    gold: NDArray[np.intp],
    ids: Sequence[str],
    labels: Sequence[str],
    most: int = 8,
    examples: int = 3,
) -> Shift:
    """Compare the sections given from two views of the same articles.

    Parameters
    ----------
    views : tuple of str
        Names of the two.
    first, second : ndarray of shape (n_articles,)
        Indices into ``labels``.
    gold : ndarray of shape (n_articles,)
        As these; -1 where unknown.
    ids, labels : sequence of str
    most, examples : int
        Moves to return, and ids of each, at most.
    """
    changed = first != second
    known = changed & (gold >= 0)
    rows = np.flatnonzero(changed).tolist()
    pairs = [(int(first[row]), int(second[row])) for row in rows]
    places: dict[tuple[int, int], list[str]] = {}
    for pair, row in zip(pairs, rows, strict=True):
        places.setdefault(pair, []).append(ids[row])
    ranked = sorted(Counter(pairs).items(), key=lambda item: (-item[1], item[0]))
    return {
        "first": views[0],
        "second": views[1],
        "n": len(first),
        "changed": float(changed.mean()) if len(first) else 0.0,
        "to_wrong": int((known & (first == gold)).sum()),
        "to_right": int((known & (second == gold)).sum()),
        "to_other": int((known & (first != gold) & (second != gold)).sum()),
        "moves": [
            {"first": labels[a], "second": labels[b], "count": count, "ids": places[a, b][:examples]}
            for (a, b), count in ranked[:most]
        ],
    }
