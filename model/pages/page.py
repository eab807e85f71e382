"""What reading a page gives: an Article, what was taken off it, and what could not be read.

``text_page`` and ``html_page`` make these; ``service`` shows ``removed`` and ``warnings`` to the caller.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.article import Article

__all__ = ["PageWarning", "ReadPage", "Removed"]


@dataclass(frozen=True, slots=True)
class Removed:
    """One piece of a page that is not the story.

    Attributes
    ----------
    kind : str
        What it is, such as ``"menu"``, ``"breadcrumb"``, ``"topic_line"``, ``"dateline"``, ``"byline"``,
        ``"share_bar"``, ``"teasers"``, ``"most_read"``, ``"app_promotion"`` or ``"duplicate_caption"``.
    text : str
        The words taken off, as printed.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class PageWarning:
    """Something on the page that was seen but could not be used.

    Attributes
    ----------
    code : str
        Stable name, such as ``"unreadable_date"``.
    detail : str
        The part of the page in question.
    """

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page, read.

    Attributes
    ----------
    article : Article
        The story and the labels printed with it.
    removed : tuple of Removed
        Everything left out, from top to bottom of the page.
    warnings : tuple of PageWarning
    """

    article: Article
    removed: tuple[Removed, ...] = ()
    warnings: tuple[PageWarning, ...] = ()
