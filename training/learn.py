"""Learning: a dataset in, a feature space, linear heads and a decision rule out.

Called by ``pipeline`` for the training part, which is then measured, and once more for everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import softmax

from model.decision import Decider
from model.errors import SplitError, TrainingError
from model.features.space import FeatureSpace
from training import split
from training.calibrate import calibrate
from training.dataset import Dataset
from training.heads import FittedHead, Heads, HeadTask, both_views, fit_heads
from training.measure import measure_sections
from training.report import HeadlineFigures, UnseenOutlet
from training.vectorizer import ArabicTfidfVectorizer

__all__ = ["LearnSettings", "Learned", "learn", "relearn"]


@dataclass(frozen=True, slots=True)
class LearnSettings:
    """What can be chosen about learning.

    Attributes
    ----------
    min_df, bigram_min_df : int
        Least number of texts for a word or stem, and for a bigram. Measured on two left-out outlets: bigrams of 2, 3
        and 5 texts give .9154/.8039, .9164/.8037 and .9152/.8033 (whole/headline), with 1.15, 0.72 and 0.48 million
        features.
    regularization : float
        C of the linear support vector machine. Of three outlets left out in turn (whole/headline), 1 and 0.5 give
        .849/.801 and .847/.793 on BBC, .921/.816 and .923/.820 on Al Arabiya, .931/.840 and .928/.840 on Jawhara.
    auto_precision : float
        Precision, in [0, 1], that automatically accepted sections shall have.
    at_least_one_topic : bool
    folds : int
        Folds for out-of-fold scores; the most folds where sources are left out.
    min_examples : int
        Fewest articles of a label that is learned.
    test_share : float
        Share of the near-duplicate groups that is held out and measured on; twice that of a corpus under 2,000.
    least_whole, least_headline : float
        Probability, in [0, 1], that an accepted section must have at least, for whole articles and for headlines.
    transfer_whole, transfer_headline : float
        What section logits are multiplied with after calibration; see ``shipped.STARTER_SETTINGS``.
    seed, jobs : int

    Raises
    ------
    TrainingError
        If a setting is out of its range.
    """

    min_df: int = 2
    bigram_min_df: int = 3
    regularization: float = 1.0
    auto_precision: float = 0.98
    at_least_one_topic: bool = False
    folds: int = 4
    min_examples: int = 5
    test_share: float = 0.1
    least_whole: float = 0.0
    least_headline: float = 0.0
    transfer_whole: float = 1.0
    transfer_headline: float = 1.0
    seed: int = 0
    jobs: int = -1

    def __post_init__(self) -> None:
        possible = {
            "min_df": (self.min_df >= 1, "at least 1"),
            "bigram_min_df": (self.bigram_min_df >= 1, "at least 1"),
            "regularization": (0 < self.regularization < np.inf, "above 0"),
            "auto_precision": (0 < self.auto_precision <= 1, "above 0 and up to 1"),
            "folds": (self.folds >= 2, "at least 2"),
            "min_examples": (self.min_examples >= 1, "at least 1"),
            "test_share": (0 < self.test_share < 0.5, "above 0 and below 0.5"),
            "least_whole": (0 <= self.least_whole <= 1, "from 0 to 1"),
            "least_headline": (0 <= self.least_headline <= 1, "from 0 to 1"),
            "transfer_whole": (0 < self.transfer_whole < np.inf, "above 0"),
            "transfer_headline": (0 < self.transfer_headline < np.inf, "above 0"),
            "seed": (0 <= self.seed < 2**32, f"from 0 to {2**32 - 1}"),
            "jobs": (self.jobs != 0, "at least 1, or -1 for all cores"),
        }
        for name, (fits, range_) in possible.items():
            if not fits:
                raise TrainingError(f"{name} = {getattr(self, name)!r} cannot be learned with; it should be {range_}")


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
    """

    space: FeatureSpace
    heads: Heads
    decider: Decider
    warnings: tuple[str, ...] = ()
    unseen: tuple[UnseenOutlet, ...] = ()


def learn(dataset: Dataset, groups: NDArray[np.int64], settings: LearnSettings) -> Learned:
    """Learn a model and its calibration.

    Parameters
    ----------
    dataset : Dataset
        At least two sections or one topic, each with some examples.
    groups : ndarray of shape (n_articles,)
        Near-duplicate group of each article.
    settings : LearnSettings
    """
    space, X = _vectorize(dataset, settings)
    tasks = [*_calibration_tasks(dataset, groups, settings), *_final_tasks(dataset)]
    section_scores = np.full((X.shape[0], len(dataset.taxonomy.sections)), np.nan)
    topic_scores = np.full((X.shape[0], len(dataset.taxonomy.topics)), np.nan)
    heads = _no_heads(X, dataset)
    for head in _fit(X, dataset, tasks, settings):
        if not head.task.scored.any():
            heads.put(head)
            continue
        rows = both_views(head.task.scored)
        scores = X[rows] @ head.coef.T + head.intercept
        if head.task.topic is None:
            section_scores[rows] = scores
        else:
            topic_scores[rows, head.task.topic] = scores[:, 0]
    decider, warnings = _decider(dataset, section_scores, topic_scores, settings)
    return Learned(space, heads, decider, warnings, tuple(_unseen(dataset, groups, section_scores, decider, settings)))


def relearn(dataset: Dataset, decider: Decider, settings: LearnSettings) -> Learned:
    """Learn the heads from everything, keeping a decision rule that was learned with folds of a part of it."""
    space, X = _vectorize(dataset, settings)
    heads = _no_heads(X, dataset)
    for head in _fit(X, dataset, list(_final_tasks(dataset)), settings):
        heads.put(head)
    return Learned(space, heads, decider)


