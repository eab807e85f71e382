"""Text to features in plain Python: what the kernel does, written to be read.

For tests, explanations and curious readers; ``kernel`` equals it to 1e-6 on any text and is what serves.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from model.features.orthography import fold
from model.features.space import FeatureSpace
from model.features.stems import shorten
from model.features.words import FREQUENCY, LONGEST_WORD, SHORTEST_WORD, STEM, STEM_FEATURE, WORD_FEATURE

__all__ = ["Reference", "word_hash", "words"]

_MASK = (1 << 64) - 1


def words(text: str) -> list[str]:
    """Split a text into folded words of 2 to 40 letters."""
    return [word for word in fold(text).split() if SHORTEST_WORD <= len(word) <= LONGEST_WORD]


def word_hash(word: str) -> int:
    """Hash a folded word to 64 bits: FNV-1a over its code points, mixed; never 0."""
    key = 0xCBF29CE484222325
    for letter in word:
        key = (key ^ ord(letter)) * 0x100000001B3 & _MASK
    return _mix(key) or 1


def _mix(key: int) -> int:
    """Spread the bits of a key: MurmurHash3's finaliser."""
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        key = (key ^ key >> 33) * factor & _MASK
    return key ^ key >> 33


def _find(table: NDArray[np.uint64], key: int) -> int:
    """Look a key up in a packed table; -1 where it is missing. See ``tables`` for the layout."""
    mixed = _mix(key)
    slot = mixed % table.size
    while (content := int(table[slot])) != 0:
        if content >> 26 == mixed >> 26:
            return content % (1 << 26) - 1
        slot = (slot + 1) % table.size
    return -1


class Reference:
    """A feature space read with dictionaries.

    Parameters
    ----------
    space : FeatureSpace
    """

    def __init__(self, space: FeatureSpace) -> None:
        self._space = space

    def entry(self, word: str) -> int:
        """Lexicon entry of a folded word; -1 where the lexicon does not hold it."""
        return _find(self._space.lexicon, word_hash(word))

    def frequency(self, word: str) -> int:
        """Document frequency of a folded word; 0 where the lexicon does not hold it."""
        entry = self.entry(word)
        return 0 if entry < 0 else int(self._space.entries[entry, FREQUENCY])

    def stem(self, word: str) -> int:
        """Lexicon entry of a folded word's light stem; -1 for a word that is unknown even without its affixes.

        The stem of a spelling variant is that of the form it is linked to.
        """
        stem = word if self.frequency(word) else shorten(word, self.frequency)
        if stem is None:
            return -1
        while (shorter := shorten(stem, self.frequency)) is not None:
            stem = shorter
        entry = self.entry(stem)
        return -1 if entry < 0 else int(self._space.entries[entry, STEM])

    def features(self, text: str) -> Iterator[int]:
        """Yield the features of a text: of each word, of its stem, and of the stem with the one before it."""
        previous = -1
        for word in words(text):
            entry, stem = self.entry(word), self.stem(word)
            if entry >= 0:
                yield int(self._space.entries[entry, WORD_FEATURE])
            if stem >= 0:
                yield int(self._space.entries[stem, STEM_FEATURE])
                if previous >= 0:
                    yield _find(self._space.bigrams, previous + 1 << 32 | stem + 1)
            previous = stem

    def transform(self, text: str) -> Mapping[int, float]:
        """Weigh the features of a text: (1 + ln tf) · idf, scaled to unit length."""
        counts = Counter(feature for feature in self.features(text) if feature >= 0)
        weighed = {
            feature: (1 + math.log(count)) * float(self._space.idf[feature]) for feature, count in counts.items()
        }
        length = math.sqrt(sum(value * value for value in weighed.values()))
        return {feature: value / length for feature, value in weighed.items()}
