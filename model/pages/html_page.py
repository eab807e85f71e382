"""Reads an HTML page: body and metadata by trafilatura, JSON-LD and Open Graph by their fields, JSON-LD first.

``read_page`` imports this module with the first HTML page; nothing else does, for lxml and trafilatura take a while to
load. No address is ever fetched: only what is in the page is read.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import trafilatura
from lxml import etree
from lxml import html as lxml_html

from model.errors import PageError
from model.pages.assembly import assemble
from model.pages.labels import unique
from model.pages.lines import plain_text
from model.pages.metadata import Fields, read_json_ld, read_meta
from model.pages.page import ReadPage
from model.pages.text_page import read_text_page
from model.pages.tidy import one_line, tidy

__all__ = ["read_html_page"]

# News pages hold 300 to 2,500 elements once scripts and menus are out; trafilatura needs some .1 ms for each, so a page
# with more is read as text, which keeps any megabyte under a second.
_MOST_ELEMENTS = 3_000
# libxml2 drops what is nested deeper than 256 elements, as a page does that never closes its <font>.
_DEEPEST = 250
_FOREIGN_ERRORS = (
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    IndexError,
    AssertionError,
    RecursionError,
    etree.LxmlError,
)

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_HIDDEN = ("script", "style", "iframe", "noscript", "template", "svg", "object", "form", "button", "select", "nav")
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "table",
        "section",
        "article",
        "blockquote",
        "figure",
        "figcaption",
        "header",
        "footer",
        "main",
        "aside",
    ]
)


def read_html_page(raw: str) -> ReadPage:
    """Read an HTML page.

    Parameters
    ----------
    raw : str
        The decoded page; broken markup is read as browsers read it.

    Returns
    -------
    ReadPage

    Raises
    ------
    PageError
        The page holds no text.
    """
    tree = _tree(raw)
    if tree is None:
        raise PageError("the HTML page holds no element that could be read; post the story as text instead")
    fields = Fields()
    read_json_ld(tree, fields)
    read_meta(tree, fields)
    if _depth(tree) >= _DEEPEST:
        return _from_text(_without_tags(raw), fields)
    _remove_hidden(tree)
    fields.captions += _take_captions(tree)
    fields.headings += [one_line(heading.text_content()) for heading in list(tree.iter("h1"))[:5]]
    body = _extract(tree, fields)
    if not body:
        return _from_text(_visible_text(tree), fields)
    return assemble(fields, body)


def _tree(raw: str) -> Any | None:
    """Parse a page; None where nothing of it is an element."""
    parser = lxml_html.HTMLParser(encoding="utf-8", recover=True, remove_comments=True, remove_pis=True)
    try:
        return lxml_html.document_fromstring(_UNREADABLE.sub(" ", raw).encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _remove_hidden(tree: Any) -> None:
    """Take out what a reader does not see, or sees on every page."""
    for element in list(tree.iter(*_HIDDEN)):
        element.drop_tree()


def _take_captions(tree: Any) -> list[str]:
    """Take image captions out of the tree, for they are not the body."""
    captions = []
    for element in tree.xpath("//figcaption"):
        captions.append(one_line(element.text_content()))
        element.drop_tree()
    return [caption for caption in captions if caption]


def _extract(tree: Any, fields: Fields) -> str:
    """Return the body, and fill the fields that are still empty; empty where trafilatura finds none."""
    extracted = None
    if sum(1 for _ in tree.iter()) <= _MOST_ELEMENTS:
        try:
            extracted = trafilatura.bare_extraction(
                tree, include_comments=False, with_metadata=True, date_extraction_params=_DATES
            )
        except _FOREIGN_ERRORS:
            extracted = None  # the page is read as text below
    if extracted is None:
        return fields.body
    fields.headline = fields.headline or one_line(extracted.title or "")
    fields.source = fields.source or (extracted.sitename or "")
    fields.section = fields.section or next((one_line(name) for name in extracted.categories or [] if name), "")
    fields.topics = fields.topics or [one_line(tag) for tag in extracted.tags or [] if tag]
    body = tidy(extracted.text or "")
    # Some outlets put only the first sentences into ``articleBody``: half of what stands on the page is not all.
    return fields.body if 2 * len(fields.body.split()) >= len(body.split()) and fields.body else body


# trafilatura's date is not used: it would search the text for one, and a guess is worse than none.
_DATES = {"extensive_search": False, "original_date": True, "max_date": "2100-01-01"}


def _from_text(text: str, fields: Fields) -> ReadPage:
    """Read what the page shows as a text page, and let the metadata say what they know better."""
    page = read_text_page(text)
    told = replace(fields, body=page.article.body)
    if not (fields.headline or fields.section or fields.topics or fields.published):
        return replace(page, warnings=(*fields.warnings, *page.warnings))
    from_fields = assemble(replace(told, headline=fields.headline or page.article.headline), page.article.body)
    article = replace(
        from_fields.article,
        subheadline=from_fields.article.subheadline or page.article.subheadline,
        captions=tuple(dict.fromkeys([*from_fields.article.captions, *page.article.captions])),
        section=from_fields.article.section or page.article.section,
        topics=unique([*from_fields.article.topics, *page.article.topics]),
        published=from_fields.article.published or page.article.published,
        updated=from_fields.article.updated or page.article.updated,
    )
    return ReadPage(article, page.removed + from_fields.removed, from_fields.warnings + page.warnings)


def _depth(tree: Any) -> int:
    depth = deepest = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _without_tags(raw: str) -> str:
    return re.sub(r"<[^<>]*>", "\n", plain_text(raw))


def _visible_text(tree: Any) -> str:
    """Return the text of a tree with a line for every block."""
    pieces: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if element.tag in _BLOCKS:
            pieces.append("\n")
        if event == "start":
            pieces.append((element.text or "").replace("\n", " "))
        else:
            pieces.append((element.tail or "").replace("\n", " "))
    return "".join(pieces)
