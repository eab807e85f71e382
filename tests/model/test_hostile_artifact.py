"""Artifacts made by someone hostile, signed as they should be: refused, and nothing run or allocated."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from model import artifact
from model.article import Article
from model.classifier import NewsClassifier
from model.errors import ArtifactError

Change = Callable[[dict[str, Any]], object]
PATIENCE = 20 * 2**20
"""Bytes that refusing may allocate; the harmless model itself takes less."""


@pytest.fixture
def folder(tiny_artifact: Path, classifier_in_runs: NewsClassifier, tmp_path: Path) -> Path:
    """The tiny model with most of its weights in runs."""
    loaded = artifact.load(tiny_artifact)
    added = ("sha256", "format", "orthography", "arrays")
    manifest = {key: value for key, value in loaded.manifest.items() if key not in added}
    artifact.save(tmp_path / "artifact", manifest, {**loaded.arrays, **classifier_in_runs.weights.to_arrays()})
    return tmp_path / "artifact"


def sign(folder: Path, change: Change) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    change(manifest)
    manifest["sha256"] = "0" * 64
    content = json.dumps(manifest).encode()
    path.write_bytes(content.replace(b"0" * 64, hashlib.sha256(content).hexdigest().encode(), 1))


def refuse(folder: Path) -> str:
    """Load; it must fail as an ArtifactError, soon and small. Returns what it says."""
    tracemalloc.start()
    try:
        with pytest.raises(ArtifactError) as refusal:
            NewsClassifier.load(folder)
        assert tracemalloc.get_traced_memory()[1] < PATIENCE
    finally:
        tracemalloc.stop()
    return str(refusal.value)


def header(shape: tuple[int, ...], kind: str, *, order: bool = False) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": kind, "fortran_order": order, "shape": shape})
    return file.getvalue()


def place(folder: Path, name: str, content: bytes, **described: Any) -> Path:
    """Put bytes in the place of an array, with a manifest that promises them."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    path = folder / str(manifest["arrays"][name]["file"])
    path.unlink()
    path.write_bytes(content)
    described["sha256"] = hashlib.sha256(content).hexdigest()
    sign(folder, lambda manifest: manifest["arrays"][name].update(described))
    return path


def test_the_harmless_one_is_loaded(folder: Path) -> None:
    sign(folder, lambda manifest: None)
    assert NewsClassifier.load(folder).predict(Article(body="أسعار النفط ترتفع في الأسواق")).section is not None


@pytest.mark.parametrize(
    "shape",
    [(2**40, 7), (2**62, 2**62), (2**63,), (10**30,), (0, 2**62), (-1, 7), (7,)],
    ids=["terabytes", "product-overflows", "no-index", "no-integer", "nothing-of-much", "negative", "too-few"],
)
def test_huge_shapes_are_not_allocated(folder: Path, shape: tuple[int, ...]) -> None:
    place(folder, "weights", header(shape, "|i1") + b"\x01" * 70, dtype="|i1", shape=list(shape))
    refuse(folder)


@pytest.mark.parametrize(
    ("content", "described"),
    [
        pytest.param(header((10, 7), "|i1", order=True) + b"\x01" * 70, {"shape": [10, 7]}, id="fortran-order"),
        pytest.param(header((10, 7), "|O") + b"\x01" * 560, {"dtype": "|O", "shape": [10, 7]}, id="objects"),
        pytest.param(header((10, 7), "|V1") + b"\x01" * 70, {"dtype": "|V1", "shape": [10, 7]}, id="raw-bytes"),
        pytest.param(b"\x93NUMPY\x02\x00\xff\xff\xff\x7f" + b" " * 99, {}, id="header-of-two-gigabytes"),
        pytest.param(b"\x93NUMPY\x01\x00\xff\xff" + b"9" * 65535, {}, id="header-that-is-a-number"),
        pytest.param(header((10, 7), "|i1") + b"\x01" * 71, {"shape": [10, 7]}, id="more-than-it-says"),
    ],
)
def test_files_that_are_no_plain_array(folder: Path, content: bytes, described: dict[str, Any]) -> None:
    place(folder, "weights", content, **described)
    refuse(folder)


def test_a_file_full_of_holes_is_not_read(folder: Path) -> None:
    path = place(folder, "weights", header((2**42,), "|i1"), shape=[2**42])
    with path.open("r+b") as file:
        try:
            file.truncate(2**42 + 128)
        except OSError:
            pytest.skip("this file system has no files of four terabytes")
    assert "missing or cannot be read" in refuse(folder)


@pytest.mark.parametrize("harm", ["link-out", "pipe", "folder", "device"])
def test_what_is_no_file_of_the_folder_is_not_opened(folder: Path, tmp_path: Path, harm: str) -> None:
    path = folder / str(json.loads((folder / "manifest.json").read_bytes())["arrays"]["weights"]["file"])
    outside = path.rename(tmp_path / "outside.npy")
    match harm:
        case "link-out":
            path.symlink_to(outside)
        case "pipe":
            os.mkfifo(path)  # opened for reading, it would wait for a writer for ever
        case "folder":
            path.mkdir()
        case "device":
            path.symlink_to("/dev/zero")
    assert "missing or cannot be read" in refuse(folder)


