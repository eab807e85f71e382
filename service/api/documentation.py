"""What flask-openapi3 is told about routes that it does not parse itself.

Used by the route files of ``service.api``; the result is ``/openapi.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models import OPENAPI3_REF_PREFIX, OPENAPI3_REF_TEMPLATE
from flask_openapi3.models.schema import Schema
from flask_openapi3.types import ResponseDict
from pydantic import BaseModel

from service.api.negotiation import JSON, JSON_LD, NDJSON
from service.problems import PROBLEMS
from service.schemas import NOT_BLANK, text_in_one_of
from service.shapes import Problem

__all__ = ["STREAM", "any_problem", "gives", "problem_responses", "takes"]

_TEXT = {"type": "string", "pattern": NOT_BLANK}
_NEWS_ARTICLE = {
    "type": "object",
    "description": "An article of schema.org. Lists of nodes, `@graph` and nested nodes are read too; so are other "
    "types of article, and what is written as a list or as a node with a name.",
    "properties": {
        "@type": {"enum": ["NewsArticle", "Article", "BlogPosting"]},
        "alternativeHeadline": {},
        "datePublished": {},
    },
    "required": ["@type"],
    **text_in_one_of("headline", "name", "articleBody"),
}
STREAM = {"type": "string", "description": "One JSON value a line."}
"""Schema of newline-delimited JSON, for which OpenAPI 3.1 has no words."""

_SCHEMAS: Mapping[str, dict[str, Any]] = {
    "text/plain": {**_TEXT, "description": "A headline, a body, or a page as crawled."},
    "text/html": {"pattern": NOT_BLANK, "description": "A page."},  # no type: whatever is sent is a text
    JSON_LD: _NEWS_ARTICLE,
    NDJSON: STREAM,
}
"""Media type -> schema of what is sent as it, but for JSON, whose schema depends on the route."""


def takes(api: APIBlueprint, body: type[BaseModel], *media_types: str) -> dict[str, Any]:
    """Declare a request body; give the result to a route as ``openapi_extensions``.

    flask-openapi3 would parse a body declared by annotation, and it cannot tell malformed JSON from a wrong shape.
    """
    json_schema = _reference(api, body, mode="validation")
    content = {name: {"schema": json_schema if name == JSON else _SCHEMAS[name]} for name in media_types}
    return {"requestBody": {"content": content, "required": True}}


def gives(api: APIBlueprint, contents: Mapping[str, type[BaseModel] | dict[str, Any]]) -> dict[str, Any]:
    """Declare an answer that has several media types, each with its model or its schema."""
    schemas = {
        name: shape if isinstance(shape, dict) else _reference(api, shape, mode="serialization")
        for name, shape in contents.items()
    }
    return {"description": "OK", "content": {name: {"schema": schema} for name, schema in schemas.items()}}


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


def _reference(api: APIBlueprint, model: type[BaseModel], *, mode: Any) -> dict[str, str]:
    """Put the schema of a model, and of those it is made of, among the components; return a reference to it."""
    schema = model.model_json_schema(ref_template=OPENAPI3_REF_TEMPLATE, mode=mode)
    for name, definition in {**schema.pop("$defs", {}), model.__name__: schema}.items():
        api.components_schemas[name] = Schema(**definition)
    return {"$ref": f"{OPENAPI3_REF_PREFIX}/{model.__name__}"}
