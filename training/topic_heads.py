"""Heads of topics: hundreds of them, each learned from the words of its own few examples and the texts nearest to it.

``heads`` hands over the topics of a model a few at a time. A head that is learned from all words and all texts costs
ten times as much and is no better: see ``_fit`` and ``_and_nearest`` for the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.linear import support_vectors

__all__ = ["TopicHead", "TopicTasks", "fit_topics"]

FEW_TEXTS = 10_000
"""Texts up to which a head learns from all of them, in a tenth of a second."""

FIRST, NEAREST, ROUNDS = 300, 500, 2
"""Texts without a topic that its head is learned from: some at random, and twice those nearest to the examples.

Measured on 32 made-up topics of 22 examples among 10,000 articles, each of them whole and as a headline: mean average
precision on 10,000 other articles .786/.419 (whole/headline) in .25 s of CPU time for a head and its four folds;
with all texts .786/.419 in 2.2 s. One round with the 1,000 nearest: .785/.414 in .24 s; one with 500: .780/.411;
nearest of a fourth of the texts only: .03 less on whole articles.
"""


class TopicTasks(NamedTuple):
    """Heads of one topic that are wanted: the final one and those of the folds.

    Attributes
    ----------
    labels : ndarray of shape (n_articles,), bool
        Whether an article has the topic.
    weights : ndarray of shape (n_tasks, n_articles)
        How much an article counts for each head; 0: it is not learned from.
    C : sequence of float of length n_tasks
    """

    labels: NDArray[np.bool_]
    weights: NDArray[np.float64]
    C: Sequence[float]


class TopicHead(NamedTuple):
    """Weights of the columns that a head knows: ndarrays of shape (n_own,); and its intercept."""

    columns: NDArray[np.intp]
    coef: NDArray[np.float64]
    intercept: float


_NEVER = TopicHead(np.empty(0, dtype=np.intp), np.empty(0), -1.0)
"""Head of a fold without any example: it scores as if the topic never applied."""


def fit_topics(X: sparse.csr_array, topics: Sequence[TopicTasks], seed: int) -> list[list[TopicHead]]:
    """Fit all heads of some topics.

    Parameters
    ----------
    X : csr_array of shape (2 * n_articles, n_columns), float64
        All whole articles, then all headlines.
    topics : sequence of TopicTasks
    seed : int

    Returns
    -------
    list of list of TopicHead
        For each topic, and each of its tasks. What a topic gets does not depend on the tasks beside the largest.
    """
    largest = [int((topic.weights > 0).sum(axis=1).argmax()) for topic in topics]
    texts = [_first_texts(topic, task, seed) for topic, task in zip(topics, largest, strict=True)]
    searched = [number for number, topic in enumerate(topics) if texts[number].size < _count(topic, largest[number])]
    for _ in range(ROUNDS if searched else 0):
        weights, intercept = np.zeros((X.shape[1], len(searched))), np.empty(len(searched))
        for place, number in enumerate(searched):
            head = _fit(X[texts[number]], texts[number], topics[number], largest[number], seed)
            weights[head.columns, place], intercept[place] = head.coef, head.intercept
        scores = X @ weights + intercept
        for place, number in enumerate(searched):
            texts[number] = _and_nearest(texts[number], topics[number], largest[number], scores[:, place])
    return [
        [_fit(rows, chosen, topic, task, seed) for task in range(len(topic.weights))]
        for topic, chosen in zip(topics, texts, strict=True)
        for rows in [X[chosen]]
    ]


def _count(topic: TopicTasks, task: int) -> int:
    return 2 * int(np.count_nonzero(topic.weights[task]))


def _first_texts(topic: TopicTasks, task: int, seed: int) -> NDArray[np.intp]:
    """Choose the texts to begin with: all of them where they are few, else the examples and as many at random."""
    learned, labels = np.tile(topic.weights[task] > 0, 2), np.tile(topic.labels, 2)
    examples, others = np.flatnonzero(learned & labels), np.flatnonzero(learned & ~labels)
    n_first = max(FIRST, examples.size)
    if others.size <= max(FEW_TEXTS, 4 * (n_first + ROUNDS * NEAREST)):
        return np.flatnonzero(learned)
    chosen = np.random.default_rng(seed).choice(others, n_first, replace=False)
    return np.sort(np.concatenate([examples, chosen]))


def _and_nearest(
    texts: NDArray[np.intp], topic: TopicTasks, task: int, scores: NDArray[np.float64]
) -> NDArray[np.intp]:
    """Add the texts without the topic that a head scores highest.

    Of a support vector machine only texts above -1 matter: a head that had all of them, and none of the others, would
    be the head that is learned from all texts.
    """
    near = np.flatnonzero(np.tile((topic.weights[task] > 0) & ~topic.labels, 2) & (scores > -1))
    near = near[np.argsort(-scores[near], kind="stable")]
    n_examples = 2 * np.count_nonzero(topic.labels & (topic.weights[task] > 0))
    return np.union1d(texts, near[: max(NEAREST, n_examples)])


def _fit(rows: sparse.csr_array, texts: NDArray[np.intp], topic: TopicTasks, task: int, seed: int) -> TopicHead:
    """Fit one head, which knows the columns that its examples have.

    Other columns could only speak against the topic, each for a few of the other texts. Without them a head is a
    tenth as large and no worse: micro-F1 of 34 silver topics .814/.780 (whole/headline), .814/.779 with all columns;
    mean average precision of 12 made-up topics .893/.580 and .887/.578.

    Parameters
    ----------
    rows : csr_array of shape (n_texts, n_columns)
    texts : ndarray of shape (n_texts,)
        Which of all texts they are.
    """
    article = texts % topic.labels.size
    weight = topic.weights[task]
    learned = weight[article] > 0
    rows, article = rows[learned], article[learned]
    labels = topic.labels[article]
    own = np.flatnonzero(np.bincount(rows[labels].indices, minlength=rows.shape[1]))
    n, n_examples = np.count_nonzero(weight), np.count_nonzero(topic.labels & (weight > 0))
    if not 0 < n_examples < n:
        return _NEVER
    even = {True: n / 2 / n_examples, False: n / 2 / (n - n_examples)}
    svm = support_vectors(rows[:, own], labels, weight[article], even, topic.C[task], seed)
    return TopicHead(own, svm.coef_[0], float(svm.intercept_[0]))
