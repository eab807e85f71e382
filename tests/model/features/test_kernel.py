"""The kernel means what the reference says, on any text."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.features import kernel
from model.features.orthography import expansion_table, fold, fold_table
from model.features.reference import Reference, word_hash, words
from model.features.space import FeatureSpace, encode_texts
from model.features.weights import Weights
from model.features.words import fold_codes, hash_word
from training.vectorizer import ArabicTfidfVectorizer

LETTERS = "ابتسفكلمنهويةى"
AFFIXES = ("", "و", "ال", "وال", "بال", "لل", "س")
ENDINGS = ("", "ات", "ين", "ها", "ه", "ا", "يه")


def small_words(count: int) -> list[str]:
    """Words of so few letters that each is found with and without affixes."""
    dice = random.Random(11)
    stems = ["".join(dice.choices(LETTERS[:9], k=dice.randint(3, 4))) for _ in range(count)]
    made = [dice.choice(AFFIXES) + stem + dice.choice(ENDINGS) for stem in stems for _ in range(4)]
    dice.shuffle(made)
    return made


SMALL_WORDS = small_words(40)


@pytest.fixture(scope="module")
def dense_space() -> FeatureSpace:
    """Almost every word and many pairs of words are features here; some words are far rarer than others."""
    dice = random.Random(12)
    ranks = [1 / rank for rank in range(1, len(SMALL_WORDS) + 1)]
    texts = [" ".join(dice.choices(SMALL_WORDS, ranks, k=30)) for _ in range(300)]
    return ArabicTfidfVectorizer(min_df=2, bigram_min_df=2).fit(texts).space_


def rows(space: FeatureSpace, texts: Sequence[str]) -> list[dict[int, float]]:
    indices, data, indptr = space.transform(texts)
    parts = [slice(begin, end) for begin, end in pairwise(indptr)]
    assert all(len(set(indices[part].tolist())) == part.stop - part.start for part in parts), "a feature stands twice"
    return [dict(zip(indices[part].tolist(), data[part].tolist(), strict=True)) for part in parts]


def assert_means_the_same(space: FeatureSpace, text: str) -> None:
    (row,) = rows(space, [text])
    expected = Reference(space).transform(text)
    assert row.keys() == expected.keys()
    assert row == pytest.approx(expected, abs=1e-6)


nasty_pieces = st.one_of(
    st.characters(exclude_categories=()),  # all planes, lone surrogates, NUL
    st.sampled_from(
        [
            "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 7,
            "\N{ARABIC LIGATURE LAM WITH ALEF ISOLATED FORM}",
            "\N{ARABIC HAMZA ABOVE}\N{ARABIC SHADDA}\N{ARABIC FATHA}" * 9,
            "\N{COMBINING ACUTE ACCENT}" * 30,
            "\N{ZERO WIDTH NON-JOINER}",
            "\N{RIGHT-TO-LEFT OVERRIDE}",
            "\N{RIAL SIGN}",
            "\x00",
            "\ud800",
            "\udfff",
            "ا" * 39,
            "ب" * 41,
            "ـ" * 50,
            " ",
            "_",
            "\n",
        ]
    ),
)


def known_words(texts: Sequence[str]) -> st.SearchStrategy[str]:
    vocabulary = sorted({word for text in texts for word in text.split()})
    word = st.sampled_from(vocabulary)
    return st.tuples(st.sampled_from(AFFIXES), word, st.sampled_from(ENDINGS)).map("".join)


@settings(max_examples=150)
@given(data=st.data())
def test_kernel_equals_reference_on_news_and_nastiness(
    mini_vectorizer: ArabicTfidfVectorizer, mini_texts: list[str], data: st.DataObject
) -> None:
    piece = st.one_of(known_words(mini_texts).map("{} ".format), known_words(mini_texts), st.just(" "), nasty_pieces)
    text = "".join(data.draw(st.lists(piece, max_size=60)))
    assert_means_the_same(mini_vectorizer.space_, text)


@settings(max_examples=150)
@given(text=st.lists(st.sampled_from(SMALL_WORDS), max_size=60).map(" ".join))
def test_kernel_equals_reference_where_everything_is_known(dense_space: FeatureSpace, text: str) -> None:
    assert_means_the_same(dense_space, text)


@settings(max_examples=100)
@given(text=st.text(st.sampled_from(LETTERS + "  "), max_size=200))
def test_kernel_equals_reference_on_words_half_known(dense_space: FeatureSpace, text: str) -> None:
    assert_means_the_same(dense_space, text)


@settings(max_examples=60)
@given(texts=st.lists(st.text(st.sampled_from("ابوهلمني "), max_size=60), min_size=2, max_size=8))
def test_kernel_equals_reference_in_any_space(texts: list[str]) -> None:
    if not any(words(text) for text in texts):
        texts = [*texts, "كتاب"]
    space = ArabicTfidfVectorizer(min_df=1, bigram_min_df=1).fit(texts).space_
    for text in texts:
        assert_means_the_same(space, text)
        assert_means_the_same(space, f"و{text}ها")


def test_news_meets_words_stems_and_bigrams(mini_vectorizer: ArabicTfidfVectorizer, mini_texts: list[str]) -> None:
    names = mini_vectorizer.get_feature_names_out()
    found = {names[feature] for row in rows(mini_vectorizer.space_, mini_texts) for feature in row}
    assert found == set(names)
    for text in mini_texts:
        assert_means_the_same(mini_vectorizer.space_, text)


@settings(max_examples=50)
@given(texts=st.lists(st.lists(nasty_pieces | st.sampled_from(SMALL_WORDS) | st.just(" ")).map("".join), max_size=6))
def test_a_batch_is_its_texts_one_by_one(dense_space: FeatureSpace, texts: list[str]) -> None:
    assert rows(dense_space, texts) == [row for text in texts for row in rows(dense_space, [text])]


@given(st.text(st.characters(exclude_categories=()) | nasty_pieces.filter(lambda piece: len(piece) == 1)))
def test_folding_is_that_of_the_tables(text: str) -> None:
    codes, _ = encode_texts([text])
    units = fold_codes(codes, fold_table(), expansion_table())
    assert units[-1] == 0
    units[units == 0] = ord(" ")
    assert [word for word in units.tobytes().decode("utf-16-le").split(" ") if word] == fold(text).split()


def test_expansions_outgrow_the_text() -> None:
    text = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 1000
    codes, _ = encode_texts([text])
    units = fold_codes(codes, fold_table(), expansion_table())
    assert units.size == 1000 * 18 + 1
    assert units[-1] == 0


@given(st.text(st.characters(min_codepoint=1, max_codepoint=0xD7FF), max_size=40))
def test_words_hash_alike(word: str) -> None:
    units = np.frombuffer(word.encode("utf-16-le"), dtype=np.uint16)
    assert int(hash_word(units, 0, units.size)) == word_hash(word)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \n ", id="blank"),
        pytest.param("\x00", id="nul"),
        pytest.param("\ud800\udfff", id="surrogates"),
        pytest.param("ب" * 1_000_000, id="a-million-letters"),
        pytest.param("\N{ARABIC SHADDA}" * 1_000_000, id="a-million-marks"),
    ],
)
def test_no_word_no_feature(dense_space: FeatureSpace, text: str) -> None:
    assert rows(dense_space, [text, "", text]) == [{}, {}, {}]


def test_ten_megabytes(mini_vectorizer: ArabicTfidfVectorizer, mini_texts: list[str]) -> None:
    text = "\n".join(mini_texts)
    times = 10_000_000 // len(text.encode()) + 1
    (long,) = rows(mini_vectorizer.space_, ["\n".join([text] * times)])
    assert long.keys() >= rows(mini_vectorizer.space_, [text])[0].keys()
    assert sum(value**2 for value in long.values()) == pytest.approx(1.0, abs=1e-5)


@pytest.fixture(scope="module")
def weights(dense_space: FeatureSpace, in_runs: Callable[[Weights, int], Weights]) -> Weights:
    """Weights of most features, for five outputs: half in rows, half in runs, of which some are empty."""
    dice = np.random.default_rng(13)
    array = dice.integers(-127, 128, (dense_space.n_features - 50, 5)).astype(np.int8)
    array[dice.random(array.shape) < 0.6] = 0
    return in_runs(Weights.of_rows(array), len(array) // 2)


@settings(max_examples=60)
@given(texts=st.lists(st.lists(st.sampled_from(SMALL_WORDS) | nasty_pieces).map(" ".join), min_size=1, max_size=4))
def test_scores_are_dot_products(dense_space: FeatureSpace, weights: Weights, texts: list[str]) -> None:
    products, counted = kernel.score_texts(*encode_texts(texts), dense_space.arrays, weights.arrays)
    reference = Reference(dense_space)
    for row, text in enumerate(texts):
        dense = np.zeros(dense_space.n_features)
        for feature, value in reference.transform(text).items():
            dense[feature] = value
        expected = dense @ weights.take(range(dense_space.n_features)).astype(np.float64)
        assert products[row] / 127 == pytest.approx(expected / 127, abs=1e-6)  # 127 steps make the largest weight
        known = [word for word in words(text) if reference.stem(word) >= 0]
        assert counted[row].tolist() == [len(words(text)), len(known)]


def test_eight_threads_score_like_one(dense_space: FeatureSpace, weights: Weights) -> None:
    dice = random.Random(14)
    batches = [[" ".join(dice.choices(SMALL_WORDS, k=200)) for _ in range(20)] for _ in range(64)]

    def score(texts: list[str]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        products, counted = kernel.score_texts(*encode_texts(texts), dense_space.arrays, weights.arrays)
        return products, counted

    alone = [score(texts) for texts in batches]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(score, batches))
    for (products, counted), (products_together, counted_together) in zip(alone, together, strict=True):
        np.testing.assert_array_equal(products_together, products)
        np.testing.assert_array_equal(counted_together, counted)
