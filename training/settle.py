"""Which of several sections is meant where a source files them under one name, as a rule of the taxonomy says.

``ground`` calls it before any head is fitted: sections that are settled are learned from, and never measured.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.heads import Examples, HeadTask, fit_heads
from training.settings import LearnSettings

__all__ = ["settle"]


def settle(X: sparse.csr_array, examples: Examples, among: NDArray[np.bool_], settings: LearnSettings) -> Examples:
    """Give articles whose section is one of several the one that a head of all other articles scores highest.

    As they are filed, a model of SANAD and ANT finds .03 of the health stories of other outlets (Mowjaz): two outlets
    of four file theirs under technology. With ``among = ["technology", "health"]`` for these two it finds .85, and .75
    of technology instead of .81; of all articles .779 are right instead of .700. ``benchmarks.policy`` measures it.

    Parameters
    ----------
    X : csr_array of shape (2 * n_examples, n_columns), float64
        Features of all whole articles, then of all headlines.
    examples : Examples
    among : ndarray of shape (n_articles, n_sections), bool
        Of the first ``n_articles`` examples, the sections that come into question; none where the section is known.
    settings : LearnSettings

    Returns
    -------
    examples : Examples
        With the sections that could be settled: at least one in question has examples.
    """
    known = examples.section >= 0
    learned = np.isin(np.arange(examples.n_sections), examples.section[known])
    possible = among & learned
    rows = np.flatnonzero(possible.any(axis=1) & ~known[: len(among)])
    if not rows.size:
        return examples
    task = HeadTask(None, known, np.zeros_like(known), settings.section_C(int(known.sum())))
    (head,) = fit_heads(X, examples, [task], seed=settings.seed, jobs=settings.jobs)
    scores = X[rows] @ head.coef.T + head.intercept
    section = examples.section.copy()
    section[rows] = np.where(possible[rows], scores, -np.inf).argmax(axis=1)
    return replace(examples, section=section)
