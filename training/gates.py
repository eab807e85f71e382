"""Floors under figures: what ``--fail-under section.macro_f1=0.9`` asks for, and whether it was reached.

Called by ``fit`` before a model is saved, and by ``evaluate`` when everything is measured.
"""

from __future__ import annotations

import math
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from model.errors import QualityGateError

__all__ = ["Floor", "Gate", "check", "enforce", "refusal", "table"]

LOWER_IS_BETTER = frozenset({"absent_rate", "log_loss", "ece"})
"""Figures that a floor would hold up where they should fall."""

CHOSEN = frozenset({"target", "threshold"})
"""Figures that are chosen at fit, not measured."""

ANY = "*"
"""Stands in the name of a metric for a name that only the corpus knows, such as that of an outlet."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that a figure may be.

    Attributes
    ----------
    metric : str
        Dotted path into what ``evaluate --json`` prints, such as ``"headline_only.section.accuracy"``.
    least : float
    """

    metric: str
    least: float

    @classmethod
    def parse(cls, text: str) -> Floor:
        """Read ``METRIC=FLOOR``.

        Raises
        ------
        ValueError
            If that is not what it says.
        """
        metric, equals, number = text.rpartition("=")
        try:
            least = float(number)
        except ValueError:
            least = math.nan
        if not (metric and equals and math.isfinite(least)):
            raise ValueError(f"{text!r} is not METRIC=FLOOR; write it like section.macro_f1=0.9")
        return cls(metric, least)


@dataclass(frozen=True, slots=True)
class Gate:
    """A floor, and the figure that was measured; None where there was nothing to measure."""

    metric: str
    least: float
    measured: float | None

    @property
    def passed(self) -> bool:
        """Whether the figure is there and not below its floor: a gate that found nothing to check has failed."""
        return self.measured is not None and self.measured >= self.least

    def to_dict(self) -> dict[str, Any]:
        """Return what ``--json`` prints of it."""
        return {"metric": self.metric, "floor": self.least, "measured": self.measured, "passed": self.passed}


def refusal(floors: Sequence[Floor], shape: Any, *, compared: bool = False) -> str:
    """Say what is wrong with the metrics of floors, before hours of work; empty where nothing is.

    Parameters
    ----------
    floors : sequence of Floor
    shape : TypedDict
        Type of the figures to come.
    compared : bool
        Whether there will be figures of a comparison; the parts of a protocol are never compared.
    """
    begin = 1 if compared else 0  # at the top, a comparison is what was asked for
    known = [name for name in _metrics(shape) if "compare" not in name.split(".")[begin:]]
    for floor in floors:
        last = floor.metric.rpartition(".")[2]
        if floor.metric.startswith("compare.") and not compared:
            return f"{floor.metric} is measured where evaluate is told what to --compare with, and nowhere else"
        if not any(_matches(name, floor.metric) for name in known):
            near = get_close_matches(floor.metric, known, n=3, cutoff=0.4) or known[:3]
            return f"there is no figure {floor.metric!r}; there are {', '.join(near)} and more (see --json)"
        if last in LOWER_IS_BETTER:
            return f"{floor.metric} is the better the lower it is; a floor under it would ask for the worse"
        if last in CHOSEN:
            return f"{floor.metric} is chosen when a model is fitted, not measured; a floor says nothing of it"
    return ""


def _metrics(shape: Any) -> Iterator[str]:
    """List the dotted paths of all numbers in a TypedDict; ``*`` is any key of a dictionary."""
    if is_typeddict(shape):
        for name, inner in get_type_hints(shape).items():
            yield from (f"{name}.{rest}".rstrip(".") for rest in _metrics(inner))
    elif get_origin(shape) in (Union, types.UnionType):
        for choice in get_args(shape):
            yield from _metrics(choice)
    elif get_origin(shape) is dict:
        yield from (f"{ANY}.{rest}".rstrip(".") for rest in _metrics(get_args(shape)[1]))
    elif shape in (int, float):
        yield ""


def _matches(name: str, metric: str) -> bool:
    return re.fullmatch(".+".join(map(re.escape, name.split(ANY))), metric) is not None


def check(figures: Mapping[str, Any], floors: Sequence[Floor]) -> tuple[Gate, ...]:
    """Compare figures with their floors.

    Parameters
    ----------
    figures : mapping
        What ``evaluate --json`` prints.
    floors : sequence of Floor
    """
    return tuple(Gate(floor.metric, floor.least, _find(figures, floor.metric)) for floor in floors)


def _find(figures: Mapping[str, Any], metric: str) -> float | None:
    """Follow a dotted path; the name of an outlet may hold dots itself."""
    for name, value in figures.items():
        if name == metric and isinstance(value, (int, float)):
            return float(value)
        if metric.startswith(f"{name}.") and isinstance(value, Mapping):
            found = _find(value, metric.removeprefix(f"{name}."))
            if found is not None:
                return found
    return None


def enforce(gates: Sequence[Gate], consequence: str = "") -> None:
    """Stop where a floor is not reached.

    Parameters
    ----------
    gates : sequence of Gate
    consequence : str
        What was not done because of it.

    Raises
    ------
    QualityGateError
        Its message is one line and a table of all gates. Its figures are those of the first that failed;
        ``measured`` is NaN where there was nothing to measure.
    """
    failed = [gate for gate in gates if not gate.passed]
    if failed:
        below = ", ".join(f"{gate.metric} {_show(gate.measured)} < {gate.least:g}" for gate in failed)
        told = f"{len(failed)} of {len(gates)} floors not reached: {below}" + (
            f"; {consequence}" if consequence else ""
        )
        measured = failed[0].measured
        raise QualityGateError(
            f"{told}\n{table(gates)}",
            metric=failed[0].metric,
            measured=math.nan if measured is None else measured,
            floor=failed[0].least,
        )


def table(gates: Sequence[Gate]) -> str:
    """Lay out gates, one a line: metric, floor, what was measured, and whether it is enough."""
    width = max((len(gate.metric) for gate in gates), default=0)
    rows = [
        ("", "floor", "measured", ""),
        *(
            (gate.metric, f"{gate.least:g}", _show(gate.measured), "" if gate.passed else "not reached")
            for gate in gates
        ),
    ]
    return "\n".join(f"  {name:<{width}}  {least:>8}  {found:>9}  {note}".rstrip() for name, least, found, note in rows)


def _show(measured: float | None) -> str:
    return "nothing" if measured is None else f"{measured:.6g}"
