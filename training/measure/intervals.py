"""How far figures could be off by the chance of which articles were measured: bootstrap intervals.

``training.examine`` asks for intervals of one model's figures, and through ``paired`` for those of a difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.measure.counts import f1_scores, ratio

__all__ = ["FEWEST", "AgreementIntervals", "Draws", "Interval", "agreement_intervals", "draw", "indicators", "interval"]

REPLICATES = 1000
"""Samples that are drawn. The bounds of a 95 % interval move by less than a tenth of its width from seed to seed."""

FEWEST = 5
"""Articles that a label needs for an interval: of three articles, all found, every sample says that all are found."""

_AT_ONCE = 50


class Interval(TypedDict):
    """The middle 95 of 100 samples, drawn with replacement from the measured articles."""

    low: float
    high: float


class AgreementIntervals(TypedDict):
    """Intervals of the figures of sections or topics.

    Attributes
    ----------
    micro : Interval or None
        Of micro-F1; for sections, where every article has one and is given one, that is accuracy. None where all
        samples agree.
    macro : Interval or None
        Of the mean F1 of the labels in gold.
    labels : dict
        Id of a label -> interval of its F1; None where fewer than `FEWEST` articles have it, or all samples agree.
    """

    micro: Interval | None
    macro: Interval | None
    labels: dict[str, Interval | None]


@dataclass(frozen=True, slots=True)
class Draws:
    """Counts in every sample; ndarrays of shape (n_replicates, n_labels)."""

    hits: NDArray[np.float64]
    in_gold: NDArray[np.float64]
    given: NDArray[np.float64]

    def f1(self) -> NDArray[np.float64]:
        """F1 of every label in every sample; NaN where a label is neither in its gold nor given."""
        return f1_scores(self.hits, self.in_gold, self.given)

    def micro_f1(self) -> NDArray[np.float64]:
        """F1 over all decisions of every sample."""
        return f1_scores(self.hits.sum(axis=1), self.in_gold.sum(axis=1), self.given.sum(axis=1))

    def macro_f1(self) -> NDArray[np.float64]:
        """Mean F1 of the labels in the gold of every sample."""
        present = self.in_gold > 0
        return ratio(np.where(present, self.f1(), 0.0).sum(axis=1), present.sum(axis=1))


def indicators(labels: NDArray[np.intp], n_labels: int) -> NDArray[np.bool_]:
    """Spell one label per article out as a column for each; a label of -1 stands in none."""
    return np.asarray(labels[:, np.newaxis] == np.arange(n_labels))


def draw(
    gold: NDArray[np.bool_], *given: NDArray[np.bool_], seed: int = 0, replicates: int = REPLICATES
) -> tuple[Draws, ...]:
    """Count again and again, each time on as many articles, drawn with replacement.

    Parameters
    ----------
    gold : ndarray of bool, shape (n_articles, n_labels)
    *given : ndarray of bool of the same shape
        What each model gave; all are counted on the same samples, so that differences can be taken sample by sample.
    seed, replicates : int

    Returns
    -------
    tuple of Draws
        One for each of ``given``.
    """
    n_articles = len(gold)
    parts = [gold, *given, *(gold & one for one in given)]
    facts = sparse.vstack([sparse.csr_array(part.T, dtype=np.float32) for part in parts], format="csr")
    counted = np.concatenate([(facts @ sample.T).T for sample in _samples(n_articles, replicates, seed)], axis=0)
    columns = np.split(counted.astype(np.float64), len(parts), axis=1)
    return tuple(Draws(columns[1 + len(given) + one], columns[0], columns[1 + one]) for one in range(len(given)))


def _samples(n_articles: int, replicates: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """Yield how often each article is in each of some samples; shape (n_samples, n_articles)."""
    random = np.random.default_rng(seed)
    for begin in range(0, replicates, _AT_ONCE):
        drawn = [random.integers(0, n_articles, n_articles) for _ in range(min(_AT_ONCE, replicates - begin))]
        yield np.stack([np.bincount(rows, minlength=n_articles) for rows in drawn]).astype(np.float32)


def interval(values: NDArray[np.float64]) -> Interval | None:
    """Take the middle 95 in 100 (percentile bootstrap; Efron & Tibshirani 1993, chapter 13).

    None without a value.
    """
    defined = values[~np.isnan(values)]
    if not defined.size:
        return None
    low, high = np.percentile(defined, [2.5, 97.5])
    return {"low": float(low), "high": float(high)}


def agreement_intervals(
    gold: NDArray[np.bool_], given: NDArray[np.bool_], labels: list[str], seed: int = 0
) -> AgreementIntervals:
    """Say how far the figures of `section_agreement` or `topic_agreement`, and every label's F1, could be off.

    Parameters
    ----------
    gold, given : ndarray of bool, shape (n_articles, n_labels)
        At least one article; see `indicators` for sections.
    labels : list of str
        Ids of the labels.
    seed : int
    """
    (draws,) = draw(gold, given, seed=seed)
    f1, support = draws.f1(), gold.sum(axis=0)
    return {
        "micro": _doubtful(draws.micro_f1()),
        "macro": _doubtful(draws.macro_f1()),
        "labels": {
            label: _doubtful(f1[:, column]) if support[column] >= FEWEST else None
            for column, label in enumerate(labels)
        },
    }


def _doubtful(values: NDArray[np.float64]) -> Interval | None:
    """Take the interval, unless all samples agree.

    No sample of 20 articles that are all right holds a wrong one, and yet the next article may be wrong.
    """
    found = interval(values)
    return None if found is None or found["low"] == found["high"] else found
