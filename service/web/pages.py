"""The pages for people: ``/`` labels a story, ``/labels`` and ``/model`` tell what the model knows.

``app`` registers them beside the API. They ask the same functions as the API's routes, so that a page never says what
the API would not; refusals are pages too, in the reader's language. Without JavaScript, forms do the asking.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import HTTPException

from model.classifier import NewsClassifier
from service.api.bodies import MAX_REQUEST_BYTES
from service.api.negotiation import require_accepted
from service.catalogue import describe_labels, describe_model
from service.envelope import REQUEST_ID
from service.faults import Language
from service.keys import LABEL, KeyRing
from service.problems import PROBLEMS, code_of_status
from service.refusals import RefusedError, refusal_of
from service.schemas import MAX_DOCUMENT_BYTES, MAX_DOCUMENTS
from service.served import ServedModels
from service.web.assets import serve_assets
from service.web.example import EXAMPLE
from service.web.figures import binary_size, figure_rows, moment, percent
from service.web.forms import Form, read_form
from service.web.story import label_text, words_of
from service.web.words import DIRECTIONS, WORDS, said_in

__all__ = ["POLICY", "web_pages"]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",  # no text can become HTML, even by a mistake in the script
    )
)
"""Content security policy of the pages: files of this server and nothing inline."""

_NO_FORM = Form("", "")

_LIMITS = {
    "document_bytes": MAX_DOCUMENT_BYTES,
    "request_bytes": MAX_REQUEST_BYTES,
    "batch_documents": MAX_DOCUMENTS,
}

_WORDS: Mapping[Language, str] = {language: msgspec.json.encode(words).decode() for language, words in WORDS.items()}
"""For the script, which reads them from an attribute of the page."""

_Page = Callable[[Form, Language], str]


def web_pages(served: ServedModels, keys: KeyRing) -> Blueprint:
    """Make the routes of the pages."""
    pages = Blueprint("web", __name__, template_folder="templates")
    serve_assets(pages)

    def admit(form: Form) -> NewsClassifier:
        """Ask for a key where the API would, then for the model."""
        if keys.asks_everybody:
            keys.require({"HTTP_AUTHORIZATION": f"Bearer {form.key}"}, LABEL)
        return served.require()

    def story(form: Form, language: Language) -> str:
        if request.method != "POST":
            text = EXAMPLE if "example" in request.args else ""
            return _render("story.html", language, asks_key=keys.asks_everybody, text=text)
        labelled = label_text(form.text, admit(form))
        return _render("story.html", language, asks_key=keys.asks_everybody, text=form.text, story=labelled)

    def labels(form: Form, language: Language) -> str:
        return _render("labels.html", language, labels=describe_labels(admit(form)))

    def model(form: Form, language: Language) -> str:
        card = describe_model(admit(form), _LIMITS)
        return _render("model.html", language, card=card, figures=figure_rows(card["metrics"]))

    @pages.route("/", methods=["GET", "POST"])
    def story_page() -> Response:
        return _answer(story)

    @pages.route("/labels", methods=["GET", "POST"])
    def labels_page() -> Response:
        return _answer(labels)

    @pages.route("/model", methods=["GET", "POST"])
    def model_page() -> Response:
        return _answer(model)

    return pages


def _answer(page: _Page) -> Response:
    """Write a page, or a page that says why there is none."""
    language: Language = "en" if request.args.get("lang") == "en" else "ar"  # Arabic first, whatever the browser likes
    headers = {"Content-Security-Policy": POLICY, "Content-Language": language}
    try:
        require_accepted(request.environ, "text/html")
        form = read_form(request.environ) if request.method == "POST" else _NO_FORM
        return Response(page(form, language), mimetype="text/html", headers=headers)
    except Exception as error:  # noqa: BLE001  # as the API's error handler
        refusal = _refusal_of(error)
    kind = PROBLEMS[refusal.code]
    own = {name: value.format(**refusal.values) for name, value in kind.headers.items()}
    return Response(_problem_page(refusal, language), kind.status, headers | own, mimetype="text/html")


def _refusal_of(error: Exception) -> RefusedError:
    if isinstance(error, HTTPException):
        return RefusedError(code_of_status(error.code))
    return refusal_of(error, request.environ[REQUEST_ID])


def _problem_page(refusal: RefusedError, language: Language) -> str:
    """Say what is wrong; where a key is missing, ask for it."""
    kind = PROBLEMS[refusal.code]
    detail = kind.detail[language].format(**refusal.values)
    if refusal.code == "no_text":
        detail = said_in(language, "empty")  # the API's words speak of its fields
    return _render(
        "problem.html",
        language,
        title=kind.title[language],
        detail=detail,
        asks_key=refusal.code in ("unauthorized", "forbidden"),
        request_id=request.environ[REQUEST_ID] if refusal.code == "internal_error" else None,
    )


def _render(template: str, language: Language, **values: Any) -> str:
    def say(key: str, **mentioned: object) -> str:
        return said_in(language, key, **mentioned)

    def address(path: str, **query: str) -> str:
        return f"{path}?" + "&".join(f"{name}={value}" for name, value in {"lang": language, **query}.items())

    return render_template(
        template,
        **values,
        language=language,
        direction=DIRECTIONS[language],
        other_language="ar" if language == "en" else "en",
        path=request.path,
        words=_WORDS[language],
        say=say,
        address=address,
        percent=percent,
        binary_size=binary_size,
        moment=moment,
        words_of=words_of,
    )
