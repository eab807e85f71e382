"""The tiny model once more, its weights in runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # heavy: imported by the fixtures that need them
    from model.classifier import NewsClassifier
    from model.features.weights import Weights


@pytest.fixture(scope="session")
def in_runs() -> Callable[[Weights, int], Weights]:
    """A function that keeps a number of rows of some weights, and makes runs of the others."""
    import numpy as np

    from model.features.weights import Weights

    def make(weights: Weights, n_rows: int) -> Weights:
        dense = weights.take(range(weights.n_weighted))
        features, outputs = np.nonzero(dense[n_rows:])
        made = Weights(
            rows=dense[:n_rows],
            starts=np.searchsorted(features, np.arange(len(dense) - n_rows + 1)).astype(np.int32),
            outputs=outputs.astype(np.uint16),
            steps=dense[n_rows:][features, outputs],
        )
        for array in made.to_arrays().values():
            array.setflags(write=False)
        return made

    return make


@pytest.fixture(scope="session")
def classifier_in_runs(tiny_classifier: NewsClassifier, in_runs: Callable[[Weights, int], Weights]) -> NewsClassifier:
    """The tiny model with a row for one feature in five."""
    return replace(tiny_classifier, weights=in_runs(tiny_classifier.weights, tiny_classifier.weights.n_weighted // 5))
