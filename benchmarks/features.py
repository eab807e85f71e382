"""How fast texts become features, beside scikit-learn, and features become scores, beside fastText.

The vectorizer of ``training`` and the scoring path of ``model`` on one core each, whole articles of one newspaper.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import fasttext_peer
from benchmarks.command import Benchmark, Outcome, Table, run, say
from benchmarks.samples import column
from benchmarks.timing import cpu_seconds, in_own_process, interleaved, megabytes, memory

if TYPE_CHECKING:
    from model.classifier import NewsClassifier
    from model.features.space import FeatureSpace

__all__ = ["main"]

SECTIONS, TOPICS = 7, 60
"""Outputs to score: the sections of the corpus, and as many topics as a large newsroom keeps."""

_CHUNK = 500
"""Articles that are scored in one call, as ``training.evaluate`` and the batch route of the service do."""

_QUICK_ARTICLES = 2000
_SCORED_ARTICLES = 4000

BENCHMARK_HELP = """\
Vectorizing: words, light stems and stem bigrams of ArabicTfidfVectorizer() against words and word bigrams of
TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), fit_transform of all articles, every run in a process of its
own. Target: 8 times the articles per second.

Scoring: text -> probabilities of 7 sections and 60 topics by NewsClassifier.score against fastText's predict of 67
labels (100 dimensions, word bigrams). Both know the vocabulary of the corpus; weights are random numbers, topics are
dealt by turn, since neither changes the time. Target: 3 times the articles per second.

