"""What is shown is what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import side_shown
from model.errors import TrainingError


def _of(whole: float, headline: float, **costs: float) -> dict[str, Any]:
    views = {
        view: {"accuracy": value, "macro_f1": value - 0.1, "recall": {"health": 0.25, "religion": 0.75}}
        for view, value in (("whole", whole), ("headline", headline))
    }
    usual = {"training_seconds": 10.0, "articles_per_second": 1000.0, "headline_microseconds": 50.0}
    return {"parts": {"Mowjaz": {"n": 400, **views}}, **usual, "peak_bytes": 2e9, "size_bytes": 5e6, **costs}


@pytest.fixture
def rows() -> dict[str, Any]:
    contestants = {
        "tabwib": _of(0.9, 0.85, training_seconds=5.0, articles_per_second=4000.0),
        "fasttext": _of(0.8, 0.84),
        "fasttext_tuned": _of(0.88, 0.7),
        "words": {"failed": "out of memory"},
    }
    return {
        "held_out": {"views": ["whole", "headline"], "parts": ["Mowjaz"], "n_learned": 9, "contestants": contestants}
    }


def test_table_has_a_line_for_every_contestant(rows: dict[str, Any]) -> None:
    lines = {line[0]: list(line[1:]) for line in side_shown.table(rows).rows}
    assert lines["Mowjaz: Tabwib"] == ["400", "0.900", "0.800", "0.850", "0.750", "5.0", "4,000", "50", "2,000", "5.0"]
    assert set(lines["Mowjaz: scikit-learn, words"]) == {"–"}
    assert side_shown.failures(rows) == ["held_out, scikit-learn, words: out of memory"]


def test_view_that_was_not_asked_for_stays_empty(rows: dict[str, Any]) -> None:
    rows["held_out"]["views"] = ["headline"]
    assert list(side_shown.table(rows).rows[0][2:5]) == ["", "", "0.850"]


def test_summary_compares_with_the_better_fasttext(rows: dict[str, Any]) -> None:
    beside, recall = side_shown.summary(rows)
    assert "whole +2.0 points on average, +2.0 at least (1 parts); headline +1.0 points" in beside
    assert "0.50 of its training time, 4.00 times its articles/s" in beside
    assert "Tabwib 0.25 and 0.75" in recall


def test_markdown_replaces_what_stands_between_the_marks(rows: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "results.md"
    file.write_text(f"before\n{side_shown.BEGIN}\nold\n{side_shown.END}\nafter\n", encoding="utf-8")
    side_shown.write_markdown(rows, file)
    once = file.read_text(encoding="utf-8")
    side_shown.write_markdown(rows, file)
    assert file.read_text(encoding="utf-8") == once
    assert once.startswith("before\n")
    assert once.endswith("after\n")
    assert "old" not in once
    assert "| Mowjaz | Tabwib | 400 | 0.900 |" in once
    assert "|  | fastText | 400 | 0.800 |" in once


def test_markdown_says_how_far_probabilities_can_be_trusted(rows: dict[str, Any], tmp_path: Path) -> None:
    ours = rows["held_out"]["contestants"]["tabwib"]["parts"]["Mowjaz"]
    ours["whole"]["trust"] = {"ece": 0.0214, "accepted": 0.846, "precision": 0.9771, "acceptable": 0.815}
    ours["headline"]["trust"] = {"ece": 0.05, "accepted": 0.0, "precision": None, "acceptable": 0.1}
    file = tmp_path / "results.md"
    file.write_text(f"{side_shown.BEGIN}\n{side_shown.END}\n", encoding="utf-8")
    side_shown.write_markdown(rows, file)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert "| Mowjaz | Tabwib | 0.021 | 0.050 | 85% | 0.977 | 0% | – | 82% |" in lines
    assert sum("ECE, whole" in line or "0.021" in line for line in lines) == 2


def test_markdown_in_short_shows_the_best_of_every_part_and_what_the_largest_row_cost(
    rows: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "readme.md"
    file.write_text(f"{side_shown.BEGIN_SHORT}\n{side_shown.END}\n", encoding="utf-8")
    side_shown.write_markdown(rows, file)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert "| accuracy, whole / headline | n | Tabwib | fastText | fastText, tuned |" in lines
    assert "| Mowjaz | 400 | **0.900** / **0.850** | 0.800 / 0.840 | 0.880 / 0.700 |" in lines
    assert "| articles a second, one core | | 4,000 | 1,000 | 1,000 |" in lines
    assert lines[-1] == side_shown.END


def test_markdown_without_marks_is_refused(rows: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "results.md"
    file.write_text("text\n", encoding="utf-8")
    with pytest.raises(TrainingError, match="has no lines"):
        side_shown.write_markdown(rows, file)
    assert file.read_text(encoding="utf-8") == "text\n"


def test_picture_names_parts_and_the_same_figures_give_the_same_file(rows: dict[str, Any], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    side_shown.draw(rows, tmp_path / "one.svg")
    side_shown.draw(rows, tmp_path / "two.svg")
    drawn = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert drawn == (tmp_path / "two.svg").read_text(encoding="utf-8")
    assert "<!-- Mowjaz -->" in drawn
    assert "<!-- fastText, tuned -->" in drawn
    assert "scikit-learn" not in drawn
