"""Which labels the page has room for, where a model has hundreds: the most frequent; files beside it hold them all.

``page`` hands the choice to its templates. With 1,000 labels a page stays under 3 MB.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from training.measure import LabelRow
from training.report.details import Details, LabelWords
from training.report.schema import Breakdown

__all__ = ["ROWS", "SQUARE", "WORDS", "Room", "make_room"]

ROWS = 150
"""Labels in a table of figures, a line each."""

SQUARE = 40
"""Sections in a matrix, whose size grows with their square, and curves in one picture."""

WORDS = 60
"""Sections, and topics, whose words are shown."""


@dataclass(frozen=True, slots=True)
class Room:
    """What is shown of labels.

    Attributes
    ----------
    sections : list of LabelRow
        In the order of the model.
    topics : list of LabelRow
        Of those with a story here or given, the weakest first.
    unmeasured : list of str
        Topics without a story here that were never given.
    matrix : list of int
        Places of sections among all of the model.
    names : set of str
        Ids of the same sections.
    section_words, topic_words : list of LabelWords
    more_sections, more_topics, more_in_matrix, more_words : bool
        Whether there are others.
    """

    sections: list[LabelRow]
    topics: list[LabelRow]
    unmeasured: list[str]
    matrix: list[int]
    names: set[str]
    section_words: list[LabelWords]
    topic_words: list[LabelWords]
    more_sections: bool
    more_topics: bool
    more_in_matrix: bool
    more_words: bool


def make_room(breakdown: Breakdown, details: Details) -> Room:
    """Choose the labels of most support.

    Parameters
    ----------
    breakdown : Breakdown
        Of the first view.
    details : Details
    """
    sections, all_topics = breakdown["section_rows"], breakdown["topic_rows"]
    measured = [row for row in all_topics if _is_measured(row)]
    topics = _most(measured, ROWS)
    support = Counter({row["label"]: row["support"] for row in [*sections, *all_topics]})
    of_sections = sorted(details["sections"], key=lambda label: -support[label])[:SQUARE]
    words = [
        sorted((one for one in details["words"] if one["kind"] == kind), key=lambda one: -support[one["label"]])[:WORDS]
        for kind in ("section", "topic")
    ]
    return Room(
        sections=_most(sections, ROWS),
        topics=sorted(topics, key=lambda row: (not row["support"], row["f1"] or 0.0)),
        unmeasured=[row["label"] for row in all_topics if not _is_measured(row)],
        matrix=[place for place, label in enumerate(details["sections"]) if label in of_sections],
        names=set(of_sections),
        section_words=words[0],
        topic_words=words[1],
        more_sections=len(sections) > ROWS,
        more_topics=len(measured) > ROWS,
        more_in_matrix=len(details["sections"]) > SQUARE,
        more_words=len(details["words"]) > len(words[0]) + len(words[1]),
    )


def _is_measured(row: LabelRow) -> bool:
    return row["support"] > 0 or row["precision"] is not None


def _most(rows: list[LabelRow], n: int) -> list[LabelRow]:
    """Return the rows of most support, in their order."""
    kept = {row["label"] for row in sorted(rows, key=lambda row: -row["support"])[:n]}
    return [row for row in rows if row["label"] in kept]
