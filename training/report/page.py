"""``report.html``: one page that opens anywhere, in Arabic and in English, with everything that was found.

``write`` calls it with a filled `Report`. The page asks nobody for anything: styles and pictures stand in it,
and there is no script. What comes from a corpus is escaped by the templates.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from training.measure import LabelDifference, LabelRow, PolicyDifference, RecallByGroup, is_beaten
from training.measure.intervals import FEWEST
from training.report.details import Details
from training.report.figures import draw_pictures
from training.report.findings import worse_labels
from training.report.records import Exhibits
from training.report.room import make_room
from training.report.schema import Baseline, Report

__all__ = ["INSTALL", "page"]

INSTALL = 'pip install "tabwib[report]"'
"""What installs the libraries for pictures and for suspected label errors."""

SHOWN = 40
"""Suspects of each kind, and labels that got worse, that the page shows; the files beside it hold them all."""

EXCERPT = 220
"""Code points of a story that are quoted."""

_TEMPLATES = Path(__file__).parent / "templates"
_DIRECTIONS = {"ar": "rtl", "en": "ltr"}
_ARROWS = {"ar": "←", "en": "→"}
_ISOLATE, _END_OF_ISOLATE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
"""Around a value within a sentence: 2026-03-01 would be 01-03-2026 among Arabic words."""


@dataclass(frozen=True, slots=True)
class _Story:
    """What a page quotes of an article."""

    headline: str
    excerpt: str
    source: str
    url: str


class _Language:
    """The page in one language: its phrases, the names of labels, its pictures."""

    def __init__(self, code: str, report: Report, details: Details) -> None:
        self.direction = _DIRECTIONS[code]
        self.arrow = _ARROWS[code]
        self._code = code
        self._report, self._details = report, details
        self.pictures = draw_pictures(report, details, self.say, self.name)

    def say(self, key: str, **values: object) -> str:
        """Return a phrase, each value in its own direction; the templates escape it with its values."""
        isolated = {name: f"{_ISOLATE}{value}{_END_OF_ISOLATE}" for name, value in values.items()}
        return _phrases()[key][self._code].format(**isolated)

    def name(self, label: str) -> str:
        """Return the name of a label; one of a corpus' own is its own name."""
        names = self._report["labels"].get(label)
        return names["ar" if self._code == "ar" else "en"] if names else label

    def names(self, labels: Sequence[str]) -> str:
        """List the names of labels."""
        return self.listed([self.name(label) for label in labels])

    def listed(self, words: Sequence[str]) -> str:
        """List words."""
        return ("، " if self._code == "ar" else ", ").join(words)

    def begin(self) -> list[tuple[str, str]]:
        """Return what to look at first: part of the page, and a sentence."""
        report, details = self._report, self._details
        worse = _worse(details)
        rows = [*report["whole"]["section_rows"], *report["whole"]["topic_rows"]]
        counted = [
            ("policy", "policy", len(details["policy"])),
            ("suspects", "suspects", len(details["suspects"]["rows"])),
            ("topics", "beaten", len(_beaten(report))),
            ("sections", "few", sum(0 < row["support"] < FEWEST for row in rows)),
            ("comparison", "worse", len(worse)),
        ]
        rival = details["comparison"]["name"] if details["comparison"] else ""
        steps = [
            (part, self.say(f"begin.{key}", count=count, least=FEWEST, name=rival))
            for part, key, count in counted
            if count
        ]
        if report["whole"]["confusion"]:
            pair = report["whole"]["confusion"][0]
            gold, given = self.name(pair["gold"]), self.name(pair["predicted"])
            steps.insert(0, ("sections", self.say("begin.confusion", gold=gold, given=given, count=pair["count"])))
        return steps


@cache
def _phrases() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((_TEMPLATES / "phrases.toml").read_text(encoding="utf-8"))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    made.globals.update(percent=_percent, points=_points, count=_count, filled=_filled, rule=_rule)
    return made


