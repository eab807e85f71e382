"""How long one article takes, text to probabilities, in the process of the caller.

What a service adds on top is not counted; what ``NewsClassifier.predict`` does (cleaning, scoring, calibrating,
deciding, naming) is.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.command import Benchmark, Outcome, Table, run, say
from benchmarks.samples import column, texts_of_words
from model.errors import CorpusError

if TYPE_CHECKING:
    from model.article import Article
    from model.classifier import NewsClassifier

__all__ = ["main"]

DISTINCT = 400
"""Different texts, so that no cache of the processor holds all their features."""

_LEAST_DISTINCT = 200
_BATCH, _BATCH_WORDS = 256, 300

_HELP = """\
Targets for an artifact of sanad_khaleej + ant_v21: a headline p50 < 50 us and p99 < 150 us; 500 words p50 < 300 us.
The wall clock is read around every call, so on a busy machine p99 says more about the neighbours; "CPU mean" does not.

example:
  python -m training.fit --corpus ../shared/corpora/sanad_khaleej.parquet --corpus ../shared/corpora/ant_v21.parquet
  python -m benchmarks.latency --artifact artifacts/current
"""


def _explained(classifier: NewsClassifier, article: Article) -> None:
    """Label an article, and find the words behind each label it is given."""
    from model.explain import explain

    prediction = classifier.predict(article)
    sections = () if prediction.section is None else (prediction.section.id,)
    explain(classifier, article, sections=sections, topics=[topic.id for topic in prediction.topics])


def _latency(call_for: Callable[[Article], object], articles: Sequence[Article], calls: int) -> dict[str, float]:
    """Label articles one by one; microseconds."""
    import numpy as np

    for article in articles:
        call_for(article)
    nanoseconds = np.empty(calls)
    started = time.process_time()
    for call in range(calls):
        article = articles[call % len(articles)]
        begun = time.perf_counter_ns()
        call_for(article)
        nanoseconds[call] = time.perf_counter_ns() - begun
    cpu = time.process_time() - started
    p50, p99 = np.percentile(nanoseconds, (50, 99)) / 1000
    return {"p50": float(p50), "p99": float(p99), "cpu_mean": cpu / calls * 1e6, "calls": calls}


def _batch(classifier: NewsClassifier, articles: Sequence[Article], rounds: int) -> dict[str, float]:
    """Label batches; articles per second of CPU time."""
    classifier.predict_batch(articles)
    started = time.process_time()
    for _ in range(rounds):
        classifier.predict_batch(articles)
    return {"articles_per_second": rounds * len(articles) / (time.process_time() - started)}


def _measure(arguments: argparse.Namespace, corpora: Mapping[str, Path]) -> Outcome:
    from model.article import Article
    from model.classifier import NewsClassifier

    classifier = NewsClassifier.load(arguments.artifact)
    kinds = {
        "headline": [Article(headline=text) for text in column(corpora["ant_v21"], "headline", DISTINCT)],
        "500 words": [Article(body=text) for text in texts_of_words(corpora["sanad_khaleej"], 500, DISTINCT)],
    }
    batch = [Article(body=text) for text in texts_of_words(corpora["sanad_khaleej"], _BATCH_WORDS, _BATCH)]
    if min(map(len, (*kinds.values(), batch))) < _LEAST_DISTINCT:
        raise CorpusError(f"there are fewer than {_LEAST_DISTINCT} different texts of a kind; use the whole corpora")
    figures: dict[str, dict[str, float]] = {}
    for name, articles in kinds.items():
        say(f"{name}: {len(articles)} different texts")
        calls = 2000 if arguments.quick else 10_000
        figures[name] = _latency(classifier.predict, articles, calls)
        figures[f"{name}, explained"] = _latency(partial(_explained, classifier), articles, calls)
    say(f"batches of {len(batch)}")
    figures["batch"] = _batch(classifier, batch, 5 if arguments.quick else 40)
    labels = classifier.taxonomy
    table = Table(
        title=f"NewsClassifier.predict, {len(labels.sections)} sections and {len(labels.topics)} topics, microseconds",
        note=f"predict_batch of {len(batch)} articles of {_BATCH_WORDS} words: "
        f"{figures['batch']['articles_per_second']:,.0f} articles/s of CPU time",
        columns=("", "p50", "p99", "CPU mean", "calls"),
        rows=[
            (name, *(f"{figures[name][key]:,.0f}" for key in ("p50", "p99", "cpu_mean", "calls")))
            for name in figures
            if name != "batch"
        ],
    )
    return Outcome((table,), {**figures, "artifact": classifier.info.sha256})


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--artifact",
        type=Path,
        default=Path("artifacts/current"),
        metavar="DIR",
        help="folder of the model (default: artifacts/current)",
    )


BENCHMARK = Benchmark(
    name="latency",
    description="One headline and one 500-word article, in process, text to probabilities: p50 and p99.",
    epilog=_HELP,
    corpora=("sanad_khaleej", "ant_v21"),
    measure=_measure,
    add_arguments=_add_arguments,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark: 0 done, 1 failed, 2 bad usage or no corpora."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    sys.exit(main())
