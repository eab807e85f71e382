"""``python -m training.fit``: learn a model from an archive and say how far to trust it.

Thin on purpose: reads the command line, calls ``pipeline``, prints, and turns errors into exit codes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import TabwibError
from training import gates
from training.arguments import (
    SOURCES_HELP,
    add_common_arguments,
    add_corpus_argument,
    add_learning_arguments,
    learning,
    refuse_floors,
)

if TYPE_CHECKING:
    from training.pipeline import FitResult

__all__ = ["main", "run"]

_EXAMPLES = """\
examples:
  python -m training.fit                                    the starter corpus that ships
  python -m training.fit --corpus archive.parquet           an archive with our section names
  python -m training.fit --corpus old.csv --map headline=title,body=text,section=category
  python -m training.fit --corpus stories.jsonl --labels corpus --out artifacts/mine
  python -m training.fit --corpus archive.parquet --taxonomy my-taxonomy.toml  sections and rules of your own
  python -m training.fit --corpus archive.parquet --unlabelled crawl.jsonl     topics from their aliases
  python -m training.fit --corpus archive.parquet --topic-objective precision=0.9
  python -m training.fit --corpus archive.parquet --fail-under section.macro_f1=0.9
                                                            below that, the model that stands is kept
"""


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m training.fit",
        description="Learn sections and topics from labelled Arabic stories; write an artifact and a report.",
        epilog=SOURCES_HELP + "\n" + _EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_corpus_argument(made)
    add_common_arguments(made)
    made.add_argument(
        "--out",
        type=Path,
        default=Path("artifacts/current"),
        metavar="DIR",
        help="folder of the artifact, replaced at once when all is done (default: artifacts/current)",
    )
    made.add_argument(
        "--report",
        type=Path,
        default=Path("reports/latest"),
        metavar="DIR",
        help="folder of report.html, report.json, report.md and CSV files (default: reports/latest)",
    )
    add_learning_arguments(made)
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command: 0 done, 1 failed or below a floor, 2 bad usage."""
    made = parser()
    arguments = made.parse_args(argv)
    if arguments.fail_under:
        from training.report import Figures

        refuse_floors(made, arguments.fail_under, Figures)
    try:
        from training.pipeline import FitRequest, fit

        request = FitRequest(
            **learning(arguments),
            out=arguments.out,
            report=arguments.report,
            floors=tuple(arguments.fail_under),
            command=("python", "-m", "training.fit", *(sys.argv[1:] if argv is None else argv)),
        )
        result = fit(request)
    except TabwibError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\ninterrupted: nothing was changed in {arguments.out}", file=sys.stderr)
        return 1
    _print(result, as_json=arguments.json)
    return 0


def _print(result: FitResult, *, as_json: bool) -> None:
    for warning in result.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    figures = result.evaluation.figures
    if result.gates:
        print(f"all floors reached\n{gates.table(result.gates)}", file=sys.stderr)
    if as_json:
        printed: dict[str, Any] = {
            "artifact": str(result.out),
            "sha256": result.sha256,
            "report": str(result.report),
            "test": figures,
            "left_out": dict(result.left_out),
            "warnings": list(result.warnings),
        }
        if result.gates:
            printed["gates"] = [gate.to_dict() for gate in result.gates]
        print(json.dumps(printed, ensure_ascii=False))
        return
    from training.summary import summary

    print(summary(figures))
    print(f"artifact: {result.out}\nreport:   {result.report / 'report.html'}")


def run() -> None:
    """Run as a console script."""
    sys.exit(main())


if __name__ == "__main__":
    run()
