"""What a model promises, and what it says where it cannot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.decision import LengthRule
from training.calibrate import Calibrated
from training.promises import promises_of, warnings_of
from training.report import HeadlineFigures, UnseenOutlet
from training.report.promised import promised
from training.settings import LearnSettings
from training.thresholds import AutoThreshold, TopicsGiven

RULE = LengthRule(1.0, np.zeros(2), 0.9, np.ones(1), np.zeros(1), np.full(1, 0.5))
SURE = AutoThreshold(threshold=0.9, target=0.98, n=900, precision=0.99, lower_bound=0.983, promised=True)
MEASURED = AutoThreshold(threshold=0.83, target=0.98, n=57, precision=1.0, lower_bound=0.949, promised=False)
TOO_FEW = AutoThreshold(threshold=0.9, target=0.98, n=7, precision=None, lower_bound=None, promised=False)
NONE = AutoThreshold(threshold=None, target=0.98, n=0, precision=None, lower_bound=None, promised=False)
SETTINGS = LearnSettings()


def warnings(
    whole: AutoThreshold | None,
    headlines: AutoThreshold | None = SURE,
    topics: TopicsGiven | None = None,
    settings: LearnSettings = SETTINGS,
) -> list[str]:
    found = (Calibrated(RULE, auto, topics) for auto in (whole, headlines))
    return list(warnings_of(promises_of(*found, ["bbc", "masa"], settings), [], 3))


def outlet(source: str, precision: float | None, n: int, *, coverage: float = 0.8) -> UnseenOutlet:
    section = {"auto": {"target": 0.98, "threshold": 0.9, "precision": precision, "coverage": coverage}}
    headlines = {"auto": {**section["auto"], "precision": 0.99}}
    return UnseenOutlet(
        source=source,
        n=n,
        section=section,  # type: ignore[typeddict-item]
        topics=None,
        headline_only=HeadlineFigures(section=headlines, topics=None),  # type: ignore[typeddict-item]
    )


def test_promises_are_written_down_for_both_lengths() -> None:
    found = Calibrated(RULE, SURE, TopicsGiven(0.8, 0.7)), Calibrated(RULE, MEASURED, None)
    promises = promises_of(*found, ["bbc", "masa"], replace(SETTINGS, topic_objective="recall=0.6"))
    assert promises["left_out"] == ["bbc", "masa"]
    assert promises["whole"]["section"] == {
        "target": 0.98,
        "threshold": 0.9,
        "n": 900,
        "precision": 0.99,
        "lower_bound": 0.983,
        "confidence": 0.95,
        "promised": True,
    }
    assert promises["whole"]["topics"] == {"objective": "recall=0.6", "precision": 0.8, "recall": 0.7}
    assert promises["headline_only"]["section"] is not None
    assert promises["headline_only"]["section"]["promised"] is False
    assert promises["headline_only"]["topics"] is None


def test_a_promise_that_is_kept_is_no_warning() -> None:
    assert warnings(SURE) == []
    assert warnings(None, None) == []


@pytest.mark.parametrize(
    ("auto", "told"),
    [
        pytest.param(
            MEASURED,
            "the precision 0.98 is measured, not promised. Of 57 articles above the threshold 0.83, 1.000 are right, "
            "which makes 0.949 sure at 95%; 149 articles without an error are the fewest that could promise it",
            id="measured",
        ),
        pytest.param(
            replace(SURE, promised=False),
            "Of 900 articles above the threshold 0.9, 0.990 are right, but fewer of the surest among them, from",
            id="less right at the top",
        ),
        pytest.param(TOO_FEW, "Only 7 articles stand above the threshold 0.9; 149 articles", id="few above the least"),
        pytest.param(NONE, "the precision 0.98: none is accepted without an editor; more articles, or", id="none"),
        pytest.param(replace(MEASURED, target=0.95), "; 59 articles without an error", id="fewer for less"),
        pytest.param(replace(MEASURED, target=1.0), "; no number of articles without an error", id="all right"),
    ],
)
@pytest.mark.parametrize("view", ["whole articles", "headlines"])
def test_what_cannot_be_promised_is_told(auto: AutoThreshold, told: str, view: str) -> None:
    (warning,) = warnings(auto) if view == "whole articles" else warnings(SURE, auto)
    assert view in warning
    assert told in warning


@pytest.mark.parametrize(
    ("objective", "given_", "told"),
    [
        pytest.param("precision=0.8", TopicsGiven(0.85, 0.1), None, id="reached"),
        pytest.param("precision=0.8", TopicsGiven(0.75, 1.0), "the precision 0.8 is not reached", id="not reached"),
        pytest.param("recall=0.8", TopicsGiven(1.0, 0.7), "all together; 0.700 was measured", id="recall"),
        pytest.param("precision=0.8", TopicsGiven(None, 0.0), "all together; none is given", id="none given"),
        pytest.param("f1", TopicsGiven(0.1, 0.1), None, id="f1 asks for nothing"),
    ],
)
def test_an_objective_that_topics_do_not_reach_is_told(objective: str, given_: TopicsGiven, told: str | None) -> None:
    found = warnings(SURE, topics=given_, settings=replace(SETTINGS, topic_objective=objective))
    assert len(found) == (0 if told is None else 2)
    assert all((told or "") in warning for warning in found)


@pytest.mark.parametrize(
    ("outlets", "told"),
    [
        pytest.param([outlet("bbc", 0.9, 1000), outlet("masa", 0.99, 1000)], "bbc 0.900", id="one of them"),
        pytest.param([outlet("bbc", 0.97, 1000), outlet("masa", 0.985, 1000)], "bbc 0.970", id="a little, of many"),
        pytest.param([outlet("bbc", 0.97, 50)], None, id="a little, of few: luck"),
        pytest.param([outlet("bbc", None, 1000, coverage=0.0)], None, id="none accepted"),
        pytest.param([outlet("bbc", 1.0, 1000)], None, id="none wrong"),
    ],
)
def test_outlets_far_below_what_is_promised_of_all_are_told(outlets: list[UnseenOutlet], told: str | None) -> None:
    found = Calibrated(RULE, SURE, None), Calibrated(RULE, SURE, None)
    warned = list(warnings_of(promises_of(*found, ["bbc", "masa"], SETTINGS), outlets, 3))
    assert [warning.partition(": ")[2] for warning in warned] == ([] if told is None else [told])
    assert all(warning.startswith("whole articles of some outlets") for warning in warned)


def test_a_report_shows_what_was_asked_for_and_what_is_known_of_it() -> None:
    found = Calibrated(RULE, SURE, TopicsGiven(0.8, 0.7)), Calibrated(RULE, MEASURED, TopicsGiven(None, 0.0))
    settings = replace(SETTINGS, topic_objective="recall=0.6")
    shown = "\n".join(promised(promises_of(*found, ["bbc", "masa"], settings)))
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in shown.splitlines() if line[:2] == "| "]
    assert rows[2:] == [
        ["whole", "sections", "precision 0.98", "yes", "0.900", "0.990", "0.983", "–", "900"],
        ["headline", "sections", "precision 0.98", "measured only", "0.830", "1.000", "0.949", "–", "57"],
        ["whole", "topics", "recall 0.6", "–", "–", "0.800", "–", "0.700", "–"],
        ["headline", "topics", "recall 0.6", "–", "–", "–", "–", "0.000", "–"],
    ]
    assert "on articles of bbc, masa, each labelled by what had learned from the others alone" in shown
    within = "\n".join(promised(promises_of(Calibrated(RULE, SURE, None), Calibrated(RULE, NONE, None), [], SETTINGS)))
    assert "| within the corpus |" in within
    assert "| none accepted     |" in within
    assert "folds of the corpus itself, which flatters" in within
    assert not list(promised(promises_of(Calibrated(RULE, None, None), Calibrated(RULE, None, None), [], SETTINGS)))


@pytest.mark.parametrize(
    ("n_sources", "told"),
    [(0, "no source named: "), (1, "one source: "), (2, "two sources: "), (3, "sources that cannot be told apart")],
)
def test_what_was_chosen_within_outlets_is_not_verified_elsewhere(n_sources: int, told: str) -> None:
    found = Calibrated(RULE, SURE, None), Calibrated(RULE, SURE, None)
    (warning,) = warnings_of(promises_of(*found, [], SETTINGS), [], n_sources)
    assert warning.startswith(told)
    assert ": not verified elsewhere" in warning
