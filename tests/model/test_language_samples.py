"""How much of what is no Arabic story is caught, on invented texts that the rules were and were not chosen on."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from model.admission import admit
from model.article import Article
from model.letters import ALPHABETS

if TYPE_CHECKING:
    from model.classifier import NewsClassifier

FOLDER = Path(__file__).parent / "samples"
SAMPLES = [json.loads(line) for line in (FOLDER / "admission.jsonl").read_text(encoding="utf-8").splitlines()]
LETTERS = ("letters", "keyboard")
"""Forms of gibberish whose words no model knows: ``unknown_words`` catches what is too short for ``gibberish``."""


def caught(sample: dict[str, str]) -> bool:
    language, texture = admit(sample["text"])
    if sample["kind"] in ALPHABETS:
        return language.code == sample["kind"]
    return texture is not None if sample["kind"] in ("gibberish", "list", "boilerplate") else language.code != "ar"


def test_the_file_is_what_its_readme_says() -> None:
    assert "All of them are invented" in (FOLDER / "README.md").read_text(encoding="utf-8").replace("**", "")
    assert len({sample["id"] for sample in SAMPLES}) == len({sample["text"] for sample in SAMPLES}) == len(SAMPLES)
    forms = Counter((sample["kind"], sample["form"]) for sample in SAMPLES)
    assert min(forms[kind, form] for kind in ("fa", "ur") for form in ("headline", "story")) >= 40
    kinds = Counter(sample["kind"] for sample in SAMPLES)
    assert kinds.keys() == {"ar", "gibberish", "list", "boilerplate", *ALPHABETS}
    assert min(kinds.values()) >= 20


@pytest.mark.parametrize("sample", [each for each in SAMPLES if each["kind"] in ALPHABETS], ids=lambda each: each["id"])
def test_other_languages_are_named(sample: dict[str, str]) -> None:
    assert caught(sample), sample["text"]


@pytest.mark.parametrize("sample", [each for each in SAMPLES if each["kind"] == "ar"], ids=lambda each: each["id"])
def test_arabic_passes(sample: dict[str, str]) -> None:
    language, texture = admit(sample["text"])
    assert (language.code, texture) == ("ar", None), sample["text"]


@pytest.mark.parametrize(
    ("kind", "part", "floor"),
    [
        ("list", "development", 10),
        ("list", "held-out", 11),
        ("boilerplate", "development", 11),
        ("boilerplate", "held-out", 12),
        ("boilerplate", "second", 9),
    ],
)
def test_no_less_is_caught_than_before(kind: str, part: str, floor: int) -> None:
    chosen = [sample for sample in SAMPLES if (sample["kind"], sample["part"]) == (kind, part)]
    found = sum(map(caught, chosen))
    assert found >= floor, f"{found} of {len(chosen)}"


@pytest.mark.parametrize(("form", "floor"), [("salad", 5), ("repeated", 10)])
def test_no_less_gibberish_is_caught_than_before(form: str, floor: int) -> None:
    found = sum(caught(sample) for sample in SAMPLES if sample["form"] == form)
    assert found >= floor


def test_none_of_it_is_accepted(tiny_classifier: NewsClassifier) -> None:
    """Through cleaning and scoring; a model of sixty stories knows few words, random letters least of all."""
    wanted = [sample for sample in SAMPLES if sample["kind"] != "ar" and (caught(sample) or sample["form"] in LETTERS)]
    assert len(wanted) > 300
    for sample in wanted:
        article = Article(headline=sample["text"]) if sample["form"] == "headline" else Article(body=sample["text"])
        prediction = tiny_classifier.predict(article)
        assert prediction.section is not None
        assert prediction.section.decision == "abstained", sample["id"]
        assert prediction.topics == ()
        assert prediction.language.supported == (sample["kind"] not in ALPHABETS)
