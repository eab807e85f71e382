"""Counts in a text what tells its language and whether it is made of sentences, in machine code.

``admission`` asks for the counts; ``language`` and ``texture`` judge by them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.features.jit import compiled
from model.features.orthography import DROP, SEPARATOR, TABLE_SIZE
from model.features.tables import find, mix
from model.features.words import SHORTEST_WORD
from model.letters import ARABIC_KEY, BREAK, JOINER, OWN, PERSIAN_KEY, PROOF, SCRIPT
from model.telling_words import (
    AMBIGUOUS,
    FUNCTION,
    NO_PREPOSITION_BEFORE,
    NO_VERB,
    PARTICLE,
    PERSIAN,
    PREPOSITION,
    SITE,
    SITE_CALL,
    URDU,
)

__all__ = [
    "ARABIC_KEYS",
    "ARABIC_WORDS",
    "ARTICLES",
    "BREAKS",
    "BROKEN_PAIRS",
    "DISTINCT",
    "FOREIGN_FUNCTION",
    "FUNCTION_WORDS",
    "LANGUAGE_LETTERS",
    "LOAN_WORDS",
    "NUMBERS",
    "N_COUNTS",
    "OTHER_LETTERS",
    "OWN_WORDS",
    "PERSIAN_KEYS",
    "SCRIPT_LETTERS",
    "SITE_CALLS",
    "SITE_WORDS",
    "WORDS",
    "survey",
]

N_COUNTS = 22
(
    OTHER_LETTERS,
    SCRIPT_LETTERS,
    WORDS,
    NUMBERS,
    DISTINCT,
    BREAKS,
    FUNCTION_WORDS,
    ARTICLES,
    BROKEN_PAIRS,
    SITE_WORDS,
    SITE_CALLS,
    ARABIC_WORDS,
    OWN_WORDS,
    LOAN_WORDS,
    FOREIGN_FUNCTION,
    ARABIC_KEYS,
    PERSIAN_KEYS,
    LANGUAGE_LETTERS,
) = range(N_COUNTS - 4)
"""Places in the counts: letters of other scripts, and of the Arabic one; words, numbers, different words, words after
a mark between items, Arabic function words, words with the article, pairs of words that no sentence holds; words of
sites; words that only Arabic writes, with a letter of their own, with a loaned letter, function words of Persian and
Urdu, words typed on an Arabic and on a Persian keyboard; from ``LANGUAGE_LETTERS`` on, letters of each language of
``letters.ALPHABETS``."""

_NUMBER, _ARTICLE = 1 << 12, 1 << 13
_AFTER_NUMBER = 1 << 20  # no bits of a telling word
_LANGUAGES = 0b11111
_ALEF, _LAM = ord("ا"), ord("ل")
_BEH, _WAW, _FEH, _KAF = ord("ب"), ord("و"), ord("ف"), ord("ك")
_NINE = ord("9")  # what folds to a letter or a digit and is no greater is a digit
_FNV_OFFSET = np.uint64(0xCBF29CE484222325)  # as in features.words, so that hashes are those of the reference
_FNV_PRIME = np.uint64(0x100000001B3)
_SLOTS = 4096
_SIX, _LOW, _ONE, _ZERO = np.uint64(6), np.uint64(63), np.uint64(1), np.uint64(0)
_SLOT_MASK = np.uint64(_SLOTS - 1)


@compiled
def _has_article(opening: np.int64) -> bool:
    """Whether a word opens with the article, alone or after a proclitic: ال, بال وال فال كال, لل.

    ``opening`` holds the first three letters, the third in the lowest 16 bits.
    """
    first, second, third = opening >> 32, opening >> 16 & 0xFFFF, opening & 0xFFFF
    if second == _LAM:
        return first in (_ALEF, _LAM)
    return bool(second == _ALEF and third == _LAM and first in (_BEH, _WAW, _FEH, _KAF))


@compiled
def _read_words(
    codes: NDArray[np.uint32],
    fold: NDArray[np.uint16],
    letter_marks: NDArray[np.uint16],
    hashes: NDArray[np.uint64],
    marks: NDArray[np.uint16],
    counts: NDArray[np.int64],
) -> int:
    """Cut a text into words and numbers.

    Receives into ``hashes`` and ``marks`` the hash of each folded word and the marks of all its letters and of what
    stood before it, and into ``counts`` its letters. Returns how many words there are.
    """
    n_words, n_letters, n_digits, n_script, length = 0, 0, 0, 0, 0
    first = opening = of_word = before = np.int64(0)
    key = _FNV_OFFSET
    for position in range(codes.size + 1):
        code = codes[position] if position < codes.size else np.uint32(0)
        unit = np.int64(fold[code]) if code < TABLE_SIZE else np.int64(SEPARATOR)
        mark = np.int64(letter_marks[code]) if code < letter_marks.size else np.int64(0)
        if unit > DROP:
            key = (key ^ np.uint64(unit)) * _FNV_PRIME
            length += 1
            if length <= 3:
                opening = opening << 16 | unit
                first = unit if length == 1 else first
            of_word |= mark
            n_letters += 1
            n_script += 1 if mark & SCRIPT else 0
            n_digits += 1 if unit <= _NINE else 0
            if mark & _LANGUAGES:
                for language in range(5):
                    counts[LANGUAGE_LETTERS + language] += mark >> language & 1
        elif unit == SEPARATOR or mark & JOINER:
            if length >= SHORTEST_WORD or (length and first <= _NINE):
                if first <= _NINE:
                    of_word |= _NUMBER
                elif length > 3 and not before & JOINER and _has_article(opening):
                    of_word |= _ARTICLE
                hashes[n_words], marks[n_words] = mix(key), of_word | before
                n_words += 1
                before = np.int64(0)
            key, length, opening, of_word = _FNV_OFFSET, 0, np.int64(0), np.int64(0)
            before |= mark
    counts[SCRIPT_LETTERS], counts[OTHER_LETTERS] = n_script, n_letters - n_script - n_digits
    return n_words


@compiled
def _count_language(value: int, mark: np.int64, counts: NDArray[np.int64]) -> None:
    """Count what one word says about the language."""
    arabic = mark & _ARTICLE != 0 or mark & (PROOF | PERSIAN_KEY) == PROOF  # تأکید is Persian
    if mark & OWN:
        counts[OWN_WORDS] += 1
    elif mark & _LANGUAGES:
        if not arabic:  # البوگمر is Iraqi
            counts[LOAN_WORDS] += 1
    elif value & (PERSIAN | URDU) and not arabic:
        counts[FOREIGN_FUNCTION] += 1
        counts[LANGUAGE_LETTERS + (0 if value & PERSIAN else 1)] += 1
    elif arabic or (value & (FUNCTION | AMBIGUOUS) == FUNCTION and not mark & PERSIAN_KEY):
        counts[ARABIC_WORDS] += 1
    counts[ARABIC_KEYS] += 1 if mark & ARABIC_KEY else 0
    counts[PERSIAN_KEYS] += 1 if mark & (PERSIAN_KEY | JOINER) else 0


@compiled
def _count_words(
    hashes: NDArray[np.uint64], marks: NDArray[np.uint16], table: NDArray[np.uint64], counts: NDArray[np.int64]
) -> None:
    """Count what the words of one text say."""
    seen = np.zeros(_SLOTS // 64, dtype=np.uint64)
    previous = 0
    for word in range(hashes.size):
        mark = np.int64(marks[word])
        if mark & _NUMBER:
            counts[NUMBERS] += 0 if previous == _AFTER_NUMBER else 1  # 12.50 and 8:00 are one number
            previous = _AFTER_NUMBER
            continue
        counts[WORDS] += 1
        counts[BREAKS] += 1 if mark & BREAK else 0
        slot = hashes[word] & _SLOT_MASK
        bit = _ONE << (slot & _LOW)
        if seen[slot >> _SIX] & bit == _ZERO:
            seen[slot >> _SIX] |= bit
            counts[DISTINCT] += 1
        value = max(find(table, hashes[word]), 0)
        _count_language(value, mark, counts)
        counts[FUNCTION_WORDS] += value & FUNCTION
        counts[ARTICLES] += 1 if mark & _ARTICLE else 0
        counts[SITE_CALLS] += 1 if value & SITE_CALL else 0
        counts[SITE_WORDS] += 1 if value & SITE else 0
        if not mark & BREAK and (
            (previous & PREPOSITION and value & NO_PREPOSITION_BEFORE) or (previous & PARTICLE and value & NO_VERB)
        ):
            counts[BROKEN_PAIRS] += 1
        previous = value


@compiled
def survey(
    codes: NDArray[np.uint32],
    fold: NDArray[np.uint16],
    letter_marks: NDArray[np.uint16],
    telling_words: NDArray[np.uint64],
) -> NDArray[np.int64]:
    """Count what tells in one text.

    Parameters
    ----------
    codes : ndarray of shape (n_codes,), uint32
        Its code points.
    fold : ndarray
        ``orthography.fold_table``. Ligatures count as one letter here.
    letter_marks, telling_words : ndarray
        The tables of the modules of these names.

    Returns
    -------
    ndarray of shape (N_COUNTS,), int64
        See the constants above for the places.
    """
    counts = np.zeros(N_COUNTS, dtype=np.int64)
    most = codes.size // 2 + 1
    hashes, marks = np.empty(most, dtype=np.uint64), np.empty(most, dtype=np.uint16)
    n_words = _read_words(codes, fold, letter_marks, hashes, marks, counts)
    _count_words(hashes[:n_words], marks[:n_words], telling_words, counts)
    return counts
