"""Reads the labels and dates that a page prints: breadcrumbs, section and tag lines, publication times.

``text_page`` passes the lines that are such fields; what comes out is gold and stays out of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from model.pages.dates import read_date
from model.pages.furniture import DATE_LABEL, SECTION_LABEL, TAG_LABEL
from model.pages.layout import Line
from model.pages.newsroom import fold
from model.pages.page import PageWarning
from model.pages.phrases import MENU, SECTIONS, folded_key

__all__ = [
    "PrintedDates",
    "crumb_section",
    "pick_section",
    "printed_dates",
    "split_section_prefix",
    "tags_of",
    "unique",
]

_CRUMBS = re.compile(r"\s*(?:[>›«»❯/\\|]|->|←)\s*")
_TAG_MARKS = re.compile(r"\s*[،,;؛|•·#]\s*")
_PREFIX = re.compile(r"\s*(?P<section>[^/|:]{2,24}?)\s*(?:\||/|//)\s+(?=\S+(?:\s\S+){2})")
# «أخبار» says nothing that another section printed beside it does not say better.
_GENERIC = frozenset(("اخبار", "الاخبار", "عام"))


@dataclass(frozen=True, slots=True)
class PrintedDates:
    """When a page says that it was published and updated, and what of it could not be read."""

    published: datetime | None = None
    updated: datetime | None = None
    warnings: tuple[PageWarning, ...] = ()


def unique(topics: Iterable[str]) -> tuple[str, ...]:
    """Return topics in order, each once, however they are spelled."""
    kept: dict[str, str] = {}
    for topic in topics:
        cleaned = " ".join(topic.strip(' \t\n#.,،:|"«»').replace("_", " ").split())
        if cleaned:
            kept.setdefault(folded_key(cleaned), cleaned)
    return tuple(kept.values())


def crumb_section(line: str) -> str | None:
    """Return the section a breadcrumb names: the first part that is one and says more than «أخبار».

    Parameters
    ----------
    line : str
        Such as «الرئيسية > أخبار > اقتصاد».

    Returns
    -------
    str or None
    """
    parts = [part for part in _CRUMBS.split(SECTION_LABEL.sub("", line)) if part]
    named = [part for part in parts if folded_key(part) not in MENU]
    known = [part for part in named if folded_key(part) in SECTIONS]
    telling = [part for part in known if folded_key(part) not in _GENERIC]
    return next(iter(telling or known or named), None)


def pick_section(lines: list[Line]) -> tuple[str | None, tuple[str, ...]]:
    """Choose the printed section among lines that print one.

    Parameters
    ----------
    lines : list of Line
        The breadcrumbs, section labels and lone section names above a story, menus left out.

    Returns
    -------
    section : str or None
        A breadcrumb's or a label's before a lone name's.
    others : tuple of str
        Further lone names, which are topics then.
    """
    explicit = [line.text for line in lines if line.kind == "breadcrumb"]
    explicit += [line.text[_label_length(line.text) :] for line in lines if line.kind == "section_label"]
    lone = list(unique(line.text for line in lines if line.kind == "section"))
    sections = [section for text in explicit if (section := crumb_section(text))]
    if not sections:
        sections = sorted(lone, key=lambda name: folded_key(name) in _GENERIC)[:1]
    if not sections:
        return None, ()
    chosen = sections[0].strip()
    return chosen, tuple(name for name in lone if folded_key(name) not in _GENERIC | {folded_key(chosen)})


def _label_length(text: str) -> int:
    return max(text.find(":"), text.find("-")) + 1


def tags_of(line: str) -> tuple[str, ...]:
    """Return the tags of «الكلمات المفتاحية: نفط، أوبك» or «#نفط #أوبك»."""
    match = TAG_LABEL.match(folded_key(line))
    listed = line.partition(":")[2] if match is not None and ":" in line else line
    return unique(_TAG_MARKS.split(listed))


def split_section_prefix(headline: str) -> tuple[str | None, str]:
    """Take the section off the front of a headline: «رياضي / المنتخب يبدأ…», «اقتصاد | …».

    A colon does not do: «اقتصاد: …» may be a sentence.

    Parameters
    ----------
    headline : str

    Returns
    -------
    section : str or None
    rest : str
    """
    match = _PREFIX.match(headline)
    if match is None or folded_key(match["section"]) not in SECTIONS:
        return None, headline
    return match["section"], headline[match.end() :]


def printed_dates(lines: list[str]) -> PrintedDates:
    """Read the date lines of a page.

    Parameters
    ----------
    lines : list of str
        «نشر في: …», «آخر تحديث: …», both on one line, or a date without a label, which is the publication's.

    Returns
    -------
    PrintedDates
    """
    found: dict[str, datetime | None] = {}
    warnings: list[PageWarning] = []
    pieces = [piece for line in lines for piece in _pieces(line)]
    for label, text in sorted(pieces, key=lambda piece: piece[0] == ""):  # a labelled date before a bare one
        name = label or "published"
        if found.get(name) is not None or (not label and "published" in found):
            continue
        found[name], problem = read_date(text)
        if problem is not None:
            warnings.append(PageWarning(problem, text.strip()))
    return PrintedDates(found.get("published"), found.get("updated"), tuple(warnings))


def _pieces(line: str) -> list[tuple[str, str]]:
    """Cut a date line at its labels: («published», «23 سبتمبر …»), («updated», …); "" where there is no label."""
    folded = fold(line)
    labels = list(DATE_LABEL.finditer(folded))
    if not labels:
        return [("", line)]
    ends = [label.start() for label in labels[1:]] + [len(line)]
    return [
        ("updated" if label["updated"] else "published", line[label.end() : end].strip(" |-،,"))
        for label, end in zip(labels, ends, strict=True)
    ]
