"""Text to features and scores in machine code: fold, tokenise, stem, look up, weigh, score.

Means exactly what ``reference`` says, hundreds of times faster; ``space`` hands it a fitted vocabulary and
``training.vectorizer`` fits one with the same folding and stemming. Every function works on arrays of its own, so
that any number of threads may call it at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.features.jit import compiled
from model.features.tables import find, mix
from model.features.words import (
    SHORTEST_WORD,
    STEM,
    STEM_FEATURE,
    WORD_FEATURE,
    fold_codes,
    hash_word,
    next_word,
    shorten_word,
)

__all__ = ["SpaceArrays", "count_features", "pair_key", "score_texts", "transform_texts", "weigh"]

_HALF = np.uint64(32)


class SpaceArrays(NamedTuple):
    """A fitted feature space as the kernel reads it; see ``space.FeatureSpace`` for what the arrays mean."""

    fold: NDArray[np.uint16]
    expansions: NDArray[np.uint16]
    prefixes: NDArray[np.uint16]
    suffixes: NDArray[np.uint16]
    lexicon: NDArray[np.uint64]
    entries: NDArray[np.int32]
    bigrams: NDArray[np.uint64]
    idf: NDArray[np.float32]


@compiled
def pair_key(first: int, second: int) -> np.uint64:
    """Key of a stem bigram: both entries side by side, never 0."""
    return (np.uint64(first + 1) << _HALF) | np.uint64(second + 1)


@compiled
def _find_words(folded: NDArray[np.uint16], space: SpaceArrays) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Look every word up: its lexicon entry or -1, that of its light stem or -1, and the number of words.

    All hashes first, then all look-ups: these do not wait for one another, so that the processor has several cache
    misses under way at a time.
    """
    most = folded.size // (SHORTEST_WORD + 1) + 1
    starts, ends = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    hashes = np.empty(most, dtype=np.uint64)
    n_words = 0
    start, end = next_word(folded, 0)
    while start >= 0:
        starts[n_words], ends[n_words], hashes[n_words] = start, end, hash_word(folded, start, end)
        n_words += 1
        start, end = next_word(folded, end)
    words, stems = np.empty(n_words, dtype=np.int64), np.empty(n_words, dtype=np.int64)
    for index in range(n_words):
        words[index] = find(space.lexicon, hashes[index])
    for index in range(n_words):
        stem = words[index]
        if stem < 0:
            stem = shorten_word(
                folded,
                starts[index],
                ends[index],
                0,
                space.lexicon,
                space.entries,
                space.prefixes,
                space.suffixes,
            )
        stems[index] = space.entries[stem, STEM] if stem >= 0 else -1
    return words, stems, n_words


@compiled
def _count(feature: int, slots: NDArray[np.int32], found: NDArray[np.int32], counts: NDArray[np.int32], n: int) -> int:
    """Count one occurrence of a feature; returns the number of distinct features so far."""
    mask = slots.size - 1
    slot = np.int64(mix(np.uint64(feature)) & np.uint64(mask))
    while slots[slot] >= 0:
        if found[slots[slot]] == feature:
            counts[slots[slot]] += 1
            return n
        slot = (slot + 1) & mask
    slots[slot] = n
    found[n] = feature
    counts[n] = 1
    return n + 1


@compiled
def count_features(
    folded: NDArray[np.uint16], space: SpaceArrays
) -> tuple[NDArray[np.int32], NDArray[np.int32], int, int, int]:
    """Count the features of one folded text.

    Returns
    -------
    found : ndarray of int32
        Distinct features in order of first occurrence; only the first ``n`` are meant.
    counts : ndarray of int32
        How often each occurs.
    n, n_words, n_known : int
        Distinct features; words; words that the lexicon holds, whole or without an affix.
    """
    words, stems, n_words = _find_words(folded, space)
    pairs = np.full(n_words, -1, dtype=np.int64)
    for index in range(1, n_words):
        if stems[index - 1] >= 0 and stems[index] >= 0:
            pairs[index] = find(space.bigrams, pair_key(stems[index - 1], stems[index]))
    size = 16
    while size < 6 * n_words:
        size *= 2
    slots = np.full(size, -1, dtype=np.int32)
    found, counts = np.empty(3 * n_words, dtype=np.int32), np.empty(3 * n_words, dtype=np.int32)
    n, n_known = 0, 0
    for index in range(n_words):
        if words[index] >= 0 and space.entries[words[index], WORD_FEATURE] >= 0:
            n = _count(space.entries[words[index], WORD_FEATURE], slots, found, counts, n)
        if stems[index] >= 0:
            n_known += 1
            if space.entries[stems[index], STEM_FEATURE] >= 0:
                n = _count(space.entries[stems[index], STEM_FEATURE], slots, found, counts, n)
        if pairs[index] >= 0:
            n = _count(pairs[index], slots, found, counts, n)
    return found, counts, n, n_words, n_known


