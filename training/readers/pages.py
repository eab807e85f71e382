"""A folder of raw pages, as a crawler left them.

Each page is read as the service would read it (``model.pages``); what is printed on it as section and topics is gold.
``datasets`` is not used: it offers nothing for pages, and one broken page among thousands would end its stream.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

from model.article import Article
from model.errors import CorpusError, PageError
from training.readers.row import OddRow, Row, RowGenerator

__all__ = ["PagesReader"]

_SUFFIXES = frozenset({".txt", ".html"})


class PagesReader:
    """Reader of a folder of ``.txt`` and ``.html`` pages; see `training.readers.row.Reader`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stem = folder.resolve().name
        self.columns = ["id", "headline", "body", "section", "topics", "published", "source", "url"]
        self.digest = ""
        self._pages = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
        if not self._pages:
            advice = "give the folder of the pages, or hf:FOLDER for a folder that holds a dataset"
            raise CorpusError(f"there is no .txt or .html page in this folder; {advice}", path=folder)

    def rows(self, wanted: Collection[str]) -> RowGenerator:  # noqa: ARG002
        """Yield the pages in the order of their paths; one that is not UTF-8 or cannot be read as a page is odd."""
        from model.pages import read_page

        digest = hashlib.sha256()
        for number, path in enumerate(self._pages, start=1):
            name = path.relative_to(self.folder).as_posix()
            try:
                raw = path.read_bytes()
            except OSError as error:
                raise CorpusError(f"cannot be opened ({error.strerror}); check its permissions", path=path) from error
            digest.update(f"{name}\0{hashlib.sha256(raw).hexdigest()}\n".encode())
            try:
                yield Row(number, _values(name, read_page(raw.decode("utf-8-sig")).article))
            except UnicodeDecodeError:
                yield OddRow("page not UTF-8")
            except PageError:
                yield OddRow("page cannot be read")
        self.digest = digest.hexdigest()


def _values(name: str, article: Article) -> dict[str, object]:
    """Lay a page out as a row; a page that prints no topics says nothing about them, so they are unknown."""
    return {
        "id": name,
        "headline": article.headline,
        "body": "\n".join(part for part in (article.subheadline, article.body) if part),
        "section": article.section,
        "topics": list(article.topics) or None,
        "published": article.published,
        "source": article.source,
        "url": article.url,
    }
