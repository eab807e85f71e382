"""What an operator asks: is it alive, is it ready, and what is running.

Probes answer whatever the ``Accept`` header says: a load balancer must not take a server out over a header.
"""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from service.answers import model_card
from service.api.bodies import json_response
from service.api.documentation import any_problem, problem_responses
from service.api.negotiation import require_accepted
from service.served import ServedModels
from service.shapes import Liveness, Readiness, Versions

__all__ = ["operations_api"]


def operations_api(served: ServedModels) -> APIBlueprint:
    """Make the routes that tell how the service is."""
    tag = Tag(name="operations", description="For whoever runs it.")
    api = APIBlueprint("operations", __name__, abp_tags=[tag], abp_responses=any_problem())

    @api.get("/livez", summary="Alive", responses={200: Liveness})
    def livez() -> Response:
        """Say that the process runs; a supervisor restarts one that does not answer."""
        return json_response({"status": "alive"})

    @api.get("/readyz", summary="Ready to label", responses={200: Readiness, **problem_responses(503)})
    def readyz() -> Response:
        """Say that the model has loaded and answered a warm-up; a load balancer sends nothing before."""
        return json_response({"status": "ready", "model": model_card(served.require())})

    @api.get("/version", summary="Versions", responses={200: Versions, **problem_responses(406)})
    def versions() -> Response:
        """Say what is running."""
        require_accepted(request.environ)
        model = None if served.classifier is None else model_card(served.classifier)
        return json_response({"tabwib": _version(), "python": platform.python_version(), "model": model})

    return api


def _version() -> str:
    """Find the version of the installed distribution; a bare source tree has none."""
    try:
        return version("tabwib")
    except PackageNotFoundError:
        return "unknown"
