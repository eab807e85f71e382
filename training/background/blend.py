"""Background figures beside TF-IDF: dense columns while heads are fitted, folded into their weights afterwards.

``learn`` makes one for a fitted vocabulary. A text's latent vector and its agreement with the directions are sums over
its features, each times its TF-IDF; a weight on such a sum is therefore a weight on every feature, and what is served
is a plain linear head that knows the words of the background too, at no cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.background.values import Background

__all__ = ["Blend", "Strengths", "strengths_for"]

HALF_WAY = 50.0
"""Examples of a label at which the directions count half as much as they do for a label with none."""


@dataclass(frozen=True, slots=True)
class Strengths:
    """How much each kind of column counts; TF-IDF rows, and whole articles in the other columns, have length 1.

    Attributes
    ----------
    own, latent : float
    topics, sections : float
        Directions of topics, and of sections.
    sample : float
        How much an article of the background's sample counts beside one of the corpus.
    """

    own: float = 1.0
    latent: float = 1.0
    topics: float = 0.0
    sections: float = 0.0
    sample: float = 0.0


def strengths_for(n_examples: float, n_of_section: float) -> Strengths:
    """Choose strengths for a corpus with so many examples of its median label, and of its median section.

    Chosen on the curve of ``benchmarks.few_examples``, among latent vectors at .3 to 2 and directions at .1 to 2 times
    the scale of TF-IDF. Latent vectors of full strength, which are best for 12 foreign classes (.668 with 200 examples,
    .662 with these), cost whole articles of one paper .003 with 200 a section; at .7 these cost .002 and help
    headlines more (.909 and .911, .892 without). Directions at 1 rather than .6 are worth .05 with 2 examples of
    foreign classes and .006 with 5; from one paper to an outlet both changes together are worth .011 of whole articles
    and .020 of headlines with 200 a section, and more with fewer.

    Sections that have examples enough go by these, however few the topics beside them have. With 45,000 to 54,600
    articles and directions of sections at .48, Al Arabiya, BBC and Sky News, left out in turn, have .9219/.8251,
    .8458/.7994 and .9328/.8761 (whole/headline), without them .9196/.8362, .8403/.7838 and .9382/.8820: no difference
    on average. But directions know how the outlets of the background file, and would settle open sections their way.
    """
    share, of_sections = (HALF_WAY / (HALF_WAY + n) for n in (n_examples, n_of_section))
    return Strengths(own=1.0, latent=0.5 + share, topics=share, sections=of_sections, sample=0.3 * share)


class Blend:
    """What a background adds to the TF-IDF rows of one corpus.

    Parameters
    ----------
    background : Background
    feature_of : ndarray of shape (n_background_features,), int32
        The feature of the corpus' space that each feature of the background is.
    X : csr_array of shape (n_texts, n_features)
        TF-IDF rows to learn from. Most words of the background occur in no text of a small corpus; heads are fitted
        without columns for these, six times as fast.
    strengths : Strengths
    """

    def __init__(
        self, background: Background, feature_of: NDArray[np.int32], X: sparse.csr_array, strengths: Strengths
    ) -> None:
        first, last = background.vocabulary.n_words, background.vocabulary.n_words + background.latent.shape[0]
        self._background = background
        self._n_features = X.shape[1]
        self._used = np.flatnonzero(np.bincount(X.indices, minlength=X.shape[1]))
        self._own = strengths.own
        self._stems, self._all = feature_of[first:last], feature_of
        self._kinds = (background.latent.shape[1], background.topics.shape[1], background.sections.shape[1])
        strength = np.repeat([strengths.latent, strengths.topics, strengths.sections], self._kinds)
        self._chosen = np.flatnonzero(strength)  # a column that counts nothing would cost time all the same
        self._strength = strength[self._chosen].astype(np.float32)
        of_stems = np.hstack(
            [background.latent * np.float32(background.latent_scale), background.topics * background.topics_scale]
        )
        n_of_stems = of_stems.shape[1]
        self._of_stems = (of_stems * strength[:n_of_stems].astype(np.float32))[:, strength[:n_of_stems] > 0]
        of_all = background.sections * background.sections_scale
        self._of_all = (of_all * strength[n_of_stems:].astype(np.float32))[:, strength[n_of_stems:] > 0]

    def columns(self, X: sparse.csr_array) -> sparse.csr_array:
        """Put the dense columns beside TF-IDF rows.

        Parameters
        ----------
        X : csr_array of shape (n_texts, n_features)

        Returns
        -------
        csr_array of shape (n_texts, n_columns), float64
            Used features, then the columns of stems, then those of all features.
        """
        dense = np.hstack([X[:, self._stems] @ self._of_stems, X[:, self._all] @ self._of_all])
        used = sparse.csr_array(X[:, self._used], dtype=np.float64)
        return sparse.csr_array(
            sparse.hstack([self._own * used, sparse.csr_array(dense)], format="csr", dtype=np.float64)
        )

    def factors(self, strengths: Strengths) -> NDArray[np.float64]:
        """Return what columns of full strength are multiplied with for others: an array of shape (n_columns,).

        That is how ``trials`` tries many strengths on columns that were computed once.
        """
        of_kinds = np.repeat([strengths.latent, strengths.topics, strengths.sections], self._kinds)
        return np.concatenate([np.full(self._used.size, strengths.own), of_kinds[self._chosen]])

    def sample(self) -> sparse.csr_array:
        """Return the background's sample of ordinary news in the same columns, TF-IDF unknown and therefore 0.

        Returns
        -------
        csr_array of shape (2 * n_sample, n_columns), float64
        """
        scale = self._background.sample_scale[self._chosen] * self._strength
        dense = self._background.sample[:, self._chosen] * scale.astype(np.float64)
        nothing = sparse.csr_array((len(dense), self._used.size), dtype=np.float64)
        return sparse.csr_array(sparse.hstack([nothing, sparse.csr_array(dense)], format="csr"))

    def fold(self, coef: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn weights on columns into weights on features, which give the same scores.

        Parameters
        ----------
        coef : ndarray of shape (n_outputs, n_columns)

        Returns
        -------
        ndarray of shape (n_outputs, n_features)
        """
        n_used, n_of_stems = self._used.size, self._of_stems.shape[1]
        folded = np.zeros((len(coef), self._n_features))
        folded[:, self._used] = self._own * coef[:, :n_used]
        folded[:, self._stems] += coef[:, n_used : n_used + n_of_stems] @ self._of_stems.T
        folded[:, self._all] += coef[:, n_used + n_of_stems :] @ self._of_all.T
        return folded
