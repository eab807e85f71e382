"""Check a taxonomy file: ``python -m model.taxonomy FILE``.

For people who write their own taxonomy, before they train with it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from model.taxonomy import Section, Taxonomy, Topic, load_taxonomy, taxonomy_errors

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Check one file; counts go to stdout, faults to stderr, one a line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process where not given.

    Returns
    -------
    int
        0 where the file can be used, 1 where it cannot. Bad usage exits with 2.
    """
    parser = argparse.ArgumentParser(prog="python -m model.taxonomy", description="Check a taxonomy file.")
    parser.add_argument("file", help="a taxonomy in TOML; its format is told in docs/taxonomy.md")
    path = parser.parse_args(argv).file
    errors = taxonomy_errors(path)
    if errors:
        sys.stderr.writelines(f"{error}\n" for error in errors)
        sys.stderr.write(f"{path}: {len(errors)} to correct\n")
        return 1
    sys.stdout.write(f"{path}: {_summary(load_taxonomy(path))}\n")
    return 0


def _summary(taxonomy: Taxonomy) -> str:
    labels: tuple[Section | Topic, ...] = (*taxonomy.sections, *taxonomy.topics)
    counts = (
        f"{len(taxonomy.sections)} sections",
        f"{len(taxonomy.topics)} topics",
        f"{sum(len(label.aliases) for label in labels)} aliases",
        f"{sum(len(topic.keywords) for topic in taxonomy.topics)} keywords",
        f"{sum(label.iptc is not None for label in labels)} IPTC codes",
        f"{len(taxonomy.rules)} rules for single sources",
    )
    return f"{taxonomy.name}: {', '.join(counts)}"


if __name__ == "__main__":
    sys.exit(main())
