"""Recognises what stands in front of a story: a dateline, an agency, a byline.

``lines`` asks here once the first word has shown that there may be something. The text it hands over is short and
folded by `newsroom.fold`, so that lengths found here are lengths in the original.
"""

from __future__ import annotations

import re

from model.pages import newsroom
from model.pages.months import MONTH_PATTERN
from model.pages.newsroom import alternatives

__all__ = ["body_lead", "headline_lead"]

_ANY_SOURCE = rf"(?:{alternatives(newsroom.AGENCIES, newsroom.OUTLETS, newsroom.OUTLETS_AMBIGUOUS)})(?!\w)"
_CITY = rf"(?:{alternatives(newsroom.CITIES)})(?!\w)"
_MONTH = rf"(?:{MONTH_PATTERN})(?!\w)"
_YEAR = r"(?:[ /,-]{1,3}\d{4})?(?:\s?[مه]-?(?!\w))?"
_DAY = rf"\d{{1,2}}[ /-]{{1,3}}(?:{_MONTH}(?:\s?/\s?{_MONTH})?|\d{{1,2}}(?!\d)){_YEAR}"

# «القاهرة», «واشنطن ونيويورك», «دبي، الإمارات العربية المتحدة»
_PLACES = re.compile(
    rf"[\"(]?(?P<city>{_CITY})(?:\s?(?:[,/&-]|و)\s?(?:{alternatives(newsroom.CITIES, newsroom.COUNTRIES)})(?!\w))*\)?"
)
# «12 يناير / كانون الثاني 2022», «5 - 3», «12 ربيع الأول 1444 هـ الموافق 8 أكتوبر 2022 م»
_DATE = re.compile(rf"(?:في\s)?{_DAY}(?:\s?(?:الموافق|/)?\s?{_DAY})?")
# «رويترز», «(أ ف ب)», «"الخليج"», «(رويترز - وكالات)»
_SOURCES = re.compile(
    rf"(?P<open>[\"(\[]*)\s?(?:خاص\s)?(?P<first>{_ANY_SOURCE})(?:\s?(?:[-,/]|و)\s?[\"(]?{_ANY_SOURCE})*\s?(?P<close>[\")\]]*)"
)
_MORE_SOURCES = re.compile(rf"\s?(?:[-,/]|و)\s?(?:[\"(\[]+{_ANY_SOURCE}[\")\]]+|{_ANY_SOURCE})")
# «عجلون 18 تشرين الأول (بترا) -»: with an agency in brackets and a separator a city need not be a known one.
_SOME_PLACE_AND_SOURCE = re.compile(
    rf"[^\W\d_]+(?: [^\W\d_]+){{0,2}}\s?[-,/]?\s?(?:{_DATE.pattern})?\s?[-,/]?\s?\({_ANY_SOURCE}\)\s*[-:/]+\s*"
)
_GAP = re.compile(r"(?:\s|-|:|/|\.\.+|…)*")
_PERSON = r"[^\W\d_]+(?:[ ][^\W\d_]{2,}){1,3}?"
_NAMES = re.compile(
    rf"(?P<given>[^\W\d_]+)(?:[ ][^\W\d_]{{2,}}){{1,3}}?(?:\s?,\s?{_PERSON}|[ ]و[ ]?{_PERSON})*"
    r"(?=\s*(?:[:\-/\n…]|\.\.|\Z))"
)
_BYLINE = re.compile(rf"(?P<word>{alternatives(newsroom.BYLINE_WORDS)})(?!\w)(?P<mark>[ ]*[:\-/]*\s*)")


def _gap(head: str, at: int) -> tuple[int, str]:
    """Return where a run of spaces and separators ends, and its separators (``""`` for spaces alone)."""
    match = _GAP.match(head, at)
    end = match.end() if match is not None else at
    return end, head[at:end].strip(" ")


def _names(head: str, at: int) -> int:
    """Return where the names of one or more people end, 0 where the words are not known to be names."""
    match = _NAMES.match(head, at)
    return match.end() if match is not None and match["given"] in newsroom.GIVEN_NAMES else 0


def _source(head: str, at: int, *, separated: bool) -> int:
    """Return where agencies or outlets end, 0 where they may be words of the story.

    The plainer a name is as a word, the more must stand around it: «(بنا)» and «"الخليج"» are marked; «رويترز» needs
    a separator on one side; «الخليج» and «معا» on both («دبي - الخليج مقبلة على…» stays).
    """
    match = _SOURCES.match(head, at)
    if match is None:
        return 0
    end, after = _gap(head, match.end())
    stops = bool(after) or end == len(head)
    if match["open"] and match["close"]:
        accepted = True
    elif match["first"] in newsroom.AGENCIES_ORDINARY | newsroom.OUTLETS_AMBIGUOUS:
        accepted = separated and stops
    else:
        accepted = separated or stops
    return match.end() if accepted else 0


