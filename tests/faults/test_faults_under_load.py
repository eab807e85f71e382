"""What a client, an operator or a machine may do to a service under load: no wrong answer, and none lost.

Reloading to a new and to a broken artifact under load is tested in ``tests/service/test_reloading.py``.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "data" / "mini.jsonl"
PATIENCE = 60.0
BACK_SECONDS = 2.0
"""A worker that was killed is replaced within this time."""
CLIENTS, SLOW_CLIENTS = 4, 500

STORIES = [
    {"headline": story["headline"], "body": story["body"]} for story in map(json.loads, CORPUS.read_text().splitlines())
]


@dataclass
class Load:
    """What clients were told: answers that were wrong, requests that broke, and how many were right."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    broken: list[tuple[float, str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def expected(tiny_artifact: Path) -> list[Any]:
    from model.article import Article
    from model.classifier import NewsClassifier

    classifier = NewsClassifier.load(tiny_artifact)
    return [classifier.predict(Article(**story)) for story in STORIES]


@contextmanager
def load_on(url: str, expected: list[Any], clients: int = CLIENTS) -> Iterator[Load]:
    """Ask about stories all the time, over lasting connections, and hold every answer against the model's."""
    load, done, lock = Load(), threading.Event(), threading.Lock()

    def ask(seed: int) -> None:
        dice, session = random.Random(seed), requests.Session()
        while not done.is_set():
            number = dice.randrange(len(STORIES))
            began = time.monotonic()
            try:
                response = session.post(f"{url}/v1/classify", json=STORIES[number], timeout=PATIENCE)
                answer = response.json()
            except (requests.RequestException, ValueError) as error:
                with lock:
                    load.broken.append((began, repr(error)))
                time.sleep(0.02)
                continue
            prediction = expected[number]
            right = (
                response.status_code == 200
                and answer["section"]["id"] == prediction.section.id
                and [topic["id"] for topic in answer["topics"]] == [topic.id for topic in prediction.topics]
                and answer["section"]["confidence"] == round(prediction.section.confidence, 6)
            )
            with lock:
                load.right += right
                if not right:
                    load.wrong.append(response.text[:300])

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        done.set()
        for thread in threads:
            thread.join(PATIENCE)


@contextmanager
def serving(artifact: Path, *flags: str, **options: Any) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "service", "--artifact", str(artifact), "--port", str(port), "--workers", "2"]
    options.setdefault("stderr", subprocess.DEVNULL)
    process = subprocess.Popen([*command, *flags], cwd=ROOT, stdout=subprocess.PIPE, text=True, **options)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Tabwib is ready")
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@pytest.fixture(scope="module")
def service(tiny_artifact: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    with serving(tiny_artifact) as running:
        yield running


def workers_of(process: subprocess.Popen[str]) -> set[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
    return set(map(int, children.split()))


def until(reached: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if reached():
            return True
        time.sleep(0.01)
    return False


def open_request(url: str, length: int) -> socket.socket:
    """Begin a request and leave its body to be sent."""
    host, port = url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=PATIENCE)
    head = (
        f"POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
    connection.sendall(head.encode())
    return connection


def test_a_killed_worker_takes_with_it_only_what_it_was_answering(service: Any, expected: list[Any]) -> None:
    url, process = service
    with load_on(url, expected) as load:
        assert until(lambda: load.right > 100)
        before = workers_of(process)
        killed = time.monotonic()
        os.kill(min(before), signal.SIGKILL)
        assert until(lambda: len(workers_of(process) - before) == 1, BACK_SECONDS), "back within two seconds"
        reached = load.right
        assert until(lambda: load.right > reached + 200)
    assert load.wrong == []
    assert len(load.broken) <= 8, "two for each client: what was in flight, and a lasting connection to the dead"
    assert all(began - killed < BACK_SECONDS for began, _ in load.broken)


def test_clients_that_go_away_in_the_middle(service: Any, expected: list[Any]) -> None:
    url, process = service
    workers = workers_of(process)
    content = json.dumps(STORIES[0]).encode()
    with load_on(url, expected) as load:
        for number in range(200):
            with open_request(url, len(content)) as connection:
                connection.sendall(content[: number % len(content)])
        reached = load.right
        assert until(lambda: load.right > reached + 100)
    assert (load.wrong, load.broken) == ([], [])
    assert workers_of(process) == workers


def test_slow_clients_stop_nobody_and_are_answered(service: Any, expected: list[Any]) -> None:
    url, _ = service
    content = json.dumps(STORIES[0], ensure_ascii=False).encode()
    slow = [open_request(url, len(content)) for _ in range(SLOW_CLIENTS)]
    with load_on(url, expected) as load:
        for part in (content[:1], content[1:40]):
            for connection in slow:
                connection.sendall(part)
        assert until(lambda: load.right > 200)
        for connection in slow:
            connection.sendall(content[40:])
        answers = [connection.recv(64) for connection in slow]
    for connection in slow:
        connection.close()
    assert {answer[:15] for answer in answers} == {b"HTTP/1.1 200 OK"}
    assert (load.wrong, load.broken) == ([], [])


def test_sigterm_lets_what_has_begun_be_answered(tiny_artifact: Path, expected: list[Any]) -> None:
    with serving(tiny_artifact) as (url, process):
        content = json.dumps(STORIES[0], ensure_ascii=False).encode()
        begun = [open_request(url, len(content)) for _ in range(20)]
        for connection in begun:
            connection.sendall(content[:9])
        with load_on(url, expected) as load:
            assert until(lambda: load.right > 50)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            for connection in begun:
                connection.sendall(content[9:])
            answers = [connection.recv(65536) for connection in begun]
            assert process.wait(PATIENCE) == 0
    for connection in begun:
        connection.close()
    assert load.wrong == []
    assert {answer[:15] for answer in answers} == {b"HTTP/1.1 200 OK"}
    print(sorted({e for _, e in load.broken}))
    cut = [error for _, error in load.broken if "refused" not in error]
    assert len(cut) <= CLIENTS, "a lasting connection that was idle may be closed in the moment it is used again"


def test_a_full_disk_stops_nothing(tiny_artifact: Path, expected: list[Any]) -> None:
    """No byte can be written to any file: not to the log, the metrics or the limits."""

    def fill_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    with Path("/dev/full").open("w") as full:
        flags = ("--rate-limit", "1000000/hour")
        with serving(tiny_artifact, *flags, stderr=full, preexec_fn=fill_disk) as (url, process):
            with load_on(url, expected) as load:
                assert until(lambda: load.right > 200)
                process.send_signal(signal.SIGHUP)
                reached = load.right
                assert until(lambda: load.right > reached + 200)
            assert requests.get(f"{url}/readyz", timeout=30).status_code == 200
            assert requests.get(f"{url}/metrics", timeout=30).status_code == 200
    assert (load.wrong, load.broken) == ([], [])
