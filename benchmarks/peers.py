"""What a careful person would build in an afternoon, on the same texts: the peers of ``accuracy``.

Both learn every article whole and as its headline alone, as the model does, and get the same cleaned texts; they
differ from it in features, in weights and in that nothing is calibrated.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import LinearSVC

from benchmarks import fasttext_peer
from model import views
from model.article import Article
from training.corpus import read_corpus
from training.measure import section_agreement, topic_agreement

__all__ = ["FastTextPeer", "Peer", "ScikitLearnPeer", "Score", "Texts", "measure_peer"]

LEAST_EXAMPLES = 5
"""Articles that a label needs, as in ``training.learn``: all contestants are asked for the same labels."""

_ARABIC_WORD = r"[\w\N{ARABIC TATWEEL}\N{ARABIC FATHATAN}-\N{ARABIC WAVY HAMZA BELOW}]{2,}"
"""scikit-learn's own pattern breaks a word at every diacritic."""


@dataclass(frozen=True, slots=True)
class Score:
    """Sections: accuracy and macro-F1. Topics: micro-F1 and macro-F1. All in [0, 1]."""

    n: int
    whole: float
    whole_macro: float
    headline: float
    headline_macro: float


@dataclass(frozen=True, slots=True)
class Texts:
    """A corpus as peers see it; None where a label is unknown."""

    whole: list[str]
    headlines: list[str]
    sections: list[str | None]
    topics: list[tuple[str, ...] | None]

    @classmethod
    def read(cls, paths: Sequence[Path]) -> Texts:
        """Read corpora and clean them as the model does."""
        read = read_corpus([str(path) for path in paths]).articles
        articles = [Article(headline=article.headline, body=article.body) for article in read]
        return cls(
            whole=[views.whole(article) for article in articles],
            headlines=[views.headline_only(article) for article in articles],
            sections=[article.section for article in read],
            topics=[None if article.topics is None else tuple(article.topics) for article in read],
        )


class Peer(Protocol):
    """Something that learns labels of texts and labels others."""

    name: str

    def sections(
        self, texts: Sequence[str], y: NDArray[np.intp], tests: Sequence[Sequence[str]]
    ) -> Iterator[NDArray[np.intp]]:
        """Learn one label a text; label every list of ``tests``."""
        ...

    def topics(
        self, texts: Sequence[str], Y: NDArray[np.bool_], tests: Sequence[Sequence[str]]
    ) -> Iterator[NDArray[np.bool_]]:
        """Learn any number of labels a text; label every list of ``tests``."""
        ...


class ScikitLearnPeer:
    """TF-IDF of words and word bigrams, balanced linear support vector machines."""

    name = "scikit-learn"

    def sections(
        self, texts: Sequence[str], y: NDArray[np.intp], tests: Sequence[Sequence[str]]
    ) -> Iterator[NDArray[np.intp]]:
        """See ``Peer``."""
        vectorizer = self.vectorizer()
        svm = LinearSVC(class_weight="balanced", random_state=0).fit(vectorizer.fit_transform(texts), y)
        for test in tests:
            yield svm.predict(vectorizer.transform(test))

    def topics(
        self, texts: Sequence[str], Y: NDArray[np.bool_], tests: Sequence[Sequence[str]]
    ) -> Iterator[NDArray[np.bool_]]:
        """See ``Peer``; a topic is given where its margin is positive, as ``predict`` has it."""
        vectorizer = self.vectorizer()
        svms = OneVsRestClassifier(LinearSVC(class_weight="balanced", random_state=0))
        svms.fit(vectorizer.fit_transform(texts), Y.astype(int))
        for test in tests:
            yield svms.predict(vectorizer.transform(test)).astype(np.bool_)

    @staticmethod
    def vectorizer() -> TfidfVectorizer:
        """Make the vectorizer, not fitted yet."""
        return TfidfVectorizer(token_pattern=_ARABIC_WORD, ngram_range=(1, 2), min_df=2, sublinear_tf=True)


