"""Changes that leave a story what it is, and a model should not mind: other spelling, added furniture, typing errors.

``robustness`` labels stories before and after each of them. All are drawn from a given random generator, so that a
report can be made again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import TypeAlias

from model.article import Article

__all__ = ["DISTURBANCES", "HEADLINE_TOO"]

Disturbance: TypeAlias = Callable[[Article, Random], Article]

_LETTER = re.compile(r"[ء-غف-ي]")
_JOINING = re.compile(r"(?<=[بتثجحخسشصضطظعغفقكلمنهيئ])(?=[بتثجحخسشصضطظعغفقكلمنهي])")
_WORD = re.compile(r"[ء-غف-ي]{4,}")
_TASHKEEL = "\N{ARABIC FATHA}\N{ARABIC DAMMA}\N{ARABIC KASRA}\N{ARABIC SUKUN}\N{ARABIC SHADDA}"
_TATWEEL = "\N{ARABIC TATWEEL}"
_CARELESS = str.maketrans("أإآىة", "اااي" + "ه") | {ord(digit): str(value) for value, digit in enumerate("٠١٢٣٤٥٦٧٨٩")}
_OTHER_SPELLINGS = (
    ("أمريك", "أميرك"),
    ("ترامب", "ترمب"),
    ("واشنطن", "واشنطون"),
    ("إنجلترا", "انكلترا"),
    ("الإنجليزي", "الإنكليزي"),
    ("تلفزيون", "تليفزيون"),
    ("إنترنت", "انترنت"),
    ("فيسبوك", "فايسبوك"),
    ("جوجل", "غوغل"),
    ("ليفربول", "ليڤربول"),
    ("كورونا", "كرونا"),
    ("مسؤول", "مسئول"),
    ("شؤون", "شئون"),
    ("هيئة", "هيأة"),
    ("يورو", "أورو"),
)
"""Pairs that newsrooms really differ in; whichever stands in a text is replaced by the other.

Not taken from ``training.variants``, which a model learns with: that would test what was taught.
"""

_DATELINES = (
    "القاهرة – أ ش أ: ",
    "الرياض - واس: ",
    "دبي (رويترز) - ",
    "بيروت/ أ ف ب - ",
    "الرباط – مكتب الصحيفة\n",
    "عواصم - وكالات: ",
)
_BOILERPLATE = (
    "شارك الخبر عبر فيسبوك وتويتر وواتساب",
    "اقرأ أيضا",
    "جميع الحقوق محفوظة للصحيفة",
    "اشترك في نشرتنا البريدية لتصلك آخر الأخبار",
    "تابعوا آخر أخبارنا عبر Google News",
    "الأكثر قراءة",
    "لمتابعة أخبار الاقتصاد والرياضة والصحة حمّل تطبيقنا",
)
"""What stands under stories of all sections; the last line names sections on purpose."""

TYPOS_EVERY = 20
"""Words from one typing error to the next: more than a careful desk lets through."""


def _in_text(change: Callable[[str, Random], str]) -> Disturbance:
    """Apply a change of text to headline and body."""

    def disturb(article: Article, random: Random) -> Article:
        return replace(article, headline=change(article.headline, random), body=change(article.body, random))

    return disturb


def _add_tashkeel(text: str, random: Random) -> str:
    return _LETTER.sub(lambda letter: letter[0] + (random.choice(_TASHKEEL) if random.random() < 0.4 else ""), text)


def _add_tatweel(text: str, random: Random) -> str:
    return _JOINING.sub(lambda _: _TATWEEL * random.randint(1, 3) if random.random() < 0.1 else "", text)


def _spell_carelessly(text: str, random: Random) -> str:  # noqa: ARG001 - nothing is left to chance
    return text.translate(_CARELESS)


def _spell_otherwise(text: str, random: Random) -> str:  # noqa: ARG001 - nothing is left to chance
    for one, other in _OTHER_SPELLINGS:
        text = text.replace(one, other) if one in text else text.replace(other, one)
    return text


def _mistype(text: str, random: Random) -> str:
    def slip(word: re.Match[str]) -> str:
        if random.random() * TYPOS_EVERY >= 1:
            return word[0]
        letters, place = list(word[0]), random.randrange(1, len(word[0]) - 1)
        kind = random.randrange(3)
        if kind == 0:
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
        elif kind == 1:
            del letters[place]
        else:
            letters.insert(place, letters[place])
        return "".join(letters)

    return _WORD.sub(slip, text)


def _add_dateline(article: Article, random: Random) -> Article:
    return replace(article, body=random.choice(_DATELINES) + article.body) if article.body else article


def _add_boilerplate(article: Article, random: Random) -> Article:
    if not article.body:
        return article
    return replace(article, body="\n".join([article.body, *random.sample(_BOILERPLATE, 4)]))


DISTURBANCES: Mapping[str, Disturbance] = {
    "tashkeel": _in_text(_add_tashkeel),
    "tatweel": _in_text(_add_tatweel),
    "careless-spelling": _in_text(_spell_carelessly),
    "other-spellings": _in_text(_spell_otherwise),
    "typos": _in_text(_mistype),
    "dateline": _add_dateline,
    "boilerplate": _add_boilerplate,
}
"""Name -> change."""

HEADLINE_TOO = frozenset({"tashkeel", "tatweel", "careless-spelling", "other-spellings", "typos"})
"""Those that change headlines as well."""
