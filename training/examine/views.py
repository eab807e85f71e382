"""One view of the measured articles taken apart: figures, intervals, curves. Called by ``examine``."""

from __future__ import annotations

import numpy as np

from model.classifier import Scores
from training.dataset import Dataset
from training.measure import (
    SectionFigures,
    TopicFigures,
    agreement_intervals,
    coverage_at,
    indicators,
    precision_recall,
    risk_coverage,
)
from training.report.details import ViewDetails

__all__ = ["LEAD_WORDS", "lead_texts", "take_apart"]

LEAD_WORDS = 40
"""Words of the body that make its lead: one paragraph of a news agency's story, or two short ones."""

FEWEST_DRAWN = 50
"""Articles below which a curve shows more chance than model."""

PRECISIONS = (0.90, 0.95, 0.98, 0.99)
"""Precisions at which the report says how much could be left to the model."""


def lead_texts(dataset: Dataset) -> list[str]:
    """Return headline and lead of each article; a story without a headline begins with the words that stand for one."""
    return [
        " ".join(whole.split()[: len(headline.split()) + LEAD_WORDS])
        for whole, headline in zip(dataset.whole, dataset.headlines, strict=True)
    ]


def take_apart(
    dataset: Dataset, scores: Scores, section: SectionFigures | None, topics: TopicFigures | None, seed: int = 0
) -> ViewDetails:
    """Measure one view in detail.

    Parameters
    ----------
    dataset : Dataset
    scores : Scores
        Of the texts of this view, with the topics of the dataset.
    section, topics : SectionFigures, TopicFigures or None
        What `view_figures` found.
    seed : int
        Of the bootstrap.
    """
    made: ViewDetails = {
        "section": section,
        "topics": topics,
        "section_intervals": None,
        "topic_intervals": None,
        "confusion": [],
        "section_curves": [],
        "topic_curve": None,
        "risk": None,
        "coverage": [],
    }
    if section is not None:
        _add_sections(made, dataset, scores, seed)
    if topics is not None:
        _add_topics(made, dataset, scores, seed)
    return made


def _add_sections(made: ViewDetails, dataset: Dataset, scores: Scores, seed: int) -> None:
    labels = [section.id for section in dataset.taxonomy.sections]
    known = dataset.section >= 0
    gold, probabilities = dataset.section[known], scores.sections[known]
    given, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    made["section_intervals"] = agreement_intervals(
        indicators(gold, len(labels)), indicators(given, len(labels)), labels, seed
    )
    counts = np.bincount(gold * len(labels) + given, minlength=len(labels) ** 2)
    made["confusion"] = counts.reshape(len(labels), len(labels)).tolist()
    if len(gold) < FEWEST_DRAWN:
        return
    traced = (precision_recall(label, gold == index, probabilities[:, index]) for index, label in enumerate(labels))
    made["section_curves"] = [curve for curve in traced if curve is not None]
    made["risk"] = risk_coverage(confidence, given == gold)
    made["coverage"] = [coverage_at(confidence, given == gold, precision) for precision in PRECISIONS]


def _add_topics(made: ViewDetails, dataset: Dataset, scores: Scores, seed: int) -> None:
    labels = [topic.id for topic in dataset.taxonomy.topics]
    rows = dataset.topics_known
    gold, probabilities = dataset.topics[rows], scores.topics[rows]
    made["topic_intervals"] = agreement_intervals(gold, scores.given[rows], labels, seed)
    if len(gold) >= FEWEST_DRAWN:
        made["topic_curve"] = precision_recall("", gold.ravel(), probabilities.ravel())
