"""A taxonomy file, read and checked.

Between the TOML file that people edit (its format: ``docs/taxonomy.md``) and the `Taxonomy` that training uses.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from model.errors import TaxonomyError
from model.taxonomy.checks import MASK, Finding, check_document
from model.taxonomy.places import Places
from model.taxonomy.values import LabelRule, Section, Taxonomy, Topic

__all__ = ["load_taxonomy", "taxonomy_errors"]

_SYNTAX_LINE = re.compile(r" \(at line (\d+), column \d+\)$| \(at end of document\)$")
"""How ``tomllib`` ends its messages; Python 3.14 has the line as an attribute, 3.11 only here."""


def load_taxonomy(path: str | Path) -> Taxonomy:
    """Load a taxonomy file.

    Parameters
    ----------
    path : str or Path
        A TOML file in UTF-8, with or without a byte order mark.

    Returns
    -------
    Taxonomy
        Sections and topics in the order of the file.

    Raises
    ------
    TaxonomyError
        If the file cannot be read or is wrong; it points at the first fault and counts the others.
    """
    text = _read(path)
    document = _parse(text, path)
    findings = _findings(document, text)
    if findings:
        line, message = findings[0]
        if len(findings) > 1:
            message += f" (and {len(findings) - 1} more; python -m model.taxonomy {path} lists all)"
        raise TaxonomyError(message, path=path, line=line)
    return _build(document)


def taxonomy_errors(path: str | Path) -> list[TaxonomyError]:
    """Find everything that is wrong with a taxonomy file.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    list of TaxonomyError
        In the order of their lines; empty where the file can be loaded. A file that cannot be parsed has one.
    """
    try:
        text = _read(path)
        document = _parse(text, path)
    except TaxonomyError as error:
        return [error]
    return [TaxonomyError(message, path=path, line=line) for line, message in _findings(document, text)]


def _read(path: str | Path) -> str:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise TaxonomyError(f"the taxonomy cannot be read: {error.strerror}", path=path) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TaxonomyError("this is not UTF-8; save the file as UTF-8", path=path, line=line) from error


def _parse(text: str, path: str | Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = _SYNTAX_LINE.search(message)
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        reason = _SYNTAX_LINE.sub("", message)
        raise TaxonomyError(f"this is not TOML: {reason}", path=path, line=line) from error


def _findings(document: dict[str, Any], text: str) -> list[Finding]:
    return sorted(check_document(document, Places(text)), key=lambda finding: finding.line or 0)


def _build(document: dict[str, Any]) -> Taxonomy:
    """Make a taxonomy of a document in which nothing was found wrong."""
    return Taxonomy(
        name=document["name"],
        sections=tuple(Section(**_tuples(table)) for table in document.get("section", ())),
        topics=tuple(Topic(**_tuples(table)) for table in document.get("topic", ())),
        rules=tuple(map(_rule, document.get("map", ()))),
    )


def _tuples(table: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


def _rule(table: dict[str, Any]) -> LabelRule:
    to = None if table["to"] == MASK else table["to"]
    if "section" in table:
        return LabelRule(table["source"], "section", table["section"], to, tuple(table.get("among", ())))
    return LabelRule(table["source"], "topic", table["topic"], to)
