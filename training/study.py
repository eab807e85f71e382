"""The search behind ``training.tune``: which settings are tried, and what is known of each trial.

``tune`` calls it with a bench of parts; Optuna proposes settings and keeps the trials.
"""

from __future__ import annotations

import hashlib
import json
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from model.errors import TrainingError
from training.preparation import Prepared
from training.progress import step
from training.protocols import ProtocolRequest
from training.settings import LearnSettings
from training.trials import FIGURES, Bench

__all__ = ["Found", "search"]

_OF_SECTIONS = {"section_regularization": (0.03, 3.0)}
_OF_TOPICS = {"regularization": (0.03, 3.0)}
_OF_BACKGROUND = {"latent": (0.0, 1.5), "directions": (0.0, 1.0)}
"""Settings that are searched, and between which bounds; those of regularization by their logarithms."""

_OF_THE_RUN = ("jobs", "seed")
"""Settings of one run of the search, which say nothing about learning well: a fit keeps its own."""

_FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)


@dataclass(frozen=True, slots=True)
class Found:
    """What the search found.

    Attributes
    ----------
    objective : tuple of str
        Figures whose mean over figures and parts was to be high.
    default, best : optuna.trial.FrozenTrial
        The trial of the settings that the search began with, and the best.
    trials : tuple of optuna.trial.FrozenTrial
        All that are finished; ``state`` is PRUNED where one was stopped for being behind on the first parts.
    settings : mapping
        What a ``--config`` file has to say: all settings that are not the usual ones, but for cores and seed.
    warnings : tuple of str
    """

    objective: tuple[str, ...]
    default: FrozenTrial
    best: FrozenTrial
    trials: tuple[FrozenTrial, ...]
    settings: Mapping[str, Any]
    warnings: tuple[str, ...]

    @property
    def objective_text(self) -> str:
        """Return the objective in one line."""
        return f"mean of {' and '.join(self.objective)} over all parts"

    def to_dict(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        return {
            "objective": list(self.objective),
            "best": _trial(self.best),
            "default": _trial(self.default),
            "settings": dict(self.settings),
            "trials": [_trial(trial) for trial in self.trials],
            "warnings": list(self.warnings),
        }

    def table(self) -> str:
        """Lay the trials out, one a line, the best first and those that were stopped last."""
        names = sorted({name for trial in self.trials for name in trial.params})
        figures = sorted({name for trial in self.trials for name in trial.user_attrs.get("figures", {})})
        rows = [("trial", "value", *names, *figures, "seconds", "")]
        for trial in sorted(self.trials, key=lambda trial: (trial.state != TrialState.COMPLETE, -(trial.value or 0.0))):
            measured = trial.user_attrs.get("figures", {})
            stopped = trial.state == TrialState.PRUNED
            note = "stopped" if stopped else "begun with" if trial.number == self.default.number else ""
            value = "" if trial.value is None or stopped else f"{trial.value:.4f}"
            chosen = [f"{trial.params[name]:.3g}" if name in trial.params else "" for name in names]
            found = [f"{measured[name]:.4f}" if name in measured else "" for name in figures]
            rows.append((str(trial.number), value, *chosen, *found, f"{_seconds(trial):.0f}", note))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
        return "\n".join([f"objective: {self.objective_text}", *lines])


def _trial(trial: FrozenTrial) -> dict[str, Any]:
    return {
        "number": trial.number,
        "value": trial.value if trial.state == TrialState.COMPLETE else None,
        "settings": trial.params,
        "figures": trial.user_attrs.get("figures", {}),
        "parts": trial.user_attrs.get("parts", {}),
        "seconds": round(_seconds(trial), 2),
    }


def _seconds(trial: FrozenTrial) -> float:
    return 0.0 if trial.duration is None else trial.duration.total_seconds()


def search(
    request: ProtocolRequest,
    prepared: Prepared,
    *,
    n_articles: int,
    objective: Sequence[str],
    n_trials: int,
    seconds: float | None,
    file: Path,
) -> Found:
    """Try settings until there are enough trials, or the time is over.

    Parameters
    ----------
    request : ProtocolRequest
        Its settings are what the search begins with: the first trial.
    prepared : Prepared
    n_articles : int
        Most articles that heads of a part are learned from.
    objective : sequence of str
        Figures whose mean is to be high; none: chosen by what the corpus has.
    n_trials : int
        Finished trials that the study shall have, those of earlier runs included.
    seconds : float or None
        No trial is begun after so many.
    file : Path
        SQLite file of the study.

    Raises
    ------
    TrainingError
        If the file cannot be used, or holds a study of something else; if a figure cannot be measured.
    """
    begun = time.monotonic()
    for name in objective:
        if name not in FIGURES:
            raise TrainingError(f"--objective {name}: no trial measures it; there are {', '.join(FIGURES)}")
    study = _open(file, request, prepared, objective, n_articles)
    bench = Bench(request, prepared, n_articles)
    wanted = tuple(objective) or _usual_objective(bench)
    if missing := [name for name in wanted if name not in bench.figures]:
        raise TrainingError(f"--objective {missing[0]}: the corpus has no gold labels for it")
    space = _space(wanted, prepared)
    if not study.get_trials(deepcopy=False, states=(*_FINISHED, TrialState.WAITING)):
        study.enqueue_trial(_first(request.settings, space, bench))

    def run_trial(trial: optuna.Trial) -> float:
        settings = replace(request.settings, **_propose(trial, space))
        measured: dict[str, Mapping[str, float]] = {}
        for number, (part, figures) in enumerate(zip(bench.parts, bench.measure(settings, wanted), strict=True)):
            measured[part.name] = figures
            trial.report(_value(measured, wanted), number)
            if number + 1 < len(bench.parts) and trial.should_prune():
                raise optuna.TrialPruned
        trial.set_user_attr("parts", measured)
        trial.set_user_attr("figures", _means(measured, wanted))
        return _value(measured, wanted)

    with step("trials", total=n_trials, unit="trials") as bar:
        bar.update(len(_finished(study)))
        while len(_finished(study)) < n_trials and (seconds is None or time.monotonic() - begun < seconds):
            study.optimize(run_trial, n_trials=1)
            bar.update()
    return _found(study, wanted, request, (*prepared.warnings, *bench.warnings))


def _open(
    file: Path, request: ProtocolRequest, prepared: Prepared, objective: Sequence[str], n_articles: int
) -> optuna.Study:
    """Open the study, or begin one; refuse one whose trials were measured on something else."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    settings = {field.name: getattr(request.settings, field.name) for field in fields(LearnSettings)}
    archive = prepared.beside.archive
    about = {
        "corpus": sorted(prepared.corpus.digests.values()),
        "columns": dict(request.columns),
        "labels": request.labels,
        "taxonomy": prepared.dataset.taxonomy.to_dict(),
        "unlabelled": None if archive is None else _digest([archive.whole, archive.headlines]),
        "parts": "sources" if request.n_folds is None else request.n_folds,
        "background": "" if prepared.beside.background is None else prepared.beside.background.manifest.get("sha256"),
        "settings": {name: value for name, value in settings.items() if name != "jobs"},  # other cores may go on
        "objective": list(objective),
        "articles": n_articles,
    }
    fingerprint = _digest(about)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            study = optuna.create_study(
                storage=f"sqlite:///{file}",
                study_name="tabwib",
                direction="maximize",
                load_if_exists=True,
                pruner=optuna.pruners.MedianPruner(n_startup_trials=5),
            )
    except (OSError, SQLAlchemyError, optuna.exceptions.OptunaError) as error:
        raise TrainingError(f"--study {file} cannot be used: {error}") from error
    if study.user_attrs.get("about", fingerprint) != fingerprint:
        raise TrainingError(
            f"--study {file} holds trials of another corpus, background, objective, way of taking apart, or of other "
            "labels, columns or settings to begin with; name another file, or go on with the command that made it"
        )
    study.set_user_attr("about", fingerprint)
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):  # the process was ended
        study.tell(trial.number, state=TrialState.FAIL)
    # another seed after every stop, or a resumed search would propose what it began with
    study.sampler = optuna.samplers.TPESampler(seed=request.settings.seed + len(study.get_trials(deepcopy=False)))
    return study


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _finished(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=_FINISHED)


def _usual_objective(bench: Bench) -> tuple[str, ...]:
    """Choose both views of sections, or of topics where no section is known."""
    for name in ("section.accuracy", "topics.mean_average_precision"):
        if name in bench.figures:
            return name, f"headline_only.{name}"
    raise TrainingError("the parts that are measured have no labels; nothing tells good settings from bad ones")


def _space(wanted: Sequence[str], prepared: Prepared) -> dict[str, tuple[float, float]]:
    """Choose the settings that can change a figure that is wanted."""
    space: dict[str, tuple[float, float]] = {}
    if any("section." in name for name in wanted):
        space |= _OF_SECTIONS
    if any("topics." in name for name in wanted):
        space |= _OF_TOPICS
    return space if prepared.beside.background is None else space | _OF_BACKGROUND


def _propose(trial: optuna.Trial, space: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    return {
        name: trial.suggest_float(name, least, most, log=name.endswith("regularization"))
        for name, (least, most) in space.items()
    }


def _first(settings: LearnSettings, space: Mapping[str, tuple[float, float]], bench: Bench) -> dict[str, float]:
    """Write the settings that the search begins with as a trial; what is chosen by size is what the bench says."""
    strengths = bench.strengths
    given = {
        "section_regularization": settings.regularization,
        "latent": strengths.latent,
        "directions": strengths.topics,
    }
    found = {}
    for name, (least, most) in space.items():
        value = getattr(settings, name)
        found[name] = float(np.clip(given[name] if value is None else value, least, most))
    return found


def _means(parts: Mapping[str, Mapping[str, float]], wanted: Sequence[str]) -> dict[str, float]:
    """Take the mean of every figure over the parts that have it."""
    columns = {name: [figures[name] for figures in parts.values() if name in figures] for name in wanted}
    return {name: float(np.mean(values)) for name, values in columns.items() if values}


def _value(parts: Mapping[str, Mapping[str, float]], wanted: Sequence[str]) -> float:
    means = _means(parts, wanted)
    return float(np.mean(list(means.values()))) if means else 0.0


def _found(study: optuna.Study, wanted: tuple[str, ...], request: ProtocolRequest, told: tuple[str, ...]) -> Found:
    trials = _finished(study)
    complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    if not complete:
        raise TrainingError("the time was over before the first trial had finished; give a higher --time-limit")
    best = max(complete, key=lambda trial: trial.value or 0.0)
    usual = LearnSettings()
    changed = {
        field.name: getattr(request.settings, field.name)
        for field in fields(LearnSettings)
        if field.name not in _OF_THE_RUN and getattr(request.settings, field.name) != getattr(usual, field.name)
    }
    chosen = {name: float(f"{value:.4g}") for name, value in best.params.items()}
    return Found(wanted, complete[0], best, tuple(trials), {**changed, **chosen}, told)
