"""What was sent and what may be answered: media types and charsets, before the body is read.

Every route under ``service.api`` asks here first; ``bodies`` reads what is left to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from service.refusals import RefusedError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["JSON", "JSON_LD", "NDJSON", "Sent", "model_wanted", "require_accepted", "sent_as"]

JSON, JSON_LD, NDJSON = "application/json", "application/ld+json", "application/x-ndjson"

_UTF_8 = ("utf-8", "utf8", "us-ascii")
_TEXT_CHARSETS = {
    **dict.fromkeys(_UTF_8, "utf-8"),
    "windows-1256": "cp1256",
    "cp1256": "cp1256",
    "iso-8859-6": "iso8859-6",
}
"""Charset of a text, as HTTP names it -> Python's name. Arabic pages that are not in UTF-8 are in one of the others."""


class Sent(NamedTuple):
    """The media type of a body, and Python's name of its charset; None where the client names none."""

    media_type: str
    charset: str | None


def require_accepted(environ: WSGIEnvironment, media_type: str = JSON) -> None:
    """Refuse a client whose ``Accept`` excludes the answer.

    Parameters of a media type are ignored: ``application/json; charset=utf-8`` asks for what it gets.

    Raises
    ------
    RefusedError
        ``not_acceptable``.
    """
    accept = environ.get("HTTP_ACCEPT", "")
    if accept in ("", "*/*", media_type):  # what nearly all clients send
        return
    wanted = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    for entry, quality in parse_accept_header(accept, MIMEAccept):  # the most specific first
        if entry.partition(";")[0].strip().lower() in wanted:
            if quality > 0:
                return
            break
    raise RefusedError("not_acceptable", type=media_type)


def model_wanted(environ: WSGIEnvironment) -> str | None:
    """Look up the model that the address names, ``?model=NAME``; None where it names none."""
    query = environ.get("QUERY_STRING")
    return parse_qs(query).get("model", [None])[0] if query else None


def sent_as(environ: WSGIEnvironment, taken: Sequence[str]) -> Sent:
    """Say what was sent.

    Parameters
    ----------
    environ : dict
        The request, as WSGI has it.
    taken : sequence of str
        The media types that the route takes.

    Raises
    ------
    RefusedError
        415: another media type, another charset, or a compressed body.
    """
    if environ.get("HTTP_CONTENT_ENCODING", "").strip().lower() not in ("", "identity"):
        raise RefusedError("unsupported_content_encoding")
    content_type = environ.get("CONTENT_TYPE", "")
    if content_type == JSON and JSON in taken:
        return Sent(JSON, None)
    media_type, parameters = parse_options_header(content_type)
    media_type = media_type.lower()
    if media_type not in taken:
        raise RefusedError("unsupported_media_type", types=", ".join(taken))
    return Sent(media_type, _charset(parameters.get("charset"), is_text=media_type.startswith("text/")))


def _charset(named: str | None, *, is_text: bool) -> str | None:
    """Translate the name of a charset; JSON is in UTF-8 and nothing else."""
    if named is None:
        return None
    known = _TEXT_CHARSETS if is_text else dict.fromkeys(_UTF_8, "utf-8")
    if named.lower() not in known:
        raise RefusedError("unsupported_charset", charsets="utf-8, windows-1256, iso-8859-6" if is_text else "utf-8")
    return known[named.lower()]
