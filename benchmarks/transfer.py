"""How much less sure a model of the starter corpus must be of real outlets.

Fits the factors of ``training.shipped.STARTER_SETTINGS`` on real articles that neither the model nor its background has
seen: on outlets that the background was made without, and on a tenth of two that it was made with. Shows how many of
the sections accepted by such a model are right at each.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.backgrounds import ALL, add_backgrounds_option, background, starter_model
from benchmarks.command import Benchmark, Outcome, Table, run

if TYPE_CHECKING:
    from model.classifier import NewsClassifier

__all__ = ["main"]

_VIEWS = ("whole", "headlines")
_ARTICLES = 2500
_LABELLED = ("sanad_khaleej", "ant_v21", "ant_v11")
_HELD_OUT = ("alkhaleej", "alarabia")
_LEFT_OUT = ("alarabia", "bbc", "skynews", "alkhaleej", "jawhara fm")

_HELP = """\
A factor multiplies the logits of the sections; below 1 it tempers the probabilities. It is chosen for the least mean
log-loss, each outlet counting the same.

example:
  python -m benchmarks.transfer
"""


def _read(corpora: Mapping[str, Path]) -> list[tuple[str, Any]]:
    """Read all articles with a known section, each with the name of its corpus."""
    from training.corpus import read_corpus

    return [
        (name, article)
        for name in _LABELLED
        for article in read_corpus([str(corpora[name])]).articles
        if article.section is not None
    ]


def _is_held_out(article: Any) -> bool:
    """Say whether an article is of the tenth that is held out."""
    return article.source in _HELD_OUT and zlib.crc32(article.id.encode()) % 10 == 0


def _score(classifier: NewsClassifier, articles: Sequence[Any], limit: int) -> dict[str, Any]:
    """Score up to ``limit`` articles: log-probabilities of both views, and the gold sections."""
    import numpy as np

    from training.dataset import make_dataset

    count = min(limit, len(articles))
    dataset = make_dataset([articles[place * len(articles) // count] for place in range(count)], classifier.taxonomy)
    views = {"whole": dataset.whole, "headlines": dataset.headlines}
    logs = {view: np.log(np.maximum(classifier.score(texts).sections, 1e-30)) for view, texts in views.items()}
    return {"gold": dataset.section, **logs}


def _outlets(arguments: argparse.Namespace, corpora: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Score articles of each outlet with a starter model whose background has not seen them."""
    articles = _read(corpora)
    limit = 200 if arguments.quick else _ARTICLES
    plain = {"transfer_whole": 1.0, "transfer_headline": 1.0}
    scored: dict[str, dict[str, Any]] = {}
    held_out = [(name, article) for name, article in articles if _is_held_out(article)]
    listed = [{"corpus": name, "id": article.id} for name, article in held_out]
    folder = background(arguments.backgrounds / "without-a-tenth", corpora, without=listed)
    classifier = starter_model(folder, **plain)
    for source in _HELD_OUT:
        of_source = [article for _, article in held_out if article.source == source]
        scored[f"a tenth of {source}"] = _score(classifier, of_source, limit)
    for source in _LEFT_OUT:
        folder = background(arguments.backgrounds / f"without-{source}", corpora, without_sources=[source])
        of_source = [article for _, article in articles if article.source == source]
        scored[source] = _score(starter_model(folder, **plain), of_source, limit)
    return scored


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
    from training.shipped import STARTER_SETTINGS

    scored = _outlets(arguments, corpora)
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
    corpora=ALL,
    measure=_measure,
    add_arguments=add_backgrounds_option,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    sys.exit(main())
