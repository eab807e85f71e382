"""Text to features in plain Python: what the kernel does, written to be read.

For tests, explanations and curious readers; ``kernel`` equals it to 1e-6 on any text and is what serves.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from model.features.kernel import LONGEST_WORD, SHORTEST_WORD
from model.features.orthography import fold
from model.features.space import FeatureSpace
from model.features.stems import shorten

__all__ = ["Reference", "word_hash", "words"]

_MASK = (1 << 64) - 1


def words(text: str) -> list[str]:
    """Split a text into folded words of 2 to 40 letters."""
    return [word for word in fold(text).split() if SHORTEST_WORD <= len(word) <= LONGEST_WORD]


def word_hash(word: str) -> int:
    """Hash a folded word to 64 bits: FNV-1a over its code points, then MurmurHash3's finaliser; never 0."""
    key = 0xCBF29CE484222325
    for letter in word:
        key = (key ^ ord(letter)) * 0x100000001B3 & _MASK
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        key = (key ^ key >> 33) * factor & _MASK
    return (key ^ key >> 33) or 1


class Reference:
    """A feature space read with dictionaries.

    Parameters
    ----------
    space : FeatureSpace
    """

    def __init__(self, space: FeatureSpace) -> None:
        self._space = space
        self._entries = _as_dict(space.lexicon_keys, space.lexicon_entries)
        self._bigrams = _as_dict(space.bigram_keys, space.bigram_features)

    def frequency(self, word: str) -> int:
        """Document frequency of a folded word; 0 where the lexicon does not hold it."""
        entry = self._entries.get(word_hash(word))
        return 0 if entry is None else int(self._space.lexicon_frequency[entry])

    def stem(self, word: str) -> int | None:
        """Lexicon entry of a folded word's light stem; None for a word that is unknown even without its affixes."""
        stem = word if self.frequency(word) else shorten(word, self.frequency)
        if stem is None:
            return None
        while (shorter := shorten(stem, self.frequency)) is not None:
            stem = shorter
        return self._entries[word_hash(stem)]

    def features(self, text: str) -> Iterator[int]:
        """Yield the features of a text: of each word, of its stem, and of the stem with the one before it."""
        previous = None
        for word in words(text):
            if (entry := self._entries.get(word_hash(word))) is not None:
                yield int(self._space.word_feature[entry])
            stem = self.stem(word)
            if stem is not None:
                yield int(self._space.stem_feature[stem])
                if previous is not None:
                    yield self._bigrams.get(previous + 1 << 32 | stem + 1, -1)
            previous = stem

    def transform(self, text: str) -> Mapping[int, float]:
        """Weigh the features of a text: (1 + ln tf) · idf, scaled to unit length."""
        counts = Counter(feature for feature in self.features(text) if feature >= 0)
        weighed = {
            feature: (1 + math.log(count)) * float(self._space.idf[feature]) for feature, count in counts.items()
        }
        length = math.sqrt(sum(value * value for value in weighed.values()))
        return {feature: value / length for feature, value in weighed.items()}


def _as_dict(keys: np.ndarray, values: np.ndarray) -> dict[int, int]:
    used = keys != 0
    return dict(zip(keys[used].tolist(), values[used].tolist(), strict=True))
