"""``GET /v1/labels`` and ``GET /v1/model``: what the model can say, how well, and where it comes from."""

from __future__ import annotations

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from service.api.bodies import MAX_REQUEST_BYTES, json_response
from service.api.documentation import any_problem, problem_responses
from service.api.negotiation import model_wanted, require_accepted
from service.catalogue import describe_labels, describe_model
from service.schemas import MAX_DOCUMENT_BYTES, MAX_DOCUMENTS, MAX_ID
from service.served import ServedModels
from service.shapes import Labels, ModelDescription

__all__ = ["catalogue_api"]

_LIMITS = {
    "request_bytes": MAX_REQUEST_BYTES,
    "document_bytes": MAX_DOCUMENT_BYTES,
    "batch_documents": MAX_DOCUMENTS,
    "id_characters": MAX_ID,
}


def catalogue_api(served: ServedModels) -> APIBlueprint:
    """Make the routes that tell about the model."""
    tag = Tag(name="catalogue", description="What the model can say, and how well.")
    api = APIBlueprint("catalogue", __name__, abp_tags=[tag], abp_responses=any_problem())
    problems = problem_responses(406, 503)

    @api.get("/v1/labels", operation_id="labels", summary="Sections and topics", responses={200: Labels, **problems})
    def labels() -> Response:
        """List every label with its names, IPTC code, thresholds, and its quality as measured when it was learned."""
        require_accepted(request.environ)
        return json_response(describe_labels(served.require(model_wanted(request.environ))))

    @api.get("/v1/model", operation_id="model", summary="Model card", responses={200: ModelDescription, **problems})
    def model() -> Response:
        """Say which model answers, what it was learned from, how well it does, and what this server takes."""
        require_accepted(request.environ)
        return json_response(describe_model(served.require(model_wanted(request.environ)), _LIMITS))

    return api
