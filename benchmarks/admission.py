"""What is no Arabic story and is caught, and real Arabic news that is: languages, lists, boilerplate, gibberish.

The first is measured on invented texts (``tests/model/samples``), the second on the real corpora, whole and headlines.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.command import ROOT, Benchmark, Outcome, Table, run
from benchmarks.samples import read, texts_of_words

__all__ = ["main"]

SAMPLES = ROOT / "tests" / "model" / "samples" / "admission.jsonl"
CORPORA = ("sanad_khaleej", "ant_v21", "ant_v11", "topics_silver", "mowjaz_dev", "asnd_train", "asnd_dev")
"""Whose Arabic news should pass; some of it is lists all the same, recipes and tables of specifications."""

_ROUNDS, _TIMED = 9, 400

_HELP = """\
Random letters are caught by the words a model knows ("unknown_words"), which this does not measure.

example:
  python -m benchmarks.admission
"""


def _verdict(text: str) -> str:
    """Name what stands in the way of a label; ``ar`` where nothing does."""
    from model.admission import admit

    language, texture = admit(text)
    return texture or "ar" if language.supported else language.code


def _detection() -> tuple[Table, dict[str, dict[str, int]]]:
    samples = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    figures: dict[str, dict[str, int]] = {}
    for sample in samples:
        found = figures.setdefault(f"{sample['kind']} {sample['form']} {sample['part']}", Counter())
        found["n"] += 1
        found[_verdict(sample["text"])] += 1
    rows = [
        [name, str(found["n"]), ", ".join(f"{verdict} {n}" for verdict, n in found.items() if verdict != "n")]
        for name, found in figures.items()
    ]
    return Table("Invented texts", ("kind, form, part", "n", "found to be"), rows), figures


def _views(path: Path, limit: int | None) -> Mapping[str, Sequence[str]]:
    """Return whole articles and their headlines as a classifier sees them."""
    from model import views
    from model.article import Article

    rows = read(path, limit).select(["headline", "body"]).to_pylist()
    articles = [Article(headline=row["headline"] or "", body=row["body"] or "") for row in rows]
    return {
        "whole": [views.whole(article) for article in articles],
        "headline": [views.headline_only(article) for article in articles],
    }


def _caught_news(corpora: Mapping[str, Path], limit: int | None) -> tuple[Table, dict[str, dict[str, int]]]:
    figures: dict[str, dict[str, int]] = {}
    for name, path in corpora.items():
        for view, texts in _views(path, limit).items():
            found = Counter(map(_verdict, texts))
            figures[f"{name} {view}"] = {"n": len(texts), **found}
    rows = [
        [
            name,
            str(found["n"]),
            ", ".join(f"{verdict} {n}" for verdict, n in found.items() if verdict not in ("n", "ar")),
        ]
        for name, found in figures.items()
    ]
    note = "und: mostly Latin letters, as in a post that is a link."
    return Table("Real Arabic news", ("corpus, view", "n", "caught"), rows, note), figures


def _microseconds(texts: Sequence[str]) -> float:
    """Time the inspection of one text, as the classifier calls it: best round, of CPU time."""
    from model.admission import inspect
    from model.features.orthography import fold_table
    from model.features.space import encode_texts
    from model.letters import letter_marks
    from model.telling_words import telling_words

    tables = fold_table(), letter_marks(), telling_words()
    encoded = [encode_texts([text])[0] for text in texts]

    def seconds(call: Callable[..., object]) -> float:
        started = time.process_time()
        for codes in encoded:
            call(codes, *tables)
        return time.process_time() - started

    entered = min(seconds(lambda *_: None) for _ in range(_ROUNDS))
    return (min(seconds(inspect) for _ in range(_ROUNDS)) - entered) / len(texts) * 1e6


def _measure(arguments: argparse.Namespace, corpora: Mapping[str, Path]) -> Outcome:
    detection, detected = _detection()
    caught, news = _caught_news(corpora, 500 if arguments.quick else None)
    headlines = _views(corpora["ant_v21"], _TIMED)["headline"]
    cost = {
        "a headline": _microseconds(headlines),
        "500 words": _microseconds(texts_of_words(corpora["ant_v21"], 500, _TIMED)),
    }
    note = "Entered from Python, which the classifier does not do text by text: about 1 microsecond of each."
    table = Table("Cost", ("text", "microseconds"), [[name, f"{figure:.1f}"] for name, figure in cost.items()], note)
    return Outcome([detection, caught, table], {"detected": detected, "news": news, "microseconds": cost})


BENCHMARK = Benchmark(
    name="admission",
    description="Measure what is caught as foreign, gibberish, list or boilerplate, and what should not be.",
    epilog=_HELP,
    corpora=CORPORA,
    measure=_measure,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    sys.exit(main())
