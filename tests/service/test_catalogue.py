"""What is told about a model whose manifest is older, poorer or odder than today's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from model.classifier import NewsClassifier
from service.catalogue import describe_labels, describe_model


@pytest.mark.parametrize("odd", [None, 5, [], {"whole": 5}, {"whole": {"sections": [{"label": 5}]}}, {"sections": {}}])
def test_what_the_manifest_does_not_say_is_null(classifier: NewsClassifier, odd: Any) -> None:
    parts = dict.fromkeys(("per_label", "support", "provenance", "metrics", "warnings"), odd)
    poor = replace(classifier, manifest={**classifier.manifest, **parts})
    labels = describe_labels(poor)
    for entry in (*labels["sections"], *labels["topics"]):
        assert (entry["support"], entry["precision"], entry["recall"], entry["examples"]) == (None,) * 4
        assert entry["headline_only"] == {"support": None, "precision": None, "recall": None}
    card = describe_model(poor, {})
    assert card["trained_on"]["corpora"] == card["warnings"] == []
    assert card["metrics"] is None or card["metrics"] is odd


def test_nothing_is_told_of_the_trainers_folders(classifier: NewsClassifier) -> None:
    corpora = [
        {"source": source, "rows": 1, "sha256": None} for source in ("/srv/news/a.csv", "../b.parquet", "hf:owner/name")
    ]
    told = describe_model(replace(classifier, manifest={**classifier.manifest, "provenance": {"corpora": corpora}}), {})
    assert [corpus["name"] for corpus in told["trained_on"]["corpora"]] == ["a.csv", "b.parquet", "hf:owner/name"]
