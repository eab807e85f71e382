"""The ``datasets`` library, kept quiet, off the network and out of the user's home.

Every reader that goes through ``datasets`` does so by way of this module, which alone imports it.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

__all__ = ["column_names", "local_only", "open_local", "quiet", "records"]

_BATCH_ROWS = 1000
_CHATTY = ("datasets", "filelock", "fsspec", "httpx", "httpx2", "huggingface_hub", "urllib3")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' progress bars, logs and warnings off stderr: what is said there is ours to say."""
    import datasets
    import huggingface_hub.utils

    hub: Any = huggingface_hub.utils  # its switches are loaded lazily, which type checkers cannot see
    loggers = [logging.getLogger(name) for name in _CHATTY]
    levels = [logger.level for logger in loggers]
    bars = (datasets.are_progress_bars_disabled(), hub.are_progress_bars_disabled())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        datasets.disable_progress_bars()
        hub.disable_progress_bars()
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
            if not bars[0]:
                datasets.enable_progress_bars()
            if not bars[1]:
                hub.enable_progress_bars()


@contextmanager
def local_only() -> Iterator[None]:
    """Forbid the network to ``datasets``, as ``HF_HUB_OFFLINE=1`` does when it is set before the import.

    Even a local file is announced to a download counter otherwise, which takes seconds where packets are dropped
    (``datasets.load.increase_load_count``).
    """
    import datasets.config as settings

    before = settings.HF_HUB_OFFLINE
    settings.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        settings.HF_HUB_OFFLINE = before


@contextmanager
def open_local(builder: str, file: Path | None = None, **options: Any) -> Iterator[Any]:
    """Open a local file, or a folder that holds a dataset, as a stream that leaves no copy anywhere.

    Parameters
    ----------
    builder : str
        ``"text"`` or ``"parquet"``, or the path of a folder.
    file : Path, optional
        The file the builder shall read; its name must be free of glob characters.
    **options
        Settings of the builder.

    Yields
    ------
    datasets.IterableDataset or datasets.IterableDatasetDict
        One stream for a file, one per split for a folder.
    """
    import datasets

    where = {} if file is None else {"data_files": str(file), "split": "train"}
    with TemporaryDirectory(prefix="tabwib-") as cache, local_only():
        yield datasets.load_dataset(builder, streaming=True, cache_dir=cache, **where, **options)


def column_names(dataset: Any) -> list[str]:
    """Name the columns of a dataset; streams of CSV and JSON know theirs only after a look at the first row."""
    return list(dataset.column_names or next(iter(dataset), {}))


def records(dataset: Any, wanted: Collection[str]) -> Iterator[dict[str, Any]]:
    """Read a dataset, from a file, a folder or the hub, row by row.

    Parameters
    ----------
    dataset : datasets.Dataset or datasets.IterableDataset
        What to read.
    wanted : collection of str
        The columns to convert; the others are not touched.

    Yields
    ------
    dict of str to object
        One row as plain Python values. Class labels are given by name, -1 as None.
    """
    features = dataset.features or {}
    for batch in dataset.with_format("arrow").iter(batch_size=_BATCH_ROWS):
        names = [name for name in batch.column_names if name in wanted]
        columns = [_named(batch[name].to_pylist(), features.get(name)) for name in names]
        for values in zip(*columns, strict=True):
            yield dict(zip(names, values, strict=True))


def _named(values: list[Any], feature: Any) -> list[Any]:
    """Replace the numbers of class labels by their names, in plain columns and in columns of lists."""
    import datasets

    inner = getattr(feature, "feature", None)
    if isinstance(feature, datasets.ClassLabel):
        names = feature.names
        return [None if value is None or value < 0 else names[value] for value in values]
    if isinstance(inner, datasets.ClassLabel):
        return [None if value is None else _named(value, inner) for value in values]
    return values
