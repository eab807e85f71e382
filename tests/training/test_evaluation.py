"""Figures of a classifier on a dataset: what predict says is what is measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.article import Article
from model.classifier import NewsClassifier
from training.corpus import LabelledArticle, read_corpus
from training.dataset import Dataset, make_dataset, resolve_labels
from training.evaluation import Evaluation, evaluate

SECTION_KEYS = ["n", "accuracy", "macro_f1", "absent_rate", "log_loss", "ece", "auto"]
TOPIC_KEYS = ["n", "micro_f1", "macro_f1", "samples_f1", "subset_accuracy", "mean_average_precision", "ece"]


@pytest.fixture(scope="module")
def articles(tiny_classifier: NewsClassifier, mini_corpus: object) -> tuple[LabelledArticle, ...]:
    return resolve_labels(read_corpus([str(mini_corpus)]).articles, tiny_classifier.taxonomy).articles


@pytest.fixture(scope="module")
def dataset(tiny_classifier: NewsClassifier, articles: tuple[LabelledArticle, ...]) -> Dataset:
    return make_dataset(articles, tiny_classifier.taxonomy)


@pytest.fixture(scope="module")
def evaluation(tiny_classifier: NewsClassifier, dataset: Dataset) -> Evaluation:
    return evaluate(tiny_classifier, dataset, target=0.9, commonest_section=1)


def test_figures_have_the_keys_of_the_contract(evaluation: Evaluation) -> None:
    figures = evaluation.figures
    assert list(figures) == ["n", "section", "topics", "headline_only", "articles_per_second"]
    assert figures["headline_only"] is not None
    assert list(figures["headline_only"]) == ["section", "topics"]
    for part in (figures, figures["headline_only"]):
        assert part["section"] is not None
        assert part["topics"] is not None
        assert sorted(part["section"]) == sorted(SECTION_KEYS)
        assert sorted(part["topics"]) == sorted(TOPIC_KEYS)
        assert part["section"]["auto"]["target"] == 0.9
    assert figures["n"] == 60
    assert (figures["articles_per_second"] or 0) > 0


def test_figures_are_those_of_the_predictions(
    tiny_classifier: NewsClassifier, articles: tuple[LabelledArticle, ...], evaluation: Evaluation
) -> None:
    predictions = tiny_classifier.predict_batch([Article(headline=a.headline, body=a.body) for a in articles])
    right = [p.section.id == a.section for p, a in zip(predictions, articles, strict=True) if p.section]
    accepted = [p.section.decision == "accepted" for p in predictions if p.section]
    exact = [{t.id for t in p.topics} == set(a.topics or ()) for p, a in zip(predictions, articles, strict=True)]
    section, topics = evaluation.figures["section"], evaluation.figures["topics"]
    assert section is not None
    assert topics is not None
    assert section["accuracy"] == pytest.approx(np.mean(right))
    assert section["auto"]["coverage"] == pytest.approx(np.mean(accepted))
    assert topics["subset_accuracy"] == pytest.approx(np.mean(exact))


def test_the_threshold_is_that_of_the_length(tiny_classifier: NewsClassifier, evaluation: Evaluation) -> None:
    section, headlines = evaluation.figures["section"], evaluation.figures["headline_only"]
    assert section is not None
    assert section["auto"]["threshold"] == tiny_classifier.decider.long.section_threshold
    assert headlines is not None
    assert headlines["section"] is not None
    assert tiny_classifier.decider.short.section_threshold > 1  # nothing is accepted: no threshold to print
    assert headlines["section"]["auto"]["threshold"] is None
    assert headlines["section"]["auto"]["precision"] is None


def test_headlines_alone_come_first_where_nothing_else_is_measured(
    tiny_classifier: NewsClassifier, dataset: Dataset, evaluation: Evaluation
) -> None:
    alone = evaluate(tiny_classifier, dataset, target=0.9, commonest_section=1, headline_only=True)
    assert evaluation.figures["headline_only"] is not None
    assert alone.figures["section"] == evaluation.figures["headline_only"]["section"]
    assert alone.figures["topics"] == evaluation.figures["headline_only"]["topics"]
    assert alone.figures["headline_only"] is None
    assert alone.headline_only is None
    assert alone.whole == evaluation.headline_only


def test_the_tables_agree_with_the_figures(dataset: Dataset, evaluation: Evaluation) -> None:
    section = evaluation.figures["section"]
    assert section is not None
    rows = evaluation.whole["section_rows"]
    assert [row["label"] for row in rows] == [section.id for section in dataset.taxonomy.sections]
    assert sum(row["support"] for row in rows) == 60
    wrong = sum(pair["count"] for pair in evaluation.whole["confusion"])
    assert wrong == round(60 * (1 - section["accuracy"]))
    assert sum(row["support"] for row in evaluation.whole["topic_rows"]) == dataset.topics.sum()
    assert sum(found["n"] for found in evaluation.whole["reliability"]) == 60
    likely = evaluation.scores["whole"].topics >= 0.05
    assert sum(found["n"] for found in evaluation.whole["topic_reliability"]) == likely.sum()
    assert evaluation.whole["recall_by_source"] is None
    assert evaluation.headline_only is not None
    assert sum(row["support"] for row in evaluation.headline_only["section_rows"]) == 60


def test_baselines_stand_beside(evaluation: Evaluation) -> None:
    majority, keywords = evaluation.whole["baselines"]
    assert (majority["name"], keywords["name"]) == ("majority", "keywords")
    assert majority["section"] is not None
    assert majority["section"]["accuracy"] == 0.25  # 15 of 60, whichever it is
    assert majority["topics"] is None
    assert keywords["section"] is not None
    assert keywords["topics"] is not None
    assert keywords["topics"]["n"] == 60


def test_the_majority_is_the_section_that_is_said_to_be(tiny_classifier: NewsClassifier, dataset: Dataset) -> None:
    only = dataset.take(np.flatnonzero(dataset.section == 2))
    for commonest, accuracy in ((2, 1.0), (0, 0.0)):
        found = evaluate(tiny_classifier, only, target=0.9, commonest_section=commonest)
        majority = found.whole["baselines"][0]["section"]
        assert majority is not None
        assert majority["accuracy"] == accuracy


def test_a_part_without_gold_has_no_figures(tiny_classifier: NewsClassifier, dataset: Dataset) -> None:
    no_sections = replace(dataset, section=np.full(60, -1))
    no_topics = replace(dataset, topics_known=np.zeros(60, dtype=np.bool_))
    without = evaluate(tiny_classifier, no_sections, target=0.9)
    assert without.figures["section"] is None
    assert without.figures["topics"] is not None
    assert not any([without.whole["section_rows"], without.whole["confusion"], without.whole["reliability"]])
    assert [baseline["name"] for baseline in without.whole["baselines"]] == ["keywords"]
    without = evaluate(tiny_classifier, no_topics, target=0.9)
    assert without.figures["topics"] is None
    assert without.figures["section"] is not None
    assert without.whole["topic_rows"] == without.whole["topic_reliability"] == []


def test_unlabelled_articles_count_for_neither(tiny_classifier: NewsClassifier, dataset: Dataset) -> None:
    half = np.arange(60) % 2 == 0
    mixed = replace(dataset, section=np.where(half, dataset.section, -1), topics_known=~half)
    figures = evaluate(tiny_classifier, mixed, target=0.9).figures
    labelled = evaluate(tiny_classifier, dataset.take(np.flatnonzero(half)), target=0.9).figures
    others = evaluate(tiny_classifier, dataset.take(np.flatnonzero(~half)), target=0.9).figures
    assert figures["n"] == 60
    assert figures["section"] == labelled["section"]
    assert figures["topics"] == others["topics"]


def test_recall_by_source_where_sources_are_named(tiny_classifier: NewsClassifier, dataset: Dataset) -> None:
    named = replace(dataset, sources=["sabah", "masa", ""] * 20)
    found = evaluate(tiny_classifier, named, target=0.9).whole["recall_by_source"]
    assert found is not None
    assert {"sabah", "masa"} <= set(found["sources"])


def test_more_articles_than_are_scored_at_once(tiny_classifier: NewsClassifier, dataset: Dataset) -> None:
    many = dataset.take(np.tile(np.arange(60), 18))
    figures = evaluate(tiny_classifier, many, target=0.9).figures
    once = evaluate(tiny_classifier, dataset, target=0.9).figures
    assert figures["n"] == 1080
    assert figures["section"] is not None
    assert once["section"] is not None
    assert figures["section"]["accuracy"] == pytest.approx(once["section"]["accuracy"])


def test_topics_that_nobody_tags_are_not_measured(tiny_classifier: NewsClassifier, dataset: Dataset) -> None:
    """A topic learned from aliases alone: that no article of the corpus bears it is no error of the model."""
    topics = [topic.id for topic in dataset.taxonomy.topics]
    untagged = np.array([topic == "football" for topic in topics])
    without = replace(dataset, tagged=~untagged, topics=dataset.topics & ~untagged)
    found = evaluate(tiny_classifier, without, target=0.9, commonest_section=1)
    usual = evaluate(tiny_classifier, dataset, target=0.9, commonest_section=1)
    for breakdown, all_topics in ((found.whole, usual.whole), (found.headline_only, usual.headline_only)):
        assert breakdown is not None
        assert all_topics is not None
        others = [row for row in all_topics["topic_rows"] if row["label"] != "football"]
        assert breakdown["topic_rows"] == others
        assert len(others) == len(topics) - 1
        assert breakdown["section_rows"] == all_topics["section_rows"]
        (keywords,) = (baseline for baseline in breakdown["baselines"] if baseline["name"] == "keywords")
        assert [row["label"] for row in keywords["topic_rows"]] == [row["label"] for row in others]
    figures = found.figures["topics"]
    assert figures is not None
    assert figures["n"] == 60
    wrong = evaluate(tiny_classifier, replace(without, tagged=dataset.tagged), target=0.9).figures["topics"]
    assert wrong is not None
    assert (figures["micro_f1"] or 0) > (wrong["micro_f1"] or 0)  # what this test would see


def test_no_topic_that_can_be_measured(tiny_classifier: NewsClassifier, dataset: Dataset) -> None:
    found = evaluate(tiny_classifier, replace(dataset, tagged=np.zeros_like(dataset.tagged)), target=0.9)
    assert found.figures["topics"] is None
    assert found.figures["section"] is not None
    assert found.whole["topic_rows"] == []
