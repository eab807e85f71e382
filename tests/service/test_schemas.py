"""Requests: strict in their shape, and a batch that one bad document does not spoil."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from service.schemas import MAX_DOCUMENTS, BatchRequest, Document, Options, RefusedDocument


def test_the_request_of_the_contract_is_read_whole() -> None:
    document = Document.model_validate_json(
        '{"id": "a1", "headline": "h", "subheadline": "s", "body": "b", "page": "p",'
        ' "published": "2022-09-23T13:35:00+04:00", "options": {"top_k": 5, "min_confidence": null,'
        ' "include_sections": [], "include_topics": [], "exclude_topics": [], "explain": false}}'
    )
    assert (document.id, document.headline, document.subheadline) == ("a1", "h", "s")
    assert (document.body, document.page) == ("b", "p")
    assert document.published == datetime(2022, 9, 23, 13, 35, tzinfo=timezone(timedelta(hours=4)))
    assert document.options == Options()


@pytest.mark.parametrize("time", ["2022-09-23T13:35:00+04:00", "2022-09-23T09:35:00Z", "2022-09-23 09:35:00.5+00:00"])
def test_times_with_an_offset_are_read(time: str) -> None:
    document = Document.model_validate_json(json.dumps({"published": time}))
    assert document.published is not None
    assert document.published.astimezone(UTC).strftime("%H:%M") == "09:35"


def test_null_is_as_good_as_missing() -> None:
    nulls = dict.fromkeys(("id", "headline", "subheadline", "body", "page", "published", "options"))
    assert Document.model_validate_json(json.dumps(nulls)) == Document()


def test_a_bad_document_stays_in_its_place() -> None:
    batch = BatchRequest.model_validate_json(
        '{"documents": [{"id": "a", "body": "x"}, {"id": "b", "body": 5}, 7, {"id": 1}, {"id": "e", "body": "y"}]}'
    )
    assert [type(entry) for entry in batch.documents] == [Document, *[RefusedDocument] * 3, Document]
    assert [entry.id for entry in batch.documents] == ["a", "b", None, None, "e"]
    refused = batch.documents[1]
    assert isinstance(refused, RefusedDocument)
    assert [(fault.pointer, fault.code) for fault in refused.refusal.faults] == [("#/body", "not_a_string")]


def test_an_id_that_is_too_long_is_not_echoed() -> None:
    batch = BatchRequest.model_validate_json(json.dumps({"documents": [{"id": "a" * 201}]}))
    assert batch.documents[0].id is None


@pytest.mark.parametrize(("count", "fits"), [(0, True), (MAX_DOCUMENTS, True), (MAX_DOCUMENTS + 1, False)])
def test_a_batch_has_its_limit(count: int, fits: bool) -> None:
    raw = json.dumps({"documents": [{"body": "x"}] * count})
    if fits:
        assert len(BatchRequest.model_validate_json(raw).documents) == count
    else:
        with pytest.raises(ValidationError):
            BatchRequest.model_validate_json(raw)


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert Options.model_validate_json('{"top_k": 7.0}').top_k == 7


@pytest.mark.parametrize("number", ["7.5", "1e400", '"7"', "true"])
def test_what_is_no_whole_number_is_refused(number: str) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate_json(f'{{"top_k": {number}}}')
