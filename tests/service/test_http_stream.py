"""Streams of lines over a raw socket: answered as they come, in order, in constant memory, whatever stands in them."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from service.schemas import MAX_DOCUMENT_BYTES
from service.shapes import Answer, RefusedEntry

Story = Callable[..., dict[str, str]]
NDJSON = {"Content-Type": "application/x-ndjson"}


class Stream:
    """A request that is being sent while its answer is being read."""

    def __init__(self, service: str) -> None:
        address = urlsplit(service)
        self._socket = socket.create_connection((address.hostname, address.port), timeout=30)
        self._answer = self._socket.makefile("rb")
        head = "POST /v1/classify/batch HTTP/1.1\r\nHost: tabwib\r\nContent-Type: application/x-ndjson\r\n"
        self._socket.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())

    def send(self, content: bytes) -> None:
        self._socket.sendall(b"%x\r\n%s\r\n" % (len(content), content))

    def end(self) -> None:
        self._socket.sendall(b"0\r\n\r\n")

    def head(self) -> bytes:
        return b"".join(iter(self._answer.readline, b"\r\n"))

    def lines(self) -> Iterator[dict[str, Any]]:
        """Read the lines of the answer as they come."""
        held = b""
        while length := int(self._answer.readline(), 16):
            held += self._answer.read(length)
            self._answer.readline()
            *whole, held = held.split(b"\n")
            yield from map(json.loads, whole)
        assert held == b""

    def close(self) -> None:
        self._answer.close()
        self._socket.close()


@contextmanager
def streaming(service: str) -> Iterator[Stream]:
    stream = Stream(service)
    try:
        yield stream
    finally:
        stream.close()


def _line(identifier: object, story: dict[str, str], **more: object) -> bytes:
    return json.dumps({"id": str(identifier), **story, **more}, ensure_ascii=False).encode() + b"\n"


def _ask(service: str, body: bytes | Iterator[bytes], **headers: str) -> list[dict[str, Any]]:
    response = requests.post(f"{service}/v1/classify/batch", data=body, headers={**NDJSON, **headers}, timeout=60)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/x-ndjson"
    assert response.text.endswith("\n")
    return [json.loads(line) for line in response.content.splitlines()]


def test_each_line_is_answered_before_the_next_is_sent(service: str, story: Story) -> None:
    text = story("sport", "football")
    with streaming(service) as stream:
        for number in range(40):
            stream.send(_line(number, text))
            if number == 0:
                assert b" 200 " in stream.head()
                lines = stream.lines()
            answer = next(lines)
            assert (answer["id"], answer["section"]["id"]) == (str(number), "sport")
        stream.end()
        assert list(lines) == []


def test_a_line_may_come_in_pieces(service: str, story: Story) -> None:
    line = _line("a", story("health"))
    with streaming(service) as stream:
        for place in range(0, len(line), 50):
            stream.send(line[place : place + 50])
        stream.head()
        assert next(stream.lines())["section"]["id"] == "health"


@pytest.mark.parametrize("announced", [True, False])
def test_lines_are_answered_in_order_and_as_one_by_one(service: str, story: Story, announced: bool) -> None:
    texts = [story("sport", "football"), story("news"), story("health", "heart"), story("economy")]
    alone = [requests.post(f"{service}/v1/classify", json=text, timeout=30).json() for text in texts]
    body = b"".join(_line(number, texts[number % 4]) for number in range(600))
    answers = _ask(service, body if announced else iter([body]))
    assert len(answers) == 600
    for number, answer in enumerate(answers):
        assert answer == {**alone[number % 4], "id": str(number)}


@pytest.mark.parametrize("announced", [True, False])
def test_a_line_that_fails_carries_its_problem(service: str, story: Story, announced: bool) -> None:
    good = story("sport")
    rows = [
        (_line("a", good), ("a", None)),
        (b'{"id": "b", "headline": \n', (None, "malformed_json 400 ")),
        (b"\xff\xfe\n", (None, "malformed_json 400 ")),
        (b"\r\n", None),
        (_line("c", {"body": "x" * MAX_DOCUMENT_BYTES}), (None, "too_long 413 ")),
        (_line("d", {}), ("d", "no_text 422 #")),
        (b'{"id": "e", "body": 5}\n', ("e", "invalid_request 422 #/body")),
        (b"[]\n", (None, "invalid_request 422 #")),
        (_line("f", good, options={"include_topics": ["x"]}), ("f", "invalid_request 422 #/options/include_topics/0")),
        (_line("g", good).rstrip(b"\n"), ("g", None)),
    ]
    body = b"".join(line for line, _ in rows)
    answers = _ask(service, body if announced else iter([body]))
    told = []
    for answer in answers:
        (RefusedEntry if "problem" in answer else Answer).model_validate_json(json.dumps(answer))
        problem = answer.get("problem")
        pointers = " ".join(error["pointer"] for error in problem["errors"]) if problem else ""
        told.append((answer["id"], f"{problem['code']} {problem['status']} {pointers}" if problem else None))
    assert told == [outcome for _, outcome in rows if outcome is not None]
    assert "line 3," in answers[2]["problem"]["detail"]


def test_problems_of_lines_follow_accept_language(service: str) -> None:
    (answer,) = _ask(service, b"{\n", **{"Accept-Language": "ar", "X-Request-Id": "r-1"})
    assert re.search("[ء-ي]", answer["problem"]["title"])
    assert answer["problem"]["request_id"] == "r-1"


@pytest.mark.parametrize("length", [MAX_DOCUMENT_BYTES, MAX_DOCUMENT_BYTES + 1])
@pytest.mark.parametrize("announced", [True, False])
def test_a_line_has_its_limit(service: str, length: int, announced: bool) -> None:
    line = b'{"headline": "' + b"x" * (length - 16) + b'"}'
    assert len(line) == length
    answers = _ask(service, line + b"\n{}" if announced else iter([line, b"\n{}"]))
    assert ["problem" in answer for answer in answers] == [length > MAX_DOCUMENT_BYTES, True]


def test_nothing_in_nothing_out(service: str) -> None:
    response = requests.post(f"{service}/v1/classify/batch", data=b"", headers=NDJSON, timeout=30)
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_stream_that_is_not_wanted_is_not_given(service: str, accept: str) -> None:
    headers = {**NDJSON, "Accept": accept}
    response = requests.post(f"{service}/v1/classify/batch", data=b"{}\n", headers=headers, timeout=30)
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")


def _resident_bytes(pid: int) -> int:
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


def _children(pid: int) -> list[int]:
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return sorted({int(child) for path in lists for child in path.read_text(encoding="ascii").split()})


def test_memory_does_not_grow_with_the_stream(artifact: Path, start_service: Callable[..., Any], story: Story) -> None:
    """160 MB of lines that are too long, with answers between them, and what the worker holds before and after."""
    line = _line("a", story("sport"))
    long = b"x" * (4 * MAX_DOCUMENT_BYTES) + b"\n"
    with start_service(artifact) as server:
        _ask(server.url, line + long)
        (worker,) = _children(server.process.pid)
        before = _resident_bytes(worker)
        body = (line + long) * 4
        for _ in range(10):
            answers = _ask(server.url, body)
            assert [answer["id"] for answer in answers] == ["a", None] * 4
        assert _resident_bytes(worker) - before < 24 * 2**20


def test_a_client_that_goes_away_harms_nobody(service: str, story: Story) -> None:
    line = _line("a", story("sport"))
    for _ in range(20):
        with streaming(service) as stream:
            stream.send(line * 3 + line[:40])
            stream.head()
            assert len(list(islice(stream.lines(), 2))) == 2
    assert len(_ask(service, line * 2)) == 2
