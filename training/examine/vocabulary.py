"""The words that speak most for and against each label, read from the weights.

An artifact knows words by their hashes only, so that the words of the measured texts are looked up in it. Called by
``examine``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.classifier import NewsClassifier
from model.features.orthography import fold
from model.features.reference import Reference
from model.features.words import LONGEST_WORD, SHORTEST_WORD, STEM_FEATURE, WORD_FEATURE
from training.examine.sample import sample_rows
from training.report.details import LabelWords, Word

__all__ = ["speaking_words", "words_for"]

MOST_TEXTS = 2000
"""Texts whose words are looked up."""

FEWEST_TEXTS = 3
"""Texts that a word must stand in: of rarer ones, most are names of single stories."""

SHOWN = 12
"""Words shown on either side."""

SHOWN_OF_STORY = 5
"""Words shown of a single story: a reader takes in a handful, and what follows weighs little."""

_TOKEN = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0640\u064b-\u0652\u0670])*")


@dataclass(frozen=True, slots=True)
class _Found:
    """A word that the model knows: its commonest spelling, its texts, the entry of its stem, what it adds to scores."""

    spelled: str
    texts: int
    stem: int
    parts: NDArray[np.float64]


def speaking_words(
    classifier: NewsClassifier, texts: Sequence[str], sections: Sequence[str], topics: Sequence[str], seed: int = 0
) -> list[LabelWords]:
    """Rank the words of some texts by what one occurrence of them adds to the score of each label.

    That is the weight of the word and of its light stem, times their idf; how long the text is matters to all alike. Of
    several words of one stem, the commonest stands for all.

    Parameters
    ----------
    classifier : NewsClassifier
    texts : sequence of str
    sections, topics : sequence of str
        Ids of the labels.
    seed : int
    """
    of_sections, of_topics = classifier.columns
    columns = [*(of_sections[label] for label in sections), *(of_topics[label] for label in topics)]
    kinds = ["section"] * len(sections) + ["topic"] * len(topics)
    sample = [texts[row] for row in sample_rows(len(texts), MOST_TEXTS, seed)]
    words = _one_per_stem(_look_up(classifier, sample, FEWEST_TEXTS))
    if not words:
        return []
    parts = np.stack([word.parts for word in words])[:, columns] * classifier.rules.gain[0, columns]
    found: list[LabelWords] = []
    for column, (label, kind) in enumerate(zip((*sections, *topics), kinds, strict=True)):
        order = np.argsort(-parts[:, column], kind="stable")
        heaviest = [(words[row].spelled, float(parts[row, column])) for row in (*order[:SHOWN], *order[-SHOWN:])]
        found.append(
            {
                "label": label,
                "kind": "section" if kind == "section" else "topic",
                "speaking_for": _listed(heaviest[:SHOWN], 1),
                "speaking_against": _listed(heaviest[: -SHOWN - 1 : -1], -1),
            }
        )
    return found


def _listed(words: Sequence[tuple[str, float]], sign: int) -> list[Word]:
    return [{"word": word, "weight": round(weight, 3)} for word, weight in words if weight * sign > 0]


def words_for(classifier: NewsClassifier, text: str, section: str) -> list[str]:
    """Return the words of a story that speak most for a section, heaviest first.

    Bigrams are left out. ``model.explain`` counts them; compiling it takes longer than all else that a report needs.
    """
    column = classifier.columns[0][section]
    words = sorted(_look_up(classifier, [text], 1), key=lambda word: -word.parts[column])
    return [word.spelled for word in words[:SHOWN_OF_STORY] if word.parts[column] > 0]


def _look_up(classifier: NewsClassifier, texts: Sequence[str], fewest: int) -> list[_Found]:
    """Find the words of texts that the model knows, and that at least ``fewest`` of the texts hold."""
    spellings: Counter[str] = Counter()
    for text in texts:
        spellings.update(set(_TOKEN.findall(text)))
    by_folded: dict[str, Counter[str]] = {}
    for spelled, n in spellings.items():
        folded = fold(spelled).strip()
        if SHORTEST_WORD <= len(folded) <= LONGEST_WORD and " " not in folded:
            by_folded.setdefault(folded, Counter())[spelled] += n
    reference, entries, idf = Reference(classifier.space), classifier.space.entries, classifier.space.idf
    n_weighted = classifier.weights.n_weighted
    found = []
    for folded, forms in by_folded.items():
        if forms.total() < fewest or (entry := reference.entry(folded)) < 0:
            continue
        stem = int(reference.stem(folded))
        features = [int(entries[entry, WORD_FEATURE])]
        features += [int(entries[stem, STEM_FEATURE])] if stem >= 0 else []
        known = [feature for feature in features if 0 <= feature < n_weighted]
        if known:
            weights = classifier.weights.take(known).astype(np.float64)
            found.append(_Found(forms.most_common(1)[0][0], forms.total(), stem, idf[known] @ weights))
    return found


def _one_per_stem(words: Sequence[_Found]) -> list[_Found]:
    """Keep the commonest word of every stem."""
    kept: dict[int | str, _Found] = {}
    for word in words:
        key = word.stem if word.stem >= 0 else word.spelled
        if key not in kept or word.texts > kept[key].texts:
            kept[key] = word
    return list(kept.values())
