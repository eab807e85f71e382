"""What a fit takes: time, memory, the size of the artifact, and the memory of a second worker that serves it.

Everything runs as a user runs it, ``python -m training.fit`` and ``python -m service``, in processes of its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.command import Benchmark, Outcome, Table, run, say
from benchmarks.samples import evenly, read, texts_of_words, write
from benchmarks.serving import WorkerMemory, worker_memory
from benchmarks.timing import Usage, megabytes, resource_usage

__all__ = ["main"]

_TRAINED_ON = ("sanad_khaleej", "ant_v21")
_QUICK_ARTICLES = 2000
_REQUESTS = 64

_HELP = """\
Fits the starter corpus, every second article of sanad_khaleej + ant_v21, and all of them.
Targets on two free cores: about 120 s and under 4 GB for all, under 10 s for the starter corpus once compiled, twice
the time for twice the articles, an artifact under 60 MB, under 60 MB of private memory for a second worker.

On a busy machine only the ratio of CPU times, the sizes and the memory mean anything.
"""


def _fit(name: str, corpora: Sequence[Path], folder: Path) -> tuple[Usage, Path]:
    """Fit a model into a folder of its own."""
    say(f"fitting {name}")
    artifact = folder / f"artifact-{name}"
    sources = [argument for corpus in corpora for argument in ("--corpus", str(corpus))]
    reports = ("--report", str(folder / f"report-{name}"))
    return resource_usage("-m", "training.fit", *sources, "--out", str(artifact), *reports, "--json"), artifact


def _samples(corpora: Mapping[str, Path], folder: Path, share: int, limit: int | None) -> list[Path]:
    """Write every ``share``-th article of the corpora."""
    folder.mkdir()
    paths = []
    for name in _TRAINED_ON:
        table = read(corpora[name], limit)
        paths.append(write(evenly(table, table.num_rows // share), folder / corpora[name].name))
    return paths


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _measure(arguments: argparse.Namespace, corpora: Mapping[str, Path]) -> Outcome:
    limit = _QUICK_ARTICLES if arguments.quick else None
    with tempfile.TemporaryDirectory(prefix="tabwib-fit-") as name:
        folder = Path(name)
        _fit("compiling", (), folder)
        fits = {"starter corpus": _fit("starter", (), folder)}
        for title, share in (("half", 2), ("all", 1)):
            fits[title] = _fit(title, _samples(corpora, folder / title, share, limit), folder)
        artifact = fits["all"][1]
        texts = texts_of_words(corpora["sanad_khaleej"], 300, _REQUESTS)
        say("serving")
        workers = {count: worker_memory(artifact, workers=count, texts=texts) for count in (1, 2)}
        sizes = {title: _size(of) for title, (_, of) in fits.items()}
    usages = {title: usage for title, (usage, _) in fits.items()}
    figures = {
        "fit": {title: {**usage.to_dict(), "artifact_bytes": sizes[title]} for title, usage in usages.items()},
        "all_to_half": {
            "wall": usages["all"].wall / usages["half"].wall,
            "cpu": usages["all"].cpu / usages["half"].cpu,
        },
        "workers": {count: memory.to_dict() for count, memory in workers.items()},
    }
    return Outcome((_fit_table(usages, sizes), _worker_table(workers)), figures)


def _fit_table(usages: Mapping[str, Usage], sizes: Mapping[str, int]) -> Table:
    half, whole = usages["half"], usages["all"]
    return Table(
        title="python -m training.fit",
        note=f"twice the articles: {whole.wall / half.wall:.2f} times the time, {whole.cpu / half.cpu:.2f} times the "
        "CPU time",
        columns=("", "wall s", "CPU s", "peak MB", "artifact MB"),
        rows=[
            (title, f"{of.wall:,.1f}", f"{of.cpu:,.1f}", megabytes(of.peak), megabytes(sizes[title]))
            for title, of in usages.items()
        ],
    )


def _worker_table(workers: Mapping[int, WorkerMemory]) -> Table:
    added = workers[2].total - workers[1].total
    return Table(
        title="python -m service, memory after some hundred requests a worker",
        note=f"a second worker adds {megabytes(added)} MB of private memory (target: under 60)",
        columns=("workers", "private MB of each worker", "with the parent"),
        rows=[
            (str(count), " + ".join(megabytes(size) for size in of.private), megabytes(of.total))
            for count, of in workers.items()
        ],
    )


BENCHMARK = Benchmark(
    name="fit",
    description="Time, memory and size of python -m training.fit, and the memory of a second worker that serves it.",
    epilog=_HELP,
    corpora=_TRAINED_ON,
    measure=_measure,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark: 0 done, 1 failed, 2 bad usage or no corpora."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    sys.exit(main())
