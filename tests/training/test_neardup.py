"""Copies of a story share a group, other stories do not, and the order of the texts means nothing."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.neardup import near_duplicate_groups

PARKS = (
    "أعلنت بلدية مسقط افتتاح ثلاث حدائق جديدة في ولاية السيب خلال الشهر المقبل ضمن خطة لتوسيع المساحات الخضراء في "
    "العاصمة، وأوضحت أن الحدائق تضم ملاعب للأطفال ومسارات للمشي ومقاعد مظللة، وأن العمل فيها استمر عاما كاملا، ومن "
    "المقرر أن تستقبل زوارها يوميا من الثامنة صباحا حتى العاشرة مساء."
)
DATES = (
    "ارتفعت صادرات التمور من القصيم خلال الموسم الحالي بدعم من الطلب في الأسواق الآسيوية، وقال تجار في بريدة إن "
    "الأسعار استقرت بعد أسابيع من التذبذب، فيما توقع مزارعون أن يمتد جني المحصول حتى نهاية أكتوبر، وتستعد المدينة "
    "لاستقبال المشترين في مهرجانها السنوي الذي يقام في الساحة الكبرى."
)
WORDS = st.sampled_from([*PARKS.split()[:8], *DATES.split()[:8]])
TEXTS = st.lists(st.lists(WORDS, max_size=12).map(" ".join), max_size=25)


def words_changed(text: str, count: int) -> str:
    """Replace `count` words, spread over the text."""
    words = text.split()
    for place in range(count):
        words[place * len(words) // count] = f"بديل{place}"
    return " ".join(words)


def test_numbers_follow_first_appearance() -> None:
    groups = near_duplicate_groups([DATES, PARKS, DATES, "خبر قصير جدا هنا", PARKS])
    assert groups.tolist() == [0, 1, 0, 2, 1]
    assert groups.dtype == np.int64


def test_no_texts() -> None:
    assert near_duplicate_groups([]).shape == (0,)


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(PARKS.replace("،", " ،").replace(" ", "  "), id="spaces and punctuation"),
        pytest.param(PARKS.replace("أ", "ا").replace("ة", "ه"), id="house spelling"),
        pytest.param("".join(letter + "\N{ARABIC FATHA}" for letter in PARKS), id="tashkeel"),
        pytest.param(PARKS.replace("مسقط", "مســقط"), id="tatweel"),
        pytest.param(words_changed(PARKS, 3), id="three words changed"),
        pytest.param("عاجل: " + PARKS, id="a word in front"),
        pytest.param(PARKS + " وكانت البلدية قد افتتحت حديقة العامرات قبل عامين.", id="a sentence added"),
    ],
)
def test_edited_copies_share_a_group(copy: str) -> None:
    first, edited, other = near_duplicate_groups([PARKS, copy, DATES])
    assert first == edited
    assert first != other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(PARKS, words_changed(PARKS, 25), id="every other word changed"),
        pytest.param("أمطار على مسقط", "أمطار على صلالة", id="short headlines of one mould"),
        pytest.param("مسقط", "صلالة", id="single words"),
        pytest.param("", "خبر", id="no words"),
        pytest.param(PARKS, " ".join(PARKS.split()[::-1]), id="same words in another order"),
    ],
)
def test_different_stories_do_not(one: str, other: str) -> None:
    assert len(set(near_duplicate_groups([one, other]).tolist())) == 2


def test_texts_without_three_words_are_compared_as_a_whole() -> None:
    assert near_duplicate_groups(["مسقط الآن", "صلالة", "مسقط، الآن!", "", "…", "صلالة"]).tolist() == [0, 1, 0, 2, 2, 1]


def test_chains_of_edits_hold_together() -> None:
    versions = [words_changed(PARKS, step) for step in range(5)]
    assert set(near_duplicate_groups([*versions, DATES]).tolist()) == {0, 1}


def test_the_threshold_is_kept() -> None:
    edited = words_changed(PARKS, 5)  # 15 of 45 trigrams gone: a share of .5
    assert len(set(near_duplicate_groups([PARKS, edited], threshold=0.3).tolist())) == 1
    assert len(set(near_duplicate_groups([PARKS, edited], threshold=0.8).tolist())) == 2


@pytest.mark.parametrize("seed", range(8))
def test_candidates_are_verified(seed: int) -> None:
    """A quarter of the trigrams in common makes most pairs candidates, and none a near duplicate."""
    assert len(set(near_duplicate_groups([PARKS, words_changed(PARKS, 9)], seed=seed).tolist())) == 2


def test_ligatures_that_spell_out_as_many_words() -> None:
    """One code point becomes four words here: more shingles than code points."""
    text = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM} " * 3000
    spelled = "صلى الله عليه وسلم " * 3000
    assert near_duplicate_groups([text, spelled, DATES]).tolist() == [0, 0, 1]


def test_more_texts_than_are_handled_at_a_time() -> None:
    generator = random.Random(0)
    vocabulary = [f"كلمة{number}" for number in range(500)]
    stories = [" ".join(generator.choices(vocabulary, k=12)) for _ in range(4500)]
    groups = near_duplicate_groups([*stories, *stories])
    assert groups.tolist() == [*range(4500), *range(4500)]


@settings(max_examples=60, deadline=None)
@given(texts=TEXTS, seed=st.integers(0, 3), order=st.randoms(use_true_random=False))
def test_order_does_not_matter(texts: list[str], seed: int, order: random.Random) -> None:
    shuffled = list(range(len(texts)))
    order.shuffle(shuffled)
    groups = near_duplicate_groups(texts, seed=seed)
    again = near_duplicate_groups([texts[place] for place in shuffled], seed=seed)
    renamed: dict[int, int] = {}
    for position, place in enumerate(shuffled):
        assert renamed.setdefault(int(again[position]), int(groups[place])) == groups[place]
    assert len(renamed) == len(set(renamed.values()))


@settings(max_examples=60, deadline=None)
@given(texts=TEXTS)
def test_identical_texts_share_a_group(texts: list[str]) -> None:
    groups = near_duplicate_groups([*texts, *texts])
    assert groups[: len(texts)].tolist() == groups[len(texts) :].tolist()
    assert set(groups.tolist()) == set(range(len(set(groups.tolist()))))
