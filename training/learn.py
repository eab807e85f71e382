"""Learning: a dataset in, a feature space, linear heads and a decision rule out.

Called by ``pipeline`` for the training part, which is then measured, and once more for everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from model.decision import Decider
from model.features.space import FeatureSpace
from training import split
from training.calibrate import BIAS_PENALTY, BIAS_PENALTY_ACROSS, Aims, calibrate
from training.dataset import Dataset
from training.ground import NOTHING, Beside, Ground, prepare
from training.heads import Examples, FittedHead, Heads, HeadTask, both_views, fit_heads
from training.measure import measure_sections
from training.promises import promises_of, warnings_of
from training.report import HeadlineFigures, Promises, UnseenOutlet
from training.settings import LearnSettings, TopicObjective

__all__ = ["Beside", "LearnSettings", "Learned", "learn", "relearn"]


@dataclass(frozen=True, slots=True)
class Learned:
    """A model in memory, before it is pruned, quantised and saved.

    Attributes
    ----------
    space : FeatureSpace
    heads : Heads
    decider : Decider
    warnings : tuple of str
        What a user should know before believing the probabilities.
    unseen : tuple of UnseenOutlet
        Section figures on each source, of heads that had not learned from it.
    promises : Promises or None
        What is known of the labels that the decider gives; None where it was learned elsewhere.
    """

    space: FeatureSpace
    heads: Heads
    decider: Decider
    warnings: tuple[str, ...] = ()
    unseen: tuple[UnseenOutlet, ...] = ()
    promises: Promises | None = None


def learn(dataset: Dataset, groups: NDArray[np.int64], settings: LearnSettings, beside: Beside = NOTHING) -> Learned:
    """Learn a model and its calibration.

    Parameters
    ----------
    dataset : Dataset
        At least two sections or one topic, each with some examples.
    groups : ndarray of shape (n_articles,)
        Near-duplicate group of each article.
    settings : LearnSettings
    beside : Beside
    """
    ground = prepare(dataset, settings, beside)
    X, examples = ground.X, ground.examples
    tasks = [*_calibration_tasks(dataset, examples, groups, settings), *_final_tasks(examples, settings)]
    section_scores = np.full((X.shape[0], examples.n_sections), np.nan)
    topic_scores = np.full((X.shape[0], examples.topics.shape[1]), np.nan)
    heads = _no_heads(ground)
    for head in _fit(ground, tasks, settings):
        if not head.task.scored.any():
            heads.put(ground.fold(head))
            continue
        rows = both_views(head.task.scored)
        scores = X[rows] @ head.coef.T + head.intercept
        if head.task.topic is None:
            section_scores[rows] = scores
        else:
            topic_scores[rows, head.task.topic] = scores[:, 0]
    unseen_rows = _unseen_rows(dataset, groups, settings)
    known = np.flatnonzero(dataset.section >= 0)
    decider, promises = _decider(examples, known, section_scores, topic_scores, settings, unseen_rows)
    of_dataset = both_views(np.arange(len(examples)) < len(dataset))
    unseen = tuple(_unseen(dataset, unseen_rows, section_scores[of_dataset], decider, settings))
    warnings = warnings_of(promises, unseen, _count_sources(dataset))
    return Learned(ground.space, heads, decider, tuple(warnings), unseen, promises)


def _count_sources(dataset: Dataset) -> int:
    """Count the sources large enough to be left out: of sections where any is known, else of topics."""
    known = dataset.section >= 0 if (dataset.section >= 0).any() else dataset.topics_known
    named = Counter(dataset.sources[row] for row in np.flatnonzero(known))
    return sum(count >= split.FEWEST_OF_SOURCE for source, count in named.items() if source)


def relearn(dataset: Dataset, decider: Decider, settings: LearnSettings, beside: Beside = NOTHING) -> Learned:
    """Learn the heads from everything, keeping a decision rule that was learned with folds of a part of it."""
    ground = prepare(dataset, settings, beside)
    heads = _no_heads(ground)
    for head in _fit(ground, list(_final_tasks(ground.examples, settings)), settings):
        heads.put(ground.fold(head))
    return Learned(ground.space, heads, decider)


def _fit(ground: Ground, tasks: Sequence[HeadTask], settings: LearnSettings) -> Iterator[FittedHead]:
    return fit_heads(ground.X, ground.examples, tasks, seed=settings.seed, jobs=settings.jobs)


def _no_heads(ground: Ground) -> Heads:
    return Heads(ground.space.n_features, ground.examples.n_sections, ground.examples.topics.shape[1])


def _section_task(learned_from: NDArray[np.bool_], scored: NDArray[np.bool_], settings: LearnSettings) -> HeadTask:
    return HeadTask(None, learned_from, scored, settings.section_C(int(learned_from.sum())))


def _final_tasks(examples: Examples, settings: LearnSettings) -> Iterator[HeadTask]:
    nothing = np.zeros(len(examples), dtype=np.bool_)
    if examples.n_sections:
        yield _section_task(examples.section >= 0, nothing, settings)
    for topic in range(examples.topics.shape[1]):
        yield HeadTask(topic, examples.taught[:, topic], nothing, settings.regularization)


def _calibration_tasks(
    dataset: Dataset, examples: Examples, groups: NDArray[np.int64], settings: LearnSettings
) -> Iterator[HeadTask]:
    if dataset.taxonomy.sections:
        known = dataset.section >= 0
        settled = (examples.section[: len(dataset)] >= 0) & ~known
        for learned_from, scored in _folds(dataset, groups, known, dataset.section, settings):
            learned_from |= settled & _apart_from(scored, learned_from, dataset, groups)
            yield _section_task(_and_none(learned_from, examples), _and_none(scored, examples), settings)
    n_added = len(examples) - len(dataset)
    for topic in range(len(dataset.taxonomy.topics)):
        stratum = dataset.topics[:, topic].astype(np.intp)
        looked = dataset.topics_known & dataset.tagged[topic]
        folds = list(_folds(dataset, groups, looked, stratum, settings))
        if not folds:  # learned from aliases alone
            folds = [(np.zeros_like(looked), np.zeros_like(looked))] * settings.folds
        known = examples.topics[len(dataset) :, topic] >= 0
        learnable = examples.taught[:, topic][len(dataset) :]
        for number, (learned_from, scored) in enumerate(folds):
            mine = np.arange(n_added) % len(folds) == number
            yield HeadTask(
                topic,
                np.append(learned_from, learnable & ~mine),
                np.append(scored, known & mine),
                settings.regularization,
            )


def _apart_from(
    scored: NDArray[np.bool_], learned_from: NDArray[np.bool_], dataset: Dataset, groups: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Find the articles of other groups than those scored, and of other sources where these are left out."""
    sources = np.array(dataset.sources, dtype=np.str_)
    left_out = np.setdiff1d(sources[scored], sources[learned_from])
    return ~np.isin(groups, groups[scored]) & ~np.isin(sources, left_out)


