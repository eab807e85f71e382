"""Taxonomy files: loaded, checked line by line, and checked from the command line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import TaxonomyError
from model.taxonomy import LabelRule, Section, Taxonomy, Topic, load_taxonomy, taxonomy_errors
from model.taxonomy.__main__ import main

GOOD = """\
format = 1
name = "desk"

[[section]]
id = "economy"
ar = "اقتصاد"
en = "Economy"
definition = "المال والأعمال."
aliases = [
    "مال وأعمال",
    "أسواق",
]
iptc = "medtop:04000000"

[[section]]
id = "technology"
ar = "تكنولوجيا"
en = "Technology"
definition = "الأجهزة والبرامج."

[[topic]]
id = "united-states"
kind = "place"
section = "economy"
ar = "الولايات المتحدة"
en = "United States"
definition = "طرف أساس في الخبر."
aliases = ["أميركا", "أمريكا", "روسيا وأميركا"]
keywords = ["واشنطن", "البيت الأبيض"]

[[map]]
source = "Sky News"
section = "technology"
to = "mask"

[[map]]
source = "desk wire"
section = "أعمال"
to = "economy"

[[map]]
source = "desk wire"
topic = "واشنطن"
to = "united-states"
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write_file(content: str | bytes) -> Path:
        path = tmp_path / "taxonomy.toml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def desk(write: Callable[[str | bytes], Path]) -> Taxonomy:
    return load_taxonomy(write(GOOD))


def test_loads_every_field(desk: Taxonomy) -> None:
    economy = Section("economy", "اقتصاد", "Economy", "المال والأعمال.", ("مال وأعمال", "أسواق"), "medtop:04000000")
    technology = Section("technology", "تكنولوجيا", "Technology", "الأجهزة والبرامج.")
    united_states = Topic(
        id="united-states",
        ar="الولايات المتحدة",
        en="United States",
        definition="طرف أساس في الخبر.",
        aliases=("أميركا", "أمريكا", "روسيا وأميركا"),
        keywords=("واشنطن", "البيت الأبيض"),
        kind="place",
        section="economy",
    )
    rules = (
        LabelRule("Sky News", "section", "technology", None),
        LabelRule("desk wire", "section", "أعمال", "economy"),
        LabelRule("desk wire", "topic", "واشنطن", "united-states"),
    )
    assert desk == Taxonomy("desk", (economy, technology), (united_states,), rules)
    assert desk.section("economy") == economy
    assert desk.topic("united-states") == united_states


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: "\N{ZERO WIDTH NO-BREAK SPACE}" + text, id="byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: text.replace("[[section]]", "[[ section ]]  # a heading"), id="spaces in headers"),
    ],
)
def test_harmless_forms_load_the_same(
    change: Callable[[str], str], write: Callable[[str | bytes], Path], desk: Taxonomy
) -> None:
    assert load_taxonomy(write(change(GOOD))) == desk


@pytest.mark.parametrize("kind", ["section", "topic"])
def test_one_kind_of_label_is_enough(kind: str, write: Callable[[str | bytes], Path]) -> None:
    text = f'format = 1\nname = "n"\n[[{kind}]]\nid = "a"\nar = "أ"\nen = "A"\ndefinition = "ب."\n'
    taxonomy = load_taxonomy(write(text))
    assert (len(taxonomy.sections), len(taxonomy.topics)) == ((1, 0) if kind == "section" else (0, 1))


