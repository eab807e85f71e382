"""From a Prediction to the JSON of an answer.

The last step of ``api.classify``: by now the labels are chosen, and only their names are added.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from model.classifier import NewsClassifier
from model.explain import Explanation, Explanations
from model.prediction import Prediction, SectionPrediction, TopicPrediction

__all__ = ["answer", "model_card"]

_DECIMALS = 6
"""Digits of a probability: the calibration is good to two or three, and six keep the order of the alternatives."""


def answer(
    identifier: str | None,
    prediction: Prediction,
    warnings: Sequence[dict[str, Any]],
    classifier: NewsClassifier,
    top_k: int,
    explained: Explanations | None = None,
) -> dict[str, Any]:
    """Write what is said about one document.

    Parameters
    ----------
    identifier : str or None
        The client's own id, echoed.
    prediction : Prediction
        As ``selection`` left it.
    warnings : sequence of dict
        What was noticed on the way.
    classifier : NewsClassifier
        The model that made the prediction; knows the names of the labels.
    top_k : int
        Sections listed, the best one included.
    explained : Explanations, optional
        The words that spoke for the section and the topics, where the client asked for them.
    """
    section = None if prediction.section is None else _section(prediction.section, classifier, top_k)
    topics = [_topic(topic, classifier) for topic in prediction.topics]
    if explained is not None:
        if section is not None:
            section["evidence"] = _evidence(explained.sections[section["id"]])
        for topic in topics:
            topic["evidence"] = _evidence(explained.topics[topic["id"]])
    return {
        "id": identifier,
        "model": model_card(classifier),
        "language": {"code": prediction.language.code, "supported": prediction.language.supported},
        "section": section,
        "topics": topics,
        "needs_review": prediction.needs_review,
        "review_reasons": prediction.review_reasons,
        "warnings": warnings,
    }


def model_card(classifier: NewsClassifier) -> dict[str, str]:
    """Say which model is asked: name, version, digest."""
    info = classifier.info
    return {"name": info.name, "version": info.version, "sha256": info.sha256}


def _section(section: SectionPrediction, classifier: NewsClassifier, top_k: int) -> dict[str, Any]:
    """Write the best section and its alternatives, most probable first."""
    return {
        **_named_section(section.id, section.confidence, classifier),
        "decision": section.decision,
        "alternatives": [_named_section(*pair, classifier) for pair in section.alternatives[: top_k - 1]],
    }


def _named_section(identifier: str, confidence: float, classifier: NewsClassifier) -> dict[str, Any]:
    """Write one section with its names."""
    label = classifier.taxonomy.section(identifier)
    return {"id": identifier, "name": {"ar": label.ar, "en": label.en}, "confidence": round(confidence, _DECIMALS)}


def _topic(topic: TopicPrediction, classifier: NewsClassifier) -> dict[str, Any]:
    """Write one topic with its names and its IPTC code, null where it has none."""
    label = classifier.taxonomy.topic(topic.id)
    return {
        "id": topic.id,
        "name": {"ar": label.ar, "en": label.en},
        "confidence": round(topic.confidence, _DECIMALS),
        "threshold": round(topic.threshold, _DECIMALS),
        "iptc": label.iptc,
    }


def _evidence(explanation: Explanation) -> list[dict[str, Any]]:
    """Write the words that spoke for a label, heaviest first."""
    return [word._asdict() | {"weight": round(word.weight, _DECIMALS)} for word in explanation.evidence]
