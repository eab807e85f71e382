"""The bytes of a request, and what they say: JSON of a shape, any JSON, or text.

Between ``negotiation`` (the media type is right) and ``labelling``. Read from WSGI's stream, not from a request of
Flask's: the hottest call is answered without one.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from flask import Response
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from werkzeug.sansio.utils import get_content_length

from service.api.negotiation import JSON
from service.envelope import BODY_IS_READ
from service.refusals import RefusedError
from service.schemas import MAX_DOCUMENT_BYTES, malformed_json, refusal_of_shape

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["MAX_REQUEST_BYTES", "announced_length", "any_json", "json_body", "json_response", "text_body"]

MAX_REQUEST_BYTES = 16 * 2**20
"""One JSON request (the HTTP contract: 16 MiB)."""

_META_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?\s*(?:windows-1256|cp1256)\b", re.IGNORECASE)
_HEAD_BYTES = 1024
"""Where browsers look for the charset that a page declares (the HTML standard, prescan a byte stream)."""

_Body = TypeVar("_Body", bound=BaseModel)


def json_body(environ: WSGIEnvironment, schema: type[_Body]) -> _Body:
    """Read and validate a body.

    Raises
    ------
    RefusedError
        413 too long; 400 not JSON; 422 not of this shape.
    """
    try:
        return schema.model_validate_json(_read(environ, MAX_REQUEST_BYTES).removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        raise refusal_of_shape(error) from error


def any_json(environ: WSGIEnvironment) -> Any:
    """Read a document in JSON of any shape, at most 1 MiB.

    Raises
    ------
    RefusedError
        413 too long; 400 not JSON.
    """
    try:
        return from_json(_read(environ, MAX_DOCUMENT_BYTES).removeprefix(codecs.BOM_UTF8), allow_inf_nan=False)
    except ValueError as error:
        raise malformed_json(str(error)) from error


def text_body(environ: WSGIEnvironment, charset: str | None) -> str:
    """Read a text or a page, at most 1 MiB.

    Parameters
    ----------
    environ : dict
        The request, as WSGI has it.
    charset : str or None
        As the client names it; else a byte order mark or the page's own ``<meta charset>`` tells, else it is UTF-8.

    Raises
    ------
    RefusedError
        413 too long; 400 not in its charset.
    """
    raw = _read(environ, MAX_DOCUMENT_BYTES)
    charset = charset or ("cp1256" if _META_CHARSET.search(raw, 0, _HEAD_BYTES) else "utf-8")
    try:
        return raw.removeprefix(codecs.BOM_UTF8).decode(charset)
    except UnicodeDecodeError as error:
        raise RefusedError("malformed_text", charset=charset, position=error.start) from error


def json_response(content: Any) -> Response:
    """Answer with JSON in UTF-8, Arabic as it is written."""
    return Response(msgspec.json.encode(content), mimetype=JSON)


def announced_length(environ: WSGIEnvironment) -> int | None:
    """Look up how long the body is said to be; None where it comes in chunks, or where there is none."""
    return get_content_length(environ.get("CONTENT_LENGTH"), environ.get("HTTP_TRANSFER_ENCODING"))


def _read(environ: WSGIEnvironment, limit: int) -> bytes:
    """Read the whole body, whether its length was announced or not.

    Raises
    ------
    RefusedError
        413 above the limit; 400 where less came than was announced.
    """
    announced = announced_length(environ)
    if announced is None:
        if not environ.get("wsgi.input_terminated"):
            return b""  # a stream without an end, and nothing announced: there is no body
        expected = limit + 1
    else:
        expected = min(announced, limit + 1)
    pieces, left, read = [], expected, environ["wsgi.input"].read
    while left > 0 and (piece := read(left)):
        pieces.append(piece)
        left -= len(piece)
    if expected - left > limit or (announced or 0) > limit:
        raise RefusedError("too_long")
    if announced is not None and left > 0:
        raise RefusedError("bad_request")
    environ[BODY_IS_READ] = True
    return b"".join(pieces)