# Each case changes one thing in GOOD; the line is counted in the changed text.
FAULTS = [
    pytest.param("format = 1\n", "\n", 1, "format is missing", id="no format"),
    pytest.param("format = 1", "format = 2", 1, "format is 2", id="newer format"),
    pytest.param("format = 1", "format = true", 1, "format is True", id="format is no number"),
    pytest.param('name = "desk"', 'name = " "', 2, "name is missing or empty", id="empty name"),
    pytest.param('name = "desk"', "name = 7", 2, "name must be text", id="name of another type"),
    pytest.param('name = "desk"', 'name = "desk"\nnames = 1', 3, 'did you mean "name"?', id="unknown top key"),
    pytest.param('id = "economy"\n', "", 4, "section number 1: id is missing", id="no id"),
    pytest.param('ar = "اقتصاد"\n', "", 4, 'section "economy": ar is missing', id="no Arabic name"),
    pytest.param('en = "Economy"\n', "", 4, "en is missing", id="no English name"),
    pytest.param('definition = "المال والأعمال."\n', "", 4, "definition is missing", id="no definition"),
    pytest.param('definition = "المال والأعمال."', 'definition = ""', 8, "definition is empty", id="empty definition"),
    pytest.param('id = "economy"', 'id = "economy_1"', 5, "an id is made of a-z", id="id not kebab-case"),
    pytest.param('id = "economy"', 'id = "mask"', 5, "choose another id", id="reserved id"),
    pytest.param('id = "technology"', 'id = "economy"', 16, "twice, first on line 5", id="doubled id"),
    pytest.param('en = "Technology"', 'en = "Economy"', 18, 'already stands for section "economy"', id="doubled name"),
    pytest.param('"الأجهزة والبرامج."', '"ب."\naliases = ["ت",\n"أسواق"]', 21, '"أسواق" already', id="doubled alias"),
    pytest.param('"الأجهزة والبرامج."', '"ب."\naliases = ["اســـواق"]', 20, "already", id="alias doubled in spelling"),
    pytest.param('"الأجهزة والبرامج."', "'ب.'\naliases = [\n'أسواق']", 21, "already", id="alias in single quotes"),
    pytest.param('"أسواق",\n', '"أسواق",\n"technology"\n', 17, 'the name "technology" already', id="alias is an id"),
    pytest.param('"أسواق",\n', '"أسواق",\n    7,\n', 12, "nothing but text", id="alias is no text"),
    pytest.param('"أسواق",\n', '"أسواق",\n    "؟!",\n', 12, "no letter and no digit", id="alias of punctuation"),
    pytest.param('keywords = ["واشنطن", ', 'keywords = [" ", ', 29, "no letter", id="blank keyword"),
    pytest.param("keywords = [", "keywords = 3 # [", 29, "keywords must be a list", id="list of another type"),
    pytest.param('en = "Economy"', "en = 3", 7, "en must be text", id="text of another type"),
    pytest.param(
        'iptc = "medtop:04000000"', 'iptc = "medtop:040000001"', 13, "not a Media Topic", id="malformed IPTC code"
    ),
    pytest.param('kind = "place"', 'kind = "country"', 23, "running-story", id="unknown kind"),
    pytest.param(
        'section = "economy"', 'section = "sport"', 24, 'no section with the id "sport"', id="unknown section"
    ),
    pytest.param("keywords = [", "keyword = [", 29, 'did you mean "keywords"?', id="misspelled key"),
    pytest.param("keywords = [", "zz = [", 29, "known are id, ar, en", id="unknown key"),
    pytest.param('to = "mask"', 'to = "masked"', 34, 'no section with the id "masked"', id="unknown target"),
    pytest.param('to = "united-states"', 'to = "economy"', 44, "no topic with the id", id="target of the other kind"),
    pytest.param('to = "mask"\n', "", 31, "map number 1: to is missing", id="no target"),
    pytest.param('to = "mask"', 'to = "mask"\namong = ["economy"]', 35, "at least two sections", id="among one"),
    pytest.param(
        'to = "mask"', 'to = "mask"\namong = ["economy", "sport"]', 35, 'id "sport"', id="among unknown sections"
    ),
    pytest.param(
        'to = "economy"', 'to = "economy"\namong = ["economy", "technology"]', 40, 'to = "mask"', id="among, mapped"
    ),
    pytest.param(
        'to = "united-states"', 'to = "mask"\namong = ["economy", "technology"]', 45, "goes with a section", id="topic"
    ),
    pytest.param('source = "Sky News"\n', "", 31, "source is missing", id="no source"),
    pytest.param('topic = "واشنطن"\n', "", 42, "only one of them", id="map of nothing"),
    pytest.param('to = "mask"', 'to = "mask"\ntopic = "x"', 32, "only one of them", id="map of both kinds"),
    pytest.param('"Sky News"\nsection = "technology"', '"Desk Wire"\nsection = "اعمال"', 38, "twice", id="doubled map"),
    pytest.param("[[topic]]", "[topic]", 21, "head each with [[topic]]", id="single brackets"),
    pytest.param('en = "Economy"', "en = Economy", 7, "not TOML: Invalid value", id="no quotes"),
    pytest.param('"البيت الأبيض"]', '"البيت الأبيض"', 31, "not TOML", id="open bracket"),
    pytest.param('to = "united-states"\n', 'to = """\n', 45, "not TOML", id="open string at the end"),
    pytest.param('en = "Economy"', 'en = "Economy"\nen = "E"', 8, "not TOML: Cannot overwrite", id="doubled key"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), FAULTS)
def test_every_fault_is_named_with_its_line(
    old: str, new: str, line: int, message: str, write: Callable[[str | bytes], Path]
) -> None:
    assert old in GOOD
    path = write(GOOD.replace(old, new, 1))
    with pytest.raises(TaxonomyError) as caught:
        load_taxonomy(path)
    found = [error for error in taxonomy_errors(path) if message in str(error)]
    assert [error.line for error in found] == [line]
    assert found[0].path == str(path)
    assert str(found[0]).startswith(f"{path}:{line}: ")
    assert caught.value.path == str(path)


