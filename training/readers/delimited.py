"""CSV and TSV files with a header line.

Built on the lines of ``training.readers.lines`` and the standard library's strict CSV parser, so that a quote that is
never closed has a line number.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from model.errors import CorpusError
from training.readers.lines import text_lines
from training.readers.row import OddRow, Row, RowGenerator
from training.readers.staging import file_digest, file_stem, file_suffix

__all__ = ["DelimitedReader"]

_SEPARATORS = {".csv": ",", ".tsv": "\t"}


class DelimitedReader:
    """Reader of a ``.csv`` or ``.tsv`` file; see `training.readers.row.Reader`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stem = file_stem(path)
        self.columns: list[str] = []
        self.digest = file_digest(path)
        self._line = ""

    def rows(self, wanted: Collection[str]) -> RowGenerator:
        """Yield the rows; one with more or fewer cells than the header is odd, a broken quote is an error."""
        with text_lines(self.path) as lines, _long_cells():
            records = self._records(lines)
            _, header = next(records, (1, []))
            self.columns = [name.strip() for name in header]
            kept = [(place, name) for place, name in enumerate(self.columns) if name in wanted]
            for number, (line, cells) in enumerate(records, start=1):
                if len(cells) == len(header):
                    yield Row(number, {name: cells[place] for place, name in kept})
                elif len(cells) < len(header) and not self._line.endswith("\n"):
                    advice = "fetch or write it again, or delete the row"
                    raise CorpusError(f"the file ends in the middle of a row; {advice}", path=self.path, line=line)
                else:
                    yield OddRow("more or fewer cells than the header")

    def _records(self, lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
        """Yield the records that are not blank lines, each with the line it begins on."""
        parser = csv.reader(self._noted(lines), delimiter=_SEPARATORS[file_suffix(self.path)], strict=True)
        while True:
            line = parser.line_num + 1
            try:
                cells = next(parser, None)
            except csv.Error as error:
                raise CorpusError(
                    f"broken quoting in the row that begins here ({error}); close the quote, "
                    'write a quote inside a cell twice (""), or delete the row',
                    path=self.path,
                    line=line,
                ) from error
            if cells is None:
                return
            if cells:
                yield line, cells

    def _noted(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            self._line = line
            yield line


@contextmanager
def _long_cells() -> Iterator[None]:
    """Lift the parser's limit of 131,072 characters a cell, which a long report in one cell exceeds."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)
