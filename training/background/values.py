"""What the background consists of, and how it lies on disk.

``make`` computes one, ``vectorizer`` begins with its vocabulary, ``blend`` gives its figures to the heads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import artifact
from model.errors import ArtifactError, TrainingError
from model.features.tables import pack_table
from model.features.words import FREQUENCY, STEM, STEM_FEATURE, WORD_FEATURE

__all__ = ["Background", "Vocabulary", "load_background", "save_background"]


@dataclass(frozen=True)
class Vocabulary:
    """Frequent words by their hashes, their light stems, and frequent pairs of stems, with document frequencies.

    Features are numbered as in a ``FeatureSpace``: all words, then stems, then pairs.

    Attributes
    ----------
    keys : ndarray of shape (n_words,), uint64
        Hash of each word; see ``model.features.words.hash_word``.
    stems : ndarray of shape (n_words,), int32
        The word that is the light stem of each.
    pairs : ndarray of shape (n_pairs,), uint64
        Keys of stem bigrams; see ``model.features.kernel.pair_key``.
    df : ndarray of shape (n_features,), int32
        In how many articles each feature occurs.
    n_articles : int
    """

    keys: NDArray[np.uint64]
    stems: NDArray[np.int32]
    pairs: NDArray[np.uint64]
    df: NDArray[np.int32]
    n_articles: int

    @classmethod
    def empty(cls) -> Vocabulary:
        """Return a vocabulary without a word, for learning from a corpus alone."""
        numbers = np.empty(0, dtype=np.int32)
        hashes = np.empty(0, dtype=np.uint64)
        return cls(hashes, numbers, hashes, numbers, 0)

    @property
    def n_words(self) -> int:
        """Number of words."""
        return self.keys.size

    @cached_property
    def stem_entries(self) -> NDArray[np.int32]:
        """Return the word that each stem feature is, ascending: ndarray of shape (n_stems,)."""
        return np.unique(self.stems)

    @cached_property
    def lexicon(self) -> NDArray[np.uint64]:
        """Return the packed table from hashes to words."""
        return pack_table(self.keys, np.arange(self.n_words, dtype=np.int32))

    def entries(self) -> NDArray[np.int32]:
        """Return new entries as a ``FeatureSpace`` holds them, of shape (n_words, 4)."""
        entries = np.full((self.n_words, 4), -1, dtype=np.int32)
        entries[:, FREQUENCY] = self.df[: self.n_words]
        entries[:, STEM] = self.stems
        entries[:, WORD_FEATURE] = np.arange(self.n_words)
        entries[self.stem_entries, STEM_FEATURE] = self.n_words + np.arange(self.stem_entries.size)
        return entries


@dataclass(frozen=True)
class Background:
    """Figures about terms, computed from large public corpora.

    Attributes
    ----------
    vocabulary : Vocabulary
    latent : ndarray of shape (n_stems, n_dimensions), int8
        Latent vector of each stem.
    latent_scale : float
        A latent vector is ``latent * latent_scale``: so that whole articles have vectors of length 1 on average.
    sections : ndarray of shape (n_features, n_sections), int8
        How far each feature speaks for each section.
    sections_scale : ndarray of shape (n_sections,), float32
    topics : ndarray of shape (n_stems, n_topics), int8
        How far each stem speaks for each topic.
    topics_scale : ndarray of shape (n_topics,), float32
    sample : ndarray of shape (2 * n_sample, n_dimensions + n_topics + n_sections), int8
        A few articles of the corpora as they stand to all these figures, whole, then as headlines: what ordinary news
        looks like to a head that is learned from a handful of stories.
    sample_scale : ndarray of shape (n_dimensions + n_topics + n_sections,), float32
    sample_topics : ndarray of shape (n_sample, n_topics), int8
        Whether these have a topic, by silver tags or aliases; -1 where neither says so.
    manifest : mapping
        Where all this comes from: corpora with licences and digests, settings, ids of sections and topics.
    """

    vocabulary: Vocabulary
    latent: NDArray[np.int8]
    latent_scale: float
    sections: NDArray[np.int8]
    sections_scale: NDArray[np.float32]
    topics: NDArray[np.int8]
    topics_scale: NDArray[np.float32]
    sample: NDArray[np.int8]
    sample_scale: NDArray[np.float32]
    sample_topics: NDArray[np.int8]
    manifest: Mapping[str, Any]

    def topics_of_sample(self, topics: Sequence[str]) -> SampleTopics:
        """Say which of some topics the articles of the sample have."""
        column = {topic: number for number, topic in enumerate(self.manifest["topics"])}
        known = np.array([topic in column for topic in topics], dtype=np.bool_)
        states = np.full((len(self.sample_topics), len(topics)), -1, dtype=np.int8)
        states[:, known] = self.sample_topics[:, [column[topic] for topic in topics if topic in column]]
        judged = np.where(known & (states != 1), 0, -1).astype(np.int8)
        return SampleTopics(known=known, judged=judged, surely_without=states == 0)

    def has_seen(self, sha256: str) -> bool:
        """Say whether a corpus file of this digest is among those that it was computed from."""
        return any(corpus["sha256"] == sha256 for corpus in self.manifest["corpora"])


@dataclass(frozen=True, slots=True)
class SampleTopics:
    """What silver tags and aliases say of the sample.

    Attributes
    ----------
    known : ndarray of shape (n_topics,), bool
        Whether the background knows the topic.
    judged : ndarray of shape (n_sample, n_topics), int8
        0 where they do not point at an article, or hardly; -1 where they do, which is too little to judge a head by,
        and for topics that are not known.
    surely_without : ndarray of shape (n_sample, n_topics), bool
        Where none of a topic's words stands in an article.
    """

    known: NDArray[np.bool_]
    judged: NDArray[np.int8]
    surely_without: NDArray[np.bool_]


_ARRAYS = (
    "latent",
    "sections",
    "sections_scale",
    "topics",
    "topics_scale",
    "sample",
    "sample_scale",
    "sample_topics",
)
_OF_VOCABULARY = ("keys", "stems", "pairs", "df")


def save_background(folder: Path, background: Background) -> None:
    """Write a background as a folder of verified arrays, in the format of ``model.artifact``.

    Raises
    ------
    ArtifactError
        If it cannot be written; what stood there still stands.
    """
    vocabulary = background.vocabulary
    arrays = {name: getattr(background, name) for name in _ARRAYS}
    arrays |= {name: getattr(vocabulary, name) for name in _OF_VOCABULARY}
    counts = {"n_articles": vocabulary.n_articles, "latent_scale": background.latent_scale}
    artifact.save(folder, {**background.manifest, **counts}, arrays)


def load_background(folder: Path) -> Background:
    """Load a background.

    Raises
    ------
    TrainingError
        If there is none, or it is damaged or of another version.
    """
    try:
        loaded = artifact.load(folder)
        background = _put_together(loaded.manifest, loaded.arrays)
    except (ArtifactError, KeyError, TypeError, ValueError) as error:
        raise TrainingError(
            f"{folder} holds no background that can be used ({error}): make one with `python -m training.background`, "
            "or learn without it: --no-background"
        ) from error
    return background


def _put_together(manifest: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Background:
    vocabulary = Vocabulary(
        **{name: np.asarray(arrays[name]) for name in _OF_VOCABULARY}, n_articles=int(manifest["n_articles"])
    )
    background = Background(
        vocabulary=vocabulary,
        latent_scale=float(manifest["latent_scale"]),
        manifest=manifest,
        **{name: np.asarray(arrays[name]) for name in _ARRAYS},
    )
    _check(background)
    return background


def _check(background: Background) -> None:
    """Refuse arrays that do not fit one another."""
    vocabulary = background.vocabulary
    n_words, n_stems = vocabulary.n_words, vocabulary.stem_entries.size
    if vocabulary.stems.shape != (n_words,) or (
        n_words and not 0 <= vocabulary.stems.min() <= vocabulary.stems.max() < n_words
    ):
        raise ValueError("stems are not a word for each word")
    n_features = n_words + n_stems + vocabulary.pairs.size
    n_sections, n_topics = len(background.manifest["sections"]), len(background.manifest["topics"])
    n_columns = background.latent.shape[-1] + n_topics + n_sections
    n_sample = background.sample_topics.shape[0]
    shapes = {
        "df": (n_features,),
        "latent": (n_stems, background.latent.shape[-1]),
        "sections": (n_features, n_sections),
        "sections_scale": (n_sections,),
        "topics": (n_stems, n_topics),
        "topics_scale": (n_topics,),
        "sample": (2 * n_sample, n_columns),
        "sample_scale": (n_columns,),
        "sample_topics": (n_sample, n_topics),
    }
    for name, shape in shapes.items():
        array = vocabulary.df if name == "df" else getattr(background, name)
        if array.shape != shape:
            raise ValueError(f"{name} has the shape {array.shape}, not {shape}")
