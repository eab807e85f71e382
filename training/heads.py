"""Linear heads: one for all sections, one for each topic, fitted with scikit-learn on all cores.

``learn`` says which heads it needs, from which articles; this fits them. Every article is learned twice, whole and as
its headline alone: that is worth 3 to 8 points on headlines of an unseen outlet and costs nothing on full text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse
from sklearn.svm import LinearSVC

from training.dataset import Dataset
from training.progress import step

__all__ = ["UNLABELLED", "Examples", "FittedHead", "HeadTask", "Heads", "both_views", "fit_head", "fit_heads"]

MOST_WEIGHT = 5.0
"""Most that an article of a rare pair of source and label may weigh before the mean is taken."""


@dataclass(frozen=True, slots=True)
class Examples:
    """What there is to learn heads from.

    Attributes
    ----------
    sources : sequence of str of length n_articles
        Outlets; empty where unknown.
    section : ndarray of shape (n_articles,), intp
        Index of the section; -1 where unknown.
    topics : ndarray of shape (n_articles, n_topics), int8
        1 where an article has a topic, 0 where it has not, -1 where nobody knows.
    weight : ndarray of shape (n_articles,)
        How much an article counts beside others.
    taught : ndarray of shape (n_articles, n_topics), bool
        Whether an article teaches a topic; others that are known only judge the head. What aliases say of an article
        is a guess: learned from, it makes heads of aliases, and on real articles that people judged, the mean
        average precision of 76 topics fell from .83 to .68. That no alias stands in it is sure enough to learn from.
    n_sections : int
        Sections of the taxonomy.
    """

    sources: Sequence[str]
    section: NDArray[np.intp]
    topics: NDArray[np.int8]
    weight: NDArray[np.float64]
    taught: NDArray[np.bool_]
    n_sections: int

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """Whether each article is of the corpus: ndarray of shape (n_articles,)."""
        return np.array([source != UNLABELLED for source in self.sources], dtype=np.bool_)

    @classmethod
    def of(cls, dataset: Dataset) -> Examples:
        """Take the labels of a dataset."""
        topics = np.where(dataset.topics_known[:, np.newaxis] & dataset.tagged, dataset.topics, -1).astype(np.int8)
        n_sections = len(dataset.taxonomy.sections)
        return cls(dataset.sources, dataset.section, topics, np.ones(len(dataset)), topics >= 0, n_sections)

    def and_unlabelled(
        self, topics: NDArray[np.int8], weight: float, taught: NDArray[np.bool_] | None = None
    ) -> Examples:
        """Add articles of no outlet and section.

        Parameters
        ----------
        topics : ndarray of shape (n_added, n_topics), int8
        weight : float
            How much each counts.
        taught : ndarray of shape (n_added, n_topics), bool, optional
            All that is known, where not given.
        """
        return Examples(
            sources=[*self.sources, *[UNLABELLED] * len(topics)],
            section=np.append(self.section, np.full(len(topics), -1, dtype=np.intp)),
            topics=np.vstack([self.topics, topics]),
            weight=np.append(self.weight, np.full(len(topics), weight)),
            taught=np.vstack([self.taught, topics >= 0 if taught is None else taught]),
            n_sections=self.n_sections,
        )


UNLABELLED = "\N{NULL}"
"""Source of articles that no editor labelled; no outlet is called so."""


@dataclass(frozen=True, slots=True)
class HeadTask:
    """A head to fit.

    Attributes
    ----------
    topic : int or None
        Index of the topic; None for the head of all sections.
    learned_from : ndarray of shape (n_articles,), bool
        Articles to learn from; their labels are known.
    scored : ndarray of shape (n_articles,), bool
        Articles that the head is to be judged by, none of them learned from; none at all for a final head.
    C : float
        Inverse strength of regularization.
    """

    topic: int | None
    learned_from: NDArray[np.bool_]
    scored: NDArray[np.bool_]
    C: float = 1.0


@dataclass(frozen=True, slots=True)
class FittedHead:
    """What came of a task.

    Attributes
    ----------
    task : HeadTask
    coef : ndarray of shape (n_outputs, n_features), float64
        A row for every section of the taxonomy, or one for the topic.
    intercept : ndarray of shape (n_outputs,), float64
    """

    task: HeadTask
    coef: NDArray[np.float64]
    intercept: NDArray[np.float64]


class Heads:
    """The heads of a model side by side, sections first.

    Attributes
    ----------
    weights : ndarray of shape (n_features, n_outputs), float32
    intercept : ndarray of shape (n_outputs,), float32
    n_sections : int
        How many of the outputs are sections.
    """

    def __init__(self, n_features: int, n_sections: int, n_topics: int) -> None:
        self.weights = np.zeros((n_features, n_sections + n_topics), dtype=np.float32)
        self.intercept = np.zeros(n_sections + n_topics, dtype=np.float32)
        self.n_sections = n_sections

    def put(self, head: FittedHead) -> None:
        """Take in a fitted head."""
        first = 0 if head.task.topic is None else self.n_sections + head.task.topic
        outputs = slice(first, first + len(head.intercept))
        self.weights[:, outputs] = head.coef.T
        self.intercept[outputs] = head.intercept


def both_views(articles: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the rows of articles in a matrix of all whole articles, then all headlines."""
    return np.flatnonzero(np.concatenate([articles, articles]))


