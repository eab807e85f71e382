"""Progress on stderr: a bar on a terminal, a line every few seconds elsewhere.

Used by every step of the training command lines that may take longer than a breath.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

__all__ = ["Bar", "step"]

_SECONDS_BETWEEN_LINES = 5.0


class Bar(Protocol):
    """What a step is told about its advance."""

    def update(self, n: int = 1) -> object:
        """Count `n` more units done."""
        ...


@contextmanager
def step(label: str, *, total: int | None = None, unit: str = "articles") -> Iterator[Bar]:
    """Show the progress of one step while the context is open.

    Parameters
    ----------
    label : str
        What is being done, such as ``"reading corpus"``.
    total : int, optional
        How many units there are to do, where known.
    unit : str
        What is counted, in the plural.

    Yields
    ------
    Bar
        Tell it the advance by ``update``.

    Examples
    --------
    >>> with step("reading corpus", total=2) as bar:
    ...     bar.update(2)
    """
    from tqdm import tqdm

    if sys.stderr.isatty():
        tqdm.monitor_interval = 0  # no thread beside the step: the learner forks
        with tqdm(desc=label, total=total, unit=f" {unit}", file=sys.stderr, dynamic_ncols=True) as bar:
            yield bar
    else:
        lines = _Lines(label, total, unit)
        yield lines
        lines.end()


class _Lines:
    """The bar of a log file: its figures alone, a line now and then and one at the end."""

    def __init__(self, label: str, total: int | None, unit: str) -> None:
        self._label = label
        self._total = total
        self._unit = unit
        self._done = 0
        self._begun = self._told = monotonic()

    def update(self, n: int = 1) -> None:
        self._done += n
        if monotonic() - self._told >= _SECONDS_BETWEEN_LINES:
            self._tell()

    def end(self) -> None:
        self._tell()

    def _tell(self) -> None:
        from tqdm import tqdm

        self._told = monotonic()
        elapsed = self._told - self._begun
        total, unit = self._total or 0, f" {self._unit}"
        figures = tqdm.format_meter(self._done, total, elapsed, ncols=0, prefix=self._label, unit=unit)
        sys.stderr.write(f"{figures.strip()}\n")
        sys.stderr.flush()
