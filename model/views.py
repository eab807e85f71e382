"""The texts of an article that a classifier sees: the whole story, or its headline alone.

Learning, measuring and serving all take their texts from here, so that all see the same words: without datelines,
bylines, agency names and markup, and without the section and the topics that a page prints.
"""

from __future__ import annotations

from model.article import Article
from model.pages.lines import plain_text, strip_body, strip_headline

__all__ = ["HEADLINE_WORDS", "headline_only", "whole"]

HEADLINE_WORDS = 12
"""Words of the body that stand for a headline where there is none."""


def whole(article: Article) -> str:
    """Join headline, subheadline and body, each cleaned, one field a line.

    Captions are left out: corpora have none to learn from, and theirs are mostly photographers and agencies.
    """
    fields = [_headline(article)] if article.headline else []
    if article.subheadline:
        fields.append(plain_text(article.subheadline))
    if article.body:
        fields.append(_body(article))
    return "\n".join(fields)


def headline_only(article: Article) -> str:
    """Return the cleaned headline, or the first 12 words of the cleaned body where there is none."""
    return _headline(article) if article.headline.strip() else " ".join(_body(article).split()[:HEADLINE_WORDS])


def _headline(article: Article) -> str:
    return strip_headline(plain_text(article.headline))[0]


def _body(article: Article) -> str:
    return strip_body(plain_text(article.body))[0]
