"""``python -m training.fit``: what it prints, where, and how it ends."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from model import artifact
from model.article import Article
from model.classifier import NewsClassifier
from model.errors import ArtifactNotFoundError
from training.background.__main__ import main as make_background
from training.fit import main

Stories = list[dict[str, Any]]
CorpusFile = Callable[[Iterable[dict[str, Any]]], str]
InNewProcess = Callable[..., subprocess.CompletedProcess[str]]
Fit = Callable[..., int]

KEYS = ["artifact", "sha256", "report", "test", "left_out", "warnings"]


@pytest.fixture
def fit(tmp_path: Path) -> Fit:
    """Return a function that calls the command with an output in a folder of the test."""

    def run(*arguments: str) -> int:
        places = ["--out", str(tmp_path / "out"), "--report", str(tmp_path / "report"), "--jobs", "1"]
        alone = [] if "--background" in arguments else ["--no-background"]
        return main([*places, *alone, *arguments])

    return run


@pytest.fixture(scope="session")
def tiny_background(mini_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A background computed from the mini corpus."""
    folder = tmp_path_factory.mktemp("background") / "tiny"
    places = ["--corpus", str(mini_corpus), "--out", str(folder)]
    assert make_background([*places, "--dimensions", "3", "--jobs", "1", "--json"]) == 0
    return folder


