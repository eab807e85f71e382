"""Counting a corpus in machine code: each word is read once, then only integers are counted.

``intern_texts`` turns texts into streams of word numbers; document frequencies, stems, bigrams and TF-IDF rows all
come from these streams. Used by ``vectorizer`` alone; folds, splits and stems with the kernel's own functions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.features import kernel
from model.features.jit import compiled
from model.features.kernel import SpaceArrays, pair_key
from model.features.tables import find, grow, put
from model.features.words import (
    FREQUENCY,
    SHORTEST_WORD,
    STEM_FEATURE,
    WORD_FEATURE,
    fold_codes,
    hash_word,
    next_word,
    shorten_word,
)

__all__ = [
    "Words",
    "bigram_frequencies",
    "find_all",
    "intern_texts",
    "no_words",
    "stem_links",
    "stream_frequencies",
    "weigh_streams",
    "word_hashes",
]


class Words(NamedTuple):
    """All distinct words met so far.

    ``keys`` and ``numbers`` are an open-addressing table from a word's hash to its number; word ``w`` is
    ``letters[starts[w]:starts[w + 1]]``; only the first ``n_words`` are meant.
    """

    keys: NDArray[np.uint64]
    numbers: NDArray[np.int32]
    letters: NDArray[np.uint16]
    starts: NDArray[np.int64]
    n_words: int


def no_words() -> Words:
    """Return an empty collection to begin with."""
    return Words(
        np.zeros(1 << 16, dtype=np.uint64),
        np.zeros(1 << 16, dtype=np.int32),
        np.empty(1 << 18, dtype=np.uint16),
        np.zeros((1 << 15) + 1, dtype=np.int64),
        0,
    )


@compiled
def intern_texts(
    codes: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    fold: NDArray[np.uint16],
    expansions: NDArray[np.uint16],
    words: Words,
) -> tuple[NDArray[np.int32], NDArray[np.int64], Words]:
    """Number the words of texts, adding new ones to the collection.

    Returns
    -------
    stream : ndarray of int32
        Word numbers of all texts, end to end.
    stream_bounds : ndarray of shape (n_texts + 1,), int64
    words : Words
    """
    keys, numbers, letters, starts, count = words.keys, words.numbers, words.letters, words.starts, words.n_words
    stream = np.empty(codes.size // (SHORTEST_WORD + 1) + bounds.size + 64, dtype=np.int32)
    stream_bounds = np.zeros(bounds.size, dtype=np.int64)
    length = 0
    for text in range(bounds.size - 1):
        folded = fold_codes(codes[bounds[text] : bounds[text + 1]], fold, expansions)
        if length + folded.size > stream.size:
            longer = np.empty(2 * (length + folded.size), dtype=np.int32)
            longer[:length] = stream[:length]
            stream = longer
        start, end = next_word(folded, 0)
        while start >= 0:
            number = put(keys, numbers, hash_word(folded, start, end), count)
            stream[length] = number
            length += 1
            if number == count:
                if starts[count] + end - start > letters.size:
                    more_letters = np.empty(2 * letters.size, dtype=np.uint16)
                    more_letters[: letters.size] = letters
                    letters = more_letters
                letters[starts[count] : starts[count] + end - start] = folded[start:end]
                starts[count + 1] = starts[count] + end - start
                count += 1
                if count + 1 == starts.size:
                    keys, numbers = grow(keys, numbers)
                    more_starts = np.zeros(2 * starts.size - 1, dtype=np.int64)
                    more_starts[: starts.size] = starts
                    starts = more_starts
            start, end = next_word(folded, end)
        stream_bounds[text + 1] = length
    return stream[:length], stream_bounds, Words(keys, numbers, letters, starts, count)


@compiled
def word_hashes(words: Words) -> NDArray[np.uint64]:
    """Return the hash of every word, in order."""
    hashes = np.empty(words.n_words, dtype=np.uint64)
    for word in range(words.n_words):
        hashes[word] = hash_word(words.letters, words.starts[word], words.starts[word + 1])
    return hashes


@compiled
def find_all(table: NDArray[np.uint64], keys: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Look every key up in a packed table; -1 for those it does not hold."""
    found = np.empty(keys.size, dtype=np.int32)
    for index in range(keys.size):
        found[index] = find(table, keys[index])
    return found


@compiled
def stream_frequencies(stream: NDArray[np.int32], bounds: NDArray[np.int64], n_values: int) -> NDArray[np.int32]:
    """Count in how many texts each value of a stream occurs; negative values are passed over."""
    frequency = np.zeros(n_values, dtype=np.int32)
    last = np.full(n_values, -1, dtype=np.int32)
    for text in range(bounds.size - 1):
        for position in range(bounds[text], bounds[text + 1]):
            value = stream[position]
            if value >= 0 and last[value] != text:
                last[value] = text
                frequency[value] += 1
    return frequency


