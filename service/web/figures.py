"""Numbers as the pages write them.

Digits are written as 0-9 in both languages, as most Arab newsrooms write them online, so that a figure can be found
again in the API's JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

__all__ = ["FIGURES", "FigureRow", "binary_size", "figure_rows", "moment", "percent"]

FIGURES = (
    "section.n",
    "section.accuracy",
    "section.macro_f1",
    "section.auto.coverage",
    "section.auto.precision",
    "topics.micro_f1",
    "topics.macro_f1",
    "topics.mean_average_precision",
)
"""Metrics on the model card, by their places in what ``training.evaluate --json`` prints."""


class FigureRow(NamedTuple):
    """One metric: its place in the metrics, and its values as written; empty where it was not measured."""

    name: str
    whole: str
    headline: str


def percent(share: float) -> str:
    """Write a share in [0, 1]; what rounding would call certain or impossible is not called so."""
    if 0.999 < share < 1:
        return ">99.9%"
    if 0 < share < 0.001:
        return "<0.1%"
    return f"{share * 100:.1f}".removesuffix(".0") + "%"


def binary_size(count: int) -> str:
    """Write a number of bytes."""
    return f"{count / 2**20:g} MiB"


def moment(text: str) -> str:
    """Write a moment of an ISO 8601 text to the minute, in UTC; a text that names none stays as it is."""
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if then.tzinfo is None else then.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def figure_rows(metrics: Any) -> list[FigureRow]:
    """List the metrics that a model was measured by; what is missing or no number is left out."""
    headline = _at(metrics, "headline_only")
    rows = [FigureRow(name, _written(_at(metrics, name)), _written(_at(headline, name))) for name in FIGURES]
    return [row for row in rows if row.whole or row.headline]


def _at(metrics: Any, path: str) -> Any:
    for step in path.split("."):
        metrics = metrics.get(step) if isinstance(metrics, Mapping) else None
    return metrics


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return str(value)
    return percent(value) if isinstance(value, float) else ""
