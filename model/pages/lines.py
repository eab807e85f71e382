"""Takes datelines, bylines, agency names and closing marks off a headline or a body, and markup out of a field.

Every article passes through here, from a page, a corpus or a request, so each function looks at the first word (or
the last ones) and returns at once where nothing on the lists of ``newsroom`` stands there.

What goes, by field:

- A **body** may open with a city and a separator («القاهرة - …», «دبي: …»), with an agency, with a byline, and with
  several of them in a row. A country never counts («السعودية: ارتفاع الصادرات»), nor a city that shares its name
  with one before a bare colon («تونس: …»).
- A **headline** loses a city only together with an agency or outlet («دبي: «الخليج» …»): «موسكو: لا تراجع» is a
  metonym, and «ترامب: …» a speaker.
- A body may end with an agency in brackets, a desk's initials, an op-ed disclaimer or an app promotion.
"""

from __future__ import annotations

import re
from functools import lru_cache

from model.pages import newsroom
from model.pages.datelines import body_lead, headline_lead
from model.pages.markup import plain_text
from model.pages.newsroom import alternatives, fold
from model.pages.page import Removed

__all__ = ["plain_text", "strip_body", "strip_headline", "strip_lead", "strip_tail"]

# A dateline with two cities, a Hijri and a Gregorian date and two agencies runs to about 120 characters.
_REACH = 140

_FIRST_WORD = re.compile(r"[\s\"«“(\[*\-–—ـ]*([^\s:،,.\-–—ـ/(\[«»“”\")\]]{1,24})")


def _first_words(*names: frozenset[str]) -> frozenset[str]:
    """Return the first word of every name, cut where `_FIRST_WORD` cuts."""
    return frozenset(re.split(r"[ .\-/:]", name, maxsplit=1)[0] for name in frozenset().union(*names))


_SOURCE_WORDS = _first_words(newsroom.AGENCIES, newsroom.OUTLETS, newsroom.OUTLETS_AMBIGUOUS)
_HEADLINE_WORDS = _SOURCE_WORDS | _first_words(newsroom.CITIES)
_BODY_WORDS = _HEADLINE_WORDS | _first_words(newsroom.BYLINE_WORDS)
_folded_word = lru_cache(maxsize=8192)(fold)  # first words repeat; folding one costs more than all else here


def _may_open(text: str, words: frozenset[str]) -> bool:
    first = _FIRST_WORD.match(text)
    return first is not None and _folded_word(first[1]) in words


def strip_lead(body: str) -> tuple[str, tuple[Removed, ...]]:
    """Take datelines, agency names and bylines off the start of a body.

    Parameters
    ----------
    body : str

    Returns
    -------
    str
        The body without them; the same object where there were none.
    tuple of Removed
        Kinds ``"dateline"``, ``"agency"`` and ``"byline"``, in order.

    Notes
    -----
    What would leave no text at all is left standing: a body «القاهرة - رويترز» stays as it is.
    """
    removed: list[Removed] = []
    rest = body
    while len(removed) < 3 and (
        "(" in rest[:60] or _may_open(rest, _BODY_WORDS)
    ):  # «كتب: … / القاهرة - رويترز / (وكالات)»: never more
        rest = rest.lstrip(" \t\n-*")
        kind, length = body_lead(fold(rest[:_REACH]))
        if length == 0 or not rest[length:].strip():
            break
        removed.append(Removed(kind, rest[:length].strip()))
        rest = rest[length:]
    return (rest, tuple(removed)) if removed else (body, ())


_SOURCE = rf"(?:{alternatives(newsroom.AGENCIES, newsroom.OUTLETS, newsroom.OUTLETS_AMBIGUOUS)})(?!\w)"
_PLAIN_SOURCE = rf"(?:{alternatives(newsroom.AGENCIES - newsroom.AGENCIES_ORDINARY, newsroom.OUTLETS)})(?!\w)"
_SOURCE_LAST_WORDS = frozenset(
    name.split()[-1] for name in newsroom.AGENCIES | newsroom.OUTLETS | newsroom.OUTLETS_AMBIGUOUS
)


def _may_close(text: str) -> bool:
    """Whether the last word is a bracket's or may be an agency's."""
    words = text[-40:].rstrip(" .\n").rsplit(None, 1)
    return bool(words) and (words[-1][-1] in ")]" or _folded_word(words[-1]) in _SOURCE_LAST_WORDS)


_HEADLINE_TAIL = re.compile(rf"\s*(?:\(\s?{_SOURCE}\s?\)|\s-+\s*{_PLAIN_SOURCE}|\|\s*{_SOURCE})\s*\Z")


def strip_headline(headline: str) -> tuple[str, tuple[Removed, ...]]:
    """Take a dateline with its source, or an agency's name, off the ends of a headline.

    Parameters
    ----------
    headline : str

    Returns
    -------
    str
        The headline without them; the same object where there were none.
    tuple of Removed
        Kinds ``"dateline"`` and ``"agency"``.

    Notes
    -----
    A city alone stays («القاهرة: …» speaks for a government), and so does a newspaper that is being quoted.
    """
    removed: list[Removed] = []
    rest = headline
    if _may_open(rest, _HEADLINE_WORDS):
        kind, length = headline_lead(fold(rest[:_REACH]))
        if length and rest[length:].strip():
            removed.append(Removed(kind, rest[:length].strip()))
            rest = rest[length:]
    if _may_close(rest):
        folded = fold(rest[-40:])
        match = _HEADLINE_TAIL.search(folded)
        if match is not None and len(folded) - match.start() < len(rest):
            cut = len(rest) - len(folded) + match.start()
            removed.append(Removed("agency", rest[cut:].strip()))
            rest = rest[:cut]
    return (rest, tuple(removed)) if removed else (headline, ())


