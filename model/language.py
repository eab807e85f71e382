"""Which language a text is in: Arabic, or something the models cannot label.

Judges by what ``survey`` counted: letters that Arabic does not have and the frequent words of its neighbours, against
what only Arabic writes. ``admission`` asks it for every text.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.features.jit import compiled
from model.letters import ALPHABETS
from model.prediction import Language
from model.survey import (
    ARABIC_KEYS,
    ARABIC_WORDS,
    FOREIGN_FUNCTION,
    LANGUAGE_LETTERS,
    LOAN_WORDS,
    OTHER_LETTERS,
    OWN_WORDS,
    PERSIAN_KEYS,
    SCRIPT_LETTERS,
)

__all__ = ["LANGUAGES", "language_of"]

LANGUAGES = (
    Language("ar", supported=True),
    Language("und", supported=False),
    *(Language(code, supported=False) for code in ALPHABETS),
)
"""Arabic; anything that is told from Arabic, but not by name; the languages of ``letters.ALPHABETS``."""

ARABIC_SHARE = 0.5
"""Least share of Arabic-script letters among the letters of an Arabic text: a story may quote a tweet in English."""

_CERTAIN, _LIKELY, _HINT = 4, 2, 1
"""Weights of words. Certain: a letter of its own (ٹ), a function word, and against it what only Arabic writes (ة, the
article, في). Likely: a letter that Arabic takes in loan words (چلسي). Hints: the keyboard. Chosen on half of 240
invented texts in five languages and of 50 Arabic ones made to mislead (``benchmarks.admission``)."""

LEAST_EVIDENCE = 3
"""Least balance of the weights for another language. Of 79,361 Arabic articles and as many headlines, none exceeds 0;
typed on a Persian keyboard, without a hamza or a teh marbuta, 1 in 10,000 headlines reaches it."""


@compiled
def language_of(counts: NDArray[np.int64]) -> int:
    """Name the language of one text.

    Parameters
    ----------
    counts : ndarray of shape (N_COUNTS,), int64
        What ``survey`` returns.

    Returns
    -------
    int
        Position in ``LANGUAGES``.
    """
    script = counts[SCRIPT_LETTERS]
    if script == 0 or script < ARABIC_SHARE * (script + counts[OTHER_LETTERS]):
        return 1
    named = counts[OWN_WORDS] + counts[FOREIGN_FUNCTION]
    hints = -counts[ARABIC_KEYS] if counts[ARABIC_KEYS] else counts[PERSIAN_KEYS]
    balance = _CERTAIN * (named - counts[ARABIC_WORDS]) + _LIKELY * counts[LOAN_WORDS] + _HINT * hints
    # A loaned letter or a Persian keyboard alone is neither: «برشلونة تفوز» typed in Tehran, «چلسي» typed in Basra.
    if balance < LEAST_EVIDENCE or not (named or (counts[LOAN_WORDS] and counts[PERSIAN_KEYS])):
        return 0
    letters = counts[LANGUAGE_LETTERS:]
    best = 0
    for language in range(1, letters.size):  # the first of equals: the letters of Persian are those of all
        if letters[language] > letters[best]:
            best = language
    return 2 + best if letters[best] else 1
