"""``benchmarks.soak`` for some seconds, and what it counts as a failure."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.soak import Minute, failures_in

ROOT = Path(__file__).resolve().parents[2]


def minute(milliseconds: float = 5.0, megabytes: float = 30.0, *errors: str) -> Minute:
    return Minute([milliseconds / 1000] * 200, list(errors), [20.0, megabytes], 1.0)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        ([minute()] * 10, []),
        ([minute(5 + number % 2) for number in range(10)], []),
        ([minute(5)] * 7 + [minute(20)] * 3, ["p99 has drifted from 5 to 20 ms"]),
        ([minute(megabytes=30 + 2 * number) for number in range(10)], ["grown by 18 MB"]),
        ([minute(megabytes=50), *[minute(megabytes=40)] * 9], []),
        ([minute(), minute(5, 30, "the server answers 500"), minute()], ["minute 2: the server answers 500"]),
    ],
    ids=["steady", "a little noise", "slower and slower", "grows", "shrinks", "an error"],
)
def test_what_is_not_as_it_should_be(minutes: list[Minute], words: list[str]) -> None:
    found = failures_in(minutes)
    assert len(found) == len(words)
    assert all(word in failure for word, failure in zip(words, found, strict=True))


def test_some_seconds_of_load(artifact: Path, tmp_path: Path) -> None:
    command = [
        "-m",
        "benchmarks.soak",
        "--quick",
        "--artifact",
        str(artifact),
        "--json",
        str(tmp_path / "figures.json"),
    ]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    (found,) = figures["minutes"]
    asked = figures["capacity_per_second"] * figures["share"] * 3
    assert abs(found["answers"] - asked) <= 0.1 * asked + 2
    assert found["errors"] == 0
    assert len(found["worker_megabytes"]) == 2
