"""What a model has to beat: the commonest label, and plain keywords out of the taxonomy.

``training.fit`` and ``training.evaluate`` run them on the same test part as the model; the report sets them beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from model.features.orthography import fold
from model.taxonomy import Taxonomy
from training.measure import SectionAgreement, TopicAgreement, section_agreement, topic_agreement

__all__ = ["KeywordBaseline", "majority_baseline", "majority_section", "majority_topic_baseline", "word_forms"]

SHORTEST_WITH_PROCLITIC = 3
"""Letters a word needs before و ف ب ك ل may be taken for proclitics: with حر (heat), بحر (sea) would be "in heat"."""

WORDS_A_HIT = 80
"""A topic needs a hit for each so many words of the text; a place named once in 400 words is not what it is about.

Chosen on 2,564 stories with topics derived from their editors' tags: micro-F1 .73 with 60 and with 80, .72 with 100,
.63 with 200, .48 where any one hit is enough; macro-F1 is highest with 80 (.73).
"""


def majority_section(train_gold: NDArray[np.intp], n_labels: int) -> int:
    """Return the index of the commonest section, the first of several; ``train_gold`` has shape (n_articles,)."""
    return int(np.bincount(train_gold, minlength=max(n_labels, 1)).argmax())


def majority_baseline(
    train_gold: NDArray[np.intp], test_gold: NDArray[np.intp], n_labels: int
) -> SectionAgreement | None:
    """Give every article of the test part the commonest section of the train part.

    Parameters
    ----------
    train_gold, test_gold : ndarray of shape (n_articles,)
        Indices of sections, only articles that have one.
    n_labels : int
        Number of sections of the model.

    Returns
    -------
    SectionAgreement or None
        None where the test part has no article.
    """
    if not len(test_gold):
        return None
    return section_agreement(test_gold, np.full_like(test_gold, majority_section(train_gold, n_labels)))


def majority_topic_baseline(train_gold: NDArray[np.bool_], test_gold: NDArray[np.bool_]) -> TopicAgreement | None:
    """Give every article of the test part the commonest topic of the train part, and no other.

    Parameters
    ----------
    train_gold, test_gold : ndarray of bool, shape (n_articles, n_topics)
        Only articles whose topics are known.

    Returns
    -------
    TopicAgreement or None
        None where the test part has no article or the model no topic.
    """
    if not test_gold.size:
        return None
    given = np.zeros_like(test_gold)
    given[:, train_gold.sum(axis=0).argmax()] = True
    return topic_agreement(test_gold, given)


class KeywordBaseline:
    """Labels articles by the whole words and phrases that the taxonomy lists, with nothing learned.

    A topic is given where its Arabic name, its aliases and keywords stand in the text often enough (`WORDS_A_HIT`; once
    is enough in a headline). The section is the one with most hits: of its own Arabic name and aliases, and of the
    topics at home in it. Letters are folded as for the model, and the first word of a phrase may carry ال and the
    proclitics و ف ب ك ل (للاقتصاد, وبالسعودية).

    Parameters
    ----------
    taxonomy : Taxonomy
        Where the words come from; one made of a corpus' own labels has nothing but their names.
    sections, topics : sequence of str
        Ids of the model's labels, in its order.

    Raises
    ------
    TaxonomyError
        The taxonomy has no label of one of the ids.
    """

    def __init__(self, taxonomy: Taxonomy, sections: Sequence[str], topics: Sequence[str]) -> None:
        named_topics = [taxonomy.topic(topic) for topic in topics]
        named_sections = [taxonomy.section(section) for section in sections]
        self._continuations = _continuations(
            [
                *((topic.ar, *topic.aliases, *topic.keywords) for topic in named_topics),
                *((section.ar, *section.aliases) for section in named_sections),
            ]
        )
        self._n_topics = len(topics)
        at_home = [[topic.section == section for section in sections] for topic in named_topics]
        self._section_of_topic = np.array(at_home, dtype=np.intp).reshape(len(topics), len(sections))

    def predict(self, texts: Sequence[str], *, default_section: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Label texts.

        Parameters
        ----------
        texts : sequence of str
            Headline and body of every article, or its headline alone.
        default_section : int
            Section of a text without any hit, best the commonest one (`majority_section`).

        Returns
        -------
        sections : ndarray of shape (n_articles,)
            Index of the section with most hits, the first of several.
        topics : ndarray of bool, shape (n_articles, n_topics)
            Topics with enough hits.
        """
        hits, n_words = self.count(texts)
        topic_hits, name_hits = hits[:, : self._n_topics], hits[:, self._n_topics :]
        section_hits = name_hits + topic_hits @ self._section_of_topic
        sections = np.full(len(texts), default_section, dtype=np.intp)
        found = section_hits.any(axis=1)
        if found.any():
            sections[found] = section_hits[found].argmax(axis=1)
        return sections, (topic_hits > 0) & (topic_hits * WORDS_A_HIT >= n_words[:, np.newaxis])

    def count(self, texts: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Count hits.

        Returns
        -------
        hits : ndarray of shape (n_articles, n_topics + n_sections)
            Of every topic's names and keywords, then of every section's names.
        n_words : ndarray of shape (n_articles,)
        """
        n_labels = self._n_topics + self._section_of_topic.shape[1]
        hits = np.zeros((len(texts), n_labels), dtype=np.intp)
        n_words = np.zeros(len(texts), dtype=np.intp)
        for row, text in enumerate(texts):
            words = fold(text).split()
            n_words[row] = len(words)
            for after, word in enumerate(words, start=1):
                for rest, label in self._continuations.get(word, ()):
                    if tuple(words[after : after + len(rest)]) == rest:
                        hits[row, label] += 1
        return hits, n_words


def _continuations(phrases: Sequence[Iterable[str]]) -> dict[str, set[tuple[tuple[str, ...], int]]]:
    """Map every word that can begin a phrase to what must follow it, and the label (its position) it then speaks for.

    Sets: the alias السعودية and the keyword سعودية of one label both begin with السعودية and count once there.
    """
    continuations: defaultdict[str, set[tuple[tuple[str, ...], int]]] = defaultdict(set)
    for label, names in enumerate(phrases):
        for name in names:
            first, *rest = fold(name).split() or [""]
            if first:
                for form in word_forms(first):
                    continuations[form].add((tuple(rest), label))
    return dict(continuations)


def word_forms(word: str) -> set[str]:
    """Return a folded word with and without ال and every chain of proclitics that may stand before it."""
    definite = word if word.startswith("ال") else "ال" + word
    carriers = {definite} if len(word) < SHORTEST_WITH_PROCLITIC else {word, definite}
    # ل swallows the alef of ال: للسعودية. Both spellings are made, for the ال of المانيا is none: لالمانيا.
    prepositional = {"لل" + definite[2:]} | {preposition + carrier for preposition, carrier in product("بكل", carriers)}
    return {word} | {conjunction + form for conjunction, form in product(("", "و", "ف"), carriers | prepositional)}
