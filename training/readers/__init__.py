"""Readers for every kind of source a corpus may come from.

``open_source`` picks the reader by the look of the name; ``training.corpus`` reads it.
"""

from __future__ import annotations

from pathlib import Path

from model.errors import CorpusError
from training.readers.delimited import DelimitedReader
from training.readers.hub import HubReader
from training.readers.json_lines import JsonLinesReader
from training.readers.pages import PagesReader
from training.readers.parquet import ParquetReader
from training.readers.row import OddRow, Reader, Row
from training.readers.staging import file_suffix

__all__ = ["OddRow", "Reader", "Row", "open_source"]

_HUB_PREFIX = "hf:"
_SUFFIXES = ".jsonl, .csv, .tsv or .parquet (each also with .gz)"


def open_source(source: str) -> Reader:
    """Open a source by its name.

    Parameters
    ----------
    source : str
        A ``.jsonl``, ``.csv``, ``.tsv`` or ``.parquet`` file (also ``.gz``), a folder of ``.txt`` and ``.html``
        pages, or ``hf:NAME[:SPLIT]``.

    Raises
    ------
    CorpusError
        There is nothing of that name, or its format is not known.
    """
    if source.startswith(_HUB_PREFIX):
        return HubReader(source)
    path = Path(source)
    if path.is_dir():
        return PagesReader(path)
    suffix = file_suffix(path)
    if not path.exists():
        raise CorpusError("there is no such file or folder; check the path", path=source)
    if suffix == ".jsonl":
        return JsonLinesReader(path)
    if suffix in {".csv", ".tsv"}:
        return DelimitedReader(path)
    if suffix == ".parquet":
        return ParquetReader(path)
    known = f"a file ending in {_SUFFIXES}, a folder of .txt or .html pages, or hf:NAME[:SPLIT]"
    raise CorpusError(f"its name does not tell the format; give {known}", path=source)
