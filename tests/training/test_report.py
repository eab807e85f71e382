"""The report on disk: every fact stands in it, tables hold together, and a failing disk damages nothing."""

from __future__ import annotations

import copy
import json
import re
import resource
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from model.errors import TrainingError
from training.measure import (
    confusion_pairs,
    measure_sections,
    measure_topics,
    per_section_table,
    per_topic_table,
    recall_by_source,
    reliability_bins,
    section_agreement,
    topic_agreement,
    topic_reliability,
)
from training.report import Breakdown, Report, write_report

SECTIONS = ["news", "economy", "health|body"]
TOPICS = ["oil", "football"]
ARABIC = {"news": "أخبار", "economy": "اقتصاد", "oil": "نفط", "football": "كرة القدم"}
LEFT_TO_RIGHT_MARK = "\N{LEFT-TO-RIGHT MARK}"

GOLD = np.array([0, 0, 0, 1, 1, 0])
PROBABILITIES = np.array(
    [[0.9, 0.1, 0.0], [0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.9, 0.0], [0.4, 0.5, 0.1], [0.3, 0.6, 0.1]]
)
PREDICTED = PROBABILITIES.argmax(axis=1)
BY_KEYWORDS = np.array([0, 0, 0, 1, 0, 0])
IDS = [f"article-{row}" for row in range(6)]
SOURCES = ["sabah", "sabah", "masa", "masa", "masa", None]

TOPIC_GOLD = np.array([[1, 0], [1, 0], [0, 1], [0, 0], [1, 1], [0, 0]], dtype=bool)
TOPIC_GIVEN = np.array([[1, 0], [0, 0], [0, 1], [0, 0], [0, 1], [0, 0]], dtype=bool)
TOPIC_BY_KEYWORDS = np.array([[1, 0], [1, 0], [0, 0], [0, 0], [0, 1], [0, 0]], dtype=bool)


def breakdown() -> Breakdown:
    correct = PREDICTED == GOLD
    return {
        "section_rows": per_section_table(GOLD, PREDICTED, SECTIONS),
        "topic_rows": per_topic_table(TOPIC_GOLD, TOPIC_GIVEN, TOPICS),
        "recall_by_source": recall_by_source(GOLD, PREDICTED, SOURCES, SECTIONS),
        "confusion": confusion_pairs(GOLD, PREDICTED, IDS, SECTIONS),
        "reliability": reliability_bins(PROBABILITIES.max(axis=1), correct),
        "topic_reliability": topic_reliability(TOPIC_GIVEN * 0.5, TOPIC_GOLD),
        "baselines": [
            {
                "name": "majority",
                "section": section_agreement(GOLD, np.zeros_like(GOLD)),
                "topics": None,
                "section_rows": [],
                "topic_rows": [],
            },
            {
                "name": "keywords",
                "section": section_agreement(GOLD, BY_KEYWORDS),
                "topics": topic_agreement(TOPIC_GOLD, TOPIC_BY_KEYWORDS),
                "section_rows": per_section_table(GOLD, BY_KEYWORDS, SECTIONS),
                "topic_rows": per_topic_table(TOPIC_GOLD, TOPIC_BY_KEYWORDS, TOPICS),
            },
        ],
    }


@pytest.fixture
def report() -> Report:
    sections = measure_sections(
        GOLD, PROBABILITIES, accepted=PROBABILITIES.max(axis=1) >= 0.95, threshold=0.95, target=0.98
    )
    topics = measure_topics(TOPIC_GOLD, TOPIC_GIVEN * 0.5, TOPIC_GIVEN)
    headlines = measure_sections(
        GOLD, PROBABILITIES[::-1], accepted=PROBABILITIES[::-1].max(axis=1) >= 0.6, threshold=0.6, target=0.98
    )
    return {
        "warnings": ["one source: calibration not verified elsewhere"],
        "labels": {label: {"ar": name, "en": label} for label, name in ARABIC.items()},
        "unseen": [
            {
                "source": "masa",
                "n": 6,
                "section": headlines,
                "topics": None,
                "headline_only": {"section": sections, "topics": None},
            }
        ],
        "test": {
            "n": 1265,
            "section": sections,
            "topics": topics,
            "headline_only": {"section": headlines, "topics": None},
            "articles_per_second": 15300.4,
        },
        "whole": breakdown(),
        "headline_only": breakdown(),
        "provenance": {
            "date": "2026-03-01T09:00:00+00:00",
            "command": ["python", "-m", "training.fit", "--corpus", "my stories.jsonl"],
            "seed": 7,
            "versions": {"python": "3.11.7", "numpy": "2.4.6"},
            "orthography_version": 1,
            "corpora": [
                {"source": "my stories.jsonl", "sha256": "ab" * 32, "rows": 12400},
                {"source": "hf:some/news", "sha256": None, "rows": 10},
            ],
            "skipped": {"empty body": 3},
            "duplicates": {"groups": 4, "grouped": 9, "removed": 2},
            "split": {"train": 10000, "calibration": 1135, "test": 1265},
            "left_out": {"weather": 2},
            "unknown_topics": {"طيران": 5, "سفر": 11},
            "sources": {"sabah": 12000, "masa": 400},
            "seconds": {"read": 1.25, "learn": 20.0},
        },
    }


