"""The service under requests that nobody should send: no 500, no hang, no broken connection, no leak.

Real workers over lasting connections, requests of ``fuzz_requests``. What is answered wrongly is shown with the command
that sends it again.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.command import Benchmark, Outcome, Table, run
from benchmarks.fuzz_requests import Maker, Request
from benchmarks.serving import children_of, private_bytes, serving

__all__ = ["complaint", "main"]

_WORKERS, _CLIENTS = 2, 8
_PATIENCE = 60.0
"""Seconds after which an answer counts as never coming; the machine may be shared."""
_MOST_SHOWN = 20
_SOUND_EVERY = 200
"""A request in so many is a sound story, which has to be answered whatever came before it on the connection."""

_LEAK = re.compile(
    rb"Traceback|File \"|\.py\b|site-packages|/usr/|/root/|/home/|/tmp/|/proc/| at 0x[0-9a-f]|<class|<object"
    rb"|pydantic|werkzeug|msgspec|numba|numpy|granian|lxml|[a-z](?:Error|Exception)\b"
)
"""What a path, a stack, an object or an exception of Python's looks like."""

_LIBRARIES = frozenset((b"pydantic", b"werkzeug", b"msgspec", b"numba", b"numpy", b"granian", b"lxml"))
"""Names that are a leak in an answer about a story; the model card says which versions of them made the model."""

_PAGES = frozenset({"/", "/labels", "/model", "/docs"})
"""Addresses that answer people, in HTML, whatever is wrong."""

_HELP = """\
Requests are numbered; the same seed and number make the same request.

examples:
  python -m benchmarks.fuzz --requests 100000
  python -m benchmarks.fuzz --seed 1 --first 5021 --requests 1     one request again
  python -m benchmarks.fuzz --seed 1 --first 60000                 go on after an interruption
"""


