"""What is known about a model: its labels with their quality, and its card.

``api.catalogue`` answers with it. The figures come from the artifact's manifest, where ``training`` wrote them; a model
whose manifest does not hold them, or not as expected, is served without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, TypeVar

import msgspec

from model.classifier import NewsClassifier
from model.taxonomy import Section, Topic
from service.answers import model_card

__all__ = ["describe_labels", "describe_model"]

_DECIMALS = 6


class _Row(msgspec.Struct):
    """One label as it was measured."""

    label: str
    support: int
    precision: float | None = None
    recall: float | None = None


class _View(msgspec.Struct):
    """All labels, measured on whole articles or on headlines alone."""

    sections: list[_Row] = []
    topics: list[_Row] = []


class _PerLabel(msgspec.Struct):
    """``per_label`` of a manifest."""

    whole: _View = msgspec.field(default_factory=_View)
    headline_only: _View | None = None


class _Support(msgspec.Struct):
    """``support`` of a manifest: articles that each label was learned from, in the order of the labels."""

    sections: list[int] = []
    topics: list[int] = []


class _Corpus(msgspec.Struct):
    """One of ``provenance.corpora`` of a manifest."""

    source: str
    rows: int
    sha256: str | None = None


class _Provenance(msgspec.Struct):
    """``provenance`` of a manifest."""

    corpora: list[_Corpus] = []
    split: dict[str, int] = {}
    sources: dict[str, int] = {}
    versions: dict[str, str] = {}


_Part = TypeVar("_Part", bound=msgspec.Struct)


def _part(manifest: Mapping[str, Any], name: str, shape: type[_Part]) -> _Part:
    """Take one part of a manifest; an empty one where it is missing or of another shape."""
    try:
        return msgspec.convert(manifest.get(name, {}), shape)
    except msgspec.ValidationError:
        return shape()


def describe_labels(classifier: NewsClassifier) -> dict[str, Any]:
    """List sections and topics with their names, thresholds and measured quality."""
    taxonomy, decider = classifier.taxonomy, classifier.decider
    measured = _part(classifier.manifest, "per_label", _PerLabel)
    examples = _part(classifier.manifest, "support", _Support)
    headlines = measured.headline_only or _View()
    section = {"threshold": decider.long.reachable_threshold, "short_threshold": decider.short.reachable_threshold}
    topics = zip(decider.long.topic_threshold.tolist(), decider.short.topic_threshold.tolist(), strict=True)
    return {
        "model": model_card(classifier),
        "sections": _labels(
            taxonomy.sections,
            [section] * len(taxonomy.sections),
            examples.sections,
            (measured.whole.sections, headlines.sections),
        ),
        "topics": _labels(
            taxonomy.topics,
            [{"threshold": long, "short_threshold": short} for long, short in topics],
            examples.topics,
            (measured.whole.topics, headlines.topics),
        ),
    }


def _labels(
    labels: Sequence[Section | Topic],
    thresholds: list[dict[str, float | None]],
    examples: list[int],
    measured: tuple[list[_Row], list[_Row]],
) -> list[dict[str, Any]]:
    whole, headlines = ({row.label: row for row in rows} for rows in measured)
    return [
        {
            "id": label.id,
            "name": {"ar": label.ar, "en": label.en},
            "definition": label.definition or None,
            "iptc": label.iptc,
            **{name: None if value is None else round(value, _DECIMALS) for name, value in limits.items()},
            "examples": examples[place] if place < len(examples) else None,
            **_quality(whole.get(label.id)),
            "headline_only": _quality(headlines.get(label.id)),
        }
        for place, (label, limits) in enumerate(zip(labels, thresholds, strict=True))
    ]


def _quality(row: _Row | None) -> dict[str, Any]:
    if row is None:
        return {"support": None, "precision": None, "recall": None}
    return {"support": row.support, "precision": row.precision, "recall": row.recall}


def describe_model(classifier: NewsClassifier, limits: Mapping[str, int]) -> dict[str, Any]:
    """Write the model card.

    Parameters
    ----------
    classifier : NewsClassifier
    limits : mapping of str to int
        What this server takes.
    """
    manifest = classifier.manifest
    provenance = _part(manifest, "provenance", _Provenance)
    metrics, warnings = manifest.get("metrics"), manifest.get("warnings")
    return {
        **model_card(classifier),
        "created": str(manifest["created"]),
        "labels": {"sections": len(classifier.taxonomy.sections), "topics": len(classifier.taxonomy.topics)},
        "trained_on": {
            "corpora": [
                {"name": _corpus_name(corpus.source), "sha256": corpus.sha256, "articles": corpus.rows}
                for corpus in provenance.corpora
            ],
            "articles": provenance.split,
            "sources": provenance.sources,
            "versions": provenance.versions,
        },
        "metrics": metrics if isinstance(metrics, dict) else None,
        "warnings": [text for text in warnings if isinstance(text, str)] if isinstance(warnings, list) else [],
        "limits": limits,
    }


def _corpus_name(source: str) -> str:
    """Name a corpus without the folder it lay in, which is the trainer's; ``hf:owner/name`` is a name."""
    return source if source.startswith("hf:") else PurePath(source).name
