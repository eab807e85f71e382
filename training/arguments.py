"""Command-line arguments that ``fit`` and ``evaluate`` share, checked while they are parsed."""

from __future__ import annotations

import argparse
import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import CorpusError, TaxonomyError, TrainingError
from model.taxonomy import Taxonomy, load_taxonomy
from training.corpus import parse_column_map
from training.gates import Floor
from training.settings import LearnSettings, TopicObjective

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "SOURCES_HELP",
    "add_common_arguments",
    "add_corpus_argument",
    "add_learning_arguments",
    "add_source_arguments",
    "folds",
    "fraction",
    "learning",
    "positive",
    "refuse_floors",
    "seed",
]

SOURCES_HELP = """\
SRC is one of
  FILE.jsonl FILE.csv FILE.tsv FILE.parquet   with columns headline and/or body, and any of id, section, topics,
                                              published, source, url (also .gz); topics in CSV are separated by |
  DIR                                         a folder of raw pages, .txt and .html
  hf:NAME[:SPLIT]                             a dataset of the hub, of its local cache, or of a local folder
A null section or null topics means that nobody looked; [] topics means that none applies.
"""


def add_corpus_argument(
    parser: argparse.ArgumentParser, default: str = "default: the starter corpus that ships"
) -> None:
    """Add ``--corpus``; what is taken without it is told in the help."""
    parser.add_argument(
        "--corpus", action="append", metavar="SRC", help=f"labelled stories; may be repeated ({default})"
    )


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--map`` and ``--json``."""
    parser.add_argument(
        "--map",
        type=_column_map,
        default={},
        metavar="OURS=THEIRS,...",
        help="columns under other names, such as headline=title,body=text,section=category",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object to stdout and nothing else")


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--map``, ``--json`` and ``--fail-under``."""
    add_source_arguments(parser)
    parser.add_argument(
        "--fail-under",
        action="append",
        type=_floor,
        default=[],
        metavar="METRIC=FLOOR",
        help="end with 1 where a figure is below FLOOR or was not measured; METRIC is a path into the figures of "
        "--json, such as section.macro_f1=0.9 or headline_only.topics.micro_f1=0.7; may be repeated",
    )


