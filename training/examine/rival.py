"""What another model says of the same articles, from its artifact or from a report of it.

``examine`` compares with it for ``evaluate --compare``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.classifier import NewsClassifier, Scores
from model.errors import TrainingError
from training.dataset import Dataset
from training.evaluation import score
from training.measure import AgreementDifference, compare_agreement, indicators
from training.report.details import Comparison, Mistake, ViewComparison
from training.report.records import PREDICTIONS, Record, read_records

__all__ = ["Rival", "compare", "read_rival"]

MOST_BROKEN = 30
"""Articles shown whose section got wrong."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Another model: one that can be asked, or what a report tells of it.

    Attributes
    ----------
    name : str
        The folder, as it was given.
    classifier : NewsClassifier or None
    records : mapping of str to Record
        By id of the article; empty where there is a classifier.
    """

    name: str
    classifier: NewsClassifier | None
    records: Mapping[str, Record]


def read_rival(folder: Path) -> Rival:
    """Open what ``--compare`` names.

    Raises
    ------
    TabwibError
        If it is neither an artifact nor the folder of a report.
    """
    if (folder / PREDICTIONS).is_file():
        return Rival(str(folder), None, {record.id: record for record in read_records(folder)})
    return Rival(str(folder), NewsClassifier.load(folder), {})


@dataclass(frozen=True, slots=True)
class _Said:
    """What the rival says of one view: sections as indices of the dataset (-1: one it does not have), topics given."""

    has_sections: bool
    section: NDArray[np.intp]
    known_topics: NDArray[np.bool_]
    topics: NDArray[np.bool_]


def compare(rival: Rival, dataset: Dataset, scores: Mapping[str, Scores], seed: int = 0) -> Comparison:
    """Compare a model with another, view by view.

    Parameters
    ----------
    rival : Rival
    dataset : Dataset
        What this model was measured on.
    scores : mapping of str to Scores
        What it said, by view.
    seed : int

    Raises
    ------
    TrainingError
        If the rival's report has none of the articles, or other gold labels for them.
    """
    rows = np.arange(len(dataset))
    if rival.classifier is None:
        rows = np.array([row for row in rows if _agrees(rival, dataset, int(row))], dtype=np.intp)
        if not rows.size:
            raise TrainingError(
                f"{rival.name} has no article of this corpus with the same gold labels; compare reports on one corpus"
            )
    common = dataset.take(rows)
    views: dict[str, ViewComparison] = {}
    broken: list[Mistake] = []
    for view, mine in scores.items():
        said = _ask(rival, common, view)
        if said is None:
            continue
        taken = Scores(mine.sections[rows], mine.topics[rows], mine.given[rows], mine.n_words[rows])
        views[view] = _view(common, taken, said, seed)
        if not broken:
            broken = _broken(common, taken, said)
    return {
        "name": rival.name,
        "common": int(rows.size),
        "not_common": len(dataset) - int(rows.size),
        "views": views,
        "broken": broken,
    }


def _agrees(rival: Rival, dataset: Dataset, row: int) -> bool:
    """Whether a report has an article, with the same gold section."""
    record = rival.records.get(dataset.ids[row])
    gold = dataset.taxonomy.sections[dataset.section[row]].id if dataset.section[row] >= 0 else None
    return record is not None and record.section == gold


def _ask(rival: Rival, dataset: Dataset, view: str) -> _Said | None:
    sections = [section.id for section in dataset.taxonomy.sections]
    topics = [topic.id for topic in dataset.taxonomy.topics]
    if rival.classifier is None:
        return _recall([rival.records[article] for article in dataset.ids], view, sections, topics)
    classifier = rival.classifier
    texts = dataset.whole if view == "whole" else dataset.headlines
    every = np.ones(len(classifier.taxonomy.topics), dtype=np.bool_)
    scores = score(classifier, texts, every, f"asking {rival.name}")
    theirs = [section.id for section in classifier.taxonomy.sections]
    place = np.array([sections.index(label) if label in sections else -1 for label in theirs], dtype=np.intp)
    column = {topic.id: number for number, topic in enumerate(classifier.taxonomy.topics)}
    known = np.array([topic in column for topic in topics], dtype=np.bool_)
    given = np.zeros((len(dataset), len(topics)), dtype=np.bool_)
    given[:, known] = scores.given[:, [column[topic] for topic in topics if topic in column]]
    section = place[scores.sections.argmax(axis=1)] if theirs else np.full(len(dataset), -1, dtype=np.intp)
    return _Said(bool(theirs), section, known, given)


def _recall(records: Sequence[Record], view: str, sections: Sequence[str], topics: Sequence[str]) -> _Said | None:
    """Read what a report tells of one view; a topic it never gives nor has in gold, it does not know."""
    given = [record.views[view] for record in records if view in record.views]
    if len(given) < len(records):
        return None
    section = [sections.index(one.section) if one.section in sections else -1 for one in given]
    table = np.array([[topic in one.topics for topic in topics] for one in given], dtype=np.bool_)
    gold = {topic for record in records for topic in record.topics or ()}
    table = table.reshape(len(given), len(topics))
    known = table.any(axis=0) | np.array([topic in gold for topic in topics], dtype=np.bool_)
    return _Said(any(one.section is not None for one in given), np.array(section, dtype=np.intp), known, table)


def _view(dataset: Dataset, mine: Scores, said: _Said, seed: int) -> ViewComparison:
    sections = [section.id for section in dataset.taxonomy.sections]
    known, looked = dataset.section >= 0, dataset.topics_known
    section: AgreementDifference | None = None
    if sections and said.has_sections and known.any():
        ours = mine.sections.argmax(axis=1)
        gold, given, theirs = (indicators(one[known], len(sections)) for one in (dataset.section, ours, said.section))
        section = compare_agreement(gold, given, theirs, sections, seed)
    topics: AgreementDifference | None = None
    if said.known_topics.any() and looked.any():
        both = np.ix_(looked, said.known_topics)
        names = [topic.id for topic, shared in zip(dataset.taxonomy.topics, said.known_topics, strict=True) if shared]
        topics = compare_agreement(dataset.topics[both], mine.given[both], said.topics[both], names, seed)
    return {"section": section, "topics": topics}


def _broken(dataset: Dataset, mine: Scores, said: _Said) -> list[Mistake]:
    """List the articles that the other labels rightly and this model wrongly, the surest first."""
    if not said.has_sections or not mine.sections.shape[1]:
        return []
    given = mine.sections.argmax(axis=1)
    rows = np.flatnonzero((dataset.section >= 0) & (said.section == dataset.section) & (given != dataset.section))
    labels = dataset.taxonomy.sections
    return [
        {
            "id": dataset.ids[row],
            "gold": labels[dataset.section[row]].id,
            "given": labels[given[row]].id,
            "probability": float(mine.sections[row, given[row]]),
            "gold_probability": float(mine.sections[row, dataset.section[row]]),
            "words": [],
        }
        for row in rows[np.argsort(-mine.sections[rows].max(axis=1), kind="stable")][:MOST_BROKEN]
    ]
