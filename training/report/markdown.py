"""Markdown tables that read well as plain text too: aligned columns, escaped names, Arabic that stays in its cell.

``results`` and ``origins`` write every table of ``report.md`` with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["count", "escaped", "figure", "listed", "table"]

NOTHING = "–"
"""Shown for a figure that is not defined."""

_SPECIAL = re.compile(r"[\\`*|<\[]")
_LEFT_TO_RIGHT_MARK = "\N{LEFT-TO-RIGHT MARK}"


def escaped(text: str) -> str:
    """Return a name or id as one line of literal Markdown.

    After Arabic a left-to-right mark is set: a plain-text viewer would otherwise draw the number of the next cell to
    the left of the name.
    """
    line = _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
    is_arabic = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in line)
    return line + _LEFT_TO_RIGHT_MARK if is_arabic else line


def figure(value: float | None) -> str:
    """Show a measured figure with three decimals."""
    return NOTHING if value is None else f"{value:.3f}"


def count(value: int | None) -> str:
    """Show a number of articles, thousands apart."""
    return NOTHING if value is None else f"{value:,}"


def listed(names: Sequence[str]) -> str:
    """Show several names in one cell."""
    return ", ".join(map(escaped, names)) or NOTHING


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, names: int = 1) -> str:
    """Lay out a table whose cells are ready Markdown.

    Parameters
    ----------
    headers : sequence of str
        One for each column.
    rows : sequence of sequence of str
        Cells, as many in a row as there are headers.
    names : int
        Columns at the left that hold names and stand flush left; the others hold numbers and stand flush right.

    Returns
    -------
    str
        The table, ending in a newline.
    """
    grid = [list(headers), *map(list, rows)]
    widths = [max(3, *(_width(row[column]) for row in grid)) for column in range(len(headers))]
    rule = ["-" * width if column < names else "-" * (width - 1) + ":" for column, width in enumerate(widths)]
    lines = []
    for row in [grid[0], rule, *grid[1:]]:
        padding = [" " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        cells = [
            cell + pad if column < names else pad + cell
            for column, (cell, pad) in enumerate(zip(row, padding, strict=True))
        ]
        lines.append("| " + " | ".join(cells) + " |\n")
    return "".join(lines)


def _width(text: str) -> int:
    """Columns that a text takes up: marks (tashkeel) and invisible characters take none."""
    return sum(unicodedata.category(letter) not in ("Mn", "Me", "Cf") for letter in text)
