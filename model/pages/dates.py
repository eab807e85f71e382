"""Reads the dates that Arab newsrooms print: one text about one point in time becomes an aware datetime, or None.

``text_page`` and ``html_page`` pass what stands behind «نشر في:» or in ``datePublished``.

Rules, none of which guesses:

- A clock time needs a zone, printed («GST», «بتوقيت مكة», «+03:00») or given as `default_zone`; otherwise None.
- A day without a clock time stands for midnight UTC of that day: it is known to the day, and the reading says so
  (``"date_without_time"``).
- A date without its year, a two-digit year, a day that does not exist (31 شباط), a numeric date that can be read two
  ways (03/04/2022), two dates that differ, and a weekday that contradicts the date give None.
- Hijri dates are converted by the Umm al-Qura calendar (``hijridate``). Where a Gregorian date is printed too, it
  counts, unless the two are more than two days apart (sighting differs by country by a day or so).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, tzinfo
from email.utils import parsedate_to_datetime

from hijridate import Hijri

from model.pages.months import GREGORIAN_MONTHS, HIJRI_MONTHS
from model.pages.newsroom import alternatives, fold
from model.pages.zones import find_zone

__all__ = ["parse_date", "read_date"]

# A labelled date in two calendars with weekday and zone runs to about 110 characters; more is prose.
_LONGEST = 200

_INVISIBLE = re.compile(
    "[\N{ARABIC LETTER MARK}\N{ZERO WIDTH SPACE}-\N{RIGHT-TO-LEFT MARK}\N{LEFT-TO-RIGHT EMBEDDING}-"
    "\N{RIGHT-TO-LEFT OVERRIDE}\N{LEFT-TO-RIGHT ISOLATE}-\N{POP DIRECTIONAL ISOLATE}\N{ZERO WIDTH NO-BREAK SPACE}"
    "\N{ARABIC FATHATAN}-\N{ARABIC KASRA}\N{ARABIC SUKUN}]"  # the shadda stays: it tells عمّان from عمان
)
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\d*\s?(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_RFC_2822 = re.compile(
    r"(?:[A-Z][a-z]{2},\s)?\d{1,2}\s[A-Z][a-z]{2}\s\d{4}\s\d{2}:\d{2}(?::\d{2})?\s[+\-A-Z]", re.ASCII
)

_BREAK = r"[\s,.:/-]{0,4}"


def _written(months: dict[str, int]) -> str:
    name = rf"(?:{alternatives(frozenset(months))})(?!\w)"
    return rf"(?P<month>{name})(?:\s?[/|(-]\s?(?P<again>{name})\)?)?"


_GREGORIAN = _written(GREGORIAN_MONTHS)
_HIJRI = _written(HIJRI_MONTHS)
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_WRITTEN_GREGORIAN = (
    re.compile(rf"{_DAY}{_BREAK}(?:من\s)?(?:شهر\s)?{_GREGORIAN}{_BREAK}(?:سنه\s|عام\s)?{_YEAR}"),
    re.compile(rf"(?<!\w){_GREGORIAN}{_BREAK}(?P<day>\d{{1,2}})(?!\d){_BREAK}{_YEAR}"),
    re.compile(rf"(?<!\d)(?P<year>\d{{4}}){_BREAK}{_GREGORIAN}{_BREAK}(?P<day>\d{{1,2}})(?![\d:])"),
)
_WRITTEN_HIJRI = re.compile(rf"{_DAY}{_BREAK}(?:من\s)?(?:شهر\s)?{_HIJRI}{_BREAK}(?:سنه\s|عام\s)?{_YEAR}")
_YEAR_FIRST = re.compile(r"(?<![\d./-])(?P<year>\d{4})\s?([./-])\s?(?P<month>\d{1,2})\s?\2\s?(?P<day>\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<![\d./-])(?P<first>\d{1,2})\s?([./-])\s?(?P<second>\d{1,2})\s?\2\s?(?P<year>\d{4})(?!\d)")

_TIME = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?!\d)|[hH](?P<french>\d{2})(?!\d))"
    r"\s?(?P<half>[^\W\d_]+(?:\sالظهر)?)?"
)
_BARE_HOUR = re.compile(r"(?<![\d:])(?P<hour>\d{1,2})\s?(?P<half>صباحا|مساء|ظهرا|عصرا|فجرا|[AaPp][Mm])(?!\w)")
_BEFORE_NOON = frozenset(("ص", "صباحا", "فجرا", "قبل الظهر", "AM", "am", "Am"))
_AFTER_NOON = frozenset(("م", "مساء", "ظهرا", "عصرا", "بعد الظهر", "PM", "pm", "Pm"))

_WEEKDAYS = {
    fold(name): number
    for number, name in enumerate(("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"))
} | {"الاتنين": 0}
_WEEKDAY = re.compile(rf"(?<!\w)(?:{'|'.join(_WEEKDAYS)})(?!\w)")


def parse_date(text: str, *, default_zone: tzinfo | None = None) -> datetime | None:
    """Read one printed date.

    Parameters
    ----------
    text : str
        A date as printed, with or without a label («نشر في: 23 سبتمبر ,2022: 01:35 م GST»).
    default_zone : tzinfo, optional
        The zone of a clock time that is printed without one. Without it, such a time gives None.

    Returns
    -------
    datetime or None
        Aware; None where the text cannot be read without guessing.
    """
    return read_date(text, default_zone=default_zone)[0]


def read_date(text: str, *, default_zone: tzinfo | None = None) -> tuple[datetime | None, str | None]:
    """Read one printed date, and say what was wrong with it.

    Parameters
    ----------
    text : str
    default_zone : tzinfo, optional

    Returns
    -------
    datetime or None
        As `parse_date` returns it.
    str or None
        ``"unreadable_date"`` or ``"date_without_zone"`` with None, ``"date_without_time"`` with a midnight that
        stands for a day, None where all is well.
    """
    cleaned = _INVISIBLE.sub("", text).strip()
    if not cleaned or len(cleaned) > _LONGEST:
        return None, "unreadable_date"
    folded = fold(cleaned)
    day, clock, zone = _parts(folded)
    if day is None:
        return None, "unreadable_date"
    if clock is None:
        return datetime.combine(day, time(), UTC), "date_without_time"
    zone = zone or default_zone
    if zone is None:
        return None, "date_without_zone"
    return datetime.combine(day, clock, zone), None


class _UnreadableError(Exception):
    """A part of the date is impossible or ambiguous."""


def _parts(folded: str) -> tuple[date | None, time | None, tzinfo | None]:
    """Return the day, the clock time and the zone of a folded text; the day is None where any is unreadable."""
    try:
        machine = _machine_written(folded)
        if machine is not None:
            return machine
        day = _day(folded)
        clock = _clock(folded)
    except (_UnreadableError, ValueError, OverflowError):
        return None, None, None
    return day, clock, find_zone(folded)


def _machine_written(folded: str) -> tuple[date, time | None, tzinfo | None] | None:
    """Read ISO 8601 and RFC 2822, the two forms that metadata come in."""
    iso = _ISO.fullmatch(folded)
    if iso is not None and int(folded[:4]) >= 1900:
        clock = time.fromisoformat(iso[2]) if iso[2] else None
        zone = datetime.fromisoformat(f"2000-01-01T00:00{iso[3]}").tzinfo if iso[3] else None
        return date.fromisoformat(iso[1]), clock, zone
    if _RFC_2822.match(folded):
        moment = parsedate_to_datetime(folded)
        return moment.date(), moment.time(), moment.tzinfo
    return None


def _day(folded: str) -> date:
    """Return the one day a folded text names.

    Raises
    ------
    _UnreadableError
        No day, an impossible or ambiguous one, or two that differ.
    """
    gregorian = {_gregorian(match, GREGORIAN_MONTHS) for rule in _WRITTEN_GREGORIAN for match in rule.finditer(folded)}
    hijri = {_hijri(*_numbers(match, HIJRI_MONTHS)) for match in _WRITTEN_HIJRI.finditer(folded)}
    for year, month, day in _numeric(folded):
        if 1900 <= year <= 2100:
            gregorian.add(date(year, month, day))
        else:
            hijri.add(_hijri(year, month, day))
    if len(gregorian) > 1 or len(hijri) > 1 or not gregorian | hijri:
        raise _UnreadableError
    found = next(iter(gregorian or hijri))
    if gregorian and hijri and abs((found - next(iter(hijri))).days) > 2:
        raise _UnreadableError
    weekdays = {_WEEKDAYS[name] for name in _WEEKDAY.findall(folded)}
    if gregorian and weekdays - {found.weekday()}:
        raise _UnreadableError
    return found


def _numbers(match: re.Match[str], months: dict[str, int]) -> tuple[int, int, int]:
    month = months[match["month"]]
    if match["again"] is not None and months[match["again"]] != month:  # «سبتمبر/تشرين الأول»
        raise _UnreadableError
    return int(match["year"]), month, int(match["day"])


def _gregorian(match: re.Match[str], months: dict[str, int]) -> date:
    year, month, day = _numbers(match, months)
    if not 1900 <= year <= 2100:
        raise _UnreadableError
    return date(year, month, day)


def _hijri(year: int, month: int, day: int) -> date:
    converted = Hijri(year, month, day).to_gregorian()  # ValueError, OverflowError outside 1343-1500 AH
    return date(converted.year, converted.month, converted.day)


def _numeric(folded: str) -> list[tuple[int, int, int]]:
    """Return the (year, month, day) of every date written in digits.

    Raises
    ------
    _UnreadableError
        Day and month cannot be told apart: 03/04/2022 is April in Cairo and March in New York.
    """
    found = [(int(match["year"]), int(match["month"]), int(match["day"])) for match in _YEAR_FIRST.finditer(folded)]
    for match in _YEAR_LAST.finditer(folded):
        first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
        if first <= 12 and second <= 12 and first != second:
            raise _UnreadableError
        day, month = (second, first) if second > 12 else (first, second)
        found.append((year, month, day))
    return found


def _clock(folded: str) -> time | None:
    """Return the one clock time a folded text names, None where it names none.

    Raises
    ------
    _UnreadableError
        An hour that does not exist, or two times that differ.
    """
    matches = list(_TIME.finditer(folded)) or list(_BARE_HOUR.finditer(folded))
    times = {_time(match.groupdict()) for match in matches}
    if len(times) > 1:
        raise _UnreadableError
    return next(iter(times), None)


def _time(parts: dict[str, str | None]) -> time:
    hour = int(parts["hour"] or 0)
    half = parts["half"] or ""
    if half in _AFTER_NOON:
        if hour == 0:
            raise _UnreadableError
        hour += 12 if hour < 12 else 0
    elif half in _BEFORE_NOON:
        if hour > 12:
            raise _UnreadableError
        hour %= 12
    minute = parts.get("minute") or parts.get("french") or 0
    return time(hour, int(minute), int(parts.get("second") or 0))