Seconds are CPU time on one core; contestants take turns, medians count. Only the ratios carry to another machine.
"""


def _tabwib() -> Any:
    from training.vectorizer import ArabicTfidfVectorizer

    return ArabicTfidfVectorizer()


def _scikit_learn() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)


_VECTORIZERS: Mapping[str, Callable[[], Any]] = {"tabwib": _tabwib, "scikit-learn": _scikit_learn}


def _vectorize(name: str, corpus: Path, limit: int | None) -> dict[str, float]:
    """Vectorize once, in a process that does nothing else."""
    from threadpoolctl import threadpool_limits

    texts = column(corpus, "body", limit)
    _VECTORIZERS[name]().fit_transform(texts[:50])  # machine code is loaded, and compiled if it never was
    shapes: list[tuple[int, int]] = []
    before = memory("VmRSS")
    with threadpool_limits(1):
        seconds = cpu_seconds(lambda: shapes.append(_VECTORIZERS[name]().fit_transform(texts).shape))
    (articles, features), *_ = shapes
    return {"articles": articles, "features": features, "seconds": seconds, "bytes": memory("VmHWM") - before}


def _vectorizing(corpus: Path, limit: int | None, rounds: int) -> tuple[Table, dict[str, Any]]:
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in _VECTORIZERS}
    for number in range(rounds):
        for name in list(runs)[:: 1 if number % 2 == 0 else -1]:
            runs[name].append(in_own_process(_vectorize, name, corpus, limit))
        say(f"vectorizing: round {number + 1} of {rounds}")
    figures: dict[str, Any] = {
        name: {
            "features": int(of[0]["features"]),
            "articles_per_second": of[0]["articles"] / median(one["seconds"] for one in of),
            "peak_bytes": median(one["bytes"] for one in of),
        }
        for name, of in runs.items()
    }
    ratio = figures["tabwib"]["articles_per_second"] / figures["scikit-learn"]["articles_per_second"]
    table = Table(
        title=f"Vocabulary and transform of {runs['tabwib'][0]['articles']:,.0f} articles, one core",
        note=f"tabwib: {ratio:.1f} times the articles per second of scikit-learn (target 8)",
        columns=("", "articles/s", "features", "peak MB above the texts"),
        rows=[
            (name, f"{of['articles_per_second']:,.0f}", f"{of['features']:,}", megabytes(of["peak_bytes"]))
            for name, of in figures.items()
        ],
    )
    return table, {**figures, "ratio": ratio}


def _score(corpus: Path, limit: int | None, rounds: int) -> dict[str, Any]:
    """Score the same articles in turns, in a process that does nothing else."""
    texts = column(corpus, "body", limit)
    scored = texts[:: max(1, len(texts) // _SCORED_ARTICLES)]
    vectorizer = _tabwib().fit(texts)
    classifier = _random_heads(vectorizer.space_)
    contestants: dict[str, Callable[[], object]] = {"tabwib": lambda: _score_by_chunks(classifier, scored)}
    if fasttext_peer.available():
        say("training fastText for one epoch")
        with tempfile.TemporaryDirectory() as folder:
            labels = [(row % SECTIONS, SECTIONS + row % TOPICS) for row in range(len(texts))]
            model = fasttext_peer.Model(texts, labels, Path(folder) / "train.txt", several=True, epochs=1)
        lines = [fasttext_peer.one_line(text) for text in scored]
        contestants["fastText"] = lambda: [model.scores(line, SECTIONS + TOPICS) for line in lines]
        contestants["fastText, best label only"] = lambda: [model.scores(line, 1) for line in lines]
    for contestant in contestants.values():
        contestant()
    seconds = interleaved(contestants, rounds)
    return {name: {"articles_per_second": len(scored) / median(of)} for name, of in seconds.items()}


def _score_by_chunks(classifier: NewsClassifier, texts: Sequence[str]) -> None:
    for begin in range(0, len(texts), _CHUNK):
        classifier.score(texts[begin : begin + _CHUNK])


def _random_heads(space: FeatureSpace) -> NewsClassifier:
    """Make a classifier of the size of a trained one.

    Packed heads of real corpora weigh about a third of the features (450,000 of 1.2 million with sanad_khaleej and
    ant_v21), above all the frequent ones; here it is just the most frequent third, each with a weight for every label.
    """
    import numpy as np

    from model.classifier import ModelInfo, NewsClassifier
    from model.decision import Decider, LengthRule
    from model.features.weights import Weights
    from model.taxonomy import Taxonomy

    outputs = SECTIONS + TOPICS
    rank = np.empty(space.n_features, dtype=np.int32)
    rank[np.argsort(space.idf, kind="stable")] = np.arange(space.n_features, dtype=np.int32)
    rule = LengthRule(1.0, np.zeros(SECTIONS), 0.9, np.ones(TOPICS), np.zeros(TOPICS), np.full(TOPICS, 0.5))
    return NewsClassifier(
        info=ModelInfo("random", "unsaved", ""),
        taxonomy=Taxonomy.of_labels((f"section-{n}" for n in range(SECTIONS)), (f"topic-{n}" for n in range(TOPICS))),
        space=space.with_features(rank),
        weights=Weights.of_rows(
            np.random.default_rng(0).integers(-127, 128, (space.n_features // 3, outputs), dtype=np.int8)
        ),
        scale=np.full(outputs, 0.01, dtype=np.float32),
        intercept=np.zeros(outputs, dtype=np.float32),
        decider=Decider(long=rule, short=rule),
        manifest={},
    )


def _scoring(corpus: Path, limit: int | None, rounds: int) -> tuple[Table, dict[str, Any]]:
    figures = in_own_process(_score, corpus, limit, rounds)
    ours, peer = figures["tabwib"], figures.get("fastText")
    note = fasttext_peer.HOW_TO_INSTALL
    if peer is not None:
        figures["ratio"] = ours["articles_per_second"] / peer["articles_per_second"]
        note = f"tabwib: {figures['ratio']:.1f} times the articles per second of fastText (target 3)"
    rows = [(name, f"{of['articles_per_second']:,.0f}") for name, of in figures.items() if name != "ratio"]
    title = f"Text to {SECTIONS} sections and {TOPICS} topics, random weights, one core"
    return Table(title=title, note=note, columns=("", "articles/s"), rows=rows), figures


def _measure(arguments: argparse.Namespace, corpora: Mapping[str, Path]) -> Outcome:
    corpus, limit = corpora["sanad_khaleej"], _QUICK_ARTICLES if arguments.quick else None
    scoring, of_scoring = _scoring(corpus, limit, 3 if arguments.quick else 7)
    vectorizing, of_vectorizing = _vectorizing(corpus, limit, 1 if arguments.quick else arguments.rounds)
    return Outcome((vectorizing, scoring), {"vectorizing": of_vectorizing, "scoring": of_scoring})


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="turns at vectorizing; a minute each (default: 3)"
    )


BENCHMARK = Benchmark(
    name="features",
    description="Vectorize beside scikit-learn, score beside fastText: articles per second, ratios, memory.",
    epilog=BENCHMARK_HELP,
    corpora=("sanad_khaleej",),
    measure=_measure,
    add_arguments=_add_arguments,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark: 0 done, 1 failed, 2 bad usage or no corpora."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    sys.exit(main())
