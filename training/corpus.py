"""Read a labelled corpus from any kind of source.

First step of learning and of measuring: sources -> LabelledArticle; duplicates, splits and features come after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from types import MappingProxyType
from typing import Any

from model.errors import CorpusError
from training.progress import step
from training.readers import OddRow, Reader, Row, open_source
from training.readers.fields import label, text, topics

__all__ = ["Corpus", "LabelledArticle", "parse_column_map", "read_corpus"]

_READ: Mapping[str, Callable[[object], object]] = {
    "id": label,
    "headline": text,
    "body": text,
    "section": label,
    "topics": topics,
    "published": label,
    "source": label,
    "url": label,
}
_TEXT_COLUMNS = ("headline", "body")
_MAP_EXAMPLE = "--map headline=title,body=text"


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    """One story of a corpus with what its editors said of it.

    Attributes
    ----------
    id : str
        Unique within a corpus.
    headline, body : str
        Text, either of them ``""`` where the story has none; never both.
    section : str or None
        The gold section as the corpus has it; None: unknown.
    topics : tuple of str or None
        The gold topics as the corpus has them; None: unknown, nobody looked; ``()``: none applies.
    among : tuple of str
        Ids of the sections, one of which an unknown section is, as a rule of the taxonomy says; else empty.
    published, source, url : str or None
        When, where and under which address, as the corpus has it.
    """

    id: str
    headline: str
    body: str
    section: str | None = None
    topics: tuple[str, ...] | None = None
    published: str | None = None
    source: str | None = None
    url: str | None = None
    among: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles of one or more sources, and what happened to the rest.

    Attributes
    ----------
    articles : tuple of LabelledArticle
        In the order of the sources and of their rows.
    skipped : mapping of str to int
        How many rows could not be used, by reason, such as ``"no text"``.
    renumbered : int
        How many articles got a new id because theirs was taken.
    digests : mapping of str to str
        The SHA-256 of every source, by its name as given: of a file's bytes, of the names and bytes of a folder's
        pages, of the rows of a dataset.
    rows : mapping of str to int
        How many rows every source has, the skipped ones included.
    """

    articles: tuple[LabelledArticle, ...]
    skipped: Mapping[str, int]
    renumbered: int
    digests: Mapping[str, str]
    rows: Mapping[str, int]


def parse_column_map(value: str) -> dict[str, str]:
    """Read the value of ``--map``: ``headline=title,body=text``, our column on the left.

    Parameters
    ----------
    value : str
        Pairs separated by commas.

    Returns
    -------
    dict of str to str
        Their column for each of ours.

    Raises
    ------
    CorpusError
        A pair is malformed, names a column that is not ours, or names one twice.
    """
    columns: dict[str, str] = {}
    for pair in value.split(","):
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not (ours and equals and theirs):
            raise CorpusError(f"--map: {pair.strip()!r} is not OURS=THEIRS; write it like {_MAP_EXAMPLE}")
        if ours not in _READ:
            raise CorpusError(f"--map: there is no column {ours!r} here; ours are {', '.join(_READ)}")
        if ours in columns:
            raise CorpusError(f"--map: {ours!r} is given twice; give it once")
        columns[ours] = theirs
    return columns


def read_corpus(sources: Sequence[str], *, columns: Mapping[str, str] | None = None) -> Corpus:
    """Read labelled articles from one or more sources.

    Parameters
    ----------
    sources : sequence of str
        Files, folders of pages, ``hf:NAME[:SPLIT]``; see `training.readers.open_source`.
    columns : mapping of str to str, optional
        Their column for ours, as from `parse_column_map`. A source without their column is read by ours, so that
        sources of different make can be read together.

    Returns
    -------
    Corpus
        At least one article from every source.

    Raises
    ------
    CorpusError
        A source cannot be read, has no column of text, or has no row that can be used; or no source has a column
        that was mapped.
    """
    from training.readers.library import quiet

    named = {ours: (columns or {}).get(ours, ours) for ours in _READ}
    gathering = _Gathering(named)
    with quiet():
        for source in sources:
            gathering.read(source, open_source(source))
    for ours, theirs in named.items():
        if theirs not in gathering.columns and ours != theirs:
            raise CorpusError(
                f"--map {ours}={theirs}: there is no column {theirs!r}; columns found: {', '.join(gathering.columns)}",
                path=", ".join(sources),
            )
    return gathering.corpus()


class _Gathering:
    """Rows becoming articles, with the counts kept over all sources."""

    def __init__(self, named: Mapping[str, str]) -> None:
        self.columns: dict[str, None] = {}
        self._named = named
        self._wanted = frozenset(named) | frozenset(named.values())
        self._articles: list[LabelledArticle] = []
        self._ids: set[str] = set()
        self._skipped: Counter[str] = Counter()
        self._renumbered = 0
        self._digests: dict[str, str] = {}
        self._rows: dict[str, int] = {}

    def read(self, source: str, reader: Reader) -> None:
        """Read one source to its end."""
        skipped: Counter[str] = Counter()
        before = len(self._articles)
        with step(f"reading {source}", unit="rows") as bar, closing(reader.rows(self._wanted)) as rows:
            for row in rows:
                article = row if isinstance(row, OddRow) else self._article(row, reader.stem)
                if isinstance(article, OddRow):
                    skipped[article.reason] += 1
                else:
                    self._articles.append(self._with_own_id(article))
                bar.update()
        self._require_text_column(source, reader)
        if len(self._articles) == before:
            reasons = ", ".join(f"{reason}: {count}" for reason, count in skipped.items()) or "it holds no rows"
            raise CorpusError(f"no row can be used ({reasons}); each needs a headline or a body", path=source)
        self._skipped.update(skipped)
        self._digests[source] = reader.digest
        self._rows[source] = len(self._articles) - before + skipped.total()
        self.columns.update(dict.fromkeys(reader.columns))

    def corpus(self) -> Corpus:
        """Give what was gathered."""
        return Corpus(
            articles=tuple(self._articles),
            skipped=MappingProxyType(dict(self._skipped)),
            renumbered=self._renumbered,
            digests=MappingProxyType(self._digests),
            rows=MappingProxyType(self._rows),
        )

    def _article(self, row: Row, stem: str) -> LabelledArticle | OddRow:
        """Judge one row."""
        values: dict[str, Any] = {}
        for ours, read in _READ.items():
            theirs = self._named[ours]
            try:
                values[ours] = read(row.values[theirs] if theirs in row.values else row.values.get(ours))
            except TypeError as error:
                return OddRow(f"{error}: {ours}")
        if not (values["headline"] or values["body"]):
            return OddRow("no text")
        values["id"] = values["id"] or f"{stem}-{row.number}"
        return LabelledArticle(**values)

    def _with_own_id(self, article: LabelledArticle) -> LabelledArticle:
        """Renumber an article whose id is taken: ``a``, ``a#2``, ``a#3``."""
        taken = article.id in self._ids
        if taken:
            numbered = (f"{article.id}#{number}" for number in count(2))
            article = replace(article, id=next(name for name in numbered if name not in self._ids))
            self._renumbered += 1
        self._ids.add(article.id)
        return article

    def _require_text_column(self, source: str, reader: Reader) -> None:
        """Refuse a source that has rows but neither a headline nor a body."""
        readable = {name for column in _TEXT_COLUMNS for name in (column, self._named[column])}
        if reader.columns and readable.isdisjoint(reader.columns):
            raise CorpusError(
                f"there is neither a headline nor a body column; columns found: {', '.join(reader.columns)}. "
                f"Say which they are with --map, as in {_MAP_EXAMPLE}",
                path=source,
            )