@compiled
def weigh(found: NDArray[np.int32], counts: NDArray[np.int32], n: int, idf: NDArray[np.float32]) -> NDArray[np.float64]:
    """Weigh counted features: (1 + ln tf) · idf, scaled to unit length.

    Returns
    -------
    ndarray of shape (n,), float64
        All zeros where no feature was found.
    """
    values = np.empty(n, dtype=np.float64)
    square = 0.0
    for index in range(n):
        value = (1.0 + np.log(counts[index])) * idf[found[index]]
        values[index] = value
        square += value * value
    if square > 0.0:
        values /= np.sqrt(square)
    return values


@compiled
def transform_texts(
    codes: NDArray[np.uint32], bounds: NDArray[np.int64], space: SpaceArrays
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int64]]:
    """Turn texts into the rows of a CSR matrix.

    Parameters
    ----------
    codes : ndarray of uint32
        Code points of all texts, end to end.
    bounds : ndarray of shape (n_texts + 1,), int64
        Where each text begins and ends.
    space : SpaceArrays

    Returns
    -------
    indices, data, indptr
        Column indices are in order of first occurrence within a row.
    """
    n_texts = bounds.size - 1
    capacity = 1024
    indices = np.empty(capacity, dtype=np.int32)
    data = np.empty(capacity, dtype=np.float32)
    indptr = np.zeros(n_texts + 1, dtype=np.int64)
    length = 0
    for text in range(n_texts):
        folded = fold_codes(codes[bounds[text] : bounds[text + 1]], space.fold, space.expansions)
        found, counts, n, _, _ = count_features(folded, space)
        values = weigh(found, counts, n, space.idf)
        if length + n > capacity:
            capacity = 2 * (length + n)
            more_indices = np.empty(capacity, dtype=np.int32)
            more_indices[:length] = indices[:length]
            indices = more_indices
            more_data = np.empty(capacity, dtype=np.float32)
            more_data[:length] = data[:length]
            data = more_data
        indices[length : length + n] = found[:n]
        for index in range(n):
            data[length + index] = np.float32(values[index])
        length += n
        indptr[text + 1] = length
    return indices[:length], data[:length], indptr


@compiled
def score_texts(
    codes: NDArray[np.uint32], bounds: NDArray[np.int64], space: SpaceArrays, weights: NDArray[np.int8]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Multiply the vectors of texts with a matrix of weights, without building them.

    Parameters
    ----------
    codes, bounds, space : as for ``transform_texts``
    weights : ndarray of shape (n_weighted, n_outputs), int8
        Rows of the first ``n_weighted`` features; features beyond weigh on the length of the vector only.

    Returns
    -------
    products : ndarray of shape (n_texts, n_outputs), float64
    words : ndarray of shape (n_texts, 2), int64
        Words, and known words, of each text.
    """
    n_texts = bounds.size - 1
    n_weighted, n_outputs = weights.shape
    products = np.zeros((n_texts, n_outputs), dtype=np.float64)
    words = np.zeros((n_texts, 2), dtype=np.int64)
    for text in range(n_texts):
        folded = fold_codes(codes[bounds[text] : bounds[text + 1]], space.fold, space.expansions)
        found, counts, n, words[text, 0], words[text, 1] = count_features(folded, space)
        values = weigh(found, counts, n, space.idf)
        row = products[text]
        for index in range(n):
            if found[index] < n_weighted:
                value, weight = values[index], weights[found[index]]
                for output in range(n_outputs):
                    row[output] += value * weight[output]
    return products, words
