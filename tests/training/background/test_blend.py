"""What a background adds to TF-IDF: columns while heads are fitted, ordinary weights of features afterwards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from training.background.blend import HALF_WAY, Blend, Strengths, strengths_for
from training.background.values import Background
from training.dataset import Dataset
from training.vectorizer import ArabicTfidfVectorizer

CORPUS = [
    "فاز الفريق في المباراة وسجل الهداف في الشوط الثاني",
    "خسر الفريق المباراة على ملعب البلدية أمام الجماهير",
    "رفع المصرف الفائدة وتراجعت الأسهم في البورصة",
    "أعلن المصرف أرباح الشركة وزادت الأسهم في بلدية العقبة",
]
OTHER = ["الطبيب في المستشفى واللقاح الجديد للأطفال", "الفريق في البورصة", "كلام لا يعرفه أحد", ""]
EVERYTHING = Strengths(own=2.0, latent=0.5, topics=0.25, sections=0.25)


@pytest.fixture(scope="module")
def vectorizer(background: Background) -> ArabicTfidfVectorizer:
    return ArabicTfidfVectorizer(min_df=1, vocabulary=background.vocabulary).fit(CORPUS)


def blend_of(background: Background, vectorizer: ArabicTfidfVectorizer, strengths: Strengths) -> Blend:
    return Blend(background, vectorizer.known_features_, vectorizer.transform(CORPUS), strengths)


@pytest.mark.parametrize(
    "strengths",
    [
        pytest.param(Strengths(), id="latent alone"),
        pytest.param(EVERYTHING, id="everything"),
        pytest.param(Strengths(latent=0.0, topics=1.0, sections=1.0), id="directions alone"),
        pytest.param(Strengths(latent=0.0), id="nothing"),
    ],
)
def test_a_folded_head_gives_the_same_scores_as_columns(
    background: Background, vectorizer: ArabicTfidfVectorizer, strengths: Strengths
) -> None:
    blend = blend_of(background, vectorizer, strengths)
    known, new = vectorizer.transform(CORPUS), vectorizer.transform(OTHER)
    coef = np.random.default_rng(0).normal(size=(3, blend.columns(known).shape[1]))
    folded = blend.fold(coef)
    assert folded.shape == (3, vectorizer.space_.n_features)
    np.testing.assert_allclose(known @ folded.T, blend.columns(known) @ coef.T, atol=1e-5)
    # words that none of the texts holds weigh through the background alone, in both
    np.testing.assert_allclose(new @ folded.T, blend.columns(new) @ coef.T, atol=1e-5)
    assert np.abs(new[:1] @ folded.T).max() > 0.01 or not (strengths.latent or strengths.topics)


def test_columns_are_what_the_background_says_of_each_feature(
    background: Background, vectorizer: ArabicTfidfVectorizer
) -> None:
    X = vectorizer.transform(OTHER)
    found = blend_of(background, vectorizer, EVERYTHING).columns(X).toarray()
    n_words, (n_stems, n_dimensions) = background.vocabulary.n_words, background.latent.shape
    n_topics, n_sections = background.topics.shape[1], background.sections.shape[1]
    latent, topics, sections = (np.zeros((len(OTHER), n)) for n in (n_dimensions, n_topics, n_sections))
    for theirs, ours in enumerate(vectorizer.known_features_):
        weight = X[:, [ours]].toarray()
        sections += weight * background.sections[theirs] * background.sections_scale
        if n_words <= theirs < n_words + n_stems:
            latent += weight * background.latent[theirs - n_words] * background.latent_scale
            topics += weight * background.topics[theirs - n_words] * background.topics_scale
    expected = np.hstack([0.5 * latent, 0.25 * topics, 0.25 * sections])
    assert np.abs(expected[0]).max() > 0.01
    np.testing.assert_allclose(found[:, -expected.shape[1] :], expected, atol=1e-5)


def test_tf_idf_stands_first_without_words_that_occur_nowhere(
    background: Background, vectorizer: ArabicTfidfVectorizer
) -> None:
    X = vectorizer.transform(CORPUS)
    columns = blend_of(background, vectorizer, EVERYTHING).columns(X)
    used = np.flatnonzero(X.toarray().any(axis=0))
    assert used.size < X.shape[1]
    np.testing.assert_allclose(columns.toarray()[:, : used.size], 2.0 * X.toarray()[:, used], atol=1e-6)
    assert columns.shape[1] == used.size + background.sample.shape[1]
    assert columns.dtype == np.float64
    assert isinstance(columns, sparse.csr_array)


@pytest.mark.parametrize(
    ("strengths", "kinds"),
    [
        (Strengths(), {"latent"}),
        (Strengths(latent=0.0, topics=1.0, sections=1.0), {"topics", "sections"}),
        (EVERYTHING, None),
    ],
    ids=["latent", "directions", "both"],
)
def test_what_counts_nothing_has_no_column(
    background: Background, vectorizer: ArabicTfidfVectorizer, strengths: Strengths, kinds: set[str] | None
) -> None:
    names = kinds or {"latent", "topics", "sections"}
    blend = blend_of(background, vectorizer, strengths)
    X = vectorizer.transform(CORPUS)
    n_dense = sum(getattr(background, name).shape[1] for name in names)
    n_columns = np.unique(X.indices).size + n_dense
    assert blend.columns(X).shape[1] == blend.sample().shape[1] == n_columns


@pytest.mark.parametrize(
    "strengths",
    [EVERYTHING, Strengths(latent=2.0), Strengths(latent=0.0, topics=0.5, sections=0.5)],
    ids=["all", "some", "rest"],
)
def test_the_sample_stands_in_the_columns_of_the_same_articles(
    background: Background, background_dataset: Dataset, strengths: Strengths
) -> None:
    vectorizer = ArabicTfidfVectorizer(min_df=3, bigram_min_df=3)
    whole = vectorizer.fit_transform(background_dataset.whole)
    X = sparse.csr_array(sparse.vstack([whole, vectorizer.transform(background_dataset.headlines)], format="csr"))
    blend = Blend(background, np.arange(X.shape[1], dtype=np.int32), X, strengths)
    columns, sample = blend.columns(X).toarray(), blend.sample()
    assert sample.shape == columns.shape  # all articles are in it, whole, then as headlines
    assert sample.dtype == np.float64
    n_used = np.unique(X.indices).size
    assert not sample[:, :n_used].nnz  # its TF-IDF is unknown
    gap = np.abs(sample[:, n_used:].toarray() - columns[:, n_used:])
    largest = np.abs(columns[:, n_used:]).max(axis=0)
    assert (gap <= largest / 127 / 2 + 1e-5).all()  # half a step of 255
    assert (largest > 0.05).sum() > 4


def test_the_more_examples_the_less_the_background_counts() -> None:
    none, few, some, many = (strengths_for(n, n) for n in (0, 5, HALF_WAY, 1_000_000))
    for kind in ("topics", "sections"):
        of_none, of_few, of_some, of_many = (getattr(strengths, kind) for strengths in (none, few, some, many))
        assert of_none > of_few > of_some > of_many
        assert of_some == pytest.approx(of_none / 2)
        assert of_many == pytest.approx(0, abs=0.001)
    assert strengths_for(HALF_WAY, 1_000_000).sections == many.sections
    assert strengths_for(HALF_WAY, 1_000_000).topics == some.topics
    assert some.sample == pytest.approx(none.sample / 2)
    assert none.latent > few.latent > many.latent
    assert many.latent == pytest.approx(0.5, abs=0.001)  # latent vectors never stop helping
    assert many.sample == pytest.approx(0, abs=0.001)
    assert {strengths.own for strengths in (none, few, some, many)} == {1.0}


def test_strengths_scale_the_columns(background: Background, vectorizer: ArabicTfidfVectorizer) -> None:
    X = vectorizer.transform(CORPUS)
    n_used = np.unique(X.indices).size
    once, twice = (
        blend_of(background, vectorizer, strengths)
        for strengths in (EVERYTHING, replace(EVERYTHING, latent=1.0, topics=0.5, sections=0.5))
    )
    for matrix in ("columns", "sample"):
        one, two = ((blend.columns(X) if matrix == "columns" else blend.sample()).toarray() for blend in (once, twice))
        np.testing.assert_allclose(two[:, n_used:], 2 * one[:, n_used:], rtol=1e-5)
        np.testing.assert_allclose(two[:, :n_used], one[:, :n_used])