_TAIL_REACH = 320
_INITIALS = r"[^\W\d_]{1,2}(?:[. ]{1,2}[^\W\d_]{1,2}){0,3}\.?"
# «انتهى» on its own line or between marks, «// انتهى //»; «الشوط الأول انتهى» is a sentence.
_END_MARK = re.compile(r"(?:(?<=\n)\s*|\s*[/#*(-]+\s?)انتهي[\s/#*).-]*\Z")
_BRACKETED_SOURCE = re.compile(rf"[(\[]\s?{_SOURCE}(?:\s?[-,/و]\s?{_SOURCE})*\s?[)\]]\s*\.?\s*\Z")
_SOURCE_LABEL = re.compile(r"(?<!\w)المصدر\s?:?\s*\Z")
_SOURCE_LINE = re.compile(
    rf"\s*[-/*]*\s*(?:{_PLAIN_SOURCE}|(?:المصدر\s?[:-]\s?|نقلاً?\sعن\s?:?\s)[\"(]?{_SOURCE}[^\n.]{{0,30}})\s*\.?\s*\Z"
)
_INITIALS_LINE = re.compile(rf"\s*[-/]*\s*{_INITIALS}\s?[/-]\s?{_INITIALS}(?:\s?[/-]\s?{_INITIALS})?\s*\Z")
# The note under an op-ed, «المقالات تعبر عن آراء أصحابها», in any wording: pieces, then opinions, then their authors.
_DISCLAIMER = re.compile(r"(?:مقال|اراء)[^\n]{0,110}(?:راي|اراء)\s(?:كتاب|كاتب|اصحاب|صاحب)")
# «لمتابعتنا حمّلوا تطبيقنا»: our app, or an outlet's on your phone; «حمّل التطبيق على هاتفك» is a story about an app.
_APP = re.compile(rf"تطبيقنا|تطبيق\s(?:\S+\s)?{_SOURCE}[^\n]{{0,60}}(?:هاتفك|هواتفك|جوالك|اجهزتك)")


def _closing(tail: str) -> tuple[str, int]:
    """Return the kind of what closes a folded text and where it begins, or ``("", 0)``."""
    end = len(tail.rstrip())
    last_words = max(0, end - 60)
    bracket = max(tail.rfind("(", last_words), tail.rfind("[", last_words))
    if bracket > 0 and _BRACKETED_SOURCE.match(tail, bracket):
        label = _SOURCE_LABEL.search(tail, max(0, bracket - 12), bracket)  # «… المصدر (رويترز)»
        return "agency", label.start() if label is not None else bracket
    line = max(tail.rfind("\n", 0, end), tail.rfind(".", 0, end - 1)) + 1
    if found := _END_MARK.search(tail, max(0, end - 20)):
        return "end_mark", found.start()
    for kind, pattern in (("agency", _SOURCE_LINE), ("byline", _INITIALS_LINE)):
        # «ع.م / س.ك» holds full stops: what begins a line of initials is a newline
        at = line if kind == "agency" else tail.rfind("\n", 0, end) + 1
        if at > 0 and end - at <= 64 and pattern.match(tail, at):
            return kind, at
    sentence = max(tail.rfind(mark, 0, end - 1) for mark in ".!؟\n") + 1
    for kind, pattern in (("disclaimer", _DISCLAIMER), ("app_promotion", _APP)):
        if sentence > 0 and pattern.search(tail, sentence):
            return kind, sentence
    return "", 0


def _may_hold_closing(body: str) -> bool:
    tail = body[-_TAIL_REACH:]
    return (
        _may_close(tail)
        or "/" in tail[-24:]
        or "انته" in tail[-24:]
        or ("تطبيق" in tail and ("هاتفك" in tail or "هواتفك" in tail or "تطبيقنا" in tail or "هزتك" in tail))
        or "نقل" in tail[-60:]
        or "المصدر" in tail[-60:]
        or " آراء" in tail
        or " رأي" in tail
    )


def strip_tail(body: str) -> tuple[str, tuple[Removed, ...]]:
    """Take agency marks, initials, disclaimers and app promotions off the end of a body.

    Parameters
    ----------
    body : str

    Returns
    -------
    str
        The body without them; the same object where there were none.
    tuple of Removed
        Kinds ``"agency"``, ``"end_mark"``, ``"byline"``, ``"disclaimer"`` and ``"app_promotion"``, from the end up.
    """
    removed: list[Removed] = []
    rest = body
    while len(removed) < 4 and _may_hold_closing(rest):
        tail = rest[-_TAIL_REACH:]
        kind, at = _closing(fold(tail))
        if not kind:
            break
        removed.append(Removed(kind, tail[at:].strip()))
        rest = rest[: len(rest) - len(tail) + at].rstrip(" \n\t-_*=")  # the rule above an app promotion goes too
    return (rest, tuple(removed)) if removed and rest else (body, ())


def strip_body(body: str) -> tuple[str, tuple[Removed, ...]]:
    """Take off what opens and what closes a body: `strip_lead`, then `strip_tail`.

    Parameters
    ----------
    body : str

    Returns
    -------
    str
    tuple of Removed
    """
    body, opening = strip_lead(body)
    body, closing = strip_tail(body)
    return body, opening + closing
