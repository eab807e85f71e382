"""Sections that a rule leaves open are settled by what was learned elsewhere, learned from, and never measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from model.taxonomy import LabelRule, Taxonomy
from training import learn as learning
from training.corpus import LabelledArticle
from training.dataset import Dataset, make_dataset, resolve_labels
from training.ground import NOTHING, prepare
from training.heads import Examples, FittedHead, HeadTask, fit_heads
from training.learn import LearnSettings, learn
from training.packing import in_memory

WriteStories = Callable[..., list[LabelledArticle]]

SECTIONS = ("health", "news", "sport")


def corpus(write_stories: WriteStories, n_wrong: int = 30) -> Dataset:
    """Masa files health under sport, which a rule leaves open; two other outlets know better."""
    plain = [
        story
        for source in ("sabah", "fajr")
        for section in SECTIONS
        for story in write_stories(40, section=section, source=source)
    ]
    sport = write_stories(30, section="sport", source="masa")
    health = [replace(story, section="sport") for story in write_stories(n_wrong, like="health", source="masa")]
    news = write_stories(30, section="news", source="masa")
    rule = LabelRule("masa", "section", "sport", None, ("sport", "health"))
    taxonomy = replace(Taxonomy.of_labels(SECTIONS, ()), rules=(rule,))
    return make_dataset(resolve_labels([*plain, *sport, *health, *news], taxonomy).articles, taxonomy)


def alone(dataset: Dataset) -> NDArray[np.int64]:
    return np.arange(len(dataset), dtype=np.int64)


def test_what_is_open_becomes_what_other_outlets_call_it(write_stories: WriteStories, settings: LearnSettings) -> None:
    dataset = corpus(write_stories)
    section = prepare(dataset, settings, NOTHING).examples.section
    assert dataset.section[240:300].tolist() == [-1] * 60
    assert section[240:300].tolist() == [SECTIONS.index("sport")] * 30 + [SECTIONS.index("health")] * 30
    known = dataset.section >= 0
    assert (section[known] == dataset.section[known]).all()


def test_only_the_sections_in_question_can_be_meant(write_stories: WriteStories, settings: LearnSettings) -> None:
    dataset = corpus(write_stories)
    dataset.among[240:300] = [False, True, True]
    section = prepare(dataset, settings, NOTHING).examples.section
    assert section[240:270].tolist() == [SECTIONS.index("sport")] * 30
    assert SECTIONS.index("health") not in section[270:300]


def test_what_cannot_be_learned_settles_nothing(write_stories: WriteStories, settings: LearnSettings) -> None:
    dataset = corpus(write_stories)
    kept = dataset.take(np.flatnonzero(dataset.section != SECTIONS.index("health")))
    kept.among[kept.section < 0] = [True, False, False]
    section = prepare(kept, settings, NOTHING).examples.section
    assert (section[kept.section < 0] == -1).all()


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> list[HeadTask]:
    """Every task that `learn` gives to the real `fit_heads`."""
    seen: list[HeadTask] = []

    def listening(X: Any, examples: Examples, tasks: Sequence[HeadTask], **options: Any) -> Iterator[FittedHead]:
        seen.extend(tasks)
        return fit_heads(X, examples, tasks, **options)

    monkeypatch.setattr(learning, "fit_heads", listening)
    return seen


def test_settled_articles_are_learned_from_and_never_scored(
    write_stories: WriteStories, settings: LearnSettings, tasks: list[HeadTask]
) -> None:
    dataset = corpus(write_stories)
    rows = np.arange(len(dataset), dtype=np.int64)
    groups = np.where((rows >= 240) & (rows < 250), rows - 240, rows)  # ten are copies of stories of sabah
    learned = learn(dataset, groups, settings)
    sources, settled = np.array(dataset.sources), np.isin(rows, np.arange(240, 300))
    final = [task for task in tasks if not task.scored.any()]
    assert [task.learned_from[settled].all() for task in final] == [True]
    for task in tasks:
        assert not task.scored[settled].any()
        left_out = set(sources[task.scored]) - set(sources[task.learned_from & ~settled])
        assert not left_out & set(sources[task.learned_from])
        assert not set(groups[task.scored]) & set(groups[task.learned_from])
    of_others = [task for task in tasks if task.scored.any() and "masa" not in sources[task.scored]]
    assert of_others
    assert all(task.learned_from[250:300].all() for task in of_others)
    assert sum(outlet["n"] for outlet in learned.unseen) == 270


def test_health_of_an_outlet_that_has_no_heading_for_it_is_found(
    write_stories: WriteStories, settings: LearnSettings
) -> None:
    dataset = corpus(write_stories, n_wrong=60)
    test = make_dataset(write_stories(30, section="health", source="masa", seed=1), dataset.taxonomy)
    scores = in_memory(learn(dataset, alone(dataset), settings), dataset.taxonomy).score(test.whole)
    assert (scores.sections.argmax(axis=1) == SECTIONS.index("health")).mean() > 0.9
