"""The figures of ``evaluate --json``: a few numbers for all sections, a few for all topics.

Called by ``training.fit`` and ``training.evaluate`` with the gold labels and probabilities of a test part, and by
``training.baselines`` for labels that come without probabilities.
"""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from training.measure.calibration import expected_calibration_error
from training.measure.counts import f1_scores, number, section_counts

__all__ = [
    "AutoFigures",
    "SectionAgreement",
    "SectionFigures",
    "TopicAgreement",
    "TopicFigures",
    "measure_sections",
    "measure_topics",
    "section_agreement",
    "topic_agreement",
]


class SectionAgreement(TypedDict):
    """How far given sections agree with gold; all but ``n`` in [0, 1]."""

    n: int
    accuracy: float
    macro_f1: float
    absent_rate: float


class AutoFigures(TypedDict):
    """What becomes of the articles accepted without an editor; ``precision`` is None where none is accepted."""

    target: float
    threshold: float | None
    precision: float | None
    coverage: float


class SectionFigures(SectionAgreement):
    """The section part of ``evaluate --json``; ``log_loss`` in nats, at least 0."""

    log_loss: float | None
    ece: float | None
    auto: AutoFigures


class TopicAgreement(TypedDict):
    """How far given topics agree with gold; all but ``n`` in [0, 1], None where no topic is in gold or given."""

    n: int
    micro_f1: float | None
    macro_f1: float | None
    samples_f1: float
    subset_accuracy: float


class TopicFigures(TopicAgreement):
    """The topic part of ``evaluate --json``; ``mean_average_precision`` is None where gold holds no topic at all.

    ``ece``, in [0, 1], is over all decisions, an article and a topic each. Most of them are surely no, which keeps it
    small: compare it with that of another model on the same articles and topics, never with that of sections.
    """

    mean_average_precision: float | None
    ece: float | None


def measure_sections(
    gold: NDArray[np.intp],
    probabilities: NDArray[np.float64],
    *,
    accepted: NDArray[np.bool_],
    threshold: float | None,
    target: float,
) -> SectionFigures | None:
    """Measure section probabilities against gold; the given section is always the most probable one.

    Parameters
    ----------
    gold : ndarray of shape (n_articles,)
        Index of the right section; articles without one are left out by the caller.
    probabilities : ndarray of shape (n_articles, n_sections)
        Calibrated probabilities; every row sums to 1.
    accepted : ndarray of bool, shape (n_articles,)
        Whether the model accepts the given section without an editor; its threshold depends on the text's length.
    threshold : float or None
        The threshold, as chosen at fit for texts of the length that is common here; None: never.
    target : float
        Precision the threshold was chosen for, in (0, 1].

    Returns
    -------
    SectionFigures or None
        None where there is no article: a part without gold labels has no figures.
    """
    if not len(gold):
        return None
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    correct = predicted == gold
    return {
        **section_agreement(gold, predicted),
        "log_loss": number(_log_loss(gold, probabilities)),
        "ece": number(expected_calibration_error(confidence, correct)),
        "auto": {
            "target": target,
            "threshold": threshold,
            "precision": float(correct[accepted].mean()) if accepted.any() else None,
            "coverage": float(accepted.mean()),
        },
    }


def section_agreement(gold: NDArray[np.intp], predicted: NDArray[np.intp]) -> SectionAgreement:
    """Compare given sections with gold; both are indices of shape (n_articles,), at least one article.

    ``macro_f1`` is the unweighted mean over the sections that occur in gold (``sklearn.metrics.f1_score`` with
    ``labels=unique(gold)``). It therefore hides sections that were invented; ``absent_rate``, the share of
    articles given a section that this gold does not have, shows them.
    """
    f1 = f1_scores(*section_counts(gold, predicted, int(max(gold.max(), predicted.max())) + 1))
    present = np.unique(gold)
    return {
        "n": len(gold),
        "accuracy": float(np.mean(predicted == gold)),
        "macro_f1": float(f1[present].mean()),
        "absent_rate": float(np.mean(~np.isin(predicted, present))),
    }


def measure_topics(
    gold: NDArray[np.bool_],
    probabilities: NDArray[np.float64],
    given: NDArray[np.bool_],
) -> TopicFigures | None:
    """Measure topics against gold.

    Parameters
    ----------
    gold, given : ndarray of bool, shape (n_articles, n_topics)
        The right topics, and those the model gave by its thresholds.
    probabilities : ndarray of shape (n_articles, n_topics)
        Calibrated probability of every topic.

    Returns
    -------
    TopicFigures or None
        None where there is no article or no topic. ``mean_average_precision`` is the mean over the topics with at
        least one positive of their average precision (``sklearn.metrics.average_precision_score``: no interpolation).
        ``ece`` is the mean gap between probability and share that is in gold, all columns laid end to end.
    """
    if not gold.size:
        return None
    # One column at a time: scikit-learn takes a table of one topic for a binary problem and refuses its averages.
    precisions = [
        float(average_precision_score(gold[:, topic], probabilities[:, topic]))
        for topic in np.flatnonzero(gold.any(axis=0))
    ]
    return {
        **topic_agreement(gold, given),
        "mean_average_precision": number(np.mean(precisions)) if precisions else None,
        "ece": number(expected_calibration_error(probabilities.ravel(), gold.ravel())),
    }


def topic_agreement(gold: NDArray[np.bool_], given: NDArray[np.bool_]) -> TopicAgreement:
    """Compare given topics with gold; both are bool of shape (n_articles, n_topics), at least one article.

    The averages are those of ``sklearn.metrics.f1_score``: ``micro`` over all decisions, ``macro`` over the topics
    that occur in gold, ``samples`` over articles. An article without topics that is given none is entirely right: it
    counts 1 in ``samples_f1`` (``zero_division=1``). ``subset_accuracy`` is the share with exactly the right set.
    """
    hits = gold & given
    by_topic = f1_scores(hits.sum(axis=0), gold.sum(axis=0), given.sum(axis=0))
    by_article = f1_scores(hits.sum(axis=1), gold.sum(axis=1), given.sum(axis=1))
    present = gold.any(axis=0)
    return {
        "n": len(gold),
        "micro_f1": number(f1_scores(hits.sum(), gold.sum(), given.sum())),
        "macro_f1": number(by_topic[present].mean()) if present.any() else None,
        "samples_f1": float(np.nan_to_num(by_article, nan=1.0).mean()),
        "subset_accuracy": float(np.mean((gold == given).all(axis=1))),
    }


def _log_loss(gold: NDArray[np.intp], probabilities: NDArray[np.float64]) -> float:
    """Mean negative logarithm of the right section's probability.

    ``sklearn.metrics.log_loss`` with its clipping (an impossible section costs 36 nats, not infinity), for models of
    a single section too, which scikit-learn refuses.
    """
    right = probabilities[np.arange(len(gold)), gold].astype(np.float64)
    smallest = np.finfo(np.float64).eps
    return float(-np.log(np.clip(right, smallest, 1 - smallest)).mean())
