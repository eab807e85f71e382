"""``POST /v1/extract``: a raw page in, its fields and what was taken off it out. No model is needed for it."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from model.pages import ReadPage
from service.api.bodies import any_json, json_body, json_response, text_body
from service.api.documentation import any_problem, problem_responses, takes
from service.api.negotiation import JSON, JSON_LD, require_accepted, sent_as
from service.documents import page_of_document, page_of_json_ld, page_of_text
from service.schemas import Page
from service.shapes import Extraction

__all__ = ["extract_api"]

_PAGE_TYPES = (JSON, "text/plain", "text/html", JSON_LD)


def extract_api() -> APIBlueprint:
    """Make the route that reads pages."""
    tag = Tag(name="extract", description="Pages, read.")
    api = APIBlueprint("extract", __name__, abp_tags=[tag], abp_responses=any_problem())

    @api.post(
        "/v1/extract",
        operation_id="extract",
        summary="Read a page",
        responses={200: Extraction, **problem_responses(400, 406, 413, 415, 422)},
        openapi_extensions=takes(api, Page, *_PAGE_TYPES),
    )
    def extract() -> Response:
        """Find the fields of a story on its page, and list what is no part of it.

        As `text/plain`, a page as crawled; as `text/html`, a page; as `application/ld+json`, a NewsArticle.
        """
        environ = request.environ
        require_accepted(environ)
        media_type, charset = sent_as(environ, _PAGE_TYPES)
        if media_type == JSON:
            sent = json_body(environ, Page)
            return json_response(_written(sent.id, page_of_document(sent)))
        if media_type == JSON_LD:
            return json_response(_written(None, page_of_json_ld(any_json(environ))))
        return json_response(_written(None, page_of_text(text_body(environ, charset))))

    return api


def _written(identifier: str | None, page: ReadPage) -> dict[str, Any]:
    """Write what was found on a page; null is what was not."""
    article = page.article
    return {
        "id": identifier,
        "fields": {
            "headline": article.headline or None,
            "subheadline": article.subheadline or None,
            "body": article.body or None,
            "captions": article.captions,
            "section": article.section,
            "topics": article.topics,
            "published": article.published,
            "updated": article.updated,
            "language": article.language,
            "url": article.url,
            "source": article.source,
        },
        "removed": [{"kind": removed.kind, "text": removed.text} for removed in page.removed],
        "warnings": [{"code": warning.code, "detail": warning.detail} for warning in page.warnings],
    }
