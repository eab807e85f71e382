"""The names of months, in every calendar and house style of the Arab press.

``dates`` reads dates with them, ``lines`` knows a dateline by them («القاهرة 12 يناير (رويترز) -»).

Sources: Gulf and Egyptian names are transliterated Gregorian months; Levantine and Iraqi names are the Syriac ones;
Tunisia and Algeria follow French (جانفي, أوت); Morocco has its own (غشت, شتنبر). Unicode CLDR 45 lists all four under
``ar``, ``ar-LB``, ``ar-TN``/``ar-DZ`` and ``ar-MA``; the further spellings are common variants in print.
"""

from __future__ import annotations

from model.pages.newsroom import fold

__all__ = ["GREGORIAN_MONTHS", "HIJRI_MONTHS", "MONTH_PATTERN"]


def _numbered(*months: str) -> dict[str, int]:
    return {fold(name).replace("_", " "): number for number, names in enumerate(months, 1) for name in names.split()}


GREGORIAN_MONTHS = _numbered(
    "يناير ينايـر كانون_الثاني كانون_ثاني كانون2 جانفي January Jan",
    "فبراير شباط فيفري February Feb",
    "مارس آذار أذار March Mar",
    "أبريل إبريل نيسان أفريل ابريل April Apr",
    "مايو أيار آيار ماي May",
    "يونيو يونيه حزيران جوان June Jun",
    "يوليو يوليه تموز جويلية يوليوز July Jul",
    "أغسطس آب أوت غشت August Aug",
    "سبتمبر أيلول شتنبر September Sept Sep",
    "أكتوبر تشرين_الأول تشرين_أول أوكتوبر October Oct",
    "نوفمبر تشرين_الثاني تشرين_ثاني نونبر نوفبر November Nov",
    "ديسمبر كانون_الأول كانون_أول دجنبر December Dec",
)

HIJRI_MONTHS = _numbered(
    "محرم المحرم محرّم",
    "صفر",
    "ربيع_الأول ربيع_أول",
    "ربيع_الثاني ربيع_الآخر ربيع_ثاني ربيع_الاخر",
    "جمادى_الأولى جمادى_الأول جمادى_أولى",
    "جمادى_الآخرة جمادى_الثانية جمادى_الآخر جمادى_الثاني",
    "رجب",
    "شعبان",
    "رمضان",
    "شوال شوّال",
    "ذو_القعدة ذي_القعدة ذوالقعدة",
    "ذو_الحجة ذي_الحجة ذوالحجة",
)

# Longest first: «كانون الثاني» before any shorter name that begins it.
MONTH_PATTERN = "|".join(sorted({*GREGORIAN_MONTHS, *HIJRI_MONTHS}, key=lambda name: (-len(name), name)))
