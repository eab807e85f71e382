"""The same application under gunicorn, with a model and without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import requests

from service.api.bodies import MAX_REQUEST_BYTES

Start = Callable[..., AbstractContextManager[Any]]
STORY = {"headline": "الفريق يستعد لمباراة الكأس", "body": "أعلن المدرب تشكيلة الفريق قبل المباراة في الملعب البلدي"}


@pytest.fixture(scope="module")
def gunicorn(artifact: Path, start_gunicorn: Start) -> Iterator[str]:
    with start_gunicorn(artifact, "--workers", "2", "--preload", "--worker-class", "gthread") as server:
        yield server.url
        assert server.stop() == 0


def test_it_answers_as_under_granian(gunicorn: str, service: str) -> None:
    answers = [requests.post(f"{url}/v1/classify", json=STORY, timeout=30) for url in (gunicorn, service)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert requests.get(f"{gunicorn}/readyz", timeout=30).status_code == 200


def test_problems_are_the_same(gunicorn: str) -> None:
    headers = {"Content-Type": "application/json", "Accept-Language": "ar"}
    response = requests.post(f"{gunicorn}/v1/classify", data=b"{", headers=headers, timeout=30)
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert response.headers["Content-Language"] == "ar"


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
@pytest.mark.parametrize(("length", "status"), [(MAX_REQUEST_BYTES, 400), (MAX_REQUEST_BYTES + 1, 413)])
def test_a_request_has_its_limit(gunicorn: str, length: int, status: int, chunked: bool) -> None:
    body = b" " * length
    headers = {"Content-Type": "application/json"}
    data = iter([body[: 2**20], body[2**20 :]]) if chunked else body
    assert requests.post(f"{gunicorn}/v1/classify", data=data, headers=headers, timeout=60).status_code == status


def test_without_a_model_it_lives_and_says_so(tmp_path: Path, start_gunicorn: Start) -> None:
    folder = tmp_path / "nothing"
    with start_gunicorn(folder) as server:
        response = requests.get(f"{server.url}/readyz", timeout=30)
        assert (response.status_code, response.json()["code"]) == (503, "model_not_found")
        assert int(response.headers["Retry-After"]) > 0
        assert requests.post(f"{server.url}/v1/classify", json=STORY, timeout=30).status_code == 503
        assert requests.get(f"{server.url}/livez", timeout=30).status_code == 200
        server.process.terminate()
        _, err = server.process.communicate(timeout=60)
    assert str(folder) in err
    assert "Traceback" not in err
