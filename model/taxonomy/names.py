"""When two printed names are the same name.

Between the orthography, which folds words, and the taxonomy, which looks names up by the key made here.
"""

from __future__ import annotations

import re

from model.features.orthography import fold

__all__ = ["label_key"]

_DETACHED_WAW = re.compile(r"(?<!\S)و (?=\S)")
"""«روسيا و أوكرانيا»: a waw between spaces belongs to the next word, as in «روسيا وأوكرانيا»."""


def label_key(name: str) -> str:
    """Return what all spellings of a name have in common.

    Parameters
    ----------
    name : str
        A name as an outlet, a hashtag or a corpus prints it.

    Returns
    -------
    str
        The folded name: letter case, tashkeel, tatweel, hamza seats and punctuation (``#`` and ``_`` too) make no
        difference, nor does a waw written apart. Empty where the name holds no letter or digit.
    """
    return _DETACHED_WAW.sub("و", fold(name))
