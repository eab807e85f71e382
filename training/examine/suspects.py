"""Labels of the corpus that may be wrong, found by confident learning (Northcutt, Jiang & Chuang 2021, JAIR 70).

Called by ``examine``. The method is cleanlab's, of the extra ``report``; where that is missing, the report says so.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.classifier import Scores
from training.dataset import Dataset
from training.examine.sample import sample_rows
from training.progress import step
from training.report.details import Suspect, Suspects

__all__ = ["suspected_labels"]

FEWEST_ARTICLES = 50
"""Articles below which there is nothing to learn about how labels are mistaken for one another."""

FEWEST_OF_TOPIC = 10
"""Articles with a topic, and without it, that are needed for the same."""

MOST_ARTICLES = 20_000
"""Articles that are judged."""

MOST_SUSPECTS = 200
"""Suspects that are listed, of sections and of topics each."""

_Find = Callable[..., NDArray[np.intp]]


def suspected_labels(dataset: Dataset, scores: Scores, seed: int = 0) -> Suspects:
    """Look for labels that disagree with a model that disagrees with few others like them.

    Parameters
    ----------
    dataset : Dataset
    scores : Scores
        Of articles that the model has not learned from.
    seed : int
    """
    if len(dataset) < FEWEST_ARTICLES:
        return {"missing": "few", "judged": 0, "rows": []}
    find = _finder()
    if find is None:
        return {"missing": "cleanlab", "judged": 0, "rows": []}
    rows = sample_rows(len(dataset), MOST_ARTICLES, seed)
    with step("looking for label errors", total=1 + len(dataset.taxonomy.topics), unit="labels") as bar:
        sections = _of_sections(dataset, scores, rows, find)
        bar.update()
        topics: list[Suspect] = []
        for topic in range(len(dataset.taxonomy.topics)):
            topics += _of_topic(topic, dataset, scores, rows, find)
            bar.update()
    topics.sort(key=lambda suspect: suspect["quality"])
    return {"missing": None, "judged": rows.size, "rows": [*sections[:MOST_SUSPECTS], *topics[:MOST_SUSPECTS]]}


def _finder() -> _Find | None:
    try:
        from cleanlab.filter import find_label_issues
    except ImportError:
        return None

    def find(labels: NDArray[np.intp], probabilities: NDArray[np.float64]) -> Any:
        with warnings.catch_warnings():  # it warns of classes that keep a few labels; so they should
            warnings.simplefilter("ignore")
            return find_label_issues(labels, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1)

    return find


def _of_sections(dataset: Dataset, scores: Scores, rows: NDArray[np.intp], find: _Find) -> list[Suspect]:
    known = rows[dataset.section[rows] >= 0]
    present = np.unique(dataset.section[known])
    if len(known) < FEWEST_ARTICLES or present.size < 2:
        return []
    # Sections that this gold does not have are none it could have meant.
    probabilities = scores.sections[np.ix_(known, present)]
    probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)
    gold = np.searchsorted(present, dataset.section[known])
    sections = dataset.taxonomy.sections
    return [
        {
            "id": dataset.ids[known[place]],
            "kind": "section",
            "label": sections[dataset.section[known[place]]].id,
            "suggested": sections[present[probabilities[place].argmax()]].id,
            "quality": float(probabilities[place, gold[place]]),
        }
        for place in find(gold, probabilities)
    ]


def _of_topic(topic: int, dataset: Dataset, scores: Scores, rows: NDArray[np.intp], find: _Find) -> list[Suspect]:
    known = rows[dataset.topics_known[rows]]
    gold = dataset.topics[known, topic].astype(np.intp)
    if min(gold.sum(), (1 - gold).sum()) < FEWEST_OF_TOPIC:
        return []
    probability = scores.topics[known, topic]
    both = np.stack([1 - probability, probability], axis=1)
    return [
        {
            "id": dataset.ids[known[place]],
            "kind": "topic",
            "label": dataset.taxonomy.topics[topic].id,
            "suggested": "remove" if gold[place] else "add",
            "quality": float(both[place, gold[place]]),
        }
        for place in find(gold, both)
    ]
