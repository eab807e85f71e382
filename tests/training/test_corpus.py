"""The same rows mean the same, whatever format they come in, and odd rows are counted."""

from __future__ import annotations

import csv
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.errors import CorpusError
from training.corpus import LabelledArticle, parse_column_map, read_corpus

ROOT = Path(__file__).parents[2]
ROWS: list[dict[str, Any]] = [
    {
        "id": "0071",
        "headline": "افتتاح معرض «الكتاب» في الشارقة، غدًا",
        "body": 'يفتتح المعرض أبوابه صباح الأربعاء.\nويضم "ألف" عنوان, في سبع قاعات.',
        "section": "culture",
        "topics": ["books", "gulf"],
        "published": "2023-11-01",
        "source": "wire",
        "url": "https://example.org/a?b=1,2",
        "mood": "ignored",
    },
    {"id": "2", "headline": "تعادل الفريقين في الرباط", "section": "sport", "topics": []},
    {"id": "3", "body": "ارتفعت صادرات التمور في القصيم هذا الموسم.", "topics": None},
    {"id": None, "headline": "أمطار متفرقة على الساحل", "section": None, "source": "wire"},
]
EXPECTED = (
    LabelledArticle(
        id="0071",
        headline="افتتاح معرض «الكتاب» في الشارقة، غدًا",
        body='يفتتح المعرض أبوابه صباح الأربعاء.\nويضم "ألف" عنوان, في سبع قاعات.',
        section="culture",
        topics=("books", "gulf"),
        published="2023-11-01",
        source="wire",
        url="https://example.org/a?b=1,2",
    ),
    LabelledArticle(id="2", headline="تعادل الفريقين في الرباط", body="", section="sport", topics=()),
    LabelledArticle(id="3", headline="", body="ارتفعت صادرات التمور في القصيم هذا الموسم."),
    LabelledArticle(id="corpus-4", headline="أمطار متفرقة على الساحل", body="", source="wire"),
)


def write_jsonl(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def write_delimited(path: Path, rows: Sequence[dict[str, Any]], separator: str) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, delimiter=separator)
        writer.writeheader()
        for row in rows:
            topics = row.get("topics")
            writer.writerow(row if topics is None else row | {"topics": "|".join(topics) or "|"})


