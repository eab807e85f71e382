"""Every request counted and logged, whoever answers it.

``app`` wraps the application into it, outside the envelope, so that what the envelope names is known when the answer
has gone out. Nothing of a request's content is read here.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.wsgi import ClosingIterator

from service import metrics
from service.envelope import REQUEST_ID
from service.logs import write_line

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["observed"]

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
"""Methods that are logged by name: a client may make one up, of any length."""


def observed(application: WSGIApplication, routes: Iterable[str], *, log_all: bool) -> WSGIApplication:
    """Count and log the requests of an application.

    Parameters
    ----------
    application : WSGI application
    routes : iterable of str
        Addresses that are counted each by itself; all others are counted together.
    log_all : bool
        Whether requests that succeed are logged too.
    """
    known = frozenset(routes)

    def observe(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        status = 500

        def start(line: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start_response(line, headers, *exc_info)

        def finish() -> None:
            seconds = time.perf_counter() - began
            path = environ["PATH_INFO"]
            route = path if path in known else "other"  # an address that a client made up may hold anything
            metrics.count_request(route, status, seconds)
            if log_all or status >= 500:
                _log(environ, route, status, seconds)

        return ClosingIterator(application(environ, start), finish)

    return observe


def _log(environ: WSGIEnvironment, route: str, status: int, seconds: float) -> None:
    entry = {
        "level": "error" if status >= 500 else "info",
        "message": "request",
        "request_id": environ.get(REQUEST_ID),
        "method": method if (method := environ["REQUEST_METHOD"]) in _METHODS else "other",
        "route": route,
        "status": status,
        "milliseconds": round(seconds * 1000, 3),
        "client": environ.get("REMOTE_ADDR"),
    }
    write_line(time.time(), entry)
