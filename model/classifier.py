"""NewsClassifier: articles in, predictions out.

Put together from an artifact; everything that ``service`` and ``training.evaluate`` ask of a model, they ask here.
Any number of threads may use one classifier at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from model import artifact, views
from model.article import Article
from model.decision import Decider, RuleArrays, apply_rules, reasons_to_abstain
from model.errors import ArtifactCorruptError, EmptyTextError
from model.features.jit import compiled
from model.features.kernel import SpaceArrays, score_texts
from model.features.space import FeatureSpace, encode_texts
from model.language import count_letters, language_of, letter_kinds
from model.prediction import Prediction, ReviewReason, SectionPrediction, TopicPrediction, TopicScores
from model.taxonomy import Taxonomy

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
    n_words, n_known : ndarray of shape (n_texts,), int64
        Words, and words that the model knows.
    letters : ndarray of shape (n_texts, 5), int64
        Counts that tell the language; see ``language.count_letters``.
    """

    sections: NDArray[np.float64]
    topics: NDArray[np.float64]
    given: NDArray[np.bool_]
    n_words: NDArray[np.int64]
    n_known: NDArray[np.int64]
    letters: NDArray[np.int64]


@dataclass(frozen=True)
class NewsClassifier:
    """A trained model that labels articles.

    Attributes
    ----------
    info : ModelInfo
    taxonomy : Taxonomy
        The labels the model can give; sections and topics in the order of its outputs.
    space : FeatureSpace
    weights : ndarray of shape (n_weighted, n_sections + n_topics), int8
    scale, intercept : ndarray of shape (n_sections + n_topics,), float32
    decider : Decider
    manifest : mapping
        The artifact's manifest: provenance and metrics.
    """

    info: ModelInfo
    taxonomy: Taxonomy
    space: FeatureSpace
    weights: NDArray[np.int8]
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
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
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
        n_outputs = len(taxonomy.sections) + len(taxonomy.topics)
        weights = arrays["weights"]
        if weights.ndim != 2 or weights.shape[1] != n_outputs or weights.shape[0] > space.n_features:
            raise ValueError(f"weights of shape {weights.shape} do not fit {n_outputs} labels")
        for name, kind in (("weights", np.int8), ("scale", np.float32), ("intercept", np.float32)):
            if arrays[name].dtype != kind:
                raise ValueError(f"{name} is {arrays[name].dtype}, not {np.dtype(kind)}")
        for name in ("scale", "intercept"):
            if arrays[name].shape != (n_outputs,) or not np.isfinite(arrays[name]).all():
                raise ValueError(f"{name} does not hold a finite number for each of {n_outputs} labels")
        decider.check(len(taxonomy.sections), len(taxonomy.topics))
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

    def __post_init__(self) -> None:
        object.__setattr__(self, "_section_ids", tuple(section.id for section in self.taxonomy.sections))
        object.__setattr__(self, "_topic_ids", tuple(topic.id for topic in self.taxonomy.topics))

    _section_ids: ClassVar[tuple[str, ...]] = ()
    _topic_ids: ClassVar[tuple[str, ...]] = ()

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
        codes, bounds = encode_texts(texts)
        sections, topics, given, words, letters = _label_texts(
            codes,
            bounds,
            self.space.arrays,
            self.weights,
            self.scale,
            self.intercept,
            self.decider.arrays,
            letter_kinds(),
        )
        self.decider.force_topics(topics, given)
        return Scores(sections, topics, given, words[:, 0], words[:, 1], letters)

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
        if not articles:
            return []
        for article in articles:
            if not (article.headline.strip() or article.body.strip() or article.subheadline.strip()):
                raise EmptyTextError("the article has no text: give a headline, a subheadline or a body")
        scores = self.score([views.whole(article) for article in articles])
        return list(
            map(
                self._prediction,
                scores.sections.tolist(),
                scores.topics,
                scores.given,
                scores.n_words.tolist(),
                scores.n_known.tolist(),
                scores.letters.tolist(),
            )
        )

    def _prediction(
        self,
        sections: list[float],
        topics: NDArray[np.float64],
        given: NDArray[np.bool_],
        n_words: int,
        n_known: int,
        letters: list[int],
    ) -> Prediction:
        """Put one prediction together from a row of each array of ``Scores``."""
        language = language_of(letters)
        abstentions = reasons_to_abstain(language, n_words, n_known)
        section = self._section(sections, n_words, abstentions) if sections else None
        every = TopicScores(self._topic_ids, topics, self.decider.rule(n_words).topic_threshold)
        chosen = [] if abstentions else [every[topic] for topic in given.nonzero()[0].tolist()]
        chosen.sort(key=_by_confidence)
        uncertain = section is not None and section.decision == "uncertain"
        return Prediction(
            section=section,
            topics=tuple(chosen),
            all_topics=every,
            language=language,
            review_reasons=("low_confidence",) if uncertain else abstentions,
        )

    def _section(
        self, confidences: list[float], n_words: int, abstentions: tuple[ReviewReason, ...]
    ) -> SectionPrediction:
        ids = self._section_ids
        best, *others = sorted(range(len(ids)), key=confidences.__getitem__, reverse=True)
        return SectionPrediction(
            id=ids[best],
            confidence=confidences[best],
            decision=self.decider.decide(confidences[best], n_words, abstentions),
            alternatives=tuple([(ids[other], confidences[other]) for other in others]),
        )


def _by_confidence(topic: TopicPrediction) -> float:
    return -topic.confidence


@compiled
def _label_texts(
    codes: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    space: SpaceArrays,
    weights: NDArray[np.int8],
    scale: NDArray[np.float32],
    intercept: NDArray[np.float32],
    rules: RuleArrays,
    kinds: NDArray[np.uint8],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
    """Score texts, apply the rules and count letters in one call: entering machine code costs more than a headline."""
    scores, words = score_texts(codes, bounds, space, weights, scale, intercept)
    sections, topics, given = apply_rules(scores, words[:, 0], rules)
    return sections, topics, given, words, count_letters(codes, bounds, space.fold, kinds)
