"""A thousand topics of some twenty examples each beside sixty: the fit, the artifact, loading, scoring.

Topics are made up while it runs: words and pairs of words that a few stories go on about stand for what a large
newsroom tags. Nothing of the texts is kept.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.command import Benchmark, Outcome, Table, run, say
from benchmarks.samples import column, read, texts_of_words, write
from benchmarks.timing import cpu_seconds, in_own_process, interleaved, megabytes, memory, resource_usage

if TYPE_CHECKING:
    from model.classifier import NewsClassifier

__all__ = ["main"]

_POOL = ("sanad_khaleej", "ant_v21")

_FEW = 60
"""Topics of the model beside which the large one stands."""

_EXAMPLES = range(18, 27)
"""Articles that a made-up topic may have; 22 in the middle."""

_TEXTS, _CHUNK = 2000, 500
_QUICK = (100, 2000)
"""Topics and articles with ``--quick``."""

_MOST_BYTES, _MOST_TIMES = 150e6, 3.0

_HELP = """\
A topic is a stem or a pair of stems that stands more than once in 18 to 26 articles of sanad_khaleej + ant_v21, and
seldom in others; those come first of which most articles are such. An article has the topics whose terms it repeats,
and no others. Both models are learned from the same articles: all that have any of the topics, and others.

Limits: an artifact of 150 MB, and 3 times the time to score with 60 topics; 1 where one is exceeded. Seconds are CPU
time; contestants take turns at scoring, medians count.

examples:
  python -m benchmarks.many_topics
  python -m benchmarks.many_topics --topics 300 --articles 10000
