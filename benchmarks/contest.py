"""One contestant on one row of ``side_by_side``: learn, label, time; in a process whose memory is watched.

``take_part`` starts ``python -m benchmarks.contest`` and returns what it prints.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.command import ROOT, say
from benchmarks.timing import cpu_seconds, megabytes
from model.errors import TabwibError, TrainingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.contestants import Learned, Task
    from benchmarks.peers import Texts

__all__ = ["main", "take_part"]

_MOST_SECONDS = 3 * 3600
_MOST_SECONDS_TUNED, _MOST_TIMES_TUNED = 600, 4
"""fastText's tuning does not always stop when its time is over: on a few dozen short texts it spins forever."""

_WATCHED_EVERY, _TOLD_EVERY = 0.25, 60.0

_PRECISION = 0.98
"""What accepted sections shall have: the default of ``--auto-precision``."""

_SCORED, _CHUNK, _ROUNDS = 2000, 500, 3
_HEADLINES, _CALLS = 500, 2000


def take_part(contestant: str, task: Task, parts: Mapping[str, Path]) -> dict[str, Any]:
    """Let a contestant learn and label in a process of its own.

    Returns
    -------
    dict
        Figures by part, seconds, articles per second, microseconds of a headline, bytes on disk and in memory; the
        latter is the most that its process and those it started held together, pages that they share counted once.

    Raises
    ------
    TrainingError
        If it fails or takes more than three hours; when tuned, more than four times its seconds and ten minutes.
    """
    given = {"contestant": contestant, "task": asdict(task), "parts": parts}
    command = [sys.executable, "-m", "benchmarks.contest", json.dumps(given, default=str)]
    with tempfile.TemporaryFile("w+b") as out, tempfile.TemporaryFile("w+b") as err:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=err, start_new_session=True)
        try:
            most = _MOST_SECONDS if task.seconds is None else _MOST_SECONDS_TUNED + _MOST_TIMES_TUNED * task.seconds
            peak = _watch(process, contestant, most)
        finally:
            _end(process)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise TrainingError(f"{contestant} failed:\n{err.read().decode('utf-8', 'replace')[-1500:]}")
        return {**json.loads(out.read()), "peak_bytes": peak}


def _watch(process: subprocess.Popen[bytes], contestant: str, most: float) -> int:
    """Wait up to ``most`` seconds, telling now and then how far it is; return the peak of its memory in bytes."""
    peak, started, told = 0, time.monotonic(), time.monotonic()
    while process.poll() is None:
        peak = max(peak, _memory_of_session(process.pid))
        now = time.monotonic()
        if now - started > most:
            raise TrainingError(f"was stopped after {most / 60:.0f} minutes")
        if now - told > _TOLD_EVERY:
            told = now
            say(f"  {contestant}: {(now - started) / 60:.0f} min, at most {megabytes(peak)} MB")
        time.sleep(_WATCHED_EVERY)
    return peak


def _memory_of_session(leader: int) -> int:
    """Add up the proportional memory of a process and all that it started, in bytes; Linux only."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text("utf-8", "replace")
            if int(stat.rpartition(")")[2].split()[3]) == leader:
                rollup = (folder / "smaps_rollup").read_text("ascii")
                total += int(rollup.partition("\nPss:")[2].split()[0]) * 1024
        except (OSError, IndexError, ValueError):  # it ended while it was looked at
            continue
    return total


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a session: an interrupted contestant, or workers that it kept."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one contestant; the only argument is what ``take_part`` gives it."""
    from benchmarks.contestants import CONTESTANTS, Task
    from benchmarks.peers import Texts

    (given,) = map(json.loads, sys.argv[1:] if argv is None else argv)
    paths = {name: Path(value) for name, value in given["task"].items() if name in _PATHS and value is not None}
    try:
        learned = CONTESTANTS[given["contestant"]](Task(**{**given["task"], **paths}))
        tests = {title: Texts.read([Path(path)]) for title, path in given["parts"].items()}
    except TabwibError as error:
        say(f"error: {error}")
        return 1
    figures = {
        "parts": {title: _figures(learned, test) for title, test in tests.items()},
        "training_seconds": learned.training_seconds,
        "fit_seconds": learned.fit_seconds,
        "size_bytes": learned.size,
        **_speed(learned, [text for test in tests.values() for text in test.whole]),
        **_latency(learned, [text for test in tests.values() for text in test.headlines]),
    }
    print(json.dumps(figures, ensure_ascii=False))
    return 0


_PATHS = ("train", "folder", "background")


def _figures(learned: Learned, test: Texts) -> dict[str, Any]:
    """Measure both views: accuracy, macro-F1, recall of every section, and how far its probabilities can be trusted."""
    import numpy as np

    from training.measure import section_agreement

    gold_names = [str(section) for section in test.sections]
    figures: dict[str, Any] = {"n": len(gold_names)}
    for view, texts in (("whole", test.whole), ("headline", test.headlines)):
        found_names = [name for chunk in _chunks(texts) for name in learned.label(chunk)]
        _, both = np.unique([*gold_names, *found_names], return_inverse=True)
        gold, found = both[: len(gold_names)], both[len(gold_names) :]
        agreement = section_agreement(gold, found)
        figures[view] = {
            "accuracy": agreement["accuracy"],
            "macro_f1": agreement["macro_f1"],
            "recall": {
                gold_names[first]: float((found[gold == gold[first]] == gold[first]).mean())
                for first in np.unique(gold, return_index=True)[1]
            },
            **({} if learned.judge is None else {"trust": _trust(learned.judge, texts, gold == found)}),
        }
    return figures


def _trust(
    judge: Callable[[Sequence[str]], tuple[NDArray[np.float64], NDArray[np.bool_]]],
    texts: Sequence[str],
    right: NDArray[np.bool_],
) -> dict[str, float | None]:
    """Measure probabilities: their calibration error, what is accepted, and the most that could be in hindsight."""
    import numpy as np

    from training.measure import coverage_at, expected_calibration_error

    confidence, accepted = map(np.concatenate, zip(*map(judge, _chunks(texts)), strict=True))
    return {
        "ece": expected_calibration_error(confidence, right),
        "accepted": float(accepted.mean()),
        "precision": float(right[accepted].mean()) if accepted.any() else None,
        "acceptable": coverage_at(confidence, right, _PRECISION)["coverage"],
    }


def _speed(learned: Learned, texts: Sequence[str]) -> dict[str, float]:
    """Label the same articles three times on one core; articles per second of CPU time."""
    scored = _evenly(texts, _SCORED)
    seconds = [cpu_seconds(lambda: [learned.label(chunk) for chunk in _chunks(scored)]) for _ in range(_ROUNDS)]
    return {"articles_per_second": len(scored) / median(seconds)}


def _latency(learned: Learned, headlines: Sequence[str]) -> dict[str, float]:
    """Label headlines one by one; the median in microseconds."""
    asked = [[text] for text in _evenly(list(dict.fromkeys(headlines)), _HEADLINES)]
    for one in asked:
        learned.label(one)
    nanoseconds = []
    for call in range(_CALLS):
        one = asked[call % len(asked)]
        begun = time.perf_counter_ns()
        learned.label(one)
        nanoseconds.append(time.perf_counter_ns() - begun)
    return {"headline_microseconds": median(nanoseconds) / 1000}


def _chunks(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[begin : begin + _CHUNK] for begin in range(0, len(texts), _CHUNK)]


def _evenly(texts: Sequence[str], most: int) -> Sequence[str]:
    count = min(most, len(texts))
    return [texts[place * len(texts) // count] for place in range(count)]


if __name__ == "__main__":
    sys.exit(main())
