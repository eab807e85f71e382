"""The part of ``report.md`` that a closer look adds: views, robustness, label policy, comparison.

Called by ``write``. ``report.html`` beside it shows the same and more, with examples; what is here reads in a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator

from training.measure import Difference, LabelDifference
from training.report.details import Comparison, Details, RobustnessFigures
from training.report.markdown import NOTHING, count, escaped, figure, table

__all__ = ["comparison_lines", "findings", "worse_labels"]

MOST_WORSE = 20
"""Labels that got worse to be listed."""


def findings(details: Details) -> str:
    """Return what was found as Markdown."""
    parts = ["\n## A closer look\n\n`report.html` shows more, with examples; open it in a browser.\n"]
    if details["comparison"] is not None:
        parts.append(f"### Compared with {escaped(details['comparison']['name'])}\n")
        parts.append("".join(f"- {escaped(line)}\n" for line in comparison_lines(details["comparison"])))
    parts += [*_views(details), *_robustness(details), *_policy(details), *_suspects(details)]
    return "\n".join(parts)


def _views(details: Details) -> Iterator[str]:
    """Show how often the section is another when less of the text is known."""
    if details["shifts"]:
        rows = [
            [
                f"{shift['first']} to {shift['second']}",
                figure(shift["changed"]),
                *(count(shift["to_wrong"]), count(shift["to_right"]), count(shift["to_other"])),
            ]
            for shift in details["shifts"]
        ]
        yield "### Whole story, lead, headline\n"
        yield table(["text", "changed", "right to wrong", "wrong to right", "wrong to wrong"], rows)


def _robustness(details: Details) -> Iterator[str]:
    """Show what changes of spelling and furniture do."""
    if details["robustness"] is not None:
        rows = [
            [escaped(row["name"]), *_changes(row["whole"]), *_changes(row["headline"])]
            for row in details["robustness"]["rows"]
        ]
        columns = ["accuracy", "sections changed", "topic F1"]
        yield "### Texts changed\n"
        yield table(["change", *columns, *(f"{column}, headline" for column in columns)], rows)


def _changes(figures: RobustnessFigures | None) -> list[str]:
    if figures is None:
        return [NOTHING] * 3
    return [figure(figures["accuracy"]), figure(figures["sections_changed"]), figure(figures["topic_f1"])]


def _policy(details: Details) -> Iterator[str]:
    """Show which sections a source fills otherwise."""
    if details["policy"]:
        rows = [
            [
                *(escaped(one[key]) for key in ("source", "printed", "given", "proposal")),
                f"{count(one['count'])} of {count(one['n'])}",
                f"{count(one['elsewhere_count'])} of {count(one['elsewhere_n'])}",
            ]
            for one in details["policy"]
        ]
        yield "### Sections that a source fills otherwise\n"
        yield table(["source", "section", "given", "rule", "here", "elsewhere"], rows, names=4)


def _suspects(details: Details) -> Iterator[str]:
    found = details["suspects"]
    if found["rows"]:
        yield f"{count(len(found['rows']))} labels of the corpus may be wrong; `suspected.csv` lists them.\n"


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """Say in a few lines what differs from the other model."""
    yield f"on {count(comparison['common'])} articles, this model minus the other:"
    for view, part in comparison["views"].items():
        for kind, agreement, name in (
            ("sections", part["section"], "accuracy"),
            ("topics", part["topics"], "micro-F1"),
        ):
            if agreement is not None:
                yield f"{view}, {kind}: {name} {_told(agreement['micro'])}, macro-F1 {_told(agreement['macro'])}"
    worse = worse_labels(comparison)
    named = ", ".join(f"{row['label']} ({view}) {_told(row)}" for view, row in worse[:MOST_WORSE])
    yield f"labels that got worse by more than chance: {named or 'none'}"


def worse_labels(comparison: Comparison) -> list[tuple[str, LabelDifference]]:
    """List the labels that got worse by more than chance, view by view, the worst of each first."""
    return [
        (view, row)
        for view, part in comparison["views"].items()
        for agreement in (part["section"], part["topics"])
        for row in (agreement["labels"] if agreement else [])
        if row["interval"] is not None and row["interval"]["high"] < 0
    ]


def _told(difference: Difference) -> str:
    """Write a difference with its interval, such as ``+.012 (-.003 to +.027)``."""
    if difference["difference"] is None:
        return NOTHING
    around = difference["interval"]
    within = f" ({around['low']:+.3f} to {around['high']:+.3f})" if around else ""
    return f"{difference['difference']:+.3f}{within}"
