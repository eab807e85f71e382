"""Dates as Arab newsrooms print them: what they mean, and which of them mean nothing for sure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.pages.dates import parse_date, read_date
from model.pages.months import GREGORIAN_MONTHS

READ = {
    "Gulf, stray comma and colon": ("نشر في: 23 سبتمبر ,2022: 01:35 م GST", "2022-09-23T13:35:00+04:00"),
    "updated": ("آخر تحديث: 23 سبتمبر ,2022: 02:50 م GST", "2022-09-23T14:50:00+04:00"),
    "midnight": ("23 سبتمبر 2022 12:10 ص GST", "2022-09-23T00:10:00+04:00"),
    "noon": ("23 سبتمبر 2022 12:10 م GST", "2022-09-23T12:10:00+04:00"),
    "Arabic-Indic digits": ("٢٣ سبتمبر ٢٠٢٢ ٠١:٣٥ م GST", "2022-09-23T13:35:00+04:00"),
    "Persian digits": ("۲۳ سبتمبر ۲۰۲۲ ۰۱:۳۵ م GST", "2022-09-23T13:35:00+04:00"),
    "bidi marks": ("\N{RIGHT-TO-LEFT MARK}23 سبتمبر\N{LEFT-TO-RIGHT MARK} 2022 10:00 GST", "2022-09-23T10:00:00+04:00"),
    "Levantine": ("الجمعة 23 أيلول 2022 - 10:30 بتوقيت بيروت", "2022-09-23T10:30:00+03:00"),
    "Levantine, two words": ("12 كانون الثاني 2023 09:00 بتوقيت دمشق", "2023-01-12T09:00:00+03:00"),
    "Moroccan": ("15 شتنبر 2022 على الساعة 14:20 GMT+1", "2022-09-15T14:20:00+01:00"),
    "Moroccan July": ("3 يوليوز 2022 08:00 GMT+1", "2022-07-03T08:00:00+01:00"),
    "Tunisian": ("5 أوت 2022 15h30 CET", "2022-08-05T15:30:00+01:00"),
    "Algerian": ("7 فيفري 2023 11:00 CET", "2023-02-07T11:00:00+01:00"),
    "both months": ("23 سبتمبر/أيلول 2022 10:30 غرينتش", "2022-09-23T10:30:00+00:00"),
    "both months, the other way": ("23 أيلول/سبتمبر 2022 10:30 ت.غ", "2022-09-23T10:30:00+00:00"),
    "Mecca": ("23 سبتمبر 2022 01:35 مساءً بتوقيت مكة المكرمة", "2022-09-23T13:35:00+03:00"),
    "Arabia Standard Time": ("23 سبتمبر 2022 10:00 AST", "2022-09-23T10:00:00+03:00"),
    "Saudi in brackets": ("23 سبتمبر 2022 10:00 (السعودية)", "2022-09-23T10:00:00+03:00"),
    "Cairo in winter": ("3 يناير 2024 5:00 مساء بتوقيت القاهرة", "2024-01-03T17:00:00+02:00"),
    "Cairo in summer": ("3 يوليو 2024 5:00 مساء بتوقيت القاهرة", "2024-07-03T17:00:00+03:00"),
    "Amman by its shadda": ("3 يوليو 2024 5:00 مساء بتوقيت عمّان", "2024-07-03T17:00:00+03:00"),
    "hour alone": ("23 سبتمبر 2022 الساعة 5 مساء بتوقيت مكة", "2022-09-23T17:00:00+03:00"),
    "English": ("September 23, 2022 1:35 PM EET", "2022-09-23T13:35:00+02:00"),
    "Arabic month first": ("سبتمبر 23, 2022 13:35 EET", "2022-09-23T13:35:00+02:00"),
    "year first": ("2022/09/23 12:10 ص ت.غ", "2022-09-23T00:10:00+00:00"),
    "dots": ("23.09.2022 | 10:15 CET", "2022-09-23T10:15:00+01:00"),
    "ISO": ("2022-09-23T13:35:00+04:00", "2022-09-23T13:35:00+04:00"),
    "ISO in UTC": ("2022-09-23T13:35:00Z", "2022-09-23T13:35:00+00:00"),
    "ISO with nine decimals": ("2022-09-23 13:35:00.123456789+0400", "2022-09-23T13:35:00.123456+04:00"),
    "RFC 2822": ("Fri, 23 Sep 2022 13:35:00 +0400", "2022-09-23T13:35:00+04:00"),
    "RFC 2822 in GMT": ("Fri, 23 Sep 2022 13:35:00 GMT", "2022-09-23T13:35:00+00:00"),
    "two calendars and a time": (
        "الجمعة 27 صفر 1444هـ الموافق 23 سبتمبر 2022م 10:00 م GST",
        "2022-09-23T22:00:00+04:00",
    ),
}

DAYS = {
    "Gregorian": ("23 سبتمبر 2022", "2022-09-23"),
    "Hijri": ("27 صفر 1444 هـ", "2022-09-23"),
    "Hijri, two words": ("1 ربيع الأول 1444", "2022-09-27"),
    "Hijri in figures": ("1444/02/27 هـ", "2022-09-23"),
    "Hijri and Gregorian": ("الجمعة 27 صفر 1444هـ الموافق 23 سبتمبر 2022م", "2022-09-23"),
    "Hijri a day off by sighting": ("26 صفر 1444هـ - 23 سبتمبر 2022م", "2022-09-23"),
    "day above twelve": ("23/09/2022", "2022-09-23"),
    "month first, day above twelve": ("09/23/2022", "2022-09-23"),
    "same figures": ("04/04/2022", "2022-04-04"),
    "ISO": ("2022-09-23", "2022-09-23"),
}

UNREADABLE = {
    "31 February": "31 فبراير 2022 10:00 GST",
    "31 Shubat": "31 شباط 2022 10:00 GST",
    "30 Muharram": "30 محرم 1444",
    "no such month": "13/13/2022",
    "day or month": "03/04/2022 10:00 GST",
    "no year": "23 سبتمبر 10:00 GST",
    "two-digit year": "23/09/22",
    "wrong weekday": "السبت 23 سبتمبر 2022",
    "months that differ": "23 سبتمبر/تشرين الأول 2022",
    "calendars that differ": "1 محرم 1444هـ - 23 سبتمبر 2022م",
    "two days": "من 23 سبتمبر 2022 إلى 25 سبتمبر 2022",
    "two times": "23 سبتمبر 2022 10:00 أو 11:00 GST",
    "no such hour": "23 سبتمبر 2022 24:10 GST",
    "no such minute": "23 سبتمبر 2022 10:70 GST",
    "zero in the afternoon": "23 سبتمبر 2022 0:15 م GMT",
    "fourteen in the morning": "23 سبتمبر 2022 14:15 ص GMT",
    "ago": "قبل ساعتين",
    "yesterday": "أمس 10:30 GST",
    "word": "سبتمبر",
    "empty": "",
    "long": "23 سبتمبر 2022 " * 40,
}

ZONELESS = {
    "none": "السبت، 03 ديسمبر 2022 02:12 م",
    "local": "23 سبتمبر 2022 10:00 بالتوقيت المحلي",
    "Muscat or Amman": "23 سبتمبر 2022 10:00 بتوقيت عمان",
    "ISO": "2022-09-23T13:35:00",
    "two that differ": "23 سبتمبر 2022 10:00 GST CET",
    "too far": "23 سبتمبر 2022 10:00 GMT+19",
}


@pytest.mark.parametrize(("text", "expected"), READ.values(), ids=READ)
def test_moment(text: str, expected: str) -> None:
    moment, problem = read_date(text)
    assert moment is not None
    assert moment.isoformat() == expected
    assert problem is None


@pytest.mark.parametrize(("text", "expected"), DAYS.values(), ids=DAYS)
def test_day_without_a_time_is_midnight_utc_and_says_so(text: str, expected: str) -> None:
    moment, problem = read_date(text)
    assert moment == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert problem == "date_without_time"


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable(text: str) -> None:
    assert read_date(text, default_zone=UTC) == (None, "unreadable_date")
    assert parse_date(text) is None


@pytest.mark.parametrize("text", ZONELESS.values(), ids=ZONELESS)
def test_time_without_a_zone_is_not_guessed(text: str) -> None:
    assert read_date(text) == (None, "date_without_zone")


def test_default_zone_serves_where_none_is_printed() -> None:
    doha = timezone(timedelta(hours=3))
    assert parse_date("23 سبتمبر 2022 10:00", default_zone=doha) == datetime(2022, 9, 23, 7, tzinfo=UTC)
    assert parse_date("23 سبتمبر 2022 10:00 GST", default_zone=doha) == datetime(2022, 9, 23, 6, tzinfo=UTC)


@pytest.mark.parametrize("month", sorted(GREGORIAN_MONTHS))
def test_every_month_name(month: str) -> None:
    moment = parse_date(f"7 {month} 2021 10:00 GMT")
    assert moment == datetime(2021, GREGORIAN_MONTHS[month], 7, 10, tzinfo=UTC)


@given(st.text(max_size=120) | st.text("0123456789/-:., صمGSTسبتمبرهـ", max_size=60))
def test_any_text_gives_an_aware_time_or_none(text: str) -> None:
    moment = parse_date(text)
    assert moment is None or moment.utcoffset() is not None


@given(st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)), st.integers(-12 * 4, 14 * 4))
def test_iso_comes_back_as_it_went(moment: datetime, quarters: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=15 * quarters)))
    assert parse_date(aware.isoformat()) == aware
