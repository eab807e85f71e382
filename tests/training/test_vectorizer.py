"""The vectorizer keeps scikit-learn's manners and scikit-learn's arithmetic."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import (
    check_get_params_invariance,
    check_no_attributes_set_in_init,
    check_parameters_default_constructible,
    check_set_params,
)

from model.features.words import STEM, WORD_FEATURE
from training.vectorizer import ArabicTfidfVectorizer

WITHOUT_AFFIXES = [  # no word is another with an affix, so every word is its own stem
    "قمر شمس نجم",
    "قمر قمر قمر شمس",
    "بحر جبل",
    "جبل نجم قمر بحر بحر",
    "صخر",
]


@pytest.fixture(scope="module")
def sections(mini_stories: list[dict[str, Any]]) -> list[str]:
    return [story["section"] for story in mini_stories]


@pytest.mark.parametrize(
    "check",
    [
        check_no_attributes_set_in_init,
        check_get_params_invariance,
        check_set_params,
        check_parameters_default_constructible,
    ],
    ids=lambda check: check.__name__,
)
def test_scikit_learn_checks(check: Any) -> None:
    """Those of ``check_estimator`` that fit a transformer of texts: the others feed it tables of numbers."""
    check("ArabicTfidfVectorizer", ArabicTfidfVectorizer())


def test_arithmetic_is_scikit_learns() -> None:
    ours = ArabicTfidfVectorizer(min_df=1, bigrams=False)
    theirs = TfidfVectorizer(sublinear_tf=True)
    found, expected = ours.fit_transform(WITHOUT_AFFIXES).toarray(), theirs.fit_transform(WITHOUT_AFFIXES).toarray()
    names = ours.get_feature_names_out().tolist()
    columns = [names.index(word) for word in theirs.get_feature_names_out()]
    # Each word is counted twice, as word and as stem, so that its weight is divided by the root of two.
    np.testing.assert_allclose(found[:, columns] * np.sqrt(2), expected, atol=1e-6)
    np.testing.assert_allclose(ours.space_.idf[columns], theirs.idf_, atol=1e-6)


def test_fit_transform_is_fit_then_transform(mini_texts: list[str]) -> None:
    texts = [*mini_texts, "", "و", "كلمة غريبة"]
    at_once = ArabicTfidfVectorizer().fit_transform(texts)
    in_turn = ArabicTfidfVectorizer().fit(texts).transform(texts)
    np.testing.assert_array_equal(at_once.indptr, in_turn.indptr)
    np.testing.assert_array_equal(at_once.indices, in_turn.indices)
    np.testing.assert_allclose(at_once.data, in_turn.data, atol=1e-6)


@settings(max_examples=50)
@given(
    texts=st.lists(st.text(st.sampled_from("ابوهلمني "), max_size=60), min_size=1, max_size=8),
    min_df=st.integers(1, 3),
    bigram_min_df=st.integers(1, 3),
)
def test_fit_transform_is_fit_then_transform_on_any_text(texts: list[str], min_df: int, bigram_min_df: int) -> None:
    texts = [*texts, *["والكتاب كتاب"] * 3]
    vectorizer = ArabicTfidfVectorizer(min_df=min_df, bigram_min_df=bigram_min_df)
    at_once = vectorizer.fit_transform(texts)
    vectorizer.space_.check()
    np.testing.assert_allclose(at_once.toarray(), vectorizer.transform(texts).toarray(), atol=1e-6)


def test_more_texts_and_words_than_one_chunk_holds() -> None:
    texts = [f"كلمة رقم{number} رقم{number % 97}" for number in range(40_000)]
    vectorizer = ArabicTfidfVectorizer(min_df=1, bigram_min_df=1)
    at_once = vectorizer.fit_transform(texts)
    assert len(vectorizer.space_.entries) == 40_001
    assert np.count_nonzero(vectorizer.space_.bigrams) == 80_000
    assert abs(at_once - vectorizer.transform(texts)).max() < 1e-6


def test_rows_are_csr_of_unit_length(mini_texts: list[str]) -> None:
    X = ArabicTfidfVectorizer().fit_transform([*mini_texts, ""])
    assert isinstance(X, sparse.csr_array)
    assert (X.dtype, X.indices.dtype, X.indptr.dtype) == (np.float32, np.int32, np.int32)
    assert X.has_sorted_indices
    lengths = np.sqrt(X.multiply(X).sum(axis=1))
    np.testing.assert_allclose(lengths, [1.0] * len(mini_texts) + [0.0], atol=1e-6)


def test_feature_names_are_unique_and_name_their_columns() -> None:
    vectorizer = ArabicTfidfVectorizer(min_df=1, bigram_min_df=1).fit(["الكتاب جديد", "كتاب قديم"])
    names = vectorizer.get_feature_names_out()
    assert len(set(names)) == len(names) == vectorizer.space_.n_features
    row = vectorizer.transform(["الكتاب قديم"]).toarray()[0]
    assert {name for name, value in zip(names, row, strict=True) if value > 0} == {
        "الكتاب",
        "قديم",
        "stem:كتاب",
        "stem:قديم",
        "stem:كتاب قديم",
    }


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param({"min_df": 3}, {"قمر", "stem:قمر"}, id="min-df"),
        pytest.param({"bigrams": False}, {"قمر", "شمس", "stem:قمر", "stem:شمس"}, id="no-bigrams"),
        pytest.param({}, {"قمر", "شمس", "stem:قمر", "stem:شمس", "stem:قمر شمس"}, id="default"),
        pytest.param({"bigram_min_df": 3}, {"قمر", "شمس", "stem:قمر", "stem:شمس"}, id="bigram-min-df"),
    ],
)
def test_settings_choose_features(settings: dict[str, Any], expected: set[str]) -> None:
    texts = ["قمر شمس", "قمر شمس", "قمر نجم"]
    assert set(ArabicTfidfVectorizer(**settings).fit(texts).get_feature_names_out()) == expected


@pytest.mark.parametrize(
    ("corpus", "word", "stem"),
    [
        pytest.param({"لبنان": 10, "بنان": 1}, "لبنان", "لبنان", id="lebanon-is-not-fingertips"),
        pytest.param({"بريطانيا": 10, "أخبار": 1}, "بريطانيا", "بريطانيا", id="britain-keeps-its-beh"),
        pytest.param({"بريطانيا": 10, "أخبار": 1}, "وبريطانيا", "بريطانيا", id="and-britain"),
        pytest.param({"سورية": 10, "سورة": 9, "سور": 1}, "سورية", "سوريه", id="syria-is-not-a-sura"),
        pytest.param({"لاعبين": 5, "لاعب": 9}, "لاعبين", "لاعب", id="players"),
        pytest.param({"لاعبين": 5, "أخبار": 1}, "لاعبين", "لاعبين", id="players-without-a-player"),
        pytest.param({"المملكة": 9, "الملكة": 9}, "المملكة", "المملكه", id="kingdom-is-not-a-queen"),
        pytest.param({"الله": 9, "له": 9}, "الله", "الله", id="two-letters-are-no-stem"),
        pytest.param({"الدار": 10, "دار": 2}, "الدار", "دار", id="rarer-but-not-much"),
        pytest.param({"الدار": 10, "دار": 1}, "الدار", "الدار", id="much-rarer"),
        pytest.param({"والكتابين": 2, "الكتابين": 2, "كتابين": 2, "كتاب": 2}, "والكتابين", "كتاب", id="chain"),
    ],
)
def test_a_stem_needs_a_word_of_the_lexicon_that_is_not_much_rarer(
    corpus: dict[str, int], word: str, stem: str
) -> None:
    texts = [text for text, times in corpus.items() for _ in range(times)]
    vectorizer = ArabicTfidfVectorizer(min_df=1).fit(texts)
    names, row = vectorizer.get_feature_names_out(), vectorizer.transform([word])
    assert [name for name in names[row.indices] if name.startswith("stem:")] == [f"stem:{stem}"]


def test_min_df_counts_texts_not_occurrences() -> None:
    vectorizer = ArabicTfidfVectorizer(min_df=2, bigrams=False).fit(["قمر قمر قمر شمس", "شمس"])
    assert set(vectorizer.get_feature_names_out()) == {"شمس", "stem:شمس"}


def test_clone_is_unfitted_and_of_the_same_settings(mini_vectorizer: ArabicTfidfVectorizer) -> None:
    copy = clone(ArabicTfidfVectorizer(min_df=5, bigrams=False, bigram_min_df=7))
    assert copy.get_params() == {"min_df": 5, "bigrams": False, "bigram_min_df": 7}
    with pytest.raises(NotFittedError):
        clone(mini_vectorizer).transform(["قمر"])


def test_pipeline_learns_sections(mini_texts: list[str], sections: list[str]) -> None:
    pipeline = make_pipeline(ArabicTfidfVectorizer(), LinearSVC(random_state=0))
    train = np.arange(len(mini_texts)) % 5 != 0
    pipeline.fit([text for text, kept in zip(mini_texts, train, strict=True) if kept], np.array(sections)[train])
    held_out = [text for text, kept in zip(mini_texts, train, strict=True) if not kept]
    assert (pipeline.predict(held_out) == np.array(sections)[~train]).mean() >= 0.75


def test_grid_search_over_bigram_min_df(mini_texts: list[str], sections: list[str]) -> None:
    pipeline = Pipeline([("tfidf", ArabicTfidfVectorizer()), ("svc", LinearSVC(random_state=0))])
    search = GridSearchCV(pipeline, {"tfidf__bigram_min_df": [2, 4], "tfidf__bigrams": [True, False]}, cv=3)
    search.fit(mini_texts, sections)
    assert search.best_score_ > 0.6
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_pickle_and_joblib(mini_vectorizer: ArabicTfidfVectorizer, mini_texts: list[str], tmp_path: Path) -> None:
    expected = mini_vectorizer.transform(mini_texts)
    joblib.dump(mini_vectorizer, tmp_path / "vectorizer.joblib")
    for copy in (pickle.loads(pickle.dumps(mini_vectorizer)), joblib.load(tmp_path / "vectorizer.joblib")):
        assert abs(copy.transform(mini_texts) - expected).max() == 0
        assert copy.get_feature_names_out().tolist() == mini_vectorizer.get_feature_names_out().tolist()


def test_sparse_output_stays_sparse(mini_texts: list[str]) -> None:
    """A frame of every feature would not fit in memory: scikit-learn refuses it for sparse rows, and so it stays."""
    assert sparse.issparse(ArabicTfidfVectorizer().set_output(transform="default").fit_transform(mini_texts))
    with pytest.raises(ValueError, match="sparse"):
        ArabicTfidfVectorizer().set_output(transform="pandas").fit_transform(mini_texts)


@pytest.mark.parametrize(
    "container",
    [list, tuple, iter, np.array, lambda texts: np.array(texts, dtype=object), pd.Series],
    ids=["list", "tuple", "iterator", "array-of-str", "array-of-objects", "series"],
)
def test_any_iterable_of_strings(container: Any) -> None:
    expected = ArabicTfidfVectorizer(min_df=1).fit_transform(WITHOUT_AFFIXES)
    vectorizer = ArabicTfidfVectorizer(min_df=1)
    assert abs(vectorizer.fit_transform(container(WITHOUT_AFFIXES)) - expected).max() == 0
    assert abs(vectorizer.transform(container(WITHOUT_AFFIXES)) - expected).max() < 1e-6


@pytest.mark.parametrize(
    ("X", "message"),
    [
        pytest.param("قمر شمس", "one string", id="one-string"),
        pytest.param(["قمر", None], r"X\[1\] is NoneType", id="none"),
        pytest.param(["قمر", "شمس", float("nan")], r"X\[2\] is float", id="nan"),
        pytest.param([b"\xd9\x82"], r"X\[0\] is bytes", id="bytes"),
        pytest.param([["قمر"]], r"X\[0\] is list", id="list"),
        pytest.param([], "no word occurs in 2 of the 0 texts", id="no-texts"),
        pytest.param(["", " "], "no word", id="no-words"),
        pytest.param(["قمر", "شمس"], "lower min_df", id="nothing-frequent-enough"),
    ],
)
def test_fit_refuses(X: Any, message: str) -> None:
    for fit in (ArabicTfidfVectorizer().fit, ArabicTfidfVectorizer().fit_transform):
        with pytest.raises(ValueError, match=message):
            fit(X)


def test_transform_refuses_what_fit_refuses(mini_vectorizer: ArabicTfidfVectorizer) -> None:
    with pytest.raises(ValueError, match="one string"):
        mini_vectorizer.transform("قمر")
    with pytest.raises(ValueError, match=r"X\[0\] is NoneType"):
        mini_vectorizer.transform([None])


@pytest.mark.parametrize("method", ["transform", "get_feature_names_out"])
def test_not_fitted(method: str) -> None:
    arguments = [["قمر"]] if method == "transform" else []
    with pytest.raises(NotFittedError):
        getattr(ArabicTfidfVectorizer(), method)(*arguments)


def test_the_stem_of_a_word_is_a_part_of_it(mini_vectorizer: ArabicTfidfVectorizer) -> None:
    entries, names = mini_vectorizer.space_.entries, mini_vectorizer.get_feature_names_out()
    words = names[entries[:, WORD_FEATURE]]
    stems = words[entries[:, STEM]]
    assert all(stem in word for word, stem in zip(words, stems, strict=True))
    assert (stems != words).any()
    assert (entries[entries[:, STEM], STEM] == entries[:, STEM]).all(), "the stem of a stem is itself"
