"""A service under load whose every answer is held against what the model says in this process, digit by digit."""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from model.article import Article
from model.classifier import NewsClassifier
from model.prediction import Prediction

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "data" / "mini.jsonl"
PATIENCE = 120.0
CLIENTS = 4
TOKEN = "t0ken-of-an-operator-in-tests"

STORIES = [
    {"headline": story["headline"], "body": story["body"]} for story in map(json.loads, CORPUS.read_text().splitlines())
]
CONTENT = json.dumps(STORIES[0], ensure_ascii=False).encode()
Expected = Mapping[str, list[Prediction]]
"""Digest of a model -> what it says of each story."""


def until(reached: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if reached():
            return True
        time.sleep(0.01)
    return False


def is_right(answer: Any, number: int, expected: Expected) -> bool:
    if answer["model"]["sha256"] not in expected:
        return False
    prediction = expected[answer["model"]["sha256"]][number]
    return (
        answer["section"]["id"] == prediction.section.id
        and [topic["id"] for topic in answer["topics"]] == [topic.id for topic in prediction.topics]
        and answer["section"]["confidence"] == round(prediction.section.confidence, 6)
    )


@dataclass
class Load:
    """What clients were told: answers that were wrong, requests that broke, and how many were right, by model."""

    clients: int = CLIENTS
    by_model: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    broken: list[tuple[float, str]] = field(default_factory=list)

    def right(self, digest: str | None = None) -> int:
        return sum(self.by_model.values()) if digest is None else self.by_model.get(digest, 0)

    def goes_on(self, digest: str | None = None) -> bool:
        """Wait until a hundred more requests were answered rightly, by one model or by any."""
        reached = self.right(digest)
        return until(lambda: self.right(digest) >= reached + 100)


@dataclass
class Begun:
    """A request about the first story, of whose body nothing is sent yet."""

    connection: socket.socket
    expected: Expected
    content: bytes = CONTENT

    def send(self, begin: int, end: int | None = None) -> None:
        self.connection.sendall(self.content[begin:end])

    def is_answered_rightly(self) -> bool:
        response = http.client.HTTPResponse(self.connection, method="POST")
        response.begin()
        answer = json.loads(response.read())
        self.connection.close()
        return response.status == 200 and is_right(answer, 0, self.expected)


@dataclass
class Service:
    """A service that runs, and what its models say."""

    url: str
    process: subprocess.Popen[str]
    expected: dict[str, list[Prediction]]

    def workers(self) -> set[int]:
        parent = self.process.pid
        return set(map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()))

    def reload(self) -> requests.Response:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return requests.post(f"{self.url}/v1/admin/reload", headers=headers, timeout=PATIENCE)

    def asked(self, path: str) -> int:
        return requests.get(f"{self.url}{path}", timeout=PATIENCE).status_code

    def knows(self, artifact: Path) -> str:
        """Have answers of an artifact counted as right; returns its digest."""
        classifier = NewsClassifier.load(artifact)
        self.expected[classifier.info.sha256] = [classifier.predict(Article(**story)) for story in STORIES]
        return classifier.info.sha256

    def begin(self) -> Begun:
        host, port = self.url.removeprefix("http://").split(":")
        connection = socket.create_connection((host, int(port)), timeout=PATIENCE)
        head = "POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: {len(CONTENT)}\r\n\r\n".encode())
        return Begun(connection, self.expected)

    @contextmanager
    def load(self) -> Iterator[Load]:
        """Ask about stories all the time, over lasting connections, until the end; every request comes to its end."""
        load, done, lock = Load(), threading.Event(), threading.Lock()
        threads = [threading.Thread(target=self._ask, args=(load, done, lock, seed)) for seed in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            assert load.goes_on()
            yield load
        finally:
            done.set()
            for thread in threads:
                thread.join(PATIENCE)
        assert not any(thread.is_alive() for thread in threads)

    def _ask(self, load: Load, done: threading.Event, lock: Any, seed: int) -> None:
        dice, session = random.Random(seed), requests.Session()
        while not done.is_set():
            number = dice.randrange(len(STORIES))
            began = time.monotonic()
            try:
                response = session.post(f"{self.url}/v1/classify", json=STORIES[number], timeout=PATIENCE / 2)
                answer = response.json()
            except (requests.RequestException, ValueError) as error:
                with lock:
                    load.broken.append((began, repr(error)))
                time.sleep(0.02)
                continue
            with lock:
                if response.status_code == 200 and is_right(answer, number, self.expected):
                    load.by_model[answer["model"]["sha256"]] = load.right(answer["model"]["sha256"]) + 1
                else:
                    load.wrong.append(response.text[:300])


@contextmanager
def running(artifact: Path, *flags: str, **options: Any) -> Iterator[Service]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "service", "--artifact", str(artifact), "--port", str(port), "--workers", "2"]
    environ = {**os.environ, "TABWIB_ADMIN_TOKEN": TOKEN}
    options = {"stderr": subprocess.DEVNULL, "env": environ, "cwd": ROOT, "stdout": subprocess.PIPE, **options}
    process = subprocess.Popen([*command, *flags], text=True, **options)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Tabwib is ready")
        service = Service(f"http://127.0.0.1:{port}", process, {})
        service.knows(artifact)
        yield service
    finally:
        process.terminate()
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., bool]:
    """Wait for something to come true: ``wait_until(is_so, seconds)``."""
    return until


@pytest.fixture(scope="session")
def serving() -> Callable[..., Any]:
    """Start a service of two workers; a context manager that gives the Service."""
    return running


@pytest.fixture(scope="module")
def folder(tiny_artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the artifact, which tests may replace."""
    place = tmp_path_factory.mktemp("served") / "current"
    shutil.copytree(tiny_artifact, place)
    return place


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Service]:
    """One service for the tests that leave it as it was."""
    with running(folder) as service:
        yield service
