"""``POST /v1/classify`` and ``POST /v1/classify/batch``: stories in, sections and topics out.

The views are plain: pydantic validates the bytes and msgspec writes the answer, which costs less than flask-openapi3's
own parsing and tells malformed JSON (400) from the wrong shape (422). Their request bodies are declared to the OpenAPI
document by ``documentation.takes``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from model.classifier import NewsClassifier
from service.api.bodies import announced_length, any_json, json_body, json_response, text_body
from service.api.documentation import STREAM, any_problem, gives, problem_responses, takes
from service.api.lines import Line, line_groups
from service.api.negotiation import JSON, JSON_LD, NDJSON, model_wanted, require_accepted, sent_as
from service.documents import page_of_json_ld, page_of_text, reading_of
from service.labelling import label, label_all, label_batch, label_reading
from service.refusals import RefusedError, caller_of
from service.schemas import MAX_DOCUMENT_BYTES, BatchRequest, Document, RefusedDocument, read_line
from service.served import ServedModels
from service.shapes import Answer, BatchAnswer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["answer_story", "classify_api"]

_STORY_TYPES = (JSON, "text/plain", "text/html", JSON_LD)
_BATCH_TYPES = (JSON, NDJSON)


def classify_api(served: ServedModels) -> APIBlueprint:
    """Make the routes that label stories."""
    tag = Tag(name="classify", description="Sections and topics.")
    api = APIBlueprint("classify", __name__, abp_tags=[tag], abp_responses=any_problem())
    problems = problem_responses(400, 406, 413, 415, 422, 503)

    @api.post(
        "/v1/classify",
        operation_id="classify",
        summary="Label one story",
        responses={200: Answer, **problems},
        openapi_extensions=takes(api, Document, *_STORY_TYPES),
    )
    def classify() -> Response:
        """Label one story. Text that cannot be labelled is an answer, with the decision `abstained`.

        As `text/plain`, a headline, a body or a page as crawled; as `text/html`, a page; as `application/ld+json`, a
        NewsArticle of schema.org.
        """
        return json_response(answer_story(request.environ, served))

    @api.post(
        "/v1/classify/batch",
        operation_id="classifyBatch",
        summary="Label up to 256 stories, or a stream of them",
        responses={200: gives(api, {JSON: BatchAnswer, NDJSON: STREAM}), **problems},
        openapi_extensions=takes(api, BatchRequest, *_BATCH_TYPES),
    )
    def classify_batch() -> Response:
        """Label several stories in one call. One that fails carries its own problem; the rest are answered.

        As `application/x-ndjson`, one document a line and one answer a line, in their order and as they come: any
        number of them. Read the answers while you send: a server whose answers nobody takes stops reading.
        """
        environ = request.environ
        media_type, _ = sent_as(environ, _BATCH_TYPES)
        require_accepted(environ, media_type)
        classifier = served.require(model_wanted(environ))
        if media_type == NDJSON:
            return Response(_answer_lines(environ, classifier), mimetype=NDJSON)
        batch = json_body(environ, BatchRequest)
        return json_response({"results": label_batch(batch, classifier, caller_of(environ))})

    return api


def answer_story(environ: WSGIEnvironment, served: ServedModels) -> dict[str, Any]:
    """Answer ``POST /v1/classify``; needs no request context of Flask's.

    Raises
    ------
    RefusedError, InputError
        If there is no answer.
    """
    require_accepted(environ)
    media_type, charset = sent_as(environ, _STORY_TYPES)
    classifier = served.require(model_wanted(environ))
    if media_type == JSON:
        return label(json_body(environ, Document), classifier)
    page = page_of_json_ld(any_json(environ)) if media_type == JSON_LD else page_of_text(text_body(environ, charset))
    return label_reading(reading_of(page), classifier)


def _answer_lines(environ: WSGIEnvironment, classifier: NewsClassifier) -> Iterator[bytes]:
    """Answer the lines of a stream as they come."""
    caller, encoder = caller_of(environ), msgspec.json.Encoder()
    announced = announced_length(environ) is not None
    for group in line_groups(environ["wsgi.input"].read, announced=announced, limit=MAX_DOCUMENT_BYTES):
        documents = [_document_of(line) for line in group]
        yield encoder.encode_lines(label_all(documents, classifier, caller))


def _document_of(line: Line) -> Document | RefusedDocument:
    """Read one line; one that is too long is refused in its place."""
    if line.content is None:
        return RefusedDocument(None, RefusedError("too_long"))
    return read_line(line.content, line.number)
