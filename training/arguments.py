"""Command-line arguments that ``fit`` and ``evaluate`` share, checked while they are parsed."""

from __future__ import annotations

import argparse

from model.errors import CorpusError
from training.corpus import parse_column_map

__all__ = ["SOURCES_HELP", "add_common_arguments", "fraction", "positive", "seed"]

SOURCES_HELP = """\
SRC is one of
  FILE.jsonl FILE.csv FILE.tsv FILE.parquet   with columns headline and/or body, and any of id, section, topics,
                                              published, source, url (also .gz); topics in CSV are separated by |
  DIR                                         a folder of raw pages, .txt and .html
  hf:NAME[:SPLIT]                             a dataset of the hub, of its local cache, or of a local folder
A null section or null topics means that nobody looked; [] topics means that none applies.
"""


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--map`` and ``--json``."""
    parser.add_argument(
        "--map",
        type=_column_map,
        default={},
        metavar="OURS=THEIRS,...",
        help="columns under other names, such as headline=title,body=text,section=category",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object to stdout and nothing else")


def _column_map(text: str) -> dict[str, str]:
    try:
        return parse_column_map(text)
    except CorpusError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


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


def positive(text: str) -> int:
    """Read a whole number of at least 1."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)
