"""The figures of a model on articles whose labels are known: arrays in, plain JSON-ready values out.

``training.fit`` and ``training.evaluate`` call it with the gold labels and probabilities of a test part;
``training.report`` and ``evaluate --json`` show what it returns. A figure that is not defined is None, never NaN.
"""

from training.measure.breakdown import (
    ConfusionPair,
    LabelRow,
    RecallBySource,
    SourceRecallRow,
    confusion_pairs,
    per_section_table,
    per_topic_table,
    recall_by_source,
)
from training.measure.calibration import ReliabilityBin, expected_calibration_error, reliability_bins
from training.measure.figures import (
    AutoFigures,
    SectionAgreement,
    SectionFigures,
    TopicAgreement,
    TopicFigures,
    measure_sections,
    measure_topics,
    section_agreement,
    topic_agreement,
)

__all__ = [
    "AutoFigures",
    "ConfusionPair",
    "LabelRow",
    "RecallBySource",
    "ReliabilityBin",
    "SectionAgreement",
    "SectionFigures",
    "SourceRecallRow",
    "TopicAgreement",
    "TopicFigures",
    "confusion_pairs",
    "expected_calibration_error",
    "measure_sections",
    "measure_topics",
    "per_section_table",
    "per_topic_table",
    "recall_by_source",
    "reliability_bins",
    "section_agreement",
    "topic_agreement",
]
