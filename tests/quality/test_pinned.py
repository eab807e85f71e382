"""The gate under pinned figures: it fails where one falls, and lets none down silently."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from benchmarks.pinned import Measured, below, cases, pin
from model.errors import QualityGateError, TrainingError

FIRST = Measured(400, {"whole": 0.9, "headline": 0.8})
FLOOR = {"whole": 0.88487, "headline": 0.77994}  # a standard error below .9 and .8 on 400 articles


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file in which two cases are pinned."""
    path = tmp_path / "pinned.json"
    pin({"outlet": FIRST, "other": Measured(100, {"whole": 1.0})}, file=path)
    return path


def written(file: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["cases"]
    return read


def measured(whole: float, headline: float | None = 0.8, n: int = 400) -> dict[str, Measured]:
    return {"outlet": Measured(n, {"whole": whole} | ({} if headline is None else {"headline": headline}))}


def test_figures_are_pinned_with_what_they_were_measured_on(file: Path) -> None:
    assert cases(file) == ["outlet", "other"]
    assert written(file)["outlet"] == {"n": 400, "figures": {"whole": 0.9, "headline": 0.8}}
    assert not below({"other": Measured(100, {"whole": 0.991})}, file)  # all of a hundred is not all of everything
    assert below({"other": Measured(100, {"whole": 0.98})}, file)


@pytest.mark.parametrize(
    ("whole", "headline", "failed"),
    [
        pytest.param(0.9, 0.8, [], id="as it was"),
        pytest.param(0.95, 0.85, [], id="better"),
        pytest.param(0.8851, 0.7801, [], id="worse within the noise"),
        pytest.param(0.8848, 0.8, ["outlet whole"], id="worse beyond it"),
        pytest.param(0.95, 0.7798, ["outlet headline"], id="one better and one worse"),
        pytest.param(0.5, 0.5, ["outlet whole", "outlet headline"], id="both"),
        pytest.param(0.9, None, ["outlet headline"], id="one not measured"),
        pytest.param(math.nan, 0.8, ["outlet whole"], id="one is no number"),
    ],
)
def test_a_figure_that_falls_beyond_the_noise_fails(
    file: Path, whole: float, headline: float | None, failed: list[str]
) -> None:
    found = below(measured(whole, headline), file)
    assert [error.metric for error in found] == failed
    for error in found:
        name = error.metric.split()[1]
        assert error.floor == pytest.approx(FLOOR[name], abs=1e-5)
        assert not error.measured >= error.floor


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param({}, "nothing is not pinned", id="nothing measured"),
        pytest.param({"new": FIRST}, "new whole, new headline is not pinned", id="a case that is not pinned"),
        pytest.param(
            {"outlet": Measured(400, {**FIRST.figures, "lead": 0.9})}, "outlet lead is not pinned", id="a new figure"
        ),
    ],
)
def test_a_gate_that_finds_nothing_to_check_has_failed(file: Path, given: dict[str, Measured], told: str) -> None:
    with pytest.raises(TrainingError, match=f"{told}, so there is nothing to check"):
        below(given, file)


def test_no_file_has_nothing_to_check(tmp_path: Path) -> None:
    for ask in (lambda file: cases(file), lambda file: below({"outlet": FIRST}, file)):
        with pytest.raises(TrainingError, match="pinned"):
            ask(tmp_path / "nowhere.json")


def test_figures_are_raised_without_a_word(file: Path) -> None:
    pin(measured(0.95, 0.85), file=file)
    assert written(file)["outlet"]["figures"] == {"whole": 0.95, "headline": 0.85}
    assert list(written(file)) == ["outlet", "other"]
    pin({"new": FIRST}, file=file)
    assert cases(file) == ["outlet", "other", "new"]


@pytest.mark.parametrize(
    ("given", "metric"),
    [
        pytest.param(measured(0.8999), "outlet whole", id="lower, if within the noise"),
        pytest.param(measured(0.99, 0.7), "outlet headline", id="one higher and one lower"),
        pytest.param(measured(0.99, None), "outlet headline", id="one gone"),
        pytest.param(measured(0.9, 0.8, n=100), "outlet whole", id="the same on fewer articles, which are less sure"),
        pytest.param({"new": FIRST, **measured(0.5)}, "outlet whole", id="beside another that is new"),
    ],
)
def test_no_floor_goes_down_silently(file: Path, given: dict[str, Measured], metric: str) -> None:
    before = file.read_bytes()
    with pytest.raises(QualityGateError, match=r"nothing was pinned\. Say why") as caught:
        pin(given, file=file)
    assert caught.value.metric == metric
    assert file.read_bytes() == before
    pin(given, lower_because="labels of the outlet were corrected", file=file)
    (step,) = written(file)["outlet"]["lowered"]
    assert step["because"] == "labels of the outlet were corrected"
    assert metric.split()[1] in step["from"]
    assert not below(given, file)


def test_what_was_lowered_is_remembered(file: Path) -> None:
    pin(measured(0.85), lower_because="first", file=file)
    pin(measured(0.95), file=file)
    pin(measured(0.9), lower_because="second", file=file)
    assert written(file)["outlet"]["lowered"] == [
        {"because": "first", "from": {"whole": 0.9}},
        {"because": "second", "from": {"whole": 0.95}},
    ]