class FastTextPeer:
    """100 dimensions, word bigrams; 8 epochs for sections as published, 50 for the few articles with topics."""

    name = "fastText"

    def sections(
        self, texts: Sequence[str], y: NDArray[np.intp], tests: Sequence[Sequence[str]]
    ) -> Iterator[NDArray[np.intp]]:
        """See ``Peer``."""
        model = self._train(texts, [[int(label)] for label in y], several=False, epochs=8)
        for test in tests:
            yield np.maximum(model.best(test), 0)

    def topics(
        self, texts: Sequence[str], Y: NDArray[np.bool_], tests: Sequence[Sequence[str]]
    ) -> Iterator[NDArray[np.bool_]]:
        """See ``Peer``; a topic is given from a probability of .5 on."""
        model = self._train(texts, [np.flatnonzero(row).tolist() for row in Y], several=True, epochs=50)
        for test in tests:
            yield model.given(test, Y.shape[1])

    @staticmethod
    def _train(
        texts: Sequence[str], labels: Sequence[Sequence[int]], *, several: bool, epochs: int
    ) -> fasttext_peer.Model:
        with tempfile.TemporaryDirectory() as folder:
            return fasttext_peer.Model(texts, labels, Path(folder) / "train.txt", several=several, epochs=epochs)


def measure_peer(peer: Peer, kind: str, train: Texts, test: Texts) -> Score:
    """Train a peer and measure it as ``training.evaluate`` measures the model.

    Parameters
    ----------
    peer : Peer
    kind : {"section", "topics"}
    train, test : Texts
        Test articles with a section that ``train`` hardly has are left out, and such topics.
    """
    return _measure_sections(peer, train, test) if kind == "section" else _measure_topics(peer, train, test)


def _measure_sections(peer: Peer, train: Texts, test: Texts) -> Score:
    counts = Counter(section for section in train.sections if section is not None)
    number = {name: place for place, name in enumerate(sorted(counts)) if counts[name] >= LEAST_EXAMPLES}
    learned = [row for row, section in enumerate(train.sections) if section in number]
    asked = [row for row, section in enumerate(test.sections) if section in number]
    y, gold = (
        np.array([number[str(texts.sections[row])] for row in rows], dtype=np.intp)
        for texts, rows in ((train, learned), (test, asked))
    )
    found = peer.sections(_both_views(train, learned), np.concatenate([y, y]), _views(test, asked))
    whole, headline = (section_agreement(gold, predicted) for predicted in found)
    return Score(len(asked), whole["accuracy"], whole["macro_f1"], headline["accuracy"], headline["macro_f1"])


def _measure_topics(peer: Peer, train: Texts, test: Texts) -> Score:
    counts = Counter(topic for topics in train.topics for topic in topics or ())
    number = {name: place for place, name in enumerate(sorted(counts)) if counts[name] >= LEAST_EXAMPLES}
    learned = [row for row, topics in enumerate(train.topics) if topics is not None]
    asked = [row for row, topics in enumerate(test.topics) if topics is not None]
    Y, gold = (
        np.array([[name in (texts.topics[row] or ()) for name in number] for row in rows], dtype=np.bool_)
        for texts, rows in ((train, learned), (test, asked))
    )
    found = peer.topics(_both_views(train, learned), np.concatenate([Y, Y]), _views(test, asked))
    whole, headline = (topic_agreement(gold, given) for given in found)
    return Score(
        len(asked),
        *(float(of[key] or 0.0) for of in (whole, headline) for key in ("micro_f1", "macro_f1")),
    )


def _views(texts: Texts, rows: Sequence[int]) -> tuple[list[str], list[str]]:
    return [texts.whole[row] for row in rows], [texts.headlines[row] for row in rows]


def _both_views(texts: Texts, rows: Sequence[int]) -> list[str]:
    whole, headlines = _views(texts, rows)
    return [*whole, *headlines]
