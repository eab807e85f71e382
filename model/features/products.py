"""Products of one text's features with the weights of all heads, in machine code.

``kernel`` multiplies while it scores, ``tracing`` looks single weights up to explain a score; ``weights`` says what the
arrays mean and checks them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.features.jit import compiled

__all__ = ["WeightArrays", "multiply", "weight_of"]


class WeightArrays(NamedTuple):
    """Weights as machine code reads them; see ``weights.Weights`` for what the arrays mean."""

    rows: NDArray[np.int8]
    starts: NDArray[np.int32]
    outputs: NDArray[np.uint16]
    steps: NDArray[np.int8]


@compiled
def multiply(
    found: NDArray[np.int32], values: NDArray[np.float64], weights: WeightArrays, products: NDArray[np.float64]
) -> None:
    """Add the weights of the features found, each times its value, to ``products``.

    Rows and runs lie all over arrays that no cache holds. One at a time, each is waited for; touched first in a loop
    that does nothing else, some ten are under way at once.
    """
    n_rows, n_outputs = weights.rows.shape
    n_weighted = n_rows + weights.starts.size - 1
    rows, row_values = np.zeros(found.size + 3, dtype=np.int64), np.zeros(found.size + 3, dtype=np.float32)
    runs, run_values = np.empty((found.size, 2), dtype=np.int64), np.empty(found.size, dtype=np.float64)
    touched = np.empty(found.size, dtype=np.int64)
    n, n_runs = 0, 0
    for index in range(found.size):
        feature = np.int64(found[index])
        if feature < n_rows:
            if n_outputs > 0:
                rows[n], row_values[n] = feature, values[index]
                touched[index] = weights.rows[feature, 0] + weights.rows[feature, n_outputs - 1]
                n += 1
        elif feature < n_weighted:
            runs[n_runs, 0], runs[n_runs, 1] = weights.starts[feature - n_rows], weights.starts[feature - n_rows + 1]
            run_values[n_runs] = values[index]
            n_runs += 1
    for run in range(n_runs):
        if runs[run, 0] < runs[run, 1]:
            touched[run] = np.int64(weights.outputs[runs[run, 0]]) + weights.steps[runs[run, 0]]
    _add_rows(rows, row_values, n, weights.rows, products)
    for run in range(n_runs):
        value = run_values[run]
        for entry in range(runs[run, 0], runs[run, 1]):
            products[weights.outputs[entry]] += value * weights.steps[entry]


@compiled
def _add_rows(
    rows: NDArray[np.int64],
    values: NDArray[np.float32],
    n: int,
    weights: NDArray[np.int8],
    products: NDArray[np.float64],
) -> None:
    """Add ``n`` rows of weights, each times its value; three numbers behind the last must be 0.

    Four rows are added at a time, since reading and writing the products would otherwise take most of the time: 21
    against 49 microseconds for 561 rows of 67 outputs.
    """
    for first in range(0, n, 4):  # beyond the last stand up to three times row 0, with value 0
        a, b, c, d = weights[rows[first]], weights[rows[first + 1]], weights[rows[first + 2]], weights[rows[first + 3]]
        of_a, of_b, of_c, of_d = values[first], values[first + 1], values[first + 2], values[first + 3]
        for output in range(weights.shape[1]):
            products[output] += np.float32(
                of_a * np.float32(a[output])
                + of_b * np.float32(b[output])
                + of_c * np.float32(c[output])
                + of_d * np.float32(d[output])
            )


@compiled
def weight_of(feature: int, output: int, weights: WeightArrays) -> np.int8:
    """Look one weight up: a number of steps, 0 for features that weigh nothing."""
    n_rows = weights.rows.shape[0]
    if feature < n_rows:
        return np.int8(weights.rows[feature, output])
    if feature < n_rows + weights.starts.size - 1:
        for entry in range(weights.starts[feature - n_rows], weights.starts[feature - n_rows + 1]):
            if weights.outputs[entry] == output:
                return np.int8(weights.steps[entry])
    return np.int8(0)
