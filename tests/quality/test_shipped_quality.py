"""What ships is as good as it was: on its held-out part, on fresh stories, and however these are spelled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import pinned
from benchmarks.pinned import Measured
from model.classifier import NewsClassifier
from training.corpus import LabelledArticle, read_corpus
from training.dataset import make_dataset, resolve_labels
from training.examine.robustness import measure_robustness
from training.pipeline import FitResult

FLOORS = Path(__file__).with_name("floors.json")
STORIES = Path(__file__).with_name("stories.jsonl")


def held_out(fitted: FitResult) -> Measured:
    """The figures of the part that was held out of the starter corpus, headlines alone after whole stories."""
    figures = fitted.evaluation.figures
    found: dict[str, float] = {}
    for view, of_view in (("whole", figures), ("headline", figures["headline_only"] or {})):
        of_sections: Any = of_view["section"]
        of_topics: Any = of_view["topics"]
        found |= {f"{view}_section_{name}": of_sections[name] for name in ("accuracy", "macro_f1")}
        found |= {f"{view}_topics_{name}": of_topics[name] for name in ("micro_f1", "macro_f1")}
    return Measured(figures["n"], found)


def fresh(classifier: NewsClassifier) -> Measured:
    """Sections and topics of stories that are in no corpus, and how many keep their section when spelled otherwise."""
    articles: tuple[LabelledArticle, ...] = resolve_labels(
        read_corpus([str(STORIES)]).articles, classifier.taxonomy
    ).articles
    dataset = make_dataset(articles, classifier.taxonomy)
    whole, headlines = classifier.score(dataset.whole), classifier.score(dataset.headlines)
    found = {
        "accuracy": float((whole.sections.argmax(axis=1) == dataset.section).mean()),
        "headline_accuracy": float((headlines.sections.argmax(axis=1) == dataset.section).mean()),
        "topics_found": float(whole.given[dataset.topics].mean()),  # others may apply too: only these certainly do
    }
    tagged = np.ones(len(classifier.taxonomy.topics), dtype=np.bool_)
    for row in measure_robustness(classifier, dataset, tagged, articles)["rows"]:
        if row["name"] != "as-it-is":
            found[f"same_section_{row['name']}"] = 1 - (row["whole"]["sections_changed"] or 0.0)
    return Measured(len(articles), found)


@pytest.fixture(scope="module")
def measured(
    starter_fit: FitResult, starter_classifier: NewsClassifier, request: pytest.FixtureRequest
) -> dict[str, Measured]:
    """What is measured now; the flags of ``conftest`` have it pinned first."""
    found = {"held_out": held_out(starter_fit), "fresh": fresh(starter_classifier)}
    if request.config.getoption("--pin-floors", default=False):
        pinned.pin(found, lower_because=request.config.getoption("--lower-because"), file=FLOORS)
    return found


@pytest.mark.parametrize("case", ["held_out", "fresh"])
def test_nothing_is_below_its_floor(measured: dict[str, Measured], case: str) -> None:
    assert not [str(error) for error in pinned.below({case: measured[case]}, FLOORS)]


def test_everything_that_is_pinned_is_measured(measured: dict[str, Measured]) -> None:
    assert pinned.cases(FLOORS) == list(measured)


def test_floors_were_lowered_with_a_reason_only() -> None:
    for case in json.loads(FLOORS.read_text(encoding="utf-8"))["cases"].values():
        assert all(step["because"] and step["from"] for step in case.get("lowered", []))


def test_fresh_stories_are_of_every_section_and_in_no_corpus(starter_classifier: NewsClassifier) -> None:
    from training.shipped import starter_corpus

    stories = [json.loads(line) for line in STORIES.read_text(encoding="utf-8").splitlines()]
    sections = [section.id for section in starter_classifier.taxonomy.sections]
    assert sorted(story["section"] for story in stories) == sorted(3 * sections)
    shipped = {article.headline for article in read_corpus(starter_corpus()).articles}
    assert not [story["id"] for story in stories if story["headline"] in shipped]
