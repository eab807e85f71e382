"""Probes, versions and the OpenAPI document over a real socket."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from model.classifier import NewsClassifier
from service.shapes import Liveness, Readiness, Versions


def test_it_is_alive(service: str) -> None:
    response = requests.get(f"{service}/livez", timeout=30)
    assert response.status_code == 200
    Liveness.model_validate_json(response.content)


def test_it_is_ready_with_its_model(service: str, classifier: NewsClassifier) -> None:
    response = requests.get(f"{service}/readyz", timeout=30)
    assert response.status_code == 200
    assert Readiness.model_validate_json(response.content).model.sha256 == classifier.info.sha256


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_answer_whatever_is_accepted(service: str, path: str) -> None:
    assert requests.get(f"{service}{path}", headers={"Accept": "text/html"}, timeout=30).status_code == 200
    assert requests.head(f"{service}{path}", timeout=30).status_code == 200


def test_versions_are_told(service: str, classifier: NewsClassifier) -> None:
    versions = Versions.model_validate_json(requests.get(f"{service}/version", timeout=30).content)
    assert versions.python == platform.python_version()
    assert versions.model is not None
    assert versions.model.version == classifier.info.version


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(reference := value.get("$ref"), str):
            yield reference
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


@pytest.fixture(scope="module")
def document(service: str) -> dict[str, Any]:
    content: dict[str, Any] = requests.get(f"{service}/openapi.json", timeout=30).json()
    return content


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {"/v1/classify", "/v1/classify/batch", "/livez", "/readyz", "/version"}


def test_every_reference_of_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(_references(document))
    assert references
    for reference in references:
        part: Any = document
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]


@pytest.mark.parametrize(("path", "schema"), [("/v1/classify", "Document"), ("/v1/classify/batch", "BatchRequest")])
def test_the_document_says_what_is_taken_and_given(document: dict[str, Any], path: str, schema: str) -> None:
    operation = document["paths"][path]["post"]
    taken = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert taken == f"#/components/schemas/{schema}"
    assert set(operation["responses"]) == {"200", "400", "406", "413", "415", "422", "503", "default"}
    for status in ("400", "406", "413", "415", "422", "503", "default"):
        assert set(operation["responses"][status]["content"]) == {"application/problem+json"}


def test_the_document_describes_every_field_of_a_request(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    fields = {"id", "headline", "subheadline", "body", "page", "published", "options"}
    assert set(schemas["Document"]["properties"]) == fields
    assert schemas["Document"]["additionalProperties"] is False
    assert schemas["BatchRequest"]["properties"]["documents"]["items"] == {"$ref": "#/components/schemas/Document"}
    assert schemas["BatchRequest"]["properties"]["documents"]["maxItems"] == 256
    assert schemas["Options"]["properties"]["top_k"]["default"] == 5


def test_the_document_names_no_other_host(document: dict[str, Any]) -> None:
    assert "://" not in json.dumps(document)
