"""Arabic, or a language the models cannot label; and what of a text is counted to tell."""

from __future__ import annotations

import unicodedata

import pytest

from model import survey as counted
from model.admission import OPENING, REACH, admit
from model.features.orthography import fold_table
from model.features.space import encode_texts
from model.letters import ALPHABETS, BREAK, JOINER, OWN, SCRIPT, letter_marks
from model.prediction import Language
from model.survey import N_COUNTS, survey
from model.telling_words import telling_words

ARABIC = "بدأت وزارة الصحة في القاهرة حملة جديدة لتطعيم الأطفال ضد الحصبة في المدارس والمراكز الصحية"
PERSIAN = "وزارت بهداشت ایران گفت که واکسن‌های جدید پس از بررسی در چند شهر پخش می‌شود"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(ARABIC, "ar", id="arabic"),
        pytest.param("وزارة الصحة", "ar", id="two-words"),
        pytest.param("افتتاح ڤيلا أثرية في القاهرة بعد ترميم استمر سنوات", "ar", id="a-loan-word"),
        pytest.param("شركة گوگل تفتح مكتبا جديدا في الرياض وتوظف مئة مهندسة", "ar", id="gaf-in-one-name"),
        pytest.param("چلسي وڤالنسيا وپورتو", "ar", id="nothing-but-loaned-letters"),
        pytest.param("البوگمر والچلابي في بغداد", "ar", id="loaned-letters-behind-the-article"),
        pytest.param("شگد چان سعر التمر بالسوگ", "ar", id="iraqi"),
        pytest.param("وزارت", "ar", id="no-telling-letter"),
        pytest.param("افتتحت الكويت مدرسة جديدة".replace("ي", "ی").replace("ك", "ک"), "ar", id="typed-on-persian-keys"),
        pytest.param("برشلونه یهزم فالنسیا", "ar", id="persian-keys-and-nothing-else"),
        pytest.param("صعود اسهم شركه بايد في البورصه", "ar", id="one-word-that-is-persian-too"),
        pytest.param("وزير الصحة: Vaccines are safe، والحملة مستمرة في المدارس", "ar", id="english-quotation"),
        pytest.param(f"{ARABIC}: «{PERSIAN}»", "ar", id="persian-quotation"),
        pytest.param("وُزَرَاءُ الصِّحَّةِ", "ar", id="tashkeel"),
        pytest.param("ﻭﺯﺍﺭﺓ ﺍﻟﺼﺤﺔ ﻓﻲ ﺍﻟﻘﺎﻫﺮﺓ", "ar", id="presentation-forms"),
        pytest.param("٢٠٢٣ وزارة الصحة 100 200 300 400 500", "ar", id="digits-do-not-count"),
        pytest.param("تراجع إصابات كوفيد١٩ بنسبة ٢٠٪ بمصر وكوفيد۱۹ بالهند", "ar", id="digits-on-a-word"),
        pytest.param(PERSIAN, "fa", id="persian"),
        pytest.param("رئیس جمهور وارد مسکو شد", "fa", id="persian-without-a-persian-letter"),
        pytest.param("افزايش دماي هوا در جنوب كشور", "fa", id="persian-on-arabic-keys"),
        pytest.param("تأکید وزیر بر تأمین دارو و کاهش تأخیر پروازها", "fa", id="persian-with-hamzas"),
        pytest.param("نشست بین‌المللی در تهران برگزار شد", "fa", id="an-article-inside-a-persian-word"),
        pytest.param("حکومت نے کہا ہے کہ نئے اسپتال اگلے مہینے کراچی میں کھولے جائیں گے", "ur", id="urdu"),
        pytest.param("د پوهنې وزیر له ښوونځیو لیدنه وکړه", "ps", id="pashto"),
        pytest.param("حکومەتی هەرێم بڕیاریدا مووچە دابەش بکات", "ckb", id="kurdish"),
        pytest.param("مەكتەپلەر كېلەر ھەپتە ئوقۇش باشلايدۇ", "ug", id="uyghur"),
        pytest.param("سنڌ ۾ ڪڻڪ جو فصل سٺو ٿيو آهي", "und", id="sindhi"),
        pytest.param("The ministry of health opened a new hospital in Cairo", "und", id="english"),
        pytest.param("Le ministère ouvre un hôpital au Caire, قال", "und", id="mostly-french"),
        pytest.param("Министерство открыло больницу", "und", id="russian"),
        pytest.param("卫生部在开罗开设新医院", "und", id="chinese"),
        pytest.param("", "und", id="empty"),
        pytest.param("2023 ٢٠٢٣ !؟", "und", id="no-letters"),
        pytest.param("\N{SOCCER BALL}\ud800\x00", "und", id="emoji-surrogate-nul"),
    ],
)
def test_language(text: str, code: str) -> None:
    assert admit(text)[0] == Language(code, supported=code == "ar")


@pytest.mark.parametrize("quotation", ["The council met on Tuesday. " * 30, f"{PERSIAN}. " * 12], ids=["en", "fa"])
def test_a_strange_opening_is_not_the_text(quotation: str) -> None:
    assert OPENING < len(quotation) < REACH
    assert admit(quotation)[0].code != "ar"
    assert admit(f"{quotation}\n{' '.join([ARABIC] * 20)}")[0].code == "ar"