@compiled
def stem_links(
    words: Words,
    entry_of: NDArray[np.int32],
    lexicon: NDArray[np.uint64],
    entries: NDArray[np.int32],
    prefixes: NDArray[np.uint16],
    suffixes: NDArray[np.uint16],
) -> NDArray[np.int32]:
    """Find what remains of each word when one affix is taken off.

    Parameters
    ----------
    entry_of : ndarray of shape (n_words,), int32
        Lexicon entry of each word, -1 for words too rare to be in it.

    Returns
    -------
    ndarray of shape (n_words,), int32
        A lexicon entry, or -1 where nothing may go.
    """
    links = np.empty(words.n_words, dtype=np.int32)
    for word in range(words.n_words):
        frequency = entries[entry_of[word], FREQUENCY] if entry_of[word] >= 0 else 0
        links[word] = shorten_word(
            words.letters,
            words.starts[word],
            words.starts[word + 1],
            frequency,
            lexicon,
            entries,
            prefixes,
            suffixes,
        )
    return links


@compiled
def bigram_frequencies(
    stems: NDArray[np.int32], bounds: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Count in how many texts each pair of neighbouring stems occurs.

    Returns
    -------
    keys : ndarray of shape (n_pairs,), uint64
        In order of first occurrence.
    frequency : ndarray of shape (n_pairs,), int32
    """
    table_keys = np.zeros(1 << 16, dtype=np.uint64)
    table_numbers = np.zeros(1 << 16, dtype=np.int32)
    keys = np.empty(1 << 15, dtype=np.uint64)
    frequency = np.zeros(1 << 15, dtype=np.int32)
    last = np.full(1 << 15, -1, dtype=np.int32)
    count = 0
    for text in range(bounds.size - 1):
        for position in range(bounds[text] + 1, bounds[text + 1]):
            if stems[position - 1] < 0 or stems[position] < 0:
                continue
            key = pair_key(stems[position - 1], stems[position])
            number = put(table_keys, table_numbers, key, count)
            if number == count:
                keys[count] = key
                count += 1
                if count == keys.size:
                    table_keys, table_numbers = grow(table_keys, table_numbers)
                    keys = np.concatenate((keys, np.empty(count, dtype=np.uint64)))
                    frequency = np.concatenate((frequency, np.zeros(count, dtype=np.int32)))
                    last = np.concatenate((last, np.full(count, -1, dtype=np.int32)))
            if last[number] != text:
                last[number] = text
                frequency[number] += 1
    return keys[:count], frequency[:count]


@compiled
def weigh_streams(  # noqa: C901 - one pass over three kinds of features
    stream: NDArray[np.int32],
    stems: NDArray[np.int32],
    bounds: NDArray[np.int64],
    entry_of: NDArray[np.int32],
    space: SpaceArrays,
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int64]]:
    """Do what ``kernel.transform_texts`` does, for texts that are streams already.

    Parameters
    ----------
    stream, stems : ndarray of int32
        Word numbers and, beside each, the lexicon entry of its light stem or -1.
    bounds : ndarray of shape (n_texts + 1,), int64
    entry_of : ndarray of shape (n_words,), int32

    Returns
    -------
    indices, data, indptr
        A CSR matrix, columns in order of first occurrence within a row.
    """
    n_texts = bounds.size - 1
    slot_of = np.full(space.idf.size, -1, dtype=np.int32)
    longest = 0
    for text in range(n_texts):
        longest = max(longest, bounds[text + 1] - bounds[text])
    found = np.empty(3 * longest + 1, dtype=np.int32)
    counts = np.empty(3 * longest + 1, dtype=np.int32)
    capacity = stream.size + 1024
    indices = np.empty(capacity, dtype=np.int32)
    data = np.empty(capacity, dtype=np.float32)
    indptr = np.zeros(n_texts + 1, dtype=np.int64)
    length = 0
    for text in range(n_texts):
        n = 0
        for position in range(bounds[text], bounds[text + 1]):
            entry, stem = entry_of[stream[position]], stems[position]
            for kind in range(3):
                feature = -1
                if kind == 0:
                    feature = space.entries[entry, WORD_FEATURE] if entry >= 0 else -1
                elif kind == 1:
                    feature = space.entries[stem, STEM_FEATURE] if stem >= 0 else -1
                elif position > bounds[text] and stem >= 0 and stems[position - 1] >= 0:
                    feature = find(space.bigrams, pair_key(stems[position - 1], stem))
                if feature < 0:
                    continue
                if slot_of[feature] < 0:
                    slot_of[feature] = n
                    found[n] = feature
                    counts[n] = 1
                    n += 1
                else:
                    counts[slot_of[feature]] += 1
        values = kernel.weigh(found[:n], counts[:n], space.idf)
        if length + n > capacity:
            capacity = capacity + capacity // 2 + n
            more_indices = np.empty(capacity, dtype=np.int32)
            more_indices[:length] = indices[:length]
            indices = more_indices
            more_data = np.empty(capacity, dtype=np.float32)
            more_data[:length] = data[:length]
            data = more_data
        for index in range(n):
            indices[length + index] = found[index]
            data[length + index] = np.float32(values[index])
            slot_of[found[index]] = -1
        length += n
        indptr[text + 1] = length
    return indices[:length], data[:length], indptr
