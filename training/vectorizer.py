"""A scikit-learn transformer that fits a feature space: Arabic texts in, sublinear TF-IDF rows out.

``learn`` fits it on the training part; its ``space_`` goes into the artifact and serves without scikit-learn.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from model.features import orthography, stems
from model.features.reference import word_hash
from model.features.space import FeatureSpace, encode_texts
from model.features.tables import LARGEST_VALUE, pack_table
from model.features.words import FREQUENCY, STEM, STEM_FEATURE, WORD_FEATURE
from training import counting
from training.background.values import Vocabulary
from training.progress import step
from training.variants import spelling_variants

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
    vocabulary : training.background.values.Vocabulary, optional
        Words, stems and bigrams that are features however rare they are in the texts; their document frequencies
        are added to those of the texts.

    Attributes
    ----------
    space_ : model.features.space.FeatureSpace
        The fitted vocabulary.
    known_features_ : ndarray of shape (n_known_features,), int32
        The feature that each feature of ``vocabulary`` has become.
    vocabulary_ : training.background.values.Vocabulary
        What was fitted, as a later vectorizer can begin with it.
    """

    def __init__(
        self, *, min_df: int = 2, bigrams: bool = True, bigram_min_df: int = 2, vocabulary: Vocabulary | None = None
    ) -> None:
        self.min_df = min_df
        self.bigrams = bigrams
        self.bigram_min_df = bigram_min_df
        self.vocabulary = vocabulary

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

        Words that only the given vocabulary holds are known by their hashes alone: ``?`` stands for them.

        Returns
        -------
        ndarray of shape (n_features,), object
        """
        check_is_fitted(self)
        words = self._lexicon
        names = np.empty(self.space_.n_features, dtype=object)
        for column, prefix in ((WORD_FEATURE, ""), (STEM_FEATURE, "stem:")):
            features = self.space_.entries[:, column]
            names[features[features >= 0]] = prefix + words[features >= 0]
        names[self.space_.n_features - len(self._pairs) :] = [
            f"stem:{words[first]} {words[second]}" for first, second in map(_unpair, self._pairs.tolist())
        ]
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
        known = self.vocabulary or Vocabulary.empty()
        frequency = counting.stream_frequencies(stream, bounds, words.n_words)
        hashes = counting.word_hashes(words)
        entry_of = counting.find_all(known.lexicon, hashes)
        added = (entry_of < 0) & (frequency >= self.min_df)
        if not (added.any() or (entry_of >= 0).any()):
            raise ValueError(
                f"no word occurs in {self.min_df} of the {bounds.size - 1} texts: give more texts, or a lower min_df"
            )
        entry_of[added] = known.n_words + np.arange(added.sum(), dtype=np.int32)
        met = entry_of >= 0
        n_entries = known.n_words + int(added.sum())
        lexicon = pack_table(np.concatenate([known.keys, hashes[added]]), np.arange(n_entries, dtype=np.int32))
        entries = np.full((n_entries, 4), -1, dtype=np.int32)
        entries[:, FREQUENCY] = np.append(known.df[: known.n_words], np.zeros(n_entries - known.n_words, np.int32))
        entries[entry_of[met], FREQUENCY] += frequency[met]
        links = counting.stem_links(
            words,
            entry_of,
            lexicon,
            entries,
            stems.affix_table(stems.PREFIXES),
            stems.affix_table(stems.SUFFIXES),
        )
        entries[:, STEM] = _follow(_join_variants(np.concatenate([known.stems, links[added]]), known.n_words, lexicon))
        nearest = np.where(met, entry_of, links)  # a rare word has the stem of what remains of it
        stem_of_word = np.where(nearest >= 0, entries[nearest, STEM], -1).astype(np.int32)
        stem_stream = stem_of_word[stream]
        self.space_, df = self._space(lexicon, entries, stem_stream, bounds, known)
        self.vocabulary_ = Vocabulary(
            keys=np.concatenate([known.keys, hashes[added]]),
            stems=entries[:, STEM].copy(),
            pairs=self._pairs,
            df=df,
            n_articles=known.n_articles + bounds.size - 1,
        )
        self._lexicon = _spell(words, entry_of, n_entries)
        return stream, stem_stream, bounds, entry_of

    def _space(
        self,
        lexicon: NDArray[np.uint64],
        entries: NDArray[np.int32],
        stem_stream: NDArray[np.int32],
        bounds: NDArray[np.int64],
        known: Vocabulary,
    ) -> tuple[FeatureSpace, NDArray[np.int32]]:
        """Number the features, words, then stems, then bigrams, and fill the feature columns of ``entries``.

        Returns the space, and in how many texts each feature occurs.
        """
        n_entries, n_known_stems = len(entries), known.stem_entries.size
        stem_frequency = counting.stream_frequencies(stem_stream, bounds, n_entries)
        is_stem = stem_frequency >= self.min_df
        is_stem[known.stem_entries] = True
        stem_frequency[known.stem_entries] += known.df[known.n_words : known.n_words + n_known_stems]
        entries[:, WORD_FEATURE] = np.arange(n_entries)
        entries[is_stem, STEM_FEATURE] = n_entries + np.arange(is_stem.sum())
        self._pairs, pair_frequency = self._frequent_pairs(stem_stream, bounds, known)
        df = np.concatenate([entries[:, FREQUENCY], stem_frequency[is_stem], pair_frequency])
        if df.size > LARGEST_VALUE:
            raise ValueError(f"{df.size} features are more than a table can hold: give a higher bigram_min_df")
        first = df.size - len(self._pairs)
        known_stems = entries[known.stem_entries, STEM_FEATURE]
        n_known_pairs = known.pairs.size if self.bigrams else 0
        self.known_features_ = np.concatenate(
            [np.arange(known.n_words), known_stems, first + np.arange(n_known_pairs)], dtype=np.int32
        )
        n_texts = known.n_articles + bounds.size - 1
        space = FeatureSpace(
            lexicon=lexicon,
            entries=entries,
            bigrams=pack_table(self._pairs, first + np.arange(len(self._pairs), dtype=np.int32)),
            idf=(np.log((1 + n_texts) / (1 + df)) + 1).astype(np.float32),  # scikit-learn's smooth_idf
        )
        return space, df

    def _frequent_pairs(
        self, stem_stream: NDArray[np.int32], bounds: NDArray[np.int64], known: Vocabulary
    ) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
        """Return keys and document frequencies of the bigrams: first those of the vocabulary, then the texts' own."""
        if not self.bigrams:
            return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int32)
        pairs, frequency = counting.bigram_frequencies(stem_stream, bounds)
        if not known.pairs.size:
            frequent = frequency >= self.bigram_min_df
            return pairs[frequent], frequency[frequent]
        place = counting.find_all(pack_table(known.pairs, np.arange(known.pairs.size, dtype=np.int32)), pairs)
        both = known.df[known.df.size - known.pairs.size :].copy()
        both[place[place >= 0]] += frequency[place >= 0]
        added = (place < 0) & (frequency >= self.bigram_min_df)
        return np.concatenate([known.pairs, pairs[added]]), np.concatenate([both, frequency[added]])


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


