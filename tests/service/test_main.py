"""``python -m service``: usage, refusals to start, starting, stopping."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import requests

from service.__main__ import main
from service.address import free_address
from service.server import STOP_SECONDS
from service.settings import ENVIRONMENT, SECRET

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[..., AbstractContextManager[Any]]


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "service", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, timeout=60, check=False
    )


def test_help_lists_flags_and_variables(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for name, variable in ENVIRONMENT.items():
        assert (f"--{name.replace('_', '-')}" in text) is (name not in SECRET)
        assert variable in text


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom service.__main__ import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'numpy', 'numba', 'flask', 'granian', 'pydantic', 'trafilatura'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "environ", "named"),
    [
        pytest.param(["--port", "99999"], {}, "99999", id="range"),
        pytest.param(["--port", "http"], {}, "--port", id="not-a-number"),
        pytest.param(["--speed", "9"], {}, "--speed", id="unknown-flag"),
        pytest.param([], {"TABWIB_WORKERS": "many"}, "TABWIB_WORKERS", id="environment"),
    ],
)
def test_bad_usage_exits_with_2(arguments: list[str], environ: dict[str, str], named: str) -> None:
    done = run(*arguments, **environ)
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def _truncate(folder: Path) -> None:
    array = max((folder / "arrays").iterdir(), key=lambda file: file.stat().st_size)
    array.write_bytes(array.read_bytes()[:-1])


@pytest.mark.parametrize("harm", [shutil.rmtree, _truncate], ids=["missing", "truncated"])
def test_an_artifact_that_cannot_be_used_exits_with_1(
    artifact: Path, tmp_path: Path, port: int, harm: Callable[[Path], None]
) -> None:
    folder = tmp_path / "artifact"
    shutil.copytree(artifact, folder)
    harm(folder)
    done = run("--artifact", str(folder), "--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert str(folder) in done.stderr
    assert "make fit" in done.stderr
    assert "python -m training.fit" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_busy_port_exits_with_1(artifact: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("--artifact", str(artifact), "--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"127.0.0.1:{port}" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_service_does_not_share_the_port(service: str, artifact: Path) -> None:
    done = run("--artifact", str(artifact), "--port", service.rpartition(":")[2])
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid", ".."], ids=["not-ours", "unknown-name", "no-name"])
def test_an_address_that_is_not_ours_exits_with_1(host: str, port: int) -> None:
    done = run("--host", host, "--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{host}:{port}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("host", "address"), [("localhost", "(127.0.0.1|::1)"), ("127.0.0.1", "127.0.0.1")])
def test_a_name_becomes_an_address(host: str, address: str, port: int) -> None:
    assert re.fullmatch(address, free_address(host, port))


@pytest.mark.parametrize(
    ("number", "group"), [(signal.SIGTERM, False), (signal.SIGINT, True)], ids=["supervisor", "ctrl-c"]
)
def test_it_stops_when_told_and_says_nothing_but_its_address(
    artifact: Path, start_service: Start, number: signal.Signals, group: bool
) -> None:
    with start_service(artifact, "--workers", "2") as server:
        line = server.process.stdout.readline()
        assert line == f"Tabwib is ready: {server.url}\n"
        (os.killpg if group else os.kill)(server.process.pid, number)
        out, err = server.process.communicate(timeout=STOP_SECONDS - 1)  # then a worker that hangs is killed
        assert server.process.returncode == 0, err
        assert out == ""
        assert "Traceback" not in err
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{server.url}/livez", timeout=5)


def _workers(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    return [int(child) for child in children]


def _until(answer: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if answer():
            return True
        time.sleep(0.05)
    return False


def test_a_worker_that_dies_is_replaced(artifact: Path, start_service: Start) -> None:
    with start_service(artifact) as server:
        server.process.stdout.readline()
        (first,) = _workers(server.process.pid)
        os.kill(first, signal.SIGKILL)
        assert _until(lambda: bool(_workers(server.process.pid)) and _workers(server.process.pid) != [first])

        def answers() -> bool:
            try:
                return requests.get(f"{server.url}/readyz", timeout=5).status_code == 200
            except requests.ConnectionError:
                return False

        assert _until(answers)
        assert server.stop() == 0


def _private_megabytes(process: int) -> float:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


@pytest.fixture(scope="module")
def two_workers(artifact: Path, start_service: Start) -> Iterator[Any]:
    with start_service(artifact, "--workers", "2") as server:
        server.process.stdout.readline()
        yield server


def test_a_second_worker_takes_little_memory(two_workers: Any) -> None:
    for _ in range(100):
        requests.post(f"{two_workers.url}/v1/classify", json={"body": "الفريق في الملعب البلدي"}, timeout=30)
    workers = _workers(two_workers.process.pid)
    assert len(workers) == 2
    assert max(_private_megabytes(worker) for worker in workers) < 60


def test_clients_that_send_slowly_do_not_stop_it(two_workers: Any) -> None:
    host, port = two_workers.url.removeprefix("http://").split(":")
    slow = [http.client.HTTPConnection(host, int(port), timeout=10) for _ in range(32)]
    for connection in slow:
        connection.putrequest("POST", "/v1/classify")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", "100")
        connection.endheaders(b"{")
    assert requests.get(f"{two_workers.url}/livez", timeout=10).status_code == 200
    for connection in slow:
        connection.close()


def _bodies() -> Iterator[bytes]:
    yield '{"headline": "الفريق '.encode()
    yield 'يستعد للمباراة"}'.encode()


def test_a_body_may_come_in_pieces(service: str) -> None:
    headers = {"Content-Type": "application/json"}
    assert requests.post(f"{service}/v1/classify", data=_bodies(), headers=headers, timeout=30).status_code == 200
