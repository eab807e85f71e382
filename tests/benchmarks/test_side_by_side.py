"""The command as a user runs it, on corpora that are learned in no time."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import contest, side_by_side, side_shown
from benchmarks.contestants import CONTESTANTS, Task
from benchmarks.side_rows import make_split
from model.errors import TrainingError


def test_what_was_measured_is_kept(
    corpora: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, document = tmp_path / "figures.json", tmp_path / "results.md"
    document.write_text(f"{side_shown.BEGIN}\n{side_shown.END}\n", encoding="utf-8")
    command = ["--corpora", str(next(iter(corpora.values())).parent), "--rows", "asnd", "--json", str(file)]
    command += ["--contestants", "tabwib", "words", "--markdown", str(document)]
    assert side_by_side.main(command) == 0
    figures = json.loads(file.read_text(encoding="utf-8"))
    for of in figures["rows"]["asnd"]["contestants"].values():
        (part,) = of["parts"].values()
        assert part["n"] == 60
        assert part["headline"]["accuracy"] > 0.8
        assert set(part["headline"]["recall"]) == {"news", "economy", "sport", "culture", "technology"}
        assert 50e6 < of["peak_bytes"] < 5e9
        assert min(of[key] for key in ("training_seconds", "articles_per_second", "size_bytes")) > 0
    assert "scikit-learn, words" in capsys.readouterr().out
    assert "| ASND, 12 classes | Tabwib | 60 |" in document.read_text(encoding="utf-8")

    lost = figures["rows"]["asnd"]["contestants"].pop("words")
    file.write_text(json.dumps(figures), encoding="utf-8")
    assert side_by_side.main(command) == 0
    told = capsys.readouterr().err
    again = json.loads(file.read_text(encoding="utf-8"))["rows"]["asnd"]["contestants"]
    assert "asnd, tabwib: kept" in told
    assert "words: kept" not in told
    assert again["tabwib"] == figures["rows"]["asnd"]["contestants"]["tabwib"]
    assert again["words"]["parts"] == lost["parts"]

    standing = file.read_bytes()
    document.write_text(f"{side_shown.BEGIN_SHORT}\n{side_shown.END}\n", encoding="utf-8")
    assert side_by_side.main([*command[:2], *command[4:6], "--markdown", str(document), "--measured"]) == 0
    assert file.read_bytes() == standing
    assert "| ASND, 12 classes | 60 | " in document.read_text(encoding="utf-8")


def test_nothing_measured_cannot_be_shown(corpora: dict[str, Path], tmp_path: Path) -> None:
    folder = str(next(iter(corpora.values())).parent)
    command = ["--corpora", folder, "--measured", "--json", str(tmp_path / "none.json")]
    with pytest.raises(SystemExit, match="2"):
        side_by_side.main(command)


def test_samples_and_whole_corpora_do_not_mix(corpora: dict[str, Path], tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    file.write_text('{"quick": false, "rows": {}}', encoding="utf-8")
    folder = str(next(iter(corpora.values())).parent)
    assert side_by_side.main(["--quick", "--corpora", folder, "--json", str(file)]) == 1
    assert file.read_text(encoding="utf-8") == '{"quick": false, "rows": {}}'


def test_fasttext_learns(corpora: dict[str, Path], tmp_path: Path) -> None:
    pytest.importorskip("fasttext")
    split = make_split("asnd", corpora, tmp_path)
    saved = tmp_path / "saved"
    saved.mkdir()
    learned = CONTESTANTS["fasttext"](Task(split.train, split.labels, saved, cores=1))
    assert set(learned.label(["المباراة المدرب", ""])) <= {
        "news",
        "economy",
        "sport",
        "culture",
        "technology",
        "weather",
    }
    assert [path.name for path in saved.iterdir()] == ["model.bin"]


def test_failure_is_told_with_what_the_contestant_said(tmp_path: Path) -> None:
    task = Task(tmp_path / "nothing.parquet", "taxonomy", tmp_path, cores=1)
    with pytest.raises(TrainingError, match=r"words failed:(.|\n)*nothing\.parquet"):
        contest.take_part("words", task, {})


def test_memory_of_what_a_process_started_counts() -> None:
    hold = "import time; held = bytearray(b'x') * 60_000_000; print(flush=True); time.sleep(60)"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    process = subprocess.Popen([sys.executable, "-c", script], start_new_session=True, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        assert contest._memory_of_session(process.pid) > 60_000_000
    finally:
        contest._end(process)
        process.stdout.close()
    deadline = time.monotonic() + 10
    while contest._memory_of_session(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert contest._memory_of_session(process.pid) == 0
