"""Who takes part in ``side_by_side``: each learns sections from one corpus and says what that took.

``contest`` calls one of them in a process that does nothing else.
"""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import fasttext_peer
from benchmarks.peers import ScikitLearnPeer, Texts
from model.errors import TrainingError

__all__ = ["CONTESTANTS", "Learned", "Task"]

_EPOCHS = 8
_TUNED_ON = 20
"""Every 20th article is what the tuned fastText chooses its settings on, and not learned from."""


@dataclass(frozen=True, slots=True)
class Task:
    """What to learn from, and with what.

    Attributes
    ----------
    train : Path
    labels : {"taxonomy", "corpus"}
    folder : Path
        Empty; the model is saved there.
    cores : int
    background : Path or None
        For the contestant that learns with one.
    seconds : float or None
        For the contestant that is tuned: how long.
    """

    train: Path
    labels: str
    folder: Path
    cores: int
    background: Path | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of it.

    Attributes
    ----------
    label : callable
        Takes texts, returns the section of each.
    training_seconds : float
        Vectorizing both views and fitting the section head, or what stands for it; wall clock.
    fit_seconds : float
        All that a user waits for, with reading, calibrating, measuring, saving; on a fresh machine also compiling,
        which is over when the training that is compared begins.
    size : int
        Of the saved model, in bytes.
    judge : callable or None
        Takes texts, returns the probability of each section that ``label`` gives, and whether it is accepted without an
        editor; None for who does not tell.
    """

    label: Callable[[Sequence[str]], list[str]]
    training_seconds: float
    fit_seconds: float
    size: int
    judge: Callable[[Sequence[str]], tuple[NDArray[np.float64], NDArray[np.bool_]]] | None = None


def _tabwib(task: Task) -> Learned:
    """Learn as ``training.fit`` does; what it learns last, from everything, is the training that is compared."""
    from model.classifier import NewsClassifier
    from training.pipeline import FitRequest, fit
    from training.settings import LearnSettings

    artifact, report = task.folder / "artifact", task.folder / "report"
    started = time.perf_counter()
    fit(
        FitRequest(
            corpus=(str(task.train),),
            labels=task.labels,
            out=artifact,
            report=report,
            background=task.background,
            settings=LearnSettings(jobs=task.cores),
        )
    )
    fit_seconds = time.perf_counter() - started
    seconds = json.loads((report / "report.json").read_text(encoding="utf-8"))["provenance"]["seconds"]
    classifier = NewsClassifier.load(artifact)
    names = [section.id for section in classifier.taxonomy.sections]

    def label(texts: Sequence[str]) -> list[str]:
        return [names[best] for best in classifier.score(texts).sections.argmax(axis=1)]

    def judge(texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        scores = classifier.score(texts)
        confidence = scores.sections.max(axis=1)
        return confidence, confidence >= classifier.decider.section_thresholds(scores.n_words)

    return Learned(label, seconds["learn from everything"], fit_seconds, _size(artifact), judge)


def _scikit_learn(task: Task, **features: Any) -> Learned:
    """Learn with TF-IDF and balanced linear support vector machines."""
    import joblib
    from sklearn.svm import LinearSVC

    started = time.perf_counter()
    sections, views = _read(task.train)
    vectorizer = ScikitLearnPeer.vectorizer().set_params(**features)  # the one place that says what it is
    svm = LinearSVC(class_weight="balanced", random_state=0)
    began = time.perf_counter()
    svm.fit(vectorizer.fit_transform([text for view in views for text in view]), [*sections, *sections])
    training_seconds = time.perf_counter() - began
    joblib.dump((vectorizer, svm), task.folder / "model.joblib")

    def label(texts: Sequence[str]) -> list[str]:  # a Pipeline would take three times as long for one headline
        return list(map(str, svm.predict(vectorizer.transform(texts))))

    return Learned(label, training_seconds, time.perf_counter() - started, _size(task.folder))


def _fasttext(task: Task) -> Learned:
    """Learn with the settings of the published Arabic baselines."""
    settings = {**fasttext_peer.SETTINGS, "epoch": _EPOCHS, "loss": "softmax"}
    return _train_fasttext(task, settings, tuned=False)


def _fasttext_tuned(task: Task) -> Learned:
    """Let fastText choose its settings, all but the dimensions, in the time that Tabwib's fit took."""
    settings = {"dim": 100, "verbose": 0, "autotuneDuration": max(1, round(task.seconds or 0))}
    return _train_fasttext(task, settings, tuned=True)


def _train_fasttext(task: Task, settings: Mapping[str, Any], *, tuned: bool) -> Learned:
    started = time.perf_counter()
    sections, views = _read(task.train)
    chosen_on = np.arange(len(sections)) % _TUNED_ON == (0 if tuned else _TUNED_ON)
    files = {"input": task.folder / "train.txt"} | (
        {"autotuneValidationFile": task.folder / "tune.txt"} if tuned else {}
    )
    for file, part in zip(files.values(), (~chosen_on, chosen_on), strict=False):
        rows = np.flatnonzero(part)
        lines = (f"__label__{sections[row]} {fasttext_peer.one_line(view[row])}" for view in views for row in rows)
        file.write_text("".join(fasttext_peer.shuffled(lines)), encoding="utf-8")
    module = importlib.import_module("fasttext")
    began = time.perf_counter()
    try:
        paths = {name: str(file) for name, file in files.items()}
        binding = module.train_supervised(thread=task.cores, seed=0, **paths, **settings).f
    except RuntimeError as error:  # tuning ends so where not even one training fits into the time
        raise TrainingError(f"fastText: {error}") from error
    training_seconds = time.perf_counter() - began
    for file in files.values():
        file.unlink()
    binding.saveModel(str(task.folder / "model.bin"))

    def label(texts: Sequence[str]) -> list[str]:
        found = (binding.predict(fasttext_peer.one_line(text), 1, 0.0, "replace") for text in texts)
        return [labels[0][1].removeprefix("__label__") if labels else sections[0] for labels in found]

    return Learned(label, training_seconds, time.perf_counter() - started, _size(task.folder))


def _read(corpus: Path) -> tuple[list[str], tuple[list[str], list[str]]]:
    """Read sections and both views of the articles whose section is known."""
    texts = Texts.read([corpus])
    rows = [row for row, section in enumerate(texts.sections) if section is not None]
    whole, headlines = ([view[row] for row in rows] for view in (texts.whole, texts.headlines))
    return [str(texts.sections[row]) for row in rows], (whole, headlines)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


CONTESTANTS: Mapping[str, Callable[[Task], Learned]] = {
    "tabwib": _tabwib,
    "tabwib_background": _tabwib,
    "words": _scikit_learn,
    "chars": partial(_scikit_learn, analyzer="char_wb", ngram_range=(3, 5), token_pattern=None),
    "fasttext": _fasttext,
    "fasttext_tuned": _fasttext_tuned,
}
"""Every contestant by its name, in the order of the table."""
