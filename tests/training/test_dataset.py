"""A corpus as arrays: what nobody looked for is unknown, what does not apply is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.errors import TaxonomyError
from model.taxonomy import LabelRule, Section, Taxonomy, Topic
from training.corpus import LabelledArticle
from training.dataset import keep_labels, make_dataset, merge_copies, refuse_unknown_sections, resolve_labels

TAXONOMY = Taxonomy(
    name="small",
    sections=(
        Section(id="news", ar="أخبار", en="News", aliases=("سياسة",)),
        Section(id="sport", ar="رياضة", en="Sport"),
    ),
    topics=(Topic(id="egypt", ar="مصر", en="Egypt"), Topic(id="football", ar="كرة القدم", en="Football")),
    rules=(
        LabelRule(source="masa", kind="section", name="رياضة", to=None),
        LabelRule(source="masa", kind="topic", name="مصر", to=None),
    ),
)
HEADLINE = "افتتاح ملعب المدينة الجديد"
BODY = "افتتحت بلدية العقبة ملعبا جديدا يتسع لخمسة آلاف متفرج بعد عامين من العمل"


def article(**known: object) -> LabelledArticle:
    return LabelledArticle(**{"id": "a", "headline": HEADLINE, "body": BODY, **known})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("topics", "known", "row"),
    [
        pytest.param(None, False, [False, False], id="nobody looked"),
        pytest.param((), True, [False, False], id="none applies"),
        pytest.param(("football",), True, [False, True], id="one"),
        pytest.param(("football", "egypt"), True, [True, True], id="two"),
        pytest.param(("chess",), True, [False, False], id="left out of the model"),
    ],
)
def test_topics(topics: tuple[str, ...] | None, known: bool, row: list[bool]) -> None:
    dataset = make_dataset([article(topics=topics)], TAXONOMY)
    assert dataset.topics_known.tolist() == [known]
    assert dataset.topics.tolist() == [row]


@pytest.mark.parametrize(
    ("section", "index"),
    [("news", 0), ("sport", 1), (None, -1), ("weather", -1)],
    ids=["first", "second", "unknown", "left out of the model"],
)
def test_section(section: str | None, index: int) -> None:
    assert make_dataset([article(section=section)], TAXONOMY).section.tolist() == [index]


def test_texts_are_cleaned_and_have_two_views() -> None:
    dataset = make_dataset([article(body=f"العقبة - بترا: {BODY}", source="sabah"), article(headline="")], TAXONOMY)
    assert dataset.whole == [f"{HEADLINE}\n{BODY}", BODY]
    assert dataset.headlines == [HEADLINE, " ".join(BODY.split()[:12])]
    assert dataset.sources == ["sabah", ""]


def test_take_keeps_rows_together() -> None:
    articles = [
        article(id=name, headline=f"خبر {name}", section=section, topics=topics, source=name)
        for name, section, topics in (("a", "news", None), ("b", None, ("egypt",)), ("c", "sport", ()))
    ]
    taken = make_dataset(articles, TAXONOMY).take(np.array([2, 0]))
    expected = make_dataset([articles[2], articles[0]], TAXONOMY)
    assert len(taken) == 2
    for name in ("ids", "whole", "headlines", "sources", "taxonomy"):
        assert getattr(taken, name) == getattr(expected, name)
    for name in ("section", "topics", "topics_known", "tagged"):
        assert getattr(taken, name).tolist() == getattr(expected, name).tolist()


def test_copies_give_each_other_what_they_know() -> None:
    other = article(id="other", headline="خبر آخر", section="news")
    with_section, with_topics = article(id="s", section="sport"), article(id="t", topics=())
    assert merge_copies([with_section, other, with_topics]) == (
        article(id="s", section="sport", topics=()),
        other,
    )
    assert merge_copies([with_topics, with_section]) == (article(id="t", section="sport", topics=()),)


def test_the_first_copy_that_knows_is_believed() -> None:
    copies = [
        article(id="a"),
        article(id="b", section="news", topics=("egypt",)),
        article(id="c", section="sport", topics=()),
    ]
    assert merge_copies(copies) == (article(id="a", section="news", topics=("egypt",)),)


def test_other_bodies_are_no_copies() -> None:
    assert len(merge_copies([article(), article(body=BODY + " متواصل"), article(headline="")])) == 3


def test_labels_are_resolved_by_their_names() -> None:
    found = resolve_labels([article(section="سياسة", topics=("Football", "كرة القدم", "مصر"))], TAXONOMY)
    assert found.articles == (article(section="news", topics=("football", "egypt")),)
    assert not found.unknown_sections
    assert not found.unknown_topics


def test_unknown_labels_are_counted_and_left_out() -> None:
    found = resolve_labels(
        [
            article(section="طبخ", topics=("egypt", "شطرنج")),
            article(section="سياحة", topics=("شطرنج",)),
            article(section="طبخ", topics=("بردج",)),
            article(section="طبخ"),
        ],
        TAXONOMY,
    )
    assert list(found.unknown_sections.items()) == [("طبخ", 3), ("سياحة", 1)]
    assert list(found.unknown_topics.items()) == [("شطرنج", 2), ("بردج", 1)]
    assert [known.section for known in found.articles] == [None] * 4
    assert [known.topics for known in found.articles] == [("egypt",), (), (), None]


def test_a_masked_section_is_unknown_on_purpose() -> None:
    found = resolve_labels([article(section="رياضة", source="masa"), article(section="رياضة")], TAXONOMY)
    assert [known.section for known in found.articles] == [None, "sport"]
    assert not found.unknown_sections


def test_a_section_that_is_one_of_several_says_which_come_into_question() -> None:
    rule = LabelRule("sabah", "section", "رياضة", None, ("sport", "news"))
    articles = [article(section="رياضة", source=source) for source in ("sabah", "masa", "fajr")]
    found = resolve_labels(articles, replace(TAXONOMY, rules=(*TAXONOMY.rules, rule)))
    assert [(known.section, known.among) for known in found.articles] == [
        (None, ("sport", "news")),
        (None, ()),
        ("sport", ()),
    ]
    dataset = make_dataset(found.articles, Taxonomy.of_labels(["economy", "sport"], ()))
    assert dataset.among.tolist() == [[False, True], [False, False], [False, False]]
    assert dataset.take(np.array([1, 0])).among.tolist() == [[False, False], [False, True]]


def test_a_masked_topic_is_left_out_without_being_counted() -> None:
    articles = [article(topics=("مصر", "football", "شطرنج"), source=source) for source in ("masa", "sabah")]
    found = resolve_labels(articles, TAXONOMY)
    assert [known.topics for known in found.articles] == [("football",), ("egypt", "football")]
    assert found.unknown_topics == {"شطرنج": 2}


def test_unknown_sections_stop_a_fit_with_a_list() -> None:
    refuse_unknown_sections({}, TAXONOMY)
    with pytest.raises(TaxonomyError, match=r"'small'.*'طبخ' \(3\), 'سياحة' \(1\).*--taxonomy.*--labels corpus"):
        refuse_unknown_sections({"طبخ": 3, "سياحة": 1}, TAXONOMY)


def test_rare_labels_are_left_out_and_told() -> None:
    articles = [
        *[article(section="news", topics=("football",))] * 5,
        *[article(section="sport", topics=("football", "egypt"))] * 4,
        *[article(section="sport")] * 1,
    ]
    kept, left_out = keep_labels(articles, TAXONOMY, 5)
    assert [section.id for section in kept.sections] == ["news", "sport"]
    assert [topic.id for topic in kept.topics] == ["football"]
    assert left_out == {"egypt": 4}


def test_one_section_alone_is_no_choice() -> None:
    kept, left_out = keep_labels(
        [*[article(section="news", topics=("egypt",))] * 5, article(section="sport")], TAXONOMY, 5
    )
    assert kept.sections == ()
    assert [topic.id for topic in kept.topics] == ["egypt"]
    assert left_out == {"news": 5, "sport": 1}


def test_a_label_without_examples_is_not_told() -> None:
    kept, left_out = keep_labels([article()], TAXONOMY, 1)
    assert not [*kept.sections, *kept.topics]
    assert left_out == {}


def test_topics_that_the_editors_do_not_give() -> None:
    articles = [article(topics=("football",)), article(topics=())]
    dataset = make_dataset(articles, TAXONOMY, untagged={"egypt": 30})
    assert dataset.tagged.tolist() == [False, True]
    assert make_dataset(articles, TAXONOMY).tagged.tolist() == [True, True]
    assert dataset.take(np.array([1])).tagged.tolist() == [False, True]
    measured = dataset.of_tagged_topics()
    assert [topic.id for topic in measured.taxonomy.topics] == ["football"]
    assert measured.taxonomy.sections == TAXONOMY.sections
    assert measured.topics.tolist() == [[True], [False]]
    assert measured.tagged.tolist() == [True]
    assert len(measured) == 2
