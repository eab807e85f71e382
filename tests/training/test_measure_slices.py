"""Curves, slices by length and time, changes between views, label policy: worked by hand and against scikit-learn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve

from training.measure import (
    by_length,
    by_period,
    coverage_at,
    policy_differences,
    policy_matrix,
    precision_recall,
    recall_by_group,
    risk_coverage,
    same_stories,
    section_shift,
    trend,
)
from training.measure.curves import POINTS

SECTIONS = ["news", "technology", "health"]
NEWS, TECHNOLOGY, HEALTH = range(3)


# curves


@pytest.mark.parametrize("n", [12, 3000])
def test_a_curve_is_scikit_learns_thinned(n: int) -> None:
    rng = np.random.default_rng(n)
    gold = rng.random(n) < 0.3
    score = np.round(0.4 * gold + 0.6 * rng.random(n), 2)  # many ties
    found = precision_recall("oil", gold, score)
    assert found is not None
    assert found["average_precision"] == pytest.approx(average_precision_score(gold, score))
    precision, recall, _ = precision_recall_curve(gold, score)
    points = set(zip(np.round(recall, 4).tolist(), np.round(precision, 4).tolist(), strict=True))
    assert set(zip(found["recall"], found["precision"], strict=True)) <= points
    assert (found["recall"][0], found["recall"][-1]) == (1.0, 0.0)
    assert len(found["recall"]) <= POINTS + 3


def test_a_label_that_gold_does_not_have_has_no_curve() -> None:
    assert precision_recall("oil", np.zeros(4, dtype=bool), np.ones(4)) is None


def test_risk_coverage_by_hand() -> None:
    confidence = np.array([0.6, 0.9, 0.8, 0.8])
    correct = np.array([False, True, True, False])
    found = risk_coverage(confidence, correct)
    assert found["threshold"] == [0.9, 0.8, 0.6]  # the two of 0.8 come together
    assert found["coverage"] == [0.25, 0.75, 1.0]
    assert found["precision"] == [1.0, 0.6667, 0.5]


@pytest.mark.parametrize(
    ("asked", "coverage", "threshold"), [(1.0, 0.25, 0.9), (0.66, 0.75, 0.8), (0.5, 1.0, 0.6), (0.4, 1.0, 0.6)]
)
def test_what_could_be_accepted_at_a_precision(asked: float, coverage: float, threshold: float) -> None:
    found = coverage_at(np.array([0.6, 0.9, 0.8, 0.8]), np.array([False, True, True, False]), asked)
    assert found == {"precision": asked, "coverage": coverage, "threshold": threshold}


def test_nothing_can_be_accepted_where_the_surest_is_wrong() -> None:
    found = coverage_at(np.array([0.9, 0.5]), np.array([False, True]), 0.9)
    assert (found["coverage"], found["threshold"]) == (0.0, None)


# slices


def test_recall_by_group_by_hand() -> None:
    gold, given = np.array([0, 0, 1, 1, 0]), np.array([0, 1, 1, 1, 0])
    found = recall_by_group(gold, given, ["x", "x", "x", "y", "y"], SECTIONS, ["y", "x", "empty"])
    assert found["groups"] == ["y", "x", "empty"]
    assert found["n"] == {"y": 2, "x": 3, "empty": 0}
    assert found["accuracy"] == {"y": 1.0, "x": pytest.approx(2 / 3), "empty": None}
    news, technology, health = found["rows"]
    assert news["recall"] == {"y": 1.0, "x": 0.5, "empty": None}
    assert technology["support"] == {"y": 1, "x": 1, "empty": 0}
    assert set(health["recall"].values()) == {None}


def test_lengths_meet_at_their_edges() -> None:
    assert by_length(np.array([0, 20, 21, 100, 101, 300, 301])) == [
        *("1-20", "1-20", "21-100", "21-100", "101-300", "101-300", ">300")
    ]


def days(*texts: str) -> list[datetime]:
    return [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in texts]


def test_periods_are_as_fine_as_fits() -> None:
    months, order = by_period(days("2018-03-01", "2018-01-31", "2018-03-31"))
    assert months == ["2018-03", "2018-01", "2018-03"]
    assert order == ["2018-01", "2018-03"]
    two_years = [datetime(2017, 1, 15, tzinfo=UTC) + timedelta(days=30 * step) for step in range(24)]
    assert by_period(two_years)[1][:2] == ["2017 Q1", "2017 Q2"]
    _, years = by_period(days(*(f"{year}-01-01" for year in range(2001, 2021))))
    assert years == ["-2009", *map(str, range(2010, 2021))]
    assert by_period(days("2003-01-01", *(f"{year}-05-01" for year in range(2005, 2021))))[0][0] == "-2009"


def test_a_model_that_ages_is_seen() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    published = [start + timedelta(days=day) for day in range(730)]
    correct = np.array([day % 10 >= (1 if day < 365 else 5) for day in range(730)])  # .9, then .5
    found = trend(published, correct)
    assert found is not None
    assert (found["first"], found["last"], found["n"]) == ("2020-01-01", "2021-12-30", 730)
    years = np.arange(730) / 365.25
    assert found["per_year"] == pytest.approx(np.polyfit(years, correct.astype(float), 1)[0])
    assert found["interval"] is not None
    assert found["interval"]["high"] < 0
    first, last = found["periods"][0], found["periods"][-1]
    assert (first["period"], last["period"]) == ("2020 Q1", "2021 Q4")
    assert first["accuracy"] > 0.85 > 0.6 > last["accuracy"]
    assert first["interval"]["low"] < first["accuracy"] < first["interval"]["high"]


def test_a_few_days_are_no_trend() -> None:
    found = trend(days("2020-01-01", "2020-01-09", "2020-02-01", "2020-02-02", "2020-02-03"), np.ones(5, dtype=bool))
    assert found is not None
    assert found["per_year"] is found["interval"] is None
    assert [row["n"] for row in found["periods"]] == [2, 3]
    assert trend([], np.ones(0, dtype=bool)) is None


# views


def test_changes_between_views_by_hand() -> None:
    gold = np.array([0, 0, 1, 2, -1, 1])
    whole = np.array([0, 0, 0, 0, 1, 1])
    headline = np.array([0, 1, 1, 1, 2, 1])
    ids = [f"a{row}" for row in range(6)]
    found = section_shift(("whole", "headline"), whole, headline, gold, ids, SECTIONS)
    assert found["changed"] == pytest.approx(4 / 6)
    assert (found["to_wrong"], found["to_right"], found["to_other"]) == (1, 1, 1)  # the fourth has no gold
    assert found["moves"] == [
        {"first": "news", "second": "technology", "count": 3, "ids": ["a1", "a2", "a3"]},
        {"first": "technology", "second": "health", "count": 1, "ids": ["a4"]},
    ]


# label policy


def policy_corpus(at_masa: int, at_sabah: int) -> tuple[np.ndarray, np.ndarray, list[str], list[str]]:
    """40 articles each of two outlets, filed under technology; so many of each are given health."""
    gold = np.full(80, TECHNOLOGY)
    probabilities = np.tile([0.1, 0.6, 0.3], (80, 1))
    probabilities[:at_masa] = probabilities[40 : 40 + at_sabah] = [0.1, 0.3, 0.6]
    return gold, probabilities, ["masa"] * 40 + ["sabah"] * 40, ["علوم"] * 40 + ["تقنية"] * 40


def differences(at_masa: int, at_sabah: int, sure: float = 0.6) -> list:
    gold, probabilities, sources, printed = policy_corpus(at_masa, at_sabah)
    probabilities[probabilities == 0.6] = sure
    return policy_differences(gold, probabilities, sources, printed, [f"a{row}" for row in range(80)], SECTIONS)


def test_a_source_that_files_otherwise_is_found_with_a_rule() -> None:
    (found,) = differences(at_masa=20, at_sabah=2)
    assert (found["source"], found["filed"], found["printed"], found["given"]) == (
        "masa",
        "technology",
        "علوم",
        "health",
    )
    assert (found["count"], found["n"], found["elsewhere_count"], found["elsewhere_n"]) == (20, 40, 2, 40)
    assert (found["evidence"], found["proposal"]) == ("sources", "mask")
    assert found["ids"] == ["a0", "a1", "a2"]
    assert differences(at_masa=36, at_sabah=2)[0]["proposal"] == "map"
    assert [one["source"] for one in differences(at_masa=8, at_sabah=30)] == ["sabah"]  # masa does it less, not more


def test_what_all_sources_do_is_a_policy_only_where_the_model_is_sure() -> None:
    assert differences(at_masa=20, at_sabah=18) == []
    found = differences(at_masa=20, at_sabah=18, sure=0.9)
    assert [(one["source"], one["evidence"]) for one in found] == [("masa", "model"), ("sabah", "model")]


def test_the_errors_of_every_model_are_no_policy() -> None:
    assert differences(at_masa=5, at_sabah=0) == []  # one in eight
    gold, probabilities, sources, printed = policy_corpus(at_masa=8, at_sabah=0)
    few = np.r_[:9, 40:80]  # nine articles of masa
    found = policy_differences(
        gold[few],
        probabilities[few],
        [sources[row] for row in few],
        [printed[row] for row in few],
        [str(row) for row in few],
        SECTIONS,
    )
    assert found == []


def test_articles_of_no_named_source_have_no_policy() -> None:
    gold, probabilities, _, printed = policy_corpus(at_masa=20, at_sabah=2)
    assert policy_differences(gold, probabilities, [""] * 80, printed, ["a"] * 80, SECTIONS) == []
    assert (
        policy_differences(gold, probabilities, ["masa"] * 40 + ["sabah"] * 40, [""] * 80, ["a"] * 80, SECTIONS) == []
    )


def test_the_matrix_shows_what_every_source_does() -> None:
    gold, probabilities, sources, _ = policy_corpus(at_masa=20, at_sabah=2)
    sources[0] = ""
    (found,) = policy_matrix(differences(20, 2), gold, probabilities.argmax(axis=1), sources, SECTIONS)
    assert found["n"] == {"masa": 39, "sabah": 40}
    assert found["count"] == {"masa": 19, "sabah": 2}


def test_one_story_under_two_sections_is_found_across_sources() -> None:
    gold = np.array([NEWS, HEALTH, NEWS, HEALTH, NEWS, -1, TECHNOLOGY, NEWS, NEWS])
    sources = ["masa", "sabah", "masa", "sabah", "masa", "sabah", "", "masa", "sabah"]
    groups = np.array([0, 0, 1, 1, 2, 2, 0, 3, 3])
    found = same_stories(gold, sources, groups, list("abcdefghi"), SECTIONS)
    assert found == [
        {
            "first_source": "masa",
            "first_section": "news",
            "second_source": "sabah",
            "second_section": "health",
            "count": 2,
            "ids": [["a", "b"], ["c", "d"]],
        }
    ]