def write_parquet(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    pq.write_table(pa.table({name: [row.get(name) for row in rows] for name in names}), path)


WRITERS: dict[str, Callable[[Path, Sequence[dict[str, Any]]], None]] = {
    ".jsonl": write_jsonl,
    ".csv": lambda path, rows: write_delimited(path, rows, ","),
    ".tsv": lambda path, rows: write_delimited(path, rows, "\t"),
    ".parquet": write_parquet,
}


def written(folder: Path, suffix: str, rows: Sequence[dict[str, Any]] = ROWS) -> str:
    path = folder / f"corpus{suffix.removesuffix('.gz')}"
    WRITERS[path.suffix](path, rows)
    if not suffix.endswith(".gz"):
        return str(path)
    packed = folder / f"corpus{suffix}"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    return str(packed)


@pytest.mark.parametrize("suffix", [suffix + gz for suffix in WRITERS for gz in ("", ".gz")])
def test_every_format_gives_the_same_articles(tmp_path: Path, suffix: str) -> None:
    corpus = read_corpus([written(tmp_path, suffix)])
    assert corpus.articles == EXPECTED
    assert dict(corpus.skipped) == {}
    assert corpus.renumbered == 0


def test_digest_is_of_the_file_as_it_lies_on_disk(tmp_path: Path) -> None:
    plain = written(tmp_path, ".jsonl")
    assert read_corpus([plain]).digests == {plain: sha256sum(plain)}
    packed = written(tmp_path, ".jsonl.gz")
    assert read_corpus([packed]).digests == {packed: sha256sum(packed)}


def sha256sum(path: str) -> str:
    return subprocess.run(["sha256sum", path], capture_output=True, check=True, text=True).stdout.split()[0]


def test_several_sources_are_read_in_order(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    corpus = read_corpus([written(first, ".csv", ROWS[:2]), written(second, ".jsonl", ROWS[2:3])])
    assert [article.id for article in corpus.articles] == ["0071", "2", "3"]
    assert len(corpus.digests) == 2


def test_doubled_ids_are_renumbered_within_and_across_sources(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    rows = [{"id": name, "headline": f"خبر {place}"} for place, name in enumerate(["x", "x#2", "x", "y", "x"])]
    corpus = read_corpus([written(tmp_path, ".jsonl", rows), written(tmp_path / "b", ".csv", rows[3:4])])
    assert [article.id for article in corpus.articles] == ["x", "x#2", "x#3", "y", "x#4", "y#2"]
    assert corpus.renumbered == 3


def test_made_up_ids_number_the_rows_of_the_source(tmp_path: Path) -> None:
    path = tmp_path / "archive.2020.jsonl"
    path.write_text('{"headline": "أول"}\n\n{"headline": null}\n{"headline": "ثالث"}\n', encoding="utf-8")
    assert [article.id for article in read_corpus([str(path)]).articles] == ["archive.2020-1", "archive.2020-3"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param({"headline": "خبر", "body": 5}, "not text: body", id="number"),
        pytest.param({"headline": "12.5"}, "not text: headline", id="digits"),
        pytest.param({"headline": ["خبر"]}, "not text: headline", id="list"),
        pytest.param({"headline": "خبر", "body": True}, "not text: body", id="boolean"),
        pytest.param({"headline": None, "body": None}, "no text", id="null"),
        pytest.param({"headline": float("nan"), "body": "nan"}, "no text", id="nan"),
        pytest.param({"headline": " \n", "body": "…"}, "no text", id="no word"),
        pytest.param({"section": "news"}, "no text", id="no columns"),
        pytest.param({"headline": "خبر", "section": {"name": "news"}}, "not a label: section", id="object as section"),
        pytest.param({"headline": "خبر", "topics": 7}, "not a list of topics: topics", id="number as topics"),
        pytest.param({"headline": "خبر", "topics": "['a' 'b']"}, "not a list of topics: topics", id="printed list"),
        pytest.param({"headline": "خبر", "topics": [["a"]]}, "not a label: topics", id="nested topics"),
        pytest.param(["headline", "خبر"], "not a JSON object", id="no object"),
    ],
)
def test_odd_rows_are_counted_and_skipped(tmp_path: Path, row: Any, reason: str) -> None:
    path = tmp_path / "corpus.jsonl"
    write_jsonl(path, [ROWS[1], row, row, ROWS[2]])
    corpus = read_corpus([str(path)])
    assert [article.id for article in corpus.articles] == ["2", "3"]
    assert dict(corpus.skipped) == {reason: 2}


@pytest.mark.parametrize("cells", ["1,خبر", "1,خبر,نص,زائد"], ids=["fewer cells", "more cells"])
def test_a_row_out_of_step_with_its_header_is_odd(tmp_path: Path, cells: str) -> None:
    path = tmp_path / "corpus.csv"
    path.write_text(f"id,headline,body\n{cells}\n2,خبر,نص\n", encoding="utf-8")
    corpus = read_corpus([str(path)])
    assert [article.id for article in corpus.articles] == ["2"]
    assert dict(corpus.skipped) == {"more or fewer cells than the header": 1}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(None, None, id="null"),
        pytest.param(float("nan"), None, id="nan"),
        pytest.param("", None, id="empty cell"),
        pytest.param([], (), id="empty list"),
        pytest.param("|", (), id="lone bar"),
        pytest.param("[]", (), id="empty list in a cell"),
        pytest.param(" a | b|a|", ("a", "b"), id="bars"),
        pytest.param(["b", None, " a", 3, "b"], ("b", "a", "3"), id="list"),
    ],
)
def test_unknown_topics_are_not_no_topics(tmp_path: Path, raw: Any, expected: tuple[str, ...] | None) -> None:
    path = tmp_path / "corpus.jsonl"
    write_jsonl(path, [{"headline": "خبر", "topics": raw}])
    assert read_corpus([str(path)]).articles[0].topics == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(7, "7", id="whole number"),
        pytest.param(7.0, "7", id="whole number in a column with gaps"),
        pytest.param(" sport ", "sport", id="spaces"),
        pytest.param("", None, id="empty"),
        pytest.param(float("nan"), None, id="nan"),
    ],
)
def test_labels_of_any_type_become_text(tmp_path: Path, raw: Any, expected: str | None) -> None:
    path = tmp_path / "corpus.jsonl"
    write_jsonl(path, [{"headline": "خبر", "section": raw}])
    assert read_corpus([str(path)]).articles[0].section == expected


def test_typed_parquet_columns(tmp_path: Path) -> None:
    path = tmp_path / "corpus.parquet"
    columns = {
        "id": [12, 13],
        "headline": pa.array(["خبر أول", "خبر ثان"], pa.large_string()),
        "section": pa.array(["sport", None]).dictionary_encode(),
        "published": [datetime(2023, 11, 1, 9, 30), None],
        "topics": ["a|b", "|"],
    }
    pq.write_table(pa.table(columns), path)
    first, second = read_corpus([str(path)]).articles
    assert (first.id, first.section, first.published, first.topics) == (
        "12",
        "sport",
        "2023-11-01T09:30:00",
        ("a", "b"),
    )
    assert (second.id, second.section, second.published, second.topics) == ("13", None, None, ())


