"""The whole of a fit: what is in the artifact and in the report, and what stops it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model import artifact
from model.article import Article
from model.classifier import NewsClassifier
from model.errors import ArtifactError, ArtifactNotFoundError, SplitError, TaxonomyError, TrainingError
from training.corpus import LabelledArticle
from training.dataset import make_dataset
from training.evaluation import evaluate
from training.learn import LearnSettings
from training.pipeline import FitRequest, FitResult, corpus_taxonomy, fit

WriteStories = Callable[..., list[LabelledArticle]]
Fit = Callable[..., FitResult]


def write_corpus(path: Path, articles: Sequence[LabelledArticle]) -> str:
    path.write_text("".join(json.dumps(asdict(article), ensure_ascii=False) + "\n" for article in articles))
    return str(path)


@pytest.fixture
def fit_on(tmp_path: Path, settings: LearnSettings) -> Fit:
    """Return a function that fits on corpora, each a list of articles."""

    def run(*corpora: Sequence[LabelledArticle], **options: Any) -> FitResult:
        names = tuple(write_corpus(tmp_path / f"{row}.jsonl", corpus) for row, corpus in enumerate(corpora))
        request = FitRequest(corpus=names, out=tmp_path / "out", report=tmp_path / "report", settings=settings)
        return fit(replace(request, **options))

    return run


@pytest.fixture(scope="module")
def stories(write_stories: WriteStories) -> list[LabelledArticle]:
    return [
        *write_stories(20, section="news", topics=["elections"]),
        *write_stories(20, section="economy", topics=["oil-energy"]),
        *write_stories(20, section="sport", topics=["football"]),
        *write_stories(20, section="sport", topics=[]),
    ]


def manifest_of(result: FitResult) -> dict[str, Any]:
    return dict(artifact.load(result.out).manifest)


def test_the_artifact_is_measured_saved_and_reported(fit_on: Fit, stories: list[LabelledArticle]) -> None:
    result = fit_on(stories, command=("fit", "it"))
    manifest, report = manifest_of(result), json.loads((result.report / "report.json").read_text())
    assert artifact.load(result.out).sha256 == result.sha256
    assert manifest["metrics"] == report["test"] == json.loads(json.dumps(result.evaluation.figures))
    assert manifest["provenance"] == report["provenance"]
    assert manifest["warnings"] == report["warnings"] == list(result.warnings)
    assert manifest["settings"]["seed"] == 0
    assert manifest["support"] == {"sections": [20, 20, 40], "topics": [20, 20, 20]}
    assert [section["id"] for section in manifest["taxonomy"]["sections"]] == ["news", "economy", "sport"]
    origin = report["provenance"]
    assert origin["split"] == {"train": 64, "test": 16, "calibration": 64}
    assert origin["command"] == ["fit", "it"]
    assert [corpus["rows"] for corpus in origin["corpora"]] == [80]
    assert {"read", "clean", "learn and calibrate", "measure", "learn from everything"} <= set(origin["seconds"])
    assert (result.report / "report.md").read_text().startswith("#")


def test_the_saved_model_labels(fit_on: Fit, stories: list[LabelledArticle], write_stories: WriteStories) -> None:
    classifier = NewsClassifier.load(fit_on(stories).out)
    for section, topic in (("news", "elections"), ("economy", "oil-energy"), ("sport", "football")):
        (story,) = write_stories(1, section=section, topics=[topic], seed=9)
        predicted = classifier.predict(Article(headline=story.headline, body=story.body))
        assert predicted.section is not None
        assert predicted.section.id == section
        assert [given.id for given in predicted.topics] == [topic]


def test_the_test_part_is_not_learned_from_before_it_is_measured(
    fit_on: Fit, write_stories: WriteStories, tmp_path: Path
) -> None:
    """Sections drawn by lot cannot be guessed: only a model that had read the test part would be right."""
    lot = np.random.default_rng(0).permutation(["news", "economy"] * 60)
    drawn = [replace(story, section=lot[row]) for row, story in enumerate(write_stories(120, section="sport"))]
    result = fit_on(drawn)
    section = result.evaluation.figures["section"]
    assert section is not None
    assert section["n"] == 24
    assert section["accuracy"] < 0.85
    final = NewsClassifier.load(result.out)
    everything = evaluate(final, make_dataset(drawn, final.taxonomy), target=0.98).figures["section"]
    assert everything is not None
    assert everything["accuracy"] > 0.9  # the saved one has learned from everything


def test_near_duplicates_are_never_on_both_sides(fit_on: Fit, write_stories: WriteStories) -> None:
    """Each story twice, a word changed, sections drawn by lot: a leak would answer from memory."""
    lot = np.random.default_rng(1).permutation(["news", "economy"] * 40)
    first = [replace(story, section=lot[row]) for row, story in enumerate(write_stories(80, section="sport"))]
    second = [replace(story, id=f"{story.id}-2", body=f"{story.body} متابعة") for story in first]
    result = fit_on([*first, *second])
    report = json.loads((result.report / "report.json").read_text())
    assert report["provenance"]["duplicates"]["groups"] == 80
    assert report["provenance"]["duplicates"]["grouped"] == 160
    section = result.evaluation.figures["section"]
    assert section is not None
    assert section["n"] == 32
    assert section["accuracy"] < 0.85


def test_sections_of_one_corpus_and_topics_of_another(fit_on: Fit, write_stories: WriteStories) -> None:
    pairs = (("elections", "news"), ("oil-energy", "economy"), ("football", "sport"))
    with_topics = [story for topic, like in pairs for story in write_stories(25, like=like, topics=[topic])]
    with_topics += write_stories(25, like="health", topics=[])
    with_sections = [story for topic, like in pairs for story in write_stories(60, section=like, about=[topic])]
    result = fit_on(with_topics, with_sections)
    figures = result.evaluation.figures
    assert figures["section"] is not None
    assert figures["topics"] is not None
    assert figures["section"]["n"] + figures["topics"]["n"] == figures["n"]
    assert figures["section"]["accuracy"] > 0.95
    assert (figures["topics"]["micro_f1"] or 0) > 0.95
    assert manifest_of(result)["support"] == {"sections": [60, 60, 60], "topics": [25, 25, 25]}
    classifier = NewsClassifier.load(result.out)
    (story,) = write_stories(1, like="news", about=["elections"], seed=3)
    predicted = classifier.predict(Article(headline=story.headline, body=story.body))
    assert predicted.section is not None
    assert (predicted.section.id, [topic.id for topic in predicted.topics]) == ("news", ["elections"])


def test_copies_give_each_other_labels_and_count_once(fit_on: Fit, stories: list[LabelledArticle]) -> None:
    sections = [replace(story, topics=None) for story in stories]
    topics = [replace(story, section=None) for story in stories]
    result = fit_on(sections, topics)
    report = json.loads((result.report / "report.json").read_text())
    assert report["provenance"]["duplicates"]["removed"] == 80
    assert report["provenance"]["split"]["train"] + report["provenance"]["split"]["test"] == 80
    figures = result.evaluation.figures
    assert figures["section"] is not None
    assert figures["topics"] is not None
    assert figures["section"]["n"] == figures["topics"]["n"] == figures["n"] == 16


def test_sections_alone(fit_on: Fit, stories: list[LabelledArticle]) -> None:
    result = fit_on([replace(story, topics=None) for story in stories])
    assert result.evaluation.figures["topics"] is None
    assert NewsClassifier.load(result.out).predict(Article(body=stories[0].body)).topics == ()


def test_topics_alone(fit_on: Fit, stories: list[LabelledArticle]) -> None:
    result = fit_on([replace(story, section=None) for story in stories])
    assert result.evaluation.figures["section"] is None
    predicted = NewsClassifier.load(result.out).predict(Article(body=stories[0].body))
    assert predicted.section is None
    assert [topic.id for topic in predicted.topics] == ["elections"]


def test_one_section_alone_is_told(fit_on: Fit, stories: list[LabelledArticle]) -> None:
    result = fit_on([replace(story, section="news") for story in stories])
    assert result.evaluation.figures["section"] is None
    assert any("no sections are learned: news (80)" in warning for warning in result.warnings)
    assert not any("fewer than 5" in warning for warning in result.warnings)


def test_rare_labels_are_left_out_and_told(
    fit_on: Fit, stories: list[LabelledArticle], write_stories: WriteStories
) -> None:
    rare = write_stories(4, section="health", topics=["egypt"])
    result = fit_on([*stories, *rare])
    assert result.left_out == {"health": 4, "egypt": 4}
    assert any("fewer than 5 articles: health (4), egypt (4)" in warning for warning in result.warnings)
    assert "health" not in {section["id"] for section in manifest_of(result)["taxonomy"]["sections"]}
    assert "egypt" not in {topic["id"] for topic in manifest_of(result)["taxonomy"]["topics"]}


def test_labels_by_other_names(fit_on: Fit, stories: list[LabelledArticle]) -> None:
    names = {"news": "سياسة", "economy": "Business", "sport": "الرياضة"}
    renamed = [replace(story, section=names[story.section or ""]) for story in stories]
    result = fit_on(renamed)
    assert [section["id"] for section in manifest_of(result)["taxonomy"]["sections"]] == ["news", "economy", "sport"]


def test_labels_as_they_stand_in_the_corpus(fit_on: Fit, stories: list[LabelledArticle]) -> None:
    names = {"news": "القسم الأول", "economy": "Business", "sport": "الرياضة"}
    renamed = [replace(story, section=names[story.section or ""]) for story in stories]
    result = fit_on(renamed, labels="corpus")
    taxonomy = NewsClassifier.load(result.out).taxonomy
    assert {section.id for section in taxonomy.sections} == set(names.values())
    assert taxonomy.sections[0].id == "الرياضة"  # most frequent first


def test_the_taxonomy_of_a_corpus_is_in_order_of_frequency(write_stories: WriteStories) -> None:
    taxonomy = corpus_taxonomy(
        [*write_stories(1, section="news", topics=["egypt"]), *write_stories(2, section="sport", topics=["football"])]
    )
    assert [section.id for section in taxonomy.sections] == ["sport", "news"]
    assert [topic.id for topic in taxonomy.topics] == ["football", "egypt"]


def test_unknown_topics_are_counted_and_told(fit_on: Fit, stories: list[LabelledArticle]) -> None:
    odd = [replace(story, topics=(*(story.topics or ()), "موضوع لا يعرفه أحد")) for story in stories]
    result = fit_on(odd)
    assert any("موضوع لا يعرفه أحد (80)" in warning for warning in result.warnings)
    report = json.loads((result.report / "report.json").read_text())
    assert report["provenance"]["unknown_topics"] == {"موضوع لا يعرفه أحد": 80}
    assert manifest_of(result)["support"]["topics"] == [20, 20, 20]


def test_unknown_sections_stop_the_fit(fit_on: Fit, stories: list[LabelledArticle], tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match=r"'قسم غريب' \(80\)"):
        fit_on([replace(story, section="قسم غريب") for story in stories])
    with pytest.raises(ArtifactNotFoundError):
        artifact.load(tmp_path / "out")


@pytest.mark.parametrize(
    ("section", "message"),
    [
        pytest.param("news", r"two sections, or one topic.*'news' \(80\)", id="one section and no topic"),
        pytest.param(None, "sections: none", id="no label at all"),
    ],
)
def test_nothing_to_learn(fit_on: Fit, stories: list[LabelledArticle], section: str | None, message: str) -> None:
    with pytest.raises(SplitError, match=message):
        fit_on([replace(story, section=section, topics=None) for story in stories])


def test_too_few_different_stories_to_measure(fit_on: Fit, stories: list[LabelledArticle]) -> None:
    copies = [
        replace(stories[0], id=str(row), body=f"{stories[0].body} {'تحديث ' * (row % 7)}", section=section)
        for row, section in enumerate(("news", "sport") * 7)
    ]
    with pytest.raises(SplitError, match=r"only 1 different stories, too few to hold 20% of them out"):
        fit_on(copies)


def test_a_larger_corpus_holds_a_tenth_out(fit_on: Fit, write_stories: WriteStories) -> None:
    result = fit_on([*write_stories(1000, section="news"), *write_stories(1000, section="sport")])
    assert result.evaluation.figures["n"] == 200


def test_at_least_one_topic_is_kept_in_the_artifact(
    fit_on: Fit, stories: list[LabelledArticle], write_stories: WriteStories, settings: LearnSettings
) -> None:
    (story,) = write_stories(1, like="health", seed=4)
    for wanted in (False, True):
        result = fit_on(stories, settings=replace(settings, at_least_one_topic=wanted))
        predicted = NewsClassifier.load(result.out).predict(Article(headline=story.headline, body=story.body))
        assert len(predicted.topics) == int(wanted)


def test_the_same_seed_writes_the_same_arrays(
    fit_on: Fit, stories: list[LabelledArticle], settings: LearnSettings
) -> None:
    def digests(**options: Any) -> dict[str, str]:
        entries = manifest_of(fit_on(stories, **options))["arrays"]
        return {name: entry["sha256"] for name, entry in entries.items()}

    first = digests()
    assert first == digests()
    assert first != digests(settings=replace(settings, seed=1))


def test_more_cores_learn_the_same_labels(fit_on: Fit, stories: list[LabelledArticle], settings: LearnSettings) -> None:
    one, two = (fit_on(stories, settings=replace(settings, jobs=jobs)).evaluation.figures for jobs in (1, 2))
    assert one["section"] is not None
    assert two["section"] is not None
    assert one["section"]["accuracy"] == two["section"]["accuracy"]
    assert one["section"]["log_loss"] == pytest.approx(two["section"]["log_loss"], abs=0.05)


@pytest.mark.parametrize("place", ["out", "report"])
def test_a_file_in_the_place_of_a_folder_stops_before_anything_is_learned(
    fit_on: Fit, stories: list[LabelledArticle], tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises((ArtifactError, TrainingError), match=rf"--{place}|folder"):
        fit_on(stories, **{place: tmp_path / "file"})
    assert (tmp_path / "file").read_text() == "x"
    with pytest.raises(ArtifactNotFoundError):
        artifact.load(tmp_path / "out")


def test_a_folder_of_other_files_is_not_touched(fit_on: Fit, stories: list[LabelledArticle], tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_text("x")
    with pytest.raises(ArtifactError, match=r"other files \(one\.jpg\)"):
        fit_on(stories, out=tmp_path / "photos")
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["one.jpg"]
