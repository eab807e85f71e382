"""The artifact: whole or not at all, whatever happens to the writer, the disk or the files."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from model import artifact
from model.classifier import NewsClassifier
from model.errors import (
    ArtifactCorruptError,
    ArtifactError,
    ArtifactNotFoundError,
    ArtifactVersionError,
)

ROOT = Path(__file__).resolve().parents[2]
MANIFEST: dict[str, Any] = {"name": "تجربة", "threshold": 0.8125, "labels": ["news", "sport"]}
ARRAYS: dict[str, NDArray[Any]] = {
    "weights": np.arange(6, dtype=np.int8).reshape(3, 2),
    "idf": np.linspace(1, 2, 3, dtype=np.float32),
    "none": np.zeros((0, 2), dtype=np.int32),
}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "artifact"
    artifact.save(folder, MANIFEST, ARRAYS)
    return folder


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def assert_holds(folder: Path, arrays: dict[str, NDArray[Any]]) -> None:
    loaded = artifact.load(folder).arrays
    assert loaded.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(loaded[name], array)
        assert loaded[name].dtype == array.dtype


def rewrite_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a manifest as somebody would who also knows how it is signed."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    change(manifest)
    manifest["sha256"] = "0" * 64
    content = json.dumps(manifest).encode()
    path.write_bytes(content.replace(b"0" * 64, hashlib.sha256(content).hexdigest().encode(), 1))


def entry_of(folder: Path, name: str) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())["arrays"][name]
    return entry


def replace_array(folder: Path, name: str, content: bytes) -> None:
    """Put other bytes in an array's place, with a manifest that promises them."""
    (folder / entry_of(folder, name)["file"]).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    rewrite_manifest(folder, lambda manifest: manifest["arrays"][name].update(sha256=digest))


# there and back


def test_round_trip(tmp_path: Path) -> None:
    digest = artifact.save(str(tmp_path / "new" / "artifact"), MANIFEST, ARRAYS)
    loaded = artifact.load(str(tmp_path / "new" / "artifact"))
    assert loaded.sha256 == digest == hashlib.sha256((tmp_path / "new/artifact/manifest.json").read_bytes()).hexdigest()
    assert {name: loaded.manifest[name] for name in MANIFEST} == MANIFEST
    assert_holds(tmp_path / "new" / "artifact", ARRAYS)


def test_arrays_are_mapped_and_cannot_be_written(saved: Path) -> None:
    weights = artifact.load(saved).arrays["weights"]
    assert isinstance(weights.base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        weights[0] = 1


def test_a_model_labels_alike_in_a_fresh_process(tiny_artifact: Path, tiny_classifier: NewsClassifier) -> None:
    texts = ["فاز الفريق في المباراة بهدفين", "ارتفعت أسعار النفط في الأسواق", ""]
    code = """
import json, sys
from model.classifier import NewsClassifier
scores = NewsClassifier.load(sys.argv[1]).score(json.loads(sys.argv[2]))
heavy = {"sklearn", "pandas", "flask", "trafilatura"} & set(sys.modules)
print(json.dumps([scores.sections.tolist(), scores.topics.tolist(), sorted(heavy)]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tiny_artifact), json.dumps(texts)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    sections, topics, heavy = json.loads(done.stdout)
    scores = tiny_classifier.score(texts)
    assert sections == scores.sections.tolist()
    assert topics == scores.topics.tolist()
    assert heavy == [], "serving must not import what only training needs"


def test_the_same_model_has_the_same_digest(tmp_path: Path) -> None:
    assert artifact.save(tmp_path / "a", MANIFEST, ARRAYS) == artifact.save(tmp_path / "b", MANIFEST, ARRAYS)


def test_arrays_of_other_shape_or_kind_never_share_a_file(saved: Path) -> None:
    """An old array must stand until the manifest that names it is gone."""
    before = entry_of(saved, "weights")["file"]
    artifact.save(saved, MANIFEST, {**ARRAYS, "weights": ARRAYS["weights"].reshape(2, 3)})
    reshaped = entry_of(saved, "weights")["file"]
    artifact.save(saved, MANIFEST, {**ARRAYS, "weights": ARRAYS["weights"].view(np.uint8)})
    assert len({before, reshaped, entry_of(saved, "weights")["file"]}) == 3


# what a load refuses


def test_every_flipped_bit_is_refused(saved: Path) -> None:
    """In the manifest's free text as well: nothing tells a flipped name from a flipped threshold."""
    for path in files(saved):
        whole = path.read_bytes()
        for position in range(len(whole)):
            flipped = bytearray(whole)
            flipped[position] ^= 1 << position % 8
            path.write_bytes(flipped)
            with pytest.raises((ArtifactCorruptError, ArtifactVersionError)):
                artifact.load(saved)
        path.write_bytes(whole)
    assert_holds(saved, ARRAYS)


def test_a_flipped_bit_in_any_file_of_a_model_is_refused(tiny_artifact: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_artifact, tmp_path / "artifact")
    assert len(files(folder)) == 11
    for path in files(folder):
        whole = path.read_bytes()
        path.write_bytes(
            whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 0x10]) + whole[len(whole) // 2 + 1 :]
        )
        with pytest.raises(ArtifactCorruptError, match=path.name) as refusal:
            NewsClassifier.load(folder)
        assert refusal.value.path == path
        path.write_bytes(whole)
    NewsClassifier.load(folder)


