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

from model.errors import TrainingError
from training.dataset import Dataset
from training.linear import fit_head
from training.progress import step
from training.topic_heads import TopicTasks, fit_topics

__all__ = ["UNLABELLED", "Examples", "FittedHead", "HeadTask", "Heads", "both_views", "fit_heads"]

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
    """The heads of a model side by side, sections first, their weights in 255 steps of a scale of each head.

    int8 weights cost nothing that can be measured, and a thousand heads of floats would take gigabytes: with a
    background folded into it a head weighs some hundred thousand features, most of them by less than half a step.

    Parameters
    ----------
    n_features, n_sections, n_topics : int

    Attributes
    ----------
    n_features : int
    columns : list of tuple of (ndarray of int32, ndarray of int8)
        Of each output the features that it weighs, ascending, and by how many steps.
    scale, intercept : ndarray of shape (n_outputs,), float32
        A weight is ``scale`` times its steps.

    Raises
    ------
    TrainingError
        If there are more outputs than an artifact can number.
    """

    def __init__(self, n_features: int, n_sections: int, n_topics: int) -> None:
        n_outputs = n_sections + n_topics
        if n_outputs > MOST_OUTPUTS:
            raise TrainingError(f"a model has at most {MOST_OUTPUTS:,} labels, not {n_outputs:,}; leave out rare ones")
        self.n_features = n_features
        self.columns = [(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int8))] * n_outputs
        self.scale = np.ones(n_outputs, dtype=np.float32)
        self.intercept = np.zeros(n_outputs, dtype=np.float32)
        self._n_sections = n_sections

    def put(self, head: FittedHead) -> None:
        """Take in a fitted head."""
        first = 0 if head.task.topic is None else self._n_sections + head.task.topic
        for output, (weights, intercept) in enumerate(zip(head.coef, head.intercept, strict=True), first):
            scale = np.float32(np.abs(weights).max(initial=0.0) / 127)
            if scale >= np.finfo(np.float32).tiny:  # there are weights, and a float32 can hold a 127th of the largest
                steps = np.rint(weights / scale).astype(np.int8)
                features = np.flatnonzero(steps).astype(np.int32)
                self.columns[output], self.scale[output] = (features, steps[features]), scale
            self.intercept[output] = intercept


MOST_OUTPUTS = 2**16
"""Labels that an artifact can number; see ``model.features.weights``."""


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
    X : csr_array of shape (2 * n_articles, n_columns), float64
        Features of all whole articles, then of all headlines.
    examples : Examples
    tasks : sequence of HeadTask
    seed, jobs : int
    """
    small = X.nnz * len(tasks) < SERIAL_WORK
    fitted = Parallel(n_jobs=1 if small else jobs, return_as="generator_unordered")(_calls(X, examples, tasks, seed))
    with step("fitting heads", total=len(tasks), unit="heads") as bar:
        for several in fitted:
            for index, columns, coef, intercept in several:
                bar.update()
                whole = np.zeros((len(intercept), X.shape[1]), dtype=coef.dtype)
                whole[:, columns] = coef
                yield FittedHead(tasks[index], whole, intercept)


SERIAL_WORK = 100_000_000
"""Numbers in the matrix times heads below which one process does it all: about seven seconds of one core."""

TOPICS_AT_ONCE = 16
"""Topics that a process is given at once: their heads score all texts together, in two thirds of the time."""

_Numbered = tuple[int, Any, NDArray[Any], NDArray[np.float64]]
"""Index of a task; columns, weights and intercepts of its head."""


def _calls(X: sparse.csr_array, examples: Examples, tasks: Sequence[HeadTask], seed: int) -> Iterator[Any]:
    """Yield what the processes shall do, the sections first: they take longest."""
    _, source = np.unique(np.array(examples.sources, dtype=np.str_), return_inverse=True)
    source[~examples.labelled] = -1
    of_topic: dict[int, list[int]] = {}
    for index, task in enumerate(tasks):
        if task.topic is None:
            weight = _balance(source, examples.section, task.learned_from) * examples.weight
            labels = np.tile(examples.section, 2)
            yield delayed(_fit_sections)(index, X, labels, np.tile(weight, 2), examples.n_sections, task.C, seed)
        else:
            of_topic.setdefault(task.topic, []).append(index)
    topics = list(of_topic)
    for first in range(0, len(topics), TOPICS_AT_ONCE):
        at_once = topics[first : first + TOPICS_AT_ONCE]
        wanted = [
            _topic_tasks(examples, source, topic, [tasks[index] for index in of_topic[topic]]) for topic in at_once
        ]
        yield delayed(_fit_topics)([of_topic[topic] for topic in at_once], X, wanted, seed)


def _topic_tasks(examples: Examples, source: NDArray[np.intp], topic: int, tasks: Sequence[HeadTask]) -> TopicTasks:
    labels = examples.topics[:, topic].astype(np.intp)
    weights = [_balance(source, labels, task.learned_from) * examples.weight for task in tasks]
    return TopicTasks(labels == 1, np.array(weights), [task.C for task in tasks])


def _fit_sections(index: int, *arguments: Any) -> list[_Numbered]:
    return [(index, slice(None), *fit_head(*arguments))]


def _fit_topics(
    indices: Sequence[Sequence[int]], X: sparse.csr_array, topics: Sequence[TopicTasks], seed: int
) -> list[_Numbered]:
    """Fit heads of topics, in single precision: folding a background into them takes half the time."""
    return [
        (index, head.columns, head.coef[np.newaxis].astype(np.float32), np.array([head.intercept]))
        for of_topic, heads in zip(indices, fit_topics(X, topics, seed), strict=True)
        for index, head in zip(of_topic, heads, strict=True)
    ]


def _balance(
    source: NDArray[np.intp], labels: NDArray[np.intp], learned_from: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Weigh articles so that what a large outlet files under a label does not drown what others do.

    The square root of the weights that would make every pair of source and label count the same, since the few
    articles of a rare pair are not to be believed entirely: on one left-out outlet .9164/.8037 (whole/headline)
    without weights, .9177/.8092 with the root, .9192/.8100 with full weights; on another .9340/.8593, .9332/.8593,
    .9324/.8577. Articles that no outlet filed, of source -1, weigh 1.
    """
    weight = learned_from.astype(np.float64)
    labelled = learned_from & (source >= 0)
    if not labelled.any():
        return weight
    pair = source * (labels.max(initial=0) + 2) + labels + 1
    counts = np.bincount(pair[labelled])
    even = labelled.sum() / np.count_nonzero(counts) / counts[pair[labelled]]
    root = np.minimum(np.sqrt(even), MOST_WEIGHT)
    weight[labelled] = root / root.mean()
    return weight
