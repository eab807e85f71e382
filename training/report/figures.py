"""Which pictures a report has, in the words of one language. ``page`` puts them into the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from training.measure.intervals import FEWEST
from training.report import pictures
from training.report.details import Details
from training.report.pictures import Picture
from training.report.room import make_room
from training.report.schema import Report

__all__ = ["draw_pictures"]


class Say(Protocol):
    """Says a phrase in the language of the page."""

    def __call__(self, key: str, **values: object) -> str: ...


def draw_pictures(report: Report, details: Details, say: Say, name: Callable[[str], str]) -> dict[str, Picture] | None:
    """Draw every picture there is something for.

    Parameters
    ----------
    report : Report
    details : Details
    say : callable
    name : callable
        Returns the name of a label.

    Returns
    -------
    dict of str to Picture, or None
        By the part of the page; None where nothing can draw.
    """
    if not pictures.can_draw():
        return None
    drawn: dict[str, Picture] = {}
    views = {view: part for view, part in details["views"].items() if view != "lead"}
    risk = {say(view): part["risk"] for view, part in views.items() if part["risk"] is not None}
    if risk:
        own = {
            say(view): (auto["coverage"], auto["precision"])
            for view, part in views.items()
            if part["section"] is not None and (auto := part["section"]["auto"])["precision"] is not None
        }
        words = say("axis.accepted"), say("axis.accepted_right")
        drawn["risk"] = pictures.risk(say("trust.risk"), risk, own, words)
        breakdowns = [part for part in (report["whole"], report["headline_only"]) if part is not None]
        bins = {say(view): part["reliability"] for view, part in zip(views, breakdowns, strict=True)}
        words = say("axis.probability"), say("axis.right")
        drawn["reliability"] = pictures.reliability(say("trust.reliability"), bins, words)
        of_sections = make_room(report["whole"], details).names
        curves = {
            name(curve["name"]): curve
            for curve in next(iter(views.values()))["section_curves"]
            if curve["name"] in of_sections
        }
        words = say("axis.recall"), say("axis.precision")
        drawn["sections"] = pictures.precision_recall(say("trust.sections"), curves, words)
    topics = {say(view): part["topic_curve"] for view, part in views.items() if part["topic_curve"] is not None}
    if topics:
        words = say("axis.recall"), say("axis.precision")
        drawn["topics"] = pictures.precision_recall(say("trust.topics"), topics, words, _keywords_f1(report))
        breakdowns = [part for part in (report["whole"], report["headline_only"]) if part is not None]
        found = zip(views, breakdowns, strict=True)
        bins = {say(view): part["topic_reliability"] for view, part in found if part["topic_reliability"]}
        if bins:
            words = say("axis.probability"), say("axis.in_gold")
            drawn["topic_reliability"] = pictures.reliability(say("trust.topic_reliability"), bins, words)
    trend = details["trend"]
    if trend is not None and trend["per_year"] is not None and sum(row["n"] >= FEWEST for row in trend["periods"]) > 1:
        drawn["trend"] = pictures.over_time(say("trend"), trend, ("", say("axis.right")))
    return drawn


def _keywords_f1(report: Report) -> float | None:
    """Return the micro-F1 of topics that keywords reach."""
    of_keywords = (one["topics"] for one in report["whole"]["baselines"] if one["name"] == "keywords")
    found = next(of_keywords, None)
    return None if found is None else found["micro_f1"]
