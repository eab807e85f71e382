"""A learned model made small: weights of single steps dropped, the others where they take least time and room.

Between ``learn`` and the artifact; what is measured, saved and served is the packed model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from model.classifier import ModelInfo, NewsClassifier
from model.features.space import FeatureSpace
from model.features.weights import Weights
from model.taxonomy import Taxonomy
from training.heads import Heads
from training.learn import Learned

__all__ = ["in_memory", "pack"]


LEAST_STEPS = 2
"""Steps of 127 that a weight must make. What smaller ones add to a score hardly differs from text to text, but is
below zero on average: that much goes into the intercept. Of 34 silver topics held out, micro-F1 is then .815/.777
(whole/headline) without background, .813/.778 with one; .811/.773 and .809/.779 with single steps dropped and the
intercept as it was, .814/.774 and .814/.779 with all steps. The artifact has half the size."""

ROW_SHARE = 1 / 8
"""Share of the heads from which a feature has a row with a weight for each of them: a row of 1,000 weights is added in
the time of some hundred single ones."""


def pack(space: FeatureSpace, heads: Heads) -> tuple[FeatureSpace, Mapping[str, NDArray[Any]]]:
    """Drop weights of single steps, and number features by how many heads they still weigh anything for.

    First those with a weight for many heads, then those for some, then the others. These stay in the vocabulary: they
    count in the length of a text's vector.

    Returns
    -------
    space : FeatureSpace
        With its features renumbered.
    arrays : mapping
        Those of ``Weights``; ``scale`` and ``intercept`` of shape (n_outputs,), float32.
    """
    usual = _usual_values(space)
    kept, intercept = [], heads.intercept.copy()
    for output, (features, steps) in enumerate(heads.columns):
        small = np.abs(steps) < LEAST_STEPS
        intercept[output] += heads.scale[output] * (steps[small] @ usual[features[small]])
        kept.append((features[~small], steps[~small]))
    by_feature = _by_feature(kept, heads.n_features)
    n_heads = np.diff(by_feature.indptr)
    has_row, weighs = n_heads > ROW_SHARE * len(kept), n_heads > 0
    order = np.concatenate([np.flatnonzero(part) for part in (has_row, weighs & ~has_row, ~weighs)])
    new_feature = np.empty(order.size, dtype=np.int32)
    new_feature[order] = np.arange(order.size, dtype=np.int32)
    runs = by_feature[weighs & ~has_row]
    weights = Weights(
        rows=by_feature[has_row].toarray(),
        starts=runs.indptr.astype(np.int32),
        outputs=runs.indices.astype(np.uint16),
        steps=runs.data,
    )
    return space.with_features(new_feature), {**weights.to_arrays(), "scale": heads.scale, "intercept": intercept}


def _by_feature(columns: Sequence[tuple[NDArray[np.int32], NDArray[np.int8]]], n_features: int) -> sparse.csr_array:
    """Turn the steps of each output into those of each feature: csr_array of shape (n_features, n_outputs), int8."""
    features, steps = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    bounds = np.cumsum([0, *(part.size for part, _ in columns)])
    return sparse.csr_array(sparse.csc_array((steps, features, bounds), shape=(n_features, len(columns))))


def _usual_values(space: FeatureSpace) -> NDArray[np.float64]:
    """Estimate the mean value of each feature over texts, by the share of texts that the idf says it stands in."""
    idf = space.idf.astype(np.float64)
    share = np.exp(1 - idf)  # of a smooth idf as scikit-learn has it
    return np.asarray(share * idf / np.sqrt(share @ (idf * idf)))


def in_memory(learned: Learned, taxonomy: Taxonomy) -> NewsClassifier:
    """Make the classifier that the artifact will hold, to measure it before it is saved."""
    space, arrays = pack(learned.space, learned.heads)
    for array in (*space.to_arrays().values(), *arrays.values()):
        array.setflags(write=False)  # as when loaded: machine code is compiled for one kind of array only
    return NewsClassifier(
        info=ModelInfo(taxonomy.name, "unsaved", ""),
        taxonomy=taxonomy,
        space=space,
        weights=Weights.from_arrays(arrays),
        scale=arrays["scale"],
        intercept=arrays["intercept"],
        decider=learned.decider,
        manifest={},
    )
