"""The plain-Python reading of a feature space, checked by hand."""

from __future__ import annotations

import math

import pytest

from model.features.reference import Reference, word_hash, words
from training.vectorizer import ArabicTfidfVectorizer

TEXTS = [
    "الوزير في لبنان",
    "وزير لبنان وصل",
    "لاعب من سورية",
    "لاعبين من سورية وسورة",
    "الفريق يضم لاعبين",
    "وزير من سورية",
]


@pytest.fixture(scope="module")
def vectorizer() -> ArabicTfidfVectorizer:
    return ArabicTfidfVectorizer(min_df=1, bigram_min_df=2).fit(TEXTS)


@pytest.fixture(scope="module")
def reference(vectorizer: ArabicTfidfVectorizer) -> Reference:
    return Reference(vectorizer.space_)


@pytest.fixture(scope="module")
def names(vectorizer: ArabicTfidfVectorizer) -> list[str]:
    return list(vectorizer.get_feature_names_out())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("قال وزيرٌ، أمس: لا", ["قال", "وزير", "امس", "لا"], id="folded"),
        pytest.param("و هو", ["هو"], id="one-letter"),
        pytest.param("ا" * 40 + " " + "ب" * 41, ["ا" * 40], id="forty-letters-and-no-more"),
        pytest.param("", [], id="empty"),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def without_finaliser(key: int) -> int:
    """Undo MurmurHash3's fmix64: each of its steps can be undone."""
    for factor in (0xC4CEB9FE1A85EC53, 0xFF51AFD7ED558CCD):
        key = (key ^ key >> 33) * pow(factor, -1, 2**64) % 2**64
    return key ^ key >> 33


@pytest.mark.parametrize(
    ("word", "key"),
    [("", 0xCBF29CE484222325), ("a", 0xAF63DC4C8601EC8C), ("foobar", 0x85944171F73967E8)],
    ids=["empty", "a", "foobar"],
)
def test_word_hash_is_fnv_1a_finished_by_murmur(word: str, key: int) -> None:
    """By the test vectors of the FNV page, http://www.isthe.com/chongo/tech/comp/fnv/."""
    assert without_finaliser(word_hash(word)) == key


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        pytest.param("وزير", "وزير", id="itself"),
        pytest.param("الوزير", "وزير", id="article"),
        pytest.param("والوزير", "وزير", id="unknown-with-known-rest"),
        pytest.param("لاعبين", "لاعب", id="plural"),
        pytest.param("لبنان", "لبنان", id="lebanon"),
        pytest.param("سوريه", "سوريه", id="syria"),
        pytest.param("مجهول", None, id="unknown"),
    ],
)
def test_stem(reference: Reference, names: list[str], word: str, stem: str | None) -> None:
    entry = reference.stem(word)
    entries = [name for name in names if not name.startswith("stem:")]  # words are features in the order of entries
    assert (None if entry < 0 else entries[entry]) == stem


def test_features_of_a_text(reference: Reference, names: list[str]) -> None:
    features = [names[feature] for feature in reference.features("الوزير مجهول من سورية") if feature >= 0]
    assert features == ["الوزير", "stem:وزير", "من", "stem:من", "سوريه", "stem:سوريه", "stem:من سوريه"]


def test_an_unknown_word_parts_a_bigram(reference: Reference, names: list[str]) -> None:
    assert "stem:من سوريه" in {names[feature] for feature in reference.transform("من سورية")}
    assert "stem:من سوريه" not in {names[feature] for feature in reference.transform("من مجهول سورية")}


def test_weights_are_sublinear_and_of_unit_length(
    vectorizer: ArabicTfidfVectorizer, reference: Reference, names: list[str]
) -> None:
    weights = {names[feature]: value for feature, value in reference.transform("سورية سورية سورية وصل").items()}
    idf = dict(zip(names, vectorizer.space_.idf.tolist(), strict=True))
    assert idf["سوريه"] == pytest.approx(math.log((1 + 6) / (1 + 3)) + 1, abs=1e-6)
    ratio = (1 + math.log(3)) * idf["سوريه"] / idf["وصل"]
    assert weights["سوريه"] / weights["وصل"] == pytest.approx(ratio, abs=1e-9)
    assert math.fsum(value**2 for value in weights.values()) == pytest.approx(1.0, abs=1e-12)


def test_a_text_without_features_has_no_weights(reference: Reference) -> None:
    assert reference.transform("مجهول تماما") == {}
    assert reference.transform("") == {}
