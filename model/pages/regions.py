"""Finds the story among the lines of a page: where the fields above it end, and where the footer begins.

``text_page`` calls `find_story` and gives every line outside it a role. The rules follow the content of lines and
their order only where nothing else tells them apart, so that a page reads the same with its fields reordered, its
footer cut off, or the teaser at its bottom swapped.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.pages.layout import LONGEST_TOPIC, Line, Vocabulary
from model.pages.phrases import LISTS, SOFT_LISTS

__all__ = ["Story", "adjacent_twins", "find_story", "repeated_title"]

# How much of a paragraph's vocabulary the story above a list must have for the story to go on below the list:
# paragraphs of one story share a quarter and more, teasers of other stories under a tenth (sample pages).
_SAME_STORY_SOFT = 0.12
_SAME_STORY = 0.2
_LIST_KINDS = frozenset(("most_read", "teasers", "tags"))
# A headline stands within the first lines of a page, even below a long menu.
_TOP = 120


@dataclass(frozen=True, slots=True)
class Story:
    """Where the story stands.

    Attributes
    ----------
    start : int
        Index of the first paragraph; every line above belongs to the header.
    end : int
        Index behind the last line of the story; every line from here on belongs to the footer.
    inserted : dict of int to str
        Lines between that belong to lists of other stories, with their kind.
    """

    start: int
    end: int
    inserted: dict[int, str]


def adjacent_twins(lines: list[Line]) -> set[int]:
    """Return the index of every line that prints the same text as the line above it."""
    return {
        i for i in range(1, len(lines)) if lines[i].kind is None and lines[i].key == lines[i - 1].key and lines[i].key
    }


def repeated_title(lines: list[Line], end: int) -> list[int]:
    """Return where the headline stands, if it is the one title that is printed twice above the story.

    Parameters
    ----------
    lines : list of Line
    end : int
        Only lines before this index count.

    Returns
    -------
    list of int
        Indices of its copies; empty where no title is repeated. Copies that touch are a caption's, unless no other
        title is repeated and they stand apart or above every other title.
    """
    places: dict[str, list[int]] = {}
    for i, line in enumerate(lines[: min(end, _TOP)]):
        if line.kind is None and line.n_words >= 2:
            places.setdefault(line.key, []).append(i)
    repeated = [copies for copies in places.values() if len(copies) > 1]
    apart = [copies for copies in repeated if copies[-1] - copies[0] > 1]
    if apart:
        return max(apart, key=lambda copies: lines[copies[0]].n_words)
    titles = [i for i, line in enumerate(lines[:end]) if line.kind is None and line.n_words > 3]
    touching = [copies for copies in repeated if lines[copies[1]].gap or (titles and copies[0] == titles[0])]
    return max(touching, key=lambda copies: lines[copies[0]].n_words, default=[])


def find_story(lines: list[Line]) -> Story:
    """Find the story on a page.

    Parameters
    ----------
    lines : list of Line

    Returns
    -------
    Story
        From start to end of the page where it has no paragraph at all.
    """
    inserted = _skipped_blocks(lines)
    start = _header_end(lines, inserted)
    end = len(lines)
    told: list[Line] = []
    i = start
    while i < end:
        line = lines[i]
        if line.kind is None and i not in inserted:
            told.append(line)
        elif i > start and i not in inserted and line.kind in ("comments", "copyright"):
            end = i
        elif i > start and i not in inserted and line.kind in _LIST_KINDS and _is_heading(line):
            resumed = _resumes(lines, i, Vocabulary(told))
            if resumed is None:
                end = i
            else:
                kind = "most_read" if line.kind == "most_read" else "teasers"
                inserted.update(dict.fromkeys(range(i, resumed), kind))
                i = resumed - 1
        i += 1
    return Story(start, _without_titles(lines, start, end), inserted)


def _is_heading(line: Line) -> bool:
    """Whether a line opens a list and is not the whole of it («اقرأ أيضاً: عنوان»)."""
    return line.kind == "most_read" or (
        not line.text.rstrip(" :").partition(":")[2].strip() and (line.kind == "tags" or line.n_words <= 5)
    )


def _skipped_blocks(lines: list[Line]) -> dict[int, str]:
    """Find blocks that a page itself lets one skip: «تخطى … وواصل القراءة» to «نهاية»."""
    found: dict[int, str] = {}
    for i, line in enumerate(lines):
        if line.key.startswith(("تخطي", "تخط ")) and "واصل" in line.key:
            for j in range(i + 1, min(i + 16, len(lines))):
                if lines[j].key in ("نهايه", "النهايه") or lines[j].key.startswith("نهايه "):
                    found.update(dict.fromkeys(range(i, j + 1), "teasers"))
                    break
    return found


def _prose_words(lines: list[Line], start: int, end: int) -> int:
    return sum(line.n_words for line in lines[start:end] if line.is_prose)


_HEADER_KINDS = frozenset(("date", "byline", "dateline", "agency", "read_time", "breadcrumb", "section_label"))


def _header_end(lines: list[Line], inserted: dict[int, str]) -> int:
    """Return the index of the first paragraph below the fields that stand above a story.

    A field (a date, a byline, the headline again) below the first paragraph still belongs to the header where more
    prose follows it than stands above it: what stands above are teasers, or a long subheadline.
    """
    prose = [i for i, line in enumerate(lines) if line.is_prose and i not in inserted]
    if not prose:
        return 0
    last = _last_line(lines, prose[0])
    total = _prose_words(lines, 0, last)
    anchor, above = -1, 0
    repeated = repeated_title(lines, last)
    for i, line in enumerate(lines[: min(last, _TOP)]):
        if above * 2 > total:
            break
        if line.kind in _HEADER_KINDS or (repeated and i == repeated[-1] and above * 3 < total):
            anchor = i
        above += line.n_words if line.is_prose else 0
    return next((i for i in prose if i > anchor), prose[0])


def _last_line(lines: list[Line], first_prose: int) -> int:
    """Return where a page surely ends: at comments or a copyright line below any prose."""
    return next(
        (i for i in range(first_prose, len(lines)) if lines[i].kind in ("comments", "copyright")),
        len(lines),
    )


def _resumes(lines: list[Line], heading: int, vocabulary: Vocabulary) -> int | None:
    """Return where a story with this vocabulary goes on below the heading of a list, None where it does not."""
    strict = lines[heading].key.strip(" :") in LISTS - SOFT_LISTS
    for i in range(heading + 1, len(lines)):
        line = lines[i]
        if line.kind in ("comments", "copyright"):
            return None
        if not line.is_prose or line.is_cut_short:
            continue
        same = vocabulary.share(line)
        after = next((further for further in lines[i + 1 : i + 4] if further.kind is None), None)
        paired = after is not None and after.is_prose and not after.is_cut_short
        if same >= (_SAME_STORY if strict else _SAME_STORY_SOFT) and (paired or not strict):
            return i
    return None


_LEAST_TITLES = 3
_LEAST_TAGS = 2


def _without_titles(lines: list[Line], start: int, end: int) -> int:
    """Return the end of a story without a run of tags or of titles of other stories at its foot.

    Tags are lines of a few words without figures («الأهلي 2 الزمالك 1» is a result). Titles are three and more,
    without full stops and without the story's words: two may be its last lines.
    """
    last = max((i for i in range(start, end) if lines[i].is_prose), default=end - 1)
    titles = [i for i in range(last + 1, end) if lines[i].kind is None]
    rows = sum("|" in lines[i].text for i in titles)  # «فيتامين د | العظام» is two
    if len(titles) + rows >= _LEAST_TAGS and all(_is_tag(lines[i]) for i in titles):
        return titles[0]
    if len(titles) < _LEAST_TITLES:
        return end
    vocabulary = Vocabulary(lines[start : last + 1])
    strange = [i for i in titles if vocabulary.share(lines[i]) < 1 / 3]
    return titles[0] if len(strange) * 3 >= len(titles) * 2 else end


def _is_tag(line: Line) -> bool:
    return line.n_words <= LONGEST_TOPIC and line.text[-1] not in '.!؟?،:"»' and not any(map(str.isdigit, line.text))
