"""Backgrounds that have not seen what is measured, made once and kept, and starter models learned with them."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.command import say
from model.errors import TrainingError

if TYPE_CHECKING:
    from model.classifier import NewsClassifier

__all__ = ["ALL", "add_backgrounds_option", "background", "starter_model"]

ALL = ("sanad_khaleej", "ant_v21", "ant_v11", "topics_silver", "mowjaz_dev", "asnd_train", "asnd_dev")
"""The corpora that the shipped background was computed from."""


def add_backgrounds_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--backgrounds``."""
    parser.add_argument(
        "--backgrounds",
        type=Path,
        default=Path("reports/backgrounds"),
        metavar="DIR",
        help="folder where backgrounds are kept from one run to the next (default: reports/backgrounds)",
    )


def background(
    folder: Path,
    corpora: Mapping[str, Path],
    *,
    without_sources: Sequence[str] = (),
    without: Sequence[Mapping[str, Any]] = (),
) -> Path:
    """Make a background, unless it stands there already.

    Parameters
    ----------
    folder : Path
        Its own, named after what it has not seen.
    corpora : mapping of str to Path
    without_sources : sequence of str
    without : sequence of mapping
        ``corpus`` and ``id`` of articles.
    """
    if (folder / "manifest.json").is_file():
        return folder
    from training.background.__main__ import main

    say(f"making a background in {folder}: minutes")
    with tempfile.TemporaryDirectory() as scratch:
        arguments = [option for path in corpora.values() for option in ("--corpus", str(path))]
        arguments += [option for source in without_sources for option in ("--without-source", source)]
        if without:
            listed = Path(scratch, "without.jsonl")
            listed.write_text("".join(json.dumps(dict(row)) + "\n" for row in without), encoding="utf-8")
            arguments += ["--without", str(listed)]
        if main([*arguments, "--out", str(folder), "--json"]):
            raise TrainingError(f"no background could be made in {folder}")
    return folder


def starter_model(background_folder: Path, **settings: float) -> NewsClassifier:
    """Learn from the starter corpus with a background, as ``training.fit`` does, except for settings given."""
    from dataclasses import replace

    from model.classifier import NewsClassifier
    from training.pipeline import FitRequest, fit
    from training.settings import LearnSettings
    from training.shipped import STARTER_SETTINGS, starter_corpus

    chosen = replace(LearnSettings(), **{**STARTER_SETTINGS, **settings})
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "artifact")
        fit(
            FitRequest(
                corpus=tuple(starter_corpus()),
                out=out,
                report=Path(folder, "report"),
                background=background_folder,
                settings=chosen,
            )
        )
        return NewsClassifier.load(out)
