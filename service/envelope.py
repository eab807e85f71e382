"""What every answer carries, whatever it says: the request's id, and headers that keep it to the one who asked.

``app`` wraps the application into it. Around WSGI rather than in Flask's hooks: it costs a tenth, and reaches every
answer, whoever writes it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["BODY_IS_READ", "REQUEST_ID", "enveloped"]

REQUEST_ID = "tabwib.request_id"
"""Key of the WSGI environment under which the request's id stands."""

BODY_IS_READ = "tabwib.body_is_read"
"""Key of the WSGI environment that is there once nothing of the body is left to be read."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
"""Ids that a client may bring: enough for a UUID or a trace id, nothing that could forge a line of a log."""

_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)
"""Answers are data for the one who asked, never a page and never for a cache; a view that writes a page brings its own
policy. No CORS header: a script of another site may not read it."""


def enveloped(application: WSGIApplication) -> WSGIApplication:
    """Give every request an id and every answer the headers that it does not bring itself.

    The id is the client's own ``X-Request-Id`` where that is a plain one, a new one otherwise. A client that was
    refused before its body was read is told that the connection ends: the server ends it rather than read on, and the
    client would meet that at its next request.
    """

    def envelope(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        brought = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = brought if _REQUEST_ID.fullmatch(brought) else _new_id()
        environ[REQUEST_ID] = request_id

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            if status[0] in "45" and BODY_IS_READ not in environ and _brings_body(environ):
                headers.append(("Connection", "close"))
            own = {name for name, _ in headers}
            headers += [header for header in _HEADERS if header[0] not in own]
            headers.append(("X-Request-Id", request_id))
            return start_response(status, headers, *exc_info)

        return application(environ, start)

    return envelope


def _brings_body(environ: WSGIEnvironment) -> bool:
    return environ.get("CONTENT_LENGTH", "") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ


def _new_id() -> str:
    """Make up an id. It names a request and guards nothing, and ``uuid4`` asks the kernel, which takes 10 us."""
    return f"{random.getrandbits(128):032x}"
