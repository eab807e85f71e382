"""The whole of a fit: what is in the artifact and in the report, and what stops it."""

from __future__ import annotations

import hashlib
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
from model.taxonomy import LabelRule, Section, Taxonomy
from training.background.values import Background, save_background
from training.corpus import LabelledArticle
from training.dataset import make_dataset
from training.evaluation import evaluate
from training.learn import LearnSettings
from training.pipeline import FitRequest, FitResult, fit
from training.preparation import corpus_taxonomy

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
    assert not any("left out" in warning for warning in result.warnings)


def test_rare_labels_are_left_out_and_told(
    fit_on: Fit, stories: list[LabelledArticle], write_stories: WriteStories
) -> None:
    rare = write_stories(1, section="health", topics=["egypt"])
    result = fit_on([*stories, *rare])
    assert result.left_out == {"health": 1, "egypt": 1}
    assert any("fewer than 2 articles: health (1), egypt (1)" in warning for warning in result.warnings)
    assert "health" not in {section["id"] for section in manifest_of(result)["taxonomy"]["sections"]}
    assert "egypt" not in {topic["id"] for topic in manifest_of(result)["taxonomy"]["topics"]}


def test_two_examples_are_enough_to_be_learned(
    fit_on: Fit, stories: list[LabelledArticle], write_stories: WriteStories
) -> None:
    result = fit_on([*stories, *write_stories(2, section="health", topics=["egypt"])])
    assert result.left_out == {}
    manifest = manifest_of(result)
    assert manifest["support"] == {"sections": [20, 20, 40, 2], "topics": [2, 20, 20, 20]}
    assert all(np.isfinite(manifest["decision"]["long"]["topic_threshold"]))


# ------------------------------------------------------------------ beside the labelled corpus


@pytest.fixture(scope="module")
def archive(write_stories: WriteStories) -> list[LabelledArticle]:
    """Without a label: 40 stories about Egypt, where القاهرة and الإسكندرية are aliases, and 80 about nothing."""
    return [*write_stories(40, about=["egypt"]), *write_stories(80, seed=1)]


def test_a_topic_that_nobody_tagged_is_learned_from_its_aliases(
    fit_on: Fit, stories: list[LabelledArticle], archive: list[LabelledArticle], tmp_path: Path
) -> None:
    unlabelled = (write_corpus(tmp_path / "archive.jsonl", archive),)
    result = fit_on(stories, unlabelled=unlabelled)
    told = [warning for warning in result.warnings if "aliases" in warning]
    assert len(told) == 1
    assert told[0].endswith("with nobody's labels: egypt (40)")
    report = json.loads((result.report / "report.json").read_text())
    assert told[0] in report["warnings"]
    assert told[0] in (result.report / "report.md").read_text()
    assert report["labels"]["egypt"]["en"] == "Egypt"
    classifier = NewsClassifier.load(result.out)
    assert "egypt" in {topic.id for topic in classifier.taxonomy.topics}

    def given(text: str) -> set[str]:
        return {topic.id for topic in classifier.predict(Article(body=text)).topics}

    # neither is an alias: the head has learned what else is in such stories
    assert given("قال أمس خلال شهر في منطقة النيل وأكد بعد عام في مدينة أسوان") == {"egypt"}
    assert given("قال أمس خلال شهر في منطقة كبيرة وأكد بعد عام في مدينة جديد") == set()
    assert given(stories[0].body) == {"elections"}


def test_a_topic_learned_from_aliases_is_not_measured(
    fit_on: Fit, stories: list[LabelledArticle], archive: list[LabelledArticle], tmp_path: Path
) -> None:
    """No editor of the corpus gives it, so that no article of the test part shows whether it is right."""
    about_egypt = [replace(story, body=f"{story.body} القاهرة النيل أسوان الإسكندرية") for story in stories]
    result = fit_on(about_egypt, unlabelled=(write_corpus(tmp_path / "archive.jsonl", archive),))
    figures = result.evaluation.figures["topics"]
    assert figures is not None
    assert (figures["micro_f1"] or 0) > 0.95
    assert {row["label"] for row in result.evaluation.whole["topic_rows"]} == {"elections", "oil-energy", "football"}
    classifier = NewsClassifier.load(result.out)
    given = {topic.id for topic in classifier.predict(Article(body=about_egypt[0].body)).topics}
    assert "egypt" in given  # what the corpus leaves untagged is no negative


def test_an_archive_teaches_no_topic_that_the_corpus_has(
    fit_on: Fit, stories: list[LabelledArticle], write_stories: WriteStories, tmp_path: Path
) -> None:
    about_oil = write_stories(40, about=["oil-energy"], seed=2)
    result = fit_on(stories, unlabelled=(write_corpus(tmp_path / "archive.jsonl", about_oil),))
    assert not any("aliases" in warning for warning in result.warnings)
    assert manifest_of(result)["support"]["topics"] == [20, 20, 20]


