"""A feature space: the fitted vocabulary with its idf, and what can be done with it.

``training.vectorizer`` fits one, ``artifact`` stores its arrays, ``classifier`` scores texts in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.features import kernel, orthography, stems

__all__ = ["FeatureSpace", "encode_texts"]


def encode_texts(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Lay texts end to end as code points.

    Returns
    -------
    codes : ndarray of shape (n_codes,), uint32
    bounds : ndarray of shape (n_texts + 1,), int64
        ``codes[bounds[i]:bounds[i + 1]]`` is text i.
    """
    if len(texts) == 1:  # a request: no loop, no join, a fifth of the time
        one = np.frombuffer(texts[0].encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        return one, np.array([0, one.size])
    encoded = [text.encode("utf-32-le", "surrogatepass") for text in texts]
    bounds = np.zeros(len(encoded) + 1, dtype=np.int64)
    np.cumsum([len(piece) // 4 for piece in encoded], out=bounds[1:])
    return np.frombuffer(b"".join(encoded), dtype=np.uint32), bounds


@dataclass(frozen=True)
class FeatureSpace:
    """Words, light stems and stem bigrams with their inverse document frequencies.

    A lexicon maps the hash of each frequent word to an entry; an entry names its light stem (another entry, or
    itself) and the features of the word and of the stem. Words are told apart by 64-bit hashes: of a million words,
    two collide with a probability of 3 in 100 million. Bigrams are pairs of entries, exactly.

    Attributes
    ----------
    lexicon_keys : ndarray of shape (2**k,), uint64
        Open-addressing table of word hashes; 0 is an empty slot.
    lexicon_entries : ndarray of shape (2**k,), int32
        Entry of the word in each slot.
    lexicon_frequency : ndarray of shape (n_entries,), int32
        Document frequency of each word where the space was fitted.
    stem_of : ndarray of shape (n_entries,), int32
        Entry of each word's light stem.
    word_feature, stem_feature : ndarray of shape (n_entries,), int32
        Feature of the entry as a word, and as a stem; -1 where it is none.
    bigram_keys : ndarray of shape (2**m,), uint64
        Open-addressing table of stem pairs.
    bigram_features : ndarray of shape (2**m,), int32
    idf : ndarray of shape (n_features,), float32
    """

    lexicon_keys: NDArray[np.uint64]
    lexicon_entries: NDArray[np.int32]
    lexicon_frequency: NDArray[np.int32]
    stem_of: NDArray[np.int32]
    word_feature: NDArray[np.int32]
    stem_feature: NDArray[np.int32]
    bigram_keys: NDArray[np.uint64]
    bigram_features: NDArray[np.int32]
    idf: NDArray[np.float32]

    ARRAYS = (
        "lexicon_keys",
        "lexicon_entries",
        "lexicon_frequency",
        "stem_of",
        "word_feature",
        "stem_feature",
        "bigram_keys",
        "bigram_features",
        "idf",
    )

    @property
    def n_features(self) -> int:
        """Number of features."""
        return self.idf.size

    @cached_property
    def arrays(self) -> kernel.SpaceArrays:
        """The arrays as the kernel reads them: read-only, so that it is compiled for one kind of array."""
        return kernel.SpaceArrays(
            orthography.fold_table(),
            orthography.expansion_table(),
            stems.affix_table(stems.PREFIXES),
            stems.affix_table(stems.SUFFIXES),
            *(_read_only(getattr(self, name)) for name in self.ARRAYS),
        )

    def with_features(self, new_feature: NDArray[np.int32]) -> FeatureSpace:
        """Renumber features.

        Parameters
        ----------
        new_feature : ndarray of shape (n_features,), int32
            A permutation: the new number of each feature.
        """
        renumber = np.append(new_feature, np.int32(-1))  # so that "no feature", -1, stays -1
        idf = np.empty_like(self.idf)
        idf[new_feature] = self.idf
        return FeatureSpace(
            self.lexicon_keys,
            self.lexicon_entries,
            self.lexicon_frequency,
            self.stem_of,
            renumber[self.word_feature],
            renumber[self.stem_feature],
            self.bigram_keys,
            renumber[self.bigram_features],
            idf,
        )

    def __getstate__(self) -> dict[str, object]:
        # Without the kernel's views: they would double a pickle and come back writable, another kind of array.
        return dict(self.to_arrays())

    def to_arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """Return the arrays by name, for the artifact."""
        return {name: getattr(self, name) for name in self.ARRAYS}

    def check(self) -> None:
        """Make sure that no number leads the kernel out of an array; it does not look itself.

        Raises
        ------
        ValueError
            If the arrays do not make a feature space.
        """
        n_entries = self.lexicon_frequency.size
        _check_table("lexicon", self.lexicon_keys, self.lexicon_entries, n_entries)
        _check_table("bigram", self.bigram_keys, self.bigram_features, self.n_features)
        for name, least, most in (
            ("lexicon_frequency", 1, np.iinfo(np.int32).max),
            ("stem_of", 0, n_entries),
            ("word_feature", -1, self.n_features),
            ("stem_feature", -1, self.n_features),
        ):
            array = getattr(self, name)
            if array.shape != (n_entries,) or array.dtype != np.int32:
                raise ValueError(f"{name} is not one int32 for each of {n_entries} words")
            if n_entries and not (least <= array.min() and array.max() < most):
                raise ValueError(f"{name} holds numbers outside [{least}, {most})")
        if self.idf.ndim != 1 or self.idf.dtype != np.float32 or not (np.isfinite(self.idf) & (self.idf > 0)).all():
            raise ValueError("idf is not one positive float32 for each feature")

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> FeatureSpace:
        """Take the arrays back."""
        return cls(**{name: arrays[name] for name in cls.ARRAYS})  # type: ignore[arg-type]

    def transform(self, texts: Iterable[str]) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int64]]:
        """Weigh the features of each text.

        Returns
        -------
        indices, data, indptr
            The parts of a CSR matrix of shape (n_texts, n_features): sublinear TF-IDF rows of unit length, or of
            zeros where a text holds no feature.
        """
        codes, bounds = encode_texts(list(texts))
        indices, data, indptr = kernel.transform_texts(codes, bounds, self.arrays)
        return indices, data, indptr

    def score(
        self,
        codes: NDArray[np.uint32],
        bounds: NDArray[np.int64],
        weights: NDArray[np.int8],
        scale: NDArray[np.float32],
        intercept: NDArray[np.float32],
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Score texts laid out by ``encode_texts`` against linear heads; see ``kernel.score_texts``."""
        scores, words = kernel.score_texts(codes, bounds, self.arrays, weights, scale, intercept)
        return scores, words


def _check_table(name: str, keys: NDArray[np.uint64], values: NDArray[np.int32], n_values: int) -> None:
    if keys.dtype != np.uint64 or values.dtype != np.int32 or keys.shape != values.shape or keys.ndim != 1:
        raise ValueError(f"the {name} table is not two columns of numbers")
    if keys.size < 2 or keys.size & (keys.size - 1) or not (keys == 0).any():
        raise ValueError(f"the {name} table has {keys.size} slots or none free; a search in it would not end")
    used = values[keys != 0]
    if used.size and not (used.min() >= 0 and used.max() < n_values):
        raise ValueError(f"the {name} table holds numbers outside [0, {n_values})")


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    view = np.asarray(array).view()
    view.setflags(write=False)
    return view
