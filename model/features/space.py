"""A feature space: the fitted vocabulary with its idf, and what can be done with it.

``training.vectorizer`` fits one, ``artifact`` stores its arrays, ``classifier`` scores texts in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from model.features import kernel, orthography, stems
from model.features.tables import replace_values, unpack_table
from model.features.words import FREQUENCY, STEM, STEM_FEATURE, WORD_FEATURE

__all__ = ["FeatureSpace", "encode_texts", "read_only"]

Number = TypeVar("Number", bound=np.generic)


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
        bounds = np.zeros(2, dtype=np.int64)
        bounds[1] = one.size
        return one, bounds
    encoded = [text.encode("utf-32-le", "surrogatepass") for text in texts]
    bounds = np.zeros(len(encoded) + 1, dtype=np.int64)
    np.cumsum([len(piece) // 4 for piece in encoded], out=bounds[1:])
    return np.frombuffer(b"".join(encoded), dtype=np.uint32), bounds


@dataclass(frozen=True)
class FeatureSpace:
    """Words, light stems and stem bigrams with their inverse document frequencies.

    A lexicon maps the hash of each frequent word to an entry; an entry names its light stem (another entry, or
    itself) and the features of the word and of the stem. Bigrams are pairs of entries. See ``tables`` for how a table
    is laid out and how sure a look-up is.

    Attributes
    ----------
    lexicon : ndarray of shape (2**k,), uint64
        Packed table from the hash of a word to its entry.
    entries : ndarray of shape (n_entries, 4), int32
        For each word its document frequency where the space was fitted, the entry of its light stem, its feature as
        a word, and its feature as a stem; -1 where it is none.
    bigrams : ndarray of shape (2**m,), uint64
        Packed table from a pair of stems to a feature.
    idf : ndarray of shape (n_features,), float32
    """

    lexicon: NDArray[np.uint64]
    entries: NDArray[np.int32]
    bigrams: NDArray[np.uint64]
    idf: NDArray[np.float32]

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
            read_only(self.lexicon),
            read_only(self.entries),
            read_only(self.bigrams),
            read_only(self.idf),
        )

    def __getstate__(self) -> dict[str, Any]:
        # Without the kernel's views: they would double a pickle and come back writable, another kind of array.
        return self.to_arrays()

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, for the artifact."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> FeatureSpace:
        """Take the arrays back.

        Raises
        ------
        KeyError
            If one is missing.
        """
        return cls(**{field.name: arrays[field.name] for field in fields(cls)})

    def check(self) -> None:
        """Make sure that no number leads the kernel out of an array; it does not look itself.

        Raises
        ------
        ValueError
            If the arrays do not make a feature space.
        """
        if self.entries.ndim != 2 or self.entries.shape[1] != 4 or self.entries.dtype != np.int32:
            raise ValueError("entries are not four int32 for each word")
        n_entries = self.entries.shape[0]
        _check_table("lexicon", self.lexicon, n_entries)
        _check_table("bigram", self.bigrams, self.n_features)
        for column, least, most in (
            (FREQUENCY, 1, np.iinfo(np.int32).max),
            (STEM, 0, n_entries),
            (WORD_FEATURE, -1, self.n_features),
            (STEM_FEATURE, -1, self.n_features),
        ):
            values = self.entries[:, column]
            if n_entries and not (least <= values.min() and values.max() < most):
                raise ValueError(f"column {column} of the entries holds numbers outside [{least}, {most})")
        if self.idf.ndim != 1 or self.idf.dtype != np.float32 or not (np.isfinite(self.idf) & (self.idf > 0)).all():
            raise ValueError("idf is not one positive float32 for each feature")

    def with_features(self, new_feature: NDArray[np.int32]) -> FeatureSpace:
        """Renumber features.

        Parameters
        ----------
        new_feature : ndarray of shape (n_features,), int32
            A permutation: the new number of each feature.
        """
        renumber = np.append(new_feature, np.int32(-1))  # so that "no feature", -1, stays -1
        entries, idf = self.entries.copy(), np.empty_like(self.idf)
        for column in (WORD_FEATURE, STEM_FEATURE):
            entries[:, column] = renumber[self.entries[:, column]]
        idf[new_feature] = self.idf
        return FeatureSpace(self.lexicon, entries, replace_values(self.bigrams, new_feature), idf)

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


def _check_table(name: str, table: NDArray[np.uint64], n_values: int) -> None:
    if table.dtype != np.uint64 or table.ndim != 1:
        raise ValueError(f"the {name} table is not a row of uint64")
    if table.size < 2 or table.size & (table.size - 1) or not (table == 0).any():
        raise ValueError(f"the {name} table has {table.size} slots or none free; a search in it would not end")
    _, values = unpack_table(table)
    if values.size and not (values.min() >= 0 and values.max() < n_values):
        raise ValueError(f"the {name} table holds numbers outside [0, {n_values})")


def read_only(array: NDArray[Number]) -> NDArray[Number]:
    """Return a view that cannot be written to, as an array of an artifact that is mapped."""
    view = np.asarray(array).view()
    view.setflags(write=False)
    return view
