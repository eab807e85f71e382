"""Reads what an HTML page says about itself: schema.org's NewsArticle first, then Open Graph and the page's attributes.

``html_page`` passes the parsed page, ``news_article`` an article that was sent as JSON-LD alone. This module needs no
HTML library of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from model.pages.json_ld import find_article, names, parse_json_ld, text_of
from model.pages.markup import plain_text
from model.pages.page import PageWarning
from model.pages.tidy import one_line, tidy

__all__ = ["Fields", "language_tag", "read_article", "read_json_ld", "read_meta"]


@dataclass(slots=True)
class Fields:
    """What a page says about itself, as printed; empty where it says nothing.

    Attributes
    ----------
    headline, subheadline, body, section, language, url, source : str
    captions, topics : list of str
    published, updated : str
        Dates, not yet read.
    headings : list of str
        The page's own ``<h1>``, which may stand in the extracted body too.
    warnings : list of PageWarning
    """

    headline: str = ""
    subheadline: str = ""
    body: str = ""
    captions: list[str] = field(default_factory=list)
    section: str = ""
    topics: list[str] = field(default_factory=list)
    published: str = ""
    updated: str = ""
    language: str = ""
    url: str = ""
    source: str = ""
    headings: list[str] = field(default_factory=list)
    warnings: list[PageWarning] = field(default_factory=list)


def read_json_ld(tree: Any, fields: Fields) -> None:
    """Fill the fields from schema.org's NewsArticle.

    Parameters
    ----------
    tree : lxml.html.HtmlElement
    fields : Fields
        Filled in place.
    """
    documents = []
    for script in tree.xpath("//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]"):
        document = parse_json_ld(script.text or "")
        if document is None:
            fields.warnings.append(PageWarning("broken_json_ld", (script.text or "").strip()[:80]))
        documents.append(document)
    article = find_article(documents)
    if article is not None:
        read_article(article, fields)


def read_article(article: Mapping[str, Any], fields: Fields) -> None:
    """Fill the fields from one node of JSON-LD.

    Parameters
    ----------
    article : mapping
        As `find_article` finds it.
    fields : Fields
        Filled in place.
    """
    fields.headline = one_line(plain_text(text_of(article.get("headline")) or text_of(article.get("name"))))
    fields.subheadline = one_line(plain_text(text_of(article.get("alternativeHeadline"))))
    fields.body = tidy(plain_text(text_of(article.get("articleBody"))))
    fields.section = one_line(text_of(article.get("articleSection")))
    fields.topics = [one_line(name) for name in names(article.get("keywords"))]
    fields.published = one_line(text_of(article.get("datePublished")))
    fields.updated = one_line(text_of(article.get("dateModified")))
    fields.language = one_line(text_of(article.get("inLanguage")))
    fields.url = one_line(text_of(article.get("url")) or text_of(article.get("mainEntityOfPage")))
    fields.source = one_line(text_of(article.get("publisher")))


_META = {
    "headline": ("og:title", "twitter:title"),
    "section": ("article:section",),
    "published": ("article:published_time", "datepublished", "pubdate", "dc.date.issued"),
    "updated": ("article:modified_time", "og:updated_time", "datemodified"),
    "url": ("og:url",),
    "source": ("og:site_name",),
}


def read_meta(tree: Any, fields: Fields) -> None:
    """Fill what JSON-LD left open from Open Graph and the page's own attributes.

    Parameters
    ----------
    tree : lxml.html.HtmlElement
    fields : Fields
        Filled in place; topics of both are joined.
    """
    metas: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").strip().lower()
        if name and (content := one_line(meta.get("content") or "")):
            metas.setdefault(name, []).append(content)
    for target, sources in _META.items():
        if not getattr(fields, target):
            setattr(fields, target, next((metas[source][0] for source in sources if source in metas), ""))
    fields.topics += metas.get("article:tag", [])
    fields.language = fields.language or (tree.get("lang") or "").strip()
    if not fields.published:
        fields.published = next((time.get("datetime") for time in tree.iter("time") if time.get("datetime")), "")
    if not fields.url:
        addresses = (link.get("href") for link in tree.xpath("//link[@rel='canonical']"))  # "/@href" gives no plain str
        fields.url = next((one_line(address) for address in addresses if address), "")


def language_tag(printed: str) -> str | None:
    """Return a language tag in its usual spelling, None where it is none: «ar_AE» is ``ar-AE``."""
    match = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}|\d{3}))?", printed)
    if match is None:
        return None
    return match[1].lower() + (f"-{match[2].upper()}" if match[2] else "")
