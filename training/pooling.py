"""Figures of several parts together: pooled, as if one model had labelled all, and as a mean over parts.

``protocols`` calls it with what was measured part by part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from model.classifier import Scores
from model.taxonomy import Section, Topic
from training.baselines import majority_section
from training.dataset import Dataset
from training.evaluation import Evaluation, breakdown
from training.measure import SectionFigures, TopicFigures, measure_sections, measure_topics
from training.report import Breakdown, Figures, HeadlineFigures, UnseenOutlet

__all__ = ["MeanFigures", "MeasuredPart", "PartFigures", "ProtocolFigures", "mean_figures", "outlets", "pool"]


class PartFigures(Figures):
    """The figures of one part, as ``evaluate --json`` prints them, and of what was learned without it.

    Attributes
    ----------
    learned_from : int
        Articles that its model was learned from.
    left_out : dict
        Label -> articles of the part that bear it and were not asked for it, since no other part has it.
    """

    learned_from: int
    left_out: dict[str, int]


class MeanFigures(TypedDict):
    """The mean over parts, each counting the same; a part without a figure is passed over, every ``n`` is a sum."""

    section: SectionFigures | None
    topics: TopicFigures | None
    headline_only: HeadlineFigures | None


class ProtocolFigures(Figures):
    """What ``--leave-out`` and ``--folds`` print with ``--json``: pooled figures, their mean over parts, each part.

    Attributes
    ----------
    protocol : str
        ``"leave out source"`` or ``"folds"``.
    mean : MeanFigures
    parts : dict
        Name of the source, or number of the fold -> its figures.
    """

    protocol: str
    mean: MeanFigures
    parts: dict[str, PartFigures]


@dataclass(frozen=True, slots=True)
class MeasuredPart:
    """A part, labelled by a model that was learned without it.

    Attributes
    ----------
    name : str
    rows : ndarray of shape (n_articles,), intp
        Where its articles stand in the dataset of all.
    evaluation : Evaluation
    accepted : mapping of str to ndarray of shape (n_articles,), bool
        By view, whether the section was accepted without an editor.
    learned_from : int
    left_out : dict
        As in `PartFigures`.
    """

    name: str
    rows: NDArray[np.intp]
    evaluation: Evaluation
    accepted: Mapping[str, NDArray[np.bool_]]
    learned_from: int
    left_out: dict[str, int]

    def figures(self) -> PartFigures:
        """Return the figures of the part."""
        return PartFigures(**self.evaluation.figures, learned_from=self.learned_from, left_out=self.left_out)


def outlets(parts: Sequence[MeasuredPart]) -> list[UnseenOutlet]:
    """Return the parts, which are sources, as a report shows outlets that were never seen."""
    return [
        UnseenOutlet(
            source=part.name,
            n=part.evaluation.figures["n"],
            section=part.evaluation.figures["section"],
            topics=part.evaluation.figures["topics"],
            headline_only=part.evaluation.figures["headline_only"],
        )
        for part in parts
    ]


def mean_figures(parts: Sequence[Figures]) -> MeanFigures:
    """Average the figures of parts."""
    return MeanFigures(
        section=_mean([part["section"] for part in parts]),
        topics=_mean([part["topics"] for part in parts]),
        headline_only=_mean([part["headline_only"] for part in parts]),
    )


def _mean(values: Sequence[Any], name: str = "") -> Any:
    """Average numbers, or dictionaries of them key by key; None are passed over."""
    present = [value for value in values if value is not None]
    if not present:
        return None
    if isinstance(present[0], Mapping):
        return {key: _mean([value[key] for value in present], key) for key in present[0]}
    return sum(present) if name == "n" else float(np.mean(present))


def pool(parts: Sequence[MeasuredPart], dataset: Dataset, *, target: float) -> Evaluation:
    """Measure all parts together.

    Parameters
    ----------
    parts : sequence of MeasuredPart
    dataset : Dataset
        What they are parts of.
    target : float
        The precision that the automatic thresholds were chosen for.
    """
    together = _together(parts, dataset)
    commonest = majority_section(dataset.section[dataset.section >= 0], len(dataset.taxonomy.sections))
    scores = {view: _widened(parts, together, view) for view in parts[0].evaluation.scores}
    sections: dict[str, SectionFigures | None] = {}
    topics: dict[str, TopicFigures | None] = {}
    breakdowns: dict[str, Breakdown] = {}
    known, looked = together.section >= 0, together.topics_known
    for view, of_view in scores.items():
        accepted = np.concatenate([part.accepted[view] for part in parts])
        sections[view] = measure_sections(
            together.section[known], of_view.sections[known], accepted=accepted[known], threshold=None, target=target
        )
        topics[view] = measure_topics(together.topics[looked], of_view.topics[looked], of_view.given[looked])
        texts = together.headlines if view == "headline" else together.whole
        breakdowns[view] = breakdown(together, texts, of_view, commonest)
    first, *second = scores
    rates = [(part.evaluation.figures["n"], part.evaluation.figures["articles_per_second"]) for part in parts]
    figures = Figures(
        n=len(together),
        section=sections[first],
        topics=topics[first],
        headline_only=HeadlineFigures(section=sections[second[0]], topics=topics[second[0]]) if second else None,
        articles_per_second=round(len(together) / sum(n / rate for n, rate in rates if rate), 1),
    )
    return Evaluation(figures, breakdowns[first], breakdowns[second[0]] if second else None, together, scores)


def _together(parts: Sequence[MeasuredPart], dataset: Dataset) -> Dataset:
    """Line up the articles of all parts, without the labels that their models could not know."""
    pooled = dataset.of_tagged_topics().take(np.concatenate([part.rows for part in parts]))
    section, topics, topics_known = pooled.section.copy(), pooled.topics.copy(), pooled.topics_known.copy()
    start = 0
    for part in parts:
        own = part.evaluation.dataset
        rows = slice(start, start := start + len(own))
        section[rows][own.section < 0] = -1
        unknown = np.setdiff1d(np.arange(topics.shape[1]), _places(own.taxonomy.topics, pooled.taxonomy.topics))
        topics[rows, unknown] = False
        topics_known[rows] &= bool(own.taxonomy.topics)
    return replace(pooled, section=section, topics=topics, topics_known=topics_known)


def _widened(parts: Sequence[MeasuredPart], together: Dataset, view: str) -> Scores:
    """Line up what the models said, each in the columns of the labels it knows; the others are impossible to it."""
    n_sections, n_topics = len(together.taxonomy.sections), len(together.taxonomy.topics)
    sections, topics = np.zeros((len(together), n_sections)), np.zeros((len(together), n_topics))
    given = np.zeros((len(together), n_topics), dtype=np.bool_)
    start = 0
    for part in parts:
        own, scores = part.evaluation.dataset.taxonomy, part.evaluation.scores[view]
        rows = np.arange(start, start := start + len(scores.n_words))
        sections[np.ix_(rows, _places(own.sections, together.taxonomy.sections))] = scores.sections
        columns = np.ix_(rows, _places(own.topics, together.taxonomy.topics))
        topics[columns], given[columns] = scores.topics, scores.given
    n_words = np.concatenate([part.evaluation.scores[view].n_words for part in parts])
    return Scores(sections, topics, given, n_words)


def _places(labels: Sequence[Section] | Sequence[Topic], among: Sequence[Section | Topic]) -> NDArray[np.intp]:
    """Find labels among more of them, by their ids."""
    place = {label.id: number for number, label in enumerate(among)}
    return np.array([place[label.id] for label in labels], dtype=np.intp)
