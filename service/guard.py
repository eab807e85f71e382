"""Who may come in, and how often: keys and rate limits, before anything of a request's body is read.

``app`` puts it between the envelope and the application, and only where the operator has asked for keys or for limits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from service.keys import ADMIN, LABEL, KeyRing
from service.limits import RateLimit, network_of
from service.refusals import RefusedError, respond

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["KEYS_ARE_ASKED", "guarded", "scope_of"]

KEYS_ARE_ASKED = "tabwib.keys_are_asked"
"""Key of the WSGI environment that is there where the operator has asked for keys."""

_PROBES = frozenset({"/livez", "/readyz", "/metrics"})


def scope_of(path: str) -> str | None:
    """Say what a key must open for an address, where keys are asked for; None: it is open to all.

    Probes, versions, documents and the page for people say nothing that a key would protect; the forms of that page
    ask for a key themselves, and so do the addresses of administration.
    """
    if path == "/metrics" or path.startswith("/v1/admin/"):
        return ADMIN
    return LABEL if path.startswith("/v1/") else None


def guarded(application: WSGIApplication, keys: KeyRing, limit: RateLimit | None) -> WSGIApplication:
    """Let through to an application what keys and limits allow.

    A limit counts by key where a known one is brought, else by address, so that guessing keys is limited as well.

    Parameters
    ----------
    application : WSGI application
    keys : KeyRing
    limit : RateLimit or None
    """

    def admit(environ: WSGIEnvironment) -> None:
        path = environ["PATH_INFO"]
        if limit is not None and path not in _PROBES:
            key = keys.find(environ)
            limit.hit(f"address {network_of(environ['REMOTE_ADDR'])}" if key is None else f"key {key.name}")
        if keys.asks_everybody:
            environ[KEYS_ARE_ASKED] = True
            if scope_of(path) == LABEL:
                keys.require(environ, LABEL)

    def guard(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            admit(environ)
        except RefusedError as refusal:
            return respond(refusal, environ)(environ, start_response)
        return application(environ, start_response)

    return guard
