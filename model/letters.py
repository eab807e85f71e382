"""What a letter says about the language of a text, before spelling is folded away.

``survey`` reads the table letter by letter; ``language`` and ``texture`` judge by what it counted.
"""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ALPHABETS",
    "ARABIC_KEY",
    "BREAK",
    "JOINER",
    "LOANED",
    "OWN",
    "PERSIAN_KEY",
    "PROOF",
    "SCRIPT",
    "letter_marks",
]

ALPHABETS = {
    "fa": "پچژگ",
    "ur": "پچژگٹڈڑںےۓہھۂ",
    "ps": "پچژگټډړږښڅځڼګېۍ",
    "ckb": "پچژگۆێڕڵەڤھ",
    "ug": "پچژگۇۆۈۋېەڭھ",
}
"""Language -> its letters that Arabic does not have; the n-th language owns bit n of a mark.

Source: the exemplar characters of Unicode CLDR (``common/main/*.xml``, here as ICU 72 has them), less those of ``ar``
and less keheh and Farsi yeh (``PERSIAN_KEY``), which Arabic is typed with too; and of Urdu noon ghunna, and heh goal
and yeh barree with hamza.
"""

LOANED = "پچژگڤڭھ"
"""Foreign letters that Arabic newsrooms write themselves: ڤيلا, چلسي, the names of Iraq and of Morocco (البوگمر,
ڭليميم), and ھ, which some keyboards give for ه. In Arabic text a word with one of them proves little."""

SCRIPT = 1 << 5
"""A letter of the Arabic script, of whatever language."""
PROOF = 1 << 6
"""Teh marbuta and alef with hamza. Persian and Pashto have them in words from Arabic (تأکید, دایرة), which a word with
``PERSIAN_KEY`` may be: there they prove nothing."""
OWN = 1 << 7
"""A letter that neither Arabic nor its loan words have, such as ٹ or ێ."""
PERSIAN_KEY = 1 << 8
"""Keheh and Farsi yeh: on a Persian keyboard also in Arabic text."""
ARABIC_KEY = 1 << 9
"""Kaf and Arabic yeh, which a Persian or Urdu keyboard does not have."""
BREAK = 1 << 10
"""A mark between the items of a list: comma, bar, dash, bullet, colon, new line."""
JOINER = 1 << 11
"""The zero-width non-joiner, which cuts Persian and Kurdish words: می‌شود."""

_ARABIC = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيٱٲٳڨ"
_FIRST_FORM = 0xFB50
# The blocks of the script, presentation forms last.
_LETTERS = (*range(0x0620, 0x0700), *range(0x0750, 0x0780), *range(0x0870, 0x0900), *range(_FIRST_FORM, 0xFF00))


def _make_marks() -> NDArray[np.uint16]:
    marks = np.zeros(0x10000, dtype=np.uint16)
    for code in _LETTERS:
        if unicodedata.category(chr(code)) == "Lo":  # neither digits nor ٪
            marks[code] = SCRIPT
            # A letter of no language that is told apart, such as Sindhi ڻ, is foreign all the same.
            if code < _FIRST_FORM and chr(code) not in _ARABIC + LOANED:
                marks[code] |= OWN
    for bit, alphabet in enumerate(ALPHABETS.values()):
        for letter in alphabet:
            marks[ord(letter)] |= 1 << bit
    for letters, mark in (("ةأإ", PROOF), ("یک", PERSIAN_KEY), ("يك", ARABIC_KEY)):
        for letter in letters:
            marks[ord(letter)] = SCRIPT | mark
    for separator in "،,/|-•*#:;؛\n\t(\N{EN DASH}\N{EM DASH}":
        marks[ord(separator)] = BREAK
    marks[ord("\N{ZERO WIDTH NON-JOINER}")] = JOINER
    marks.setflags(write=False)
    return marks


_MARKS = _make_marks()


def letter_marks() -> NDArray[np.uint16]:
    """Return the marks of every code point of the BMP.

    Returns
    -------
    ndarray of shape (65536,), uint16, read-only
        Bits 0 to 4 say which languages of ``ALPHABETS`` have the letter; the others are the constants above.
    """
    return _MARKS
