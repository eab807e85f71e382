"""``python -m training.evaluate``: measure an artifact, or a way of learning, on a labelled corpus."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from model.errors import TabwibError, TrainingError
from training import gates
from training.arguments import (
    SOURCES_HELP,
    add_common_arguments,
    add_corpus_argument,
    add_learning_arguments,
    folds,
    learning,
    refuse_floors,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model.classifier import NewsClassifier
    from training.corpus import LabelledArticle
    from training.evaluation import Evaluation
    from training.examine import Rival
    from training.report import Comparison, Figures

__all__ = ["main", "run"]

_EXAMPLES = """\
examples:
  python -m training.evaluate --artifact artifacts/current --corpus new.jsonl --report reports/new
  python -m training.evaluate --artifact artifacts/current --corpus new.jsonl --fail-under section.macro_f1=0.9
  python -m training.evaluate --leave-out source --corpus archive.parquet --no-background
                              what a model of this archive is worth at an outlet that it has never seen
  python -m training.evaluate --leave-out source --corpus archive.parquet --fail-under mean.section.accuracy=0.9
  python -m training.evaluate --folds 5 --corpus stories.jsonl --labels corpus

--leave-out and --folds learn a model for each part, from all others and without near duplicates of it. --json prints
the figures of all parts together, their mean over parts under "mean", and each part's own under "parts".
"""


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m training.evaluate",
        description="Measure an artifact on labelled Arabic stories, whole and by their headlines alone; or measure "
        "what learning from a corpus is worth, by leaving its outlets out in turn or by folds.",
        epilog=SOURCES_HELP + "\n" + _EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("--artifact", type=Path, metavar="DIR", help="measure the model in this folder")
    what.add_argument(
        "--leave-out",
        choices=("source",),
        help="leave each outlet (column source) with 20 labelled articles or more out, learn from the others, measure "
        "it",
    )
    what.add_argument(
        "--folds", type=folds, metavar="N", help="measure each of N folds by a model that learned from the others"
    )
    add_corpus_argument(made, "with --leave-out and --folds, default: the starter corpus that ships")
    made.add_argument(
        "--report", type=Path, metavar="DIR", help="write report.html, report.json, report.md and CSV files there"
    )
    made.add_argument(
        "--compare",
        type=Path,
        metavar="DIR",
        help="say what is better and worse than the model in this folder, or than a report of the same stories",
    )
    add_common_arguments(made)
    made.add_argument("--headline-only", action="store_true", help="measure headlines alone")
    add_learning_arguments(made).description = "with --leave-out and --folds only, as for training.fit"
    return made


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; end with 2 where its parts contradict each other."""
    made = parser()
    arguments = made.parse_args(argv)
    if arguments.artifact is not None:
        if not arguments.corpus:
            made.error("the following arguments are required: --corpus")
        given = [f"--{name.replace('_', '-')}" for name in _LEARNING if getattr(arguments, name) is not None]
        if given:
            made.error(
                f"{', '.join(given)}: says how to learn, and with --artifact nothing is learned; leave it out, or "
                "measure with --leave-out source or --folds N"
            )
    if arguments.fail_under:
        if arguments.artifact is None:
            from training.pooling import ProtocolFigures as Shape
        else:
            from training.report import Figures as Shape  # type: ignore[assignment]
        refuse_floors(made, arguments.fail_under, Shape, compared=arguments.compare is not None)
    return arguments


_LEARNING = (
    *("labels", "taxonomy", "background", "no_background", "unlabelled", "at_least_one_topic", "topic_objective"),
    *("auto_precision", "config", "seed", "jobs"),
)
"""What ``add_learning_arguments`` adds."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command: 0 done, 1 failed or below a floor, 2 bad usage."""
    arguments = _parse(argv)
    command = ("python", "-m", "training.evaluate", *(sys.argv[1:] if argv is None else argv))
    try:
        if arguments.artifact is None:
            figures, warnings = _run_protocol(arguments, command)
        else:
            figures, warnings = _evaluate(arguments, command)
        for warning in warnings:
            print(f"warning: {warning}", file=sys.stderr)
        checked = gates.check(figures, arguments.fail_under)
        _print(figures, checked, as_json=arguments.json)
        gates.enforce(checked)
    except TabwibError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 1
    return 0


def _print(figures: Figures, checked: Sequence[gates.Gate], *, as_json: bool) -> None:
    if as_json:
        of_gates = {"gates": [gate.to_dict() for gate in checked]} if checked else {}
        print(json.dumps({**figures, **of_gates}, ensure_ascii=False))
    else:
        from training.summary import summary

        print(summary(figures))
        if "compare" in figures:
            from training.report import comparison_lines

            print("\n".join(comparison_lines(figures["compare"])))
    if checked and all(gate.passed for gate in checked):
        print(f"all floors reached\n{gates.table(checked)}", file=sys.stderr)


@dataclass(frozen=True, slots=True)
class _Labels:
    """Articles whose labels are those of the artifact, and how many articles bear others."""

    articles: tuple[LabelledArticle, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)


