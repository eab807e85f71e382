"""Parquet files, through the ``datasets`` parquet builder.

Typed columns come as they are; ``training.corpus`` judges them as it judges JSON's types.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from model.errors import CorpusError
from training.readers.library import column_names, open_local, records
from training.readers.row import Row, RowGenerator
from training.readers.staging import file_digest, file_stem, staged

__all__ = ["ParquetReader"]

_BATCH_ROWS = 1000  # the builder's own default is a whole row group: often a million articles


class ParquetReader:
    """Reader of a ``.parquet`` file; see `training.readers.row.Reader`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stem = file_stem(path)
        self.columns: list[str] = []
        self.digest = file_digest(path)

    def rows(self, wanted: Collection[str]) -> RowGenerator:
        """Yield the rows of the file; a damaged one names no row, because it is read ahead."""
        with staged(self.path) as file:
            try:
                with open_local("parquet", file, batch_size=_BATCH_ROWS) as dataset:
                    self.columns = column_names(dataset)
                    for number, values in enumerate(records(dataset, wanted), start=1):
                        yield Row(number, values)
            except Exception as error:
                message = f"the Parquet file is cut off or damaged ({error}); fetch or write it again"
                raise CorpusError(message, path=self.path) from error
