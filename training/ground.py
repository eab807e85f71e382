"""What heads are fitted on: a dataset, and what can be learned from beside it, as one matrix and its labels.

``learn`` prepares one for the training part and one for everything; ``heads`` fits on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from model.errors import SplitError
from model.features.space import FeatureSpace
from training.aliases import Archive
from training.background.blend import Blend, Strengths, strengths_for
from training.background.values import Background
from training.dataset import Dataset
from training.heads import Examples, FittedHead
from training.settings import LearnSettings
from training.settle import settle
from training.vectorizer import ArabicTfidfVectorizer

__all__ = ["NOTHING", "Beside", "Ground", "prepare", "strengths_of"]


@dataclass(frozen=True, slots=True)
class Beside:
    """What can be learned from beside a labelled corpus.

    Attributes
    ----------
    background : Background or None
        Figures about Arabic news in general.
    archive : Archive or None
        Unlabelled articles that aliases point at.
    """

    background: Background | None = None
    archive: Archive | None = None


NOTHING = Beside()


@dataclass(frozen=True, slots=True)
class Ground:
    """What heads are fitted on: rows of X are all whole articles, then all headlines, as the examples say."""

    space: FeatureSpace
    X: sparse.csr_array
    examples: Examples
    blend: Blend | None

    def fold(self, head: FittedHead) -> FittedHead:
        """Turn a head on the columns of X into one on the features of the space."""
        return head if self.blend is None else replace(head, coef=self.blend.fold(head.coef))


def prepare(dataset: Dataset, settings: LearnSettings, beside: Beside) -> Ground:
    """Fit the feature space on both views, put what the background knows beside it, and settle open sections."""
    background, archive = beside.background, beside.archive
    vectorizer = ArabicTfidfVectorizer(
        min_df=settings.min_df,
        bigram_min_df=settings.bigram_min_df,
        vocabulary=None if background is None else background.vocabulary,
    )
    examples = Examples.of(dataset)
    whole, headlines = dataset.whole, dataset.headlines
    if archive is not None:
        examples = examples.and_unlabelled(archive.topics, 1.0)
        whole, headlines = [*whole, *archive.whole], [*headlines, *archive.headlines]
    try:
        X = vectorizer.fit_transform([*whole, *headlines])
    except ValueError as error:
        raise SplitError(f"nothing can be learned from these {len(dataset)} articles: {error}") from error
    if background is None:  # float64 is liblinear's own type: fitting copies nothing
        X = X.astype(np.float64)
        return Ground(vectorizer.space_, X, settle(X, examples, dataset.among, settings), None)
    strengths = strengths_of(dataset, settings)
    blend = Blend(background, vectorizer.known_features_, X, strengths)
    X = blend.columns(X)
    sampled = background.topics_of_sample([topic.id for topic in dataset.taxonomy.topics])
    if strengths.sample and sampled.known.any():
        X = _interleave(X, blend.sample())
        examples = examples.and_unlabelled(sampled.judged, strengths.sample, taught=sampled.surely_without)
    return Ground(vectorizer.space_, X, settle(X, examples, dataset.among, settings), blend)


def strengths_of(dataset: Dataset, settings: LearnSettings) -> Strengths:
    """Return the strengths of the background: those of the settings, the others by the size of the dataset."""
    given = {
        "own": settings.own,
        "latent": settings.latent,
        "topics": settings.directions,
        "sections": settings.directions,
        "sample": settings.sample,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    return replace(strengths_for(*_usual_support(dataset)), **chosen)


def _interleave(X: sparse.csr_array, added: sparse.csr_array) -> sparse.csr_array:
    """Put articles behind others, where the rows of both are whole articles, then headlines."""
    n, n_added = X.shape[0] // 2, added.shape[0] // 2
    parts = [X[:n], added[:n_added], X[n:], added[n_added:]]
    return sparse.csr_array(sparse.vstack(parts, format="csr"))


def _usual_support(dataset: Dataset) -> tuple[float, float]:
    """Return the number of examples of the median label, and of the median section, if there is any."""
    sections = np.bincount(dataset.section[dataset.section >= 0])
    topics = dataset.topics[dataset.topics_known].sum(axis=0)
    sections, topics = sections[sections > 0], topics[topics > 0]
    supports = np.concatenate([sections, topics])
    usual = float(np.median(supports)) if supports.size else 0.0
    return usual, float(np.median(sections)) if sections.size else usual
