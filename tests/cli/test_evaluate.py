"""``python -m training.evaluate``: the keys of the contract, and labels that the artifact does not have."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from model.classifier import NewsClassifier
from training.evaluate import main

Stories = list[dict[str, Any]]
CorpusFile = Callable[[Iterable[dict[str, Any]]], str]
InNewProcess = Callable[..., subprocess.CompletedProcess[str]]

SECTION = {"n", "accuracy", "macro_f1", "absent_rate", "log_loss", "ece", "auto"}
TOPICS = {"n", "micro_f1", "macro_f1", "samples_f1", "subset_accuracy", "mean_average_precision", "ece"}
TAXONOMY = str(Path(__file__).parents[2] / "data" / "taxonomy" / "taxonomy.toml")
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
    report = json.loads((tmp_path / "r" / "report.json").read_text())
    assert report["provenance"]["left_out"] == {"chess": 60, "ركن الطبخ": 7, "heart": 4}
    assert [f"warning: {told}" for told in report["warnings"]] == [warning]
    assert "chess (60)" in (tmp_path / "r" / "report.md").read_text()


def test_what_the_artifact_promises_stands_in_the_report(
    tiny_artifact: Path, mini_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["--artifact", str(tiny_artifact), "--corpus", str(mini_corpus), "--report"]
    assert main([*command, str(tmp_path / "new")]) == 0
    report = json.loads((tmp_path / "new" / "report.json").read_text())
    assert report["promises"] == json.loads((tiny_artifact / "manifest.json").read_text())["promises"]
    assert report["promises"]["whole"]["section"]["target"] == 0.98
    assert "## What it promises" in (tmp_path / "new" / "report.md").read_text()
    loaded = NewsClassifier.load(tiny_artifact)
    silent = replace(loaded, manifest={**loaded.manifest, "promises": None})
    monkeypatch.setattr(NewsClassifier, "load", lambda folder: silent)
    assert main([*command, str(tmp_path / "old")]) == 0
    assert "promises" not in json.loads((tmp_path / "old" / "report.json").read_text())


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
        (
            tiny_artifact,
            tmp_path / "nowhere.jsonl",
            ["--report", str(tmp_path / "file")],
            "report could not be written",
        ),
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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param([], "one of the arguments --artifact --leave-out --folds is required", id="nothing to measure"),
        pytest.param(["--artifact", "a", "--folds", "3"], "not allowed with", id="a model and folds"),
        pytest.param(["--leave-out", "source", "--folds", "3"], "not allowed with", id="outlets and folds"),
        pytest.param(["--leave-out", "section"], "invalid choice", id="something else than outlets"),
        pytest.param(["--folds", "1"], "one fold leaves nothing to learn from", id="one fold"),
        pytest.param(["--folds", "0"], "at least 1", id="no fold"),
        *(
            pytest.param(
                ["--artifact", "a", "--corpus", "b", *flag],
                f"{flag[0]}: says how to learn",
                id=f"a model and {flag[0]}",
            )
            for flag in (
                ["--labels", "corpus"],
                ["--background", "x"],
                ["--no-background"],
                ["--unlabelled", "x"],
                ["--at-least-one-topic"],
                ["--topic-objective", "f1"],
                ["--auto-precision", "0.9"],
                ["--config", "x"],
                ["--seed", "0"],
                ["--jobs", "1"],
            )
        ),
        pytest.param(
            ["--artifact", "a", "--corpus", "b", "--seed", "1", "--jobs", "1"],
            "--seed, --jobs: says how",
            id="two flags",
        ),
        pytest.param(["--folds", "3", "--topic-objective", "f2"], "no objective of topics", id="unknown objective"),
        pytest.param(["--folds", "3", "--fail-under", "section.accuracy"], "not METRIC=FLOOR", id="half a floor"),
        pytest.param(
            ["--folds", "3", "--fail-under", "section.acuracy=0.5"], "no figure 'section.acuracy'", id="unknown figure"
        ),
        pytest.param(
            ["--artifact", "a", "--corpus", "b", "--fail-under", "mean.section.accuracy=0.5"],
            "there is no figure 'mean.section.accuracy'",
            id="a mean of one model",
        ),
        pytest.param(
            ["--folds", "3", "--fail-under", "section.ece=0.1"], "the better the lower", id="a floor of errors"
        ),
        *(
            pytest.param(
                [*what, "--fail-under", "compare.views.whole.section.micro.difference=0"],
                "is measured where evaluate is told what to --compare with",
                id=f"a floor of no comparison, {what[0]}",
            )
            for what in (["--artifact", "a", "--corpus", "b"], ["--folds", "3"])
        ),
        pytest.param(["--artifact", "a", "--corpus", "b", "--taxonomy", TAXONOMY], "--taxonomy: says how", id="labels"),
    ],
)
def test_contradictions_end_with_2_and_say_what_to_do(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


# ------------------------------------------------------------------ outlets left out, and folds


@pytest.fixture
def outlets(mini_stories: Stories, corpus_file: CorpusFile) -> str:
    """The mini corpus as filed by two outlets, each with 30 stories, as many of each section and topic."""
    return corpus_file({**story, "source": ("sabah", "masa")[row % 2]} for row, story in enumerate(mini_stories))


LEARNING = ["--no-background", "--jobs", "1", "--seed", "3"]


def test_json_of_a_protocol_extends_the_contract(in_new_process: InNewProcess, outlets: str, tmp_path: Path) -> None:
    command = ["--leave-out", "source", "--corpus", outlets, *LEARNING, "--report", "new", "--json"]
    done = in_new_process("-m", "training.evaluate", *command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    printed = json.loads(done.stdout)
    contract = {"n", "section", "topics", "headline_only", "articles_per_second"}
    assert set(printed) == contract | {"protocol", "mean", "parts"}
    assert set(printed["mean"]) == {"section", "topics", "headline_only"}
    assert set(printed["parts"]) == {"sabah", "masa"}
    assert all(set(part) == contract | {"learned_from", "left_out"} for part in printed["parts"].values())
    for part in (printed, printed["headline_only"], printed["mean"], printed["parts"]["masa"]["headline_only"]):
        assert set(part["section"]) == SECTION
        assert set(part["section"]["auto"]) == AUTO
        assert set(part["topics"]) == TOPICS
    assert "without masa (2 of 2): 30 articles to learn from, 30 to measure" in done.stderr
    assert "warning: one source: not verified elsewhere" not in done.stderr  # of a model that is thrown away
    report = json.loads((tmp_path / "new" / "report.json").read_text())
    assert report["test"] == printed
    assert [outlet["source"] for outlet in report["unseen"]] == ["sabah", "masa"]
    assert report["provenance"]["command"] == ["python", "-m", "training.evaluate", *command]
    assert not (tmp_path / "artifacts").exists()


def test_a_protocol_for_people(capsys: pytest.CaptureFixture[str], outlets: str) -> None:
    assert main(["--folds", "2", "--corpus", outlets, *LEARNING]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "folds: 2 parts, 60 articles, each labelled by what had not seen it"
    first_words = [line.split()[0] for line in lines if line]
    assert first_words[1:] == ["section,", "n", "1", "2", "mean", "pooled", "topics,", "n", "1", "2", "mean", "pooled"]
    header, *rows = lines[3:8]
    assert header.split()[:4] == ["n", "accuracy", "macro-F1", "ECE"]
    assert len({len(row) for row in rows}) == 1
    assert all(len(row.split()) == 12 for row in rows)


def test_a_protocol_learns_as_it_is_told_to(
    capsys: pytest.CaptureFixture[str], mini_stories: Stories, corpus_file: CorpusFile, tmp_path: Path
) -> None:
    """Own labels, mapped columns, settings of a file."""
    shelved = [{"title": s["headline"], "text": s["body"], "shelf": f"رف {s['section']}"} for s in mini_stories]
    config = tmp_path / "settings.toml"
    config.write_text("auto_precision = 0.75\n")
    mapped = ["--map", "headline=title,body=text,section=shelf", "--labels", "corpus", "--config", str(config)]
    command = ["--folds", "2", "--corpus", corpus_file(shelved), *mapped, "--jobs", "1", "--no-background"]
    printed = measured(capsys, *command)
    assert printed["section"]["n"] == 60
    assert printed["section"]["auto"]["target"] == 0.75
    assert printed["topics"] is None


def test_without_a_corpus_a_protocol_measures_what_ships(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, mini_corpus: Path
) -> None:
    monkeypatch.setattr("training.preparation.starter_corpus", lambda: [str(mini_corpus)])
    assert main(["--folds", "2", *LEARNING, "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["n"] == 60
    assert "warning: the starter corpus is invented" in err


def test_protocols_that_cannot_be_followed_end_with_1(
    capsys: pytest.CaptureFixture[str], mini_corpus: Path, outlets: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for arguments, message in (
        (["--leave-out", "source", "--corpus", str(mini_corpus)], "no source can be left out"),
        (["--folds", "40", "--corpus", str(mini_corpus)], "40 folds take at least 80 different labelled stories"),
        (["--folds", "2", "--corpus", outlets, "--report", str(tmp_path / "file")], "report could not be written"),
        (["--folds", "2", "--corpus", outlets, "--config", str(tmp_path / "nowhere")], "cannot be read"),
        (["--folds", "2", "--corpus", str(tmp_path / "nowhere.jsonl")], "no such file"),
    ):
        assert main([*arguments, *LEARNING, "--json"]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert message in err.rstrip().splitlines()[-1]
        assert "Traceback" not in err


def test_errors_of_a_protocol_say_whether_an_editor_would_have_seen_them(
    capsys: pytest.CaptureFixture[str], mini_stories: Stories, corpus_file: CorpusFile, tmp_path: Path
) -> None:
    wrong = [{**story, "section": "sport"} if row % 10 == 0 else story for row, story in enumerate(mini_stories)]
    command = ["--folds", "2", "--corpus", corpus_file(wrong), *LEARNING, "--auto-precision", "0.8"]
    printed = measured(capsys, *command, "--report", tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "predictions.jsonl").read_text().splitlines()]
    for view, part in (("whole", printed), ("headline", printed["headline_only"])):
        accepted = [row["views"][view] for row in rows if row["views"][view]["accepted"]]
        assert len(accepted) == round(part["section"]["auto"]["coverage"] * 60)
        right = sum(row["views"][view]["section"] == row["section"] for row in rows if row["views"][view]["accepted"])
        assert right == round((part["section"]["auto"]["precision"] or 0) * len(accepted))
    assert printed["section"]["auto"]["coverage"] > 0
    with (tmp_path / "errors.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {row["accepted"] for row in csv.DictReader(file) if row["kind"] == "section"}
    assert told
    assert told <= {"True", "False"}


# ------------------------------------------------------------------ floors


def test_floors_that_are_reached(
    capsys: pytest.CaptureFixture[str], tiny_artifact: Path, mini_corpus: Path, tmp_path: Path
) -> None:
    floors = ["--fail-under", "section.macro_f1=0.5", "--fail-under", "headline_only.section.n=60"]
    command = ["--artifact", str(tiny_artifact), "--corpus", str(mini_corpus), "--report", str(tmp_path / "r")]
    assert main([*command, *floors, "--json"]) == 0
    out, err = capsys.readouterr()
    printed = json.loads(out)
    gates = printed.pop("gates")
    assert gates == [
        {"metric": "section.macro_f1", "floor": 0.5, "measured": printed["section"]["macro_f1"], "passed": True},
        {"metric": "headline_only.section.n", "floor": 60.0, "measured": 60.0, "passed": True},
    ]
    assert "all floors reached\n" in err
    assert "headline_only.section.n" in err
    assert json.loads((tmp_path / "r" / "report.json").read_text())["test"] == printed


def test_a_floor_that_is_not_reached_ends_with_1_and_shows_all(
    capsys: pytest.CaptureFixture[str], tiny_artifact: Path, mini_corpus: Path
) -> None:
    floors = ["--fail-under", "section.n=60", "--fail-under", "section.accuracy=1.01"]
    assert main(["--artifact", str(tiny_artifact), "--corpus", str(mini_corpus), *floors, "--json"]) == 1
    out, err = capsys.readouterr()
    assert [gate["passed"] for gate in json.loads(out)["gates"]] == [
        True,
        False,
    ]  # the figures are printed all the same
    message = err[err.index("error: ") :].splitlines()
    assert message[0].startswith("error: 1 of 2 floors not reached: section.accuracy ")
    assert [line.split()[0] for line in message[2:]] == ["section.n", "section.accuracy"]
    assert "Traceback" not in err


def test_a_floor_under_what_was_not_measured_fails(
    capsys: pytest.CaptureFixture[str], tiny_artifact: Path, mini_stories: Stories, corpus_file: CorpusFile
) -> None:
    corpus = corpus_file([{**story, "topics": None} for story in mini_stories])
    command = ["--artifact", str(tiny_artifact), "--corpus", corpus, "--fail-under", "topics.micro_f1=0"]
    assert main(command) == 1
    assert "topics.micro_f1 nothing < 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("floor", "code"),
    [
        ("mean.section.accuracy=0.1", 0),
        ("parts.masa.headline_only.section.n=30", 0),
        ("parts.masa.section.n=31", 1),
        ("parts.masaa.section.n=1", 1),
    ],
)
def test_floors_of_a_protocol(capsys: pytest.CaptureFixture[str], outlets: str, floor: str, code: int) -> None:
    assert main(["--leave-out", "source", "--corpus", outlets, *LEARNING, "--fail-under", floor]) == code
    assert ("all floors reached" in capsys.readouterr().err) is not bool(code)
