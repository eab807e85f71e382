"""The application: routes, problems and headers around one model.

``create_app`` is what gunicorn calls (``service.app:create_app()``) and what ``server`` forks its workers from.
"""

from __future__ import annotations

import os
import re
import uuid

from flask import Response, g, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from model.classifier import NewsClassifier
from service import refusals
from service.api.classify import classify_api
from service.api.operations import operations_api, serve_document
from service.api.requests import MAX_REQUEST_BYTES
from service.served import load_model, ready_model
from service.settings import Settings
from service.shapes import Problem

__all__ = ["create_app"]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
"""Ids that a client may bring: enough for a UUID or a trace id, nothing that could forge a line of a log."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""On every answer: it is data for the one who asked, never a page and never for a cache. No CORS header: a script of
another site may not read it."""


def create_app(settings: Settings | None = None, classifier: NewsClassifier | None = None) -> OpenAPI:
    """Make the application.

    Parameters
    ----------
    settings : Settings, optional
        Taken from the environment where not given.
    classifier : NewsClassifier, optional
        A loaded model; where not given, the artifact that the settings name is loaded, and an artifact that cannot be
        used is logged and answered with 503.

    Raises
    ------
    TabwibError
        If a setting cannot be used.
    """
    settings = settings or Settings.gather(os.environ)
    served = load_model(settings.artifact) if classifier is None else ready_model(classifier)
    app = OpenAPI(
        __name__,
        info=Info(title="Tabwib", version="1", description="Labels Arabic news with one section and any topics."),
        doc_ui=False,
        static_folder=None,
        validation_error_status="default",
        validation_error_model=Problem,
    )
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES + 1  # werkzeug refuses a stream of exactly the limit
    app.url_map.merge_slashes = False  # "//v1/classify" is 404, not a redirect with a page in HTML
    app.before_request(_name_request)
    app.after_request(_add_headers)
    refusals.register(app)
    app.register_api(operations_api(served))
    app.register_api(classify_api(served))
    serve_document(app)
    return app


def _name_request() -> None:
    """Give the request an id: the client's own where it is a plain one, a new one otherwise."""
    brought = request.headers.get("X-Request-Id", "")
    g.request_id = brought if _REQUEST_ID.fullmatch(brought) else uuid.uuid4().hex


def _add_headers(response: Response) -> Response:
    """Put on every answer what every answer carries."""
    response.headers.extend(_HEADERS)
    response.headers["X-Request-Id"] = g.request_id
    return response
