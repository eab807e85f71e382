"""The commonest label and the taxonomy's keywords, on stories made up for the purpose."""

from __future__ import annotations

import numpy as np
import pytest

from model.errors import TaxonomyError
from model.taxonomy import Section, Taxonomy, Topic
from training.baselines import KeywordBaseline, majority_baseline, majority_section, majority_topic_baseline

SECTIONS = ["news", "economy", "sport"]
TOPICS = ["saudi-arabia", "oil", "football", "heat", "germany"]
NO_HIT = 2


@pytest.fixture(scope="module")
def baseline() -> KeywordBaseline:
    taxonomy = Taxonomy(
        name="test",
        sections=(
            Section("news", "أخبار", "News", aliases=("سياسة",)),
            Section("economy", "اقتصاد", "Economy", aliases=("مال وأعمال",)),
            Section("sport", "رياضة", "Sport"),
        ),
        topics=(
            Topic("football", "كرة القدم", "Football", section="sport", keywords=("دوري أبطال آسيا", "مدرب")),
            Topic(
                "saudi-arabia", "السعودية", "Saudi Arabia", section="news", aliases=("المملكة",), keywords=("سعودية",)
            ),
            Topic("oil", "النفط", "Oil", section="economy", keywords=("نفط", "برميل")),
            Topic("heat", "حر", "Heat"),
            Topic("germany", "ألمانيا", "Germany", section="news"),
        ),
    )
    return KeywordBaseline(taxonomy, SECTIONS, TOPICS)


def topics_of(baseline: KeywordBaseline, text: str) -> set[str]:
    _, given = baseline.predict([text], default_section=NO_HIT)
    return {topic for topic, is_given in zip(TOPICS, given[0], strict=True) if is_given}


def section_of(baseline: KeywordBaseline, text: str) -> str:
    sections, _ = baseline.predict([text], default_section=NO_HIT)
    return SECTIONS[sections[0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("السعودية تفتتح معرضا للكتاب", {"saudi-arabia"}, id="Arabic name"),
        pytest.param("المملكة تستضيف القمة", {"saudi-arabia"}, id="alias"),
        pytest.param("ارتفع سعر برميل الخام", {"oil"}, id="keyword"),
        pytest.param("وفد يزور بالسعودية ثلاث مدن", {"saudi-arabia"}, id="ba before al"),
        pytest.param("زيارة للسعودية", {"saudi-arabia"}, id="lam swallows the alef of al"),
        pytest.param("رحلات جديدة وللمملكة نصيب", {"saudi-arabia"}, id="waw and lam and al"),
        pytest.param("وبنفط أرخص", {"oil"}, id="waw and ba, without al"),
        pytest.param("البرميل يرتفع", {"oil"}, id="al that the keyword lacks"),
        pytest.param("صادرات لالمانيا", {"germany"}, id="an al that is none keeps its alef"),
        pytest.param("الســعوديّة", {"saudi-arabia"}, id="tatweel and tashkeel"),
        pytest.param("المانيا والسعودية", {"germany", "saudi-arabia"}, id="hamza, and two topics"),
        pytest.param("قرعة دوري أبطال آسيا", {"football"}, id="phrase"),
        pytest.param("قرعة لدوري ابطال اسيا", {"football"}, id="phrase with proclitic, without hamzas"),
        pytest.param("دوري أبطال أوروبا", set(), id="half a phrase"),
        pytest.param("قرعة دوري أبطال", set(), id="phrase cut off by the end of the text"),
        pytest.param("النفطية", set(), id="part of a word"),
        pytest.param("رحلة في بحر هادئ", set(), id="the sea is not «in heat»"),
        pytest.param("موجة الحر وللحر آثار", {"heat"}, id="short word with al"),
        pytest.param("", set(), id="empty"),
    ],
)
def test_topics_are_found_by_whole_words(baseline: KeywordBaseline, text: str, expected: set[str]) -> None:
    assert topics_of(baseline, text) == expected