def fit_heads(
    X: sparse.csr_array, examples: Examples, tasks: Sequence[HeadTask], *, seed: int, jobs: int
) -> Iterator[FittedHead]:
    """Fit heads, yielding each as it is ready.

    In processes, which map one copy of the matrix: liblinear draws from one random generator per process, so that in
    threads the same seed would give another model each time. Where all is done in seconds, one process does it.

    Parameters
    ----------
    X : csr_array of shape (2 * n_articles, n_features), float64
        Features of all whole articles, then of all headlines.
    examples : Examples
    tasks : sequence of HeadTask
    seed, jobs : int
    """
    small = X.nnz * len(tasks) < SERIAL_WORK
    fitted = Parallel(n_jobs=1 if small else jobs, return_as="generator_unordered")(
        delayed(_numbered)(index, X, *_labels(examples, task), task.C, seed) for index, task in enumerate(tasks)
    )
    with step("fitting heads", total=len(tasks), unit="heads") as bar:
        for index, coef, intercept in fitted:
            bar.update()
            yield FittedHead(tasks[index], coef, intercept)


SERIAL_WORK = 100_000_000
"""Numbers in the matrix times heads below which one process does it all: about seven seconds of one core."""


def _labels(examples: Examples, task: HeadTask) -> tuple[NDArray[np.intp], NDArray[np.float64], int]:
    """Return label and weight (0 where it is not learned from) of each row of both views, and the number of outputs."""
    labels = examples.section if task.topic is None else examples.topics[:, task.topic].astype(np.intp)
    weight = _balance(examples.sources, labels, task.learned_from) * examples.weight
    return np.tile(labels, 2), np.tile(weight, 2), examples.n_sections if task.topic is None else 1


def _numbered(index: int, *arguments: Any) -> tuple[int, NDArray[np.float64], NDArray[np.float64]]:
    return index, *fit_head(*arguments)


def fit_head(
    X: sparse.csr_array,
    labels: NDArray[np.intp],
    weight: NDArray[np.float64],
    n_outputs: int,
    C: float,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit one head.

    Parameters
    ----------
    X : csr_array of shape (n_texts, n_features), float64
    labels, weight : ndarray of shape (n_texts,)
        Label of each text, and how much it counts; 0: it is not learned from.
    n_outputs : int
        Sections of the taxonomy, or 1 for a topic.
    C : float
    seed : int

    Returns
    -------
    coef : ndarray of shape (n_outputs, n_features)
    intercept : ndarray of shape (n_outputs,)
    """
    coef, intercept = np.zeros((n_outputs, X.shape[1])), np.full(n_outputs, -1.0)
    learned = weight > 0
    present, counts = np.unique(labels[learned], return_counts=True)
    if present.size < 2:  # a fold without any example of a topic: it scores as if it never applied
        return coef, intercept
    if learned.mean() < 0.5:
        X, labels, weight = X[learned], labels[learned], weight[learned]
    else:  # liblinear leaves out what weighs nothing; a copy of most of the matrix would cost more
        labels = np.where(learned, labels, present[0])
    svm = LinearSVC(
        C=C,
        loss="hinge",  # squared: .003 to .005 less on two outlets left out of three, .003 more on the third
        class_weight=dict(zip(present.tolist(), (counts.sum() / (present.size * counts)).tolist(), strict=True)),
        tol=0.3,  # 0.1 gives the same figures to .0005 and takes a third longer
        random_state=seed,
    )
    svm.fit(X, labels, sample_weight=weight)
    if n_outputs == 1:
        return svm.coef_, svm.intercept_
    if present.size == 2:  # scikit-learn keeps one row for two classes, that of the second
        coef[present] = np.vstack([-svm.coef_, svm.coef_])
        intercept[present] = np.append(-svm.intercept_, svm.intercept_)
    else:
        coef[present], intercept[present] = svm.coef_, svm.intercept_
    return coef, intercept


def _balance(sources: Sequence[str], labels: NDArray[np.intp], learned_from: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weigh articles so that what a large outlet files under a label does not drown what others do.

    The square root of the weights that would make every pair of source and label count the same, since the few
    articles of a rare pair are not to be believed entirely: on one left-out outlet .9164/.8037 (whole/headline)
    without weights, .9177/.8092 with the root, .9192/.8100 with full weights; on another .9340/.8593, .9332/.8593,
    .9324/.8577. Articles that no outlet filed weigh 1.
    """
    weight = learned_from.astype(np.float64)
    labelled = learned_from & np.array([source != UNLABELLED for source in sources], dtype=np.bool_)
    if not labelled.any():
        return weight
    _, source = np.unique(np.array(sources, dtype=np.str_), return_inverse=True)
    pair = source * (labels.max(initial=0) + 2) + labels + 1
    counts = np.bincount(pair[labelled], minlength=pair.max() + 1)
    even = labelled.sum() / np.count_nonzero(counts) / counts[pair[labelled]]
    root = np.minimum(np.sqrt(even), MOST_WEIGHT)
    weight[labelled] = root / root.mean()
    return weight
