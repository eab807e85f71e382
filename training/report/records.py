"""What a model said of every measured article, a line of JSON each, so that a later report can be compared with it.

``write`` puts ``predictions.jsonl`` beside the report; ``training.examine`` reads that of another report.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from model.errors import TrainingError
from training.corpus import LabelledArticle

__all__ = ["PREDICTIONS", "Exhibits", "Given", "Record", "read_records"]

PREDICTIONS = "predictions.jsonl"
"""Name of the file in the folder of a report."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was given to an article in one view; None and empty where the model has no such labels.

    ``accepted``: whether without an editor; None where there are no sections.
    """

    section: str | None
    probability: float | None
    accepted: bool | None
    topics: list[str]


@dataclass(frozen=True, slots=True)
class Record:
    """One measured article.

    Attributes
    ----------
    id : str
    section : str or None
        Gold; None: unknown.
    topics : list of str or None
        Gold; None: unknown.
    views : dict of str to Given
        By view, ``"whole"`` and ``"headline"``.
    """

    id: str
    section: str | None
    topics: list[str] | None
    views: dict[str, Given]

    def to_line(self) -> str:
        """Write the record as a line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Record:
        """Read it back.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is none.
        """
        values = json.loads(line)
        views = {str(view): Given(**given) for view, given in values["views"].items()}
        return cls(str(values["id"]), values["section"], values["topics"], views)


@dataclass(frozen=True, slots=True)
class Exhibits:
    """What stands behind the figures of a report: the texts it may quote, and what was said of each article.

    Attributes
    ----------
    articles : mapping of str to LabelledArticle
        By id, as they were read.
    records : sequence of Record
        Of the measured articles.
    """

    articles: Mapping[str, LabelledArticle] = field(default_factory=dict)
    records: Sequence[Record] = ()


def read_records(report: Path) -> list[Record]:
    """Read what another report said of its articles.

    Parameters
    ----------
    report : Path
        Its folder.

    Raises
    ------
    TrainingError
        If that holds no predictions, or damaged ones.
    """
    path = report / PREDICTIONS
    try:
        with path.open(encoding="utf-8") as lines:
            return [Record.from_line(line) for line in lines]
    except OSError as error:
        raise TrainingError(f"{path} cannot be read: {error.strerror or error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise TrainingError(f"{path} is damaged ({error}); make that report again") from error
