"""fastText as a peer, where it is installed: trained with the settings of the published Arabic baselines.

Used by ``features`` for speed and by ``accuracy`` for labels. Its Python ``predict`` raises under numpy 2, hence the
binding below it.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["HOW_TO_INSTALL", "SETTINGS", "Model", "available", "one_line", "shuffled"]

HOW_TO_INSTALL = (
    "fastText is not installed, so it is not measured: pip install 'fasttext>=0.9.3' (dependency group bench)"
)

SETTINGS = {"dim": 100, "wordNgrams": 2, "lr": 0.5, "minCount": 2, "verbose": 0}
"""Those of the published Arabic baselines; epochs and loss are the caller's."""


def available() -> bool:
    """Whether fastText can be imported."""
    return importlib.util.find_spec("fasttext") is not None


def _label(number: int) -> str:
    """Return the label of a number as fastText wants it."""
    return f"__label__{number}"


class Model:
    """A fastText classifier of numbered labels.

    Parameters
    ----------
    texts : iterable of str
    labels : iterable of sequences of int
        Labels of each text; a text without any is left out, since fastText cannot learn "none".
    file : Path
        Where to write the training file; removed afterwards.
    several : bool
        One-vs-all loss, for any number of labels; else softmax, for exactly one.
    epochs, threads : int
    """

    def __init__(
        self,
        texts: Iterable[str],
        labels: Iterable[Sequence[int]],
        file: Path,
        *,
        several: bool,
        epochs: int,
        threads: int = 2,
    ) -> None:
        module = importlib.import_module("fasttext")
        labelled = ((text, given) for text, given in zip(texts, labels, strict=True) if given)
        lines = shuffled(f"{' '.join(map(_label, given))} {one_line(text)}" for text, given in labelled)
        file.write_text("".join(lines), encoding="utf-8")
        loss = "ova" if several else "softmax"
        self._binding: Any = module.train_supervised(
            str(file), loss=loss, epoch=epochs, thread=threads, seed=0, **SETTINGS
        ).f
        file.unlink()

    def scores(self, line: str, k: int) -> list[tuple[float, str]]:
        """Return the ``k`` best labels of one line that ends in a newline, as (probability, label)."""
        found: list[tuple[float, str]] = self._binding.predict(line, k, 0.0, "replace")
        return found

    def best(self, texts: Iterable[str]) -> NDArray[np.intp]:
        """Return the best label of each text; -1 where it knows no word of it."""
        found = (self.scores(one_line(text), 1) for text in texts)
        return np.array([_number(labels[0][1]) if labels else -1 for labels in found], dtype=np.intp)

    def given(self, texts: Sequence[str], n_labels: int) -> NDArray[np.bool_]:
        """Return the labels of probability .5 and more, as a table of shape (n_texts, n_labels)."""
        table = np.zeros((len(texts), n_labels), dtype=np.bool_)
        for row, text in enumerate(texts):
            for probability, label in self.scores(one_line(text), n_labels):
                table[row, _number(label)] = probability >= 0.5
        return table


def shuffled(lines: Iterable[str]) -> list[str]:
    """Mix the lines of a training file.

    fastText learns them in their order: sorted by source and section, as corpora are, it forgets the first for the
    last; a tenth held out of SANAD was labelled rightly .886 of the time, and .976 with its lines mixed.
    """
    ordered = list(lines)
    return [ordered[place] for place in np.random.default_rng(0).permutation(len(ordered))]


def one_line(text: str) -> str:
    """Put a text on one line, ended by the newline that fastText expects."""
    return " ".join(text.split()) + "\n"


def _number(label: str) -> int:
    return int(label.removeprefix("__label__"))
