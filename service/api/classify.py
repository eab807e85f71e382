"""``POST /v1/classify`` and ``POST /v1/classify/batch``: stories in, sections and topics out.

The views are plain: pydantic validates the bytes and msgspec writes the answer, which costs less than flask-openapi3's
own parsing and tells malformed JSON (400) from the wrong shape (422). Their request bodies are declared to the OpenAPI
document by ``documentation.takes``.
"""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from service.api.documentation import any_problem, problem_responses, takes
from service.api.requests import json_body, json_response, require_json_accepted
from service.labelling import label, label_batch
from service.schemas import BatchRequest, Document
from service.served import ServedModel
from service.shapes import Answer, BatchAnswer

__all__ = ["classify_api"]


def classify_api(served: ServedModel) -> APIBlueprint:
    """Make the routes that label stories."""
    tag = Tag(name="classify", description="Sections and topics.")
    api = APIBlueprint("classify", __name__, abp_tags=[tag], abp_responses=any_problem())
    problems = problem_responses(400, 406, 413, 415, 422, 503)

    @api.post(
        "/v1/classify",
        operation_id="classify",
        summary="Label one story",
        responses={200: Answer, **problems},
        openapi_extensions=takes(api, Document),
    )
    def classify() -> Response:
        """Label one story. Text that cannot be labelled is an answer, with the decision `abstained`."""
        require_json_accepted()
        classifier = served.require()
        return json_response(label(json_body(Document), classifier))

    @api.post(
        "/v1/classify/batch",
        operation_id="classifyBatch",
        summary="Label up to 256 stories",
        responses={200: BatchAnswer, **problems},
        openapi_extensions=takes(api, BatchRequest),
    )
    def classify_batch() -> Response:
        """Label several stories in one call. One that fails carries its own problem; the rest are answered."""
        require_json_accepted()
        classifier = served.require()
        return json_response({"results": label_batch(json_body(BatchRequest), classifier)})

    return api
