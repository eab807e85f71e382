"""The CSV files of a report, for spreadsheets: figures by label, all errors, suspected label errors.

``write`` puts them beside the page.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from training.measure import LabelRow
from training.report.details import Details
from training.report.records import Exhibits, Record
from training.report.schema import Report

__all__ = ["sheets"]

EXCERPT = 300
"""Code points of a story that stand beside its headline."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula, and a headline may."""

_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Byte order mark: without it, Excel takes UTF-8 for something else."""

_STORY = ["source", "published", "headline", "excerpt", "url"]


def sheets(report: Report, details: Details, exhibits: Exhibits) -> dict[str, str]:
    """Return the CSV files by name."""
    return {
        "per_label.csv": _sheet(
            [
                "kind",
                "id",
                "ar",
                "en",
                "text",
                "support",
                "precision",
                "recall",
                "f1",
                "f1_low",
                "f1_high",
                "f1_keywords",
            ],
            _labels(report, details),
        ),
        "errors.csv": _sheet(["id", "kind", "filed", "given", "probability", "accepted", *_STORY], _errors(exhibits)),
        "suspected.csv": _sheet(
            ["id", "kind", "filed", "suggested", "likelihood_as_filed", *_STORY], _suspects(details, exhibits)
        ),
    }


def _sheet(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return _MARK + text.getvalue()


def _cell(value: object) -> object:
    """Write a figure with four decimals, and words so that no spreadsheet computes them."""
    if isinstance(value, float):
        return round(value, 4)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _labels(report: Report, details: Details) -> Iterator[list[object]]:
    parts = [part for part in (report["whole"], report["headline_only"]) if part is not None]
    views = [(view, part) for view, part in details["views"].items() if view != "lead"]
    for (view, of_view), part in zip(views, parts, strict=True):
        keywords = next((one for one in part["baselines"] if one["name"] == "keywords"), None)
        for kind, rows, intervals, rival in (
            ("section", part["section_rows"], of_view["section_intervals"], keywords and keywords["section_rows"]),
            ("topic", part["topic_rows"], of_view["topic_intervals"], keywords and keywords["topic_rows"]),
        ):
            theirs = {row["label"]: row["f1"] for row in rival or ()}
            for row in rows:
                found = intervals["labels"][row["label"]] if intervals else None
                range_ = [None, None] if found is None else [found["low"], found["high"]]
                yield [kind, *_names(report, row), view, *_figures(row), *range_, theirs.get(row["label"])]


def _names(report: Report, row: LabelRow) -> list[object]:
    names = report["labels"].get(row["label"])
    return [row["label"], names["ar"] if names else "", names["en"] if names else ""]


def _figures(row: LabelRow) -> list[object]:
    return [row["support"], row["precision"], row["recall"], row["f1"]]


def _errors(exhibits: Exhibits) -> Iterator[list[object]]:
    """List every wrong section, the surest first, then every topic given or missed wrongly."""
    views = [(record, next(iter(record.views.values()))) for record in exhibits.records]
    wrong = [
        (record, given)
        for record, given in views
        if record.section and given.section and record.section != given.section
    ]
    for record, given in sorted(wrong, key=lambda pair: -(pair[1].probability or 0.0)):
        facts = [record.id, "section", record.section, given.section, given.probability, given.accepted]
        yield [*facts, *_story(exhibits, record.id)]
    for record, given in views:
        if record.topics is not None:
            yield from _topic_errors(record, record.topics, given.topics, exhibits)


def _topic_errors(record: Record, gold: list[str], given: list[str], exhibits: Exhibits) -> Iterator[list[object]]:
    for topic in gold:
        if topic not in given:
            yield [record.id, "topic", topic, "", None, None, *_story(exhibits, record.id)]
    for topic in given:
        if topic not in gold:
            yield [record.id, "topic", "", topic, None, None, *_story(exhibits, record.id)]


def _suspects(details: Details, exhibits: Exhibits) -> Iterator[list[object]]:
    for one in details["suspects"]["rows"]:
        facts = [one["id"], one["kind"], one["label"], one["suggested"], one["quality"]]
        yield [*facts, *_story(exhibits, one["id"])]


def _story(exhibits: Exhibits, article: str) -> list[object]:
    found = exhibits.articles[article]
    excerpt = " ".join(found.body.split())[:EXCERPT]
    return [found.source, found.published, " ".join(found.headline.split()), excerpt, found.url]
