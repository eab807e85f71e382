"""Which language a text is in: Arabic, or something the models cannot label.

Counts letters, since that is what tells Arabic from Latin script at once, and Persian or Urdu from Arabic by letters
that Arabic does not have; ``classifier`` asks it for every text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.features.jit import compiled
from model.features.orthography import DROP, SEPARATOR, TABLE_SIZE, fold_table
from model.features.space import encode_texts
from model.prediction import Language

__all__ = ["count_letters", "identify", "language_of", "letter_kinds"]

ARABIC_SHARE = 0.5
"""Least share of Arabic-script letters among the letters of an Arabic text: a story may quote a tweet in English."""

FOREIGN_SHARE = 0.012
"""Share of letters foreign to Arabic above which a text in Arabic script is another language.

Persian is full of pe, che, zhe and gaf; Arabic stories hold them in a loan word or two (ڤيلا). Teh marbuta, which
Persian lacks and which is 3.2 % of the letters of 3,000 Arabic stories, must also be rarer than they are.
"""

SAMPLE = 2000
"""Code points at the start of a text that tell its language."""

_PERSIAN = "پچژگ"
_URDU = "ٹڈڑںےہھ"
_OTHER = "ېۍێۆەڵڕځڅښږړ"  # Pashto, Kurdish
_LETTER_KINDS = np.zeros(0x10000, dtype=np.uint8)
for _block in (range(0x0620, 0x0700), range(0x0750, 0x0780), range(0xFB50, 0xFE00), range(0xFE70, 0xFF00)):
    _LETTER_KINDS[list(_block)] = 1
for _letter in _PERSIAN + _OTHER:
    _LETTER_KINDS[ord(_letter)] = 2
for _letter in _URDU:
    _LETTER_KINDS[ord(_letter)] = 3
_LETTER_KINDS[ord("ة")] = 4
_LETTER_KINDS.setflags(write=False)

_ARABIC = Language("ar", supported=True)
_UNDETERMINED = Language("und", supported=False)


def letter_kinds() -> NDArray[np.uint8]:
    """Return the kind of every letter of the BMP: a column of ``count_letters``, 0 for other scripts."""
    return _LETTER_KINDS


@compiled
def count_letters(
    codes: NDArray[np.uint32], bounds: NDArray[np.int64], fold: NDArray[np.uint16], kinds: NDArray[np.uint8]
) -> NDArray[np.int64]:
    """Count the letters of texts by kind.

    Parameters
    ----------
    codes, bounds : as ``space.encode_texts`` gives them
    fold : ndarray
        ``orthography.fold_table``: what it does not separate or drop is a letter or a digit.
    kinds : ndarray
        ``letter_kinds``.

    Returns
    -------
    ndarray of shape (n_texts, 5), int64
        Letters of other scripts, of any language in Arabic script, of Persian (or Pashto, Kurdish), of Urdu, and
        teh marbutas.
    """
    counts = np.zeros((bounds.size - 1, 5), dtype=np.int64)
    for text in range(bounds.size - 1):
        for position in range(bounds[text], min(bounds[text + 1], bounds[text] + SAMPLE)):
            code = codes[position]
            if code >= TABLE_SIZE:
                continue
            folded = fold[code]
            if folded in (SEPARATOR, DROP) or 48 <= folded <= 57:
                continue
            counts[text, kinds[code] if code < kinds.size else 0] += 1
    return counts


def language_of(counts: Sequence[int]) -> Language:
    """Name the language of one text from its row of ``count_letters``."""
    other, shared, persian, urdu, teh_marbuta = counts
    arabic = shared + persian + urdu + teh_marbuta
    if arabic == 0 or arabic < ARABIC_SHARE * (arabic + other):
        return _UNDETERMINED
    foreign = persian + urdu
    if foreign > 1 and foreign > FOREIGN_SHARE * arabic and foreign > teh_marbuta:
        return Language("ur" if urdu > persian else "fa", supported=False)
    return _ARABIC


def identify(text: str) -> Language:
    """Name the language of a text.

    Returns
    -------
    Language
        ``ar``; ``fa`` or ``ur`` for texts in Arabic script with the letters of those languages; ``und`` for anything
        else, text without letters included.
    """
    return language_of(count_letters(*encode_texts([text]), fold_table(), letter_kinds())[0].tolist())
