"""Spellings of the same word that no folding of letters joins: ترمب and ترامب, أميركا and أمريكا, غوغل and جوجل.

``vectorizer`` gives each variant the light stem of its form, so that the two share one feature while each keeps its
own as a word; the stems go into the artifact, and serving needs no table.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from model.features import orthography

__all__ = ["spelling_variants"]

_TABLE = Path(__file__).with_name("variants.txt")
"""One form and its variants a line; a line that begins with # is a comment."""


@cache
def spelling_variants() -> dict[str, str]:
    """Return the table, in folded spelling.

    Returns
    -------
    dict of str to str
        Variant -> form. What folds to the same letters is not in it.
    """
    table = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        form, colon, variants = line.partition(":")
        if colon and not line.startswith("#"):
            folded = orthography.fold(form)
            table.update({orthography.fold(variant): folded for variant in variants.split()})
    return {variant: form for variant, form in table.items() if variant != form}
