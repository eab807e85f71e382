"""Problems over a real socket: they say what to do, where it is wrong, and give nothing away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import requests

from service.api.bodies import MAX_REQUEST_BYTES
from service.shapes import Problem

JSON = {"Content-Type": "application/json"}
TEXT = json.dumps({"headline": "الفريق يستعد لمباراة الكأس"}).encode()


def ask(service: str, body: bytes | Iterator[bytes], headers: dict[str, str]) -> requests.Response:
    return requests.post(f"{service}/v1/classify", data=body, headers=headers, timeout=60)


def check(response: requests.Response, status: int, code: str) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = Problem.model_validate_json(response.content)
    assert (problem.status, problem.code, problem.type) == (status, code, f"/problems/{code.replace('_', '-')}")
    assert problem.request_id == response.headers["X-Request-Id"]
    return problem.model_dump()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut-off"),
        pytest.param(b"{'headline': 'x'}", id="python"),
        pytest.param(b'{"headline": "\xd8"}', id="broken-utf-8"),
        pytest.param("{}".encode("utf-16"), id="utf-16"),
        pytest.param(b'{"headline": "\\ud800"}', id="lone-surrogate"),
        pytest.param(b'{"body": ' + b"[" * 100_000, id="deep"),
        pytest.param(b'{"options": {"top_k": ' + b"9" * 100_000 + b"}}", id="giant-number"),
        pytest.param(b"headline=x", id="form"),
    ],
)
def test_what_is_not_json_is_malformed(service: str, body: bytes) -> None:
    check(ask(service, body, JSON), 400, "malformed_json")


def test_malformed_json_is_told_where_it_breaks(service: str) -> None:
    problem = check(ask(service, b'{"headline": "x",\n "body" 5}', JSON), 400, "malformed_json")
    assert "line 2, column 9" in str(problem["detail"])


@pytest.mark.parametrize("body", [b"[]", b"null", b'"{}"', b"5", b'{"headline": {"a": ' * 50 + b"1" + b"}}" * 50])
def test_json_of_another_shape_is_invalid(service: str, body: bytes) -> None:
    check(ask(service, body, JSON), 422, "invalid_request")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xef\xbb\xbf" + TEXT, id="byte-order-mark"),
        pytest.param(b'{"headline": 5, "headline": "x y z"}'.replace(b"5", b'"a"'), id="doubled-key"),
        pytest.param(TEXT.decode("unicode-escape").encode(), id="unescaped"),
        pytest.param(b'{"headline": "a\\u0000b"}', id="nul"),
    ],
)
def test_odd_json_is_still_json(service: str, body: bytes) -> None:
    assert ask(service, body, JSON).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "text/csv",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "application/problem+json",
        "application/x-ndjson",
        "json",
        "",
    ],
)
def test_other_media_types_are_not_supported(service: str, content_type: str) -> None:
    response = ask(service, TEXT, {"Content-Type": content_type} if content_type else {})
    check(response, 415, "unsupported_media_type")
    assert response.headers["Accept"] == "application/json, text/plain, text/html, application/ld+json"


@pytest.mark.parametrize("content_type", ["application/json; charset=windows-1256", "text/plain; charset=ebcdic"])
def test_other_charsets_are_not_supported(service: str, content_type: str) -> None:
    check(ask(service, TEXT, {"Content-Type": content_type}), 415, "unsupported_charset")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON;charset=UTF-8"])
def test_json_may_name_its_charset(service: str, content_type: str) -> None:
    assert ask(service, TEXT, {"Content-Type": content_type}).status_code == 200


def test_compressed_bodies_are_not_supported(service: str) -> None:
    response = ask(service, TEXT, {**JSON, "Content-Encoding": "gzip"})
    check(response, 415, "unsupported_content_encoding")
    assert response.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    "accept",
    ["text/html", "application/xml, text/*;q=0.5", "application/json;q=0, */*", "application/problem+json", "x"],
)
def test_an_answer_that_is_not_wanted_is_not_given(service: str, accept: str) -> None:
    check(ask(service, TEXT, {**JSON, "Accept": accept}), 406, "not_acceptable")
    check(requests.get(f"{service}/version", headers={"Accept": accept}, timeout=30), 406, "not_acceptable")
    check(requests.get(f"{service}/openapi.json", headers={"Accept": accept}, timeout=30), 406, "not_acceptable")


@pytest.mark.parametrize(
    "accept",
    ["*/*", "application/*", "APPLICATION/JSON", "application/json; charset=utf-8", "text/html, */*;q=0.1", ""],
)
def test_an_answer_that_is_wanted_is_given(service: str, accept: str) -> None:
    assert ask(service, TEXT, {**JSON, "Accept": accept}).status_code == 200


def _pieces(length: int) -> Iterator[bytes]:
    while length > 0:
        yield b" " * min(length, 2**20)
        length -= 2**20


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
@pytest.mark.parametrize(
    ("length", "status", "code"),
    [
        pytest.param(MAX_REQUEST_BYTES, 400, "malformed_json", id="at-the-limit"),
        pytest.param(MAX_REQUEST_BYTES + 1, 413, "too_long", id="one-above"),
        pytest.param(2 * MAX_REQUEST_BYTES, 413, "too_long", id="twice"),
    ],
)
def test_a_request_has_its_limit(service: str, length: int, status: int, code: str, chunked: bool) -> None:
    body = _pieces(length) if chunked else b" " * length
    check(ask(service, body, JSON), status, code)


@pytest.mark.parametrize("path", ["/v2/classify", "/v1/classify/", "/v1//classify", "/v1/classify/batch/x", "/%ff%00"])
def test_an_address_that_is_not_there(service: str, path: str) -> None:
    check(requests.get(f"{service}{path}", timeout=30, allow_redirects=False), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/classify", {"POST", "OPTIONS"}),
        ("PUT", "/v1/classify/batch", {"POST", "OPTIONS"}),
        ("POST", "/livez", {"GET", "HEAD", "OPTIONS"}),
        ("BREW", "/readyz", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_method_that_is_not_answered(service: str, method: str, path: str, allowed: set[str]) -> None:
    response = requests.request(method, f"{service}{path}", timeout=30)
    check(response, 405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ar", "ar"),
        ("ar-EG, en;q=0.5", "ar"),
        ("AR", "ar"),
        ("fr, ar;q=0.3", "ar"),
        ("en, ar", "en"),
        ("en;q=0.1, ar;q=0.2", "ar"),
        ("ar;q=0", "en"),
        ("de", "en"),
        ("*", "en"),
        ("arz", "en"),
        ("", "en"),
        (";;q=x,\xff", "en"),
    ],
)
def test_problems_follow_accept_language(service: str, accepted: str, language: str) -> None:
    headers = {**JSON, "Accept-Language": accepted}
    response = ask(service, b'{"headlin": "x"}', headers)
    problem = Problem.model_validate_json(response.content)
    assert response.headers["Content-Language"] == language
    assert "Accept-Language" in response.headers["Vary"]
    for text in (problem.title, problem.detail, problem.errors[0].detail):
        assert bool(re.search("[ء-ي]", text)) == (language == "ar")
    assert (problem.code, problem.errors[0].code, problem.errors[0].pointer) == (
        "invalid_request",
        "unknown_field",
        "#/headlin",
    )


@pytest.mark.parametrize("brought", ["a1", "0f8fad5b-d9cb-469f-a165-70867728950e", "A" * 64])
def test_the_clients_request_id_is_kept(service: str, brought: str) -> None:
    for path in ("/livez", "/nothing"):
        response = requests.get(f"{service}{path}", headers={"X-Request-Id": brought}, timeout=30)
        assert response.headers["X-Request-Id"] == brought


@pytest.mark.parametrize("brought", ["", "A" * 65, "a b", "a;b", "\xe9", "<script>"])
def test_another_request_id_is_replaced(service: str, brought: str) -> None:
    response = requests.get(f"{service}/livez", headers={"X-Request-Id": brought.encode("latin-1")}, timeout=30)
    assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-Id"])


@pytest.mark.parametrize("path", ["/livez", "/v1/classify", "/nothing", "/openapi.json"])
def test_every_answer_is_kept_to_itself(service: str, path: str) -> None:
    headers = requests.get(f"{service}{path}", headers={"Origin": "https://example.org"}, timeout=30).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert not [name for name in headers if name.lower().startswith("access-control-")]
