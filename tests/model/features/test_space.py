"""Feature spaces: laid out, renumbered, checked before the kernel trusts them, and pickled small."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from model.features import kernel
from model.features.space import FeatureSpace, encode_texts
from model.features.words import FREQUENCY, STEM, STEM_FEATURE, WORD_FEATURE
from training.vectorizer import ArabicTfidfVectorizer


@pytest.fixture
def space(mini_vectorizer: ArabicTfidfVectorizer) -> FeatureSpace:
    return mini_vectorizer.space_


@pytest.mark.parametrize(
    ("texts", "codes", "bounds"),
    [
        pytest.param([], [], [0], id="nothing"),
        pytest.param([""], [], [0, 0], id="one-empty"),
        pytest.param(["قط"], [0x642, 0x637], [0, 2], id="one"),
        pytest.param(["ق", "", "\N{SOCCER BALL}a"], [0x642, 0x26BD, 0x61], [0, 1, 1, 3], id="several"),
        pytest.param(["\ud800", "\U0001f600"], [0xD800, 0x1F600], [0, 1, 2], id="surrogate-and-emoji"),
    ],
)
def test_encode_texts(texts: list[str], codes: list[int], bounds: list[int]) -> None:
    laid_out, ends = encode_texts(texts)
    assert laid_out.tolist() == codes
    assert ends.tolist() == bounds
    assert (laid_out.dtype, ends.dtype) == (np.uint32, np.int64)


def test_transform_of_no_texts(space: FeatureSpace) -> None:
    indices, data, indptr = space.transform([])
    assert (indices.size, data.size, indptr.tolist()) == (0, 0, [0])


def test_with_features_renumbers_and_changes_nothing_else(space: FeatureSpace, mini_texts: list[str]) -> None:
    new_feature = np.random.default_rng(5).permutation(space.n_features).astype(np.int32)
    indices, data, indptr = space.transform(mini_texts)
    renumbered_indices, renumbered_data, renumbered_indptr = space.with_features(new_feature).transform(mini_texts)
    np.testing.assert_array_equal(renumbered_indices, new_feature[indices])
    np.testing.assert_array_equal(renumbered_data, data)
    np.testing.assert_array_equal(renumbered_indptr, indptr)
    space.with_features(new_feature).check()


def test_arrays_there_and_back(space: FeatureSpace, mini_texts: list[str]) -> None:
    again = FeatureSpace.from_arrays(space.to_arrays())
    for one, other in zip(space.transform(mini_texts), again.transform(mini_texts), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_pickle_holds_each_array_once_and_needs_no_compiling(space: FeatureSpace, mini_texts: list[str]) -> None:
    expected = space.transform(mini_texts)
    kinds = len(kernel.transform_texts.signatures)  # type: ignore[attr-defined]
    pickled = pickle.dumps(space)
    for one, other in zip(pickle.loads(pickled).transform(mini_texts), expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(pickled) < 1.2 * sum(array.nbytes for array in space.to_arrays().values())
    assert len(kernel.transform_texts.signatures) == kinds  # type: ignore[attr-defined]


Change = Callable[[NDArray[Any]], NDArray[Any]]


def entries_with(column: int, value: int) -> Change:
    def change(array: NDArray[Any]) -> NDArray[Any]:
        array[0, column] = value
        return array

    return change


def idf_with(value: float) -> Change:
    return lambda array: np.concatenate([[np.float32(value)], array[1:]], dtype=np.float32)


def values_moved_by(step: int) -> Change:
    return lambda table: np.where(table == 0, table, table + np.uint64(step))


BROKEN: dict[str, tuple[str, Change]] = {
    "table-without-a-free-slot": ("lexicon", lambda table: np.where(table == 0, np.uint64(1 << 26 | 1), table)),
    "table-of-fewer-slots": ("bigrams", lambda table: table[:-1]),
    "table-of-one-slot": ("bigrams", lambda table: table[:1] * 0),
    "table-of-another-kind": ("lexicon", lambda table: table.astype(np.int64)),
    "table-in-two-rows": ("lexicon", lambda table: table.reshape(2, -1)),
    "entry-beyond-the-words": ("lexicon", values_moved_by(10_000)),
    "bigram-beyond-the-features": ("bigrams", values_moved_by(10_000)),
    "slot-without-a-value": ("bigrams", lambda table: table >> np.uint64(26) << np.uint64(26)),
    "stem-beyond-the-words": ("entries", entries_with(STEM, 10_000)),
    "negative-stem": ("entries", entries_with(STEM, -1)),
    "word-beyond-the-features": ("entries", entries_with(WORD_FEATURE, 10_000)),
    "word-below-none": ("entries", entries_with(WORD_FEATURE, -2)),
    "stem-beyond-the-features": ("entries", entries_with(STEM_FEATURE, 10_000)),
    "word-in-no-text": ("entries", entries_with(FREQUENCY, 0)),
    "entries-of-another-kind": ("entries", lambda array: array.astype(np.int64)),
    "entries-of-three-columns": ("entries", lambda array: array[:, :3]),
    "entries-in-a-row": ("entries", lambda array: array.reshape(-1)),
    "fewer-entries": ("entries", lambda array: array[:-1]),
    "idf-not-a-number": ("idf", idf_with(np.nan)),
    "idf-infinite": ("idf", idf_with(np.inf)),
    "idf-zero": ("idf", idf_with(0.0)),
    "idf-of-another-kind": ("idf", lambda array: array.astype(np.float64)),
    "idf-in-two-rows": ("idf", lambda array: array.reshape(1, -1)),
    "fewer-features": ("idf", lambda array: array[:-1]),
}


@pytest.mark.parametrize(("name", "change"), BROKEN.values(), ids=BROKEN.keys())
def test_check_refuses(space: FeatureSpace, name: str, change: Change) -> None:
    space.check()
    arrays = space.to_arrays()
    with pytest.raises(ValueError, match=r"table|entries|idf"):
        FeatureSpace.from_arrays({**arrays, name: change(arrays[name].copy())}).check()
