"""Two models on the same articles: by how much one is better, and whether that could be chance.

``training.examine`` calls it for ``evaluate --compare``; each sample of the bootstrap holds the same articles for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from training.measure.intervals import FEWEST, Draws, Interval, draw, interval

__all__ = ["AgreementDifference", "Difference", "LabelDifference", "compare_agreement"]


class Difference(TypedDict):
    """A figure of this model and of the other; ``difference`` is this one's minus the other's.

    ``interval`` is that of the difference, by paired bootstrap: where it does not hold 0, chance alone is an unlikely
    reason.
    """

    ours: float | None
    theirs: float | None
    difference: float | None
    interval: Interval | None


class LabelDifference(Difference):
    """The difference in F1 of one label that ``support`` articles have; no interval where they are too few."""

    label: str
    support: int


class AgreementDifference(TypedDict):
    """Both models on sections, or on topics.

    Attributes
    ----------
    n : int
        Articles that both labelled.
    micro, macro : Difference
        In micro-F1 (for sections: accuracy) and in mean F1 of the labels in gold.
    fixed, broken : int
        Articles that this model labels entirely right and the other did not, and the other way round.
    labels : list of LabelDifference
        What got worst comes first.
    """

    n: int
    micro: Difference
    macro: Difference
    fixed: int
    broken: int
    labels: list[LabelDifference]


def compare_agreement(
    gold: NDArray[np.bool_],
    ours: NDArray[np.bool_],
    theirs: NDArray[np.bool_],
    labels: Sequence[str],
    seed: int = 0,
) -> AgreementDifference:
    """Compare what two models gave.

    Parameters
    ----------
    gold, ours, theirs : ndarray of bool, shape (n_articles, n_labels)
        At least one article.
    labels : sequence of str
    seed : int
    """
    drawn = draw(gold, ours, theirs, seed=seed)
    mine, other = (_counts(gold, given) for given in (ours, theirs))
    right = [(gold == given).all(axis=1) for given in (ours, theirs)]
    by_label = [draws.f1() for draws in drawn]
    f1 = [counts.f1()[0] for counts in (mine, other)]
    support = gold.sum(axis=0)
    rows: list[LabelDifference] = []
    for column, label in enumerate(labels):
        samples = by_label[0][:, column] - by_label[1][:, column]
        enough = support[column] >= FEWEST
        row = _difference(f1[0][column], f1[1][column], samples if enough else samples[:0])
        rows.append({"label": label, "support": int(support[column]), **row})
    return {
        "n": len(gold),
        "micro": _difference(mine.micro_f1()[0], other.micro_f1()[0], drawn[0].micro_f1() - drawn[1].micro_f1()),
        "macro": _difference(mine.macro_f1()[0], other.macro_f1()[0], drawn[0].macro_f1() - drawn[1].macro_f1()),
        "fixed": int((right[0] & ~right[1]).sum()),
        "broken": int((right[1] & ~right[0]).sum()),
        "labels": sorted(rows, key=lambda row: (row["difference"] or 0.0, -row["support"])),
    }


def _counts(gold: NDArray[np.bool_], given: NDArray[np.bool_]) -> Draws:
    """Count on the articles as they are: a single sample."""
    return Draws(*(part.sum(axis=0, keepdims=True).astype(np.float64) for part in (gold & given, gold, given)))


def _difference(ours: float, theirs: float, samples: NDArray[np.float64]) -> Difference:
    defined = not np.isnan(ours) and not np.isnan(theirs)
    return {
        "ours": None if np.isnan(ours) else float(ours),
        "theirs": None if np.isnan(theirs) else float(theirs),
        "difference": float(ours - theirs) if defined else None,
        "interval": interval(samples) if defined else None,
    }
