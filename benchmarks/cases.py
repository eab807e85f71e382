"""Which articles are learned from and which are measured, for every line of ``accuracy``.

Parts are written as corpora into a scratch folder, so that the model is trained and measured by its command lines.
Near duplicates of a test article never stay in what is learned from: wire stories run in several outlets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from benchmarks.command import say
from benchmarks.samples import read, write

__all__ = ["CASES", "Case", "Maker"]

POOL = ("sanad_khaleej", "ant_v21")
"""What the model of the project's targets is trained on."""

SEEDS = range(5)

_MOWJAZ_SECTIONS = {
    "فن ومشاهير": "culture",
    "اسلام و أديان": "religion",
    "اقتصاد": "economy",
    "تكنولوجيا": "technology",
    "رياضة": "sport",
    "أخبار": "news",
    "صحة": "health",
}
"""Human labels of Mowjaz that name one canonical section; cooking, weather and "other" name none."""


@dataclass(frozen=True, slots=True)
class Case:
    """One split.

    Attributes
    ----------
    name : str
    kind : {"section", "topics"}
        What is measured.
    labels : {"taxonomy", "corpus"}
        As ``--labels`` of ``training.fit``.
    train, test : Path
    seed : int
    """

    name: str
    kind: str
    labels: str
    train: Path
    test: Path
    seed: int = 0


class Maker:
    """Makes cases when they are asked for.

    Parameters
    ----------
    corpora : mapping of str to Path
    folder : Path
        Where to write the parts.
    limit : int or None
        Articles to take of each corpus.
    """

    def __init__(self, corpora: Mapping[str, Path], folder: Path, limit: int | None = None) -> None:
        self._folder = folder
        self._tables = {name: read(path, limit) for name, path in corpora.items()}

    def outlet(self, name: str) -> Iterator[Case]:
        """Leave one outlet of the pool out."""
        pool = self._pool()
        test = np.array(pc.equal(pool["source"], name).to_pylist(), dtype=np.bool_)
        yield self._case(name, "section", "taxonomy", pool, test)

    def ant_v11(self, name: str) -> Iterator[Case]:
        """Learn the whole pool, measure a radio station of Tunisia."""
        yield self._added(name, self._tables["ant_v11"])

    def mowjaz(self, name: str) -> Iterator[Case]:
        """Learn the whole pool, measure articles that people labelled with exactly one section."""
        table = self._tables["mowjaz_dev"]
        sections = [
            _MOWJAZ_SECTIONS.get(topics[0]) if topics is not None and len(topics) == 1 else None
            for topics in table["topics"].to_pylist()
        ]
        table = _with(table, "section", pa.array(sections, pa.string()))
        yield self._added(name, _with(table, "topics", pa.nulls(table.num_rows)))

    def topics_silver(self, name: str) -> Iterator[Case]:
        """Hold out a tenth of the silver topics, five times."""
        from training.split import choose_test

        table = self._tables["topics_silver"]
        groups = _groups(table)
        nothing = np.zeros(table.num_rows, dtype=np.intp)
        for seed in SEEDS:
            test = choose_test(groups, nothing, fraction=0.1, seed=seed)
            yield self._case(name, "topics", "corpus", table, test, seed)

    def asnd(self, name: str) -> Iterator[Case]:
        """Learn and measure the split that ASND was published with; its near duplicates stand in both parts."""
        train, test = (
            write(self._tables[f"asnd_{part}"], self._folder / f"{name}-{part}.parquet") for part in ("train", "dev")
        )
        yield Case(name, "section", "corpus", train, test)

    def _pool(self) -> Any:
        return pa.concat_tables([self._tables[name] for name in POOL], promote_options="permissive")

    def _added(self, name: str, tested: Any) -> Case:
        pool = self._pool()
        table = pa.concat_tables([pool, tested], promote_options="permissive")
        return self._case(name, "section", "taxonomy", table, np.arange(table.num_rows) >= pool.num_rows)

    def _case(self, name: str, kind: str, labels: str, table: Any, test: NDArray[np.bool_], seed: int = 0) -> Case:
        groups = _groups(table)
        train = ~np.isin(groups, groups[test])
        say(f"{name}: {train.sum()} to learn from, {test.sum()} to measure, {(~train & ~test).sum()} too alike")
        train_path, test_path = (
            write(table.filter(pa.array(part)), self._folder / f"{name}-{seed}-{title}.parquet")
            for title, part in (("train", train), ("test", test))
        )
        return Case(name, kind, labels, train_path, test_path, seed)


CASES: Mapping[str, Callable[[Maker, str], Iterator[Case]]] = {
    "skynews": Maker.outlet,
    "bbc": Maker.outlet,
    "alarabia": Maker.outlet,
    "alkhaleej": Maker.outlet,
    "jawhara": Maker.ant_v11,
    "mowjaz": Maker.mowjaz,
    "topics_silver": Maker.topics_silver,
    "asnd": Maker.asnd,
}
"""Every case by its name."""


def _groups(table: Any) -> NDArray[np.int64]:
    """Number the near-duplicate groups of the articles of a table."""
    from training.neardup import near_duplicate_groups

    fields = zip(table["headline"].to_pylist(), table["body"].to_pylist(), strict=True)
    return near_duplicate_groups([f"{headline or ''}\n{body or ''}" for headline, body in fields])


def _with(table: Any, name: str, values: Any) -> Any:
    return table.set_column(table.column_names.index(name), name, values)
