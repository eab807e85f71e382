"""The lines of a text file, through the ``datasets`` text builder.

JSON Lines and CSV are both read from here, one line after the other, so that whatever is wrong has a line number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from model.errors import CorpusError
from training.readers.library import open_local, records
from training.readers.staging import staged, undecodable

__all__ = ["text_lines"]


@contextmanager
def text_lines(path: Path) -> Iterator[Iterator[str]]:
    """Open a UTF-8 file, ``.gz`` or not, as its lines, each with its newline; a byte order mark is dropped.

    Yields
    ------
    iterator of str
        The lines, readable while the context is open.

    Raises
    ------
    CorpusError
        The file is empty, broken or not UTF-8; the latter while the lines are read.
    """
    with (
        staged(path) as file,
        open_local("text", file, encoding="utf-8-sig", keep_linebreaks=True) as dataset,
    ):
        yield _decoded(dataset, file, path)


def _decoded(dataset: Any, file: Path, path: Path) -> Iterator[str]:
    try:
        for line in records(dataset, ["text"]):
            yield line["text"]
    except UnicodeDecodeError as error:
        raise undecodable(file, path) from error
    except Exception as error:
        raise CorpusError(f"cannot be read as text ({error}); check the file", path=path) from error
