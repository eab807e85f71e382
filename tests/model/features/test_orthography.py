"""Folding: one spelling for one word, and the tables that say so for every code point."""

from __future__ import annotations

import sys
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.features.orthography import (
    DROP,
    EXPANSION,
    SEPARATOR,
    TABLE_SIZE,
    expansion_table,
    fold,
    fold_table,
)
from model.features.space import encode_texts
from model.features.words import fold_codes

PLANES = range(0, sys.maxunicode + 1, 0x10000)
ARABIC = [*range(0x0600, 0x0700), *range(0x0750, 0x0780), *range(0x0870, 0x0900)]
PRESENTATION_FORMS = [
    code
    for code in [*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFD)]
    if unicodedata.name(chr(code), "").startswith("ARABIC ")
]


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        pytest.param("مُحَمَّدٌ", "محمد", id="tashkeel"),
        pytest.param("هٰذا", "هذا", id="superscript-alef"),
        pytest.param("الســـلام", "السلام", id="tatweel"),
        pytest.param("\N{ARABIC LIGATURE LAM WITH ALEF ISOLATED FORM}عب", "لاعب", id="lam-alef-isolated-U+FEFB"),
        pytest.param("ط\N{ARABIC LIGATURE LAM WITH ALEF FINAL FORM}ب", "طلاب", id="lam-alef-final-U+FEFC"),
        pytest.param(
            "\N{ARABIC LIGATURE LAM WITH ALEF WITH HAMZA BELOW ISOLATED FORM}نقاذ", "لإنقاذ", id="lam-alef-hamza"
        ),
        pytest.param("ﺍﻟﻘﺎﻫﺮﺓ", "القاهرة", id="positional-forms"),
        pytest.param("\N{ARABIC LIGATURE ALLAH ISOLATED FORM}", "الله", id="allah-ligature-U+FDF2"),
        pytest.param(
            "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}", "صلى الله عليه وسلم", id="phrase-ligature-U+FDFA"
        ),
        pytest.param("\N{RIAL SIGN}", "ريال", id="rial-sign-U+FDFC"),
        pytest.param("م\N{ARABIC DAMMA ISOLATED FORM}حمد", "محمد", id="tashkeel-presentation-form"),
        pytest.param("محم\N{ARABIC LIGATURE SHADDA WITH FATHA ISOLATED FORM}د", "محمد", id="shadda-ligature"),
        pytest.param("می\N{ZERO WIDTH NON-JOINER}رود", "ميرود", id="zwnj-and-persian-yeh"),
        pytest.param("هـ\N{ZERO WIDTH JOINER}ذا", "هذا", id="zwj"),
        pytest.param("\N{RIGHT-TO-LEFT MARK}دبي\N{LEFT-TO-RIGHT MARK}", "دبي", id="bidi-marks"),
        pytest.param("ال\N{RIGHT-TO-LEFT MARK}رياض", "الرياض", id="bidi-mark-inside-a-word"),
        pytest.param("\N{RIGHT-TO-LEFT EMBEDDING}قطر\N{POP DIRECTIONAL FORMATTING}", "قطر", id="bidi-embedding"),
        pytest.param("\N{RIGHT-TO-LEFT ISOLATE}قطر\N{POP DIRECTIONAL ISOLATE}", "قطر", id="bidi-isolate"),
        pytest.param("\N{ARABIC LETTER MARK}قطر", "قطر", id="arabic-letter-mark"),
        pytest.param("\N{ZERO WIDTH NO-BREAK SPACE}قطر", "قطر", id="byte-order-mark"),
        pytest.param("کویت", "كويت", id="persian-keheh-and-yeh"),
        pytest.param("گوگل", "كوكل", id="gaf"),
        pytest.param("ڤيلا", "فيلا", id="veh"),
        pytest.param("ڨفصة", "قفصة", id="tunisian-qaf"),
        pytest.param("پاریس", "باريس", id="peh"),
        pytest.param("٢٠٢٢", "2022", id="arabic-indic-digits"),
        pytest.param("۲۰۲۲", "2022", id="persian-digits"),
        pytest.param("２０２２", "2022", id="fullwidth-digits"),
        pytest.param("أحمد إبراهيم آدم", "احمد ابراهيم ادم", id="alef-variants"),
        pytest.param("ٱلله", "الله", id="alef-wasla"),
        pytest.param("مسؤول", "مسوول", id="hamza-on-waw"),
        pytest.param("رئيس", "رييس", id="hamza-on-yeh"),
        pytest.param("ا\N{ARABIC HAMZA ABOVE}حمد", "أحمد", id="alef-and-combining-hamza-above"),
        pytest.param("ا\N{ARABIC HAMZA BELOW}براهيم", "إبراهيم", id="alef-and-combining-hamza-below"),
        pytest.param("مسو\N{ARABIC HAMZA ABOVE}ول", "مسؤول", id="waw-and-combining-hamza"),
        pytest.param("رى\N{ARABIC HAMZA ABOVE}يس", "رئيس", id="alef-maksura-and-combining-hamza"),
        pytest.param("ا\N{ARABIC MADDAH ABOVE}دم", "آدم", id="alef-and-combining-madda"),
        pytest.param("مدرسة", "مدرسه", id="teh-marbuta"),
        pytest.param("على", "علي", id="alef-maksura-is-a-yeh"),
        pytest.param("#الدوري_السعودي", "الدوري السعودي", id="hashtag-with-underscore"),
        pytest.param("(قطر)،«الدوحة»؛", "قطر الدوحة", id="punctuation"),
        pytest.param("قطر\N{NO-BREAK SPACE}الدوحة\r\n\tعمان", "قطر الدوحة عمان", id="any-white-space"),
        pytest.param("قطر\N{SOCCER BALL}الدوحة", "قطر الدوحة", id="emoji-separates"),
        pytest.param("قطر\x00الدوحة", "قطر الدوحة", id="nul-separates"),
        pytest.param("قطر\ud800الدوحة", "قطر الدوحة", id="lone-surrogate-separates"),
        pytest.param("Café ＣＮＮ", "cafe cnn", id="latin-case-accents-width"),
        pytest.param("𝐂𝐍𝐍 𞺀𞺀", "cnn اا", id="mathematical-alphabets"),
    ],
)
def test_spellings_of_one_word_fold_alike(raw: str, plain: str) -> None:
    assert fold(raw) == fold(plain)
    assert fold(plain).split() != []


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        pytest.param("على", "علي", id="alef-maksura-not-alef"),
        pytest.param("المملكة", "المملكه", id="repeated-letters-of-the-kingdom"),
        pytest.param("الله", "الله", id="repeated-letters-of-god"),
        pytest.param("مؤتمر", "موتمر", id="hamza-seat"),
        pytest.param("سماء", "سماء", id="bare-hamza-stays"),
        pytest.param("مدرسة", "مدرسه", id="teh-marbuta"),
        pytest.param("", "", id="empty"),
        pytest.param(" \n\N{ARABIC COMMA} ", "", id="separators-only"),
        pytest.param("ًٌٍَُ", "", id="tashkeel-only"),
        pytest.param("한국 中国", "한국 中国", id="hangul-and-han-stay-whole"),
    ],
)
def test_fold_gives(raw: str, folded: str) -> None:
    assert fold(raw) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("المملكة", "الملكة", id="kingdom-queen"),
        pytest.param("الله", "اله", id="god"),
        pytest.param("على", "علا", id="alef-maksura"),
        pytest.param("سورية", "سورة", id="syria-sura"),
        pytest.param("قرآن", "قرن", id="madda-keeps-its-alef"),
        pytest.param("جزء", "جز", id="bare-hamza"),
    ],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_every_presentation_form_folds_as_its_letters() -> None:
    assert {0xFEFB, 0xFDF2, 0xFDFA, 0xFE8D, 0xFE76, 0xFC60} <= set(PRESENTATION_FORMS)
    for code in PRESENTATION_FORMS:
        letters = unicodedata.normalize("NFKC", chr(code))
        spoken = letters.lstrip(" ")  # Unicode stands an isolated mark on a space
        assert fold(f"س{chr(code)}س") == fold(f"س{spoken}س"), f"U+{code:04X}"


