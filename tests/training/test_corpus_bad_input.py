"""A source that cannot be read ends in one error that names the file, the line and what to do."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.errors import CorpusError
from training.corpus import read_corpus

LINE = '{"id": 1, "headline": "افتتاح جسر جديد في مسقط", "section": "news"}\n'.encode()
HEADER = b"id,headline,body\n"


def parquet(rows: int = 3000) -> bytes:
    stream = pa.BufferOutputStream()
    headlines = [f"نشرة الطقس رقم {row}" for row in range(rows)]
    table = pa.table({"id": list(range(rows)), "headline": headlines})
    pq.write_table(table, stream, row_group_size=1000, compression="none", use_dictionary=False)
    return bytes(stream.getvalue())


def damaged_parquet() -> bytes:
    """Overwrite the middle row group: the footer is whole, so the file opens and breaks off on the way."""
    whole = bytearray(parquet())
    middle = whole.find("رقم 1500".encode())
    whole[middle - 9000 : middle + 9000] = b"\xff" * 18000
    return bytes(whole)


@pytest.mark.parametrize(
    ("name", "content", "line", "message"),
    [
        pytest.param("a.jsonl", b"", None, "file is empty", id="empty jsonl"),
        pytest.param("a.csv", b"", None, "file is empty", id="empty csv"),
        pytest.param("a.parquet", b"", None, "file is empty", id="empty parquet"),
        pytest.param("a.csv.gz", gzip.compress(b""), None, "file is empty", id="empty in gzip"),
        pytest.param("a.jsonl", b"\n\n", None, "it holds no rows", id="blank lines"),
        pytest.param("a.csv", HEADER, None, "it holds no rows", id="header alone"),
        pytest.param("a.jsonl", LINE * 2 + LINE[:40], 3, "ends in the middle of a line", id="half a line"),
        pytest.param("a.jsonl", LINE + LINE[:40] + b"\n" + LINE, 2, "mend or delete the line", id="half a line within"),
        pytest.param("a.csv", HEADER + "1,أ,ب".encode()[:-1], 2, "in the middle of a character", id="half a character"),
        pytest.param("a.jsonl", LINE + b"[" * 100_000 + b"\n", 2, "RecursionError", id="too deep"),
        pytest.param("a.jsonl", LINE + b"9" * 5000 + b"\n", 2, "ValueError", id="number too long"),
        pytest.param(
            "a.jsonl", LINE + b'{"headline": "\xe1\xe2"}\n', 2, r"not UTF-8 \(0xe1\).*iconv", id="broken UTF-8"
        ),
        pytest.param("a.csv", HEADER + b"1,a,b\n2,\xff,b\n", 3, "byte 3 of the line", id="broken UTF-8 in csv"),
        pytest.param("a.tsv", "id\theadline\n1\tx\n".encode("utf-16"), 1, "is UTF-16; save it as UTF-8", id="UTF-16"),
        pytest.param("a.csv", HEADER + b'1,a,b\n2,"a,b\n3,c,d\n', 3, "broken quoting", id="quote never closed"),
        pytest.param("a.csv", HEADER + b'1,"a"b,c\n', 2, "broken quoting", id="text after a quote"),
        pytest.param("a.tsv", b'id\theadline\n1\t"a" b\n', 2, "broken quoting", id="quotes in an unquoted tsv"),
        pytest.param("a.csv", HEADER + b"1,a,b\n2,a", 3, "ends in the middle of a row", id="half a row"),
        pytest.param(
            "a.csv", b"id,title,text\n1,a,b\n", None, "columns found: id, title, text.*--map", id="no columns"
        ),
        pytest.param("a.csv", b"id;headline\n1;a\n", None, "columns found: id;headline", id="semicolons"),
        pytest.param("a.jsonl", b'{"title": "a"}\n', None, "columns found: title", id="no keys"),
        pytest.param("a.jsonl", b'{"headline": 5}\n', None, "not text: headline: 1", id="no row of use"),
        pytest.param("a.parquet.gz", gzip.compress(parquet())[:-20], None, "cut off", id="parquet gzip cut off"),
        pytest.param("a.jsonl.gz", LINE, None, "not a gzip file", id="no gzip"),
        pytest.param("a.parquet", parquet()[:-50], None, "Parquet file is cut off", id="parquet cut off"),
        pytest.param("a.parquet", damaged_parquet(), None, "Parquet file is cut off or damaged", id="parquet damaged"),
        pytest.param("a.xlsx", b"PK", None, r"give a file ending in \.jsonl, \.csv", id="unknown suffix"),
        pytest.param("a", LINE, None, "does not tell the format", id="no suffix"),
    ],
)
def test_unreadable_file(tmp_path: Path, name: str, content: bytes, line: int | None, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=message) as caught:
        read_corpus([str(path)])
    assert caught.value.path == str(path)
    assert caught.value.line == line
    assert str(caught.value).startswith(str(path))


def test_gzip_cut_off_names_the_line_where_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(HEADER + b"".join(b"%d,a,b\n" % row for row in range(100_000)))[:100_000])
    with pytest.raises(CorpusError, match="gzip file is cut off") as caught:
        read_corpus([str(path)])
    assert caught.value.line is not None
    assert 10_000 < caught.value.line < 100_000


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such file or folder"):
        read_corpus([str(tmp_path / "nowhere.jsonl")])


def test_folder_without_pages(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("x")
    with pytest.raises(CorpusError, match=r"no \.txt or \.html page.*hf:FOLDER"):
        read_corpus([str(tmp_path)])


def test_the_second_source_is_named(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_bytes(LINE)
    bad.write_bytes(b"{")
    with pytest.raises(CorpusError) as caught:
        read_corpus([str(good), str(bad)])
    assert caught.value.path == str(bad)
