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
from model.features.products import WeightArrays, multiply
from model.features.tables import fetch, find
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

__all__ = ["SpaceArrays", "count_features", "find_features", "pair_key", "score_texts", "transform_texts", "weigh"]

_HALF = np.uint64(32)
_SPREAD = 2654435761  # 2**32 / golden ratio: Knuth, TAOCP 6.4


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
    """Key of a stem bigram: both entries side by side. With -1 for an unknown stem, it is the key of no bigram."""
    return (np.uint64(first + 1) << _HALF) | np.uint64(second + 1)


@compiled
def find_features(folded: NDArray[np.uint16], space: SpaceArrays) -> tuple[NDArray[np.int32], int]:
    """Look every word up.

    Every look-up would miss the cache, and wait. So each kind of look-up has a loop to itself, after ``fetch``.

    Returns
    -------
    features : ndarray of shape (n_words, 3), int32
        Of each word its feature, that of its light stem, and that of the stem with the one before; -1 for none.
    n_known : int
        Words that the lexicon holds, whole or without an affix.
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
    entries, stems = np.empty(n_words, dtype=np.int64), np.empty(n_words, dtype=np.int64)
    fetch(space.lexicon, hashes[:n_words])
    for word in range(n_words):
        entries[word] = find(space.lexicon, hashes[word])
    features = np.full((n_words, 3), -1, dtype=np.int32)
    for word in range(n_words):
        stems[word] = entries[word]
        if entries[word] >= 0:
            features[word, 0] = space.entries[entries[word], WORD_FEATURE]
        else:
            stems[word] = shorten_word(
                folded, starts[word], ends[word], 0, space.lexicon, space.entries, space.prefixes, space.suffixes
            )
        if stems[word] >= 0:
            stems[word] = space.entries[stems[word], STEM]
    pairs = np.empty(n_words, dtype=np.uint64)
    n_known, previous = 0, -1
    for word in range(n_words):
        pairs[word] = pair_key(previous, stems[word])
        previous = stems[word]
    fetch(space.bigrams, pairs)
    for word in range(n_words):
        if stems[word] >= 0:
            n_known += 1
            features[word, 1] = space.entries[stems[word], STEM_FEATURE]
            features[word, 2] = find(space.bigrams, pairs[word])
    return features, n_known


@compiled
def count_features(features: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Count features.

    Parameters
    ----------
    features : ndarray of shape (n_words, 3), int32
        Negative numbers are none.

    Returns
    -------
    found : ndarray of shape (n_found,), int32
        Distinct features in order of first occurrence.
    counts : ndarray of shape (n_found,), int32
        How often each occurs.
    """
    size = 16
    while size < 2 * features.size:
        size *= 2
    slots, tallies = np.full(size, -1, dtype=np.int32), np.empty(size, dtype=np.int32)
    order = np.empty(features.size, dtype=np.int32)
    n = 0
    for feature in features.flat:
        if feature < 0:
            continue
        slot = (np.int64(feature) * _SPREAD >> 15) & (size - 1)
        while slots[slot] != feature and slots[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        if slots[slot] < 0:
            slots[slot], tallies[slot], order[n] = feature, 0, slot
            n += 1
        tallies[slot] += 1
    return slots[order[:n]], tallies[order[:n]]


@compiled
def weigh(found: NDArray[np.int32], counts: NDArray[np.int32], idf: NDArray[np.float32]) -> NDArray[np.float64]:
    """Weigh counted features: (1 + ln tf) · idf, scaled to unit length.

    Returns
    -------
    ndarray of shape (n_found,), float64
    """
    values = np.empty(found.size, dtype=np.float64)
    square = 0.0
    for index in range(found.size):
        tf = 1.0 if counts[index] == 1 else 1.0 + np.log(counts[index])  # most features occur once: no logarithm
        value = tf * idf[found[index]]
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
        found, counts = count_features(find_features(folded, space)[0])
        values = weigh(found, counts, space.idf)
        n = found.size
        if length + n > capacity:
            capacity = 2 * (length + n)
            more_indices = np.empty(capacity, dtype=np.int32)
            more_indices[:length] = indices[:length]
            indices = more_indices
            more_data = np.empty(capacity, dtype=np.float32)
            more_data[:length] = data[:length]
            data = more_data
        indices[length : length + n] = found
        for index in range(n):
            data[length + index] = np.float32(values[index])
        length += n
        indptr[text + 1] = length
    return indices[:length], data[:length], indptr


@compiled
def score_texts(
    codes: NDArray[np.uint32], bounds: NDArray[np.int64], space: SpaceArrays, weights: WeightArrays
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Multiply the vectors of texts with the weights of heads, without building them.

    Parameters
    ----------
    codes, bounds, space : as for ``transform_texts``
    weights : WeightArrays
        Features that weigh nothing there weigh on the length of the vector only.

    Returns
    -------
    products : ndarray of shape (n_texts, n_outputs), float64
    words : ndarray of shape (n_texts, 2), int64
        Words, and known words, of each text.
    """
    n_texts = bounds.size - 1
    products = np.zeros((n_texts, weights.rows.shape[1]), dtype=np.float64)
    words = np.zeros((n_texts, 2), dtype=np.int64)
    for text in range(n_texts):
        folded = fold_codes(codes[bounds[text] : bounds[text + 1]], space.fold, space.expansions)
        features, n_known = find_features(folded, space)
        words[text] = len(features), n_known
        found, counts = count_features(features)
        values = weigh(found, counts, space.idf)
        multiply(found, values, weights, products[text])
    return products, words
