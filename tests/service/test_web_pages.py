"""The pages for people over a real socket, as a browser without scripts sees them."""

from __future__ import annotations

import html
import http.client
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask.testing import FlaskClient

from model.classifier import NewsClassifier
from service.app import create_app
from service.keys import digest_of
from service.served import ServedModels
from service.settings import Settings
from service.web.figures import moment
from service.web.forms import MAX_FORM_BYTES
from service.web.words import WORDS

Story = Callable[..., dict[str, str]]
PAGES = ["/", "/labels", "/model"]
ASSET = re.compile(r'(?:src|href)="(/assets/[^"]+)"')
SECRET = "a-key-of-the-newsroom-1"


def send(service: str, text: str, language: str = "ar") -> requests.Response:
    """Send the form as a browser does: in parts."""
    return requests.post(f"{service}/?lang={language}", files={"text": (None, text)}, timeout=30)


def shown(page: str) -> str:
    """Return the text of a page without its tags, and without the words that it brings for its script."""
    main = page.partition("<main")[2]
    return html.unescape(re.sub(r"<[^>]+>", " ", main))


# every page


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
def test_a_page_is_in_the_language_asked_for(service: str, path: str, language: str, direction: str) -> None:
    response = requests.get(f"{service}{path}?lang={language}", timeout=30)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Content-Language"] == language
    assert f'<html lang="{language}" dir="{direction}">' in response.text
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("query", ["", "?lang=fr", "?lang="])
def test_arabic_comes_first(service: str, query: str) -> None:
    response = requests.get(f"{service}/{query}", headers={"Accept-Language": "en-GB"}, timeout=30)
    assert '<html lang="ar" dir="rtl">' in response.text


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_lets_nothing_in_and_the_page_needs_nothing(service: str, path: str) -> None:
    response = requests.get(f"{service}{path}", timeout=30)
    policy = dict(part.strip().partition(" ")[::2] for part in response.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert not re.search(r"<style|<script(?![^>]* src=)|\sstyle=|\son\w+=|javascript:", response.text)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', response.text)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_what_a_page_is_made_of_is_there_and_kept_by_browsers(service: str) -> None:
    found = set(ASSET.findall(requests.get(f"{service}/", timeout=30).text))
    assert found == {"/assets/icon.svg", "/assets/page.css", "/assets/page.js"}
    types = {"svg": "image/svg+xml", "css": "text/css", "js": "text/javascript"}
    seen = set()
    while found - seen:
        path = (found - seen).pop()
        seen.add(path)
        response = requests.get(f"{service}{path}", timeout=30)
        expected = f"{types[path.rpartition('.')[2]]}; charset=utf-8"
        assert (response.status_code, response.headers["Content-Type"]) == (200, expected)
        again = requests.get(f"{service}{path}", headers={"If-None-Match": response.headers["ETag"]}, timeout=30)
        assert (again.status_code, again.content) == (304, b"")
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", response.text)
        found |= {f"/assets/{name}" for name in re.findall(r'from "\./([a-z]+\.js)"', response.text)}
    assert len(seen) == 8


@pytest.mark.parametrize("path", ["/assets/", "/assets/../words.py", "/assets/%2e%2e/words.py", "/assets/page.py"])
def test_nothing_else_is_served(service: str, path: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(service).netloc, timeout=30)
    connection.request("GET", path)  # requests would tidy the address
    response = connection.getresponse()
    assert (response.status, response.headers["Content-Type"]) == (404, "application/problem+json")
    connection.close()


def test_who_does_not_read_html_is_told_so(service: str) -> None:
    response = requests.get(f"{service}/", headers={"Accept": "application/json"}, timeout=30)
    assert response.status_code == 406


# a story


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_story_is_labelled_as_by_the_api(service: str, story: Story, language: str) -> None:
    text = "\n".join(story("sport", "football").values())
    fields = requests.post(f"{service}/v1/extract", json={"page": text}, timeout=30).json()["fields"]
    sent = {name: fields[name] for name in ("headline", "body") if fields[name]}
    answer = requests.post(f"{service}/v1/classify", json={**sent, "options": {"explain": True}}, timeout=30).json()
    response = send(service, text, language)
    assert response.status_code == 200
    words = shown(response.text)
    assert answer["section"]["name"][language] in words
    assert answer["topics"]
    for topic in answer["topics"]:
        assert topic["name"][language] in words
        assert f"{topic['threshold'] * 100:.1f}".removesuffix(".0") + "%" in words
        for word in topic["evidence"]:
            assert f">{word['text']}</mark>" in response.text


def test_a_form_in_one_piece_is_read_too(service: str, story: Story) -> None:
    text = story("sport")["body"]
    response = requests.post(f"{service}/", data={"text": text}, timeout=30)
    assert '<p class="name">' in response.text


def test_line_ends_of_browsers_change_nothing(service: str, story: Story) -> None:
    text = "\n".join(story("sport", "football").values())
    unix, dos = send(service, text), send(service, text.replace("\n", "\r\n"))
    assert unix.text == dos.text


def test_html_in_a_story_stays_text(service: str) -> None:
    hostile = (
        '</textarea><script>alert(1)</script> المباراة "><img src=x onerror=alert(2)> الفريق {{ 7 * 7 }} &lt;i&gt;'
    )
    response = send(service, hostile)
    assert response.text.count("<script") == 1
    assert "<img" not in response.text
    assert "</textarea><script>" not in response.text
    assert "{{ 7 * 7 }}" in html.unescape(response.text)
    assert "&amp;lt;i&amp;gt;" in response.text


def test_a_query_stays_out_of_the_page(service: str) -> None:
    response = requests.get(f'{service}/labels?lang="><script>&example="><script>', timeout=30)
    assert response.text.count("<script") == 1


def test_the_example_is_written_into_the_form(service: str) -> None:
    response = requests.get(f"{service}/?example=1", timeout=30)
    text = html.unescape(response.text.partition('name="text"')[2].partition(">\n")[2].partition("</textarea>")[0])
    labelled = send(service, text)
    assert labelled.status_code == 200
    assert "<details" in labelled.text


NO_STORY = "<html><body><nav>الرئيسية</nav></body></html>"


@pytest.mark.parametrize("text", ["عاجل", "The stadium budget was discussed.", "١٢٣ 456", NO_STORY])
def test_a_text_that_cannot_be_labelled_is_an_answer(service: str, text: str) -> None:
    response = send(service, text, "en")
    assert response.status_code == 200
    assert "Why review it?" in shown(response.text)


@pytest.mark.parametrize(
    ("files", "status", "said"),
    [
        pytest.param({"text": (None, " \n")}, 422, "الصق نصا أو اختر ملفا أولا.", id="blank"),
        pytest.param({"other": (None, "خبر")}, 422, "الصق نصا أو اختر ملفا أولا.", id="no-text"),
        pytest.param({"text": (None, "خبر " * 160_000)}, 413, "أطول من المسموح", id="long"),
        pytest.param({"text": (None, "x" * (MAX_FORM_BYTES + 1))}, 413, "أطول من المسموح", id="longer-than-any-form"),
        pytest.param({"file": ("a.png", b"\x89PNG\0\0")}, 400, "نص غير سليم", id="picture"),
        pytest.param({f"f{n}": (None, "x") for n in range(50)}, 413, "أطول من المسموح", id="many-fields"),
    ],
)
def test_what_cannot_be_used_is_told_on_a_page(service: str, files: dict, status: int, said: str) -> None:
    response = requests.post(f"{service}/", files=files, timeout=30)
    assert (response.status_code, response.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert said in shown(response.text)
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "application/json"}, b"{}", 415),
        ({"Content-Type": "multipart/form-data"}, b"x", 400),
        ({"Content-Type": "multipart/form-data; boundary=b"}, b"--b\r\nbroken", 400),
        ({"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"}, b"x", 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"text=%FF%FE%80", 200),
    ],
)
def test_a_broken_form_breaks_nothing(service: str, headers: dict, body: bytes, status: int) -> None:
    response = requests.post(f"{service}/", data=body, headers=headers, timeout=30)
    assert (response.status_code, response.headers["Content-Type"]) == (status, "text/html; charset=utf-8")


