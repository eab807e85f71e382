"""One story for the page: read, labelled with its evidence, and laid out to be shown.

``pages`` calls it where no script runs; where one does, it asks ``/v1/extract`` and ``/v1/classify`` for the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from model.classifier import NewsClassifier
from model.pages import ReadPage
from service.documents import page_of_document
from service.labelling import label
from service.schemas import Document, Options, Page
from service.web.marking import Piece, gather_marks, paragraphs

__all__ = ["Story", "label_text", "words_of"]

_FIELDS = ("headline", "subheadline", "body")


@dataclass(frozen=True, slots=True)
class Story:
    """A story and what is said about it.

    Attributes
    ----------
    answer : mapping of str to Any
        As ``/v1/classify`` gives it, evidence included.
    page : ReadPage
        What was found in the text that was sent, and what was taken off it.
    texts : mapping of str to list of list of Piece
        Paragraphs of each field that holds text.
    """

    answer: Mapping[str, Any]
    page: ReadPage
    texts: Mapping[str, list[list[Piece]]]


def label_text(text: str, classifier: NewsClassifier) -> Story:
    """Read a text as a page, label what is found in it, and mark the words that spoke for the labels.

    Read first and labelled by its fields, so that words are marked in the story as people read it, not in the source
    of a page.

    Raises
    ------
    RefusedError
        If it is blank or too long.
    """
    page = page_of_document(Page(page=text))
    found = {name: value for name in _FIELDS if (value := getattr(page.article, name).strip())}
    if "headline" not in found and "body" not in found:
        found = {"page": text}  # there is nothing to label, and the answer says why
    document = Document.model_validate({**found, "options": Options(explain=True)})
    answer = label(document, classifier)
    marks = gather_marks(answer)
    texts = {name: paragraphs(found[name], marks.get(name, {})) for name in _FIELDS if name in found}
    return Story(answer, page, texts)


def words_of(evidence: Iterable[Mapping[str, Any]]) -> list[str]:
    """List the words of a label's evidence, each once, heaviest first."""
    return list(dict.fromkeys(word["text"] for word in evidence))