def page(report: Report, details: Details, exhibits: Exhibits) -> str:
    """Render the page.

    Parameters
    ----------
    report : Report
        Plain values, without NaN.
    details : Details
        Its details.
    exhibits : Exhibits
        The articles that may be quoted.
    """
    languages = {code: _Language(code, report, details) for code in _DIRECTIONS}
    keywords = next((one for one in report["whole"]["baselines"] if one["name"] == "keywords"), None)
    view = next(iter(details["views"]))
    first = details["views"][view]
    headlines = report["headline_only"]
    return (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
            details=details,
            languages=languages,
            parts=_parts(report, details),
            stories=_quoting(exhibits),
            keywords=keywords,
            first_view=first,
            intervals={"section": first["section_intervals"], "topics": first["topic_intervals"]},
            headline_rows={
                "section": _f1(headlines["section_rows"]) if headlines else {},
                "topics": _f1(headlines["topic_rows"]) if headlines else {},
            },
            keyword_rows=_of_keywords(keywords),
            beaten=_beaten(report),
            room=make_room(report["whole"], details),
            worse=_worse(details),
            fewest=FEWEST,
            shown=SHOWN,
            lead_words=details["lead_words"],
            install=INSTALL,
        )
    )


def _parts(report: Report, details: Details) -> list[str]:
    """Choose the parts of the page that have something to say."""
    has_sections, has_topics = bool(report["whole"]["section_rows"]), bool(report["whole"]["topic_rows"])
    wanted = {
        "glance": True,
        "comparison": details["comparison"] is not None,
        "unseen": bool(report["unseen"]),
        "promises": "promises" in report,
        "sections": has_sections,
        "topics": has_topics,
        "trust": True,
        "views": len(details["views"]) > 1,
        "slices": has_sections,
        "policy": has_sections and report["whole"]["recall_by_source"] is not None,
        "robustness": details["robustness"] is not None,
        "words": bool(details["words"]),
        "mistakes": True,
        "suspects": True,
        "duplicates": True,
        "making": True,
    }
    return [part for part, has_something in wanted.items() if has_something]


def _quoting(exhibits: Exhibits) -> Callable[[str], _Story]:
    def quote(article: str) -> _Story:
        found = exhibits.articles[article]
        body = " ".join(found.body.split())
        excerpt = body[:EXCERPT] + ("…" if len(body) > EXCERPT else "")
        url = found.url or ""
        return _Story(
            headline=" ".join(found.headline.split()) or excerpt,
            excerpt=excerpt if found.headline else "",
            source=found.source or "",
            url=url if url.startswith(("http://", "https://")) else "",
        )

    return quote


def _f1(rows: Sequence[LabelRow]) -> dict[str, float | None]:
    return {row["label"]: row["f1"] for row in rows}


def _of_keywords(keywords: Baseline | None) -> dict[str, dict[str, float | None]]:
    if keywords is None:
        return {"section": {}, "topics": {}}
    return {"section": _f1(keywords["section_rows"]), "topics": _f1(keywords["topic_rows"])}


def _beaten(report: Report) -> set[str]:
    """Name the topics that keywords label as well as the model, or better."""
    keywords = next((one for one in report["whole"]["baselines"] if one["name"] == "keywords"), None)
    theirs = _of_keywords(keywords)["topics"]
    return {row["label"] for row in report["whole"]["topic_rows"] if is_beaten(row, theirs.get(row["label"]))}


def _worse(details: Details) -> list[tuple[str, LabelDifference]]:
    return worse_labels(details["comparison"]) if details["comparison"] else []


def _rule(one: PolicyDifference) -> str:
    """Write a difference as a rule of the taxonomy file; strings of JSON are strings of TOML."""
    values: dict[str, object] = {"source": one["source"], "section": one["printed"]}
    if one["proposal"] == "map":
        values["to"] = one["given"]
    else:  # now this and now that: for each story what a model of all others sees in it
        values |= {"to": "mask", "among": [one["filed"], one["given"]]}
    return "\n".join(
        ["[[map]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())]
    )


def _filled(table: RecallByGroup) -> list[str]:
    """Return the groups that have articles."""
    return [group for group in table["groups"] if table["n"][group]]


def _percent(share: float | None) -> str:
    """Write a share in [0, 1]; what rounding would call certain or impossible is not called so."""
    if share is None:
        return "–"
    if 0.999 < share < 1:
        return ">99.9%"
    if 0 < share < 0.001:
        return "<0.1%"
    return f"{share * 100:.1f}".removesuffix(".0") + "%"


def _points(value: float | None) -> str:
    """Write a difference between shares in points of percent, with a true minus sign."""
    if value is None:
        return "–"
    written = f"{value * 100:+.1f}"
    return "0.0" if written in ("+0.0", "-0.0") else written.replace("-", "\N{MINUS SIGN}")


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"
