"""From what a client sent to the Article that is labelled, with what was noticed on the way.

Between ``schemas`` (the shape is right) and the classifier (which knows nothing of pages or limits).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from model.article import Article
from model.pages import read_page
from service.faults import Fault
from service.refusals import RefusedError
from service.schemas import Document

__all__ = ["MAX_DOCUMENT_BYTES", "Reading", "read_document"]

MAX_DOCUMENT_BYTES = 2**20
"""All texts of one document in UTF-8 (the HTTP contract: 1 MiB a document)."""

_NOTHING_LEFT = "-"
"""Body of a page that was boilerplate from top to bottom. It did hold text, so it is answered (``abstained``, too
short), while the classifier takes an article without any for a mistake of its caller's."""

_TEXT_FIELDS = ("headline", "subheadline", "body", "page")


@dataclass(frozen=True, slots=True)
class Reading:
    """A document, read.

    Attributes
    ----------
    article : Article
        What is labelled.
    warnings : tuple of dict
        What the client should know about the reading, as it stands in the answer: ``code`` and, where there is one,
        ``count`` or ``detail``.
    """

    article: Article
    warnings: tuple[dict[str, Any], ...]


def read_document(document: Document) -> Reading:
    """Read a document's fields, and its page where it has one; fields win over what the page says.

    Raises
    ------
    RefusedError
        If it is too long or holds no text.
    PageError
        If its page cannot be read.
    """
    _check_length(document)
    given = {name: text for name in _TEXT_FIELDS if (text := getattr(document, name)) and not text.isspace()}
    page = given.pop("page", None)
    if page is None and not {"headline", "body"} & given.keys():
        raise RefusedError("no_text", Fault("no_text"))
    article, warnings = (Article(), ()) if page is None else _read_page(page)
    article = replace(article, **given)
    if document.published is not None:
        article = replace(article, published=document.published)
    if not any(text.strip() for text in (article.headline, article.subheadline, article.body)):
        article = replace(article, body=_NOTHING_LEFT)
    return Reading(article, warnings)


def _check_length(document: Document) -> None:
    """Refuse a document above 1 MiB, pointing at its longest field."""
    lengths = {name: len((getattr(document, name) or "").encode()) for name in _TEXT_FIELDS}
    if sum(lengths.values()) > MAX_DOCUMENT_BYTES:
        longest = max(lengths, key=lengths.__getitem__)
        raise RefusedError("too_long", Fault("too_long", f"#/{longest}", {"limit": MAX_DOCUMENT_BYTES}))


def _read_page(raw: str) -> tuple[Article, tuple[dict[str, Any], ...]]:
    """Read a raw page; what was taken off as boilerplate is counted, not repeated."""
    page = read_page(raw)
    removed = ({"code": "boilerplate_removed", "count": len(page.removed)},) if page.removed else ()
    noticed = tuple({"code": warning.code, "detail": warning.detail} for warning in page.warnings)
    return page.article, (*removed, *noticed)
