"""What the OpenAPI document says where several models are served, or none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from model.classifier import NewsClassifier
from model.taxonomy import Taxonomy
from service.app import create_app
from service.served import ServedModels
from service.settings import Settings


def _document(served: ServedModels) -> dict[str, Any]:
    content: dict[str, Any] = create_app(Settings(), served).test_client().get("/openapi.json").get_json()
    return content


def _served(monkeypatch: pytest.MonkeyPatch, **models: NewsClassifier) -> ServedModels:
    served = ServedModels({name: Path() for name in models})
    monkeypatch.setattr(served, "_loaded", models)
    return served


def test_several_models_are_named_with_the_labels_they_share(
    classifier: NewsClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(classifier, taxonomy=Taxonomy.of_labels(["sport", "weather", "news"], []))
    document = _document(_served(monkeypatch, main=classifier, other=other))
    options = document["components"]["schemas"]["Options"]["properties"]
    assert options["include_sections"]["items"]["enum"] == ["news", "sport"]
    assert options["include_topics"]["maxItems"] == 0
    for path, method in (("/v1/classify", "post"), ("/v1/labels", "get")):
        (parameter,) = document["paths"][path][method]["parameters"]
        assert (parameter["name"], parameter["in"], parameter["schema"]["enum"]) == (
            "model",
            "query",
            ["main", "other"],
        )


def test_one_model_has_no_name_to_choose(classifier: NewsClassifier) -> None:
    document = _document(ServedModels.of(classifier))
    assert "parameters" not in document["paths"]["/v1/classify"]["post"]


def test_without_a_model_there_is_still_a_document(tmp_path: Path) -> None:
    document = _document(ServedModels({"current": tmp_path}))
    options = document["components"]["schemas"]["Options"]["properties"]
    assert "enum" not in options["include_sections"]["items"]


def test_the_model_that_is_asked_for_answers(classifier: NewsClassifier, monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(classifier, info=replace(classifier.info, name="other"))
    client = create_app(Settings(), _served(monkeypatch, main=classifier, other=other)).test_client()
    story = {"body": "الفريق يستعد للمباراة في الملعب"}
    for query, name in (("", classifier.info.name), ("?model=main", classifier.info.name), ("?model=other", "other")):
        assert client.post(f"/v1/classify{query}", json=story).get_json()["model"]["name"] == name
        (answer,) = client.post(f"/v1/classify/batch{query}", json={"documents": [story]}).get_json()["results"]
        assert answer["model"]["name"] == name
        assert client.get(f"/v1/labels{query}").get_json()["model"]["name"] == name
        assert client.get(f"/v1/model{query}").get_json()["name"] == name
    refused = client.post("/v1/classify?model=none", json=story)
    assert refused.get_json()["code"] == "unknown_model"
