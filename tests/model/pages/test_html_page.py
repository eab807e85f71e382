"""HTML pages: metadata in their order of trust, the body without what surrounds it, broken and hostile markup."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from model.pages import PageError, read_page
from model.pages.json_ld import find_article, names, parse_json_ld

SAMPLES = Path(__file__).parent / "samples" / "html"
PAGES = sorted(SAMPLES.glob("*.html"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_sample_pages(page: Path) -> None:
    expected = json.loads(page.with_suffix(".json").read_text("utf-8"))
    article = read_page(page.read_text("utf-8")).article
    found: dict[str, Any] = {
        name: getattr(article, name) for name in ("headline", "subheadline", "section", "language", "url", "source")
    }
    found |= {"topics": list(article.topics), "captions": list(article.captions)}
    found |= {
        name: moment and moment.isoformat() for name in ("published", "updated") for moment in [getattr(article, name)]
    }
    assert found == {name: value for name, value in expected.items() if name not in ("body", "absent")}
    assert article.body.split() == " ".join(expected["body"]).split()
    for words in expected["absent"]:
        assert words not in f"{article.headline}\n{article.subheadline}\n{article.body}"


def test_there_are_enough_html_samples() -> None:
    assert len(PAGES) >= 6


STORY = (
    "<p>افتتحت البلدية مكتبة عامة جديدة في الحي القديم، وتضم ثلاثين ألف كتاب وقاعة للأطفال.</p>"
    "<p>وقال مدير المكتبة إن أبوابها مفتوحة كل يوم عدا الجمعة، وإن الاستعارة مجانية.</p>"
)


def page(head: str = "", body: str = STORY) -> str:
    head = f"<head><title>مكتبة جديدة</title>{head}</head>"
    return f"<!doctype html><html>{head}<body><article>{body}</article></body></html>"


def json_ld(**fields: Any) -> str:
    node = {"@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>'


def test_json_ld_comes_before_open_graph() -> None:
    head = json_ld(headline="عنوان أول", articleSection="ثقافة", datePublished="2023-05-01T10:00:00+03:00")
    head += '<meta property="og:title" content="عنوان ثان"><meta property="article:section" content="منوعات">'
    head += '<meta property="article:published_time" content="2023-05-02T10:00:00+03:00">'
    article = read_page(page(head)).article
    assert article.headline == "عنوان أول"
    assert article.section == "ثقافة"
    assert article.published is not None
    assert article.published.day == 1


def test_open_graph_fills_what_json_ld_leaves_open() -> None:
    head = json_ld(headline="عنوان أول", keywords=["كتب"]) + '<meta property="article:section" content="ثقافة">'
    head += '<meta property="article:tag" content="مكتبات"><meta property="article:tag" content="كتب">'
    article = read_page(page(head)).article
    assert (article.section, article.topics) == ("ثقافة", ("كتب", "مكتبات"))


def test_a_short_article_body_does_not_hide_the_page() -> None:
    article = read_page(page(json_ld(headline="مكتبة", articleBody="افتتحت البلدية..."))).article
    assert "الاستعارة مجانية" in article.body


def test_a_full_article_body_is_taken() -> None:
    whole = (
        "افتتحت البلدية مكتبة عامة جديدة في الحي القديم.\n\nوتضم ثلاثين ألف كتاب وقاعة للأطفال ومقهى صغيرا على السطح."
    )
    assert read_page(page(json_ld(articleBody=whole))).article.body.split() == whole.split()


def test_markup_and_datelines_leave_article_body() -> None:
    body = "<p>القاهرة - رويترز</p><p>افتتحت البلدية مكتبة عامة جديدة في #الحي_القديم تضم ثلاثين ألف كتاب.</p>"
    article = read_page(page(json_ld(articleBody=body))).article
    assert article.body.startswith("افتتحت")
    assert "في الحي القديم" in article.body
    assert article.topics == ("الحي القديم",)


def test_broken_json_ld_is_told_and_passed_over() -> None:
    read = read_page(page('<script type="application/ld+json">{"@type": "NewsArticle", "headline": </script>'))
    assert "broken_json_ld" in {warning.code for warning in read.warnings}
    assert read.article.body.startswith("افتتحت البلدية")


def test_a_date_without_zone_in_the_metadata_is_told() -> None:
    read = read_page(page(json_ld(datePublished="2023-05-01T10:00:00")))
    assert read.article.published is None
    assert "date_without_zone" in {warning.code for warning in read.warnings}


JSON_LD = {
    "plain": '{"@type": "NewsArticle", "headline": "خبر"}',
    "list": '[{"@type": "WebPage"}, {"@type": "NewsArticle", "headline": "خبر"}]',
    "graph": '{"@graph": [{"@type": "Person", "name": "س"}, {"@type": "Article", "headline": "خبر"}]}',
    "list of types": '{"@type": ["Thing", "ReportageNewsArticle"], "headline": "خبر"}',
    "type with address": '{"@type": "https://schema.org/NewsArticle", "headline": "خبر"}',
    "main entity": '{"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "headline": "خبر"}}',
    "trailing comma": '{"@type": "NewsArticle", "headline": "خبر",}',
    "raw line break": '{"@type": "NewsArticle", "headline": "خبر", "description": "سطر\nسطر"}',
    "comment around": '<!-- {"@type": "NewsArticle", "headline": "خبر"} -->',
    "CDATA around": '//<![CDATA[\n{"@type": "NewsArticle", "headline": "خبر"}\n//]]>',
    "semicolon behind": '{"@type": "NewsArticle", "headline": "خبر"};',
    "news before others": '[{"@type": "BlogPosting", "headline": "س"}, {"@type": "NewsArticle", "headline": "خبر"}]',
}


@pytest.mark.parametrize("script", JSON_LD.values(), ids=JSON_LD)
def test_json_ld_shapes(script: str) -> None:
    article = find_article([parse_json_ld(script)])
    assert article is not None
    assert article["headline"] == "خبر"


@pytest.mark.parametrize(
    "script", ["", "null", "7", '"x"', "[[]]", "{", "[" * 100_000, '{"@type": {"a": 1}}', '{"@type": null}']
)
def test_json_ld_without_an_article(script: str) -> None:
    assert find_article([parse_json_ld(script)]) is None


def test_escaped_surrogates_and_controls_do_not_reach_the_article() -> None:
    fields = '"headline": "خبر\\ud800\\u0000", "url": "x\\udfff", "keywords": ["نفط\\ud83d"], "inLanguage": "\\ud800"'
    script = f'<script type="application/ld+json">{{"@type": "NewsArticle", {fields}}}</script>'
    str(read_page(page(script)).article).encode("utf-8")
    assert read_page(page(script)).article.headline == "خبر"


KEYWORDS = {
    "comma": ("نفط, أوبك، أسعار", ("نفط", "أوبك", "أسعار")),
    "list": (["نفط", "أوبك، والحلفاء"], ("نفط", "أوبك، والحلفاء")),
    "list of one": (["نفط, أوبك"], ("نفط", "أوبك")),
    "nodes": ([{"@type": "DefinedTerm", "name": "نفط"}, {"name": ""}, 7, None, ["x"]], ("نفط",)),
    "none": (None, ()),
}


@pytest.mark.parametrize(("value", "expected"), KEYWORDS.values(), ids=KEYWORDS)
def test_keywords(value: object, expected: tuple[str, ...]) -> None:
    assert names(value) == expected


HOSTILE = {
    "deep": "<html><body>" + "<div>" * 30_000 + STORY + "</div>" * 30_000,
    "never closed": "<html><body><p>" + "<font>" * 2_000 + STORY,
    "many elements": "<html><body><article>" + "<div>سطر</div>" * 20_000 + STORY + "</article>",
    "open script": "<html><body>" + STORY + "<script>" * 20_000,
    "attributes": f"<html><body><p {'a=1 ' * 100_000}></p>{STORY}",
    "controls": page().replace("مكتبة", "مكتبة\x00\x0b\ud800"),
    "cut in a tag": page()[:-40] + '<a href="',
    "nested JSON": page('<script type="application/ld+json">' + '[{"a":' * 50_000 + "</script>"),
    "comments": page("<!--" * 10_000),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pages_are_read(raw: str) -> None:
    article = read_page(raw).article
    assert ("<!--<!--" in raw) or "افتتحت البلدية مكتبة" in article.body


@pytest.mark.parametrize(
    "raw", ["<html></html>", "<html><body><script>x</script></body></html>", "<!doctype html><!-- -->"]
)
def test_an_html_page_without_text_is_refused(raw: str) -> None:
    with pytest.raises(PageError):
        read_page(raw)


def test_text_with_stray_markup_is_read_as_text() -> None:
    article = read_page("عنوان الخبر القصير هنا<br><br><p>" + "كلمات الخبر الطويلة " * 8 + ".</p>").article
    assert article.headline == "عنوان الخبر القصير هنا"
    assert article.body.startswith("كلمات الخبر")


def test_importing_the_package_does_not_import_the_html_library() -> None:
    heavy = ("lxml", "trafilatura", "sklearn", "flask")
    code = f"import sys, model.pages; sys.exit(any(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[3]).returncode == 0
