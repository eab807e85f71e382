"""What ``benchmarks.fuzz`` has found, each by itself over a real socket, and that it can find."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from benchmarks.fuzz import complaint
from benchmarks.fuzz_requests import Maker, Request

ROOT = Path(__file__).resolve().parents[2]
PAGE = (
    "<html><head><title>افتتاح معرض الكتاب</title><link rel='canonical' href=' https://news.example/1 '></head>"
    "<body><article><h1>افتتاح معرض الكتاب</h1><p>افتتح معرض الكتاب أبوابه أمس أمام الزوار في المدينة.</p></article>"
)


def test_a_page_that_names_its_address_in_a_link_only(service: str) -> None:
    headers = {"Content-Type": "text/html; charset=utf-8"}
    response = requests.post(f"{service}/v1/extract", data=PAGE.encode(), headers=headers, timeout=30)
    assert response.status_code == 200
    assert response.json()["fields"]["url"] == "https://news.example/1"


@pytest.mark.parametrize(
    ("path", "media", "status", "closes"),
    [
        ("/v1/classify", "application/xml", 415, True),
        ("/v1/nothing", "application/json", 404, True),
        ("/v1/classify", "application/json", 400, False),
    ],
    ids=["media type", "address", "read and refused"],
)
def test_a_connection_ends_where_a_body_was_not_read(
    service: str, path: str, media: str, status: int, closes: bool
) -> None:
    connection = http.client.HTTPConnection(service.removeprefix("http://"), timeout=30)
    connection.request("POST", path, b"{" * 2000, {"Content-Type": media})
    response = connection.getresponse()
    response.read()
    assert response.status == status
    assert (response.getheader("Connection") == "close") is closes
    connection.request("GET", "/livez")  # over a new connection where the old one was said to end
    assert connection.getresponse().status == 200
    connection.close()


def test_a_thousand_requests_that_nobody_should_send(artifact: Path, tmp_path: Path) -> None:
    command = ["-m", "benchmarks.fuzz", "--artifact", str(artifact), "--requests", "1000", "--seed", "5"]
    command += ["--json", str(tmp_path / "figures.json")]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert (figures["requests"], figures["wrong"]) == (1000, 0)
    assert {"200", "400", "415", "422"} <= set(figures["statuses"])


def _asked(media: str = "application/json", body: bytes = b"{}") -> Request:
    return Request("POST", "/v1/classify", (("Content-Type", media),), body, chunked=False)


CARD = Request("GET", "/v1/model", (), b"", chunked=False)
PROBLEM = b'{"status": 422, "request_id": "r", "detail": "d"}'


@pytest.mark.parametrize(
    ("request_", "status", "media", "content", "words"),
    [
        (_asked(), 500, "application/problem+json", PROBLEM, "status 500"),
        (_asked(), 503, "application/problem+json", PROBLEM, "status 503"),
        (_asked(), 422, "text/html", b"<h1>no</h1>", "without a problem"),
        (_asked(), 422, "application/problem+json", b'{"status": 422}', "not a whole problem"),
        (_asked(), 200, "application/json", b"\xff{}", "not JSON"),
        (_asked(), 422, "application/problem+json", PROBLEM[:-1] + b', "x": "/usr/lib/a"}', "leaks /usr/"),
        (_asked(), 200, "application/json", b'{"x": "ValueError: no"}', "leaks eError"),
        (_asked(), 200, "application/json", b'{"x": "numpy"}', "leaks numpy"),
        (CARD, 200, "application/json", b'{"numpy": "2"}', ""),
        (CARD, 200, "application/json", b'{"x": "/tmp/a"}', "leaks /tmp/"),
        (_asked(body=b"ValueError"), 200, "application/json", b'{"x": "ValueError"}', ""),
        (_asked(body=b"{}\n{}"), 200, "application/x-ndjson", b'{"section": 1}\n', "1 answers to 2 lines"),
        (_asked(), 200, "application/json", b'{"results": [{"problem": {"status": 500}}]}', "an item failed"),
        (_asked(), 200, "application/json", b'{"results": [{}]}', "neither answered nor refused"),
        (_asked(), 422, "application/problem+json", PROBLEM, ""),
    ],
)
def test_what_counts_as_a_wrong_answer(request_: Request, status: int, media: str, content: bytes, words: str) -> None:
    said = complaint(request_, status, media, content)
    assert words in said
    assert bool(said) is bool(words)


def test_a_request_depends_on_its_number_alone() -> None:
    forwards = [Maker(3).request(number) for number in range(200)]
    maker = Maker(3)
    assert [maker.request(number) for number in reversed(range(200))] == forwards[::-1]
    assert len(set(forwards)) == 200
    assert forwards != [Maker(4).request(number) for number in range(200)]
