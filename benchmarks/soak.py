"""Ten minutes of mixed load at 80 % of what the service can take: errors, p99 and memory, minute by minute.

What it can take is measured first, with the same requests. Then requests are due at even times, whether or not those
before are answered, and a latency counts from the time that its request was due: a server that stops for a second is
not spared by clients that wait for it.
"""

from __future__ import annotations

import argparse
import os
import random
import selectors
import statistics
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from tqdm import tqdm

from benchmarks.command import Benchmark, Outcome, Table, run
from benchmarks.http import kinds_of, stories_of_starter
from benchmarks.http_load import Connection, post, requests_per_second
from benchmarks.serving import children_of, private_bytes, serving
from model.errors import TabwibError

__all__ = ["Minute", "failures_in", "main"]

_WORKERS, _CLIENTS, _CONNECTIONS = 2, 16, 64
_SHARE = 0.8
_MIX = {"headline": 50, "500 words": 25, "page as crawled, 500 words": 12, "HTML page, 500 words": 5}
_EXPLAINED, _BATCHES = 5, 3
"""Of a hundred requests, so many ask for explanations, and so many are batches of eight headlines."""

_HELP = """\
Fails where a request was not answered with 200, where p99 of the last three minutes is more than twice that of the
first three, or where a worker has grown by more than 8 MB after the first minute. On a shared machine, look at the load
beside each minute before you believe a p99.

examples:
  python -m benchmarks.soak
  python -m benchmarks.soak --minutes 2 --share 0.6
"""


@dataclass(slots=True)
class Minute:
    """What happened in one minute: seconds of each answer, failures, and how the machine and the workers were."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    load: float = 0.0

    @property
    def p99(self) -> float:
        """Milliseconds."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)] * 1000 if self.seconds else 0.0


