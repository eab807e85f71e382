"""The few lines that ``fit`` and ``evaluate`` print for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from training.measure import SectionFigures, TopicFigures
from training.report import Figures

__all__ = ["summary"]


def summary(figures: Figures) -> str:
    """Write the main figures, whole articles first, then headlines alone; part by part where there are parts."""
    if "parts" in figures:
        return "\n".join(_of_parts(figures))
    lines = [f"measured on {figures['n']} articles"]
    headlines = figures["headline_only"]
    lines += _lines("whole article", figures["section"], figures["topics"])
    if headlines is not None:
        lines += _lines("headline only", headlines["section"], headlines["topics"])
    return "\n".join(lines)


def _lines(view: str, section: SectionFigures | None, topics: TopicFigures | None) -> list[str]:
    lines = []
    if section is not None:
        auto = section["auto"]
        lines.append(
            f"  {view}: section accuracy {_show(section['accuracy'])}, macro-F1 {_show(section['macro_f1'])}, "
            f"accepted {_show(auto['coverage'])} at precision {_show(auto['precision'])} (target {auto['target']:g})"
        )
    if topics is not None:
        lines.append(f"  {view}: topics micro-F1 {_show(topics['micro_f1'])}, macro-F1 {_show(topics['macro_f1'])}")
    return lines


_COLUMNS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "section": {
        "accuracy": ("accuracy",),
        "macro-F1": ("macro_f1",),
        "ECE": ("ece",),
        "accepted": ("auto", "coverage"),
        "precision": ("auto", "precision"),
    },
    "topics": {
        "micro-F1": ("micro_f1",),
        "macro-F1": ("macro_f1",),
        "MAP": ("mean_average_precision",),
    },
}


def _of_parts(figures: Mapping[str, Any]) -> list[str]:
    """Lay out a table for sections and one for topics: every part, their mean, and all together."""
    parts = figures["parts"]
    lines = [
        f"{figures['protocol']}: {len(parts)} parts, {figures['n']} articles, each labelled by what had not seen it"
    ]
    for kind, columns in _COLUMNS.items():
        named = [*parts.items(), ("mean", figures["mean"]), ("pooled", figures)]
        rows = [[name, *_cells(of_part, kind, columns)] for name, of_part in named if of_part[kind] is not None]
        if not rows or figures[kind] is None:
            continue
        headers = ["", "n", *columns, *(columns if figures["headline_only"] else ())]
        lines += ["", f"{kind}, whole article" + (", then headline alone" if figures["headline_only"] else "")]
        lines += _table([headers, *rows])
    return lines


def _cells(of_part: Mapping[str, Any], kind: str, columns: Mapping[str, Sequence[str]]) -> list[str]:
    cells = [str(of_part[kind]["n"])]
    views = [of_part] if of_part["headline_only"] is None else [of_part, of_part["headline_only"]]
    for view in views:
        for path in columns.values():
            value: Any = view[kind]
            for name in path:
                value = value[name]
            cells.append(_show(value))
    return cells


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _show(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
