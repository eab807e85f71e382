"""Servers started and stopped, and the memory of the service's workers, read from the kernel while they run.

Used by ``fit``, ``http``, ``fuzz`` and ``soak``; memory on Linux only. Pages that a worker shares with the others cost
nothing when one is added; what counts is what it has written to itself.
"""

from __future__ import annotations

import http.client
import json
import re
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.command import ROOT
from model.errors import TabwibError

__all__ = ["WorkerMemory", "answers_on", "children_of", "private_bytes", "serving", "worker_memory"]

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
    command = ("-m", "service", "--artifact", str(artifact), "--workers", str(workers))
    with serving(*command) as (process, port):
        with ThreadPoolExecutor(4 * workers) as clients:
            list(clients.map(lambda _: _ask(port, texts), range(4 * workers)))
        children = children_of(process.pid)
        if len(children) < workers:
            raise TabwibError(f"the service has {len(children)} workers in place of {workers}")
        private = tuple(map(private_bytes, children))
        return WorkerMemory(private, private_bytes(process.pid) + sum(private))


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start a server, give its process and its port once it says on stdout that it is ready, and stop it.

    Parameters
    ----------
    *arguments : str
        Of ``python``, such as ``"-m", "service"``; ``--port`` is added.

    Raises
    ------
    TabwibError
        If it does not say so in time.
    """
    port = _free_port()
    command = [sys.executable, *arguments, "--port", str(port)]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            stdout = process.stdout
            if stdout is None or not select.select([stdout], [], [], _START_SECONDS)[0] or not stdout.readline():
                log.seek(0)
                raise TabwibError(f"python {' '.join(arguments)} did not say that it is ready:\n{log.read()[-1500:]}")
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


def answers_on(port: int) -> bool:
    """Wait until something listens on a port of this machine; False where nothing does in time."""
    for _ in range(int(_START_SECONDS / 0.05)):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


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


def children_of(parent: int) -> list[int]:
    """List the processes that a process has started, such as its workers."""
    lists = Path(f"/proc/{parent}/task").glob("*/children")
    return sorted({int(child) for path in lists for child in path.read_text(encoding="ascii").split()})


def private_bytes(pid: int) -> int:
    """Read how much memory a process shares with nobody."""
    smaps = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return sum(int(kilobytes) for kilobytes in re.findall(r"^Private_\w+:\s+(\d+) kB", smaps, re.MULTILINE)) * 1024
