"""A learned model made small: weights as int8, features that weigh nothing moved out of the matrix.

Between ``learn`` and the artifact; what is measured, saved and served is the packed model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.classifier import ModelInfo, NewsClassifier
from model.features.space import FeatureSpace
from model.taxonomy import Taxonomy
from training.heads import Heads
from training.learn import Learned

__all__ = ["in_memory", "pack"]


LEAST_STEPS = 2
"""Steps of 127 that a weight of a section must make. With 1.2 million features, dropping those of one step halves the
matrix (685,000 rows to 335,000) and leaves sections of an unseen outlet as they were (.9252/.8565 whole/headline with
all, .9257/.8579 without); topics, learned from fewer articles, lose a point of micro-F1 and keep theirs."""


def pack(space: FeatureSpace, heads: Heads) -> tuple[FeatureSpace, Mapping[str, NDArray[Any]]]:
    """Quantise weights to 255 steps per output, and put the features that still weigh anything first.

    The others stay in the vocabulary: they count in the length of a text's vector.

    Returns
    -------
    space : FeatureSpace
        With its features renumbered.
    arrays : mapping
        ``weights`` of shape (n_weighted, n_outputs), int8; ``scale`` and ``intercept`` of shape (n_outputs,), float32.
    """
    largest = np.abs(heads.weights).max(axis=0, initial=0.0)
    scale = (largest / 127).astype(np.float32)
    scale[scale == 0] = 1  # no weights, or none that a float32 can hold a 127th of
    quantised = np.empty(heads.weights.shape, dtype=np.int8)
    for output in range(heads.weights.shape[1]):  # one by one: no float copy of the whole matrix
        steps = np.rint(heads.weights[:, output] / scale[output])
        if output < heads.n_sections:
            steps[np.abs(steps) < LEAST_STEPS] = 0
        quantised[:, output] = steps
    weighs = quantised.any(axis=1)
    order = np.concatenate([np.flatnonzero(weighs), np.flatnonzero(~weighs)])
    new_feature = np.empty(order.size, dtype=np.int32)
    new_feature[order] = np.arange(order.size, dtype=np.int32)
    arrays: dict[str, NDArray[Any]] = {"weights": quantised[weighs], "scale": scale, "intercept": heads.intercept}
    return space.with_features(new_feature), arrays


def in_memory(learned: Learned, taxonomy: Taxonomy) -> NewsClassifier:
    """Make the classifier that the artifact will hold, to measure it before it is saved."""
    space, arrays = pack(learned.space, learned.heads)
    for array in (*space.to_arrays().values(), *arrays.values()):
        array.setflags(write=False)  # as when loaded: machine code is compiled for one kind of array only
    return NewsClassifier(
        info=ModelInfo(taxonomy.name, "unsaved", ""),
        taxonomy=taxonomy,
        space=space,
        weights=arrays["weights"],
        scale=arrays["scale"],
        intercept=arrays["intercept"],
        decider=learned.decider,
        manifest={},
    )
