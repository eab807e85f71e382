"""Puts a report on disk, so that a reader finds the old one or the new one, whole.

The last step of ``training.fit`` and ``training.evaluate``.
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import numpy as np

from model.errors import TrainingError
from training.report.findings import findings
from training.report.origins import origins
from training.report.page import page
from training.report.records import PREDICTIONS, Exhibits
from training.report.results import results
from training.report.schema import Report
from training.report.sheets import sheets

__all__ = ["check_report_writable", "write_report"]


def write_report(folder: Path, report: Report, exhibits: Exhibits | None = None) -> None:
    """Write ``report.json`` and ``report.md``, and with details the page, the CSV files and the predictions.

    All are written to a temporary folder beside their place and renamed when they are complete and on the disk.

    Parameters
    ----------
    folder : Path
        Made where it does not exist; other files in it stay.
    report : Report
        What to write; NaN and infinity become null.
    exhibits : Exhibits, optional
        The articles behind its details.

    Raises
    ------
    TrainingError
        The folder cannot be written. A report that stood there still stands, whole.
    """
    plain = cast("Report", _plain(report))
    texts = {
        "report.json": json.dumps(plain, ensure_ascii=False, indent=2, allow_nan=False) + "\n",
        "report.md": results(plain)
        + (findings(plain["details"]) if "details" in plain else "")
        + origins(plain["provenance"]),
    }
    if exhibits is not None and "details" in plain:
        texts["report.html"] = page(plain, plain["details"], exhibits)
        texts |= sheets(plain, plain["details"], exhibits)
        texts[PREDICTIONS] = "".join(record.to_line() for record in exhibits.records)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".report-", dir=folder) as unfinished:
            for name, text in texts.items():
                _write_to_disk(Path(unfinished, name), text)
            for name in texts:
                Path(unfinished, name).replace(folder / name)
    except OSError as error:
        raise TrainingError(
            f"The report cannot be written to {folder}: {error.strerror or error}. "
            "Free some space or name another folder with --report; a report that stood there is unchanged."
        ) from error


def check_report_writable(folder: Path) -> None:
    """Make sure, before hours of work, that a report could be written.

    Raises
    ------
    TrainingError
        The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".report-", dir=folder):
            pass
    except OSError as error:
        raise TrainingError(
            f"The report could not be written to {folder}: {error.strerror or error}. "
            "Name another folder with --report."
        ) from error


def _write_to_disk(path: Path, text: str) -> None:
    """Write a text and wait until the disk has it."""
    with path.open("wb") as file:
        # An id may hold half a surrogate pair, which UTF-8 cannot: the escape shows it, and is legal in JSON.
        file.write(text.encode("utf-8", "backslashreplace"))
        file.flush()
        os.fsync(file.fileno())


def _plain(value: Any) -> Any:
    """Turn numpy's numbers into Python's and what JSON cannot say (NaN, infinity) into None."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
