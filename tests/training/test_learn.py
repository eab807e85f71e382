"""Learning: every head is calibrated on articles it has not seen, and learns nothing from what nobody labelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from model.errors import SplitError, TrainingError
from model.taxonomy import Taxonomy
from training import learn as learning
from training.aliases import Archive, make_archive
from training.background.values import Background
from training.calibrate import BIAS_PENALTY, BIAS_PENALTY_ACROSS, calibrate
from training.corpus import LabelledArticle
from training.dataset import Dataset, make_dataset
from training.evaluation import Evaluation, evaluate
from training.heads import Examples, FittedHead, HeadTask, fit_heads
from training.learn import Beside, Learned, LearnSettings, learn, relearn
from training.packing import in_memory

WriteStories = Callable[..., list[LabelledArticle]]
TOPICS = ("elections", "oil-energy", "football", "egypt")


def dataset_of(articles: Sequence[LabelledArticle]) -> Dataset:
    sections = sorted({article.section for article in articles if article.section})
    known = sorted({topic for article in articles for topic in article.topics or ()}, key=TOPICS.index)
    return make_dataset(articles, Taxonomy.of_labels(sections, known))


def alone(dataset: Dataset) -> NDArray[np.int64]:
    return np.arange(len(dataset), dtype=np.int64)


def same_heads(one: Learned, other: Learned) -> bool:
    arrays = [
        [*chain(*learned.heads.columns), learned.heads.scale, learned.heads.intercept] for learned in (one, other)
    ]
    return all(np.array_equal(*pair) for pair in zip(*arrays, strict=True))


def measured(learned: Learned, dataset: Dataset) -> Evaluation:
    return evaluate(in_memory(learned, dataset.taxonomy), dataset, target=0.98)


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> list[HeadTask]:
    """Every task that is given to the real `fit_heads`."""
    seen: list[HeadTask] = []
    real = fit_heads

    def listening(X: Any, examples: Examples, tasks: Sequence[HeadTask], **options: Any) -> Iterator[FittedHead]:
        seen.extend(tasks)
        return real(X, examples, tasks, **options)

    monkeypatch.setattr(learning, "fit_heads", listening)
    return seen


@pytest.fixture(scope="module")
def topic_stories(write_stories: WriteStories) -> list[LabelledArticle]:
    """Stories whose topics are known and whose section is not; a quarter has none."""
    pairs = (("elections", "news"), ("oil-energy", "economy"), ("football", "sport"))
    labelled = [
        story for topic, like in pairs for story in write_stories(24, like=like, topics=[topic], source="sabah")
    ]
    return [*labelled, *write_stories(24, like="health", topics=[], source="sabah")]


@pytest.fixture(scope="module")
def section_stories(write_stories: WriteStories) -> list[LabelledArticle]:
    """Stories about the same topics whose section is known, and whose topics nobody looked for."""
    pairs = (("elections", "news"), ("oil-energy", "economy"), ("football", "sport"))
    return [story for topic, like in pairs for story in write_stories(60, section=like, about=[topic], source="masa")]


def test_unlabelled_articles_are_neither_learned_nor_scored(
    topic_stories: list[LabelledArticle],
    section_stories: list[LabelledArticle],
    settings: LearnSettings,
    tasks: list[HeadTask],
) -> None:
    dataset = dataset_of([*topic_stories, *section_stories])
    learn(dataset, alone(dataset), settings)
    relearn(dataset, learn(dataset, alone(dataset), settings).decider, settings)
    for task in tasks:
        known = dataset.section >= 0 if task.topic is None else dataset.topics_known
        assert not (task.learned_from & ~known).any()
        assert not (task.scored & ~known).any()
    assert {task.topic for task in tasks} == {None, 0, 1, 2}


def test_every_known_article_is_scored_once_by_a_head_that_saw_no_copy_of_it(
    topic_stories: list[LabelledArticle],
    section_stories: list[LabelledArticle],
    settings: LearnSettings,
    tasks: list[HeadTask],
) -> None:
    dataset = dataset_of([*topic_stories, *section_stories])
    groups = np.arange(len(dataset), dtype=np.int64) // 3
    learn(dataset, groups, settings)
    for topic in (None, 0, 1, 2):
        known = dataset.section >= 0 if topic is None else dataset.topics_known
        of_head = [task for task in tasks if task.topic == topic]
        assert sum(task.scored.astype(int) for task in of_head).tolist() == known.astype(int).tolist()  # type: ignore[union-attr]
        assert len(of_head) == settings.folds + 1
        final = of_head[-1]
        assert (final.learned_from == known).all()
        for task in of_head:
            assert not set(groups[task.learned_from]) & set(groups[task.scored])
            assert task.learned_from.sum() + task.scored.sum() >= known.sum() - 2 * len(of_head)


def test_missing_topics_are_not_negatives(
    topic_stories: list[LabelledArticle],
    section_stories: list[LabelledArticle],
    write_stories: WriteStories,
    settings: LearnSettings,
) -> None:
    """180 unlabelled stories about the topics would drown 96 labelled ones if they counted against them."""
    together = dataset_of([*topic_stories, *section_stories])
    pairs = (("elections", "news"), ("oil-energy", "economy"), ("football", "sport"))
    fresh = [story for topic, like in pairs for story in write_stories(20, like=like, topics=[topic], seed=1)]

    def probability(dataset: Dataset) -> float:
        """Learn, and return what the right topic of other stories gets on average."""
        learned = learn(dataset, alone(dataset), settings)
        probe = make_dataset(fresh, dataset.taxonomy)
        return float(in_memory(learned, dataset.taxonomy).score(probe.whole).topics[probe.topics].mean())

    assert probability(dataset_of(topic_stories)) > 0.9
    assert probability(together) > 0.9
    counted_against = replace(together, topics_known=np.ones_like(together.topics_known))
    assert probability(counted_against) < 0.6  # what this test would see


@pytest.mark.parametrize("sections", [("news", "economy"), ("news", "economy", "sport")], ids=["two", "three"])
def test_sections_alone(write_stories: WriteStories, settings: LearnSettings, sections: tuple[str, ...]) -> None:
    dataset = dataset_of([story for section in sections for story in write_stories(30, section=section)])
    learned = learn(dataset, alone(dataset), settings)
    figures = measured(learned, dataset).figures
    assert figures["topics"] is None
    assert figures["section"] is not None
    assert figures["section"]["accuracy"] == 1
    assert figures["headline_only"] is not None
    assert figures["headline_only"]["section"] is not None
    assert figures["headline_only"]["section"]["accuracy"] > 0.95
    assert len(learned.heads.columns) == len(sections)


def test_topics_alone(topic_stories: list[LabelledArticle], settings: LearnSettings) -> None:
    dataset = dataset_of(topic_stories)
    learned = learn(dataset, alone(dataset), settings)
    figures = measured(learned, dataset).figures
    assert figures["section"] is None
    assert figures["topics"] is not None
    assert figures["topics"]["micro_f1"] == pytest.approx(1, abs=0.02)
    assert not [warning for warning in learned.warnings if "precision" in warning]


def test_at_least_one_topic(topic_stories: list[LabelledArticle], settings: LearnSettings) -> None:
    dataset = dataset_of(topic_stories)
    none = dataset.take(np.flatnonzero(~dataset.topics.any(axis=1)))
    for wanted in (False, True):
        learned = learn(dataset, alone(dataset), replace(settings, at_least_one_topic=wanted))
        scores = in_memory(learned, dataset.taxonomy).score(none.whole)
        assert scores.given.any(axis=1).mean() == pytest.approx(float(wanted), abs=0.1)


def test_a_fold_without_any_example_of_a_topic(
    topic_stories: list[LabelledArticle], write_stories: WriteStories, settings: LearnSettings
) -> None:
    """All examples of a topic are copies of one story: whichever fold has them, the others have none."""
    dataset = dataset_of([*topic_stories, *write_stories(6, like="news", topics=["egypt"])])
    groups = np.where(dataset.topics[:, 3], 0, np.arange(len(dataset))).astype(np.int64)
    learned = learn(dataset, groups, settings)
    for rule in (learned.decider.long, learned.decider.short):
        assert np.isfinite([*rule.topic_slope, *rule.topic_bias, *rule.topic_threshold]).all()


def test_all_articles_in_one_group(topic_stories: list[LabelledArticle], settings: LearnSettings) -> None:
    dataset = dataset_of(topic_stories)
    learned = learn(dataset, np.zeros(len(dataset), dtype=np.int64), settings)
    assert np.isfinite(learned.decider.long.topic_bias).all()


def stories_of_outlets(write_stories: WriteStories, outlets: Sequence[str]) -> Dataset:
    return dataset_of(
        [
            story
            for source in outlets
            for section in ("news", "economy", "sport")
            for story in write_stories(20, section=section, source=source)
        ]
    )


def test_outlets_are_left_out_and_measured(
    write_stories: WriteStories, settings: LearnSettings, tasks: list[HeadTask]
) -> None:
    outlets = ["sabah", "masa", "fajr"]
    dataset = stories_of_outlets(write_stories, outlets)
    learned = learn(dataset, alone(dataset), settings)
    sources = np.array(dataset.sources)
    folds = [task for task in tasks if task.scored.any()]
    assert len(folds) == 3
    for task in folds:
        assert not set(sources[task.learned_from]) & set(sources[task.scored])
    assert sorted(outlet["source"] for outlet in learned.unseen) == sorted(outlets)
    for outlet in learned.unseen:
        assert outlet["n"] == 60
        assert outlet["section"] is not None
        assert outlet["section"]["accuracy"] > 0.97
        assert outlet["headline_only"] is not None
    assert not learned.warnings


def test_copies_at_another_outlet_are_not_learned_from(
    write_stories: WriteStories, settings: LearnSettings, tasks: list[HeadTask]
) -> None:
    dataset = stories_of_outlets(write_stories, ["sabah", "masa", "fajr"])
    rows = np.arange(len(dataset), dtype=np.int64)
    groups = np.where(rows % 60 < 10, rows % 60, rows)  # ten agency stories stand at all three
    learn(dataset, groups, settings)
    for task in tasks:
        assert not set(groups[task.learned_from]) & set(groups[task.scored])
        assert not task.scored.any() or task.learned_from.sum() == 100


@pytest.mark.parametrize(
    ("outlets", "penalty"), [(["sabah", "masa", "fajr"], BIAS_PENALTY_ACROSS), (["sabah"], BIAS_PENALTY)]
)
def test_how_often_other_outlets_use_a_section_says_little(
    write_stories: WriteStories,
    settings: LearnSettings,
    monkeypatch: pytest.MonkeyPatch,
    outlets: list[str],
    penalty: float,
) -> None:
    used = []

    def listening(*arguments: Any) -> Any:
        used.append(arguments[-1].bias_penalty)
        return calibrate(*arguments)

    monkeypatch.setattr(learning, "calibrate", listening)
    dataset = stories_of_outlets(write_stories, outlets)
    learn(dataset, alone(dataset), settings)
    learn(dataset, alone(dataset), replace(settings, bias_penalty=0.5))
    assert used == [penalty] * 2 + [0.5] * 2


def test_a_label_of_one_outlet_is_learned_all_the_same(write_stories: WriteStories, settings: LearnSettings) -> None:
    dataset = stories_of_outlets(write_stories, ["sabah", "masa", "fajr"])
    health = make_dataset(write_stories(30, section="health", source="masa"), Taxonomy.of_labels(["health"], ()))
    taxonomy = Taxonomy.of_labels([*(section.id for section in dataset.taxonomy.sections), "health"], ())
    merged = Dataset(
        ids=dataset.ids + health.ids,
        whole=dataset.whole + health.whole,
        headlines=dataset.headlines + health.headlines,
        sources=dataset.sources + health.sources,
        section=np.concatenate([dataset.section, np.full(30, 3)]),
        among=np.zeros((len(dataset) + 30, 4), dtype=np.bool_),
        topics=np.zeros((len(dataset) + 30, 0), dtype=np.bool_),
        topics_known=np.zeros(len(dataset) + 30, dtype=np.bool_),
        taxonomy=taxonomy,
        tagged=np.ones(0, dtype=np.bool_),
    )
    learned = learn(merged, alone(merged), settings)
    assert sorted(outlet["source"] for outlet in learned.unseen) == ["fajr", "sabah"]
    scores = in_memory(learned, taxonomy).score(health.whole)
    assert (scores.sections.argmax(axis=1) == 3).all()
    assert scores.sections[:, 3].min() > 0.5  # calibrated on articles of its own, not on heads that never met it


@pytest.mark.parametrize(
    ("outlets", "told"),
    [
        pytest.param([""], "no source named: not verified elsewhere", id="none named"),
        pytest.param(["sabah"], "one source: not verified elsewhere", id="one"),
        pytest.param(["sabah", "masa"], "two sources: not verified elsewhere", id="two"),
        pytest.param(["sabah", "masa", "fajr"], None, id="three"),
    ],
)
def test_calibration_within_outlets_is_told(
    write_stories: WriteStories, settings: LearnSettings, outlets: list[str], told: str | None
) -> None:
    dataset = stories_of_outlets(write_stories, outlets)
    learned = learn(dataset, alone(dataset), settings)
    found = [warning for warning in learned.warnings if "not verified elsewhere" in warning]
    assert [warning.startswith(told or "") for warning in found] == [True] * (told is not None)
    assert learned.promises is not None
    assert learned.promises["left_out"] == ([] if told else sorted(outlets))
    assert bool(learned.unseen) is (told is None)


def test_topics_alone_are_verified_by_three_outlets_too(
    topic_stories: list[LabelledArticle], settings: LearnSettings
) -> None:
    for outlets in (1, 3):
        stories = [replace(story, source=f"outlet {row % outlets}") for row, story in enumerate(topic_stories)]
        learned = learn(dataset_of(stories), np.arange(len(stories), dtype=np.int64), settings)
        assert any(warning.startswith("one source") for warning in learned.warnings) is (outlets == 1)


def test_small_outlets_verify_nothing(write_stories: WriteStories, settings: LearnSettings) -> None:
    dataset = stories_of_outlets(write_stories, ["sabah", "masa", "fajr"])
    rows = np.array([row for row, name in enumerate(dataset.sources) if name == "sabah" or row % 5 == 0])
    few = dataset.take(rows)
    learned = learn(few, alone(few), settings)
    assert any(warning.startswith("one source: not verified") for warning in learned.warnings)


def test_small_outlets_count_less_than_an_outlet(write_stories: WriteStories, settings: LearnSettings) -> None:
    """Two blogs of one wrongly filed story each are no two outlets of five: all 182 stories may be accepted."""
    dataset = stories_of_outlets(write_stories, ["sabah", "masa", "fajr"])
    odd = [
        replace(story, section="sport", source=f"blog {row}") for row, story in enumerate(write_stories(2, like="news"))
    ]
    names = [section.id for section in dataset.taxonomy.sections]
    few = make_dataset(odd, dataset.taxonomy)
    merged = replace(
        dataset,
        ids=dataset.ids + few.ids,
        whole=dataset.whole + few.whole,
        headlines=dataset.headlines + few.headlines,
        sources=dataset.sources + few.sources,
        section=np.append(dataset.section, [names.index("sport")] * 2),
        topics=np.zeros((len(dataset) + 2, 0), dtype=np.bool_),
        topics_known=np.append(dataset.topics_known, few.topics_known),
    )
    learned = learn(merged, alone(merged), replace(settings, auto_precision=0.9))
    assert learned.promises is not None
    whole = learned.promises["whole"]["section"]
    assert whole is not None
    assert whole["promised"]
    assert whole["n"] == 182


def test_a_threshold_is_chosen_on_outlets_that_were_left_out(
    write_stories: WriteStories, settings: LearnSettings
) -> None:
    """Health is of one outlet alone, which half of its stories therefore teach: it chooses nothing."""
    dataset = dataset_of(
        [
            *(
                story
                for source in ("sabah", "masa", "fajr")
                for section in ("news", "economy", "sport")
                for story in write_stories(20, section=section, source=source)
            ),
            *write_stories(30, section="health", source="masa"),
        ]
    )
    learned = learn(dataset, alone(dataset), replace(settings, auto_precision=0.5))
    assert learned.promises is not None
    assert learned.promises["left_out"] == ["fajr", "sabah"]
    whole = learned.promises["whole"]["section"]
    assert whole is not None
    assert whole["n"] == 120


def test_what_is_measured_and_not_promised_is_told(write_stories: WriteStories, settings: LearnSettings) -> None:
    dataset = dataset_of([story for section in ("news", "sport") for story in write_stories(30, section=section)])
    learned = learn(dataset, alone(dataset), settings)
    (told,) = (warning for warning in learned.warnings if warning.startswith("sections of whole articles"))
    assert "measured, not promised" in told
    assert "Of 60 articles above the threshold" in told
    assert "149 articles without an error" in told
    assert learned.decider.long.section_threshold <= 1
    assert learned.promises is not None
    whole = learned.promises["whole"]["section"]
    assert whole is not None
    assert (whole["n"], whole["precision"], whole["promised"]) == (60, 1.0, False)


def test_thresholds_of_topics_are_chosen_for_the_objective(
    topic_stories: list[LabelledArticle], write_stories: WriteStories, settings: LearnSettings
) -> None:
    """Half of the stories that read like elections are not tagged so: sure and complete cannot both be had."""
    blurred = [*topic_stories, *write_stories(24, like="news", about=["elections"], topics=[], source="sabah")]
    dataset = dataset_of(blurred)
    threshold, reached = {}, {}
    for objective in ("precision=0.95", "recall=0.95"):
        learned = learn(dataset, alone(dataset), replace(settings, topic_objective=objective))
        assert learned.promises is not None
        topics = learned.promises["whole"]["topics"]
        assert topics is not None
        assert topics["objective"] == objective
        threshold[objective] = learned.decider.long.topic_threshold[0]
        reached[objective] = topics[objective.partition("=")[0]]  # type: ignore[literal-required]
    assert threshold["precision=0.95"] > threshold["recall=0.95"] + 0.1
    assert reached["recall=0.95"] >= 0.95


def test_a_precision_out_of_reach_is_told(write_stories: WriteStories, settings: LearnSettings) -> None:
    stories = [
        replace(story, section=("news", "economy")[row % 2])
        for row, story in enumerate(write_stories(60, section="sport"))
    ]
    dataset = dataset_of(stories)
    learned = learn(dataset, alone(dataset), settings)
    told = [warning for warning in learned.warnings if "--auto-precision" in warning]
    assert len(told) == 2
    assert "whole articles" in told[0]
    assert "headlines" in told[1]
    assert min(learned.decider.long.section_threshold, learned.decider.short.section_threshold) > 1


def test_relearning_keeps_the_rule(write_stories: WriteStories, settings: LearnSettings) -> None:
    dataset = stories_of_outlets(write_stories, ["sabah", "masa"])
    learned = learn(dataset, alone(dataset), settings)
    final = relearn(dataset, learned.decider, settings)
    assert final.decider is learned.decider
    assert same_heads(final, learned)  # from the same articles


def test_the_same_seed_learns_the_same(topic_stories: list[LabelledArticle], settings: LearnSettings) -> None:
    dataset = dataset_of(topic_stories)
    first, second = (learn(dataset, alone(dataset), settings) for _ in range(2))
    other = learn(dataset, alone(dataset), replace(settings, seed=1))
    assert same_heads(first, second)
    assert first.decider.to_dict() == second.decider.to_dict()
    assert first.decider.to_dict() != other.decider.to_dict()


@pytest.fixture(scope="module")
def archive(write_stories: WriteStories, small_taxonomy: Taxonomy) -> Archive:
    texts = make_dataset([*write_stories(30, about=["egypt"]), *write_stories(30, seed=1)], small_taxonomy)
    return make_archive(texts.whole, texts.headlines, small_taxonomy, ["egypt"], seed=0)


def test_a_topic_of_the_archive_alone_is_learned_and_calibrated(
    topic_stories: list[LabelledArticle],
    section_stories: list[LabelledArticle],
    archive: Archive,
    small_taxonomy: Taxonomy,
    settings: LearnSettings,
    tasks: list[HeadTask],
) -> None:
    dataset = make_dataset([*topic_stories, *section_stories], small_taxonomy, untagged=["egypt"])
    n = len(dataset)
    learned = learn(dataset, alone(dataset), settings, Beside(archive=archive))
    *folds, final = (task for task in tasks if task.topic == 3)
    assert len(folds) == settings.folds
    assert sum(task.scored.astype(int) for task in folds).tolist() == [0] * n + [1] * 60  # type: ignore[union-attr]
    for task in folds:
        assert not task.learned_from[:n].any()  # nobody looked for it there
        assert (task.learned_from[n:] == ~task.scored[n:]).all()
    assert final.learned_from.tolist() == [False] * n + [True] * 60
    for task in tasks:
        assert task.topic == 3 or not task.learned_from[n:].any()  # the archive teaches nothing else
    scores = in_memory(learned, small_taxonomy).score(archive.whole)
    assert scores.topics[:30, 3].min() > 0.5 > scores.topics[30:, 3].max()
    assert scores.given[:30, 3].all()
    assert not scores.given[30:, 3].any()
    assert same_heads(relearn(dataset, learned.decider, settings, Beside(archive=archive)), learned)


def test_the_sample_of_the_background_teaches_and_judges(
    topic_stories: list[LabelledArticle],
    background: Background,
    small_taxonomy: Taxonomy,
    settings: LearnSettings,
    tasks: list[HeadTask],
) -> None:
    dataset = make_dataset(topic_stories, small_taxonomy, untagged=["egypt"])
    n, n_sample = len(dataset), len(background.sample_topics)
    states = background.sample_topics.copy()
    states[::3, 0][states[::3, 0] == 0] = -1  # hardly pointed at: judges, and is not learned from
    learned = learn(dataset, alone(dataset), settings, Beside(replace(background, sample_topics=states)))
    *folds, final = (task for task in tasks if task.topic == 0)
    judged, taught = states[:, 0] != 1, states[:, 0] == 0
    assert 0 < taught.sum() < judged.sum() < n_sample
    assert sum(task.scored[n:].astype(int) for task in folds).tolist() == judged.astype(int).tolist()  # type: ignore[union-attr]
    assert (final.learned_from[n:] == taught).all()
    for task in folds:
        assert not (task.learned_from & task.scored).any()
        assert not (task.learned_from[n:] & ~taught).any()
        assert task.learned_from[n:].sum() > 0.5 * taught.sum()
    figures = measured(learned, dataset).figures["topics"]
    assert figures is not None
    assert (figures["micro_f1"] or 0) > 0.9


def test_articles_that_no_editor_labelled_judge_topics_as_much_as_they_weigh(
    topic_stories: list[LabelledArticle], background: Background, small_taxonomy: Taxonomy, settings: LearnSettings
) -> None:
    """24 of the sample read like elections and are judged to be about something else: none of them is learned from."""
    dataset = make_dataset(topic_stories, small_taxonomy, untagged=["egypt"])
    states = np.ones_like(background.sample_topics)
    states[:24, 0] = -1
    found = []
    for given, weight in ((np.ones_like(states), 0.2), (states, 0.001), (states, 0.2)):
        beside = Beside(replace(background, sample_topics=given))
        rule = learn(dataset, alone(dataset), replace(settings, sample=weight), beside).decider.long
        found.append(rule.topic_slope[0] * 1.0 + rule.topic_bias[0])
    assert found[0] > found[1] + 0.5 > found[2] + 1.0


def test_sections_may_have_their_own_regularization(
    write_stories: WriteStories, settings: LearnSettings, tasks: list[HeadTask], topic_stories: list[LabelledArticle]
) -> None:
    dataset = dataset_of([*topic_stories, *write_stories(12, section="news"), *write_stories(12, section="sport")])
    for given, expected in ((None, 0.7), (0.2, 0.2)):
        tasks.clear()
        learn(dataset, alone(dataset), replace(settings, regularization=0.7, section_regularization=given))
        assert {task.C for task in tasks if task.topic is None} == {expected}
        assert {task.C for task in tasks if task.topic is not None} == {0.7}


def test_the_head_of_sections_is_held_tighter_the_more_articles_it_is_learned_from(
    topic_stories: list[LabelledArticle],
    section_stories: list[LabelledArticle],
    settings: LearnSettings,
    tasks: list[HeadTask],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("training.settings.WHOLE_C_ARTICLES", 45)
    dataset = dataset_of([*topic_stories, *section_stories])
    learned = learn(dataset, alone(dataset), settings)
    relearn(dataset, learned.decider, settings)
    sections = [task for task in tasks if task.topic is None]
    assert [int(task.learned_from.sum()) for task in sections] == [135] * settings.folds + [180, 180]
    assert [task.C for task in sections] == pytest.approx([3**-0.5] * settings.folds + [0.5, 0.5])
    assert {task.C for task in tasks if task.topic is not None} == {1.0}


@pytest.mark.parametrize(
    ("n_articles", "expected"),
    [(0, 0.6), (1300, 0.6), (5000, 0.6), (20_000, 0.3), (50_000, 0.6 * 0.1**0.5)],
)
def test_the_C_of_sections(n_articles: int, expected: float) -> None:
    for chosen in (LearnSettings(regularization=0.6), LearnSettings(section_regularization=0.6)):
        assert chosen.section_C(n_articles) == pytest.approx(expected)


def test_texts_without_words_are_refused(settings: LearnSettings) -> None:
    articles = [LabelledArticle(id=str(row), headline="!", body="؟", section=("a", "b")[row % 2]) for row in range(20)]
    dataset = dataset_of(articles)
    with pytest.raises(SplitError, match="nothing can be learned from these 20 articles"):
        learn(dataset, alone(dataset), settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_df", 0),
        ("bigram_min_df", -1),
        ("regularization", 0.0),
        ("regularization", float("nan")),
        ("regularization", float("inf")),
        ("section_regularization", 0.0),
        ("bias_penalty", -1.0),
        ("auto_precision", 0.0),
        ("auto_precision", 1.1),
        ("topic_objective", "accuracy"),
        ("topic_objective", "precision=0"),
        ("topic_objective", "precision=1.1"),
        ("topic_objective", "recall=90%"),
        ("topic_objective", "recall"),
        ("folds", 1),
        ("min_examples", 0),
        ("test_share", 0.0),
        ("test_share", 0.5),
        ("least_whole", -0.1),
        ("least_headline", 1.1),
        ("transfer_whole", 0.0),
        ("transfer_headline", float("inf")),
        ("own", 0.0),
        ("latent", -0.1),
        ("directions", float("inf")),
        ("sample", float("nan")),
        ("seed", -1),
        ("seed", 2**32),
        ("jobs", 0),
    ],
)
def test_impossible_settings_are_refused(name: str, value: Any) -> None:
    named = "no objective of topics" if name == "topic_objective" else f"{name} = "
    with pytest.raises(TrainingError, match=rf"{named}.*it should be"):
        LearnSettings(**{name: value})
