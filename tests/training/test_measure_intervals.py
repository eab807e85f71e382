"""Bootstrap intervals and paired differences: against scikit-learn on the samples that were drawn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from training.measure import agreement_intervals, compare_agreement, indicators, section_agreement, topic_agreement
from training.measure.intervals import FEWEST, draw, interval

LABELS = ["a", "b", "c", "d"]


def random_labels(seed: int, n: int = 120, right: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, 4, n)
    return gold, np.where(rng.random(n) < right, gold, rng.integers(0, 4, n))


def test_one_label_per_article_becomes_a_column_each() -> None:
    table = indicators(np.array([1, 0, -1]), 3)
    assert table.tolist() == [[False, True, False], [True, False, False], [False, False, False]]


def test_every_sample_is_counted_as_scikit_learn_counts_it() -> None:
    gold, given = random_labels(1)
    gold[gold == 3] = 0
    gold[:2] = 3  # so rare that it is missing from some samples, which are given it nevertheless
    (draws,) = draw(indicators(gold, 4), indicators(given, 4), seed=7, replicates=60)
    rng = np.random.default_rng(7)
    for replicate in range(60):
        rows = rng.integers(0, len(gold), len(gold))
        present = np.unique(gold[rows])
        assert draws.micro_f1()[replicate] == pytest.approx(np.mean(gold[rows] == given[rows]))
        expected = f1_score(gold[rows], given[rows], labels=present, average="macro", zero_division=0)
        assert draws.macro_f1()[replicate] == pytest.approx(expected)
        by_label = f1_score(gold[rows], given[rows], labels=range(4), average=None, zero_division=np.nan)
        assert draws.f1()[replicate] == pytest.approx(by_label, nan_ok=True)


def test_topics_are_drawn_article_by_article() -> None:
    rng = np.random.default_rng(3)
    gold, given = rng.random((80, 5)) < 0.3, rng.random((80, 5)) < 0.3
    (draws,) = draw(gold, given, seed=2, replicates=3)
    rng = np.random.default_rng(2)
    for replicate in range(3):
        rows = rng.integers(0, 80, 80)
        expected = topic_agreement(gold[rows], given[rows])
        assert draws.micro_f1()[replicate] == pytest.approx(expected["micro_f1"])
        assert draws.macro_f1()[replicate] == pytest.approx(expected["macro_f1"])


def test_the_interval_holds_95_in_100() -> None:
    values = np.append(np.arange(1001.0), [np.nan] * 50)
    assert interval(values) == {"low": 25.0, "high": 975.0}
    assert interval(np.full(5, np.nan)) is None


def test_intervals_hold_the_figures_and_shrink_with_articles() -> None:
    gold, given = random_labels(5, n=100)
    width = {}
    for times in (1, 25):
        many = np.tile(gold, times), np.tile(given, times)
        found = agreement_intervals(indicators(many[0], 4), indicators(many[1], 4), LABELS)
        figures = section_agreement(*many)
        assert found["micro"] is not None
        assert found["macro"] is not None
        assert found["micro"]["low"] < figures["accuracy"] < found["micro"]["high"]
        assert found["macro"]["low"] < figures["macro_f1"] < found["macro"]["high"]
        width[times] = found["micro"]["high"] - found["micro"]["low"]
    # The standard error of a share falls with the root of the number of articles.
    assert width[1] / width[25] == pytest.approx(5, rel=0.15)
    assert width[1] == pytest.approx(
        2 * 1.96 * np.sqrt(np.mean(gold == given) * np.mean(gold != given) / 100), rel=0.15
    )


def test_labels_with_few_articles_have_no_interval() -> None:
    gold = np.array([0] * 40 + [1] * (FEWEST - 1) + [2] * FEWEST)
    given = gold.copy()
    given[::3] = 3
    found = agreement_intervals(indicators(gold, 4), indicators(given, 4), LABELS)["labels"]
    assert found["a"] is not None
    assert found["b"] is None
    assert found["c"] is not None
    assert found["d"] is None


def test_where_nothing_is_wrong_nothing_is_known_of_the_next_article() -> None:
    gold = indicators(np.array([0] * 20 + [1] * 20), 2)
    found = agreement_intervals(gold, gold, LABELS[:2])
    assert found == {"micro": None, "macro": None, "labels": {"a": None, "b": None}}


# two models


def test_a_model_differs_from_itself_by_nothing() -> None:
    gold, given = random_labels(2)
    tables = indicators(gold, 4), indicators(given, 4), indicators(given, 4)
    found = compare_agreement(*tables, LABELS)
    assert found["micro"]["difference"] == found["macro"]["difference"] == 0
    assert found["micro"]["interval"] == {"low": 0, "high": 0}
    assert (found["fixed"], found["broken"]) == (0, 0)


def test_differences_are_those_of_the_figures() -> None:
    gold, ours = random_labels(8, n=400, right=0.95)
    theirs = np.where(gold == 2, 0, ours)  # the other never gives c
    found = compare_agreement(indicators(gold, 4), indicators(ours, 4), indicators(theirs, 4), LABELS)
    mine, other = section_agreement(gold, ours), section_agreement(gold, theirs)
    assert found["micro"]["ours"] == pytest.approx(mine["accuracy"])
    assert found["micro"]["theirs"] == pytest.approx(other["accuracy"])
    assert found["macro"]["difference"] == pytest.approx(mine["macro_f1"] - other["macro_f1"])
    assert found["fixed"] == int(((ours == gold) & (theirs != gold)).sum())
    assert found["broken"] == 0
    assert found["micro"]["interval"] is not None
    assert found["micro"]["interval"]["low"] > 0
    worst, best = found["labels"][0], found["labels"][-1]
    assert best["label"] == "c"
    assert (best["theirs"], best["support"]) == (0.0, int((gold == 2).sum()))
    assert (worst["difference"] or 0.0) <= 0


def test_the_samples_of_both_models_are_the_same() -> None:
    # Both are wrong often, but not in the same places: unpaired, the difference of one point would drown.
    gold = np.zeros(2000, dtype=np.intp)
    ours = (np.arange(2000) % 2).astype(np.intp)
    theirs = ours.copy()
    theirs[:40:2] = 1
    found = compare_agreement(indicators(gold, 2), indicators(ours, 2), indicators(theirs, 2), ["a", "b"])
    around = found["micro"]["interval"]
    assert found["micro"]["difference"] == pytest.approx(0.01)
    assert around is not None
    assert 0.005 < around["low"] < 0.01 < around["high"] < 0.016


def test_a_label_that_is_lost_is_worse_beyond_doubt() -> None:
    gold = np.array([0] * 20 + [1] * 20)
    found = compare_agreement(indicators(gold, 2), indicators(np.zeros_like(gold), 2), indicators(gold, 2), ["a", "b"])
    assert found["labels"][0]["interval"] == {"low": -1.0, "high": -1.0}


def test_a_label_of_few_articles_gets_no_verdict() -> None:
    gold, ours = np.array([0] * 30 + [1] * 3), np.array([0] * 33)
    theirs = gold
    found = compare_agreement(indicators(gold, 2), indicators(ours, 2), indicators(theirs, 2), ["a", "b"])
    worst = found["labels"][0]
    assert (worst["label"], worst["difference"], worst["interval"]) == ("b", -1.0, None)
    assert found["broken"] == 3
