"""A background says of words what the articles say: which go together, and which label they speak for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from model.errors import TrainingError
from model.features.kernel import pair_key
from model.features.reference import word_hash, words
from model.taxonomy import Taxonomy
from training.background.make import FEWEST_POSITIVES, MakeSettings, make_background
from training.background.values import Background
from training.corpus import LabelledArticle
from training.dataset import Dataset, make_dataset
from training.vectorizer import ArabicTfidfVectorizer

SMALL = MakeSettings(min_df=3, n_dimensions=8, n_sample=10, jobs=1)
SUBJECTS = {
    "news": ["البرلمان", "الحكومة", "الوزير", "السفير", "المحكمة"],
    "economy": ["البورصة", "المصرف", "التضخم", "الميزانية", "الفائدة"],
    "sport": ["المباراة", "الهداف", "الملعب", "اللاعب", "البطولة"],
    "health": ["المستشفى", "اللقاح", "الأطباء", "الجراحة", "العيادة"],
}
MOON = ["قمر شمس نجم", "قمر شمس", "بحر قمر شمس", "قمر بحر", "نجم بحر جبل", "جبل صخر"]  # each word its own stem


def word_of(background: Background, word: str) -> int:
    (folded,) = words(word)
    return int(np.flatnonzero(background.vocabulary.keys == np.uint64(word_hash(folded)))[0])


def stem_of(background: Background, word: str) -> int:
    """Return the row of a word's light stem among the stems."""
    vocabulary = background.vocabulary
    return int(np.searchsorted(vocabulary.stem_entries, vocabulary.stems[word_of(background, word)]))


def stems_of(background: Background, subject: str) -> list[int]:
    return [stem_of(background, word) for word in SUBJECTS[subject]]


def latent_of(background: Background) -> NDArray[np.float64]:
    vectors = background.latent.astype(np.float64)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def moon_dataset() -> Dataset:
    articles = [LabelledArticle(id=str(row), headline="", body=text) for row, text in enumerate(MOON)]
    return make_dataset(articles, Taxonomy.of_labels(["news", "sport"], []))


def test_stems_of_one_subject_are_near_each_other(background: Background) -> None:
    vectors = latent_of(background)
    alike = {
        (one, other): float((vectors[stems_of(background, one)] @ vectors[stems_of(background, other)].T).mean())
        for one in SUBJECTS
        for other in SUBJECTS
    }
    for subject in SUBJECTS:
        others = [alike[subject, other] for other in SUBJECTS if other != subject]
        assert alike[subject, subject] > 0.6
        assert max(others) < alike[subject, subject] - 0.4


def test_articles_have_vectors_of_length_1_on_average(background: Background, background_dataset: Dataset) -> None:
    X = ArabicTfidfVectorizer(min_df=3, bigram_min_df=3).fit_transform(background_dataset.whole)
    first, n_stems = background.vocabulary.n_words, len(background.latent)
    stems = X[:, first : first + n_stems]
    for rows in (
        stems @ (background.latent * background.latent_scale),
        stems @ (background.topics * background.topics_scale),
        X @ (background.sections * background.sections_scale),
    ):
        assert np.linalg.norm(rows, axis=1).mean() == pytest.approx(1, abs=0.02)


def test_section_directions_point_at_the_words_of_the_section(background: Background) -> None:
    directions = background.sections * background.sections_scale
    assert background.manifest["sections"] == list(SUBJECTS)
    for column, section in enumerate(SUBJECTS):
        for other in SUBJECTS:
            features = [
                *(word_of(background, word) for word in SUBJECTS[other]),
                *(background.vocabulary.n_words + row for row in stems_of(background, other)),
            ]
            assert (directions[features].argmax(axis=1) == column).all() == (section == other)


