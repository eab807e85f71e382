"""The Article: one news story as the rest of the house sees it.

Pages become Articles (``model.pages``), requests become Articles (``service``), corpus rows become
Articles (``training``); only an Article is ever turned into features.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Article"]


@dataclass(frozen=True, slots=True)
class Article:
    """One story, its furniture already taken off where it came from a page.

    Attributes
    ----------
    headline, subheadline, body : str
        Text as printed; empty where the story has none. Paragraphs of the body are separated by newlines.
    captions : tuple of str
        Image captions, each once.
    section : str or None
        The section printed on the page (a breadcrumb, ``articleSection``), as printed. Gold, never input.
    topics : tuple of str
        The topics printed on the page (topic line, hashtags, ``keywords``), as printed, in order, each once.
        Gold, never input.
    published, updated : datetime or None
        Aware times; None where the page gives none that can be read without guessing.
    language : str or None
        BCP 47 code of the text, such as ``"ar"``; None where unknown.
    url, source : str or None
        Address and outlet, where known.
    """

    headline: str = ""
    subheadline: str = ""
    body: str = ""
    captions: tuple[str, ...] = ()
    section: str | None = None
    topics: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None
    url: str | None = None
    source: str | None = None
