"""The few lines that ``fit`` and ``evaluate`` print for people."""

from __future__ import annotations

from training.measure import SectionFigures, TopicFigures
from training.report import Figures

__all__ = ["summary"]


def summary(figures: Figures) -> str:
    """Write the main figures, whole articles first, then headlines alone."""
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


def _show(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
