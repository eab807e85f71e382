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
from model.features.orthography import DROP, EXPANSION, SEPARATOR, TABLE_SIZE
from model.features.stems import LEAST_RATIO, SHORTEST_STEM

__all__ = [
    "LONGEST_WORD",
    "SHORTEST_WORD",
    "SpaceArrays",
    "count_features",
    "find",
    "fold_codes",
    "hash_word",
    "next_word",
    "pair_key",
    "put",
    "score_texts",
    "shorten_word",
    "transform_texts",
    "weigh",
]

SHORTEST_WORD = 2
"""Shorter words, such as a و standing alone, are passed over."""
LONGEST_WORD = 40
"""Longer runs of letters are not words (a million letters are not either) and are passed over."""


class SpaceArrays(NamedTuple):
    """A fitted feature space as the kernel reads it; see ``space.FeatureSpace`` for what the arrays mean."""

    fold: NDArray[np.uint16]
    expansions: NDArray[np.uint16]
    prefixes: NDArray[np.uint16]
    suffixes: NDArray[np.uint16]
    lexicon_keys: NDArray[np.uint64]
    lexicon_entries: NDArray[np.int32]
    lexicon_frequency: NDArray[np.int32]
    stem_of: NDArray[np.int32]
    word_feature: NDArray[np.int32]
    stem_feature: NDArray[np.int32]
    bigram_keys: NDArray[np.uint64]
    bigram_features: NDArray[np.int32]
    idf: NDArray[np.float32]


_EMPTY = np.uint64(0)
_FNV_OFFSET = np.uint64(0xCBF29CE484222325)  # FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
_FNV_PRIME = np.uint64(0x100000001B3)
_MIX_1 = np.uint64(0xFF51AFD7ED558CCD)  # MurmurHash3's finaliser, public domain: spreads FNV's weak low bits
_MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT = np.uint64(33)
_ONE = np.uint64(1)
_HALF = np.uint64(32)


@compiled
def _mix(key: np.uint64) -> np.uint64:
    key ^= key >> _SHIFT
    key *= _MIX_1
    key ^= key >> _SHIFT
    key *= _MIX_2
    key ^= key >> _SHIFT
    return key


@compiled
def hash_word(folded: NDArray[np.uint16], start: int, end: int) -> np.uint64:
    """Hash ``folded[start:end]`` to 64 bits, never 0 (0 marks an empty slot)."""
    key = _FNV_OFFSET
    for position in range(start, end):
        key = (key ^ np.uint64(folded[position])) * _FNV_PRIME
    key = _mix(key)
    return key if key != _EMPTY else _ONE


@compiled
def pair_key(first: int, second: int) -> np.uint64:
    """Key of a stem bigram: both entries side by side, never 0."""
    return (np.uint64(first + 1) << _HALF) | np.uint64(second + 1)


@compiled
def find(keys: NDArray[np.uint64], values: NDArray[np.int32], key: np.uint64) -> int:
    """Look a key up in an open-addressing table of 2**k slots; -1 where it is missing."""
    mask = np.uint64(keys.size - 1)
    slot = _mix(key) & mask
    while keys[slot] != _EMPTY:
        if keys[slot] == key:
            return int(values[slot])
        slot = (slot + _ONE) & mask
    return -1


@compiled
def put(keys: NDArray[np.uint64], values: NDArray[np.int32], key: np.uint64, value: int) -> int:
    """Return the value stored under a key, storing ``value`` first if the key is new. The table must not be full."""
    mask = np.uint64(keys.size - 1)
    slot = _mix(key) & mask
    while keys[slot] != _EMPTY:
        if keys[slot] == key:
            return int(values[slot])
        slot = (slot + _ONE) & mask
    keys[slot] = key
    values[slot] = value
    return int(value)


@compiled
def fold_codes(
    codes: NDArray[np.uint32], table: NDArray[np.uint16], expansions: NDArray[np.uint16]
) -> NDArray[np.uint16]:
    """Fold code points: one pass, letters and separators out, the rest dropped.

    Parameters
    ----------
    codes : ndarray of shape (n_codes,), uint32
    table, expansions : the arrays of ``orthography``

    Returns
    -------
    ndarray of shape (n_folded + 1,), uint16
        Folded code points, ``SEPARATOR`` between words and at the end.
    """
    capacity = codes.size + 64
    folded = np.empty(capacity, dtype=np.uint16)
    length = 0
    for position in range(codes.size):
        code = codes[position]
        unit = table[code] if code < TABLE_SIZE else np.uint16(SEPARATOR)
        if unit == DROP:
            continue
        if unit < EXPANSION or unit >= EXPANSION + expansions.shape[0]:
            folded[length] = unit
            length += 1
            continue
        row = unit - EXPANSION
        needed = length + expansions[row, 0] + codes.size - position + 1
        if needed > capacity:
            capacity = needed + capacity // 2
            larger = np.empty(capacity, dtype=np.uint16)
            larger[:length] = folded[:length]
            folded = larger
        for index in range(expansions[row, 0]):
            folded[length] = expansions[row, 1 + index]
            length += 1
    folded[length] = SEPARATOR
    return folded[: length + 1]


