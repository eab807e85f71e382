"""The ground that heads stand on: whose row is whose, and what it teaches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from model.errors import SplitError
from model.taxonomy import Taxonomy
from training.aliases import Archive, make_archive
from training.background.blend import strengths_for
from training.background.values import Background
from training.corpus import LabelledArticle
from training.dataset import Dataset, make_dataset
from training.ground import NOTHING, Beside, prepare, strengths_of
from training.heads import FittedHead, HeadTask
from training.settings import LearnSettings
from training.vectorizer import ArabicTfidfVectorizer

WriteStories = Callable[..., list[LabelledArticle]]
N = 30


@pytest.fixture(scope="module")
def dataset(write_stories: WriteStories, small_taxonomy: Taxonomy) -> Dataset:
    articles = [
        *write_stories(10, section="news", topics=["elections"], seed=4),
        *write_stories(8, section="sport", topics=["football"], seed=4),
        *write_stories(12, section="health", seed=4),
    ]
    return make_dataset(articles, small_taxonomy, untagged=["egypt"])


@pytest.fixture(scope="module")
def archive(write_stories: WriteStories, small_taxonomy: Taxonomy) -> Archive:
    stories = [*write_stories(25, about=["egypt"], seed=4), *write_stories(15, seed=5)]
    texts = make_dataset(stories, small_taxonomy)
    return make_archive(texts.whole, texts.headlines, small_taxonomy, ["egypt"], seed=0)


def test_alone_it_is_tf_idf_of_both_views(dataset: Dataset, settings: LearnSettings) -> None:
    ground = prepare(dataset, settings, NOTHING)
    vectorizer = ArabicTfidfVectorizer(min_df=2, bigram_min_df=3)
    expected = vectorizer.fit_transform([*dataset.whole, *dataset.headlines])
    assert ground.blend is None
    assert ground.X.dtype == np.float64
    np.testing.assert_array_equal(ground.X.toarray(), expected.toarray())
    assert ground.space.n_features == vectorizer.space_.n_features
    assert len(ground.examples) == N
    head = FittedHead(HeadTask(None, np.ones(N, bool), np.zeros(N, bool)), np.ones((4, 7)), np.zeros(4))
    assert ground.fold(head) is head


def test_the_archive_stands_behind_in_each_view(dataset: Dataset, archive: Archive, settings: LearnSettings) -> None:
    ground = prepare(dataset, settings, Beside(archive=archive))
    assert len(archive) == 40
    texts = [*dataset.whole, *archive.whole, *dataset.headlines, *archive.headlines]
    expected = ArabicTfidfVectorizer(min_df=2, bigram_min_df=3).fit_transform(texts)
    np.testing.assert_array_equal(ground.X.toarray(), expected.toarray())
    examples = ground.examples
    assert examples.labelled.tolist() == [True] * N + [False] * 40
    assert (examples.topics[N:, 3] == archive.topics[:, 3]).all()
    assert (examples.topics[N:, 3] == 1).sum() == 25
    assert (examples.taught[N:] == (archive.topics >= 0)).all()
    assert (examples.topics[:N, 3] == -1).all()  # nobody looked for it in the corpus
    assert (examples.section[N:] == -1).all()
    assert (examples.weight == 1).all()


def test_columns_of_a_background_stand_beside(
    dataset: Dataset, background: Background, settings: LearnSettings
) -> None:
    ground = prepare(dataset, replace(settings, sample=0.0), Beside(background))
    assert ground.blend is not None
    assert ground.X.shape[0] == 2 * N
    assert len(ground.examples) == N
    vectorizer = ArabicTfidfVectorizer(min_df=2, bigram_min_df=3, vocabulary=background.vocabulary)
    tfidf = vectorizer.fit_transform([*dataset.whole, *dataset.headlines])
    assert ground.space.n_features == tfidf.shape[1]
    n_used = np.unique(tfidf.indices).size
    assert ground.X.shape[1] == n_used + background.sample.shape[1]
    coef = np.random.default_rng(0).normal(size=(4, ground.X.shape[1]))
    head = FittedHead(HeadTask(None, np.ones(N, bool), np.zeros(N, bool)), coef, np.arange(4.0))
    folded = ground.fold(head)
    np.testing.assert_allclose(tfidf @ folded.coef.T, ground.X @ coef.T, atol=1e-5)
    assert folded.intercept.tolist() == [0, 1, 2, 3]
    assert folded.task is head.task


def test_the_sample_stands_behind_in_each_view(
    dataset: Dataset, archive: Archive, background: Background, settings: LearnSettings
) -> None:
    ground = prepare(dataset, replace(settings, sample=0.2), Beside(background, archive))
    n_sample = len(background.sample_topics)
    n = N + 40 + n_sample
    assert ground.X.shape[0] == 2 * n
    assert ground.blend is not None
    sample = ground.blend.sample().toarray()
    np.testing.assert_allclose(ground.X[N + 40 : n].toarray(), sample[:n_sample])
    np.testing.assert_allclose(ground.X[n + N + 40 :].toarray(), sample[n_sample:])
    without = prepare(dataset, replace(settings, sample=0.0), Beside(background, archive))
    rows = np.concatenate([np.arange(N + 40), n + np.arange(N + 40)])
    np.testing.assert_array_equal(ground.X[rows].toarray(), without.X.toarray())
    examples = ground.examples
    assert examples.weight.tolist() == [1.0] * (N + 40) + [0.2] * n_sample
    assert examples.labelled.tolist() == [True] * N + [False] * (40 + n_sample)


def test_only_articles_surely_without_a_topic_teach_it(
    dataset: Dataset, background: Background, settings: LearnSettings
) -> None:
    """An article that aliases nearly point at judges the heads; a guess is not learned from."""
    states = np.tile(np.array([[1, 0, -1, 0]], dtype=np.int8), (len(background.sample_topics), 1))
    ground = prepare(dataset, settings, Beside(replace(background, sample_topics=states)))
    assert ground.examples.taught[N:].tolist() == [[False, True, False, True]] * len(states)
    assert ground.examples.topics[N:].tolist() == [[-1, 0, 0, 0]] * len(states)


def test_a_sample_that_knows_none_of_the_topics_is_left_out(
    write_stories: WriteStories, background: Background, settings: LearnSettings
) -> None:
    articles = [*write_stories(10, section="news"), *write_stories(10, section="sport")]
    for topics in ((), ("chess",)):
        other = make_dataset(articles, Taxonomy.of_labels(["news", "sport"], topics))
        ground = prepare(other, replace(settings, sample=0.5), Beside(background))
        assert len(ground.examples) == 20
        assert ground.X.shape[0] == 40


@pytest.mark.parametrize("n_rows", [10, 30], ids=["few examples", "more"])
def test_the_background_counts_by_the_examples_of_the_median_label(
    dataset: Dataset, background: Background, settings: LearnSettings, n_rows: int
) -> None:
    """Ten of news and elections each; then 10, 8 and 12 of sections, 10 and 8 of topics."""
    ground = prepare(dataset.take(np.arange(n_rows)), settings, Beside(background))
    usual = strengths_for(10, 10)
    given = replace(settings, own=usual.own, latent=usual.latent, directions=usual.topics, sample=usual.sample)
    by_hand = prepare(dataset.take(np.arange(n_rows)), given, Beside(background))
    np.testing.assert_allclose(ground.X.toarray(), by_hand.X.toarray())
    assert ground.examples.weight.tolist() == by_hand.examples.weight.tolist()
    assert ground.examples.weight[-1] == usual.sample > 0


def test_sections_with_many_examples_need_no_directions_however_few_the_topics_have(
    write_stories: WriteStories, settings: LearnSettings
) -> None:
    articles = [story for section in ("news", "sport") for story in write_stories(60, section=section)]
    articles += [
        story for topic in ("elections", "oil-energy", "football") for story in write_stories(4, topics=[topic])
    ]
    taxonomy = Taxonomy.of_labels(["news", "sport"], ["elections", "oil-energy", "football"])
    assert strengths_of(make_dataset(articles, taxonomy), settings) == strengths_for(4, 60)
    no_sections = make_dataset(articles[120:], taxonomy)
    assert strengths_of(no_sections, settings) == strengths_for(4, 4)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("own", 0, -16), ("latent", -16, -8), ("directions", -8, None)],
)
def test_a_strength_that_is_given_counts(
    dataset: Dataset, background: Background, settings: LearnSettings, name: str, first: int, last: int | None
) -> None:
    one = replace(settings, own=1.0, latent=1.0, directions=1.0, sample=0.0)
    usual = prepare(dataset, one, Beside(background)).X.toarray()
    given: dict[str, Any] = {name: 3.0}
    thrice = prepare(dataset, replace(one, **given), Beside(background)).X.toarray()
    factor = np.ones(usual.shape[1])
    factor[first:last] = 3
    np.testing.assert_allclose(thrice, usual * factor, rtol=1e-5)
    assert np.abs(usual[:, first:last]).max() > 0


def test_texts_without_words_are_refused(background: Background, settings: LearnSettings) -> None:
    articles = [LabelledArticle(id=str(row), headline="!", body="؟", section="news") for row in range(9)]
    empty = make_dataset(articles, Taxonomy.of_labels(["news"], []))
    for beside in (NOTHING, Beside(background)):
        with pytest.raises(SplitError, match="nothing can be learned from these 9 articles"):
            prepare(empty, settings, beside)
