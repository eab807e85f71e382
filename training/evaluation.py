"""A classifier measured on a dataset: the figures that ``--json`` prints, and the tables of a report.

Called by ``fit`` on the test part and by ``evaluate`` on any corpus.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.classifier import NewsClassifier, Scores
from model.decision import LengthRule
from training.baselines import KeywordBaseline
from training.dataset import Dataset
from training.measure import (
    SectionFigures,
    TopicFigures,
    confusion_pairs,
    measure_sections,
    measure_topics,
    per_section_table,
    per_topic_table,
    recall_by_source,
    reliability_bins,
    section_agreement,
    topic_agreement,
    topic_reliability,
)
from training.progress import step
from training.report import Baseline, Breakdown, Figures, HeadlineFigures

__all__ = ["Evaluation", "breakdown", "evaluate", "score", "view_figures"]

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What ``evaluate`` found.

    Attributes
    ----------
    figures : Figures
    whole, headline_only : Breakdown
        ``whole`` is taken from headlines where only these were measured.
    dataset : Dataset
        What was measured, with only those topics that its editors give.
    scores : mapping of str to Scores
        What the classifier said of it, by view, ``"whole"`` and ``"headline"``, with the same topics.
    """

    figures: Figures
    whole: Breakdown
    headline_only: Breakdown | None
    dataset: Dataset
    scores: Mapping[str, Scores]


def evaluate(
    classifier: NewsClassifier,
    dataset: Dataset,
    *,
    target: float,
    commonest_section: int = 0,
    headline_only: bool = False,
) -> Evaluation:
    """Measure a classifier.

    Parameters
    ----------
    classifier : NewsClassifier
    dataset : Dataset
        With the taxonomy of the classifier: labels it does not have are already left out.
    target : float
        The precision that the automatic threshold was chosen for.
    commonest_section : int
        Index of the section that the majority baseline gives.
    headline_only : bool
        Measure headlines alone, as if the corpus held nothing else.
    """
    classifier.warm_up()
    tagged, dataset = dataset.tagged, dataset.of_tagged_topics()
    first_view = dataset.headlines if headline_only else dataset.whole
    started = time.perf_counter()
    scores = score(
        classifier, first_view, tagged, "measuring headlines" if headline_only else "measuring whole articles"
    )
    seconds = time.perf_counter() - started
    rule = classifier.decider.short if headline_only else classifier.decider.long
    section, topics = view_figures(classifier, dataset, scores, rule, target)
    whole = breakdown(dataset, first_view, scores, commonest_section)
    of_views = {"headline" if headline_only else "whole": scores}
    headlines, headline_breakdown = None, None
    if not headline_only:
        scores = of_views["headline"] = score(classifier, dataset.headlines, tagged, "measuring headlines")
        of_headlines = view_figures(classifier, dataset, scores, classifier.decider.short, target)
        headlines = HeadlineFigures(section=of_headlines[0], topics=of_headlines[1])
        headline_breakdown = breakdown(dataset, dataset.headlines, scores, commonest_section)
    figures = Figures(
        n=len(dataset),
        section=section,
        topics=topics,
        headline_only=headlines,
        articles_per_second=round(len(dataset) / max(seconds, 1e-9), 1),
    )
    return Evaluation(figures, whole, headline_breakdown, dataset, of_views)


def score(classifier: NewsClassifier, texts: Sequence[str], tagged: NDArray[np.bool_], label: str) -> Scores:
    """Score texts in chunks.

    Parameters
    ----------
    classifier : NewsClassifier
    texts : sequence of str
    tagged : ndarray of shape (n_topics,), bool
        The topics that can be measured; the others are left out.
    label : str
        What the progress bar calls it.
    """
    chunks = []
    with step(label, total=len(texts)) as bar:
        for begin in range(0, len(texts), _CHUNK):
            chunks.append(classifier.score(texts[begin : begin + _CHUNK]))
            bar.update(len(texts[begin : begin + _CHUNK]))
    scores = Scores(*(np.concatenate([getattr(chunk, name) for chunk in chunks]) for name in Scores.__slots__))
    return replace(scores, topics=scores.topics[:, tagged], given=scores.given[:, tagged])


