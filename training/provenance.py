"""Where figures come from: sources, digests, versions and counts, as the report and the manifest keep them."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from model.features import orthography
from model.taxonomy import Section, Taxonomy, Topic
from training.corpus import Corpus
from training.report import CorpusRecord, Duplicates, LabelName, Provenance

__all__ = ["label_names", "of_evaluation", "of_fit"]

_LIBRARIES = ("numpy", "numba", "scipy", "scikit-learn", "pandas", "pyarrow", "datasets", "rensa", "joblib")


def label_names(taxonomy: Taxonomy) -> dict[str, LabelName]:
    """Return the Arabic and English names of every label."""
    labels: tuple[Section | Topic, ...] = (*taxonomy.sections, *taxonomy.topics)
    return {label.id: LabelName(ar=label.ar, en=label.en) for label in labels}


def of_fit(
    *,
    corpus: Corpus,
    command: Sequence[str],
    date: str,
    seed: int | None,
    duplicates: Duplicates | None,
    parts: Mapping[str, int],
    left_out: Mapping[str, int],
    unknown_topics: Mapping[str, int],
    seconds: Mapping[str, float],
) -> Provenance:
    """Say where a model and the figures on its test part come from."""
    sources = Counter(article.source or "?" for article in corpus.articles)
    return Provenance(
        date=date,
        command=list(command),
        seed=seed,
        versions={"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
        orthography_version=orthography.VERSION,
        corpora=[
            CorpusRecord(source=source, sha256=digest, rows=corpus.rows[source])
            for source, digest in corpus.digests.items()
        ],
        skipped=dict(corpus.skipped),
        duplicates=duplicates,
        split=dict(parts),
        left_out=dict(left_out),
        unknown_topics=dict(unknown_topics),
        sources=dict(sources.most_common()),
        seconds=dict(seconds),
    )


def of_evaluation(
    *,
    corpus: Corpus,
    command: Sequence[str],
    date: str,
    measured: int,
    left_out: Mapping[str, int],
    seconds: Mapping[str, float],
) -> Provenance:
    """Say where the figures of an evaluation come from: nothing was drawn at random, nothing grouped."""
    return of_fit(
        corpus=corpus,
        command=command,
        date=date,
        seed=None,
        duplicates=None,
        parts={"test": measured},
        left_out=left_out,
        unknown_topics={},
        seconds=seconds,
    )
