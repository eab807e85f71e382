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

from model.features.kernel import pair_key
from model.features.reference import Reference, word_hash
from model.features.words import FREQUENCY, STEM, STEM_FEATURE, WORD_FEATURE
from training.background.values import Vocabulary
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
    assert copy.get_params() == {"min_df": 5, "bigrams": False, "bigram_min_df": 7, "vocabulary": None}
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


# ------------------------------------------------------------------ with a vocabulary to begin with

ARCHIVE = [
    "قمر شمس نجم",
    "قمر شمس والقمر",
    "القمر شمس بحر",
    "كتاب قديم",
    "كتاب قديم جدا",
    "الكتاب بحر",
]
CORPUS = ["قمر شمس", "صخر رمل", "صخر رمل والكتاب", "بحر رمل", "نجمة غريبة"]


@pytest.fixture(scope="module")
def known() -> Vocabulary:
    """قمر, شمس, القمر, بحر, كتاب, قديم of two articles and more, and the pairs قمر شمس and كتاب قديم."""
    return ArabicTfidfVectorizer(min_df=2).fit([*ARCHIVE, "والقمر في كتاب", "القمر", "شمس القمر"]).vocabulary_


def features_of(vectorizer: ArabicTfidfVectorizer, word: str) -> tuple[int, int]:
    """Return a folded word's feature as a word and as a stem; -1 where it is none."""
    entry = Reference(vectorizer.space_).entry(word)
    if entry < 0:
        return -1, -1
    row = vectorizer.space_.entries[entry]
    return int(row[WORD_FEATURE]), int(row[STEM_FEATURE])


def test_a_known_word_is_a_feature_however_rare(known: Vocabulary) -> None:
    alone = ArabicTfidfVectorizer(min_df=2).fit(CORPUS)
    union = ArabicTfidfVectorizer(min_df=2, vocabulary=known).fit(CORPUS)
    for word in ("قمر", "بحر", "قديم"):  # once, once, and nowhere in the corpus
        assert features_of(alone, word) == (-1, -1)
        assert min(features_of(union, word)) >= 0
    assert min(features_of(union, "صخر")) >= 0  # what the corpus alone knows
    assert features_of(union, "غريبه") == (-1, -1)  # what is rare and not known
    assert union.transform(["قديم"]).nnz == 2
    assert alone.transform(["قديم"]).nnz == 0


def test_frequencies_add_up(known: Vocabulary) -> None:
    union = ArabicTfidfVectorizer(min_df=2, vocabulary=known).fit(CORPUS)
    before = ArabicTfidfVectorizer(min_df=1, bigram_min_df=1).fit(CORPUS).vocabulary_
    assert union.vocabulary_.n_articles == known.n_articles + len(CORPUS) == 14
    df = union.vocabulary_.df
    for word in ("قمر", "شمس", "بحر", "كتاب", "رمل"):
        theirs = known.df[known.keys.tolist().index(word_hash(word))] if word_hash(word) in known.keys else 0
        ours = before.df[before.keys.tolist().index(word_hash(word))] if word_hash(word) in before.keys else 0
        feature, _ = features_of(union, word)
        assert df[feature] == theirs + ours > 0
        assert union.space_.entries[Reference(union.space_).entry(word), FREQUENCY] == theirs + ours
        assert union.space_.idf[feature] == pytest.approx(np.log(15 / (1 + theirs + ours)) + 1)


def test_stems_and_pairs_are_counted_in_both(known: Vocabulary) -> None:
    union = ArabicTfidfVectorizer(min_df=2, vocabulary=known).fit(CORPUS)
    df, entry, pairs = union.vocabulary_.df, Reference(union.space_).entry, union.vocabulary_.pairs.tolist()
    # القمر, والقمر and قمر are one stem: in six of the known texts and one of ours, and كتاب in four and one
    assert df[features_of(union, "قمر")[1]] == 6 + 1
    assert df[features_of(union, "كتاب")[1]] == 4 + 1
    for first, second, expected in (("قمر", "شمس", 3 + 1), ("صخر", "رمل", 0 + 2), ("كتاب", "قديم", 2 + 0)):
        place = pairs.index(int(pair_key(entry(first), entry(second))))
        assert df[df.size - len(pairs) + place] == expected


def test_known_features_become_these_features(known: Vocabulary) -> None:
    union = ArabicTfidfVectorizer(min_df=1, vocabulary=known).fit([*CORPUS, "قديم كتاب شمس القمر جدا"])
    found = union.known_features_
    assert found.dtype == np.int32
    assert found.shape == known.df.shape
    assert np.unique(found).size == found.size
    n_words, n_stems = known.n_words, known.stem_entries.size
    assert n_stems < n_words
    for row, key in enumerate(known.keys.tolist()):
        entry = next(entry for entry in range(n_words) if union.vocabulary_.keys[entry] == key)
        assert found[row] == union.space_.entries[entry, WORD_FEATURE]
    for row, entry in enumerate(known.stem_entries):
        assert found[n_words + row] == union.space_.entries[entry, STEM_FEATURE] >= 0
    names = union.get_feature_names_out()
    spelled = names[found[n_words + n_stems :]].tolist()
    assert {"stem:قمر شمس", "stem:كتاب قديم"} <= set(spelled)
    first_pair = union.space_.n_features - union.vocabulary_.pairs.size
    assert union.vocabulary_.pairs[found[n_words + n_stems :] - first_pair].tolist() == known.pairs.tolist()


