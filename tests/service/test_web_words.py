"""The words of the pages: nothing is said in one language only, and nothing that is asked for is missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from model.prediction import Decision, ReviewReason
from service.web.figures import FIGURES
from service.web.words import WORDS, said_in

WEB = Path(__file__).resolve().parents[2] / "service" / "web"
SOURCES = [*WEB.glob("templates/*.html"), *WEB.glob("assets/*.js")]
VALUE = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("key", WORDS["ar"])
def test_both_languages_say_the_same(key: str) -> None:
    arabic, english = WORDS["ar"][key], WORDS["en"][key]
    assert sorted(VALUE.findall(arabic)) == sorted(VALUE.findall(english))
    if key != "other_language":
        assert re.search("[؀-ۿ]", arabic), arabic
        assert not re.search("[؀-ۿ]", english), english


def test_every_word_that_is_asked_for_is_there() -> None:
    asked = {
        key for source in SOURCES for key in re.findall(r"""say\(["']([\w.]+)["'][,)]""", source.read_text("utf-8"))
    }
    assert len(asked) > 40
    assert asked <= WORDS["ar"].keys()


def test_everything_the_model_may_say_has_words() -> None:
    for key in (
        *(f"decision.{decision}" for decision in get_args(Decision)),
        *(f"reason.{reason}" for reason in get_args(ReviewReason)),
        *(f"reason_short.{reason}" for reason in get_args(ReviewReason)),
        *(f"figure.{name}" for name in FIGURES),
    ):
        assert key in WORDS["ar"], key


def test_what_is_new_is_said_by_its_name() -> None:
    assert said_in("ar", "kind.weather_box") == "weather_box"
    assert said_in("en", "labelled", count=3, review=1) == "Labelled: 3. To review: 1."
