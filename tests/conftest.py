"""An invented corpus of sixty stories, and what is fitted on it once for all tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:  # heavy: imported by the fixtures that need them
    from model.classifier import NewsClassifier
    from training.pipeline import FitResult
    from training.vectorizer import ArabicTfidfVectorizer

settings.register_profile("untimed", deadline=None)  # a shared machine is slow now and then
settings.load_profile("untimed")

MINI_CORPUS = Path(__file__).parent / "data" / "mini.jsonl"


@pytest.fixture(scope="session")
def mini_corpus() -> Path:
    """The file: 4 sections of 15 stories of 28 to 35 words; elections, oil-energy and football have 6 each."""
    return MINI_CORPUS


@pytest.fixture(scope="session")
def mini_stories() -> list[dict[str, Any]]:
    return [json.loads(line) for line in MINI_CORPUS.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="session")
def mini_texts(mini_stories: list[dict[str, Any]]) -> list[str]:
    return [f"{story['headline']}\n{story['body']}" for story in mini_stories]


@pytest.fixture(scope="session")
def mini_vectorizer(mini_texts: list[str]) -> ArabicTfidfVectorizer:
    from training.vectorizer import ArabicTfidfVectorizer

    return ArabicTfidfVectorizer().fit(mini_texts)


@pytest.fixture(scope="session")
def tiny_artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact fitted on the mini corpus. Copy it before you change anything in it."""
    from training.learn import LearnSettings
    from training.pipeline import FitRequest, fit

    folder = tmp_path_factory.mktemp("tiny")
    fit(
        FitRequest(
            corpus=(str(MINI_CORPUS),),
            out=folder / "artifact",
            report=folder / "report",
            settings=LearnSettings(seed=3, jobs=1, min_examples=5),
        )
    )
    return folder / "artifact"


@pytest.fixture(scope="session")
def starter_fit(tmp_path_factory: pytest.TempPathFactory) -> FitResult:
    """A fit on everything that ships, as ``make fit`` does it. Half a minute, so that there is one for all tests."""
    from training.pipeline import FitRequest, fit
    from training.shipped import background_folder

    folder = tmp_path_factory.mktemp("starter")
    return fit(FitRequest(out=folder / "artifact", report=folder / "report", background=background_folder()))


@pytest.fixture(scope="session")
def starter_classifier(starter_fit: FitResult) -> NewsClassifier:
    from model.classifier import NewsClassifier

    return NewsClassifier.load(starter_fit.out)


@pytest.fixture(scope="session")
def tiny_classifier(tiny_artifact: Path) -> NewsClassifier:
    from model.classifier import NewsClassifier

    return NewsClassifier.load(tiny_artifact)