def test_half_an_emoji_is_replaced_and_a_whole_one_kept(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text('{"headline": "مرحبا \\ud83d", "topics": ["\\ud83d\\ude00"]}\n', encoding="utf-8")
    article = read_corpus([str(path)]).articles[0]
    assert article.headline == "مرحبا \N{REPLACEMENT CHARACTER}"
    assert article.topics == ("\N{GRINNING FACE}",)


@pytest.mark.parametrize("name", ["news[1].jsonl", "a*b?.jsonl", "مقالات ٢٠٢٣.jsonl", "NEWS.JSONL"])
def test_file_names_are_names_not_patterns(tmp_path: Path, name: str) -> None:
    write_jsonl(tmp_path / "news1.jsonl", ROWS[:1])
    write_jsonl(tmp_path / name, ROWS[1:2])
    assert [article.id for article in read_corpus([str(tmp_path / name)]).articles] == ["2"]


def test_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    path = tmp_path / "corpus.csv"
    path.write_bytes("\N{ZERO WIDTH NO-BREAK SPACE}id,headline\r\n1,خبر\r\n".encode())
    assert read_corpus([str(path)]).articles == (LabelledArticle(id="1", headline="خبر", body=""),)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_ten_megabytes_of_one_word(tmp_path: Path, suffix: str) -> None:
    body = "ا" * 5_000_000
    corpus = read_corpus([written(tmp_path, suffix, [{"body": body, "topics": None}])])
    assert corpus.articles[0].body == body


def test_mapped_columns_are_read_under_our_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    theirs = written(tmp_path, ".csv", [{"title": "خبر", "category": "sport", "headline": "لا يقرأ", "topics": None}])
    ours = written(tmp_path / "b", ".jsonl", [{"headline": "خبر آخر", "section": "news"}])
    corpus = read_corpus([theirs, ours], columns={"headline": "title", "section": "category"})
    assert [(article.headline, article.section) for article in corpus.articles] == [
        ("خبر", "sport"),
        ("خبر آخر", "news"),
    ]


def test_a_mapped_column_that_no_source_has(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no column 'categroy'; columns found: .*section"):
        read_corpus([written(tmp_path, ".csv")], columns={"section": "categroy"})


def test_column_map_is_parsed() -> None:
    assert parse_column_map("headline=title, body = text") == {"headline": "title", "body": "text"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("headline", "is not OURS=THEIRS", id="no equals sign"),
        pytest.param("headline=", "is not OURS=THEIRS", id="nothing theirs"),
        pytest.param("headline=title,", "is not OURS=THEIRS", id="trailing comma"),
        pytest.param("title=headline", "no column 'title' here; ours are id, headline", id="turned round"),
        pytest.param("body=a,body=b", "'body' is given twice", id="twice"),
    ],
)
def test_malformed_column_map(value: str, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        parse_column_map(value)


def test_import_is_light() -> None:
    code = "import sys, training.corpus; print({'datasets', 'pandas', 'pyarrow', 'sklearn'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    assert found.stdout.strip() == "set()"


def test_reading_leaves_no_copy_and_says_only_what_is_ours(tmp_path: Path) -> None:
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    sources = [written(tmp_path, suffix) for suffix in (".jsonl.gz", ".csv", ".parquet")]
    code = "import sys; from training.corpus import read_corpus; read_corpus(sys.argv[1:])"
    environment = {**os.environ, "HOME": str(home), "HF_HOME": str(home / "hf"), "TMPDIR": str(temporary)}
    run = subprocess.run(
        [sys.executable, "-c", code, *sources], cwd=ROOT, env=environment, capture_output=True, check=True, text=True
    )
    assert [path for path in home.rglob("*") if path.is_file()] == []
    assert list(temporary.iterdir()) == []
    assert run.stdout == ""
    assert [line.split(":")[0] for line in run.stderr.splitlines()] == [f"reading {source}" for source in sources]


def test_an_interrupted_reading_leaves_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def interrupted_step(label: str, unit: str) -> Iterator[Any]:
        class Bar:
            def update(self) -> None:
                raise KeyboardInterrupt

        yield Bar()

    source = written(tmp_path, ".csv.gz")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setattr("training.corpus.step", interrupted_step)
    with pytest.raises(KeyboardInterrupt) as caught:
        read_corpus([source])
    assert caught.value is not None  # its traceback keeps the readers alive
    assert list(temporary.iterdir()) == []


def test_reading_csv_leaves_the_parser_of_others_alone(tmp_path: Path) -> None:
    before = csv.field_size_limit(100_000)
    try:
        read_corpus([written(tmp_path, ".csv")])
        assert csv.field_size_limit() == 100_000
    finally:
        csv.field_size_limit(before)