def test_topic_directions_point_at_the_words_of_the_topic(background: Background) -> None:
    directions = dict(zip(background.manifest["topics"], (background.topics * background.topics_scale).T, strict=True))
    for topic, known, other in (
        ("elections", ["الناخبون", "الصناديق"], ["المرشحون", "الاستحقاق"]),
        ("oil-energy", ["البرميل", "النفط"], ["الخام", "المصفاة"]),
        ("football", ["الكرة", "التسلل"], ["المرمى", "الهدف"]),
    ):
        direction = directions[topic]
        usual = np.abs(direction).mean()
        assert direction[[stem_of(background, word) for word in known]].min() > 0
        # half of the stories were learned without these words, so that the others speak as well
        assert direction[[stem_of(background, word) for word in other]].min() > 2 * usual
        assert direction[stems_of(background, "health")].max() < usual


def test_silver_tags_teach_where_aliases_are_silent(background: Background, background_dataset: Dataset) -> None:
    """No story of the economy is told from another but by its tag: half of them have neither."""
    oil = background.topics[:, 1] * background.topics_scale[1]
    assert oil[stem_of(background, "المصفاة")] > oil[stems_of(background, "economy")].max() + 0.1


def test_the_directions_hold_when_half_of_the_aliases_are_hidden(
    background_dataset: Dataset, background: Background, small_taxonomy: Taxonomy
) -> None:
    """With all four words for aliases, the rest of a story has to say it in the other half."""
    topics = tuple(
        replace(topic, keywords=("الكرة", "المرمى", "الهدف", "التسلل")) if topic.id == "football" else topic
        for topic in small_taxonomy.topics
    )
    named = make_background(replace(background_dataset, taxonomy=replace(small_taxonomy, topics=topics)), SMALL)
    of_sport = [
        float((made.topics[stems_of(made, "sport"), 2] * made.topics_scale[2]).mean()) for made in (background, named)
    ]
    assert of_sport[1] > of_sport[0] + 0.05


def test_a_topic_of_few_stories_has_no_direction(background: Background) -> None:
    assert not background.topics[:, 3].any()  # egypt
    assert background.topics[:, :3].any(axis=0).all()
    assert background.manifest["support"]["topics"] == [24, 24, 24, 0]
    assert background.manifest["support"]["sections"] == [24, 44, 24, 20]


@pytest.mark.parametrize(("n", "learned"), [(FEWEST_POSITIVES - 1, False), (FEWEST_POSITIVES, True)])
def test_a_topic_needs_enough_stories(background_dataset: Dataset, n: int, learned: bool) -> None:
    about_egypt = np.arange(132) < n
    topics = np.column_stack([background_dataset.topics[:, :3], about_egypt])
    made = make_background(replace(background_dataset, topics=topics, topics_known=about_egypt), SMALL)
    assert made.manifest["support"]["topics"][3] == n
    assert made.topics[:, 3].any() == learned


def test_no_term_is_rarer_than_min_df(background_dataset: Dataset) -> None:
    """The words are exactly those of enough articles, with the right frequencies: counted here by hand."""
    for min_df in (3, 10):
        made = make_background(background_dataset, replace(SMALL, min_df=min_df)).vocabulary
        assert made.df.min() >= min_df
        assert made.n_articles == len(background_dataset)
        frequency = Counter(word for text in background_dataset.whole for word in set(words(text)))
        expected = {word_hash(word): count for word, count in frequency.items() if count >= min_df}
        assert dict(zip(made.keys.tolist(), made.df.tolist(), strict=False)) == expected
        assert made.df.size == made.n_words + made.stem_entries.size + made.pairs.size


def test_pairs_are_those_of_enough_articles() -> None:
    made = make_background(moon_dataset(), replace(SMALL, min_df=2, n_dimensions=2)).vocabulary
    number = {key: row for row, key in enumerate(made.keys.tolist())}
    count = Counter(pair for text in MOON for pair in set(pairwise(text.split())))
    expected = {
        int(pair_key(number[word_hash(first)], number[word_hash(second)])): n
        for (first, second), n in count.items()
        if n >= 2
    }
    assert expected
    assert dict(zip(made.pairs.tolist(), made.df[-len(expected) :].tolist(), strict=True)) == expected


