"""Light stems: which affixes may be taken off a word, and when.

An affix goes only if what remains is itself a word of the lexicon, and one that is not much rarer than the whole:
plain light stemming makes بنان (fingertips) of لبنان, ريطانيا of بريطانيا, اعب of لاعبين, and joins سورية (Syria)
with سورة. The reference and the kernel both read these tables; the whole form stays a feature beside the stem.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_RATIO", "PREFIXES", "SHORTEST_STEM", "SUFFIXES", "affix_table", "shorten"]

PREFIXES = tuple("و ف وبال فبال وكال وال فال بال كال ولل فلل لل ال وب ول وس ب ل ك س".split())  # noqa: SIM905
"""Proclitics in folded spelling, in the order in which they are tried: conjunctions, then chains, for where what
remains without the conjunction is no word, then single letters. With ول before و, ولبنان would become بنان."""

SUFFIXES = tuple("تهما هما تين تان تهم تها يين ات ون ين ان ها هم هن نا كم وا يه ته ه ي ا".split())  # noqa: SIM905
"""Endings in folded spelling: dual, plural, pronouns, nisba, teh marbuta, accusative alef."""

SHORTEST_STEM = 3
"""Letters that must remain; two would make له (to him) of الله."""

LEAST_RATIO = 0.2
"""Least ratio of the document frequency of what remains to that of the word."""


def shorten(word: str, frequency: Callable[[str], int]) -> str | None:
    """Take one affix off a word, if that leaves a word that is frequent enough.

    Parameters
    ----------
    word : str
        A folded word.
    frequency : callable
        Document frequency of a folded word in the lexicon; 0 for words it does not hold.

    Returns
    -------
    str or None
        What remains after the first affix that may go; None if none may. The light stem of a word is what is left
        when this has been repeated until nothing may go.
    """
    least = max(1.0, LEAST_RATIO * frequency(word))
    for prefix in PREFIXES:
        rest = word.removeprefix(prefix)
        if SHORTEST_STEM <= len(rest) < len(word) and frequency(rest) >= least:
            return rest
    for suffix in SUFFIXES:
        rest = word.removesuffix(suffix)
        if SHORTEST_STEM <= len(rest) < len(word) and frequency(rest) >= least:
            return rest
    return None


@cache
def affix_table(affixes: tuple[str, ...]) -> NDArray[np.uint16]:
    """Lay affixes out for the kernel.

    Returns
    -------
    ndarray of shape (n_affixes, 1 + longest), uint16, read-only
        Each row holds the affix's length, then its code points.
    """
    table = np.zeros((len(affixes), 1 + max(map(len, affixes))), dtype=np.uint16)
    for row, affix in enumerate(affixes):
        table[row, 0] = len(affix)
        table[row, 1 : 1 + len(affix)] = [ord(letter) for letter in affix]
    table.setflags(write=False)
    return table
