"""What can be wrong with a taxonomy file that is good TOML.

Reads what ``model.taxonomy.file`` parsed and names every fault with its line; it builds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final, NamedTuple, get_args

from model.taxonomy.names import label_key
from model.taxonomy.places import Places, TableKind
from model.taxonomy.values import TopicKind

__all__ = ["FORMAT", "MASK", "Finding", "check_document"]

FORMAT: Final = 1
"""Number of the file format; raised when a file of the old format would be misread."""
MASK: Final = "mask"
"""Target of a ``[[map]]`` that says: at this source, treat the name as unknown."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_IPTC = re.compile(r"medtop:\d{8}")
_REQUIRED = ("id", "ar", "en", "definition")
_TOP_KEYS: dict[str, type] = {"format": int, "name": str, "section": list, "topic": list, "map": list}
_SECTION_KEYS: dict[str, type] = {**dict.fromkeys(_REQUIRED, str), "aliases": list, "iptc": str}
_KEYS: dict[TableKind, dict[str, type]] = {
    "section": _SECTION_KEYS,
    "topic": {**_SECTION_KEYS, "keywords": list, "kind": str, "section": str},
    "map": {"source": str, "section": str, "topic": str, "to": str, "among": list},
}
_TYPE_NAMES = {int: "a whole number", str: "text in quotes", list: "a list"}


class Finding(NamedTuple):
    """One fault: the line it stands on, where that is known, and what to do about it."""

    line: int | None
    message: str