@compiled
def next_word(folded: NDArray[np.uint16], position: int) -> tuple[int, int]:
    """Find the next word at or after a position, as (start, end); start is -1 where there is none."""
    size = folded.size
    while position < size:
        if folded[position] == SEPARATOR:
            position += 1
            continue
        start = position
        while folded[position] != SEPARATOR:
            position += 1
        if SHORTEST_WORD <= position - start <= LONGEST_WORD:
            return start, position
    return -1, size


@compiled
def _starts_with(folded: NDArray[np.uint16], start: int, affix: NDArray[np.uint16]) -> bool:
    for index in range(affix[0]):  # noqa: SIM110 - numba compiles the loop, not all()
        if folded[start + index] != affix[1 + index]:
            return False
    return True


@compiled
def shorten_word(
    folded: NDArray[np.uint16],
    start: int,
    end: int,
    frequency: int,
    lexicon_keys: NDArray[np.uint64],
    lexicon_entries: NDArray[np.int32],
    lexicon_frequency: NDArray[np.int32],
    prefixes: NDArray[np.uint16],
    suffixes: NDArray[np.uint16],
) -> int:
    """Do what ``stems.shorten`` does for ``folded[start:end]``: the lexicon entry of what remains, or -1."""
    least = max(1.0, LEAST_RATIO * frequency)
    for row in range(prefixes.shape[0]):
        rest = start + prefixes[row, 0]
        if end - rest >= SHORTEST_STEM and _starts_with(folded, start, prefixes[row]):
            entry = find(lexicon_keys, lexicon_entries, hash_word(folded, rest, end))
            if entry >= 0 and lexicon_frequency[entry] >= least:
                return entry
    for row in range(suffixes.shape[0]):
        rest = end - suffixes[row, 0]
        if rest - start >= SHORTEST_STEM and _starts_with(folded, rest, suffixes[row]):
            entry = find(lexicon_keys, lexicon_entries, hash_word(folded, start, rest))
            if entry >= 0 and lexicon_frequency[entry] >= least:
                return entry
    return -1


@compiled
def _count(feature: int, slots: NDArray[np.int32], found: NDArray[np.int32], counts: NDArray[np.int32], n: int) -> int:
    """Count one occurrence of a feature; returns the number of distinct features so far."""
    mask = slots.size - 1
    slot = np.int64(_mix(np.uint64(feature)) & np.uint64(mask))
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
    most = 3 * (folded.size // (SHORTEST_WORD + 1) + 1)
    size = 16
    while size < 2 * most:
        size *= 2
    slots = np.full(size, -1, dtype=np.int32)
    found = np.empty(most, dtype=np.int32)
    counts = np.empty(most, dtype=np.int32)
    n, n_words, n_known = 0, 0, 0
    previous = -1
    start, position = next_word(folded, 0)
    while start >= 0:
        n_words += 1
        entry = find(space.lexicon_keys, space.lexicon_entries, hash_word(folded, start, position))
        if entry >= 0:
            stem = int(space.stem_of[entry])
            if space.word_feature[entry] >= 0:
                n = _count(space.word_feature[entry], slots, found, counts, n)
        else:
            stem = shorten_word(
                folded,
                start,
                position,
                0,
                space.lexicon_keys,
                space.lexicon_entries,
                space.lexicon_frequency,
                space.prefixes,
                space.suffixes,
            )
            if stem >= 0:
                stem = int(space.stem_of[stem])
        if stem >= 0:
            n_known += 1
            if space.stem_feature[stem] >= 0:
                n = _count(space.stem_feature[stem], slots, found, counts, n)
            if previous >= 0:
                feature = find(space.bigram_keys, space.bigram_features, pair_key(previous, stem))
                if feature >= 0:
                    n = _count(feature, slots, found, counts, n)
        previous = stem
        start, position = next_word(folded, position)
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
    codes: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    space: SpaceArrays,
    weights: NDArray[np.int8],
    scale: NDArray[np.float32],
    intercept: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Score texts against linear heads without building their vectors.

    Parameters
    ----------
    codes, bounds, space : as for ``transform_texts``
    weights : ndarray of shape (n_weighted, n_outputs), int8
        Rows of the first ``n_weighted`` features; features beyond weigh on the length of the vector only.
    scale, intercept : ndarray of shape (n_outputs,), float32
        An output's weight is ``weights * scale``.

    Returns
    -------
    scores : ndarray of shape (n_texts, n_outputs), float64
    words : ndarray of shape (n_texts, 2), int64
        Words, and known words, of each text.
    """
    n_texts = bounds.size - 1
    n_weighted, n_outputs = weights.shape
    scores = np.zeros((n_texts, n_outputs), dtype=np.float64)
    words = np.zeros((n_texts, 2), dtype=np.int64)
    for text in range(n_texts):
        folded = fold_codes(codes[bounds[text] : bounds[text + 1]], space.fold, space.expansions)
        found, counts, n, words[text, 0], words[text, 1] = count_features(folded, space)
        values = weigh(found, counts, n, space.idf)
        row = scores[text]
        for index in range(n):
            feature = found[index]
            if feature < n_weighted:
                value = values[index]
                for output in range(n_outputs):
                    row[output] += value * weights[feature, output]
        for output in range(n_outputs):
            row[output] = row[output] * scale[output] + intercept[output]
    return scores, words
