"""Options: they choose among what the model says and change none of its probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.prediction import (
    Decision,
    Language,
    Prediction,
    ReviewReason,
    SectionPrediction,
    TopicScores,
)
from model.taxonomy import Taxonomy
from service.schemas import Options
from service.selection import select, unknown_labels

TAXONOMY = Taxonomy.of_labels(["news", "economy", "sport", "health"], ["heart", "russia", "football"])


def _prediction(decision: Decision = "accepted", reasons: tuple[ReviewReason, ...] = ()) -> Prediction:
    scores = TopicScores(("heart", "russia", "football"), np.array([0.2, 0.7, 0.9]), np.array([0.5, 0.6, 0.8]))
    given_topics = () if decision == "abstained" else (scores[2], scores[1])
    alternatives = (("economy", 0.2), ("sport", 0.1))
    section = SectionPrediction("news", 0.7, decision, alternatives)
    return Prediction(section, given_topics, scores, Language("ar", supported=True), reasons)


UNCERTAIN = _prediction("uncertain", ("low_confidence",))
ABSTAINED = _prediction("abstained", ("too_short",))


def _summary(prediction: Prediction) -> tuple[str, float, str]:
    assert prediction.section is not None
    return prediction.section.id, prediction.section.confidence, prediction.section.decision


@pytest.mark.parametrize(
    "prediction", [_prediction(), UNCERTAIN, ABSTAINED], ids=["accepted", "uncertain", "abstained"]
)
def test_without_options_the_model_has_its_say(prediction: Prediction) -> None:
    assert select(prediction, Options()) == prediction


@pytest.mark.parametrize(
    ("prediction", "floor", "decision", "reasons"),
    [
        pytest.param(_prediction(), 0.7, "accepted", (), id="reached"),
        pytest.param(_prediction(), 0.71, "uncertain", ("low_confidence",), id="missed"),
        pytest.param(UNCERTAIN, 0.5, "accepted", (), id="lower-than-the-models"),
        pytest.param(ABSTAINED, 0.0, "abstained", ("too_short",), id="nothing-to-accept"),
    ],
)
def test_min_confidence_replaces_the_models_threshold(
    prediction: Prediction, floor: float, decision: Decision, reasons: tuple[ReviewReason, ...]
) -> None:
    selected = select(prediction, Options(min_confidence=floor))
    assert _summary(selected) == ("news", 0.7, decision)
    assert selected.review_reasons == reasons


@pytest.mark.parametrize(
    ("floor", "topics"),
    [(0.0, ["football", "russia", "heart"]), (0.7, ["football", "russia"]), (0.71, ["football"]), (1.0, [])],
)
def test_min_confidence_decides_on_topics(floor: float, topics: list[str]) -> None:
    selected = select(_prediction(), Options(min_confidence=floor))
    assert [topic.id for topic in selected.topics] == topics
    assert all(topic.threshold == floor for topic in selected.topics)


def test_a_text_that_cannot_be_labelled_gets_no_topics_at_any_price() -> None:
    assert select(ABSTAINED, Options(min_confidence=0.0)).topics == ()


def test_a_model_without_sections_abstains_too() -> None:
    whole = _prediction("abstained", ("not_arabic",))
    topics_only = Prediction(None, (), whole.all_topics, whole.language, whole.review_reasons)
    selected = select(topics_only, Options(min_confidence=0.0, include_sections=["news"]))
    assert (selected.section, selected.topics, selected.review_reasons) == (None, (), ("not_arabic",))


def test_another_section_than_the_models_choice_is_not_accepted() -> None:
    selected = select(_prediction(), Options(include_sections=["sport", "economy"]))
    assert _summary(selected) == ("economy", 0.2, "uncertain")
    assert selected.section is not None
    assert selected.section.alternatives == (("sport", 0.1),)
    assert selected.review_reasons == ("low_confidence",)


def test_another_section_is_accepted_where_the_client_sets_the_floor() -> None:
    selected = select(_prediction(), Options(include_sections=["economy"], min_confidence=0.2))
    assert _summary(selected) == ("economy", 0.2, "accepted")


def test_the_models_choice_stays_accepted_among_those_asked_for() -> None:
    selected = select(_prediction(), Options(include_sections=["sport", "news"]))
    assert _summary(selected) == ("news", 0.7, "accepted")
    assert selected.section is not None
    assert selected.section.alternatives == (("sport", 0.1),)


def test_sections_the_model_does_not_have_leave_none() -> None:
    selected = select(_prediction(), Options(include_sections=["health"]))
    assert selected.section is None
    assert not selected.needs_review


@pytest.mark.parametrize(
    ("options", "topics"),
    [
        pytest.param({"include_topics": ["russia", "heart"]}, ["russia"], id="include-gives-nothing-new"),
        pytest.param({"exclude_topics": ["football"]}, ["russia"], id="exclude"),
        pytest.param({"include_topics": ["russia"], "exclude_topics": ["russia"]}, [], id="exclude-wins"),
        pytest.param({"include_topics": ["heart"], "min_confidence": 0.1}, ["heart"], id="include-with-a-floor"),
    ],
)
def test_topics_are_filtered(options: dict[str, list[str]], topics: list[str]) -> None:
    selected = select(_prediction(), Options.model_validate(options))
    assert [topic.id for topic in selected.topics] == topics


@given(
    st.sampled_from([_prediction(), UNCERTAIN, ABSTAINED]),
    st.none() | st.floats(0, 1),
    st.sets(st.sampled_from(["news", "economy", "sport"])),
    st.sets(st.sampled_from(["heart", "russia", "football"])),
    st.sets(st.sampled_from(["heart", "russia", "football"])),
)
def test_no_option_changes_a_probability(
    prediction: Prediction, floor: float | None, sections: set[str], wanted: set[str], unwanted: set[str]
) -> None:
    options = Options(
        min_confidence=floor,
        include_sections=sorted(sections),
        include_topics=sorted(wanted),
        exclude_topics=sorted(unwanted),
    )
    selected = select(prediction, options)
    assert prediction.section is not None
    assert selected.section is not None
    every = dict([("news", 0.7), *prediction.section.alternatives])
    ranking = [(selected.section.id, selected.section.confidence), *selected.section.alternatives]
    assert all(every[name] == confidence for name, confidence in ranking)
    assert ranking == sorted(ranking, key=lambda pair: -pair[1])
    assert {name for name, _ in ranking} == (sections or set(every))
    said = {topic.id: topic.confidence for topic in prediction.all_topics}
    assert all(said[topic.id] == topic.confidence >= topic.threshold for topic in selected.topics)
    assert not unwanted & {topic.id for topic in selected.topics}
    assert selected.needs_review == (selected.section.decision != "accepted")


def test_unknown_labels_are_pointed_at() -> None:
    options = Options(include_sections=["news", "News"], include_topics=["x"], exclude_topics=["heart", "y"])
    assert [(fault.code, fault.pointer) for fault in unknown_labels(options, TAXONOMY)] == [
        ("unknown_section", "#/options/include_sections/1"),
        ("unknown_topic", "#/options/include_topics/0"),
        ("unknown_topic", "#/options/exclude_topics/1"),
    ]


def test_known_labels_are_let_through() -> None:
    options = Options(include_sections=["health"], include_topics=["heart"], exclude_topics=["russia"])
    assert unknown_labels(options, TAXONOMY) == ()
