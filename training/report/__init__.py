"""The report of a fit or an evaluation: one file for machines, one for people.

``training.fit`` and ``training.evaluate`` fill a `Report` and hand it to `write_report`.
"""

from training.report.schema import (
    Baseline,
    Breakdown,
    CorpusRecord,
    Duplicates,
    Figures,
    HeadlineFigures,
    LabelName,
    Provenance,
    Report,
    UnseenOutlet,
)
from training.report.write import check_report_writable, write_report

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
    "check_report_writable",
    "write_report",
]