@pytest.mark.parametrize("length", [0, 1, 0.5, -1], ids=["empty", "one-byte", "half", "all-but-one"])
def test_a_truncated_file_is_refused(saved: Path, length: float) -> None:
    for path in files(saved):
        whole = path.read_bytes()
        path.write_bytes(whole[: int(length * len(whole)) if isinstance(length, float) else length])
        with pytest.raises(ArtifactCorruptError, match=path.name):
            artifact.load(saved)
        path.write_bytes(whole)


def test_a_missing_array_is_refused_by_name(saved: Path) -> None:
    path = saved / entry_of(saved, "idf")["file"]
    path.unlink()
    with pytest.raises(ArtifactCorruptError, match=path.name) as refusal:
        artifact.load(saved)
    assert refusal.value.path == path


@pytest.mark.parametrize(
    "prepare",
    [
        pytest.param(lambda folder: None, id="no-folder"),
        pytest.param(lambda folder: folder.mkdir(), id="empty-folder"),
        pytest.param(lambda folder: folder.write_text("x"), id="a-file"),
    ],
)
def test_nothing_there(tmp_path: Path, prepare: Callable[[Path], object]) -> None:
    prepare(tmp_path / "artifact")
    with pytest.raises(ArtifactNotFoundError, match=r"training\.fit") as refusal:
        artifact.load(tmp_path / "artifact")
    assert refusal.value.path == tmp_path / "artifact"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="half"),
        pytest.param(b"\xff\xfe\x00", id="not-utf-8"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"format"', id="string"),
        pytest.param(b"{}", id="no-keys"),
        pytest.param(b"[" * 200_000, id="deep-nesting"),
        pytest.param(b'{"format": 1}', id="no-orthography"),
        pytest.param(b'{"format": "1", "orthography": 1}', id="format-in-quotes"),
        pytest.param(b'{"format": 1.5, "orthography": 1}', id="format-and-a-half"),
        pytest.param(b'{"format": Infinity, "orthography": 1}', id="format-infinity"),
        pytest.param(b'{"format": 1, "orthography": 1}', id="no-digest"),
        pytest.param(b'{"format": 1, "orthography": 1, "sha256": "\\ud800"}', id="surrogate-for-a-digest"),
        pytest.param(b'{"format": 1, "orthography": 1, "sha256": ""}', id="empty-digest"),
    ],
)
def test_a_manifest_that_is_none(saved: Path, content: bytes) -> None:
    (saved / "manifest.json").write_bytes(content)
    with pytest.raises(ArtifactCorruptError, match=r"manifest\.json"):
        artifact.load(saved)


