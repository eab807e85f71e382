"""Rows and runs hold the same weights, come back from arrays, and are refused where they lead out of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays as any_array
from numpy.typing import NDArray

from model.features.products import weight_of
from model.features.weights import Weights

Change = Callable[[Weights], Weights]
SPARSE = np.array([[3, -4, 5], [0, 0, -7], [0, 0, 0], [1, 0, 127], [0, -127, 0]], dtype=np.int8)


@pytest.fixture
def weights() -> Weights:
    """``SPARSE``: a row for its first feature, runs for the others; the third run is empty."""
    return Weights(
        rows=SPARSE[:1],
        starts=np.array([0, 1, 1, 3, 4], dtype=np.int32),
        outputs=np.array([2, 0, 2, 1], dtype=np.uint16),
        steps=np.array([-7, 1, 127, -127], dtype=np.int8),
    )


def test_rows_and_runs_are_taken_alike(weights: Weights) -> None:
    assert (weights.n_outputs, weights.n_weighted) == (3, 5)
    assert weights.take(range(5)).tolist() == SPARSE.tolist()
    assert weights.take([4, 0, 5, 4]).tolist() == [[0, -127, 0], [3, -4, 5], [0, 0, 0], [0, -127, 0]]
    assert weights.take([]).shape == (0, 3)
    assert weights.nbytes == 3 + 5 * 4 + 4 * 2 + 4


def test_machine_code_looks_the_same_weights_up(weights: Weights) -> None:
    found = [[weight_of(feature, output, weights.arrays) for output in range(3)] for feature in range(6)]
    assert found == [*SPARSE.tolist(), [0, 0, 0]]


@given(dense=any_array(np.int8, st.tuples(st.integers(0, 9), st.integers(0, 5))), n_rows=st.integers(0, 9))
def test_any_weights_can_be_rows_or_runs(
    in_runs: Callable[[Weights, int], Weights], dense: NDArray[np.int8], n_rows: int
) -> None:
    made = in_runs(Weights.of_rows(dense), min(n_rows, len(dense)))
    made.check(len(dense), dense.shape[1])
    assert (made.take(range(len(dense))) == dense).all()
    assert made.arrays.rows.shape[1] == dense.shape[1]


def test_arrays_there_and_back(weights: Weights) -> None:
    arrays = weights.to_arrays()
    assert sorted(arrays) == ["run_outputs", "run_starts", "run_steps", "weights"]
    back = Weights.from_arrays({**arrays, "idf": np.ones(3)})
    assert all(getattr(back, name) is getattr(weights, name) for name in ("rows", "starts", "outputs", "steps"))
    for name in arrays:
        with pytest.raises(KeyError, match=name):
            Weights.from_arrays({key: array for key, array in arrays.items() if key != name})


def test_the_kernel_is_given_arrays_that_cannot_be_written(weights: Weights) -> None:
    assert not any(array.flags.writeable for array in weights.arrays)


def of(**arrays: object) -> Change:
    return lambda weights: replace(weights, **{name: np.asarray(array) for name, array in arrays.items()})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param(of(rows=SPARSE[:1, :2]), "do not fit 3 labels", id="a-label-too-few"),
        pytest.param(of(rows=SPARSE[0]), "weights is no array", id="one-row"),
        pytest.param(of(rows=np.tile(SPARSE, (2, 1))), "14 features weigh", id="more-features-than-the-space"),
        pytest.param(of(rows=SPARSE[:1].astype(np.int16)), "weights is no array", id="wide-rows"),
        pytest.param(of(starts=np.zeros(0, np.int32)), "features weigh", id="no-start"),
        pytest.param(of(starts=np.array([0, 1, 1, 3, 4], np.int64)), "run_starts is no array", id="long-starts"),
        pytest.param(of(starts=np.array([1, 1, 1, 3, 4], np.int32)), "begin and end", id="first-start-not-0"),
        pytest.param(of(starts=np.array([0, 1, 1, 3, 5], np.int32)), "begin and end", id="last-end-behind-all"),
        pytest.param(of(starts=np.array([0, 1, 1, 3, 3], np.int32)), "begin and end", id="last-end-before-all"),
        pytest.param(of(starts=np.array([0, 9, 1, 3, 4], np.int32)), "ends before", id="start-out-of-range"),
        pytest.param(of(starts=np.array([0, 1, -1, 3, 4], np.int32)), "ends before", id="start-negative"),
        pytest.param(of(outputs=np.array([2, 0, 3, 1], np.uint16)), "outside", id="output-out-of-range"),
        pytest.param(of(outputs=np.array([2, 0, -1, 1], np.int16)), "run_outputs is no array", id="output-negative"),
        pytest.param(of(outputs=np.array([2, 2, 2, 1], np.uint16)), "do not ascend", id="output-twice"),
        pytest.param(of(outputs=np.array([2, 2, 0, 1], np.uint16)), "do not ascend", id="outputs-descend"),
        pytest.param(of(outputs=np.array([2, 0, 2], np.uint16)), "begin and end", id="an-output-too-few"),
        pytest.param(of(steps=np.array([-7, 1, 127], np.int8)), "begin and end", id="a-step-too-few"),
        pytest.param(of(steps=np.ones((2, 2), np.int8)), "run_steps is no array", id="steps-in-two-dimensions"),
    ],
)
def test_what_would_lead_out_of_the_arrays_is_refused(weights: Weights, change: Change, fault: str) -> None:
    weights.check(5, 3)
    with pytest.raises(ValueError, match=fault):
        change(weights).check(5, 3)