def one_error(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the message that a failed command ends with; nothing may stand on stdout, and no traceback anywhere."""
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    last = err.rstrip().splitlines()[-1]
    assert last.startswith("error: ")
    return last


# ------------------------------------------------------------------ real processes


def test_json_is_one_object_and_progress_goes_to_stderr(
    in_new_process: InNewProcess, mini_corpus: Path, tmp_path: Path
) -> None:
    command = [
        "-m",
        "training.fit",
        "--corpus",
        str(mini_corpus),
        "--json",
        "--seed",
        "3",
        "--jobs",
        "1",
        "--no-background",
    ]
    done = in_new_process(*command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert list(printed) == KEYS
    assert list(printed["test"]) == ["n", "section", "topics", "headline_only", "articles_per_second"]
    assert "fitting heads: 100%" in done.stderr
    assert "\r" not in done.stderr
    loaded = artifact.load(tmp_path / "artifacts" / "current")  # the places that are promised
    assert loaded.sha256 == printed["sha256"]
    command_line = json.loads((tmp_path / "reports" / "latest" / "report.json").read_text())["provenance"]["command"]
    assert command_line == ["python", "-m", "training.fit", *command[2:]]


def test_a_failure_ends_with_1_and_a_message(in_new_process: InNewProcess, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    done = in_new_process("-m", "training.fit", "--corpus", "empty.jsonl", "--no-background", "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "error: empty.jsonl" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("module", ["fit", "evaluate"])
def test_help_and_bad_usage_are_answered_without_the_heavy_libraries(
    in_new_process: InNewProcess, tmp_path: Path, module: str
) -> None:
    heavy = ("sklearn", "scipy", "pandas", "datasets", "pyarrow", "joblib", "numba", "rensa", "flask")
    script = f"""
import sys
from training.{module} import main
for arguments in (["--help"], ["--nonsense"]):
    try:
        main(arguments)
    except SystemExit as end:
        print("ended with", end.code)
print("loaded", [name for name in {heavy!r} if name in sys.modules])
"""
    done = in_new_process("-c", script, cwd=tmp_path)
    assert done.stdout.startswith(f"usage: python -m training.{module}")
    assert done.stdout.splitlines()[-3:] == ["ended with 0", "ended with 2", "loaded []"]


# ------------------------------------------------------------------ usage


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--nonsense"], "unrecognized arguments", id="unknown flag"),
        pytest.param(["--labels", "mine"], "invalid choice", id="unknown kind of labels"),
        pytest.param(["--auto-precision", "0"], "not a number above 0", id="precision 0"),
        pytest.param(["--auto-precision", "98"], "up to 1", id="precision in percent"),
        pytest.param(["--auto-precision", "nan"], "'nan' is not a number", id="precision nan"),
        pytest.param(["--auto-precision", "high"], "'high'", id="precision in words"),
        pytest.param(["--jobs", "0"], "at least 1", id="no jobs"),
        pytest.param(["--jobs", "-1"], "at least 1", id="negative jobs"),
        pytest.param(["--jobs", "٢"], "at least 1", id="Arabic-Indic digits"),
        pytest.param(["--seed", "-1"], "from 0 to 4294967295", id="negative seed"),
        pytest.param(["--seed", "4294967296"], "from 0 to 4294967295", id="seed too large"),
        pytest.param(["--seed", "1.5"], "from 0 to 4294967295", id="broken seed"),
        pytest.param(["--map", "title"], "not OURS=THEIRS", id="half a map"),
        pytest.param(["--map", "author=name"], "no column 'author'", id="map of a column we have not"),
        pytest.param(["--map", "body=a,body=b"], "given twice", id="mapped twice"),
        pytest.param(["--no-background", "--background", "x"], "not allowed with", id="a background and none"),
        pytest.param(["--topic-objective", "accuracy"], "'accuracy' is no objective of topics", id="unknown objective"),
        pytest.param(["--topic-objective", "precision"], "precision=P or recall=R", id="an objective without a share"),
        pytest.param(["--topic-objective", "recall=90"], "up to 1", id="recall in percent"),
        pytest.param(["--fail-under", "section.accuracy"], "not METRIC=FLOOR", id="half a floor"),
        pytest.param(["--fail-under", "section.acuracy=1"], "no figure 'section.acuracy'", id="floor of no figure"),
        pytest.param(["--fail-under", "section.ece=0.1"], "the better the lower", id="floor under errors"),
    ],
)
def test_bad_usage_ends_with_2(
    fit: Fit, capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as end:
        fit(*arguments)
    assert end.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"fold = 5\n", "there is no setting 'fold'; there are min_df", id="unknown key"),
        pytest.param(b'min_df = "two"\n', "min_df = 'two' should be like 2", id="text for a number"),
        pytest.param(b"min_df = 2.5\n", "min_df = 2.5 should be like 2", id="fraction for a whole number"),
        pytest.param(b"at_least_one_topic = 1\n", "should be like False", id="number for true or false"),
        pytest.param(b"seed = true\n", "seed = True should be like 0", id="true for a number"),
        pytest.param(b"[seed]\n", "seed = {} should be like 0", id="table for a number"),
        pytest.param(b'latent = "much"\n', "latent = 'much' should be like 0.0", id="text for what is chosen by size"),
        pytest.param(b"folds = 1\n", "folds = 1 cannot be learned with; it should be at least 2", id="out of range"),
        pytest.param(b'topic_objective = "recall"\n', "'recall' is no objective of topics", id="unknown objective"),
        pytest.param(b"regularization = nan\n", "regularization = nan", id="not a number"),
        pytest.param(b"min_df = \n", "cannot be read", id="broken TOML"),
        pytest.param(b"# \xff\n", "cannot be read", id="broken UTF-8"),
        pytest.param(None, "cannot be read", id="no such file"),
    ],
)
def test_bad_config_ends_with_1(
    fit: Fit,
    capsys: pytest.CaptureFixture[str],
    mini_corpus: Path,
    tmp_path: Path,
    content: bytes | None,
    message: str,
) -> None:
    path = tmp_path / "settings.toml"
    if content is not None:
        path.write_bytes(content)
    assert fit("--corpus", str(mini_corpus), "--config", str(path)) == 1
    error = one_error(capsys)
    assert str(path) in error
    assert message in error


def test_flags_go_before_the_config(fit: Fit, mini_corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("seed = 5\nfolds = 3\nauto_precision = 1\n")
    config = ["--corpus", str(mini_corpus), "--config", str(path)]
    assert fit(*config, "--seed", "6", "--at-least-one-topic") == 0
    settings = artifact.load(tmp_path / "out").manifest["settings"]
    assert {key: settings[key] for key in ("seed", "folds", "auto_precision", "at_least_one_topic", "jobs")} == {
        "seed": 6,
        "folds": 3,
        "auto_precision": 1,
        "at_least_one_topic": True,
        "jobs": 1,
    }


def test_an_objective_of_topics_is_told_and_kept(
    fit: Fit, capsys: pytest.CaptureFixture[str], mini_corpus: Path, tmp_path: Path
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('topic_objective = "recall=0.7"\n')
    thresholds = {}
    for number, more in enumerate(
        (["--config", str(path)], ["--config", str(path), "--topic-objective", "precision=1"])
    ):
        assert fit("--corpus", str(mini_corpus), *more) == 0
        manifest = artifact.load(tmp_path / "out").manifest
        objective = ("recall=0.7", "precision=1")[number]
        assert manifest["settings"]["topic_objective"] == objective
        assert manifest["promises"]["whole"]["topics"]["objective"] == objective
        thresholds[objective] = manifest["decision"]["long"]["topic_threshold"]
        told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning: topics of")]
        reached = manifest["promises"]["whole"]["topics"][objective.partition("=")[0]]
        assert any("whole articles" in line for line in told) is (reached < float(objective.partition("=")[2]))
    assert min(thresholds["precision=1"]) > max(thresholds["recall=0.7"])


def test_what_is_promised_stands_in_the_manifest_and_what_is_not_in_the_report(
    fit: Fit, capsys: pytest.CaptureFixture[str], mini_corpus: Path, tmp_path: Path
) -> None:
    assert fit("--corpus", str(mini_corpus), "--auto-precision", "0.7") == 0
    err = capsys.readouterr().err
    manifest = artifact.load(tmp_path / "out").manifest
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    for view, rule in (("whole", "long"), ("headline_only", "short")):
        section = manifest["promises"][view]["section"]
        assert section["target"] == 0.7
        assert section["threshold"] == manifest["decision"][rule]["section_threshold"]
        assert section["promised"] is (section["lower_bound"] >= 0.7)
    (told,) = (
        warning for warning in report["warnings"] if warning.startswith("no source named: not verified elsewhere")
    )
    assert told in manifest["warnings"]
    assert f"warning: {told}\n" in err
    shown = (tmp_path / "report" / "report.md").read_text()
    assert "no source named: not verified elsewhere" in shown
    assert "## What it promises" in shown
    assert report["promises"] == manifest["promises"]


# ------------------------------------------------------------------ floors


def test_a_model_above_its_floors_is_saved(
    fit: Fit, capsys: pytest.CaptureFixture[str], mini_corpus: Path, tmp_path: Path
) -> None:
    assert fit("--corpus", str(mini_corpus), "--fail-under", "section.accuracy=0.1", "--json") == 0
    out, err = capsys.readouterr()
    printed = json.loads(out)
    assert list(printed) == [*KEYS, "gates"]
    (gate,) = printed["gates"]
    assert gate["measured"] == printed["test"]["section"]["accuracy"]
    assert "all floors reached\n" in err
    assert artifact.load(tmp_path / "out").sha256 == printed["sha256"]


def test_a_model_below_a_floor_is_not_saved(
    fit: Fit, capsys: pytest.CaptureFixture[str], mini_corpus: Path, tmp_path: Path
) -> None:
    assert fit("--corpus", str(mini_corpus)) == 0
    before = artifact.load(tmp_path / "out").sha256
    capsys.readouterr()
    floors = ["--fail-under", "n=12", "--fail-under", "headline_only.section.accuracy=1.01"]
    assert fit("--corpus", str(mini_corpus), "--seed", "1", *floors, "--json") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    message = err[err.index("error: ") :].splitlines()
    assert message[0].startswith("error: 1 of 2 floors not reached: headline_only.section.accuracy ")
    assert message[0].endswith(f"; no model was saved, {tmp_path / 'out'} is as it was")
    assert [line.split()[0] for line in message[2:]] == ["n", "headline_only.section.accuracy"]
    assert artifact.load(tmp_path / "out").sha256 == before
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert report["warnings"][0] == message[0].removeprefix("error: ")  # the report says whose figures these are
    assert report["provenance"]["seed"] == 1


def test_a_floor_under_what_cannot_be_measured_fails(
    fit: Fit, capsys: pytest.CaptureFixture[str], mini_stories: Stories, corpus_file: CorpusFile, tmp_path: Path
) -> None:
    sections = corpus_file({**story, "topics": None} for story in mini_stories)
    assert fit("--corpus", sections, "--fail-under", "topics.micro_f1=0") == 1
    assert "topics.micro_f1 nothing < 0; no model was saved" in capsys.readouterr().err
    with pytest.raises(ArtifactNotFoundError):
        artifact.load(tmp_path / "out")


# ------------------------------------------------------------------ results


def test_figures_for_people(fit: Fit, capsys: pytest.CaptureFixture[str], mini_corpus: Path, tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    config.write_text("min_examples = 5\n")
    assert fit("--corpus", str(mini_corpus), "--auto-precision", "0.9", "--config", str(config)) == 0
    out, err = capsys.readouterr()
    assert re.match(r"measured on 12 articles\n  whole article: section accuracy [01]\.\d{3}, macro-F1", out)
    assert re.search(r"headline only: section accuracy .* \(target 0\.9\)", out)
    assert "topics micro-F1" in out
    assert out.endswith(f"artifact: {tmp_path / 'out'}\nreport:   {tmp_path / 'report' / 'report.html'}\n")
    assert "warning: labels left out for having fewer than 5 articles: heart (4)" in err


def test_several_corpora_and_mapped_columns(
    fit: Fit, capsys: pytest.CaptureFixture[str], mini_stories: Stories, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.jsonl"
    rows = [f'"{s["headline"]}","{s["body"]}",{s["section"]}\n' for s in mini_stories[:40]]
    first.write_text("title,text,category\n" + "".join(rows), encoding="utf-8")
    second.write_text("".join(json.dumps(story) + "\n" for story in mini_stories[40:]))
    mapped = ["--map", "headline=title,body=text,section=category"]
    assert fit("--corpus", str(first), "--corpus", str(second), *mapped, "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["test"]["section"]["n"] == 12
    manifest = artifact.load(tmp_path / "out").manifest
    assert manifest["support"]["sections"] == [15] * 4
    assert [corpus["source"] for corpus in manifest["provenance"]["corpora"]] == [str(first), str(second)]


def test_labels_of_the_corpus(fit: Fit, mini_stories: Stories, corpus_file: CorpusFile, tmp_path: Path) -> None:
    shelved = [{**story, "section": f"رف {story['section']}"} for story in mini_stories]
    assert fit("--corpus", corpus_file(shelved), "--labels", "corpus") == 0
    taxonomy = NewsClassifier.load(tmp_path / "out").taxonomy
    assert {section.id for section in taxonomy.sections} == {story["section"] for story in shelved}


# ------------------------------------------------------------------ beside the corpus


def test_a_background_to_learn_with(
    fit: Fit, capsys: pytest.CaptureFixture[str], mini_corpus: Path, tiny_background: Path
) -> None:
    assert fit("--corpus", str(mini_corpus), "--json") == 0
    without = json.loads(capsys.readouterr().out)
    assert not any("background" in warning for warning in without["warnings"])
    assert fit("--corpus", str(mini_corpus), "--background", str(tiny_background), "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["sha256"] != without["sha256"]
    (warning,) = (warning for warning in printed["warnings"] if "background" in warning)
    assert "computed from mini.jsonl too" in warning  # and what is measured on it flatters


def test_a_background_of_other_stories_is_not_warned_of(
    fit: Fit,
    capsys: pytest.CaptureFixture[str],
    mini_stories: Stories,
    corpus_file: CorpusFile,
    tiny_background: Path,
    tmp_path: Path,
) -> None:
    assert fit("--corpus", corpus_file(mini_stories[::-1]), "--background", str(tiny_background), "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert not any("background" in warning for warning in printed["warnings"])
    story = mini_stories[0]
    predicted = NewsClassifier.load(tmp_path / "out").predict(Article(headline=story["headline"], body=story["body"]))
    assert predicted.section is not None
    assert predicted.section.id == story["section"]


def test_the_background_that_ships_is_used_unless_another_is_named(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    mini_corpus: Path,
    tiny_background: Path,
    tmp_path: Path,
) -> None:
    places = ["--corpus", str(mini_corpus), "--out", str(tmp_path / "out"), "--report", str(tmp_path / "report")]

    def digest(*arguments: str) -> str:
        assert main([*places, "--jobs", "1", "--json", *arguments]) == 0
        capsys.readouterr()
        arrays = artifact.load(tmp_path / "out").manifest["arrays"]
        return json.dumps({name: entry["sha256"] for name, entry in arrays.items()})

    monkeypatch.setattr("training.shipped.background_folder", lambda: tiny_background)
    assert digest() == digest("--background", str(tiny_background))
    assert digest() != digest("--no-background")


def test_a_background_that_cannot_be_used(
    fit: Fit, capsys: pytest.CaptureFixture[str], mini_corpus: Path, tmp_path: Path
) -> None:
    assert fit("--corpus", str(mini_corpus), "--background", str(tmp_path / "nowhere")) == 1
    error = one_error(capsys)
    assert "nowhere holds no background" in error
    assert "--no-background" in error


def test_a_topic_that_nobody_tagged(
    fit: Fit, capsys: pytest.CaptureFixture[str], mini_stories: Stories, corpus_file: CorpusFile, tmp_path: Path
) -> None:
    archive = tmp_path / "archive.jsonl"
    rows = [{"headline": s["headline"], "body": s["body"]} for s in mini_stories]
    weather = [
        {
            "headline": f"الأرصاد: أمطار على محافظة رقم{row}",
            "body": f"قالت الأرصاد إن الأمطار تهطل على قرية رقم{row} مساء وإن السحب تتكاثر وتجري الأودية",
        }
        for row in range(30)
    ]
    archive.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in [*rows, *weather]))
    assert fit("--corpus", corpus_file(mini_stories), "--unlabelled", str(archive), "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    (warning,) = (warning for warning in printed["warnings"] if "aliases" in warning)
    assert "weather (30)" in warning
    classifier = NewsClassifier.load(tmp_path / "out")
    assert "weather" in {topic.id for topic in classifier.taxonomy.topics}


def test_an_archive_that_cannot_be_read(
    fit: Fit, capsys: pytest.CaptureFixture[str], mini_corpus: Path, tmp_path: Path
) -> None:
    assert fit("--corpus", str(mini_corpus), "--unlabelled", str(tmp_path / "nowhere.jsonl")) == 1
    assert "nowhere.jsonl: there is no such file" in one_error(capsys)


# ------------------------------------------------------------------ bad input


def line(**fields: object) -> bytes:
    return (json.dumps(fields, ensure_ascii=False) + "\n").encode()


STORY = line(headline="افتتاح جسر جديد في مسقط", section="news")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("a.jsonl", b"", "file is empty", id="empty file"),
        pytest.param("a.csv", b"id,title\n1,a\n", "columns found: id, title", id="csv without the columns"),
        pytest.param("a.jsonl", STORY * 3 + b'{"headline": "\xe1"}\n', "not UTF-8", id="broken UTF-8"),
        pytest.param("a.jsonl", STORY * 3 + STORY[:29], "middle of a line", id="half a line"),
        pytest.param("a.jsonl.gz", gzip.compress(STORY * 99)[:-9], "cut off", id="truncated gzip"),
        pytest.param("a.jsonl", line(headline=7, body=None) * 9, "no row can be used", id="numbers for text"),
        pytest.param("a.jsonl", b'{"headline": NaN}\n' * 9, "no row can be used", id="NaN for text"),
        pytest.param("a.jsonl", STORY * 9, "nothing can be learned", id="one section, one story"),
        pytest.param("a.jsonl", line(headline="خبر", section="ما لا يعرف") * 9, "'ما لا يعرف' (9)", id="unknown label"),
    ],
)
def test_bad_input_ends_with_1(
    fit: Fit, capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert fit("--corpus", str(path)) == 1
    assert message in one_error(capsys)


def test_a_corpus_of_one_section_ends_with_1(
    fit: Fit, capsys: pytest.CaptureFixture[str], mini_stories: Stories, corpus_file: CorpusFile
) -> None:
    one = [{"headline": story["headline"], "body": story["body"], "section": "news"} for story in mini_stories]
    assert fit("--corpus", corpus_file(one)) == 1
    assert "two sections, or one topic" in one_error(capsys)


ODD: Stories = [
    {"headline": "", "body": "", "section": "news"},
    {"headline": 17, "body": None, "section": "news"},
    {"headline": float("nan"), "body": [], "section": "news"},
]


def test_odd_rows_are_counted_and_skipped(
    fit: Fit, capsys: pytest.CaptureFixture[str], mini_stories: Stories, corpus_file: CorpusFile, tmp_path: Path
) -> None:
    assert fit("--corpus", corpus_file([*mini_stories, *ODD]), "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["test"]["n"] == 12
    provenance = artifact.load(tmp_path / "out").manifest["provenance"]
    assert sum(provenance["skipped"].values()) == len(ODD)
    assert provenance["corpora"][0]["rows"] == 60 + len(ODD)


def test_doubled_ids_are_renumbered(fit: Fit, mini_stories: Stories, corpus_file: CorpusFile, tmp_path: Path) -> None:
    assert fit("--corpus", corpus_file([{**story, "id": "1"} for story in mini_stories])) == 0
    assert artifact.load(tmp_path / "out").manifest["support"]["sections"] == [15] * 4


@pytest.mark.parametrize(
    "body", ["كلمة " * 1_100_000, "ك" * 5_000_000], ids=["one word again and again", "one long word"]
)
def test_ten_megabytes_of_one_word_among_good_rows(
    fit: Fit, mini_stories: Stories, corpus_file: CorpusFile, tmp_path: Path, body: str
) -> None:
    huge = {"headline": "نشرة", "body": body, "section": "news", "topics": []}
    assert fit("--corpus", corpus_file([*mini_stories, huge])) == 0
    NewsClassifier.load(tmp_path / "out")


def test_places_that_cannot_be_written(
    fit: Fit, capsys: pytest.CaptureFixture[str], mini_corpus: Path, tmp_path: Path
) -> None:
    file, foreign = tmp_path / "file", tmp_path / "foreign"
    file.write_text("mine")
    foreign.mkdir()
    (foreign / "letter.txt").write_text("mine")
    for arguments, message in (
        (["--out", str(file)], "is a file"),
        (["--out", str(file / "below")], "could not be written"),
        (["--out", str(foreign)], "other files (letter.txt)"),
        (["--report", str(file)], "Name another folder with --report"),
    ):
        assert fit("--corpus", str(mini_corpus), *arguments) == 1
        assert message in one_error(capsys)
    assert file.read_text() == "mine"
    assert [path.name for path in foreign.iterdir()] == ["letter.txt"]
