"""Measuring a way of learning rather than one model: outlets left out in turn, or folds of near-duplicate groups.

Behind ``training.evaluate --leave-out`` and ``--folds``; every part is measured by a model that was learned and
calibrated without it, and without near duplicates of it.
"""

from __future__ import annotations

import datetime
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.errors import SplitError
from model.taxonomy import Section, Topic
from training import provenance, split
from training.baselines import majority_section
from training.dataset import Dataset
from training.evaluation import Evaluation, evaluate
from training.learn import Beside, LearnSettings, learn
from training.packing import in_memory
from training.pooling import MeasuredPart, ProtocolFigures, mean_figures, outlets, pool
from training.preparation import Clock, LearnRequest, Prepared, prepare, with_starter_settings
from training.report import Report, UnseenOutlet

__all__ = ["Part", "ProtocolRequest", "ProtocolResult", "apart", "choose_parts", "learnable", "report_of", "run"]


@dataclass(frozen=True, slots=True)
class ProtocolRequest(LearnRequest):
    """What to learn from, and how to take it apart.

    Attributes
    ----------
    n_folds : int or None
        Folds of near-duplicate groups; None: the sources of the corpus are left out in turn.
    headline_only : bool
        Measure headlines alone.
    """

    n_folds: int | None = None
    headline_only: bool = False


@dataclass(frozen=True, slots=True)
class ProtocolResult:
    """What came of it.

    Attributes
    ----------
    figures : ProtocolFigures
        Exactly what ``--json`` prints.
    pooled : Evaluation
        All parts together, each labelled by the model that had not seen it.
    accepted : mapping of str to ndarray of shape (n_articles,), bool
        By view, whether each of its sections was accepted without an editor.
    unseen : tuple of UnseenOutlet
        The parts, where they are sources.
    prepared : Prepared
    warnings : tuple of str
    seconds : mapping of str to float
        How long each step took.
    """

    figures: ProtocolFigures
    pooled: Evaluation
    accepted: Mapping[str, NDArray[np.bool_]]
    unseen: tuple[UnseenOutlet, ...]
    prepared: Prepared
    warnings: tuple[str, ...]
    seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Part:
    """Articles to be measured, and those to learn from before: ndarrays of row numbers."""

    name: str
    test: NDArray[np.intp]
    train: NDArray[np.intp]


def run(request: ProtocolRequest) -> ProtocolResult:
    """Learn and measure, part by part.

    Raises
    ------
    SplitError
        If fewer than two parts can be made, or too little is left to learn from without one of them.
    TabwibError
        If the corpus or its labels do not allow it.
    """
    clock = Clock()
    request = with_starter_settings(request)
    prepared = prepare(request, clock)
    parts, warnings = choose_parts(request, prepared)
    for part in parts:  # before hours of work
        learnable(part, prepared, request.settings)
    measured = []
    for number, part in enumerate(parts, 1):
        kind = "without" if request.n_folds is None else "without fold"
        with clock.step(f"{kind} {part.name}"):
            sizes = f"{len(part.train):,} articles to learn from, {len(part.test):,} to measure"
            print(f"{kind} {part.name} ({number} of {len(parts)}): {sizes}", file=sys.stderr, flush=True)
            measured.append(_measure(part, request, prepared))
    pooled = pool(measured, prepared.dataset, target=request.settings.auto_precision)
    figures = ProtocolFigures(
        **pooled.figures,
        protocol="leave out source" if request.n_folds is None else "folds",
        mean=mean_figures([part.evaluation.figures for part in measured]),
        parts={part.name: part.figures() for part in measured},
    )
    accepted = {view: np.concatenate([part.accepted[view] for part in measured]) for view in pooled.scores}
    unseen = tuple(outlets(measured)) if request.n_folds is None else ()
    return ProtocolResult(figures, pooled, accepted, unseen, prepared, (*prepared.warnings, *warnings), clock.seconds)


def choose_parts(request: ProtocolRequest, prepared: Prepared) -> tuple[list[Part], list[str]]:
    """Choose the parts, and say what is not measured."""
    dataset, groups = prepared.dataset, prepared.groups
    labelled = (dataset.section >= 0) | dataset.topics_known
    chosen, warnings = (
        _sources(dataset, labelled) if request.n_folds is None else (_folds(request, prepared, labelled), [])
    )
    parts = [
        Part(name, np.flatnonzero(test & labelled), np.flatnonzero(~np.isin(groups, groups[test])))
        for name, test in chosen.items()
    ]
    return parts, warnings


def _sources(dataset: Dataset, labelled: NDArray[np.bool_]) -> tuple[dict[str, NDArray[np.bool_]], list[str]]:
    """Choose the sources with enough articles to be measured on, the largest first."""
    sources = np.array(dataset.sources, dtype=np.str_)
    counts = Counter(source for source in sources[labelled].tolist() if source).most_common()
    large = [source for source, count in counts if count >= split.FEWEST_OF_SOURCE]
    small = [f"{source} ({count})" for source, count in counts if count < split.FEWEST_OF_SOURCE]
    if len(large) < 2:
        found = ", ".join(f"{source} ({count})" for source, count in counts[:10]) or "none is named"
        raise SplitError(
            f"no source can be left out: that takes two with at least {split.FEWEST_OF_SOURCE} labelled articles each, "
            f"and of those that the corpus names there are: {found}. Say which column names them with "
            "--map source=COLUMN, or measure with --folds N"
        )
    few = f"sources with fewer than {split.FEWEST_OF_SOURCE} labelled articles are learned from and not measured: "
    return {source: sources == source for source in large}, [few + ", ".join(small)] if small else []


