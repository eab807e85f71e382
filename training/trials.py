"""How good settings of learning are, measured again and again on the same parts, features computed once.

Behind ``training.tune``. A trial fits heads on every part of a corpus but one and labels that one by the highest
score; nothing is calibrated, which takes most of the time of ``protocols`` and changes the order of settings little.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.metrics import average_precision_score

from training.background.blend import Strengths
from training.dataset import Dataset
from training.ground import Beside, Ground, prepare, strengths_of
from training.heads import Examples, HeadTask, fit_heads
from training.measure import section_agreement
from training.preparation import Prepared
from training.progress import step
from training.protocols import Part, ProtocolRequest, apart, choose_parts, learnable
from training.settings import LearnSettings

__all__ = ["FIGURES", "Bench", "TrialPart"]

FIGURES = tuple(
    f"{view}{figure}"
    for figure in ("section.accuracy", "section.macro_f1", "topics.mean_average_precision")
    for view in ("", "headline_only.")
)
"""Figures of a trial, named as in ``evaluate --json``."""


@dataclass(frozen=True, slots=True)
class TrialPart:
    """A part that is measured, and the features of what is learned from before.

    Attributes
    ----------
    name : str
    ground : Ground
        What heads are fitted on, the background at full strength.
    whole, headlines : csr_array of shape (n_articles, n_columns)
        The part in the columns of the ground.
    train, test : Dataset
    """

    name: str
    ground: Ground
    whole: sparse.csr_array
    headlines: sparse.csr_array
    train: Dataset
    test: Dataset


class Bench:
    """The parts of a corpus, ready for trials.

    Parameters
    ----------
    request : ProtocolRequest
        Its settings are those of every trial, but for what the trial changes; vocabulary and seed are not changed.
    prepared : Prepared
    n_articles : int
        Most articles to learn from; of more, so many are drawn.
    """

    def __init__(self, request: ProtocolRequest, prepared: Prepared, n_articles: int) -> None:
        parts, self.warnings = choose_parts(request, prepared)
        self._settings = request.settings
        self.parts = []
        with step("features", total=len(parts), unit="parts") as bar:
            for part in parts:
                fewer = _fewer(part, n_articles, request.settings.seed)
                train, test = apart(fewer, prepared, *learnable(fewer, prepared, request.settings))
                self.parts.append(_ready(part.name, train, test, request.settings, prepared.beside))
                bar.update()

    @property
    def strengths(self) -> Strengths:
        """Return how much the background counts with the settings of the request."""
        return strengths_of(self.parts[0].train, self._settings)

    @property
    def figures(self) -> tuple[str, ...]:
        """Return the figures that can be measured: those of sections where any part has some, and so for topics."""
        sections = any((part.test.section >= 0).any() for part in self.parts)
        topics = any(part.test.topics[part.test.topics_known].any() for part in self.parts)
        return tuple(name for name in FIGURES if (topics if "topics." in name else sections))

    def measure(self, settings: LearnSettings, wanted: Sequence[str]) -> Iterator[Mapping[str, float]]:
        """Fit and measure part by part, so that a hopeless trial can be stopped.

        Parameters
        ----------
        settings : LearnSettings
        wanted : sequence of str
            Names among ``figures``; heads that they do not need are not fitted.

        Yields
        ------
        mapping of str to float
            The figures of one part, in [0, 1]; those that the part has no gold labels for are missing.
        """
        for part in self.parts:
            yield _measure(part, settings, wanted)


def _fewer(part: Part, n_articles: int, seed: int) -> Part:
    if len(part.train) <= n_articles:
        return part
    return replace(part, train=np.sort(np.random.default_rng(seed).choice(part.train, n_articles, replace=False)))


def _ready(name: str, train: Dataset, test: Dataset, settings: LearnSettings, beside: Beside) -> TrialPart:
    ground = prepare(train, replace(settings, own=1.0, latent=1.0, directions=1.0), beside)
    views = []
    for texts in (test.whole, test.headlines):
        indices, data, indptr = ground.space.transform(texts)
        X = sparse.csr_array((data, indices, indptr), shape=(len(texts), ground.space.n_features))
        views.append(X.astype(np.float64) if ground.blend is None else ground.blend.columns(X))
    return TrialPart(name, ground, views[0], views[1], train, test)


def _measure(part: TrialPart, settings: LearnSettings, wanted: Sequence[str]) -> dict[str, float]:
    columns = _columns(part, settings)
    X = part.ground.X @ columns
    views = {"": part.whole @ columns, "headline_only.": part.headlines @ columns}
    tasks = list(_tasks(part.ground.examples, settings, wanted))
    scores = {
        view: (
            np.full((rows.shape[0], part.ground.examples.n_sections), -np.inf),
            np.zeros((rows.shape[0], part.ground.examples.topics.shape[1])),
        )
        for view, rows in views.items()
    }
    for head in fit_heads(X, part.ground.examples, tasks, seed=settings.seed, jobs=settings.jobs):
        for view, rows in views.items():
            found = rows @ head.coef.T + head.intercept
            if head.task.topic is None:
                scores[view][0][:] = found
            else:
                scores[view][1][:, head.task.topic] = found[:, 0]
    figures: dict[str, float] = {}
    for view, (of_sections, of_topics) in scores.items():
        measured = {**_of_sections(part.test, of_sections), **_of_topics(part.test, of_topics)}
        figures |= {view + name: value for name, value in measured.items() if view + name in wanted}
    return figures


def _columns(part: TrialPart, settings: LearnSettings) -> sparse.csr_array:
    """Return the diagonal matrix that gives the background its strengths, without the columns that count nothing."""
    n_columns = part.ground.X.shape[1]
    factors = np.ones(n_columns)
    if part.ground.blend is not None:
        factors = part.ground.blend.factors(strengths_of(part.train, settings))
    kept = np.flatnonzero(factors).astype(np.int32)  # liblinear takes 32-bit indices only, and products keep theirs
    places = (kept, np.arange(kept.size, dtype=np.int32))
    return sparse.csr_array((factors[kept], places), shape=(n_columns, kept.size))


def _tasks(examples: Examples, settings: LearnSettings, wanted: Sequence[str]) -> Iterator[HeadTask]:
    nothing = np.zeros(len(examples), dtype=np.bool_)
    if examples.n_sections and any("section." in name for name in wanted):
        known = examples.section >= 0
        yield HeadTask(None, known, nothing, settings.section_C(int(known.sum())))
    if any("topics." in name for name in wanted):
        for topic in range(examples.topics.shape[1]):
            yield HeadTask(topic, examples.taught[:, topic], nothing, settings.regularization)


def _of_sections(test: Dataset, scores: NDArray[np.float64]) -> dict[str, float]:
    known = test.section >= 0
    if not known.any():
        return {}
    agreement = section_agreement(test.section[known], scores[known].argmax(axis=1))
    return {"section.accuracy": agreement["accuracy"], "section.macro_f1": agreement["macro_f1"]}


def _of_topics(test: Dataset, scores: NDArray[np.float64]) -> dict[str, float]:
    looked = test.topics_known
    topics = np.flatnonzero(test.topics[looked].any(axis=0))
    if not topics.size:
        return {}
    precisions = [average_precision_score(test.topics[looked, topic], scores[looked, topic]) for topic in topics]
    return {"topics.mean_average_precision": float(np.mean(precisions))}
