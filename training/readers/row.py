"""What a reader hands over: rows as they stand in the source, before anything is made of them.

Every module of this folder yields these; ``training.corpus`` turns them into labelled articles.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

__all__ = ["OddRow", "Reader", "Row", "RowGenerator"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a source.

    Attributes
    ----------
    number : int
        1-based position among the rows of the source (blank lines and the CSV header are not rows).
    values : mapping of str to object
        Raw values by the source's own column names; columns nobody asked for are left out.
    """

    number: int
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class OddRow:
    """A row that cannot be used and is counted instead.

    Attributes
    ----------
    reason : str
        Why, in words fit for a report, such as ``"not text: body"``.
    """

    reason: str


RowGenerator: TypeAlias = Generator[Row | OddRow, None, None]
"""The rows of a source; a reader that is not exhausted must be closed, as it may hold an unpacked copy open."""


class Reader(Protocol):
    """One source, opened.

    Attributes
    ----------
    stem : str
        Short name of the source, from which ids are made for rows that have none.
    columns : list of str
        The columns met so far, wanted or not; complete once ``rows`` is exhausted.
    digest : str
        SHA-256 (hexadecimal) of the source; complete once ``rows`` is exhausted.
    """

    stem: str
    columns: list[str]
    digest: str

    def rows(self, wanted: Collection[str]) -> RowGenerator:
        """Read the source once, from its first row to its last.

        Parameters
        ----------
        wanted : collection of str
            The columns to hand over, by the source's own names.

        Raises
        ------
        CorpusError
            The source cannot be read; the message names the line where one is known.
        """
        ...
