"""Hash tables: what is stored is found, whatever else lies in its way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.features.tables import LARGEST_VALUE, find, grow, mix, pack_table, put, replace_values, unpack_table

distinct_keys = st.lists(st.integers(1, 2**64 - 1), unique=True, max_size=200)


def packed(keys: list[int], values: list[int]) -> NDArray[np.uint64]:
    return pack_table(np.array(keys, dtype=np.uint64), np.array(values, dtype=np.int32))


@given(keys=distinct_keys, other=st.integers(1, 2**64 - 1))
def test_packed_keys_are_found_and_others_are_not(keys: list[int], other: int) -> None:
    table = packed(keys, list(range(len(keys))))
    assert [find(table, np.uint64(key)) for key in keys] == list(range(len(keys)))
    assert other in keys or find(table, np.uint64(other)) == -1


@pytest.mark.parametrize("size", [0, 1, 10, 11, 1000])
def test_a_packed_table_is_at_most_two_thirds_full(size: int) -> None:
    table = packed(list(range(1, size + 1)), list(range(size)))
    assert table.size & (table.size - 1) == 0
    assert np.count_nonzero(table) == size <= table.size * 2 / 3


def test_values_from_the_least_to_the_largest() -> None:
    table = packed([5, 6, 7], [0, LARGEST_VALUE, 1])
    assert [find(table, np.uint64(key)) for key in (5, 6, 7)] == [0, LARGEST_VALUE, 1]
    assert sorted(unpack_table(table)[1].tolist()) == [0, 1, LARGEST_VALUE]


def test_keys_of_the_same_first_slot_are_told_apart() -> None:
    last_slot = [key for key in range(1, 4000) if int(mix(np.uint64(key))) % 16 == 15][:9]
    table = packed(last_slot, list(range(9)))
    assert table.size == 16
    assert [find(table, np.uint64(key)) for key in last_slot] == list(range(9))
    assert len(set(unpack_table(table)[0].tolist())) == 9


def test_replaced_values() -> None:
    keys = [int(key) for key in np.random.default_rng(1).integers(1, 2**63, 50)]
    table = packed(keys, list(range(50)))
    new_value = np.random.default_rng(2).permutation(50).astype(np.int32)
    replaced = replace_values(table, new_value)
    assert [find(replaced, np.uint64(key)) for key in keys] == new_value.tolist()
    assert [find(table, np.uint64(key)) for key in keys] == list(range(50)), "the table itself is left as it was"


@given(keys=distinct_keys.filter(bool))
def test_put_keeps_the_first_value_and_grow_keeps_them_all(keys: list[int]) -> None:
    table, values = np.zeros(256, dtype=np.uint64), np.zeros(256, dtype=np.int32)
    assert [put(table, values, np.uint64(key), value) for value, key in enumerate(keys)] == list(range(len(keys)))
    larger_table, larger_values = grow(table, values)
    assert larger_table.size == 512
    for kept, kept_values in ((table, values), (larger_table, larger_values)):
        assert [put(kept, kept_values, np.uint64(key), 999) for key in keys] == list(range(len(keys)))
