"""From sources to an artifact and a report: the whole of ``training.fit`` behind its command line.

read -> resolve labels -> merge copies -> group near duplicates -> hold out a test part -> learn and calibrate on the
rest -> measure once -> learn from everything -> save.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import artifact
from model.errors import QualityGateError, SplitError
from training import gates, provenance, split
from training.baselines import majority_section
from training.dataset import Dataset
from training.evaluation import Evaluation, evaluate
from training.examine import Subject, examine
from training.learn import Learned, LearnSettings, learn, relearn
from training.packing import in_memory, pack
from training.preparation import Clock, LearnRequest, Prepared, prepare, with_starter_settings
from training.report import Report, check_report_writable, write_report

__all__ = ["FitRequest", "FitResult", "fit"]


@dataclass(frozen=True, slots=True)
class FitRequest(LearnRequest):
    """What a user asked for; fields as the options of ``python -m training.fit``.

    Attributes
    ----------
    out, report : Path
    floors : tuple of Floor
        Least figures on the test part; below any of them the model is not saved.
    """

    out: Path = Path("artifacts/current")
    report: Path = Path("reports/latest")
    floors: tuple[gates.Floor, ...] = ()


@dataclass(frozen=True, slots=True)
class FitResult:
    """What came of it.

    Attributes
    ----------
    out, report : Path
    sha256 : str
        Digest of the artifact.
    evaluation : Evaluation
        Figures on the test part.
    warnings : tuple of str
    left_out : mapping of str to int
        Labels with too few examples, and how many they have.
    gates : tuple of Gate
        What the floors asked for and what was measured; all of them hold.
    """

    out: Path
    report: Path
    sha256: str
    evaluation: Evaluation
    warnings: tuple[str, ...]
    left_out: Mapping[str, int]
    gates: tuple[gates.Gate, ...] = ()


def fit(request: FitRequest) -> FitResult:
    """Learn a model from a corpus, save it and report on it.

    Raises
    ------
    QualityGateError
        If a figure on the test part is below its floor: the report says so, no model is saved.
    TabwibError
        If the corpus, its labels or a folder to write to do not allow it. In either case, what stood in
        ``request.out`` still stands.
    """
    clock = Clock()
    artifact.check_writable(request.out)
    check_report_writable(request.report)
    request = with_starter_settings(request)
    prepared = prepare(request, clock)
    dataset, settings = prepared.dataset, request.settings
    test = _hold_out(prepared, settings)
    train_rows, test_rows = np.flatnonzero(~test), np.flatnonzero(test)
    train = dataset.take(train_rows)
    with clock.step("learn and calibrate"):
        learned = learn(train, prepared.groups[train_rows], settings, prepared.beside)
    classifier = in_memory(learned, dataset.taxonomy)
    with clock.step("measure"):
        evaluation = evaluate(
            classifier,
            dataset.take(test_rows),
            target=settings.auto_precision,
            commonest_section=majority_section(train.section[train.section >= 0], len(dataset.taxonomy.sections)),
        )
    with clock.step("look closer"):
        subject = Subject(classifier, evaluation, prepared.corpus.articles, dataset, prepared.groups)
        details, exhibits = examine(subject)
    checked = gates.check(evaluation.figures, request.floors)
    parts = {"train": len(train_rows), "test": len(test_rows)}
    try:
        gates.enforce(checked, f"no model was saved, {request.out} is as it was")
    except QualityGateError as error:
        report = _report(request, prepared, learned, evaluation, parts, clock)
        write_report(request.report, {**_below_floors(report, error), "details": details}, exhibits)
        raise
    with clock.step("learn from everything"):
        final = relearn(dataset, learned.decider, settings, prepared.beside)
    report = _report(request, prepared, learned, evaluation, parts, clock)
    with clock.step("save"):
        sha256 = _save(request, dataset, final, learned, report)
    write_report(request.report, {**report, "details": details}, exhibits)
    return FitResult(
        request.out, request.report, sha256, evaluation, tuple(report["warnings"]), dict(prepared.left_out), checked
    )


def _below_floors(report: Report, error: QualityGateError) -> Report:
    """Put at the head of a report that its model was not saved."""
    return {**report, "warnings": [str(error).partition("\n")[0], *report["warnings"]]}


def _hold_out(prepared: Prepared, settings: LearnSettings) -> NDArray[np.bool_]:
    """Choose the test part: a tenth, or a fifth of a small corpus."""
    dataset = prepared.dataset
    fraction = settings.test_share if len(dataset) >= SMALL else 2 * settings.test_share
    stratum = split.strata(dataset.section, dataset.topics)
    test = split.choose_test(prepared.groups, stratum, fraction=fraction, seed=settings.seed)
    if not test.any():
        raise SplitError(
            f"nothing can be measured: the {len(dataset)} articles of the corpus are only {prepared.groups.max() + 1} "
            f"different stories, too few to hold {fraction:.0%} of them out; give more of them"
        )
    return test


SMALL = 2000
"""Articles below which twice the share is held out, since a tenth would measure nothing."""


def _save(request: FitRequest, dataset: Dataset, final: Learned, judged: Learned, report: Report) -> str:
    """Save what was learned from everything, with what was found out about its like learned from a part."""
    space, arrays = pack(final.space, final.heads)
    support = dataset.topics[dataset.topics_known].sum(axis=0).tolist()
    manifest: dict[str, Any] = {
        "created": report["provenance"]["date"],
        "taxonomy": dataset.taxonomy.to_dict(),
        "support": {
            "sections": np.bincount(
                dataset.section[dataset.section >= 0], minlength=len(dataset.taxonomy.sections)
            ).tolist(),
            "topics": support,
        },
        "settings": asdict(request.settings),
        "decision": final.decider.to_dict(),
        "promises": judged.promises,
        "metrics": report["test"],
        "per_label": {
            view: None if part is None else {"sections": part["section_rows"], "topics": part["topic_rows"]}
            for view, part in (("whole", report["whole"]), ("headline_only", report["headline_only"]))
        },
        "warnings": report["warnings"],
        "provenance": report["provenance"],
    }
    return artifact.save(request.out, manifest, {**space.to_arrays(), **arrays})


def _report(
    request: FitRequest,
    prepared: Prepared,
    learned: Learned,
    evaluation: Evaluation,
    parts: Mapping[str, int],
    clock: Clock,
) -> Report:
    dataset = prepared.dataset
    report = Report(
        warnings=[*learned.warnings, *prepared.warnings],
        labels=provenance.label_names(dataset.taxonomy),
        unseen=list(learned.unseen),
        test=evaluation.figures,
        whole=evaluation.whole,
        headline_only=evaluation.headline_only,
        provenance=provenance.of_fit(
            corpus=prepared.corpus,
            command=request.command,
            seed=request.settings.seed,
            duplicates=prepared.duplicates,
            parts={**parts, "calibration": parts["train"]},
            left_out=prepared.left_out,
            unknown_topics=prepared.unknown_topics,
            seconds=clock.seconds,
            date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        ),
    )
    if learned.promises is not None:
        report["promises"] = learned.promises
    return report
