"""The form that a browser sends where no script runs: a text or a file, and the key where the server asks for one.

Between ``pages`` and werkzeug's parser. A file stays in memory: the service keeps no text on a disk, not even for a
moment.
"""

from __future__ import annotations

import codecs
import io
from typing import IO, TYPE_CHECKING, NamedTuple

from werkzeug.formparser import parse_form_data

from service.api.negotiation import sent_as
from service.refusals import RefusedError
from service.schemas import MAX_DOCUMENT_BYTES

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["MAX_FORM_BYTES", "Form", "read_form"]

MAX_FORM_BYTES = 4 * MAX_DOCUMENT_BYTES
"""A form whole: a document in which every byte is written as three (``%D8``), and what stands around it."""

_FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")
_MAX_FIELDS = 10
"""The form has three; nobody needs a thousand."""


class Form(NamedTuple):
    """What a reader sent.

    Attributes
    ----------
    text : str
        The file where there is one, else what stands in the text field.
    key : str
        API key; empty where none was given.
    """

    text: str
    key: str


def read_form(environ: WSGIEnvironment) -> Form:
    """Read the form of a request.

    Raises
    ------
    RefusedError
        415 not a form; 400 broken, or a file that is no text.
    RequestEntityTooLarge
        Above ``MAX_FORM_BYTES``.
    """
    sent_as(environ, _FORM_TYPES)
    try:
        _, fields, files = parse_form_data(
            environ,
            stream_factory=_in_memory,
            max_form_memory_size=MAX_FORM_BYTES,
            max_content_length=MAX_FORM_BYTES,
            max_form_parts=_MAX_FIELDS,
            silent=False,
        )
    except ValueError as error:
        raise RefusedError("bad_request") from error
    file = files.get("file")
    content = b"" if file is None else file.read()
    text = _decoded(content) if content else fields.get("text", "")
    return Form(text.replace("\r\n", "\n"), fields.get("key", ""))  # browsers send every line's end as two characters


def _in_memory(*_: object, **__: object) -> IO[bytes]:
    """Give werkzeug's parser a place for a file; by itself it would take the disk from 500 kB on."""
    return io.BytesIO()


def _decoded(content: bytes) -> str:
    """Read a file as a browser would: UTF-8, else the Windows charset in which older Arabic pages are kept."""
    if b"\0" in content:  # a picture or a document of an office program
        raise RefusedError("malformed_text", charset="utf-8", position=content.index(b"\0"))
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1256")  # in which every byte is a character