def add_learning_arguments(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add what says how a model is learned; all are None where they are not given.

    Returns
    -------
    argument group
        With these arguments; its help says nothing of when they may be given.
    """
    group = parser.add_argument_group("learning")
    group.add_argument(
        "--labels",
        choices=("taxonomy", "corpus"),
        action=_LabelSource,
        help="resolve labels through the taxonomy's names and aliases, or take them as they stand (default: taxonomy)",
    )
    group.add_argument(
        "--taxonomy",
        type=_taxonomy,
        action=_LabelSource,
        metavar="FILE.toml",
        help="sections, topics and rules of your own instead of those that ship; docs/taxonomy.md tells the format",
    )
    background = group.add_mutually_exclusive_group()
    background.add_argument(
        "--background",
        type=Path,
        metavar="DIR",
        help="figures about Arabic news to learn with, made by training.background (default: those that ship)",
    )
    background.add_argument("--no-background", action="store_true", default=None, help="learn from the corpus alone")
    group.add_argument(
        "--unlabelled",
        action="append",
        metavar="SRC",
        help="stories without labels; topics of the taxonomy that the corpus has no examples of are learned from those "
        "that their aliases and keywords point at; columns as --map says; may be repeated",
    )
    group.add_argument(
        "--at-least-one-topic",
        action="store_true",
        default=None,
        help="give the most probable topic where none reaches its threshold (default: no topic is a normal answer)",
    )
    group.add_argument(
        "--topic-objective",
        type=_objective,
        metavar="WHAT",
        help="what thresholds of topics are chosen for: f1, or precision=0.9 (fewer and surer), or recall=0.9 (more, "
        "some of them wrong); rare topics are drawn towards the threshold of all together (default: f1)",
    )
    group.add_argument(
        "--auto-precision",
        type=fraction,
        metavar="P",
        help="precision that sections accepted without an editor shall have, as sure as 95 in 100 on outlets that are "
        "left out in turn; what the corpus cannot promise is told (default: 0.98)",
    )
    group.add_argument("--config", type=Path, metavar="FILE.toml", help="settings of learning; flags go before it")
    group.add_argument("--seed", type=seed, metavar="N", help="seed of splits and solvers (default: 0)")
    group.add_argument("--jobs", type=positive, metavar="N", help="cores to use (default: all)")
    return group


def learning(arguments: argparse.Namespace) -> dict[str, Any]:
    """Turn parsed arguments into the fields of a ``LearnRequest``, all but its command.

    Raises
    ------
    TrainingError
        If the file of ``--config`` cannot be used.
    """
    from training.shipped import background_folder

    background = background_folder() if arguments.background is None else arguments.background
    return {
        "corpus": tuple(arguments.corpus or ()),
        "labels": arguments.labels or "taxonomy",
        "taxonomy": arguments.taxonomy,
        "columns": arguments.map,
        "settings": _settings(arguments),
        "background": None if arguments.no_background else background,
        "unlabelled": tuple(arguments.unlabelled or ()),
    }


def _settings(arguments: argparse.Namespace) -> LearnSettings:
    settings = LearnSettings() if arguments.config is None else _read_config(arguments.config)
    names = ("auto_precision", "topic_objective", "seed", "jobs", "at_least_one_topic")
    flags = {name: getattr(arguments, name) for name in names}
    return replace(settings, **{name: value for name, value in flags.items() if value is not None})


def _read_config(path: Path) -> LearnSettings:
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TrainingError(f"--config {path} cannot be read: {error}") from error
    known = {field.name: field.default for field in fields(LearnSettings)}
    for name, value in values.items():
        if name not in known:
            raise TrainingError(f"--config {path}: there is no setting {name!r}; there are {', '.join(known)}")
        usual = 0.0 if known[name] is None else known[name]  # None: chosen by the size of the corpus
        if type(value) is not type(usual) and not (isinstance(usual, float) and type(value) is int):
            raise TrainingError(f"--config {path}: {name} = {value!r} should be like {usual!r}")
    try:
        return LearnSettings(**values)
    except TrainingError as error:
        raise TrainingError(f"--config {path}: {error}") from error


def refuse_floors(
    parser: argparse.ArgumentParser, floors: Sequence[Floor], shape: Any, *, compared: bool = False
) -> None:
    """End with 2 where a floor is under a figure that there is not, before anything is read.

    Parameters
    ----------
    parser : ArgumentParser
    floors : sequence of Floor
    shape : TypedDict
        Type of the figures to come.
    compared : bool
        Whether there will be figures of a comparison.
    """
    from training.gates import refusal

    if found := refusal(floors, shape, compared=compared):
        parser.error(f"argument --fail-under: {found}")


class _LabelSource(argparse.Action):
    """Keep ``--labels`` or ``--taxonomy``, whichever order they come in, unless one makes the other mean nothing."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,  # noqa: ARG002 - argparse gives it
    ) -> None:
        setattr(namespace, self.dest, values)
        if namespace.labels == "corpus" and namespace.taxonomy is not None:
            parser.error("argument --taxonomy: not allowed with --labels corpus, which takes labels as they stand")


def _taxonomy(text: str) -> Taxonomy:
    try:
        return load_taxonomy(text)
    except TaxonomyError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _column_map(text: str) -> dict[str, str]:
    try:
        return parse_column_map(text)
    except CorpusError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _floor(text: str) -> Floor:
    try:
        return Floor.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _objective(text: str) -> str:
    try:
        TopicObjective.parse(text)
    except TrainingError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def fraction(text: str) -> float:
    """Read a number between 0 and 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0 and up to 1")
    return value


def seed(text: str) -> int:
    """Read a whole number that every library takes for a seed: from 0 to 2**32 - 1."""
    if not text.isascii() or not text.isdigit() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {2**32 - 1}")
    return int(text)


def folds(text: str) -> int:
    """Read a number of folds: at least 2."""
    number = positive(text)
    if number < 2:
        raise argparse.ArgumentTypeError("one fold leaves nothing to learn from; make two or more")
    return number


def positive(text: str) -> int:
    """Read a whole number of at least 1."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)
