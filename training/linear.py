"""Linear support vector machines, of scikit-learn, as all heads are fitted.

``heads`` fits that of the sections with it, ``topic_heads`` those of the topics, ``background`` its directions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.svm import LinearSVC

__all__ = ["fit_head", "support_vectors"]


def fit_head(
    X: sparse.csr_array,
    labels: NDArray[np.intp],
    weight: NDArray[np.float64],
    n_outputs: int,
    C: float,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit one head.

    Parameters
    ----------
    X : csr_array of shape (n_texts, n_features), float64
    labels, weight : ndarray of shape (n_texts,)
        Label of each text, and how much it counts; 0: it is not learned from.
    n_outputs : int
        Sections of the taxonomy, or 1 for a topic.
    C : float
    seed : int

    Returns
    -------
    coef : ndarray of shape (n_outputs, n_features)
    intercept : ndarray of shape (n_outputs,)
    """
    coef, intercept = np.zeros((n_outputs, X.shape[1])), np.full(n_outputs, -1.0)
    learned = weight > 0
    present, counts = np.unique(labels[learned], return_counts=True)
    if present.size < 2:  # a fold without any example of a topic: it scores as if it never applied
        return coef, intercept
    if learned.mean() < 0.5:
        X, labels, weight = X[learned], labels[learned], weight[learned]
    else:  # liblinear leaves out what weighs nothing; a copy of most of the matrix would cost more
        labels = np.where(learned, labels, present[0])
    # Sections have the root of what would make them even: on ASND .753/.608 (accuracy/macro-F1), .729/.608 with all of
    # it, and on outlets left out no worse; docs/experiments.md has the figures.
    even = counts.sum() / (present.size * counts)
    label_weight = dict(zip(present.tolist(), (even if n_outputs == 1 else np.sqrt(even)).tolist(), strict=True))
    svm = support_vectors(X, labels, weight, label_weight, C, seed)
    if n_outputs == 1:
        return svm.coef_, svm.intercept_
    if present.size == 2:  # scikit-learn keeps one row for two classes, that of the second
        coef[present] = np.vstack([-svm.coef_, svm.coef_])
        intercept[present] = np.append(-svm.intercept_, svm.intercept_)
    else:
        coef[present], intercept[present] = svm.coef_, svm.intercept_
    return coef, intercept


def support_vectors(
    X: sparse.csr_array,
    labels: NDArray[np.bool_] | NDArray[np.intp],
    weight: NDArray[np.float64],
    label_weight: Mapping[Any, float],
    C: float,
    seed: int,
) -> LinearSVC:
    """Fit linear support vector machines, one for each label where there are more than two.

    Parameters
    ----------
    X : csr_array of shape (n_texts, n_columns), float64
    labels, weight : ndarray of shape (n_texts,)
    label_weight : mapping
        What the texts of a label are multiplied with.
    C : float
    seed : int
    """
    svm = LinearSVC(
        C=C,
        loss="hinge",  # squared: .003 to .005 less on two outlets left out of three, .003 more on the third
        class_weight=dict(label_weight),
        tol=0.3,  # 0.1 gives the same figures to .0005 and takes a third longer
        random_state=seed,
    )
    return svm.fit(X, labels, sample_weight=weight)