class _Table(NamedTuple):
    """One ``[[section]]``, ``[[topic]]`` or ``[[map]]``, the `position`-th of its kind, counted from 0."""

    kind: TableKind
    position: int
    values: dict[str, Any]
    places: Places

    def text(self, key: str) -> str:
        """Return a value that may be used in further checks: empty where it is missing or of another type."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> list[str]:
        value = self.values.get(key)
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def find(self, key: str, message: str) -> Finding:
        name = f'"{self.text("id")}"' if self.text("id") else f"number {self.position + 1}"
        return Finding(self.places.key(self.kind, self.position, key), f"{self.kind} {name}: {message}")


def check_document(document: dict[str, Any], places: Places) -> Iterator[Finding]:
    """Find everything that is wrong with a parsed taxonomy file.

    Parameters
    ----------
    document : dict
        What ``tomllib`` read.
    places : Places
        Lines of the same file.

    Yields
    ------
    Finding
        In no order. None means that the file can be used.
    """
    if document.get("format") != FORMAT or isinstance(document["format"], bool):
        found = f"is {document['format']!r}" if "format" in document else "is missing"
        yield Finding(places.top("format"), f"format {found}; this version reads files with format = {FORMAT}")
        return
    yield from _check_keys(document, _TOP_KEYS, places)
    if not str(document.get("name", "")).strip():
        yield Finding(places.top("name"), 'name is missing or empty; add name = "…", which reports print')
    sections, topics, maps = (list(_tables(document, kind, places)) for kind in _KEYS)
    if not document.get("section") and not document.get("topic"):
        yield Finding(1, "there is no section and no topic; add at least one [[section]] or [[topic]]")
    section_ids = {table.text("id") for table in sections}
    for table in (*sections, *topics, *maps):
        yield from _check_shape(table)
    for table in (*sections, *topics):
        yield from _check_label(table)
    for table in topics:
        yield from _check_topic(table, section_ids)
    for tables in (sections, topics):
        yield from _check_names(tables)
    yield from _check_maps(maps, {"section": section_ids, "topic": {table.text("id") for table in topics}})


def _check_keys(values: dict[str, Any], keys: dict[str, type], places: Places) -> Iterator[Finding]:
    """Check the keys above all tables, and that each kind of table is written with double brackets."""
    for key, value in values.items():
        expected = keys.get(key)
        if expected is None:
            yield Finding(places.top(key), _unknown_key(key, keys))
        elif expected is list and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
            yield Finding(places.top(key), f"{key} must be a list of tables; head each with [[{key}]]")
        elif not isinstance(value, expected):
            yield Finding(places.top(key), f"{key} must be {_TYPE_NAMES[expected]}")


def _unknown_key(key: str, keys: dict[str, type]) -> str:
    close = get_close_matches(key, keys, n=1)
    hint = f'did you mean "{close[0]}"?' if close else f"known are {', '.join(keys)}"
    return f'unknown key "{key}"; {hint}'


def _tables(document: dict[str, Any], kind: TableKind, places: Places) -> Iterator[_Table]:
    tables = document.get(kind)
    for position, values in enumerate(tables if isinstance(tables, list) else ()):
        if isinstance(values, dict):
            yield _Table(kind, position, values, places)


def _check_shape(table: _Table) -> Iterator[Finding]:
    """Check that a table has the keys of its kind, each with a value of the right type."""
    keys = _KEYS[table.kind]
    required = ("source", "to") if table.kind == "map" else _REQUIRED
    for key in required:
        if key not in table.values:
            yield table.find(key, f'{key} is missing; add {key} = "…"')
    for key, value in table.values.items():
        expected = keys.get(key)
        if expected is None:
            yield table.find(key, _unknown_key(key, keys))
        elif not isinstance(value, expected):
            yield table.find(key, f"{key} must be {_TYPE_NAMES[expected]}")
        elif isinstance(value, str) and not value.strip():
            yield table.find(key, f"{key} is empty")
        elif isinstance(value, list):
            yield from _check_items(table, key, value)


def _check_items(table: _Table, key: str, items: list[Any]) -> Iterator[Finding]:
    for item in items:
        line = table.places.value(table.kind, table.position, key, item)
        if not isinstance(item, str):
            yield table.find(key, f"{key} must hold nothing but text in quotes")._replace(line=line)
        elif not label_key(item):
            yield table.find(key, f'"{item}" in {key} holds no letter and no digit')._replace(line=line)


def _check_label(table: _Table) -> Iterator[Finding]:
    label_id, iptc = table.text("id"), table.text("iptc")
    if label_id.strip() and not _ID.fullmatch(label_id):
        yield table.find("id", "an id is made of a-z, 0-9 and single hyphens, such as israel-palestine")
    if label_id == MASK:
        yield table.find("id", f'"{MASK}" is what a [[map]] says for "unknown"; choose another id')
    if iptc.strip() and not _IPTC.fullmatch(iptc):
        yield table.find("iptc", f'"{iptc}" is not a Media Topic code; write medtop: and eight digits')


def _check_topic(table: _Table, section_ids: set[str]) -> Iterator[Finding]:
    kind, section = table.text("kind"), table.text("section")
    kinds = get_args(TopicKind)
    if kind.strip() and kind not in kinds:
        yield table.find("kind", f'unknown kind "{kind}"; choose one of {", ".join(kinds)}')
    if section.strip() and section not in section_ids:
        yield table.find("section", f'there is no section with the id "{section}"')


def _check_names(tables: list[_Table]) -> Iterator[Finding]:
    """Check that no id and no name, however spelled, stands for two labels of one kind."""
    ids: dict[str, _Table] = {}
    owners: dict[str, _Table] = {}
    for table in tables:
        label_id = table.text("id")
        if label_id and label_id in ids:
            yield table.find("id", f"the id stands twice{_also(ids[label_id], 'id', label_id)}")
            continue
        ids[label_id] = table
        names = [(key, table.text(key)) for key in ("id", "ar", "en")]
        names += [("aliases", alias) for alias in table.texts("aliases")]
        for key, name in names:
            label = label_key(name)
            owner = owners.setdefault(label, table)
            if label and owner is not table:
                message = f'the name "{name}" already stands for {owner.kind} "{owner.text("id")}"; remove one of them'
                line = table.places.value(table.kind, table.position, key, name)
                yield table.find(key, message)._replace(line=line)


def _also(table: _Table, key: str, value: str) -> str:
    line = table.places.value(table.kind, table.position, key, value)
    return "" if line is None else f", first on line {line}"


def _check_maps(maps: list[_Table], ids: dict[str, set[str]]) -> Iterator[Finding]:
    seen: set[tuple[str, ...]] = set()
    for table in maps:
        named = [kind for kind in ids if kind in table.values]
        if len(named) != 1:
            yield table.find("source", "name the section or the topic that it is about, and only one of them")
            continue
        kind, target = named[0], table.text("to")
        if target.strip() and target != MASK and target not in ids[kind]:
            yield table.find("to", f'there is no {kind} with the id "{target}"; write an id or "{MASK}"')
        yield from _check_among(table, kind, ids)
        rule = (kind, label_key(table.text("source")), label_key(table.text(kind)))
        if rule in seen:
            yield table.find(kind, f'"{table.text(kind)}" of "{table.text("source")}" is mapped twice; remove one')
        seen.add(rule)


def _check_among(table: _Table, kind: str, ids: dict[str, set[str]]) -> Iterator[Finding]:
    if "among" not in table.values:
        return
    if kind != "section" or table.text("to") != MASK:
        yield table.find("among", f'among goes with a section and to = "{MASK}"')
    if len(set(table.texts("among"))) < 2:
        yield table.find("among", "among names at least two sections, one of which is meant")
    for target in table.texts("among"):
        if label_key(target) and target not in ids["section"]:
            yield table.find("among", f'there is no section with the id "{target}"')
