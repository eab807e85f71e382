"""The curves of a report as SVG that stands in the page: matplotlib draws them, the browser sets their words.

``figures`` asks for them, once for each language. matplotlib comes with the extra ``report``; without it, a report has
no pictures and says how to get them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zlib import crc32

from lxml import etree

from training.measure import PrecisionRecall, ReliabilityBin, RiskCoverage, Trend
from training.measure.intervals import FEWEST

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Key", "Picture", "can_draw", "over_time", "precision_recall", "reliability", "risk"]

_SOFT, _LINE = "#55625f", "#d9e0de"
_COLOURS = (
    "#0b8474",
    "#6f4cb2",
    "#c25e00",
    "#2264b8",
    "#a8326e",
    "#5d7a16",
    "#7a5c45",
    "#56606a",
    "#a07d00",
    "#3d3f8f",
)
_DASHES: Sequence[Any] = ("solid", (0, (5, 1.5)), (0, (1.5, 1.5)))
"""Ten labels differ in colour, further ones in their dashes."""

_SIZE = (4.6, 3.2)
_SETTINGS: Any = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "tabwib",  # the same report is the same bytes
    "font.size": 10.0,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _SOFT,
    "xtick.color": _SOFT,
    "ytick.color": _SOFT,
    "grid.color": _LINE,
    "lines.linewidth": 1.7,
}
_ASIDE: Mapping[str, Any] = {"color": _SOFT, "linewidth": 1, "linestyle": (0, (4, 3))}
_FONT = re.compile(r"font-family:[^;]*;?\s*")
_LINK = "{http://www.w3.org/1999/xlink}href"

Words = tuple[str, str]
"""What stands at the horizontal and at the vertical axis."""


@dataclass(frozen=True, slots=True)
class Key:
    """One line of a picture: its label, its colour, and whether it is dashed."""

    label: str
    colour: str
    dashed: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """An ``<svg>`` element, and what its lines mean; the page says it in its own writing direction."""

    svg: str
    keys: list[Key] = field(default_factory=list)


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    try:
        import matplotlib  # noqa: F401 - only whether it is there
    except ImportError:
        return False
    return True


def reliability(name: str, bins: Mapping[str, Sequence[ReliabilityBin]], words: Words) -> Picture:
    """Draw probability against what was right.

    Parameters
    ----------
    name : str
        What the picture is called where it cannot be seen.
    bins : mapping of str to sequence of ReliabilityBin
        A line for each view.
    words : tuple of str
    """

    def draw(axes: Axes) -> None:
        axes.plot([0, 100], [0, 100], **_ASIDE)
        for number, rows in enumerate(bins.values()):
            points = [row["confidence"] for row in rows], [row["accuracy"] for row in rows]
            axes.plot(*_percent(*points), **_style(number), marker="o", markersize=4)

    lowest = min(min(row["confidence"], row["accuracy"]) for rows in bins.values() for row in rows)
    return Picture(_draw(name, draw, words, (_below(lowest), 101), (_below(lowest), 101)), _keys(bins))


def risk(
    name: str, curves: Mapping[str, RiskCoverage], own: Mapping[str, tuple[float, float]], words: Words
) -> Picture:
    """Draw how much is accepted against how much of that is right.

    Parameters
    ----------
    name : str
    curves : mapping of str to RiskCoverage
        A line for each view.
    own : mapping of str to tuple of float
        Coverage and precision at the model's own threshold, by view.
    words : tuple of str
    """

    def draw(axes: Axes) -> None:
        for number, (view, curve) in enumerate(curves.items()):
            axes.plot(*_percent(curve["coverage"], curve["precision"]), **_style(number))
            if view in own:
                axes.plot(*_percent(own[view][:1], own[view][1:]), **_style(number), marker="o", markersize=9)

    lowest = min(min(curve["precision"]) for curve in curves.values())
    return Picture(_draw(name, draw, words, (0, 101), (_below(lowest), 101)), _keys(curves))


def precision_recall(
    name: str, curves: Mapping[str, PrecisionRecall], words: Words, rival_f1: float | None = None
) -> Picture:
    """Draw precision against recall.

    Parameters
    ----------
    name : str
    curves : mapping of str to PrecisionRecall
        A line for each label, or each view.
    words : tuple of str
    rival_f1 : float, optional
        An F1 to be beaten, in (0, 1]; all points that have it make a dashed line.
    """

    def draw(axes: Axes) -> None:
        for number, curve in enumerate(curves.values()):
            axes.plot(*_percent(curve["recall"], curve["precision"]), **_style(number), drawstyle="steps-post")
        if rival_f1:
            least = rival_f1 / (2 - rival_f1)  # recall at precision 1
            recall = [least + (1 - least) * place / 40 for place in range(41)]
            axes.plot(*_percent(recall, [rival_f1 * one / (2 * one - rival_f1) for one in recall]), **_ASIDE)

    return Picture(_draw(name, draw, words, (0, 101), (0, 101)), _keys(curves))


def over_time(name: str, trend: Trend, words: Words) -> Picture:
    """Draw the share that was right in each period, with its range; a few articles would draw the eye to nothing."""
    rows = [row for row in trend["periods"] if row["n"] >= FEWEST]

    def draw(axes: Axes) -> None:
        places, right = list(range(len(rows))), [row["accuracy"] for row in rows]
        lows, highs = [row["interval"]["low"] for row in rows], [row["interval"]["high"] for row in rows]
        axes.vlines(places, [100 * low for low in lows], [100 * high for high in highs], color="#9cc9c2", linewidth=5)
        axes.plot(places, [100 * value for value in right], **_style(0), marker="o", markersize=5)
        axes.set_xticks(places, [row["period"] for row in rows], rotation=45 if len(rows) > 5 else 0)

    lowest = min(row["interval"]["low"] for row in rows)
    return Picture(_draw(name, draw, words, (-0.5, len(rows) - 0.5), (_below(lowest), 101)))


def _style(number: int) -> dict[str, Any]:
    dashes = _DASHES[number // len(_COLOURS) % len(_DASHES)]
    return {"color": _COLOURS[number % len(_COLOURS)], "linestyle": dashes}


def _keys(lines: Mapping[str, object]) -> list[Key]:
    styles = [_style(number) for number in range(len(lines))]
    return [
        Key(label, style["color"], style["linestyle"] != "solid") for label, style in zip(lines, styles, strict=True)
    ]


def _percent(x: Sequence[float], y: Sequence[float]) -> tuple[list[float], list[float]]:
    return [100 * value for value in x], [100 * value for value in y]


def _below(lowest: float) -> float:
    """Begin an axis at a ten below the lowest value, so that what differs is not pressed into a corner."""
    return max(0.0, 10.0 * int(10 * lowest - 0.2))


def _draw(
    name: str,
    draw: Callable[[Axes], None],
    words: Words,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
) -> str:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    file = BytesIO()
    with mpl.rc_context():
        mpl.rcdefaults()  # whatever the user's own matplotlibrc says
        mpl.rcParams.update(_SETTINGS)
        figure = Figure(figsize=_SIZE, layout="constrained")  # no pyplot: nothing global is left behind
        axes = figure.add_subplot()
        axes.grid(visible=True, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        axes.set(xlabel=words[0], ylabel=words[1], xlim=x_range, ylim=y_range)
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    return _for_page(file.getvalue(), name)


def _for_page(svg: bytes, name: str) -> str:
    """Make an SVG file a part of a page: ids that no other picture has, the letters of the page, a name."""
    prefix = f"p{crc32(name.encode()):x}-"
    root = etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True))
    for name_of_part in ("metadata", "style"):  # its style is one rule, for every element of the page
        for element in root.findall(f".//{{*}}{name_of_part}"):
            element.getparent().remove(element)
    for element in root.iter("{*}*"):
        if element.getparent() is not None and etree.QName(element.getparent()).localname == "defs":
            element.set("id", prefix + element.get("id", ""))
        else:
            element.attrib.pop("id", None)
        if _LINK in element.attrib:
            element.set(_LINK, "#" + prefix + element.get(_LINK).removeprefix("#"))
        if "clip-path" in element.attrib:
            element.set("clip-path", element.get("clip-path").replace("#", "#" + prefix))
        if "font-family" in element.get("style", ""):
            element.set("style", _FONT.sub("", element.get("style")))
    for width in ("width", "height"):
        root.attrib.pop(width, None)
    root.set("style", "stroke-linejoin: round; stroke-linecap: butt")
    root.set("role", "img")
    root.set("aria-label", name)
    root.set("direction", "ltr")
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode"))
