"""What the aliases of a topic say of articles that nobody labelled.

A topic without examples can be learned from an archive: its names and keywords point at stories, and a head learns
what else is in these. Used by ``training.fit --unlabelled`` and for the topic directions of the background.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.features.orthography import fold
from model.taxonomy import Taxonomy
from training.baselines import WORDS_A_HIT, KeywordBaseline, word_forms

__all__ = ["Archive", "alias_words", "make_archive", "point_at_topics"]

SURE_HITS = 2
"""Hits that an article needs without one in its headline: المنتخب once may be a handball team's."""

FEWEST_POINTED = 20
"""Articles that the aliases of a topic must point at before anything is learned from them."""

MOST_OTHERS = 10_000
"""Articles without any alias of a topic that its head is learned from; more take longer and change nothing."""


def point_at_topics(whole: Sequence[str], headlines: Sequence[str], taxonomy: Taxonomy) -> NDArray[np.int8]:
    """Let the names and keywords of topics point at articles.

    Parameters
    ----------
    whole, headlines : sequence of str
        Both views of each article.
    taxonomy : Taxonomy
        Its topics are looked for.

    Returns
    -------
    ndarray of shape (n_articles, n_topics), int8
        1 where a topic's words stand in the headline, or often enough in the text; 0 where none of them stands
        anywhere; -1 between the two, where the words say nothing.
    """
    topics = [topic.id for topic in taxonomy.topics]
    baseline = KeywordBaseline(taxonomy, [section.id for section in taxonomy.sections], topics)
    hits, n_words = baseline.count(whole)
    in_headline, _ = baseline.count(headlines)
    hits, in_headline = hits[:, : len(topics)], in_headline[:, : len(topics)]
    often = (hits >= SURE_HITS) & (hits * WORDS_A_HIT >= n_words[:, np.newaxis])
    pointed = np.full(hits.shape, -1, dtype=np.int8)
    pointed[hits == 0] = 0
    pointed[often | ((in_headline > 0) & (hits * WORDS_A_HIT >= n_words[:, np.newaxis]))] = 1
    return pointed


def alias_words(taxonomy: Taxonomy, topic: int) -> set[str]:
    """Return the folded words that the names and keywords of a topic consist of."""
    label = taxonomy.topics[topic]
    return {word for name in (label.ar, *label.aliases, *label.keywords) for word in fold(name).split()}


@dataclass(frozen=True, slots=True)
class Archive:
    """Unlabelled articles, with the topics that aliases point at.

    Attributes
    ----------
    whole, headlines : list of str
        Both views. Half of the articles that a topic's aliases point at stand here without these words, so that the
        head learns what else is in such stories.
    topics : ndarray of shape (n_articles, n_topics), int8
        1, 0, or -1 where nothing is to be learned.
    learned : mapping of str to int
        Topics that are learned so, with the number of articles pointed at.
    """

    whole: list[str]
    headlines: list[str]
    topics: NDArray[np.int8]
    learned: dict[str, int]

    def __len__(self) -> int:
        return len(self.whole)


def make_archive(
    whole: Sequence[str], headlines: Sequence[str], taxonomy: Taxonomy, topics: Sequence[str], *, seed: int
) -> Archive:
    """Let aliases point at unlabelled articles.

    Parameters
    ----------
    whole, headlines : sequence of str
        Both views of the articles.
    taxonomy : Taxonomy
    topics : sequence of str
        Ids of the topics that may be learned so.
    seed : int
    """
    state = point_at_topics(whole, headlines, taxonomy)
    generator = np.random.default_rng(seed)
    new_whole, new_headlines = list(whole), list(headlines)
    learned = {}
    for number, topic in enumerate(taxonomy.topics):
        pointed = np.flatnonzero(state[:, number] == 1)
        if topic.id not in topics or pointed.size < FEWEST_POINTED:
            state[:, number] = -1
            continue
        learned[topic.id] = int(pointed.size)
        others = np.flatnonzero(state[:, number] == 0)
        state[generator.permutation(others)[MOST_OTHERS:], number] = -1
        names = _alias_pattern(alias_words(taxonomy, number))
        for row in generator.permutation(pointed)[: pointed.size // 2]:
            new_whole[row] = _without(names, new_whole[row])
            new_headlines[row] = _without(names, new_headlines[row])
    used = np.flatnonzero((state >= 0).any(axis=1))
    return Archive([new_whole[row] for row in used], [new_headlines[row] for row in used], state[used], learned)


def _alias_pattern(words: set[str]) -> frozenset[str]:
    return frozenset(form for word in words for form in word_forms(word))


def _without(words: frozenset[str], text: str) -> str:
    """Take words out of a text, whatever letters they are spelled with."""
    return re.sub(r"\S+", lambda match: "" if words.intersection(fold(match[0]).split()) else match[0], text)
