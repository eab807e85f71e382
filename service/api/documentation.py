"""What flask-openapi3 is told about routes that it does not parse itself.

Used by the route files of ``service.api``; the result is ``/openapi.json``.
"""

from __future__ import annotations

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models import OPENAPI3_REF_PREFIX, OPENAPI3_REF_TEMPLATE
from flask_openapi3.models.schema import Schema
from flask_openapi3.types import ResponseDict
from pydantic import BaseModel

from service.problems import PROBLEMS
from service.shapes import Problem

__all__ = ["any_problem", "problem_responses", "takes"]


def takes(api: APIBlueprint, body: type[BaseModel]) -> dict[str, Any]:
    """Declare a JSON request body; give the result to a route as ``openapi_extensions``.

    flask-openapi3 would parse a body declared by annotation, and it cannot tell malformed JSON from a wrong shape.
    """
    schema = body.model_json_schema(ref_template=OPENAPI3_REF_TEMPLATE)
    for name, definition in {**schema.pop("$defs", {}), body.__name__: schema}.items():
        api.components_schemas[name] = Schema(**definition)
    content = {"application/json": {"schema": {"$ref": f"{OPENAPI3_REF_PREFIX}/{body.__name__}"}}}
    return {"requestBody": {"content": content, "required": True}}


def problem_responses(*statuses: int) -> ResponseDict:
    """Declare the problems a route may answer with, by status, naming their codes."""
    return {
        status: _problem(" · ".join(code for code, kind in PROBLEMS.items() if kind.status == status))
        for status in statuses
    }


def any_problem() -> ResponseDict:
    """Declare that any other answer of any route is a problem too."""
    return {"default": _problem("Any other problem")}


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": f"{OPENAPI3_REF_PREFIX}/{Problem.__name__}"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}
