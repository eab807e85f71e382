"""Reads schema.org articles out of JSON-LD, as loosely as pages write it.

``html_page`` passes the text of every ``<script type="application/ld+json">``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["find_article", "names", "parse_json_ld", "text_of"]

# schema.org's news types and the plain ones that outlets use instead, the more telling first.
_TYPES = (
    "NewsArticle",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "BackgroundNewsArticle",
    "OpinionNewsArticle",
    "ReviewNewsArticle",
    "LiveBlogPosting",
    "Article",
    "BlogPosting",
)
# Pages nest an article a few levels deep among some hundred nodes; a crafted one could hold millions.
_MOST_NODES = 20_000

_WRAPPING = re.compile(
    r"\A\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.*?\*/)?\s*|\s*(?:-->|//\s*\]\]>|\]\]>)?\s*;?\s*\Z", re.DOTALL
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


def parse_json_ld(script: str) -> Any | None:
    """Parse one JSON-LD script.

    Parameters
    ----------
    script : str

    Returns
    -------
    object or None
        None where it is not JSON even with comments, raw line breaks and trailing commas forgiven.
    """
    stripped = _WRAPPING.sub("", script)
    for candidate in (stripped, _TRAILING_COMMA.sub(r"\1", stripped)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def find_article(documents: Iterable[Any]) -> dict[str, Any] | None:
    """Find the article among parsed JSON-LD documents: in lists, in ``@graph``, below other nodes.

    Parameters
    ----------
    documents : iterable of object

    Returns
    -------
    dict or None
        The node of the most telling article type, the first of its kind.
    """
    best: tuple[int, dict[str, Any]] | None = None
    for node in _nodes(documents):
        kinds = node.get("@type")
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            name = kind.rpartition("/")[2] if isinstance(kind, str) else ""
            if name in _TYPES and (best is None or _TYPES.index(name) < best[0]):
                best = (_TYPES.index(name), node)
    return best[1] if best is not None else None


def _nodes(documents: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Yield every object in document order, without recursion and at most `_MOST_NODES`."""
    stack = list(documents)[::-1]
    for _ in range(_MOST_NODES):
        if not stack:
            return
        value = stack.pop()
        if isinstance(value, dict):
            yield value
            stack.extend(reversed(list(value.values())))
        elif isinstance(value, list):
            stack.extend(reversed(value))


def text_of(value: Any) -> str:
    """Return a field as text: a string, the first of a list, or the name of a node; empty for anything else."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return next((text for item in value[:50] if not isinstance(item, list) and (text := text_of(item))), "")
    if isinstance(value, dict):
        return next(
            (text for key in ("name", "@value", "alternateName", "@id") if (text := _string(value.get(key)))), ""
        )
    return ""


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def names(value: Any) -> tuple[str, ...]:
    """Return a field that lists names: strings, nodes with a name, or one string with commas between them."""
    items = value if isinstance(value, list) else [value]
    found: list[str] = []
    for item in items[:200]:
        text = text_of(item) if not isinstance(item, list) else ""
        # One string is a list by its commas; in a list of strings a comma belongs to its name.
        found.extend(re.split(r"\s*[,،;|]\s*", text) if len(items) == 1 else [text])
    return tuple(name for name in found if name)
