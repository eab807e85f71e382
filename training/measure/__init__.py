"""The figures of a model on articles whose labels are known: arrays in, plain JSON-ready values out.

``training.fit`` and ``training.evaluate`` call it with the gold labels and probabilities of a test part;
``training.report`` and ``evaluate --json`` show what it returns. A figure that is not defined is None, never NaN.
"""

from training.measure.breakdown import (
    ConfusionPair,
    LabelRow,
    RecallBySource,
    confusion_pairs,
    is_beaten,
    per_section_table,
    per_topic_table,
    recall_by_source,
)
from training.measure.calibration import (
    ReliabilityBin,
    expected_calibration_error,
    reliability_bins,
    topic_reliability,
)
from training.measure.curves import (
    Coverage,
    PrecisionRecall,
    RiskCoverage,
    coverage_at,
    precision_recall,
    risk_coverage,
)
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
from training.measure.intervals import AgreementIntervals, Interval, agreement_intervals, indicators
from training.measure.paired import AgreementDifference, Difference, LabelDifference, compare_agreement
from training.measure.policy import (
    PolicyDifference,
    PolicyPair,
    SameStory,
    policy_differences,
    policy_matrix,
    same_stories,
)
from training.measure.shifts import Move, Shift, section_shift
from training.measure.slices import (
    GroupRecall,
    PeriodRow,
    RecallByGroup,
    Trend,
    by_length,
    by_period,
    length_names,
    recall_by_group,
    trend,
)

__all__ = [
    "AgreementDifference",
    "AgreementIntervals",
    "AutoFigures",
    "ConfusionPair",
    "Coverage",
    "Difference",
    "GroupRecall",
    "Interval",
    "LabelDifference",
    "LabelRow",
    "Move",
    "PeriodRow",
    "PolicyDifference",
    "PolicyPair",
    "PrecisionRecall",
    "RecallByGroup",
    "RecallBySource",
    "ReliabilityBin",
    "RiskCoverage",
    "SameStory",
    "SectionAgreement",
    "SectionFigures",
    "Shift",
    "TopicAgreement",
    "TopicFigures",
    "Trend",
    "agreement_intervals",
    "by_length",
    "by_period",
    "compare_agreement",
    "confusion_pairs",
    "coverage_at",
    "expected_calibration_error",
    "indicators",
    "is_beaten",
    "length_names",
    "measure_sections",
    "measure_topics",
    "per_section_table",
    "per_topic_table",
    "policy_differences",
    "policy_matrix",
    "precision_recall",
    "recall_by_group",
    "recall_by_source",
    "reliability_bins",
    "risk_coverage",
    "same_stories",
    "section_agreement",
    "section_shift",
    "topic_agreement",
    "topic_reliability",
    "trend",
]