def view_figures(
    classifier: NewsClassifier, dataset: Dataset, scores: Scores, rule: LengthRule, target: float
) -> tuple[SectionFigures | None, TopicFigures | None]:
    """Measure what a classifier said of one view of a dataset.

    Parameters
    ----------
    classifier : NewsClassifier
    dataset : Dataset
    scores : Scores
        With the topics of the dataset.
    rule : LengthRule
        The rule for texts of the length that is common in this view.
    target : float
    """
    known = dataset.section >= 0
    section = None
    if dataset.taxonomy.sections:
        accepted = scores.sections.max(axis=1) >= classifier.decider.section_thresholds(scores.n_words)
        section = measure_sections(
            dataset.section[known],
            scores.sections[known],
            accepted=accepted[known],
            threshold=rule.reachable_threshold,
            target=target,
        )
    rows = dataset.topics_known
    return section, measure_topics(dataset.topics[rows], scores.topics[rows], scores.given[rows])


def breakdown(dataset: Dataset, texts: Sequence[str], scores: Scores, commonest_section: int) -> Breakdown:
    """Take one view of a dataset apart, label by label and source by source.

    Parameters
    ----------
    dataset : Dataset
    texts : sequence of str
        What was scored, for the keyword baseline.
    scores : Scores
    commonest_section : int
        Index of the section that the majority baseline gives.
    """
    known, looked = dataset.section >= 0, dataset.topics_known
    sections = [section.id for section in dataset.taxonomy.sections]
    topics = [topic.id for topic in dataset.taxonomy.topics]
    if not sections:
        known = np.zeros_like(known)
    gold = dataset.section[known]
    predicted = scores.sections[known].argmax(axis=1) if sections else gold
    named = [dataset.sources[row] for row in np.flatnonzero(known)]
    correct = predicted == gold
    return Breakdown(
        section_rows=per_section_table(gold, predicted, sections) if known.any() else [],
        topic_rows=per_topic_table(dataset.topics[looked], scores.given[looked], topics) if looked.any() else [],
        recall_by_source=recall_by_source(gold, predicted, named, sections) if any(named) else None,
        confusion=confusion_pairs(gold, predicted, [dataset.ids[row] for row in np.flatnonzero(known)], sections),
        reliability=reliability_bins(scores.sections[known].max(axis=1), correct) if known.any() else [],
        topic_reliability=topic_reliability(scores.topics[looked], dataset.topics[looked]),
        baselines=list(_baselines(dataset, texts, known, commonest_section)),
    )


def _baselines(
    dataset: Dataset, texts: Sequence[str], known: NDArray[np.bool_], commonest_section: int
) -> Iterator[Baseline]:
    """Measure what the commonest section, and the taxonomy's keywords, would have got on the same texts."""
    sections = [section.id for section in dataset.taxonomy.sections]
    topics = [topic.id for topic in dataset.taxonomy.topics]
    gold, looked = dataset.section[known], dataset.topics_known
    if known.any():
        majority = section_agreement(gold, np.full_like(gold, commonest_section))
        yield Baseline(name="majority", section=majority, topics=None, section_rows=[], topic_rows=[])
    keywords = KeywordBaseline(dataset.taxonomy, sections, topics)
    predicted, given = keywords.predict(texts, default_section=commonest_section)
    yield Baseline(
        name="keywords",
        section=section_agreement(gold, predicted[known]) if known.any() else None,
        topics=topic_agreement(dataset.topics[looked], given[looked]) if looked.any() and topics else None,
        section_rows=per_section_table(gold, predicted[known], sections) if known.any() else [],
        topic_rows=per_topic_table(dataset.topics[looked], given[looked], topics) if looked.any() else [],
    )