def test_what_lies_beyond_reach_is_not_read() -> None:
    assert admit("word " * (REACH // 5) + ARABIC * 1000)[0].code == "und"


def count(text: str) -> dict[str, int]:
    """What is counted in a text, by name; languages by code."""
    codes, _ = encode_texts([text])
    counts = survey(codes, fold_table(), letter_marks(), telling_words()).tolist()
    names = [name for name in counted.__all__ if name.isupper() and name not in ("N_COUNTS", "LANGUAGE_LETTERS")]
    found = {name: counts[getattr(counted, name)] for name in names}
    found.update(zip(ALPHABETS, counts[counted.LANGUAGE_LETTERS :], strict=True))
    assert len(counts) == len(found) == N_COUNTS
    return {name: number for name, number in found.items() if number}


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("", {}),
        ("قمر cnn 24", {"WORDS": 2, "DISTINCT": 2, "NUMBERS": 1, "SCRIPT_LETTERS": 3, "OTHER_LETTERS": 3}),
        ("قمر قمر", {"WORDS": 2, "DISTINCT": 1, "SCRIPT_LETTERS": 6}),
        ("الجو للجو والجو", {"WORDS": 3, "DISTINCT": 3, "SCRIPT_LETTERS": 13, "ARTICLES": 3, "ARABIC_WORDS": 3}),
        ("12.50 8:00", {"NUMBERS": 1}),
        ("5 جدد 6", {"WORDS": 1, "DISTINCT": 1, "NUMBERS": 2, "SCRIPT_LETTERS": 3}),
        ("تمر، خبز\nملح", {"WORDS": 3, "DISTINCT": 3, "BREAKS": 2, "SCRIPT_LETTERS": 9}),
        ("طباعة", {"WORDS": 1, "DISTINCT": 1, "SCRIPT_LETTERS": 5, "SITE_WORDS": 1, "ARABIC_WORDS": 1}),
        ("اضغط", {"WORDS": 1, "DISTINCT": 1, "SCRIPT_LETTERS": 4, "SITE_CALLS": 1}),
        ("پد", {"WORDS": 1, "DISTINCT": 1, "SCRIPT_LETTERS": 2, "LOAN_WORDS": 1, **dict.fromkeys(ALPHABETS, 1)}),
        ("البوپر", {"WORDS": 1, "DISTINCT": 1, "SCRIPT_LETTERS": 6, "ARTICLES": 1, **dict.fromkeys(ALPHABETS, 1)}),
        ("شده", {"WORDS": 1, "DISTINCT": 1, "SCRIPT_LETTERS": 3, "FOREIGN_FUNCTION": 1, "fa": 1}),
        ("تأخیر", {"WORDS": 1, "DISTINCT": 1, "SCRIPT_LETTERS": 5, "PERSIAN_KEYS": 1}),
        ("شدة", {"WORDS": 1, "DISTINCT": 1, "SCRIPT_LETTERS": 3, "ARABIC_WORDS": 1}),
        ("فی", {"WORDS": 1, "DISTINCT": 1, "SCRIPT_LETTERS": 2, "FUNCTION_WORDS": 1, "PERSIAN_KEYS": 1}),
        (
            "بود\N{ZERO WIDTH NON-JOINER}المللی",
            {"WORDS": 2, "DISTINCT": 2, "SCRIPT_LETTERS": 9, "FOREIGN_FUNCTION": 1, "PERSIAN_KEYS": 1, "fa": 1},
        ),
        ("ٹٹ", {"WORDS": 1, "DISTINCT": 1, "SCRIPT_LETTERS": 2, "OWN_WORDS": 1, "ur": 2}),
        ("كرم ملک", {"WORDS": 2, "DISTINCT": 2, "SCRIPT_LETTERS": 6, "ARABIC_KEYS": 1, "PERSIAN_KEYS": 1}),
        (
            "دی\N{ZERO WIDTH NON-JOINER}شود",
            {"WORDS": 2, "DISTINCT": 2, "SCRIPT_LETTERS": 5, "FOREIGN_FUNCTION": 1, "PERSIAN_KEYS": 2, "fa": 1},
        ),
    ],
)
def test_what_is_counted(text: str, counts: dict[str, int]) -> None:
    assert count(text) == counts


@pytest.mark.parametrize(
    ("text", "broken"),
    [("لم عن", 1), ("لم، عن", 0), ("في لقد في لقد", 3), ("في 5 لقد", 0), ("لم يعلن عن", 0)],
    ids=["pair", "parted", "twice", "a-number-between", "a-verb-between"],
)
def test_pairs_that_no_sentence_holds(text: str, broken: int) -> None:
    assert count(text).get("BROKEN_PAIRS", 0) == broken


def test_marks_are_those_of_the_unicode_character_database() -> None:
    """Every letter of the Arabic script bears ``SCRIPT``, and no digit, sign or letter of another script does."""
    marks = letter_marks()
    for code in range(0x10000):
        character = chr(code)
        of_script = unicodedata.category(character) == "Lo" and unicodedata.name(character, "").startswith("ARABIC")
        assert bool(marks[code] & SCRIPT) == of_script, character
        assert of_script or marks[code] in (0, BREAK, JOINER), character


def test_alphabets_hold_no_letter_of_arabic() -> None:
    for bit, alphabet in enumerate(ALPHABETS.values()):
        assert len(set(alphabet)) == len(alphabet)
        assert all(letter_marks()[ord(letter)] >> bit & 1 for letter in alphabet)
    assert not any(letter_marks()[ord(letter)] & (OWN | 0b11111) for letter in "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأؤإئ")
