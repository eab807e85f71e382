"""What rules of a taxonomy do where outlets file alike stories differently: health that stands under technology.

Learned from SANAD and ANT 2.1, with the shipped taxonomy and with two rules more; measured on articles of other outlets
that people filed under exactly one section.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.command import Benchmark, Outcome, Table, run, say
from benchmarks.timing import resource_usage

if TYPE_CHECKING:
    from benchmarks.cases import Case

__all__ = ["main"]

_CORPORA = ("sanad_khaleej", "ant_v21", "mowjaz_dev")
_QUICK_ARTICLES = 1500

_RULES = """
[[map]]
source = "bbc"
section = "technology"
to = "mask"
among = ["technology", "health"]

[[map]]
source = "skynews"
section = "technology"
to = "mask"
among = ["technology", "health"]
"""
"""BBC Arabic and Sky News Arabia have no section for health; most of what they file of it stands under technology."""

_HELP = """\
The rules leave the section of those stories open: each is learned as the one of the two that a head of all other
stories scores higher, and not measured.

examples:
  python -m benchmarks.policy
  python -m benchmarks.policy --background reports/backgrounds/without-held_out
"""


def _measure(arguments: argparse.Namespace, corpora: Mapping[str, Path]) -> Outcome:
    from benchmarks.cases import Maker
    from training.shipped import taxonomy_file

    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tabwib-policy-") as name:
        folder = Path(name)
        (case,) = Maker(corpora, folder, _QUICK_ARTICLES if arguments.quick else None).mowjaz("mowjaz")
        for title, rules in (("shipped", ""), ("with rules", _RULES)):
            say(f"learning, {title}")
            taxonomy = folder / f"{title}.toml"
            taxonomy.write_text(taxonomy_file().read_text("utf-8") + rules, "utf-8")
            figures[title] = _learn_and_measure(case, taxonomy, arguments.background, folder / title)
    sections = list(figures["shipped"]["whole"]["recall"])
    shown = Table(
        title="Sections of articles of other outlets, filed by people",
        note="accuracy, and recall of each section",
        columns=("", "accuracy", *sections),
        rows=[
            (f"{title}, {view}", f"{of['accuracy']:.3f}", *(f"{of['recall'][section]:.2f}" for section in sections))
            for title, views in figures.items()
            for view, of in views.items()
        ],
    )
    return Outcome((shown,), figures)


def _learn_and_measure(case: Case, taxonomy: Path, background: Path | None, out: Path) -> dict[str, Any]:
    """Learn and measure by the command lines: accuracy and recall of every section, whole and by headline."""
    with_background = ("--no-background",) if background is None else ("--background", str(background))
    report = out.with_name(f"{out.name}-report")
    resource_usage(
        *("-m", "training.fit", "--corpus", str(case.train), "--taxonomy", str(taxonomy), *with_background),
        *("--out", str(out), "--report", str(report), "--json"),
    )
    resource_usage(
        *("-m", "training.evaluate", "--artifact", str(out), "--corpus", str(case.test)),
        *("--report", str(report), "--json"),
    )
    measured = json.loads((report / "report.json").read_text("utf-8"))
    return {
        title: {
            "accuracy": part["accuracy"],
            "recall": {row["label"]: row["recall"] for row in rows if row["support"]},
        }
        for title, part, rows in (
            ("whole", measured["test"]["section"], measured["whole"]["section_rows"]),
            (
                "headline",
                measured["test"]["headline_only"]["section"],
                measured["headline_only"]["section_rows"],
            ),
        )
    }


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--background",
        type=Path,
        metavar="DIR",
        help="one that has not seen Mowjaz, such as side_by_side makes for its row held_out (default: none)",
    )


BENCHMARK = Benchmark(
    name="policy",
    description="Health that two outlets file under technology: what two rules of a taxonomy are worth.",
    epilog=_HELP,
    corpora=_CORPORA,
    measure=_measure,
    add_arguments=_add_arguments,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark: 0 done, 1 failed, 2 bad usage or no corpora."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    sys.exit(main())
