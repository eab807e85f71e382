"""Progress goes to stderr: lines into a file, a bar onto a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from training import progress
from training.progress import step

ROOT = Path(__file__).parents[2]


def test_a_file_gets_one_line_at_the_end_of_a_short_step(capsys: pytest.CaptureFixture[str]) -> None:
    with step("reading corpus", total=3, unit="rows") as bar:
        bar.update(2)
        bar.update()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("reading corpus: 100% 3/3")


def test_a_file_gets_a_line_every_few_seconds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr(progress, "monotonic", lambda: next(clock))
    with step("counting") as bar:
        for _ in range(10):
            bar.update()
    lines = capsys.readouterr().err.splitlines()
    assert 3 <= len(lines) <= 6
    assert all(line.startswith("counting: ") and "\r" not in line for line in lines)
    assert lines[-1].startswith("counting: 10 articles")


def test_a_failed_step_does_not_claim_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="broken"), step("counting"):
        raise ValueError("broken")
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar() -> None:
    code = "from training.progress import step\nwith step('counting', total=2) as bar: bar.update(2)"
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    try:
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, stderr=theirs, stdout=subprocess.PIPE, check=True, timeout=60
        )
        shown = os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert run.stdout == b""
    assert "counting: 100%|" in shown
    assert "\r" in shown
