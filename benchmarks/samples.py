"""Articles for the benchmarks, taken evenly from a corpus.

Light on purpose: what is measured in the same process should not stand in the shadow of what reads its input.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["column", "evenly", "read", "texts_of_words", "write"]


def read(path: Path, limit: int | None = None) -> Any:
    """Read a corpus as a table of pyarrow, or ``limit`` articles spread evenly over it."""
    return evenly(pq.read_table(path), limit)


def evenly(table: Any, limit: int | None) -> Any:
    """Take ``limit`` rows spread evenly over a table; all of them where it has no more, or without a limit."""
    rows = table.num_rows
    if limit is None or limit >= rows:
        return table
    return table.take(pa.array([place * rows // limit for place in range(limit)]))


def write(table: Any, path: Path) -> Path:
    """Write a table as a corpus that ``--corpus`` can read."""
    pq.write_table(table, path)
    return path


def column(path: Path, name: str, limit: int | None = None) -> list[str]:
    """Return the different, non-empty values of a column, spread evenly over the corpus."""
    values = pq.read_table(path, columns=[name]).column(name).to_pylist()
    different = list(dict.fromkeys(value for value in values if value))
    if limit is None or limit >= len(different):
        return different
    return [different[place * len(different) // limit] for place in range(limit)]


def texts_of_words(path: Path, words: int, limit: int) -> list[str]:
    """Cut bodies of a corpus to exactly ``words`` words; shorter ones are passed over."""
    cut = [body.split()[:words] for body in column(path, "body")]
    return [" ".join(text) for text in cut if len(text) == words][:limit]
