"""A folder of raw pages becomes articles, with what is printed on the pages as their labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.errors import CorpusError
from training.corpus import read_corpus

BODY = (
    "أعلنت بلدية مسقط افتتاح ثلاث حدائق جديدة في ولاية السيب خلال الشهر المقبل، ضمن خطة لتوسيع المساحات الخضراء.\n"
    "وأوضحت البلدية أن الحدائق تضم ملاعب للأطفال ومسارات للمشي، وأن العمل فيها استمر عاما كاملا.\n"
    "ومن المقرر أن تستقبل الحدائق زوارها يوميا من الثامنة صباحا حتى العاشرة مساء."
)
PAGE = f"""<!doctype html><html lang="ar"><head><title>حدائق جديدة في السيب</title>
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle",
"headline": "ثلاث حدائق جديدة في السيب", "alternativeHeadline": "الافتتاح الشهر المقبل",
"articleSection": "محليات", "keywords": ["عمان", "حدائق"], "datePublished": "2023-05-04T09:00:00+04:00"}}</script>
</head><body><article><h1>ثلاث حدائق جديدة في السيب</h1>{"".join(f"<p>{line}</p>" for line in BODY.splitlines())}
</article></body></html>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "2023" / "05").mkdir(parents=True)
    (tmp_path / "2023" / "05" / "parks.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "plain.TXT").write_text(f"ثلاث حدائق جديدة في السيب\n\n{BODY}\n", encoding="utf-8")
    (tmp_path / "notes.md").write_text("ليست صفحة", encoding="utf-8")
    return tmp_path


def test_pages_are_read_with_their_printed_labels(folder: Path) -> None:
    html, plain = read_corpus([str(folder)]).articles
    assert (html.id, plain.id) == ("2023/05/parks.html", "plain.TXT")
    assert html.headline == "ثلاث حدائق جديدة في السيب"
    assert html.section == "محليات"
    assert html.topics == ("عمان", "حدائق")
    assert html.published == "2023-05-04T09:00:00+04:00"
    assert html.body.splitlines()[0] == "الافتتاح الشهر المقبل"
    assert BODY.splitlines()[2] in html.body
    assert BODY.splitlines()[2] in plain.body


def test_a_page_that_prints_no_labels_leaves_them_unknown(folder: Path) -> None:
    plain = read_corpus([str(folder)]).articles[1]
    assert plain.section is None
    assert plain.topics is None


def test_a_broken_page_among_others_is_counted(folder: Path) -> None:
    (folder / "broken.txt").write_bytes("خبر".encode("cp1256"))
    (folder / "empty.txt").write_bytes(b"")
    corpus = read_corpus([str(folder)])
    assert len(corpus.articles) == 2
    assert corpus.skipped["page not UTF-8"] == 1
    assert sum(corpus.skipped.values()) == 2


def test_digest_covers_names_and_contents(folder: Path) -> None:
    before = read_corpus([str(folder)]).digests[str(folder)]
    assert len(before) == 64
    assert read_corpus([str(folder)]).digests[str(folder)] == before
    renamed = (folder / "plain.TXT").rename(folder / "other.txt")
    moved = read_corpus([str(folder)]).digests[str(folder)]
    renamed.write_text(f"عنوان آخر\n\n{BODY}\n", encoding="utf-8")
    assert len({before, moved, read_corpus([str(folder)]).digests[str(folder)]}) == 3


def test_only_broken_pages(tmp_path: Path) -> None:
    (tmp_path / "broken.html").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(CorpusError, match=r"no row can be used \(page not UTF-8: 1\)"):
        read_corpus([str(tmp_path)])
