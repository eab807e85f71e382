"""Marks in a story: pieces put together again are the story, and marks are where the evidence says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.figures import figure_rows, moment, percent
from service.web.marking import Mark, Piece, gather_marks, paragraphs

NAME = {"ar": "رياضة", "en": "Sport"}
OTHER = {"ar": "كرة القدم", "en": "Football"}
MARK = Mark(("topic",), 2, ((OTHER, 1.0),))


def word(start: int, end: int, weight: float, field: str = "body") -> dict[str, Any]:
    return {"field": field, "start": start, "end": end, "text": "", "weight": weight}


def label(name: dict[str, str], *evidence: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "evidence": list(evidence)}


def test_a_word_of_several_labels_is_one_mark() -> None:
    answer = {"section": label(NAME, word(0, 3, 1.0)), "topics": [label(OTHER, word(4, 8, 3.0), word(0, 3, 0.5))]}
    assert gather_marks(answer) == {
        "body": {
            (0, 3): Mark(("section", "topic"), 3, ((NAME, 1.0), (OTHER, 0.5))),
            (4, 8): Mark(("topic",), 3, ((OTHER, 3.0),)),
        }
    }


@pytest.mark.parametrize(("weight", "strength"), [(3.0, 3), (2.1, 3), (2.0, 3), (1.9, 2), (1.0, 2), (0.9, 1), (0.0, 1)])
def test_a_mark_is_as_strong_as_its_weight_beside_the_heaviest(weight: float, strength: int) -> None:
    answer = {"section": None, "topics": [label(OTHER, word(0, 1, 3.0), word(2, 3, weight))]}
    assert gather_marks(answer)["body"][2, 3].strength == strength


def test_words_without_weight_are_marked_lightly() -> None:
    answer = {"section": label(NAME, word(0, 1, 0.0)), "topics": []}
    assert gather_marks(answer)["body"][0, 1].strength == 1


def test_a_text_is_cut_around_its_marks() -> None:
    text = "فاز الفريق\n\n\U0001f3c6 في الدوري"
    found = paragraphs(text, {(4, 10): MARK, (17, 23): MARK})
    assert found == [[Piece("فاز "), Piece("الفريق", MARK)], [Piece("\U0001f3c6 في "), Piece("الدوري", MARK)]]


def test_marks_that_overlap_or_run_on_are_left_out() -> None:
    found = paragraphs("abcd\nefgh", {(0, 2): MARK, (1, 3): MARK, (3, 6): MARK})
    assert found == [[Piece("ab", MARK), Piece("cd")], [Piece("efgh")]]


@given(st.text("ab \n\U0001f3c6َ", max_size=30), st.sets(st.tuples(st.integers(0, 30), st.integers(1, 5)), max_size=6))
def test_no_letter_is_lost(text: str, places: set[tuple[int, int]]) -> None:
    found = paragraphs(text, {(start, start + length): MARK for start, length in places})
    lines = ["".join(piece.text for piece in pieces) for pieces in found]
    assert lines == [line for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.0, "0%"), (0.0004, "<0.1%"), (0.5, "50%"), (0.12345, "12.3%"), (0.9995, ">99.9%"), (1.0, "100%")],
)
def test_nothing_is_called_certain_that_is_not(share: float, written: str) -> None:
    assert percent(share) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-11-22T13:32:13+00:00", "2026-11-22 13:32 UTC"),
        ("2026-11-22T01:32:13+03:00", "2026-11-21 22:32 UTC"),
        ("2026-11-22T13:32:13", "2026-11-22T13:32:13"),
        ("yesterday", "yesterday"),
    ],
)
def test_a_moment_is_written_in_utc(text: str, written: str) -> None:
    assert moment(text) == written


def test_figures_that_are_no_numbers_are_left_out() -> None:
    metrics = {
        "section": {"n": 3, "accuracy": 0.5, "macro_f1": True, "auto": []},
        "headline_only": {"section": {"accuracy": "x"}},
    }
    assert figure_rows(metrics) == [("section.n", "3", ""), ("section.accuracy", "50%", "")]
