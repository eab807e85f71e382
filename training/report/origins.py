"""The second part of ``report.md``: what the figures were made from, enough to make them again.

Called by ``write`` with the provenance of a `Report`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from training.report.markdown import NOTHING, count, escaped, table
from training.report.schema import Provenance

__all__ = ["origins"]


def origins(provenance: Provenance) -> str:
    """Return corpora, splits, versions and timing as Markdown."""
    parts = ["\n## What it was made from\n", *_corpora(provenance)]
    parts += _counts(
        "Articles by part", "part", provenance["split"], "Articles of one near-duplicate group share a part."
    )
    parts += _counts("Articles by source", "source", provenance["sources"])
    parts += _counts("Rows skipped", "reason", provenance["skipped"])
    parts += _counts(
        "Labels left out", "label", provenance["left_out"], "The model does not know them: too few examples, or none."
    )
    parts += _counts(
        "Topics the taxonomy does not know",
        "name in the corpus",
        provenance["unknown_topics"],
        "Add a name to the aliases of a topic to have it learned.",
    )
    parts += ["## How it was made\n", *_making(provenance)]
    return "\n".join(parts)


def _corpora(provenance: Provenance) -> Iterator[str]:
    """Show every source with its digest, and what became of duplicates."""
    rows = [
        [escaped(corpus["source"]), corpus["sha256"] or NOTHING, count(corpus["rows"])]
        for corpus in provenance["corpora"]
    ]
    if rows:
        yield table(["corpus", "SHA-256", "rows"], rows, names=2)
    duplicates = provenance["duplicates"]
    if duplicates is not None:
        yield (
            f"Duplicates: {count(duplicates['removed'])} exact copies removed; {count(duplicates['groups'])} groups of "
            f"near duplicates with {count(duplicates['grouped'])} articles kept together.\n"
        )


def _counts(title: str, header: str, counts: Mapping[str, int], meaning: str = "") -> Iterator[str]:
    """Show counts by name, the largest first; nothing where there are none."""
    if not counts:
        return
    rows = [[escaped(name), count(number)] for name, number in sorted(counts.items(), key=lambda item: -item[1])]
    yield f"### {title}\n"
    yield table([header, "count"], rows)
    if meaning:
        yield f"{meaning}\n"


def _making(provenance: Provenance) -> Iterator[str]:
    """Show date, command, seed, versions and the time each step took."""
    facts = {
        "date": provenance["date"],
        "command": shlex.join(provenance["command"]),
        "seed": NOTHING if provenance["seed"] is None else str(provenance["seed"]),
        "orthography version": str(provenance["orthography_version"]),
        **provenance["versions"],
    }
    yield table(["what", "value"], [[escaped(name), escaped(value)] for name, value in facts.items()], names=2)
    seconds = provenance["seconds"]
    if seconds:
        rows = [[escaped(step), f"{duration:.1f}"] for step, duration in seconds.items()]
        yield "### Time\n"
        yield table(["step", "seconds"], [*rows, ["**all**", f"{sum(seconds.values()):.1f}"]])
