"""A background on disk: it comes back as it was, damage is refused, and no text is in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model import artifact
from model.errors import TrainingError
from model.features.reference import word_hash, words
from model.features.words import FREQUENCY, STEM, STEM_FEATURE, WORD_FEATURE
from training.background.values import Background, Vocabulary, load_background, save_background
from training.dataset import Dataset

ARRAYS = {
    "latent",
    "sections",
    "sections_scale",
    "topics",
    "topics_scale",
    "sample",
    "sample_scale",
    "sample_topics",
    "keys",
    "stems",
    "pairs",
    "df",
}


@pytest.fixture
def folder(background: Background, tmp_path: Path) -> Path:
    save_background(tmp_path / "background", background)
    return tmp_path / "background"


def test_a_round_trip(background: Background, folder: Path) -> None:
    loaded = load_background(folder)
    for field in fields(Background):
        before, after = getattr(background, field.name), getattr(loaded, field.name)
        if isinstance(before, np.ndarray):
            assert after.dtype == before.dtype
            np.testing.assert_array_equal(after, before)
    for name in ("keys", "stems", "pairs", "df"):
        np.testing.assert_array_equal(getattr(loaded.vocabulary, name), getattr(background.vocabulary, name))
    assert loaded.vocabulary.n_articles == background.vocabulary.n_articles
    assert loaded.latent_scale == background.latent_scale
    assert {name: loaded.manifest[name] for name in background.manifest} == background.manifest


def test_a_loaded_background_can_be_saved_again(folder: Path, tmp_path: Path) -> None:
    save_background(tmp_path / "again", load_background(folder))
    first, again = artifact.load(folder), artifact.load(tmp_path / "again")
    assert {name: entry["sha256"] for name, entry in first.manifest["arrays"].items()} == {
        name: entry["sha256"] for name, entry in again.manifest["arrays"].items()
    }
    assert load_background(tmp_path / "again").latent_scale == load_background(folder).latent_scale


def test_what_is_large_takes_a_byte(background: Background) -> None:
    for name in ("latent", "sections", "topics", "sample", "sample_topics"):
        assert getattr(background, name).dtype == np.int8


def test_there_is_no_text_in_any_file(folder: Path, background_dataset: Dataset) -> None:
    """Hashes only: not a word of the stories stands in a file in any of the ways that text is written."""
    assert set(artifact.load(folder).arrays) == ARRAYS
    for array in artifact.load(folder).arrays.values():
        assert array.dtype.kind in "iuf"
    long_words = {word for text in background_dataset.whole for word in words(text) if len(word) >= 5}
    raw_words = {word for text in background_dataset.whole for word in text.split() if len(word) >= 5}
    assert len(long_words) > 40
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert len(files) == len(ARRAYS) + 1
    for word in long_words | raw_words:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "cp1256"):
            assert not any(word.encode(encoding) in content for content in files), word
        assert not any(word.encode("unicode-escape") in content for content in files), word


def test_keys_are_hashes(background: Background) -> None:
    assert word_hash("المدرب") in background.vocabulary.keys.tolist()


def test_no_background_there(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"holds no background.*training\.background.*--no-background"):
        load_background(tmp_path / "nowhere")


def flip_a_byte(folder: Path) -> None:
    path = max((folder / "arrays").iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def cut_an_array(folder: Path) -> None:
    path = next(path for path in (folder / "arrays").iterdir() if path.name.startswith("latent"))
    path.write_bytes(path.read_bytes()[:-8])


@pytest.mark.parametrize(
    "damage",
    [
        flip_a_byte,
        cut_an_array,
        lambda folder: (folder / "manifest.json").write_text("{"),
        lambda folder: (folder / "manifest.json").write_text("[]"),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: next((folder / "arrays").iterdir()).unlink(),
    ],
    ids=["a byte", "cut off", "broken manifest", "no manifest of ours", "manifest gone", "array gone"],
)
def test_damage_is_refused(folder: Path, damage: Callable[[Path], Any]) -> None:
    load_background(folder)
    damage(folder)
    with pytest.raises(TrainingError, match="holds no background that can be used"):
        load_background(folder)


def described(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a manifest says beside what ``artifact.save`` writes into every one."""
    return {key: value for key, value in manifest.items() if key not in ("sha256", "format", "orthography", "arrays")}


@pytest.mark.parametrize("name", sorted(ARRAYS))
def test_a_missing_array_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    whole = artifact.load(folder)
    arrays = {key: array for key, array in whole.arrays.items() if key != name}
    artifact.save(tmp_path / "less", described(whole.manifest), arrays)
    with pytest.raises(TrainingError, match=rf"\('{name}'\)"):
        load_background(tmp_path / "less")


