"""What the OpenAPI document says where several models are served, or none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from model.classifier import NewsClassifier
from model.taxonomy import Taxonomy
from service.app import create_app
from service.keys import digest_of
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


def _locked(client: FlaskClient) -> dict[str, str]:
    """Scope by path, of the calls that the document says need a key."""
    document = client.get("/openapi.json").get_json()
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    locked = {}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for need in filter(None, operation.get("security", [])):
                (locked[path],) = need["key"]
                assert {"401", "403"} <= set(operation["responses"])
                assert f"the scope `{locked[path]}`" in operation["description"]
    return locked


def test_only_administration_needs_a_key_where_none_are_given(classifier: NewsClassifier) -> None:
    client = create_app(Settings(admin_token="t" * 20), ServedModels.of(classifier)).test_client()
    assert _locked(client) == {"/v1/admin/reload": "admin"}
    reload = client.get("/openapi.json").get_json()["paths"]["/v1/admin/reload"]["post"]
    assert {} in reload["security"], "it may be off, and then no key opens it"
    assert client.get("/docs").text.count("Authorization: Bearer KEY") == 1


def test_the_calls_that_need_a_key_are_those_that_refuse_without(classifier: NewsClassifier, tmp_path: Path) -> None:
    keys = {scope: f"a-key-with-the-scope-{scope}" for scope in ("label", "admin")}
    lines = (json.dumps({"name": scope, "sha256": digest_of(keys[scope]), "scopes": [scope]}) for scope in keys)
    (tmp_path / "keys.jsonl").write_text("\n".join(lines), encoding="utf-8")
    client = create_app(Settings(keys=tmp_path / "keys.jsonl"), ServedModels.of(classifier)).test_client()
    locked = _locked(client)
    assert client.get("/docs").text.count("Authorization: Bearer KEY") == len(locked)
    paths = client.get("/openapi.json").get_json()["paths"]
    assert {} not in paths["/v1/admin/reload"]["post"]["security"]
    for path, operations in paths.items():
        (method,) = operations
        assert (client.open(path, method=method.upper()).status_code == 401) is (path in locked), path
        for scope, key in keys.items():
            response = client.open(path, method=method.upper(), headers={"Authorization": f"Bearer {key}"})
            assert (response.status_code == 403) is (locked.get(path, scope) != scope), (path, scope)
