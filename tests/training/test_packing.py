"""A packed model weighs a fraction and says the same: its weights lose a step at most, its scores less."""

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
from model.features.weights import Weights
from model.taxonomy import Taxonomy
from training.heads import FittedHead, Heads, HeadTask
from training.learn import Learned
from training.packing import in_memory, pack
from training.vectorizer import ArabicTfidfVectorizer

N_OUTPUTS = 20  # three sections and 17 topics: a feature that three of them weigh has a row
NOTHING = np.zeros(0, dtype=np.bool_)
MOST_STEPS_LOST = 1.5
"""A weight is rounded to a step; one that makes a single step is dropped."""


@pytest.fixture(scope="module")
def space(mini_vectorizer: ArabicTfidfVectorizer) -> FeatureSpace:
    """A space in which the idf of every feature is a mark of its own."""
    fitted = mini_vectorizer.space_
    return replace(fitted, idf=np.linspace(1, 5, fitted.n_features, dtype=np.float32))


def heads_of(weights: NDArray[np.floating], n_sections: int = 3) -> Heads:
    heads = Heads(len(weights), n_sections, weights.shape[1] - n_sections)
    intercept = np.linspace(-1, 1, weights.shape[1])
    if n_sections:
        of_sections = weights[:, :n_sections].T
        heads.put(FittedHead(HeadTask(None, NOTHING, NOTHING), of_sections, intercept[:n_sections]))
    for topic in range(weights.shape[1] - n_sections):
        column = weights[np.newaxis, :, n_sections + topic]
        heads.put(FittedHead(HeadTask(topic, NOTHING, NOTHING), column, intercept[[n_sections + topic]]))
    return heads


@pytest.fixture(scope="module")
def weights(space: FeatureSpace) -> NDArray[np.float64]:
    """Weights of many heads for a third of the features, of few for a third, too small to matter for a third."""
    dice = np.random.default_rng(0)
    weights = dice.normal(0, 0.2, (space.n_features, N_OUTPUTS))
    kind = dice.integers(0, 3, space.n_features)
    weights[(kind == 1)[:, np.newaxis] & (dice.random(weights.shape) < 0.95)] = 0
    weights[kind == 2] *= 1e-2
    return weights