def test_a_topic_named_once_in_a_long_text_is_not_what_it_is_about(baseline: KeywordBaseline) -> None:
    filler = "قال الوزير إن العمل مستمر " * 16  # 80 words
    assert topics_of(baseline, filler + "النفط") == set()
    assert topics_of(baseline, filler + "النفط نفط") == {"oil"}
    assert topics_of(baseline, "النفط" + filler.removeprefix("قال")) == {"oil"}  # one hit in exactly 80 words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("النفط يرتفع والسعودية تزيد سعر برميل الخام", "economy", id="home of the topics with most hits"),
        pytest.param("سياسة الاتحاد في السعودية وسعر النفط", "news", id="name of a section and home of a topic add up"),
        pytest.param("صفحة مال وأعمال", "economy", id="alias of a section"),
        pytest.param("موجة الحر", SECTIONS[NO_HIT], id="topic without a home"),
        pytest.param("طقس لطيف", SECTIONS[NO_HIT], id="no hit"),
    ],
)
def test_sections_are_found_by_counting(baseline: KeywordBaseline, text: str, expected: str) -> None:
    assert section_of(baseline, text) == expected


def test_many_articles_are_labelled_as_one_by_one(baseline: KeywordBaseline) -> None:
    texts = ["النفط يرتفع", "طقس لطيف", "مدرب جديد في السعودية", ""]
    sections, topics = baseline.predict(texts, default_section=0)
    assert topics.shape == (4, len(TOPICS))
    for row, text in enumerate(texts):
        alone = baseline.predict([text], default_section=0)
        assert (sections[row], topics[row].tolist()) == (alone[0][0], alone[1][0].tolist())


def test_a_name_and_an_alias_of_one_spelling_count_once() -> None:
    topic = Topic("oil", "النفط", "Oil", section="economy", aliases=("نفط", "النَّفط"))
    taxonomy = Taxonomy("test", (Section("economy", "اقتصاد", "Economy"), Section("news", "خبر", "News")), (topic,))
    sections, _ = KeywordBaseline(taxonomy, ["economy", "news"], ["oil"]).predict(["النفط خبر خبر"], default_section=0)
    assert sections.tolist() == [1]


def test_labels_of_a_corpus_are_found_by_their_names() -> None:
    baseline = KeywordBaseline(Taxonomy.of_labels(["محليات"], ["نقل"]), ["محليات"], ["نقل"])
    sections, topics = baseline.predict(["مشروع نقل جديد في محليات اليوم"], default_section=-1)
    assert (sections.tolist(), topics.tolist()) == ([0], [[True]])


@pytest.mark.parametrize(("sections", "topics"), [(SECTIONS, []), ([], TOPICS)], ids=["no topics", "no sections"])
def test_models_of_one_kind_of_label(baseline: KeywordBaseline, sections: list[str], topics: list[str]) -> None:
    names = Taxonomy.of_labels(sections, topics)
    found, given = KeywordBaseline(names, sections, topics).predict(["oil"], default_section=0)
    assert (found.tolist(), given.shape) == ([0], (1, len(topics)))


def test_a_label_that_the_taxonomy_lacks_is_refused() -> None:
    with pytest.raises(TaxonomyError, match="weather"):
        KeywordBaseline(Taxonomy.of_labels(["news"], []), ["weather"], [])


def test_majority_gives_the_commonest_section_of_the_train_part() -> None:
    train, test = np.array([2, 1, 2, 0, 1, 2]), np.array([0, 1, 2, 1])
    assert majority_section(train, 4) == 2
    assert majority_baseline(train, test, 4) == {
        "n": 4,
        "accuracy": 0.25,
        "macro_f1": pytest.approx((2 * 1 / (4 + 1)) / 3),
        "absent_rate": 0.0,
    }
    assert majority_baseline(train, np.array([0, 1]), 4)["absent_rate"] == 1.0  # type: ignore[index]


def test_majority_gives_the_commonest_topic_and_no_other() -> None:
    train = np.array([[1, 1], [0, 1], [0, 0]], dtype=bool)
    test = np.array([[0, 1], [1, 0], [1, 0]], dtype=bool)
    assert majority_topic_baseline(train, test) == {
        "n": 3,
        "micro_f1": pytest.approx(2 * 1 / (3 + 3)),
        "macro_f1": pytest.approx((0 + 2 / 4) / 2),
        "samples_f1": pytest.approx(1 / 3),
        "subset_accuracy": pytest.approx(1 / 3),
    }


def test_majority_without_a_test_part_has_no_figures() -> None:
    assert majority_baseline(np.array([1]), np.zeros(0, dtype=np.intp), 2) is None
    nothing = np.zeros((0, 3), dtype=bool)
    assert majority_topic_baseline(np.ones((1, 3), dtype=bool), nothing) is None
