"""Brings a raw page to plain lines: line ends, invisible marks, control characters, tatweel, hashtags.

``text_page`` reads what comes out; ``html_page`` passes its fields through the same functions. Words are never made
or changed here, apart from tatweel inside them and the underscores of hashtags.
"""

from __future__ import annotations

import re

__all__ = ["one_line", "tidy", "unmark_hashtags"]

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\N{NEXT LINE}\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}]")
# Marks that steer display and stand inside words; ZWNJ and ZWJ stay, orthography folds them.
_INVISIBLE = re.compile(
    "[\N{ARABIC LETTER MARK}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{LEFT-TO-RIGHT EMBEDDING}-"
    "\N{RIGHT-TO-LEFT OVERRIDE}\N{WORD JOINER}\N{LEFT-TO-RIGHT ISOLATE}-\N{POP DIRECTIONAL ISOLATE}"
    "\N{ZERO WIDTH NO-BREAK SPACE}\N{SOFT HYPHEN}]"
)
# Control characters and lone surrogates separate words: no encoder takes a lone surrogate.
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_TATWEEL_AS_DASH = re.compile("(?<!\\S)\N{ARABIC TATWEEL}+(?!\\S)")
_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n ]")


def tidy(raw: str) -> str:
    r"""Return a page as lines ended by ``\n``, without invisible marks, control characters and tatweel.

    Parameters
    ----------
    raw : str

    Returns
    -------
    str
        A tatweel that stands alone («القاهرة ـ رويترز») is a dash and becomes one.
    """
    text = raw
    plain = raw.replace("\n", " ").isprintable()  # to Python, no control, no mark and no blank but the space is
    if not plain:
        text = _LINE_ENDS.sub("\n", text)
        text = _INVISIBLE.sub("", text)
        text = _UNPRINTABLE.sub(" ", text)
    if "\N{ARABIC TATWEEL}" in text:
        text = _TATWEEL_AS_DASH.sub("-", text).replace("\N{ARABIC TATWEEL}", "")
    return text if plain and "  " not in text else _SPACES.sub(" ", text)


def one_line(text: str) -> str:
    """Return a field as one line with single spaces."""
    return " ".join(tidy(text).split())


# «#كأس_العالم», «و#السعودية» with its proclitic, «#السعوديّة» with its shadda; «C#», «&#1575;» and «#1» are none.
_TAG_LETTER = "[\\w\N{ARABIC FATHATAN}-\N{ARABIC SUKUN}\N{ARABIC LETTER SUPERSCRIPT ALEF}\N{ZERO WIDTH NON-JOINER}]"
_HASHTAG = re.compile(f"(?<![A-Za-z0-9&#])[#\N{FULLWIDTH NUMBER SIGN}](?=[_\\d]*[^\\W\\d_])(\\w{_TAG_LETTER}*)")


# «خبر#عاجل» is two words; the «و» of «و#السعودية» belongs to the tag's.
_INSIDE_WORD = re.compile(r"\w\w\Z|[^\W_وفبلك]\Z|_\Z")


def unmark_hashtags(text: str) -> tuple[str, tuple[str, ...]]:
    """Take the marks off hashtags, leaving their words.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        «في #كأس_العالم» becomes «في كأس العالم»; the same object where there is no hashtag.
    tuple of str
        The tags as words, in order, each once.
    """
    if "#" not in text and "\N{FULLWIDTH NUMBER SIGN}" not in text:
        return text, ()
    tags: dict[str, None] = {}

    def words(match: re.Match[str]) -> str:
        tag = " ".join(match[1].replace("_", " ").split())
        tags[tag] = None
        return f" {tag}" if _INSIDE_WORD.search(text, max(0, match.start() - 2), match.start()) else tag

    return _HASHTAG.sub(words, text), tuple(tags)