class _Clients:
    """Connections of which each has at most one request in flight; what finds none free waits for one."""

    def __init__(self, port: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._port = port
        self._idle = deque(Connection(port) for _ in range(_CONNECTIONS))
        self._due: dict[Connection, float] = {}
        self._queue: deque[tuple[bytes, float]] = deque()

    def send(self, request: bytes, due: float) -> None:
        """Send a request as soon as a connection is free."""
        self._queue.append((request, due))
        self._send_waiting()

    def _send_waiting(self) -> None:
        while self._queue and self._idle:
            connection = self._idle.popleft()  # in turns: the server ends what is idle for 30 s
            request, self._due[connection] = self._queue.popleft()
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(request)

    def receive(self, timeout: float, minute: Minute) -> None:
        """Note the answers that come in a time."""
        for key, _ in self._selector.select(timeout):
            connection: Connection = key.data
            free = connection
            try:
                if not connection.receive():
                    continue
            except (TabwibError, OSError) as error:
                minute.errors.append(str(error))
                free = Connection(self._port)
            self._selector.unregister(key.fileobj)
            minute.seconds.append(time.perf_counter() - self._due.pop(connection))
            if free is not connection:
                connection.close()
            self._idle.append(free)
        self._send_waiting()

    @property
    def waiting(self) -> int:
        """Requests that are not answered yet."""
        return len(self._due) + len(self._queue)

    def close(self) -> None:
        """End all connections."""
        for connection in [*self._idle, *self._due]:
            connection.close()
        self._selector.close()


def _mixed(seed: int) -> list[bytes]:
    """Put requests of all kinds together, in an order of chance."""
    dice = random.Random(seed)  # noqa: S311  # no secret
    stories = stories_of_starter()
    requests = []
    for kind in kinds_of(stories):
        requests += dice.choices(kind.requests, k=10 * _MIX[kind.name])
    for _ in range(10 * _EXPLAINED):
        story = dice.choice(stories)
        content = {"headline": story["headline"], "body": story["body"], "options": {"explain": True}}
        requests.append(post("/v1/classify", _json(content), "application/json"))
    for _ in range(10 * _BATCHES):
        documents = [{"headline": story["headline"]} for story in dice.choices(stories, k=8)]
        requests.append(post("/v1/classify/batch", _json({"documents": documents}), "application/json"))
    dice.shuffle(requests)
    return requests


def _json(content: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(content)


def _soak(port: int, requests: Sequence[bytes], rate: float, seconds: float, workers: Sequence[int]) -> list[Minute]:
    """Send requests at a rate for a time; returns what happened in each minute."""
    clients, minutes = _Clients(port), [Minute()]
    began, sent = time.perf_counter(), 0
    with tqdm(total=int(seconds), unit=" s") as bar:
        while (now := time.perf_counter() - began) < seconds:
            if now >= 60 * len(minutes):
                _close_minute(minutes[-1], workers)
                minutes.append(Minute())
            bar.update(int(now) - bar.n)
            while sent / rate <= now:
                clients.send(requests[sent % len(requests)], began + sent / rate)
                sent += 1
            clients.receive(max(0.0, began + sent / rate - time.perf_counter()), minutes[-1])
    deadline = time.perf_counter() + 30
    while clients.waiting and time.perf_counter() < deadline:
        clients.receive(1.0, minutes[-1])
    minutes[-1].errors += ["no answer in 30 s"] * clients.waiting
    clients.close()
    _close_minute(minutes[-1], workers)
    return minutes


def _close_minute(minute: Minute, workers: Sequence[int]) -> None:
    minute.megabytes = [private_bytes(worker) / 2**20 for worker in workers]
    minute.load = os.getloadavg()[0]


def _measure(arguments: argparse.Namespace, _: Mapping[str, Path]) -> Outcome:
    minutes = 0.05 if arguments.quick else arguments.minutes
    requests = _mixed(1)
    with serving("-m", "service", "--artifact", str(arguments.artifact), "--workers", str(_WORKERS)) as (process, port):
        capacity = 0.0
        for seconds in (1, 1) if arguments.quick else (3, 15):  # the first warms up
            capacity = requests_per_second(port, requests, clients=_CLIENTS, seconds=seconds)
        workers = children_of(process.pid)
        found = _soak(port, requests, arguments.share * capacity, 60 * minutes, workers)
        replaced = workers != children_of(process.pid)
    failures = failures_in(found) + (["a worker died"] if replaced else [])
    figures = {
        "capacity_per_second": capacity,
        "share": arguments.share,
        "minutes": [
            {
                "answers": len(minute.seconds),
                "errors": len(minute.errors),
                "p50_ms": statistics.median(minute.seconds) * 1000 if minute.seconds else None,
                "p99_ms": minute.p99,
                "worker_megabytes": minute.megabytes,
                "load_average": minute.load,
            }
            for minute in found
        ],
    }
    return Outcome((_table(found, capacity, arguments.share),), figures, failures)


def failures_in(minutes: Sequence[Minute]) -> list[str]:
    """Say what is not as it should be."""
    failures = [f"minute {number}: {error}" for number, minute in enumerate(minutes, 1) for error in minute.errors[:3]]
    if len(minutes) >= 6:
        first, last = (statistics.median(minute.p99 for minute in part) for part in (minutes[:3], minutes[-3:]))
        if last > 2 * first:
            failures.append(f"p99 has drifted from {first:.0f} to {last:.0f} ms")
    grown = [last - first for first, last in zip(minutes[0].megabytes, minutes[-1].megabytes, strict=True)]
    if max(grown) > 8:
        failures.append(f"a worker has grown by {max(grown):.0f} MB after the first minute")
    return failures


def _table(minutes: Sequence[Minute], capacity: float, share: float) -> Table:
    return Table(
        title=f"{sum(len(minute.seconds) for minute in minutes):,} requests at {share:.0%} of {capacity:,.0f} a second",
        columns=("minute", "answers", "errors", "p50 ms", "p99 ms", "private MB of each worker", "load of the machine"),
        rows=[
            (
                str(number),
                f"{len(minute.seconds):,}",
                str(len(minute.errors)),
                f"{statistics.median(minute.seconds or [0]) * 1000:.1f}",
                f"{minute.p99:.1f}",
                " ".join(f"{size:.1f}" for size in minute.megabytes),
                f"{minute.load:.1f}",
            )
            for number, minute in enumerate(minutes, 1)
        ],
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    artifact = Path("artifacts/current")
    parser.add_argument(
        "--artifact", type=Path, default=artifact, metavar="DIR", help=f"folder of the model (default: {artifact})"
    )
    parser.add_argument("--minutes", type=float, default=10.0, metavar="N", help="how long (default: 10)")
    parser.add_argument(
        "--share", type=float, default=_SHARE, metavar="X", help=f"of what it can take (default: {_SHARE})"
    )


BENCHMARK = Benchmark(
    name="soak",
    description="Mixed load for ten minutes, at 80 % of what the service can take.",
    epilog=_HELP,
    corpora=(),
    measure=_measure,
    add_arguments=_add_arguments,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run it: 0 as it should be, 1 not, 2 bad usage."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    sys.exit(main())
