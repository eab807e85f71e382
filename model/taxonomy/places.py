"""Where in a TOML file a table, a key or a value stands.

``tomllib`` forgets lines once a file is parsed; the checks ask here for the line that a message should point at.
"""

from __future__ import annotations

import re
from typing import Literal

__all__ = ["Places", "TableKind"]

TableKind = Literal["section", "topic", "map"]

_TABLE = re.compile(r"\s*\[\[\s*([A-Za-z0-9_-]+)\s*\]\]")


class Places:
    """Lines of a taxonomy file, counted from 1.

    An answer is as exact as plain reading allows: a key that cannot be found gives the line of its table.

    Parameters
    ----------
    text : str
        The file.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._headers = [
            (number, found[1]) for number, line in enumerate(self._lines, start=1) if (found := _TABLE.match(line))
        ]

    def top(self, key: str) -> int:
        """Return the line of a key above all tables, or of a ``[key]``; the first line where neither stands there."""
        single = re.compile(rf"\s*\[\s*{re.escape(key)}\s*\]")
        header = next((number for number, line in enumerate(self._lines, start=1) if single.match(line)), 1)
        end = self._headers[0][0] if self._headers else len(self._lines) + 1
        return self._find_key(key, 1, end) or header

    def table(self, kind: TableKind, index: int) -> int | None:
        """Return the line of the header of the `index`-th table (from 0) of a kind.

        None where the table has no header: ``section = [{id = "news"}]`` is TOML, too.
        """
        starts = [number for number, name in self._headers if name == kind]
        return starts[index] if index < len(starts) else None

    def key(self, kind: TableKind, index: int, key: str) -> int | None:
        """Return the line of a key of a table."""
        start = self.table(kind, index)
        return start and (self._find_key(key, start, self._end(start)) or start)

    def value(self, kind: TableKind, index: int, key: str, value: object) -> int | None:
        """Return the line of one value in the list that a key of a table holds."""
        start = self.key(kind, index, key)
        if start is None:
            return None
        quoted = (f'"{value}"', f"'{value}'") if isinstance(value, str) else (str(value),)
        for number in range(start, self._end(start)):
            if any(text in self._lines[number - 1] for text in quoted):
                return number
        return start

    def _end(self, start: int) -> int:
        return next((number for number, _ in self._headers if number > start), len(self._lines) + 1)

    def _find_key(self, key: str, start: int, end: int) -> int | None:
        assignment = re.compile(rf"""\s*(["']?){re.escape(key)}\1\s*=""")
        return next((number for number in range(start, end) if assignment.match(self._lines[number - 1])), None)
