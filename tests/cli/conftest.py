"""What the tests of the command lines share: a corpus file to spoil, and a way to call a command in a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def in_new_process() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs Python with arguments, the project's packages importable from anywhere."""

    def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def corpus_file(tmp_path: Path) -> Callable[[Iterable[dict[str, Any]]], str]:
    """Return a function that writes rows to a corpus file and gives its path."""

    def write(rows: Iterable[dict[str, Any]]) -> str:
        path = tmp_path / "corpus.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return str(path)

    return write
