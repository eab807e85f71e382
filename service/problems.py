"""The kinds of problem: their HTTP status and their words, the only place that knows HTTP's error codes.

``refusals`` writes one of these for every request that is not answered as asked. A problem says what the client can do
about it; it never holds an exception's text, a path or a stack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.errors import (
    ArtifactCorruptError,
    ArtifactError,
    ArtifactNotFoundError,
    ArtifactVersionError,
    EmptyTextError,
    InputError,
    TabwibError,
)
from service.faults import Language

__all__ = ["PROBLEMS", "Kind", "code_of_error", "code_of_status"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its HTTP status, its texts in both languages, and headers that help the client on.

    ``detail`` and ``headers`` may name values in braces; the refusal brings them.
    """

    status: int
    title: Mapping[Language, str]
    detail: Mapping[Language, str]
    headers: Mapping[str, str] = field(default_factory=dict)


def _kind(status: int, title: tuple[str, str], detail: tuple[str, str], **headers: str) -> Kind:
    """Write a Kind with its texts as (English, Arabic); ``Retry_After`` stands for the header ``Retry-After``."""
    return Kind(
        status,
        {"en": title[0], "ar": title[1]},
        {"en": detail[0], "ar": detail[1]},
        {name.replace("_", "-"): value for name, value in headers.items()},
    )


_NO_MODEL = ("No model", "لا يوجد نموذج")
_RETRY_AFTER = "30"
"""Seconds after which a client may ask again for a model: about the time it takes to fit the starter corpus and
restart."""