@pytest.mark.parametrize("name", ["n_articles", "latent_scale", "sections", "topics"])
def test_a_missing_figure_of_the_manifest_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    whole = artifact.load(folder)
    manifest = {key: value for key, value in described(whole.manifest).items() if key != name}
    artifact.save(tmp_path / "less", manifest, whole.arrays)
    with pytest.raises(TrainingError, match=rf"\('{name}'\)"):
        load_background(tmp_path / "less")


def test_an_ordinary_model_is_no_background(tiny_artifact: Path) -> None:
    with pytest.raises(TrainingError, match="holds no background"):
        load_background(tiny_artifact)


@pytest.mark.parametrize(
    "name",
    ["latent", "sections", "sections_scale", "topics", "topics_scale", "sample", "sample_scale", "sample_topics"],
)
@pytest.mark.parametrize("axis", [0, -1], ids=["rows", "columns"])
def test_arrays_of_another_shape_are_refused(background: Background, tmp_path: Path, name: str, axis: int) -> None:
    array = getattr(background, name)
    shorter: dict[str, Any] = {name: np.take(array, np.arange(array.shape[axis] - 1), axis=axis)}
    save_background(tmp_path, replace(background, **shorter))
    with pytest.raises(TrainingError, match="has the shape"):
        load_background(tmp_path)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda known: {"df": known.df[:-1]}, id="a frequency is missing"),
        pytest.param(lambda known: {"pairs": known.pairs[:-1]}, id="a pair is missing"),
        pytest.param(lambda known: {"keys": known.keys[:-1]}, id="a word is missing"),
        pytest.param(lambda known: {"stems": known.stems[:-1]}, id="a stem is missing"),
        pytest.param(lambda known: {"stems": known.stems + known.n_words}, id="stems out of range"),
        pytest.param(lambda known: {"stems": known.stems - known.n_words}, id="negative stems"),
    ],
)
def test_a_vocabulary_that_does_not_fit_is_refused(
    background: Background, tmp_path: Path, changed: Callable[[Vocabulary], dict[str, Any]]
) -> None:
    vocabulary = replace(background.vocabulary, **changed(background.vocabulary))
    save_background(tmp_path, replace(background, vocabulary=vocabulary))
    with pytest.raises(TrainingError, match=r"has the shape|not a word for each word"):
        load_background(tmp_path)


def test_a_vocabulary_numbers_words_then_stems() -> None:
    vocabulary = Vocabulary(
        keys=np.array([11, 22, 33], dtype=np.uint64),
        stems=np.array([2, 1, 2], dtype=np.int32),  # the first is the third with an affix
        pairs=np.array([7], dtype=np.uint64),
        df=np.array([4, 5, 6, 5, 9, 3], dtype=np.int32),
        n_articles=10,
    )
    assert vocabulary.n_words == 3
    assert vocabulary.stem_entries.tolist() == [1, 2]
    entries = vocabulary.entries()
    assert entries[:, FREQUENCY].tolist() == [4, 5, 6]
    assert entries[:, STEM].tolist() == [2, 1, 2]
    assert entries[:, WORD_FEATURE].tolist() == [0, 1, 2]
    assert entries[:, STEM_FEATURE].tolist() == [-1, 3, 4]


def test_an_empty_vocabulary() -> None:
    empty = Vocabulary.empty()
    assert (empty.n_words, empty.stem_entries.size, empty.n_articles, len(empty.entries())) == (0, 0, 0, 0)


def test_topics_of_the_sample_in_another_order(background: Background) -> None:
    states = np.array([[1, 0, -1, 0], [0, -1, 0, 1]], dtype=np.int8)
    two = replace(background, sample_topics=states)  # elections, oil-energy, football, egypt
    found = two.topics_of_sample(["football", "chess", "elections"])
    assert found.known.tolist() == [True, False, True]
    # words that point at an article prove nothing, words that hardly do are judged as none
    assert found.judged.tolist() == [[0, -1, -1], [0, -1, 0]]
    assert found.surely_without.tolist() == [[False, False, False], [True, False, True]]


def test_a_corpus_that_was_seen_is_known_by_its_digest(background: Background) -> None:
    made = replace(background, manifest={**background.manifest, "corpora": [{"name": "a.csv", "sha256": "abc"}]})
    assert made.has_seen("abc")
    assert not made.has_seen("abd")
