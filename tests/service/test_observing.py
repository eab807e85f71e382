"""Metrics across workers and logs without texts, of a real server and of its parts."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from model.article import Article
from model.classifier import NewsClassifier
from service import metrics
from service.logs import JsonFormatter, write_waiting
from service.observing import observed
from service.shared_folder import shared_folder

_ROOT = Path(__file__).resolve().parents[2]
SECRET = "زعبرطقلخشم"
STORY = {
    "headline": "الحارس يتصدى لركلة الهداف",
    "body": f"كرة القدم في المرمى بعد التسلل والمدرب يشيد بالحارس والهداف في الملعب {SECRET}",
}


def metrics_of(url: str) -> dict[tuple[str, ...], float]:
    """Every sample as (name, value of each label in the order of their names) -> value."""
    text = requests.get(f"{url}/metrics", timeout=30).text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def until(reached: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if reached():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def server(artifact: Path, start_service: Callable[..., Any]) -> Iterator[Any]:
    with start_service(artifact, "--workers", "2") as server:
        server.process.stdout.readline()
        yield server


def test_workers_count_together(server: Any, classifier: NewsClassifier) -> None:
    before = metrics_of(server.url)
    answers = [requests.post(f"{server.url}/v1/classify", json=STORY, timeout=30).json() for _ in range(20)]
    batch = {"documents": [STORY, {"body": "The committee met on Tuesday to discuss the stadium."}, {"body": 7}]}
    results = requests.post(f"{server.url}/v1/classify/batch", json=batch, timeout=30).json()["results"]
    requests.post(f"{server.url}/v1/classify", data=b"{", headers={"Content-Type": "application/json"}, timeout=30)
    requests.get(f"{server.url}/{SECRET}", timeout=30)
    classified = ("tabwib_requests_total", "/v1/classify", "200")
    assert until(lambda: metrics_of(server.url).get(classified, 0) - before.get(classified, 0) == 20)
    after = metrics_of(server.url)

    def grown(*sample: str) -> float:
        return after.get(sample, 0) - before.get(sample, 0)

    section = answers[0]["section"]
    topics = [topic["id"] for topic in answers[0]["topics"]]
    assert topics
    assert grown("tabwib_requests_total", "/v1/classify", "400") == 1
    assert grown("tabwib_requests_total", "/v1/classify/batch", "200") == 1
    assert grown("tabwib_requests_total", "other", "404") == 1
    assert grown("tabwib_request_seconds_count", "/v1/classify") == 21
    assert grown("tabwib_sections_total", section["decision"], section["id"]) == 21
    assert all(grown("tabwib_topics_total", topic) == 21 for topic in topics)
    english = results[1]["section"]["id"]
    assert grown("tabwib_sections_total", "abstained", english) == 1
    assert grown("tabwib_reviews_total", "not_arabic") == 1
    (n_words, n_known), foreign = _words(classifier, STORY), _words(classifier, batch["documents"][1])
    assert n_words > n_known > 0
    assert grown("tabwib_words_total", "yes") == 21 * n_known + foreign[1]
    assert grown("tabwib_words_total", "no") == 21 * (n_words - n_known) + foreign[0] - foreign[1]
    assert after["tabwib_model_info", "artifact", classifier.info.sha256, classifier.info.version] == 1
    assert not any(SECRET in label for sample in after for label in sample)


def _words(classifier: NewsClassifier, document: Any) -> tuple[int, int]:
    prediction = classifier.predict(Article(**document))
    return prediction.n_words, prediction.n_known


def test_logs_are_json_with_request_ids_and_without_texts(server: Any) -> None:
    url = server.url
    requests.post(f"{url}/v1/classify", json=STORY, headers={"X-Request-Id": "mine-1"}, timeout=30)
    requests.post(f"{url}/v1/classify", data=f'{{"body": "{SECRET}'.encode(), timeout=30)
    refused = requests.post(f"{url}/v1/classify", json={"body": [SECRET]}, timeout=30).json()
    requests.get(f"{url}/livez?{SECRET}", timeout=30)
    server.stop()
    _, err = server.process.communicate()
    lines = [json.loads(line) for line in err.splitlines()]
    assert SECRET not in err
    assert "الحارس" not in err
    by_id = {line.get("request_id"): line for line in lines}
    assert (by_id["mine-1"]["route"], by_id["mine-1"]["status"]) == ("/v1/classify", 200)
    assert by_id["mine-1"]["client"] == "127.0.0.1"
    assert by_id[refused["request_id"]]["status"] == 422
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]) for line in lines)


@pytest.mark.parametrize(("log_all", "status", "logged"), [(True, 200, True), (False, 200, False), (False, 503, True)])
def test_what_succeeds_need_not_be_logged(
    capfd: pytest.CaptureFixture[str], log_all: bool, status: int, logged: bool
) -> None:
    def answer(environ: Any, start_response: Any) -> list[bytes]:
        start_response(f"{status} Said", [])
        return [b"answer"]

    environ = {"PATH_INFO": "/x", "REQUEST_METHOD": SECRET}
    body = observed(answer, (), log_all=log_all)(environ, lambda *_: None)
    assert list(body) == [b"answer"]
    body.close()  # type: ignore[attr-defined]  # as WSGI asks
    write_waiting()
    line = capfd.readouterr().err
    assert (f'"status":{status}' in line) is logged
    assert ('"method":"other"' in line) is logged
    assert SECRET not in line


def test_an_exception_is_logged_without_what_it_says() -> None:
    try:
        {}[SECRET]
    except KeyError:
        record = logging.LogRecord("service", logging.ERROR, __file__, 1, "request %s failed", ("r-1",), sys.exc_info())
    entry = json.loads(JsonFormatter().format(record))
    assert entry["message"] == "request r-1 failed"
    assert entry["exception"] == "KeyError"
    assert any("test_observing.py" in place for place in entry["stack"])
    assert SECRET not in json.dumps(entry, ensure_ascii=False)


def test_no_line_is_lost_when_the_service_stops(artifact: Path, start_service: Callable[..., Any]) -> None:
    with start_service(artifact, "--workers", "2") as server:
        server.process.stdout.readline()
        ids = {f"stopped-{number}" for number in range(120)}
        for request_id in ids:  # each over a connection of its own, so that both workers have some
            requests.get(f"{server.url}/livez", headers={"X-Request-Id": request_id}, timeout=30)
        assert server.stop() == 0
        _, err = server.process.communicate()
    logged = [json.loads(line).get("request_id") for line in err.splitlines()]
    assert ids <= set(logged)
    assert len(logged) == len(set(logged))


WRITING = """
import os, sys, time
from service.logs import write_line