def test_a_manifest_that_cannot_be_read(saved: Path) -> None:
    (saved / "manifest.json").unlink()
    (saved / "manifest.json").mkdir()
    with pytest.raises(ArtifactError, match="cannot be read"):
        artifact.load(saved)


@pytest.mark.parametrize(
    ("key", "found", "advice"),
    [
        pytest.param("format", artifact.FORMAT + 1, "update the program", id="newer-format"),
        pytest.param("format", 0, "train it again", id="older-format"),
        pytest.param("orthography", 99, "update the program", id="newer-orthography"),
        pytest.param("orthography", 0, "train it again", id="older-orthography"),
    ],
)
@pytest.mark.parametrize("signed", [True, False], ids=["signed", "by-hand"])
def test_other_versions(saved: Path, key: str, found: int, advice: str, signed: bool) -> None:
    if signed:
        rewrite_manifest(saved, lambda manifest: manifest.update({key: found}))
    else:
        manifest = json.loads((saved / "manifest.json").read_bytes())
        (saved / "manifest.json").write_text(json.dumps({**manifest, key: found}))
    with pytest.raises(ArtifactVersionError, match=f"{key} version {found}.*{advice}") as refusal:
        artifact.load(saved)
    assert (refusal.value.found, refusal.value.supported) == (found, artifact.FORMAT if key == "format" else 1)


@pytest.mark.parametrize(
    "file",
    ["../secret.npy", "/etc/passwd", "arrays/../../secret.npy", "secret.npy", "arrays/deep/er.npy", "arrays/x\x00.npy"],
)
def test_paths_that_climb_out_are_refused(saved: Path, file: str) -> None:
    np.save(saved.parent / "secret.npy", ARRAYS["idf"])
    digest = hashlib.sha256((saved.parent / "secret.npy").read_bytes()).hexdigest()
    rewrite_manifest(saved, lambda manifest: manifest["arrays"]["idf"].update(file=file, sha256=digest))
    with pytest.raises(ArtifactCorruptError):
        artifact.load(saved)


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def npy(array: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize(
    "pack",
    [
        pytest.param(lambda bomb: npy(np.array([bomb], dtype=object)), id="object-array"),
        pytest.param(pickle.dumps, id="bare-pickle"),
    ],
)
def test_a_pickle_is_refused_without_running_it(saved: Path, pack: Callable[[Bomb], bytes]) -> None:
    trace = saved.parent / "ran"
    replace_array(saved, "idf", pack(Bomb(trace)))
    with pytest.raises(ArtifactCorruptError, match="not a plain array"):
        artifact.load(saved)
    assert not trace.exists()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK\x03\x04 no zip", id="zip"),
        pytest.param(b"\x93NUMPY\x01\x00\x76\x00" + b"(" * 118, id="nested-header"),
        pytest.param(npy(ARRAYS["idf"])[:-4], id="fewer-bytes-than-its-header-says"),
        pytest.param(npy(ARRAYS["idf"].astype(np.float64)), id="another-kind"),
        pytest.param(npy(ARRAYS["idf"][:2]), id="another-shape"),
    ],
)
def test_a_file_that_is_not_the_array_promised(saved: Path, content: bytes) -> None:
    replace_array(saved, "idf", content)
    with pytest.raises(ArtifactCorruptError, match="idf-"):
        artifact.load(saved)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda manifest: manifest.pop("arrays"), id="no-arrays"),
        pytest.param(lambda manifest: manifest.update(arrays=[1]), id="arrays-a-list"),
        pytest.param(lambda manifest: manifest["arrays"].update(idf=None), id="entry-null"),
        pytest.param(lambda manifest: manifest["arrays"]["idf"].pop("sha256"), id="entry-without-digest"),
        pytest.param(lambda manifest: manifest["arrays"]["idf"].pop("file"), id="entry-without-file"),
        pytest.param(lambda manifest: manifest["arrays"]["idf"].pop("shape"), id="entry-without-shape"),
    ],
)
def test_a_manifest_that_does_not_describe_its_arrays(saved: Path, change: Callable[[dict[str, Any]], object]) -> None:
    rewrite_manifest(saved, change)
    with pytest.raises(ArtifactCorruptError):
        artifact.load(saved)


