"""Faults: pointers into documents, and pydantic's errors in our own words."""

from __future__ import annotations

import re
import string
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.faults import FAULTS, MAX_FAULTS, Fault, faults_of, pointer_to, render_fault, under
from service.schemas import Document


@pytest.mark.parametrize(
    ("steps", "pointer"),
    [
        pytest.param((), "#", id="whole-document"),
        pytest.param(("documents", 3, "body"), "#/documents/3/body", id="path"),
        pytest.param(("a/b",), "#/a~1b", id="slash"),
        pytest.param(("a~b",), "#/a~0b", id="tilde"),
        pytest.param(("~1",), "#/~01", id="looks-escaped"),
        pytest.param(("نص",), "#/%D9%86%D8%B5", id="arabic"),
        pytest.param(("a b%",), "#/a%20b%25", id="percent"),
        pytest.param(("",), "#/", id="empty-name"),
    ],
)
def test_pointers_are_escaped(steps: tuple[str | int, ...], pointer: str) -> None:
    assert pointer_to(*steps) == pointer


@given(st.lists(st.text(max_size=5), max_size=3))  # twelve characters each at most: below the limit of a pointer
def test_a_pointer_leads_back_to_its_steps(steps: list[str]) -> None:
    parts = unquote(pointer_to(*steps)).split("/")[1:]
    assert [part.replace("~1", "/").replace("~0", "~") for part in parts] == steps


def test_a_pointer_ends_before_a_name_that_is_too_long() -> None:
    assert pointer_to("options", "x" * 300, "y") == "#/options"


def test_a_fault_moves_with_its_document() -> None:
    fault = Fault("not_a_string", "#/body", {"limit": 1})
    assert under(fault, "documents", 3) == Fault("not_a_string", "#/documents/3/body", {"limit": 1})
    assert under(Fault("no_text"), "documents", 0).pointer == "#/documents/0"


def test_every_fault_speaks_both_languages_and_mentions_the_same_values() -> None:
    for code, texts in FAULTS.items():
        mentioned = {
            language: {name for _, name, _, _ in string.Formatter().parse(texts[language]) if name}
            for language in texts
        }
        assert mentioned["ar"] == mentioned["en"], code
        assert re.search("[ء-ي]", texts["ar"]), code
        assert not re.search("[ء-ي]", texts["en"]), code


def _faults(raw: str) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        Document.model_validate_json(raw)
    return [(fault.pointer, fault.code) for fault in faults_of(caught.value)]


@pytest.mark.parametrize(
    ("raw", "pointer", "code"),
    [
        ('{"headlin": "a"}', "#/headlin", "unknown_field"),
        ('{"headline": 5}', "#/headline", "not_a_string"),
        ('{"body": ["a"]}', "#/body", "not_a_string"),
        ('{"id": 7}', "#/id", "not_a_string"),
        ('{"id": "' + "a" * 201 + '"}', "#/id", "too_many_characters"),
        ("[]", "#", "not_an_object"),
        ('{"options": []}', "#/options", "not_an_object"),
        ('{"options": {"topk": 1}}', "#/options/topk", "unknown_field"),
        ('{"options": {"top_k": 0}}', "#/options/top_k", "too_small"),
        ('{"options": {"top_k": 101}}', "#/options/top_k", "too_big"),
        ('{"options": {"top_k": "5"}}', "#/options/top_k", "not_an_integer"),
        ('{"options": {"top_k": 5.5}}', "#/options/top_k", "not_an_integer"),
        ('{"options": {"top_k": true}}', "#/options/top_k", "not_an_integer"),
        ('{"options": {"top_k": ' + "9" * 400 + "}}", "#/options/top_k", "too_big"),
        ('{"options": {"min_confidence": 1.1}}', "#/options/min_confidence", "too_big"),
        ('{"options": {"min_confidence": -0.1}}', "#/options/min_confidence", "too_small"),
        ('{"options": {"min_confidence": NaN}}', "#/options/min_confidence", "not_a_number"),
        ('{"options": {"min_confidence": 1e999}}', "#/options/min_confidence", "not_a_number"),
        ('{"options": {"min_confidence": "0.5"}}', "#/options/min_confidence", "not_a_number"),
        ('{"options": {"explain": 1}}', "#/options/explain", "not_a_boolean"),
        ('{"options": {"include_topics": "heart"}}', "#/options/include_topics", "not_a_list"),
        ('{"options": {"include_topics": ["heart", 1]}}', "#/options/include_topics/1", "not_a_string"),
        ('{"options": {"exclude_topics": [' + ",".join(['"x"'] * 1001) + "]}}", "#/options/exclude_topics", "too_many"),
        ('{"published": "2022-09-23T13:35:00"}', "#/published", "no_time_zone"),
        ('{"published": "2022-13-23T13:35:00Z"}', "#/published", "not_a_time"),
        ('{"published": "2022-09-23T25:35:00Z"}', "#/published", "not_a_time"),
        ('{"published": "23/9/2022"}', "#/published", "not_a_time"),
        ('{"published": "20220923"}', "#/published", "not_a_time"),
        ('{"published": 1663925700}', "#/published", "not_a_time"),
    ],
)
def test_what_is_wrong_is_named_where_it_stands(raw: str, pointer: str, code: str) -> None:
    assert _faults(raw) == [(pointer, code)]


def test_limits_are_mentioned() -> None:
    with pytest.raises(ValidationError) as caught:
        Document.model_validate_json('{"options": {"top_k": 101}}')
    (fault,) = faults_of(caught.value)
    assert render_fault(fault, "en")["detail"] == "The most allowed here is 100."
    assert "100" in render_fault(fault, "ar")["detail"]


def test_only_the_first_faults_are_listed() -> None:
    assert len(_faults("{" + ",".join(f'"x{n}": 1' for n in range(30)) + "}")) == MAX_FAULTS


def test_a_flood_of_faults_is_not_listed_at_all() -> None:
    assert _faults("{" + ",".join(f'"x{n}": 1' for n in range(5000)) + "}") == [("#", "unusable")]
