"""What the command lines of all benchmarks share: the corpora, the tables, the JSON file, the exit codes.

Every script describes itself as a ``Benchmark`` and hands over to ``run``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.errors import TabwibError

__all__ = ["ROOT", "Benchmark", "Outcome", "Table", "run", "say"]

ROOT = Path(__file__).parents[1]
"""The project's folder, from which ``python -m`` is called."""

ENVIRONMENT = "TABWIB_CORPORA"
_DEFAULT = ROOT.parent / "shared" / "corpora"


@dataclass(frozen=True, slots=True)
class Table:
    """A table for people.

    Attributes
    ----------
    title : str
    columns : sequence of str
    rows : sequence of sequences of str
        One cell for each column.
    note : str
        What has to be known to read it; may be empty.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def __str__(self) -> str:
        cells = [self.columns, *self.rows]
        widths = [max(len(row[column]) for row in cells) for column in range(len(self.columns))]
        lines = [
            "  ".join(
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in cells
        ]
        rule = "  ".join("-" * width for width in widths)
        note = [self.note] if self.note else []
        return "\n".join([self.title, *note, lines[0], rule, *lines[1:], ""])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a benchmark found.

    Attributes
    ----------
    tables : sequence of Table
    figures : mapping
        The same as plain numbers, for ``--json``.
    failures : sequence of str
        Why the exit code is 1; empty where it is 0.
    """

    tables: Sequence[Table]
    figures: Mapping[str, Any]
    failures: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One script.

    Attributes
    ----------
    name : str
        Of the module.
    description, epilog : str
        What ``--help`` teaches.
    corpora : tuple of str
        Files of the corpora's folder that it needs, without ``.parquet``.
    measure : callable
        Takes the parsed arguments and the corpora by name.
    add_arguments : callable
        Adds the options of this benchmark to a parser.
    refuse : callable
        Says what is wrong with the parsed arguments; empty where nothing is.
    """

    name: str
    description: str
    epilog: str
    corpora: tuple[str, ...]
    measure: Callable[[argparse.Namespace, Mapping[str, Path]], Outcome]
    add_arguments: Callable[[argparse.ArgumentParser], object] = lambda _: None
    refuse: Callable[[argparse.Namespace], str] = lambda _: ""


def run(benchmark: Benchmark, argv: Sequence[str] | None) -> int:
    """Run a benchmark: 0 done, 1 failed or below a pinned figure, 2 bad usage or no corpora."""
    parser = _parser(benchmark)
    arguments = parser.parse_args(argv)
    if refusal := benchmark.refuse(arguments):
        parser.error(refusal)
    folder = arguments.corpora or Path(os.environ.get(ENVIRONMENT) or _DEFAULT)
    corpora = {name: folder / f"{name}.parquet" for name in benchmark.corpora}
    missing = [str(path) for path in corpora.values() if not path.is_file()]
    if missing:
        say(f"error: corpora are missing: {', '.join(missing)}; give their folder with --corpora or {ENVIRONMENT}")
        return 2
    try:
        outcome = benchmark.measure(arguments, corpora)
        if arguments.json is not None:
            arguments.json.write_text(json.dumps(outcome.figures, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except (TabwibError, OSError) as error:
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        say("interrupted")
        return 1
    for table in outcome.tables:
        print(table)
    for failure in outcome.failures:
        say(f"failed: {failure}")
    return 1 if outcome.failures else 0


def _parser(benchmark: Benchmark) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{benchmark.name}",
        description=benchmark.description,
        epilog=benchmark.epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    files = ", ".join(f"{name}.parquet" for name in benchmark.corpora) or "corpora, of which none is read"
    parser.add_argument(
        "--corpora",
        type=Path,
        metavar="DIR",
        help=f"folder with {files} (default: {ENVIRONMENT} of the environment, else ../shared/corpora)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--quick", action="store_true", help="a small sample: to see that it runs, not to be quoted")
    benchmark.add_arguments(parser)
    return parser


def say(message: str) -> None:
    """Write a line to stderr: progress, warnings, errors."""
    print(message, file=sys.stderr, flush=True)