def _folds(request: ProtocolRequest, prepared: Prepared, labelled: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
    """Deal near-duplicate groups into folds alike in sections, or in rarest topics where no section is known."""
    n_folds, n_groups = request.n_folds or 0, len(np.unique(prepared.groups[labelled]))
    if n_groups < 2 * n_folds:
        raise SplitError(
            f"{n_folds} folds take at least {2 * n_folds} different labelled stories, and the corpus has {n_groups}; "
            "give more of them, or make fewer folds"
        )
    stratum = split.strata(prepared.dataset.section, prepared.dataset.topics)
    fold = split.group_folds(prepared.groups, stratum, n_folds=n_folds, seed=request.settings.seed)
    return {str(number + 1): fold == number for number in range(n_folds)}


def report_of(request: ProtocolRequest, result: ProtocolResult) -> Report:
    """Make a report of the parts together, with each source as an outlet that was never seen."""
    prepared, dataset = result.prepared, result.pooled.dataset
    return Report(
        warnings=list(result.warnings),
        labels=provenance.label_names(dataset.taxonomy),
        unseen=list(result.unseen),
        test=result.figures,
        whole=result.pooled.whole,
        headline_only=result.pooled.headline_only,
        provenance=provenance.of_fit(
            corpus=prepared.corpus,
            command=request.command,
            seed=request.settings.seed,
            duplicates=prepared.duplicates,
            parts={f"test: {name}": part["n"] for name, part in result.figures["parts"].items()},
            left_out=prepared.left_out,
            unknown_topics=prepared.unknown_topics,
            seconds=result.seconds,
            date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        ),
    )


def _measure(part: Part, request: ProtocolRequest, prepared: Prepared) -> MeasuredPart:
    """Learn without a part, and measure it."""
    settings = request.settings
    sections, topics = learnable(part, prepared, settings)
    train, test = apart(part, prepared, sections, topics)
    archive = prepared.beside.archive
    beside = Beside(prepared.beside.background, archive and replace(archive, topics=archive.topics[:, topics]))
    try:
        learned = learn(train, prepared.groups[part.train], settings, beside)
    except SplitError as error:
        raise SplitError(f"without {part.name}: {error}") from error
    classifier = in_memory(learned, train.taxonomy)
    evaluation = evaluate(
        classifier,
        test,
        target=settings.auto_precision,
        commonest_section=majority_section(train.section[train.section >= 0], len(train.taxonomy.sections)),
        headline_only=request.headline_only,
    )
    accepted = {
        view: scores.sections.max(axis=1, initial=0.0) >= classifier.decider.section_thresholds(scores.n_words)
        for view, scores in evaluation.scores.items()
    }
    unknown = _not_learned(prepared.dataset.take(part.test), sections, topics)
    return MeasuredPart(part.name, part.test, evaluation, accepted, len(part.train), unknown)


def apart(
    part: Part, prepared: Prepared, sections: NDArray[np.bool_], topics: NDArray[np.bool_]
) -> tuple[Dataset, Dataset]:
    """Return the articles to learn from and those to be measured, with only some sections and topics."""
    known = _with_labels(prepared.dataset, sections, topics)
    return known.take(part.train), known.take(part.test)


def learnable(part: Part, prepared: Prepared, settings: LearnSettings) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which sections and topics have enough examples without a part.

    Raises
    ------
    SplitError
        If none has.
    """
    train = prepared.dataset.take(part.train)
    counts = np.bincount(train.section[train.section >= 0], minlength=len(train.taxonomy.sections))
    sections = counts >= settings.min_examples
    if sections.sum() < 2:
        sections = np.zeros_like(sections)
    topics = (train.topics[train.topics_known].sum(axis=0) >= settings.min_examples) | ~train.tagged
    if not sections.any() and not topics.any():
        raise SplitError(
            f"nothing can be learned without {part.name}: of the {len(part.train)} articles that are left, no two "
            f"sections and no topic have {settings.min_examples} each"
        )
    return sections, topics


def _with_labels(dataset: Dataset, sections: NDArray[np.bool_], topics: NDArray[np.bool_]) -> Dataset:
    """Leave out labels; an article whose section is left out has none."""
    new_index = np.full(len(sections) + 1, -1, dtype=np.intp)  # the last is for -1: unknown stays unknown
    new_index[:-1][sections] = np.arange(sections.sum())
    kept_sections = tuple(label for label, kept in zip(dataset.taxonomy.sections, sections, strict=True) if kept)
    kept_topics = tuple(label for label, kept in zip(dataset.taxonomy.topics, topics, strict=True) if kept)
    lost = dataset.among[:, ~sections].any(axis=1, keepdims=True)  # what may be a section left out settles nothing
    return replace(
        dataset,
        section=new_index[dataset.section],
        among=dataset.among[:, sections] & ~lost,
        topics=dataset.topics[:, topics],
        tagged=dataset.tagged[topics],
        taxonomy=replace(dataset.taxonomy, sections=kept_sections, topics=kept_topics),
    )


def _not_learned(test: Dataset, sections: NDArray[np.bool_], topics: NDArray[np.bool_]) -> dict[str, int]:
    """Count the labels of a part that no article elsewhere has."""
    of_sections = np.bincount(test.section[test.section >= 0], minlength=len(sections))
    of_topics = test.topics[test.topics_known].sum(axis=0)
    labels: tuple[Section | Topic, ...] = (*test.taxonomy.sections, *test.taxonomy.topics)
    counts = np.concatenate([of_sections * ~sections, of_topics * ~topics])
    return {labels[place].id: int(counts[place]) for place in np.argsort(-counts, kind="stable") if counts[place]}
