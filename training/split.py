"""Which articles are learned from, which calibrate, which measure; near duplicates always stay together.

``learn`` asks for the test part first and for folds of the rest afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEWEST_OF_SOURCE", "LEAST_SOURCES", "choose_test", "group_folds", "source_folds", "strata"]

LEAST_SOURCES = 3
"""Sources that a corpus must name for calibration by left-out source: with two, leaving one out halves the corpus."""

FEWEST_OF_SOURCE = 20
"""Articles a source needs to be left out by itself; smaller ones are left out together."""

HOME_SHARE = 0.9
"""Share of a label's articles from which their source is its only one."""


def strata(section: NDArray[np.intp], topics: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Number the articles by what a part should have its share of: the section, else the rarest topic.

    Parameters
    ----------
    section : ndarray of shape (n_articles,), -1 where unknown
    topics : ndarray of shape (n_articles, n_topics), bool

    Returns
    -------
    ndarray of shape (n_articles,), intp
    """
    rarity = np.where(topics, -topics.sum(axis=0), -np.iinfo(np.intp).max)
    rarest = rarity.argmax(axis=1) if topics.shape[1] else np.zeros(len(section), dtype=np.intp)
    by_topic = np.where(topics.any(axis=1), rarest, topics.shape[1])
    return np.where(section >= 0, section, section.max(initial=0) + 1 + by_topic)


def choose_test(
    groups: NDArray[np.int64], stratum: NDArray[np.intp], *, fraction: float, seed: int
) -> NDArray[np.bool_]:
    """Choose a share of the near-duplicate groups, spread evenly over the strata.

    Parameters
    ----------
    groups, stratum : ndarray of shape (n_articles,)
    fraction : float
        Share of the groups, in (0, 1).
    seed : int

    Returns
    -------
    ndarray of shape (n_articles,), bool
    """
    place = _deal(groups, stratum, seed)
    chosen = np.floor((place + 1) * fraction) > np.floor(place * fraction)  # every 1/fraction-th place of the row
    return np.asarray(chosen, dtype=np.bool_)


def _deal(groups: NDArray[np.int64], stratum: NDArray[np.intp], seed: int) -> NDArray[np.intp]:
    """Give every article the place of its group in a row of all groups, sorted by stratum, shuffled within."""
    distinct, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(distinct.size)
    order = shuffled[np.argsort(stratum[first][shuffled], kind="stable")]
    place = np.empty(distinct.size, dtype=np.intp)
    place[order] = np.arange(distinct.size)
    return place[inverse]


def group_folds(groups: NDArray[np.int64], stratum: NDArray[np.intp], *, n_folds: int, seed: int) -> NDArray[np.intp]:
    """Deal near-duplicate groups into folds of about equal size and alike in strata.

    Returns
    -------
    ndarray of shape (n_articles,), intp
        Number of each article's fold, in [0, n_folds).
    """
    return _deal(groups, stratum, seed) % n_folds


def source_folds(
    sources: Sequence[str], groups: NDArray[np.int64], stratum: NDArray[np.intp], *, most: int, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.bool_]] | None:
    """Make a fold of every source, so that each is judged by a head that never saw it.

    A label that (nearly) only one source has could not be learned with that source left out: such articles are dealt
    over two folds instead, half with their own source and half with the next.

    Parameters
    ----------
    sources : sequence of str of length n_articles
        Empty where unknown.
    groups, stratum : ndarray of shape (n_articles,)
    most : int
        Most folds; where there are more sources, the smallest share one.
    seed : int

    Returns
    -------
    fold : ndarray of shape (n_articles,), intp
    unseen : ndarray of shape (n_articles,), bool
        Whether a head that scores the article's fold has not learned from its source at all; False where no source
        is named.

    None
        Where fewer than three sources are named.
    """
    counts = Counter(source for source in sources if source)
    large = [source for source, count in counts.most_common() if count >= FEWEST_OF_SOURCE]
    if len(large) < LEAST_SOURCES:
        return None
    fold_of = {source: min(rank, most - 1) for rank, source in enumerate(large)}
    rest = min(len(large), most) - 1
    n_folds = rest + 1
    fold = np.array([fold_of.get(source, rest) for source in sources], dtype=np.intp)
    unseen = np.array([bool(source) for source in sources])  # an article of no named source may be of any
    half = group_folds(groups, stratum, n_folds=2, seed=seed)
    for label in np.unique(stratum):
        rows = stratum == label
        shares = np.bincount(fold[rows], minlength=n_folds) / rows.sum()
        if shares.max() > HOME_SHARE:
            home = shares.argmax()
            unseen[fold == home] = False  # the other half of the label's articles brings its source's words
            fold[rows & (half == 1) & (fold == home)] = (home + 1) % n_folds
            unseen[rows] = False
    return fold, unseen
