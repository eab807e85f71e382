"""``python -m training.evaluate``: the keys of the contract, and labels that the artifact does not have."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from model.classifier import NewsClassifier
from training.evaluate import main

Stories = list[dict[str, Any]]
CorpusFile = Callable[[Iterable[dict[str, Any]]], str]
InNewProcess = Callable[..., subprocess.CompletedProcess[str]]

SECTION = {"n", "accuracy", "macro_f1", "absent_rate", "log_loss", "ece", "auto"}
TOPICS = {"n", "micro_f1", "macro_f1", "samples_f1", "subset_accuracy", "mean_average_precision"}
AUTO = {"target", "threshold", "precision", "coverage"}


def measured(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    assert main([*map(str, arguments), "--json"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    printed: dict[str, Any] = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    return printed


def test_json_has_the_keys_of_the_contract_and_nothing_else_is_printed(
    in_new_process: InNewProcess, tiny_artifact: Path, mini_corpus: Path, tmp_path: Path
) -> None:
    command = ["--artifact", str(tiny_artifact), "--corpus", str(mini_corpus), "--report", "new", "--json"]
    done = in_new_process("-m", "training.evaluate", *command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    printed = json.loads(done.stdout)
    assert set(printed) == {"n", "section", "topics", "headline_only", "articles_per_second"}
    assert set(printed["headline_only"]) == {"section", "topics"}
    for part in (printed, printed["headline_only"]):
        assert set(part["section"]) == SECTION
        assert set(part["section"]["auto"]) == AUTO
        assert set(part["topics"]) == TOPICS
    assert "measuring whole articles: 100%" in done.stderr
    report = json.loads((tmp_path / "new" / "report.json").read_text())
    assert report["test"] == printed
    assert report["provenance"]["command"] == ["python", "-m", "training.evaluate", *command]
    assert (tmp_path / "new" / "report.md").exists()


def test_target_and_threshold_stand_in_the_artifact(
    capsys: pytest.CaptureFixture[str], tiny_artifact: Path, mini_corpus: Path
) -> None:
    auto = measured(capsys, "--artifact", tiny_artifact, "--corpus", mini_corpus)["section"]["auto"]
    assert auto["target"] == 0.98
    assert auto["threshold"] == NewsClassifier.load(tiny_artifact).decider.long.section_threshold


def test_headlines_only(capsys: pytest.CaptureFixture[str], tiny_artifact: Path, mini_corpus: Path) -> None:
    both = measured(capsys, "--artifact", tiny_artifact, "--corpus", mini_corpus)
    alone = measured(capsys, "--artifact", tiny_artifact, "--corpus", mini_corpus, "--headline-only")
    assert alone["section"] == both["headline_only"]["section"]
    assert alone["topics"] == both["headline_only"]["topics"]
    assert alone["headline_only"] is None


@pytest.mark.parametrize(("missing", "kept"), [("section", "topics"), ("topics", "section")])
def test_a_part_without_gold_is_null(
    capsys: pytest.CaptureFixture[str],
    tiny_artifact: Path,
    mini_stories: Stories,
    corpus_file: CorpusFile,
    missing: str,
    kept: str,
) -> None:
    corpus = corpus_file([{**story, missing: None} for story in mini_stories])
    printed = measured(capsys, "--artifact", tiny_artifact, "--corpus", corpus)
    assert printed[missing] is printed["headline_only"][missing] is None
    assert printed[kept]["n"] == printed["n"] == 60


def test_labels_that_the_artifact_does_not_have_are_counted_and_left_out(
    capsys: pytest.CaptureFixture[str],
    tiny_artifact: Path,
    mini_stories: Stories,
    corpus_file: CorpusFile,
    tmp_path: Path,
) -> None:
    changed = [
        {**story, "section": "ركن الطبخ" if row < 7 else story["section"], "topics": [*story["topics"], "chess"]}
        for row, story in enumerate(mini_stories)
    ]
    arguments = ["--artifact", str(tiny_artifact), "--corpus", corpus_file(changed), "--report", str(tmp_path / "r")]
    assert main([*arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    printed = json.loads(out)
    assert printed["n"] == printed["topics"]["n"] == 60
    assert printed["section"]["n"] == 53
    warning = next(line for line in err.splitlines() if line.startswith("warning: "))
    assert "chess (60), ركن الطبخ (7)" in warning
    left_out = json.loads((tmp_path / "r" / "report.json").read_text())["provenance"]["left_out"]
    assert left_out == {"chess": 60, "ركن الطبخ": 7, "heart": 4}


def test_labels_by_other_names_are_resolved(
    capsys: pytest.CaptureFixture[str], tiny_artifact: Path, mini_stories: Stories, corpus_file: CorpusFile
) -> None:
    plain = measured(capsys, "--artifact", tiny_artifact, "--corpus", corpus_file(mini_stories))
    names = {"news": "سياسة", "sport": "الرياضة"}
    renamed = [{**story, "section": names.get(story["section"], story["section"])} for story in mini_stories]
    printed = measured(capsys, "--artifact", tiny_artifact, "--corpus", corpus_file(renamed))
    assert printed["section"] == plain["section"]


def test_mapped_columns_and_several_corpora(
    capsys: pytest.CaptureFixture[str],
    tiny_artifact: Path,
    mini_stories: Stories,
    mini_corpus: Path,
    corpus_file: CorpusFile,
) -> None:
    other = corpus_file(
        {"title": story["headline"], "text": story["body"], "category": story["section"]} for story in mini_stories
    )
    mapped = ["--map", "headline=title,body=text,section=category"]
    printed = measured(capsys, "--artifact", tiny_artifact, "--corpus", other, "--corpus", mini_corpus, *mapped)
    assert printed["section"]["n"] == 120
    assert printed["topics"]["n"] == 60


def test_figures_for_people(capsys: pytest.CaptureFixture[str], tiny_artifact: Path, mini_corpus: Path) -> None:
    assert main(["--artifact", str(tiny_artifact), "--corpus", str(mini_corpus)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("measured on 60 articles\n  whole article: section accuracy ")
    assert "headline only: topics micro-F1" in out


def test_failures_end_with_1(
    capsys: pytest.CaptureFixture[str],
    tiny_artifact: Path,
    mini_stories: Stories,
    mini_corpus: Path,
    corpus_file: CorpusFile,
    tmp_path: Path,
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(tiny_artifact, damaged)
    (damaged / "manifest.json").write_text("{")
    (tmp_path / "file").touch()
    unlabelled = corpus_file([{"headline": story["headline"]} for story in mini_stories])
    for artifact, corpus, more, message in (
        (tmp_path / "nowhere", mini_corpus, [], "there is no artifact"),
        (damaged, mini_corpus, [], "manifest.json"),
        (tiny_artifact, tmp_path / "nowhere.jsonl", [], "no such file"),
        (tiny_artifact, unlabelled, [], "nothing can be measured"),
        (tiny_artifact, mini_corpus, ["--report", str(tmp_path / "file")], "report cannot be written"),
    ):
        assert main(["--artifact", str(artifact), "--corpus", str(corpus), *more, "--json"]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err.rstrip().splitlines()[-1].startswith("error: ")
        assert message in err
        assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--corpus", "a.jsonl"], id="no artifact"),
        pytest.param(["--artifact", "a"], id="no corpus"),
        pytest.param(["--artifact", "a", "--corpus", "b", "--seed", "1"], id="a flag of fit"),
        pytest.param(["--artifact", "a", "--corpus", "b", "--map", "x"], id="half a map"),
    ],
)
def test_bad_usage_ends_with_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert capsys.readouterr().out == ""
