"""Figures of a model: worked by hand, and against scikit-learn on random labels."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from training.measure import (
    LabelRow,
    confusion_pairs,
    expected_calibration_error,
    measure_sections,
    measure_topics,
    per_section_table,
    per_topic_table,
    recall_by_source,
    reliability_bins,
    section_agreement,
    topic_agreement,
    topic_reliability,
)

SECTIONS = ["news", "economy", "sport"]
TWO_THIRDS = pytest.approx(2 / 3)
# Six articles: four right, one sport taken for news, one news taken for economy.
GOLD = np.array([0, 0, 0, 2, 2, 2])
PROBABILITIES = np.array(
    [
        [0.90, 0.05, 0.05],
        [0.80, 0.15, 0.05],
        [0.30, 0.60, 0.10],
        [0.05, 0.05, 0.90],
        [0.70, 0.10, 0.20],
        [0.25, 0.25, 0.50],
    ]
)
PREDICTED = PROBABILITIES.argmax(axis=1)


def figures(threshold: float | None = 0.8, target: float = 0.98) -> dict:
    accepted = PROBABILITIES.max(axis=1) >= (np.inf if threshold is None else threshold)
    measured = measure_sections(GOLD, PROBABILITIES, accepted=accepted, threshold=threshold, target=target)
    assert measured is not None
    return dict(measured)


def random_sections(seed: int, n: int = 200, n_sections: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, n_sections, n), rng.dirichlet(np.full(n_sections, 0.5), n)


def random_topics(seed: int, n: int = 150, n_topics: int = 8) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    gold = rng.random((n, n_topics)) < rng.random(n_topics) * 0.4
    probabilities = np.clip(0.5 * gold + 0.6 * rng.random((n, n_topics)), 0, 1)
    return gold, probabilities, probabilities > 0.55


# ---------------------------------------------------------------- sections


def test_section_figures_worked_by_hand() -> None:
    measured = figures()
    assert list(measured) == ["n", "accuracy", "macro_f1", "absent_rate", "log_loss", "ece", "auto"]
    assert measured["n"] == 6
    assert measured["accuracy"] == pytest.approx(4 / 6)
    # news: 2 right of 3 given and of 3 in gold; sport: 2 of 2 given and of 3; economy is not in gold and does not count
    assert measured["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert measured["absent_rate"] == pytest.approx(1 / 6)
    assert measured["log_loss"] == pytest.approx(-sum(math.log(p) for p in (0.9, 0.8, 0.3, 0.9, 0.2, 0.5)) / 6)


def test_auto_counts_what_is_at_or_above_the_threshold() -> None:
    assert figures(threshold=0.8)["auto"] == {"target": 0.98, "threshold": 0.8, "precision": 1.0, "coverage": 0.5}
    assert figures(threshold=0.7)["auto"]["precision"] == pytest.approx(3 / 4)


@pytest.mark.parametrize("threshold", [None, 0.99], ids=["never accepted automatically", "nothing reaches it"])
def test_auto_without_accepted_articles_has_no_precision(threshold: float | None) -> None:
    expected = {"target": 0.98, "threshold": threshold, "precision": None, "coverage": 0.0}
    assert figures(threshold=threshold)["auto"] == expected


@pytest.mark.parametrize("seed", range(5))
def test_section_figures_equal_scikit_learn(seed: int) -> None:
    gold, probabilities = random_sections(seed)
    predicted = probabilities.argmax(axis=1)
    measured = measure_sections(
        gold, probabilities, accepted=np.zeros(len(gold), dtype=np.bool_), threshold=None, target=0.98
    )
    assert measured is not None
    assert measured["accuracy"] == pytest.approx(metrics.accuracy_score(gold, predicted))
    assert measured["macro_f1"] == pytest.approx(metrics.f1_score(gold, predicted, average="macro"))
    assert measured["log_loss"] == pytest.approx(metrics.log_loss(gold, probabilities))
    assert measured["absent_rate"] == 0.0


def test_macro_f1_is_over_the_labels_that_occur_in_gold() -> None:
    gold, predicted = np.array([1, 1, 1, 3]), np.array([1, 2, 4, 3])
    assert section_agreement(gold, predicted) == {
        "n": 4,
        "accuracy": 0.5,
        "macro_f1": pytest.approx(metrics.f1_score(gold, predicted, labels=[1, 3], average="macro")),
        "absent_rate": 0.5,
    }


def test_an_impossible_section_costs_a_finite_loss() -> None:
    measured = measure_sections(
        np.array([1]), np.array([[1.0, 0.0]]), accepted=np.ones(1, dtype=np.bool_), threshold=0.5, target=0.9
    )
    assert measured is not None
    assert measured["log_loss"] == pytest.approx(-math.log(np.finfo(float).eps))
    assert measured["ece"] == 1.0


def test_a_model_of_one_section_is_measured() -> None:
    measured = measure_sections(
        np.zeros(3, dtype=np.intp), np.ones((3, 1)), accepted=np.ones(3, dtype=np.bool_), threshold=0.5, target=0.9
    )
    assert measured is not None
    assert measured["accuracy"] == 1.0
    assert measured["log_loss"] == pytest.approx(0.0, abs=1e-12)


def test_a_part_without_gold_has_no_figures() -> None:
    assert (
        measure_sections(
            np.zeros(0, dtype=np.intp),
            np.zeros((0, 3)),
            accepted=np.zeros(0, dtype=np.bool_),
            threshold=0.5,
            target=0.9,
        )
        is None
    )
    nothing = np.zeros((0, 4), dtype=bool)
    assert measure_topics(nothing, np.zeros((0, 4)), nothing) is None
    no_topics = np.zeros((5, 0), dtype=bool)
    assert measure_topics(no_topics, np.zeros((5, 0)), no_topics) is None


# ---------------------------------------------------------------- calibration


def test_calibration_error_worked_by_hand() -> None:
    confidence = np.array([0.9, 0.6, 0.8, 0.7])
    correct = np.array([True, False, True, False])
    # two bins of two: .6 and .7, none right; .8 and .9, both right
    assert expected_calibration_error(confidence, correct, bins=2) == pytest.approx((0.65 + 0.15) / 2)
    assert reliability_bins(confidence, correct, bins=2) == [
        {"n": 2, "low": 0.6, "high": 0.7, "confidence": pytest.approx(0.65), "accuracy": 0.0},
        {"n": 2, "low": 0.8, "high": 0.9, "confidence": pytest.approx(0.85), "accuracy": 1.0},
    ]


def test_calibration_error_has_15_bins_of_equal_mass() -> None:
    confidence = np.concatenate([np.linspace(0.1, 0.11, 10), np.linspace(0.95, 0.99, 140)])
    assert [row["n"] for row in reliability_bins(confidence, confidence > 0.5)] == [10] * 15


def test_tied_confidences_do_not_depend_on_the_order_of_articles() -> None:
    confidence = np.array([0.5] * 40 + [0.9] * 20)
    correct = np.array([True, False] * 20 + [True] * 18 + [False] * 2)
    order = np.random.default_rng(3).permutation(60)
    measured = expected_calibration_error(confidence, correct)
    assert measured == pytest.approx(0.0)
    assert expected_calibration_error(confidence[order], correct[order]) == pytest.approx(measured)


def test_calibration_error_of_fewer_articles_than_bins() -> None:
    assert expected_calibration_error(np.array([0.75]), np.array([True])) == pytest.approx(0.25)
    assert math.isnan(expected_calibration_error(np.zeros(0), np.zeros(0, dtype=bool)))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
@settings(max_examples=150, deadline=None)
def test_calibration_error_lies_between_0_and_1_and_bins_hold_every_article(rows: list[tuple[float, bool]]) -> None:
    confidence, correct = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    assert 0 <= expected_calibration_error(confidence, correct) <= 1
    bins = reliability_bins(confidence, correct)
    assert sum(row["n"] for row in bins) == len(rows)
    assert sum(row["n"] * row["accuracy"] for row in bins) == pytest.approx(correct.sum())


# ---------------------------------------------------------------- topics


def test_topic_figures_worked_by_hand() -> None:
    gold = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 0]], dtype=bool)
    given_topics = np.array([[1, 0, 0], [0, 1, 1], [0, 0, 0]], dtype=bool)
    probabilities = np.array([[0.9, 0.3, 0.1], [0.2, 0.8, 0.7], [0.1, 0.4, 0.2]])
    assert measure_topics(gold, probabilities, given_topics) == {
        "n": 3,
        "micro_f1": pytest.approx(2 * 2 / (3 + 3)),
        "macro_f1": pytest.approx((1 + 2 / 3) / 2),  # the third topic is not in gold
        "samples_f1": pytest.approx((2 / 3 + 2 / 3 + 1) / 3),  # the third article has none and is given none
        "subset_accuracy": pytest.approx(1 / 3),
        # second topic: right at ranks 1 and 3
        "mean_average_precision": pytest.approx((1 + (1 + 2 / 3) / 2) / 2),
        # nine decisions, fewer than bins: each is its own
        "ece": pytest.approx((0.1 + 0.7 + 0.1 + 0.2 + 0.2 + 0.7 + 0.1 + 0.4 + 0.2) / 9),
    }


@pytest.mark.parametrize("seed", range(5))
def test_topic_figures_equal_scikit_learn(seed: int) -> None:
    gold, probabilities, given_topics = random_topics(seed)
    gold[:, 0] = False  # a topic that does not occur
    present = gold.any(axis=0)
    measured = measure_topics(gold, probabilities, given_topics)
    assert measured is not None
    score = metrics.f1_score
    assert measured["micro_f1"] == pytest.approx(score(gold, given_topics, average="micro"))
    assert measured["macro_f1"] == pytest.approx(score(gold[:, present], given_topics[:, present], average="macro"))
    assert measured["samples_f1"] == pytest.approx(score(gold, given_topics, average="samples", zero_division=1))
    assert measured["subset_accuracy"] == pytest.approx(metrics.accuracy_score(gold, given_topics))
    assert measured["mean_average_precision"] == pytest.approx(
        metrics.average_precision_score(gold[:, present], probabilities[:, present], average="macro")
    )


def test_topics_of_which_none_is_in_gold_or_given_have_no_f1() -> None:
    nothing = np.zeros((2, 3), dtype=bool)
    assert measure_topics(nothing, np.full((2, 3), 0.1), nothing) == {
        "n": 2,
        "micro_f1": None,
        "macro_f1": None,
        "samples_f1": 1.0,
        "subset_accuracy": 1.0,
        "mean_average_precision": None,
        "ece": pytest.approx(0.1),
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_calibration_error_of_topics_is_that_of_all_their_decisions(seed: int) -> None:
    gold, probabilities, given_topics = random_topics(seed)
    measured = measure_topics(gold, probabilities, given_topics)
    assert measured is not None
    decisions = [(p, g) for row in zip(probabilities, gold, strict=True) for p, g in zip(*row, strict=True)]
    confidence, correct = np.array([p for p, _ in decisions]), np.array([g for _, g in decisions])
    assert measured["ece"] == pytest.approx(expected_calibration_error(confidence, correct))


def test_topics_that_are_surely_no_stand_in_no_bin() -> None:
    probabilities = np.array([[0.9, 0.01], [0.05, 0.049], [0.5, 0.0]])
    gold = np.array([[True, True], [False, True], [True, False]])
    assert [(row["confidence"], row["accuracy"]) for row in topic_reliability(probabilities, gold)] == [
        (0.05, 0.0),
        (0.5, 1.0),
        (0.9, 1.0),
    ]
    assert topic_reliability(np.zeros((0, 2)), np.zeros((0, 2), dtype=np.bool_)) == []


def test_topics_invented_where_there_are_none_count_as_errors() -> None:
    assert topic_agreement(np.zeros((2, 1), dtype=bool), np.array([[True], [False]])) == {
        "n": 2,
        "micro_f1": 0.0,
        "macro_f1": None,
        "samples_f1": 0.5,
        "subset_accuracy": 0.5,
    }


def test_a_model_of_one_topic_is_measured() -> None:
    gold = np.array([[True], [False], [True]])
    measured = measure_topics(gold, np.array([[0.9], [0.2], [0.1]]), np.array([[True], [False], [False]]))
    assert measured is not None
    assert measured["micro_f1"] == measured["macro_f1"] == pytest.approx(2 / 3)
    assert measured["samples_f1"] == pytest.approx(2 / 3)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_figures_are_json_without_nan(seed: int, n: int, n_labels: int) -> None:
    gold, probabilities = random_sections(seed, n, n_labels)
    topics = random_topics(seed, n, n_labels)
    everything = [
        measure_sections(gold, probabilities, accepted=probabilities.max(axis=1) >= 0.9, threshold=0.9, target=0.98),
        measure_topics(*topics),
        per_section_table(gold, probabilities.argmax(axis=1), [str(i) for i in range(n_labels)]),
        per_topic_table(topics[0], topics[2], [str(i) for i in range(n_labels)]),
    ]
    assert json.loads(json.dumps(everything, allow_nan=False)) == everything


# ---------------------------------------------------------------- label by label


def test_section_table_worked_by_hand() -> None:
    assert per_section_table(GOLD, PREDICTED, SECTIONS) == [
        LabelRow(label="news", precision=TWO_THIRDS, recall=TWO_THIRDS, f1=TWO_THIRDS, support=3),
        LabelRow(label="economy", precision=0.0, recall=None, f1=0.0, support=0),
        LabelRow(label="sport", precision=1.0, recall=TWO_THIRDS, f1=pytest.approx(0.8), support=3),
    ]


def test_tables_equal_scikit_learn_even_where_it_divides_by_zero() -> None:
    gold, probabilities = random_sections(7, n=60)
    predicted = probabilities.argmax(axis=1)
    gold[gold == 1] = 0
    gold[gold == 4] = 3  # 4 is only invented
    predicted[predicted == 2] = 0  # 2 is never given
    predicted[predicted == 1] = 0  # 1 is neither in gold nor given
    labels = [str(index) for index in range(5)]
    rows = per_section_table(gold, predicted, labels)
    expected = metrics.precision_recall_fscore_support(gold, predicted, labels=range(5), zero_division=np.nan)
    for name, values in zip(["precision", "recall", "f1", "support"], expected, strict=True):
        found = [row[name] for row in rows]  # type: ignore[literal-required]
        assert [math.nan if value is None else value for value in found] == pytest.approx(list(values), nan_ok=True)
    one_hot = np.eye(5, dtype=bool)
    assert per_topic_table(one_hot[gold], one_hot[predicted], labels) == rows


def test_recall_by_source_has_the_largest_source_first() -> None:
    sources = ["masa", "sabah", None, "sabah", "sabah", "sabah"]
    table = recall_by_source(GOLD, PREDICTED, sources, SECTIONS)
    assert table["sources"] == ["sabah", "masa", "?"]
    assert [row["label"] for row in table["rows"]] == SECTIONS
    news, economy, sport = table["rows"]
    assert news["recall"] == {"sabah": 1.0, "masa": 1.0, "?": 0.0}
    assert news["support"] == {"sabah": 1, "masa": 1, "?": 1}
    assert economy["recall"] == {"sabah": None, "masa": None, "?": None}
    assert sport["recall"] == {"sabah": pytest.approx(2 / 3), "masa": None, "?": None}
    assert sport["support"] == {"sabah": 3, "masa": 0, "?": 0}


def test_recall_by_source_of_no_articles() -> None:
    none = np.zeros(0, dtype=np.intp)
    assert recall_by_source(none, none, [], ["news"]) == {
        "sources": [],
        "rows": [{"label": "news", "recall": {}, "support": {}}],
    }


def test_confusion_pairs_come_most_frequent_first_with_the_first_ids() -> None:
    gold = np.array([0, 2, 2, 2, 1, 1])
    predicted = np.array([1, 0, 2, 0, 1, 0])
    ids = ["a", "b", "c", "d", "e", "f"]
    assert confusion_pairs(gold, predicted, ids, SECTIONS, examples=1) == [
        {"gold": "sport", "predicted": "news", "count": 2, "ids": ["b"]},
        {"gold": "news", "predicted": "economy", "count": 1, "ids": ["a"]},
        {"gold": "economy", "predicted": "news", "count": 1, "ids": ["f"]},
    ]
    assert len(confusion_pairs(gold, predicted, ids, SECTIONS, most=2)) == 2
    assert confusion_pairs(gold, predicted, ids, SECTIONS)[0]["ids"] == ["b", "d"]
