"""How much less sure a model of the starter corpus must be of real outlets.

Fits the factors of ``training.shipped.STARTER_SETTINGS`` on real articles, on all outlets and on all but one, and shows
how many of the sections accepted by such a model are right at each.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.command import Benchmark, Outcome, Table, run, say

if TYPE_CHECKING:
    from model.classifier import NewsClassifier

__all__ = ["main"]

_VIEWS = ("whole", "headlines")
_ARTICLES = 2500

_HELP = """\
A factor multiplies the logits of the sections; below 1 it tempers the probabilities. It is chosen for the least mean
log-loss, each outlet counting the same.

example:
  python -m benchmarks.transfer
"""


def _outlets(classifier: NewsClassifier, corpora: Mapping[str, Path], limit: int) -> dict[str, dict[str, Any]]:
    """Score up to ``limit`` articles of each outlet: log-probabilities of both views, and the gold sections."""
    import numpy as np

    from training.corpus import read_corpus
    from training.dataset import make_dataset

    scored: dict[str, dict[str, Any]] = {}
    articles = [article for path in corpora.values() for article in read_corpus([str(path)]).articles]
    labelled = [article for article in articles if article.section is not None]
    for outlet, count in sorted(_counts(labelled).items()):
        if count < limit / 10:
            continue
        of_outlet = [article for article in labelled if article.source == outlet]
        chosen = [of_outlet[place * count // min(limit, count)] for place in range(min(limit, count))]
        dataset = make_dataset(chosen, classifier.taxonomy)
        scored[outlet] = {"gold": dataset.section}
        for view, texts in (("whole", dataset.whole), ("headlines", dataset.headlines)):
            scored[outlet][view] = np.log(np.maximum(classifier.score(texts).sections, 1e-30))
    return scored


def _counts(articles: Sequence[Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for article in articles:
        counts[article.source] = counts.get(article.source, 0) + 1
    return counts


def _fit(scored: Mapping[str, Mapping[str, Any]], view: str, left_out: str | None) -> float:
    """Choose the factor of the least log-loss on all outlets but one."""
    import numpy as np
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    def loss(factor: float) -> float:
        losses = []
        for outlet, of_outlet in scored.items():
            if outlet != left_out:
                logs = log_softmax(factor * of_outlet[view], axis=1)
                losses.append(-logs[np.arange(len(logs)), of_outlet["gold"]].mean())
        return float(np.mean(losses))

    return float(minimize_scalar(loss, bounds=(0.05, 1.5), method="bounded").x)


def _row(of_outlet: Mapping[str, Any], view: str, factor: float, least: float) -> dict[str, float]:
    """Measure one outlet with a tempered model: accuracy, mean confidence, and what is accepted."""
    from scipy.special import softmax

    probabilities = softmax(factor * of_outlet[view], axis=1)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == of_outlet["gold"]
    accepted = confidence >= least
    return {
        "accuracy": float(right.mean()),
        "confidence": float(confidence.mean()),
        "coverage": float(accepted.mean()),
        "precision": float(right[accepted].mean()) if accepted.any() else float("nan"),
    }


def _measure(arguments: argparse.Namespace, corpora: Mapping[str, Path]) -> Outcome:
    from model.classifier import NewsClassifier
    from training.pipeline import FitRequest, fit
    from training.shipped import STARTER_SETTINGS, starter_corpus

    with tempfile.TemporaryDirectory() as folder:
        say("fitting the starter corpus, without factors")
        out = Path(folder, "artifact")
        fit(FitRequest(corpus=tuple(starter_corpus()), out=out, report=Path(folder, "report")))
        scored = _outlets(NewsClassifier.load(out), corpora, 200 if arguments.quick else _ARTICLES)
    figures: dict[str, Any] = {}
    rows = []
    for view, of_view in zip(_VIEWS, ("whole", "headline"), strict=True):
        shipped, least = STARTER_SETTINGS[f"transfer_{of_view}"], STARTER_SETTINGS[f"least_{of_view}"]
        figures[view] = {"factor": _fit(scored, view, None), "shipped": shipped, "outlets": {}}
        for outlet, of_outlet in scored.items():
            row = {"factor_without": _fit(scored, view, outlet), **_row(of_outlet, view, shipped, least)}
            figures[view]["outlets"][outlet] = row
            rows.append([view, outlet, *(f"{value:.3f}" for value in row.values())])
        rows.append([view, "all", f"{figures[view]['factor']:.3f}", "", "", "", ""])
    table = Table(
        "The starter model on real outlets",
        ("view", "outlet", "factor without it", "accuracy", "mean confidence", "accepted", "right of these"),
        rows,
        note="Confidence and acceptance with the shipped factors and thresholds: "
        + ", ".join(f"{name} {value}" for name, value in STARTER_SETTINGS.items()),
    )
    return Outcome([table], figures)


BENCHMARK = Benchmark(
    name="transfer",
    description="Measure a model of the starter corpus on real outlets, and the factors that make it honest there.",
    epilog=_HELP,
    corpora=("sanad_khaleej", "ant_v21", "ant_v11"),
    measure=_measure,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    sys.exit(main())
