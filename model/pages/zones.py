"""The time zones a page may print, by abbreviation, by offset and by the name of a place.

``dates`` asks here; a zone that is not listed is no zone, and the date stays unread rather than guessed.

Sources: IANA time zone database for places and their summer time; the abbreviations as the Gulf and European press
use them (AST is Arabia Standard Time there, not Atlantic). «عمان» is left out: Muscat and Amman are spelled alike.
"""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from model.pages.newsroom import fold

__all__ = ["find_zone"]

_ABBREVIATIONS = {
    **dict.fromkeys(("GMT", "UTC", "UT", "Z", "WET"), 0),
    **dict.fromkeys(("CET", "WEST", "WAT"), 1),
    **dict.fromkeys(("EET", "CEST", "CAT", "SAST"), 2),
    **dict.fromkeys(("AST", "KSA", "EEST", "EAT", "MSK", "TRT"), 3),
    **dict.fromkeys(("GST", "UAE"), 4),
    **{"EST": -5, "EDT": -4, "CDT": -5, "PST": -8, "PDT": -7},
}

_PLACES = {
    "Asia/Riyadh": "مكة مكة_المكرمة السعودية المملكة الرياض جدة",
    "Asia/Dubai": "الإمارات أبوظبي أبو_ظبي دبي",
    "Asia/Muscat": "مسقط سلطنة_عمان",
    "Asia/Kuwait": "الكويت",
    "Asia/Qatar": "قطر الدوحة",
    "Asia/Bahrain": "البحرين المنامة",
    "Asia/Aden": "اليمن صنعاء عدن",
    "Asia/Baghdad": "العراق بغداد",
    "Asia/Amman": "الأردن عمّان",
    "Asia/Beirut": "لبنان بيروت",
    "Asia/Damascus": "سوريا سورية دمشق",
    "Asia/Hebron": "فلسطين القدس رام_الله غزة",
    "Africa/Cairo": "مصر القاهرة",
    "Africa/Khartoum": "السودان الخرطوم",
    "Africa/Tripoli": "ليبيا طرابلس",
    "Africa/Tunis": "تونس",
    "Africa/Algiers": "الجزائر",
    "Africa/Casablanca": "المغرب الرباط الدار_البيضاء",
    "Africa/Nouakchott": "موريتانيا نواكشوط",
    "Europe/Istanbul": "تركيا إسطنبول أنقرة",
    "Europe/London": "لندن بريطانيا",
    "Europe/Paris": "باريس فرنسا",
    "Europe/Moscow": "موسكو روسيا",
    "America/New_York": "نيويورك واشنطن",
}
_ZONE_OF_PLACE = {fold(name).replace("_", " "): zone for zone, names in _PLACES.items() for name in names.split()}
_LONGEST_FIRST = sorted(_ZONE_OF_PLACE, key=lambda name: (-len(name), name))

# «GMT+3», «غرينتش +3», «10:30+04:00»; after a time only, for «23-9-2022» holds "-9" too.
_OFFSET = re.compile(
    r"(?:(?:GMT|UTC|رينتش|رينيتش|ت\.?\s?غ\.?)\s?|(?<=:\d\d)\s?|(?<=:\d\d [صم])\s)"
    r"(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?(?!\d)"
)
_ABBREVIATED = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(sorted(_ABBREVIATIONS, key=len, reverse=True))})(?![A-Za-z])")
_GREENWICH = re.compile(r"(?<!\w)(?:ت\.?\s?غ\.?|[غج]رين(?:يتش|تش))(?!\w)")
# A place is a zone only where it is said to be one: «بتوقيت القاهرة», «توقيت مكة», or in brackets «(السعودية)».
_NAMED = re.compile(rf"(?:توقيت|\()\s?(?:مدينه\s)?(?P<place>{'|'.join(_LONGEST_FIRST)})(?!\w)")


def find_zone(folded: str) -> tzinfo | None:
    """Return the zone printed in a text, None where there is none, an unknown one, or two that differ.

    Parameters
    ----------
    folded : str
        A text about one point in time, folded by `newsroom.fold`.

    Returns
    -------
    tzinfo or None
    """
    zones: list[tzinfo] = []
    offset = _OFFSET.search(folded)
    if offset is not None:
        minutes = int(offset["hours"]) * 60 + int(offset["minutes"] or 0)
        if minutes > 14 * 60:
            return None
        zones.append(_fixed(minutes if offset["sign"] == "+" else -minutes))
    else:
        zones.extend(_fixed(60 * _ABBREVIATIONS[match[0]]) for match in _ABBREVIATED.finditer(folded))
        zones.extend(_fixed(0) for _ in _GREENWICH.finditer(folded))
        zones.extend(zone for match in _NAMED.finditer(folded) if (zone := _of_place(match["place"])) is not None)
    return zones[0] if zones and all(str(zone) == str(zones[0]) for zone in zones) else None


def _fixed(minutes: int) -> tzinfo:
    return timezone(timedelta(minutes=minutes)) if minutes else UTC


def _of_place(place: str) -> tzinfo | None:
    try:
        return ZoneInfo(_ZONE_OF_PLACE[place])
    except ZoneInfoNotFoundError:  # a system without the tz database reads fewer dates, and no wrong ones
        return None
