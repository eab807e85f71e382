"""The figures of ``side_by_side`` as a table, as Markdown within a document, and as a picture."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.command import Table
from benchmarks.timing import megabytes
from model.errors import TrainingError

__all__ = ["BEGIN", "BEGIN_SHORT", "END", "TITLES", "draw", "failures", "summary", "table", "write_markdown"]

TITLES: Mapping[str, str] = {
    "tabwib": "Tabwib",
    "tabwib_background": "Tabwib, background",
    "words": "scikit-learn, words",
    "chars": "scikit-learn, char_wb",
    "fasttext": "fastText",
    "fasttext_tuned": "fastText, tuned",
}
"""What readers call the contestants."""

BEGIN, END = "<!-- side by side -->", "<!-- end of side by side -->"
"""Between these comments of a document the tables go, entire; after the first of the next two, a short one."""
BEGIN_SHORT = "<!-- side by side, in short -->"

_VIEWS = ("whole", "headline")
_COLUMNS = (
    "",
    "n",
    "whole",
    "macro",
    "headline",
    "macro",
    "train s",
    "articles/s",
    "headline µs",
    "peak MB",
    "disk MB",
)
_RARE = ("health", "religion")
"""Sections that one outlet of the pool alone has: whether they are found elsewhere says what was learned."""

Row = Mapping[str, Any]
"""Title of each part -> contestants, under ``parts``; the same for costs, under ``contestants``."""


def table(rows: Mapping[str, Row]) -> Table:
    """Make the table for the terminal."""
    return Table(
        title="Side by side: the same articles, splits and cores",
        note="\n".join([*summary(rows), *failures(rows)]),
        columns=_COLUMNS,
        rows=[(f"{part}: {TITLES[name]}", *cells) for part, name, cells in _lines(rows)],
    )


def _lines(rows: Mapping[str, Row]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield part, contestant and cells; what training cost stands at the first part of a row."""
    for row in rows.values():
        for number, part in enumerate(row["parts"]):
            for name, of in row["contestants"].items():
                if "failed" in of:
                    yield part, name, ["–"] * (len(_COLUMNS) - 1)
                else:
                    yield part, name, [*_agreement(of["parts"][part], row["views"]), *_cost(of, shown=number == 0)]


def _agreement(figures: Mapping[str, Any], views: Sequence[str]) -> list[str]:
    cells = [f"{figures['n']:,}"]
    for view in _VIEWS:
        cells += [f"{figures[view][key]:.3f}" if view in views else "" for key in ("accuracy", "macro_f1")]
    return cells


def _cost(of: Mapping[str, Any], *, shown: bool) -> list[str]:
    if not shown:
        return [""] * 5
    return [
        f"{of['training_seconds']:,.1f}",
        f"{of['articles_per_second']:,.0f}",
        f"{of['headline_microseconds']:,.0f}",
        megabytes(of["peak_bytes"]),
        megabytes(of["size_bytes"]),
    ]


def summary(rows: Mapping[str, Row]) -> list[str]:
    """Say in a few lines how Tabwib stands beside fastText, and which sections are found where none was learned."""
    found = [_beside_fasttext(rows)] if any({"tabwib", "fasttext"} <= _took_part(row) for row in rows.values()) else []
    for row in rows.values():
        for part in row["parts"]:
            recalls = [line for name, of in row["contestants"].items() if (line := _rare_recall(name, of, part))]
            if recalls:
                found.append(f"{part}, recall of {' and '.join(_RARE)} in whole articles: {'; '.join(recalls)}")
    return found


def _took_part(row: Row) -> set[str]:
    return {name for name, of in row["contestants"].items() if "failed" not in of}


def _beside_fasttext(rows: Mapping[str, Row]) -> str:
    """Compare Tabwib without background with the better of both fastTexts, and its costs with the plain one."""
    gains: dict[str, list[float]] = {view: [] for view in _VIEWS}
    ratios: dict[str, list[float]] = {"training_seconds": [], "articles_per_second": []}
    for row in rows.values():
        if not {"tabwib", "fasttext"} <= _took_part(row):
            continue
        ours, plain = row["contestants"]["tabwib"], row["contestants"]["fasttext"]
        theirs = [row["contestants"][name] for name in _took_part(row) if name.startswith("fasttext")]
        for part in row["parts"]:
            for view in row["views"]:
                best = max(of["parts"][part][view]["accuracy"] for of in theirs)
                gains[view].append(100 * (ours["parts"][part][view]["accuracy"] - best))
        for key, values in ratios.items():
            values.append(ours[key] / plain[key])
    told = [
        f"{view} {statistics.mean(values):+.1f} points on average, {min(values):+.1f} at least ({len(values)} parts)"
        for view, values in gains.items()
        if values
    ]
    return (
        f"Tabwib without background beside the better fastText: {'; '.join(told)}. Beside the plain one: "
        f"{_range(ratios['training_seconds'])} of its training time, "
        f"{_range(ratios['articles_per_second'])} times its articles/s"
    )