def unpack(arrays: dict[str, NDArray[np.int8]], place: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the weights of every feature by its old number."""
    return Weights.from_arrays(arrays).take(place.tolist()) * arrays["scale"].astype(np.float64)


def dense(space: FeatureSpace, texts: list[str]) -> NDArray[np.float64]:
    features, values, bounds = space.transform(texts)
    rows = np.repeat(np.arange(len(texts)), np.diff(bounds))
    matrix = np.zeros((len(texts), space.n_features))
    matrix[rows, features] = values
    return matrix


def new_place(before: FeatureSpace, after: FeatureSpace) -> NDArray[np.intp]:
    """Find where each feature went, by its mark."""
    assert sorted(after.idf) == before.idf.tolist()
    return np.argsort(after.idf)


def test_a_weight_loses_a_step_and_a_half_at_most(space: FeatureSpace, weights: NDArray[np.float64]) -> None:
    packed, arrays = pack(space, heads_of(weights))
    back = unpack(dict(arrays), new_place(space, packed))
    lost = np.abs(back - weights) / arrays["scale"]
    assert lost.max() <= MOST_STEPS_LOST * 1.0001
    assert (lost > 0.5).any(axis=0).all()  # of every head, some single steps were there to be dropped
    largest = np.abs(back / arrays["scale"]).max(axis=0)
    assert largest == pytest.approx(np.full(N_OUTPUTS, 127))  # the whole range is used


def test_features_of_many_heads_have_rows_and_those_of_none_stand_last(
    space: FeatureSpace, weights: NDArray[np.float64]
) -> None:
    packed, arrays = pack(space, heads_of(weights))
    made, place = Weights.from_arrays(arrays), new_place(space, packed)
    made.check(space.n_features, N_OUTPUTS)
    n_heads = (np.abs(weights) >= arrays["scale"] * MOST_STEPS_LOST).sum(axis=1)
    many, few = n_heads >= 3, (n_heads > 0) & (n_heads < 3)
    assert min(many.sum(), few.sum(), (n_heads == 0).sum()) > 50
    assert ((place < len(made.rows)) == many).all()
    assert ((place < made.n_weighted) == (many | few)).all()
    assert len(made.starts) == few.sum() + 1
    assert (np.diff(made.starts) > 0).all()
    assert (made.steps != 0).all()


def test_vectors_are_the_same_in_another_order(
    space: FeatureSpace, weights: NDArray[np.float64], mini_texts: list[str]
) -> None:
    packed, _ = pack(space, heads_of(weights))
    before, after = dense(space, mini_texts), dense(packed, mini_texts)
    assert (after[:, new_place(space, packed)] == before).all()
    assert np.linalg.norm(after, axis=1) == pytest.approx(1, abs=1e-5)


def test_scores_stay_within_the_error_of_their_weights(
    space: FeatureSpace, weights: NDArray[np.float64], mini_texts: list[str]
) -> None:
    none, ones = np.zeros(0), np.ones(N_OUTPUTS)
    rule = LengthRule(1.0, none, 0.9, topic_slope=ones, topic_bias=0 * ones, topic_threshold=ones / 2)
    of_topics = heads_of(weights, n_sections=0)
    learned = Learned(space, of_topics, Decider(long=rule, short=rule))
    classifier = in_memory(learned, Taxonomy.of_labels((), (f"topic-{n}" for n in range(N_OUTPUTS))))
    found = logit(classifier.score(mini_texts).topics)
    X = dense(space, mini_texts)
    exact = X @ weights + of_topics.intercept
    allowed = MOST_STEPS_LOST * np.abs(X).sum(axis=1, keepdims=True) * classifier.scale
    moved = np.abs(classifier.intercept - of_topics.intercept)
    assert (np.abs(found - exact) <= allowed + moved + 1e-5).all()
    assert np.abs(found - exact).max() > 1e-6  # it was quantised


def test_what_single_steps_add_on_average_goes_into_the_intercept(
    mini_vectorizer: ArabicTfidfVectorizer, mini_texts: list[str]
) -> None:
    """One head weighs all features but one a single step against its label, the other as much for it."""
    space = mini_vectorizer.space_
    weights = np.tile([-0.0099, 0.0099], (space.n_features, 1))
    weights[0] = 1
    heads = heads_of(weights, n_sections=0)
    _, arrays = pack(space, heads)
    assert Weights.from_arrays(arrays).n_weighted == 1
    moved = arrays["intercept"] - heads.intercept
    average = (dense(space, mini_texts)[:, 1:] @ weights[1:]).mean(axis=0)
    assert moved[0] < 0 < moved[1]
    assert moved == pytest.approx(average, rel=0.35)  # estimated from the idf alone


def test_a_label_that_weighs_nothing(space: FeatureSpace) -> None:
    weights = np.zeros((space.n_features, 2))
    weights[:6, 0] = [1, -1, 0.5, 0.25, 0, 0.01]
    packed, arrays = pack(space, heads_of(weights, n_sections=1))
    assert arrays["weights"].tolist() == [[127, 0], [-127, 0], [64, 0], [32, 0]]
    assert arrays["run_starts"].tolist() == [0]
    assert np.isfinite(arrays["scale"]).all()
    assert packed.n_features == space.n_features


def test_a_model_that_weighs_nothing(space: FeatureSpace) -> None:
    _, arrays = pack(space, heads_of(np.zeros((space.n_features, 2)), n_sections=1))
    assert arrays["weights"].shape == (0, 2)
    Weights.from_arrays(arrays).check(space.n_features, 2)


@given(st.data())
def test_any_weights_are_within_their_steps(space: FeatureSpace, data: st.DataObject) -> None:
    floats = st.floats(-1e6, 1e6, width=32)
    few = data.draw(any_array(np.float32, (6, 2), elements=floats))
    weights = np.zeros((space.n_features, 2), dtype=np.float32)
    weights[:6] = few
    packed, arrays = pack(space, heads_of(weights, n_sections=1))
    back = unpack(dict(arrays), new_place(space, packed)[:6])
    assert (np.abs(back - few) <= arrays["scale"] * MOST_STEPS_LOST * 1.002).all()
