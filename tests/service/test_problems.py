"""The catalogue of problems: complete, in both languages, and one for every error of the project."""

from __future__ import annotations

import inspect
import re
import string
from pathlib import Path

import pytest

from model import errors
from service.problems import PROBLEMS, code_of_error, code_of_status


def test_every_status_of_the_contract_has_a_problem() -> None:
    statuses = {kind.status for kind in PROBLEMS.values()}
    assert statuses == {400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 500, 503}


def test_every_problem_speaks_both_languages_and_mentions_the_same_values() -> None:
    for code, kind in PROBLEMS.items():
        for texts in (kind.title, kind.detail):
            mentioned = {name: {part[1] for part in string.Formatter().parse(texts[name]) if part[1]} for name in texts}
            assert mentioned["ar"] == mentioned["en"], code
            assert re.search("[ء-ي]", texts["ar"]), code
            assert not re.search("[ء-ي]", texts["en"]), code


def test_codes_can_stand_in_an_address() -> None:
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", code) for code in PROBLEMS)


@pytest.mark.parametrize("code", [code for code, kind in PROBLEMS.items() if kind.status in (429, 503)])
def test_those_that_pass_say_when_to_come_back(code: str) -> None:
    assert int(PROBLEMS[code].headers["Retry-After"].format(seconds=7)) > 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ArtifactNotFoundError("", path=Path()), "model_not_found"),
        (errors.ArtifactCorruptError("", path=Path()), "model_corrupt"),
        (errors.ArtifactVersionError("", found=1, supported=2), "model_version"),
        (errors.ArtifactError(""), "model_unusable"),
        (errors.EmptyTextError(""), "no_text"),
        (errors.ArticleError("", field="body"), "invalid_request"),
        (errors.InputError(""), "invalid_request"),
        (errors.TrainingError(""), "internal_error"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_error_has_its_problem(error: errors.TabwibError, code: str) -> None:
    assert code_of_error(error) == code


def test_no_error_about_texts_or_artifacts_is_left_to_500() -> None:
    for _, error in inspect.getmembers(errors, inspect.isclass):
        if issubclass(error, (errors.InputError, errors.ArtifactError)):
            assert code_of_error(error.__new__(error)) != "internal_error", error


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "not_found"),
        (405, "method_not_allowed"),
        (413, "too_long"),
        (418, "internal_error"),
        (None, "internal_error"),
    ],
)
def test_what_http_refuses_has_its_problem(status: int | None, code: str) -> None:
    assert code_of_status(status) == code
    if status is not None and status != 418:
        assert PROBLEMS[code].status == status