def _after_source(head: str, at: int) -> int:
    """Return where further agencies, a reporter's name and the closing separator end."""
    while match := _MORE_SOURCES.match(head, at):
        at = match.end()
    after, mark = _gap(head, at)
    if mark and (named := _names(head, after)):
        after, _ = _gap(head, named)
    return after


def _dateline(head: str, *, in_headline: bool) -> int:
    """Return the length of a dateline: a city, perhaps a date, then a source, a reporter or a separator."""
    place = _PLACES.match(head)
    if place is None:
        return 0
    at, mark = _gap(head, place.end())
    date = _DATE.match(head, at) if at > place.end() else None
    if date is not None:
        at, dated_mark = _gap(head, date.end())
    source = _source(head, at, separated=date is not None or bool(mark))
    if source:
        return _after_source(head, source)
    if in_headline:
        return 0
    if date is not None:
        return at if dated_mark or at == len(head) else 0
    if named := _names(head, at):
        end, after = _gap(head, named)
        if mark or ":" in after:  # «أبوظبي مريم سالم: قالت» has no separator after the city
            return end
    return at if _stands_alone(place["city"], mark, head[place.end() : at], head[at : at + 1]) else 0


def _stands_alone(city: str, mark: str, gap: str, following: str) -> bool:
    """Whether a city and a separator, with nothing else, are a dateline."""
    if not mark or city in newsroom.CITIES_ORDINARY:
        return False
    if city in newsroom.CITY_STATES and ":" in mark:
        return False
    return gap != mark or ":" in mark or "\n" in mark or following == '"'  # «موسكو-كييف» is a route


def headline_lead(head: str) -> tuple[str, int]:
    """Measure a dateline with a source, or an agency and a separator, at the start of a headline.

    Parameters
    ----------
    head : str
        The folded beginning of the headline.

    Returns
    -------
    str
        ``"dateline"``, ``"agency"`` or ``""``.
    int
        Its length in characters, with the separator; 0 for none.
    """
    if length := _dateline(head, in_headline=True):
        return "dateline", length
    if length := _agency(head):
        return "agency", length
    return "", 0


def _agency(head: str) -> int:
    """Return the length of agencies that stand alone: «رويترز: …», «(أ ف ب) …», «"الخليج" - دبي: …»."""
    match = _SOURCES.match(head)
    if match is None:
        return 0
    at, mark = _gap(head, match.end())
    if match["open"].startswith("(") and match["close"]:
        return at
    if mark and match["open"]:  # a quoted newspaper may be quoted: «"الاتحاد": …»
        return at if _PLACES.match(head, at) else 0
    if not mark:
        return 0
    if match["first"] in newsroom.AGENCIES - newsroom.AGENCIES_ORDINARY:
        return at
    # «العمانية: نزوى …» goes; «اليوم.. سوسة بلا سيارات أجرة» stays
    return at if mark in (":", "-", "/") and _PLACES.match(head, at) else 0


def _byline(head: str) -> int:
    """Return the length of a byline: a word that opens one, then people, then a separator."""
    match = _BYLINE.match(head)
    if match is None:
        return 0
    named = _names(head, match.end())
    if not named:
        return 0
    end, after = _gap(head, named)
    # «كتب محمد صلاح: شكراً» is content; «كتب: محمد سالم», «كتب محمد سالم -» are bylines.
    is_verb = match["word"].startswith(("كتب", "عرض", "قراءه", "رصد"))
    return 0 if is_verb and not match["mark"].strip(" ") and after == ":" else end


def body_lead(head: str) -> tuple[str, int]:
    """Measure one dateline, agency or byline at the start of a body.

    Parameters
    ----------
    head : str
        The folded beginning of the body.

    Returns
    -------
    str
        ``"dateline"``, ``"agency"``, ``"byline"`` or ``""``.
    int
        Its length in characters, with the separator; 0 for none.
    """
    if length := _dateline(head, in_headline=False):
        return "dateline", length
    if match := _SOME_PLACE_AND_SOURCE.match(head):
        return "dateline", match.end()
    if length := _agency(head):
        return "agency", length
    if length := _byline(head):
        return "byline", length
    return "", 0
