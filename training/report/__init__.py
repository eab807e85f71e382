"""The report of a fit or an evaluation: for machines, for terminals, for browsers and for spreadsheets.

``training.fit`` and ``training.evaluate`` fill a `Report` and hand it to `write_report`.
"""

from training.report.details import Comparison, Details
from training.report.findings import comparison_lines
from training.report.promised import Promises, SectionPromise, TopicPromise, ViewPromises
from training.report.records import Exhibits
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
    "Comparison",
    "CorpusRecord",
    "Details",
    "Duplicates",
    "Exhibits",
    "Figures",
    "HeadlineFigures",
    "LabelName",
    "Promises",
    "Provenance",
    "Report",
    "SectionPromise",
    "TopicPromise",
    "UnseenOutlet",
    "ViewPromises",
    "check_report_writable",
    "comparison_lines",
    "write_report",
]
