"""Replacing the models under load: every worker follows, nothing is lost, what is broken is not taken."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from model import artifact as artifacts
from service.app import create_app
from service.served import ServedModels
from service.settings import Settings
from service.shapes import Problem, Reloaded

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "t0ken-of-an-operator-in-tests"
ADMIN = {"Authorization": f"Bearer {TOKEN}"}
STORY = {"headline": "الفريق يستعد لمباراة الكأس", "body": "أعلن المدرب تشكيلة الفريق قبل المباراة في الملعب البلدي"}
PATIENCE = 30.0


def renew(folder: Path) -> str:
    """Write another model over the one in a folder; returns its digest."""
    loaded = artifacts.load(folder)
    manifest = {key: value for key, value in loaded.manifest.items() if key not in ("sha256", "format", "orthography")}
    manifest["renewed"] = manifest.get("renewed", 0) + 1
    arrays = {name: array[:] for name, array in loaded.arrays.items()}
    return artifacts.save(folder, manifest, arrays)


def largest_array(folder: Path) -> Path:
    return max((folder / "arrays").iterdir(), key=lambda file: file.stat().st_size)


@contextmanager
def spoiled(folder: Path, harm: Callable[[Path], object]) -> Iterator[None]:
    """Harm the artifact for a while. Never in place: the model that is served is mapped from these files."""
    aside = folder.with_name(folder.name + "-aside")
    folder.rename(aside)
    shutil.copytree(aside, folder)
    harm(folder)
    yield
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)


def digests(url: str, times: int = 24) -> set[str]:
    """Which models answer, asked over connections of their own, so that every worker is met."""
    return {requests.post(f"{url}/v1/classify", json=STORY, timeout=30).json()["model"]["sha256"] for _ in range(times)}


def until(reached: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if reached():
            return True
        time.sleep(0.05)
    return False


def workers_of(server: Any) -> set[int]:
    parent = server.process.pid
    return set(map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()))


@contextmanager
def load_on(url: str) -> Iterator[list[Any]]:
    """Ask all the time, on lasting connections and on new ones; gives what was answered."""
    answers: list[Any] = []
    done = threading.Event()

    def ask(session: requests.Session | None) -> None:
        while not done.is_set():
            try:
                response = (session or requests).post(f"{url}/v1/classify", json=STORY, timeout=30)  # type: ignore[union-attr]
                answers.append((response.status_code, response.json()["model"]["sha256"]))
            except (requests.RequestException, ValueError, KeyError) as error:
                answers.append(error)

    threads = [
        threading.Thread(target=ask, args=(session,)) for session in (requests.Session(), requests.Session(), None)
    ]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        done.set()
        for thread in threads:
            thread.join(PATIENCE)


@pytest.fixture(scope="module")
def folder(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models beside each other: ``current`` and ``second``."""
    parent = tmp_path_factory.mktemp("artifacts")
    shutil.copytree(artifact, parent / "current")
    shutil.copytree(artifact, parent / "second")
    renew(parent / "second")
    return parent / "current"


@pytest.fixture(scope="module")
def server(folder: Path, start_service: Callable[..., Any], monkeypatch_module: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch_module.setenv("TABWIB_ADMIN_TOKEN", TOKEN)
    with start_service(folder, "--workers", "2", "--models", "second") as server:
        assert server.process.stdout.readline()
        yield server


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_a_new_model_is_taken_by_every_worker_and_no_request_is_lost(server: Any, folder: Path) -> None:
    before = digests(server.url)
    with load_on(server.url) as answers:
        assert until(lambda: len(answers) > 30)
        new = renew(folder)
        response = requests.post(f"{server.url}/v1/admin/reload", headers=ADMIN, timeout=60)
        assert response.status_code == 200, response.text
        assert Reloaded.model_validate_json(response.content).models["current"].sha256 == new
        assert digests(server.url) == {new}, "once it is answered, nobody is answered by the old model"
        reached = len(answers)
        assert until(lambda: len(answers) > reached + 30)
    assert [answer for answer in answers if not isinstance(answer, tuple) or answer[0] != 200] == []
    assert {sha256 for _, sha256 in answers} == before | {new}


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        pytest.param(lambda folder: os.truncate(largest_array(folder), 999), "model_corrupt", id="truncated"),
        pytest.param(lambda folder: (folder / "manifest.json").write_text("{"), "model_corrupt", id="no-manifest"),
        pytest.param(shutil.rmtree, "model_not_found", id="missing"),
    ],
)
def test_a_model_that_is_broken_is_not_taken(
    server: Any, folder: Path, harm: Callable[[Path], object], code: str
) -> None:
    before = digests(server.url)
    with load_on(server.url) as answers, spoiled(folder, harm):
        response = requests.post(f"{server.url}/v1/admin/reload", headers=ADMIN, timeout=60)
        assert digests(server.url) == before
    problem = Problem.model_validate_json(response.content)
    assert (response.status_code, problem.code, problem.errors[0].code) == (409, "not_reloaded", code)
    assert str(folder) not in response.text
    assert requests.get(f"{server.url}/readyz", timeout=30).status_code == 200
    assert {answer for answer in answers if not isinstance(answer, tuple) or answer[0] != 200} == set()