def _join_variants(links: NDArray[np.int32], n_known: int, lexicon: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Link each spelling variant to its form: ترمب has the stem of ترامب, and with it وترمب has.

    The stems of a given vocabulary stay as they are, since its figures belong to them. A variant that its form is a
    longer word of is not linked: the two would lead to each other.
    """
    variants = spelling_variants()
    hashes = np.array([word_hash(word) for word in (*variants, *variants.values())], dtype=np.uint64)
    for variant, form in counting.find_all(lexicon, hashes).reshape(2, -1).T.tolist():
        if variant < n_known or form < 0:
            continue
        at = form
        while at != variant and links[at] not in (-1, at):
            at = int(links[at])
        if at != variant:
            links[variant] = form
    return links


def _follow(links: NDArray[np.int32]) -> NDArray[np.int32]:
    """Follow each entry's link until it ends. No chain of links comes back to where it began."""
    stem_of = np.where(links >= 0, links, np.arange(links.size)).astype(np.int32)
    while not np.array_equal(further := stem_of[stem_of], stem_of):
        stem_of = further
    return stem_of


def _unpair(key: int) -> tuple[int, int]:
    """Take the key of a bigram apart into two lexicon entries; see ``kernel.pair_key``."""
    return (key >> 32) - 1, (key & 0xFFFFFFFF) - 1


def _spell(words: counting.Words, entry_of: NDArray[np.int32], n_entries: int) -> NDArray[np.object_]:
    """Return the words of the lexicon's entries; the hash of a word that the texts do not hold cannot be read back."""
    letters = words.letters[: words.starts[words.n_words]].tobytes().decode("utf-16-le")
    spelled = np.full(n_entries, "?", dtype=object)
    for word in np.flatnonzero(entry_of >= 0):
        spelled[entry_of[word]] = letters[words.starts[word] : words.starts[word + 1]]
    return spelled