write_line(time.time(), {"number": 0, "process": "parent"})
if os.fork() == 0:
    for number in range(1, 4000):
        write_line(time.time(), {"number": number, "process": "child", "filling": "x" * (number % 500)})
    sys.exit(0)
for number in range(1, 4000):
    write_line(time.time(), {"number": number, "process": "parent"})
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_lines_of_two_processes_come_whole_and_once() -> None:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", WRITING], cwd=_ROOT, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    time.sleep(0.4)  # the pipe fills up, and the writers wait
    lines = [json.loads(line) for line in process.stderr]
    assert process.wait(60) == 0
    process.stderr.close()
    for name, count in (("parent", 4000), ("child", 3999)):
        numbers = [line["number"] for line in lines if line["process"] == name]
        assert numbers == list(range(4000 - count, 4000))


def test_a_pipe_that_nobody_reads_stops_nothing() -> None:
    code = (
        "import time\nfrom service.logs import configure, write_line\nimport logging\nconfigure()\n"
        "for number in range(3000):\n    write_line(time.time(), {'message': 'request', 'number': number})\n"
        "logging.getLogger('x').error('y' * 1000)\nprint('done')"
    )
    reader, writer = os.pipe()
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=writer, timeout=30, check=True, cwd=_ROOT
        )
    finally:
        os.close(reader)
        os.close(writer)
    assert done.stdout == b"done\n"


def test_the_folder_of_metrics_goes_with_the_service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    with shared_folder() as folder:
        assert Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).parent == folder
        assert Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).is_dir()
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    with shared_folder():
        assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(tmp_path)
    assert tmp_path.is_dir()


def test_many_latencies_at_once_are_as_many_one_by_one() -> None:
    seconds = [0.0, 0.0002, 0.00021, 0.003, 0.003, 60.0, 61.0]
    for each in seconds:
        metrics._LATENCY.labels("/one-by-one").observe(each)
    metrics._observe_all("/at-once", seconds)
    one_by_one, at_once = (
        [
            (sample.name, sample.labels.get("le"), sample.value)
            for family in metrics._LATENCY.collect()
            for sample in family.samples
            if sample.labels["route"] == route and not sample.name.endswith("_created")
        ]
        for route in ("/one-by-one", "/at-once")
    )
    assert one_by_one == at_once
    assert ("tabwib_request_seconds_count", None, 7.0) in at_once


FORKED = """
import os, sys, time
from service import metrics

metrics.count_request("/parent", 200, 0.1)
if os.fork() == 0:
    metrics.count_request("/child", 200, 0.1)
    time.sleep(1.5)
    counted = metrics.REGISTRY.get_sample_value("tabwib_requests_total", {"route": "/child", "status": "200"})
    os._exit(0 if counted == 1 else 7)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_a_forked_process_counts_for_itself() -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", FORKED], cwd=_ROOT, timeout=60, check=False)
    assert done.returncode == 0
