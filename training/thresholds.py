"""From which probability a label is given: thresholds chosen on articles that the head had not seen.

``calibrate`` calls it with calibrated probabilities and puts what it chooses into the ``LengthRule`` that serves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from training.settings import TopicObjective

__all__ = [
    "CONFIDENCE",
    "AutoThreshold",
    "TopicsGiven",
    "choose_auto_threshold",
    "fewest_for",
    "measure_given",
    "precision_bound",
    "topic_thresholds",
]

CONFIDENCE = 0.95
"""How sure the lower bound of a precision is, one-sided."""

FEWEST_ACCEPTED = 20
"""Articles that must stand above a threshold before its precision is believed at all."""

STEPS = 50
"""Thresholds that are tested one after the other, from the surest articles down: one for each fiftieth of the way."""

START_MOST = 7
"""The first of them has no more articles above it than so many times the fewest that could promise (1,043 for .98).

There a model that is wrong half as often as is allowed passes in five of six samples; at the fewest, a single error
among the surest 149 would end everything. In simulations of 400 corpora of 4,000 articles whose precision falls from
.999, .64 of the articles are accepted from here, .51 from the fewest, and .65 by the lowest threshold whose own bound
reaches the target, which promises wrongly in 27 of 100 corpora of precision .9799.
"""

START_SHARE = 0.25
"""Nor more than this share of all: in a small corpus the surest quarter must do, or nothing is left to step down."""

SHRINKAGE = 100
"""Positives at which a topic's own threshold counts as much as the common one; unshrunk thresholds overfit."""

F1_LIMITS = (0.05, 0.95)
"""Thresholds for F1 stay between these; beyond, a few lucky articles have decided."""

LIMITS = (0.01, 0.99)
"""The same where a precision or a recall is asked for, which may need more extreme ones."""


@dataclass(frozen=True, slots=True)
class AutoThreshold:
    """From which probability sections are accepted without an editor, and what is known of those above it.

    Attributes
    ----------
    threshold : float or None
        None where no threshold reaches the target.
    target : float
        Precision asked for, in (0, 1].
    n : int
        Articles above the threshold, of those it was chosen on.
    precision, lower_bound : float or None
        Share of these that is right, every source counting the same, and its bound (`precision_bound`), as if no
        other threshold had been looked at; None where there is none.
    promised : bool
        Whether the target is sure with 95 % confidence, all the thresholds counted that were tested.
    """

    threshold: float | None
    target: float
    n: int
    precision: float | None
    lower_bound: float | None
    promised: bool


