"""How labels stand up to changes that should not matter; `disturb` makes them.

Called by ``examine`` on a sample of the measured articles; the changed stories go the whole way from raw text.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from model import views
from model.article import Article
from model.classifier import NewsClassifier, Scores
from training.corpus import LabelledArticle
from training.dataset import Dataset
from training.examine.disturb import DISTURBANCES, HEADLINE_TOO
from training.examine.sample import sample_rows
from training.measure import section_agreement, topic_agreement
from training.progress import step
from training.report.details import Robustness, RobustnessFigures, RobustnessRow

__all__ = ["measure_robustness"]

MOST_ARTICLES = 1000
"""Articles that are changed: of 1,000, a change in accuracy of one point is ten articles."""


def measure_robustness(
    classifier: NewsClassifier,
    dataset: Dataset,
    tagged: NDArray[np.bool_],
    articles: Sequence[LabelledArticle],
    seed: int = 0,
) -> Robustness:
    """Label articles before and after every change.

    Parameters
    ----------
    classifier : NewsClassifier
    dataset : Dataset
        The gold labels.
    tagged : ndarray of shape (n_topics,), bool
        The topics of the classifier that the dataset has.
    articles : sequence of LabelledArticle
        The texts as they were read, row by row those of the dataset.
    seed : int
    """
    rows = sample_rows(len(dataset), MOST_ARTICLES, seed)
    sample = dataset.take(rows)
    originals = [Article(headline=articles[row].headline, body=articles[row].body) for row in rows]
    found: list[RobustnessRow] = []
    with step("trying other spellings", total=len(originals) * (1 + len(DISTURBANCES))) as bar:
        base = [_score(classifier, originals, view, tagged) for view in _VIEWS]
        bar.update(len(originals))
        of_base = [_figures(sample, scores, scores) for scores in base]
        found.append({"name": "as-it-is", "whole": of_base[0], "headline": of_base[1]})
        for name, disturb in DISTURBANCES.items():
            random = Random(f"{seed} {name}")  # noqa: S311 - nothing is kept secret
            changed = [disturb(article, random) for article in originals]
            figures = [
                _figures(sample, _score(classifier, changed, view, tagged), scores)
                for view, scores in zip(_VIEWS, base, strict=True)
                if view == "whole" or name in HEADLINE_TOO
            ]
            found.append({"name": name, "whole": figures[0], "headline": figures[1] if len(figures) > 1 else None})
            bar.update(len(originals))
    return {"n": len(originals), "rows": found}


_VIEWS = ("whole", "headline")


def _score(classifier: NewsClassifier, articles: Sequence[Article], view: str, tagged: NDArray[np.bool_]) -> Scores:
    read = views.whole if view == "whole" else views.headline_only
    scores = classifier.score([read(article) for article in articles])
    return Scores(scores.sections, scores.topics[:, tagged], scores.given[:, tagged], scores.n_words)


def _figures(dataset: Dataset, scores: Scores, base: Scores) -> RobustnessFigures:
    """Measure changed texts, and how far they are from the texts as they are."""
    known, looked = dataset.section >= 0, dataset.topics_known
    has_sections, has_topics = bool(scores.sections.shape[1]), bool(scores.topics.shape[1])
    accuracy, topic_f1 = [], []
    for one in (scores, base):
        if has_sections and known.any():
            given = one.sections[known].argmax(axis=1)
            accuracy.append(section_agreement(dataset.section[known], given)["accuracy"])
        if has_topics and looked.any():
            topic_f1.append(topic_agreement(dataset.topics[looked], one.given[looked])["micro_f1"] or 0.0)
    changed = scores.sections.argmax(axis=1) != base.sections.argmax(axis=1) if has_sections else None
    return {
        "accuracy": accuracy[0] if accuracy else None,
        "accuracy_change": accuracy[0] - accuracy[1] if accuracy else None,
        "sections_changed": None if changed is None else float(changed.mean()),
        "topic_f1": topic_f1[0] if topic_f1 else None,
        "topic_f1_change": topic_f1[0] - topic_f1[1] if topic_f1 else None,
    }