def written(folder: Path, report: Report) -> tuple[dict, str]:
    write_report(folder, report)
    stored = json.loads((folder / "report.json").read_text("utf-8"), parse_constant=pytest.fail)
    return stored, (folder / "report.md").read_text("utf-8")


def cells(line: str) -> list[str]:
    """Split a row of a Markdown table at the pipes that are not escaped."""
    inner = re.split(r"(?<!\\)\|", line)[1:-1]
    return [cell.replace(LEFT_TO_RIGHT_MARK, "").strip() for cell in inner]


def tables(markdown: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in [*markdown.splitlines(), ""]:
        if line.startswith("|"):
            block.append(line)
        elif block:
            yield block
            block = []


def rows_under(markdown: str, heading: str) -> list[dict[str, str]]:
    """Return the rows of the first table under a heading, by column."""
    assert f"\n{heading}\n" in markdown
    after = markdown.split(f"\n{heading}\n", 1)[1]
    header, _, *rows = next(tables(after))
    return [dict(zip(cells(header), cells(row), strict=True)) for row in rows]


# ---------------------------------------------------------------- report.json


def test_json_holds_the_report_as_it_is(tmp_path: Path, report: Report) -> None:
    stored, _ = written(tmp_path / "reports" / "latest", report)
    assert stored == report
    assert "كرة القدم" in (tmp_path / "reports" / "latest" / "report.json").read_text("utf-8")


def test_json_has_null_for_nan_and_plain_numbers_for_those_of_numpy(tmp_path: Path, report: Report) -> None:
    report["test"]["articles_per_second"] = float("nan")
    report["provenance"]["split"]["train"] = np.int64(3)  # type: ignore[typeddict-item]
    report["whole"]["section_rows"][0]["recall"] = np.float32("inf")  # type: ignore[typeddict-item]
    stored, markdown = written(tmp_path, report)
    assert stored["test"]["articles_per_second"] is None
    assert stored["provenance"]["split"]["train"] == 3
    assert stored["whole"]["section_rows"][0]["recall"] is None
    assert "nan" not in markdown.split("## What it was made from")[0]


def test_half_a_surrogate_pair_in_an_id_is_escaped(tmp_path: Path, report: Report) -> None:
    report["whole"]["confusion"][0]["ids"] = ["id-\udc41"]
    stored, markdown = written(tmp_path, report)
    assert stored["whole"]["confusion"][0]["ids"] == ["id-\udc41"]
    assert r"id-\udc41" in markdown


# ---------------------------------------------------------------- report.md


def test_every_table_has_as_many_cells_in_each_row(tmp_path: Path, report: Report) -> None:
    report["provenance"]["sources"] = {"a|b\\|c\nd": 1, "`x` | *y*": 2}
    _, markdown = written(tmp_path, report)
    blocks = list(tables(markdown))
    assert len(blocks) > 15
    for block in blocks:
        assert len({len(cells(line)) for line in block}) == 1, block
        assert all(re.fullmatch(r"-+:?", cell) for cell in cells(block[1]))
        assert len({len(line.replace(LEFT_TO_RIGHT_MARK, "")) for line in block}) == 1, "columns are not aligned"


def test_every_label_has_a_row_with_its_arabic_name(tmp_path: Path, report: Report) -> None:
    _, markdown = written(tmp_path, report)
    for view in ("whole articles", "headlines alone"):
        rows = rows_under(markdown, f"### Sections, {view}")
        assert [(row["id"], row["name"]) for row in rows] == [
            ("news", "أخبار"),
            ("economy", "اقتصاد"),
            (r"health\|body", ""),
        ]
        rows = rows_under(markdown, f"### Topics, {view}")
        assert [(row["id"], row["name"]) for row in rows] == [("oil", "نفط"), ("football", "كرة القدم")]


def test_arabic_names_do_not_draw_the_next_cell_to_their_left(tmp_path: Path, report: Report) -> None:
    _, markdown = written(tmp_path, report)
    assert not re.search(r"[\u0620-\u064a]\s*\|", markdown)
    assert f"| نفط{LEFT_TO_RIGHT_MARK} " in markdown
    assert f"| oil{LEFT_TO_RIGHT_MARK}" not in markdown


def test_figures_have_three_decimals_and_undefined_ones_a_dash(tmp_path: Path, report: Report) -> None:
    _, markdown = written(tmp_path, report)
    news, _, health = rows_under(markdown, "### Sections, whole articles")
    assert (news["precision"], news["recall"], news["F1"], news["support"]) == ("1.000", "0.500", "0.667", "4")
    assert (health["precision"], health["recall"], health["F1"], health["support"]) == ("–", "–", "–", "0")


def test_baselines_stand_in_the_same_tables_as_the_model(tmp_path: Path, report: Report) -> None:
    _, markdown = written(tmp_path, report)
    rows = rows_under(markdown, "### Sections")
    assert [(row["text"], row["labelled by"]) for row in rows] == [
        (text, by) for text in ("whole", "headline") for by in ("**model**", "majority", "keywords")
    ]
    assert [row["accuracy"] for row in rows[:3]] == ["0.667", "0.667", "0.833"]
    assert (rows[0]["auto from"], rows[0]["auto precision"], rows[0]["auto share"]) == ("0.950", "–", "0.000")
    assert rows[2]["ECE"] == "–"
    assert [row["labelled by"] for row in rows_under(markdown, "### Topics")] == ["**model**", "keywords", "keywords"]


def test_a_label_that_a_baseline_beats_says_so(tmp_path: Path, report: Report) -> None:
    _, markdown = written(tmp_path, report)
    oil, football = rows_under(markdown, "### Topics, whole articles")
    assert (oil["F1"], oil["F1 of keywords"], oil["note"]) == ("0.500", "0.800", "does not beat keywords")
    assert (football["F1"], football["F1 of keywords"], football["note"]) == ("1.000", "0.667", "")
    assert "F1 of majority" not in oil
    news, economy, health = rows_under(markdown, "### Sections, whole articles")
    assert economy["F1"] == economy["F1 of keywords"]
    assert news["note"] == economy["note"] == "does not beat keywords"
    assert health["note"] == ""


def test_recall_by_source_shows_recall_and_support(tmp_path: Path, report: Report) -> None:
    _, markdown = written(tmp_path, report)
    news, economy, _ = rows_under(markdown, "### Recall by section and source, whole articles")
    assert news == {"section": "news", "masa": "0.000 (1)", "sabah": "1.000 (2)", "?": "0.000 (1)"}
    assert economy["sabah"] == "– (0)"


def test_confusions_name_articles_to_look_at(tmp_path: Path, report: Report) -> None:
    _, markdown = written(tmp_path, report)
    assert rows_under(markdown, "### Taken for one another, whole articles") == [
        {"gold": "news", "given": "economy", "ids of examples": "article-2, article-5", "articles": "2"}
    ]


def test_calibration_stands_as_numbers(tmp_path: Path, report: Report) -> None:
    _, markdown = written(tmp_path, report)
    rows = rows_under(markdown, "### Calibration of sections, whole articles")
    assert len(rows) == len(report["whole"]["reliability"]) == 6
    assert rows[0] == {"probability": "0.500 to 0.500", "mean": "0.500", "right": "1.000", "articles": "1"}


def test_calibration_of_topics_stands_as_numbers(tmp_path: Path, report: Report) -> None:
    _, markdown = written(tmp_path, report)
    rows = rows_under(markdown, "### Calibration of topics, whole articles")
    assert len(rows) == len(report["whole"]["topic_reliability"]) == 3
    assert rows[0] == {"probability": "0.500 to 0.500", "mean": "0.500", "right": "1.000", "decisions": "1"}
    model, keywords = rows_under(markdown, "### Topics")[:2]
    assert report["test"]["topics"] is not None
    assert model["ECE"] == f"{report['test']['topics']['ece']:.3f}"
    assert keywords["ECE"] == "–"


def test_unseen_outlets_come_before_the_test_part(tmp_path: Path, report: Report) -> None:
    _, markdown = written(tmp_path, report)
    assert markdown.index("## Outlets it has never seen") < markdown.index("## The test part")
    whole, headline = rows_under(markdown, "### Sections of outlets never seen")
    assert (whole["outlet"], whole["text"], headline["text"]) == ("masa", "whole", "headline")
    assert report["unseen"][0]["section"] is not None
    assert whole["log loss"] == f"{report['unseen'][0]['section']['log_loss']:.3f}" != headline["log loss"]


def test_provenance_stands_in_full(tmp_path: Path, report: Report) -> None:
    _, markdown = written(tmp_path, report)
    assert rows_under(markdown, "## What it was made from") == [
        {"corpus": "my stories.jsonl", "SHA-256": "ab" * 32, "rows": "12,400"},
        {"corpus": "hf:some/news", "SHA-256": "–", "rows": "10"},
    ]
    assert "2 exact copies removed; 4 groups of near duplicates with 9 articles" in markdown
    facts = {row["what"]: row["value"] for row in rows_under(markdown, "## How it was made")}
    assert facts == {
        "date": "2026-03-01T09:00:00+00:00",
        "command": "python -m training.fit --corpus 'my stories.jsonl'",
        "seed": "7",
        "orthography version": "1",
        "python": "3.11.7",
        "numpy": "2.4.6",
    }
    assert rows_under(markdown, "### Articles by part")[0] == {"part": "train", "count": "10,000"}
    assert rows_under(markdown, "### Articles by source")[1] == {"source": "masa", "count": "400"}
    assert rows_under(markdown, "### Rows skipped") == [{"reason": "empty body", "count": "3"}]
    assert rows_under(markdown, "### Labels left out") == [{"label": "weather", "count": "2"}]
    assert rows_under(markdown, "### Topics the taxonomy does not know") == [
        {"name in the corpus": "سفر", "count": "11"},
        {"name in the corpus": "طيران", "count": "5"},
    ]
    assert rows_under(markdown, "### Time")[-1] == {"step": "**all**", "seconds": "21.2"}


def test_warnings_stand_first(tmp_path: Path, report: Report) -> None:
    _, markdown = written(tmp_path, report)
    sentence = "- one source: calibration not verified elsewhere\n"
    assert markdown.index(sentence) < markdown.index("## Outlets it has never seen")


def test_every_table_of_figures_says_how_to_read_it(tmp_path: Path, report: Report) -> None:
    _, markdown = written(tmp_path, report)
    results = markdown.split("## What it was made from")[0].split("## The test part")[1]
    for after in re.split(r"\n### ", results)[1:]:
        assert "\nHow to read this: " in after, after.splitlines()[0]


def test_parts_that_are_not_there_leave_no_heading(tmp_path: Path, report: Report) -> None:
    nothing: Breakdown = {
        "section_rows": [],
        "topic_rows": [],
        "recall_by_source": None,
        "confusion": [],
        "reliability": [],
        "topic_reliability": [],
        "baselines": [],
    }
    report.update(warnings=[], unseen=[], whole=nothing, headline_only=None)
    report["test"].update(section=None, headline_only=None, articles_per_second=None)
    report["provenance"].update(
        seed=None, corpora=[], skipped={}, duplicates=None, left_out={}, unknown_topics={}, sources={}, seconds={}
    )
    stored, markdown = written(tmp_path, report)
    assert stored == report
    headings = [line for line in markdown.splitlines() if line.startswith("#")]
    assert headings == [
        "# How the model labels",
        "## The test part",
        "### Topics",
        "## Label by label: whole articles",
        "## What it was made from",
        "### Articles by part",
        "## How it was made",
    ]


def test_paragraphs_tables_and_headings_are_apart(tmp_path: Path, report: Report) -> None:
    _, markdown = written(tmp_path, report)
    lines = markdown.splitlines()
    for before, line in pairwise(lines):
        if line.startswith("#"):
            assert before == "", line
        if before.startswith("#"):
            assert line == "", before
        if before.startswith("|") != line.startswith("|"):
            assert "" in (before, line), line
    assert "\n\n\n" not in markdown


# ---------------------------------------------------------------- on disk


def test_a_second_report_replaces_the_first_and_leaves_nothing_behind(tmp_path: Path, report: Report) -> None:
    written(tmp_path, report)
    (tmp_path / "notes.txt").write_text("ours")
    second = copy.deepcopy(report)
    second["provenance"]["seed"] = 8
    stored, markdown = written(tmp_path, second)
    assert stored["provenance"]["seed"] == 8
    assert {row["what"]: row["value"] for row in rows_under(markdown, "## How it was made")}["seed"] == "8"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "report.json", "report.md"]


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Let files grow to 30,000 bytes and no further, as a disk does that fills up while it is written to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_old_report_whole(
    tmp_path: Path, report: Report, request: pytest.FixtureRequest
) -> None:
    written(tmp_path, report)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    report["warnings"] = ["|" * 20_000]  # escaped, it is twice as long: report.json fits, report.md does not
    request.getfixturevalue("full_disk")
    with pytest.raises(TrainingError, match=r"cannot be written to .*--report") as raised:
        write_report(tmp_path, report)
    assert isinstance(raised.value.__cause__, OSError)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path, report: Report) -> None:
    place = tmp_path / "report"
    place.write_text("something else")
    with pytest.raises(TrainingError, match="File exists"):
        write_report(place, report)
    assert place.read_text() == "something else"