def precision_bound(right: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a precision is at least with 95 % confidence: the one-sided limit of Clopper and Pearson (1934).

    It is exact: true for at least 95 of 100 samples, whatever the precision is; Wilson's interval, which is shorter,
    is true for fewer near 1, where these thresholds are.

    Parameters
    ----------
    right, n : ndarray of shape (n_thresholds,)
        Articles that are right, and all. Not whole numbers where articles are weighed.

    Returns
    -------
    ndarray of shape (n_thresholds,)
    """
    return np.where(right > 0, beta.ppf(1 - CONFIDENCE, np.maximum(right, 1e-9), n - right + 1), 0.0)


def fewest_for(target: float) -> int | None:
    """Return how many articles without an error have a lower bound of the target (149 for .98); None: no number."""
    if target >= 1:
        return None
    return 1 if target <= 0 else math.ceil(math.log(1 - CONFIDENCE) / math.log(target))


def choose_auto_threshold(
    confidence: NDArray[np.float64],
    correct: NDArray[np.bool_],
    weight: NDArray[np.float64],
    target: float,
    least: float = 0.0,
) -> AutoThreshold:
    """Choose the lowest confidence above which sections are right often enough.

    First choice is a threshold that is promised. Thresholds are tested in a fixed order, from the surest articles down,
    in 50 steps of coverage; the first whose lower bound does not reach the target ends it, and the one before is taken.
    So the chance of promising wrongly stays at 5 in 100 however many are tested: the first one that should fail has
    only one chance to pass (fixed-sequence testing: Maurer, Hothorn and Lehmacher 1995; for classifiers Angelopoulos et
    al. 2021, "Learn then Test"; Geifman and El-Yaniv 2017, "Selective Classification for Deep Neural Networks", divide
    the confidence among thresholds instead). Which ones are tested depends on confidences and weights alone, never on
    what was right. The first has a quarter of all articles above it, at least the fewest that could promise and at most
    seven times as many.

    What is promised: of more articles like these, drawn one by one, the target or more are right above the threshold,
    in 95 of 100 corpora. Articles, not outlets: those of one outlet err together, and the next one may differ more.
    Two things are not counted: that calibration, a slope and a bias for each section, was learned from the same
    articles; and that the bound is exact without weights only.

    Where nothing is promised, the lowest threshold that has measured up to the target with 20 articles is taken.

    Parameters
    ----------
    confidence, correct, weight : ndarray of shape (n_texts,)
        Weighted articles count as the number of equal ones that would say as much (Kish 1965).
    target : float
        Precision in [0, 1].
    least : float
        The threshold is no lower than this.
    """
    order = np.argsort(-confidence, kind="stable")
    falling, right, weight = confidence[order], (correct * weight)[order], weight[order]
    total = np.cumsum(weight)
    precision = np.cumsum(right) / total
    n_equal = total**2 / np.cumsum(weight**2)
    ends = np.flatnonzero(_last_of_equals(falling))
    ends = ends[ends >= FEWEST_ACCEPTED - 1]
    high = ends[falling[ends] >= least]
    tested = _sequence(high, n_equal, target)
    n_passed = _until_one_fails(precision_bound((precision * n_equal)[tested], n_equal[tested]) >= target)
    if n_passed:
        last = tested[n_passed - 1]
        as_low_as_may_be = last == high[-1] and high.size < ends.size
        threshold = least if as_low_as_may_be else float(falling[last])
    else:
        measured = ends[precision[ends] >= target]
        if not measured.size:
            return AutoThreshold(None, target, 0, None, None, promised=False)
        threshold = max(float(falling[measured[-1]]), least)
    at = high[falling[high] >= threshold]
    if not at.size:  # fewer than twenty articles stand above the least
        return AutoThreshold(threshold, target, int((falling >= threshold).sum()), None, None, promised=False)
    last = at[-1]
    bound = precision_bound(precision[last : last + 1] * n_equal[last : last + 1], n_equal[last : last + 1])
    figures = float(precision[last]), float(bound[0])
    return AutoThreshold(threshold, target, int(last) + 1, *figures, promised=n_passed > 0)


def _sequence(ends: NDArray[np.intp], n_equal: NDArray[np.float64], target: float) -> NDArray[np.intp]:
    """Return the places in a falling row where thresholds are tested, in their order; none where none could pass."""
    fewest = fewest_for(target)
    if fewest is None or not ends.size:
        return ends[:0]
    start = max(fewest, min(START_MOST * fewest, START_SHARE * n_equal[ends[-1]]))
    enough = ends[n_equal[ends] >= start - 1e-6]  # equal weights do not add up exactly
    if not enough.size:
        return ends[:0]
    steps = np.linspace(enough[0], ends[-1], STEPS)
    return np.unique(ends[np.searchsorted(ends, steps)])


def _until_one_fails(passes: NDArray[np.bool_]) -> int:
    """Count how many pass before the first that fails."""
    return len(passes) if passes.all() else int(passes.argmin())


def _last_of_equals(falling: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell where a threshold can stand in a falling row: it takes all texts of one probability, or none of them."""
    return np.asarray(np.diff(falling, append=-1.0) != 0)


def topic_thresholds(
    probabilities: NDArray[np.float64],
    topics: NDArray[np.bool_],
    weight: NDArray[np.float64],
    objective: TopicObjective,
    anyway: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Choose the threshold of every topic: its own best for the objective, shrunk towards the best for all together.

    Parameters
    ----------
    probabilities, topics, weight : ndarray of shape (n_texts, n_topics)
        How much each pair counts; 0 where nobody knows.
    objective : TopicObjective
    anyway : ndarray of shape (n_texts, n_topics), bool, optional
        Pairs that are given whatever the thresholds are, such as the likeliest topic of texts that have at least one.
        Thresholds that know of them are higher: micro-F1 of ten topics of Mowjaz .817/.765 (whole/headline), .808/.740
        with thresholds that do not.

    Returns
    -------
    ndarray of shape (n_topics,)
        In [0.05, 0.95] for F1, in [0.01, 0.99] for a precision or a recall.
    """
    known = weight > 0
    if not (topics & known).any():
        return np.full(topics.shape[1], 0.5)
    anyway = np.zeros_like(known) if anyway is None else anyway
    common = _best_threshold(probabilities[known], topics[known], weight[known], anyway[known], objective)
    support = (topics * weight).sum(axis=0)
    own = np.array(
        [
            _best_threshold(
                probabilities[rows, topic], topics[rows, topic], weight[rows, topic], anyway[rows, topic], objective
            )
            for topic, rows in enumerate(known.T)
        ]
    )
    return np.asarray(common + support / (support + SHRINKAGE) * (own - common))  # exact where the two are the same


def _best_threshold(
    probability: NDArray[np.float64],
    positive: NDArray[np.bool_],
    weight: NDArray[np.float64],
    anyway: NDArray[np.bool_],
    objective: TopicObjective,
) -> float:
    """Return the best threshold, halfway to the next lower probability; 0.5 where nothing is positive.

    For F1 that is where it is highest; for a precision the lowest threshold that has it, else the one that comes
    nearest; for a recall the highest that has it. It may be above all probabilities where some are given anyway.
    """
    if not positive.any():
        return 0.5
    hit, total = positive * weight, float(weight[positive].sum())
    order = np.flatnonzero(~anyway)[np.argsort(-probability[~anyway], kind="stable")]
    falling = np.append(1.0, probability[order])
    possible = np.append(True, _last_of_equals(falling[1:]))
    hits = np.cumsum(np.append(hit[anyway].sum(), hit[order]))
    given = np.cumsum(np.append(weight[anyway].sum(), weight[order]))
    if objective.kind == "f1":
        last = int(np.where(possible, 2 * hits / (given + total), 0).argmax())
    elif objective.kind == "precision":
        precision = np.where(possible, hits / np.where(given > 0, given, np.inf), 0)
        last = int(np.flatnonzero(possible & (precision >= min(objective.least, precision.max())))[-1])
    else:
        last = int(np.flatnonzero(possible & (hits >= objective.least * total * (1 - 1e-12)))[0])
    after = falling[min(last + 1, len(falling) - 1)]
    limits = F1_LIMITS if objective.kind == "f1" else LIMITS
    return float(np.clip((falling[last] + after) / 2, *limits))


@dataclass(frozen=True, slots=True)
class TopicsGiven:
    """How right the given topics are, all together; None where none is given, or none is in gold."""

    precision: float | None
    recall: float | None


def measure_given(
    given: NDArray[np.bool_], topics: NDArray[np.bool_], weight: NDArray[np.float64]
) -> TopicsGiven | None:
    """Measure given topics, all of shape (n_texts, n_topics), pair by pair; None where nobody knows any."""
    if not weight.any():
        return None
    hits, n_given, n_gold = (float((pairs * weight).sum()) for pairs in (given & topics, given, topics))
    return TopicsGiven(hits / n_given if n_given else None, hits / n_gold if n_gold else None)
