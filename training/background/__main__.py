"""``python -m training.background``: compute the background from corpora of Arabic news.

Thin on purpose: reads the command line and the corpora, calls ``make``, saves, and turns errors into exit codes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import TabwibError, TrainingError
from training.arguments import SOURCES_HELP, positive, seed

if TYPE_CHECKING:
    from training.background.sources import Sources

__all__ = ["main"]

_EXAMPLES = """\
examples:
  python -m training.background --corpus news.parquet --corpus old.jsonl --out data/background
  python -m training.background --corpus news.parquet --without-source alarabia --out background-without-alarabia
"""


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m training.background",
        description=(
            "Compute figures about Arabic news (document frequencies, latent vectors, directions of sections and "
            "topics) from corpora, labelled or not. They hold no text and let a few labelled stories go a long way."
        ),
        epilog=SOURCES_HELP + "\n" + _EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--corpus", action="append", required=True, metavar="SRC", help="stories; may be repeated")
    made.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    made.add_argument(
        "--licence", action="append", default=[], metavar="FILE=TEXT", help="licence of a corpus, for the manifest"
    )
    made.add_argument(
        "--without-source", action="append", default=[], metavar="NAME", help="leave an outlet out, to measure on it"
    )
    made.add_argument(
        "--without",
        type=Path,
        metavar="FILE.jsonl",
        help="leave articles out, by the keys corpus (name of its file, without ending) and id, with all that "
        "nearly repeat them",
    )
    made.add_argument("--dimensions", type=positive, default=100, metavar="N", help="of a latent vector (default: 100)")
    made.add_argument("--seed", type=seed, default=0, metavar="N")
    made.add_argument("--jobs", type=positive, default=-1, metavar="N", help="cores to use (default: all)")
    made.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command: 0 done, 1 failed, 2 bad usage."""
    arguments = parser().parse_args(argv)
    try:
        result = _make(arguments)
    except TabwibError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print(f"{result['articles']} articles, {result['words']} words, {result['megabytes']} MB in {arguments.out}")
    return 0


def _make(arguments: argparse.Namespace) -> dict[str, Any]:
    from dataclasses import replace

    from model.artifact import check_writable
    from training.background.make import MakeSettings, make_background
    from training.background.sources import read_sources
    from training.background.values import save_background

    check_writable(arguments.out)
    sources: Sources = read_sources(
        arguments.corpus,
        licences=_licences(arguments.licence),
        without_sources=arguments.without_source,
        without=arguments.without,
        seed=arguments.seed,
    )
    settings = MakeSettings(n_dimensions=arguments.dimensions, seed=arguments.seed, jobs=arguments.jobs)
    background = make_background(sources.dataset, settings)
    manifest = {**background.manifest, **sources.manifest}
    save_background(arguments.out, replace(background, manifest=manifest))
    size = sum(path.stat().st_size for path in arguments.out.rglob("*") if path.is_file())
    return {
        "articles": len(sources.dataset),
        "words": background.vocabulary.n_words,
        "megabytes": round(size / 2**20, 2),
        "out": str(arguments.out),
    }


def _licences(given: Sequence[str]) -> dict[str, str]:
    """Read FILE=TEXT pairs."""
    pairs = [pair.partition("=") for pair in given]
    for name, equals, text in pairs:
        if not (name and equals and text):
            raise TrainingError(f"--licence {name!r} should be FILE=TEXT, such as news.parquet=CC-BY-4.0")
    return {name: text for name, _, text in pairs}


if __name__ == "__main__":
    sys.exit(main())
