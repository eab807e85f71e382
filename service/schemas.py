"""What a client may send: the shape of requests, checked strictly.

``api.bodies`` validates the bytes of a request against these, ``documents`` and ``selection`` work with the result, and
the OpenAPI document describes them.

Nothing is converted: ``"5"`` is not a number. A field that does not exist is refused rather than ignored, because
``"headlin"`` or ``"exclude_topic"`` would otherwise change the answer silently.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError
from pydantic_core import PydanticCustomError, from_json

from service.faults import faults_of
from service.refusals import RefusedError

__all__ = [
    "MAX_DOCUMENTS",
    "MAX_DOCUMENT_BYTES",
    "MAX_ID",
    "NOT_BLANK",
    "BatchRequest",
    "Document",
    "Options",
    "Page",
    "RefusedDocument",
    "malformed_json",
    "read_line",
    "refusal_of_shape",
    "text_in_one_of",
]

MAX_DOCUMENTS = 256
"""Documents in one batch (the HTTP contract); for more there is a stream."""

MAX_DOCUMENT_BYTES = 2**20
"""All texts of one document in UTF-8, or one line of a stream (the HTTP contract: 1 MiB a document)."""

MAX_ID = 200
"""Characters of a client's id, which is echoed: an address or a hash fits."""

_MAX_LABELS = 1000
"""Ids in one filter: far above any taxonomy of a newsroom (IPTC Media Topics has about 1,200 in six levels)."""

_POSITION = re.compile(r"line (\d+) column (\d+)$", re.ASCII)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]", re.ASCII)


def _iso_only(value: object) -> object:
    """Let only texts that start as ISO 8601 through: pydantic would take ``"20220923"`` for seconds since 1970."""
    if isinstance(value, str) and _ISO_DATE.match(value):
        return value
    raise PydanticCustomError("not_a_time", "not a time in ISO 8601")


def _whole(value: object) -> object:
    """Take 5.0 for 5: JSON does not tell them apart, and some clients write every number with a point."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


_Time = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_iso_only)]
_Whole = Annotated[int, BeforeValidator(_whole)]
_Labels = Annotated[list[str], Field(max_length=_MAX_LABELS, fail_fast=True)]


class _Strict(BaseModel):
    """Strict types, no unknown fields, no change after validation."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Options(_Strict):
    """What the client wants to be given. Options filter and cut; they never change a probability."""

    top_k: _Whole = Field(
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
    explain: bool = Field(
        default=False, description="Ask for the words that spoke for the section and for each topic, as `evidence`."
    )


_Id = Annotated[str | None, Field(max_length=MAX_ID, description="The client's own name for the story; echoed.")]


NOT_BLANK = r"[^\s\u001c-\u001f\u0085]"
"""A text that Python does not call blank, for JSON Schema: to ECMAScript U+0085 and U+001C are no spaces."""


def text_in_one_of(*names: str) -> dict[str, Any]:
    """Write in JSON Schema that one of some fields holds text; that it must is checked by ``documents``."""
    text = {"type": "string", "pattern": NOT_BLANK}
    return {"anyOf": [{"required": [name], "properties": {name: text}} for name in names]}


class Document(_Strict):
    """One story: its fields, or the raw page it stands on. At least one of `headline`, `body`, `page` holds text."""

    model_config = ConfigDict(json_schema_extra=text_in_one_of("headline", "body", "page"))

    id: _Id = None
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


class Page(_Strict):
    """A raw page, plain text or HTML, to be read without being labelled."""

    id: _Id = None
    page: str = Field(description="The page as a crawler left it.", json_schema_extra={"pattern": NOT_BLANK})


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """A document of a batch that cannot be used, kept in its place so that the others can be answered.

    Attributes
    ----------
    id : str or None
        Its id where it has a usable one.
    refusal : RefusedError
        What is wrong, pointers within the document.
    """

    id: str | None
    refusal: RefusedError


def _document_or_refusal(value: object) -> Document | RefusedDocument:
    """Validate one entry of a batch without letting it spoil the batch."""
    try:
        return Document.model_validate(value)
    except ValidationError as error:
        return RefusedDocument(_usable_id(value), refusal_of_shape(error))


def _usable_id(value: object) -> str | None:
    """Find the id of a document of the wrong shape, to be echoed."""
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) and len(found) <= MAX_ID else None


# What is no Document is taken too: it is answered with a problem in its place.
_Entry = Annotated[
    Document | RefusedDocument, PlainValidator(_document_or_refusal, json_schema_input_type=Document | Any)
]


class BatchRequest(_Strict):
    """Up to 256 stories, answered in their order."""

    documents: list[_Entry] = Field(max_length=MAX_DOCUMENTS)
    options: Options | None = Field(default=None, description="For every document that brings no options of its own.")


def read_line(line: bytes, number: int) -> Document | RefusedDocument:
    """Validate one line of a stream without letting it spoil the stream; ``number`` is told where it is not JSON."""
    try:
        return Document.model_validate_json(line)
    except ValidationError as error:
        refusal = refusal_of_shape(error, first_line=number)
        is_json = refusal.code != "malformed_json"
        return RefusedDocument(_usable_id(from_json(line)) if is_json else None, refusal)


def refusal_of_shape(error: ValidationError, *, first_line: int = 1) -> RefusedError:
    """Tell broken JSON, and where it breaks, from JSON of another shape."""
    first = error.errors(include_url=False, include_input=False)[0] if error.error_count() == 1 else None
    if first is not None and first["type"] == "json_invalid":
        return malformed_json(first["msg"], first_line=first_line)
    return RefusedError("invalid_request", *faults_of(error))


def malformed_json(message: str, *, first_line: int = 1) -> RefusedError:
    """Make a refusal of what pydantic's parser says about broken JSON."""
    place = _POSITION.search(message)
    line, column = (int(place[1]), int(place[2])) if place else (1, 0)
    return RefusedError("malformed_json", line=first_line + line - 1, column=column)
