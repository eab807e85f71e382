"""What the classifier says about one article.

Named tuples rather than frozen dataclasses: several are made for every text, and a tuple is made five times as fast.

``model.classifier`` makes Predictions out of scores; ``service`` turns them into JSON and ``training`` measures them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, overload

__all__ = ["Decision", "Language", "Prediction", "ReviewReason", "SectionPrediction", "TopicPrediction", "TopicScores"]

Decision = Literal["accepted", "uncertain", "abstained"]
ReviewReason = Literal["low_confidence", "too_short", "unknown_words", "not_arabic", "boilerplate", "gibberish", "list"]


class Language(NamedTuple):
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


class SectionPrediction(NamedTuple):
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


class TopicPrediction(NamedTuple):
    """One topic, its calibrated probability in [0, 1] and the threshold above which it is given."""

    id: str
    confidence: float
    threshold: float


class TopicScores(Sequence[TopicPrediction]):
    """Every topic a model knows, in the model's order; each is put together when it is asked for.

    Parameters
    ----------
    ids : sequence of str
    confidences, thresholds : sequence of float of the same length
    """

    __slots__ = ("_confidences", "_ids", "_thresholds")

    def __init__(self, ids: Sequence[str], confidences: Sequence[float], thresholds: Sequence[float]) -> None:
        self._ids = ids
        self._confidences = confidences
        self._thresholds = thresholds

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, index: int) -> TopicPrediction: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[TopicPrediction, ...]: ...

    def __getitem__(self, index: int | slice) -> TopicPrediction | tuple[TopicPrediction, ...]:
        if isinstance(index, slice):
            return tuple(self[row] for row in range(*index.indices(len(self))))
        return TopicPrediction(self._ids[index], self._confidences[index], self._thresholds[index])


class Prediction(NamedTuple):
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
    n_words, n_known : int
        Words of the text, and those that the model knows.
    """

    section: SectionPrediction | None
    topics: tuple[TopicPrediction, ...]
    all_topics: TopicScores
    language: Language
    review_reasons: tuple[ReviewReason, ...]
    n_words: int = 0
    n_known: int = 0

    @property
    def needs_review(self) -> bool:
        """Whether there is any reason to review."""
        return bool(self.review_reasons)
