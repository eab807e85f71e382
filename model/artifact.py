"""The artifact: a trained model as a folder of plain arrays and a manifest, verified before it is believed.

::

    manifest.json                         format number, taxonomy, settings, decision rule, metrics, provenance,
                                          and for every array its file, dtype, shape and SHA-256
    arrays/<name>-<first of sha256>.npy   the arrays themselves, never pickled

Saving writes new arrays beside the old ones and then renames one new manifest over the old: a reader sees the old
model or the new one, whole, whenever the writer stops, by Ctrl-C, ``kill -9`` or a full disk. (A folder cannot be
renamed over another that is not empty; a file can.) The manifest holds its own SHA-256 as well: a bit flipped in a
threshold would change labels and nothing would tell. Loading maps the arrays into memory, so that workers share one
copy, and runs no code.

Bump ``FORMAT`` when a reader of the old code would misread what is written. Old formats are read as long as
``FORMATS`` names them, and refused by their number afterwards:

1. weights are one array, with a row for every feature that weighs anything
2. only features that many labels weigh have a row; see ``features.weights``
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import operator
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import ArtifactCorruptError, ArtifactError, ArtifactNotFoundError, ArtifactVersionError
from model.features import orthography
from model.stored_array import open_regular, read_array

__all__ = ["FORMAT", "Artifact", "check_writable", "load", "save"]

FORMAT = 2
FORMATS = (1, 2)
_MANIFEST = "manifest.json"
_ARRAYS = "arrays"
_OURS = re.compile(r"\.new-.*|\w+-[0-9a-f]{16}\.npy")  # a file of arrays/; the first, of a writer that was stopped
_MOST_BYTES = 64 * 2**20  # a manifest of 80 labels has 80 kB
_NO_DIGEST = "0" * 64  # stands for the manifest's digest while it is computed
_HINT = "make one with `make fit` or `python -m training.fit --out DIR`"


@dataclass(frozen=True, slots=True)
class Artifact:
    """What a folder holds.

    Attributes
    ----------
    manifest : mapping
        The manifest, as plain values.
    arrays : mapping of str to ndarray
        Read-only and memory-mapped when loaded.
    sha256 : str
        Digest of the manifest, and through it of every array.
    """

    manifest: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    sha256: str


def save(folder: str | Path, manifest: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> str:
    """Write an artifact, replacing the one that stands there at once or not at all.

    Parameters
    ----------
    folder : path
        A new folder, an empty one, or one that holds an artifact.
    manifest : mapping
        Plain values; format, orthography version and the arrays' digests are added here.
    arrays : mapping of str to ndarray

    Returns
    -------
    str
        The SHA-256 of the manifest.

    Raises
    ------
    ArtifactError
        If the folder holds something else, or cannot be written (no right, a full disk).
    """
    folder = Path(folder)
    try:
        _refuse_foreign(folder)
        (folder / _ARRAYS).mkdir(parents=True, exist_ok=True)
        described = {name: _write_array(folder, name, array) for name, array in arrays.items()}
        versions = {"format": FORMAT, "orthography": orthography.VERSION}
        whole = {"sha256": _NO_DIGEST, **versions, **manifest, "arrays": described}
        content = json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False).encode()
        content = content.replace(_NO_DIGEST.encode(), hashlib.sha256(content).hexdigest().encode(), 1)
        _write_file(folder / _MANIFEST, content)
        _remove_unused(folder, {entry["file"] for entry in described.values()})
    except OSError as error:
        raise ArtifactError(
            f"{folder}: the artifact cannot be written ({error.strerror or error}); what stood there still stands. "
            "Free some space or choose another folder with --out"
        ) from error
    return hashlib.sha256(content).hexdigest()


def check_writable(folder: str | Path) -> None:
    """Make sure, before hours of work, that an artifact could be written.

    Raises
    ------
    ArtifactError
        If the folder holds something else, or cannot be written to.
    """
    folder = Path(folder)
    try:
        _refuse_foreign(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ArtifactError(
            f"{folder}: the artifact could not be written there ({error.strerror or error}); choose another folder "
            "with --out"
        ) from error


def _refuse_foreign(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ArtifactError(f"{folder} is a file; give the folder that the artifact is to stand in")
    others = sorted(entry.name for entry in folder.iterdir() if not _is_left_over(entry))
    if others and not _holds_artifact(folder):
        raise ArtifactError(f"{folder} holds other files ({', '.join(others[:3])}); give a new or an empty folder")


def _is_left_over(entry: Path) -> bool:
    """Whether a first save that was stopped may have left this."""
    files = entry.iterdir() if entry.name == _ARRAYS and entry.is_dir() else [entry]
    return all(_OURS.fullmatch(file.name) for file in files)


def _holds_artifact(folder: Path) -> bool:
    """Whether the manifest is an artifact's, whole or damaged: other programs have a ``manifest.json`` too."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_bytes())
    except FileNotFoundError:
        return False
    except (ValueError, RecursionError):
        return (folder / _ARRAYS).is_dir()
    return isinstance(manifest, dict) and {"format", "orthography"} <= manifest.keys()


