"""A model fitted on an invented corpus, and servers of it: real processes on real sockets."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from model.classifier import NewsClassifier

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240.0
"""Seconds that a server may take to start or to stop before a test fails; the first start makes machine code."""

WORDS = {
    "news": "الحكومة الوزير البرلمان الرئيس المحكمة الشرطة السفير الحدود الاجتماع القرار الدستور الدولة الوفد",
    "economy": "البورصة الأسهم المصرف الأرباح السوق التضخم الفائدة الاستثمار الشركة الإيرادات الصادرات التمويل",
    "sport": "المباراة الفريق الهدف المدرب اللاعب الدوري الملعب البطولة الحكم الجماهير الكأس المنتخب الشوط الركلة",
    "health": "المستشفى الطبيب المرضى العلاج الدواء الجراحة اللقاح الأعراض التغذية الوقاية العيادة الفحوص السكري الضغط",
}
TOPIC_WORDS = {
    "russia-ukraine": ("news", "موسكو كييف روسيا أوكرانيا القوات الجبهة"),
    "markets": ("economy", "المؤشر التداول السيولة الإغلاق المكاسب النقاط"),
    "football": ("sport", "كرة القدم المرمى التسلل الحارس الهداف"),
    "heart": ("health", "القلب الشرايين القسطرة النبض الصمام التاجية"),
}
COMMON = "قال في من على إلى خلال أمس اليوم بعد قبل أن التي الذي هذا العام الماضي المقبل مدينة نحو أكثر"


def _story(dice: random.Random, number: int) -> dict[str, object]:
    """Roll the words of one story: no text of anybody's, but words as a section uses them."""
    section = list(WORDS)[number % len(WORDS)]
    topic, (_, topic_words) = next(item for item in TOPIC_WORDS.items() if item[1][0] == section)
    about_topic = number % 8 < 4
    vocabulary = WORDS[section].split() * 2 + COMMON.split() + (topic_words.split() * 3 if about_topic else [])
    words = [dice.choice(vocabulary) for _ in range(60)]
    return {
        "id": f"s{number}",
        "headline": " ".join(words[:8]),
        "body": " ".join(words[8:]) + ".",
        "section": section,
        "topics": [topic] if about_topic else [],
    }


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fit a small model by the command line, as a user would."""
    folder = tmp_path_factory.mktemp("model")
    dice = random.Random(7)
    stories = [json.dumps(_story(dice, number), ensure_ascii=False) for number in range(320)]
    corpus = folder / "corpus.jsonl"
    corpus.write_text("\n".join(stories) + "\n", encoding="utf-8")
    command = ["-m", "training.fit", "--corpus", str(corpus), "--out", str(folder / "artifact")]
    command += ["--report", str(folder / "report"), "--no-background", "--seed", "7", "--jobs", "1"]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder / "artifact"


@pytest.fixture(scope="session")
def classifier(artifact: Path) -> NewsClassifier:
    return NewsClassifier.load(artifact)


@pytest.fixture(scope="session")
def story() -> Callable[..., dict[str, str]]:
    """Invent a story about a section: plain words of its vocabulary, the same at every call."""

    def invent(section: str, topic: str | None = None) -> dict[str, str]:
        words = WORDS[section].split() + (TOPIC_WORDS[topic][1].split() * 2 if topic else [])
        return {"headline": " ".join(words[-7:]), "body": " ".join([*words, *COMMON.split(), *reversed(words)])}

    return invent


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers, and what is needed to ask it or to end it."""

    url: str
    process: subprocess.Popen[str]

    def stop(self) -> int:
        """Ask it to stop and wait for its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: Sequence[str], port: int, environ: Mapping[str, str]) -> Iterator[Server]:
    """Start a server, wait until it answers, and leave nothing of it behind."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        _await_answer(server)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.communicate()


def _await_answer(server: Server) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise AssertionError(f"the server ended: {server.process.communicate()}")
        try:
            requests.get(f"{server.url}/livez", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="session")
def start_service() -> Callable[..., object]:
    """Start ``python -m service``; a context manager that gives the Server."""

    def start(artifact: Path, *flags: str) -> object:
        port = free_port()
        return running(["-m", "service", "--artifact", str(artifact), "--port", str(port), *flags], port, {})

    return start


@pytest.fixture(scope="session")
def start_gunicorn() -> Callable[..., object]:
    """Start gunicorn with the application; a context manager that gives the Server."""

    def start(artifact: Path, *flags: str) -> object:
        port = free_port()
        command = ["-m", "gunicorn", "service.app:create_app()", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
        return running([*command, *flags], port, {"TABWIB_ARTIFACT": str(artifact)})

    return start


@pytest.fixture(scope="session")
def service(artifact: Path, start_service: Callable[..., object]) -> Iterator[str]:
    """The address of one server for all tests that only ask."""
    with start_service(artifact) as server:
        yield server.url


@pytest.fixture
def port() -> int:
    return free_port()
