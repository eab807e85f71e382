"""From code points to folded words in machine code: fold, tokenise, hash, take an affix off.

What ``reference`` and ``stems`` say in plain Python; ``kernel`` and ``training.counting`` are built on it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.features.jit import compiled
from model.features.orthography import DROP, EXPANSION, SEPARATOR, TABLE_SIZE
from model.features.stems import LEAST_RATIO, SHORTEST_STEM
from model.features.tables import find, mix

__all__ = [
    "FREQUENCY",
    "LONGEST_WORD",
    "SHORTEST_WORD",
    "STEM",
    "STEM_FEATURE",
    "WORD_FEATURE",
    "fold_codes",
    "hash_word",
    "next_word",
    "shorten_word",
]

SHORTEST_WORD = 2
"""Shorter words, such as a و standing alone, are passed over."""
LONGEST_WORD = 40
"""Longer runs of letters are not words (a million letters are not either) and are passed over."""

FREQUENCY, STEM, WORD_FEATURE, STEM_FEATURE = range(4)
"""Columns of a lexicon's entries; see ``space.FeatureSpace``."""

_FNV_OFFSET = np.uint64(0xCBF29CE484222325)  # FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
_FNV_PRIME = np.uint64(0x100000001B3)
_ZERO = np.uint64(0)
_ONE = np.uint64(1)


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
def hash_word(folded: NDArray[np.uint16], start: int, end: int) -> np.uint64:
    """Hash ``folded[start:end]`` to 64 bits, never 0 (0 marks a free slot)."""
    key = _FNV_OFFSET
    for position in range(start, end):
        key = (key ^ np.uint64(folded[position])) * _FNV_PRIME
    key = mix(key)  # FNV's low bits are weak
    return key if key != _ZERO else _ONE


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
    lexicon: NDArray[np.uint64],
    entries: NDArray[np.int32],
    prefixes: NDArray[np.uint16],
    suffixes: NDArray[np.uint16],
) -> int:
    """Do what ``stems.shorten`` does for ``folded[start:end]``: the lexicon entry of what remains, or -1."""
    least = max(1.0, LEAST_RATIO * frequency)
    for row in range(prefixes.shape[0]):
        rest = start + prefixes[row, 0]
        if end - rest >= SHORTEST_STEM and _starts_with(folded, start, prefixes[row]):
            entry = find(lexicon, hash_word(folded, rest, end))
            if entry >= 0 and entries[entry, FREQUENCY] >= least:
                return entry
    for row in range(suffixes.shape[0]):
        rest = end - suffixes[row, 0]
        if rest - start >= SHORTEST_STEM and _starts_with(folded, rest, suffixes[row]):
            entry = find(lexicon, hash_word(folded, start, rest))
            if entry >= 0 and entries[entry, FREQUENCY] >= least:
                return entry
    return -1