def _and_none(articles: NDArray[np.bool_], examples: Examples) -> NDArray[np.bool_]:
    """Lengthen a choice of articles of the dataset by none of the sample."""
    return np.append(articles, np.zeros(len(examples) - len(articles), dtype=np.bool_))


def _folds(
    dataset: Dataset,
    groups: NDArray[np.int64],
    known: NDArray[np.bool_],
    stratum: NDArray[np.intp],
    settings: LearnSettings,
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield (learned from, scored) for every fold of the articles whose label is known."""
    rows = np.flatnonzero(known)
    if not rows.size:
        return
    by_source = _source_folds(dataset, groups, rows, stratum, settings)
    if by_source is not None:
        fold = by_source[0]
    else:
        fold = split.group_folds(groups[rows], stratum[rows], n_folds=settings.folds, seed=settings.seed)
    for number in np.unique(fold):
        scored, learned_from = np.zeros_like(known), np.zeros_like(known)
        scored[rows[fold == number]] = True
        learned_from[rows[~np.isin(groups[rows], groups[rows[fold == number]])]] = True
        yield learned_from, scored


def _source_folds(
    dataset: Dataset,
    groups: NDArray[np.int64],
    rows: NDArray[np.intp],
    stratum: NDArray[np.intp],
    settings: LearnSettings,
) -> tuple[NDArray[np.intp], NDArray[np.bool_]] | None:
    """Leave sources out in turn, as `split.source_folds`, among some articles."""
    sources = [dataset.sources[row] for row in rows]
    return split.source_folds(sources, groups[rows], stratum[rows], most=settings.folds, seed=settings.seed)


JUDGING_WEIGHT = 10.0
"""How much more an article that no editor labelled counts in judging than in learning. A corpus made of examples of its
topics has too many of them: thresholds chosen on the starter corpus alone gave .53 of topics on real articles rightly.
"""


FEWEST_LEFT_OUT = 2
"""Left-out sources that a threshold is chosen on; where fewer were left out entirely, it is chosen on all articles."""


def _unseen_rows(dataset: Dataset, groups: NDArray[np.int64], settings: LearnSettings) -> NDArray[np.intp]:
    """Find the articles whose section was scored by a head that had not learned from their source."""
    rows = np.flatnonzero(dataset.section >= 0)
    by_source = _source_folds(dataset, groups, rows, dataset.section, settings)
    return rows[:0] if by_source is None else rows[by_source[1]]


def _decider(
    examples: Examples,
    known: NDArray[np.intp],
    section_scores: NDArray[np.float64],
    topic_scores: NDArray[np.float64],
    settings: LearnSettings,
    unseen_rows: NDArray[np.intp],
) -> tuple[Decider, Promises]:
    """Learn one rule from the scores of whole articles and one from those of headlines.

    ``known`` are the articles whose section an editor gave: others were settled, and judge nothing.
    """
    weight = _source_weights([examples.sources[int(row)] for row in known])
    left_out = sorted({examples.sources[int(row)] for row in unseen_rows})
    if len(left_out) < FEWEST_LEFT_OUT:
        left_out, unseen_rows = [], known
    found = [
        calibrate(
            section_scores[view][known],
            examples.section[known],
            weight,
            np.isin(known, unseen_rows),
            topic_scores[view],
            examples.topics,
            np.where(examples.labelled, 1.0, JUDGING_WEIGHT * examples.weight),
            examples.labelled & settings.at_least_one_topic,
            Aims(
                settings.auto_precision,
                least,
                transfer,
                TopicObjective.parse(settings.topic_objective),
                _bias_penalty(settings, across=bool(left_out)),
            ),
        )
        for view, transfer, least in (
            (slice(None, len(examples)), settings.transfer_whole, settings.least_whole),
            (slice(len(examples), None), settings.transfer_headline, settings.least_headline),
        )
    ]
    decider = Decider(found[0].rule, found[1].rule, at_least_one_topic=settings.at_least_one_topic)
    return decider, promises_of(found[0], found[1], left_out, settings)


def _bias_penalty(settings: LearnSettings, *, across: bool) -> float:
    if settings.bias_penalty is not None:
        return settings.bias_penalty
    return BIAS_PENALTY_ACROSS if across else BIAS_PENALTY


def _unseen(
    dataset: Dataset,
    rows: NDArray[np.intp],
    section_scores: NDArray[np.float64],
    decider: Decider,
    settings: LearnSettings,
) -> Iterator[UnseenOutlet]:
    """Measure sections on every source whose articles were scored by heads that had not learned from it."""
    sources = np.array([dataset.sources[row] for row in rows], dtype=np.str_)
    for source in np.unique(sources):
        chosen = rows[sources == source]
        whole, headlines = (
            measure_sections(
                dataset.section[chosen],
                probabilities := softmax(rule.section_slope * scores + rule.section_bias, axis=1),
                accepted=probabilities.max(axis=1) >= rule.section_threshold,
                threshold=rule.reachable_threshold,
                target=settings.auto_precision,
            )
            for rule, scores in (
                (decider.long, section_scores[chosen]),
                (decider.short, section_scores[chosen + len(dataset)]),
            )
        )
        yield UnseenOutlet(
            source=str(source),
            n=len(chosen),
            section=whole,
            topics=None,
            headline_only=HeadlineFigures(section=headlines, topics=None),
        )


def _source_weights(sources: Sequence[str]) -> NDArray[np.float64]:
    """Weigh articles so that every source counts the same: each stands for one outlet that is yet to come.

    One of fewer than 20 articles counts as much less than an outlet as it has fewer.
    """
    _, inverse, counts = np.unique(np.array(sources, dtype=np.str_), return_inverse=True, return_counts=True)
    return np.asarray(1.0 / np.maximum(counts, split.FEWEST_OF_SOURCE)[inverse], dtype=np.float64)