"""


def _make_up(corpora: Mapping[str, Path], n_topics: int, n_articles: int) -> tuple[Any, list[list[int]]]:
    """Choose articles and give them topics.

    Returns
    -------
    table : pyarrow.Table
        ``n_articles`` of them; more where more have a topic.
    topics : list of list of int
        Those of each article, by number.
    """
    import numpy as np
    import pyarrow as pa

    say("making topics up")
    table = pa.concat_tables([read(corpora[name]) for name in _POOL], promote_options="permissive")
    present, repeated = _terms(table)
    n_present, n_repeated = present.sum(axis=0), repeated.sum(axis=0)
    fitting = np.flatnonzero((n_repeated >= _EXAMPLES.start) & (n_repeated < _EXAMPLES.stop))
    chosen = fitting[np.argsort(-(n_repeated / n_present)[fitting], kind="stable")[:n_topics]]
    topics = repeated[:, chosen].tolil().rows
    with_topic = np.array([bool(of_one) for of_one in topics])
    others = np.random.default_rng(0).permutation(np.flatnonzero(~with_topic))
    rows = np.sort(np.append(np.flatnonzero(with_topic), others[: max(n_articles - with_topic.sum(), 0)]))
    return table.take(pa.array(rows)), topics[rows].tolist()


def _terms(table: Any) -> tuple[Any, Any]:
    """Look up the stems and pairs of stems of all articles.

    Returns
    -------
    present, repeated : csr_array of shape (n_articles, n_features), int64
        1 where a term stands in an article, and where it does so more than once. The vectorizer's values are
        (1 + ln tf) · idf over the length of a text's vector: terms that stand there once have the least value over idf.
    """
    import numpy as np
    from scipy import sparse

    from model.features.words import WORD_FEATURE
    from training.vectorizer import ArabicTfidfVectorizer

    fields = (table[name].to_pylist() for name in ("headline", "body"))
    texts = [f"{headline or ''}\n{body or ''}" for headline, body in zip(*fields, strict=True)]
    vectorizer = ArabicTfidfVectorizer(min_df=_EXAMPLES.start, bigram_min_df=_EXAMPLES.start)
    X = vectorizer.fit_transform(texts)
    space = vectorizer.space_
    is_term = np.ones(space.n_features, dtype=np.bool_)
    is_term[space.entries[:, WORD_FEATURE]] = False
    tf, n_found = X.data / space.idf[X.indices], np.diff(X.indptr)
    once = np.repeat(np.minimum.reduceat(tf, X.indptr[:-1][n_found > 0]), n_found[n_found > 0])
    marks = is_term[X.indices], is_term[X.indices] & (tf > 1.5 * once)  # 1 + ln 2 is 1.7
    present, repeated = (sparse.csr_array((mark.astype(np.int64), X.indices, X.indptr), X.shape) for mark in marks)
    repeated = repeated.copy()  # it shares its indices with the other
    repeated.eliminate_zeros()
    return present, repeated


def _write_corpus(table: Any, topics: Sequence[Sequence[int]], known: int, path: Path) -> Path:
    """Write a corpus in which only the first topics are known."""
    import pyarrow as pa

    names = [[f"topic {topic}" for topic in of_one if topic < known] for of_one in topics]
    place = table.column_names.index("topics")
    return write(table.set_column(place, "topics", pa.array(names, pa.list_(pa.string()))), path)


def _fit(corpus: Path, out: Path) -> dict[str, Any]:
    """Learn a model as a user does."""
    say(f"fitting {out.name} topics")
    paths = ("--corpus", str(corpus), "--out", str(out), "--report", str(out.with_name(f"report-{out.name}")))
    used = resource_usage("-m", "training.fit", "--labels", "corpus", *paths, "--json")
    test = json.loads(used.stdout)["test"]
    return {
        "fit_wall": used.wall,
        "fit_cpu": used.cpu,
        "fit_peak_bytes": used.peak,
        "artifact_bytes": sum(file.stat().st_size for file in out.rglob("*") if file.is_file()),
        "micro_f1": test["topics"]["micro_f1"],
        "headline_micro_f1": test["headline_only"]["topics"]["micro_f1"],
    }


def _load(artifact: Path) -> dict[str, float]:
    from model.classifier import NewsClassifier

    before = memory("VmRSS")
    seconds = cpu_seconds(lambda: NewsClassifier.load(artifact).warm_up())
    again = cpu_seconds(lambda: NewsClassifier.load(artifact).warm_up())
    return {"first_load": seconds, "load": again, "load_bytes": memory("VmRSS") - before}


def _score(artifacts: Mapping[str, Path], corpora: Mapping[str, Path], rounds: int) -> dict[str, dict[str, float]]:
    """Score the same texts with all models in turns, in a process that does nothing else: CPU seconds for one text."""
    from model.article import Article
    from model.classifier import NewsClassifier

    bodies = texts_of_words(corpora["sanad_khaleej"], 300, _TEXTS)
    whole = [Article(body=text) for text in bodies]
    headlines = [Article(headline=text) for text in column(corpora["ant_v21"], "headline", _TEXTS)]
    chunks = [bodies[first : first + _CHUNK] for first in range(0, len(bodies), _CHUNK)]
    kinds: dict[str, tuple[int, Callable[[NewsClassifier], object]]] = {
        "batch": (len(bodies), lambda model: [model.score(chunk) for chunk in chunks]),
        "article": (len(whole), lambda model: [model.predict(article) for article in whole]),
        "headline": (len(headlines), lambda model: [model.predict(article) for article in headlines]),
    }
    models = {name: NewsClassifier.load(path) for name, path in artifacts.items()}
    figures: dict[str, dict[str, float]] = {name: {} for name in models}
    for kind, (n_texts, call) in kinds.items():
        contestants = {name: partial(call, model) for name, model in models.items()}
        for contestant in contestants.values():
            contestant()
        for name, seconds in interleaved(contestants, rounds).items():
            figures[name][kind] = median(seconds) / n_texts
    return figures


_Show = Callable[[float], str]

_ROWS: Sequence[tuple[str, str, _Show]] = (
    ("fit, wall s", "fit_wall", "{:,.0f}".format),
    ("fit, CPU s", "fit_cpu", "{:,.0f}".format),
    ("fit, peak MB of a process", "fit_peak_bytes", megabytes),
    ("artifact, MB", "artifact_bytes", megabytes),
    ("load, ms", "load", lambda seconds: f"{1e3 * seconds:,.0f}"),
    ("loaded, MB", "load_bytes", megabytes),
    ("300 words in batches, articles/s", "batch", lambda seconds: f"{1 / seconds:,.0f}"),
    ("300 words alone, us", "article", lambda seconds: f"{1e6 * seconds:,.0f}"),
    ("headline alone, us", "headline", lambda seconds: f"{1e6 * seconds:,.0f}"),
    ("micro-F1, whole", "micro_f1", "{:.3f}".format),
    ("micro-F1, headline", "headline_micro_f1", "{:.3f}".format),
)
"""Lines of the table: what it is called, its key, and how it is shown. Articles/s are kept as seconds for one."""

_TIMED = ("batch", "article", "headline")


def _measure(arguments: argparse.Namespace, corpora: Mapping[str, Path]) -> Outcome:
    n_topics, n_articles = _QUICK if arguments.quick else (arguments.topics, arguments.articles)
    table, topics = _make_up(corpora, n_topics, n_articles)
    counts = (min(_FEW, n_topics), n_topics)
    figures: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="tabwib-many-") as name:
        artifacts = {str(count): Path(name) / str(count) for count in counts}
        for count in counts:
            corpus = _write_corpus(table, topics, count, Path(name) / f"{count}.parquet")
            figures[str(count)] = _fit(corpus, artifacts[str(count)])
            figures[str(count)] |= in_own_process(_load, artifacts[str(count)])
        say("scoring")
        for key, seconds in in_own_process(_score, artifacts, corpora, 3 if arguments.quick else 7).items():
            figures[key] |= seconds
    few, many = figures.values()
    failures = [f"{kind}: over {_MOST_TIMES} times the time" for kind in _TIMED if many[kind] > _MOST_TIMES * few[kind]]
    if many["artifact_bytes"] > _MOST_BYTES:
        failures.append(f"the artifact has {megabytes(many['artifact_bytes'])} MB")
    shown = Table(
        title=f"Topics of {_EXAMPLES.start} to {_EXAMPLES.stop - 1} examples among {table.num_rows:,} articles",
        note=f"{sum(map(len, topics)):,} topics in all; at most {_MOST_TIMES:g} times the time to score, and "
        f"{megabytes(_MOST_BYTES)} MB",
        columns=("", *(f"{count:,} topics" for count in counts), "times"),
        rows=[(title, show(few[key]), show(many[key]), f"{many[key] / few[key]:.2f}") for title, key, show in _ROWS],
    )
    return Outcome((shown,), {"articles": table.num_rows, **figures}, failures)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--topics", type=int, default=1000, metavar="N", help="topics to make up (default: 1000)")
    parser.add_argument("--articles", type=int, default=20_000, metavar="N", help="articles (default: 20000)")


BENCHMARK = Benchmark(
    name="many_topics",
    description="1,000 topics of some 20 examples beside 60: time and memory of the fit, size, loading, scoring.",
    epilog=_HELP,
    corpora=_POOL,
    measure=_measure,
    add_arguments=_add_arguments,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark: 0 done, 1 failed or a limit exceeded, 2 bad usage or no corpora."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    sys.exit(main())