def test_arabic_marks_formats_and_digits_are_as_unicode_has_them() -> None:
    for code in ARABIC:
        character = chr(code)
        around = fold(f"ا{character}ا")
        if unicodedata.category(character) in ("Mn", "Cf") or character == "\N{ARABIC TATWEEL}":
            assert around == "اا", f"U+{code:04X} is a mark"
        elif unicodedata.category(character) == "Nd":
            assert around == f"ا{unicodedata.digit(character)}ا", f"U+{code:04X} is a digit"
        elif unicodedata.category(character)[0] in "PSZC":
            assert around == "ا ا", f"U+{code:04X} is no letter"


def test_arabic_letters_with_a_mark_fold_to_their_base() -> None:
    composed = [code for code in ARABIC if unicodedata.decomposition(chr(code))]
    assert {ord(letter) for letter in "أإآؤئ"} <= set(composed)
    for code in composed:
        base = unicodedata.normalize("NFKD", chr(code))[0]
        assert fold(f"س{chr(code)}") == fold(f"س{base}"), f"U+{code:04X}"


def test_latin_letters_are_as_unicode_decomposes_them() -> None:
    for code in range(0x00C0, 0x0180):
        bare = "".join(part for part in unicodedata.normalize("NFKD", chr(code)) if unicodedata.category(part) != "Mn")
        if bare.isalnum():  # all but × ÷, and ŉ, which is an apostrophe and n
            assert fold(f"a{chr(code)}") == f"a{bare.lower()}", f"U+{code:04X}"


