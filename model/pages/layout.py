"""Cuts a tidied text page into lines and says of each what can be said without its neighbours.

``regions`` finds the story among these lines, ``text_page`` makes an Article of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from model.pages.furniture import LABEL_ALONE, kind_of
from model.pages.newsroom import AGENCIES, OUTLETS, alternatives, fold
from model.pages.phrases import folded_key, folded_keys

__all__ = [
    "LONGEST_SUBHEADLINE",
    "LONGEST_TITLE",
    "LONGEST_TOPIC",
    "Line",
    "Vocabulary",
    "split_lines",
    "without_suffix",
]

# Word counts, from the layouts in the sample pages: topic lines run to 4 words, subheadlines to 16 and headlines to
# 21. A longer line, or one that ends in a full stop, is prose.
LONGEST_TOPIC = 4
LONGEST_SUBHEADLINE = 16
LONGEST_TITLE = 21
_SHORTEST_SENTENCE = 7

_CLOSING = "\"'»”’)] "  # behind the full stop of a sentence
_CUT_SHORT = re.compile(r"(?:\.{2,}|…)[\"'»”’)\]\s]*\Z")
_CREDIT = re.compile(
    rf"[(\[]\s?(?:{alternatives(AGENCIES, OUTLETS)}|وكاله [^()]{{3,40}}|(?:تصوير|عدسه).{{3,30}}|ارشيفيه|ارشيف)"
    r"(?:\s?[-/,]\s?[^()]+)?\s?[)\]]\Z|©\s?[^.©]{2,40}\Z",
    re.IGNORECASE,
)
_SUFFIX = re.compile(rf"\s+(?:\|\s+\S+(?:\s\S+){{0,3}}|[-–—]\s+(?:{alternatives(OUTLETS)}))\s*\Z")


@dataclass(frozen=True)
class Line:
    """One line of a page.

    Attributes
    ----------
    text : str
    gap : bool
        Whether a blank line stands above it.
    kind : str or None
        Its kind of furniture, None for text.
    n_words : int
    key : str
        Its folded text without an outlet's name behind «|»: lines that print the same thing have the same key.
    """

    text: str
    gap: bool
    kind: str | None
    n_words: int
    key: str

    @cached_property
    def is_prose(self) -> bool:
        """Whether it is a paragraph of a story and no title."""
        if self.kind is not None or self.n_words < _SHORTEST_SENTENCE:
            return False
        return self.n_words > LONGEST_TITLE or _ends_sentence(self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        """Its content words; kept, because several questions about a page ask for those of every line."""
        return content_words(self.text)

    @property
    def is_cut_short(self) -> bool:
        """Whether it ends in an ellipsis, as teasers do."""
        return _CUT_SHORT.search(self.text) is not None

    @property
    def is_credited(self) -> bool:
        """Whether it is short and ends in an agency's name in brackets, as captions do."""
        return 2 < self.n_words <= LONGEST_SUBHEADLINE + 4 and _CREDIT.search(fold(self.text)) is not None


def _ends_sentence(text: str) -> bool:
    """Tell whether a line ends in a full stop, and not in an ellipsis."""
    sentence = text.rstrip(_CLOSING)
    return sentence.endswith((".", "؛")) and not sentence[:-1].endswith(".")


def split_lines(text: str) -> list[Line]:
    """Cut a tidied page into lines, joining those that are hard-wrapped and labels that stand above their value.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of Line
        Without the blank ones.
    """
    lines: list[Line] = []
    gap = False
    cut = _joined_labels(_unwrapped(text.split("\n")))
    for raw, folded in zip(cut, folded_keys(cut), strict=True):
        stripped = raw.strip()
        if stripped:
            title = without_suffix(stripped)
            key = folded if title is stripped else folded_key(title)
            lines.append(Line(stripped, gap, kind_of(folded), stripped.count(" ") + 1, key))
        gap = not stripped
    return lines


def without_suffix(title: str) -> str:
    """Take an outlet's name off the end of a title: «ارتفاع أسعار النفط عالميا | الخليج»."""
    if len(title) >= 300 or not ("|" in title or " - " in title):
        return title
    cut = _SUFFIX.sub("", title)
    return cut if len(cut.split()) >= LONGEST_TOPIC else title


def _joined_labels(lines: list[str]) -> list[str]:
    """Put «نشر في:» and the date on the line below it on one line."""
    joined: list[str] = []
    label = ""
    for line in lines:
        if label and line.strip():
            joined.append(f"{label} {line.strip()}")
            label = ""
        elif len(line) < 24 and LABEL_ALONE.fullmatch(folded_key(line)):
            label = line.strip()
        elif not label:
            joined.append(line)
    return [*joined, label] if label else joined


# Texts wrapped by hand or by a mailer are 60 to 100 characters wide, and each line is as full as its words allow.
_NARROWEST, _WIDEST, _LEAST_WRAPS, _LONG_WORD = 50, 110, 4, 14


def _unwrapped(lines: list[str]) -> list[str]:
    """Join the lines of hard-wrapped paragraphs.

    A block without blank lines was wrapped where every line but its last is nearly as long as the page is wide. Menus
    and lists of titles hold shorter lines.
    """
    width = max(map(len, lines))
    if not _NARROWEST <= width <= _WIDEST:
        return lines
    joined: list[str] = []
    wraps = 0
    for is_blank, group in groupby(lines, key=lambda line: not line.strip()):
        block = list(group)
        if not is_blank and len(block) > 1 and all(len(line) >= width - _LONG_WORD for line in block[:-1]):
            wraps += len(block) - 1
            joined.append(" ".join(block))
        else:
            joined.extend(block)
    return joined if wraps >= _LEAST_WRAPS else lines


_WORD = re.compile(r"\b(?:(?:[وفبكل]?ال|لل|[وف])(?=\w{3}))?(\w{3,})")
_COMMON = frozenset(
    folded_key(
        "على إلى هذا هذه ذلك التي الذي الذين بعد قبل خلال منذ حتى عند أمام بين كان كانت كما لكن ولكن وقد وكان أكثر جديد"
        " جديدة اليوم أمس عام عاما مع عن غير حول ضد كل بعض أول أن إنه أنه قال قالت أعلن أعلنت أكد يوم عبر نحو"
    ).split()
)


def content_words(text: str) -> frozenset[str]:
    """Return the words that say what a text is about, folded and without article and conjunction."""
    return frozenset(_WORD.findall(folded_key(text))) - _COMMON


class Vocabulary:
    """The content words of some lines, gathered when they are first asked for: most pages never need them.

    Parameters
    ----------
    lines : iterable of Line
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = lines

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset[str]().union(*(line.words for line in self._lines))

    def share(self, line: Line) -> float:
        """Return the share, in [0, 1], of a line's content words that the vocabulary has."""
        return len(line.words & self._words) / len(line.words) if line.words else 0.0
