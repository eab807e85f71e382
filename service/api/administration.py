"""What an operator does while the service runs: load the models again, and read the metrics."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from service import metrics
from service.answers import model_card
from service.api.bodies import json_response
from service.api.documentation import any_problem, problem_responses
from service.faults import Fault
from service.keys import ADMIN, KeyRing
from service.refusals import RefusedError
from service.served import ServedModels
from service.shapes import Reloaded

__all__ = ["administration_api"]


def administration_api(served: ServedModels, reload: Callable[[], str], keys: KeyRing) -> APIBlueprint:
    """Make the routes of administration.

    Parameters
    ----------
    served : ServedModels
    reload : callable
        Replaces the models in every worker; returns the code of the problem that kept it from doing so, or nothing.
    keys : KeyRing
    """
    tag = Tag(name="administration", description="For whoever runs it; needs a bearer token of its own.")
    api = APIBlueprint("administration", __name__, abp_tags=[tag], abp_responses=any_problem())
    exposition = {"text/plain": {"schema": {"type": "string"}}}

    @api.post(
        "/v1/admin/reload",
        operation_id="reload",
        summary="Load the models again",
        responses={200: Reloaded, **problem_responses(401, 403, 409)},
    )
    def reload_models() -> Response:
        """Load and verify the artifacts, and replace all models at once. If one fails, those before keep answering.

        Answered when every worker has followed.
        """
        keys.require(request.environ, ADMIN)
        if problem := reload():
            raise RefusedError("not_reloaded", Fault(problem))
        return json_response({"models": {name: model_card(model) for name, model in served.loaded.items()}})

    @api.get(
        "/metrics",
        operation_id="metrics",
        summary="Metrics for Prometheus",
        responses={
            200: {"description": "Prometheus's text format", "content": exposition},
            **problem_responses(401, 403),
        },
    )
    def show_metrics() -> Response:
        """Give what the workers have counted together. Where labelling needs a key, this needs an admin's."""
        if keys.asks_everybody:
            keys.require(request.environ, ADMIN)
        return Response(metrics.exposition(served.loaded), content_type=metrics.CONTENT_TYPE)

    return api
