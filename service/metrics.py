"""What Prometheus scrapes: requests, labels, abstentions, unknown words, across all workers.

``observing`` counts requests and ``labelling`` answers, here; ``api.operations`` shows the sums. Writing one number to
the files that workers share takes longer than scoring a headline, so what happens is noted, and a thread adds it up
twice a second.

The library keeps its metrics in module globals and chooses, when it is imported, between counting in the process and
in files (``PROMETHEUS_MULTIPROC_DIR``): ``shared_folder`` makes a place for these before this module is imported.
"""

from __future__ import annotations

import logging
import os
import struct
import threading
import time
from bisect import bisect_left
from collections import Counter as Tally
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from model.prediction import Prediction

if TYPE_CHECKING:
    from model.classifier import NewsClassifier

__all__ = ["CONTENT_TYPE", "count_labels", "count_request", "exposition"]

_log = logging.getLogger(__name__)

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = 0.5
"""How long what happened may wait to be added up."""

_BOUNDS = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
_REQUESTS = Counter("tabwib_requests", "Requests by route and status.", ["route", "status"])
_LATENCY = Histogram(
    "tabwib_request_seconds",
    "From the headers to the last byte of the answer; a client that sends slowly makes it long.",
    ["route"],
    buckets=_BOUNDS,
)
_SECTIONS = Counter("tabwib_sections", "Documents by section and decision.", ["section", "decision"])
_TOPICS = Counter("tabwib_topics", "Topics given.", ["topic"])
_REVIEWS = Counter("tabwib_reviews", "Documents that want an editor, by reason.", ["reason"])
_WORDS = Counter("tabwib_words", "Words of documents, by whether the model knows them.", ["known"])

_requests: deque[tuple[str, int, float]] = deque()
_labels: deque[Prediction] = deque()
_thread: list[threading.Thread] = []  # one, once something has happened in this process
_adding = threading.Lock()


def count_request(route: str, status: int, seconds: float) -> None:
    """Count a request that was answered.

    Parameters
    ----------
    route : str
        One of a fixed set: what a client makes up is no label.
    status : int
    seconds : float
    """
    _requests.append((route, status, seconds))
    _start()


def count_labels(prediction: Prediction) -> None:
    """Count what one document was given."""
    _labels.append(prediction)
    _start()


def _start() -> None:
    if not _thread:
        _thread.append(threading.Thread(target=_add_for_ever, name="metrics", daemon=True))
        _thread[0].start()


def _add_for_ever() -> None:
    while True:
        time.sleep(_SECONDS)
        _add()


def _add() -> None:
    """Add up what has happened so far in this process."""
    with _adding:
        requests = [_requests.popleft() for _ in range(len(_requests))]
        predictions = [_labels.popleft() for _ in range(len(_labels))]
        try:
            _add_requests(requests)
            _add_predictions(predictions)
        except OSError:  # a full disk: what happened is lost to the metrics, and nothing else
            _log.exception("metrics could not be counted")


def _add_requests(requests: Sequence[tuple[str, int, float]]) -> None:
    _add_all(_REQUESTS, Tally((route, str(status)) for route, status, _ in requests))
    for route in {route for route, _, _ in requests}:
        _observe_all(route, [seconds for of_route, _, seconds in requests if of_route == route])


def _observe_all(route: str, seconds: Sequence[float]) -> None:
    """Do what the histogram's ``observe`` does, for many at once: one by one, it takes 20 us for each."""
    histogram = _LATENCY.labels(route)
    for bucket, number in Tally(bisect_left(_BOUNDS, each) for each in seconds).items():
        histogram._buckets[bucket].inc(number)
    histogram._sum.inc(sum(seconds))


def _add_predictions(predictions: Sequence[Prediction]) -> None:
    sections = (prediction.section for prediction in predictions if prediction.section is not None)
    _add_all(_SECTIONS, Tally((section.id, section.decision) for section in sections))
    _add_all(_TOPICS, Tally((topic.id,) for prediction in predictions for topic in prediction.topics))
    _add_all(_REVIEWS, Tally((reason,) for prediction in predictions for reason in prediction.review_reasons))
    known = sum(prediction.n_known for prediction in predictions)
    words = sum(prediction.n_words for prediction in predictions)
    _add_all(_WORDS, {("yes",): known, ("no",): words - known})


def _add_all(counter: Counter, amounts: Mapping[tuple[str, ...], int]) -> None:
    for labels, amount in amounts.items():
        if amount:
            counter.labels(*labels).inc(amount)


def _forget() -> None:
    """Begin anew in a forked process: what its parent noted is its parent's, and so is the thread."""
    global _adding  # the parent may have held it
    _requests.clear()
    _labels.clear()
    _thread.clear()
    _adding = threading.Lock()


os.register_at_fork(after_in_child=_forget)


class _Models(Collector):
    """Which models answer, as the worker that is asked knows it."""

    def __init__(self, models: Mapping[str, NewsClassifier]) -> None:
        self._models = models

    def collect(self) -> Iterable[GaugeMetricFamily]:
        family = GaugeMetricFamily("tabwib_model_info", "Models that answer.", labels=["model", "version", "sha256"])
        for name, classifier in self._models.items():
            family.add_metric([name, classifier.info.version, classifier.info.sha256], 1)
        yield family


def exposition(models: Mapping[str, NewsClassifier]) -> bytes:
    """Write all metrics in Prometheus's text format.

    Parameters
    ----------
    models : mapping of str to NewsClassifier
        The models that are being served, by name.
    """
    _add()
    counted = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(counted := CollectorRegistry())  # type: ignore[no-untyped-call]
    served = CollectorRegistry()
    served.register(_Models(models))
    try:
        return generate_latest(counted) + generate_latest(served)
    except (OSError, struct.error):  # a file that a full disk has left empty
        _log.exception("metrics could not be read")
        return generate_latest(served)
