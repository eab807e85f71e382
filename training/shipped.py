"""Where the data that ships with the project stands: beside the packages in a checkout, inside one in a wheel."""

from __future__ import annotations

from pathlib import Path

__all__ = ["starter_corpus", "taxonomy_file"]


def _folder(name: str) -> Path:
    installed = Path(__file__).parent / "data" / name
    return installed if installed.is_dir() else Path(__file__).parents[1] / "data" / name


def taxonomy_file() -> Path:
    """Return the path of the shipped taxonomy."""
    return _folder("taxonomy") / "taxonomy.toml"


def starter_corpus() -> list[str]:
    """Return the paths of the starter corpus, as SRCs of ``--corpus``."""
    return [str(path) for path in sorted(_folder("starter").glob("*.jsonl"))]
