"""``python -m training.evaluate``: measure an artifact on a labelled corpus."""

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
from training.arguments import SOURCES_HELP, add_common_arguments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model.classifier import NewsClassifier
    from training.corpus import LabelledArticle
    from training.report import Figures

__all__ = ["main", "run"]

_EXAMPLE = """\
example:
  python -m training.evaluate --artifact artifacts/current --corpus new.jsonl --report reports/new
"""


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m training.evaluate",
        description="Measure an artifact on labelled Arabic stories, whole and by their headlines alone.",
        epilog=SOURCES_HELP + "\n" + _EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--artifact", type=Path, required=True, metavar="DIR", help="folder of the artifact")
    made.add_argument(
        "--corpus", action="append", required=True, metavar="SRC", help="labelled stories; may be repeated"
    )
    made.add_argument("--report", type=Path, metavar="DIR", help="write report.json and report.md there")
    add_common_arguments(made)
    made.add_argument("--headline-only", action="store_true", help="measure headlines alone")
    return made


@dataclass(frozen=True, slots=True)
class _Labels:
    """Articles whose labels are those of the artifact, and how many articles bear others."""

    articles: tuple[LabelledArticle, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command: 0 done, 1 failed, 2 bad usage."""
    arguments = parser().parse_args(argv)
    command = ("python", "-m", "training.evaluate", *(sys.argv[1:] if argv is None else argv))
    try:
        figures, left_out = _evaluate(arguments, command)
    except TabwibError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 1
    if left_out:
        listed = ", ".join(f"{label} ({count})" for label, count in list(left_out.items())[:20])
        print(f"warning: labels that the artifact does not have were left out: {listed}", file=sys.stderr)
    if arguments.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        from training.summary import summary

        print(summary(figures))
    return 0


def _evaluate(arguments: argparse.Namespace, command: Sequence[str]) -> tuple[Figures, Mapping[str, int]]:
    from model.classifier import NewsClassifier
    from training import provenance
    from training.corpus import read_corpus
    from training.dataset import make_dataset
    from training.evaluation import evaluate
    from training.report import Report, write_report

    started = perf_counter()
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
    if arguments.report is not None:
        of_evaluation = provenance.of_evaluation(
            corpus=corpus,
            command=command,
            date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            measured=len(dataset),
            left_out=labels.left_out,
            seconds={"all": round(perf_counter() - started, 2)},
        )
        report = Report(
            warnings=[],
            labels=provenance.label_names(classifier.taxonomy),
            unseen=[],
            test=evaluation.figures,
            whole=evaluation.whole,
            headline_only=evaluation.headline_only,
            provenance=of_evaluation,
        )
        write_report(arguments.report, report)
    return evaluation.figures, labels.left_out


def _labels_of(classifier: NewsClassifier, articles: Sequence[LabelledArticle]) -> _Labels:
    """Resolve labels through the artifact's own taxonomy: what it does not have is counted and left out."""
    from training.dataset import resolve_labels

    resolution = resolve_labels(articles, classifier.taxonomy)
    left_out = Counter(resolution.unknown_sections) + Counter(resolution.unknown_topics)
    return _Labels(resolution.articles, dict(left_out.most_common()))


def run() -> None:
    """Run as a console script."""
    sys.exit(main())


if __name__ == "__main__":
    run()
