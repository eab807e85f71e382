"""The memory of the service's workers, read from the kernel while they run; Linux only.

Used by ``fit``. Pages that a worker shares with the others cost nothing when one is added; what counts is what it has
written to itself.
"""

from __future__ import annotations

import http.client
import json
import re
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.command import ROOT
from model.errors import TabwibError

__all__ = ["WorkerMemory", "worker_memory"]

_START_SECONDS = 120.0
_STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class WorkerMemory:
    """Memory of a service that has answered.

    Attributes
    ----------
    private : tuple of int
        Bytes that each worker shares with nobody.
    total : int
        The same, summed over all processes, the parent included.
    """

    private: tuple[int, ...]
    total: int

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers, for JSON."""
        return {"private_bytes": list(self.private), "total_bytes": self.total}


def worker_memory(artifact: Path, *, workers: int, texts: Sequence[str]) -> WorkerMemory:
    """Serve an artifact, ask every worker, read the memory, stop.

    Parameters
    ----------
    artifact : Path
    workers : int
    texts : sequence of str
        Bodies to be labelled; every one is asked four times for each worker.

    Raises
    ------
    TabwibError
        If the service does not start or answer.
    """
    with _service(artifact, workers) as (process, port):
        with ThreadPoolExecutor(4 * workers) as clients:
            list(clients.map(lambda _: _ask(port, texts), range(4 * workers)))
        children = _children(process.pid)
        if len(children) < workers:
            raise TabwibError(f"the service has {len(children)} workers in place of {workers}")
        private = tuple(map(_private_bytes, children))
        return WorkerMemory(private, _private_bytes(process.pid) + sum(private))


@contextmanager
def _service(artifact: Path, workers: int) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start the service and stop it, whatever happens in between."""
    port = _free_port()
    command = [sys.executable, "-m", "service", "--artifact", str(artifact)]
    command += ["--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        stdout = process.stdout
        if stdout is None or not select.select([stdout], [], [], _START_SECONDS)[0] or not stdout.readline():
            raise TabwibError(f"python -m service did not say that it is ready within {_START_SECONDS:.0f} s")
        yield process, port
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ask(port: int, texts: Sequence[str]) -> None:
    """Have texts labelled, each over a connection of its own, so that the kernel deals them over the workers."""
    for text in texts:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)
        try:
            body = json.dumps({"body": text}).encode()
            connection.request("POST", "/v1/classify", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            if answer.status != http.client.OK:
                raise TabwibError(f"/v1/classify answered {answer.status}: {answer.read()[:300]!r}")
            answer.read()
        finally:
            connection.close()


def _children(parent: int) -> list[int]:
    """List the processes that a process has started, such as its workers."""
    lists = Path(f"/proc/{parent}/task").glob("*/children")
    return sorted({int(child) for path in lists for child in path.read_text(encoding="ascii").split()})


def _private_bytes(pid: int) -> int:
    smaps = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return sum(int(kilobytes) for kilobytes in re.findall(r"^Private_\w+:\s+(\d+) kB", smaps, re.MULTILINE)) * 1024
