"""A packed model weighs a quarter and says the same, within half a step of its scale; sections lose single steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays as any_array
from numpy.typing import NDArray
from scipy.special import logit

from model.decision import Decider, LengthRule
from model.features.space import FeatureSpace
from model.taxonomy import Taxonomy
from training.heads import Heads
from training.learn import Learned
from training.packing import in_memory, pack
from training.vectorizer import ArabicTfidfVectorizer

N_OUTPUTS = 3  # a section and two topics
MOST_STEPS_LOST = np.array([1.5, 0.5, 0.5])
"""A weight is rounded to a step; one that makes a single step towards a section is dropped."""


@pytest.fixture(scope="module")
def space(mini_vectorizer: ArabicTfidfVectorizer) -> FeatureSpace:
    """A space in which the idf of every feature is a mark of its own: its number and 1."""
    fitted = mini_vectorizer.space_
    return replace(fitted, idf=np.arange(1, fitted.n_features + 1, dtype=np.float32))


def heads_of(weights: NDArray[np.float32], n_sections: int = 1) -> Heads:
    heads = Heads(len(weights), n_sections, weights.shape[1] - n_sections)
    heads.weights[:] = weights
    heads.intercept[:] = np.linspace(-1, 1, weights.shape[1])
    return heads


@pytest.fixture(scope="module")
def heads(space: FeatureSpace) -> Heads:
    """Weights of which half are too small to matter, beside a few large ones."""
    rng = np.random.default_rng(0)
    weights = rng.normal(0, 0.2, (space.n_features, N_OUTPUTS)).astype(np.float32)
    weights[rng.random(space.n_features) < 0.5] *= 1e-4
    return heads_of(weights)


def dense(space: FeatureSpace, texts: list[str]) -> NDArray[np.float64]:
    features, values, bounds = space.transform(texts)
    rows = np.repeat(np.arange(len(texts)), np.diff(bounds))
    matrix = np.zeros((len(texts), space.n_features))
    matrix[rows, features] = values
    return matrix


def new_place(after: FeatureSpace) -> NDArray[np.intp]:
    """Find where each feature went, by its mark."""
    place = np.empty(after.n_features, dtype=np.intp)
    place[after.idf.astype(np.intp) - 1] = np.arange(after.n_features)
    return place


def test_weights_lose_half_a_step_at_most_and_sections_single_steps(space: FeatureSpace, heads: Heads) -> None:
    packed, arrays = pack(space, heads)
    assert arrays["weights"].dtype == np.int8
    back = np.zeros_like(heads.weights)
    place = new_place(packed)
    weighs = place < len(arrays["weights"])
    back[weighs] = arrays["weights"][place[weighs]] * arrays["scale"]
    lost = np.abs(back - heads.weights) / arrays["scale"]
    assert (lost <= MOST_STEPS_LOST * 1.0001).all()
    assert lost[:, 0].max() > 1  # some single steps were there to be dropped
    assert np.abs(arrays["weights"]).max(axis=0).tolist() == [127] * N_OUTPUTS  # the whole range is used


def test_features_without_weight_stand_at_the_end(space: FeatureSpace, heads: Heads) -> None:
    packed, arrays = pack(space, heads)
    place = new_place(packed)
    weighs = (np.abs(heads.weights) >= arrays["scale"] * MOST_STEPS_LOST).any(axis=1)
    assert 0.3 < weighs.mean() < 0.7
    assert len(arrays["weights"]) == weighs.sum()
    assert arrays["weights"].any(axis=1).all()
    assert ((place < weighs.sum()) == weighs).all()


def test_vectors_are_the_same_in_another_order(space: FeatureSpace, heads: Heads, mini_texts: list[str]) -> None:
    packed, _ = pack(space, heads)
    before, after = dense(space, mini_texts), dense(packed, mini_texts)
    assert (after[:, new_place(packed)] == before).all()
    assert np.linalg.norm(after, axis=1) == pytest.approx(1, abs=1e-5)


def test_scores_stay_within_the_error_of_their_weights(
    space: FeatureSpace, heads: Heads, mini_texts: list[str]
) -> None:
    none, ones = np.zeros(0), np.ones(N_OUTPUTS)
    rule = LengthRule(1.0, none, 0.9, topic_slope=ones, topic_bias=0 * ones, topic_threshold=ones / 2)
    of_topics = heads_of(heads.weights, n_sections=0)
    learned = Learned(space, of_topics, Decider(long=rule, short=rule))
    classifier = in_memory(learned, Taxonomy.of_labels((), ("a", "b", "c")))
    found = logit(classifier.score(mini_texts).topics)
    X = dense(space, mini_texts)
    exact = X @ heads.weights + heads.intercept
    allowed = np.abs(X).sum(axis=1, keepdims=True) * classifier.scale / 2
    assert (np.abs(found - exact) <= allowed + 1e-5).all()
    assert np.abs(found - exact).max() > 1e-6  # it was quantised


def test_a_label_that_weighs_nothing(space: FeatureSpace) -> None:
    weights = np.zeros((space.n_features, 2), dtype=np.float32)
    weights[:6, 0] = [1, -1, 0.5, 0.25, 0, 0.01]
    packed, arrays = pack(space, heads_of(weights))
    assert arrays["weights"].tolist() == [[127, 0], [-127, 0], [64, 0], [32, 0]]
    assert np.isfinite(arrays["scale"]).all()
    assert packed.n_features == space.n_features


def test_a_model_that_weighs_nothing(space: FeatureSpace) -> None:
    _, arrays = pack(space, heads_of(np.zeros((space.n_features, 2), dtype=np.float32)))
    assert arrays["weights"].shape == (0, 2)


@given(st.data())
def test_any_weights_are_within_their_steps(space: FeatureSpace, data: st.DataObject) -> None:
    floats = st.floats(-1e6, 1e6, width=32)
    few = data.draw(any_array(np.float32, (6, 2), elements=floats))
    weights = np.zeros((space.n_features, 2), dtype=np.float32)
    weights[:6] = few
    packed, arrays = pack(space, heads_of(weights))
    place = new_place(packed)[:6]
    back = np.array(
        [arrays["weights"][new] * arrays["scale"] if new < len(arrays["weights"]) else [0, 0] for new in place]
    )
    assert (np.abs(back - few) <= arrays["scale"] * MOST_STEPS_LOST[:2] * 1.002).all()
