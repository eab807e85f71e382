"""``--taxonomy``: labels and rules of one's own, from the file to the figures of an artifact fitted with it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from model.classifier import NewsClassifier
from model.taxonomy import load_taxonomy
from training import evaluate, fit, tune

Stories = list[dict[str, Any]]
CorpusFile = Callable[[Iterable[dict[str, Any]]], str]
DOCUMENTED = Path(__file__).parents[2] / "docs" / "taxonomy.md"

OWN = """\
format = 1
name = "desk"

[[section]]
id = "polity"
ar = "شؤون عامة"
en = "Public affairs"
definition = "البرلمان والحكومة والبلديات."
aliases = ["news"]

[[section]]
id = "markets"
ar = "مال وأسواق"
en = "Markets"
definition = "المصارف والشركات."
aliases = ["economy"]

[[section]]
id = "sport"
ar = "رياضة"
en = "Sport"
definition = "المنافسات."

[[section]]
id = "health"
ar = "صحة"
en = "Health"
definition = "الوقاية والعلاج."

[[map]]
source = "masa"
section = "منوعات"
to = "health"

[[map]]
source = "sabah"
section = "منوعات"
to = "mask"
"""
"""Sections under other ids; of منوعات, which the mini corpus files nothing under, it knows what two outlets mean."""


@pytest.fixture
def own(tmp_path: Path) -> str:
    path = tmp_path / "desk.toml"
    path.write_text(OWN, encoding="utf-8")
    return str(path)


@pytest.fixture
def outlets(mini_stories: Stories) -> Stories:
    """The mini corpus as filed by two outlets, 7 and 8 stories of health under منوعات."""
    return [
        {
            **story,
            "source": ("masa", "sabah")[row % 2],
            "section": "منوعات" if story["section"] == "health" else story["section"],
        }
        for row, story in enumerate(mini_stories)
    ]


@pytest.fixture
def fit_with(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that fits, and gives the folder of the artifact."""

    def run(*arguments: str) -> Path:
        places = ["--out", str(tmp_path / "out"), "--report", str(tmp_path / "report"), "--jobs", "1"]
        assert fit.main([*places, "--no-background", *arguments]) == 0
        return tmp_path / "out"

    return run


def test_an_artifact_is_measured_by_the_rules_that_it_was_fitted_with(
    fit_with: Callable[..., Path],
    own: str,
    outlets: Stories,
    corpus_file: CorpusFile,
    capsys: pytest.CaptureFixture[str],
) -> None:
    filed = {
        source: sum(s["section"] == "منوعات" and s["source"] == source for s in outlets) for source in ("masa", "sabah")
    }
    assert filed == {"masa": 7, "sabah": 8}
    out = fit_with("--corpus", corpus_file(outlets), "--taxonomy", own)
    taxonomy = NewsClassifier.load(out).taxonomy
    assert (taxonomy.name, [section.id for section in taxonomy.sections]) == (
        "desk",
        ["polity", "markets", "sport", "health"],
    )
    assert taxonomy.rules == load_taxonomy(own).rules
    capsys.readouterr()
    elsewhere = {"id": "x", "headline": "نصائح لنوم هادئ", "section": "منوعات", "source": "dhuha"}
    assert evaluate.main(["--artifact", str(out), "--corpus", corpus_file([*outlets, elsewhere]), "--json"]) == 0
    printed, err = capsys.readouterr()
    measured = json.loads(printed)
    assert measured["section"]["n"] == 60 - filed["sabah"]
    assert measured["section"]["accuracy"] > 0.95  # health of masa among them
    assert "منوعات (1)" in err.splitlines()[-1]  # counted as left out: neither mapped nor masked


def test_a_protocol_learns_and_measures_by_ones_own_taxonomy(
    own: str, outlets: Stories, corpus_file: CorpusFile, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--folds", "2", "--corpus", corpus_file(outlets), "--taxonomy", own, "--headline-only", "--json"]
    assert evaluate.main([*command, "--no-background", "--jobs", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["section"]["n"] == 52


def test_a_search_goes_by_ones_own_taxonomy(
    own: str, outlets: Stories, corpus_file: CorpusFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = ["--study", str(tmp_path / "study.sqlite3"), "--trials", "1"]
    command = ["--folds", "2", "--corpus", corpus_file(outlets), *study, "--no-background", "--jobs", "1"]
    assert tune.main([*command, "--taxonomy", own]) == 0
    assert tune.main(command) == 1
    assert "'منوعات' (15)" in capsys.readouterr().err.splitlines()[-1]


NOTHING_TO_READ = ["--corpus", "nowhere.jsonl"]  # bad usage is told before
COMMANDS = [
    pytest.param(fit.main, NOTHING_TO_READ, id="fit"),
    pytest.param(evaluate.main, [*NOTHING_TO_READ, "--folds", "2"], id="evaluate"),
    pytest.param(tune.main, [*NOTHING_TO_READ, "--folds", "2"], id="tune"),
]


@pytest.mark.parametrize(("main", "usual"), COMMANDS)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "own.toml: the taxonomy cannot be read: No such file", id="no such file"),
        pytest.param(OWN.replace('id = "sport"', 'id = "health"'), "own.toml:25: section", id="a doubled id"),
        pytest.param(OWN.replace('to = "mask"', 'to = "masked"'), "no section with the id", id="a rule to nowhere"),
        pytest.param(OWN[:-2], "own.toml:38: this is not TOML", id="half a file"),
    ],
)
def test_a_file_that_cannot_be_used_ends_with_2(
    main: Callable[[list[str]], int],
    usual: list[str],
    content: str | None,
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main([*usual, "--taxonomy", str(path)])
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "error: argument --taxonomy: " in err
    assert message in err


@pytest.mark.parametrize(("main", "usual"), COMMANDS)
@pytest.mark.parametrize("order", [1, -1], ids=["labels first", "taxonomy first"])
def test_labels_of_the_corpus_need_no_taxonomy(
    main: Callable[[list[str]], int], usual: list[str], order: int, own: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [["--labels", "corpus"], ["--taxonomy", own]][::order]
    with pytest.raises(SystemExit) as ended:
        main([*usual, *options[0], *options[1]])
    assert ended.value.code == 2
    assert "--taxonomy: not allowed with --labels corpus" in capsys.readouterr().err


def toml_blocks() -> Iterator[str]:
    """Yield the examples of the documentation that are TOML."""
    yield from re.findall(
        r"^```toml\n(.*?)^```$", DOCUMENTED.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )


def test_the_documented_examples_are_taxonomies(tmp_path: Path, own: str) -> None:
    whole, *rules = toml_blocks()
    (tmp_path / "whole.toml").write_text(whole, encoding="utf-8")
    assert [rule.to for rule in load_taxonomy(tmp_path / "whole.toml").rules] == [None]
    assert rules
    for rule in rules:
        Path(own).write_text(OWN + rule, encoding="utf-8")
        assert len(load_taxonomy(own).rules) == 3


def test_a_model_that_is_fitted_has_its_taxonomy(own: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        evaluate.main(["--artifact", "nowhere", *NOTHING_TO_READ, "--taxonomy", own])
    assert ended.value.code == 2
    assert "--taxonomy: says how to learn" in capsys.readouterr().err
