"""Size of a model, and how long one text takes. Called by ``examine``."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from time import perf_counter

from model.article import Article
from model.classifier import NewsClassifier
from training.corpus import LabelledArticle
from training.report.details import Footprint

__all__ = ["measure_footprint"]

TIMED = 50
"""Articles that are labelled one by one."""


def measure_footprint(classifier: NewsClassifier, articles: Sequence[LabelledArticle]) -> Footprint:
    """Measure size and speed.

    Parameters
    ----------
    classifier : NewsClassifier
    articles : sequence of LabelledArticle
        At least one; the first few are labelled one by one.
    """
    whole = [Article(headline=article.headline, body=article.body) for article in articles[:TIMED]]
    headlines = [Article(headline=article.headline or article.body[:60]) for article in articles[:TIMED]]
    arrays = (*classifier.space.to_arrays().values(), classifier.scale, classifier.intercept)
    classifier.warm_up()
    return {
        "bytes": classifier.weights.nbytes + sum(array.nbytes for array in arrays),
        "features": classifier.space.n_features,
        "weighted_features": classifier.weights.n_weighted,
        "headline_milliseconds": _milliseconds(classifier, headlines),
        "article_milliseconds": _milliseconds(classifier, whole),
    }


def _milliseconds(classifier: NewsClassifier, articles: Sequence[Article]) -> float:
    seconds = []
    for article in articles:
        started = perf_counter()
        classifier.predict(article)
        seconds.append(perf_counter() - started)
    return round(1000 * median(seconds), 3)
