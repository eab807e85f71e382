"""Whether a text is made of sentences, or is a list, the furniture of a site, or words that make no sense.

Judges by what ``survey`` counted; ``decision`` abstains where it is no prose. What a text is made of is measured, not
understood: a short list may be a headline and a headline a short list, so that short texts pass.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.features.jit import compiled
from model.prediction import ReviewReason
from model.survey import (
    ARTICLES,
    BREAKS,
    BROKEN_PAIRS,
    DISTINCT,
    FUNCTION_WORDS,
    NUMBERS,
    SITE_CALLS,
    SITE_WORDS,
    WORDS,
)

__all__ = ["TEXTURES", "texture_of"]

TEXTURES: tuple[ReviewReason | None, ...] = (None, "boilerplate", "gibberish", "list")
"""Prose, and what else a text may be."""

_PROSE, _BOILERPLATE, _GIBBERISH, _LIST = range(len(TEXTURES))

LEAST_REPEATED = 6
"""Words of the shortest text whose repetitions are counted."""
TIMES_REPEATED = 5
"""How often each word of such a text stands in it, on average, for it to be one thing said again and again. The
openings of 79,361 articles reach 3.3; a headline given as summary and body too has each word thrice."""

LEAST_BROKEN_PAIRS = 2
"""Pairs of neighbours that no sentence holds («في لقد», «لم عن») in shuffled words, one in ``WORDS_PER_BROKEN_PAIR`` at
least: a misprint or two stand in 700 words of a story. Of 79,361 articles none has so many; of shuffled ones 1 in 5."""
WORDS_PER_BROKEN_PAIR = 150

FUNCTION_SHARE = 0.01
"""Most function words of a list, in proportion to its words. Of 10,000 articles of 40 words or more 9,995 have .022."""
GRAMMAR_SHARE = 0.02
"""Most function words and articles, in proportion to all words, of what is no sentence although nothing divides it."""
LEAST_UNDIVIDED = 30
"""Words of such a text. Decrees and posts of up to 31 words do without function words, not without articles too."""
LIST_SIZES = ((8, 0.75), (16, 0.4), (24, 0.28))
"""Words and numbers of a list, and the least share of them that are numbers or stand after a mark between items."""

SITE_SIZES = ((3, 2, 0.88), (10, 0, 0.9), (10, 2, 0.75), (14, 0, 0.6))
"""Words of boilerplate, how many of them are a site speaking to its visitor («اشترك», «بريدك»), and the least weight of
the words of sites, where such a call weighs 2, in proportion to all words but function words. Of 79,361 articles and
their headlines none has so much."""


@compiled
def _is_list(counts: NDArray[np.int64]) -> bool:
    words, items = counts[WORDS], counts[WORDS] + counts[NUMBERS]
    if counts[FUNCTION_WORDS] > FUNCTION_SHARE * words:
        return False
    divided = counts[NUMBERS] + counts[BREAKS]
    for size, share in LIST_SIZES:  # noqa: SIM110 - numba compiles the loop, not any()
        if items >= size and divided >= share * items:
            return True
    return False


@compiled
def _is_boilerplate(counts: NDArray[np.int64]) -> bool:
    calls, words = counts[SITE_CALLS], counts[WORDS]
    weight, content = counts[SITE_WORDS] + 2 * calls, words - counts[FUNCTION_WORDS]
    for size, least, share in SITE_SIZES:  # noqa: SIM110
        if words >= size and calls >= least and weight >= share * content:
            return True
    return False


@compiled
def _is_gibberish(counts: NDArray[np.int64]) -> bool:
    words, broken = counts[WORDS], counts[BROKEN_PAIRS]
    repeated = words >= LEAST_REPEATED and counts[DISTINCT] * TIMES_REPEATED <= words
    grammar = counts[FUNCTION_WORDS] + counts[ARTICLES]
    undivided = words >= LEAST_UNDIVIDED and grammar < GRAMMAR_SHARE * words
    return bool(repeated or undivided or (broken >= LEAST_BROKEN_PAIRS and broken * WORDS_PER_BROKEN_PAIR >= words))


@compiled
def texture_of(counts: NDArray[np.int64]) -> int:
    """Say what one text is made of.

    Parameters
    ----------
    counts : ndarray of shape (N_COUNTS,), int64
        What ``survey`` returns.

    Returns
    -------
    int
        Position in ``TEXTURES``.
    """
    if _is_boilerplate(counts):  # before lists: a share bar is one too
        return _BOILERPLATE
    if _is_list(counts):
        return _LIST
    return _GIBBERISH if _is_gibberish(counts) else _PROSE
