"""Logs as lines of JSON on stderr, for whoever collects them.

``server`` configures them once; ``observing`` hands over a line for every request. No line holds a text of a client's:
of an exception, whose message might quote one, the log gets the type and the places in the code.

A write lets go of the interpreter's lock, and under load a thread waits its turn to get it back; so the lines of
requests are written together, ten times a second, by a thread of their own. What a worker has not written when it ends
as it should, it writes then; one that is killed takes a tenth of a second of lines with it.
"""

from __future__ import annotations

import logging
import logging.config
import os
import select
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from multiprocessing import util
from typing import Any

import msgspec

__all__ = ["CONFIGURATION", "JsonFormatter", "configure", "write_line", "write_waiting"]


_STDERR = 2
_DEEPEST = 12
"""Places in the code that are logged of an exception: its own, and where it came through."""

_SECONDS = 0.1
"""How long the line of a request may wait for others."""
_PATIENCE = 1.0
"""Seconds that the thread waits for a reader that has fallen behind, before what is waiting is thrown away."""
_MOST = 20_000
"""Lines that wait at a time, two seconds of a worker's at its fastest: 10 MB. Above, the oldest are thrown away."""
_ATOMIC = 4096
"""Bytes that go into a pipe at once and together (PIPE_BUF, pipe(7)): lines of two workers never mix."""

_waiting: deque[tuple[float, dict[str, Any]]] = deque(maxlen=_MOST)
_thread: list[threading.Thread] = []  # one, once something was logged in this process
_writing = threading.Lock()


class JsonFormatter(logging.Formatter):
    """One JSON object a record: time, level, logger, message and, where there is one, the exception."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as a line."""
        entry: dict[str, Any] = {
            "time": _iso(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and (error := record.exc_info[1]):
            frames = traceback.extract_tb(error.__traceback__)[-_DEEPEST:]
            entry["exception"] = type(error).__name__
            entry["stack"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return msgspec.json.encode(entry).decode()


class _StderrHandler(logging.Handler):
    """Writes records at once, since the process may be about to end, and waits for nobody who reads them."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        _write(self.format(record).encode() + b"\n", patience=0)


def _iso(seconds: float) -> str:
    whole = int(seconds)
    return f"{_second(whole)}.{int((seconds - whole) * 1000):03}Z"


@lru_cache(maxsize=4)  # a thousand requests are answered in the same second
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def write_line(seconds: float, entry: dict[str, Any]) -> None:
    """Have a line written soon, past the machinery of ``logging``.

    Parameters
    ----------
    seconds : float
        Time since 1970.
    entry : dict
        What the line says beside its time; not to be changed any more.
    """
    _waiting.append((seconds, entry))
    if not _thread:
        _begin()


def _begin() -> None:
    """Start the thread, and see to it that nothing is left when the process ends.

    By multiprocessing's finalizers: granian's workers, which it forks, end without those of ``atexit``, and every other
    process runs these by ``atexit``. The end of a thread would be too late: the interpreter waits for no daemon.
    """
    with _writing:
        if _thread:
            return
        _thread.append(threading.Thread(target=_write_for_ever, name="logs", daemon=True))
    util.Finalize(None, write_waiting, exitpriority=0)
    _thread[0].start()


def _write_for_ever() -> None:
    while True:
        time.sleep(_SECONDS)
        write_waiting()


def write_waiting() -> None:
    """Write what waits in this process now, or lose it where nobody takes it: a full disk, a pipe that is full."""
    with _writing:
        entries = [_waiting.popleft() for _ in range(len(_waiting))]
        for piece in _pieces(msgspec.json.encode({"time": _iso(at), **entry}) + b"\n" for at, entry in entries):
            if not _write(piece, _PATIENCE):
                return


def _pieces(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Put lines together as far as they can be written at once."""
    piece = b""
    for line in lines:
        if piece and len(piece) + len(line) > _ATOMIC:
            yield piece
            piece = b""
        piece += line
    if piece:
        yield piece


def _forget() -> None:
    """Begin anew in a forked process: what its parent has to write is its parent's, and so is the thread."""
    global _writing  # the parent may have held it
    _waiting.clear()
    _thread.clear()
    _writing = threading.Lock()


os.register_at_fork(after_in_child=_forget)


def _write(piece: bytes, patience: float) -> bool:
    """Write whole lines, or lose them and say so."""
    try:
        if select.select([], [_STDERR], [], patience)[1]:  # a pipe that takes anything takes 4 KiB
            os.write(_STDERR, piece)
            return True
    except (OSError, ValueError):
        pass
    return False


def configure() -> None:
    """Send all logs of this process, and of those forked from it, to stderr as lines of JSON."""
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False, **CONFIGURATION})
    logging.getLogger("service").setLevel(logging.INFO)


CONFIGURATION: dict[str, Any] = {
    "formatters": {name: {"()": JsonFormatter} for name in ("generic", "access")},
    "handlers": {name: {"()": _StderrHandler, "formatter": "generic"} for name in ("console", "access")},
    "root": {"level": "WARNING", "handlers": ["console"]},
}
"""For us and for granian, which writes to stdout otherwise, where the line with the address is the only one."""
