"""What aliases say of articles that nobody labelled, and what stays of these when the aliases are hidden."""

from __future__ import annotations

import numpy as np
import pytest

from model.features.orthography import fold
from model.taxonomy import Section, Taxonomy, Topic
from training.aliases import FEWEST_POINTED, MOST_OTHERS, SURE_HITS, Archive, alias_words, make_archive, point_at_topics
from training.baselines import WORDS_A_HIT

TAXONOMY = Taxonomy(
    name="small",
    sections=(Section(id="sport", ar="رياضة", en="Sport"),),
    topics=(
        Topic(id="chess", ar="شطرنج", en="Chess", aliases=("لعبة الملوك",), keywords=("رقعة",)),
        Topic(id="bees", ar="النحل", en="Bees", keywords=("خلية", "عسل")),
    ),
)
FILLER = [
    "وصل",
    "الوفد",
    "إلى",
    "المدينة",
    "صباح",
    "اليوم",
    "وتجول",
    "في",
    "أسواقها",
    "القديمة",
    "قبل",
    "أن",
    "يعود",
    "إلى",
    "الميناء",
    "مساء",
]


def text(*special: str, length: int = 20) -> str:
    return " ".join([*special, *(FILLER[row % len(FILLER)] for row in range(length - len(special)))])


@pytest.mark.parametrize(
    ("whole", "headline", "state"),
    [
        pytest.param(text(), "وصول الوفد", 0, id="no word of it anywhere"),
        pytest.param(text("شطرنج"), "وصول الوفد", -1, id="once, and not in the headline"),
        pytest.param(text("شطرنج"), "بطولة شطرنج", 1, id="once, in the headline"),
        pytest.param(text("شطرنج", "رقعة"), "وصول الوفد", 1, id="twice"),
        pytest.param(text("للشطرنج", "ورقعة"), "وصول الوفد", 1, id="with proclitics"),
        pytest.param(text("الملوك"), "وصول الوفد", 0, id="a part of a name"),
        pytest.param(text("لعبة", "الملوك", "شطرنج"), "وصول الوفد", 1, id="a name of two words"),
        pytest.param(text("شطرنج", "رقعة", length=200), "وصول الوفد", -1, id="twice in a long text"),
        pytest.param(text("شطرنج", length=200), "بطولة شطرنج", -1, id="a headline of another long text"),
        pytest.param(text("شطرنج", "شطرنج", "رقعة", length=200), "وصول الوفد", 1, id="often enough in a long text"),
    ],
)
def test_aliases_point_or_do_not_or_say_nothing(whole: str, headline: str, state: int) -> None:
    assert (SURE_HITS, WORDS_A_HIT) == (2, 80)  # what the cases are made for
    found = point_at_topics([whole], [headline], TAXONOMY)
    assert found.dtype == np.int8
    assert found.tolist() == [[state, 0]]


def test_every_topic_is_looked_for() -> None:
    whole = [text("شطرنج", "رقعة", "عسل"), text("خلية", "النحل")]
    assert point_at_topics(whole, ["", ""], TAXONOMY).tolist() == [[1, -1], [0, 1]]


def test_alias_words_are_folded_words_of_all_names() -> None:
    assert alias_words(TAXONOMY, 0) == {fold(word) for word in ("شطرنج", "لعبة", "الملوك", "رقعة")}
    assert alias_words(TAXONOMY, 1) == {"النحل", fold("خلية"), "عسل"}


def pointed(n: int) -> list[str]:
    """Articles about chess, each of which says so in four ways, tells its number, and moves a bishop."""
    return [text("بالشطرنج", "رُقعة", "والرقعة،", "«الملوك»", f"رقم{row}", "الفيل") for row in range(n)]


def others(n: int) -> list[str]:
    return [text(f"خبر{row}") for row in range(n)]


def archive_of(n_pointed: int, n_others: int, topics: tuple[str, ...] = ("chess", "bees"), *, seed: int = 0) -> Archive:
    whole = [*pointed(n_pointed), *others(n_others)]
    headlines = ["بطولة للشطرنج"] * n_pointed + ["وصول الوفد"] * n_others
    return make_archive(whole, headlines, TAXONOMY, topics, seed=seed)


def holds_an_alias(view: str) -> bool:
    hidden = {"شطرنج", "بالشطرنج", "للشطرنج", "رقعه", "والرقعه", "الملوك"}
    return bool(hidden & set(fold(view).split()))


def test_names_are_hidden_in_half_of_the_articles_pointed_at() -> None:
    archive = archive_of(40, 30)
    assert len(archive) == 70
    about = np.flatnonzero(archive.topics[:, 0] == 1)
    assert about.size == 40
    told = [holds_an_alias(archive.whole[row]) for row in about]
    assert sum(told) == 20
    assert [holds_an_alias(archive.headlines[row]) for row in about] == told  # in both views, or in none
    for row in about:  # and nothing else is taken
        assert "الفيل" in archive.whole[row].split()
        assert archive.headlines[row].split()[0] == "بطولة"
        assert set(FILLER[:14]) <= set(archive.whole[row].split())
    assert archive.whole[40:] == others(30)


def test_which_half_is_hidden_is_drawn() -> None:
    def hidden(seed: int) -> list[bool]:
        return [holds_an_alias(whole) for whole in archive_of(40, 10, seed=seed).whole]

    assert hidden(1) == hidden(1)
    assert hidden(1) != hidden(2)


def test_what_was_learned_is_counted() -> None:
    archive = archive_of(FEWEST_POINTED, 30)
    assert archive.learned == {"chess": FEWEST_POINTED}
    assert archive.topics.shape == (FEWEST_POINTED + 30, 2)
    assert archive.topics[:, 0].tolist() == [1] * FEWEST_POINTED + [0] * 30
    assert (archive.topics[:, 1] == -1).all()  # no article is about bees: nothing is learned of it


@pytest.mark.parametrize(
    ("n", "topics"),
    [
        pytest.param(FEWEST_POINTED - 1, ("chess", "bees"), id="too few"),
        pytest.param(40, ("bees",), id="of a topic that the corpus has"),
        pytest.param(40, (), id="no topic may be learned so"),
    ],
)
def test_nothing_is_learned(n: int, topics: tuple[str, ...]) -> None:
    archive = archive_of(n, 30, topics)
    assert archive.learned == {}
    assert len(archive) == len(archive.headlines) == 0
    assert archive.topics.shape == (0, 2)


def test_articles_that_say_nothing_are_left_out() -> None:
    unclear = [text("شطرنج", "مرة")] * 5
    whole = [*pointed(25), *unclear, *others(10)]
    archive = make_archive(whole, ["وصول الوفد"] * 40, TAXONOMY, ["chess"], seed=0)
    assert len(archive) == len(archive.whole) == len(archive.headlines) == 35
    assert not set(unclear) & set(archive.whole)


def test_others_are_a_sample_of_a_large_archive() -> None:
    archive = archive_of(FEWEST_POINTED, MOST_OTHERS + 50)
    assert (archive.topics[:, 0] == 1).sum() == FEWEST_POINTED
    assert (archive.topics[:, 0] == 0).sum() == MOST_OTHERS
    assert len(archive) == FEWEST_POINTED + MOST_OTHERS
