"""The figures label by label: tables of sections and topics, recall by source, and what is taken for what.

Called by ``training.fit`` and ``training.evaluate`` on the labels of a test part, for the tables of the report.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from training.measure.counts import f1_scores, number, ratio, section_counts
from training.measure.slices import GroupRecall, recall_by_group

__all__ = [
    "ConfusionPair",
    "LabelRow",
    "RecallBySource",
    "confusion_pairs",
    "is_beaten",
    "per_section_table",
    "per_topic_table",
    "recall_by_source",
]

UNNAMED_SOURCE = "?"
"""Column of the articles whose source is not known; no outlet is called that."""


class LabelRow(TypedDict):
    """One label's precision (None where it was never given), recall (None where gold lacks it), F1 and support."""

    label: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int


def is_beaten(row: LabelRow, rival_f1: float | None) -> bool:
    """Whether a rival labels as well as this or better; never of a label that gold does not have."""
    return row["support"] > 0 and (rival_f1 or 0.0) >= (row["f1"] or 0.0)


class RecallBySource(TypedDict):
    """Recall of each section at each source; ``sources``: the one with most articles first."""

    sources: list[str]
    rows: list[GroupRecall]


class ConfusionPair(TypedDict):
    """How often one section was given for another, with the ids of the first such articles."""

    gold: str
    predicted: str
    count: int
    ids: list[str]


def per_section_table(gold: NDArray[np.intp], predicted: NDArray[np.intp], labels: Sequence[str]) -> list[LabelRow]:
    """Precision, recall, F1 and support of every section, in the order of ``labels``.

    As ``sklearn.metrics.precision_recall_fscore_support`` with ``zero_division=nan``, NaN being None.
    """
    return _label_rows(labels, *section_counts(gold, predicted, len(labels)))


def per_topic_table(gold: NDArray[np.bool_], given: NDArray[np.bool_], labels: Sequence[str]) -> list[LabelRow]:
    """Precision, recall, F1 and support of every topic; as `per_section_table`, from (n_articles, n_topics)."""
    return _label_rows(labels, (gold & given).sum(axis=0), gold.sum(axis=0), given.sum(axis=0))


def recall_by_source(
    gold: NDArray[np.intp],
    predicted: NDArray[np.intp],
    sources: Sequence[str | None],
    labels: Sequence[str],
) -> RecallBySource:
    """Recall of every section at every source; articles of no known source stand in the column ``"?"``."""
    names = [source or UNNAMED_SOURCE for source in sources]
    ordered = [name for name, _ in Counter(names).most_common()]
    table = recall_by_group(gold, predicted, names, labels, ordered)
    return {"sources": table["groups"], "rows": table["rows"]}


def confusion_pairs(
    gold: NDArray[np.intp],
    predicted: NDArray[np.intp],
    ids: Sequence[str],
    labels: Sequence[str],
    most: int = 20,
    examples: int = 5,
) -> list[ConfusionPair]:
    """Pairs of sections that are taken for one another, the most frequent first (then in the order of ``labels``).

    Parameters
    ----------
    gold, predicted : ndarray of shape (n_articles,)
        Indices into ``labels``.
    ids : sequence of str
        Ids of the articles; the first ``examples`` of every pair are shown.
    labels : sequence of str
        Ids of the sections.
    most : int
        Pairs to return at most.
    examples : int
        Article ids to return of each at most.

    Returns
    -------
    list of ConfusionPair
    """
    mistaken: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for right, wrong, article in zip(gold, predicted, ids, strict=True):
        if right != wrong:
            mistaken[int(right), int(wrong)].append(article)
    ranked = sorted(mistaken.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        {"gold": labels[right], "predicted": labels[wrong], "count": len(rows), "ids": rows[:examples]}
        for (right, wrong), rows in ranked[:most]
    ]


def _label_rows(
    labels: Sequence[str], hits: NDArray[np.intp], in_gold: NDArray[np.intp], given: NDArray[np.intp]
) -> list[LabelRow]:
    """Turn the counts of every label into rows."""
    precision, recall, f1 = ratio(hits, given), ratio(hits, in_gold), f1_scores(hits, in_gold, given)
    return [
        {
            "label": label,
            "precision": number(precision[index]),
            "recall": number(recall[index]),
            "f1": number(f1[index]),
            "support": int(in_gold[index]),
        }
        for index, label in enumerate(labels)
    ]
