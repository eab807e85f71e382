"""Hash tables in machine code: from 64-bit keys to small numbers.

Two kinds, both with open addressing in 2**k slots. While counting, a table holds its keys (``put``, ``grow``). Once
fitted, a table is packed: one integer a slot, so that a look-up costs one cache miss where two arrays would cost two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.features.jit import compiled

__all__ = ["LARGEST_VALUE", "fetch", "find", "grow", "mix", "pack_table", "put", "replace_values", "unpack_table"]

_VALUE_BITS = 26
LARGEST_VALUE = (1 << _VALUE_BITS) - 2
"""Largest value of a packed table. A slot is ``fingerprint << 26 | value + 1``: the 38 highest bits of the mixed key
beside the value. The lowest bits choose the slot, so that two keys are taken for one another with a probability of
about 1 in 2**38 for each occupied slot that is looked at, that is, less than once in a billion words."""

_FREE = np.uint64(0)
_ONE = np.uint64(1)
_BITS = np.uint64(_VALUE_BITS)
_VALUE = np.uint64((1 << _VALUE_BITS) - 1)
_MIX_1 = np.uint64(0xFF51AFD7ED558CCD)  # MurmurHash3's 64-bit finaliser, public domain
_MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT = np.uint64(33)


@compiled
def mix(key: np.uint64) -> np.uint64:
    """Spread the bits of a key over all 64."""
    key ^= key >> _SHIFT
    key *= _MIX_1
    key ^= key >> _SHIFT
    key *= _MIX_2
    key ^= key >> _SHIFT
    return key


@compiled
def find(table: NDArray[np.uint64], key: np.uint64) -> int:
    """Look a key up in a packed table; -1 where it is missing."""
    mask = np.uint64(table.size - 1)
    mixed = mix(key)
    slot = mixed & mask
    while table[slot] != _FREE:
        if table[slot] >> _BITS == mixed >> _BITS:
            return np.int64(table[slot] & _VALUE) - 1  # type: ignore[return-value] # int() would leave it unsigned
        slot = (slot + _ONE) & mask
    return -1


@compiled
def fetch(table: NDArray[np.uint64], keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Read the slot where the search for each key begins, so that searching it afterwards waits for nothing.

    A search must know what it has read before it can go on; this loop need not, so that the processor has some ten
    cache misses under way at once.
    """
    mask = np.uint64(table.size - 1)
    slots = np.empty(keys.size, dtype=np.uint64)
    for index in range(keys.size):
        slots[index] = table[mix(keys[index]) & mask]
    return slots


@compiled
def _pack(table: NDArray[np.uint64], keys: NDArray[np.uint64], values: NDArray[np.int32]) -> None:
    mask = np.uint64(table.size - 1)
    for index in range(keys.size):
        mixed = mix(keys[index])
        slot = mixed & mask
        while table[slot] != _FREE:
            slot = (slot + _ONE) & mask
        table[slot] = (mixed >> _BITS << _BITS) | np.uint64(values[index] + 1)


def pack_table(keys: NDArray[np.uint64], values: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Build a packed table, at most two thirds full.

    Parameters
    ----------
    keys : ndarray of shape (n,), uint64
        Distinct.
    values : ndarray of shape (n,), int32
        In [0, ``LARGEST_VALUE``].

    Returns
    -------
    ndarray of shape (2**k,), uint64
    """
    size = 16
    while 2 * size < 3 * keys.size:
        size *= 2
    table = np.zeros(size, dtype=np.uint64)
    _pack(table, keys, values)
    return table


def unpack_table(table: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the fingerprints and the values of the occupied slots of a packed table, in the order of the slots."""
    occupied = table[table != 0]
    return occupied >> _BITS, (occupied & _VALUE).astype(np.int64) - 1


def replace_values(table: NDArray[np.uint64], new_value: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Return a packed table whose values v have become ``new_value[v]``."""
    occupied = table != 0
    _, values = unpack_table(table)
    replaced = table.copy()
    replaced[occupied] = (table[occupied] & ~_VALUE) | (new_value[values] + 1).astype(np.uint64)
    return replaced


@compiled
def put(keys: NDArray[np.uint64], values: NDArray[np.int32], key: np.uint64, value: int) -> int:
    """Return the value stored under a key other than 0, storing ``value`` first if the key is new.

    The table must have a free slot.
    """
    mask = np.uint64(keys.size - 1)
    slot = mix(key) & mask
    while keys[slot] != _FREE:
        if keys[slot] == key:
            return int(values[slot])
        slot = (slot + _ONE) & mask
    keys[slot] = key
    values[slot] = value
    return int(value)


@compiled
def grow(keys: NDArray[np.uint64], values: NDArray[np.int32]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Move a table to one of twice the slots."""
    new_keys = np.zeros(2 * keys.size, dtype=np.uint64)
    new_values = np.zeros(2 * keys.size, dtype=np.int32)
    for slot in range(keys.size):
        if keys[slot] != _FREE:
            put(new_keys, new_values, keys[slot], values[slot])
    return new_keys, new_values
