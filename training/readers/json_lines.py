"""JSON Lines: one JSON object per line.

Built on the lines of ``training.readers.lines``; types are kept as JSON has them and judged in ``training.corpus``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path

from model.errors import CorpusError
from training.readers.lines import text_lines
from training.readers.row import OddRow, Row, RowGenerator
from training.readers.staging import file_digest, file_stem

__all__ = ["JsonLinesReader"]

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class JsonLinesReader:
    """Reader of a ``.jsonl`` file; see `training.readers.row.Reader`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stem = file_stem(path)
        self.columns: list[str] = []
        self.digest = file_digest(path)

    def rows(self, wanted: Collection[str]) -> RowGenerator:
        """Yield the objects; a line of JSON that is no object is odd, a line that is no JSON is an error."""
        columns: dict[str, None] = {}
        number = 0
        with text_lines(self.path) as lines:
            for line_number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                number += 1
                parsed = self._parse(line, line_number)
                if isinstance(parsed, dict):
                    columns.update(dict.fromkeys(parsed))
                    yield Row(number, {name: parsed[name] for name in wanted if name in parsed})
                else:
                    yield OddRow("not a JSON object")
        self.columns = list(columns)

    def _parse(self, line: str, line_number: int) -> object:
        try:
            parsed: object = json.loads(line)
        except (ValueError, RecursionError) as error:
            if isinstance(error, json.JSONDecodeError):
                what = f"not JSON: {error.msg}, column {error.colno}"
            else:
                what = f"not JSON that can be read ({type(error).__name__})"
            advice = "each line must hold one whole JSON object; mend or delete the line"
            if not line.endswith("\n"):
                advice = "the file ends in the middle of a line; fetch or write it again, or delete the line"
            raise CorpusError(f"{what}; {advice}", path=self.path, line=line_number) from error
        return _mended(parsed) if _SURROGATE_ESCAPE.search(line) else parsed


def _mended(value: object) -> object:
    r"""Replace halves of characters by U+FFFD: a text cut at a fixed length may end in ``\ud83d``, half an emoji.

    Such a string cannot be encoded, so it would fail much later and far from its line.
    """
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value