def test_a_file_goes_before_the_text(service: str, story: Story) -> None:
    article = f"<article><h1>خبر من ملف</h1><p>{story('sport')['body']}</p></article>"
    page = f"<!doctype html><html><body>{article}</body></html>"
    for content in (page.encode(), b"\xef\xbb\xbf" + page.encode(), page.encode("cp1256")):
        files = {"text": (None, "نص آخر"), "file": ("page.html", content, "text/html")}
        response = requests.post(f"{service}/", files=files, timeout=30)
        assert '<p class="headline" dir="auto" lang="ar">' in response.text
        assert "خبر من ملف" in shown(response.text)
        assert "نص آخر" not in response.text


# labels and model card


def test_every_label_is_shown_with_its_quality(service: str) -> None:
    labels = requests.get(f"{service}/v1/labels", timeout=30).json()
    assert all(entry["recall"] is not None for entry in labels["sections"])
    for language in ("ar", "en"):
        response = requests.get(f"{service}/labels?lang={language}", timeout=30)
        assert WORDS[language]["model.no_quality"] not in shown(response.text)
        rows = [html.unescape(row) for row in re.findall(r"<tr>\n<th scope=\"row\".*?</tr>", response.text, re.DOTALL)]
        entries = labels["sections"] + labels["topics"]
        for row, entry in zip(rows, entries, strict=True):
            assert entry["name"][language] in row
            assert f">{entry['support']}<" in row
            values = re.findall(r'data-value="([^"]*)" class="share', row)
            known = [entry["precision"], entry["recall"], *map(entry["headline_only"].get, ("precision", "recall"))]
            assert values == ["" if value is None else str(value) for value in known]


