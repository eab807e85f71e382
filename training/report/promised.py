"""What a model promises of its labels: the shape of ``promises`` in ``report.json`` and in a manifest, and its table.

``training.promises`` makes them; ``results`` shows them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from training.report.markdown import NOTHING, count, figure, listed, table

__all__ = ["Promises", "SectionPromise", "TopicPromise", "ViewPromises", "promised"]


class SectionPromise(TypedDict):
    """What is known of sections accepted without an editor, on the articles that the threshold was chosen on.

    Attributes
    ----------
    target : float
        Precision asked for, in (0, 1].
    threshold : float or None
        Least probability of an accepted section; None: none is accepted.
    n : int
        Articles above it.
    precision, lower_bound : float or None
        Share of these that was right, and the bound of Clopper and Pearson, as if no other threshold had been tested.
    confidence : float
        How sure the lower bound is, one-sided, and with it what is promised.
    promised : bool
        Whether the target is sure, all tested thresholds counted; where not, and there is a threshold, it was only
        measured.
    """

    target: float
    threshold: float | None
    n: int
    precision: float | None
    lower_bound: float | None
    confidence: float
    promised: bool


class TopicPromise(TypedDict):
    """What thresholds of topics were chosen for, and how right the given topics were, all together."""

    objective: str
    precision: float | None
    recall: float | None


class ViewPromises(TypedDict):
    """Promises for texts of one length; None where the corpus has no labels of the kind."""

    section: SectionPromise | None
    topics: TopicPromise | None


class Promises(TypedDict):
    """The promises of a model.

    Attributes
    ----------
    left_out : list of str
        Outlets that thresholds of sections were chosen on, judged by heads that had learned from others alone; empty
        where they were chosen on folds of everything.
    whole, headline_only : ViewPromises
    """

    left_out: list[str]
    whole: ViewPromises
    headline_only: ViewPromises


def promised(promises: Promises) -> Iterator[str]:
    """Show as Markdown what was asked for, and what is known of it."""
    views = [("whole", promises["whole"]), ("headline", promises["headline_only"])]
    rows = [
        *(
            _of_sections(text, view["section"], "yes" if promises["left_out"] else "within the corpus")
            for text, view in views
            if view["section"] is not None
        ),
        *(_of_topics(text, view["topics"]) for text, view in views if view["topics"] is not None),
    ]
    if not rows:
        return
    yield "## What it promises\n"
    headers = ["text", "labels", "asked for", "promised", "from", "precision", "at least", "recall", "articles"]
    yield table(headers, rows, names=4)
    where = (
        f"articles of {listed(promises['left_out'])}, each labelled by what had learned from the others alone"
        if promises["left_out"]
        else "folds of the corpus itself, which flatters: an outlet that it does not have was not asked"
    )
    yield (
        "How to read this: *from*, the probability from which a section is accepted without an editor; *precision*, "
        f"how many of those were right, on {where}; *at least*, the bound of this threshold alone at 95 % (Clopper and "
        "Pearson, one-sided). Where *promised* says so, the precision asked for is sure with 95 % confidence, of more "
        "such articles: the next outlet may differ more than that. Topics: all together.\n"
    )


def _of_sections(text: str, promise: SectionPromise, kept: str) -> list[str]:
    verdict = kept if promise["promised"] else "none accepted" if promise["threshold"] is None else "measured only"
    figures = map(figure, (promise["threshold"], promise["precision"], promise["lower_bound"]))
    return [text, "sections", f"precision {promise['target']:g}", verdict, *figures, NOTHING, count(promise["n"])]


def _of_topics(text: str, promise: TopicPromise) -> list[str]:
    objective = "best F1" if promise["objective"] == "f1" else promise["objective"].replace("=", " ")
    return [
        *(text, "topics", objective, NOTHING, NOTHING),
        *(figure(promise["precision"]), NOTHING, figure(promise["recall"]), NOTHING),
    ]
