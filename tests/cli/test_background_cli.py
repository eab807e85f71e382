"""``python -m training.background``: what it prints, what it leaves, and how it ends."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model import artifact
from training.background.__main__ import main
from training.background.values import load_background

Stories = list[dict[str, Any]]
InNewProcess = Callable[..., subprocess.CompletedProcess[str]]
Make = Callable[..., int]


@pytest.fixture(scope="module")
def corpora(mini_stories: Stories, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Two files of 60 stories each, the sentences of the mini corpus in another order, of two outlets in turn."""
    dice = random.Random(0)
    paths = []
    for name in ("first", "second"):
        path = tmp_path_factory.mktemp("corpora") / f"{name}.jsonl"
        rows = []
        for number, story in enumerate(mini_stories):
            told = story["body"].split()
            dice.shuffle(told)
            outlet = ("sabah", "masa")[number % 2]
            rows.append({**story, "body": " ".join(told), "source": outlet, "id": story["id"]})
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        paths.append(str(path))
    return paths[0], paths[1]


@pytest.fixture
def make(corpora: tuple[str, str], tmp_path: Path) -> Make:
    """Return a function that calls the command on both corpora."""

    def run(*arguments: str) -> int:
        places = ["--corpus", corpora[0], "--corpus", corpora[1], "--out", str(tmp_path / "out")]
        return main([*places, "--dimensions", "4", "--jobs", "1", *arguments])

    return run


def one_error(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    last = err.rstrip().splitlines()[-1]
    assert last.startswith("error: ")
    return last


def test_json_is_one_object(make: Make, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert make("--json", "--licence", "first.jsonl=CC-BY-4.0") == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    printed = json.loads(out)
    made = load_background(tmp_path / "out")
    assert printed["articles"] == made.vocabulary.n_articles == 120
    assert printed["words"] == made.vocabulary.n_words > 10
    assert printed["out"] == str(tmp_path / "out")
    size = sum(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert printed["megabytes"] == pytest.approx(size / 2**20, abs=0.006)
    assert made.latent.shape[1] == 4
    licences = {corpus["name"]: corpus["licence"] for corpus in made.manifest["corpora"]}
    assert licences == {"first.jsonl": "CC-BY-4.0", "second.jsonl": ""}
    assert len(made.manifest["topics"]) >= 60


def test_figures_for_people(make: Make, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert make() == 0
    out = capsys.readouterr().out
    assert out.startswith("120 articles, ")
    assert out.endswith(f" MB in {tmp_path / 'out'}\n")


def test_what_is_measured_on_is_left_out(make: Make, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    without = tmp_path / "gold.jsonl"
    without.write_text('{"corpus": "second", "id": "sport-01"}\n')
    assert make("--json", "--without-source", "masa", "--without", str(without)) == 0
    assert json.loads(capsys.readouterr().out)["articles"] == 59
    assert load_background(tmp_path / "out").manifest["without"] == {"sources": ["masa"], "articles": 61}


def test_the_same_seed_writes_the_same_arrays(make: Make, tmp_path: Path) -> None:
    digests = []
    for seed in ("5", "5", "6"):
        assert make("--seed", seed) == 0
        arrays = artifact.load(tmp_path / "out").manifest["arrays"]
        digests.append({name: entry["sha256"] for name, entry in arrays.items()})
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--without-source", "fajr"], "no article comes from fajr", id="unknown outlet"),
        pytest.param(["--without", "nowhere.jsonl"], "nowhere.jsonl is no list", id="no such list"),
        pytest.param(["--corpus", "nowhere.jsonl"], "nowhere.jsonl: there is no such file", id="no such corpus"),
        pytest.param(["--licence", "first.jsonl"], "should be FILE=TEXT", id="half a licence"),
        pytest.param(["--licence", "=CC0"], "should be FILE=TEXT", id="the other half"),
        pytest.param(["--dimensions", "2000"], "too few for 2000 dimensions", id="too many dimensions"),
    ],
)
def test_failures_end_with_1(
    make: Make, capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], message: str
) -> None:
    assert make(*arguments) == 1
    assert message in one_error(capsys)
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_a_folder_of_other_files_is_not_touched(make: Make, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_text("x")
    # told before anything is read: the corpus that is not there has to wait
    assert make("--out", str(tmp_path / "photos"), "--corpus", "nowhere.jsonl") == 1
    assert "other files (one.jpg)" in one_error(capsys)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["one.jpg"]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--out", "x"], id="no corpus"),
        pytest.param(["--corpus", "a.jsonl"], id="no folder"),
        pytest.param(["--corpus", "a.jsonl", "--out", "x", "--dimensions", "0"], id="no dimensions"),
        pytest.param(["--corpus", "a.jsonl", "--out", "x", "--seed", "-1"], id="negative seed"),
        pytest.param(["--corpus", "a.jsonl", "--out", "x", "--nonsense"], id="unknown flag"),
    ],
)
def test_bad_usage_ends_with_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert capsys.readouterr().out == ""


def test_help_is_answered_without_the_heavy_libraries(in_new_process: InNewProcess, tmp_path: Path) -> None:
    heavy = ("sklearn", "pandas", "datasets", "pyarrow", "joblib", "rensa", "flask")
    script = f"""
import sys
from runpy import run_module
for arguments in (["--help"], ["--nonsense"]):
    sys.argv[1:] = arguments
    try:
        run_module("training.background", run_name="__main__", alter_sys=False)
    except SystemExit as end:
        print("ended with", end.code)
print("loaded", [name for name in {heavy!r} if name in sys.modules])
"""
    done = in_new_process("-c", script, cwd=tmp_path)
    assert done.stdout.startswith("usage: python -m training.background"), done.stderr
    assert done.stdout.splitlines()[-3:] == ["ended with 0", "ended with 2", "loaded []"]
