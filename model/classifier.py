"""NewsClassifier: articles in, predictions out.

Put together from an artifact; everything that ``service`` and ``training.evaluate`` ask of a model, they ask here.
Any number of threads may use one classifier at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import artifact, views
from model.admission import inspect
from model.article import Article
from model.decision import SHORT_WORDS, Decider, RuleArrays, apply_rules, reasons_to_abstain
from model.errors import ArtifactCorruptError, EmptyTextError, TaxonomyError
from model.features.jit import compiled
from model.features.kernel import SpaceArrays, score_texts
from model.features.products import WeightArrays
from model.features.space import FeatureSpace, encode_texts
from model.features.weights import Weights
from model.language import LANGUAGES
from model.letters import letter_marks
from model.prediction import Prediction, ReviewReason, SectionPrediction, TopicPrediction, TopicScores
from model.taxonomy import Taxonomy
from model.telling_words import telling_words
from model.texture import TEXTURES

__all__ = ["ModelInfo", "NewsClassifier", "Scores"]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which model this is.

    Attributes
    ----------
    name : str
        Name of the taxonomy it was trained with.
    version : str
        Day of the fit and beginning of the digest.
    sha256 : str
        Digest of the artifact.
    """

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Scores:
    """What the heads say about texts, as arrays.

    Attributes
    ----------
    sections : ndarray of shape (n_texts, n_sections), float64
        Calibrated probabilities; rows sum to 1.
    topics : ndarray of shape (n_texts, n_topics), float64
        Calibrated probabilities.
    given : ndarray of shape (n_texts, n_topics), bool
        Topics at or above their thresholds.
    n_words : ndarray of shape (n_texts,), int64
    """

    sections: NDArray[np.float64]
    topics: NDArray[np.float64]
    given: NDArray[np.bool_]
    n_words: NDArray[np.int64]


