"""The figures that stand: what the model reached, kept in ``pinned.json``, and a gate that notices when it falls.

``accuracy --check`` compares with them, ``accuracy --pin`` writes them. They never go down silently.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers import Score
from model.errors import QualityGateError, TrainingError

__all__ = ["FIGURES", "FILE", "below", "cases", "mean", "pin"]

FILE = Path(__file__).with_name("pinned.json")

FIGURES = ("whole", "whole_macro", "headline", "headline_macro")


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


def mean(scores: Sequence[Score]) -> dict[str, float]:
    """Return the mean of every figure over the seeds of a case."""
    return {name: sum(getattr(score, name) for score in scores) / len(scores) for name in FIGURES}


def below(measured: Mapping[str, Sequence[Score]], file: Path = FILE) -> list[QualityGateError]:
    """Compare measured cases with the pinned ones.

    Returns
    -------
    list of QualityGateError
        One for every figure below its pinned value by more than the margin of its case.

    Raises
    ------
    TrainingError
        If a measured case is not pinned: a gate that found nothing to check has failed.
    """
    pinned = _read(file)["cases"]
    unpinned = [case for case in measured if case not in pinned]
    if unpinned or not measured:
        raise TrainingError(
            f"{file}: {', '.join(unpinned) or 'nothing'} is not pinned, so there is nothing to check; use --pin"
        )
    found = []
    for case in measured:
        margin = pinned[case]["margin"]
        for name, value in mean(measured[case]).items():
            floor = pinned[case][name] - margin
            if value < floor:
                metric = f"{case} {name}"
                message = (
                    f"{metric}: {value:.4f} is below {pinned[case][name]:.4f}, as pinned, by more than {margin:.4f}"
                )
                found.append(QualityGateError(message, metric=metric, measured=value, floor=floor))
    return found


def pin(measured: Mapping[str, Sequence[Score]], *, lower_because: str | None = None, file: Path = FILE) -> None:
    """Write the measured figures over the pinned ones; cases that were not measured stay.

    Parameters
    ----------
    lower_because : str, optional
        Why figures may go down; it is written beside them.

    Raises
    ------
    QualityGateError
        If a figure would go down and no reason is given; nothing is written.
    """
    kept = _read(file)
    for case, scores in measured.items():
        figures = {name: round(value, 4) for name, value in mean(scores).items()}
        standing = kept["cases"].get(case, {})
        fallen = [name for name in FIGURES if name in standing and figures[name] < standing[name]]
        if fallen and not lower_because:
            name = fallen[0]
            raise QualityGateError(
                f"{case} {name}: {figures[name]:.4f} would replace {standing[name]:.4f}, which is higher; nothing was "
                "pinned. Say why with --force-lower REASON",
                metric=f"{case} {name}",
                measured=figures[name],
                floor=standing[name],
            )
        kept["cases"][case] = {"n": scores[0].n, **figures, "margin": _margin(figures, scores)}
        if fallen:
            kept["cases"][case]["lowered"] = lower_because
    file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _margin(figures: Mapping[str, float], scores: Sequence[Score]) -> float:
    """Return one standard error of the share of right answers among the articles measured.

    Training is deterministic, so this is no spread between runs: it is the difference that another choice of articles
    from the same outlets would make, below which a change of the figure says nothing.
    """
    p = figures["whole"]
    return round(math.sqrt(p * (1 - p) / sum(score.n for score in scores)), 4)


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {"cases": {}}
    read: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return read
