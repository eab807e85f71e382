"""The texts that are learned, measured and served: cleaned, and without what a page prints as labels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.article import Article
from model.views import HEADLINE_WORDS, headline_only, whole

STORY = Article(
    headline="وزارة الصحة تفتح مركزا جديدا",
    subheadline="المركز الثالث هذا العام",
    body="يضم المركز عشرين سريرا.\nويبدأ العمل صباح الأحد.",
)


def test_whole_is_every_field_on_its_line() -> None:
    assert whole(STORY).split("\n") == [
        "وزارة الصحة تفتح مركزا جديدا",
        "المركز الثالث هذا العام",
        "يضم المركز عشرين سريرا.",
        "ويبدأ العمل صباح الأحد.",
    ]


@pytest.mark.parametrize(
    ("missing", "lines"),
    [
        pytest.param(("headline",), 3, id="no-headline"),
        pytest.param(("subheadline",), 3, id="no-subheadline"),
        pytest.param(("body",), 2, id="no-body"),
        pytest.param(("headline", "subheadline", "body"), 0, id="nothing"),
    ],
)
def test_missing_fields_leave_no_empty_line(missing: tuple[str, ...], lines: int) -> None:
    text = whole(replace(STORY, **dict.fromkeys(missing, "")))
    assert [bool(line) for line in text.splitlines()] == [True] * lines


def test_labels_and_captions_are_never_input() -> None:
    printed = replace(
        STORY, section="صحة", topics=("القلب",), captions=("صورة من المركز",), source="صحيفة", url="http://x"
    )
    assert whole(printed) == whole(STORY)
    assert headline_only(printed) == headline_only(STORY)


@pytest.mark.parametrize(
    ("article", "gone"),
    [
        pytest.param(replace(STORY, body="القاهرة - " + STORY.body), "القاهرة", id="dateline-of-a-body"),
        pytest.param(replace(STORY, headline="دبي: «الخليج» " + STORY.headline), "دبي", id="dateline-of-a-headline"),
        pytest.param(replace(STORY, body="<p>" + STORY.body + "</p>"), "<p>", id="markup-of-a-body"),
        pytest.param(replace(STORY, headline="<b>" + STORY.headline + "</b>"), "<b>", id="markup-of-a-headline"),
        pytest.param(replace(STORY, subheadline="<i>" + STORY.subheadline + "</i>"), "<i>", id="markup-below-it"),
    ],
)
def test_fields_are_cleaned(article: Article, gone: str) -> None:
    assert gone not in whole(article)
    assert whole(article).split() == whole(STORY).split()
    assert headline_only(article) == headline_only(STORY)


def test_headline_only_is_the_headline() -> None:
    assert headline_only(STORY) == "وزارة الصحة تفتح مركزا جديدا"


@pytest.mark.parametrize("headline", ["", " \n"], ids=["empty", "blank"])
def test_headline_only_takes_the_first_words_of_the_cleaned_body(headline: str) -> None:
    words = [f"كلمة{number}" for number in range(HEADLINE_WORDS + 5)]
    article = Article(headline=headline, body="القاهرة - " + "\n".join(words))
    assert headline_only(article) == " ".join(words[:HEADLINE_WORDS])
