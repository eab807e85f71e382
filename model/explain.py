"""Which words of what a client sent spoke for a label, and how much.

After the classifier has labelled an article, ``service`` asks here for the words behind each label it gives. A head is
linear, so that its score is a sum over features: every word is given what its own features add, half of what a bigram
adds that it is part of, and, where a word is repeated, an equal part for each occurrence. Nothing is estimated: with
the intercept, the weights of all words add up to the score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from unicodedata import category

import numpy as np

from model import views
from model.article import Article
from model.classifier import NewsClassifier
from model.features.space import encode_texts
from model.features.tracing import trace_text
from model.pages.markup import mask_markup

__all__ = ["MOST_PLACES", "MOST_WORDS", "Evidence", "Explanation", "Explanations", "explain"]

MOST_WORDS = 5
"""Different words shown for a label: a reader takes in a handful, and what follows weighs little."""
MOST_PLACES = 3
"""Occurrences shown of one word: enough to mark it in a text that goes on about it."""

_PIECES = ("headline", "subheadline", "body")
_PAGE = "page"


class Evidence(NamedTuple):
    """A word that spoke for a label.

    Attributes
    ----------
    field : str
        Which of the texts sent it stands in: ``"headline"``, ``"subheadline"``, ``"body"`` or ``"page"``.
    start, end : int
        Code points of that text from its first letter to behind the marks on its last one.
    text : str
        ``sent[field][start:end]``.
    weight : float
        What it adds to the score of the label; above 0.
    """

    field: str
    start: int
    end: int
    text: str
    weight: float


class Explanation(NamedTuple):
    """What spoke for one label.

    Attributes
    ----------
    score : float
        What the model turns into the probability: of a topic its log-odds, ``log(p / (1 - p))``; of sections the
        exponents of the softmax.
    intercept : float
        The score of a text without any word that the model knows.
    evidence : tuple of Evidence
        The words that weigh most, heaviest first. ``intercept`` and the weights of all words, those that speak
        against the label included, add up to ``score``.
    """

    score: float
    intercept: float
    evidence: tuple[Evidence, ...]


class Explanations(NamedTuple):
    """What spoke for several labels of one article, by their ids."""

    sections: Mapping[str, Explanation]
    topics: Mapping[str, Explanation]


def explain(
    classifier: NewsClassifier,
    article: Article,
    *,
    sections: Sequence[str] = (),
    topics: Sequence[str] = (),
    sent: Mapping[str, str] | None = None,
    every_word: bool = False,
) -> Explanations:
    """Say which words spoke for labels of an article.

    Parameters
    ----------
    classifier : NewsClassifier
    article : Article
        As it was labelled.
    sections, topics : sequence of str
        Ids of labels that the classifier knows, given or not.
    sent : mapping of str to str, optional
        The texts as the client sent them, by field; a field of the article that is missing here was read from
        ``"page"``. Without it, the fields of the article are taken.
    every_word : bool
        Give all words in the order of the text, those without weight and those that speak against a label included,
        instead of the few that spoke for it most.

    Returns
    -------
    Explanations
        Words that do not stand in what was sent (a page may spell its story in JSON with every letter escaped) count
        for the score, and are not shown.
    """
    pieces = {name: text for name in _PIECES if (text := getattr(article, name))}
    sent = pieces if sent is None else sent
    text, layout = _lay_out(pieces, sent)
    of_sections, of_topics = classifier.columns
    columns = [*(of_sections[label] for label in sections), *(of_topics[label] for label in topics)]
    heads = classifier.weights.arrays
    scores, chosen, weights = trace_text(
        encode_texts([text])[0],
        np.array(layout, dtype=np.int64).reshape(-1, 5),
        np.array(columns, dtype=np.int64),
        0 if every_word else MOST_WORDS,
        MOST_PLACES,
        heads.rows,
        heads.starts,
        heads.outputs,
        heads.steps,
        classifier.rules.gain,
        classifier.rules.offset,
        *classifier.space.arrays,
    )
    evidence = _quote(sent, len(columns), chosen.tolist(), weights.tolist())
    explained = [
        Explanation(score, intercept, tuple(words))
        for (score, intercept), words in zip(scores.tolist(), evidence, strict=True)
    ]
    n_sections = len(sections)
    return Explanations(
        dict(zip(sections, explained[:n_sections], strict=True)), dict(zip(topics, explained[n_sections:], strict=True))
    )


def _lay_out(pieces: Mapping[str, str], sent: Mapping[str, str]) -> tuple[str, list[tuple[int, ...]]]:
    """Join the view that was scored with the texts in which its words must be looked for.

    Returns
    -------
    str
        The view of every piece, a newline between them as in ``views.whole``, and behind it the texts sent that do not
        hold their pieces as they are scored.
    list of tuple
        The ``pieces`` of ``trace_text``.
    """
    views_of_pieces = [
        views.whole(Article(**{name: text}))  # type: ignore[arg-type]  # fields of text
        for name, text in pieces.items()
    ]
    texts = ["\n".join(views_of_pieces)]
    fields = list(sent)
    begins: dict[int, int] = {}
    end, behind = -1, len(texts[0])
    layout: list[tuple[int, ...]] = []
    for name, view in zip(pieces, views_of_pieces, strict=True):
        field = fields.index(name if name in sent else _PAGE)
        shift = sent[fields[field]].find(view)
        if shift < 0 and field not in begins:
            masked = mask_markup(sent[fields[field]])
            texts.append(masked)
            begins[field] = behind
            behind += len(masked)
        begin = begins.get(field, 0)
        end += len(view) + 1
        layout.append((end, field, shift, begin, begin + len(sent[fields[field]])))
    return "".join(texts), layout


def _quote(
    sent: Mapping[str, str], n_labels: int, chosen: Sequence[Sequence[int]], weights: Sequence[float]
) -> list[list[Evidence]]:
    """Quote the words chosen for each label.

    Behind a word, no bidi mark and no closing tag is quoted.
    """
    fields, texts = tuple(sent), tuple(sent.values())
    evidence: list[list[Evidence]] = [[] for _ in range(n_labels)]
    for (label, text, start, end), weight in zip(chosen, weights, strict=True):
        quoted = texts[text][start:end]
        if not quoted[-1].isalpha():
            quoted = quoted[: _end_of_word(quoted)]
        evidence[label].append(Evidence(fields[text], start, start + len(quoted), quoted, weight))
    return evidence


def _end_of_word(quoted: str) -> int:
    """Find where the word ends behind which marks that are not seen, or tags, may stand."""
    end = len(quoted)
    while True:
        if category(quoted[end - 1]) == "Cf":
            end -= 1
        elif quoted[end - 1] == ">" and (opening := quoted.rfind("<", 0, end)) > 0:
            end = opening
        else:
            return end