def _range(values: Sequence[float]) -> str:
    return " to ".join(dict.fromkeys(f"{end:.2f}" for end in (min(values), max(values))))


def _rare_recall(name: str, of: Mapping[str, Any], part: str) -> str:
    recall = {} if "failed" in of else of["parts"][part]["whole"]["recall"]
    other_outlet = part.startswith("Mowjaz")
    if not other_outlet or not set(_RARE) <= recall.keys():
        return ""
    return f"{TITLES[name]} {' and '.join(f'{recall[section]:.2f}' for section in _RARE)}"


def failures(rows: Mapping[str, Row]) -> list[str]:
    """Say who has no figures, and why."""
    return [
        f"{name}, {TITLES[contestant]}: {of['failed']}"
        for name, row in rows.items()
        for contestant, of in row["contestants"].items()
        if "failed" in of
    ]


def write_markdown(rows: Mapping[str, Row], file: Path) -> None:
    """Put the tables between the two comments of a document that mark their place.

    Raises
    ------
    TrainingError
        If they do not stand there.
    """
    text = file.read_text(encoding="utf-8")
    for mark, lines in ((BEGIN, _markdown), (BEGIN_SHORT, _markdown_in_short)):
        before, begin, rest = text.partition(mark)
        _, end, after = rest.partition(END)
        if begin and end:
            file.write_text("\n".join([before + begin, *lines(rows), "", end + after]), encoding="utf-8")
            return
    raise TrainingError(f"{file} has no lines {BEGIN} or {BEGIN_SHORT}, and {END}, to put the table between")


def _markdown_in_short(rows: Mapping[str, Row]) -> Iterator[str]:
    """Yield a line for every part, accuracy of whole articles and headlines, and what the largest row cost."""
    names = _all(rows)
    yield ""
    yield f"| accuracy, whole / headline | n | {' | '.join(TITLES[name] for name in names)} |"
    yield f"| --- | --: |{' --: |' * len(names)}"
    for row in rows.values():
        took_part = {name: row["contestants"][name] for name in names if name in _took_part(row)}
        for part in row["parts"]:
            best = {
                view: max(of["parts"][part][view]["accuracy"] for of in took_part.values()) for view in row["views"]
            }
            cells = (
                " / ".join(_best(took_part[name]["parts"][part][view]["accuracy"], best[view]) for view in row["views"])
                if name in took_part
                else "–"
                for name in names
            )
            n = next(iter(took_part.values()))["parts"][part]["n"]
            yield f"| {part} | {n:,} | {' | '.join(cells)} |"
    largest = _largest(rows)
    for key, title, unit in _COSTS:
        costs = (
            _amount(largest["contestants"][name][key] / unit) if name in _took_part(largest) else "–" for name in names
        )
        yield f"| {title} | | {' | '.join(costs)} |"


def _best(value: float, best: float) -> str:
    return f"**{value:.3f}**" if value == best else f"{value:.3f}"


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _largest(rows: Mapping[str, Row]) -> Row:
    """Return the row of the most articles, whose costs are shown."""
    return max(rows.values(), key=lambda row: float(row["n_learned"]))


def _markdown(rows: Mapping[str, Row]) -> Iterator[str]:
    for line in (*summary(rows), *failures(rows)):
        yield f"\n{line}."
    yield ""
    yield f"| | {' | '.join(('by', *_COLUMNS[1:]))} |"
    yield f"| --- | --- |{' --: |' * (len(_COLUMNS) - 1)}"
    named = ""
    for part, name, cells in _lines(rows):
        yield f"| {'' if part == named else part} | {TITLES[name]} | {' | '.join(cells)} |"
        named = part

    trusted = list(_trust_lines(rows))
    if trusted:
        yield ""
        yield f"| | {' | '.join(_TRUST_COLUMNS)} |"
        yield f"| --- | --- |{' --: |' * (len(_TRUST_COLUMNS) - 1)}"
        yield from (f"| {' | '.join(line)} |" for line in trusted)


_TRUST_COLUMNS = ("by", "ECE, whole", "headline", "accepted, whole", "right", "accepted, headline", "right", "could be")