def test_a_fault_without_a_header_to_point_at_still_has_a_message(write: Callable[[str | bytes], Path]) -> None:
    path = write('format = 1\nname = "n"\nsection = [{id = "a", ar = "أ", en = "A"}]\n')
    (error,) = taxonomy_errors(path)
    assert error.line is None
    assert 'section "a": definition is missing' in str(error)


def test_all_faults_are_found_in_order_and_loading_counts_them(write: Callable[[str | bytes], Path]) -> None:
    text = GOOD.replace("medtop:", "top:").replace('"place"', '"state"').replace('en = "Technology"', "en = 3")
    path = write(text)
    assert [error.line for error in taxonomy_errors(path)] == [13, 18, 23]
    with pytest.raises(TaxonomyError, match=r"not a Media Topic.*and 2 more; python -m model\.taxonomy") as caught:
        load_taxonomy(path)
    assert caught.value.line == 13


def test_of_another_format_nothing_else_is_said(write: Callable[[str | bytes], Path]) -> None:
    (error,) = taxonomy_errors(write(GOOD.replace("format = 1", "format = 2").replace('en = "Economy"', "en = 3")))
    assert "format is 2" in str(error)


@pytest.mark.parametrize(("start", "end"), [('[[section]]\nid = "t', "[[topic]]"), ("[[topic]]", "[[map]]")])
def test_a_table_that_stands_twice_is_one_fault(start: str, end: str, write: Callable[[str | bytes], Path]) -> None:
    table = GOOD[GOOD.index(start) : GOOD.index(end)]
    (error,) = taxonomy_errors(write(GOOD + table))
    assert "the id stands twice" in str(error)


def test_a_list_of_ids_is_not_a_list_of_tables(write: Callable[[str | bytes], Path]) -> None:
    (error,) = taxonomy_errors(write('format = 1\nname = "n"\nsection = ["sport"]\n'))
    assert (error.line, "must be a list of tables" in str(error)) == (3, True)


def test_one_fault_is_not_counted(write: Callable[[str | bytes], Path]) -> None:
    with pytest.raises(TaxonomyError, match=r"en must be text in quotes$"):
        load_taxonomy(write(GOOD.replace('en = "Economy"', "en = 3")))


def test_a_file_without_labels_is_refused(write: Callable[[str | bytes], Path]) -> None:
    with pytest.raises(TaxonomyError, match="no section and no topic"):
        load_taxonomy(write('format = 1\nname = "n"\nsection = []\n'))


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing"], ids=["empty", "blank", "comment"])
def test_a_file_without_anything_is_refused(content: str, write: Callable[[str | bytes], Path]) -> None:
    with pytest.raises(TaxonomyError, match="format is missing"):
        load_taxonomy(write(content))


def test_other_encodings_are_refused_at_their_line(write: Callable[[str | bytes], Path]) -> None:
    with pytest.raises(TaxonomyError, match="save the file as UTF-8") as caught:
        load_taxonomy(write(GOOD.encode("cp1256")))
    assert caught.value.line == 6


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match="cannot be read: No such file"):
        load_taxonomy(tmp_path / "none.toml")
    with pytest.raises(TaxonomyError, match="cannot be read: Is a directory"):
        load_taxonomy(str(tmp_path))


@given(cut=st.integers(0, len(GOOD)), junk=st.text(alphabet='[]="\n#a1ع{},.', max_size=6))
def test_damaged_files_give_messages_and_no_other_error(
    cut: int, junk: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.toml"
    path.write_text(GOOD[:cut] + junk + GOOD[cut + len(junk) :], encoding="utf-8", newline="")
    if not taxonomy_errors(path):
        assert load_taxonomy(path).sections


def test_command_line_counts_a_good_file(
    write: Callable[[str | bytes], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(GOOD)
    assert main([str(path)]) == 0
    out, err = capsys.readouterr()
    assert out == (
        f"{path}: desk: 2 sections, 1 topics, 5 aliases, 2 keywords, 1 IPTC codes, 3 rules for single sources\n"
    )
    assert err == ""


def test_command_line_lists_all_faults(
    write: Callable[[str | bytes], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(GOOD.replace('en = "Economy"', "en = 3").replace('"place"', '"state"'))
    assert main([str(path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    first, second, summary = err.splitlines()
    assert first.startswith(f"{path}:7: ")
    assert second.startswith(f"{path}:23: ")
    assert summary == f"{path}: 2 to correct"


def test_command_line_refuses_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "file" in capsys.readouterr().err


def test_runs_as_a_module(write: Callable[[str | bytes], Path]) -> None:
    command = [sys.executable, "-m", "model.taxonomy", str(write(""))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "format is missing" in done.stderr
