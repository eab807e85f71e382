"""Probes and versions over a real socket."""

from __future__ import annotations

import platform

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