def _trust_lines(rows: Mapping[str, Row]) -> Iterator[tuple[str, ...]]:
    """Yield part, contestant and how far its probabilities can be trusted, of those that tell."""
    for row in rows.values():
        for part in row["parts"]:
            for name, of in row["contestants"].items():
                views = {} if "failed" in of else {view: of["parts"][part][view].get("trust") for view in row["views"]}
                if any(views.values()):
                    whole, headline = (views.get(view) for view in _VIEWS)
                    eces = ["" if of_view is None else f"{of_view['ece']:.3f}" for of_view in (whole, headline)]
                    could = "" if whole is None else f"{whole['acceptable']:.0%}"
                    yield part, TITLES[name], *eces, *_accepted(whole), *_accepted(headline), could


def _accepted(trust: Mapping[str, Any] | None) -> tuple[str, str]:
    if trust is None:
        return "", ""
    return f"{trust['accepted']:.0%}", "–" if trust["precision"] is None else f"{trust['precision']:.3f}"


_COLOURS = {
    "tabwib": "#b4372b",
    "tabwib_background": "#e08a80",
    "words": "#7a8450",
    "chars": "#b3bb8c",
    "fasttext": "#b98a2e",
    "fasttext_tuned": "#e0c27f",
}
_INK, _FAINT = "#2b2b2b", "#dddddd"
_COSTS = (
    ("training_seconds", "training, seconds", 1.0),
    ("articles_per_second", "articles a second, one core", 1.0),
    ("headline_microseconds", "one headline, µs", 1.0),
    ("peak_bytes", "peak memory, MB", 1e6),
    ("size_bytes", "on disk, MB", 1e6),
)


def draw(rows: Mapping[str, Row], path: Path) -> None:
    """Draw accuracy of every part in both views, and below what the row of the most articles cost."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    parts = [(row, part) for row in rows.values() for part in row["parts"]]
    largest = _largest(rows)
    with mpl.rc_context({"svg.hashsalt": "tabwib", "font.size": 9, "text.color": _INK, "axes.edgecolor": _INK}):
        figure = Figure(figsize=(9.6, 3.4 + 0.42 * len(parts)), facecolor="white", layout="constrained")
        above, below = figure.subfigures(2, 1, height_ratios=(1.0 + 0.42 * len(parts), 2.2))
        grid = above.subplots(1, 2, sharey=True)
        for axes, view, title in zip(grid, _VIEWS, ("whole article", "headline alone"), strict=True):
            _dots(axes, parts, view)
            axes.set_title(f"{title}, accuracy", fontsize=10, loc="left")
        grid[0].set_yticks(range(len(parts)), [part for _, part in parts])
        grid[0].invert_yaxis()
        handles = [grid[1].plot([], [], "o", color=_COLOURS[name], label=TITLES[name])[0] for name in _all(rows)]
        above.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize=8)
        below.suptitle(f"what it took to learn from {largest['n_learned']:,} articles, log scales", fontsize=10)
        for axes, (key, title, unit) in zip(below.subplots(1, len(_COSTS)), _COSTS, strict=True):
            _bars(axes, largest, key, unit)
            axes.set_title(title, fontsize=8, loc="left")
        figure.savefig(path, metadata={"Date": None})


def _all(rows: Mapping[str, Row]) -> list[str]:
    return [name for name in TITLES if any(name in _took_part(row) for row in rows.values())]


def _dots(axes: Any, parts: Sequence[tuple[Row, str]], view: str) -> None:
    for height, (row, part) in enumerate(parts):
        if view not in row["views"]:
            continue
        values = {name: row["contestants"][name]["parts"][part][view]["accuracy"] for name in _all({"": row})}
        axes.plot([min(values.values()), max(values.values())], [height, height], color=_FAINT, zorder=1)
        for name in reversed(values):  # ours on top
            axes.plot(values[name], height, "o", color=_COLOURS[name], markersize=6, zorder=2)
    axes.grid(visible=True, axis="x", color=_FAINT, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)


def _bars(axes: Any, row: Row, key: str, unit: float) -> None:
    names = _all({"": row})
    values = [row["contestants"][name][key] / unit for name in names]
    axes.barh(range(len(names)), values, color=[_COLOURS[name] for name in names])
    axes.set_xscale("log")
    axes.set_xlim(min(values) / 3, max(values) * 12)
    for height, value in enumerate(values):
        axes.annotate(f" {_amount(value)}", (value, height), va="center", fontsize=7)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.minorticks_off()
    axes.invert_yaxis()
    axes.spines[["top", "right", "bottom"]].set_visible(False)
