"""What can be chosen about learning, with what decided each default.

``fit`` reads them from flags and ``--config``; ``learn`` and what it calls go by them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from model.errors import TrainingError

__all__ = ["BEST_F1", "WHOLE_C_ARTICLES", "LearnSettings", "TopicObjective"]


@dataclass(frozen=True, slots=True)
class TopicObjective:
    """What the thresholds of topics are chosen for.

    Attributes
    ----------
    kind : {"f1", "precision", "recall"}
    least : float
        The precision or the recall asked for, in (0, 1]; 0 for F1, which is to be as high as it can be.
    """

    kind: Literal["f1", "precision", "recall"] = "f1"
    least: float = 0.0

    @classmethod
    def parse(cls, text: str) -> TopicObjective:
        """Read ``f1``, ``precision=P`` or ``recall=R``.

        Raises
        ------
        TrainingError
            If it is none of these, or the share is not above 0 and up to 1.
        """
        if text == "f1":
            return cls()
        found = re.fullmatch(r"(precision|recall)=([0-9]*\.?[0-9]+)", text)
        if found is None or not 0 < float(found[2]) <= 1:
            raise TrainingError(
                f"{text!r} is no objective of topics; it should be f1, or precision=P or recall=R above 0 and up to 1"
            )
        return cls("precision" if found[1] == "precision" else "recall", float(found[2]))


BEST_F1 = TopicObjective()

WHOLE_C_ARTICLES = 5000
"""Labelled articles up to which the head of sections has all of its C; see `LearnSettings.section_C`."""


@dataclass(frozen=True, slots=True)
class LearnSettings:
    """What can be chosen about learning.

    Attributes
    ----------
    min_df, bigram_min_df : int
        Least number of texts for a word or stem, and for a bigram. Measured on two left-out outlets: bigrams of 2, 3
        and 5 texts give .9154/.8039, .9164/.8037 and .9152/.8033 (whole/headline), with 1.15, 0.72 and 0.48 million
        features.
    regularization : float
        C of the linear support vector machine. Of three outlets left out in turn (whole/headline), 1 and 0.5 give
        .849/.801 and .847/.793 on BBC, .921/.816 and .923/.820 on Al Arabiya, .931/.840 and .928/.840 on Jawhara.
    section_regularization : float or None
        C of the head of sections, before its corpus makes it smaller (see `section_C`); None: that of all heads.
    auto_precision : float
        Precision, in [0, 1], that automatically accepted sections shall have.
    topic_objective : str
        What the thresholds of topics are chosen for: ``f1``, ``precision=P`` or ``recall=R``; see `TopicObjective`.
    at_least_one_topic : bool
    folds : int
        Folds for out-of-fold scores; the most folds where sources are left out.
    min_examples : int
        Fewest articles of a label that is learned.
    test_share : float
        Share of the near-duplicate groups that is held out and measured on; twice that of a corpus under 2,000.
    least_whole, least_headline : float
        Probability, in [0, 1], that an accepted section must have at least, for whole articles and for headlines.
    transfer_whole, transfer_headline : float
        What section logits are multiplied with after calibration; see ``shipped.STARTER_SETTINGS``.
    bias_penalty : float or None
        What keeps biases of sections small in calibration; None: .001, and .03 where outlets are left out. See
        ``calibrate.BIAS_PENALTY_ACROSS``.
    own, latent, directions, sample : float or None
        How much TF-IDF counts, and of the background its latent vectors, directions and each article of its sample.
        None: as the number of examples suggests; see ``background.strengths_for``.
    seed, jobs : int

    Raises
    ------
    TrainingError
        If a setting is out of its range.
    """

    min_df: int = 2
    bigram_min_df: int = 3
    regularization: float = 1.0
    section_regularization: float | None = None
    auto_precision: float = 0.98
    topic_objective: str = "f1"
    at_least_one_topic: bool = False
    folds: int = 4
    min_examples: int = 2
    test_share: float = 0.1
    least_whole: float = 0.0
    least_headline: float = 0.0
    transfer_whole: float = 1.0
    transfer_headline: float = 1.0
    bias_penalty: float | None = None
    own: float | None = None
    latent: float | None = None
    directions: float | None = None
    sample: float | None = None
    seed: int = 0
    jobs: int = -1

    def __post_init__(self) -> None:
        TopicObjective.parse(self.topic_objective)
        possible = {
            "min_df": (self.min_df >= 1, "at least 1"),
            "bigram_min_df": (self.bigram_min_df >= 1, "at least 1"),
            "regularization": (0 < self.regularization < np.inf, "above 0"),
            "section_regularization": (
                self.section_regularization is None or 0 < self.section_regularization < np.inf,
                "above 0",
            ),
            "auto_precision": (0 < self.auto_precision <= 1, "above 0 and up to 1"),
            "folds": (self.folds >= 2, "at least 2"),
            "min_examples": (self.min_examples >= 1, "at least 1"),
            "test_share": (0 < self.test_share < 0.5, "above 0 and below 0.5"),
            "least_whole": (0 <= self.least_whole <= 1, "from 0 to 1"),
            "least_headline": (0 <= self.least_headline <= 1, "from 0 to 1"),
            "transfer_whole": (0 < self.transfer_whole < np.inf, "above 0"),
            "transfer_headline": (0 < self.transfer_headline < np.inf, "above 0"),
            "bias_penalty": (self.bias_penalty is None or 0 <= self.bias_penalty < np.inf, "at least 0"),
            "own": (self.own is None or 0 < self.own < np.inf, "above 0"),
            "latent": (self.latent is None or 0 <= self.latent < np.inf, "at least 0"),
            "directions": (self.directions is None or 0 <= self.directions < np.inf, "at least 0"),
            "sample": (self.sample is None or 0 <= self.sample < np.inf, "at least 0"),
            "seed": (0 <= self.seed < 2**32, f"from 0 to {2**32 - 1}"),
            "jobs": (self.jobs != 0, "at least 1, or -1 for all cores"),
        }
        for name, (fits, range_) in possible.items():
            if not fits:
                raise TrainingError(f"{name} = {getattr(self, name)!r} cannot be learned with; it should be {range_}")

    def section_C(self, n_articles: int) -> float:  # noqa: N802 - C is what the field calls it
        """Return the C of the head of sections, which falls with the root of the size of the corpus.

        No one C is good for every size: the more articles, the more the head trusts the habits of the outlets that it
        learns from. Mean accuracy over three outlets left out in turn, whole / headline:

        ====================  =============  =============  =============
        articles              C = 1          C = .5         C = .3
        ====================  =============  =============  =============
        45,000 to 54,600      .8980 / .8334  .8988 / .8366  .9003 / .8377
        20,000                .8909 / .8126  .8921 / .8181
        ====================  =============  =============  =============

        On the 6,400 posts of ASND, C = 1 gives .753 and C = .3 gives .744.

        Parameters
        ----------
        n_articles : int
            Articles with a known section that the head is learned from, each counted once for both of its views.

        Returns
        -------
        float
            ``section_regularization``, or ``regularization`` where that is None, times
            min(1, sqrt(`WHOLE_C_ARTICLES` / n_articles)).
        """
        C = self.regularization if self.section_regularization is None else self.section_regularization
        return C * float(np.sqrt(WHOLE_C_ARTICLES / max(n_articles, WHOLE_C_ARTICLES)))
