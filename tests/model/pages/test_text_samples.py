"""The sample pages: invented stories in the layouts of many kinds of outlets, each with what it should read as."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from model.pages import read_page

SAMPLES = Path(__file__).parent / "samples" / "text"
PAGES = sorted(SAMPLES.glob("*.txt"))

# The floors of the project: of the body's words, how many are kept; of what is kept, how much is body.
KEPT, BODY = 0.98, 0.95


def load(page: Path) -> tuple[str, dict[str, Any]]:
    return page.read_bytes().decode(), json.loads(page.with_suffix(".json").read_text("utf-8"))


def shares(found: str, expected: str) -> tuple[int, int, int]:
    found_words, expected_words = Counter(found.split()), Counter(expected.split())
    return (found_words & expected_words).total(), expected_words.total(), found_words.total()


def test_there_are_enough_pages_in_enough_layouts() -> None:
    layouts = {page.stem.split("_")[0] for page in PAGES}
    assert len(PAGES) >= 22
    assert len(layouts) >= 9


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_body_is_kept_and_little_else(page: Path) -> None:
    raw, expected = load(page)
    kept, in_body, found = shares(read_page(raw).article.body, expected["body"])
    assert kept >= KEPT * in_body
    assert kept >= BODY * found


def test_all_bodies_together() -> None:
    counts = [shares(read_page(raw).article.body, expected["body"]) for raw, expected in map(load, PAGES)]
    kept, in_body, found = (sum(column) for column in zip(*counts, strict=True))
    assert kept / in_body >= KEPT
    assert kept / found >= BODY


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_fields_are_read_as_printed(page: Path) -> None:
    raw, expected = load(page)
    article = read_page(raw).article
    assert article.headline == expected["headline"]
    assert article.subheadline == expected["subheadline"]
    assert article.section == expected["section"]
    assert list(article.topics) == expected["topics"]
    assert list(article.captions) == expected["captions"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_dates_are_read_or_left_out(page: Path) -> None:
    raw, expected = load(page)
    article = read_page(raw).article
    assert (article.published and article.published.isoformat()) == expected["published"]
    assert (article.updated and article.updated.isoformat()) == expected["updated"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_labels_are_not_left_in_the_text(page: Path) -> None:
    raw, _ = load(page)
    article = read_page(raw).article
    lines = [*article.headline.split("\n"), *article.subheadline.split("\n"), *article.body.split("\n")]
    assert article.section not in lines
    assert not set(article.topics) & set(lines)
    assert "#" not in "".join(lines)


def test_a_date_that_cannot_be_read_is_told() -> None:
    raw, _ = load(SAMPLES / "turkish_agency_quake.txt")
    read = read_page(raw)
    assert "unreadable_date" in {warning.code for warning in read.warnings}
    assert read.article.published is None


def test_what_is_removed_is_named_and_in_page_order() -> None:
    raw, _ = load(SAMPLES / "egypt_portal_schools.txt")
    removed = read_page(raw).removed
    kinds = [item.kind for item in removed]
    for kind in ("menu", "breadcrumb", "byline", "date", "share_bar", "advert", "teasers", "app_promotion", "tags"):
        assert kind in kinds
    places = [raw.index(item.text) for item in removed if item.kind in ("breadcrumb", "byline", "tags")]
    assert places == sorted(places)
