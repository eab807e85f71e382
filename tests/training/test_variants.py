"""The table of spelling variants, and what the vectorizer makes of it."""

from __future__ import annotations

import numpy as np
import pytest

from model.features import orthography
from model.features.reference import Reference
from training.background.values import Vocabulary
from training.variants import spelling_variants
from training.vectorizer import ArabicTfidfVectorizer


def test_there_are_a_few_hundred_pairs_of_single_words() -> None:
    table = spelling_variants()
    assert len(table) >= 400
    assert not [word for pair in table.items() for word in pair if " " in word or orthography.fold(word) != word]


def test_no_form_is_a_variant_of_another() -> None:
    table = spelling_variants()
    assert not set(table) & set(table.values())


def stem_of(vectorizer: ArabicTfidfVectorizer, word: str) -> str:
    """Return the stem that a word is given, by the name of its feature."""
    names = vectorizer.get_feature_names_out()
    (row,) = vectorizer.transform([word]).toarray()
    stems = [str(names[feature]) for feature in np.flatnonzero(row) if names[feature].startswith("stem:")]
    return stems[0].removeprefix("stem:") if stems else ""


@pytest.mark.parametrize(
    ("variant", "form"),
    [
        ("ترمب", "ترامب"),
        ("وترمب", "ترامب"),
        ("أميركا", "أمريكا"),
        ("غوغل", "جوجل"),
        ("مسئول", "مسؤول"),
        ("شباط", "فبراير"),
    ],
    ids=["vowel", "with a proclitic", "order of letters", "foreign g", "seat of the hamza", "month of the east"],
)
def test_a_variant_shares_the_stem_of_its_form_and_stays_a_word(variant: str, form: str) -> None:
    texts = [f"{variant} قال {word}" for word in ("اليوم", "أمس")] + [
        f"{form} {orthography.fold(variant)[-4:]} هنا"
    ] * 2
    texts += [variant.removeprefix("و"), variant.removeprefix("و")]
    vectorizer = ArabicTfidfVectorizer(min_df=2).fit(texts)
    assert stem_of(vectorizer, variant) == stem_of(vectorizer, form) == orthography.fold(form)
    assert orthography.fold(variant) in vectorizer.get_feature_names_out()
    matrix = vectorizer.transform([variant, form]).toarray()
    assert np.count_nonzero(matrix[0] * matrix[1]) == 1


def test_the_reference_gives_a_variant_the_same_stem() -> None:
    vectorizer = ArabicTfidfVectorizer(min_df=1).fit(["ترمب وصل", "ترامب غادر"])
    reference = Reference(vectorizer.space_)
    for text in ("ترمب غادر", "وترمب وصل", "ترامب"):
        row = vectorizer.transform([text]).toarray()[0]
        expected = reference.transform(text)
        assert np.allclose(row[list(expected)], list(expected.values()))
        assert np.count_nonzero(row) == len(expected)


def test_a_variant_without_its_form_is_a_word_like_others() -> None:
    vectorizer = ArabicTfidfVectorizer(min_df=1).fit(["ترمب وصل", "ترمب غادر"])
    assert stem_of(vectorizer, "ترمب") == "ترمب"


def test_stems_of_a_given_vocabulary_stay_as_they_are() -> None:
    known: Vocabulary = ArabicTfidfVectorizer(min_df=1).fit(["ترمب وصل", "ترمب غادر"]).vocabulary_
    vectorizer = ArabicTfidfVectorizer(min_df=1, vocabulary=known).fit(["ترامب وصل", "ترامب وترمب"])
    assert np.array_equal(vectorizer.vocabulary_.stems[: known.n_words], known.stems)


def test_variant_and_form_that_would_lead_to_each_other_are_both_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.vectorizer.spelling_variants", lambda: {"كتاب": "كتابها"})
    vectorizer = ArabicTfidfVectorizer(min_df=1).fit(["كتاب جديد", "كتاب قديم", "كتابها"])
    assert stem_of(vectorizer, "كتابها") == stem_of(vectorizer, "كتاب") == "كتاب"
