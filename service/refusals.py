"""Saying no: RFC 9457 ``application/problem+json``, in the language the client asked for.

Views raise a RefusedError, or let the model's InputErrors and werkzeug's exceptions pass; ``register`` makes the
application answer each with a problem, and ``labelling`` puts one in the place of a document of a batch. What nobody
foresaw goes to the log on stderr under the request id that the client is given.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from flask import Flask, Response, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.http import parse_accept_header

from model.errors import ArticleError, EmptyTextError, InputError, TabwibError
from service.envelope import REQUEST_ID
from service.faults import Fault, Language, render_fault, under
from service.problems import PROBLEMS, code_of_error, code_of_status

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["Caller", "RefusedError", "caller_of", "describe", "refusal_of", "register", "respond"]

_log = logging.getLogger(__name__)


class RefusedError(TabwibError):
    """A request that is not answered as asked.

    Attributes
    ----------
    code : str
        Key of ``PROBLEMS``.
    faults : tuple of Fault
        Which parts are at fault, where parts can be named.
    values : mapping of str to int or str
        What the problem's detail and headers mention.
    """

    def __init__(self, code: str, *faults: Fault, **values: int | str) -> None:
        super().__init__(f"{code}: {', '.join(f'{fault.pointer} {fault.code}' for fault in faults)}")
        self.code = code
        self.faults = faults
        self.values = values

    def moved(self, *steps: str | int) -> RefusedError:
        """Point to where the faulty document stands in a whole."""
        return RefusedError(self.code, *(under(fault, *steps) for fault in self.faults), **self.values)


class Caller(NamedTuple):
    """Who is told of a problem: the language to use and the id of the request.

    Taken from the request once, because a stream is answered when its request is over.
    """

    language: Language
    request_id: str


def caller_of(environ: WSGIEnvironment) -> Caller:
    """Look up who asks."""
    accepted = parse_accept_header(environ.get("HTTP_ACCEPT_LANGUAGE"), LanguageAccept)
    return Caller(_negotiated_language(accepted), environ[REQUEST_ID])


def refusal_of(error: Exception, request_id: str) -> RefusedError:
    """Turn what went wrong with a text into a RefusedError.

    The model's complaint about a field is pointed at. Of a mistake of ours the log gets everything, the client
    nothing but the request id.
    """
    match error:
        case RefusedError():
            return error
        case ArticleError():
            return RefusedError(code_of_error(error), Fault("unusable", f"#/{error.field}"))
        case EmptyTextError():
            return RefusedError(code_of_error(error), Fault("no_text"))
        case InputError():
            return RefusedError(code_of_error(error))
        case _:
            _log.error("request %s failed", request_id, exc_info=error)
            return RefusedError("internal_error")


def _negotiated_language(accepted: LanguageAccept) -> Language:
    """Choose the language of problems from ``Accept-Language``; English where the client names neither.

    Not werkzeug's ``best_match``: of ``ar-EG, en;q=0.5`` it takes ``en``, which is written out in full.
    """
    for tag, quality in accepted:  # the best liked first
        if quality > 0 and (primary := tag.partition("-")[0].lower()) in ("ar", "en"):
            return "ar" if primary == "ar" else "en"
    return "en"


def describe(refusal: RefusedError, caller: Caller) -> dict[str, Any]:
    """Write a problem's members as RFC 9457 names them."""
    kind, language = PROBLEMS[refusal.code], caller.language
    return {
        "type": f"/problems/{refusal.code.replace('_', '-')}",
        "title": kind.title[language],
        "status": kind.status,
        "detail": kind.detail[language].format(**refusal.values),
        "code": refusal.code,
        "request_id": caller.request_id,
        "errors": [render_fault(fault, language) for fault in refusal.faults],
    }


def respond(error: Exception, environ: WSGIEnvironment) -> Response:
    """Answer with a problem; werkzeug's refusals keep the headers that HTTP asks for, such as ``Allow``."""
    caller = caller_of(environ)
    if isinstance(error, HTTPException):
        refusal = RefusedError(code_of_status(error.code))
    else:
        refusal = refusal_of(error, caller.request_id)
    kind = PROBLEMS[refusal.code]
    body = msgspec.json.encode(describe(refusal, caller))
    response = Response(body, status=kind.status, mimetype="application/problem+json")
    for name, value in kind.headers.items():
        response.headers[name] = value.format(**refusal.values)
    response.headers["Content-Language"] = caller.language
    response.headers["Vary"] = "Accept-Language"
    if isinstance(error, MethodNotAllowed) and error.valid_methods is not None:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def register(app: Flask) -> None:
    """Make an application answer every error with a problem."""
    app.register_error_handler(Exception, lambda error: respond(error, request.environ))
