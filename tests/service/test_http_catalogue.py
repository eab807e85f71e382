"""``/v1/labels`` and ``/v1/model`` over a real socket: what the artifact knows about itself, and no more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from model.classifier import NewsClassifier
from service.shapes import Labels, ModelDescription


@pytest.mark.parametrize("path", ["/v1/labels", "/v1/model"])
def test_they_are_given_as_json_only(service: str, path: str) -> None:
    response = requests.get(f"{service}{path}", headers={"Accept": "text/html"}, timeout=30)
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")


def test_every_label_is_listed_with_its_names(service: str, classifier: NewsClassifier) -> None:
    labels = Labels.model_validate_json(requests.get(f"{service}/v1/labels", timeout=30).content)
    for listed, known in (
        (labels.sections, classifier.taxonomy.sections),
        (labels.topics, classifier.taxonomy.topics),
    ):
        assert [(entry.id, entry.name.ar, entry.name.en, entry.iptc) for entry in listed] == [
            (label.id, label.ar, label.en, label.iptc) for label in known
        ]
    thresholds = classifier.decider.long.topic_threshold
    assert [entry.threshold for entry in labels.topics] == [round(float(value), 6) for value in thresholds]
    assert {entry.threshold for entry in labels.sections} == {round(classifier.decider.long.section_threshold, 6)}


def test_labels_have_the_quality_that_was_measured(service: str, artifact: Path) -> None:
    manifest = json.loads((artifact / "manifest.json").read_text("utf-8"))
    labels = Labels.model_validate_json(requests.get(f"{service}/v1/labels", timeout=30).content)
    for kind in ("sections", "topics"):
        rows = {row["label"]: row for row in manifest["per_label"]["whole"][kind]}
        headlines = {row["label"]: row for row in manifest["per_label"]["headline_only"][kind]}
        for place, entry in enumerate(getattr(labels, kind)):
            for quality, row in ((entry, rows[entry.id]), (entry.headline_only, headlines[entry.id])):
                assert (quality.support, quality.precision, quality.recall) == (
                    row["support"],
                    row["precision"],
                    row["recall"],
                )
            assert entry.examples == manifest["support"][kind][place]
            assert entry.support is not None
            assert 0 < entry.support < entry.examples


def test_the_model_card_says_what_was_learned_from_what(service: str, artifact: Path) -> None:
    response = requests.get(f"{service}/v1/model", timeout=30)
    card = ModelDescription.model_validate_json(response.content)
    manifest = json.loads((artifact / "manifest.json").read_text("utf-8"))
    assert (card.created, card.metrics) == (manifest["created"], manifest["metrics"])
    assert [(corpus.name, corpus.articles) for corpus in card.trained_on.corpora] == [("corpus.jsonl", 320)]
    assert card.trained_on.articles["train"] + card.trained_on.articles["test"] == 320
    assert (card.labels.sections, card.labels.topics) == (4, 4)
    assert (card.limits.request_bytes, card.limits.document_bytes, card.limits.batch_documents) == (2**24, 2**20, 256)
    assert str(artifact.parent) not in response.text
