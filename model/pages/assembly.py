"""From what a page says about itself, and its body, to an Article: labels off the texts, dates read, furniture out.

The last step of ``html_page`` and of ``news_article``.
"""

from __future__ import annotations

from datetime import datetime

from model.article import Article
from model.pages.labels import printed_dates, split_section_prefix, unique
from model.pages.layout import without_suffix
from model.pages.lines import strip_body, strip_headline
from model.pages.metadata import Fields, language_tag
from model.pages.page import PageWarning, ReadPage
from model.pages.text_page import read_paragraphs
from model.pages.tidy import unmark_hashtags

__all__ = ["assemble"]


def assemble(fields: Fields, body: str) -> ReadPage:
    """Make an Article of the fields and the body.

    Parameters
    ----------
    fields : Fields
    body : str
        Paragraphs, tidied; furniture and copies of the titles are taken out.
    """
    title = _without_site(fields.headline, fields.source)
    titles = (fields.headline, title, fields.subheadline, fields.section, *fields.headings)
    body, captions, removed = read_paragraphs(body, titles)
    body, cut = strip_body(body)
    headline, cut_too = strip_headline(title)
    section, headline = split_section_prefix(headline)
    headline, headline_tags = unmark_hashtags(headline)
    subheadline, subheadline_tags = unmark_hashtags(fields.subheadline)
    body, body_tags = unmark_hashtags(body)
    published, updated, warnings = _times(fields)
    article = Article(
        headline=headline.strip(),
        subheadline=subheadline,
        body=body.strip(),
        captions=tuple(dict.fromkeys([*fields.captions, *captions])),
        section=fields.section or section or None,
        topics=unique([*fields.topics, *headline_tags, *subheadline_tags, *body_tags]),
        published=published,
        updated=updated,
        language=language_tag(fields.language),
        url=fields.url or None,
        source=fields.source or None,
    )
    return ReadPage(article, removed + cut_too + cut, (*fields.warnings, *warnings))


def _without_site(headline: str, site: str) -> str:
    """Take the site's own name off a headline: «عنوان - اسم الموقع»."""
    folded = headline.rstrip()
    if (
        site
        and folded.endswith(site)
        and (rest := folded[: -len(site)].rstrip())
        and rest[-1] in "|-\N{EN DASH}\N{EM DASH}"
    ):
        return rest[:-1].rstrip()
    return without_suffix(headline)


def _times(fields: Fields) -> tuple[datetime | None, datetime | None, tuple[PageWarning, ...]]:
    """Read both dates; an update at the minute of publication is none of its own."""
    published = printed_dates([fields.published] if fields.published else [])
    updated = printed_dates([fields.updated] if fields.updated else [])
    return published.published, updated.published, published.warnings + updated.warnings
