"""What is wrong with one part of a request, and how to say it in Arabic and in English.

``schemas`` turns pydantic's errors into Faults, ``documents`` adds those that only reading a document shows, and
``problems`` prints them in the ``errors`` of a problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import quote

from pydantic import ValidationError

__all__ = ["FAULTS", "MAX_FAULTS", "Fault", "Language", "faults_of", "pointer_to", "render_fault", "under"]

Language = Literal["ar", "en"]

MAX_FAULTS = 20
"""A client that sent a million wrong fields needs to hear of the first twenty, and we need the memory."""

_MAX_POINTER = 200
"""Longest pointer sent back, in characters: the name of an unknown field is the client's, and may be a megabyte."""

FAULTS: Mapping[str, Mapping[Language, str]] = {
    "missing": {"en": "This field is required.", "ar": "هذا الحقل مطلوب."},
    "unknown_field": {
        "en": "There is no such field; check its spelling.",
        "ar": "لا يوجد حقل بهذا الاسم؛ تحقق من كتابته.",
    },
    "not_a_string": {"en": "A string is expected here.", "ar": "المتوقع هنا نص."},
    "not_an_integer": {"en": "A whole number is expected here.", "ar": "المتوقع هنا عدد صحيح."},
    "not_a_number": {"en": "A finite number is expected here.", "ar": "المتوقع هنا عدد محدود."},
    "not_a_boolean": {"en": "true or false is expected here.", "ar": "المتوقع هنا true أو false."},
    "not_a_list": {"en": "A list is expected here.", "ar": "المتوقع هنا قائمة."},
    "not_an_object": {"en": "A JSON object is expected here.", "ar": "المتوقع هنا كائن JSON."},
    "too_small": {"en": "The least allowed here is {limit}.", "ar": "أقل قيمة مسموح بها هنا {limit}."},
    "too_big": {"en": "The most allowed here is {limit}.", "ar": "أكبر قيمة مسموح بها هنا {limit}."},
    "too_many": {"en": "At most {limit} entries are allowed here.", "ar": "لا يسمح هنا بأكثر من {limit} عنصرا."},
    "too_many_characters": {
        "en": "At most {limit} characters are allowed here.",
        "ar": "لا يسمح هنا بأكثر من {limit} حرفا.",
    },
    "not_a_time": {
        "en": "A time in ISO 8601 is expected here, such as 2022-09-23T13:35:00+04:00.",
        "ar": "المتوقع هنا وقت بصيغة ISO 8601 مثل 2022-09-23T13:35:00+04:00.",
    },
    "no_time_zone": {
        "en": "The time needs an offset, such as +04:00 or Z.",
        "ar": "يلزم ذكر فارق التوقيت مثل +04:00 أو Z.",
    },
    "unknown_section": {
        "en": "The model has no section with this id.",
        "ar": "لا يوجد لدى النموذج قسم بهذا المعرّف.",
    },
    "unknown_topic": {
        "en": "The model has no topic with this id.",
        "ar": "لا يوجد لدى النموذج موضوع بهذا المعرّف.",
    },
    "no_text": {
        "en": "At least one of headline, body and page must hold text.",
        "ar": "يجب أن يحتوي واحد على الأقل من headline وbody وpage على نص.",
    },
    "too_long": {
        "en": "The texts of one document may take up {limit} bytes in UTF-8 altogether.",
        "ar": "لا يجوز أن تتجاوز نصوص الوثيقة الواحدة {limit} بايت بترميز UTF-8.",
    },
    "model_not_found": {"en": "There is no artifact.", "ar": "لا يوجد نموذج محفوظ."},
    "model_corrupt": {"en": "The artifact is damaged.", "ar": "النموذج المحفوظ تالف."},
    "model_version": {
        "en": "The artifact was made by another version.",
        "ar": "النموذج المحفوظ من إصدار آخر غير متوافق.",
    },
    "model_unusable": {"en": "The artifact cannot be used.", "ar": "لا يمكن استعمال النموذج المحفوظ."},
    "unusable": {"en": "This value cannot be used.", "ar": "لا يمكن استعمال هذه القيمة."},
}
"""Code of a fault -> what to tell the client, in both languages."""

_PYDANTIC: Mapping[str, str] = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "string_type": "not_a_string",
    "string_too_long": "too_many_characters",
    "int_type": "not_an_integer",
    "int_parsing_size": "not_an_integer",
    "float_type": "not_a_number",
    "finite_number": "not_a_number",
    "bool_type": "not_a_boolean",
    "list_type": "not_a_list",
    "too_long": "too_many",
    "model_type": "not_an_object",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_big",
    "not_a_time": "not_a_time",
    "datetime_parsing": "not_a_time",
    "datetime_from_date_parsing": "not_a_time",
    "timezone_aware": "no_time_zone",
}
"""Type of a pydantic error (https://docs.pydantic.dev/latest/errors/validation_errors/) -> code of a fault."""

_LIMITS = ("ge", "le", "max_length")
"""Where pydantic puts the limit that was overstepped."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where.

    Attributes
    ----------
    code : str
        Key of ``FAULTS``.
    pointer : str
        JSON pointer (RFC 6901) as a URI fragment, such as ``"#/documents/3/body"``; ``"#"`` is the whole document.
    values : mapping of str to int or float
        What the text of the fault mentions, such as the limit.
    """

    code: str
    pointer: str = "#"
    values: Mapping[str, int | float] = field(default_factory=dict)


def pointer_to(*steps: str | int) -> str:
    """Write a path into a JSON document as a pointer in a URI fragment (RFC 6901, sections 3 and 6).

    A pointer that would be longer than 200 characters ends at the last step that still fits.
    """
    pointer = "#"
    for step in steps:
        longer = f"{pointer}/{quote(str(step).replace('~', '~0').replace('/', '~1'), safe='~')}"
        if len(longer) > _MAX_POINTER:
            break
        pointer = longer
    return pointer


def under(fault: Fault, *steps: str | int) -> Fault:
    """Move a fault found in a part of a document to where that part stands in the whole."""
    return replace(fault, pointer=pointer_to(*steps) + fault.pointer.removeprefix("#"))


def faults_of(error: ValidationError) -> tuple[Fault, ...]:
    """Say what pydantic found in our own words; at most ``MAX_FAULTS`` of them.

    Its own texts are not for clients: they are English, and speak of Python.
    """
    if error.error_count() > 50 * MAX_FAULTS:  # listing a million errors takes a gigabyte
        return (Fault("unusable"),)
    details = error.errors(include_url=False, include_input=False)[:MAX_FAULTS]
    return tuple(
        Fault(_PYDANTIC.get(detail["type"], "unusable"), pointer_to(*detail["loc"]), _values(detail.get("ctx", {})))
        for detail in details
    )


def _values(context: Mapping[str, int | float]) -> Mapping[str, int | float]:
    """Pick the limit out of what pydantic tells about an error."""
    return next(({"limit": context[name]} for name in _LIMITS if name in context), {})


def render_fault(fault: Fault, language: Language) -> dict[str, str]:
    """Write a fault as an entry of a problem's ``errors``: pointer, code and detail."""
    detail = FAULTS[fault.code][language].format(**fault.values)
    return {"pointer": fault.pointer, "code": fault.code, "detail": detail}
