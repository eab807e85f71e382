"""The errors a person should read first: wrong labels that the model was sure of.

Called by ``examine``; ``vocabulary`` names the words that the model went by.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.classifier import NewsClassifier, Scores
from training.dataset import Dataset
from training.examine.vocabulary import words_for
from training.report.details import Mistake, TopicMistake

__all__ = ["section_mistakes", "topic_mistakes"]

MOST = 30
"""Errors that are shown: about as many as a person reads in one sitting. The CSV files hold all of them."""


def section_mistakes(
    classifier: NewsClassifier | None, dataset: Dataset, scores: Scores, texts: Sequence[str]
) -> list[Mistake]:
    """List the wrong sections that the model was surest of, each with the words that spoke for it.

    Parameters
    ----------
    classifier : NewsClassifier or None
        None where no single model labelled them: the words are then left out.
    dataset : Dataset
    scores : Scores
    texts : sequence of str
        What was labelled, row by row.
    """
    if not scores.sections.shape[1]:
        return []
    given = scores.sections.argmax(axis=1)
    wrong = np.flatnonzero((dataset.section >= 0) & (dataset.section != given))
    found: list[Mistake] = []
    for row in wrong[np.argsort(-scores.sections[wrong].max(axis=1), kind="stable")][:MOST]:
        labels = dataset.taxonomy.sections
        gold, wrongly = labels[dataset.section[row]].id, labels[given[row]].id
        found.append(
            {
                "id": dataset.ids[row],
                "gold": gold,
                "given": wrongly,
                "probability": float(scores.sections[row, given[row]]),
                "gold_probability": float(scores.sections[row, dataset.section[row]]),
                "words": [] if classifier is None else words_for(classifier, texts[row], wrongly),
            }
        )
    return found


def topic_mistakes(dataset: Dataset, scores: Scores) -> list[TopicMistake]:
    """List the topics given wrongly that the model was surest of, then those missed that it thought least likely."""
    looked = dataset.topics_known[:, np.newaxis]
    too_many = _surest(looked & scores.given & ~dataset.topics, -scores.topics)
    missed = _surest(looked & ~scores.given & dataset.topics, scores.topics)
    return [
        {
            "id": dataset.ids[row],
            "topic": dataset.taxonomy.topics[topic].id,
            "given": given,
            "probability": float(scores.topics[row, topic]),
        }
        for given, places in ((True, too_many), (False, missed))
        for row, topic in places
    ]


def _surest(wrong: NDArray[np.bool_], rank: NDArray[np.float64]) -> list[tuple[int, int]]:
    rows, topics = np.nonzero(wrong)
    order = np.argsort(rank[rows, topics], kind="stable")[: MOST // 2]
    return [(int(rows[place]), int(topics[place])) for place in order]
