"""Documents: what of a request becomes the article that is labelled."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from model.article import Article
from model.errors import PageError
from model.pages import PageWarning, ReadPage, Removed
from service.documents import read_document
from service.schemas import Document

TIME = datetime(2022, 9, 23, 9, 35, tzinfo=UTC)
SENT = "2022-09-23T13:35:00+04:00"
FOUND = Article(
    headline="عنوان الصفحة", subheadline="فرعي", body="متن", section="رياضة", published=datetime(2020, 1, 1, tzinfo=UTC)
)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> str:
    """A page on which FOUND is found, with two pieces of boilerplate and a warning."""
    read = ReadPage(FOUND, (Removed("menu", "س"), Removed("byline", "ص")), (PageWarning("unreadable_date", "أمس"),))
    monkeypatch.setattr("service.documents.read_page", {"صفحة": read}.__getitem__)
    return "صفحة"


def test_fields_become_the_article_as_they_stand() -> None:
    document = Document.model_validate(
        {"headline": " عنوان ", "subheadline": "فرعي", "body": "متن\n", "published": SENT}
    )
    reading = read_document(document)
    assert reading.article == Article(headline=" عنوان ", subheadline="فرعي", body="متن\n", published=TIME)
    assert reading.warnings == ()


def test_a_page_becomes_the_article_found_on_it(page: str) -> None:
    reading = read_document(Document(page=page))
    assert reading.article == FOUND
    assert reading.warnings == (
        {"code": "boilerplate_removed", "count": 2},
        {"code": "unreadable_date", "detail": "أمس"},
    )


@pytest.mark.parametrize("field", ["headline", "subheadline", "body"])
def test_each_field_wins_over_the_page(page: str, field: str) -> None:
    article = read_document(Document.model_validate({"page": page, field: "غيره"})).article
    others = {"headline", "subheadline", "body"} - {field}
    assert getattr(article, field) == "غيره"
    assert all(getattr(article, other) == getattr(FOUND, other) for other in others)


def test_the_time_given_wins_over_the_page(page: str) -> None:
    assert read_document(Document.model_validate({"page": page, "published": SENT})).article.published == TIME
    assert read_document(Document(page=page)).article.published == FOUND.published


def test_a_page_on_which_nothing_can_be_read_is_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(raw: str) -> ReadPage:
        raise PageError(raw)

    monkeypatch.setattr("service.documents.read_page", refuse)
    article, warnings = read_document(Document(page="صفحة", headline="عنوان"))
    assert article == Article(headline="عنوان")
    assert [warning["code"] for warning in warnings] == ["unreadable_page"]
