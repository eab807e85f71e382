"""``python -m training.tune``: what it prints, writes and refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from training.arguments import learning
from training.fit import parser as fit_parser
from training.tune import main

Tune = Callable[..., int]


@pytest.fixture
def tune(mini_corpus: Path, tmp_path: Path) -> Tune:
    """Return a function that calls the command on the mini corpus, in two folds, with a study of the test."""

    def run(*arguments: str) -> int:
        places = ["--corpus", str(mini_corpus), "--study", str(tmp_path / "study.sqlite3"), "--jobs", "1"]
        return main([*places, "--folds", "2", "--no-background", *arguments])

    return run


def test_json_is_one_object_and_fit_reads_the_settings(
    tune: Tune, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "made" / "best.toml"
    assert tune("--trials", "2", "--out", str(out), "--json") == 0
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [trial["number"] for trial in printed["trials"]] == [0, 1]
    assert printed["best"]["value"] == max(trial["value"] for trial in printed["trials"])
    assert printed["config"] == str(out)
    settings = learning(fit_parser().parse_args(["--config", str(out)]))["settings"]
    assert settings.section_regularization == printed["settings"]["section_regularization"]
    assert "accuracy" in out.read_text(encoding="utf-8").splitlines()[0]


def test_a_table_says_where_the_trials_stand(tune: Tune, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tune("--trials", "1", "--objective", "section.macro_f1") == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "objective: mean of section.macro_f1 over all parts"
    assert "begun with" in out
    assert str(tmp_path / "study.sqlite3") in out
    assert "trials: 100%" in err


def test_without_optuna_it_names_the_command_that_installs_it(
    tune: Tune, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert tune("--trials", "1") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "error: training.tune needs Optuna, which is not installed: pip install 'tabwib[tune]', or pip install optuna"
    ]


@pytest.mark.parametrize(
    "arguments",
    [[], ["--folds", "1"], ["--folds", "2", "--leave-out", "source"], ["--folds", "2", "--trials", "0"]],
    ids=["no protocol", "one fold", "two protocols", "no trial"],
)
def test_bad_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: ")


def test_a_file_that_cannot_be_written_is_told(tune: Tune, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    assert tune("--trials", "1", "--out", str(tmp_path / "taken" / "best.toml")) == 1
    assert "cannot be written" in capsys.readouterr().err.splitlines()[-1]


def test_help_imports_no_heavy_library(
    in_new_process: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    code = (
        "import sys\nfrom training.tune import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n"
        "    print([name for name in ('optuna', 'sklearn', 'numba', 'pandas') if name in sys.modules])"
    )
    done = in_new_process("-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
