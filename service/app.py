"""The application: routes, problems and headers around one model.

``create_app`` is what gunicorn calls (``service.app:create_app()``) and what ``server`` forks its workers from.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix

from service import refusals
from service.api.administration import administration_api
from service.api.catalogue import catalogue_api
from service.api.classify import answer_story, classify_api
from service.api.document import serve_document
from service.api.extract import extract_api
from service.api.operations import operations_api
from service.cors import shared_with
from service.direct import directly
from service.envelope import enveloped
from service.guard import guarded
from service.keys import KeyRing, read_keys
from service.limits import RateLimit
from service.observing import observed
from service.served import ServedModels
from service.settings import Settings
from service.shapes import Problem
from service.web.pages import web_pages

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["create_app"]


def create_app(
    settings: Settings | None = None,
    served: ServedModels | None = None,
    reload: Callable[[], str] | None = None,
    shared: Path | None = None,
) -> OpenAPI:
    """Make the application.

    Parameters
    ----------
    settings : Settings, optional
        Taken from the environment where not given.
    served : ServedModels, optional
        Loaded models; where not given, the artifacts that the settings name are loaded, and one that cannot be used
        is logged and answered with 503.
    reload : callable, optional
        Replaces the models in every process that serves them; where not given, this process is the only one.
    shared : Path, optional
        Folder in which the processes count requests together; where not given, each counts alone.

    Raises
    ------
    TabwibError
        If a setting cannot be used.
    """
    settings = settings or Settings.gather(os.environ)
    if served is None:
        served = ServedModels(settings.folders)
        served.load_or_refuse()
    keys = KeyRing(() if settings.keys is None else read_keys(settings.keys), settings.admin_token)
    app = OpenAPI(
        __name__,
        info=Info(title="Tabwib", version="1", description="Labels Arabic news with one section and any topics."),
        security_schemes={},  # the library would write null, which is not OpenAPI
        doc_ui=False,
        static_folder=None,
        validation_error_status="default",
        validation_error_model=Problem,
    )
    app.url_map.merge_slashes = False  # "//v1/classify" is 404, not a redirect with a page in HTML
    refusals.register(app)
    direct = directly(app.wsgi_app, "POST", "/v1/classify", partial(answer_story, served=served))
    app.register_api(operations_api(served))
    app.register_api(classify_api(served))
    app.register_api(extract_api())
    app.register_api(catalogue_api(served))
    app.register_api(administration_api(served, reload or served.reload, keys))
    serve_document(app, served)
    app.register_blueprint(web_pages(served, keys))
    routes = [rule.rule for rule in app.url_map.iter_rules()]
    wrapped = observed(enveloped(_guarded(direct, settings, keys, shared)), routes, log_all=settings.log_requests)
    app.wsgi_app = wrapped  # type: ignore[assignment]  # as Flask documents
    return app


def _guarded(application: WSGIApplication, settings: Settings, keys: KeyRing, shared: Path | None) -> WSGIApplication:
    """Put before the application what the settings ask for: keys, limits, other sites, and proxies to be believed."""
    if keys.asks_everybody or settings.rate_limit is not None:
        file = None if shared is None else shared / "limits"
        limit = None if settings.rate_limit is None else RateLimit(settings.rate_limit, file)
        application = guarded(application, keys, limit)
    if settings.cors_origins:
        application = shared_with(application, settings.cors_origins)
    if settings.proxies:
        application = ProxyFix(application, x_for=settings.proxies, x_proto=0, x_host=0)
    return application
