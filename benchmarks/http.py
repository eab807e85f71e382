"""The service over HTTP, side by side with a trivial Flask handler on the same server: latency, throughput, batches.

Both servers run at once, and requests go to them in turns, so that a busy machine slows both; the median of the rounds'
ratios counts. The stories are those of the starter corpus, which are invented.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.command import Benchmark, Outcome, Table, run, say
from benchmarks.http_load import Connection, post, requests_per_second
from benchmarks.serving import serving

__all__ = ["Kind", "kinds_of", "main", "stories_of_starter"]

DISTINCT = 240
"""Different bodies of each kind, so that no cache answers for the model."""

WORKERS, CLIENTS, BATCH, BATCH_WORDS = 2, 16, 256, 300

_HELP = """\
Targets: p50 of a headline at most 1.25 times that of the trivial handler, of 500 words 1.6, with a page cleaned 3, p99
at most 2; 16 clients at least 70 % of its requests/s; batches at least 5,000 articles/s with two workers.

example:
  python -m benchmarks.http --artifact artifacts/current
"""

_MENU = "الرئيسية\nأخبار\nاقتصاد\nرياضة\nثقافة\nاشترك في النشرة البريدية\n\n"
_FOOT = "\n\nشارك الخبر\nالأكثر قراءة\nجميع الحقوق محفوظة\n"


class Kind(NamedTuple):
    """One kind of story: what it is called, its requests, and its targets for the ratios of p50 and p99."""

    name: str
    requests: list[bytes]
    p50: float | None
    p99: float | None


def stories_of_starter() -> list[dict[str, str]]:
    """Read the invented stories of the starter corpus."""
    from training.shipped import starter_corpus

    lines = [line for path in starter_corpus() for line in Path(path).read_text("utf-8").splitlines()]
    return [json.loads(line) for line in lines]


def _bodies(stories: Sequence[Mapping[str, str]], words: int, count: int) -> list[str]:
    """Put bodies of exactly so many words together, each beginning with another story."""
    bodies = []
    for start in range(count):
        running = (word for offset in range(len(stories)) for word in _words(stories, start + offset))
        bodies.append(" ".join(islice(running, words)))
    return bodies


def _words(stories: Sequence[Mapping[str, str]], place: int) -> list[str]:
    return stories[place % len(stories)]["body"].split(" ")


def _as_json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def kinds_of(stories: Sequence[Mapping[str, str]]) -> list[Kind]:
    """Write requests of each kind: headlines, stories, pages as crawled, pages in HTML."""
    headlines = list(dict.fromkeys(story["headline"] for story in stories))[:DISTINCT]
    long = _bodies(stories, 500, DISTINCT)
    pairs = list(zip(headlines, long, strict=True))
    pages = [f"{_MENU}{headline}\n\n{body}{_FOOT}" for headline, body in pairs]
    markup = [
        f"<!doctype html><html><head><title>{headline}</title></head><body><nav>{_MENU}</nav><article>"
        f"<h1>{headline}</h1><p>{'</p><p>'.join(body.splitlines())}</p></article><footer>{_FOOT}</footer></body></html>"
        for headline, body in pairs
    ]
    path = "/v1/classify"
    return [
        Kind("headline", [post(path, _as_json({"headline": text}), "application/json") for text in headlines], 1.25, 2),
        Kind("500 words", [post(path, _as_json({"body": text}), "application/json") for text in long], 1.6, 2),
        Kind("page as crawled, 500 words", [post(path, page.encode(), "text/plain") for page in pages], 3, None),
        Kind("HTML page, 500 words", [post(path, page.encode(), "text/html") for page in markup], None, None),
    ]


def _latency(kind: Kind, ports: Mapping[str, int], rounds: int) -> dict[str, float]:
    """Ask one by one, both servers in turns; microseconds, and the median of the rounds' ratios."""
    connections = {name: Connection(port) for name, port in ports.items()}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ports}
    for number in range(rounds + 1):
        for name in list(ports)[:: 1 if number % 2 == 0 else -1]:
            seconds = sorted(connections[name].ask(request) for request in kind.requests)
            found[name].append((statistics.median(seconds) * 1e6, seconds[int(len(seconds) * 0.99)] * 1e6))
        say(f"{kind.name}: round {number} of {rounds}")
    for connection in connections.values():
        connection.close()
    service, trivial = found["service"][1:], found["trivial"][1:]  # the first round warms up
    figures = {}
    for place, name in enumerate(("p50", "p99")):
        figures[f"service_{name}"] = statistics.median(row[place] for row in service)
        figures[f"trivial_{name}"] = statistics.median(row[place] for row in trivial)
        ratios = (mine[place] / theirs[place] for mine, theirs in zip(service, trivial, strict=True))
        figures[f"ratio_{name}"] = statistics.median(ratios)
    return figures


