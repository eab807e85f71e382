"""``explain``: the words behind the labels, quoted from what was sent over a real socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from service.shapes import Answer

Story = Callable[..., dict[str, str]]
EXPLAIN = {"options": {"explain": True, "min_confidence": 0}}


def ask(url: str, document: dict[str, Any]) -> dict[str, Any]:
    response = requests.post(f"{url}/v1/classify", json=document, timeout=30)
    assert response.status_code == 200, response.text
    Answer.model_validate_json(response.content)
    content: dict[str, Any] = response.json()
    return content


def evidence_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [word for label in [answer["section"], *answer["topics"]] for word in label["evidence"]]


def test_words_are_quoted_from_the_fields_that_were_sent(service: str, story: Story) -> None:
    plain = story("sport", "football")
    sent = {"headline": plain["headline"].replace("ال", "الـ"), "body": f"القاهرة - رويترز\n{plain['body']}"}
    answer = ask(service, {**sent, **EXPLAIN})
    words = evidence_of(answer)
    assert {word["field"] for word in words} == {"headline", "body"}
    for word in words:
        assert sent[word["field"]][word["start"] : word["end"]] == word["text"]
        assert word["weight"] > 0
    assert answer["section"]["evidence"]
    for label in [answer["section"], *answer["topics"]]:
        weights = [word["weight"] for word in label["evidence"]]
        assert weights == sorted(weights, reverse=True)


def test_words_of_a_page_are_quoted_from_the_page(service: str, story: Story) -> None:
    page = "الرئيسية\nرياضة\n\n{headline}\n\n{body}\n\nشارك".format(**story("economy", "markets"))
    words = evidence_of(ask(service, {"page": page, **EXPLAIN}))
    assert words
    for word in words:
        assert word["field"] == "page"
        assert page[word["start"] : word["end"]] == word["text"]


def test_labels_that_are_not_given_are_not_explained(service: str, story: Story) -> None:
    options = {"explain": True, "min_confidence": 0, "include_sections": ["health"], "include_topics": ["heart"]}
    answer = ask(service, {**story("sport"), "options": options})
    assert answer["section"]["id"] == "health"
    assert [topic["id"] for topic in answer["topics"]] == ["heart"]
    assert "evidence" in answer["section"]
    assert "evidence" in answer["topics"][0]


def test_explaining_changes_nothing_else(service: str, story: Story) -> None:
    plain = ask(service, story("sport", "football"))
    explained = ask(service, {**story("sport", "football"), "options": {"explain": True}})
    assert "evidence" not in json.dumps(plain)
    for label in [explained["section"], *explained["topics"]]:
        del label["evidence"]
    assert explained == plain


@pytest.mark.parametrize("body", ["عاجل", "The stadium budget was discussed on Tuesday.", "\ud83d\ude00 خبر"])
def test_texts_that_cannot_be_labelled_can_be_asked_about(service: str, body: str) -> None:
    answer = ask(service, {"body": body, "options": {"explain": True}})
    assert answer["section"]["decision"] == "abstained"
    assert isinstance(answer["section"]["evidence"], list)


def test_documents_of_a_batch_are_explained_each(service: str, story: Story) -> None:
    documents = [story("sport"), {**story("economy"), "options": {"explain": False}}]
    content = {"documents": documents, "options": {"explain": True}}
    first, second = requests.post(f"{service}/v1/classify/batch", json=content, timeout=30).json()["results"]
    assert first["section"]["evidence"]
    assert "evidence" not in second["section"]
