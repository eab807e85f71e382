"""Reads a crawled plain-text page: headline, subheadline, body, captions, and the labels printed around them.

``read_page`` comes here with everything that is not HTML, ``html_page`` with the text of a page that has no markup
worth reading. Every line gets one role; what is no part of the story is reported in ``removed``. When unsure, a line
stays in the body: losing the story is worse than keeping a menu.
"""

from __future__ import annotations

from model.article import Article
from model.errors import PageError
from model.pages.furniture import CAPTION_LABEL
from model.pages.labels import pick_section, printed_dates, split_section_prefix, tags_of, unique
from model.pages.layout import LONGEST_TITLE, LONGEST_TOPIC, split_lines, without_suffix
from model.pages.lines import strip_body, strip_headline
from model.pages.markup import plain_text
from model.pages.page import ReadPage, Removed
from model.pages.phrases import folded_key
from model.pages.regions import Story, find_story
from model.pages.roles import Roles, read_body, read_header, read_plain
from model.pages.tidy import tidy, unmark_hashtags

__all__ = ["read_paragraphs", "read_text_page"]

# A news page has some hundred lines; a text of more is a dump of something else and is taken as it is.
_MOST_LINES = 5000
# Headings of lists of topics and of lists of stories alike: what stands below is a topic where it is short.
_RELATED_TOPICS = frozenset(map(folded_key, ("مواضيع ذات صلة", "موضوعات ذات صلة", "مواضيع متعلقة", "موضوعات متعلقة")))


def read_text_page(raw: str) -> ReadPage:
    """Read a plain-text page as a crawler left it.

    Parameters
    ----------
    raw : str
        A whole page, a headline with its body, or one of the two.

    Returns
    -------
    ReadPage

    Raises
    ------
    PageError
        The page holds no text at all.
    """
    text = tidy(plain_text(raw))
    if not text.strip():
        raise PageError("the page holds no text: nothing but blanks and invisible characters was found")
    if text.count("\n") > _MOST_LINES:
        return ReadPage(Article(body="\n".join(line.strip() for line in text.split("\n") if line.strip())))
    lines = split_lines(text)
    roles = Roles(lines)
    if all(line.kind is not None for line in lines) or (len(lines) == 1 and lines[0].n_words <= LONGEST_TITLE):
        read_plain(roles)
    else:
        story = find_story(lines)
        read_header(roles, story)
        read_body(roles, story)
    return _assemble(roles)


def read_paragraphs(text: str, titles: tuple[str, ...]) -> tuple[str, tuple[str, ...], tuple[Removed, ...]]:
    """Take furniture out of a body whose headline is known already.

    Parameters
    ----------
    text : str
        Paragraphs, tidied.
    titles : tuple of str
        What the page prints above its body; copies of it at the start of the body go.

    Returns
    -------
    body : str
    captions : tuple of str
    removed : tuple of Removed
    """
    lines = split_lines(text)
    if not lines or len(lines) > _MOST_LINES:
        return text, (), ()
    roles = Roles(lines)
    keys = {folded_key(title) for title in titles if title}
    for i in range(min(len(lines), len(keys) + 2)):
        if lines[i].key in keys:
            roles.give("repeated_headline", i)
    story = find_story(lines)
    read_body(roles, Story(0, story.end, story.inserted))
    if not roles.places("body"):
        return text, (), ()
    return "\n".join(roles.texts("body")), _captions(roles), _removed(roles)


def _captions(roles: Roles) -> tuple[str, ...]:
    return tuple(dict.fromkeys(CAPTION_LABEL.sub("", text) for text in roles.texts("caption")))


def _removed(roles: Roles) -> tuple[Removed, ...]:
    kept = ("headline", "subheadline", "body", "caption")
    return tuple(Removed(role, roles.lines[i].text) for i, role in sorted(roles.given.items()) if role not in kept)


def _assemble(roles: Roles) -> ReadPage:
    """Make an Article of the lines by their roles, and report the others."""
    dates = printed_dates(roles.texts("date"))
    headline, prefixed, around = _headline(roles)
    section, further = pick_section([roles.lines[i] for i in roles.places("section", "breadcrumb", "section_label")])
    headline, cut = strip_headline(headline)
    body, cut_too = strip_body("\n".join(roles.texts("body")))
    headline, headline_tags = unmark_hashtags(headline)
    subheadline, subheadline_tags = unmark_hashtags("\n".join(roles.texts("subheadline")))
    body, body_tags = unmark_hashtags(body)
    printed = [tag for text in _tag_lines(roles) for tag in tags_of(text)]
    article = Article(
        headline=headline.strip(),
        subheadline=subheadline,
        body=body.strip(),
        captions=_captions(roles),
        section=section or prefixed,
        topics=unique([*roles.texts("topic_line"), *further, *printed, *headline_tags, *subheadline_tags, *body_tags]),
        published=dates.published,
        updated=dates.updated,
    )
    return ReadPage(article, _removed(roles) + around + cut + cut_too, dates.warnings)


def _headline(roles: Roles) -> tuple[str, str | None, tuple[Removed, ...]]:
    """Return the headline without its outlet's and its section's name, that section, and what was cut off."""
    texts = roles.texts("headline", "repeated_headline")
    if not texts:
        return "", None, ()
    printed = min(texts, key=len)
    titled = without_suffix(printed)
    section, headline = split_section_prefix(titled)
    cut = (("site_name", printed[len(titled) :]), ("section", section or ""))
    return headline, section, tuple(Removed(kind, text.strip()) for kind, text in cut if text)


def _tag_lines(roles: Roles) -> list[str]:
    """Return the lines that hold tags: a label with its tags, hashtags, and the short lines below a lone label."""
    found: list[str] = []
    below_label = False
    for line in roles.lines:
        is_label = line.kind == "tags" or line.key.strip(" :") in _RELATED_TOPICS
        if (
            line.kind == "hashtags"
            or (is_label and ":" in line.text.rstrip(" :"))
            or (below_label and line.kind in ("section", None) and line.n_words < LONGEST_TOPIC)
        ):
            found.append(line.text)
        else:
            below_label = is_label
    return found
