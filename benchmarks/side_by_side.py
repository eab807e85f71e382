"""Tabwib beside scikit-learn and fastText: the same articles, splits and cores; how right, how fast, how big.

``side_rows`` makes the splits, ``contest`` runs one contestant after the other, each in a process of its own,
``side_shown`` shows what they reached. What is measured is kept in the ``--json`` file at once.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import json
import multiprocessing
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from benchmarks import backgrounds, fasttext_peer, side_shown
from benchmarks.command import ROOT, Benchmark, Outcome, run, say
from model.errors import TrainingError

if TYPE_CHECKING:
    from benchmarks.contestants import Task
    from benchmarks.side_rows import Split

__all__ = ["main"]

_P = ParamSpec("_P")
_T = TypeVar("_T")

_QUICK_ARTICLES = 1500
_ROWS = ("alarabia", "bbc", "skynews", "held_out", "titles", "asnd")

_HELP = f"""\
rows ({", ".join(_ROWS)}):
  alarabia bbc skynews  learned from sanad_khaleej + ant_v21 without that outlet, which is measured
  held_out              learned from nine tenths of both; measured on a tenth of SANAD, a tenth of Al Arabiya, and on
                        Mowjaz, other outlets' articles that people filed under exactly one section
  titles                titles of ant_v21 alone, 5 classes, dealt at random 80/10/10
  asnd                  posts of news channels, 12 classes, the published split

contestants:
  tabwib             training.fit --no-background        tabwib_background  with one that has not seen what is measured
  words              TF-IDF of words and word bigrams, LinearSVC      chars  the same with char_wb 3-5
  fasttext           100 dimensions, word bigrams, 8 epochs
  fasttext_tuned     100 dimensions, the rest found by its autotune in the seconds that the whole fit of tabwib took

All learn every article whole and as its headline alone, from the same cleaned texts, on all cores of the process
(taskset gives fewer). "train s": vectorizing and fitting the section head, wall clock; articles/s: text to section, CPU
time of one core; peak MB: of all that it started, while it learned and labelled.

With --json, what stands in the file and was measured with the same articles, settings and (Tabwib) code is not measured
again: an interruption loses one contestant of one row.

examples:
  python -m benchmarks.side_by_side --backgrounds reports/backgrounds --json docs/side-by-side.json \\
    --markdown docs/results.md --picture docs/side-by-side.svg
  python -m benchmarks.side_by_side --quick --rows asnd
"""


def _measure(arguments: argparse.Namespace, corpora: Mapping[str, Path]) -> Outcome:
    names = list(arguments.rows or _ROWS)
    contestants = _chosen(arguments)
    kept = _read(arguments.json, quick=arguments.quick)
    with tempfile.TemporaryDirectory(prefix="tabwib-side-by-side-") as scratch:
        made = None if arguments.backgrounds is None else arguments.backgrounds.resolve()
        if arguments.quick:  # what is made of samples should not stand among what is made of corpora
            corpora, made = _sampled(corpora, Path(scratch)), Path(scratch, "backgrounds")
        for name in [] if arguments.measured else names:
            _measure_row(name, contestants, corpora, made, kept, arguments.json)
    rows = {name: _only(kept["rows"][name], contestants) for name in names if name in kept["rows"]}
    if arguments.picture is not None:
        side_shown.draw(rows, arguments.picture)
    for file in arguments.markdown:
        side_shown.write_markdown(rows, file)
    return Outcome((side_shown.table(rows),), kept, side_shown.failures(rows))


def _chosen(arguments: argparse.Namespace) -> list[str]:
    """Name the contestants that can take part, in the order of the table."""
    chosen = [name for name in side_shown.TITLES if name in (arguments.contestants or side_shown.TITLES)]
    if arguments.backgrounds is None:
        chosen = [name for name in chosen if name != "tabwib_background"]
    if not fasttext_peer.available():
        say(fasttext_peer.HOW_TO_INSTALL)
        chosen = [name for name in chosen if not name.startswith("fasttext")]
    if not chosen:
        raise TrainingError("no contestant can take part: tabwib_background needs --backgrounds, fastText its package")
    return chosen


def _only(row: Mapping[str, Any], contestants: Sequence[str]) -> dict[str, Any]:
    return {
        **row,
        "contestants": {name: row["contestants"][name] for name in contestants if name in row["contestants"]},
    }


def _measure_row(
    name: str,
    contestants: Sequence[str],
    corpora: Mapping[str, Path],
    made: Path | None,
    kept: dict[str, Any],
    file: Path | None,
) -> None:
    """Measure what is not kept, and keep it; ``made`` is where backgrounds are."""
    from benchmarks.contestants import Task
    from benchmarks.side_rows import ROWS, background_for, make_split

    of_row: dict[str, Any] = kept["rows"].setdefault(name, {"contestants": {}})
    with tempfile.TemporaryDirectory(prefix=f"tabwib-{name}-") as folder:
        split: Split | None = None
        for contestant in contestants:
            seconds = _seconds_to_tune(of_row) if contestant == "fasttext_tuned" else None
            background = made / f"without-{name}" if contestant == "tabwib_background" and made is not None else None
            key = _key(contestant, corpora, seconds, background)
            standing = of_row["contestants"].get(contestant, {"failed": ""})
            if standing.get("key") == key and "failed" not in standing:
                say(f"{name}, {contestant}: kept")
                continue
            if split is None:
                split = _apart(make_split, name, corpora, Path(folder))
                of_row |= {"views": list(ROWS[name].views), "parts": list(split.parts), "n_learned": split.n_learned}
            say(f"{name}, {contestant}")
            if background is not None and made is not None:
                background = _apart(background_for, name, split, corpora, made)
                key = _key(contestant, corpora, seconds, background)
            with tempfile.TemporaryDirectory(dir=folder) as saved:
                task = Task(split.train, split.labels, Path(saved), _cores(), background, seconds)
                of_row["contestants"][contestant] = {"key": key, **_take_part(contestant, task, split)}
            _write(file, kept)


def _take_part(contestant: str, task: Task, split: Split) -> dict[str, Any]:
    """Measure one contestant on one row; where it fails, say why, and let the others have their turn."""
    from benchmarks.contest import take_part

    try:
        figures = take_part(contestant, task, split.parts)
    except TrainingError as error:
        say(f"  {error}")
        return {"failed": str(error).strip().splitlines()[-1]}
    for part, of in figures["parts"].items():
        say(f"  {part}: {of['whole']['accuracy']:.4f} whole, {of['headline']['accuracy']:.4f} headline")
    return figures


def _seconds_to_tune(of_row: Mapping[str, Any]) -> float:
    if "fit_seconds" not in of_row["contestants"].get("tabwib", {}):
        raise TrainingError("fasttext_tuned is given the time that tabwib took: let tabwib take part too")
    return float(round(of_row["contestants"]["tabwib"]["fit_seconds"]))


def _apart(call: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Call a function in a process whose memory ends with it."""
    with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(call, *args, **kwargs).result()


