"""The taxonomy: which label a printed name means, and values carried through JSON and pickle."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import TaxonomyError
from model.taxonomy import LabelRule, Section, Taxonomy, Topic

DESK = Taxonomy(
    name="desk",
    sections=(
        Section("economy", "اقتصاد", "Economy", "المال والأعمال.", ("مال وأعمال", "أسواق"), "medtop:04000000"),
        Section("technology", "تكنولوجيا", "Technology", "الأجهزة والبرامج."),
    ),
    topics=(
        Topic(
            id="united-states",
            ar="الولايات المتحدة",
            en="United States",
            definition="طرف أساس في الخبر.",
            aliases=("أميركا", "أمريكا", "روسيا وأميركا"),
            keywords=("واشنطن", "البيت الأبيض"),
            kind="place",
            section="economy",
        ),
    ),
    rules=(
        LabelRule("Sky News", "section", "technology", None),
        LabelRule("desk wire", "section", "أعمال", "economy"),
        LabelRule("desk wire", "topic", "واشنطن", "united-states"),
    ),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("united-states", "united-states", id="id"),
        pytest.param("United States", "united-states", id="English name"),
        pytest.param("الولايات المتحدة", "united-states", id="Arabic name"),
        pytest.param("أمريكا", "united-states", id="alias"),
        pytest.param("UNITED STATES", "united-states", id="case"),
        pytest.param("\t أمريكا \N{NO-BREAK SPACE}", "united-states", id="spaces around"),
        pytest.param("الولايات  المتحدة", "united-states", id="two spaces"),
        pytest.param("أَمْرِيكَا", "united-states", id="tashkeel"),
        pytest.param("أمريـــكا", "united-states", id="tatweel"),
        pytest.param("امريكا", "united-states", id="bare alef"),
        pytest.param("الولايات المتحده", "united-states", id="heh for teh marbuta"),
        pytest.param("اميركى", None, id="another word"),
        pytest.param("#الولايات_المتحدة", "united-states", id="hashtag"),
        pytest.param("united_states", "united-states", id="underscore"),
        pytest.param("روسيا و أميركا", "united-states", id="waw written apart"),
        pytest.param("\N{RIGHT-TO-LEFT MARK}أميركا", "united-states", id="bidi mark"),
        pytest.param("اقتصاد", None, id="name of a section only"),
        pytest.param("", None, id="empty"),
        pytest.param("#", None, id="mark alone"),
    ],
)
def test_topic_names_resolve_in_any_spelling(name: str, expected: str | None) -> None:
    assert DESK.resolve_topic(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("technology", "technology", id="id"),
        pytest.param("تكنولوجيا", "technology", id="Arabic name"),
        pytest.param("TECHNOLOGY ", "technology", id="case"),
        pytest.param("مال و أعمال", "economy", id="waw written apart"),
        pytest.param("اسواق", "economy", id="bare alef"),
        pytest.param("منوعات", None, id="unknown"),
        pytest.param("united-states", None, id="id of a topic only"),
    ],
)
def test_section_names_resolve(name: str, expected: str | None) -> None:
    assert DESK.resolve_section(name) == expected


@pytest.mark.parametrize(
    ("name", "source", "expected", "masked"),
    [
        pytest.param("technology", "Sky News", None, True, id="masked there"),
        pytest.param("Technology", "sky_news", None, True, id="in any spelling"),
        pytest.param("technology", "desk wire", "technology", False, id="not elsewhere"),
        pytest.param("technology", None, "technology", False, id="not without source"),
        pytest.param("تكنولوجيا", "Sky News", "technology", False, id="the rule is about a name, not a label"),
        pytest.param("أعمال", "desk wire", "economy", False, id="mapped"),
        pytest.param("أعمال", "Sky News", None, False, id="unknown elsewhere, not masked"),
    ],
)
def test_rules_hold_for_their_source(name: str, source: str | None, expected: str | None, masked: bool) -> None:
    assert DESK.resolve_section(name, source) == expected
    assert DESK.masks_section(name, source) is masked


def test_topic_rules_do_not_touch_sections() -> None:
    assert DESK.resolve_topic("واشنطن", "desk wire") == "united-states"
    assert DESK.resolve_topic("واشنطن", "Sky News") is None
    assert DESK.resolve_section("واشنطن", "desk wire") is None
    assert DESK.resolve_topic("technology", "Sky News") is None


def test_a_masked_section_may_be_one_of_several() -> None:
    rule = LabelRule("Sky News", "section", "technology", None, ("technology", "economy"))
    either = replace(DESK, rules=(rule,))
    assert either.sections_among("Technology", "sky news") == ("technology", "economy")
    assert either.sections_among("technology", "desk wire") == ()
    assert either.resolve_section("technology", "Sky News") is None
    assert Taxonomy.from_dict(json.loads(json.dumps(either.to_dict()))) == either


def test_a_masked_topic_is_told_from_one_that_nobody_declared() -> None:
    masking = replace(DESK, rules=(LabelRule("Sky News", "topic", "أمريكا", None),))
    assert masking.resolve_topic("أمريكا", "Sky News") is None
    assert masking.masks_topic("امريكا", "sky news")
    assert not masking.masks_topic("أمريكا", "desk wire")
    assert not masking.masks_topic("شطرنج", "Sky News")
    assert not masking.masks_section("أمريكا", "Sky News")
    assert not DESK.masks_topic("واشنطن", "desk wire"), "mapped"


def test_a_rule_to_a_label_that_was_not_learned_makes_its_name_unknown() -> None:
    learned = replace(DESK, sections=DESK.sections[1:], topics=())
    assert learned.resolve_section("أعمال", "desk wire") is None
    assert not learned.masks_section("أعمال", "desk wire"), "so that it is counted"
    assert learned.resolve_topic("واشنطن", "desk wire") is None
    assert learned.masks_section("technology", "Sky News")


def test_unknown_ids_are_named() -> None:
    with pytest.raises(TaxonomyError, match='"desk" has no section with the id "sport"'):
        DESK.section("sport")
    with pytest.raises(TaxonomyError, match='"desk" has no topic with the id "economy"'):
        DESK.topic("economy")


def test_labels_of_a_corpus_stand_as_they_are() -> None:
    taxonomy = Taxonomy.of_labels(["Sport", "sport", "رياضة", "Sport"], ["كرة القدم", "!!"])
    assert [section.id for section in taxonomy.sections] == ["Sport", "sport", "رياضة"]
    assert taxonomy.topic("كرة القدم") == Topic(id="كرة القدم", ar="كرة القدم", en="كرة القدم")
    assert taxonomy.resolve_section("sport") == "sport"
    assert taxonomy.resolve_section("Sport") == "Sport"
    assert taxonomy.resolve_section("SPORT") is None, "two labels read like it"
    assert taxonomy.resolve_topic("#كرة_القدم") == "كرة القدم"
    assert taxonomy.resolve_topic("!!") == "!!"
    assert taxonomy.resolve_topic("??") is None, "names without letters have nothing in common"


label_texts = st.text(alphabet="abAB-_ أاإةهىيو#!", max_size=6)


@given(sections=st.lists(label_texts), topics=st.lists(label_texts))
def test_every_label_of_a_corpus_resolves_to_itself(sections: list[str], topics: list[str]) -> None:
    taxonomy = Taxonomy.of_labels(sections, topics)
    assert [taxonomy.resolve_section(label) for label in sections] == sections
    assert [taxonomy.resolve_topic(label) for label in topics] == topics
    assert Taxonomy.from_dict(json.loads(json.dumps(taxonomy.to_dict()))) == taxonomy


def test_survives_json_and_pickle() -> None:
    values = DESK.to_dict()
    assert json.loads(json.dumps(values)) == values, "lists, not tuples: a manifest compares equal to what was written"
    for copy in (Taxonomy.from_dict(json.loads(json.dumps(values))), pickle.loads(pickle.dumps(DESK))):
        assert copy == DESK
        assert copy.resolve_section("technology", "Sky News") is None
        assert copy.resolve_topic("أمريكا") == "united-states"


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param({"sections": [{"id": "a"}]}, id="field missing"),
        pytest.param({"topics": [{"id": "a", "ar": "أ", "en": "A", "colour": "red"}]}, id="unknown field"),
        pytest.param({"sections": None}, id="no list"),
        pytest.param({"rules": ["x"]}, id="no table"),
        pytest.param({"rules": None}, id="no list of rules"),
        pytest.param(
            {"rules": [{"source": "a", "kind": "section", "name": "b", "to": {}}]}, id="target is neither id nor null"
        ),
        pytest.param({"rules": [{"source": "a", "kind": "place", "name": "b", "to": None}]}, id="rule of another kind"),
        pytest.param({"sections": [{"id": "a", "ar": 1, "en": "A"}]}, id="name is a number"),
    ],
)
def test_other_values_are_not_taken_for_a_taxonomy(damage: dict[str, object]) -> None:
    with pytest.raises(TaxonomyError, match="not a taxonomy as an artifact holds it"):
        Taxonomy.from_dict({**DESK.to_dict(), **damage})


def test_values_without_rules_are_read() -> None:
    values = DESK.to_dict()
    del values["rules"]
    assert Taxonomy.from_dict(values) == replace(DESK, rules=())


def test_a_changed_copy_resolves_its_own_names() -> None:
    copy = replace(DESK, sections=(Section(id="sport", ar="رياضة", en="Sport"),))
    assert copy.resolve_section("رياضة") == "sport"
    assert copy.resolve_section("اقتصاد") is None
