"""What is learned from and what is measured never overlap, and no background has seen what is measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from benchmarks.side_rows import background_for, make_split
from model.errors import TrainingError


def _rows(path: Path) -> list[dict[str, Any]]:
    return list(pq.read_table(path).to_pylist())


def test_left_out_outlet_is_measured_alone_and_its_copies_are_not_learned(
    corpora: dict[str, Path], tmp_path: Path
) -> None:
    split = make_split("bbc", corpora, tmp_path)
    learned = _rows(split.train)
    (part,) = split.parts.values()
    assert {row["source"] for row in _rows(part)} == {"bbc"}
    assert len(_rows(part)) == 60
    assert {row["source"] for row in learned} == {"alkhaleej", "alarabia", "skynews"}
    assert "copied" not in {row["id"] for row in learned}
    assert split.n_learned == len(learned)


def test_held_out_parts_are_told_apart_by_source_and_not_learned(corpora: dict[str, Path], tmp_path: Path) -> None:
    split = make_split("held_out", corpora, tmp_path)
    learned = {row["id"] for row in _rows(split.train)}
    found = {title: _rows(part) for title, part in split.parts.items()}
    assert [{row["source"] for row in rows} for rows in found.values()] == [{"alkhaleej"}, {"alarabia"}, {"mowjaz"}]
    measured = {row["id"] for rows in found.values() for row in rows}
    assert not learned & measured
    assert {row["section"] for row in found["Mowjaz, one section"]} == {"health", "sport"}
    corpus_of = {of["id"]: of["corpus"] for of in split.tested}
    assert {corpus_of[row["id"]] for row in found["Mowjaz, one section"]} == {"mowjaz_dev"}
    assert {corpus_of[row["id"]] for row in found["SANAD, held out"]} == {"sanad_khaleej"}
    assert set(corpus_of) == measured


def test_titles_stand_alone_and_are_dealt_at_random(corpora: dict[str, Path], tmp_path: Path) -> None:
    split = make_split("titles", corpora, tmp_path)
    learned, measured = _rows(split.train), _rows(next(iter(split.parts.values())))
    assert {row["body"] for row in (*learned, *measured)} == {""}
    assert (len(learned), len(measured)) == (176, 22)
    assert not {row["id"] for row in learned} & {row["id"] for row in measured}
    assert len({row["source"] for row in measured}) == 3


def test_sections_that_are_hardly_learned_are_not_measured(corpora: dict[str, Path], tmp_path: Path) -> None:
    split = make_split("asnd", corpora, tmp_path)
    assert "weather" in {row["section"] for row in _rows(split.train)}
    assert "weather" not in {row["section"] for row in _rows(next(iter(split.parts.values())))}
    assert split.labels == "corpus"


@pytest.mark.parametrize(
    ("name", "without", "named", "fits"),
    [
        ("bbc", {"sources": ["bbc"], "articles": 60}, "ant_v21", True),
        ("bbc", {"sources": [], "articles": 0}, "ant_v21", False),
        ("held_out", {"sources": [], "articles": 0}, "ant_v21", False),
        ("asnd", {"sources": [], "articles": 0}, "ant_v21", True),
        ("asnd", {"sources": [], "articles": 0}, "asnd_dev", False),
    ],
    ids=["outlet-left-out", "outlet-seen", "articles-seen", "corpora-left-out", "corpus-seen"],
)
def test_background_that_has_seen_what_is_measured_is_refused(
    corpora: dict[str, Path], tmp_path: Path, name: str, without: dict[str, Any], named: str, fits: bool
) -> None:
    split = make_split(name, corpora, tmp_path)
    folder = tmp_path / f"without-{name}"
    folder.mkdir()
    manifest = {"corpora": [{"name": f"{named}.parquet"}], "without": without}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    if fits:
        assert background_for(name, split, corpora, tmp_path) == folder
    else:
        with pytest.raises(TrainingError, match="was not made without"):
            background_for(name, split, corpora, tmp_path)
