"""Leaving outlets out and folds: every article is labelled by a model that never met it, its copies or its outlet."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.errors import SplitError
from training.background.values import Background, save_background
from training.corpus import LabelledArticle
from training.learn import LearnSettings
from training.pooling import mean_figures
from training.protocols import ProtocolRequest, ProtocolResult, report_of, run

WriteStories = Callable[..., list[LabelledArticle]]
Run = Callable[..., ProtocolResult]
SECTIONS = ("news", "economy", "sport")


@pytest.fixture
def run_on(tmp_path: Path, settings: LearnSettings) -> Run:
    """Return a function that measures what learning from articles is worth; without folds, outlets are left out."""

    def measure(articles: Sequence[LabelledArticle], **options: Any) -> ProtocolResult:
        path = tmp_path / "corpus.jsonl"
        path.write_text("".join(json.dumps(asdict(article), ensure_ascii=False) + "\n" for article in articles))
        return run(ProtocolRequest(**{"corpus": (str(path),), "settings": settings, **options}))

    return measure


@pytest.fixture
def outlets(write_stories: WriteStories) -> list[LabelledArticle]:
    """Three outlets of 48, 30 and 30 stories."""
    sizes = {"sabah": 16, "masa": 10, "fajr": 10}
    return [
        story
        for source, n in sizes.items()
        for section in SECTIONS
        for story in write_stories(n, section=section, source=source)
    ]


def accuracy(figures: Any) -> float:
    return float(figures["section"]["accuracy"])


def by_lot(articles: Sequence[LabelledArticle], seed: int = 0) -> list[LabelledArticle]:
    """Draw the sections by lot: nobody can guess them who has not read the very article."""
    lot = np.random.default_rng(seed).integers(0, 2, len(articles))
    return [replace(article, section=("news", "sport")[side]) for article, side in zip(articles, lot, strict=True)]


# ------------------------------------------------------------------ outlets


def test_each_outlet_is_measured_by_a_model_of_the_others(run_on: Run, outlets: list[LabelledArticle]) -> None:
    """One outlet files sport as news and news as sport, which nobody knows who has not learned from it."""
    swapped = {"news": "sport", "sport": "news", "economy": "economy"}
    filed = [replace(a, section=swapped[a.section or ""]) if a.source == "masa" else a for a in outlets]
    result = run_on(filed)
    parts = result.figures["parts"]
    assert result.figures["protocol"] == "leave out source"
    assert {name: part["n"] for name, part in parts.items()} == {"sabah": 48, "masa": 30, "fajr": 30}
    assert {name: part["learned_from"] for name, part in parts.items()} == {"sabah": 60, "masa": 78, "fajr": 78}
    assert accuracy(parts["masa"]) == pytest.approx(1 / 3, abs=0.05)
    assert accuracy(parts["fajr"]) > 0.9
    assert {outlet["source"]: outlet["section"] for outlet in result.unseen} == {
        name: part["section"] for name, part in parts.items()
    }


def test_pooled_counts_articles_and_mean_counts_outlets(run_on: Run, outlets: list[LabelledArticle]) -> None:
    filed = by_lot([a for a in outlets if a.source == "masa"]) + [a for a in outlets if a.source != "masa"]
    figures = run_on(filed).figures
    parts = list(figures["parts"].values())
    assert figures["n"] == sum(part["n"] for part in parts) == 108
    for pooled, mean, of_parts in (
        (figures, figures["mean"], parts),
        (figures["headline_only"], figures["mean"]["headline_only"], [part["headline_only"] for part in parts]),
    ):
        shares = [accuracy(part) for part in of_parts]
        assert max(shares) > min(shares) + 0.2
        assert accuracy(mean) == pytest.approx(np.mean(shares))
        assert accuracy(pooled) == pytest.approx(np.average(shares, weights=[part["n"] for part in parts]))
    assert figures["section"] is not None
    coverage = [part["section"]["auto"]["coverage"] for part in parts if part["section"]]
    assert figures["section"]["auto"]["coverage"] == pytest.approx(
        np.average(coverage, weights=[part["n"] for part in parts])
    )


def test_copies_at_another_outlet_are_not_learned_from(run_on: Run, write_stories: WriteStories) -> None:
    """Each story runs in both outlets with a word changed: what had learned from the copy would know the lot."""
    first = by_lot(write_stories(60, section="economy", source="sabah"))
    copies = [replace(a, id=f"{a.id}-2", source="masa", body=f"{a.body} متابعة") for a in first]
    own = [a for source in ("sabah", "masa") for a in by_lot(write_stories(60, like="sport", source=source))]
    result = run_on([*first, *copies, *own])
    for part in result.figures["parts"].values():
        assert part["n"] == 120
        assert part["learned_from"] == 60
        assert accuracy(part) < 0.7


def test_a_label_that_no_other_outlet_has_is_not_asked_for(
    run_on: Run, outlets: list[LabelledArticle], write_stories: WriteStories
) -> None:
    health = write_stories(15, section="health", topics=["egypt"], source="masa")
    tagged = [replace(a, topics=("elections",) if a.section == "news" else ()) for a in outlets]
    result = run_on([*tagged, *health])
    masa, fajr = result.figures["parts"]["masa"], result.figures["parts"]["fajr"]
    assert masa["left_out"] == {"health": 15, "egypt": 15}
    assert fajr["left_out"] == {}
    assert masa["section"] is not None
    assert (masa["n"], masa["section"]["n"]) == (45, 30)
    assert accuracy(masa) > 0.9
    assert result.figures["section"] is not None
    assert (result.figures["n"], result.figures["section"]["n"]) == (123, 108)
    dataset, scores = result.pooled.dataset, result.pooled.scores["whole"]
    assert [section.id for section in dataset.taxonomy.sections] == [*SECTIONS, "health"]
    of_masa = np.array([source == "masa" for source in dataset.sources])
    assert (scores.sections[of_masa, 3] == 0).all()
    assert (scores.sections[~of_masa, 3] > 0).all()
    assert not dataset.topics[:, [topic.id for topic in dataset.taxonomy.topics].index("egypt")].any()
    assert result.figures["topics"] is not None
    assert (result.figures["topics"]["micro_f1"] or 0) > 0.9
    assert {row["label"]: row["support"] for row in result.pooled.whole["section_rows"]}["health"] == 0


def test_small_outlets_teach_and_are_not_measured(
    run_on: Run, outlets: list[LabelledArticle], write_stories: WriteStories
) -> None:
    few = write_stories(19, section="news", source="duha")
    nameless = write_stories(30, section="sport")
    untold = write_stories(40, source="layl", like="sport")
    result = run_on([*outlets, *few, *nameless, *untold])
    assert list(result.figures["parts"]) == ["sabah", "masa", "fajr"]
    assert result.figures["parts"]["sabah"]["learned_from"] == 60 + 19 + 30 + 40
    (told,) = (warning for warning in result.warnings if "not measured" in warning)
    assert told.endswith(": duha (19)")


def test_topics_of_one_outlet_alone_are_not_measured(run_on: Run, outlets: list[LabelledArticle]) -> None:
    tagged = [
        replace(a, topics=("elections",) if a.source == "masa" and a.section == "news" else None) for a in outlets
    ]
    figures = run_on(tagged).figures
    assert figures["topics"] is figures["mean"]["topics"] is figures["parts"]["masa"]["topics"] is None
    assert figures["parts"]["masa"]["left_out"] == {"elections": 10}


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        pytest.param([None], "none is named", id="none named"),
        pytest.param(["sabah"], r"sabah \(108\)", id="one"),
        pytest.param(["sabah"] * 5 + ["masa"], r"sabah \(90\), masa \(18\)", id="a second too small"),
    ],
)
def test_a_single_outlet_cannot_be_left_out(
    run_on: Run, outlets: list[LabelledArticle], sources: list[str | None], found: str
) -> None:
    named = [replace(article, source=sources[row % len(sources)]) for row, article in enumerate(outlets)]
    with pytest.raises(SplitError, match=rf"takes two with at least 20 .*{found}\. Say which column .* --folds N"):
        run_on(named)


def test_too_little_is_left_without_an_outlet(run_on: Run, write_stories: WriteStories) -> None:
    stories = [
        *(story for section in SECTIONS for story in write_stories(20, section=section, source="sabah")),
        *write_stories(20, section="news", source="masa"),
    ]
    with pytest.raises(SplitError, match="nothing can be learned without sabah: of the 20 articles that are left"):
        run_on(stories)


# ------------------------------------------------------------------ folds


@pytest.mark.parametrize("n_folds", [2, 5])
def test_every_labelled_article_is_in_one_fold(
    run_on: Run, outlets: list[LabelledArticle], write_stories: WriteStories, n_folds: int
) -> None:
    result = run_on([*outlets, *write_stories(10, like="news")], n_folds=n_folds)
    assert result.figures["protocol"] == "folds"
    assert list(result.figures["parts"]) == [str(number + 1) for number in range(n_folds)]
    assert result.figures["n"] == 108
    assert sorted(result.pooled.dataset.ids) == sorted(article.id for article in outlets)
    assert accuracy(result.figures) > 0.9
    assert result.unseen == ()
    for part in result.figures["parts"].values():
        assert part["section"] is not None
        assert abs(part["section"]["n"] - 108 / n_folds) <= 2
    shares = np.array([np.bincount(e.section, minlength=3) for e in _by_fold(result)])
    assert (np.ptp(shares, axis=0) <= 1).all()  # each fold has its share of each section


def _by_fold(result: ProtocolResult) -> list[Any]:
    """Take the pooled articles apart again."""
    ends = np.cumsum([part["n"] for part in result.figures["parts"].values()])
    rows = np.arange(result.figures["n"], dtype=np.intp)
    return [result.pooled.dataset.take(part) for part in np.split(rows, ends[:-1])]


def test_copies_are_never_in_two_folds(run_on: Run, write_stories: WriteStories) -> None:
    first = by_lot(write_stories(60, section="economy"))
    second = [replace(article, id=f"{article.id}-2", body=f"{article.body} متابعة") for article in first]
    result = run_on([*first, *second], n_folds=4)
    assert result.figures["n"] == 120
    assert accuracy(result.figures) < 0.7


def test_the_seed_deals_the_folds(run_on: Run, outlets: list[LabelledArticle], settings: LearnSettings) -> None:
    dealt = [run_on(outlets, n_folds=3, settings=replace(settings, seed=seed)).pooled.dataset.ids for seed in (0, 0, 1)]
    assert dealt[0] == dealt[1] != dealt[2]


def test_more_folds_than_stories(run_on: Run, write_stories: WriteStories) -> None:
    stories = [*write_stories(5, section="news"), *write_stories(5, section="sport"), *write_stories(50, like="news")]
    with pytest.raises(SplitError, match="6 folds take at least 12 different labelled stories, and the corpus has 10"):
        run_on(stories, n_folds=6)


# ------------------------------------------------------------------ both


def test_headlines_alone(run_on: Run, outlets: list[LabelledArticle]) -> None:
    both, alone = run_on(outlets), run_on(outlets, headline_only=True)
    assert both.figures["headline_only"] is not None
    assert alone.figures["section"] == both.figures["headline_only"]["section"]
    assert alone.figures["headline_only"] is alone.figures["mean"]["headline_only"] is None
    assert alone.pooled.headline_only is None


def test_sections_of_some_outlets_and_topics_of_others(run_on: Run, write_stories: WriteStories) -> None:
    pairs = (("elections", "news"), ("football", "sport"))
    stories = [
        *(a for source in ("sabah", "masa") for s in SECTIONS for a in write_stories(10, section=s, source=source)),
        *(
            a
            for source in ("fajr", "duha")
            for topic, like in pairs
            for a in write_stories(12, like=like, topics=[topic], source=source)
        ),
    ]
    figures = run_on(stories).figures
    assert figures["parts"]["sabah"]["topics"] is figures["parts"]["fajr"]["section"] is None
    assert figures["section"] is not None
    assert figures["topics"] is not None
    assert (figures["section"]["n"], figures["topics"]["n"], figures["n"]) == (60, 48, 108)
    assert figures["mean"]["topics"] is not None
    assert figures["mean"]["topics"]["n"] == 48


def test_a_background_and_an_archive_help_without_the_labels_that_are_left_out(
    run_on: Run,
    outlets: list[LabelledArticle],
    write_stories: WriteStories,
    background: Background,
    tmp_path: Path,
) -> None:
    save_background(tmp_path / "background", replace(background, manifest={**background.manifest, "corpora": []}))
    archive = tmp_path / "archive.jsonl"
    rows = [*write_stories(40, about=["egypt"]), *write_stories(60, seed=1)]
    archive.write_text("".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows))
    tagged = [replace(a, topics=("elections",) if a.source == "masa" and a.section == "news" else ()) for a in outlets]
    result = run_on(tagged, background=tmp_path / "background", unlabelled=(str(archive),))
    assert result.figures["parts"]["masa"]["left_out"] == {"elections": 10}
    assert accuracy(result.figures) > 0.9
    assert any("aliases point at" in warning for warning in result.warnings)


def test_a_report_shows_every_outlet(run_on: Run, outlets: list[LabelledArticle], settings: LearnSettings) -> None:
    result = run_on(outlets)
    report = report_of(ProtocolRequest(settings=settings, command=("evaluate", "it")), result)
    assert report["test"] is result.figures
    assert [outlet["source"] for outlet in report["unseen"]] == ["sabah", "masa", "fajr"]
    assert report["provenance"]["split"] == {"test: sabah": 48, "test: masa": 30, "test: fajr": 30}
    assert report["provenance"]["command"] == ["evaluate", "it"]
    assert report["provenance"]["seed"] == 0
    assert {"without sabah", "without masa", "without fajr"} <= set(report["provenance"]["seconds"])


def test_a_mean_passes_over_what_is_not_there() -> None:
    def figures(n: int, accuracy_: float, precision: float | None, topics: bool) -> Any:
        section = {"n": n, "accuracy": accuracy_, "auto": {"target": 0.98, "precision": precision}}
        return {"section": section, "topics": {"n": n, "micro_f1": 0.5} if topics else None, "headline_only": None}

    mean = mean_figures([figures(10, 0.8, None, False), figures(30, 0.6, 0.9, True)])
    assert mean["section"] == {"n": 40, "accuracy": pytest.approx(0.7), "auto": {"target": 0.98, "precision": 0.9}}
    assert mean["topics"] == {"n": 30, "micro_f1": 0.5}
    assert mean["headline_only"] is None