@dataclass(frozen=True)
class NewsClassifier:
    """A trained model that labels articles.

    Attributes
    ----------
    info : ModelInfo
    taxonomy : Taxonomy
        The labels the model can give; sections and topics in the order of its outputs.
    space : FeatureSpace
    weights : Weights
    scale, intercept : ndarray of shape (n_sections + n_topics,), float32
    decider : Decider
    manifest : mapping
        The artifact's manifest: provenance and metrics.
    """

    info: ModelInfo
    taxonomy: Taxonomy
    space: FeatureSpace
    weights: Weights
    scale: NDArray[np.float32]
    intercept: NDArray[np.float32]
    decider: Decider
    manifest: Mapping[str, Any]

    @classmethod
    def load(cls, path: str | Path) -> NewsClassifier:
        """Load a model.

        Parameters
        ----------
        path : path
            Folder of the artifact.

        Raises
        ------
        ArtifactError
            If it is missing, damaged or of another version; the subclass says which.
        """
        loaded = artifact.load(path)
        try:
            return cls._from(loaded)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, TaxonomyError) as error:
            raise ArtifactCorruptError(
                f"{path}: the manifest and the arrays do not make a model ({error}); train it again", path=Path(path)
            ) from error

    @classmethod
    def _from(cls, loaded: artifact.Artifact) -> NewsClassifier:
        manifest, arrays = loaded.manifest, loaded.arrays
        taxonomy = Taxonomy.from_dict(manifest["taxonomy"])
        decider = Decider.from_dict(manifest["decision"])
        space = FeatureSpace.from_arrays(arrays)
        space.check()
        n_outputs = len({section.id for section in taxonomy.sections}) + len({topic.id for topic in taxonomy.topics})
        weights = Weights.of_rows(arrays["weights"]) if manifest["format"] == 1 else Weights.from_arrays(arrays)
        weights.check(space.n_features, n_outputs)
        for name in ("scale", "intercept"):
            if arrays[name].dtype != np.float32:
                raise ValueError(f"{name} is {arrays[name].dtype}, not float32")
            if arrays[name].shape != (n_outputs,) or not np.isfinite(arrays[name]).all():
                raise ValueError(f"{name} does not hold a finite number for each of {n_outputs} labels")
        decider.check(len(taxonomy.sections), len(taxonomy.topics))
        decider.arrays(arrays["scale"], arrays["intercept"])
        return cls(
            info=ModelInfo(taxonomy.name, f"{str(manifest['created'])[:10]}-{loaded.sha256[:8]}", loaded.sha256),
            taxonomy=taxonomy,
            space=space,
            weights=weights,
            scale=arrays["scale"],
            intercept=arrays["intercept"],
            decider=decider,
            manifest=manifest,
        )

    @cached_property
    def _section_ids(self) -> tuple[str, ...]:
        return tuple(section.id for section in self.taxonomy.sections)

    @cached_property
    def _topic_ids(self) -> tuple[str, ...]:
        return tuple(topic.id for topic in self.taxonomy.topics)

    @cached_property
    def columns(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Columns of the weights that belong to the sections and to the topics, by their ids."""
        n_sections = len(self._section_ids)
        return (
            {label: column for column, label in enumerate(self._section_ids)},
            {label: column for column, label in enumerate(self._topic_ids, n_sections)},
        )

    @cached_property
    def rules(self) -> RuleArrays:
        """Both rules from products of the weights to probabilities, as machine code reads them."""
        return self.decider.arrays(self.scale, self.intercept)

    @cached_property
    def _constants(self) -> tuple[Any, ...]:
        """What every call of ``_label_texts`` is given beside the texts."""
        return (
            *self.weights.arrays,
            letter_marks(),
            telling_words(),
            *self.rules,
            *self.space.arrays,
        )

    @cached_property
    def _thresholds(self) -> tuple[list[float], list[float]]:
        """Topic thresholds for long texts, and for short ones."""
        return self.decider.long.topic_threshold.tolist(), self.decider.short.topic_threshold.tolist()

    def warm_up(self) -> None:
        """Label once, so that machine code is loaded and pages are mapped before anybody waits."""
        self.predict(Article(headline="الطقس غدا معتدل", body="أمطار خفيفة على السواحل الشمالية مساء الخميس"))

    def score(self, texts: Sequence[str]) -> Scores:
        """Score texts as they stand, without cleaning them.

        Parameters
        ----------
        texts : sequence of str
            Such as ``views.whole`` or ``views.headline_only`` makes them.
        """
        probabilities, facts = self._label(texts)
        n_sections, n_topics = len(self._section_ids), len(self._topic_ids)
        given = np.zeros((len(texts), n_topics), dtype=np.bool_)
        text, rank = np.nonzero(np.arange(n_topics) < facts[:, _N_GIVEN, None])
        given[text, facts[text, _RANKED + n_sections + rank]] = True
        return Scores(
            sections=probabilities[:, :n_sections],
            topics=probabilities[:, n_sections:],
            given=given,
            n_words=facts[:, _N_WORDS],
        )

    def predict(self, article: Article) -> Prediction:
        """Label one article.

        Raises
        ------
        EmptyTextError
            If headline, subheadline and body are all blank.
        """
        return self.predict_batch([article])[0]

    def predict_batch(self, articles: Sequence[Article]) -> list[Prediction]:
        """Label articles; each is labelled as ``predict`` would label it alone.

        Raises
        ------
        EmptyTextError
            If headline, subheadline and body of any article are all blank.
        """
        for article in articles:
            if not (article.headline.strip() or article.body.strip() or article.subheadline.strip()):
                raise EmptyTextError("the article has no text: give a headline, a subheadline or a body")
        probabilities, facts = self._label([views.whole(article) for article in articles])
        return list(map(self._prediction, probabilities.tolist(), facts.tolist()))

    def _label(self, texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        codes, bounds = encode_texts(texts)
        probabilities, facts = _label_texts(codes, bounds, *self._constants)
        return probabilities, facts

    def _prediction(self, probabilities: list[float], facts: list[int]) -> Prediction:
        """Put a prediction together from a row of each array of ``_label_texts``."""
        n_words, n_sections = facts[_N_WORDS], len(self._section_ids)
        language = LANGUAGES[facts[_LANGUAGE]]
        abstentions = reasons_to_abstain(language, TEXTURES[facts[_TEXTURE]], n_words, facts[_N_KNOWN])
        reasons, section = abstentions, None
        if n_sections:
            ids, ranked = self._section_ids, facts[_RANKED : _RANKED + n_sections]
            best = ranked[0]
            decision = self.decider.decide(probabilities[best], n_words, abstentions)
            alternatives = [(ids[other], probabilities[other]) for other in ranked[1:]]
            section = SectionPrediction(ids[best], probabilities[best], decision, tuple(alternatives))
            if decision == "uncertain":
                reasons = _LOW_CONFIDENCE
        every = TopicScores(self._topic_ids, probabilities[n_sections:], self._thresholds[n_words <= SHORT_WORDS])
        given: list[TopicPrediction] = []
        if facts[_N_GIVEN] and not abstentions:
            first = _RANKED + n_sections
            given = [every[topic] for topic in facts[first : first + facts[_N_GIVEN]]]
        return Prediction(section, tuple(given), every, language, reasons, n_words, facts[_N_KNOWN])


_LOW_CONFIDENCE: tuple[ReviewReason, ...] = ("low_confidence",)
_N_WORDS, _N_KNOWN, _LANGUAGE, _TEXTURE, _N_GIVEN, _RANKED = range(6)
"""Columns of the facts about a text: its words, known words, positions in ``LANGUAGES`` and ``TEXTURES``, number of
topics that are given, and from ``_RANKED`` on its sections in falling order of probability, then the topics given."""


@compiled
def _label_texts(
    codes: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    rows: NDArray[np.int8],
    starts: NDArray[np.int32],
    outputs: NDArray[np.uint16],
    steps: NDArray[np.int8],
    marks: NDArray[np.uint16],
    telling: NDArray[np.uint64],
    gain: NDArray[np.float64],
    offset: NDArray[np.float64],
    threshold: NDArray[np.float64],
    least_topics: int,
    fold: NDArray[np.uint16],
    expansions: NDArray[np.uint16],
    prefixes: NDArray[np.uint16],
    suffixes: NDArray[np.uint16],
    lexicon: NDArray[np.uint64],
    entries: NDArray[np.int32],
    bigrams: NDArray[np.uint64],
    idf: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Go the whole way from text to ranked labels in one call.

    It takes plain arrays: entering machine code costs as much as labelling a headline there, and more with tuples.

    Returns
    -------
    probabilities : ndarray of shape (n_texts, n_sections + n_topics), float64
    facts : ndarray of shape (n_texts, _RANKED + n_sections + n_topics), int64
    """
    space = SpaceArrays(fold, expansions, prefixes, suffixes, lexicon, entries, bigrams, idf)
    weights = WeightArrays(rows, starts, outputs, steps)
    rules = RuleArrays(gain, offset, threshold, least_topics)
    probabilities, words = score_texts(codes, bounds, space, weights)
    n_texts, n_outputs = probabilities.shape
    facts = np.zeros((n_texts, _RANKED + n_outputs), dtype=np.int64)
    for text in range(n_texts):
        facts[text, :_LANGUAGE] = words[text]
        language, texture = inspect(codes[bounds[text] : bounds[text + 1]], fold, marks, telling)
        facts[text, _LANGUAGE], facts[text, _TEXTURE] = language, texture
        facts[text, _N_GIVEN] = apply_rules(probabilities[text], words[text, 0], rules, facts[text, _RANKED:])
    return probabilities, facts
