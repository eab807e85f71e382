"""A fit that is stopped, by whom- or whatever, leaves the model that stood there."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from model import artifact
from model.article import Article
from model.classifier import NewsClassifier
from training.fit import main
from training.report import write_report

InNewProcess = Callable[..., subprocess.CompletedProcess[str]]

ROOT = Path(__file__).parents[2]
ALONE = ["--jobs", "1", "--no-background"]
STORY = Article(headline="انطلاق الدوري", body="فاز الفريق في المباراة الأولى على ملعبه أمام جمهوره")

FIT = """
import itertools, os, random, signal, sys, time
from model import artifact
from training.fit import main

def fit(seed):
    places = ["--out", "out", "--report", "report", "--jobs", "1", "--no-background"]
    code = main(["--corpus", sys.argv[1], *places, "--seed", str(seed)])
    if code:
        sys.exit(code)
"""

# Fits again and again with other seeds, so that a moment at random falls into any part of a fit, saving included.
KILLED_AGAIN_AND_AGAIN = f"""{FIT}
fit(0)  # what takes its time only once
moments = random.Random(0)
for victim in range(1, 11):
    child = os.fork()
    if not child:
        for number in itertools.count():
            fit(100 * victim + number)
    time.sleep(moments.uniform(0.2, 1.2))
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    print("stands", artifact.load("out").sha256)
"""

FIT_FOR_EVER = f"""{FIT}
for seed in itertools.count():
    fit(seed)
    print("done", seed, flush=True)
"""


def assert_whole(folder: Path) -> None:
    assert NewsClassifier.load(folder).predict(STORY).section is not None


def test_killed_at_any_moment(in_new_process: InNewProcess, mini_corpus: Path, tmp_path: Path) -> None:
    done = in_new_process("-c", KILLED_AGAIN_AND_AGAIN, str(mini_corpus), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = [line for line in done.stdout.splitlines() if line.startswith("stands ")]
    assert len(found) == 10
    assert len(set(found)) > 2  # some were killed after they had replaced the model, at least once
    assert_whole(tmp_path / "out")
    arguments = ["--corpus", str(mini_corpus), "--out", str(tmp_path / "out"), "--report", str(tmp_path / "report")]
    assert main([*arguments, *ALONE]) == 0
    assert_whole(tmp_path / "out")
    assert not [path.name for path in (tmp_path / "out").rglob(".new-*")]  # what they had begun is gone


@contextmanager
def fitting(corpus: Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run fits for ever; the context opens when the first is done and the second begins."""
    process = subprocess.Popen(
        [sys.executable, "-c", FIT_FOR_EVER, str(corpus)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert "done 0\n" in iter(process.stdout.readline, ""), process.communicate(timeout=60)[1]
        yield process
    finally:
        process.kill()
        process.communicate(timeout=60)


@pytest.mark.parametrize("moment", [0.1])
def test_interrupted_by_a_person(mini_corpus: Path, tmp_path: Path, moment: float) -> None:
    with fitting(mini_corpus, tmp_path) as process:
        time.sleep(moment)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert err.endswith("\ninterrupted: nothing was changed in out\n")
    assert "Traceback" not in err
    assert_whole(tmp_path / "out")


@contextmanager
def files_of_at_most(n_bytes: int) -> Iterator[None]:
    """Let every larger file fail to be written, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.parametrize("n_bytes", [0, 200, 5_000], ids=["nothing", "a header", "all but the largest array"])
def test_a_disk_that_is_full_at_saving(
    mini_corpus: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    n_bytes: int,
) -> None:
    arguments = ["--corpus", str(mini_corpus), "--out", str(tmp_path / "out"), "--report", str(tmp_path / "report")]
    assert main([*arguments, *ALONE]) == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    save = artifact.save

    def save_on_a_full_disk(*values: Any) -> str:
        with files_of_at_most(n_bytes):
            return save(*values)

    monkeypatch.setattr(artifact, "save", save_on_a_full_disk)
    capsys.readouterr()
    assert main([*arguments, *ALONE, "--seed", "1"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "error: " in err
    assert "what stood there still stands. Free some space or choose another folder with --out" in err
    assert "Traceback" not in err
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path: after[path] for path in before} == before  # the report is not ahead of its model either
    assert_whole(tmp_path / "out")


def test_a_disk_that_is_full_at_reporting(
    mini_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write_on_a_full_disk(*values: Any) -> None:
        with files_of_at_most(100):
            write_report(*values)

    monkeypatch.setattr("training.pipeline.write_report", write_on_a_full_disk)
    arguments = ["--corpus", str(mini_corpus), "--out", str(tmp_path / "out"), "--report", str(tmp_path / "report")]
    assert main([*arguments, *ALONE]) == 1
    assert "The report cannot be written" in capsys.readouterr().err
    assert_whole(tmp_path / "out")
