"""Group texts that are the same story: word for word, or with a few words changed.

After reading and before splitting: a group never straddles train, calibration and test, or the measured figures would
praise the memory of the model (wire stories stand in several feeds, and in one feed several times).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from model.features.jit import compiled
from model.features.orthography import SEPARATOR, expansion_table, fold_table
from model.features.space import encode_texts
from model.features.words import fold_codes, hash_word, next_word

__all__ = ["near_duplicate_groups"]

_SHINGLE_WORDS = 3
_PERMUTATIONS = 128  # an estimated share of 0.6 has a standard error of 0.043
_LEAST_RECALL = 0.99  # of pairs exactly as alike as the threshold
_CHUNK = 4096  # texts or pairs in hand at a time: tens of MB
_PRIME = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio, odd: Knuth, TAOCP 6.4


def near_duplicate_groups(texts: Sequence[str], *, threshold: float = 0.6, seed: int = 0) -> NDArray[np.int64]:
    """Give exact and near duplicates the same number.

    Texts are compared as the model sees them, folded; those that differ in nothing but spelling variants, spaces and
    punctuation are exact duplicates. The rest are compared by the share of word trigrams they have in common (Jaccard),
    estimated by MinHash [1]_; candidates are found by banding [2]_ and each is verified. A group is whatever is
    connected by such pairs.

    Parameters
    ----------
    texts : sequence of str of length n_texts
        Whole stories; a text shorter than three words has exact duplicates only.
    threshold : float, in (0, 1]
        The least share of common trigrams. Tuned on SANAD (AlKhaleej) and ANT 2.1 by reading pairs: from .6 to .7
        nearly all are one agency story as two outlets edited it, below .5 half are different stories of one mould
        (the day at the stock exchange, missiles intercepted).
    seed : int
        Seed of the permutations; the same seed gives the same groups, in whatever order the texts are.

    Returns
    -------
    ndarray of shape (n_texts,), int64
        Group of each text, numbered from 0 in the order of first appearance.

    References
    ----------
    .. [1] Broder, A. Z. (1997). On the resemblance and containment of documents. SEQUENCES '97.
    .. [2] Leskovec, J., Rajaraman, A. & Ullman, J. D. (2014). Mining of Massive Datasets, section 3.4.
    """
    if not texts:
        return np.zeros(0, dtype=np.int64)
    keys, digests, comparable = _sketches(texts, seed)
    order = np.lexsort((_fingerprints(digests), keys))  # by content: nothing below depends on the order of the texts
    exact = np.flatnonzero(np.diff(keys[order]) == 0)
    shingled = np.flatnonzero(comparable[order])
    left, right = _near_pairs(digests[order[shingled]], threshold)
    edges = np.concatenate([exact, shingled[left]]), np.concatenate([exact + 1, shingled[right]])
    graph = coo_array((np.ones(edges[0].size, dtype=np.int8), edges), shape=(len(texts), len(texts)))
    _, components = connected_components(graph, directed=False)
    groups = np.empty(len(texts), dtype=np.int64)
    groups[order] = components
    return _by_first_appearance(groups)


def _sketches(texts: Sequence[str], seed: int) -> tuple[NDArray[np.uint64], NDArray[np.uint32], NDArray[np.bool_]]:
    """Reduce texts to what is compared.

    Returns
    -------
    keys : ndarray of shape (n_texts,)
        Hash of the folded letters and digits alone.
    digests : ndarray of shape (n_texts, _PERMUTATIONS)
        MinHash of the shingles.
    comparable : ndarray of shape (n_texts,)
        Whether there are any shingles.
    """
    keys = np.empty(len(texts), dtype=np.uint64)
    digests = np.empty((len(texts), _PERMUTATIONS), dtype=np.uint32)
    comparable = np.empty(len(texts), dtype=np.bool_)
    for start in range(0, len(texts), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        codes, bounds = encode_texts(texts[chunk])
        keys[chunk], shingles, ends = _hash_texts(codes, bounds, fold_table(), expansion_table())
        offsets = np.concatenate([[0], ends]).astype(np.uint64)
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(shingles, offsets, _PERMUTATIONS, seed)
        digests[chunk] = matrix.to_rows()
        comparable[chunk] = np.diff(offsets) > 0
    return keys, digests, comparable


@compiled
def _hash_texts(
    codes: NDArray[np.uint32], code_bounds: NDArray[np.int64], fold: NDArray[np.uint16], expansions: NDArray[np.uint16]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64]]:
    n_texts = code_bounds.size - 1
    keys = np.empty(n_texts, dtype=np.uint64)
    ends = np.empty(n_texts, dtype=np.int64)
    shingles = np.empty(codes.size // 4 + 64, dtype=np.uint64)
    length = 0
    for text in range(n_texts):
        folded = fold_codes(codes[code_bounds[text] : code_bounds[text + 1]], fold, expansions)
        most = folded.size // 2  # words: a letter and what ends it. A ligature may spell out as four of them
        if length + most > shingles.size:
            larger = np.empty(2 * (length + most), dtype=np.uint64)
            larger[:length] = shingles[:length]
            shingles = larger
        before_last, last = np.uint64(0), np.uint64(0)
        words = 0
        start, end = next_word(folded, 0)
        while start >= 0:
            word = hash_word(folded, start, end)
            words += 1
            if words >= _SHINGLE_WORDS:
                shingles[length] = ((before_last * _PRIME) + last) * _PRIME + word
                length += 1
            before_last, last = last, word
            start, end = next_word(folded, end)
        ends[text] = length
        keys[text] = _hash_letters(folded)
    return keys, shingles[:length], ends


@compiled
def _hash_letters(folded: NDArray[np.uint16]) -> np.uint64:
    letters = np.empty(folded.size, dtype=np.uint16)
    length = 0
    for position in range(folded.size):
        if folded[position] != SEPARATOR:
            letters[length] = folded[position]
            length += 1
    return hash_word(letters, 0, length)


def _near_pairs(digests: NDArray[np.uint32], threshold: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the rows whose digests agree in at least a share of `threshold`.

    Rows that agree in a whole band are candidates: each with the first and with the one before it of those that agree,
    which connects what is alike in linear time however many share the band.
    """
    rows = _band_rows(threshold)
    pairs = [np.zeros((2, 0), dtype=np.int64)]
    for start in range(0, _PERMUTATIONS - rows + 1, rows):
        band = _fingerprints(digests[:, start : start + rows])
        order = np.argsort(band, kind="stable")
        agrees = np.flatnonzero(np.diff(band[order]) == 0) + 1
        first = np.arange(order.size)
        first[agrees] = 0
        first = np.maximum.accumulate(first)
        pairs += [np.stack([order[agrees - 1], order[agrees]]), np.stack([order[first[agrees]], order[agrees]])]
    left, right = np.unique(np.concatenate(pairs, axis=1), axis=1)
    alike = _agreement(digests, left, right) >= threshold
    return left[alike], right[alike]


def _band_rows(threshold: float) -> int:
    """Choose the longest band that still finds nearly all pairs just as alike as the threshold."""
    fitting = [
        rows
        for rows in range(1, _PERMUTATIONS + 1)
        if 1.0 - (1.0 - threshold**rows) ** (_PERMUTATIONS // rows) >= _LEAST_RECALL
    ]
    return max(fitting, default=1)


def _fingerprints(digests: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Hash each row of some columns of the digests to 64 bits."""
    hashed = np.zeros(len(digests), dtype=np.uint64)
    for column in digests.T:
        hashed = (hashed ^ column) * _PRIME
    return hashed


def _agreement(digests: NDArray[np.uint32], left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
    """Estimate the Jaccard index of pairs of rows: the share of permutations that agree."""
    shares = np.empty(left.size)
    for start in range(0, left.size, _CHUNK):
        chunk = slice(start, start + _CHUNK)
        shares[chunk] = np.mean(digests[left[chunk]] == digests[right[chunk]], axis=1)
    return shares


def _by_first_appearance(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Renumber labels, 0 for the first that appears."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.argsort(first)] = np.arange(first.size)
    return rank[inverse]