def test_topics_from_aliases_beside_sections_alone(
    fit_on: Fit, stories: list[LabelledArticle], archive: list[LabelledArticle], tmp_path: Path
) -> None:
    sections = [replace(story, topics=None) for story in stories]
    result = fit_on(sections, unlabelled=(write_corpus(tmp_path / "archive.jsonl", archive),))
    assert result.evaluation.figures["topics"] is None
    predicted = NewsClassifier.load(result.out).predict(Article(body=archive[0].body))
    assert [topic.id for topic in predicted.topics] == ["egypt"]


@pytest.fixture(scope="module")
def background_of(background: Background, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that saves the background of the stories, as computed from files of some digests."""

    def save(*digests: str) -> Path:
        folder = tmp_path_factory.mktemp("background")
        corpora = [{"name": digest, "sha256": digest} for digest in digests]
        save_background(folder, replace(background, manifest={**background.manifest, "corpora": corpora}))
        return folder

    return save


def test_a_background_helps_where_stories_are_few(
    fit_on: Fit, write_stories: WriteStories, background_of: Callable[..., Path]
) -> None:
    """Four stories a section; the words of those to come stand in none of them, but beside them in the background."""

    def halved(story: LabelledArticle, rest: int) -> LabelledArticle:
        headline, body = (
            " ".join(word for word in part.split() if len(word) % 2 == rest) for part in (story.headline, story.body)
        )
        return replace(story, headline=headline, body=body)

    sections = ("news", "economy", "sport", "health")
    few = [halved(story, 0) for section in sections for story in write_stories(5, section=section, seed=7)]
    fresh = [halved(story, 1) for section in sections for story in write_stories(25, section=section, seed=8)]
    right = {}
    for name, folder in (("alone", None), ("with", background_of())):
        classifier = NewsClassifier.load(fit_on(few, background=folder).out)
        measured = evaluate(classifier, make_dataset(fresh, classifier.taxonomy), target=0.98).figures["section"]
        assert measured is not None
        right[name] = measured["accuracy"]
    assert right["alone"] < 0.6
    assert right["with"] > 0.9


def test_a_background_that_saw_the_corpus_is_told(
    fit_on: Fit, stories: list[LabelledArticle], background_of: Callable[..., Path], tmp_path: Path
) -> None:
    digest = hashlib.sha256(Path(write_corpus(tmp_path / "0.jsonl", stories)).read_bytes()).hexdigest()
    for folder, told in ((background_of("other"), False), (background_of("other", digest), True)):
        result = fit_on(stories, background=folder)
        assert any("computed from 0.jsonl too" in warning for warning in result.warnings) is told


def test_a_broken_background_stops_before_anything_is_read(
    fit_on: Fit, stories: list[LabelledArticle], tmp_path: Path
) -> None:
    with pytest.raises(TrainingError, match="holds no background"):
        fit_on(stories, background=tmp_path / "nowhere", unlabelled=("nowhere.jsonl",))
    with pytest.raises(ArtifactNotFoundError):
        artifact.load(tmp_path / "out")


# ------------------------------------------------------------------ names of labels


def test_labels_by_other_names(fit_on: Fit, stories: list[LabelledArticle]) -> None:
    names = {"news": "سياسة", "economy": "Business", "sport": "الرياضة"}
    renamed = [replace(story, section=names[story.section or ""]) for story in stories]
    result = fit_on(renamed)
    assert [section["id"] for section in manifest_of(result)["taxonomy"]["sections"]] == ["news", "economy", "sport"]


OWN = Taxonomy(
    name="desk",
    sections=tuple(Section(id=name, ar=name, en=name) for name in ("polity", "money", "play")),
    rules=(
        LabelRule("masa", "section", "money", "polity"),
        LabelRule("sabah", "section", "play", None),
    ),
)
"""A taxonomy of somebody's own, with rules for two outlets."""


def test_a_taxonomy_of_ones_own_and_its_rules(fit_on: Fit, write_stories: WriteStories) -> None:
    printed = {"news": "polity", "economy": "money", "sport": "play"}
    filed = [
        replace(story, section=printed[story.section or ""])
        for section in printed
        for source in ("masa", "sabah", "dhuha")
        for story in write_stories(10, section=section, source=source)
    ]
    result = fit_on(filed, taxonomy=OWN)
    manifest = manifest_of(result)
    assert manifest["taxonomy"]["name"] == "desk"
    assert manifest["support"]["sections"] == [40, 20, 20]  # money of masa moved, play of sabah open
    assert NewsClassifier.load(result.out).taxonomy.rules == OWN.rules


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