def _evaluate(arguments: argparse.Namespace, command: Sequence[str]) -> tuple[Figures, tuple[str, ...]]:
    """Measure an artifact; also say what should be known before the figures are believed."""
    from model.classifier import NewsClassifier
    from training import provenance
    from training.corpus import read_corpus
    from training.dataset import make_dataset
    from training.evaluation import evaluate
    from training.examine import Subject, examine
    from training.neardup import near_duplicate_groups
    from training.report import Report, check_report_writable, write_report

    started = perf_counter()
    rival = _rival(arguments)
    if arguments.report is not None:
        check_report_writable(arguments.report)
    classifier = NewsClassifier.load(arguments.artifact)
    corpus = read_corpus(arguments.corpus, columns=arguments.map)
    labels = _labels_of(classifier, corpus.articles)
    dataset = make_dataset(labels.articles, classifier.taxonomy)
    if not (dataset.section >= 0).any() and not dataset.topics_known.any():
        raise TrainingError(
            "no article of the corpus has a section or topics that the artifact knows; nothing can be measured. "
            f"The artifact's sections: {', '.join(section.id for section in classifier.taxonomy.sections) or 'none'}"
        )
    support = classifier.manifest["support"]["sections"]
    evaluation = evaluate(
        classifier,
        dataset,
        target=float(classifier.manifest["settings"]["auto_precision"]),
        commonest_section=support.index(max(support)) if support else 0,
        headline_only=arguments.headline_only,
    )
    comparison = _compare(rival, evaluation)
    warnings = _told(labels)
    if arguments.report is not None:
        groups = near_duplicate_groups(dataset.whole)
        details, exhibits = examine(Subject(classifier, evaluation, corpus.articles, dataset, groups, comparison))
        of_evaluation = provenance.of_evaluation(
            corpus=corpus,
            command=command,
            date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            measured=len(dataset),
            left_out=labels.left_out,
            seconds={"all": round(perf_counter() - started, 2)},
        )
        report = Report(
            warnings=list(warnings),
            labels=provenance.label_names(classifier.taxonomy),
            unseen=[],
            test=evaluation.figures,
            whole=evaluation.whole,
            headline_only=evaluation.headline_only,
            provenance=of_evaluation,
            details=details,
        )
        promises = classifier.manifest.get("promises")  # none where nothing was left to choose thresholds on
        if promises is not None:
            report["promises"] = promises
        write_report(arguments.report, report, exhibits)
    return _with(evaluation.figures, comparison), warnings


def _told(labels: _Labels) -> tuple[str, ...]:
    """Say which labels were left out."""
    listed = ", ".join(f"{label} ({count})" for label, count in list(labels.left_out.items())[:20])
    return (f"labels that the artifact does not have were left out: {listed}",) if listed else ()


def _rival(arguments: argparse.Namespace) -> Rival | None:
    """Open what is to be compared with, before hours of work."""
    from training.examine import read_rival

    return None if arguments.compare is None else read_rival(arguments.compare)


def _compare(rival: Rival | None, evaluation: Evaluation) -> Comparison | None:
    from training.examine import compare

    return None if rival is None else compare(rival, evaluation.dataset, evaluation.scores)


def _with(figures: Figures, comparison: Comparison | None) -> Figures:
    return figures if comparison is None else {**figures, "compare": comparison}


def _labels_of(classifier: NewsClassifier, articles: Sequence[LabelledArticle]) -> _Labels:
    """Resolve labels through the artifact's own taxonomy: what it does not have is counted and left out."""
    from training.dataset import resolve_labels

    resolution = resolve_labels(articles, classifier.taxonomy)
    left_out = Counter(resolution.unknown_sections) + Counter(resolution.unknown_topics)
    return _Labels(resolution.articles, dict(left_out.most_common()))


def _run_protocol(arguments: argparse.Namespace, command: tuple[str, ...]) -> tuple[Figures, tuple[str, ...]]:
    """Measure what learning from a corpus is worth; also say what should be known before the figures are believed."""
    from training.examine import Subject, examine
    from training.protocols import ProtocolRequest, report_of, run
    from training.report import check_report_writable, write_report

    rival = _rival(arguments)
    if arguments.report is not None:
        check_report_writable(arguments.report)
    request = ProtocolRequest(
        **learning(arguments), n_folds=arguments.folds, headline_only=arguments.headline_only, command=command
    )
    result = run(request)
    comparison = _compare(rival, result.pooled)
    if arguments.report is not None:
        prepared = result.prepared
        of_corpus = prepared.corpus.articles, prepared.dataset, prepared.groups
        subject = Subject(None, result.pooled, *of_corpus, comparison, accepted=result.accepted)
        details, exhibits = examine(subject)
        write_report(arguments.report, {**report_of(request, result), "details": details}, exhibits)
    return _with(result.figures, comparison), result.warnings


def run() -> None:
    """Run as a console script."""
    sys.exit(main())


if __name__ == "__main__":
    run()
