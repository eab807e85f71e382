"""Floors under figures: a figure below its floor, or none at all, fails; a floor that means nothing is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import QualityGateError
from training.gates import Floor, Gate, check, enforce, refusal, table
from training.pooling import ProtocolFigures
from training.report import Figures

SECTION = {"n": 60, "accuracy": 0.9, "macro_f1": 0.85, "ece": 0.03, "auto": {"precision": None, "coverage": 0.0}}
FIGURES: dict[str, Any] = {
    "n": 60,
    "section": SECTION,
    "topics": None,
    "headline_only": {"section": {**SECTION, "accuracy": 0.7}, "topics": None},
    "articles_per_second": 1500.0,
    "parts": {
        "bbc": {"section": {"accuracy": 0.6}},
        "bbc.co.uk": {"section": {"accuracy": 0.5}},
        "الجريدة": {"section": {"accuracy": 0.4}},
    },
}


def measured(metric: str) -> float | None:
    (gate,) = check(FIGURES, [Floor(metric, 0.5)])
    return gate.measured


@pytest.mark.parametrize(
    ("text", "floor"),
    [
        ("section.macro_f1=0.9", Floor("section.macro_f1", 0.9)),
        ("headline_only.section.accuracy=.7", Floor("headline_only.section.accuracy", 0.7)),
        ("articles_per_second=2000", Floor("articles_per_second", 2000)),
        ("parts.a=b.section.accuracy=0.5", Floor("parts.a=b.section.accuracy", 0.5)),
    ],
)
def test_a_floor_is_read(text: str, floor: Floor) -> None:
    assert Floor.parse(text) == floor


@pytest.mark.parametrize("text", ["section.macro_f1", "=0.9", "section.macro_f1=", "n=many", "n=nan", "n=inf", ""])
def test_what_is_no_floor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not METRIC=FLOOR; write it like"):
        Floor.parse(text)


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        pytest.param("section.accuracy", 0.9, id="of a part"),
        pytest.param("headline_only.section.accuracy", 0.7, id="of headlines"),
        pytest.param("n", 60.0, id="at the top"),
        pytest.param("section.auto.coverage", 0.0, id="zero is a figure"),
        pytest.param("section.auto.precision", None, id="null"),
        pytest.param("topics.micro_f1", None, id="of a part that is null"),
        pytest.param("section.nothing", None, id="not there"),
        pytest.param("section", None, id="a part, no figure"),
        pytest.param("parts.bbc.section.accuracy", 0.6, id="of an outlet"),
        pytest.param("parts.bbc.co.uk.section.accuracy", 0.5, id="of an outlet with dots in its name"),
        pytest.param("parts.الجريدة.section.accuracy", 0.4, id="of an Arabic name"),
    ],
)
def test_figures_are_found_by_their_path(metric: str, value: float | None) -> None:
    assert measured(metric) == value


@pytest.mark.parametrize(
    ("value", "least", "passed"),
    [(0.9, 0.9, True), (0.9 - 1e-12, 0.9, False), (1.0, 0.9, True), (None, 0.0, False), (math.nan, 0.0, False)],
)
def test_a_figure_passes_from_its_floor_on_and_nothing_measured_never(
    value: float | None, least: float, passed: bool
) -> None:
    gate = Gate("section.accuracy", least, value)
    assert gate.passed is passed
    assert gate.to_dict()["passed"] is passed


@given(st.lists(st.tuples(st.sampled_from(["section.accuracy", "topics.micro_f1", "n"]), st.floats(0, 1))))
def test_it_fails_where_any_floor_is_not_reached(wanted: list[tuple[str, float]]) -> None:
    gates = check(FIGURES, [Floor(metric, least) for metric, least in wanted])
    failed = [gate for gate in gates if not gate.passed]
    if not failed:
        enforce(gates)
        return
    with pytest.raises(QualityGateError) as caught:
        enforce(gates)
    assert (caught.value.metric, caught.value.floor) == (failed[0].metric, failed[0].least)
    assert math.isnan(caught.value.measured) is (failed[0].measured is None)
    assert str(caught.value).startswith(f"{len(failed)} of {len(gates)} floors not reached: {failed[0].metric} ")


def test_the_message_is_one_line_and_a_table_of_all_gates() -> None:
    floors = [Floor("section.accuracy", 0.8), Floor("section.macro_f1", 0.9), Floor("topics.micro_f1", 0.5)]
    with pytest.raises(QualityGateError) as caught:
        enforce(check(FIGURES, floors), "nothing was saved")
    first, *rows = str(caught.value).splitlines()
    assert first == (
        "2 of 3 floors not reached: section.macro_f1 0.85 < 0.9, topics.micro_f1 nothing < 0.5; nothing was saved"
    )
    assert [row.split() for row in rows] == [
        ["floor", "measured"],
        ["section.accuracy", "0.8", "0.9"],
        ["section.macro_f1", "0.9", "0.85", "not", "reached"],
        ["topics.micro_f1", "0.5", "nothing", "not", "reached"],
    ]
    assert caught.value.measured == 0.85
    assert table(check(FIGURES, floors)) == "\n".join(rows)


def test_figures_that_nearly_reach_their_floor_are_shown_apart_from_it() -> None:
    assert "0.899997" in table([Gate("section.accuracy", 0.9, 0.899997)])


@pytest.mark.parametrize(
    "metric",
    [
        "section.macro_f1",
        "section.auto.coverage",
        "section.n",
        "topics.mean_average_precision",
        "headline_only.topics.micro_f1",
        "articles_per_second",
        "n",
    ],
)
def test_any_figure_may_have_a_floor(metric: str) -> None:
    for shape in (Figures, ProtocolFigures):
        assert refusal([Floor(metric, 0.5)], shape) == ""


@pytest.mark.parametrize(
    ("metric", "told"),
    [
        pytest.param(
            "section.macro_f2", "there is no figure 'section.macro_f2'; there are section.macro_f1", id="typo"
        ),
        pytest.param("macro_f1", "there is no figure 'macro_f1'", id="half a path"),
        pytest.param("section", "there is no figure 'section'", id="a part"),
        pytest.param("parts.bbc.section.accuracy", "there is no figure", id="of an outlet, and none is left out"),
        pytest.param("section.ece", "the better the lower", id="calibration error"),
        pytest.param("headline_only.topics.ece", "the better the lower", id="calibration error of topics"),
        pytest.param("compare.common", "what to --compare with", id="of a comparison, and nothing is compared"),
        pytest.param("compare.nothing", "what to --compare with", id="of no comparison at all"),
        pytest.param("headline_only.section.log_loss", "the better the lower", id="log loss"),
        pytest.param("section.absent_rate", "the better the lower", id="absent labels"),
        pytest.param("section.auto.threshold", "chosen when a model is fitted", id="threshold"),
    ],
)
def test_a_floor_that_means_nothing_is_refused(metric: str, told: str) -> None:
    assert told in refusal([Floor("section.accuracy", 0.5), Floor(metric, 0.5)], Figures)


COMPARED = "compare.views.whole.section.micro.difference"


@pytest.mark.parametrize("shape", [Figures, ProtocolFigures])
def test_a_comparison_has_floors_where_there_is_one(shape: Any) -> None:
    assert refusal([Floor(COMPARED, -0.01)], shape, compared=True) == ""
    assert refusal([Floor(COMPARED, -0.01)], shape) != ""
    assert "no figure" in refusal([Floor("compare.views.whole.section", 0)], shape, compared=True)
    assert "no figure" in refusal([Floor(f"parts.bbc.{COMPARED}", 0)], shape, compared=True)
    for near in ("section.acuracy", "compared.common"):  # and nothing of it is proposed where it cannot be had
        assert "compare." not in refusal([Floor(near, 0)], shape)


@pytest.mark.parametrize(
    ("metric", "known"),
    [
        ("parts.bbc.section.accuracy", True),
        ("parts.موقع عربي.headline_only.topics.macro_f1", True),
        ("mean.headline_only.section.accuracy", True),
        ("parts.section.accuracy", False),
        ("parts.bbc.learned_from", True),
        ("mean.protocol", False),
    ],
)
def test_parts_and_means_have_floors_where_there_are_parts(metric: str, known: bool) -> None:
    assert (refusal([Floor(metric, 0.5)], ProtocolFigures) == "") is known