PROBLEMS: Mapping[str, Kind] = {
    "bad_request": _kind(400, ("Bad request", "طلب غير صالح"), ("The request cannot be read.", "تعذرت قراءة الطلب.")),
    "malformed_json": _kind(
        400,
        ("Malformed JSON", "JSON غير سليم"),
        (
            "The body is not JSON in UTF-8; reading stopped at line {line}, column {column}.",
            "محتوى الطلب ليس JSON بترميز UTF-8؛ توقفت القراءة عند السطر {line}، العمود {column}.",
        ),
    ),
    "malformed_text": _kind(
        400,
        ("Malformed text", "نص غير سليم"),
        (
            "The body is not text in {charset}; byte {position} cannot be read. Name its charset in Content-Type.",
            "محتوى الطلب ليس نصا بترميز {charset}؛ تعذرت قراءة البايت {position}. اذكر الترميز في Content-Type.",
        ),
    ),
    "unauthorized": _kind(
        401,
        ("Not authorised", "غير مصرح"),
        ("This call needs a bearer token.", "يتطلب هذا الطلب رمز دخول (bearer token)."),
        WWW_Authenticate="Bearer",
    ),
    "forbidden": _kind(
        403, ("Forbidden", "ممنوع"), ("The token does not allow this call.", "رمز الدخول لا يسمح بهذا الطلب.")
    ),
    "not_found": _kind(
        404,
        ("Not found", "غير موجود"),
        ("There is nothing at this address; see /openapi.json.", "لا يوجد شيء في هذا العنوان؛ انظر /openapi.json."),
    ),
    "method_not_allowed": _kind(
        405,
        ("Method not allowed", "طريقة غير مسموحة"),
        ("This address does not answer this method.", "هذا العنوان لا يستجيب لهذه الطريقة."),
    ),
    "not_acceptable": _kind(
        406,
        ("Not acceptable", "صيغة غير متاحة"),
        (
            "The answer is {type}, which the Accept header excludes.",
            "الجواب بصيغة {type} التي تستبعدها ترويسة Accept.",
        ),
    ),
    "too_long": _kind(
        413,
        ("Too long", "أطول من المسموح"),
        (
            "A JSON request may have 16 MiB, one document or one line of a stream 1 MiB.",
            "الحد الأقصى لطلب JSON هو 16 ميبيبايت، وللوثيقة الواحدة أو السطر الواحد ميبيبايت واحد.",
        ),
    ),
    "unsupported_media_type": _kind(
        415,
        ("Unsupported media type", "نوع محتوى غير مدعوم"),
        ("This call takes as Content-Type: {types}.", "أنواع Content-Type المقبولة في هذا الطلب: {types}."),
        Accept="{types}",
    ),
    "unsupported_charset": _kind(
        415,
        ("Unsupported charset", "ترميز غير مدعوم"),
        ("Send the body in one of: {charsets}.", "أرسل المحتوى بأحد هذه الترميزات: {charsets}."),
    ),
    "unsupported_content_encoding": _kind(
        415,
        ("Unsupported content encoding", "ضغط غير مدعوم"),
        ("Send the body without compression.", "أرسل المحتوى من دون ضغط."),
        Accept_Encoding="identity",
    ),
    "invalid_request": _kind(
        422,
        ("Invalid request", "طلب غير قابل للاستعمال"),
        (
            "The request is well-formed, but not what this call takes; see errors.",
            "الطلب سليم الصياغة لكنه لا يطابق المطلوب؛ انظر errors.",
        ),
    ),
    "no_text": _kind(
        422,
        ("No text", "لا يوجد نص"),
        (
            "There is nothing to read: a text must not be blank, and of headline, body and page one must hold text.",
            "لا يوجد ما يُقرأ: يجب ألا يكون النص فارغا، وأن يحتوي واحد على الأقل من headline وbody وpage على نص.",
        ),
    ),
    "no_article": _kind(
        422,
        ("No article", "لا يوجد خبر"),
        (
            "The JSON-LD holds no article of schema.org, such as a NewsArticle.",
            "لا يحتوي JSON-LD على خبر من أنواع schema.org مثل NewsArticle.",
        ),
    ),
    "unknown_model": _kind(
        422,
        ("Unknown model", "نموذج غير معروف"),
        (
            "This server has no model of the name that the address asks for.",
            "لا يوجد على هذا الخادم نموذج بالاسم المطلوب في العنوان.",
        ),
    ),
    "not_reloaded": _kind(
        409,
        ("Not reloaded", "لم يُستبدل النموذج"),
        (
            "A new model could not be loaded; those before keep answering. See errors, and the server's log.",
            "تعذر تحميل نموذج جديد، وما زالت النماذج السابقة تجيب. انظر errors وسجل الخادم.",
        ),
    ),
    "too_many_requests": _kind(
        429,
        ("Too many requests", "طلبات كثيرة"),
        ("Wait before asking again; see Retry-After.", "انتظر قبل إعادة الطلب؛ انظر Retry-After."),
        Retry_After="{seconds}",
    ),
    "internal_error": _kind(
        500,
        ("Internal error", "خطأ داخلي"),
        (
            "Something failed here that is not your fault; tell the operator the request_id.",
            "حدث خطأ في الخادم لا علاقة له بطلبك؛ أبلغ المشغّل برقم request_id.",
        ),
    ),
    "model_not_found": _kind(
        503,
        _NO_MODEL,
        ("The server has found no model; its operator knows where.", "لم يجد الخادم أي نموذج؛ التفاصيل لدى المشغّل."),
        Retry_After=_RETRY_AFTER,
    ),
    "model_corrupt": _kind(
        503,
        _NO_MODEL,
        ("The server's model is damaged.", "نموذج الخادم تالف."),
        Retry_After=_RETRY_AFTER,
    ),
    "model_version": _kind(
        503,
        _NO_MODEL,
        ("The server's model was made by another version.", "نموذج الخادم من إصدار آخر غير متوافق."),
        Retry_After=_RETRY_AFTER,
    ),
    "model_unusable": _kind(
        503,
        _NO_MODEL,
        ("The server's model cannot be used.", "لا يمكن استعمال نموذج الخادم."),
        Retry_After=_RETRY_AFTER,
    ),
}
"""Code of a problem -> its kind. The order is that of the status."""

_BY_STATUS = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}
_BY_STATUS |= {413: "too_long", 422: "invalid_request"}

_BY_ERROR: Mapping[type[TabwibError], str] = {
    ArtifactNotFoundError: "model_not_found",
    ArtifactCorruptError: "model_corrupt",
    ArtifactVersionError: "model_version",
    ArtifactError: "model_unusable",
    EmptyTextError: "no_text",
    InputError: "invalid_request",
}
"""Error -> code of its problem; an error takes the entry of its nearest ancestor."""


def code_of_error(error: TabwibError) -> str:
    """Find the code of the problem that stands for an error of the project."""
    return next((_BY_ERROR[ancestor] for ancestor in type(error).__mro__ if ancestor in _BY_ERROR), "internal_error")


def code_of_status(status: int | None) -> str:
    """Find the code of the problem that stands for what HTTP itself refused, such as an address that is not there."""
    return _BY_STATUS.get(status or 500, "internal_error")