def test_the_parent_reloads_at_sighup(server: Any, folder: Path) -> None:
    workers = workers_of(server)
    new = renew(folder)
    with load_on(server.url) as answers:
        os.kill(server.process.pid, signal.SIGHUP)
        assert until(lambda: digests(server.url) == {new})
    assert [answer for answer in answers if not isinstance(answer, tuple) or answer[0] != 200] == []
    assert workers_of(server) == workers, "workers are not replaced, their models are"
    with spoiled(folder, shutil.rmtree):
        os.killpg(server.process.pid, signal.SIGHUP)  # as a terminal that closes
        time.sleep(0.5)
        assert digests(server.url) == {new}
    assert workers_of(server) == workers


def test_a_worker_that_comes_later_has_the_new_model(server: Any, folder: Path) -> None:
    new = renew(folder)
    assert requests.post(f"{server.url}/v1/admin/reload", headers=ADMIN, timeout=60).status_code == 200
    before = workers_of(server)
    with spoiled(folder, shutil.rmtree):  # it has the parent's, and need not look at the files
        os.kill(min(before), signal.SIGKILL)
        assert until(lambda: len(workers_of(server)) == 2 and workers_of(server) != before)
        assert until(lambda: _answers(server.url))
        assert digests(server.url) == {new}
    newer = renew(folder)
    assert requests.post(f"{server.url}/v1/admin/reload", headers=ADMIN, timeout=60).status_code == 200
    assert digests(server.url) == {newer}, "and follows from now on, as the others do"


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def test_models_have_names(server: Any, folder: Path) -> None:
    first, second = (artifacts.load(folder.parent / name).sha256 for name in ("current", "second"))
    for query, expected in (("", first), ("?model=current", first), ("?model=second", second)):
        answer = requests.post(f"{server.url}/v1/classify{query}", json=STORY, timeout=30).json()
        assert answer["model"]["sha256"] == expected
    response = requests.post(f"{server.url}/v1/classify?model=third", json=STORY, timeout=30)
    assert (response.status_code, response.json()["code"]) == (422, "unknown_model")
    response = requests.post(f"{server.url}/v1/admin/reload", headers=ADMIN, timeout=60)
    assert set(response.json()["models"]) == {"current", "second"}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({"Authorization": f"Basic {TOKEN}"}, id="another-scheme"),
        pytest.param({"Authorization": f"Bearer {TOKEN}x"}, id="longer"),
        pytest.param({"Authorization": f"Bearer {TOKEN[:-1]}"}, id="shorter"),
        pytest.param({"Authorization": "Bearer "}, id="empty"),
        pytest.param({"Authorization": f"Bearer {TOKEN} {TOKEN}"}, id="twice"),
    ],
)
def test_nobody_reloads_without_the_token(server: Any, headers: dict[str, str]) -> None:
    response = requests.post(f"{server.url}/v1/admin/reload", headers=headers, timeout=30)
    assert (response.status_code, response.json()["code"]) == (401, "unauthorized")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert TOKEN not in response.text


def test_administration_is_off_without_a_token(artifact: Path) -> None:
    client = create_app(Settings(artifact=artifact)).test_client()
    for headers in ({}, ADMIN, {"Authorization": "Bearer "}):
        response = client.post("/v1/admin/reload", headers=headers)
        assert (response.status_code, response.get_json()["code"]) == (403, "forbidden")


def test_a_process_alone_reloads_itself(artifact: Path, tmp_path: Path) -> None:
    folder = tmp_path / "current"
    shutil.copytree(artifact, folder)
    client = create_app(Settings(artifact=folder, admin_token=TOKEN)).test_client()
    new = renew(folder)
    assert client.get("/readyz").get_json()["model"]["sha256"] != new
    response = client.post("/v1/admin/reload", headers=ADMIN)
    assert json.loads(response.data)["models"]["current"]["sha256"] == new
    assert client.get("/readyz").get_json()["model"]["sha256"] == new


def test_models_that_were_missing_can_be_loaded_later(artifact: Path, tmp_path: Path) -> None:
    folder = tmp_path / "current"
    client = create_app(Settings(artifact=folder, admin_token=TOKEN)).test_client()
    assert client.get("/readyz").status_code == 503
    shutil.copytree(artifact, folder)
    assert client.post("/v1/admin/reload", headers=ADMIN).status_code == 200
    assert client.get("/readyz").status_code == 200


def test_all_models_or_none(artifact: Path, tmp_path: Path) -> None:
    for name in ("current", "second"):
        shutil.copytree(artifact, tmp_path / name)
    models = ServedModels(Settings(artifact=tmp_path / "current", models=("second",)).folders)
    models.load()
    before = models.loaded
    assert models.generation == 1
    renew(tmp_path / "current")
    (tmp_path / "second" / "manifest.json").unlink()
    assert models.reload() == "model_not_found"
    assert (models.loaded, models.generation) == (before, 1)


LATE = """
import os, sys, time
from service.reloading import Reloading

class Models:
    generation, loaded = 0, {}
    def reload(self):
        self.generation += 1
        return ""

def followed():
    for _ in range(200):
        if models.generation == 1:
            return True
        time.sleep(0.05)
    return False

models = Models()
line = Reloading(models)
line.serve()
come, go = os.pipe()
if os.fork() == 0:
    os.read(come, 1)
    line.join()
    os._exit(0 if followed() else 7)
line.on_signal()
assert followed()
os.write(go, b"+")
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_a_worker_that_starts_late_follows() -> None:
    """Forked before a reload, joining after it: the moment that a server passes too quickly to be met in a test."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", LATE], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 0
