"""The shape of what the service answers, for the OpenAPI document.

``answers`` and ``refusals`` write plain dictionaries because that is faster; the tests hold every kind of answer
against these models, so that the document cannot drift away from what is sent.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from model.prediction import Decision, ReviewReason

__all__ = ["Answer", "BatchAnswer", "Liveness", "Problem", "Readiness", "Versions"]

_Probability = Annotated[float, Field(ge=0, le=1)]


class _Shape(BaseModel):
    """Exactly these members, of exactly these types."""

    model_config = ConfigDict(strict=True, extra="forbid")


class ModelCard(_Shape):
    """The model that answered."""

    name: str
    version: str
    sha256: str


class Language(_Shape):
    """The language of the text, as a BCP 47 code, and whether the model can label it."""

    code: str
    supported: bool


class Name(_Shape):
    """The name of a label for people."""

    ar: str
    en: str


class Alternative(_Shape):
    """Another section with its probability."""

    id: str
    name: Name
    confidence: _Probability


class Section(Alternative):
    """The best section, and what else it might have been, most probable first."""

    decision: Decision
    alternatives: list[Alternative]


class Topic(_Shape):
    """A topic that is given: its probability reaches its threshold."""

    id: str
    name: Name
    confidence: _Probability
    threshold: _Probability
    iptc: str | None


class AnswerWarning(_Shape):
    """Something noticed on the way that did not keep the document from being labelled."""

    code: str
    count: int | None = None
    detail: str | None = None


class Answer(_Shape):
    """What the model says about one document. A null section: the model has none, or none of those asked for."""

    id: str | None
    model: ModelCard
    language: Language
    section: Section | None
    topics: list[Topic]
    needs_review: bool
    review_reasons: list[ReviewReason]
    warnings: list[AnswerWarning]


class Fault(_Shape):
    """One thing that is wrong: where (JSON pointer as a URI fragment), which, and in words."""

    pointer: str
    code: str
    detail: str


class Problem(_Shape):
    """An RFC 9457 problem; `title` and `detail` follow `Accept-Language` (ar, en)."""

    type: str
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    code: str
    request_id: str
    errors: list[Fault]


class RefusedEntry(_Shape):
    """A document of a batch that could not be labelled; the others are."""

    id: str | None
    problem: Problem


class BatchAnswer(_Shape):
    """An answer or a problem for each document, in their order."""

    results: list[Answer | RefusedEntry]


class Liveness(_Shape):
    """The process runs."""

    status: str


class Readiness(_Shape):
    """The model answers."""

    status: str
    model: ModelCard


class Versions(_Shape):
    """What is running; `model` is null where there is none."""

    tabwib: str
    python: str
    model: ModelCard | None