# what a save refuses, and what it leaves


def test_saving_again_replaces_and_leaves_nothing_behind(saved: Path) -> None:
    other = {"weights": np.ones((2, 2), dtype=np.int8)}
    artifact.save(saved, MANIFEST, other)
    assert_holds(saved, other)
    assert len(files(saved)) == 2


def test_arrays_mapped_before_a_save_stay_readable(saved: Path) -> None:
    before = artifact.load(saved).arrays["weights"]
    artifact.save(saved, MANIFEST, {"weights": np.ones((900, 90), dtype=np.int8)})
    np.testing.assert_array_equal(before, ARRAYS["weights"])


def test_a_save_cleans_up_after_a_writer_that_was_stopped(saved: Path) -> None:
    left = [saved / ".new-abc", saved / "arrays" / ".new-def", saved / "arrays" / f"idf-{'a' * 16}.npy"]
    for path in left:
        path.write_bytes(b"half")
    artifact.save(saved, MANIFEST, ARRAYS)
    assert not any(path.exists() for path in left)
    assert_holds(saved, ARRAYS)


def test_a_first_save_that_was_stopped_can_be_done_again(tmp_path: Path) -> None:
    (tmp_path / "arrays").mkdir()
    (tmp_path / "arrays" / f"idf-{'a' * 16}.npy").write_bytes(b"whole")
    (tmp_path / "arrays" / ".new-abc").write_bytes(b"half")
    artifact.check_writable(tmp_path)
    artifact.save(tmp_path, MANIFEST, ARRAYS)
    assert len(files(tmp_path)) == 1 + len(ARRAYS)


def test_a_damaged_artifact_can_be_replaced(saved: Path) -> None:
    (saved / "manifest.json").write_bytes(b"{")
    artifact.check_writable(saved)
    artifact.save(saved, MANIFEST, ARRAYS)
    assert_holds(saved, ARRAYS)


def test_what_lies_beside_an_artifact_is_left_alone(saved: Path) -> None:
    kept = [saved / "README.md", saved / "arrays" / "notes.txt", saved / "arrays" / "my.npy"]
    for path in kept:
        path.write_text("mine")
    (saved / "arrays" / "folder").mkdir()
    artifact.save(saved, MANIFEST, {"weights": ARRAYS["weights"]})
    assert [path.read_text() for path in kept] == ["mine"] * 3
    assert_holds(saved, {"weights": ARRAYS["weights"]})


@pytest.mark.parametrize(
    "foreign",
    ["thesis.docx", "arrays/measurements.npy", "arrays/deep/data.npy", "manifest.json"],
)
@pytest.mark.parametrize("ask", [lambda folder: artifact.save(folder, MANIFEST, ARRAYS), artifact.check_writable],
                         ids=["save", "check_writable"])  # fmt: skip
def test_a_folder_of_something_else_is_refused(tmp_path: Path, foreign: str, ask: Callable[[Path], object]) -> None:
    (tmp_path / foreign).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / foreign).write_text('{"manifest_version": 3, "name": "a browser extension"}')
    with pytest.raises(ArtifactError, match="other files"):
        ask(tmp_path)
    assert files(tmp_path) == [tmp_path / foreign]
    assert "browser" in (tmp_path / foreign).read_text()


@pytest.mark.parametrize("ask", [lambda folder: artifact.save(folder, MANIFEST, ARRAYS), artifact.check_writable],
                         ids=["save", "check_writable"])  # fmt: skip
