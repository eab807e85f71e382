"""Light stems: an affix goes only where a word remains that is not much rarer."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.features.orthography import fold
from model.features.stems import LEAST_RATIO, PREFIXES, SHORTEST_STEM, SUFFIXES, affix_table, shorten

LEXICON = {
    "لبنان": 90,
    "ولبنان": 10,
    "بنان": 1,
    "بريطانيا": 80,
    "سوريه": 100,
    "سوري": 40,
    "سوره": 4,
    "سور": 9,
    "لاعبين": 30,
    "لاعبون": 20,
    "لاعب": 50,
    "كتاب": 40,
    "الكتاب": 60,
    "مدرسه": 30,
    "مدرسات": 8,
    "وزير": 100,
    "وزاره": 50,
    "الله": 70,
    "مملكه": 10,
    "المملكه": 45,
    "ملكه": 15,
    "فريق": 50,
}


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        pytest.param("الكتاب", "كتاب", id="article"),
        pytest.param("والكتاب", "الكتاب", id="conjunction-first"),
        pytest.param("وبالكتاب", "كتاب", id="conjunction-preposition-article"),
        pytest.param("للوزير", "وزير", id="preposition-and-article"),
        pytest.param("وزيرها", "وزير", id="pronoun"),
        pytest.param("لاعبين", "لاعب", id="plural-of-players"),
        pytest.param("لاعبون", "لاعب", id="nominative-plural"),
        pytest.param("فريقا", "فريق", id="accusative-alef"),
        pytest.param("المملكه", "مملكه", id="the-kingdom"),
        pytest.param("لبنان", None, id="lebanon-is-not-fingertips"),
        pytest.param("بريطانيا", None, id="britain-keeps-its-beh"),
        pytest.param("ولبنان", "لبنان", id="and-lebanon"),
        pytest.param("ببريطانيا", "بريطانيا", id="in-britain"),
        pytest.param("سوريه", "سوري", id="syria-ends-at-syrian-not-at-sura"),
        pytest.param("وزير", None, id="first-letter-is-no-conjunction"),
        pytest.param("الله", None, id="two-letters-are-no-stem"),
        pytest.param("مجهول", None, id="unknown-word"),
        pytest.param("", None, id="empty"),
    ],
)
def test_shorten(word: str, stem: str | None) -> None:
    assert shorten(word, lambda other: LEXICON.get(other, 0)) == stem


def test_what_remains_may_be_rarer_by_the_ratio_and_no_more() -> None:
    enough, too_rare = round(1000 * LEAST_RATIO), round(1000 * LEAST_RATIO) - 1
    assert shorten("الدار", {"الدار": 1000, "دار": enough}.get) == "دار"
    assert shorten("الدار", lambda word: {"الدار": 1000, "دار": too_rare}.get(word, 0)) is None


def test_an_unknown_word_needs_a_known_rest() -> None:
    assert shorten("الدار", lambda word: {"دار": 1}.get(word, 0)) == "دار"
    assert shorten("الدار", lambda word: 0) is None


def test_prefixes_go_before_suffixes() -> None:
    assert shorten("وزيرها", lambda word: {"زيرها": 1, "وزير": 9}.get(word, 0)) == "زيرها"


@given(st.text("والبكلستمهنيا", max_size=9), st.sets(st.text("والبكلستمهنيا", min_size=1, max_size=7), max_size=40))
def test_what_remains_is_a_shorter_word_of_the_lexicon(word: str, lexicon: set[str]) -> None:
    stem = shorten(word, lambda other: int(other in lexicon))
    assert stem is None or (stem in lexicon and stem in word and SHORTEST_STEM <= len(stem) < len(word))


@pytest.mark.parametrize("affixes", [PREFIXES, SUFFIXES], ids=["prefixes", "suffixes"])
def test_affixes_are_spelled_as_words_are_folded(affixes: tuple[str, ...]) -> None:
    assert [fold(affix) for affix in affixes] == list(affixes)
    assert len(set(affixes)) == len(affixes)
    others = [affix for affix in affixes if affix not in ("و", "ف")]
    assert all(len(before) >= len(after) for before, after in pairwise(others)), "longer affixes are tried first"


def test_a_conjunction_goes_before_a_preposition_is_suspected() -> None:
    """«ول» would leave بنان (fingertips)."""
    frequencies = {"لبنان": 466, "بنان": 3}
    assert shorten("ولبنان", lambda word: frequencies.get(word, 0)) == "لبنان"


@pytest.mark.parametrize("affixes", [PREFIXES, SUFFIXES], ids=["prefixes", "suffixes"])
def test_affix_table_spells_the_affixes(affixes: tuple[str, ...]) -> None:
    table = affix_table(affixes)
    assert tuple("".join(map(chr, row[1 : 1 + row[0]])) for row in table.tolist()) == affixes
    with pytest.raises(ValueError, match="read-only"):
        table[0, 0] = 1
