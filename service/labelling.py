"""From validated requests to the content of answers: read, predict, select, write.

Called by the routes of ``api.classify``; the one place where the steps of labelling meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from model.classifier import NewsClassifier
from model.errors import InputError
from model.prediction import Prediction
from service.answers import answer
from service.documents import Reading, read_document
from service.faults import under
from service.refusals import RefusedError, describe, refusal_of, unforeseen
from service.schemas import BatchRequest, Document, Options, RefusedDocument
from service.selection import select, unknown_labels

__all__ = ["label", "label_batch"]

_DEFAULT_OPTIONS = Options()

_EXPLAIN_UNAVAILABLE = {"code": "explain_unavailable"}
"""Warning to a client that asked for evidence, which this version does not give."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A document that is ready for the classifier."""

    id: str | None
    reading: Reading
    options: Options


def label(document: Document, classifier: NewsClassifier) -> dict[str, Any]:
    """Label one document.

    Raises
    ------
    RefusedError, InputError
        If it cannot be used.
    """
    prepared = _prepare(document, document.options or _DEFAULT_OPTIONS, classifier)
    return _write(prepared, classifier.predict(prepared.reading.article), classifier)


def label_batch(batch: BatchRequest, classifier: NewsClassifier) -> list[dict[str, Any]]:
    """Label every document of a batch that can be used; the others carry their problems, in their places.

    Raises
    ------
    RefusedError
        If the options for the whole batch name unknown labels.
    """
    options = batch.options or _DEFAULT_OPTIONS
    _check_options(options, classifier)
    entries = [_prepare_entry(entry, position, options, classifier) for position, entry in enumerate(batch.documents)]
    prepared = [entry for entry in entries if isinstance(entry, _Prepared)]
    predictions = iter(classifier.predict_batch([entry.reading.article for entry in prepared]))
    return [
        _write(entry, next(predictions), classifier) if isinstance(entry, _Prepared) else entry for entry in entries
    ]


def _check_options(options: Options, classifier: NewsClassifier) -> None:
    """Refuse filters that name unknown labels."""
    if faults := unknown_labels(options, classifier.taxonomy):
        raise RefusedError("invalid_request", *faults)


def _prepare(document: Document, options: Options, classifier: NewsClassifier) -> _Prepared:
    """Check the options of a document and read it."""
    _check_options(options, classifier)
    return _Prepared(document.id, read_document(document), options)


def _prepare_entry(
    entry: Document | RefusedDocument, position: int, options: Options, classifier: NewsClassifier
) -> _Prepared | dict[str, Any]:
    """Prepare one entry of a batch, or write the problem that stands in its place."""
    if isinstance(entry, RefusedDocument):
        return _refused(entry.id, position, RefusedError("invalid_request", *entry.faults))
    try:
        return _prepare(entry, entry.options or options, classifier)
    except RefusedError as refusal:
        return _refused(entry.id, position, refusal)
    except InputError as error:
        return _refused(entry.id, position, refusal_of(error))
    except Exception as error:  # noqa: BLE001  # a page that trips the reader must not take 255 others with it
        return _refused(entry.id, position, unforeseen(error))


def _refused(identifier: str | None, position: int, refusal: RefusedError) -> dict[str, Any]:
    """Write the problem that stands in the place of one document, pointing into the batch."""
    faults = (under(fault, "documents", position) for fault in refusal.faults)
    return {"id": identifier, "problem": describe(RefusedError(refusal.code, *faults, **refusal.values))}


def _write(prepared: _Prepared, prediction: Prediction, classifier: NewsClassifier) -> dict[str, Any]:
    """Apply the options to a prediction and write the answer."""
    warnings = [*prepared.reading.warnings, *([_EXPLAIN_UNAVAILABLE] if prepared.options.explain else [])]
    selected = select(prediction, prepared.options)
    return answer(prepared.id, selected, warnings, classifier, prepared.options.top_k)
