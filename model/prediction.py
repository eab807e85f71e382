"""What the classifier says about one article.

``model.classifier`` makes Predictions out of scores; ``service`` turns them into JSON and ``training`` measures them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

__all__ = ["Decision", "Language", "Prediction", "ReviewReason", "SectionPrediction", "TopicPrediction", "TopicScores"]

Decision = Literal["accepted", "uncertain", "abstained"]
ReviewReason = Literal["low_confidence", "too_short", "unknown_words", "not_arabic"]


@dataclass(frozen=True, slots=True)
class Language:
    """The language of a text.

    Attributes
    ----------
    code : str
        BCP 47 code; ``"und"`` where the text is too short or holds no letters.
    supported : bool
        Whether the model can label it.
    """

    code: str
    supported: bool


@dataclass(frozen=True, slots=True)
class SectionPrediction:
    """The best section, with what else it might have been.

    Attributes
    ----------
    id : str
        Id of the most probable section.
    confidence : float
        Its calibrated probability, in [0, 1].
    decision : {"accepted", "uncertain", "abstained"}
        ``accepted``: at or above the automatic threshold; ``uncertain``: below it, an editor should look;
        ``abstained``: the text cannot be labelled, whatever the probability says.
    alternatives : tuple of (str, float)
        Every other section with its probability, most probable first.
    """

    id: str
    confidence: float
    decision: Decision
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class TopicPrediction:
    """One topic, its calibrated probability in [0, 1] and the threshold above which it is given."""

    id: str
    confidence: float
    threshold: float


@dataclass(frozen=True, slots=True)
class TopicScores(Sequence[TopicPrediction]):
    """Every topic a model knows, in the model's order; rows are made when they are asked for.

    Attributes
    ----------
    ids : tuple of str
    confidences, thresholds : ndarray of shape (n_topics,), float64
    """

    ids: tuple[str, ...]
    confidences: NDArray[np.float64]
    thresholds: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> TopicPrediction: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[TopicPrediction, ...]: ...

    def __getitem__(self, index: int | slice) -> TopicPrediction | tuple[TopicPrediction, ...]:
        if isinstance(index, slice):
            return tuple(self[row] for row in range(*index.indices(len(self))))
        return TopicPrediction(self.ids[index], float(self.confidences[index]), float(self.thresholds[index]))


@dataclass(frozen=True, slots=True)
class Prediction:
    """Everything the model says about one article.

    Attributes
    ----------
    section : SectionPrediction or None
        None where the model has no section head (it was trained on topics only).
    topics : tuple of TopicPrediction
        The topics that are given, most probable first. Having none is a normal answer.
    all_topics : TopicScores
        Every topic the model knows, in the model's order, given or not.
    language : Language
    review_reasons : tuple of str
        Why an editor should look; empty where nobody needs to.
    """

    section: SectionPrediction | None
    topics: tuple[TopicPrediction, ...]
    all_topics: TopicScores
    language: Language
    review_reasons: tuple[ReviewReason, ...]

    @property
    def needs_review(self) -> bool:
        """Whether there is any reason to review."""
        return bool(self.review_reasons)
