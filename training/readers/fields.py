"""Turn the raw values of a row into text, labels and topics, or say that they are none.

Where ``training.corpus`` decides what a row means; the same rules for every format, so that a corpus means the same
as JSON Lines, CSV and Parquet.
"""

from __future__ import annotations

import math
import re
from datetime import date

__all__ = ["label", "text", "topics"]

# What a program leaves where a value was missing: pandas writes NaN as `nan`, JavaScript as `NaN`.
_MISSING = frozenset({"", "nan", "NaN"})

# A CSV cell has no type, so a cell of digits is as much a number as a JSON number is.
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

_WORD = re.compile(r"\w")

_TOPIC_SEPARATOR = "|"
_NO_TOPICS = frozenset({"|", "[]"})  # `[]` is how pandas writes an empty list into a cell


def _missing(value: object) -> bool:
    return (
        value is None
        or (isinstance(value, float) and math.isnan(value))
        or (isinstance(value, str) and value.strip() in _MISSING)
    )


def text(value: object) -> str:
    """Read a headline or a body.

    Returns
    -------
    str
        The text without white space around it; ``""`` where the value is missing (null, NaN) or holds no word.

    Raises
    ------
    TypeError
        The value is no text: a number (also as a string of digits), a list, an object.
    """
    if _missing(value):
        return ""
    if not isinstance(value, str) or _NUMBER.fullmatch(value.strip()):
        raise TypeError("not text")
    return value.strip() if _WORD.search(value) else ""


def label(value: object) -> str | None:
    """Read an id, a section, a topic, a date or another short value.

    Returns
    -------
    str or None
        None where the value is missing. Numbers become strings, whole ones without a fraction, because a table
        turns 7 into 7.0 as soon as one row lacks a value; dates become ISO 8601.

    Raises
    ------
    TypeError
        The value is neither text nor number nor date.
    """
    if _missing(value):
        return None
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise TypeError("not a label")


def topics(value: object) -> tuple[str, ...] | None:
    """Read the topics of a row.

    Returns
    -------
    tuple of str or None
        Each topic once, in order. ``None``, nobody looked: the value is missing, or an empty cell. ``()``, none
        applies: an empty list, or in a cell a lone ``|`` (or ``[]``).

    Raises
    ------
    TypeError
        The value is neither a list nor a text with ``|`` between topics.
    """
    if _missing(value):
        return None
    if isinstance(value, str):
        if value.strip() in _NO_TOPICS:
            return ()
        if value.lstrip().startswith("["):  # `['sport' 'economy']`: a list printed, not topics
            raise TypeError("not a list of topics")
        parts: list[object] = list(value.split(_TOPIC_SEPARATOR))
    elif isinstance(value, list | tuple):
        parts = list(value)
    else:
        raise TypeError("not a list of topics")
    return tuple(dict.fromkeys(name for part in parts if (name := label(part)) is not None))
