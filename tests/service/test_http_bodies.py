"""Stories that are no JSON document: texts, pages and JSON-LD, over a real socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from service.schemas import MAX_DOCUMENT_BYTES
from service.shapes import Answer, Extraction, Problem

Story = Callable[..., dict[str, str]]
HEADLINE = "المدرب يعلن تشكيلة الفريق قبل مباراة الكأس"
BODY = (
    "أعلن المدرب تشكيلة الفريق التي تخوض المباراة في الملعب البلدي يوم الخميس المقبل أمام الجماهير.\n"
    "وينتظر اللاعب الشاب فرصته في الشوط الثاني بعد أن سجل هدفين في الدوري خلال الأسبوع الماضي.\n"
    "وقال الحكم إن البطولة تنتهي نهاية الشهر وإن ركلات الترجيح تحسم المباراة النهائية إذا لزم الأمر."
)
TEXT_PAGE = f"الرئيسية\nأخبار\nاقتصاد\nرياضة\nاشترك في النشرة البريدية\n\n{HEADLINE}\n\n{BODY}\n\nشارك الخبر\n"
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in BODY.split("\n"))
HTML_PAGE = (
    f"<!doctype html><html lang='ar'><head><title>{HEADLINE}</title></head><body><nav>الرئيسية</nav>"
    f"<article><h1>{HEADLINE}</h1>{PARAGRAPHS}</article></body></html>"
)
NEWS_ARTICLE = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": HEADLINE,
    "articleBody": BODY,
    "articleSection": "رياضة",
    "datePublished": "2022-09-23T13:35:00+04:00",
}


def post(service: str, path: str, body: bytes, content_type: str, **headers: str) -> tuple[int, dict[str, Any]]:
    response = requests.post(
        f"{service}{path}", data=body, headers={"Content-Type": content_type, **headers}, timeout=30
    )
    content = response.json()
    (Problem if response.status_code >= 400 else Answer if path == "/v1/classify" else Extraction).model_validate_json(
        response.content
    )
    return response.status_code, content


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(HEADLINE.encode(), "text/plain", id="headline"),
        pytest.param(BODY.encode(), "text/plain; charset=UTF-8", id="body"),
        pytest.param(b"\xef\xbb\xbf" + BODY.encode(), "text/plain", id="byte-order-mark"),
        pytest.param(BODY.encode("cp1256"), "text/plain; charset=windows-1256", id="windows-1256"),
        pytest.param(BODY.encode("iso8859-6"), 'text/plain; charset="ISO-8859-6"', id="iso-8859-6"),
        pytest.param(TEXT_PAGE.encode(), "text/plain", id="page"),
        pytest.param(HTML_PAGE.encode(), "text/plain", id="html-as-text"),
        pytest.param(HTML_PAGE.encode(), "text/html; charset=utf-8", id="html"),
        pytest.param(
            HTML_PAGE.replace("<head>", "<head><meta charset=windows-1256>").encode("cp1256"),
            "Text/HTML",
            id="html-that-declares-its-charset",
        ),
        pytest.param(json.dumps(NEWS_ARTICLE).encode(), "application/ld+json", id="json-ld"),
        pytest.param(
            json.dumps({"@graph": [{"@type": "WebPage"}, NEWS_ARTICLE]}).encode(),
            "application/ld+json; charset=utf-8",
            id="json-ld-graph",
        ),
    ],
)
def test_a_story_may_come_as_it_is(service: str, body: bytes, content_type: str) -> None:
    status, answer = post(service, "/v1/classify", body, content_type)
    assert status == 200, answer
    assert answer["section"]["id"] == "sport"
    assert answer["language"] == {"code": "ar", "supported": True}
    assert answer["id"] is None


def test_a_page_as_text_is_answered_as_the_page_of_a_document(service: str) -> None:
    _, answer = post(service, "/v1/classify", TEXT_PAGE.encode(), "text/plain")
    wrapped = json.dumps({"page": TEXT_PAGE}).encode()
    assert answer == post(service, "/v1/classify", wrapped, "application/json")[1]
    assert [warning["code"] for warning in answer["warnings"]] == ["boilerplate_removed"]


@pytest.mark.parametrize("path", ["/v1/classify", "/v1/extract"])
@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        pytest.param(b"", "text/plain", 422, "no_text", id="empty"),
        pytest.param(b" \n\t", "text/html", 422, "no_text", id="blank"),
        pytest.param(BODY.encode("cp1256"), "text/plain", 400, "malformed_text", id="undeclared-charset"),
        pytest.param(b"\xd8", "text/plain; charset=utf-8", 400, "malformed_text", id="cut-off"),
        pytest.param(b"x", "text/plain; charset=utf-16", 415, "unsupported_charset", id="charset"),
        pytest.param(b"x" * (MAX_DOCUMENT_BYTES + 1), "text/plain", 413, "too_long", id="too-long"),
        pytest.param(b" " * (MAX_DOCUMENT_BYTES + 1), "application/ld+json", 413, "too_long", id="too-long-json-ld"),
        pytest.param(b"{", "application/ld+json", 400, "malformed_json", id="broken-json-ld"),
        pytest.param(b"[" * 100_000, "application/ld+json", 400, "malformed_json", id="deep-json-ld"),
        pytest.param(b'{"headline": NaN}', "application/ld+json", 400, "malformed_json", id="no-json"),
        pytest.param(b'{"@type": "Person"}', "application/ld+json", 422, "no_article", id="no-article"),
        pytest.param(b"5", "application/ld+json", 422, "no_article", id="a-number"),
        pytest.param(
            b'{"@type": "NewsArticle", "headline": " "}', "application/ld+json", 422, "no_text", id="nothing-said"
        ),
        pytest.param(b"x", "image/png", 415, "unsupported_media_type", id="image"),
    ],
)
def test_what_cannot_be_used_is_told(
    service: str, path: str, body: bytes, content_type: str, status: int, code: str
) -> None:
    answered, problem = post(service, path, body, content_type)
    assert (answered, problem["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(b"<html><body></body></html>", "text/html", id="empty-page"),
        pytest.param("\N{RIGHT-TO-LEFT MARK}".encode(), "text/plain", id="invisible"),
        pytest.param('{"@type": "NewsArticle", "headline": "\u200f"}'.encode(), "application/ld+json", id="json-ld"),
        pytest.param(b"The committee met on Tuesday to discuss the budget.", "text/plain", id="english"),
    ],
)
def test_text_without_arabic_is_an_answer(service: str, body: bytes, content_type: str) -> None:
    status, answer = post(service, "/v1/classify", body, content_type)
    assert (status, answer["section"]["decision"], answer["needs_review"]) == (200, "abstained", True)
    assert post(service, "/v1/extract", body, content_type)[0] == 200


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(json.dumps({"id": "p1", "page": HTML_PAGE}).encode(), "application/json", id="json"),
        pytest.param(HTML_PAGE.encode(), "text/html", id="html"),
        pytest.param(TEXT_PAGE.encode(), "text/plain", id="text"),
        pytest.param(json.dumps(NEWS_ARTICLE).encode(), "application/ld+json", id="json-ld"),
    ],
)
def test_a_page_is_taken_apart(service: str, body: bytes, content_type: str) -> None:
    status, found = post(service, "/v1/extract", body, content_type)
    assert status == 200
    assert found["id"] == ("p1" if content_type == "application/json" else None)
    assert found["fields"]["headline"] == HEADLINE
    assert found["fields"]["body"] == BODY


def test_what_was_removed_and_what_was_found_is_told(service: str) -> None:
    _, text = post(service, "/v1/extract", TEXT_PAGE.encode(), "text/plain")
    assert {"kind": "share_bar", "text": "شارك الخبر"} in text["removed"]
    _, linked = post(service, "/v1/extract", json.dumps(NEWS_ARTICLE).encode(), "application/ld+json")
    assert linked["fields"]["section"] == "رياضة"
    assert linked["fields"]["published"] == "2022-09-23T13:35:00+04:00"
    assert linked["fields"]["subheadline"] is None
    undated = json.dumps({**NEWS_ARTICLE, "datePublished": "أمس"}).encode()
    _, warned = post(service, "/v1/extract", undated, "application/ld+json")
    assert [warning["code"] for warning in warned["warnings"]] == ["unreadable_date"]


@pytest.mark.parametrize(
    ("content", "status", "pointer"),
    [
        ({}, 422, "#/page"),
        ({"page": ""}, 422, "#/page"),
        ({"page": "\u0085"}, 422, "#/page"),
        ({"page": 5}, 422, "#/page"),
        ({"page": "x", "headline": "y"}, 422, "#/headline"),
        ({"page": "ن" * (MAX_DOCUMENT_BYTES // 2 + 1)}, 413, "#/page"),
    ],
)
def test_a_page_in_json_is_checked(service: str, content: dict[str, Any], status: int, pointer: str) -> None:
    body = json.dumps(content, ensure_ascii=False).encode()
    answered, problem = post(service, "/v1/extract", body, "application/json")
    assert (answered, [error["pointer"] for error in problem["errors"]]) == (status, [pointer])
