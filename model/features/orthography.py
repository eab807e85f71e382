"""Arabic orthography: which code points spell the same letter, which separate words, which say nothing.

The one source of truth for spelling: the reference folds strings with it, the kernel reads its arrays, and
``VERSION`` goes into every artifact so that a model is never served with another spelling than it learned.

Rules, each with a word that shows why:

- tashkeel, tatweel, bidi marks and joiners are dropped, inside a word too: مُحَمَّدٌ, الســـلام, می‌رود;
- presentation forms and ligatures are spelled out: ﻻ is ل + ا, ﷲ is الله (Unicode NFKD); tashkeel in its
  presentation forms is dropped as well (NFKD makes a space and a mark of it, which would cut مﹸحمد in two);
- alef variants and hamza seats become their carrier: أحمد/احمد, مسؤول/مسوول; a carrier followed by a combining
  hamza is the same letter, since the hamza alone is a mark and is dropped;
- teh marbuta becomes heh (مدرسة/مدرسه), alef maksura becomes yeh: folded to alef, على would become علا;
- Persian and Urdu letters become the Arabic letter they stand for in Arabic text: ی ک گ چ پ ژ ڤ;
- any script's decimal digits become 0-9; Latin letters lose case and accents;
- repeated letters stay: collapsing them turns المملكة into الملكة and الله into اله;
- every other character separates words, the underscore of a hashtag included.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["DROP", "EXPANSION", "SEPARATOR", "TABLE_SIZE", "VERSION", "expansion_table", "fold", "fold_table"]

VERSION = 1
"""Bumped whenever a text can fold differently than before; artifacts of another version are refused."""

SEPARATOR = 0
"""Folded value of a code point that ends a word."""
DROP = 1
"""Folded value of a code point that is passed over as if it were not there."""
EXPANSION = 0xE000
"""Folded values from here on are ``EXPANSION + i``: the i-th row of the expansion table (a private-use range)."""
TABLE_SIZE = 0x1F000
"""Code points covered: the BMP and the mathematical alphabets, Arabic ones included. All above separate."""

_LETTERS = str.maketrans(
    {
        "ٱ": "ا",  # alef wasla has no decomposition
        "ة": "ه",
        "ى": "ي",
        "ی": "ي",
        "ې": "ي",
        "ۍ": "ي",
        "ے": "ي",
        "ک": "ك",
        "ڪ": "ك",
        "گ": "ك",
        "ڭ": "ك",
        "ہ": "ه",
        "ھ": "ه",
        "ە": "ه",
        "ۃ": "ه",
        "پ": "ب",
        "چ": "ج",
        "ژ": "ز",
        "ڤ": "ف",  # ڤيلا
        "ڥ": "ف",
        "ڨ": "ق",  # Tunisian ڨفصة
        "ں": "ن",
        "\N{ARABIC TATWEEL}": None,
        "\N{ARABIC LETTER HIGH HAMZA}": None,
        "\N{ARABIC SMALL WAW}": None,
        "\N{ARABIC SMALL YEH}": None,
    }
)
_UNTOUCHED = (range(0x3400, 0xA000), range(0xAC00, 0xD7B0))
"""Han and Hangul: letters that fold to themselves; taken apart, a Korean syllable would be three letters."""
_TASHKEEL_FORMS = (range(0xFC5E, 0xFC64), range(0xFE70, 0xFE80))
"""Isolated forms of tashkeel, alone and with shadda; unassigned U+FE75 would be one."""
_SMP_LETTERS = (range(0x1D400, 0x1D800), range(0x1EE00, 0x1EF00))
"""Beyond the BMP only the mathematical alphabets, whose letters are ordinary ones in fancy dress."""


def _fold_once(character: str) -> str:
    """Fold one code point to zero or more characters, a space standing for a separator."""
    if any(ord(character) in block for block in _TASHKEEL_FORMS):
        return ""
    folded = []
    for part in unicodedata.normalize("NFKD", character).translate(_LETTERS).lower():
        category = unicodedata.category(part)
        if category in ("Mn", "Me", "Cf"):
            continue
        digit = unicodedata.decimal(part, None)
        if digit is not None:
            folded.append(str(digit))
        else:
            is_letter = category[0] in "LN" or category == "Mc"
            folded.append(part if is_letter and ord(part) <= 0xFFFF else " ")  # U+FA6C decomposes out of the BMP
    return "".join(folded)


def _fold_character(character: str) -> str:
    """Fold until nothing changes, so that folding twice is folding once (ẛ̣ and a few more need two rounds)."""
    folded = _fold_once(character)
    while (again := "".join(map(_fold_once, folded))) != folded:
        folded = again
    return folded


@cache
def _folding() -> dict[int, str]:
    """Code point -> what it folds to, for every code point that does not fold to itself or to a separator."""
    letters: dict[int, str] = {}
    for code in range(TABLE_SIZE):
        if any(code in block for block in _UNTOUCHED):
            letters[code] = chr(code)
        elif code < 0xD800 or 0xF900 <= code < 0x10000 or any(code in block for block in _SMP_LETTERS):
            folded = _fold_character(chr(code))
            if folded != " ":
                letters[code] = folded
    return letters


@cache
def _expansions() -> tuple[str, ...]:
    """Return the distinct foldings of more than one character, such as that of U+FEFB, in a fixed order."""
    return tuple(sorted({folded for folded in _folding().values() if len(folded) > 1}))


@cache
def fold_table() -> NDArray[np.uint16]:
    """Return what each code point folds to.

    Returns
    -------
    ndarray of shape (TABLE_SIZE,), uint16, read-only
        ``SEPARATOR``, ``DROP``, ``EXPANSION + i``, or the folded code point itself.
    """
    rows = {text: EXPANSION + row for row, text in enumerate(_expansions())}
    table = np.full(TABLE_SIZE, SEPARATOR, dtype=np.uint16)
    for code, folded in _folding().items():
        table[code] = DROP if not folded else ord(folded) if len(folded) == 1 else rows[folded]
    table.setflags(write=False)
    return table


@cache
def expansion_table() -> NDArray[np.uint16]:
    """Return the letters of every folding that is longer than one character.

    Returns
    -------
    ndarray of shape (n_expansions, 1 + longest), uint16, read-only
        Each row holds its length, then that many folded code points, ``SEPARATOR`` among them.
    """
    rows = _expansions()
    table = np.zeros((len(rows), 1 + max(map(len, rows))), dtype=np.uint16)
    for row, text in enumerate(rows):
        table[row, 0] = len(text)
        table[row, 1 : 1 + len(text)] = [SEPARATOR if letter == " " else ord(letter) for letter in text]
    table.setflags(write=False)
    return table


class _Translation(dict[int, str]):
    """The folding for ``str.translate``: what it does not hold separates words."""

    def __missing__(self, code: int) -> str:
        return " "


@cache
def _translation() -> _Translation:
    return _Translation(_folding())


def fold(text: str) -> str:
    """Fold a text: one spelling for each word, one space between words.

    Parameters
    ----------
    text : str
        Any text; lone surrogates, control characters and emoji separate words.

    Returns
    -------
    str
        Folded words, in order. ``fold(fold(text)) == fold(text)``.
    """
    return " ".join(word for word in text.translate(_translation()).split(" ") if word)