def _words_by_table(text: str) -> list[str]:
    codes, _ = encode_texts([text])
    units = fold_codes(codes, fold_table(), expansion_table())
    units[units == SEPARATOR] = ord(" ")
    return units.tobytes().decode("utf-16-le").split(" ")


@pytest.mark.parametrize("plane", PLANES, ids=lambda plane: f"U+{plane:04X}")
def test_every_code_point_folds_alike_in_python_and_by_the_table(plane: int) -> None:
    text = "\n".join([f"ا{chr(code)}ا" for code in range(plane, plane + 0x10000)])
    folded = fold(text)
    assert fold(folded) == folded
    assert [word for word in _words_by_table(text) if word] == folded.split(" ")


def test_table_marks_what_is_dropped() -> None:
    table = fold_table()
    assert table[ord("\N{ARABIC SHADDA}")] == DROP
    assert table[ord(" ")] == SEPARATOR
    assert table[ord("أ")] == ord("ا")
    assert table.shape == (TABLE_SIZE,)


def test_no_letter_looks_like_an_expansion() -> None:
    units = np.unique(fold_table())
    expanded = units[(units >= EXPANSION) & (units < EXPANSION + len(expansion_table()))]
    assert expanded.size == len(expansion_table())
    assert not any(unicodedata.category(chr(unit))[0] == "L" for unit in expanded.tolist())
    longest = expansion_table()[:, 1:]
    assert longest.max() < EXPANSION or longest.max() >= EXPANSION + len(expansion_table())


def test_tables_cannot_be_written() -> None:
    for table in (fold_table(), expansion_table()):
        with pytest.raises(ValueError, match="read-only"):
            table[0] = 1


@given(st.text(st.characters(exclude_categories=())))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.sampled_from("اأإآبتةهىيؤئ\N{ARABIC SHADDA}\N{ARABIC FATHA}ـ ")))
def test_tashkeel_and_tatweel_never_matter(text: str) -> None:
    bare = "".join(letter for letter in text if letter not in "\N{ARABIC SHADDA}\N{ARABIC FATHA}ـ")
    assert fold(text) == fold(bare)
