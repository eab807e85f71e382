"""``/openapi.json``, the OpenAPI document of the routes, and ``/docs``, the same for people.

``app`` adds them when every other route is there.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, request
from flask_openapi3.openapi import OpenAPI

from model.taxonomy import Taxonomy
from service.api.bodies import json_response
from service.api.documentation import problem_responses
from service.api.negotiation import require_accepted
from service.guard import KEYS_ARE_ASKED, scope_of
from service.keys import ADMIN
from service.problems import PROBLEMS
from service.served import ServedModels

__all__ = ["serve_document"]

_FILTERS = {"include_sections": "sections", "include_topics": "topics", "exclude_topics": "topics"}
"""Option that names labels -> which labels of a taxonomy."""

_OF_A_MODEL = (("/v1/classify", "post"), ("/v1/classify/batch", "post"), ("/v1/labels", "get"), ("/v1/model", "get"))
"""Calls that take ``?model=NAME``."""

_RELOAD = "/v1/admin/reload"
"""The call that needs a key on every server, unless it is off: without keys, this document cannot tell which."""

_KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of the operator's, for labels (`label`), for administration (`admin`), or for both. "
    "Administration always needs one; the other calls under `/v1/`, and `/metrics`, where the operator has given keys.",
}


def serve_document(app: OpenAPI, served: ServedModels) -> None:
    """Add both addresses, which describe the routes registered so far.

    The document is written out here once: the library builds it at the first request, and two threads may ask at the
    same time.
    """
    document = _in_markdown(app.api_doc)
    document["components"]["securitySchemes"] = {"key": _KEY}
    _lock(document, _RELOAD, ADMIN)
    document["paths"][_RELOAD]["post"]["security"].append({})
    with app.app_context():
        page, page_with_keys = (
            render_template("docs.html", document=shown, problems=PROBLEMS)
            for shown in (document, _with_keys(document))
        )
    policy = f"default-src 'none'; style-src {_digests(page)}; frame-ancestors 'none'; base-uri 'none'"

    @app.get("/openapi.json", doc_ui=False)
    def openapi() -> Response:
        """Give the OpenAPI document."""
        require_accepted(request.environ)
        content = _with_models(document, {name: model.taxonomy for name, model in served.loaded.items()})
        return json_response(_with_keys(content) if KEYS_ARE_ASKED in request.environ else content)

    @app.get("/docs", doc_ui=False)
    def docs() -> Response:
        """Give the document as a page; nothing on it comes from another host, and no script runs."""
        require_accepted(request.environ, "text/html")
        shown = page_with_keys if KEYS_ARE_ASKED in request.environ else page
        return Response(shown, mimetype="text/html", headers={"Content-Security-Policy": policy})


def _in_markdown(document: dict[str, Any]) -> dict[str, Any]:
    """Undo the tags that the library puts at the ends of a docstring's lines: descriptions are Markdown."""
    for operations in document["paths"].values():
        for operation in operations.values():
            text = operation.get("description", "")
            operation["description"] = text.replace("<br/><br/>", "\n\n").replace("<br/>", " ")
    return document


def _with_models(document: dict[str, Any], models: Mapping[str, Taxonomy]) -> dict[str, Any]:
    """Say what the models that are served now can be asked: their names, and the ids that filters take.

    With several models, the ids that all of them know: the document cannot tell which one will be asked.
    """
    if not models:
        return document
    document = copy.deepcopy(document)
    options = document["components"]["schemas"]["Options"]["properties"]
    for name, kind in _FILTERS.items():
        first, *others = ([label.id for label in getattr(taxonomy, kind)] for taxonomy in models.values())
        ids = [identifier for identifier in first if all(identifier in known for known in others)]
        options[name] |= {"items": {"type": "string", "enum": ids}} if ids else {"maxItems": 0}
    if len(models) > 1:
        parameter = {"name": "model", "in": "query", "schema": {"type": "string", "enum": list(models)}}
        for path, method in _OF_A_MODEL:
            document["paths"][path][method].setdefault("parameters", []).append(parameter)
    return document


def _with_keys(document: dict[str, Any]) -> dict[str, Any]:
    """Say which calls need a key where keys are asked for, and which scope it has to have."""
    document = copy.deepcopy(document)
    document["paths"][_RELOAD]["post"]["security"].remove({})
    for path in document["paths"]:
        if path != _RELOAD and (scope := scope_of(path)):
            _lock(document, path, scope)
    return document


def _lock(document: dict[str, Any], path: str, scope: str) -> None:
    """Write that the calls of an address need a key of a scope, and what they answer without one."""
    for operation in document["paths"][path].values():
        operation["security"] = [{"key": [scope]}]
        operation["description"] += f"\n\nNeeds a key of the scope `{scope}`, as `Authorization: Bearer KEY`."
        operation["responses"] |= {str(status): problem for status, problem in problem_responses(401, 403).items()}


def _digests(page: str) -> str:
    """Name the styles of a page as a content security policy does, so that no other can be slipped in."""
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    hashes = (base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in styles)
    return " ".join(f"'sha256-{digest}'" for digest in hashes)
