"""What a closer look at a model finds: the shape of ``details`` in ``report.json``.

``training.examine`` fills it; page, Markdown and CSV files show it. Articles stand in it by their ids alone.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from training.measure import (
    AgreementDifference,
    AgreementIntervals,
    Coverage,
    PolicyDifference,
    PolicyPair,
    PrecisionRecall,
    RecallByGroup,
    RiskCoverage,
    SameStory,
    SectionFigures,
    Shift,
    TopicFigures,
    Trend,
)

__all__ = [
    "Comparison",
    "Details",
    "DuplicateGroup",
    "Footprint",
    "LabelWords",
    "Mistake",
    "Robustness",
    "RobustnessFigures",
    "RobustnessRow",
    "Suspect",
    "Suspects",
    "TopicMistake",
    "ViewComparison",
    "ViewDetails",
    "Word",
]


class ViewDetails(TypedDict):
    """One view of the articles: whole, headline and lead, or headline alone.

    Attributes
    ----------
    section, topics : SectionFigures, TopicFigures or None
    section_intervals, topic_intervals : AgreementIntervals or None
    confusion : list of list of int
        Articles by gold section (row) and given section (column); empty without gold.
    section_curves : list of PrecisionRecall
        One for each section in gold, against all others.
    topic_curve : PrecisionRecall or None
        Of all topic decisions together.
    risk : RiskCoverage or None
    coverage : list of Coverage
        What could be left to the model at several precisions.
    """

    section: SectionFigures | None
    topics: TopicFigures | None
    section_intervals: AgreementIntervals | None
    topic_intervals: AgreementIntervals | None
    confusion: list[list[int]]
    section_curves: list[PrecisionRecall]
    topic_curve: PrecisionRecall | None
    risk: RiskCoverage | None
    coverage: list[Coverage]


class RobustnessFigures(TypedDict):
    """What a change of the texts does; each change is a difference from the texts as they are."""

    accuracy: float | None
    accuracy_change: float | None
    sections_changed: float | None
    topic_f1: float | None
    topic_f1_change: float | None


class RobustnessRow(TypedDict):
    """One way of changing texts, by its name; ``headline`` is None where it leaves headlines alone."""

    name: str
    whole: RobustnessFigures
    headline: RobustnessFigures | None


class Robustness(TypedDict):
    """What becomes of ``n`` articles; the first row are the texts as they are."""

    n: int
    rows: list[RobustnessRow]


class Word(TypedDict):
    """A word as it is mostly spelled in the measured texts, and what one occurrence adds to the score of a label."""

    word: str
    weight: float


class LabelWords(TypedDict):
    """The words that speak most for and most against a label."""

    label: str
    kind: Literal["section", "topic"]
    speaking_for: list[Word]
    speaking_against: list[Word]


class Mistake(TypedDict):
    """An article given a wrong section, how sure the model was, and the words it went by."""

    id: str
    gold: str
    given: str
    probability: float
    gold_probability: float
    words: list[str]


class TopicMistake(TypedDict):
    """An article given a topic that gold does not have (``given``), or not given one that it has."""

    id: str
    topic: str
    given: bool
    probability: float


class Suspect(TypedDict):
    """A label of the corpus that may be wrong.

    Attributes
    ----------
    id : str
    kind : {"section", "topic"}
    label : str
        The section it has, or the topic that is in question.
    suggested : str
        The section the model would give; for a topic, ``"add"`` or ``"remove"``.
    quality : float
        Probability that the label as it stands is right, in [0, 1]; the lowest come first.
    """

    id: str
    kind: Literal["section", "topic"]
    label: str
    suggested: str
    quality: float


class Suspects(TypedDict):
    """Suspected label errors, or why they were not looked for (``"few"``, ``"cleanlab"``: not installed)."""

    missing: Literal["few", "cleanlab"] | None
    judged: int
    rows: list[Suspect]


class DuplicateGroup(TypedDict):
    """Articles that are the same story, and the different sections they are filed under."""

    ids: list[str]
    n: int
    sources: list[str]
    sections: list[str]


class Footprint(TypedDict):
    """Size and speed: bytes of the arrays, features, and milliseconds for one text, in the middle of 50."""

    bytes: int
    features: int
    weighted_features: int
    headline_milliseconds: float
    article_milliseconds: float


class ViewComparison(TypedDict):
    """One view of the articles that both models labelled."""

    section: AgreementDifference | None
    topics: AgreementDifference | None


class Comparison(TypedDict):
    """The model against another.

    Attributes
    ----------
    name : str
        Folder of the other artifact or report.
    common, not_common : int
        Articles that both labelled, and those of this evaluation that the other report does not have.
    views : dict
        View -> what differs.
    broken : list of Mistake
        Articles whose section the other gave rightly and this model does not, the surest first.
    """

    name: str
    common: int
    not_common: int
    views: dict[str, ViewComparison]
    broken: list[Mistake]


class Details(TypedDict):
    """What a closer look finds.

    Attributes
    ----------
    sections, topics : list of str
        Labels of the model that were measured, in its order.
    views : dict
        ``"whole"``, ``"lead"`` and ``"headline"``, or ``"headline"`` alone.
    lead_words : int
        Words of the body that make its lead.
    shifts : list of Shift
        What changes between views.
    by_length, by_period : RecallByGroup or None
        Of the first view; by period where articles have dates.
    trend : Trend or None
    policy : list of PolicyDifference
    policy_matrix : list of PolicyPair
    same_stories : list of SameStory
    robustness : Robustness or None
        None where headlines alone were measured, or no single model was.
    words : list of LabelWords
        Empty where no single model was measured.
    mistakes : list of Mistake
        The surest wrong sections.
    topic_mistakes : list of TopicMistake
    suspects : Suspects
    duplicates : list of DuplicateGroup
        The largest groups of near duplicates.
    duplicate_groups, duplicate_articles : int
        How many groups there are, and articles in them.
    footprint : Footprint or None
    comparison : Comparison or None
        None where nothing was to be compared with.
    """

    sections: list[str]
    topics: list[str]
    views: dict[str, ViewDetails]
    lead_words: int
    shifts: list[Shift]
    by_length: RecallByGroup | None
    by_period: RecallByGroup | None
    trend: Trend | None
    policy: list[PolicyDifference]
    policy_matrix: list[PolicyPair]
    same_stories: list[SameStory]
    robustness: Robustness | None
    words: list[LabelWords]
    mistakes: list[Mistake]
    topic_mistakes: list[TopicMistake]
    suspects: Suspects
    duplicates: list[DuplicateGroup]
    duplicate_groups: int
    duplicate_articles: int
    footprint: Footprint | None
    comparison: Comparison | None
