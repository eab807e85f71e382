"""Which words of a text carry which part of its scores, and where they stand in what was sent, in machine code.

``explain`` calls ``trace_text`` once for each text it explains; what it finds means what ``kernel`` scores, since
words, features and values all come from there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.decision import SHORT_WORDS
from model.features.aligning import align_words, find_words, free_slots
from model.features.jit import compiled
from model.features.kernel import SpaceArrays, find_features, weigh
from model.features.products import WeightArrays, weight_of
from model.features.tables import put

__all__ = ["trace_text"]

_BIGRAM = 2
"""Column of ``find_features`` that a word shares with the word before; all others are the word's own."""


@compiled
def _number(features: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Number the different features of a text.

    Returns
    -------
    numbers : ndarray of shape (n_words, n_columns), int32
        -1 where a word has no feature of that kind.
    found, counts : ndarray of shape (n_found,), int32
        Of each number the feature, and how often it occurs.
    """
    size = free_slots(features.size)
    keys, values = np.zeros(size, dtype=np.uint64), np.empty(size, dtype=np.int32)
    numbers = np.full(features.shape, -1, dtype=np.int32)
    found, counts = np.empty(features.size, dtype=np.int32), np.zeros(features.size, dtype=np.int32)
    n = 0
    for word in range(features.shape[0]):
        for column in range(features.shape[1]):
            if features[word, column] < 0:
                continue
            number = put(keys, values, np.uint64(features[word, column] + 1), n)
            if number == n:
                found[n] = features[word, column]
                n += 1
            counts[number] += 1
            numbers[word, column] = number
    return numbers, found[:n], counts[:n]


@compiled
def _share(
    numbers: NDArray[np.int32], parts: NDArray[np.float64], spans: NDArray[np.int64], scale: float
) -> NDArray[np.float64]:
    """Give each word what its features add to one score, a bigram's part to its two words by halves.

    Parameters
    ----------
    numbers : ndarray of shape (n_words, n_columns), int32
        As ``_number`` gives them.
    parts : ndarray of shape (n_found,), float64
        What each occurrence of a feature adds.
    spans : ndarray of shape (n_words, 2), int64
        Where the words stand.
    scale : float

    Returns
    -------
    ndarray of shape (n_words,), float64
    """
    shares = np.zeros(numbers.shape[0], dtype=np.float64)
    for word in range(numbers.shape[0]):
        for column in range(numbers.shape[1]):
            if numbers[word, column] < 0:
                continue
            part = scale * parts[numbers[word, column]]
            if column == _BIGRAM:
                shares[word - 1] += part / 2
                shares[word] += part / 2
            else:
                shares[word] += part
    for word in range(shares.size - 1, 0, -1):
        if spans[word, 0] == spans[word - 1, 0]:  # ﷺ is one code point and four words: shown as one
            shares[word - 1] += shares[word]
            shares[word] = 0.0
    return shares


@compiled
def _locate(
    words: tuple[NDArray[np.int64], NDArray[np.uint64]],
    pieces: NDArray[np.int64],
    codes: NDArray[np.uint32],
    fold: NDArray[np.uint16],
    expansions: NDArray[np.uint16],
) -> NDArray[np.int64]:
    """Find the words of every piece of a text in what the piece was read from; see ``trace_text``."""
    spans, hashes = words
    places = np.full((hashes.size, 3), -1, dtype=np.int64)
    first, begin, known = 0, 0, -1
    sent_spans, sent_hashes = spans[:0], hashes[:0]
    for piece in range(pieces.shape[0]):
        end, sent, shift, sent_begin, sent_end = pieces[piece]
        behind = first
        while behind < hashes.size and spans[behind, 0] < end:
            behind += 1
        if shift >= 0:
            places[first:behind, 0] = sent
            places[first:behind, 1:] = spans[first:behind] - begin + shift
        else:
            if sent != known:  # headline and body of a page were read from one text
                known = sent
                sent_spans, sent_hashes, _ = find_words(codes[sent_begin:sent_end], fold, expansions)
            aligned = align_words(hashes[first:behind], sent_hashes)
            for index in range(aligned.size):
                if aligned[index] >= 0:
                    places[first + index, 0] = sent
                    places[first + index, 1:] = sent_spans[aligned[index]]
        first, begin = behind, end + 1  # a newline stands between pieces
    return places


@compiled
def _group(hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int32], int]:
    """Number the different words of a text; returns the number of each word, and how many there are."""
    size = free_slots(hashes.size)
    keys, numbers = np.zeros(size, dtype=np.uint64), np.empty(size, dtype=np.int32)
    groups = np.empty(hashes.size, dtype=np.int32)
    n = 0
    for word in range(hashes.size):
        groups[word] = put(keys, numbers, hashes[word], n)
        n = max(n, groups[word] + 1)
    return groups, n


@compiled
def _choose(
    weights: NDArray[np.float64],
    groups: NDArray[np.int32],
    n_groups: int,
    places: NDArray[np.int64],
    most_words: int,
    most_places: int,
) -> NDArray[np.int64]:
    """Choose the words that weigh most, all their occurrences together, and of each the heaviest occurrences.

    Returns
    -------
    ndarray of shape (n_chosen,), int64
        Occurrences, heaviest first.
    """
    totals, taken = np.zeros(n_groups, dtype=np.float64), np.zeros(weights.size, dtype=np.bool_)
    for word in range(weights.size):
        if places[word, 0] >= 0:
            totals[groups[word]] += weights[word]
    chosen = np.empty(most_words * most_places, dtype=np.int64)
    n = 0
    for _ in range(min(most_words, n_groups)):
        group = int(np.argmax(totals))
        if not totals[group] > 0.0:
            break
        totals[group] = 0.0
        for _ in range(most_places):
            best = -1
            for word in range(weights.size):
                fits = groups[word] == group and places[word, 0] >= 0 and weights[word] > 0.0 and not taken[word]
                if fits and (best < 0 or weights[word] > weights[best]):
                    best = word
            if best < 0:
                break
            taken[best] = True
            place = n
            while place > 0 and weights[chosen[place - 1]] < weights[best]:
                chosen[place] = chosen[place - 1]
                place -= 1
            chosen[place] = best
            n += 1
    return chosen[:n]


@compiled
def trace_text(
    codes: NDArray[np.uint32],
    pieces: NDArray[np.int64],
    outputs: NDArray[np.int64],
    most_words: int,
    most_places: int,
    rows: NDArray[np.int8],
    starts: NDArray[np.int32],
    run_outputs: NDArray[np.uint16],
    steps: NDArray[np.int8],
    gain: NDArray[np.float64],
    offset: NDArray[np.float64],
    fold: NDArray[np.uint16],
    expansions: NDArray[np.uint16],
    prefixes: NDArray[np.uint16],
    suffixes: NDArray[np.uint16],
    lexicon: NDArray[np.uint64],
    entries: NDArray[np.int32],
    bigrams: NDArray[np.uint64],
    idf: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Share the scores of one text among its words, and find these in the texts that were sent.

    Parameters
    ----------
    codes : ndarray of uint32
        Code points of the text that is scored, and behind it of texts that were sent.
    pieces : ndarray of shape (n_pieces, 5), int64
        Of each piece of the scored text: where it ends; the number of the sent text it was read from; where in that
        text it begins, if it stands there as it is, else -1; and where the sent text begins and ends in ``codes``.
    outputs : ndarray of shape (n_outputs,), int64
        Columns of the weights.
    most_words, most_places : int
        Words chosen for each output, and occurrences of each word; with ``most_words`` 0, all of them.
    rows, starts, run_outputs, steps, fold, ...
        The weights and the space as for ``kernel.score_texts``, array by array: entering with tuples costs more.
    gain, offset : ndarray of shape (2, n_all_outputs)
        As in ``decision.RuleArrays``.

    Returns
    -------
    scores : ndarray of shape (n_outputs, 2), float64
        Each output's score, and its intercept: the score of a text without words that weigh.
    chosen : ndarray of shape (n_chosen, 4), int64
        The number of an output (in ``outputs``), and the place of a word chosen for it: the sent text, its first code
        point, and the one behind its last. Those of an output stand together, heaviest first.
    chosen_weights : ndarray of shape (n_chosen,), float64
        What the word adds to the score.
    """
    space = SpaceArrays(fold, expansions, prefixes, suffixes, lexicon, entries, bigrams, idf)
    weights = WeightArrays(rows, starts, run_outputs, steps)
    scored = codes[: pieces[-1, 0]] if pieces.shape[0] > 0 else codes[:0]
    spans, hashes, folded = find_words(scored, fold, expansions)
    numbers, found, counts = _number(find_features(folded, space)[0])
    values = weigh(found, counts, idf) / counts
    places = _locate((spans, hashes), pieces, codes, fold, expansions)
    groups, n_groups = _group(hashes)
    scores = np.empty((outputs.size, 2), dtype=np.float64)
    rule = 1 if hashes.size <= SHORT_WORDS else 0
    most = most_words * most_places if most_words > 0 else hashes.size
    chosen = np.empty((most * outputs.size, 4), dtype=np.int64)
    chosen_weights = np.empty(most * outputs.size, dtype=np.float64)
    n = 0
    for output in range(outputs.size):  # one at a time: words times outputs could be a hundred megabytes
        column = outputs[output]
        parts = np.zeros(found.size, dtype=np.float64)
        for number in range(found.size):
            parts[number] = values[number] * weight_of(found[number], column, weights)
        shares = _share(numbers, parts, spans, gain[rule, column])
        scores[output, 1] = offset[rule, column]
        scores[output, 0] = shares.sum() + scores[output, 1]
        best = np.arange(hashes.size, dtype=np.int64)
        if most_words > 0:
            best = _choose(shares, groups, n_groups, places, most_words, most_places)
        for index in range(best.size):
            word = best[index]
            if places[word, 0] >= 0:
                chosen[n, 0], chosen[n, 1:], chosen_weights[n] = output, places[word], shares[word]
                n += 1
    return scores, chosen[:n], chosen_weights[:n]