def _fit(
    X: sparse.csr_array, dataset: Dataset, tasks: Sequence[HeadTask], settings: LearnSettings
) -> Iterator[FittedHead]:
    return fit_heads(X, dataset, tasks, C=settings.regularization, seed=settings.seed, jobs=settings.jobs)


def _no_heads(X: sparse.csr_array, dataset: Dataset) -> Heads:
    return Heads(X.shape[1], len(dataset.taxonomy.sections), len(dataset.taxonomy.topics))


def _vectorize(dataset: Dataset, settings: LearnSettings) -> tuple[FeatureSpace, sparse.csr_array]:
    """Fit the feature space on both views; rows are all whole articles, then all headlines."""
    vectorizer = ArabicTfidfVectorizer(min_df=settings.min_df, bigram_min_df=settings.bigram_min_df)
    try:
        X = vectorizer.fit_transform([*dataset.whole, *dataset.headlines])
    except ValueError as error:
        raise SplitError(f"nothing can be learned from these {len(dataset)} articles: {error}") from error
    return vectorizer.space_, X.astype(np.float64)  # liblinear's own type: fitting copies nothing


def _final_tasks(dataset: Dataset) -> Iterator[HeadTask]:
    nothing = np.zeros(len(dataset), dtype=np.bool_)
    if dataset.taxonomy.sections:
        yield HeadTask(None, dataset.section >= 0, nothing)
    for topic in range(len(dataset.taxonomy.topics)):
        yield HeadTask(topic, dataset.topics_known, nothing)


def _calibration_tasks(dataset: Dataset, groups: NDArray[np.int64], settings: LearnSettings) -> Iterator[HeadTask]:
    if dataset.taxonomy.sections:
        known = dataset.section >= 0
        for learned_from, scored in _folds(dataset, groups, known, dataset.section, settings):
            yield HeadTask(None, learned_from, scored)
    for topic in range(len(dataset.taxonomy.topics)):
        stratum = dataset.topics[:, topic].astype(np.intp)
        for learned_from, scored in _folds(dataset, groups, dataset.topics_known, stratum, settings):
            yield HeadTask(topic, learned_from, scored)


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
    by_source = split.source_folds(
        [dataset.sources[row] for row in rows], groups[rows], stratum[rows], most=settings.folds, seed=settings.seed
    )
    if by_source is not None:
        fold = by_source[0]
    else:
        fold = split.group_folds(groups[rows], stratum[rows], n_folds=settings.folds, seed=settings.seed)
    for number in np.unique(fold):
        scored, learned_from = np.zeros_like(known), np.zeros_like(known)
        scored[rows[fold == number]] = True
        learned_from[rows[~np.isin(groups[rows], groups[rows[fold == number]])]] = True
        yield learned_from, scored


def _decider(
    dataset: Dataset,
    section_scores: NDArray[np.float64],
    topic_scores: NDArray[np.float64],
    settings: LearnSettings,
) -> tuple[Decider, tuple[str, ...]]:
    """Learn one rule from the scores of whole articles and one from those of headlines."""
    rules, warnings = [], []
    weight = _source_weights(dataset.sources)
    for view, name, transfer, least in (
        (slice(None, len(dataset)), "whole articles", settings.transfer_whole, settings.least_whole),
        (slice(len(dataset), None), "headlines", settings.transfer_headline, settings.least_headline),
    ):
        known = dataset.section >= 0
        rule, reached = calibrate(
            section_scores[view][known],
            dataset.section[known],
            weight[known],
            topic_scores[view][dataset.topics_known],
            dataset.topics[dataset.topics_known],
            auto_precision=settings.auto_precision,
            least_threshold=least,
            transfer=transfer,
        )
        rules.append(rule)
        if known.any() and not reached:
            warnings.append(
                f"no threshold gives sections of {name} the precision {settings.auto_precision:g}: none is accepted "
                "without an editor; more articles, or a lower --auto-precision, would help"
            )
    named = Counter(source for source in dataset.sources if source)
    if sum(count >= split.FEWEST_OF_SOURCE for count in named.values()) < split.LEAST_SOURCES:
        warnings.append(
            f"fewer than three sources with {split.FEWEST_OF_SOURCE} articles: probabilities are calibrated within "
            "them and not verified elsewhere"
        )
    return Decider(long=rules[0], short=rules[1], at_least_one_topic=settings.at_least_one_topic), tuple(warnings)


def _unseen(
    dataset: Dataset,
    groups: NDArray[np.int64],
    section_scores: NDArray[np.float64],
    decider: Decider,
    settings: LearnSettings,
) -> Iterator[UnseenOutlet]:
    """Measure sections on every source whose articles were scored by heads that had not learned from it."""
    rows = np.flatnonzero(dataset.section >= 0)
    sources = np.array([dataset.sources[row] for row in rows], dtype=np.str_)
    by_source = split.source_folds(
        sources.tolist(), groups[rows], dataset.section[rows], most=settings.folds, seed=settings.seed
    )
    if by_source is None:
        return
    for source in np.unique(sources[by_source[1]]):
        chosen = rows[by_source[1] & (sources == source)]
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
    """Weigh articles so that every source counts the same: each stands for one outlet that is yet to come."""
    _, inverse, counts = np.unique(np.array(sources, dtype=np.str_), return_inverse=True, return_counts=True)
    return np.asarray(1.0 / counts[inverse], dtype=np.float64)
