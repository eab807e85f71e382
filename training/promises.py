"""What a model promises of its labels, in figures and in sentences: how sure, on how much, and where that was seen.

``learn`` makes them from what ``calibrate`` found; they stand in the manifest and, as warnings, in every report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from training import split
from training.calibrate import Calibrated
from training.measure import AutoFigures
from training.report import Promises, SectionPromise, TopicPromise, UnseenOutlet, ViewPromises
from training.settings import LearnSettings, TopicObjective
from training.thresholds import CONFIDENCE, fewest_for, precision_bound

__all__ = ["promises_of", "warnings_of"]


def promises_of(whole: Calibrated, headlines: Calibrated, left_out: Sequence[str], settings: LearnSettings) -> Promises:
    """Write down what was found for texts of both lengths."""
    return Promises(
        left_out=list(left_out), whole=_of_view(whole, settings), headline_only=_of_view(headlines, settings)
    )


def _of_view(found: Calibrated, settings: LearnSettings) -> ViewPromises:
    section, topics = None, None
    if found.auto is not None:
        section = SectionPromise(
            target=found.auto.target,
            threshold=found.auto.threshold,
            n=found.auto.n,
            precision=found.auto.precision,
            lower_bound=found.auto.lower_bound,
            confidence=CONFIDENCE,
            promised=found.auto.promised,
        )
    if found.topics is not None:
        topics = TopicPromise(
            objective=settings.topic_objective, precision=found.topics.precision, recall=found.topics.recall
        )
    return ViewPromises(section=section, topics=topics)


def warnings_of(promises: Promises, unseen: Sequence[UnseenOutlet], n_sources: int) -> Iterator[str]:
    """Say what was asked for and cannot be promised.

    Parameters
    ----------
    promises : Promises
    unseen : sequence of UnseenOutlet
        Figures on each outlet that was left out.
    n_sources : int
        Sources that are large enough to be left out.
    """
    for name, view in (("whole articles", promises["whole"]), ("headlines", promises["headline_only"])):
        if view["section"] is not None:
            yield from _of_sections(name, view["section"])
        if view["topics"] is not None:
            yield from _of_topics(name, view["topics"])
    for name, outlets in (("whole articles", unseen), ("headlines", [outlet["headline_only"] for outlet in unseen])):
        below = [
            f"{outlet['source']} {auto['precision']:.3f}"
            for outlet, part in zip(unseen, outlets, strict=True)
            if part is not None
            and part["section"] is not None
            and _falls_short(auto := part["section"]["auto"], outlet["n"])
        ]
        if below:
            yield f"{name} of some outlets that were left out stay below the precision asked for: {', '.join(below)}"
    verified = promises["left_out"] if promises["whole"]["section"] is not None else n_sources >= split.LEAST_SOURCES
    if not verified:
        yield f"{_COUNTS.get(n_sources, 'sources that cannot be told apart from their labels')}: {_NOT_VERIFIED}"


_COUNTS = {0: "no source named", 1: "one source", 2: "two sources"}

_NOT_VERIFIED = (
    f"not verified elsewhere. Probabilities and thresholds were chosen within what the corpus has, which flatters: of "
    f"an outlet that it does not have, fewer labels will be right. With three sources of at least "
    f"{split.FEWEST_OF_SOURCE} articles each, they are chosen by leaving one out in turn"
)


def _falls_short(auto: AutoFigures, n: int) -> bool:
    """Whether so many accepted sections of an outlet are wrong that luck does not explain it."""
    if auto["precision"] is None:
        return False
    accepted = auto["coverage"] * n
    wrong = np.array([(1 - auto["precision"]) * accepted])
    return bool(precision_bound(wrong, np.array([accepted]))[0] > 1 - auto["target"])


def _of_sections(name: str, promise: SectionPromise) -> Iterator[str]:
    target = promise["target"]
    if promise["threshold"] is None:
        yield (
            f"no threshold gives sections of {name} the precision {target:g}: none is accepted without an editor; "
            "more articles, or a lower --auto-precision, would help"
        )
    elif not promise["promised"]:
        yield (
            f"sections of {name}: the precision {target:g} is measured, not promised. {_evidence(promise)}; "
            f"{_fewest(target)} articles without an error are the fewest that could promise it"
        )


def _evidence(promise: SectionPromise) -> str:
    if promise["precision"] is None or promise["lower_bound"] is None:
        return f"Only {promise['n']} articles stand above the threshold {promise['threshold']:.3g}"
    above = f"Of {promise['n']} articles above the threshold {promise['threshold']:.3g}"
    right = f"{above}, {promise['precision']:.3f} are right"
    if promise["lower_bound"] >= promise["target"]:
        return f"{right}, but fewer of the surest among them, from which a promise has to begin"
    return f"{right}, which makes {promise['lower_bound']:.3f} sure at {promise['confidence']:.0%}"


def _fewest(target: float) -> str:
    """Say how many articles without an error have a lower bound of the target."""
    fewest = fewest_for(target)
    return "no number of" if fewest is None else f"{fewest:,}"


def _of_topics(name: str, promise: TopicPromise) -> Iterator[str]:
    objective = TopicObjective.parse(promise["objective"])
    if objective.kind == "f1":
        return
    reached = promise[objective.kind]
    if (reached or 0.0) < objective.least:
        found = "none is given" if reached is None else f"{reached:.3f} was measured"
        yield f"topics of {name}: the {objective.kind} {objective.least:g} is not reached by all together; {found}"
