"""The page and the CSV files: everything stands in them, nothing of a corpus is taken for markup or a formula."""

from __future__ import annotations

import csv
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import html

from model.taxonomy import taxonomy_errors
from training.corpus import read_corpus
from training.evaluate import main
from training.examine.disturb import DISTURBANCES
from training.report import page as page_module
from training.report import pictures
from training.report.page import INSTALL
from training.report.records import Exhibits

TRAP = '</title><script>alert(1)</script><img src=x onerror=alert(2)> "ظ" &amp;'
FILES = {"report.html", "report.json", "report.md", "per_label.csv", "errors.csv", "suspected.csv", "predictions.jsonl"}


def stories(mini_stories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the mini corpus three times over, of two outlets; one outlet files sport under health."""
    many = []
    for row, story in enumerate([*mini_stories, *mini_stories, *mini_stories]):
        turned = row % 2 and story["section"] == "sport"
        many.append(
            {
                **story,
                "id": f"{story['id']}-{row}",
                "source": ("masa", "=sabah()")[row % 2],
                "published": f"202{row % 3}-0{1 + row % 9}-11",
                "url": ("https://example.org/a", "javascript:alert(3)", None)[row % 3],
                "section": "health" if turned else story["section"],
            }
        )
    many[0]["headline"] = many[3]["headline"] = f"{TRAP} {many[0]['headline']}"
    many[0]["section"] = "health"  # wrong, so that it is quoted
    many[0]["source"] = TRAP
    return many


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, mini_stories: list[dict[str, Any]]) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "stories.jsonl"
    path.write_text("".join(json.dumps(story) + "\n" for story in stories(mini_stories)), "utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tiny_artifact: Path, corpus: Path) -> Path:
    """Return the folder of a report of the mini model, compared with itself."""
    folder = tmp_path_factory.mktemp("report")
    arguments = ["--artifact", tiny_artifact, "--corpus", corpus, "--report", folder, "--compare", tiny_artifact]
    assert main([*map(str, arguments), "--json"]) == 0
    return folder


@pytest.fixture(scope="module")
def report(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"), parse_constant=pytest.fail)
    return read


@pytest.fixture(scope="module")
def tree(folder: Path) -> html.HtmlElement:
    return html.document_fromstring((folder / "report.html").read_text("utf-8"))


def version(tree: html.HtmlElement, language: str) -> html.HtmlElement:
    return tree.get_element_by_id(language)


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_everything_is_written_beside_one_another(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES
    assert (folder / "report.html").stat().st_size < 3_000_000


def test_the_page_asks_nobody_for_anything(tree: html.HtmlElement, folder: Path) -> None:
    assert not tree.xpath("//script | //iframe | //object | //embed | //form | //base")
    assert not tree.xpath("//@*[starts-with(name(), 'on')]")
    sources = tree.xpath("//@src | //link/@href | //use/@href")
    assert all(source.startswith(("data:", "#")) for source in sources)
    styles = " ".join(tree.xpath("//style/text()") + tree.xpath("//@style"))
    assert "@import" not in styles
    assert not re.search(r"url\((?!#)", styles)
    links = {link for link in tree.xpath("//a/@href") if not link.startswith("#")}
    assert links == {"https://example.org/a"}  # no javascript: among them


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
def test_both_languages_say_the_same(tree: html.HtmlElement, language: str, direction: str) -> None:
    shown = version(tree, language)
    assert (shown.get("lang"), shown.get("dir")) == (language, direction)
    parts = [heading.get("id").removeprefix(f"{language}-") for heading in shown.xpath(".//section/h2[@id]")]
    assert parts == [
        *("glance", "comparison", "promises", "sections", "topics", "trust", "views", "slices", "policy"),
        *("robustness", "words", "mistakes", "suspects", "duplicates", "making"),
    ]
    for link in shown.xpath(".//a[starts-with(@href, '#')]/@href"):
        assert shown.xpath(".//*[@id=$id]", id=link[1:])
    other = version(tree, "en" if language == "ar" else "ar")
    assert len(shown.xpath(".//table")) == len(other.xpath(".//table"))
    assert len(shown.xpath(".//svg")) == len(other.xpath(".//svg"))
    assert "{" not in shown.text_content()  # no value was forgotten


def test_every_phrase_is_said_in_both_languages_with_the_same_values() -> None:
    path = Path(page_module.__file__).parent / "templates" / "phrases.toml"
    for key, phrase in tomllib.loads(path.read_text("utf-8")).items():
        assert set(phrase) == {"ar", "en"}, key
        assert all(phrase.values()), key
        assert set(re.findall(r"{\w+}", phrase["ar"])) == set(re.findall(r"{\w+}", phrase["en"])), key


def said_phrases() -> set[str]:
    """Collect what the templates, ``page`` and ``figures`` ask for, and what they put together from parts."""
    folder = Path(page_module.__file__).parent
    files = [*(folder / "templates").rglob("*.html"), folder / "page.py", folder / "figures.py"]
    calls = [call for file in files for call in re.findall(r"say\(((?:[^()]|\([^()]*\))*)\)", file.read_text("utf-8"))]
    literals = {word for call in calls for word in re.findall(r"[\"']([\w.-]+)[\"']", call)}
    parts = {file.stem for file in (folder / "templates" / "parts").iterdir()}
    pictures_ = {f"trust.{name}" for name in ("risk", "reliability", "topic_reliability", "sections", "topics")}
    put_together = {
        *parts,
        *pictures_,
        *(f"{name}_note" for name in pictures_),
        *(f"begin.{name}" for name in ("policy", "suspects", "beaten", "few", "worse")),
        *(f"policy.{name}" for name in ("sources", "model")),
        *(f"suspects.{name}" for name in ("add", "remove")),
        *(f"robustness.{name}" for name in ("as-it-is", *DISTURBANCES)),
        *(f"making.{name}" for name in ("split", "left_out", "skipped", "seconds")),
        *("whole", "lead", "headline", "accuracy", "micro_f1", "topic_ece"),
    }
    return literals | put_together


def test_every_phrase_is_said() -> None:
    path = Path(page_module.__file__).parent / "templates" / "phrases.toml"
    assert set(tomllib.loads(path.read_text("utf-8"))) - said_phrases() == set()


def test_a_page_of_a_thousand_labels_stays_small(folder: Path, report: dict[str, Any]) -> None:
    """As many sections and topics as the largest taxonomies have, each with its words, its curve and its range."""
    n = 1_000
    large = json.loads(json.dumps(report))
    details = large["details"]
    row = {"precision": 0.9, "recall": 0.8, "f1": 0.85, "support": 30}
    for kind, plural in (("section", "sections"), ("topic", "topics")):
        names = [f"{kind}-{number:03}" for number in range(n)]
        details[plural] = names
        large["labels"] |= {name: {"ar": f"تصنيف {name}", "en": f"label {name}"} for name in names}
        for part in (large["whole"], large["headline_only"]):
            part[f"{kind}_rows"] = [{**row, "label": name, "support": place} for place, name in enumerate(names)]
        for view in details["views"].values():
            found = view[f"{kind}_intervals"]
            found["labels"] = dict.fromkeys(names, found["micro"])
        words = [{"word": f"كلمة{number}", "weight": 0.5} for number in range(12)]
        details["words"] += [
            {"label": name, "kind": kind, "speaking_for": words, "speaking_against": words} for name in names
        ]
    for view in details["views"].values():
        view["confusion"] = np.full((n, n), 3).tolist()
        curve = view["section_curves"][0]
        view["section_curves"] = [{**curve, "name": name} for name in details["sections"]]
    for table in (large["whole"]["recall_by_source"], details["by_length"], details["by_period"]):
        table["rows"] = [{**table["rows"][0], "label": name} for name in details["sections"]]
    exhibits = Exhibits({article.id: article for article in read_corpus([corpus_of(report)]).articles})
    page = page_module.page(large, details, exhibits)
    assert len(page.encode()) < 3_000_000
    tree = html.document_fromstring(page)
    for part, label in (("sections", "label section-999"), ("topics", "label topic-999"), ("words", "label topic-999")):
        shown = version(tree, "en").xpath(".//*[@aria-labelledby=$name]", name=f"en-{part}")[0]
        assert label in shown.text_content()  # the most frequent
        assert "Those with most stories are shown. The rest stands in" in shown.text_content()
    assert "label section-000" not in page
    matrix = version(tree, "en").xpath(".//table[contains(@class, 'confusion')]")[0]
    right = matrix.xpath(".//td[contains(@class, 'right')]")
    assert len(right) == len(matrix.xpath(".//tbody/tr")) == 40


def corpus_of(report: dict[str, Any]) -> str:
    return str(report["provenance"]["corpora"][0]["source"])


def test_few_labels_are_all_shown(tree: html.HtmlElement) -> None:
    assert "Those with most stories" not in version(tree, "en").text_content()


def test_what_topics_say_can_be_believed_so_far(tree: html.HtmlElement, report: dict[str, Any]) -> None:
    shown = version(tree, "en")
    name = "Calibration error of topics (ECE)"
    card = shown.xpath(".//*[contains(@class, 'fact ')][*[@class='name'][.=$name]]", name=name)[0]
    percent = f"{100 * report['test']['topics']['ece']:.1f}".removesuffix(".0") + "%"
    assert card.xpath("string(.//*[@class='big'])") == percent
    views = shown.xpath(".//*[@aria-labelledby='en-views']//table")[0]
    assert views.xpath(".//thead//th[last()]")[0].text_content() == name
    headline = f"{100 * report['test']['headline_only']['topics']['ece']:.1f}".removesuffix(".0") + "%"
    assert views.xpath(".//tbody/tr[last()]/td[last()]")[0].text_content() == headline
    assert shown.xpath(".//figure//*[@aria-label='And those of topics?']")


def test_ids_stand_once(tree: html.HtmlElement) -> None:
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for reference in tree.xpath("//@*[contains(., 'url(#')]"):
        assert re.search(r"url\(#(.+?)\)", reference)[1] in ids  # type: ignore[index]


def test_a_story_stays_text(folder: Path, tree: html.HtmlElement) -> None:
    text = (folder / "report.html").read_text("utf-8")
    assert "<script>" not in text
    assert "<img" not in text
    quoted = [quote.text_content() for quote in version(tree, "en").xpath(".//*[@class='quote']")]
    assert any(TRAP in quote for quote in quoted)
    assert TRAP in version(tree, "en").xpath(".//table[caption='By outlet']")[0].text_content()


def test_figures_on_the_page_are_those_of_the_json(tree: html.HtmlElement, report: dict[str, Any]) -> None:
    shown = version(tree, "en")
    section = report["test"]["section"]
    cards = {
        card.xpath("string(.//*[@class='name'])"): card.xpath("string(.//*[@class='big'])")
        for card in shown.xpath(".//*[contains(@class, 'fact ')]")
    }
    assert cards["Section is right"] == f"{100 * section['accuracy']:.1f}%"
    assert cards["Accepted by itself"] == f"{100 * section['auto']['coverage']:.1f}%".replace(".0%", "%")
    confusion = shown.xpath(".//table[contains(@class, 'confusion')]")[0]
    counts = [int(cell) for cell in confusion.xpath(".//td//bdi/text()")]
    assert sum(counts) == section["n"] == 180
    table = shown.xpath(".//*[@aria-labelledby='en-sections']//table[@class='labels']")[0]
    for row, expected in zip(table.xpath(".//tbody/tr"), report["whole"]["section_rows"], strict=True):
        cells = [cell.text_content().strip() for cell in row.xpath("./td")]
        assert cells[0] == str(expected["support"])
        assert cells[3] == f"{100 * expected['f1']:.1f}%".replace(".0%", "%")


def test_the_sentence_of_what_can_be_left_to_the_model(tree: html.HtmlElement, report: dict[str, Any]) -> None:
    auto = report["test"]["section"]["auto"]
    for language in ("ar", "en"):
        sentence = version(tree, language).xpath("string(.//*[@class='sentence'])")
        for value in (auto["coverage"], auto["precision"], auto["target"]):
            assert f"{100 * value:.1f}".removesuffix(".0") + "%" in sentence


def test_topics_that_do_not_beat_keywords_are_marked(tree: html.HtmlElement, report: dict[str, Any]) -> None:
    keywords = next(one for one in report["whole"]["baselines"] if one["name"] == "keywords")
    theirs = {row["label"]: row["f1"] or 0.0 for row in keywords["topic_rows"]}
    ours = {row["label"]: row["f1"] or 0.0 for row in report["whole"]["topic_rows"]}
    table = version(tree, "en").xpath(".//*[@aria-labelledby='en-topics']//table")[0]
    marked = {
        row.xpath("string(./th/code)") for row in table.xpath(".//tbody/tr") if "does not beat" in row.text_content()
    }
    assert marked == {label for label, f1 in ours.items() if f1 <= theirs[label]}


def test_label_policy_is_shown_with_a_rule_that_a_taxonomy_takes(
    tree: html.HtmlElement, report: dict[str, Any], tmp_path: Path
) -> None:
    (found,) = report["details"]["policy"]
    assert (found["source"], found["printed"], found["given"]) == ("=sabah()", "health", "sport")
    rule = version(tree, "ar").xpath("string(.//pre)")
    assert tomllib.loads(rule)["map"] == [
        {"source": "=sabah()", "section": "health", "to": "mask", "among": ["health", "sport"]}
    ]
    declared = "\n".join(
        f'[[section]]\nid = "{label}"\nar = "{label}"\nen = "{label}"\ndefinition = "."'
        for label in ("sport", "health")
    )
    path = tmp_path / "taxonomy.toml"
    path.write_text(f'format = 1\nname = "mine"\n{declared}\n{rule}\n', "utf-8")
    assert taxonomy_errors(path) == []


def test_a_comparison_is_shown_and_printed(
    tree: html.HtmlElement, tiny_artifact: Path, corpus: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert str(tiny_artifact) in version(tree, "en").xpath("string(.//*[@aria-labelledby='en-comparison'])")
    arguments = ["--artifact", str(tiny_artifact), "--corpus", str(corpus), "--compare", str(folder)]
    assert main([*arguments, "--json"]) == 0
    compared = json.loads(capsys.readouterr().out)["compare"]
    assert compared["common"] == 180
    assert compared["views"]["whole"]["section"]["micro"]["difference"] == 0
    assert main(arguments) == 0
    assert "labels that got worse by more than chance: none" in capsys.readouterr().out
    assert main([*arguments[:-1], str(corpus.parent)]) == 1
    assert "there is no artifact" in capsys.readouterr().err


# pictures


def test_words_in_pictures_stay_words_in_the_letters_of_the_page(tree: html.HtmlElement) -> None:
    for language, words in (("ar", "الاستدعاء %"), ("en", "Recall %")):
        shown = version(tree, language)
        drawn = shown.xpath(".//figure//*[local-name()='svg']")
        assert len(drawn) == 6
        assert words in [text.text for text in shown.xpath(".//*[local-name()='text']")]
        for svg in drawn:
            assert (svg.get("role"), svg.get("direction")) == ("img", "ltr")
            assert svg.get("aria-label")
            assert "font-family" not in html.tostring(svg).decode()
    keys = version(tree, "ar").xpath(".//*[@class='keys']/li/text()")
    assert {"أخبار", "اقتصاد", "رياضة", "صحة"} <= {key.strip() for key in keys}


def test_a_picture_is_the_same_bytes_every_time() -> None:
    curve: Any = {"name": "", "recall": [1.0, 0.5, 0.0], "precision": [0.2, 0.9, 1.0], "average_precision": 0.8}
    first, second = (pictures.precision_recall("x", {"a": curve}, ("r", "p"), 0.5) for _ in range(2))
    assert first == second
    many = pictures.precision_recall("x", {str(number): curve for number in range(23)}, ("r", "p"))
    assert len({(key.colour, key.dashed) for key in many.keys}) == 20
    assert [key.dashed for key in many.keys] == [False] * 10 + [True] * 13


@pytest.mark.parametrize("f1", [0.05, 0.5, 1.0])
def test_the_dashed_line_holds_every_point_of_one_f1(f1: float, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[list[float], list[float]]] = []
    monkeypatch.setattr(pictures, "_draw", lambda name, draw, *_: draw(Axes(drawn)) or "")
    pictures.precision_recall("x", {}, ("r", "p"), f1)
    (x, y) = drawn[0]
    recall, precision = np.array(x) / 100, np.array(y) / 100
    assert np.allclose(2 * recall * precision / (recall + precision), f1)
    assert precision.max() == pytest.approx(1)
    assert recall.max() == pytest.approx(1)


class Axes:
    """Remembers what is drawn."""

    def __init__(self, drawn: list[tuple[list[float], list[float]]]) -> None:
        self._drawn = drawn

    def plot(self, x: list[float], y: list[float], **style: object) -> None:
        self._drawn.append((x, y))


def test_without_the_libraries_the_report_is_written_and_says_how_to_get_them(
    tiny_artifact: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "cleanlab.filter", None)
    arguments = ["--artifact", str(tiny_artifact), "--corpus", str(corpus), "--report", str(tmp_path)]
    assert main([*arguments, "--json"]) == 0
    assert {path.name for path in tmp_path.iterdir()} == FILES
    page = html.document_fromstring((tmp_path / "report.html").read_text("utf-8"))
    for language in ("ar", "en"):
        told = [code.text for code in version(page, language).xpath(".//*[contains(@class, 'warn')]/code")]
        assert told == [INSTALL, INSTALL]
    assert not page.xpath("//figure")


# CSV files


def test_figures_by_label_in_a_spreadsheet(folder: Path, report: dict[str, Any]) -> None:
    rows = rows_of(folder, "per_label.csv")
    assert len(rows) == 2 * (4 + 3)
    assert (folder / "per_label.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    first, expected = rows[0], report["whole"]["section_rows"][0]
    assert (first["kind"], first["id"], first["text"]) == ("section", expected["label"], "whole")
    assert first["ar"] == report["labels"][expected["label"]]["ar"]
    assert float(first["f1"]) == pytest.approx(expected["f1"], abs=1e-4)
    assert float(first["f1_low"]) <= float(first["f1"]) <= float(first["f1_high"])


def test_all_errors_in_a_spreadsheet(folder: Path, report: dict[str, Any]) -> None:
    rows = [row for row in rows_of(folder, "errors.csv") if row["kind"] == "section"]
    section = report["test"]["section"]
    assert len(rows) == round(section["n"] * (1 - section["accuracy"]))
    assert all(row["filed"] != row["given"] for row in rows)
    probabilities = [float(row["probability"]) for row in rows]
    assert probabilities == sorted(probabilities, reverse=True)
    assert {row["accepted"] for row in rows} <= {"True", "False"}


def test_no_cell_is_a_formula(folder: Path) -> None:
    rows = rows_of(folder, "errors.csv")
    assert {row["source"] for row in rows} >= {"'=sabah()"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_suspects_are_ready_for_an_editor(folder: Path, report: dict[str, Any]) -> None:
    pytest.importorskip("cleanlab")
    rows, found = rows_of(folder, "suspected.csv"), report["details"]["suspects"]["rows"]
    assert [row["id"] for row in rows] == [one["id"] for one in found]
    assert rows
    assert all(row["headline"] and row["excerpt"] for row in rows)


# evaluations without a part


def test_corpora_that_lack_something_have_pages_too(
    tiny_artifact: Path, mini_stories: list[dict[str, Any]], tmp_path: Path
) -> None:
    lacking = {
        "few": mini_stories[::20],
        "sections-only": [{**story, "topics": None} for story in mini_stories],
        "topics-only": [{**story, "section": None} for story in mini_stories],
        "bodies-only": [{**story, "headline": ""} for story in mini_stories],
    }
    for name, those in lacking.items():
        for options in ([], ["--headline-only"]):
            folder = tmp_path / name
            corpus = tmp_path / f"{name}.jsonl"
            corpus.write_text("".join(json.dumps(story) + "\n" for story in those), "utf-8")
            arguments = ["--artifact", str(tiny_artifact), "--corpus", str(corpus), "--report", str(folder)]
            assert main([*arguments, *options, "--json"]) == 0
            tree = html.document_fromstring((folder / "report.html").read_text("utf-8"))
            assert len(tree.xpath("//section")) >= 2 * 6, name


def test_outlets_left_out_in_turn_have_a_page(corpus: Path, tmp_path: Path) -> None:
    options = ["--leave-out", "source", "--no-background", "--jobs", "1", "--labels", "corpus", "--json"]
    assert main([*options, "--corpus", str(corpus), "--report", str(tmp_path)]) == 0
    tree = html.document_fromstring((tmp_path / "report.html").read_text("utf-8"))
    unseen = version(tree, "ar").xpath(".//*[@aria-labelledby='ar-unseen']//tbody/tr")
    assert [row.xpath("string(./th)") for row in unseen] == ["=sabah()", "=sabah()", "masa", "masa"]
    for part in ("robustness", "words"):  # no single model to ask
        assert not tree.xpath("//*[@id=$id]", id=f"ar-{part}")
    assert version(tree, "ar").xpath(".//*[contains(@class, 'confusion')]")


def test_a_full_disk_leaves_the_old_page(
    folder: Path, tiny_artifact: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.report import write

    (tmp_path / "report.html").write_text("old")

    def no_space(path: Path, text: str) -> None:
        if path.name == "predictions.jsonl":
            raise OSError(28, "No space left on device")
        path.write_text(text, "utf-8")

    monkeypatch.setattr(write, "_write_to_disk", no_space)
    arguments = ["--artifact", str(tiny_artifact), "--corpus", str(corpus), "--report", str(tmp_path)]
    assert main([*arguments, "--json"]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text() == "old"
