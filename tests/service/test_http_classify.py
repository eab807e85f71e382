"""``POST /v1/classify`` and its batch over a real socket: answers, options, pages, limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from model.article import Article
from model.classifier import NewsClassifier
from service.documents import MAX_DOCUMENT_BYTES
from service.shapes import Answer, BatchAnswer, Problem

Story = Callable[..., dict[str, str]]
PAGE = """الرئيسية
أخبار
اقتصاد
رياضة
اشترك في النشرة البريدية

المدرب يعلن تشكيلة الفريق قبل مباراة الكأس

أعلن المدرب تشكيلة الفريق التي تخوض المباراة في الملعب البلدي يوم الخميس المقبل أمام الجماهير.
وينتظر اللاعب الشاب فرصته في الشوط الثاني بعد أن سجل هدفين في الدوري خلال الأسبوع الماضي.
وقال الحكم إن البطولة تنتهي نهاية الشهر وإن ركلات الترجيح تحسم المباراة النهائية إذا لزم الأمر.

شارك الخبر
الأكثر قراءة
"""


def ask(service: str, content: object, **headers: str) -> tuple[int, dict[str, Any]]:
    response = requests.post(f"{service}/v1/classify", json=content, headers=headers, timeout=30)
    return response.status_code, response.json()


def ask_batch(service: str, content: object) -> tuple[int, dict[str, Any]]:
    response = requests.post(f"{service}/v1/classify/batch", json=content, timeout=30)
    return response.status_code, response.json()


@pytest.mark.parametrize(
    ("section", "topic"),
    [("news", "russia-ukraine"), ("economy", "markets"), ("sport", "football"), ("health", "heart")],
)
def test_a_story_gets_its_section_and_topic(service: str, story: Story, section: str, topic: str) -> None:
    status, answer = ask(service, {"id": "a1", **story(section, topic)})
    assert status == 200
    Answer.model_validate_json(json.dumps(answer))
    assert answer["id"] == "a1"
    assert answer["section"]["id"] == section
    assert [given["id"] for given in answer["topics"]] == [topic]
    assert answer["language"] == {"code": "ar", "supported": True}
    assert answer["warnings"] == []


def test_the_answer_says_what_the_model_says(service: str, story: Story, classifier: NewsClassifier) -> None:
    text = story("sport", "football")
    prediction = classifier.predict(Article(**text))
    _, answer = ask(service, text)
    assert prediction.section is not None
    assert answer["section"]["confidence"] == round(prediction.section.confidence, 6)
    assert answer["section"]["decision"] == prediction.section.decision
    alternatives = [(name, round(confidence, 6)) for name, confidence in prediction.section.alternatives]
    assert [(other["id"], other["confidence"]) for other in answer["section"]["alternatives"]] == alternatives[:4]
    topics = [(topic.id, round(topic.confidence, 6), round(topic.threshold, 6)) for topic in prediction.topics]
    assert [(topic["id"], topic["confidence"], topic["threshold"]) for topic in answer["topics"]] == topics
    assert answer["model"] == {
        "name": classifier.info.name,
        "version": classifier.info.version,
        "sha256": classifier.info.sha256,
    }
    assert answer["needs_review"] == prediction.needs_review
    assert tuple(answer["review_reasons"]) == prediction.review_reasons


def test_labels_have_names_and_codes(service: str, story: Story, classifier: NewsClassifier) -> None:
    _, answer = ask(service, story("health", "heart"))
    topic = classifier.taxonomy.topic("heart")
    assert answer["section"]["name"] == {"ar": "صحة", "en": "Health"}
    assert answer["topics"][0]["name"] == {"ar": topic.ar, "en": topic.en}
    assert answer["topics"][0]["iptc"] == topic.iptc


def test_arabic_is_not_escaped(service: str, story: Story) -> None:
    response = requests.post(f"{service}/v1/classify", json=story("health"), timeout=30)
    assert response.headers["Content-Type"] == "application/json"
    assert "صحة" in response.content.decode("utf-8")


@pytest.mark.parametrize(("top_k", "listed"), [(1, 1), (2, 2), (4, 4), (100, 4)])
def test_top_k_bounds_the_sections_listed(service: str, story: Story, top_k: int, listed: int) -> None:
    _, answer = ask(service, {**story("sport"), "options": {"top_k": top_k}})
    assert 1 + len(answer["section"]["alternatives"]) == listed


def test_options_filter_what_is_given(service: str, story: Story) -> None:
    text = story("sport", "football")
    _, plain = ask(service, text)
    options = {"include_sections": ["news", "health"], "exclude_topics": ["football"]}
    _, filtered = ask(service, {**text, "options": options})
    said = {other["id"]: other["confidence"] for other in [plain["section"], *plain["section"]["alternatives"]]}
    assert filtered["section"]["id"] == max(("news", "health"), key=said.__getitem__)
    assert filtered["section"]["confidence"] == said[filtered["section"]["id"]]
    assert filtered["section"]["decision"] == "uncertain"
    assert filtered["needs_review"] is True
    assert filtered["topics"] == []


def test_min_confidence_opens_the_topics(service: str, story: Story) -> None:
    _, answer = ask(service, {**story("sport"), "options": {"min_confidence": 0}})
    assert {topic["id"] for topic in answer["topics"]} == {"russia-ukraine", "markets", "football", "heart"}
    assert answer["section"]["decision"] == "accepted"


@pytest.mark.parametrize("batch", [False, True], ids=["alone", "batch"])
def test_explain_names_the_words_that_spoke_for_each_label(service: str, story: Story, batch: bool) -> None:
    text = {**story("sport", "football"), "options": {"explain": True}}
    _, answer = ask_batch(service, {"documents": [text]}) if batch else ask(service, text)
    answer = answer["results"][0] if batch else answer
    Answer.model_validate_json(json.dumps(answer))
    for label in (answer["section"], *answer["topics"]):
        assert label["evidence"]
        for word in label["evidence"]:
            assert text[word["field"]][word["start"] : word["end"]] == word["text"]


def test_nothing_is_explained_unasked(service: str, story: Story) -> None:
    _, answer = ask(service, story("sport", "football"))
    assert "evidence" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("The committee met on Tuesday to discuss the new stadium budget.", "not_arabic", id="english"),
        pytest.param("12345 67890 2022", "not_arabic", id="digits"),
        pytest.param("عاجل", "too_short", id="one-word"),
        pytest.param("...", "too_short", id="punctuation"),
        pytest.param("\N{ARABIC TATWEEL}\N{ARABIC TATWEEL}", "too_short", id="tatweel-alone"),
        pytest.param("\N{RIGHT-TO-LEFT MARK}\N{ZERO WIDTH SPACE}", "too_short", id="invisible"),
        pytest.param("\0", "too_short", id="nul"),
    ],
)
def test_text_that_cannot_be_labelled_is_an_answer(service: str, text: str, reason: str) -> None:
    status, answer = ask(service, {"body": text, "options": {"min_confidence": 0}})
    assert status == 200
    assert answer["section"]["decision"] == "abstained"
    assert answer["topics"] == []
    assert answer["needs_review"] is True
    assert reason in answer["review_reasons"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"headline": ""}, id="empty"),
        pytest.param({"headline": " \n", "body": "\t", "page": "\N{NO-BREAK SPACE}"}, id="blank"),
        pytest.param({"headline": None, "body": None}, id="null"),
        pytest.param({"subheadline": "الفريق يستعد للمباراة"}, id="subheadline-alone"),
        pytest.param({"id": "a", "published": "2022-09-23T13:35:00+04:00"}, id="no-text-at-all"),
    ],
)
def test_a_document_without_text_is_refused(service: str, content: dict[str, str]) -> None:
    status, problem = ask(service, content)
    assert (status, problem["code"]) == (422, "no_text")


def test_a_page_is_read_first(service: str) -> None:
    status, answer = ask(service, {"page": PAGE})
    assert status == 200
    assert answer["section"]["id"] == "sport"
    (removed,) = (warning for warning in answer["warnings"] if warning["code"] == "boilerplate_removed")
    assert removed["count"] > 0


def test_fields_win_over_the_page(service: str, story: Story) -> None:
    text = story("health", "heart")
    _, answer = ask(service, {"page": PAGE, **text})
    _, alone = ask(service, text)
    assert answer["section"] == alone["section"]
    assert answer["topics"] == alone["topics"]


def test_blank_fields_do_not_win_over_the_page(service: str) -> None:
    _, answer = ask(service, {"page": PAGE, "headline": " ", "body": ""})
    assert answer["section"] == ask(service, {"page": PAGE})[1]["section"]


def test_a_document_may_be_as_long_as_the_limit(service: str) -> None:
    body = "نص " * (MAX_DOCUMENT_BYTES // 5)
    body += "x" * (MAX_DOCUMENT_BYTES - len(body.encode()))
    status, answer = ask(service, {"body": body})
    assert status == 200, answer
    status, problem = ask(service, {"headline": "x", "body": body})
    assert (status, problem["code"]) == (413, "too_long")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("#/body", "too_long")]


def test_a_batch_answers_in_order_and_as_one_by_one(service: str, story: Story) -> None:
    documents = [
        {"id": f"{section}-{topic}", **story(section, topic)}
        for section, topic in [("sport", None), ("news", "russia-ukraine"), ("health", None), ("sport", "football")]
    ]
    status, batch = ask_batch(service, {"documents": documents})
    assert status == 200
    BatchAnswer.model_validate_json(json.dumps(batch))
    assert batch["results"] == [ask(service, document)[1] for document in documents]


def test_a_document_that_fails_carries_its_problem(service: str, story: Story) -> None:
    good = story("sport", "football")
    documents: list[object] = [
        {"id": "a", **good},
        {"id": "b", "body": 5},
        {"id": "c"},
        7,
        {"id": "e", "body": "x" * (MAX_DOCUMENT_BYTES + 1)},
        {"id": "f", **good, "options": {"include_topics": ["nothing"]}},
        {"id": "g", **good},
    ]
    status, batch = ask_batch(service, {"documents": documents})
    assert status == 200
    BatchAnswer.model_validate_json(json.dumps(batch))
    results = batch["results"]
    assert [result["id"] for result in results] == ["a", "b", "c", None, "e", "f", "g"]
    assert results[0]["section"]["id"] == results[6]["section"]["id"] == "sport"
    problems = [result["problem"] for result in results[1:6]]
    assert [(problem["status"], problem["code"], problem["errors"][0]["pointer"]) for problem in problems] == [
        (422, "invalid_request", "#/documents/1/body"),
        (422, "no_text", "#/documents/2"),
        (422, "invalid_request", "#/documents/3"),
        (413, "too_long", "#/documents/4/body"),
        (422, "invalid_request", "#/documents/5/options/include_topics/0"),
    ]


def test_unlabelled_text_is_an_answer_in_a_batch_too(service: str, story: Story) -> None:
    _, batch = ask_batch(service, {"documents": [{"body": "12 34 56"}, story("sport")]})
    assert batch["results"][0]["section"]["decision"] == "abstained"
    assert batch["results"][1]["section"]["id"] == "sport"


def test_options_of_the_batch_are_for_documents_without_their_own(service: str, story: Story) -> None:
    text = story("sport")
    documents = [text, {**text, "options": {"top_k": 3}}, {**text, "options": {}}]
    _, batch = ask_batch(service, {"documents": documents, "options": {"top_k": 2}})
    assert [len(result["section"]["alternatives"]) for result in batch["results"]] == [1, 2, 3]


def test_unknown_labels_in_the_options_of_a_batch_refuse_it(service: str, story: Story) -> None:
    status, problem = ask_batch(service, {"documents": [story("sport")], "options": {"include_sections": ["x"]}})
    assert (status, problem["code"]) == (422, "invalid_request")
    assert problem["errors"][0]["pointer"] == "#/options/include_sections/0"


@pytest.mark.parametrize(("count", "status"), [(0, 200), (256, 200), (257, 422)])
def test_a_batch_has_its_limit(service: str, count: int, status: int) -> None:
    answered, batch = ask_batch(service, {"documents": [{"body": "الفريق في الملعب"}] * count})
    assert answered == status
    if status == 200:
        assert len(batch["results"]) == count
    else:
        Problem.model_validate_json(json.dumps(batch))
        assert [(error["pointer"], error["code"]) for error in batch["errors"]] == [("#/documents", "too_many")]
