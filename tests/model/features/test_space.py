"""Feature spaces: laid out, renumbered, checked before the kernel trusts them, and pickled small."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from model.features import kernel
from model.features.space import FeatureSpace, encode_texts
from training.vectorizer import ArabicTfidfVectorizer

Arrays = dict[str, NDArray[np.generic]]


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


def spoil(name: str, change: Callable[[NDArray[np.generic]], NDArray[np.generic]]) -> Callable[[Arrays], Arrays]:
    return lambda arrays: {**arrays, name: change(arrays[name].copy())}


def put_first(value: float) -> Callable[[NDArray[np.generic]], NDArray[np.generic]]:
    def change(array: NDArray[np.generic]) -> NDArray[np.generic]:
        array[0] = value
        return array

    return change


def fill_empty(value: int) -> Callable[[NDArray[np.generic]], NDArray[np.generic]]:
    return lambda keys: np.where(keys == 0, np.uint64(value), keys)


BROKEN = {
    "table-without-a-free-slot": spoil("lexicon_keys", fill_empty(1)),
    "table-of-three-slots": lambda arrays: {
        **arrays,
        "bigram_keys": arrays["bigram_keys"][:3],
        "bigram_features": arrays["bigram_features"][:3],
    },
    "table-columns-of-two-lengths": spoil("lexicon_entries", lambda array: array[:-1]),
    "keys-of-another-kind": spoil("bigram_keys", lambda array: array.astype(np.int64)),
    "entry-beyond-the-words": spoil("lexicon_entries", lambda array: array + np.int32(10_000)),
    "bigram-beyond-the-features": spoil("bigram_features", lambda array: array + np.int32(10_000)),
    "negative-bigram": spoil("bigram_features", lambda array: array - np.int32(10_000)),
    "stem-beyond-the-words": spoil("stem_of", put_first(10_000)),
    "negative-stem": spoil("stem_of", put_first(-1)),
    "too-few-stems": spoil("stem_of", lambda array: array[:-1]),
    "word-beyond-the-features": spoil("word_feature", put_first(10_000)),
    "word-below-none": spoil("word_feature", put_first(-2)),
    "stem-feature-beyond-the-features": spoil("stem_feature", put_first(10_000)),
    "stem-features-of-another-kind": spoil("stem_feature", lambda array: array.astype(np.int64)),
    "word-in-no-text": spoil("lexicon_frequency", put_first(0)),
    "frequencies-of-another-kind": spoil("lexicon_frequency", lambda array: array.astype(np.float64)),
    "idf-not-a-number": spoil("idf", put_first(np.nan)),
    "idf-zero": spoil("idf", put_first(0.0)),
    "idf-of-another-kind": spoil("idf", lambda array: array.astype(np.float64)),
    "fewer-features": spoil("idf", lambda array: array[:-1]),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_check_refuses(space: FeatureSpace, broken: Callable[[Arrays], Arrays]) -> None:
    space.check()
    with pytest.raises(ValueError, match=r"."):
        FeatureSpace.from_arrays(broken(dict(space.to_arrays()))).check()
