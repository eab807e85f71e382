"""Figures by kind of article: by outlet, by length, by when it was published, and how they change over time.

``breakdown`` takes recall by source from here, ``training.examine`` the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from model.decision import SHORT_WORDS
from training.measure.counts import number, ratio, section_counts
from training.measure.intervals import FEWEST, Interval

__all__ = [
    "GroupRecall",
    "PeriodRow",
    "RecallByGroup",
    "Trend",
    "by_period",
    "length_names",
    "recall_by_group",
    "trend",
]

LENGTHS = (SHORT_WORDS, 100, 300)
"""Most words of the first three bins of length: what is judged as a headline, a brief, a story, and what is longer."""

MOST_PERIODS = 12
"""Columns of a table over time: months, or else quarters, or else years; of more, the last ones."""

LEAST_DAYS = 60
"""Days that articles must span for a trend; of two weeks, one story that ran for days makes the slope."""

_DAY = 24 * 3600
_YEAR = 365.25 * _DAY
_NORMAL = 1.96
"""Standard errors on either side of an estimate that hold 95 in 100."""


class GroupRecall(TypedDict):
    """One section's recall and support by group; recall is None where the group has no article of the section."""

    label: str
    recall: dict[str, float | None]
    support: dict[str, int]


class RecallByGroup(TypedDict):
    """Recall of each section in each group of articles; ``accuracy`` and ``n`` are those of a whole group."""

    groups: list[str]
    n: dict[str, int]
    accuracy: dict[str, float | None]
    rows: list[GroupRecall]


class PeriodRow(TypedDict):
    """The articles of one month, quarter or year."""

    period: str
    n: int
    accuracy: float
    interval: Interval


class Trend(TypedDict):
    """How accuracy changes over time.

    Attributes
    ----------
    first, last : str
        Days of the first and of the last article, ISO 8601.
    n : int
        Articles with a date.
    per_year : float or None
        Slope of a straight line through right (1) and wrong (0), by year; None where the dates span too few days.
    interval : Interval or None
        Of the slope, by its standard error.
    periods : list of PeriodRow
    """

    first: str
    last: str
    n: int
    per_year: float | None
    interval: Interval | None
    periods: list[PeriodRow]


def recall_by_group(
    gold: NDArray[np.intp],
    predicted: NDArray[np.intp],
    groups: Sequence[str],
    labels: Sequence[str],
    order: Sequence[str],
) -> RecallByGroup:
    """Recall of every section in every group.

    Parameters
    ----------
    gold, predicted : ndarray of shape (n_articles,)
        Indices into ``labels``.
    groups : sequence of str
        Group of each article.
    labels : sequence of str
    order : sequence of str
        Groups in the order of the table.
    """
    names = np.array(groups, dtype=np.str_)
    counted = {name: section_counts(gold[names == name], predicted[names == name], len(labels)) for name in order}
    recalls = {name: ratio(hits, in_gold) for name, (hits, in_gold, _) in counted.items()}
    sizes = {name: int(in_gold.sum()) for name, (_, in_gold, _) in counted.items()}
    return {
        "groups": list(order),
        "n": sizes,
        "accuracy": {name: int(counted[name][0].sum()) / sizes[name] if sizes[name] else None for name in order},
        "rows": [
            {
                "label": label,
                "recall": {name: number(recalls[name][index]) for name in order},
                "support": {name: int(counted[name][1][index]) for name in order},
            }
            for index, label in enumerate(labels)
        ],
    }


def length_names() -> list[str]:
    """Name the bins of length as the table does: ``"1-20"``, ``"21-100"`` and so on, in words."""
    edges = (0, *LENGTHS)
    return [*(f"{low + 1}-{high}" for low, high in zip(edges, LENGTHS, strict=False)), f">{LENGTHS[-1]}"]


def by_length(n_words: NDArray[np.int64]) -> list[str]:
    """Name the bin of length of every article."""
    names = length_names()
    return [names[place] for place in np.searchsorted(LENGTHS, n_words, side="left")]


def by_period(published: Sequence[datetime]) -> tuple[list[str], list[str]]:
    """Name the month of every article, or where these are too many its quarter or its year.

    Returns
    -------
    periods : list of str
        Such as ``"2018-03"``, ``"2018 Q1"`` or ``"2018"``; of more years than fit, the earliest are ``"-2018"``.
    order : list of str
        All of them, earliest first.
    """
    for form in (_month, _quarter, _year):
        periods = [form(time) for time in published]
        order = sorted(set(periods))
        if len(order) <= MOST_PERIODS:
            return periods, order
    early, late = order[: 1 - MOST_PERIODS], order[1 - MOST_PERIODS :]
    before = f"-{early[-1]}"
    return [before if period in early else period for period in periods], [before, *late]


def _month(time: datetime) -> str:
    return f"{time:%Y-%m}"


def _quarter(time: datetime) -> str:
    return f"{time:%Y} Q{(time.month + 2) // 3}"


def _year(time: datetime) -> str:
    return f"{time:%Y}"


def trend(published: Sequence[datetime], correct: NDArray[np.bool_]) -> Trend | None:
    """Follow accuracy over time.

    Parameters
    ----------
    published : sequence of datetime
        Aware.
    correct : ndarray of bool, shape (n_articles,)

    Returns
    -------
    Trend or None
        None without articles.
    """
    if not published:
        return None
    periods, order = by_period(published)
    names = np.array(periods, dtype=np.str_)
    slope, around = _slope(np.array([time.timestamp() for time in published]), correct)
    return {
        "first": f"{min(published).astimezone(UTC):%Y-%m-%d}",
        "last": f"{max(published).astimezone(UTC):%Y-%m-%d}",
        "n": len(published),
        "per_year": slope,
        "interval": around,
        "periods": [_row(name, correct[names == name]) for name in order],
    }


def _slope(seconds: NDArray[np.float64], correct: NDArray[np.bool_]) -> tuple[float | None, Interval | None]:
    """Return what accuracy gains in a year, and its interval."""
    if len(seconds) < FEWEST or np.ptp(seconds) < LEAST_DAYS * _DAY:
        return None, None
    line = stats.linregress(seconds / _YEAR, correct.astype(np.float64))
    margin = _NORMAL * line.stderr
    return float(line.slope), {"low": float(line.slope - margin), "high": float(line.slope + margin)}


def _row(period: str, correct: NDArray[np.bool_]) -> PeriodRow:
    """Measure one period; the interval is Wilson's, which holds for a few articles too."""
    n, right = len(correct), int(correct.sum())
    around = stats.binomtest(right, n).proportion_ci(method="wilson")
    return {
        "period": period,
        "n": n,
        "accuracy": right / n,
        "interval": {"low": float(around.low), "high": float(around.high)},
    }
