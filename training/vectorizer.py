"""A scikit-learn transformer that fits a feature space: Arabic texts in, sublinear TF-IDF rows out.

``learn`` fits it on the training part; its ``space_`` goes into the artifact and serves without scikit-learn.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from model.features import orthography, stems
from model.features.space import FeatureSpace, encode_texts
from training import counting
from training.progress import step

__all__ = ["ArabicTfidfVectorizer"]

_CHUNK = 2000
"""Texts that are numbered between two steps of the progress bar."""


class ArabicTfidfVectorizer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn Arabic texts into sublinear TF-IDF of words, light stems and stem bigrams.

    Parameters
    ----------
    min_df : int, default=2
        Least number of texts that a word, stem or bigram must occur in.
    bigrams : bool, default=True
        Whether pairs of neighbouring stems are features.
    bigram_min_df : int, default=2
        Least number of texts for a bigram.

    Attributes
    ----------
    space_ : model.features.space.FeatureSpace
        The fitted vocabulary.
    """

    def __init__(self, *, min_df: int = 2, bigrams: bool = True, bigram_min_df: int = 2) -> None:
        self.min_df = min_df
        self.bigrams = bigrams
        self.bigram_min_df = bigram_min_df

    def fit(self, X: Iterable[str], y: object = None) -> Self:  # noqa: ARG002
        """Learn vocabulary and inverse document frequencies.

        Parameters
        ----------
        X : iterable of str of length n_texts
        y : ignored

        Raises
        ------
        ValueError
            If ``X`` is a single string, holds something else than strings, or no word is frequent enough.
        """
        self._fit(X)
        return self

    def fit_transform(self, X: Iterable[str], y: object = None) -> sparse.csr_array:  # noqa: ARG002
        """Fit, then transform the same texts, reading them once.

        Returns
        -------
        csr_array of shape (n_texts, n_features), float32
        """
        stream, stem_stream, bounds, entry_of = self._fit(X)
        indices, data, indptr = counting.weigh_streams(stream, stem_stream, bounds, entry_of, self.space_.arrays)
        return self._matrix(indices, data, indptr)

    def transform(self, X: Iterable[str]) -> sparse.csr_array:
        """Weigh the features of texts.

        Returns
        -------
        csr_array of shape (n_texts, n_features), float32
            Rows of unit length; rows of zeros where a text holds no feature.
        """
        check_is_fitted(self)
        return self._matrix(*self.space_.transform(_checked(X)))

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Return the folded terms: ``word``, ``stem:…`` and ``stem:… …``.

        Returns
        -------
        ndarray of shape (n_features,), object
        """
        check_is_fitted(self)
        names = np.empty(self.space_.n_features, dtype=object)
        space = self.space_
        for entry, word in enumerate(self._lexicon):
            if space.word_feature[entry] >= 0:
                names[space.word_feature[entry]] = word
            if space.stem_feature[entry] >= 0:
                names[space.stem_feature[entry]] = f"stem:{word}"
        used = space.bigram_keys != 0
        for key, feature in zip(space.bigram_keys[used], space.bigram_features[used], strict=True):
            first, second = int(key >> np.uint64(32)) - 1, int(key & np.uint64(0xFFFFFFFF)) - 1
            names[feature] = f"stem:{self._lexicon[first]} {self._lexicon[second]}"
        return names

    def __sklearn_tags__(self) -> object:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _matrix(
        self, indices: NDArray[np.int32], data: NDArray[np.float32], indptr: NDArray[np.int64]
    ) -> sparse.csr_array:
        if data.size < np.iinfo(np.int32).max:  # liblinear takes 32-bit indices only
            indptr = indptr.astype(np.int32)
        matrix = sparse.csr_array((data, indices, indptr), shape=(indptr.size - 1, self.space_.n_features))
        matrix.sort_indices()
        return matrix

    def _fit(
        self, X: Iterable[str]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
        stream, bounds, words = _intern(_checked(X))
        n_texts = bounds.size - 1
        frequency = counting.stream_frequencies(stream, bounds, words.n_words)
        entry_of, lexicon = _lexicon(words, frequency, self.min_df)
        if lexicon["frequency"].size == 0:
            raise ValueError(
                f"no word occurs in {self.min_df} of the {n_texts} texts: give more texts, or a lower min_df"
            )
        links = counting.stem_links(
            words,
            entry_of,
            lexicon["keys"],
            lexicon["entries"],
            lexicon["frequency"],
            stems.affix_table(stems.PREFIXES),
            stems.affix_table(stems.SUFFIXES),
        )
        in_lexicon = entry_of >= 0
        stem_of = _follow(links[in_lexicon])
        stem_of_word = np.where(in_lexicon, stem_of[entry_of], np.where(links >= 0, stem_of[links], -1)).astype(
            np.int32
        )
        stem_stream = stem_of_word[stream]
        self.space_, self._lexicon = self._space(lexicon, stem_of, stem_stream, bounds), _spell(words, in_lexicon)
        return stream, stem_stream, bounds, entry_of

    def _space(
        self,
        lexicon: dict[str, NDArray[Any]],
        stem_of: NDArray[np.int32],
        stem_stream: NDArray[np.int32],
        bounds: NDArray[np.int64],
    ) -> FeatureSpace:
        n_entries = stem_of.size
        stem_frequency = counting.stream_frequencies(stem_stream, bounds, n_entries)
        word_feature = np.arange(n_entries, dtype=np.int32)
        is_stem = stem_frequency >= self.min_df
        stem_feature = np.where(is_stem, n_entries + np.cumsum(is_stem) - 1, -1).astype(np.int32)
        keys, pair_frequency = np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int32)
        if self.bigrams:
            keys, pair_frequency = counting.bigram_frequencies(stem_stream, bounds)
            frequent = pair_frequency >= self.bigram_min_df
            keys, pair_frequency = keys[frequent], pair_frequency[frequent]
        first = n_entries + int(is_stem.sum())
        bigram_keys, bigram_features = _table(keys, first + np.arange(keys.size, dtype=np.int32))
        df = np.concatenate([lexicon["frequency"], stem_frequency[is_stem], pair_frequency])
        idf = np.log((1 + bounds.size - 1) / (1 + df)) + 1  # scikit-learn's smooth_idf
        return FeatureSpace(
            lexicon_keys=lexicon["keys"],
            lexicon_entries=lexicon["entries"],
            lexicon_frequency=lexicon["frequency"],
            stem_of=stem_of,
            word_feature=word_feature,
            stem_feature=stem_feature,
            bigram_keys=bigram_keys,
            bigram_features=bigram_features,
            idf=idf.astype(np.float32),
        )


def _checked(X: Iterable[str]) -> list[str]:
    if isinstance(X, str):
        raise ValueError("X is one string; give an iterable of strings")
    texts = list(X)
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(f"X[{row}] is {type(text).__name__}, not a string")
    return texts


def _intern(texts: list[str]) -> tuple[NDArray[np.int32], NDArray[np.int64], counting.Words]:
    words = counting.no_words()
    streams, lengths = [], [np.zeros(1, dtype=np.int64)]
    with step("reading words", total=len(texts)) as bar:
        for begin in range(0, len(texts), _CHUNK):
            chunk = texts[begin : begin + _CHUNK]
            codes, code_bounds = encode_texts(chunk)
            stream, bounds, words = counting.intern_texts(
                codes, code_bounds, orthography.fold_table(), orthography.expansion_table(), words
            )
            streams.append(stream)
            lengths.append(np.diff(bounds))
            bar.update(len(chunk))
    stream = np.concatenate(streams) if streams else np.empty(0, dtype=np.int32)
    return stream, np.cumsum(np.concatenate(lengths)), words


def _table(keys: NDArray[np.uint64], values: NDArray[np.int32]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Build an open-addressing table, at most two thirds full."""
    size = 16
    while 2 * size < 3 * keys.size:
        size *= 2
    table_keys, table_values = np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.int32)
    counting.put_all(table_keys, table_values, keys, values)
    return table_keys, table_values


def _lexicon(
    words: counting.Words, frequency: NDArray[np.int32], min_df: int
) -> tuple[NDArray[np.int32], dict[str, NDArray[Any]]]:
    """Keep the frequent words: (entry of each word or -1, the lexicon's arrays)."""
    kept = frequency >= min_df
    entry_of = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
    hashes = counting.word_hashes(words)
    keys, entries = _table(hashes[kept], entry_of[kept])
    return entry_of, {"keys": keys, "entries": entries, "frequency": frequency[kept]}


def _follow(links: NDArray[np.int32]) -> NDArray[np.int32]:
    """Follow each entry's link until it ends. Every link shortens the word, so every chain ends."""
    stem_of = np.where(links >= 0, links, np.arange(links.size)).astype(np.int32)
    while not np.array_equal(further := stem_of[stem_of], stem_of):
        stem_of = further
    return stem_of


def _spell(words: counting.Words, kept: NDArray[np.bool_]) -> list[str]:
    """Return the kept words as strings, in order."""
    letters = words.letters[: words.starts[words.n_words]].tobytes().decode("utf-16-le")
    bounds = zip(words.starts[: words.n_words][kept], words.starts[1 : words.n_words + 1][kept], strict=True)
    return [letters[start:end] for start, end in bounds]
