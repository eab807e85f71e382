"""JSON-LD that was sent alone: read as it would be read in a page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from model.article import Article
from model.errors import EmptyTextError, PageError
from model.pages import read_news_article, read_page

HEADLINE = "الميناء يستقبل أول باخرة بعد التوسعة"
BODY = (
    "استقبل الميناء صباح الأحد أول باخرة بعد انتهاء أعمال التوسعة.\nوقالت الإدارة إن الأرصفة الجديدة تعمل بكامل طاقتها."
)
NODE = {"@type": "NewsArticle", "headline": HEADLINE, "articleBody": BODY}


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(NODE, id="node"),
        pytest.param([{"@type": "WebSite", "name": "موقع"}, NODE], id="list"),
        pytest.param({"@context": "https://schema.org", "@graph": [NODE]}, id="graph"),
        pytest.param({**NODE, "@type": ["Thing", "http://schema.org/NewsArticle"]}, id="types"),
        pytest.param({**NODE, "headline": None, "name": HEADLINE}, id="name-for-headline"),
        pytest.param({**NODE, "headline": [HEADLINE]}, id="listed-headline"),
    ],
)
def test_the_article_is_found(document: Any) -> None:
    article = read_news_article(document).article
    assert (article.headline, article.body) == (HEADLINE, BODY)


def test_it_is_read_as_in_a_page() -> None:
    node = {
        **NODE,
        "headline": f"اقتصاد | {HEADLINE} - مرفأ نيوز",
        "keywords": ["موانئ", "شحن"],
        "datePublished": "2024-03-10T08:00:00+03:00",
        "inLanguage": "ar_AE",
        "publisher": {"name": "مرفأ نيوز"},
    }
    page = f"<html><head><script type='application/ld+json'>{json.dumps(node)}</script></head><body></body></html>"
    alone, in_page = read_news_article(node).article, read_page(page).article
    assert alone == in_page
    assert alone.headline == HEADLINE
    assert alone.topics == ("موانئ", "شحن")
    assert alone.language == "ar-AE"


def test_a_teaser_stands_in_where_there_is_no_body() -> None:
    teaser = {"@type": "NewsArticle", "headline": HEADLINE, "description": "الأرصفة الجديدة تعمل بكامل طاقتها"}
    assert read_news_article(teaser).article == Article(
        headline=HEADLINE, subheadline="الأرصفة الجديدة تعمل بكامل طاقتها"
    )
    assert read_news_article({**teaser, "articleBody": BODY}).article.subheadline == ""


@pytest.mark.parametrize("document", [{}, [], None, 5, "NewsArticle", {"@type": "Person", "name": "س"}, [[[]]]])
def test_without_an_article_there_is_nothing_to_read(document: Any) -> None:
    with pytest.raises(PageError):
        read_news_article(document)


@pytest.mark.parametrize("texts", [{}, {"headline": " "}, {"articleBody": 5}, {"description": "س"}])
def test_an_article_without_text_is_empty(texts: dict[str, Any]) -> None:
    with pytest.raises(EmptyTextError):
        read_news_article({"@type": "Article", **texts})
