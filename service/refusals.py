"""Saying no: RFC 9457 ``application/problem+json``, in the language the client asked for.

Views raise a RefusedError, or let the model's InputErrors and werkzeug's exceptions pass; ``register`` makes the
application answer each with a problem. What nobody foresaw goes to the log on stderr under the request id that the
client is given.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from model.errors import ArticleError, EmptyTextError, InputError, PageError, TabwibError
from service.faults import Fault, Language, render_fault
from service.problems import PROBLEMS, code_of_error, code_of_status

__all__ = ["RefusedError", "describe", "negotiated_language", "refusal_of", "register", "unforeseen"]

_log = logging.getLogger(__name__)


class RefusedError(TabwibError):
    """A request that is not answered as asked.

    Attributes
    ----------
    code : str
        Key of ``PROBLEMS``.
    faults : tuple of Fault
        Which parts are at fault, where parts can be named.
    values : mapping of str to int
        What the problem's detail mentions.
    """

    def __init__(self, code: str, *faults: Fault, **values: int) -> None:
        super().__init__(f"{code}: {', '.join(f'{fault.pointer} {fault.code}' for fault in faults)}")
        self.code = code
        self.faults = faults
        self.values = values


def refusal_of(error: InputError) -> RefusedError:
    """Turn the model's complaint about a text into a RefusedError that points at the field."""
    match error:
        case ArticleError():
            return RefusedError(code_of_error(error), Fault("unusable", f"#/{error.field}"))
        case PageError():
            return RefusedError(code_of_error(error), Fault("unreadable_page", "#/page"))
        case EmptyTextError():
            return RefusedError(code_of_error(error), Fault("no_text"))
        case _:
            return RefusedError(code_of_error(error))


def unforeseen(error: Exception) -> RefusedError:
    """Make a RefusedError of a mistake of ours; the log gets everything, the client nothing but the request id."""
    _log.error("request %s failed", g.request_id, exc_info=error)
    return RefusedError("internal_error")


def negotiated_language() -> Language:
    """Choose the language of problems from ``Accept-Language``; English where the client names neither.

    Not werkzeug's ``best_match``: of ``ar-EG, en;q=0.5`` it takes ``en``, which is written out in full.
    """
    for tag, quality in request.accept_languages:  # the best liked first
        if quality > 0 and (primary := tag.partition("-")[0].lower()) in ("ar", "en"):
            return "ar" if primary == "ar" else "en"
    return "en"


def describe(refusal: RefusedError) -> dict[str, Any]:
    """Write a problem's members as RFC 9457 names them, for the request at hand."""
    kind, language = PROBLEMS[refusal.code], negotiated_language()
    return {
        "type": f"/problems/{refusal.code.replace('_', '-')}",
        "title": kind.title[language],
        "status": kind.status,
        "detail": kind.detail[language].format(**refusal.values),
        "code": refusal.code,
        "request_id": g.request_id,
        "errors": [render_fault(fault, language) for fault in refusal.faults],
    }


def _respond(refusal: RefusedError) -> Response:
    """Answer with a problem."""
    kind = PROBLEMS[refusal.code]
    body = msgspec.json.encode(describe(refusal))
    response = Response(body, status=kind.status, mimetype="application/problem+json")
    response.headers.update(kind.headers)
    response.headers["Content-Language"] = negotiated_language()
    response.vary.add("Accept-Language")
    return response


def _respond_to_input(error: InputError) -> Response:
    """Answer what the model would not label."""
    return _respond(refusal_of(error))


def _respond_to_http(error: HTTPException) -> Response:
    """Answer what werkzeug refused, keeping the headers that HTTP asks for, such as ``Allow``."""
    response = _respond(RefusedError(code_of_status(error.code)))
    for name, value in error.get_headers(request.environ):
        if name == "Allow":
            response.headers[name] = value
    return response


def _respond_to_any(error: Exception) -> Response:
    """Answer what nobody foresaw."""
    return _respond(unforeseen(error))


def register(app: Flask) -> None:
    """Make an application answer every error with a problem."""
    app.register_error_handler(RefusedError, _respond)
    app.register_error_handler(InputError, _respond_to_input)
    app.register_error_handler(HTTPException, _respond_to_http)
    app.register_error_handler(Exception, _respond_to_any)
