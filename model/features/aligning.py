"""Words of a text found again in another that it was made of by leaving things out, in machine code.

``tracing`` shows with it where the words that were scored stand in what a client sent: the datelines, menus and markup
between them are gone from the one and not from the other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.features.jit import compiled
from model.features.orthography import DROP, EXPANSION, TABLE_SIZE
from model.features.tables import mix, put
from model.features.words import SHORTEST_WORD, fold_codes, hash_word, next_word

__all__ = ["align_words", "find_words", "free_slots"]

_CANDIDATES = 256
"""Places of a pair of words that are tried: a menu repeats «في مصر» thirty times, an attacker a hundred thousand."""
_LONGEST_RUN = 64
"""Words after which a place is good enough; comparing on would cost quadratic time where a text repeats itself."""
_NEAR = 16
"""Words among which a lone word is looked for after the last one that was found."""
_ZERO = np.uint64(0)
_ONE = np.uint64(1)


@compiled
def free_slots(n: int) -> int:
    """Slots of a table that stays at most half full of ``n`` keys."""
    size = 16
    while size < 2 * n:
        size *= 2
    return size


@compiled
def find_words(
    codes: NDArray[np.uint32], fold: NDArray[np.uint16], expansions: NDArray[np.uint16]
) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.uint16]]:
    """Fold a text and say where each of its words stands.

    Returns
    -------
    spans : ndarray of shape (n_words, 2), int64
        Code points from the first letter to behind the last one and the marks on it.
    hashes : ndarray of shape (n_words,), uint64
    folded : ndarray of uint16
        As ``fold_codes`` gives it.
    """
    folded = fold_codes(codes, fold, expansions)
    origins = np.empty(folded.size, dtype=np.int64)
    dropped = np.zeros(codes.size + 1, dtype=np.bool_)
    n = 0
    for position in range(codes.size):
        unit = fold[codes[position]] if codes[position] < TABLE_SIZE else np.uint16(0)
        if unit == DROP:
            dropped[position] = True
            continue
        for _ in range(expansions[unit - EXPANSION, 0] if EXPANSION <= unit < EXPANSION + expansions.shape[0] else 1):
            origins[n] = position
            n += 1
    most = folded.size // (SHORTEST_WORD + 1) + 1
    spans, hashes = np.empty((most, 2), dtype=np.int64), np.empty(most, dtype=np.uint64)
    n_words = 0
    start, end = next_word(folded, 0)
    while start >= 0:
        spans[n_words, 0], behind = origins[start], origins[end - 1] + 1
        while dropped[behind]:
            behind += 1
        spans[n_words, 1], hashes[n_words] = behind, hash_word(folded, start, end)
        n_words += 1
        start, end = next_word(folded, end)
    return spans[:n_words], hashes[:n_words], folded


@compiled
def _pair(hashes: NDArray[np.uint64], word: int) -> np.uint64:
    """Key of a word and the one after it, never 0; the last word is followed by the end."""
    following = hashes[word + 1] if word + 1 < hashes.size else _ONE
    key = mix(hashes[word]) ^ following
    return key if key != _ZERO else _ONE


@compiled
def _run(words: NDArray[np.uint64], word: int, others: NDArray[np.uint64], other: int) -> int:
    """Count how many words from two places on are the same."""
    length = 0
    while (
        length < _LONGEST_RUN
        and word + length < words.size
        and other + length < others.size
        and words[word + length] == others[other + length]
    ):
        length += 1
    return length


@compiled
def _find_near(words: NDArray[np.uint64], word: int, others: NDArray[np.uint64], first: int) -> int:
    """Find a word among the next few of the other text; -1 where it is not there."""
    for other in range(first, min(others.size, first + _NEAR)):
        if others[other] == words[word]:
            return other
    return -1


@compiled
def _best_candidate(
    words: NDArray[np.uint64],
    word: int,
    others: NDArray[np.uint64],
    candidate: int,
    following: NDArray[np.int64],
    behind: int,
) -> tuple[int, int]:
    """Choose among the places of a pair of words: the first one and a chain of further ones.

    Returns
    -------
    place, length : int
        Length is 0 where there is none.
    """
    best, length = -1, 0
    for _ in range(_CANDIDATES):
        if candidate < 0:
            break
        run = _run(words, word, others, candidate)
        if run > length or (run == length and best < behind <= candidate):
            best, length = candidate, run
        candidate = following[candidate]
    return best, length


@compiled
def align_words(words: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Find the words of a text in another that it was made of by leaving things out.

    Goes on word by word; where the next word is another, the place where most words follow one another alike is taken,
    and of equals the first one further on. A lone word is looked for nearby.

    Parameters
    ----------
    words, others : ndarray of uint64
        Hashes of the words of both texts, as ``find_words`` gives them.

    Returns
    -------
    ndarray of shape (n_words,), int64
        Place of each among ``others``; -1 where it is not found.
    """
    size = free_slots(words.size + others.size)
    keys, numbers = np.zeros(size, dtype=np.uint64), np.empty(size, dtype=np.int32)
    first, last = np.empty(others.size, dtype=np.int64), np.empty(others.size, dtype=np.int64)
    following = np.full(others.size, -1, dtype=np.int64)
    n_pairs = 0
    for other in range(others.size):
        number = put(keys, numbers, _pair(others, other), n_pairs)
        if number == n_pairs:
            first[number] = other
            n_pairs += 1
        else:
            following[last[number]] = other
        last[number] = other
    places = np.full(words.size, -1, dtype=np.int64)
    word, behind = 0, 0
    while word < words.size:
        place, length = behind, min(_run(words, word, others, behind), 1)
        if length == 0:
            number = put(keys, numbers, _pair(words, word), -1)
            candidate = first[number] if number >= 0 else -1
            place, length = _best_candidate(words, word, others, candidate, following, behind)
        if length == 0:
            place = _find_near(words, word, others, behind)
            length = 1 if place >= 0 else 0
        for step in range(length):
            places[word + step] = place + step
        word += max(length, 1)
        behind = place + length if length > 0 else behind
    return places
