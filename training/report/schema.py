"""What a report holds: the shape of ``report.json``, field by field.

``training.fit`` and ``training.evaluate`` fill it, ``results`` and ``origins`` turn it into Markdown.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

from training.measure import (
    ConfusionPair,
    LabelRow,
    RecallBySource,
    ReliabilityBin,
    SectionAgreement,
    SectionFigures,
    TopicAgreement,
    TopicFigures,
)
from training.report.details import Comparison, Details
from training.report.promised import Promises

__all__ = [
    "Baseline",
    "Breakdown",
    "CorpusRecord",
    "Duplicates",
    "Figures",
    "HeadlineFigures",
    "LabelName",
    "Provenance",
    "Report",
    "UnseenOutlet",
]


class HeadlineFigures(TypedDict):
    """Figures of the same articles, known by their headlines alone."""

    section: SectionFigures | None
    topics: TopicFigures | None


class Figures(TypedDict):
    """Exactly what ``evaluate --json`` prints; a part without gold labels is None.

    ``compare`` is there where ``--compare`` asked for it.
    """

    n: int
    section: SectionFigures | None
    topics: TopicFigures | None
    headline_only: HeadlineFigures | None
    articles_per_second: float | None
    compare: NotRequired[Comparison]


class UnseenOutlet(TypedDict):
    """Figures on one outlet, of a model that learned from all others."""

    source: str
    n: int
    section: SectionFigures | None
    topics: TopicFigures | None
    headline_only: HeadlineFigures | None


class Baseline(TypedDict):
    """What a method that learns next to nothing reaches on the same articles.

    Attributes
    ----------
    name : str
        Such as ``"majority"`` or ``"keywords"``.
    section, topics : SectionAgreement, TopicAgreement or None
    section_rows, topic_rows : list of LabelRow
        Label by label; empty where that would say nothing (the majority label has everything, the others nothing).
    """

    name: str
    section: SectionAgreement | None
    topics: TopicAgreement | None
    section_rows: list[LabelRow]
    topic_rows: list[LabelRow]


class Breakdown(TypedDict):
    """The figures taken apart, for whole articles or for headlines alone; lists are empty without gold labels.

    Attributes
    ----------
    section_rows, topic_rows : list of LabelRow
        Every label of the model, in its order.
    recall_by_source : RecallBySource or None
        None where no article names its source.
    confusion : list of ConfusionPair
        Sections taken for one another, most frequent first.
    reliability : list of ReliabilityBin
        Confidence of the given section against how often it was right.
    topic_reliability : list of ReliabilityBin
        Probability of topics that may be, from .05 on, against how often gold has them.
    baselines : list of Baseline
    """

    section_rows: list[LabelRow]
    topic_rows: list[LabelRow]
    recall_by_source: RecallBySource | None
    confusion: list[ConfusionPair]
    reliability: list[ReliabilityBin]
    topic_reliability: list[ReliabilityBin]
    baselines: list[Baseline]


class LabelName(TypedDict):
    """The names of a label in the taxonomy."""

    ar: str
    en: str


class CorpusRecord(TypedDict):
    """One ``--corpus``: as it was named, SHA-256 of its bytes (None where it is not a file), rows read."""

    source: str
    sha256: str | None
    rows: int


class Duplicates(TypedDict):
    """Groups of near duplicates, the articles in them, and the exact copies that were removed."""

    groups: int
    grouped: int
    removed: int


class Provenance(TypedDict):
    """Where the figures come from, enough to make them again.

    Attributes
    ----------
    date : str
        ISO 8601, with the zone.
    command : list of str
        The command line.
    seed : int or None
        None where nothing was drawn at random.
    versions : dict
        Name of Python or of a library -> version.
    orthography_version : int
    corpora : list of CorpusRecord
    skipped : dict
        Reason -> rows that were skipped for it.
    duplicates : Duplicates or None
        None where duplicates were not looked for.
    split : dict
        Part (``train``, ``calibration``, ``test``) -> articles.
    left_out : dict
        Label -> examples it has, too few to learn or unknown to the model.
    unknown_topics : dict
        Topic name that the taxonomy does not know -> articles.
    sources : dict
        Outlet -> articles.
    seconds : dict
        Step -> how long it took.
    """

    date: str
    command: list[str]
    seed: int | None
    versions: dict[str, str]
    orthography_version: int
    corpora: list[CorpusRecord]
    skipped: dict[str, int]
    duplicates: Duplicates | None
    split: dict[str, int]
    left_out: dict[str, int]
    unknown_topics: dict[str, int]
    sources: dict[str, int]
    seconds: dict[str, float]


class Report(TypedDict):
    """Everything that is known about a model on a test part.

    Attributes
    ----------
    warnings : list of str
        Sentences such as ``"one source: calibration not verified elsewhere"``.
    labels : dict
        Id of a label -> its names; a label of a corpus' own need not be there.
    unseen : list of UnseenOutlet
        Empty where no outlet was left out.
    test : Figures
        The test part, as ``evaluate --json`` prints it.
    whole, headline_only : Breakdown
        The test part taken apart; ``headline_only`` is None where it was not measured.
    provenance : Provenance
    promises : Promises
        What the model promises of its labels; not there where nothing was learned.
    details : Details
        What a closer look finds; not there where nobody took one.
    """

    warnings: list[str]
    labels: dict[str, LabelName]
    unseen: list[UnseenOutlet]
    test: Figures
    whole: Breakdown
    headline_only: Breakdown | None
    provenance: Provenance
    promises: NotRequired[Promises]
    details: NotRequired[Details]
