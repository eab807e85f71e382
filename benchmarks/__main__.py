"""``python -m benchmarks``: run all benchmarks, or the named ones, one after the other.

``make bench`` calls it; each script can be called alone, with options of its own.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.command import say

__all__ = ["main"]

_WHAT = {
    "features": "vectorizing beside scikit-learn, scoring beside fastText",
    "latency": "one article, text to probabilities (needs an artifact: make fit)",
    "http": "the service beside a trivial handler on the same server (needs an artifact: make fit)",
    "fuzz": "requests that nobody should send, 100,000 of them (needs an artifact: make fit)",
    "soak": "mixed load at 80 % of what it can take, for ten minutes (needs an artifact: make fit)",
    "fit": "time and memory of a fit, size of the artifact, memory of a second worker",
    "many_topics": "1,000 topics of some 20 examples each beside 60: fit, size, speed",
    "few_examples": "2 to 200 stories a section, with and without background, beside two peers",
    "gold_topics": "topics of the starter model on real articles judged by definition",
    "policy": "health that two outlets file under technology, with and without rules of a taxonomy",
    "admission": "which texts are refused as foreign, gibberish, lists and boilerplate, wrongly and rightly",
    "transfer": "the starter model on real outlets, and the factors that temper it",
    "accuracy": "left-out outlets and held-out topics beside two peers; hours without --quick",
    "side_by_side": "the same articles, splits and cores for scikit-learn and fastText; two hours without --quick",
}


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:<12} {what}" for name, what in _WHAT.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure Tabwib: how fast, how big, how right.",
        epilog=f"benchmarks:\n{listed}\n\nEach has options of its own: python -m benchmarks.NAME --help",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", type=_name, help="what to run (default: all)")
    parser.add_argument("--quick", action="store_true", help="small samples: to see that they run, not to be quoted")
    parser.add_argument("--corpora", metavar="DIR", help="folder of the corpora (default: TABWIB_CORPORA)")
    parser.add_argument("--json", type=Path, metavar="DIR", help="write NAME.json of each there")
    return parser


def _name(name: str) -> str:
    if name not in _WHAT:
        raise argparse.ArgumentTypeError(f"there is no benchmark {name!r}; there are {', '.join(_WHAT)}")
    return name


def main(argv: Sequence[str] | None = None) -> int:
    """Run benchmarks; the exit code is the highest of theirs."""
    arguments = _parser().parse_args(argv)
    passed_on = ["--quick"] if arguments.quick else []
    if arguments.corpora is not None:
        passed_on += ["--corpora", arguments.corpora]
    if arguments.json is not None:
        arguments.json.mkdir(parents=True, exist_ok=True)
    code = 0
    for name in arguments.names or _WHAT:
        say(f"== {name}")
        into = [] if arguments.json is None else ["--json", str(arguments.json / f"{name}.json")]
        code = max(code, importlib.import_module(f"benchmarks.{name}").main([*passed_on, *into]))
    return code


if __name__ == "__main__":
    sys.exit(main())
