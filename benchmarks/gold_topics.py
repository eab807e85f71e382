"""Topics on real articles that were judged against the definitions (``data/gold``), beside the taxonomy's keywords.

The model is learned from what ships alone, with a background that has not seen the judged articles.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.backgrounds import ALL, add_backgrounds_option, background, starter_model
from benchmarks.command import ROOT, Benchmark, Outcome, Table, run

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["main"]

GOLD = ROOT / "data" / "gold" / "topics.jsonl"

_HELP = """\
A topic that only one of the two judges gave counts neither way.

example:
  python -m benchmarks.gold_topics
"""


def _articles(corpora: Mapping[str, Path], gold: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the judged articles, in order."""
    from training.corpus import read_corpus

    wanted = {row["corpus"] for row in gold}
    found = {
        (name, article.id): article
        for name, path in corpora.items()
        if name in wanted
        for article in read_corpus([str(path)]).articles
    }
    return [found[row["corpus"], row["id"]] for row in gold]


def _figures(gold: NDArray[Any], given: NDArray[Any]) -> dict[str, float]:
    """Count over all topics: gold 1, 0 or -1, given of the same shape."""
    right = ((gold == 1) & given).sum(axis=0)
    wrong = ((gold == 0) & given).sum(axis=0)
    missed = ((gold == 1) & ~given).sum(axis=0)
    occur = right + missed > 0
    f1 = 2 * right[occur] / (2 * right + wrong + missed)[occur]
    n_given, n_gold = right.sum() + wrong.sum(), right.sum() + missed.sum()
    return {
        "precision": float(right.sum() / max(n_given, 1)),
        "recall": float(right.sum() / max(n_gold, 1)),
        "micro_f1": float(2 * right.sum() / max(n_given + n_gold, 1)),
        "macro_f1": float(f1.mean()),
    }


def _measure(arguments: argparse.Namespace, corpora: Mapping[str, Path]) -> Outcome:
    import numpy as np

    from training.baselines import KeywordBaseline
    from training.dataset import make_dataset

    gold = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    classifier = starter_model(background(arguments.backgrounds / "without-gold", corpora, without=gold))
    topics = [topic.id for topic in classifier.taxonomy.topics]
    dataset = make_dataset(_articles(corpora, gold), classifier.taxonomy)
    both = [[{*row["judges"][0]}, {*row["judges"][1]}] for row in gold]
    judged = np.array(
        [[1 if t in a and t in b else -1 if t in a or t in b else 0 for t in topics] for a, b in both], dtype=np.int8
    )
    keywords = KeywordBaseline(classifier.taxonomy, [each.id for each in classifier.taxonomy.sections], topics)
    drawn = np.array([row["drawn"] for row in gold])
    figures: dict[str, Any] = {}
    rows = []
    for view, texts in (("whole", dataset.whole), ("headline", dataset.headlines)):
        for who, given in (
            ("model", classifier.score(texts).given),
            ("keywords", keywords.predict(texts, default_section=0)[1]),
        ):
            for part, chosen in (("all", drawn != ""), ("drawn at random", drawn == "random")):
                found = _figures(judged[chosen], given[chosen])
                figures[f"{view} {who} {part}"] = {"n": int(chosen.sum()), **found}
                rows.append([view, who, part, str(chosen.sum()), *(f"{value:.3f}" for value in found.values())])
    table = Table(
        "Topics of real articles, by a model that learned from what ships",
        ("view", "by", "articles", "n", "precision", "recall", "micro-F1", "macro-F1"),
        rows,
    )
    return Outcome([table], figures)


BENCHMARK = Benchmark(
    name="gold_topics",
    description="Measure the starter model's topics on real articles judged against the definitions.",
    epilog=_HELP,
    corpora=ALL,
    measure=_measure,
    add_arguments=add_backgrounds_option,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    sys.exit(main())