class _Client:
    """A lasting connection, made anew where an answer asks for it."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)

    def ask(self, request: Request) -> tuple[int, str, bytes]:
        """Return the status, the media type and the content of an answer.

        Raises
        ------
        OSError, http.client.HTTPException
            If there is none.
        """
        connection = self._connection
        connection.putrequest(request.method, _escaped(request.target), skip_host=_names_host(request))
        for name, value in request.headers:
            connection.putheader(name, value.encode("latin-1"))
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before all was sent: the answer is there
            if request.chunked:
                connection.putheader("Transfer-Encoding", "chunked")
                connection.endheaders(iter([request.body] if request.body else []), encode_chunked=True)
            else:
                connection.putheader("Content-Length", str(len(request.body)))
                connection.endheaders(request.body)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", ""), answer.read()

    def close(self) -> None:
        """End the connection; the next request makes another."""
        self._connection.close()


def _names_host(request: Request) -> bool:
    return any(name == "Host" for name, _ in request.headers)


def _escaped(target: str) -> str:
    """Leave out what ``http.client`` would refuse to send."""
    return re.sub(r"[\x00-\x20\x7f]", "", target)


def complaint(request: Request, status: int, media_type: str, content: bytes) -> str:
    """Say what is wrong with an answer; nothing where nothing is.

    Parameters
    ----------
    request : Request
    status : int
    media_type : str
    content : bytes
    """
    if status >= http.client.INTERNAL_SERVER_ERROR:
        return f"status {status}"
    if request.method == "HEAD" or not content:
        return "" if status < http.client.BAD_REQUEST or request.method == "HEAD" else _without_problem(status)
    if leak := next((found[0] for found in _LEAK.finditer(content) if not _is_echo(found[0], request)), None):
        return f"leaks {leak.decode('latin-1')}"
    media_type = media_type.partition(";")[0]
    if media_type == "text/html":
        return "" if request.target.partition("?")[0] in _PAGES else _without_problem(status)
    if status >= http.client.BAD_REQUEST and media_type != "application/problem+json":
        return _without_problem(status)
    if media_type.endswith("json"):
        return _complaint_about_json(request, status, media_type, content)
    return ""


def _is_echo(found: bytes, request: Request) -> bool:
    """Tell whether a client is told what it said, or asked; documentation and metrics name what they describe."""
    if found in _LIBRARIES and request.target.startswith(("/v1/model", "/model", "/version")):
        return True
    return found in request.body or request.target.startswith(("/metrics", "/openapi", "/docs"))


def _without_problem(status: int) -> str:
    """431 and 400 may come from the HTTP server itself, which has not understood whose answer it would be."""
    return "" if status in (400, 431, 414) else f"status {status} without a problem"


def _complaint_about_json(request: Request, status: int, media_type: str, content: bytes) -> str:
    lines = content.splitlines() if media_type == "application/x-ndjson" else [content]
    try:
        answers = [json.loads(line) for line in lines]
    except ValueError:
        return "not JSON in UTF-8"
    if status >= http.client.BAD_REQUEST:
        problem = answers[0]
        wrong = problem.get("status") != status or not problem.get("request_id") or not problem.get("detail")
        return "not a whole problem" if wrong else ""
    if media_type == "application/x-ndjson":
        sent = [line for line in request.body.split(b"\n") if line and not line.isspace()]
        if len(answers) != len(sent):
            return f"{len(answers)} answers to {len(sent)} lines"
        return _complaint_about_each(answers)
    return _complaint_about_each(answers[0]["results"]) if "results" in answers[0] else ""


def _complaint_about_each(answers: Sequence[Mapping[str, Any]]) -> str:
    """Say what is wrong with the answers of a batch."""
    for answer in answers:
        if ("problem" in answer) == ("section" in answer):
            return "an item that is neither answered nor refused"
        if answer.get("problem", {}).get("status", 200) >= http.client.INTERNAL_SERVER_ERROR:
            return f"an item failed with status {answer['problem']['status']}"
    return ""


class _Run:
    """What clients share: the next number, what came of it, and the bar."""

    def __init__(self, maker: Maker, numbers: Iterator[int], port: int, bar: Any) -> None:
        self._maker, self._numbers, self._port, self._bar = maker, numbers, port, bar
        self._lock = threading.Lock()
        self.statuses: Counter[int] = Counter()
        self.wrong: list[tuple[int, str]] = []
        self.slowest = (0.0, 0)

    def go(self) -> None:
        """Be one client until the numbers are used up."""
        client, before = _Client(self._port), None
        while True:
            with self._lock:
                number = next(self._numbers, None)
            if number is None or len(self.wrong) > _MOST_SHOWN:
                client.close()
                return
            self._send(client, number, before)
            before = number

    def _send(self, client: _Client, number: int, before: int | None) -> None:
        """Ask one request; ``before`` is what was asked on the connection last, which may be what broke it."""
        request = self._maker.request(number)
        status, words, began = 0, "", time.perf_counter()
        try:
            status, media_type, content = client.ask(request)
            words = complaint(request, status, media_type, content)
            if number % _SOUND_EVERY == 0 and not words:
                sound, _, _ = client.ask(self._maker.sound())
                words = "" if sound == http.client.OK else f"a sound story after it: status {sound}"
        except (OSError, http.client.HTTPException) as error:
            client.close()
            seconds = time.perf_counter() - began
            words = f"no answer: {type(error).__name__} after {seconds:.1f} s, on the connection of {before}"
        with self._lock:
            self._bar.update()
            self.statuses[status] += 1
            self.slowest = max(self.slowest, (time.perf_counter() - began, number))
            if words:
                self.wrong.append((number, words))


def _measure(arguments: argparse.Namespace, _: Mapping[str, Path]) -> Outcome:
    requests = min(arguments.requests, 2000) if arguments.quick else arguments.requests
    maker = Maker(arguments.seed)
    numbers = iter(range(arguments.first, arguments.first + requests))
    flags = ("--artifact", str(arguments.artifact), "--workers", str(_WORKERS), "--log-requests", "no")
    with serving("-m", "service", *flags) as (process, port), tqdm(total=requests, unit=" requests") as bar:
        before = children_of(process.pid)
        run_ = _Run(maker, numbers, port, bar)
        clients = [threading.Thread(target=run_.go, daemon=True) for _ in range(_CLIENTS)]
        began = time.perf_counter()
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        seconds = time.perf_counter() - began
        after = children_of(process.pid)
        memory = [private_bytes(worker) // 2**20 for worker in after]
    failures = [_shown(maker, arguments.seed, number, words) for number, words in sorted(run_.wrong)]
    if before != after:
        failures.append(f"workers died: {before} became {after}")
    return _outcome(run_, seconds, memory, failures)


def _outcome(run_: _Run, seconds: float, memory: Sequence[int], failures: Sequence[str]) -> Outcome:
    sent = sum(run_.statuses.values())
    slowest, number = run_.slowest
    table = Table(
        title=f"{sent:,} requests, {len(failures)} answered wrongly, {sent / seconds:,.0f} a second",
        note=f"slowest: {slowest:.2f} s, number {number}; private memory of workers afterwards: {memory} MB",
        columns=("status", "answers"),
        rows=[(str(status or "none"), f"{number:,}") for status, number in sorted(run_.statuses.items())],
    )
    statuses = {str(status): number for status, number in run_.statuses.items()}
    figures = {"requests": sent, "wrong": len(failures), "statuses": statuses, "slowest_seconds": slowest}
    return Outcome((table,), {**figures, "worker_megabytes": list(memory)}, failures)


def _shown(maker: Maker, seed: int, number: int, words: str) -> str:
    request = maker.request(number)
    what = f"{request.method} {request.target[:80]} {dict(request.headers)!r:.300} {request.body[:200]!r}"
    return f"{words}\n  {what}\n  python -m benchmarks.fuzz --seed {seed} --first {number} --requests 1"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    artifact = Path("artifacts/current")
    parser.add_argument(
        "--artifact", type=Path, default=artifact, metavar="DIR", help=f"folder of the model (default: {artifact})"
    )
    parser.add_argument("--requests", type=int, default=100_000, metavar="N", help="how many (default: 100000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of all that is chance (default: 1)")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="number of the first request (default: 0)")


BENCHMARK = Benchmark(
    name="fuzz",
    description="Broken, odd and hostile requests by the thousand against the service.",
    epilog=_HELP,
    corpora=(),
    measure=_measure,
    add_arguments=_add_arguments,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run it: 0 nothing found, 1 something, 2 bad usage."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    sys.exit(main())
