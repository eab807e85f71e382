"""Reads a story that was sent as JSON-LD alone: schema.org's NewsArticle, as newsrooms' systems pass it on.

``service`` comes here with ``application/ld+json``; JSON-LD that stands in a page is ``html_page``'s.
"""

from __future__ import annotations

from typing import Any

from model.errors import EmptyTextError, PageError
from model.pages.assembly import assemble
from model.pages.json_ld import find_article, text_of
from model.pages.markup import plain_text
from model.pages.metadata import Fields, read_article
from model.pages.page import ReadPage
from model.pages.tidy import one_line

__all__ = ["read_news_article"]

_TEXTS = ("headline", "name", "articleBody")


def read_news_article(document: Any) -> ReadPage:
    """Read parsed JSON-LD.

    Parameters
    ----------
    document : object
        A node, a list of nodes or a ``@graph``, as JSON gives it.

    Returns
    -------
    ReadPage
        Its body may be empty: many outlets publish no ``articleBody``. Then ``description``, the teaser, is the
        subheadline where there is no ``alternativeHeadline``.

    Raises
    ------
    PageError
        There is no article of a type of schema.org's in it.
    EmptyTextError
        The article has neither headline, nor name, nor body.
    """
    article = find_article([document])
    if article is None:
        raise PageError("the JSON-LD holds no article; its @type should be NewsArticle")
    if not any(text_of(article.get(name)) for name in _TEXTS):
        raise EmptyTextError(f"the article has none of {', '.join(_TEXTS)}")
    fields = Fields()
    read_article(article, fields)
    if not fields.body and not fields.subheadline:
        fields.subheadline = one_line(plain_text(text_of(article.get("description"))))
    return assemble(fields, fields.body)
