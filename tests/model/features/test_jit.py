"""Compiled code: works where nothing can be cached, and is never served from a cache of other sources."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from model.features.reference import word_hash

ROOT = Path(__file__).resolve().parents[3]
NOT_PASSED_ON = {"NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "PYTHONPATH"}

HASH = """
import numpy as np
from model.features.words import hash_word
print(int(hash_word(np.array([0x61], dtype=np.uint16), 0, 1)))
"""

STEM = """
import numpy as np
from model.features.stems import affix_table
from model.features.tables import pack_table
from model.features.words import hash_word, shorten_word
letters = lambda word: np.array([ord(letter) for letter in word], dtype=np.uint16)
lexicon = pack_table(np.array([hash_word(letters("دار"), 0, 3)], dtype=np.uint64), np.array([0], dtype=np.int32))
entries, the, nothing = np.array([[9, 0, 0, 0]], dtype=np.int32), affix_table(("ال",)), affix_table(("ات",))
print(shorten_word(letters("الدار"), 0, 5, 0, lexicon, entries, the, nothing))
"""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the sources, without anything compiled."""
    shutil.copytree(ROOT / "model", tmp_path / "model", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run(code: str, folder: Path, **environ: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env={**inherited, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_works_where_no_cache_folder_can_be_written(copied: Path) -> None:
    (copied / "model" / "features" / "__pycache__").write_text("a file, not a folder")
    assert run(HASH, copied, HOME="/dev/null") == str(word_hash("a"))
    assert (copied / "model" / "features" / "__pycache__").read_text() == "a file, not a folder"


def test_a_changed_constant_is_not_served_from_the_cache(copied: Path) -> None:
    stems = copied / "model" / "features" / "stems.py"
    cache = copied / "model" / "features" / "__pycache__"
    assert run(STEM, copied) == "0"
    compiled = set(cache.glob("words.shorten_word*.nbc"))
    assert compiled, "nothing was cached"
    stems.write_text(stems.read_text().replace("SHORTEST_STEM = 3", "SHORTEST_STEM = 4"))
    assert run(STEM, copied) == "-1"
    assert set(cache.glob("words.shorten_word*.nbc")) > compiled
