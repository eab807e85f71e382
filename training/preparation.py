"""What is known before learning starts: articles with labels and texts, their near duplicates, what was left out.

First half of ``pipeline`` and of ``protocols``: read -> resolve labels -> merge copies -> group near duplicates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from model.errors import SplitError
from model.taxonomy import Taxonomy, load_taxonomy
from training.aliases import Archive, make_archive
from training.background.values import Background, load_background
from training.corpus import Corpus, LabelledArticle, read_corpus
from training.dataset import (
    Dataset,
    keep_labels,
    make_dataset,
    merge_copies,
    refuse_unknown_sections,
    resolve_labels,
)
from training.learn import Beside, LearnSettings
from training.neardup import near_duplicate_groups
from training.report import Duplicates
from training.shipped import STARTER_SETTINGS, starter_corpus, taxonomy_file

__all__ = ["Clock", "LearnRequest", "Prepared", "corpus_taxonomy", "prepare", "with_starter_settings"]


@dataclass(frozen=True, slots=True)
class LearnRequest:
    """What to learn from, and how; fields as the options of ``python -m training.fit``.

    ``taxonomy`` is None for the one that ships; with ``labels="corpus"`` neither is asked.
    """

    corpus: tuple[str, ...] = ()
    labels: str = "taxonomy"
    taxonomy: Taxonomy | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    settings: LearnSettings = field(default_factory=LearnSettings)
    background: Path | None = None
    unlabelled: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


_Request = TypeVar("_Request", bound=LearnRequest)


def with_starter_settings(request: _Request) -> _Request:
    """Take the settings of the starter corpus, if that is learned from, where the user has set nothing else."""
    if request.corpus:
        return request
    default = LearnSettings()
    untouched = {
        name: value
        for name, value in STARTER_SETTINGS.items()
        if getattr(request.settings, name) == getattr(default, name)
    }
    return replace(request, settings=replace(request.settings, **untouched))


class Clock:
    """How long each step took, in seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        started = perf_counter()
        yield
        self.seconds[name] = round(perf_counter() - started, 2)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that is known before learning starts.

    Attributes
    ----------
    corpus : Corpus
    dataset : Dataset
        Copies merged, labels with too few examples left out.
    groups : ndarray of shape (n_articles,)
        Near-duplicate group of each article.
    duplicates : Duplicates
    left_out : mapping of str to int
        Labels with too few examples, and how many they have.
    beside : Beside
        What is learned from beside the corpus.
    warnings : tuple of str
        What was left out, or makes figures flatter than they should be.
    unknown_topics : mapping of str to int
        Names of topics that the taxonomy does not know, and how many articles bear them.
    """

    corpus: Corpus
    dataset: Dataset
    groups: NDArray[np.int64]
    duplicates: Duplicates
    left_out: Mapping[str, int]
    beside: Beside
    warnings: tuple[str, ...]
    unknown_topics: Mapping[str, int]


def corpus_taxonomy(articles: Sequence[LabelledArticle]) -> Taxonomy:
    """Take sections and topics as they stand in a corpus, most frequent first."""
    sections = Counter(article.section for article in articles if article.section)
    topics = Counter(topic for article in articles for topic in article.topics or ())
    return Taxonomy.of_labels((name for name, _ in sections.most_common()), (name for name, _ in topics.most_common()))


def prepare(request: LearnRequest, clock: Clock) -> Prepared:
    """Read what a request names and lay it out.

    Raises
    ------
    TabwibError
        If a source cannot be read, or nothing can be learned from its labels.
    """
    background = None if request.background is None else load_background(request.background)
    with clock.step("read"):
        corpus = read_corpus(request.corpus or starter_corpus(), columns=request.columns)
    articles: Sequence[LabelledArticle] = corpus.articles
    if request.labels == "corpus":
        taxonomy, unknown_topics = corpus_taxonomy(articles), {}
    else:
        taxonomy = load_taxonomy(taxonomy_file()) if request.taxonomy is None else request.taxonomy
        resolution = resolve_labels(articles, taxonomy)
        refuse_unknown_sections(resolution.unknown_sections, taxonomy)
        articles, unknown_topics = resolution.articles, dict(resolution.unknown_topics)
    distinct = merge_copies(articles)
    kept, left_out = keep_labels(distinct, taxonomy, request.settings.min_examples)
    archive = None
    if request.unlabelled:
        with clock.step("read the unlabelled archive"):
            kept, archive = _learn_from_aliases(request, taxonomy, kept)
        left_out = {label: n for label, n in left_out.items() if label not in archive.learned}
    _require_labels(kept, distinct, request.settings.min_examples)
    with clock.step("clean"):
        dataset = make_dataset(distinct, kept, untagged=() if archive is None else archive.learned)
    with clock.step("find near duplicates"):
        groups = near_duplicate_groups(dataset.whole, seed=request.settings.seed)
    sizes = np.bincount(groups)
    duplicates = Duplicates(
        groups=int((sizes > 1).sum()),
        grouped=int(sizes[sizes > 1].sum()),
        removed=len(articles) - len(distinct),
    )
    warnings = (
        *_warnings_of_origin(request, corpus, background),
        *_warnings_of_labels(left_out, archive, unknown_topics, request.settings.min_examples),
    )
    beside = Beside(background, archive)
    return Prepared(corpus, dataset, groups, duplicates, left_out, beside, warnings, unknown_topics)


def _learn_from_aliases(request: LearnRequest, taxonomy: Taxonomy, kept: Taxonomy) -> tuple[Taxonomy, Archive]:
    """Add the topics without examples that aliases point at in the unlabelled archive."""
    articles = merge_copies(read_corpus(request.unlabelled, columns=request.columns).articles)
    texts = make_dataset(articles, replace(taxonomy, topics=()))
    known = {topic.id for topic in kept.topics}
    without = [topic.id for topic in taxonomy.topics if topic.id not in known]
    archive = make_archive(texts.whole, texts.headlines, taxonomy, without, seed=request.settings.seed)
    chosen = [topic.id in known or topic.id in archive.learned for topic in taxonomy.topics]
    topics = tuple(topic for topic, is_kept in zip(taxonomy.topics, chosen, strict=True) if is_kept)
    return replace(kept, topics=topics), replace(archive, topics=archive.topics[:, chosen])


def _require_labels(taxonomy: Taxonomy, articles: Sequence[LabelledArticle], least: int) -> None:
    if taxonomy.sections or taxonomy.topics:
        return
    sections = Counter(article.section for article in articles if article.section)
    found = ", ".join(f"{name!r} ({count})" for name, count in sections.most_common(10)) or "none"
    raise SplitError(
        f"nothing can be learned: a model needs two sections, or one topic, with at least {least} different articles "
        f"each; the corpus has {len(articles)} articles, sections: {found}"
    )


def _warnings_of_origin(request: LearnRequest, corpus: Corpus, background: Background | None) -> Iterator[str]:
    """Say which figures flatter because of where articles come from."""
    has_seen = (lambda _: False) if background is None else background.has_seen
    seen = [Path(source).name for source, digest in corpus.digests.items() if has_seen(digest)]
    if seen:
        yield (
            f"the background was computed from {', '.join(seen)} too: figures on the test part flatter. Measure with "
            "--no-background, or with a background made without it"
        )
    if not request.corpus:
        yield (
            "the starter corpus is invented: its probabilities are tempered to fit real outlets, where fewer accepted "
            "sections are right than --auto-precision asks for; learn from stories of your own"
        )


def _warnings_of_labels(
    left_out: Mapping[str, int], archive: Archive | None, unknown_topics: Mapping[str, int], least: int
) -> Iterator[str]:
    """Say which labels are not learned, or not from what editors said."""
    rare = [f"{label} ({n})" for label, n in left_out.items() if n < least]
    alone = [f"{label} ({n})" for label, n in left_out.items() if n >= least]
    if rare:
        yield f"labels left out for having fewer than {least} articles: {', '.join(rare)}"
    if archive is not None and archive.learned:
        pointed = ", ".join(f"{topic} ({n})" for topic, n in archive.learned.items())
        yield f"topics learned from articles that their aliases point at, with nobody's labels: {pointed}"
    if alone:
        yield f"no sections are learned: {', '.join(alone)} has no other to be told from"
    if unknown_topics:
        listed = ", ".join(f"{name} ({count})" for name, count in list(unknown_topics.items())[:20])
        yield f"topics that the taxonomy does not know were left out: {listed}"
