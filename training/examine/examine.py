"""Puts the parts of the closer look together: evaluation in, ``Details`` and ``Exhibits`` of a report out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from model.classifier import NewsClassifier, Scores
from model.pages.dates import parse_date
from model.taxonomy import Section, Topic
from training.corpus import LabelledArticle
from training.dataset import Dataset
from training.evaluation import Evaluation, score, view_figures
from training.examine.duplicates import largest_groups
from training.examine.footprint import measure_footprint
from training.examine.mistakes import section_mistakes, topic_mistakes
from training.examine.robustness import measure_robustness
from training.examine.suspects import suspected_labels
from training.examine.views import LEAD_WORDS, lead_texts, take_apart
from training.examine.vocabulary import speaking_words
from training.measure import (
    PolicyDifference,
    PolicyPair,
    RecallByGroup,
    SameStory,
    SectionFigures,
    Shift,
    TopicFigures,
    Trend,
    by_length,
    by_period,
    length_names,
    policy_differences,
    policy_matrix,
    recall_by_group,
    same_stories,
    section_shift,
    trend,
)
from training.report.details import Comparison, Details, LabelWords, Robustness
from training.report.records import Exhibits, Given, Record

__all__ = ["Subject", "examine"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at.

    Attributes
    ----------
    classifier : NewsClassifier or None
        The model that was measured; None where every part was labelled by another: what takes a model to ask is then
        left out.
    evaluation : Evaluation
    articles : sequence of LabelledArticle
        The corpus as it was read: texts, dates, and sections as they are printed.
    everything : Dataset
        The corpus as it was laid out, of which the measured articles are a part.
    groups : ndarray of shape (n_everything,)
        Near-duplicate group of each of its articles.
    comparison : Comparison or None
        What `rival.compare` found.
    seed : int
    accepted : mapping of str to ndarray of shape (n_articles,), bool, optional
        By view, whether each section was accepted without an editor; without it, the classifier is asked.
    """

    classifier: NewsClassifier | None
    evaluation: Evaluation
    articles: Sequence[LabelledArticle]
    everything: Dataset
    groups: NDArray[np.int64]
    comparison: Comparison | None = None
    seed: int = 0
    accepted: Mapping[str, NDArray[np.bool_]] | None = None


def examine(subject: Subject) -> tuple[Details, Exhibits]:
    """Look closer.

    Parameters
    ----------
    subject : Subject

    Returns
    -------
    Details
        What was found, for ``report.json``.
    Exhibits
        The texts and single predictions behind it.
    """
    dataset, seed = subject.evaluation.dataset, subject.seed
    read = {article.id: article for article in subject.articles}
    articles = [read[article] for article in dataset.ids]
    scores = _score_views(subject)
    first = next(iter(scores.values()))
    sliced = _slices(dataset, first, articles)
    duplicates, n_groups, n_articles = largest_groups(subject.everything, subject.groups)
    details: Details = {
        "sections": _ids(dataset.taxonomy.sections),
        "topics": _ids(dataset.taxonomy.topics),
        "views": {name: take_apart(dataset, one, *_figures(subject, name, one), seed) for name, one in scores.items()},
        "lead_words": LEAD_WORDS,
        "shifts": _shifts(dataset, scores),
        "by_length": sliced.by_length,
        "by_period": sliced.by_period,
        "trend": sliced.trend,
        "policy": sliced.policy,
        "policy_matrix": sliced.policy_matrix,
        "same_stories": _same_stories(subject),
        "robustness": _robustness(subject, articles),
        "words": _words(subject),
        "mistakes": section_mistakes(subject.classifier, dataset, first, _texts(subject)),
        "topic_mistakes": topic_mistakes(dataset, first),
        "suspects": suspected_labels(dataset, first, seed),
        "duplicates": duplicates,
        "duplicate_groups": n_groups,
        "duplicate_articles": n_articles,
        "footprint": None if subject.classifier is None else measure_footprint(subject.classifier, articles),
        "comparison": subject.comparison,
    }
    return details, Exhibits(read, list(_records(subject)))


def _ids(labels: Sequence[Section | Topic]) -> list[str]:
    return [label.id for label in labels]


def _score_views(subject: Subject) -> dict[str, Scores]:
    """Add headline and lead to what was measured, where whole articles were."""
    scores = subject.evaluation.scores
    if "whole" not in scores or subject.classifier is None:
        return dict(scores)
    texts = lead_texts(subject.evaluation.dataset)
    lead = score(subject.classifier, texts, _tagged(subject.classifier, subject), "measuring headlines with leads")
    return {"whole": scores["whole"], "lead": lead, "headline": scores["headline"]}


def _texts(subject: Subject) -> list[str]:
    """Return the texts of the first view."""
    dataset = subject.evaluation.dataset
    return dataset.whole if "whole" in subject.evaluation.scores else dataset.headlines


def _tagged(classifier: NewsClassifier, subject: Subject) -> NDArray[np.bool_]:
    """Topics of the classifier that were measured."""
    measured = {topic.id for topic in subject.evaluation.dataset.taxonomy.topics}
    return np.array([topic.id in measured for topic in classifier.taxonomy.topics], dtype=np.bool_)


