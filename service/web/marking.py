"""A story cut into paragraphs and pieces, so that the words that spoke for its labels can be marked.

``story`` asks here, and the template writes the pieces; the script does the same in ``story.js``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

__all__ = ["Mark", "Piece", "gather_marks", "paragraphs"]

_STRENGTHS = 3
"""Shades of a mark: a reader tells three apart."""


class Mark(NamedTuple):
    """A word that spoke for labels.

    Attributes
    ----------
    kinds : tuple of str
        ``"section"``, ``"topic"`` or both.
    strength : int
        1 to 3: its weight against the heaviest word of the same label, the highest among its labels.
    labels : tuple of (dict, float)
        Names of the labels with the weight for each.
    """

    kinds: tuple[str, ...]
    strength: int
    labels: tuple[tuple[dict[str, str], float], ...]


class Piece(NamedTuple):
    """A stretch of text, marked or not."""

    text: str
    mark: Mark | None = None


def gather_marks(answer: Mapping[str, Any]) -> dict[str, dict[tuple[int, int], Mark]]:
    """Gather the evidence of all labels of an answer: field -> (start, end) -> Mark."""
    section = answer["section"]
    labels = [("section", section)] if section else []
    labels += [("topic", topic) for topic in answer["topics"]]
    marks: dict[str, dict[tuple[int, int], Mark]] = {}
    for kind, label in labels:
        heaviest = max((word["weight"] for word in label["evidence"]), default=0)
        for word in label["evidence"]:
            strength = min(_STRENGTHS, 1 + int(_STRENGTHS * word["weight"] / heaviest)) if heaviest else 1
            of_field = marks.setdefault(word["field"], {})
            before = of_field.get((word["start"], word["end"]), Mark((), 0, ()))
            kinds = before.kinds if kind in before.kinds else (*before.kinds, kind)
            named = (*before.labels, (label["name"], word["weight"]))
            of_field[word["start"], word["end"]] = Mark(kinds, max(before.strength, strength), named)
    return marks


def paragraphs(text: str, marks: Mapping[tuple[int, int], Mark]) -> list[list[Piece]]:
    """Cut a text at its newlines, and every paragraph around its marks.

    Parameters
    ----------
    text : str
    marks : mapping of (int, int) to Mark
        By code points of the text. One that begins within the one before, or runs over a newline, is not shown.
    """
    found, begin = [], 0
    for line in text.split("\n"):
        end = begin + len(line)
        if line.strip():
            inside = sorted((place, mark) for place, mark in marks.items() if begin <= place[0] and place[1] <= end)
            found.append(_pieces(text, begin, end, inside))
        begin = end + 1
    return found


def _pieces(text: str, begin: int, end: int, marks: Iterable[tuple[tuple[int, int], Mark]]) -> list[Piece]:
    pieces = []
    for (start, stop), mark in marks:
        if start < begin:
            continue
        if start > begin:
            pieces.append(Piece(text[begin:start]))
        pieces.append(Piece(text[start:stop], mark))
        begin = stop
    if begin < end:
        pieces.append(Piece(text[begin:end]))
    return pieces
