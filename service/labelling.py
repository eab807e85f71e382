"""From what was read to the content of answers: predict, select, write.

Called by the routes of ``api.classify``; the one place where the steps of labelling meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from model.article import Article
from model.classifier import NewsClassifier
from model.explain import Explanations, explain
from model.prediction import Prediction
from service.answers import answer
from service.documents import Reading, read_document, texts_of
from service.metrics import count_labels
from service.refusals import Caller, RefusedError, describe, refusal_of
from service.schemas import BatchRequest, Document, Options, RefusedDocument
from service.selection import select, unknown_labels

__all__ = ["label", "label_all", "label_batch", "label_reading"]

_DEFAULT_OPTIONS = Options()
_NOTHING_SENT = Document()


class _Prepared(NamedTuple):
    """A document that is ready for the classifier: as it was sent, as it was read, and what is wanted of it."""

    document: Document
    reading: Reading
    options: Options


def label(document: Document, classifier: NewsClassifier) -> dict[str, Any]:
    """Label one document.

    Raises
    ------
    RefusedError, InputError
        If it cannot be used.
    """
    prepared = _prepare(document, _DEFAULT_OPTIONS, classifier)
    return _write(prepared, classifier.predict(prepared.reading.article), classifier)


def label_reading(reading: Reading, classifier: NewsClassifier) -> dict[str, Any]:
    """Label what was sent as a text, a page or JSON-LD: it has no id, and no options but the defaults."""
    prepared = _Prepared(_NOTHING_SENT, reading, _DEFAULT_OPTIONS)
    return _write(prepared, classifier.predict(reading.article), classifier)


def label_batch(batch: BatchRequest, classifier: NewsClassifier, caller: Caller) -> list[dict[str, Any]]:
    """Label every document of a batch that can be used; the others carry their problems, in their places.

    Raises
    ------
    RefusedError
        If the options for the whole batch name unknown labels.
    """
    options = batch.options or _DEFAULT_OPTIONS
    _check_options(options, classifier)
    places = [("documents", position) for position in range(len(batch.documents))]
    return label_all(batch.documents, classifier, caller, options=options, places=places)


def label_all(
    documents: Sequence[Document | RefusedDocument],
    classifier: NewsClassifier,
    caller: Caller,
    *,
    options: Options = _DEFAULT_OPTIONS,
    places: Sequence[tuple[str | int, ...]] = (),
) -> list[dict[str, Any]]:
    """Label documents together, in their order.

    Parameters
    ----------
    documents : sequence of Document or RefusedDocument
    classifier : NewsClassifier
    caller : Caller
    options : Options
        For documents that bring none of their own.
    places : sequence of tuple of str or int
        Where each document stands in what was sent, for the pointers of its problem; each stands alone where empty.
    """
    entries = [_prepare_or_fail(document, options, classifier) for document in documents]
    articles = [entry.reading.article for entry in entries if isinstance(entry, _Prepared)]
    outcomes = iter(_predict_each(articles, classifier))
    answers = []
    for position, entry in enumerate(entries):
        try:
            answers.append(_finish(entry, outcomes, classifier))
        except Exception as error:  # noqa: BLE001  # one that fails must not take 255 others with it
            refusal = refusal_of(error, caller.request_id)
            problem = describe(refusal.moved(*places[position]) if places else refusal, caller)
            answers.append({"id": documents[position].id, "problem": problem})
    return answers


def _check_options(options: Options, classifier: NewsClassifier) -> None:
    """Refuse filters that name unknown labels."""
    if faults := unknown_labels(options, classifier.taxonomy):
        raise RefusedError("invalid_request", *faults)


def _prepare(document: Document | RefusedDocument, options: Options, classifier: NewsClassifier) -> _Prepared:
    """Check the options of a document, its own before those given, and read it."""
    if isinstance(document, RefusedDocument):
        raise document.refusal
    if document.options is not None:
        options = document.options
        _check_options(options, classifier)
    return _Prepared(document, read_document(document), options)


def _prepare_or_fail(
    document: Document | RefusedDocument, options: Options, classifier: NewsClassifier
) -> _Prepared | Exception:
    try:
        return _prepare(document, options, classifier)
    except Exception as error:  # noqa: BLE001  # raised again when its turn has come
        return error


def _predict_each(articles: Sequence[Article], classifier: NewsClassifier) -> Sequence[Prediction | Exception]:
    """Predict together; where that fails, one by one, so that only the article that fails carries the failure."""
    with suppress(Exception):  # it is met again below, by the article it belongs to
        return classifier.predict_batch(articles)
    return [_predict_or_fail(article, classifier) for article in articles]


def _predict_or_fail(article: Article, classifier: NewsClassifier) -> Prediction | Exception:
    try:
        return classifier.predict(article)
    except Exception as error:  # noqa: BLE001  # raised again when its turn has come
        return error


def _finish(
    entry: _Prepared | Exception, outcomes: Iterator[Prediction | Exception], classifier: NewsClassifier
) -> dict[str, Any]:
    """Write the answer to one document, or raise what came in between; ``outcomes`` are those of prepared documents."""
    if isinstance(entry, Exception):
        raise entry
    outcome = next(outcomes)
    if isinstance(outcome, Exception):
        raise outcome
    return _write(entry, outcome, classifier)


def _write(prepared: _Prepared, prediction: Prediction, classifier: NewsClassifier) -> dict[str, Any]:
    """Apply the options to a prediction and write the answer."""
    reading, options = prepared.reading, prepared.options
    selected = select(prediction, options)
    count_labels(selected)
    explained = _explain(prepared, selected, classifier) if options.explain else None
    return answer(prepared.document.id, selected, reading.warnings, classifier, options.top_k, explained)


def _explain(prepared: _Prepared, selected: Prediction, classifier: NewsClassifier) -> Explanations:
    """Find the words that spoke for the labels that are given."""
    sections = () if selected.section is None else (selected.section.id,)
    topics = [topic.id for topic in selected.topics]
    sent = texts_of(prepared.document)
    return explain(classifier, prepared.reading.article, sections=sections, topics=topics, sent=sent)
