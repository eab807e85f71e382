"""Whether a text can be labelled at all: its language and its texture, from as little of it as tells.

``classifier`` asks for every text beside the scoring; what stands in the way of a label, ``decision`` turns into a
reason to abstain.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.features.jit import compiled
from model.features.orthography import fold_table
from model.features.space import encode_texts
from model.language import LANGUAGES, language_of
from model.letters import letter_marks
from model.prediction import Language, ReviewReason
from model.survey import BROKEN_PAIRS, survey
from model.telling_words import telling_words
from model.texture import TEXTURES, texture_of

__all__ = ["admit", "inspect"]

OPENING = 600
"""Code points at the start of a text that say enough of nearly every story: some 100 words. Reading 2,000 of them would
take 27 microseconds, a tenth of what labelling 500 words takes."""

REACH = 20_000
"""Code points that are read where the opening is not plainly Arabic prose: a story may begin with a table, a menu or a
quotation, and what is strange for 600 code points need not be so for 6,000."""


@compiled
def inspect(
    codes: NDArray[np.uint32],
    fold: NDArray[np.uint16],
    letter_marks: NDArray[np.uint16],
    telling_words: NDArray[np.uint64],
) -> tuple[int, int]:
    """Name the language and the texture of one text.

    Parameters
    ----------
    codes, fold, letter_marks, telling_words : as for ``survey.survey``

    Returns
    -------
    language, texture : int
        Positions in ``language.LANGUAGES`` and ``texture.TEXTURES``; both 0 for Arabic prose.
    """
    counts = survey(codes[:OPENING], fold, letter_marks, telling_words)
    language, texture = language_of(counts), texture_of(counts)
    if codes.size > OPENING and (language or texture or counts[BROKEN_PAIRS]):
        counts = survey(codes[:REACH], fold, letter_marks, telling_words)
        language, texture = language_of(counts), texture_of(counts)
    return language, texture


def admit(text: str) -> tuple[Language, ReviewReason | None]:
    """Name the language of a text, and what it is instead of prose.

    Returns
    -------
    language : Language
        ``ar``; ``fa``, ``ur``, ``ps``, ``ckb`` or ``ug`` for Persian, Urdu, Pashto, Central Kurdish and Uyghur;
        ``und`` for anything else, text without letters included.
    texture : {"boilerplate", "gibberish", "list"} or None
    """
    codes, _ = encode_texts([text])
    language, texture = inspect(codes, fold_table(), letter_marks(), telling_words())
    return LANGUAGES[language], TEXTURES[texture]
