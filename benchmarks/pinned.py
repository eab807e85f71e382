"""The figures that stand, kept in a file, and a gate that notices when they fall.

``accuracy`` compares with ``pinned.json`` and ``accuracy --pin`` writes it; ``tests/quality`` does the same with floors
under what ships. They never go down silently.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.errors import QualityGateError, TrainingError

__all__ = ["FILE", "Measured", "below", "cases", "pin"]

FILE = Path(__file__).with_name("pinned.json")


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one case.

    Attributes
    ----------
    n : int
        Articles that were measured.
    figures : mapping of str to float
        Shares in [0, 1], the higher the better; at least one.
    """

    n: int
    figures: Mapping[str, float]


def cases(file: Path = FILE) -> list[str]:
    """Name the pinned cases.

    Raises
    ------
    TrainingError
        If there is none.
    """
    names = list(_read(file)["cases"])
    if not names:
        raise TrainingError(f"{file} holds no pinned figures; measure and write some with --pin")
    return names


def below(measured: Mapping[str, Measured], file: Path = FILE) -> list[QualityGateError]:
    """Compare measured cases with the pinned ones.

    Returns
    -------
    list of QualityGateError
        One for every figure below its pinned value by more than its margin, and for every pinned figure of a case that
        was not measured: a gate that found nothing to check has failed.

    Raises
    ------
    TrainingError
        If nothing is measured, or a case or figure that is not pinned.
    """
    pinned = _read(file)["cases"]
    unpinned = [
        f"{case} {name}"
        for case, of_case in measured.items()
        for name in of_case.figures
        if name not in pinned.get(case, {}).get("figures", {})
    ]
    if unpinned or not measured:
        raise TrainingError(
            f"{file}: {', '.join(unpinned) or 'nothing'} is not pinned, so there is nothing to check; pin it first"
        )
    found = []
    for case, of_case in measured.items():
        for name, standing in pinned[case]["figures"].items():
            value, floor = of_case.figures.get(name, math.nan), _floor(standing, pinned[case]["n"])
            if not value >= floor:
                metric = f"{case} {name}"
                message = (
                    f"{metric}: {value:.4f} is below {standing:.4f}, as pinned, by more than the noise ({floor:.4f})"
                )
                found.append(QualityGateError(message, metric=metric, measured=value, floor=floor))
    return found


def pin(measured: Mapping[str, Measured], *, lower_because: str | None = None, file: Path = FILE) -> None:
    """Write the measured figures over the pinned ones; cases that were not measured stay.

    Parameters
    ----------
    lower_because : str, optional
        Why figures may go down; it is kept beside them, with what they were.

    Raises
    ------
    QualityGateError
        If a figure or the floor under it would go down, or a figure is gone, and no reason is given; nothing is
        written.
    """
    kept = _read(file)
    for case, of_case in measured.items():
        figures = {name: round(value, 4) for name, value in of_case.figures.items()}
        before = kept["cases"].get(case, {"n": 0, "figures": {}})
        fallen = {
            name: standing
            for name, standing in before["figures"].items()
            if name not in figures
            or figures[name] < standing
            or _floor(figures[name], of_case.n) < _floor(standing, before["n"])
        }
        if fallen and not lower_because:
            name, standing = next(iter(fallen.items()))
            value = figures.get(name, math.nan)
            raise QualityGateError(
                f"{case} {name}: {value:.4f} measured on {of_case.n} would replace {standing:.4f} measured on "
                f"{before['n']}, which asks for more; nothing was pinned. Say why it may with --force-lower REASON",
                metric=f"{case} {name}",
                measured=value,
                floor=standing,
            )
        lowered = [*before.get("lowered", []), *([{"because": lower_because, "from": fallen}] if fallen else [])]
        kept["cases"][case] = {"n": of_case.n, "figures": figures, **({"lowered": lowered} if lowered else {})}
    file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _floor(share: float, n: int) -> float:
    """Return what a pinned share may fall to: one standard error less, for the articles it was measured on.

    Training is deterministic, so this is no spread between runs: it is the difference that another choice of articles
    from the same outlets would make, below which a change of the figure says nothing. One right and one wrong are
    added (Laplace), since a share of 1 that was measured on few is none of all.
    """
    p = (share * n + 1) / (n + 2)
    return share - math.sqrt(p * (1 - p) / n)


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {"cases": {}}
    read: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return read
