"""The shape of what the service answers, for the OpenAPI document.

``answers`` and ``refusals`` write plain dictionaries because that is faster; the tests hold every kind of answer
against these models, so that the document cannot drift away from what is sent.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from model.prediction import Decision, ReviewReason

__all__ = [
    "Answer",
    "BatchAnswer",
    "Extraction",
    "Labels",
    "Liveness",
    "ModelDescription",
    "Problem",
    "Readiness",
    "Reloaded",
    "Versions",
]

_Time = Annotated[AwareDatetime, Field(strict=False)]
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


class Evidence(_Shape):
    """A word that spoke for a label: code points `start` to `end` of a text that was sent.

    `weight` is what it adds to the log-odds of a topic, or to the exponent of a section's share.
    """

    field: Literal["headline", "subheadline", "body", "page"]
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=1)]
    text: str
    weight: Annotated[float, Field(ge=0)]


class Alternative(_Shape):
    """Another section with its probability."""

    id: str
    name: Name
    confidence: _Probability


class Section(Alternative):
    """The best section, and what else it might have been, most probable first."""

    decision: Decision
    alternatives: list[Alternative]
    evidence: list[Evidence] = Field(default=[], description="With the option `explain`: heaviest first.")


class Topic(_Shape):
    """A topic that is given: its probability reaches its threshold."""

    id: str
    name: Name
    confidence: _Probability
    threshold: _Probability
    iptc: str | None
    evidence: list[Evidence] = Field(default=[], description="With the option `explain`: heaviest first.")


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


class Reloaded(_Shape):
    """The models that answer from now on, by name."""

    models: dict[str, ModelCard]


class Versions(_Shape):
    """What is running; `model` is null where there is none."""

    tabwib: str
    python: str
    model: ModelCard | None


class _Quality(_Shape):
    """How well a label is given, on articles that were held out: null where it was not measured.

    `support`: articles that have the label; `precision`: share right of those given it, null where none was;
    `recall`: share found of those that have it.
    """

    support: Annotated[int, Field(ge=0)] | None
    precision: _Probability | None
    recall: _Probability | None


class LabelEntry(_Quality):
    """A section or a topic.

    `threshold` is the probability from which a section is accepted or a topic given, `short_threshold` that for texts
    of at most 20 words; null where no probability is enough. `examples`: articles it was learned from.
    """

    id: str
    name: Name
    definition: str | None
    iptc: str | None
    threshold: float | None
    short_threshold: float | None
    examples: Annotated[int, Field(ge=0)] | None
    headline_only: _Quality


class Labels(_Shape):
    """Everything that the model can give."""

    model: ModelCard
    sections: list[LabelEntry]
    topics: list[LabelEntry]


class LabelCounts(_Shape):
    """How many labels a model has."""

    sections: int
    topics: int


class CorpusCard(_Shape):
    """A corpus that a model was learned from."""

    name: str
    sha256: str | None
    articles: int


class TrainingCard(_Shape):
    """What a model was learned from: corpora, articles by part and by source, versions of libraries."""

    corpora: list[CorpusCard]
    articles: dict[str, int]
    sources: dict[str, int]
    versions: dict[str, str]


class Limits(_Shape):
    """What this server takes at most."""

    request_bytes: int
    document_bytes: int
    batch_documents: int
    id_characters: int


class ModelDescription(ModelCard):
    """The model card. `metrics` are those of `training.evaluate --json` on the articles that were held out."""

    created: str
    labels: LabelCounts
    trained_on: TrainingCard
    metrics: dict[str, Any] | None
    warnings: list[str]
    limits: Limits


class PageFields(_Shape):
    """What was found on a page; null is what was not. Section and topics are those printed on it."""

    headline: str | None
    subheadline: str | None
    body: str | None
    captions: list[str]
    section: str | None
    topics: list[str]
    published: _Time | None
    updated: _Time | None
    language: str | None
    url: str | None
    source: str | None


class RemovedPiece(_Shape):
    """Something on the page that is no part of the story."""

    kind: str
    text: str


class PageRemark(_Shape):
    """Something on the page that was seen but could not be used."""

    code: str
    detail: str


class Extraction(_Shape):
    """A page, read."""

    id: str | None
    fields: PageFields
    removed: list[RemovedPiece]
    warnings: list[PageRemark]
