"""The folder of files that the workers share: what they have counted together, for metrics and for limits.

``__main__`` opens one before anything that counts is imported, since the metrics library looks for it then.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["shared_folder"]

_METRICS = "PROMETHEUS_MULTIPROC_DIR"
_MEMORY = Path("/dev/shm")  # noqa: S108  # the folder in it is made by mkdtemp


@contextmanager
def shared_folder() -> Iterator[Path]:
    """Make a folder for the time that the service runs; metrics go into it unless the operator names another place.

    In memory where the system has a place for that: the files are mapped, and a process that writes to a mapped file on
    a full disk is killed.
    """
    place = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="tabwib-", dir=place))
    own = not os.environ.get(_METRICS)
    if own:
        (folder / "metrics").mkdir()
        os.environ[_METRICS] = str(folder / "metrics")
    try:
        yield folder
    finally:
        if own:
            del os.environ[_METRICS]
        shutil.rmtree(folder, ignore_errors=True)
