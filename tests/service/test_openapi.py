"""The OpenAPI document and its page over a real socket: true, whole, and free of other hosts."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

ADDRESSES = {"/v1/classify", "/v1/classify/batch", "/v1/extract", "/v1/labels", "/v1/model"}
STORY_TYPES = {"application/json", "text/plain", "text/html", "application/ld+json"}


@pytest.fixture(scope="module")
def document(service: str) -> dict[str, Any]:
    content: dict[str, Any] = requests.get(f"{service}/openapi.json", timeout=30).json()
    return content


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(reference := value.get("$ref"), str):
            yield reference
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) >= {*ADDRESSES, "/livez", "/readyz", "/version"}


def test_every_reference_of_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(_references(document))
    assert references
    for reference in references:
        part: Any = document
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]


@pytest.mark.parametrize(
    ("path", "schema", "taken", "given", "statuses"),
    [
        ("/v1/classify", "Document", STORY_TYPES, {"application/json"}, "503"),
        (
            "/v1/classify/batch",
            "BatchRequest",
            {"application/json", "application/x-ndjson"},
            {"application/json", "application/x-ndjson"},
            "503",
        ),
        ("/v1/extract", "Page", STORY_TYPES, {"application/json"}, ""),
    ],
)
def test_the_document_says_what_is_taken_and_given(
    document: dict[str, Any], path: str, schema: str, taken: set[str], given: set[str], statuses: str
) -> None:
    operation = document["paths"][path]["post"]
    content = operation["requestBody"]["content"]
    assert set(content) == taken
    assert content["application/json"]["schema"]["$ref"] == f"#/components/schemas/{schema}"
    assert set(operation["responses"]["200"]["content"]) == given
    for status in ("400", "406", "413", "415", "422", "default", *statuses.split()):
        assert set(operation["responses"][status]["content"]) == {"application/problem+json"}


def test_the_document_describes_every_field_of_a_request(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    fields = {"id", "headline", "subheadline", "body", "page", "published", "options"}
    assert set(schemas["Document"]["properties"]) == fields
    assert schemas["Document"]["additionalProperties"] is False
    documents = schemas["BatchRequest"]["properties"]["documents"]
    assert {"$ref": "#/components/schemas/Document"} in documents["items"]["anyOf"]
    assert documents["maxItems"] == 256
    assert schemas["Options"]["properties"]["top_k"]["default"] == 5


def test_the_document_names_the_labels_of_the_model(document: dict[str, Any]) -> None:
    options = document["components"]["schemas"]["Options"]["properties"]
    assert options["include_sections"]["items"]["enum"] == ["news", "economy", "sport", "health"]
    for name in ("include_topics", "exclude_topics"):
        assert set(options[name]["items"]["enum"]) == {"russia-ukraine", "markets", "football", "heart"}


def test_descriptions_are_text(document: dict[str, Any]) -> None:
    assert "<br" not in json.dumps(document)
    assert "\n\n" in document["paths"]["/v1/classify"]["post"]["description"]


def test_the_document_names_no_other_host(document: dict[str, Any]) -> None:
    assert "://" not in json.dumps(document)


def test_the_page_of_the_document_needs_nothing_from_elsewhere(service: str, document: dict[str, Any]) -> None:
    response = requests.get(f"{service}/docs", headers={"Accept": "text/html"}, timeout=30)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    page = response.text
    for path in document["paths"]:
        assert path in page
    for name in document["components"]["schemas"]:
        assert f'id="{name}"' in page
    assert not re.search("<script|<link|<img|://| style=| on[a-z]+=", page)
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert policy.count("default-src") == 1  # two policies would both hold, and the stricter one takes the style away


def test_the_page_is_not_given_to_those_who_want_json(service: str) -> None:
    response = requests.get(f"{service}/docs", headers={"Accept": "application/json"}, timeout=30)
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")


def test_schemathesis_finds_nothing(service: str, tmp_path: Path) -> None:
    """Thousands of requests made from the document, right and wrong ones, held against what it promises."""
    command = ["-m", "schemathesis.cli", "run", f"{service}/openapi.json", "--phases", "coverage,fuzzing"]
    command += ["--max-examples", "12", "--seed", "1", "--generation-database", "none", "--no-color"]
    done = subprocess.run(
        [sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert re.search(r"[1-9]\d{2,} generated", done.stdout), done.stdout[-2000:]