def test_pairs_that_say_most_about_sections_are_kept(background: Background, background_dataset: Dataset) -> None:
    n_pairs = background.vocabulary.pairs.size
    assert n_pairs > 40
    few = make_background(background_dataset, replace(SMALL, most_pairs=20))
    assert few.vocabulary.pairs.size == 20
    kept = np.isin(background.vocabulary.pairs, few.vocabulary.pairs)
    assert kept.sum() == 20
    strength = np.abs(background.sections[-n_pairs:] * background.sections_scale).max(axis=1)
    step = background.sections_scale.max()
    assert strength[kept].min() >= strength[~kept].max() - step
    np.testing.assert_array_equal(few.vocabulary.df[:-20], background.vocabulary.df[:-n_pairs])
    frequency = dict(zip(background.vocabulary.pairs.tolist(), background.vocabulary.df[-n_pairs:], strict=True))
    assert [frequency[pair] for pair in few.vocabulary.pairs.tolist()] == few.vocabulary.df[-20:].tolist()
    assert len(few.sections) == few.vocabulary.df.size


def test_what_is_known_of_topics(background: Background) -> None:
    """Rows as in the fixture: pointed at, tagged, pointed at, nothing known to apply, nothing known."""
    states = background.sample_topics
    assert states.shape == (132, 4)
    assert (states[:24, 0] == 1).all()
    assert (states[24:48, 1] == 1).all()
    assert (states[48:72, 2] == 1).all()
    assert (states[72:, :3] == 0).all()
    assert (states[:, 3] == 0).all()


def test_an_alias_that_no_editor_tagged_proves_nothing(background_dataset: Dataset) -> None:
    looked = replace(background_dataset, topics_known=np.ones(132, dtype=np.bool_))  # and tagged oil alone
    made = make_background(looked, replace(SMALL, n_sample=132))
    assert (made.sample_topics[:24, 0] == -1).all()
    assert (made.sample_topics[24:48, 1] == 1).all()
    assert (made.sample_topics[72:, :] == 0).all()
    assert made.manifest["support"]["topics"] == [0, 24, 0, 0]


def test_a_small_outlet_is_in_the_sample_too(background_dataset: Dataset) -> None:
    """Its 12 stories of 132 are a quarter of the sample, not a tenth: 1/(1 + sqrt(10))."""
    tagged = np.arange(132) < 12
    small = replace(
        background_dataset,
        sources=["masa" if is_small else "sabah" for is_small in tagged],
        topics=np.column_stack([np.zeros((132, 3), dtype=np.bool_), tagged]),
        topics_known=tagged,
    )
    shares = [
        (make_background(small, replace(SMALL, n_sample=24, seed=seed)).sample_topics[:, 3] == 1).mean()
        for seed in range(4)
    ]
    assert 0.16 < float(np.mean(shares)) < 0.34


def test_the_sample_has_both_views(background_dataset: Dataset) -> None:
    made = make_background(background_dataset, SMALL)
    assert made.sample.shape == (20, 8 + 4 + 4)
    assert made.sample_topics.shape == (10, 4)
    assert np.abs(made.sample).max(axis=0)[made.sample_scale > 0].max() == 127


def test_the_same_seed_computes_the_same(background_dataset: Dataset) -> None:
    first, second, other = (
        make_background(background_dataset, replace(SMALL, seed=seed)).sample.tolist() for seed in (0, 0, 1)
    )
    assert first == second
    assert first != other


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param({"n_dimensions": 6}, "6 articles with .* too few for 6 dimensions", id="articles"),
        pytest.param({"min_df": 4, "n_dimensions": 3}, "2 frequent words are too few for 3 dimensions", id="words"),
        pytest.param({"min_df": 7}, "no background can be computed from these 6 articles", id="no word at all"),
    ],
)
def test_too_little_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        make_background(moon_dataset(), replace(SMALL, **settings))
