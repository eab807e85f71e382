"""Which other sites' scripts may ask (CORS), where the operator names any.

``app`` wraps the application into it outside the guard: a browser asks beforehand, without a key, whether it may bring
one. Where no site is named nothing of this runs, and no script of another site can read an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["shared_with"]

_PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, POST"),
    ("Access-Control-Allow-Headers", "Accept, Accept-Language, Authorization, Content-Type, X-Request-Id"),
    ("Access-Control-Max-Age", "600"),
    ("Content-Length", "0"),
)
_EXPOSED = ("Access-Control-Expose-Headers", "Retry-After, X-Request-Id")


def shared_with(application: WSGIApplication, origins: Iterable[str]) -> WSGIApplication:
    """Let scripts of some origins read the answers. Never with cookies: there are none.

    Parameters
    ----------
    application : WSGI application
    origins : iterable of str
        Such as ``https://newsroom.example``.
    """
    allowed = frozenset(origins)

    def share(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        origin = environ.get("HTTP_ORIGIN", "")
        headers = [("Vary", "Origin")]
        if origin in allowed:
            headers += [("Access-Control-Allow-Origin", origin), _EXPOSED]
            if environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
                start_response("204 No Content", [*headers, *_PREFLIGHT])
                return []

        def start(status: str, own: list[tuple[str, str]], *exc_info: Any) -> Any:
            return start_response(status, own + headers, *exc_info)

        return application(environ, start)

    return share