@pytest.mark.parametrize("harm", ["pipe", "endless", "too-long"])
def test_manifests_without_end(folder: Path, harm: str) -> None:
    path = folder / "manifest.json"
    path.unlink()
    match harm:
        case "pipe":
            os.mkfifo(path)
        case "endless":
            path.symlink_to("/dev/zero")
        case "too-long":
            with path.open("wb") as file:
                file.truncate(2**40)
    with pytest.raises(ArtifactError):
        NewsClassifier.load(folder)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda m: m["decision"]["long"].update(section_slope=float("nan")), id="slope-nan"),
        pytest.param(lambda m: m["decision"]["short"].update(section_threshold=float("inf")), id="threshold-infinite"),
        pytest.param(lambda m: m["decision"]["long"].update(section_slope=1e308), id="slope-overflows"),
        pytest.param(lambda m: m["decision"]["long"]["topic_bias"].__setitem__(0, -1e200), id="bias-overflows"),
        pytest.param(lambda m: m["decision"]["long"].update(section_slope=10**400), id="slope-no-float"),
        pytest.param(lambda m: m.update(remark=float("nan")), id="remark-nan"),
        pytest.param(lambda m: m["decision"]["long"].update(topic_bias=[[0.0]]), id="bias-of-another-shape"),
        pytest.param(lambda m: m["taxonomy"].update(sections=m["taxonomy"]["sections"][:1] * 4), id="label-twice"),
        pytest.param(lambda m: m["arrays"]["weights"].update(file="arrays/../../outside.npy"), id="path-climbs"),
        pytest.param(lambda m: m["arrays"]["weights"].update(file="/etc/hostname"), id="path-absolute"),
        pytest.param(lambda m: m["arrays"]["weights"].update(shape={"__reduce__": 1}), id="shape-no-list"),
    ],
)  # fmt: skip
def test_numbers_and_names_that_cannot_be(folder: Path, change: Change) -> None:
    sign(folder, change)
    refuse(folder)


def spoil(array: NDArray[Any], index: Any, value: Any) -> NDArray[Any]:
    spoiled = array.copy()
    spoiled[index] = value
    return spoiled


@pytest.mark.parametrize(
    ("name", "change"),
    [
        pytest.param("scale", lambda a: spoil(a, 0, np.nan), id="scale-nan"),
        pytest.param("intercept", lambda a: spoil(a, 0, np.inf), id="intercept-infinite"),
        pytest.param("idf", lambda a: spoil(a, 0, np.nan), id="idf-nan"),
        pytest.param("idf", lambda a: spoil(a, 0, -1.0), id="idf-negative"),
        pytest.param("entries", lambda a: spoil(a, (0, 1), -1), id="stem-negative"),
        pytest.param("entries", lambda a: spoil(a, (0, 1), 2**31 - 1), id="stem-out-of-range"),
        pytest.param("entries", lambda a: spoil(a, (0, 2), -2), id="feature-negative"),
        pytest.param("entries", lambda a: spoil(a, (0, 3), 2**30), id="feature-out-of-range"),
        pytest.param("entries", lambda a: spoil(a, (0, 0), -5), id="frequency-negative"),
        pytest.param("lexicon", lambda a: np.full_like(a, 2**64 - 1), id="table-without-a-free-slot"),
        pytest.param("lexicon", lambda a: spoil(a, 0, (1 << 26) - 1), id="entry-out-of-range"),
        pytest.param("bigrams", lambda a: spoil(a, 0, 1 << 26), id="value-negative"),
        pytest.param("bigrams", lambda a: a[:-1], id="table-of-odd-size"),
        pytest.param("lexicon", lambda a: a.astype(np.int64), id="table-signed"),
        pytest.param("weights", lambda a: a.astype(">i2"), id="weights-wide"),
        pytest.param("run_starts", lambda a: a[:0], id="runs-without-a-start"),
        pytest.param("run_starts", lambda a: spoil(a, 0, 1), id="first-run-begins-later"),
        pytest.param("run_starts", lambda a: spoil(a, -1, 2**31 - 1), id="last-run-ends-out-of-range"),
        pytest.param("run_starts", lambda a: spoil(a, 3, 2**30), id="start-out-of-range"),
        pytest.param("run_starts", lambda a: spoil(a, 3, -(2**30)), id="start-negative"),
        pytest.param("run_starts", lambda a: a.astype(np.int64), id="starts-wide"),
        pytest.param("run_starts", lambda a: np.append(a, np.full(2**16, a[-1])), id="more-runs-than-features"),
        pytest.param("run_outputs", lambda a: spoil(a, 0, 2**16 - 1), id="output-out-of-range"),
        pytest.param("run_outputs", lambda a: a[::-1], id="outputs-descend"),
        pytest.param("run_outputs", lambda a: a[:-1], id="an-output-too-few"),
        pytest.param("run_outputs", lambda a: a.astype(np.int16), id="outputs-signed"),
        pytest.param("run_steps", lambda a: a[:-1], id="a-step-too-few"),
        pytest.param("run_steps", lambda a: a.astype(np.float16), id="steps-not-whole"),
    ],
)
def test_arrays_that_would_lead_out_of_memory(
    folder: Path, name: str, change: Callable[[NDArray[Any]], NDArray[Any]]
) -> None:
    array = change(artifact.load(folder).arrays[name])
    file = io.BytesIO()
    np.save(file, array)
    place(folder, name, file.getvalue(), dtype=array.dtype.str, shape=list(array.shape))
    assert "do not make a model" in refuse(folder)
