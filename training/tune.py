"""``python -m training.tune``: search for settings that learn better, and write them down for ``fit --config``.

Reads the command line and leads the search; what a trial is stands in ``trials``. Optuna keeps every trial in a SQLite
file, so that a search that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import TabwibError, TrainingError
from training.arguments import (
    SOURCES_HELP,
    add_corpus_argument,
    add_learning_arguments,
    add_source_arguments,
    folds,
    learning,
    positive,
)

if TYPE_CHECKING:
    from training.study import Found

__all__ = ["main", "run"]

_EXAMPLES = """\
examples:
  python -m training.tune --corpus archive.parquet --leave-out source --trials 40 --out best.toml
  python -m training.tune --corpus stories.jsonl --labels corpus --folds 4 --objective headline_only.section.accuracy
  python -m training.fit --corpus archive.parquet --config best.toml
Run the same command again to go on with a search that was stopped; with more --trials, to search further. --jobs may
be another one then.
"""


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m training.tune",
        description="Search for settings of learning that label outlets, or folds, which were left out better.",
        epilog=SOURCES_HELP + "\n" + _EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_corpus_argument(made)
    how = made.add_mutually_exclusive_group(required=True)
    how.add_argument("--leave-out", choices=("source",), help="measure each outlet by heads learned from the others")
    how.add_argument("--folds", type=folds, metavar="N", help="measure each of N folds by heads learned from the rest")
    made.add_argument(
        "--trials", type=positive, default=30, metavar="N", help="trials of the whole study (default: 30)"
    )
    made.add_argument(
        "--articles",
        type=positive,
        default=20_000,
        metavar="N",
        help="most articles that heads are learned from in a trial; of more, so many are drawn (default: 20000)",
    )
    made.add_argument(
        "--time-limit", type=positive, metavar="SECONDS", help="begin no trial after so many seconds (default: none)"
    )
    made.add_argument(
        "--study",
        type=Path,
        default=Path("reports/tune.sqlite3"),
        metavar="FILE",
        help="SQLite file that keeps the trials; made if there is none (default: reports/tune.sqlite3)",
    )
    made.add_argument("--out", type=Path, metavar="FILE.toml", help="write the best settings there, for fit --config")
    made.add_argument(
        "--objective",
        action="append",
        metavar="FIGURE",
        help="what is to be high on average over all parts: section.accuracy, section.macro_f1 or "
        "topics.mean_average_precision, for headlines with headline_only. before it; may be repeated, the mean counts "
        "(default: accuracy of sections, else precision of topics, of both views)",
    )
    add_source_arguments(made)
    add_learning_arguments(made).description = "as for training.fit; --config is what the search begins with"
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command: 0 done, 1 failed or interrupted, 2 bad usage."""
    arguments = parser().parse_args(argv)
    command = ("python", "-m", "training.tune", *(sys.argv[1:] if argv is None else argv))
    try:
        found = _search(arguments, command)
        if arguments.out is not None:
            _write(arguments.out, found, command)
    except TabwibError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\ninterrupted: finished trials stand in {arguments.study}, the same command goes on", file=sys.stderr)
        return 1
    for warning in found.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if arguments.json:
        print(json.dumps({**found.to_dict(), "config": arguments.out and str(arguments.out)}, ensure_ascii=False))
    else:
        print(found.table())
        print(f"trials:  {arguments.study}" + ("" if arguments.out is None else f"\nconfig:  {arguments.out}"))
    return 0


def _search(arguments: argparse.Namespace, command: Sequence[str]) -> Found:
    try:
        import optuna  # noqa: F401 - tried here, so that nobody waits for features first
    except ImportError as error:
        raise TrainingError(
            "training.tune needs Optuna, which is not installed: pip install 'tabwib[tune]', or pip install optuna"
        ) from error
    from training.preparation import Clock, prepare, with_starter_settings
    from training.protocols import ProtocolRequest
    from training.study import search

    request = with_starter_settings(
        ProtocolRequest(**learning(arguments), n_folds=arguments.folds, command=tuple(command))
    )
    return search(
        request,
        prepare(request, Clock()),
        n_articles=arguments.articles,
        objective=tuple(arguments.objective or ()),
        n_trials=arguments.trials,
        seconds=arguments.time_limit,
        file=arguments.study,
    )


def _write(path: Path, found: Found, command: Sequence[str]) -> None:
    """Write the best settings; what stood there stands until all is written."""
    lines = [
        f"# {found.objective_text} = {found.best.value:.4f}, {found.default.value:.4f} with the settings it began with",
        f"# {' '.join(command)}",
        *(f"{name} = {_toml(value)}" for name, value in found.settings.items()),
    ]
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise TrainingError(f"--out {path} cannot be written: {error}") from error


def _toml(value: Any) -> str:
    return json.dumps(value) if isinstance(value, (bool, str)) else repr(value)


def run() -> None:
    """Run as a console script."""
    sys.exit(main())


if __name__ == "__main__":
    run()
