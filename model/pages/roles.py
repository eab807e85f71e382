"""Gives every line of a text page its role: headline, subheadline, body, caption, or a kind of furniture.

``regions`` says where the story stands; ``text_page`` makes an Article of the lines by their roles. When unsure, a line
stays in the body: losing the story is worse than keeping a menu.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from model.pages.furniture import is_person, is_site
from model.pages.layout import LONGEST_SUBHEADLINE, LONGEST_TITLE, LONGEST_TOPIC, Line, Vocabulary
from model.pages.regions import Story, adjacent_twins, repeated_title

__all__ = ["Roles", "read_body", "read_header", "read_plain"]

# A menu is a run of this many unknown short lines; one or two are topic lines.
_SHORTEST_MENU = 3
# The share of its words that a title has in common with the story below it: headlines .4 to 1, teasers under .2.
_RELATED = 0.25

# Furniture wherever it stands, and furniture only above or below the text: «دبي» alone is a dateline there, but a row
# of a weather table in the middle.
_ALWAYS = frozenset(
    ("advert", "share_bar", "app_promotion", "teasers", "most_read", "image_credit", "tags", "hashtags", "copyright")
)


@dataclass(slots=True)
class Roles:
    """What each line of a page is for.

    Attributes
    ----------
    lines : list of Line
    given : dict of int to str
        By index of the line: ``"headline"``, ``"subheadline"``, ``"body"``, ``"caption"``, or a kind of ``Removed``.
    """

    lines: list[Line]
    given: dict[int, str] = field(default_factory=dict)

    def give(self, role: str, *places: int) -> None:
        """Give lines a role; a line that has one keeps it."""
        for i in places:
            self.given.setdefault(i, role)

    def places(self, *roles: str) -> list[int]:
        """Return the lines of these roles, in page order."""
        return [i for i in sorted(self.given) if self.given[i] in roles]

    def texts(self, *roles: str) -> list[str]:
        """Return the texts of the lines of these roles, in page order."""
        return [self.lines[i].text for i in self.places(*roles)]

    def open(self, start: int, end: int) -> list[int]:
        """Return the lines between that are text and have no role yet."""
        return [i for i in range(start, end) if i not in self.given and self.lines[i].kind is None]


def read_plain(roles: Roles) -> None:
    """Read a page of one title («رياضة» alone may be one), or of furniture only, which is kept then."""
    one = len(roles.lines) == 1 and not roles.lines[0].is_prose
    roles.give("headline" if one else "body", *range(len(roles.lines)))


def read_header(roles: Roles, story: Story) -> None:
    """Give every line above the story its role."""
    lines, start = roles.lines, story.start
    vocabulary = Vocabulary(line for line in lines[start : story.end] if line.kind is None)
    copies = repeated_title(lines, start) if start else []
    for i in sorted(adjacent_twins(lines[:start]) - set(copies)):
        roles.give("caption", i - 1)
        roles.give("duplicate_caption", i)
    headline = copies or _best_title(roles, start, story.end, vocabulary)
    roles.give("headline", *headline[:1])
    roles.give("repeated_headline", *headline[1:])
    first = headline[0] if headline else 0
    for i in roles.open(0, start):
        if lines[i].is_credited:
            roles.give("caption", i)
    _give_listed(roles, first)
    _give_menus(roles, start)
    _give_titles(roles, first, start, vocabulary)
    for i, line in enumerate(lines[:start]):
        if line.kind is not None:
            roles.give(line.kind, i)


def _best_title(roles: Roles, start: int, end: int, vocabulary: Vocabulary) -> list[int]:
    """Return the headline among titles printed once: the first that shares its words with the story below."""
    lines = roles.lines
    places = [i for i in roles.open(0, start) if 2 <= lines[i].n_words <= LONGEST_TITLE and not lines[i].is_credited]
    if start == 0 and not any(line.is_prose for line in lines):  # no paragraph: the first title is the headline
        places = [i for i in roles.open(0, end) if 2 <= lines[i].n_words <= LONGEST_TITLE][:1]
    places = [i for i in places if not lines[i].is_prose]
    long = [i for i in places if lines[i].n_words > LONGEST_TOPIC]
    if len(long or places) < 2:
        return long or places
    shared = {i: vocabulary.share(lines[i]) for i in long or places}
    best = max(shared.values(), default=0.0)
    if best >= _RELATED:
        return [next(i for i in shared if shared[i] >= 0.7 * best)]
    return list(shared)[:1]


def _give_listed(roles: Roles, headline: int) -> None:
    """Take the titles below a heading such as «الأكثر قراءة» above the headline for teasers."""
    listed = False
    for i in range(headline):
        kind = roles.lines[i].kind
        if kind is not None:
            listed = kind in ("most_read", "teasers")
        elif listed:
            roles.give("teasers", i)


def _give_menus(roles: Roles, start: int) -> None:
    """Take runs of short lines for menus: unknown ones, and sections that stand in a row."""
    lines = roles.lines
    run: list[int] = []
    for i in range(start + 1):
        is_short = (
            i < start
            and i not in roles.given
            and (
                lines[i].kind in ("menu", "section", "dateline", "share_bar", "agency")
                or (lines[i].kind is None and lines[i].n_words <= LONGEST_TOPIC)
            )
        )
        if is_short:
            run.append(i)
            continue
        unknown = [j for j in run if lines[j].kind is None]
        sections = [j for j in run if lines[j].kind == "section"]
        if max(len(sections), len(unknown), len(sections) + len(unknown) - 1) >= _SHORTEST_MENU:
            own = _own_section(roles, run, sections)
            roles.give("menu", *(j for j in run if j not in own))
        run = []


def _own_section(roles: Roles, run: list[int], sections: list[int]) -> list[int]:
    """Return the section name at the end of a menu that belongs to the story: in it twice, or below a blank line."""
    last = run[-1]
    if last not in sections:
        return []
    twice = sum(roles.lines[j].key == roles.lines[last].key for j in sections) > 1
    apart = roles.lines[last].gap and not any(roles.lines[j].gap for j in run[1:-1])
    return [last] if twice or apart else []


def _give_titles(roles: Roles, headline: int, start: int, vocabulary: Vocabulary) -> None:
    """Tell topic lines, subheadlines, teasers of other stories and early paragraphs apart, by their content."""
    lines = roles.lines
    rest = roles.open(0, start)
    above = [i for i in rest if i < headline and lines[i].n_words > LONGEST_TOPIC]
    for i in above if len(above) > 1 else []:
        if lines[i].is_cut_short or vocabulary.share(lines[i]) < _RELATED:
            roles.give("teasers", i)
    for i in roles.open(0, start):
        if lines[i].n_words <= LONGEST_TOPIC:
            person, site = is_person(lines[i].text), is_site(lines[i].text)
            roles.give("byline" if person else "site_name" if site else "topic_line", i)
        elif lines[i].n_words <= LONGEST_SUBHEADLINE and not lines[i].is_prose:
            roles.give("subheadline", i)
        else:
            roles.give("body", i)


def read_body(roles: Roles, story: Story) -> None:
    """Give every line of the story and below it its role."""
    lines = roles.lines
    for i, kind in story.inserted.items():
        roles.give(kind, i)
    for i in range(story.end, len(lines)):
        roles.give(_footer_role(lines[i]), i)
    for i in sorted(adjacent_twins(lines)):
        if story.start < i < story.end:
            is_caption = lines[i].n_words <= 2 * LONGEST_SUBHEADLINE
            roles.give("caption" if is_caption else "body", i - 1)
            roles.give("duplicate_caption" if is_caption else "repeated_paragraph", i)
    text = [i for i in roles.open(story.start, story.end) if not lines[i].is_credited]
    first, last = (text[0], text[-1]) if text else (len(lines), -1)
    for i, line in enumerate(lines[story.start : story.end], story.start):
        if line.kind == "caption" or (line.kind is None and line.is_credited):
            roles.give("caption", i)
        elif line.kind is not None and (line.kind in _ALWAYS or not first < i < last):
            roles.give(line.kind, i)
        else:
            roles.give("body", i)


def _footer_role(line: Line) -> str:
    return line.kind if line.kind not in (None, "section", "menu", "caption", "date") else "footer"
