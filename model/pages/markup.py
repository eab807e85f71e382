"""Takes HTML markup out of a field that should be plain text but may hold tags or entities.

Corpora and clients send ``<p>`` and ``&nbsp;`` in bodies; ``lines`` offers `plain_text` to both of them, and
``text_page`` uses it on crawled text.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

__all__ = ["mask_markup", "plain_text"]

_BLOCK = frozenset(
    (
        *(
            "p",
            "div",
            "br",
            "hr",
            "li",
            "ul",
            "ol",
            "dl",
            "dt",
            "dd",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "tr",
            "td",
            "th",
        ),
        *("table", "section", "article", "blockquote", "figure", "figcaption", "header", "footer", "main", "aside"),
    )
)
_INLINE = frozenset(
    (
        *(
            "a",
            "abbr",
            "b",
            "bdi",
            "bdo",
            "big",
            "center",
            "cite",
            "del",
            "em",
            "font",
            "i",
            "img",
            "ins",
            "mark",
            "q",
            "s",
        ),
        *("small", "span", "strike", "strong", "sub", "sup", "time", "u", "wbr"),
    )
)
_TAG = re.compile(r"</?([a-z][a-z0-9]*)(?:[\s/][^<>]*)?>", re.IGNORECASE)
_ANY_TAG = re.compile(r"</?([a-z][a-z0-9]*)[^<>]*>|<!--|-->", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-z][a-z0-9]{1,31}|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_UNSEEN = re.compile(r"<(?:!--|(script|style|iframe|noscript)(?=[\s/>]))", re.IGNORECASE)


def _as_text(tag: re.Match[str]) -> str:
    name = tag[1].lower()
    return "\n" if name in _BLOCK else "" if name in _INLINE else tag[0]


def _without_unseen(text: str) -> str:
    """Take out comments and scripts with what they hold; one that is never closed stays."""
    pieces: list[str] = []
    at = 0
    lowered = text.lower()
    closers = {name for name in ("-->", "</script", "</style", "</iframe", "</noscript") if name in lowered}
    for opening in _UNSEEN.finditer(text):
        closer = f"</{opening[1].lower()}" if opening[1] else "-->"
        if opening.start() < at or closer not in closers:
            continue
        closed = lowered.find(closer, opening.end())
        end = lowered.find(">", closed)
        if closed < 0 or end < 0:
            closers.discard(closer)  # none further down: looking again for every opening would take quadratic time
            continue
        pieces.append(text[at : opening.start()])
        at = end + 1
    return " ".join([*pieces, text[at:]])


def plain_text(text: str) -> str:
    """Take HTML tags and entities out of a field that may hold markup.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        The words; block tags become newlines. Only tags HTML knows are taken for tags, so that «5 < 7» and
        «a<b>c» without a closing bracket survive. The same object where there is no ``<`` and no ``&``.
    """
    if "<" in text:
        text = _TAG.sub(_as_text, _without_unseen(text))
    if "&" in text:
        text = html.unescape(text)
    return text


def mask_markup(text: str) -> str:
    """Cover tags and entities of a text, so that its words can be found again where they stood.

    Parameters
    ----------
    text : str
        A field or a page as a client sent it.

    Returns
    -------
    str
        As many code points as ``text``. Inline tags are covered with zero-width joiners, which do not cut a word in
        two («ال<b>نفط</b>»), other tags with spaces. Of an entity, its character stands first and tatweel after it.
    """
    if "<" in text:
        text = _ANY_TAG.sub(_cover_tag, text)
    if "&" in text:
        text = _ENTITY.sub(_cover_entity, text)
    return text


def _cover_tag(tag: re.Match[str]) -> str:
    inline = tag[1] is not None and tag[1].lower() in _INLINE
    return ("\N{ZERO WIDTH JOINER}" if inline else " ") * len(tag[0])


_character = lru_cache(maxsize=1024)(html.unescape)  # entities repeat, and looking one up takes longer than all else


def _cover_entity(entity: re.Match[str]) -> str:
    character = _character(entity[0])
    return character + "\N{ARABIC TATWEEL}" * (len(entity[0]) - 1) if len(character) == 1 else " " * len(entity[0])
