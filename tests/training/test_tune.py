"""Trials of settings, and the search that proposes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from model.errors import TrainingError
from model.taxonomy import LabelRule, Section, Taxonomy
from training.background.values import Background
from training.ground import Beside
from training.heads import HeadTask, fit_heads
from training.learn import LearnSettings
from training.preparation import Clock, Prepared, prepare
from training.protocols import ProtocolRequest
from training.study import Found, search
from training.trials import Bench

BOTH = ("section.accuracy", "headline_only.section.accuracy")
Search = Callable[..., Found]


@pytest.fixture(scope="session")
def corpus(write_stories: Callable[..., Sequence[Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three outlets of 24 stories, half of them on sections that are hard to tell apart; a third is tagged."""
    articles = [
        story
        for number, source in enumerate(("sabah", "masa", "dhuha"))
        for section, like in (("news", None), ("economy", None), ("sport", "economy"))
        for story in write_stories(
            8,
            section=section,
            like=like,
            topics=["football"] if section == "sport" else [],
            source=source,
            seed=number,
        )
    ]
    path = tmp_path_factory.mktemp("tune") / "corpus.jsonl"
    rows = [
        {name: getattr(story, name) for name in ("id", "headline", "body", "section", "topics", "source")}
        for story in articles
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def request_(corpus: Path) -> ProtocolRequest:
    return ProtocolRequest(corpus=(str(corpus),), settings=LearnSettings(jobs=1, min_df=1, bigram_min_df=2))


@pytest.fixture
def prepared(request_: ProtocolRequest) -> Prepared:
    return prepare(request_, Clock())


@pytest.fixture
def run(request_: ProtocolRequest, prepared: Prepared, tmp_path: Path) -> Search:
    """Return a function that searches; its file stays the same through a test."""

    def call(n_trials: int, objective: Sequence[str] = (), **changes: Any) -> Found:
        options = {"n_articles": 1000, "seconds": None, "file": tmp_path / "study.sqlite3", **changes}
        return search(request_, prepared, objective=objective, n_trials=n_trials, **options)

    return call


# ------------------------------------------------------------------ trials


def test_parts_are_the_outlets_and_none_is_learned_from(request_: ProtocolRequest, prepared: Prepared) -> None:
    bench = Bench(request_, prepared, 1000)
    assert sorted(part.name for part in bench.parts) == ["dhuha", "masa", "sabah"]
    for part in bench.parts:
        assert part.name not in part.train.sources
        assert set(part.test.sources) == {part.name}


def test_no_more_articles_are_learned_from_than_asked_for(request_: ProtocolRequest, prepared: Prepared) -> None:
    bench = Bench(request_, prepared, 30)
    assert [len(part.train) for part in bench.parts] == [30, 30, 30]
    assert [len(part.test) for part in bench.parts] == [24, 24, 24]


def test_figures_are_those_of_the_settings(request_: ProtocolRequest, prepared: Prepared) -> None:
    bench = Bench(request_, prepared, 1000)
    strong, weak = (
        list(bench.measure(replace(request_.settings, section_regularization=C), BOTH)) for C in (1.0, 1e-6)
    )
    assert all(set(figures) == set(BOTH) for figures in strong)
    assert all(0.4 < figures[name] <= 1 for figures in strong for name in BOTH)
    assert weak != strong


def test_the_head_of_sections_has_the_C_of_its_number_of_articles(
    request_: ProtocolRequest, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a fit: a trial with few articles must find settings that are good for many."""
    seen: list[float] = []

    def listening(X: Any, examples: Any, tasks: Sequence[HeadTask], **options: Any) -> Any:
        seen.extend(task.C for task in tasks)
        return fit_heads(X, examples, tasks, **options)

    monkeypatch.setattr("training.settings.WHOLE_C_ARTICLES", 12)
    monkeypatch.setattr("training.trials.fit_heads", listening)
    list(Bench(request_, prepared, 1000).measure(replace(request_.settings, section_regularization=0.8), BOTH))
    assert seen == pytest.approx([0.8 * 0.5] * 3)


def test_topics_are_measured_where_they_are_wanted(request_: ProtocolRequest, prepared: Prepared) -> None:
    bench = Bench(request_, prepared, 1000)
    wanted = ("topics.mean_average_precision",)
    assert wanted[0] in bench.figures
    for figures in bench.measure(request_.settings, wanted):
        assert set(figures) == set(wanted)
        assert figures[wanted[0]] > 0.8


def test_scaled_columns_are_those_of_a_background_with_these_strengths(
    request_: ProtocolRequest, prepared: Prepared, background: Background
) -> None:
    from training.ground import prepare as prepare_ground
    from training.trials import _columns

    beside = Beside(background)
    bench = Bench(request_, replace(prepared, beside=beside), 1000)
    settings = replace(request_.settings, own=1.0, latent=0.4, directions=0.0)
    part = bench.parts[0]
    expected = prepare_ground(part.train, settings, beside).X
    found = part.ground.X @ _columns(part, settings)
    assert found.shape[1] == expected.shape[1]
    n = 2 * len(part.train)
    assert np.allclose(found.toarray()[:n], expected.toarray()[:n], atol=1e-6)


# ------------------------------------------------------------------ the search


def test_the_first_trial_is_of_the_settings_it_begins_with(run: Search) -> None:
    found = run(3)
    assert found.objective == BOTH
    assert len(found.trials) == 3
    assert found.default.number == 0
    assert found.default.params == {"section_regularization": 1.0}
    assert found.best.value == max(trial.value or 0 for trial in found.trials)
    assert found.default.value == pytest.approx(np.mean(list(found.default.user_attrs["figures"].values())))
    assert set(found.default.user_attrs["parts"]) == {"sabah", "masa", "dhuha"}


def test_the_best_settings_go_with_those_it_began_with(run: Search) -> None:
    found = run(3)
    assert found.settings["min_df"] == 1
    assert found.settings["section_regularization"] == pytest.approx(
        found.best.params["section_regularization"], rel=1e-3
    )
    assert LearnSettings(**found.settings)


def test_a_search_goes_on_where_it_was(run: Search) -> None:
    first = run(2)
    again = run(4)
    assert [trial.params for trial in again.trials[:2]] == [trial.params for trial in first.trials]
    assert len(again.trials) == 4
    assert len({json.dumps(trial.params) for trial in again.trials}) == 4
    assert len(run(4).trials) == 4


def test_a_trial_whose_process_was_ended_is_made_again(run: Search, tmp_path: Path) -> None:
    run(1)
    study = optuna.load_study(study_name="tabwib", storage=f"sqlite:///{tmp_path / 'study.sqlite3'}")
    study.ask()
    assert len(run(2).trials) == 2
    states = [trial.state.name for trial in study.get_trials()]
    assert states == ["COMPLETE", "FAIL", "COMPLETE"]


def test_no_trial_is_begun_after_the_time_is_over(run: Search) -> None:
    assert len(run(1).trials) == 1
    assert len(run(50, seconds=1e-9).trials) == 1


def test_without_time_for_a_trial_nothing_is_found(run: Search) -> None:
    with pytest.raises(TrainingError, match="--time-limit"):
        run(3, seconds=1e-9)


def test_a_study_of_something_else_is_refused(run: Search) -> None:
    run(1)
    with pytest.raises(TrainingError, match="of another corpus, background, objective"):
        run(1, objective=["section.macro_f1"])


@pytest.fixture
def archives(write_stories: Callable[..., Sequence[Any]], tmp_path: Path) -> list[str]:
    """Two files of stories about Egypt without labels."""
    files = []
    for seed in (1, 2):
        file = tmp_path / f"archive{seed}.jsonl"
        rows = [{"headline": s.headline, "body": s.body} for s in write_stories(24, about=["egypt"], seed=seed)]
        file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        files.append(str(file))
    return files


DESK = Taxonomy("desk", tuple(Section(name, name, name) for name in ("news", "economy", "sport")))


@pytest.mark.parametrize("changed", ["columns", "unlabelled", "taxonomy", "rules"])
def test_a_study_is_of_its_columns_archive_and_taxonomy(
    request_: ProtocolRequest, archives: list[str], tmp_path: Path, changed: str
) -> None:
    begun = replace(request_, taxonomy=DESK)
    if changed == "unlabelled":
        begun = replace(request_, unlabelled=(archives[0],))
    other = {
        "columns": {"columns": {"body": "headline"}},
        "unlabelled": {"unlabelled": (archives[1],)},
        "taxonomy": {"taxonomy": replace(DESK, sections=DESK.sections[::-1])},
        "rules": {"taxonomy": replace(DESK, rules=(LabelRule("masa", "section", "مال", "economy"),))},
    }[changed]

    def go_on(asked: ProtocolRequest) -> Found:
        options: dict[str, Any] = {"objective": ["section.accuracy"], "n_trials": 1, "seconds": None}
        return search(asked, prepare(asked, Clock()), n_articles=30, file=tmp_path / "study.sqlite3", **options)

    go_on(begun)
    with pytest.raises(TrainingError, match="holds trials of another corpus"):
        go_on(replace(begun, **other))
    assert len(go_on(begun).trials) == 1


def test_a_search_goes_on_with_other_cores(
    run: Search, request_: ProtocolRequest, prepared: Prepared, tmp_path: Path
) -> None:
    run(1)
    two = replace(request_, settings=replace(request_.settings, jobs=2))
    options: dict[str, Any] = {"objective": (), "n_trials": 1, "seconds": None}
    assert len(search(two, prepared, n_articles=1000, file=tmp_path / "study.sqlite3", **options).trials) == 1
    with pytest.raises(TrainingError, match="settings to begin with"):
        search(
            replace(request_, settings=replace(request_.settings, folds=3)),
            prepared,
            n_articles=1000,
            file=tmp_path / "study.sqlite3",
            **options,
        )


def test_cores_and_seed_are_not_among_the_settings_found(
    request_: ProtocolRequest, prepared: Prepared, tmp_path: Path
) -> None:
    seeded = replace(request_, settings=replace(request_.settings, seed=7))
    options: dict[str, Any] = {"objective": ["section.accuracy"], "n_trials": 1, "seconds": None}
    found = search(seeded, prepared, n_articles=1000, file=tmp_path / "study.sqlite3", **options)
    assert set(found.settings) == {"min_df", "bigram_min_df", "section_regularization"}


def test_a_file_that_is_no_study_is_refused(run: Search, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("ليست دراسة " * 200, encoding="utf-8")
    with pytest.raises(TrainingError, match=r"--study .*notes\.txt cannot be used"):
        run(1, file=file)
    assert file.read_text(encoding="utf-8").startswith("ليست")


@pytest.mark.parametrize(
    ("objective", "said"),
    [("section.recall", "no trial measures it"), ("topics.mean_average_precision", "no gold labels")],
    ids=["no such figure", "no labels for it"],
)
def test_an_objective_that_cannot_be_measured_is_refused(
    request_: ProtocolRequest, prepared: Prepared, tmp_path: Path, objective: str, said: str
) -> None:
    untagged = replace(prepared.dataset, topics_known=np.zeros(len(prepared.dataset), dtype=np.bool_))
    with pytest.raises(TrainingError, match=said):
        search(
            request_,
            replace(prepared, dataset=untagged),
            n_articles=1000,
            objective=[objective],
            n_trials=1,
            seconds=None,
            file=tmp_path / "study.sqlite3",
        )


def test_the_table_has_a_line_for_every_trial_the_best_first(run: Search) -> None:
    found = run(3)
    lines = found.table().splitlines()
    assert lines[0] == "objective: mean of section.accuracy and headline_only.section.accuracy over all parts"
    assert lines[1].split()[:3] == ["trial", "value", "section_regularization"]
    assert len(lines) == 5
    assert lines[2].split()[1] == f"{found.best.value:.4f}"
    assert sum("begun with" in line for line in lines) == 1


def test_a_hopeless_trial_is_stopped(run: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[int] = []

    def measure(self: Bench, settings: LearnSettings, wanted: Sequence[str]) -> Any:
        good = len(measured) < 6
        measured.append(0)
        for _ in self.parts:
            measured[-1] += 1
            yield dict.fromkeys(wanted, 0.9 if good else 0.1)

    monkeypatch.setattr(Bench, "measure", measure)
    found = run(8)
    assert measured == [3] * 6 + [1] * 2
    assert found.table().splitlines()[-1].endswith("stopped")
    assert found.to_dict()["trials"][-1]["value"] is None