def _write_array(folder: Path, name: str, array: NDArray[Any]) -> dict[str, Any]:
    array = np.ascontiguousarray(array)
    digest = hashlib.sha256(f"{array.dtype.str} {array.shape}".encode())  # (0, 3) and (0, 5) are two files
    digest.update(array.data if array.size else b"")
    file = f"{_ARRAYS}/{name}-{digest.hexdigest()[:16]}.npy"
    with _new_file(folder / file) as new:
        np.save(new, array, allow_pickle=False)
    return {"file": file, "dtype": array.dtype.str, "shape": list(array.shape), "sha256": _file_digest(folder / file)}


def _write_file(path: Path, content: bytes) -> None:
    with _new_file(path) as new:
        new.write(content)


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[Any]:
    """Write beside a path, then rename over it once every byte is on the disk."""
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as new:
            yield new
            new.flush()
            os.fsync(new.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _remove_unused(folder: Path, used: set[str]) -> None:
    """Remove the arrays of the model before, and what an interrupted writer left. Maps of them stay readable."""
    for file in [*(folder / _ARRAYS).iterdir(), *folder.glob(".new-*")]:
        if _OURS.fullmatch(file.name) and file.relative_to(folder).as_posix() not in used:
            with contextlib.suppress(OSError):  # the new model stands already; the next writer tries again
                file.unlink()


def load(folder: str | Path) -> Artifact:
    """Verify an artifact and map its arrays into memory.

    Raises
    ------
    ArtifactNotFoundError
        If there is none.
    ArtifactCorruptError
        If the manifest cannot be read, or a file is missing, truncated or changed.
    ArtifactVersionError
        If it is of another format, or spells Arabic by another version of the orthography.
    """
    folder = Path(folder)
    before = None
    while True:
        content = _read_manifest(folder)
        try:
            return _load(folder, content)
        except ArtifactCorruptError:
            if content == before:  # no writer has replaced the model meanwhile: what is broken stays broken
                raise
            before = content


def _read_manifest(folder: Path) -> bytes:
    path = folder / _MANIFEST
    try:
        with open_regular(path, _MOST_BYTES) as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ArtifactNotFoundError(
            f"there is no artifact in {folder} (no {_MANIFEST}); {_HINT}", path=folder
        ) from error
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read: {error.strerror or error}") from error


def _load(folder: Path, content: bytes) -> Artifact:
    path = folder / _MANIFEST
    try:
        manifest = json.loads(content, parse_constant=_refuse_constant)
        versions = {key: operator.index(manifest[key]) for key in ("format", "orthography")}
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ArtifactCorruptError(f"{path} is not a manifest; {_HINT}", path=path) from error
    for key, supported in (("format", FORMATS), ("orthography", (orthography.VERSION,))):
        if versions[key] not in supported:
            raise ArtifactVersionError(
                f"{folder} has {key} version {versions[key]}, this program reads {' and '.join(map(str, supported))}: "
                + ("update the program, or " if versions[key] > supported[-1] else "train it again: ")
                + _HINT,
                found=versions[key],
                supported=supported[-1],
            )
    _check_digest(path, content, str(manifest.get("sha256")))
    try:
        arrays = {name: _load_array(folder, name, entry) for name, entry in manifest["arrays"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise ArtifactCorruptError(f"{path} does not describe its arrays; {_HINT}", path=path) from error
    return Artifact(manifest, arrays, hashlib.sha256(content).hexdigest())


def _refuse_constant(name: str) -> float:
    """Refuse NaN and Infinity, which are not JSON and would go through every comparison with a threshold."""
    raise ValueError(f"{name} is not a number")


def _check_digest(path: Path, content: bytes, expected: str) -> None:
    actual = hashlib.sha256(content.replace(expected.encode(errors="replace"), _NO_DIGEST.encode(), 1)).hexdigest()
    if actual != expected:
        raise ArtifactCorruptError(
            f"{path} is truncated or changed; copy the artifact again, or {_HINT}",
            path=path,
            expected=expected,
            actual=actual,
        )


def _load_array(folder: Path, name: str, entry: Mapping[str, Any]) -> NDArray[Any]:
    file = Path(str(entry["file"]))
    if file.parent != Path(_ARRAYS) or file.suffix != ".npy":
        raise ArtifactCorruptError(f"{folder / _MANIFEST}: {name} lies outside {_ARRAYS}/", path=folder / _MANIFEST)
    return read_array(folder / file, entry)


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