def _figures(subject: Subject, view: str, scores: Scores) -> tuple[SectionFigures | None, TopicFigures | None]:
    """Take the figures of a view from the evaluation, or measure the lead."""
    classifier, evaluation = subject.classifier, subject.evaluation
    if view == "lead" and classifier is not None:
        section = evaluation.figures["section"]
        target = 1.0 if section is None else section["auto"]["target"]  # without sections, nothing is accepted
        return view_figures(classifier, evaluation.dataset, scores, classifier.decider.long, target)
    measured = evaluation.figures if view == next(iter(evaluation.scores)) else evaluation.figures["headline_only"]
    return (None, None) if measured is None else (measured["section"], measured["topics"])


def _robustness(subject: Subject, articles: Sequence[LabelledArticle]) -> Robustness | None:
    if subject.classifier is None or "whole" not in subject.evaluation.scores:
        return None
    tagged = _tagged(subject.classifier, subject)
    return measure_robustness(subject.classifier, subject.evaluation.dataset, tagged, articles, subject.seed)


def _words(subject: Subject) -> list[LabelWords]:
    if subject.classifier is None:
        return []
    dataset = subject.evaluation.dataset
    sections, topics = _ids(dataset.taxonomy.sections), _ids(dataset.taxonomy.topics)
    return speaking_words(subject.classifier, _texts(subject), sections, topics, subject.seed)


def _shifts(dataset: Dataset, scores: Mapping[str, Scores]) -> list[Shift]:
    """Compare the sections of every two views, the one with more text first."""
    sections = _ids(dataset.taxonomy.sections)
    if not sections:
        return []
    given = {view: one.sections.argmax(axis=1) for view, one in scores.items()}
    return [
        section_shift((a, b), given[a], given[b], dataset.section, dataset.ids, sections)
        for a, b in combinations(scores, 2)
    ]


@dataclass(frozen=True, slots=True)
class _Slices:
    """Sections by length, by time and by source."""

    by_length: RecallByGroup | None = None
    by_period: RecallByGroup | None = None
    trend: Trend | None = None
    policy: list[PolicyDifference] = field(default_factory=list)
    policy_matrix: list[PolicyPair] = field(default_factory=list)


def _slices(dataset: Dataset, scores: Scores, articles: Sequence[LabelledArticle]) -> _Slices:
    sections = _ids(dataset.taxonomy.sections)
    rows = np.flatnonzero(dataset.section >= 0)
    if not sections or not rows.size:
        return _Slices()
    gold, given = dataset.section[rows], scores.sections[rows].argmax(axis=1)
    dates = [_date(articles[int(row)]) for row in rows]
    dated = np.flatnonzero([date is not None for date in dates])
    published = [date for date in dates if date is not None]
    periods, order = by_period(published)
    sources = [dataset.sources[row] for row in rows]
    policy = policy_differences(
        gold,
        scores.sections[rows],
        sources,
        [articles[int(row)].section or "" for row in rows],
        [dataset.ids[row] for row in rows],
        sections,
    )
    return _Slices(
        by_length=recall_by_group(gold, given, by_length(scores.n_words[rows]), sections, length_names()),
        by_period=recall_by_group(gold[dated], given[dated], periods, sections, order) if published else None,
        trend=trend(published, (gold == given)[dated]),
        policy=policy,
        policy_matrix=policy_matrix(policy, gold, given, sources, sections),
    )


def _date(article: LabelledArticle) -> datetime | None:
    """Read when an article was published, to the day: a clock time of no named zone is taken for UTC."""
    return parse_date(article.published, default_zone=UTC) if article.published else None


def _same_stories(subject: Subject) -> list[SameStory]:
    everything = subject.everything
    return same_stories(
        everything.section, everything.sources, subject.groups, everything.ids, _ids(everything.taxonomy.sections)
    )


def _records(subject: Subject) -> Iterator[Record]:
    """Write down what was said of each article in the views that were measured."""
    dataset, all_scores = subject.evaluation.dataset, subject.evaluation.scores
    sections, topics = _ids(dataset.taxonomy.sections), np.array(_ids(dataset.taxonomy.topics), dtype=np.object_)
    accepted = {view: _accepted(subject, view, scores) for view, scores in all_scores.items()}
    for row, article in enumerate(dataset.ids):
        views = {}
        for view, scores in all_scores.items():
            best = int(scores.sections[row].argmax()) if sections else None
            views[view] = Given(
                section=None if best is None else sections[best],
                probability=None if best is None else round(float(scores.sections[row, best]), 6),
                accepted=accepted[view][row],
                topics=topics[scores.given[row]].tolist(),
            )
        yield Record(
            id=article,
            section=sections[dataset.section[row]] if dataset.section[row] >= 0 else None,
            topics=topics[dataset.topics[row]].tolist() if dataset.topics_known[row] else None,
            views=views,
        )


def _accepted(subject: Subject, view: str, scores: Scores) -> list[bool | None]:
    """Say of each article whether its section is accepted without an editor; None where nobody knows."""
    if not scores.sections.shape[1]:
        return [None] * len(scores.n_words)
    if subject.accepted is not None:
        return [bool(one) for one in subject.accepted[view]]
    if subject.classifier is None:
        return [None] * len(scores.n_words)
    confidence = scores.sections.max(axis=1)
    accepted = confidence >= subject.classifier.decider.section_thresholds(scores.n_words)
    return [bool(one) for one in accepted]
