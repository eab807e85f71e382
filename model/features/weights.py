"""Weights of all heads: rows of features that most heads know, and runs of the few heads that know the others.

``training.packing`` lays them out, ``artifact`` stores their arrays, ``kernel`` multiplies with them and ``explain``
looks single ones up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.features.products import WeightArrays
from model.features.space import read_only

__all__ = ["Weights"]


@dataclass(frozen=True)
class Weights:
    """Weights of ``n_outputs`` heads on the features of a space, in steps of each head's scale.

    The first features have a row each, with a weight for every output. Those behind them have a run each: the outputs
    that they weigh for, and how much. Features behind both weigh nothing.

    Attributes
    ----------
    rows : ndarray of shape (n_rows, n_outputs), int8
    starts : ndarray of shape (n_runs + 1,), int32
        ``outputs[starts[i]:starts[i + 1]]`` is the run of feature ``n_rows + i``.
    outputs : ndarray of shape (n_entries,), uint16
        Ascending within a run.
    steps : ndarray of shape (n_entries,), int8
    """

    rows: NDArray[np.int8]
    starts: NDArray[np.int32]
    outputs: NDArray[np.uint16]
    steps: NDArray[np.int8]

    @classmethod
    def of_rows(cls, rows: NDArray[np.int8]) -> Weights:
        """Take rows alone, as artifacts of format 1 have them."""
        nothing = np.zeros(0, dtype=np.uint16), np.zeros(0, dtype=np.int8)
        return cls(rows, np.zeros(1, dtype=np.int32), *nothing)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Weights:
        """Take the arrays back.

        Raises
        ------
        KeyError
            If one is missing.
        """
        return cls(**{field: arrays[name] for field, name in _NAMES.items()})

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, for the artifact."""
        return {name: getattr(self, field) for field, name in _NAMES.items()}

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""
        return int(self.rows.shape[1])

    @property
    def n_weighted(self) -> int:
        """Number of features that weigh anything."""
        return int(self.rows.shape[0]) + self.starts.size - 1

    @cached_property
    def arrays(self) -> WeightArrays:
        """The arrays as the kernel reads them: read-only, so that it is compiled for one kind of array."""
        return WeightArrays(*(read_only(getattr(self, field)) for field in _NAMES))

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(array.nbytes for array in self.to_arrays().values())

    def take(self, features: Sequence[int]) -> NDArray[np.int8]:
        """Return the weights of some features: ndarray of shape (len(features), n_outputs), int8."""
        taken = np.zeros((len(features), self.n_outputs), dtype=np.int8)
        for row, feature in enumerate(features):
            if feature < len(self.rows):
                taken[row] = self.rows[feature]
            elif feature < self.n_weighted:
                run = slice(*self.starts[feature - len(self.rows) :][:2])
                taken[row, self.outputs[run]] = self.steps[run]
        return taken

    def check(self, n_features: int, n_outputs: int) -> None:
        """Make sure that no number leads the kernel out of an array; it does not look itself.

        Raises
        ------
        ValueError
            If the arrays do not make weights of so many features and outputs.
        """
        for field, kind, dimensions in _KINDS:
            array = getattr(self, field)
            if array.dtype != kind or array.ndim != dimensions:
                raise ValueError(f"{_NAMES[field]} is no array of {np.dtype(kind)} with {dimensions} dimensions")
        if self.n_outputs != n_outputs:
            raise ValueError(f"weights of shape {self.rows.shape} do not fit {n_outputs} labels")
        if not self.starts.size or self.n_weighted > n_features:
            raise ValueError(f"{self.n_weighted} features weigh something, of {n_features}")
        if self.outputs.size != self.steps.size or self.starts[0] != 0 or self.starts[-1] != self.steps.size:
            raise ValueError("the runs do not begin and end where the outputs and steps do")
        if (self.starts[1:] < self.starts[:-1]).any():
            raise ValueError("a run ends before it begins")
        if self.outputs.size:
            if int(self.outputs.max()) >= n_outputs:
                raise ValueError(f"a run names an output outside [0, {n_outputs})")
            rising = self.outputs[1:] > self.outputs[:-1]
            first = self.starts[(self.starts > 0) & (self.starts < self.outputs.size)]
            rising[first - 1] = True
            if not rising.all():
                raise ValueError("the outputs of a run do not ascend")


_NAMES = {"rows": "weights", "starts": "run_starts", "outputs": "run_outputs", "steps": "run_steps"}
"""Fields of ``Weights`` and what their arrays are called in an artifact."""

_KINDS = (("rows", np.int8, 2), ("starts", np.int32, 1), ("outputs", np.uint16, 1), ("steps", np.int8, 1))
