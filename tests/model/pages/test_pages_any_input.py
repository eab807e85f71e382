"""Whatever comes in: an answer or a PageError, no invented word, and no page that takes forever."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.pages import PageError, ReadPage, read_page
from model.pages.newsroom import fold
from model.pages.tidy import tidy

SAMPLES = sorted((Path(__file__).parent / "samples" / "text").glob("*.txt"))
# Lines of real layouts, to be shuffled, doubled and torn.
LINES = sorted({line for page in SAMPLES for line in page.read_text("utf-8").split("\n")})


def words_of(text: str) -> set[str]:
    """Return the words of a text; a hashtag may be a word of its own or go on the one before («و#السعودية»)."""
    plain = text.replace("_", " ")
    return set(re.findall(r"\w+", f"{plain.replace('#', '')}\n{plain.replace('#', ' ')}"))


def read(raw: str) -> ReadPage | None:
    try:
        return read_page(raw)
    except PageError:
        return None


@given(st.text(st.characters(exclude_categories=()), max_size=40), st.integers(1, 9))
def test_a_long_text_is_folded_as_its_characters_are(text: str, times: int) -> None:
    long = (text + "«أولى» ١٢٣ – کتاب ") * times
    assert fold(long) == "".join(map(fold, long))


@given(
    st.text(st.sampled_from("ابت \n\t\r\N{NO-BREAK SPACE}\N{ARABIC TATWEEL}\N{RIGHT-TO-LEFT MARK}\x07a"), max_size=30)
)
def test_tidying_leaves_single_spaces_and_nothing_unseen(text: str) -> None:
    found = tidy(text)
    assert found.replace("\n", " ").isprintable()
    assert "  " not in found.replace("\n", "\n\n")
    assert tidy(found) == found


@pytest.mark.parametrize(
    "raw", ["", " ", "\n\t\r\n", "\N{ZERO WIDTH NO-BREAK SPACE}\N{RIGHT-TO-LEFT MARK}", "\x00\x00", "\ud800\udfff"]
)
def test_nothing_to_read(raw: str) -> None:
    with pytest.raises(PageError, match="no text"):
        read_page(raw)


ODD = {
    "one word": ("خبر", "خبر"),
    "section name alone": ("رياضة", "رياضة"),
    "furniture alone": ("فيسبوك تويتر واتساب", "واتساب"),
    "English": ("Council approves new bridge\n\nThe council approved a new bridge over the river on Monday.", "river"),
    "emoji": ("🎉🎉🎉", "🎉"),
    "NUL inside": ("خبر\x00عاجل", "عاجل"),
    "surrogate inside": ("خبر \ud83d عاجل", "عاجل"),
    "digits": ("2022", "2022"),
    "only dates": ("نشر في: 3 مايو 2022\n3 مايو 2022", "2022"),
}


@pytest.mark.parametrize(("raw", "kept"), ODD.values(), ids=ODD)
def test_odd_pages_keep_their_words(raw: str, kept: str) -> None:
    article = read_page(raw).article
    text = f"{article.headline}\n{article.body}"
    assert kept in text
    text.encode("utf-8")  # no lone surrogate is left


SIZE = 250_000
LONG = {
    "one word": "ا" * SIZE,
    "one line": "كلمة " * (SIZE // 5),
    "lines": "نص\n" * (SIZE // 3),
    "numbered lines": "".join(f"سطر رقم {i}\n" for i in range(SIZE // 12)),
    "spaces": "س" + " " * SIZE + "ص",
    "open tags": "<p " * (SIZE // 3),
    "open comments": "<!--" * (SIZE // 4),
    "open scripts in text": "خبر " + "<b><script " * (SIZE // 11),
    "ampersands": "&" * SIZE,
    "hashtags": "#ا" * (SIZE // 2),
    "underscores": "#" + "_" * SIZE,
    "brackets": "(" * SIZE,
    "cities": "القاهرة - " * (SIZE // 10),
    "dates": "23 سبتمبر 2022 " * (SIZE // 15),
    "share bars": ("فيسبوك " * 30 + "\n") * 1_000,
    "crumbs": ("أ > " * 60 + "\n") * 400,
    "lists of teasers": ("الأكثر قراءة\n" + "كلمة " * 22 + ".\n") * 1_500,
    "skipped blocks": "تخطى وواصل القراءة\n" * 4_900,
    "tatweel": "ـ" * SIZE,
}


@pytest.mark.parametrize("raw", LONG.values(), ids=LONG)
def test_a_lot_of_anything_is_read(raw: str) -> None:
    # A rule of quadratic time turns this test from a moment into minutes.
    assert read(raw) is not None


@settings(max_examples=80, deadline=None)
@given(st.text() | st.text('<>/&;#_:|-./pbr اأبة\n"«»()0123', max_size=300))
def test_any_text_is_read_or_refused(raw: str) -> None:
    read(raw)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=40).map("\n".join))
def test_no_word_is_invented(raw: str) -> None:
    page = read(raw)
    if page is not None:
        article = page.article
        text = f"{article.headline}\n{article.subheadline}\n{article.body}"
        assert words_of(text) <= words_of(tidy(raw))


@settings(max_examples=80, deadline=None)
@given(st.text("اتثجح ىيـ\n#_\N{RIGHT-TO-LEFT MARK}\N{ARABIC SHADDA}.،:", max_size=200))
def test_no_word_of_nonsense_is_invented(raw: str) -> None:
    page = read(raw)
    if page is not None:
        article = page.article
        text = f"{article.headline}\n{article.subheadline}\n{article.body}"
        assert words_of(text) <= words_of(tidy(raw))


@settings(max_examples=60, deadline=None)
@given(st.text("<>/!-&;=\"' abdeilmnoprtvy\n", max_size=300))
def test_any_markup_is_read_or_refused(markup: str) -> None:
    read(f"<html><body>{markup}")


@pytest.mark.parametrize("page", SAMPLES, ids=lambda page: page.stem)
def test_every_line_of_a_page_is_kept_or_reported(page: Path) -> None:
    raw = page.read_bytes().decode()
    found = read_page(raw)
    article = found.article
    told = [
        article.headline,
        article.subheadline,
        article.body,
        *article.captions,
        *(item.text for item in found.removed),
    ]
    missing = words_of(tidy(raw)) - words_of("\n".join(told))
    assert not missing - words_of("التعليق على الصورة")
