"""What every row of ``side_by_side`` is learned from and measured on, and which background has not seen it.

Splits are those of ``cases`` wherever there is one; ``side_by_side`` makes each in a process of its own, so that its
memory is free again when the contestants need it.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from sys import stderr
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks import backgrounds, cases
from benchmarks.peers import LEAST_EXAMPLES
from benchmarks.samples import read, write
from model.errors import TrainingError

__all__ = ["ROWS", "Row", "Split", "background_for", "make_split"]

_HELD_OUT = ("alkhaleej", "alarabia")
_CORPUS_OF = {"alkhaleej": "sanad_khaleej", "mowjaz": "mowjaz_dev"}
"""Corpus of a source; all others of the rows that leave articles out are outlets of ant_v21."""


class _Splits(cases.Maker):
    """The splits of ``cases`` and two more."""

    def held_out(self, name: str) -> Iterator[cases.Case]:
        """Hold out a tenth of AlKhaleej and of Al Arabiya, and measure Mowjaz in the same go."""
        (mowjaz,) = self.mowjaz("mowjaz")
        table = pa.concat_tables([read(mowjaz.train), read(mowjaz.test)], promote_options="permissive")
        rows = zip(table["source"].to_pylist(), table["id"].to_pylist(), strict=True)
        test = [source == "mowjaz" or (source in _HELD_OUT and _in_tenth(id_)) for source, id_ in rows]
        yield self._case(name, "section", "taxonomy", table, np.array(test, dtype=np.bool_))

    def titles(self, name: str) -> Iterator[cases.Case]:
        """Deal titles of ANT at random, 80/10/10, as published: near duplicates stand in all parts."""
        table = self._tables["ant_v21"]
        table = table.filter(pc.and_(pc.is_valid(table["section"]), pc.not_equal(table["headline"], "")))
        table = table.set_column(table.column_names.index("body"), "body", pa.array([""] * table.num_rows))
        dealt = np.random.default_rng(0).permutation(table.num_rows) * 10 // table.num_rows
        train, test = (
            write(table.filter(pa.array(part)), self._folder / f"{name}-{title}.parquet")
            for title, part in (("train", dealt < 8), ("test", dealt == 9))
        )
        yield cases.Case(name, "section", "taxonomy", train, test)


def _in_tenth(id_: str) -> bool:
    """Say whether an article is of the tenth that ``transfer`` holds out too."""
    return zlib.crc32(id_.encode()) % 10 == 0


@dataclass(frozen=True, slots=True)
class Row:
    """One training, measured on one part or more.

    Attributes
    ----------
    corpora : tuple of str
    make : callable
        Yields the one case.
    parts : mapping of str to str
        Title -> source of the articles measured; empty: all.
    unseen : {"outlet", "articles", "corpora"}
        What its background is made without: the outlet that the row is named after, the articles measured, or the
        corpora of the row.
    views : tuple of str
        What of an article is measured.
    """

    corpora: tuple[str, ...]
    make: Callable[[_Splits, str], Iterator[cases.Case]]
    parts: Mapping[str, str]
    unseen: str
    views: tuple[str, ...] = ("whole", "headline")


ROWS: Mapping[str, Row] = {
    "alarabia": Row(cases.POOL, _Splits.outlet, {"Al Arabiya, left out": ""}, "outlet"),
    "bbc": Row(cases.POOL, _Splits.outlet, {"BBC Arabic, left out": ""}, "outlet"),
    "skynews": Row(cases.POOL, _Splits.outlet, {"Sky News Arabia, left out": ""}, "outlet"),
    "held_out": Row(
        (*cases.POOL, "mowjaz_dev"),
        _Splits.held_out,
        {"SANAD, held out": "alkhaleej", "Al Arabiya, held out": "alarabia", "Mowjaz, one section": "mowjaz"},
        "articles",
    ),
    "titles": Row(("ant_v21",), _Splits.titles, {"ANT titles, 5 classes": ""}, "articles", ("headline",)),
    "asnd": Row(("asnd_train", "asnd_dev"), _Splits.asnd, {"ASND, 12 classes": ""}, "corpora", ("headline",)),
}


@dataclass(frozen=True, slots=True)
class Split:
    """A row, written out.

    Attributes
    ----------
    train : Path
    labels : {"taxonomy", "corpus"}
    parts : mapping of str to Path
        Articles to measure, by title; only such whose section can be learned.
    n_learned : int
    tested : list of dict
        ``corpus`` and ``id`` of the articles measured.
    """

    train: Path
    labels: str
    parts: Mapping[str, Path]
    n_learned: int
    tested: list[dict[str, str]]


def make_split(name: str, corpora: Mapping[str, Path], folder: Path) -> Split:
    """Write the articles of a row into a folder.

    Raises
    ------
    TrainingError
        If nothing is left to measure.
    """
    row = ROWS[name]
    (case,) = row.make(_Splits({corpus: corpora[corpus] for corpus in row.corpora}, folder), name)
    learned, test = read(case.train), read(case.test)
    counts = Counter(learned["section"].to_pylist())
    known = [section for section, count in counts.items() if section is not None and count >= LEAST_EXAMPLES]
    test = test.filter(pc.is_in(test["section"], pa.array(known, pa.string())))
    parts = {}
    for number, (title, source) in enumerate(row.parts.items()):
        part = test.filter(pc.equal(test["source"], source)) if source else test
        if not part.num_rows:
            raise TrainingError(f"{name}: no article of {title!r} can be measured; use the whole corpora")
        parts[title] = write(part, folder / f"{name}-part{number}.parquet")
    ids = zip(test["source"].to_pylist(), test["id"].to_pylist(), strict=True)
    tested = [{"corpus": _CORPUS_OF.get(source, "ant_v21"), "id": id_} for source, id_ in ids]
    return Split(case.train, case.labels, parts, learned.num_rows, tested)


def background_for(name: str, split: Split, corpora: Mapping[str, Path], folder: Path) -> Path:
    """Take the background of a row from a folder, made first where it does not stand there.

    Raises
    ------
    TrainingError
        If the one that stands there may have seen what is measured.
    """
    row = ROWS[name]
    usable = {corpus: path for corpus, path in corpora.items() if row.unseen != "corpora" or corpus not in row.corpora}
    sources = [name] if row.unseen == "outlet" else []
    without = split.tested if row.unseen == "articles" else []
    with redirect_stdout(stderr):  # it tells what it made, and stdout is for the table
        made = backgrounds.background(folder / f"without-{name}", usable, without_sources=sources, without=without)
    manifest: dict[str, Any] = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    named = {Path(corpus["name"]).stem for corpus in manifest["corpora"]}
    left_out = manifest["without"]
    if left_out["sources"] != sources or (without and left_out["articles"] != len(without)) or not named <= {*usable}:
        raise TrainingError(f"{made} was not made without what {name!r} measures: remove it to have it made anew")
    return made
