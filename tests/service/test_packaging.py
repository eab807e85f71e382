"""What packaging/ and the container file promise: users that may do little, on systems where little can be written."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
STORY = {"headline": "الحارس يتصدى لركلة الهداف في الدوري", "body": "فاز الفريق في المباراة على ملعبه أمام جمهوره."}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def last_stage() -> str:
    return (ROOT / "Containerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]


def test_the_container_runs_as_nobody_and_asks_whether_it_is_ready() -> None:
    text, last = (ROOT / "Containerfile").read_text(encoding="utf-8"), last_stage()
    (user,) = re.findall(r"^USER (\d+):\d+$", last, re.MULTILINE)
    assert int(user) > 0
    assert "/readyz" in last.partition("HEALTHCHECK")[2]
    assert last.index("COPY --from=build") < last.index("USER")
    copied = set(re.findall(r"^COPY ([a-z]+) \1$", text, re.MULTILINE))
    assert copied == {"model", "service", "training", "data"}
    assert "--require-hashes" in text
    assert "://" not in text.replace("http://127.0.0.1:8000/readyz", "")
    assert not re.search(r"https?://|--(extra-)?index-url", (ROOT / "requirements.lock").read_text(encoding="utf-8"))


IMPORT_ALL = """
import importlib, pathlib, pkgutil, sys
for package in ("model", "service", "training"):
    for module in pkgutil.walk_packages([package], f"{package}."):
        if not module.name.endswith("__main__"):
            imported = importlib.import_module(module.name)
            assert pathlib.Path(imported.__file__).is_relative_to(pathlib.Path.cwd()), imported
from training import shipped
for needed in (*shipped.starter_corpus(), shipped.background_folder(), shipped.taxonomy_file()):
    assert pathlib.Path(needed).exists() and pathlib.Path(needed).is_relative_to(pathlib.Path.cwd()), needed
"""


def test_what_the_container_is_built_from_is_enough(tmp_path: Path) -> None:
    """Of the files that are copied into it, every module can be imported, and what a fit reads is there."""
    kept = re.findall(r"^!(.+)$", (ROOT / ".containerignore").read_text(encoding="utf-8"), re.MULTILINE)
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for name in line.split():
            assert name in kept
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, tmp_path)
    command = [sys.executable, "-W", "ignore", "-c", IMPORT_ALL]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_is_understood_and_leaves_little_open(tmp_path: Path) -> None:
    unit = (ROOT / "packaging" / "tabwib.service").read_text(encoding="utf-8")
    here = tmp_path / "tabwib.service"
    here.write_text(unit.replace("/opt/tabwib/.venv/bin/python", shutil.which("true") or "/bin/true"), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(here)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if "tabwib" in line]) == (0, [])
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(here)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-1500:]


AS_IN_A_CONTAINER = """
set -e
mount --bind "$1" "$1"  # the cache of machine code, which the container has a volume for
mount -o remount,bind,ro /
if touch /var/tmp/x 2>/dev/null; then echo "can be written"; exit 9; fi
shift
exec unshare --user --map-user="$1" --map-group="$1" setpriv --no-new-privs "${@:2}"
"""


def can_unshare() -> bool:
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("setpriv") is None:
        return False
    command = ["unshare", "--mount", "unshare", "--user", "--map-user=10001", "--map-group=10001", "true"]
    return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0


@contextmanager
def started(command: Sequence[str], **environ: str) -> Iterator[tuple[str, int]]:
    """Start the service by another program, such as a shell that changes what it may do; gives address and process."""
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environ}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Tabwib is ready"), process.communicate(timeout=30)
        yield line.strip().rpartition("/")[2], process.pid
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.skipif(not can_unshare(), reason="needs root and namespaces, for a file system that cannot be written")
def test_the_containers_command_runs_as_nobody_where_nothing_can_be_written(artifact: Path) -> None:
    """With the user, settings, command and health check of the file; only memory and the volume can be written."""
    stage = last_stage()
    (user,) = re.findall(r"^USER (\d+):\d+$", stage, re.MULTILINE)
    settings = dict(re.findall(r"(TABWIB_\w+|PYTHON\w+)=(\S+)", stage))
    assert set(settings) == {"TABWIB_HOST", "TABWIB_WORKERS", "PYTHONDONTWRITEBYTECODE"}
    check, command = (json.loads(found) for found in re.findall(r"^(?:    )?CMD (\[.+\])$", stage, re.MULTILINE))
    assert check[0] == command[0] == "python"
    port = str(free_port())
    settings |= {
        "TABWIB_PORT": port,
        "TABWIB_ARTIFACT": str(artifact),
        "TABWIB_HOST": "127.0.0.1",
        "TMPDIR": "/dev/shm",
    }
    isolated = ["unshare", "--mount", "--propagation", "private", "bash", "-c", AS_IN_A_CONTAINER, "bash"]
    health = [sys.executable, *(part.replace(":8000/", f":{port}/") for part in check[1:])]
    with started([*isolated, str(ROOT / "model"), user, sys.executable, *command[1:]], **settings) as (
        address,
        process,
    ):
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        assert re.findall(r"^(?:CapEff|NoNewPrivs):\t(\w+)$", status, re.MULTILINE) == ["0" * 16, "1"]
        assert requests.post(f"http://{address}/v1/classify", json=STORY, timeout=30).status_code == 200
        assert subprocess.run(health, timeout=30, check=False).returncode == 0
        deadline = time.monotonic() + 30  # what happened is added up twice a second
        while "tabwib_requests_total" not in requests.get(f"http://{address}/metrics", timeout=30).text:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert subprocess.run(health, capture_output=True, timeout=30, check=False).returncode != 0


def test_slow_clients_take_no_file_that_limits_need(artifact: Path) -> None:
    """Systems begin with 1024 files a process; here it is 128, and each client takes two."""
    few = ["bash", "-c", 'ulimit -Sn 128 && exec "$@"', "bash", sys.executable, "-m", "service"]
    few += ["--artifact", str(artifact), "--port", str(free_port()), "--rate-limit", "310/hour"]
    with started(few) as (address, _):
        host, port = address.split(":")
        head = b"POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"
        slow = [socket.create_connection((host, int(port)), timeout=30) for _ in range(300)]
        for part in (head + b"{", b"}"):
            for connection in slow:
                connection.sendall(part)
        answers = {connection.recv(64)[9:12] for connection in slow}
        asked = [requests.get(f"http://{address}/version", timeout=30).status_code for _ in range(12)]
        for connection in slow:
            connection.close()
    assert answers == {b"422"}
    assert asked == [200] * 10 + [429] * 2, "the slow ones are counted, each once"