@pytest.mark.parametrize("folder", ["file", "file/below", "/proc/nowhere"])
def test_where_no_folder_can_be_made(tmp_path: Path, folder: str, ask: Callable[[Path], object]) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ArtifactError, match="folder"):
        ask(tmp_path / folder)
    assert (tmp_path / "file").read_text() == "mine"


def test_check_writable_leaves_an_artifact_as_it_is(saved: Path) -> None:
    before = {path: path.read_bytes() for path in files(saved)}
    artifact.check_writable(saved)
    assert {path: path.read_bytes() for path in files(saved)} == before


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_manifest_that_is_not_json_leaves_the_old_model(saved: Path, value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        artifact.save(saved, {"threshold": value}, {})
    assert_holds(saved, ARRAYS)


def test_an_object_array_is_never_written(saved: Path) -> None:
    with pytest.raises(ValueError, match="pickle"):
        artifact.save(saved, MANIFEST, {"objects": np.array([None])})
    assert_holds(saved, ARRAYS)
    assert not [path for path in files(saved) if path.name.startswith(".new-")]


def test_a_reader_sees_one_model_whole_while_a_writer_replaces_it(tmp_path: Path) -> None:
    def model(number: int) -> dict[str, NDArray[Any]]:
        return {name: np.full(2000, number, dtype=np.int32) for name in ("one", "two", "three")}

    artifact.save(tmp_path, {"number": 0}, model(0))
    stop = threading.Event()
    faults: list[BaseException] = []
    seen: set[int] = set()

    def read() -> None:
        try:
            while not stop.is_set():
                loaded = artifact.load(tmp_path)
                numbers = {int(value) for array in loaded.arrays.values() for value in np.unique(array)}
                assert numbers == {loaded.manifest["number"]}
                seen.update(numbers)
        except BaseException as fault:  # noqa: BLE001 - handed to the test
            faults.append(fault)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 80):
        artifact.save(tmp_path, {"number": number}, model(number))
    stop.set()
    for reader in readers:
        reader.join(60)
    assert faults == []
    assert len(seen) > 1, "the readers never saw a change"


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that saves one model after another until it is killed."""
    code = """
import itertools, sys
import numpy as np
from model import artifact
for number in itertools.count():
    artifact.save(sys.argv[1], {"number": number}, {f"a{i}": np.full(300_000, number) for i in range(4)})
    print(number, flush=True)
"""
    process = start(code, tmp_path / "artifact")
    yield process
    process.kill()
    process.communicate(timeout=60)


@pytest.mark.parametrize("moment", [0.0, 0.003, 0.007, 0.012])
def test_a_killed_writer_leaves_a_model_whole(tmp_path: Path, writer: subprocess.Popen[str], moment: float) -> None:
    assert writer.stdout is not None
    assert [writer.stdout.readline() for _ in range(3)] == ["0\n", "1\n", "2\n"]
    time.sleep(moment)
    writer.kill()
    writer.wait(60)
    loaded = artifact.load(tmp_path / "artifact")
    assert loaded.manifest["number"] >= 2
    assert {int(value) for array in loaded.arrays.values() for value in np.unique(array)} == {loaded.manifest["number"]}
    artifact.save(tmp_path / "artifact", MANIFEST, ARRAYS)
    assert len(files(tmp_path / "artifact")) == 1 + len(ARRAYS)


def test_a_full_disk_leaves_the_old_model(saved: Path) -> None:
    code = """
import resource, sys
import numpy as np
from model import artifact
from model.errors import ArtifactError
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    artifact.save(sys.argv[1], {}, {"small": np.ones(9), "large": np.ones(100_000)})
except ArtifactError as error:
    print(error)
"""
    out, problems = start(code, saved).communicate(timeout=60)
    assert problems == ""
    assert str(saved) in out
    assert "Free some space" in out
    assert_holds(saved, ARRAYS)
    assert not [path for path in files(saved) if path.name.startswith(".new-")]
