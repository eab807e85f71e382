"""The first part of ``report.md``: how good the model is, from the whole down to the single label.

Called by ``write`` with a filled `Report`; each function makes one heading with its table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from training.measure import ConfusionPair, LabelRow, RecallBySource, ReliabilityBin, is_beaten
from training.report.markdown import count, escaped, figure, listed, table
from training.report.promised import promised
from training.report.schema import Baseline, Breakdown, LabelName, Report

__all__ = ["results"]

_SECTION_COLUMNS = [
    "n",
    "accuracy",
    "macro-F1",
    "absent",
    "log loss",
    "ECE",
    "auto from",
    "auto precision",
    "auto share",
]
_TOPIC_COLUMNS = ["n", "micro-F1", "ECE", "macro-F1", "samples-F1", "exact set", "MAP"]
_Labels = Mapping[str, LabelName]
_Figures = Mapping[str, Any]
"""SectionFigures or TopicFigures, an agreement (which has fewer figures), or whatever holds these by name."""
_ToRow = Callable[[_Figures], list[str]]


def results(report: Report) -> str:
    """Return title, warnings and every table of figures as Markdown."""
    parts = [f"# How the model labels\n\nMeasured on {count(report['test']['n'])} articles.\n"]
    parts += _warnings(report["warnings"])
    if "promises" in report:
        parts += promised(report["promises"])
    parts += _unseen(report)
    parts += _overview(report)
    for view, breakdown in [("whole articles", report["whole"]), ("headlines alone", report["headline_only"])]:
        if breakdown is not None:
            parts += _breakdown(view, breakdown, report["labels"])
    return "\n".join(parts)


def _warnings(sentences: Sequence[str]) -> Iterator[str]:
    """Say what to keep in mind before believing the figures."""
    if sentences:
        yield "## Read this first\n"
        yield "".join(f"- {escaped(sentence)}\n" for sentence in sentences)


def _unseen(report: Report) -> Iterator[str]:
    """Show the outlets that were left out, whole and by headline."""
    if not report["unseen"]:
        return
    yield "## Outlets it has never seen\n"
    yield (
        "Each outlet was measured by a model that learned from all others: expect these figures, rather than those of "
        "the test part, on an outlet of your own.\n"
    )
    tables: list[tuple[str, str, list[str], _ToRow]] = [
        ("Sections", "section", _SECTION_COLUMNS, _section_row),
        ("Topics", "topics", _TOPIC_COLUMNS, _topic_row),
    ]
    for title, name, columns, to_row in tables:
        rows = []
        for outlet in report["unseen"]:
            views: list[tuple[str, _Figures]] = [("whole", outlet), ("headline", outlet["headline_only"] or {})]
            rows += [[escaped(outlet["source"]), view, *to_row(part[name])] for view, part in views if part.get(name)]
        if rows:
            yield f"### {title} of outlets never seen\n"
            yield table(["outlet", "text", *columns], rows, names=2)


def _overview(report: Report) -> Iterator[str]:
    """Show the test part in one table for sections and one for topics, the baselines under the model."""
    yield "## The test part\n"
    test, by_headline = report["test"], report["headline_only"]
    views: list[tuple[str, _Figures, list[Baseline]]] = [
        ("whole", test, report["whole"]["baselines"]),
        ("headline", test["headline_only"] or {}, by_headline["baselines"] if by_headline else []),
    ]
    sections = _with_baselines("section", views, _section_row)
    if sections:
        yield "### Sections\n"
        yield table(["text", "labelled by", *_SECTION_COLUMNS], sections, names=2)
        yield (
            "How to read this: *accuracy*, the best section is right; *macro-F1*, mean F1 of the sections in gold, "
            "each counting the same; *absent*, share given a section that gold does not have; *ECE*, mean gap between "
            "probability and accuracy; *auto*, what becomes of articles accepted without an editor: from which "
            "probability, how many of them right, share of all.\n"
        )
    topics = _with_baselines("topics", views, _topic_row)
    if topics:
        yield "### Topics\n"
        yield table(["text", "labelled by", *_TOPIC_COLUMNS], topics, names=2)
        yield (
            "How to read this: *micro-F1* over all decisions; *ECE*, mean gap between probability and share in gold "
            "over all decisions, small since most are surely no; *macro-F1* over topics; *samples-F1* over articles "
            "(no topic where there is none is right); *exact set*, share with no topic too many and none missing; "
            "*MAP*, mean average precision of the ranking by probability.\n"
        )
    if test["articles_per_second"] is not None:
        yield f"Labelled {test['articles_per_second']:,.0f} articles a second.\n"


def _with_baselines(
    name: str, views: Sequence[tuple[str, _Figures, list[Baseline]]], to_row: _ToRow
) -> list[list[str]]:
    """Make the rows of the model and of its baselines for each view that has the figures called ``name``."""
    rows = []
    for view, figures, baselines in views:
        rivals = [("**model**", figures), *((escaped(baseline["name"]), baseline) for baseline in baselines)]
        rows += [[view, rival, *to_row(part[name])] for rival, part in rivals if part.get(name)]
    return rows


def _section_row(figures: _Figures) -> list[str]:
    """Show the figures of sections; baselines have no probabilities, and none of the figures on them."""
    auto = figures.get("auto", {})
    return [
        count(figures["n"]),
        *(figure(figures.get(key)) for key in ("accuracy", "macro_f1", "absent_rate", "log_loss", "ece")),
        *(figure(auto.get(key)) for key in ("threshold", "precision", "coverage")),
    ]


def _topic_row(figures: _Figures) -> list[str]:
    """Show the figures of topics; baselines rank nothing and have no probabilities."""
    keys = ("micro_f1", "ece", "macro_f1", "samples_f1", "subset_accuracy", "mean_average_precision")
    return [count(figures["n"]), *(figure(figures.get(key)) for key in keys)]


def _breakdown(view: str, breakdown: Breakdown, labels: _Labels) -> Iterator[str]:
    """Show one view of the test part label by label."""
    yield f"## Label by label: {view}\n"
    baselines = breakdown["baselines"]
    by_section = [(baseline, baseline["section_rows"]) for baseline in baselines]
    by_topic = [(baseline, baseline["topic_rows"]) for baseline in baselines]
    yield from _label_table(f"Sections, {view}", breakdown["section_rows"], by_section, labels)
    yield from _label_table(f"Topics, {view}", breakdown["topic_rows"], by_topic, labels)
    yield from _sources(view, breakdown["recall_by_source"])
    yield from _confusion(view, breakdown["confusion"])
    yield from _reliability(f"sections, {view}", breakdown["reliability"])
    yield from _reliability(f"topics, {view}", breakdown["topic_reliability"])


def _label_table(
    title: str, rows: list[LabelRow], baselines: list[tuple[Baseline, list[LabelRow]]], labels: _Labels
) -> Iterator[str]:
    """Show precision, recall, F1 and support of every label, with the F1 of the baselines that have one."""
    if not rows:
        return
    rivals = {
        baseline["name"]: {row["label"]: row["f1"] for row in rival_rows}
        for baseline, rival_rows in baselines
        if rival_rows
    }
    cells = []
    for row in rows:
        rival_f1 = {name: f1.get(row["label"]) for name, f1 in rivals.items()}
        not_beaten = [name for name, f1 in rival_f1.items() if is_beaten(row, f1)]
        cells.append(
            [
                escaped(row["label"]),
                escaped(labels[row["label"]]["ar"]) if row["label"] in labels else "",
                f"does not beat {listed(not_beaten)}" if not_beaten else "",
                *map(figure, [row["precision"], row["recall"], row["f1"], *rival_f1.values()]),
                count(row["support"]),
            ]
        )
    rival_headers = [f"F1 of {escaped(name)}" for name in rivals]
    yield f"### {title}\n"
    yield table(["id", "name", "note", "precision", "recall", "F1", *rival_headers, "support"], cells, names=3)
    yield (
        "How to read this: *precision*, share right of those given the label; *recall*, share found of those that have "
        "it; *support*, articles that have it: a figure on fewer than 30 can be off by .1 and more. – is not defined.\n"
    )


def _sources(view: str, recalls: RecallBySource | None) -> Iterator[str]:
    """Show recall by section and source: a column that falls off is an outlet that labels differently."""
    if recalls is None or not recalls["sources"]:
        return
    cells = [
        [
            escaped(row["label"]),
            *(f"{figure(row['recall'][name])} ({count(row['support'][name])})" for name in recalls["sources"]),
        ]
        for row in recalls["rows"]
    ]
    yield f"### Recall by section and source, {view}\n"
    yield table(["section", *map(escaped, recalls["sources"])], cells)
    yield (
        "How to read this: share of the source's articles of the section that were found, and how many there are; "
        "*?* are articles of no known source. A row that falls off in one column is a section that this outlet "
        "understands differently.\n"
    )


def _confusion(view: str, pairs: list[ConfusionPair]) -> Iterator[str]:
    """Show which section is taken for which, with articles to look at."""
    if not pairs:
        return
    cells = [
        [escaped(pair["gold"]), escaped(pair["predicted"]), listed(pair["ids"]), count(pair["count"])] for pair in pairs
    ]
    yield f"### Taken for one another, {view}\n"
    yield table(["gold", "given", "ids of examples", "articles"], cells, names=3)
    yield "How to read this: the most frequent first; read the examples before blaming the model, gold can be wrong.\n"


def _reliability(name: str, bins: list[ReliabilityBin]) -> Iterator[str]:
    """Show whether labels of some probability are right that often."""
    if not bins:
        return
    cells = [
        [
            f"{figure(row['low'])} to {figure(row['high'])}",
            figure(row["confidence"]),
            figure(row["accuracy"]),
            count(row["n"]),
        ]
        for row in bins
    ]
    yield f"### Calibration of {name}\n"
    yield table(["probability", "mean", "right", "decisions" if name.startswith("topics") else "articles"], cells)
    yield "How to read this: *mean* and *right* should be the same; where *right* is lower, the model is too sure.\n"