def _throughput(kind: Kind, ports: Mapping[str, int], rounds: int, seconds: float) -> dict[str, float]:
    """Ask by 16 clients, both servers in turns; requests per second, and the median of the rounds' ratios."""
    rates: dict[str, list[float]] = {name: [] for name in ports}
    for number in range(rounds):
        for name in list(ports)[:: 1 if number % 2 == 0 else -1]:
            rates[name].append(requests_per_second(ports[name], kind.requests, clients=CLIENTS, seconds=seconds))
        say(f"{CLIENTS} clients, {kind.name}: round {number + 1} of {rounds}")
    ratios = (mine / theirs for mine, theirs in zip(rates["service"], rates["trivial"], strict=True))
    return {**{name: statistics.median(found) for name, found in rates.items()}, "ratio": statistics.median(ratios)}


def _batches(stories: Sequence[Mapping[str, str]], port: int, seconds: float) -> float:
    """Send batches by four clients; articles per second."""
    bodies = _bodies(stories, BATCH_WORDS, BATCH)
    turned = [bodies[turn:] + bodies[:turn] for turn in range(0, BATCH, 64)]
    batches = [_as_json({"documents": [{"body": body} for body in part]}) for part in turned]
    requests = [post("/v1/classify/batch", batch, "application/json") for batch in batches]
    requests_per_second(port, requests, clients=4, seconds=seconds / 4)
    return BATCH * requests_per_second(port, requests, clients=4, seconds=seconds)


def _measure(arguments: argparse.Namespace, _: Mapping[str, Path]) -> Outcome:
    stories = stories_of_starter()
    kinds = kinds_of(stories)
    rounds, seconds = (3, 1.0) if arguments.quick else (9, 4.0)
    workers = ("--workers", str(WORKERS))
    started = time.perf_counter()
    with serving("-m", "service", "--artifact", str(arguments.artifact), *workers) as (_process, service):
        ready = time.perf_counter() - started
        with serving("-m", "benchmarks.http_peer", *workers) as (_peer, trivial):
            ports = {"service": service, "trivial": trivial}
            latency = {kind.name: _latency(kind, ports, rounds) for kind in kinds}
            load = {kind.name: _throughput(kind, ports, max(3, rounds // 2), seconds) for kind in kinds[:2]}
            batch = _batches(stories, service, 2 * seconds)
    figures = {"ready_seconds": ready, "latency": latency, "throughput": load, "batch_articles_per_second": batch}
    return Outcome((_latency_table(kinds, latency), _load_table(load, batch, ready)), figures)


def _latency_table(kinds: Sequence[Kind], latency: Mapping[str, Mapping[str, float]]) -> Table:
    def target(limit: float | None) -> str:
        return "" if limit is None else f"{limit:.2f}"

    return Table(
        title="One client, microseconds",
        columns=("", "trivial p50", "service p50", "ratio", "target", "trivial p99", "service p99", "ratio", "target"),
        rows=[
            (
                kind.name,
                f"{found['trivial_p50']:,.0f}",
                f"{found['service_p50']:,.0f}",
                f"{found['ratio_p50']:.2f}",
                target(kind.p50),
                f"{found['trivial_p99']:,.0f}",
                f"{found['service_p99']:,.0f}",
                f"{found['ratio_p99']:.2f}",
                target(kind.p99),
            )
            for kind in kinds
            for found in (latency[kind.name],)
        ],
    )


def _load_table(load: Mapping[str, Mapping[str, float]], batch: float, ready: float) -> Table:
    return Table(
        title=f"{CLIENTS} clients, {WORKERS} workers, requests/s",
        note=f"batches of {BATCH} articles of {BATCH_WORDS} words: {batch:,.0f} articles/s (target 5,000); "
        f"ready after {ready:.1f} s",
        columns=("", "trivial", "service", "share", "target"),
        rows=[
            (name, f"{found['trivial']:,.0f}", f"{found['service']:,.0f}", f"{found['ratio']:.0%}", "70%")
            for name, found in load.items()
        ],
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--artifact",
        type=Path,
        default=Path("artifacts/current"),
        metavar="DIR",
        help="folder of the model (default: artifacts/current)",
    )


BENCHMARK = Benchmark(
    name="http",
    description="The service over loopback beside a trivial Flask handler on the same server.",
    epilog=_HELP,
    corpora=(),
    measure=_measure,
    add_arguments=_add_arguments,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark: 0 done, 1 failed, 2 bad usage."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    sys.exit(main())
