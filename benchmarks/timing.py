"""Taking time and memory so that a ratio means something on a busy machine.

Contestants take turns, since a machine's speed drifts; the median of the turns counts. What is compared on one core is
CPU time, which the work of others hardly changes.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from benchmarks.command import ROOT, say
from model.errors import TrainingError

__all__ = ["Usage", "cpu_seconds", "in_own_process", "interleaved", "megabytes", "memory", "resource_usage"]

_P = ParamSpec("_P")
_T = TypeVar("_T")

_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_NUM_THREADS"), "1"
)


def cpu_seconds(call: Callable[[], object]) -> float:
    """Return the CPU time of this process, all threads together, that a call takes."""
    started = time.process_time()
    call()
    return time.process_time() - started


def interleaved(contestants: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Time contestants in turns, each round in the opposite order of the one before.

    Returns
    -------
    dict of str to list of float
        CPU seconds of every round.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds):
        for name in list(contestants)[:: 1 if number % 2 == 0 else -1]:
            seconds[name].append(cpu_seconds(contestants[name]))
        say(f"round {number + 1} of {rounds}")
    return seconds


def in_own_process(call: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Call a function of a module in a fresh process of one thread, so that its peak of memory is its own."""
    os.environ.update(_ONE_THREAD)
    context = multiprocessing.get_context("spawn")  # a forked one would start with the memory of this
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(call, *args, **kwargs).result()


def memory(name: str) -> int:
    """Return ``VmRSS`` (now) or ``VmHWM`` (the peak) of this process, in bytes; Linux only.

    ``ru_maxrss`` would not do: a process inherits that of the one that started it.
    """
    found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    if found is None:
        raise OSError(f"/proc/self/status has no {name}: memory is measured on Linux only")
    return int(found[1]) * 1024


def megabytes(size: float) -> str:
    """Write a number of bytes in MB (10**6), as disks and the limits of the project count."""
    return f"{size / 1e6:,.1f}" if size < 1e7 else f"{size / 1e6:,.0f}"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took.

    Attributes
    ----------
    wall, cpu : float
        Seconds; CPU time is that of all its threads and processes.
    peak : int
        Most memory that one of its processes held at a time, in bytes.
    stdout : str
        What it printed.
    """

    wall: float
    cpu: float
    peak: int
    stdout: str

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers, for JSON."""
        return {"wall_seconds": self.wall, "cpu_seconds": self.cpu, "peak_bytes": self.peak}


def resource_usage(*arguments: str, limit: float = 3600) -> Usage:
    """Run ``python`` with arguments from the project's folder and measure it.

    Parameters
    ----------
    *arguments : str
        Such as ``"-m", "training.fit"``.
    limit : float
        Seconds after which it is killed.

    Raises
    ------
    TrainingError
        If it fails, with the end of what it wrote to stderr.
    """
    command = [sys.executable, *arguments]
    with tempfile.TemporaryFile("w+b") as out, tempfile.TemporaryFile("w+b") as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=err)
        killer = threading.Timer(limit, process.kill)
        killer.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            killer.cancel()
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)  # waited for already: Popen must not do it again
        out.seek(0)
        err.seek(0)
        if process.returncode:
            told = err.read().decode("utf-8", "replace")[-1500:]
            raise TrainingError(f"python {' '.join(arguments)} ended with {process.returncode}:\n{told}")
        return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, out.read().decode("utf-8"))
