"""From what a client sent to the Article that is labelled, with what was noticed on the way.

Between ``schemas`` (the shape is right) and the classifier (which knows nothing of pages or limits).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from model.article import Article
from model.errors import PageError
from model.pages import PageWarning, ReadPage, read_news_article, read_page
from service.faults import Fault
from service.refusals import RefusedError
from service.schemas import MAX_DOCUMENT_BYTES, Document, Page

__all__ = ["Reading", "page_of_document", "page_of_json_ld", "page_of_text", "read_document", "reading_of", "texts_of"]

_NOTHING_LEFT = "-"
"""Body of a page that was boilerplate from top to bottom. It did hold text, so it is answered (``abstained``, too
short), while the classifier takes an article without any for a mistake of its caller's."""

_TEXT_FIELDS = ("headline", "subheadline", "body", "page")
_MOST_BYTES = 4
"""Of a character in UTF-8."""


class Reading(NamedTuple):
    """A document, read.

    Attributes
    ----------
    article : Article
        What is labelled; holds text.
    warnings : tuple of dict
        What the client should know about the reading, as it stands in the answer: ``code`` and, where there is one,
        ``count`` or ``detail``.
    """

    article: Article
    warnings: tuple[dict[str, Any], ...] = ()


def read_document(document: Document) -> Reading:
    """Read a document's fields, and its page where it has one; fields win over what the page says.

    Raises
    ------
    RefusedError
        If it is too long or holds no text.
    """
    headline, subheadline = _given(document.headline), _given(document.subheadline)
    body, page = _given(document.body), _given(document.page)
    if len(headline) + len(subheadline) + len(body) + len(page) > MAX_DOCUMENT_BYTES // _MOST_BYTES:
        _check_length(document)
    if not page:
        if not headline and not body:
            raise RefusedError("no_text", Fault("no_text"))
        return Reading(Article(headline, subheadline, body, published=document.published))
    found = page_of_text(page)
    article = replace(
        found.article,
        headline=headline or found.article.headline,
        subheadline=subheadline or found.article.subheadline,
        body=body or found.article.body,
        published=document.published or found.article.published,
    )
    return reading_of(replace(found, article=article))


def page_of_text(text: str) -> ReadPage:
    """Read a text as it was sent: a headline, a body, or a page as crawled, plain or HTML.

    A page on which nothing can be read is an empty one, with a warning.

    Raises
    ------
    RefusedError
        If it is blank.
    """
    if not text or text.isspace():
        raise RefusedError("no_text")
    try:
        return read_page(text)
    except PageError:
        return ReadPage(Article(), warnings=(PageWarning("unreadable_page", ""),))


def page_of_document(page: Page) -> ReadPage:
    """Read a page that was sent in JSON.

    Raises
    ------
    RefusedError
        If it is too long or blank.
    """
    if len(page.page.encode()) > MAX_DOCUMENT_BYTES:
        raise RefusedError("too_long", Fault("too_long", "#/page", {"limit": MAX_DOCUMENT_BYTES}))
    if page.page.isspace() or not page.page:
        raise RefusedError("no_text", Fault("no_text", "#/page"))
    return page_of_text(page.page)


def page_of_json_ld(document: Any) -> ReadPage:
    """Read parsed JSON-LD.

    Raises
    ------
    RefusedError
        If there is no article in it.
    EmptyTextError
        If its article has neither headline nor body.
    """
    try:
        return read_news_article(document)
    except PageError as error:
        raise RefusedError("no_article") from error


def reading_of(page: ReadPage) -> Reading:
    """Take what is labelled from a page; what was taken off it is counted, not repeated."""
    article = page.article
    if not any(text.strip() for text in (article.headline, article.subheadline, article.body)):
        article = replace(article, body=_NOTHING_LEFT)
    removed = ({"code": "boilerplate_removed", "count": len(page.removed)},) if page.removed else ()
    noticed = ({"code": warning.code, "detail": warning.detail} for warning in page.warnings)
    return Reading(article, (*removed, *noticed))


def texts_of(document: Document) -> dict[str, str]:
    """Return the texts that a document was read from, by field, as they were sent."""
    texts = ((name, _given(getattr(document, name))) for name in _TEXT_FIELDS)
    return {name: text for name, text in texts if text}


def _given(text: str | None) -> str:
    """Take a field that is null or blank for one that is not given."""
    return "" if text is None or text.isspace() else text


def _check_length(document: Document) -> None:
    """Refuse a document above 1 MiB, pointing at its longest field."""
    lengths = {name: len((getattr(document, name) or "").encode()) for name in _TEXT_FIELDS}
    if sum(lengths.values()) > MAX_DOCUMENT_BYTES:
        longest = max(lengths, key=lengths.__getitem__)
        raise RefusedError("too_long", Fault("too_long", f"#/{longest}", {"limit": MAX_DOCUMENT_BYTES}))