def test_the_model_card_shows_what_was_measured(service: str) -> None:
    card = requests.get(f"{service}/v1/model", timeout=30).json()
    words = shown(requests.get(f"{service}/model?lang=en", timeout=30).text)
    assert card["sha256"] in words
    assert moment(card["created"]) in words
    assert "corpus.jsonl" in words
    accuracy = card["metrics"]["section"]["accuracy"]
    assert f"{accuracy * 100:.1f}".removesuffix(".0") + "%" in words
    assert "16 MiB" in words


@pytest.mark.parametrize("metrics", [None, {"section": None, "headline_only": 3}, {"section": {"accuracy": "<b>"}}])
def test_a_model_without_figures_has_a_card(classifier: NewsClassifier, metrics: object) -> None:
    bare = replace(classifier, manifest={**classifier.manifest, "metrics": metrics, "per_label": 1, "provenance": []})
    client = create_app(Settings(), ServedModels.of(bare)).test_client()
    for path in ("/model", "/labels"):
        assert WORDS["ar"]["model.no_quality"] in shown(client.get(path).text)


def test_without_a_model_the_page_says_so(tmp_path: Path) -> None:
    client = create_app(Settings(), ServedModels({"current": tmp_path})).test_client()
    assert client.get("/").status_code == 200
    for response in (client.get("/labels"), client.post("/", data={"text": "خبر"})):
        assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
        assert "لا يوجد نموذج" in shown(response.text)
        assert str(tmp_path) not in response.get_data(as_text=True)


def test_a_failure_of_ours_shows_its_id_and_nothing_else(
    classifier: NewsClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret of the house")

    client = create_app(Settings(), ServedModels.of(classifier)).test_client()
    monkeypatch.setattr("service.web.pages.label_text", fail)
    response = client.post("/", data={"text": "خبر"}, headers={"X-Request-Id": "abc-1"})
    content = response.get_data(as_text=True)
    assert response.status_code == 500
    assert "abc-1" in content
    assert "secret of the house" not in content


# keys


@pytest.fixture(scope="module")
def closed(classifier: NewsClassifier, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    path = tmp_path_factory.mktemp("web-keys") / "keys.jsonl"
    entries = [
        {"name": "newsroom", "sha256": digest_of(SECRET), "scopes": ["label"]},
        {"name": "operator", "sha256": digest_of("another-key-for-admin"), "scopes": ["admin"]},
    ]
    path.write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    return create_app(Settings(keys=path), ServedModels.of(classifier)).test_client()


@pytest.mark.parametrize(
    ("key", "status"), [("", 401), ("x", 401), ("a b", 401), ("another-key-for-admin", 403), (SECRET, 200)]
)
def test_the_pages_are_no_way_around_the_keys(closed: FlaskClient, story: Story, key: str, status: int) -> None:
    for path in PAGES:
        response = closed.post(path, data={"key": key, "text": story("sport")["body"]})
        assert response.status_code == status, path
        assert SECRET not in response.get_data(as_text=True)
    assert closed.get("/").status_code == 200
    for path in PAGES[1:]:
        response = closed.get(path)
        assert response.status_code == 401
        assert 'name="key"' in response.get_data(as_text=True)
        assert "<table" not in response.get_data(as_text=True)
