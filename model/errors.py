"""The error tree: every failure the project can name, and nothing about HTTP or exit codes.

TabwibError
├── InputError               the caller's text
│   ├── ArticleError         a field of an article cannot be used (.field)
│   ├── EmptyTextError       no field holds any text
│   └── PageError            a raw page cannot be read
├── ArtifactError            the operator's file
│   ├── ArtifactNotFoundError    nothing at .path
│   ├── ArtifactCorruptError     .path is not what the manifest promises (.expected, .actual)
│   └── ArtifactVersionError     made by another version (.found, .supported)
└── TrainingError            the trainer's data
    ├── CorpusError          a source cannot be read (.path, .line)
    ├── TaxonomyError        labels are declared wrongly, or a corpus uses unknown ones (.path, .line)
    ├── SplitError           too little, or too uniform, to train and measure
    └── QualityGateError     a figure is below its floor (.metric, .measured, .floor)

``service`` maps these to problems, ``training``'s command lines map them to exit codes; libraries' own
errors are translated at the boundary with ``raise ... from``.
"""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "ArticleError",
    "ArtifactCorruptError",
    "ArtifactError",
    "ArtifactNotFoundError",
    "ArtifactVersionError",
    "CorpusError",
    "EmptyTextError",
    "InputError",
    "PageError",
    "QualityGateError",
    "SplitError",
    "TabwibError",
    "TaxonomyError",
    "TrainingError",
]


class TabwibError(Exception):
    """Anything this project refuses to do, with a message a person can act on."""


class InputError(TabwibError):
    """The caller's text cannot be labelled as it stands."""


class ArticleError(InputError):
    """One field of an article cannot be used.

    Attributes
    ----------
    field : str
        Name of the field, such as ``"body"``.
    """

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class EmptyTextError(InputError):
    """No field of the article holds any text."""


class PageError(InputError):
    """A raw page cannot be read as text or HTML."""


class ArtifactError(TabwibError):
    """The model on disk cannot be used."""


class ArtifactNotFoundError(ArtifactError):
    """There is no artifact at a path.

    Attributes
    ----------
    path : Path
        Where it was looked for.
    """

    def __init__(self, message: str, *, path: Path) -> None:
        super().__init__(message)
        self.path = path


class ArtifactCorruptError(ArtifactError):
    """A file of the artifact is missing, truncated or changed.

    Attributes
    ----------
    path : Path
        The file at fault.
    expected, actual : str
        What the manifest promises and what was found (a digest, a size, a shape).
    """

    def __init__(self, message: str, *, path: Path, expected: str = "", actual: str = "") -> None:
        super().__init__(message)
        self.path = path
        self.expected = expected
        self.actual = actual


class ArtifactVersionError(ArtifactError):
    """The artifact was made by another version of the format or of the orthography.

    Attributes
    ----------
    found, supported : int
        The number in the manifest and the number this code reads.
    """

    def __init__(self, message: str, *, found: int, supported: int) -> None:
        super().__init__(message)
        self.found = found
        self.supported = supported


class TrainingError(TabwibError):
    """The trainer's data or settings do not allow a fit."""


class _LocatedError(TrainingError):
    """A training error that points at a file and, where known, a line.

    Attributes
    ----------
    path : str
        The source as the user named it.
    line : int or None
        1-based line (text formats) or row (Parquet) at fault.
    """

    def __init__(self, message: str, *, path: str | Path = "", line: int | None = None) -> None:
        where = str(path) + (f":{line}" if line is not None else "")
        super().__init__(f"{where}: {message}" if where else message)
        self.path = str(path)
        self.line = line


class CorpusError(_LocatedError):
    """A corpus cannot be read, or holds nothing to learn from."""


class TaxonomyError(_LocatedError):
    """A taxonomy file is wrong, or a corpus uses a section it does not know."""


class SplitError(TrainingError):
    """The corpus is too small or too uniform to train and measure on."""


class QualityGateError(TrainingError):
    """A measured figure lies below its floor.

    Attributes
    ----------
    metric : str
        Dotted name, such as ``"section.macro_f1"``.
    measured, floor : float
        The figure and the least it may be, in [0, 1].
    """

    def __init__(self, message: str, *, metric: str, measured: float, floor: float) -> None:
        super().__init__(message)
        self.metric = metric
        self.measured = measured
        self.floor = floor
