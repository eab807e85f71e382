"""``python -m training.fit``: learn a model from an archive and say how far to trust it.

Thin on purpose: reads the command line, calls ``pipeline``, prints, and turns errors into exit codes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import TabwibError, TrainingError
from training.arguments import SOURCES_HELP, add_common_arguments, fraction, positive, seed

if TYPE_CHECKING:
    from training.learn import LearnSettings
    from training.pipeline import FitResult

__all__ = ["main", "run"]

_EXAMPLES = """\
examples:
  python -m training.fit                                    the starter corpus that ships
  python -m training.fit --corpus archive.parquet           an archive with our section names
  python -m training.fit --corpus old.csv --map headline=title,body=text,section=category
  python -m training.fit --corpus stories.jsonl --labels corpus --out artifacts/mine
  python -m training.fit --corpus archive.parquet --unlabelled crawl.jsonl     topics from their aliases
"""


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m training.fit",
        description="Learn sections and topics from labelled Arabic stories; write an artifact and a report.",
        epilog=SOURCES_HELP + "\n" + _EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--corpus",
        action="append",
        metavar="SRC",
        help="labelled stories; may be repeated (default: the starter corpus that ships)",
    )
    made.add_argument(
        "--labels",
        choices=("taxonomy", "corpus"),
        default="taxonomy",
        help="resolve labels through the taxonomy's names and aliases, or take them as they stand (default: taxonomy)",
    )
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
        help="folder of report.json and report.md (default: reports/latest)",
    )
    background = made.add_mutually_exclusive_group()
    background.add_argument(
        "--background",
        type=Path,
        metavar="DIR",
        help="figures about Arabic news to learn with, made by training.background (default: those that ship)",
    )
    background.add_argument("--no-background", action="store_true", help="learn from the corpus alone")
    made.add_argument(
        "--unlabelled",
        action="append",
        metavar="SRC",
        help="stories without labels; topics of the taxonomy that the corpus has no examples of are learned from those "
        "that their aliases and keywords point at; columns as --map says; may be repeated",
    )
    made.add_argument(
        "--at-least-one-topic",
        action="store_true",
        help="give the most probable topic where none reaches its threshold (default: no topic is a normal answer)",
    )
    made.add_argument(
        "--auto-precision",
        type=fraction,
        metavar="P",
        help="precision that sections accepted without an editor shall have (default: 0.98)",
    )
    made.add_argument("--config", type=Path, metavar="FILE.toml", help="settings of learning; flags go before it")
    made.add_argument("--seed", type=seed, metavar="N", help="seed of splits and solvers (default: 0)")
    made.add_argument("--jobs", type=positive, metavar="N", help="cores to use (default: all)")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command: 0 done, 1 failed, 2 bad usage."""
    arguments = parser().parse_args(argv)
    try:
        from training.pipeline import FitRequest, fit

        request = FitRequest(
            corpus=tuple(arguments.corpus or ()),
            labels=arguments.labels,
            columns=arguments.map,
            out=arguments.out,
            report=arguments.report,
            settings=_settings(arguments),
            background=_background(arguments),
            unlabelled=tuple(arguments.unlabelled or ()),
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


def _background(arguments: argparse.Namespace) -> Path | None:
    """Choose the background: the one named, the one that ships, or none."""
    from training.shipped import background_folder

    if arguments.no_background:
        return None
    return background_folder() if arguments.background is None else arguments.background


def _settings(arguments: argparse.Namespace) -> LearnSettings:
    from training.learn import LearnSettings

    settings = LearnSettings() if arguments.config is None else _read_config(arguments.config)
    flags = {
        "auto_precision": arguments.auto_precision,
        "seed": arguments.seed,
        "jobs": arguments.jobs,
        "at_least_one_topic": arguments.at_least_one_topic or None,
    }
    return replace(settings, **{name: value for name, value in flags.items() if value is not None})


def _read_config(path: Path) -> LearnSettings:
    from training.learn import LearnSettings

    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TrainingError(f"--config {path} cannot be read: {error}") from error
    known = {field.name: field.default for field in fields(LearnSettings)}
    for name, value in values.items():
        if name not in known:
            raise TrainingError(f"--config {path}: there is no setting {name!r}; there are {', '.join(known)}")
        usual = 0.0 if known[name] is None else known[name]  # None: chosen by the size of the corpus
        if type(value) is not type(usual) and not (isinstance(usual, float) and type(value) is int):
            raise TrainingError(f"--config {path}: {name} = {value!r} should be like {usual!r}")
    try:
        return LearnSettings(**values)
    except TrainingError as error:
        raise TrainingError(f"--config {path}: {error}") from error


def _print(result: FitResult, *, as_json: bool) -> None:
    for warning in result.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    figures = result.evaluation.figures
    if as_json:
        print(
            json.dumps(
                {
                    "artifact": str(result.out),
                    "sha256": result.sha256,
                    "report": str(result.report),
                    "test": figures,
                    "left_out": dict(result.left_out),
                    "warnings": list(result.warnings),
                },
                ensure_ascii=False,
            )
        )
        return
    from training.summary import summary

    print(summary(figures))
    print(f"artifact: {result.out}\nreport:   {result.report / 'report.md'}")


def run() -> None:
    """Run as a console script."""
    sys.exit(main())


if __name__ == "__main__":
    run()
