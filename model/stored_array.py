"""One array of an artifact, read with suspicion: whoever made the file may have meant harm.

``artifact`` comes here for every array that a manifest names. Nothing is run, nothing larger than the file is
allocated, and what is mapped is the very file whose digest was checked.
"""

from __future__ import annotations

import hashlib
import math
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from model.errors import ArtifactCorruptError

__all__ = ["open_regular", "read_array"]

MOST_BYTES = 4 * 2**30
"""Size of one file. The largest array of a model of 600,000 features and 80 labels has 48 MB; a file of a terabyte,
which costs its maker nothing where it is full of holes, would be read for hours."""

_HINT = "make one with `make fit` or `python -m training.fit --out DIR`"


def read_array(path: Path, entry: Mapping[str, Any]) -> NDArray[Any]:
    """Verify a ``.npy`` file and map it into memory.

    Parameters
    ----------
    path : Path
    entry : mapping
        What the manifest says of it: ``dtype``, ``shape`` and ``sha256``.

    Returns
    -------
    ndarray
        Read-only, in C order.

    Raises
    ------
    ArtifactCorruptError
        If the file is missing, no plain array, or not the one that the manifest describes.
    KeyError
        If the manifest does not describe it.
    """
    sha256, dtype, shape = entry["sha256"], entry["dtype"], entry["shape"]
    try:
        with open_regular(path, MOST_BYTES) as file:
            _check_digest(file, path, str(sha256))
            return _map(file, path, dtype, shape)
    except OSError as error:
        raise ArtifactCorruptError(
            f"{path} is missing or cannot be read ({error.strerror or error}); copy the artifact again, or {_HINT}",
            path=path,
            expected=str(sha256),
        ) from error
    except (ValueError, SyntaxError, TokenError) as error:  # the last two: numpy reads headers as Python literals
        raise ArtifactCorruptError(f"{path} is not a plain array; {_HINT}", path=path) from error


def open_regular(path: Path, most_bytes: int) -> IO[bytes]:
    """Open a regular file of a sensible size; neither a link out of its folder nor a pipe that would never end.

    Raises
    ------
    OSError
        If it is anything else.
    """
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    about = os.fstat(file.fileno())
    if not stat.S_ISREG(about.st_mode) or about.st_size > most_bytes:
        file.close()
        raise OSError(f"not a file of at most {most_bytes} bytes")
    return file


def _check_digest(file: IO[bytes], path: Path, expected: str) -> None:
    actual = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # a buffered file it is
    if actual != expected:
        raise ArtifactCorruptError(
            f"{path} is truncated or changed: its SHA-256 is {actual[:12]}…, the manifest says {expected[:12]}…; "
            f"copy the artifact again, or {_HINT}",
            path=path,
            expected=expected,
            actual=actual,
        )


def _map(file: IO[bytes], path: Path, dtype: object, shape: object) -> NDArray[Any]:
    """Map an array whose header says what the manifest says, and whose file holds as much as both say."""
    file.seek(0)
    if np.lib.format.read_magic(file) != (1, 0):  # what np.save writes for plain numbers
        raise ValueError("another version of the format")
    found_shape, fortran_order, found = np.lib.format.read_array_header_1_0(file)
    if found.hasobject or found.fields or found.subdtype or fortran_order:
        raise ValueError("not plain numbers in C order")
    offset = file.tell()
    holds = os.fstat(file.fileno()).st_size - offset
    if found.str != dtype or list(found_shape) != shape or holds != found.itemsize * math.prod(found_shape):
        raise ArtifactCorruptError(
            f"{path} is not the array that the manifest describes; {_HINT}",
            path=path,
            expected=f"{dtype} {shape}",
            actual=f"{found.str} {list(found_shape)}, {holds} bytes",
        )
    if holds == 0:
        return np.empty(found_shape, dtype=found)  # nothing cannot be mapped
    return np.asarray(np.memmap(file, dtype=found, mode="r", offset=offset, shape=found_shape))
