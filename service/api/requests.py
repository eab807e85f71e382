"""Reading a request before its meaning matters: may the answer be JSON, and which bytes were sent.

Every route under ``service.api`` that takes or gives JSON comes through here.
"""

from __future__ import annotations

import codecs
import re
from typing import Any, TypeVar

import msgspec
from flask import Response, request
from pydantic import BaseModel, ValidationError

from service.faults import faults_of
from service.refusals import RefusedError

__all__ = ["MAX_REQUEST_BYTES", "json_body", "json_response", "require_json_accepted"]

MAX_REQUEST_BYTES = 16 * 2**20
"""One JSON request (the HTTP contract: 16 MiB)."""

_POSITION = re.compile(r"line (\d+) column (\d+)$", re.ASCII)

_Body = TypeVar("_Body", bound=BaseModel)


def require_json_accepted() -> None:
    """Refuse a client whose ``Accept`` excludes the answer.

    Parameters of a media type are ignored: ``application/json; charset=utf-8`` asks for what it gets.

    Raises
    ------
    RefusedError
        ``not_acceptable``.
    """
    if not request.accept_mimetypes:
        return
    for entry, quality in request.accept_mimetypes:  # the most specific first
        if entry.partition(";")[0].strip().lower() in ("application/json", "application/*", "*/*"):
            if quality > 0:
                return
            break
    raise RefusedError("not_acceptable")


def json_body(schema: type[_Body]) -> _Body:
    """Read and validate the body of the request at hand.

    Raises
    ------
    RefusedError
        415 another media type, charset or a compressed body; 413 too long; 400 not JSON; 422 not of this shape.
    """
    if request.mimetype != "application/json":
        raise RefusedError("unsupported_media_type")
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
        raise RefusedError("unsupported_media_type")
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise RefusedError("unsupported_content_encoding")
    try:
        return schema.model_validate_json(_bytes().removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        raise _refusal(error) from error


def _bytes() -> bytes:
    """Read the whole body, whether its length was announced or not."""
    data = request.get_data(cache=False)
    if len(data) > MAX_REQUEST_BYTES:
        raise RefusedError("too_long")
    return data


def _refusal(error: ValidationError) -> RefusedError:
    """Tell broken JSON, and where it breaks, from JSON of another shape."""
    first = error.errors(include_url=False, include_input=False)[0] if error.error_count() == 1 else None
    if first is not None and first["type"] == "json_invalid":
        place = _POSITION.search(first["msg"])
        line, column = (int(place[1]), int(place[2])) if place else (1, 0)
        return RefusedError("malformed_json", line=line, column=column)
    return RefusedError("invalid_request", *faults_of(error))


def json_response(content: Any) -> Response:
    """Answer with JSON in UTF-8, Arabic as it is written."""
    return Response(msgspec.json.encode(content), mimetype="application/json")