def _sampled(corpora: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    from benchmarks.samples import read, write

    return {name: write(read(path, _QUICK_ARTICLES), folder / path.name) for name, path in corpora.items()}


def _cores() -> int:
    return len(os.sched_getaffinity(0))


_MEASURING = ("side_rows", "contestants", "contest", "cases", "peers", "fasttext_peer", "samples", "timing")


def _key(contestant: str, corpora: Mapping[str, Path], seconds: float | None, background: Path | None) -> str:
    """Digest all that figures depend on; for Tabwib its code, its taxonomy and the background, where it stands."""
    sources = [ROOT / "benchmarks" / f"{name}.py" for name in _MEASURING]
    if contestant.startswith("tabwib"):
        own = [(ROOT / package).rglob(f"*.{kind}") for package in ("model", "training") for kind in ("py", "txt")]
        sources += sorted(path for paths in own for path in paths) + sorted((ROOT / "data" / "taxonomy").glob("*.toml"))
    if background is not None:
        sources += background.glob("manifest.json")
    libraries = ["scikit-learn", *(["fasttext"] if contestant.startswith("fasttext") else [])]
    facts = [contestant, _cores(), seconds, *((name, importlib.metadata.version(name)) for name in libraries)]
    return hashlib.sha256(f"{facts}{_digest(sources)}{_digest(corpora.values())}".encode()).hexdigest()[:16]


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _read(file: Path | None, *, quick: bool) -> dict[str, Any]:
    """Read what was measured before.

    Raises
    ------
    TrainingError
        If samples and whole corpora would stand in one file.
    """
    machine = f"{_cores()} cores, Python {platform.python_version()}"
    if file is None or not file.exists():
        return {"quick": quick, "machine": machine, "rows": {}}
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if read["quick"] != quick:
        raise TrainingError(f"{file} holds figures of {'samples' if read['quick'] else 'whole corpora'}; name another")
    return {**read, "machine": machine}


def _write(file: Path | None, kept: Mapping[str, Any]) -> None:
    """Write what was measured so far, whole or not at all."""
    if file is not None:
        beside = file.with_name(f"{file.name}.new")
        beside.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        beside.replace(file)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", nargs="+", choices=_ROWS, metavar="ROW", help="what to measure (default: all)")
    parser.add_argument(
        "--contestants", nargs="+", choices=list(side_shown.TITLES), metavar="NAME", help="who (default: all that can)"
    )
    parser.add_argument(
        "--measured", action="store_true", help="measure nothing more: show what stands in the --json file"
    )
    parser.add_argument(
        "--backgrounds",
        type=Path,
        metavar="DIR",
        help="folder of backgrounds, without-ROW each, that have not seen what is measured; made there where missing, "
        "minutes each (default: Tabwib takes part without background only)",
    )
    parser.add_argument(
        "--markdown",
        action="append",
        default=[],
        type=Path,
        metavar="FILE.md",
        help=f"put the table there too, between the lines {side_shown.BEGIN} and {side_shown.END}; may be repeated",
    )
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="draw it; needs matplotlib")


def _refuse(arguments: argparse.Namespace) -> str:
    if arguments.picture is not None and importlib.util.find_spec("matplotlib") is None:
        return "--picture needs matplotlib: pip install 'matplotlib>=3.10' (dependency group bench)"
    if arguments.measured and not (arguments.json is not None and arguments.json.exists()):
        return "--measured shows what stands in a --json FILE, which has to be named and to exist"
    if arguments.contestants == ["tabwib_background"] and arguments.backgrounds is None:
        return "tabwib_background needs --backgrounds DIR"
    return ""


BENCHMARK = Benchmark(
    name="side_by_side",
    description="Tabwib beside scikit-learn's TF-IDF pipelines and fastText: accuracy, time, memory, size.",
    epilog=_HELP,
    corpora=backgrounds.ALL,
    measure=_measure,
    add_arguments=_add_arguments,
    refuse=_refuse,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark: 0 done, 1 failed, 2 bad usage or no corpora."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the contestant should not outlive it
    sys.exit(main())