def test_a_word_known_by_its_hash_alone_has_no_name(known: Vocabulary) -> None:
    union = ArabicTfidfVectorizer(min_df=2, vocabulary=known).fit(["صخر رمل", "صخر رمل قمر"])
    names = union.get_feature_names_out()
    assert len(names) == union.space_.n_features
    word, stem = features_of(union, "قديم")
    assert (names[word], names[stem]) == ("?", "stem:?")
    assert names[features_of(union, "قمر")[0]] == "قمر"


def test_the_stem_of_a_new_word_may_be_a_known_one(known: Vocabulary) -> None:
    """كتاب stands nowhere in the corpus; that it is a word is known from elsewhere."""
    texts = ["وكتاب صخر", "وكتاب رمل"]
    for vocabulary, stem in ((None, "وكتاب"), (known, "كتاب")):
        vectorizer = ArabicTfidfVectorizer(min_df=2, vocabulary=vocabulary).fit(texts)
        reference = Reference(vectorizer.space_)
        entry = vectorizer.space_.entries[reference.entry("وكتاب"), STEM]
        assert entry == reference.entry(stem) >= 0


LETTERS = st.text(st.sampled_from("اولمبت "), max_size=50)


@settings(max_examples=60)
@given(
    archive=st.lists(LETTERS, min_size=1, max_size=8),
    corpus=st.lists(LETTERS, min_size=1, max_size=6),
    new=LETTERS,
    min_df=st.integers(1, 3),
)
def test_the_kernel_equals_the_reference_in_the_union(
    archive: list[str], corpus: list[str], new: str, min_df: int
) -> None:
    first = ArabicTfidfVectorizer(min_df=2, bigram_min_df=2).fit([*archive, *["والكتاب كتاب", "لمبات بل"] * 2])
    union = ArabicTfidfVectorizer(min_df=min_df, bigram_min_df=min_df, vocabulary=first.vocabulary_)
    corpus = [*corpus, "كتاب"]  # at least one word of it
    at_once = union.fit_transform(corpus)
    union.space_.check()
    reference = Reference(union.space_)
    texts = [*corpus, new, *archive]
    X = union.transform(texts)
    for row, text in enumerate(texts):
        expected = reference.transform(text)
        assert dict(zip(X[[row]].indices.tolist(), X[[row]].data.tolist(), strict=True)) == pytest.approx(
            dict(expected), abs=1e-6
        )
    np.testing.assert_allclose(at_once.toarray(), X[: len(corpus)].toarray(), atol=1e-6)


def test_without_a_vocabulary_as_before(mini_texts: list[str]) -> None:
    none = ArabicTfidfVectorizer(vocabulary=None).fit(mini_texts)
    empty = ArabicTfidfVectorizer(vocabulary=Vocabulary.empty()).fit(mini_texts)
    for name, array in none.space_.to_arrays().items():
        np.testing.assert_array_equal(array, empty.space_.to_arrays()[name])
    assert none.known_features_.shape == empty.known_features_.shape == (0,)
    assert none.get_feature_names_out().tolist() == empty.get_feature_names_out().tolist()


def test_one_fit_after_another_is_one_fit_of_both(mini_texts: list[str]) -> None:
    """With every word kept, and stems that no later text can change, counting in two parts changes nothing."""
    both = ArabicTfidfVectorizer(min_df=1, bigram_min_df=1).fit([*WITHOUT_AFFIXES, *WITHOUT_AFFIXES[::-1]])
    first = ArabicTfidfVectorizer(min_df=1, bigram_min_df=1).fit(WITHOUT_AFFIXES)
    then = ArabicTfidfVectorizer(min_df=1, bigram_min_df=1, vocabulary=first.vocabulary_).fit(WITHOUT_AFFIXES[::-1])
    assert both.get_feature_names_out().tolist() == then.get_feature_names_out().tolist()
    np.testing.assert_allclose(both.space_.idf, then.space_.idf)
    np.testing.assert_array_equal(both.vocabulary_.df, then.vocabulary_.df)


def test_no_bigrams_of_the_vocabulary_either(known: Vocabulary) -> None:
    vectorizer = ArabicTfidfVectorizer(min_df=2, bigrams=False, vocabulary=known).fit(CORPUS)
    assert known.pairs.size
    assert not np.count_nonzero(vectorizer.space_.bigrams)
    assert vectorizer.known_features_.size == known.df.size - known.pairs.size
    assert vectorizer.vocabulary_.pairs.size == 0


def test_texts_without_any_word_of_it_are_refused_all_the_same(known: Vocabulary) -> None:
    with pytest.raises(ValueError, match="no word"):
        ArabicTfidfVectorizer(min_df=2, vocabulary=known).fit(["غريب", "عجيب"])
    assert ArabicTfidfVectorizer(min_df=2, vocabulary=known).fit(["غريب", "قمر"]).space_.n_features == known.df.size


def test_clone_and_pickle_keep_the_vocabulary(known: Vocabulary) -> None:
    vectorizer = ArabicTfidfVectorizer(vocabulary=known)
    copies = [clone(vectorizer), pickle.loads(pickle.dumps(vectorizer))]
    expected = vectorizer.fit_transform(CORPUS)
    for copy in copies:
        assert abs(copy.fit_transform(CORPUS) - expected).max() == 0
