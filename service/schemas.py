"""What a client may send: the shape of requests, checked strictly.

``api.classify`` validates the bytes of a request against these, ``documents`` and ``selection`` work with the result,
and the OpenAPI document describes them.

Nothing is converted: ``"5"`` is not a number. A field that does not exist is refused rather than ignored, because
``"headlin"`` or ``"exclude_topic"`` would otherwise change the answer silently.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError
from pydantic_core import PydanticCustomError

from service.faults import Fault, faults_of

__all__ = ["MAX_DOCUMENTS", "BatchRequest", "Document", "Options", "RefusedDocument"]

MAX_DOCUMENTS = 256
"""Documents in one batch (the HTTP contract); for more there is a stream."""

_MAX_ID = 200
"""Characters of a client's id, which is echoed: an address or a hash fits."""

_MAX_LABELS = 1000
"""Ids in one filter: far above any taxonomy of a newsroom (IPTC Media Topics has about 1,200 in six levels)."""

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]", re.ASCII)


def _iso_only(value: object) -> object:
    """Let only texts that start as ISO 8601 through: pydantic would take ``"20220923"`` for seconds since 1970."""
    if isinstance(value, str) and _ISO_DATE.match(value):
        return value
    raise PydanticCustomError("not_a_time", "not a time in ISO 8601")


_Time = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_iso_only)]
_Labels = Annotated[list[str], Field(max_length=_MAX_LABELS, fail_fast=True)]


class _Strict(BaseModel):
    """Strict types, no unknown fields, no change after validation."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Options(_Strict):
    """What the client wants to be given. Options filter and cut; they never change a probability."""

    top_k: int = Field(
        default=5,
        ge=1,
        le=100,
        description="Sections listed, the best one included: `alternatives` holds at most `top_k - 1`.",
    )
    min_confidence: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Probability from which a label is given, in place of the model's thresholds: the section is "
        "`accepted` and a topic listed from this probability on. Null: the model's thresholds. "
        "A text that cannot be labelled stays `abstained`.",
    )
    include_sections: _Labels = Field(
        default_factory=list, description="Ids of the only sections to choose from; empty for all."
    )
    include_topics: _Labels = Field(
        default_factory=list, description="Ids of the only topics to be given; empty for all."
    )
    exclude_topics: _Labels = Field(default_factory=list, description="Ids of topics not to be given.")
    explain: bool = Field(default=False, description="Ask for the words that spoke for each topic.")


class Document(_Strict):
    """One story: its fields, or the raw page it stands on. At least one of `headline`, `body`, `page` holds text."""

    id: str | None = Field(default=None, max_length=_MAX_ID, description="The client's own name for the story; echoed.")
    headline: str | None = None
    subheadline: str | None = None
    body: str | None = Field(default=None, description="The text of the story, paragraphs separated by newlines.")
    page: str | None = Field(
        default=None,
        description="The page as a crawler left it, plain text or HTML. Fields given beside it replace those found in "
        "it.",
    )
    published: _Time | None = Field(default=None, description="ISO 8601 with an offset.")
    options: Options | None = Field(default=None, description="In a batch, in place of the batch's options.")


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """A document of a batch that cannot be used, kept in its place so that the others can be answered.

    Attributes
    ----------
    id : str or None
        Its id where it has a usable one.
    faults : tuple of Fault
        What is wrong, pointers within the document.
    """

    id: str | None
    faults: tuple[Fault, ...]


def _document_or_refusal(value: object) -> Document | RefusedDocument:
    """Validate one entry of a batch without letting it spoil the batch."""
    try:
        return Document.model_validate(value)
    except ValidationError as error:
        found = value.get("id") if isinstance(value, dict) else None
        usable = found if isinstance(found, str) and len(found) <= _MAX_ID else None
        return RefusedDocument(usable, faults_of(error))


_Entry = Annotated[Document | RefusedDocument, PlainValidator(_document_or_refusal, json_schema_input_type=Document)]


class BatchRequest(_Strict):
    """Up to 256 stories, answered in their order."""

    documents: list[_Entry] = Field(max_length=MAX_DOCUMENTS)
    options: Options | None = Field(default=None, description="For every document that brings no options of its own.")
