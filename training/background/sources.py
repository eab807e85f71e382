"""From corpora to the articles that a background is computed from: one of each story, labels through the taxonomy.

Called by ``__main__``; ``make`` does the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model.errors import TrainingError
from model.taxonomy import load_taxonomy
from training.corpus import LabelledArticle, read_corpus
from training.dataset import Dataset, make_dataset, resolve_labels
from training.neardup import near_duplicate_groups
from training.shipped import taxonomy_file

__all__ = ["Sources", "read_sources"]


@dataclass(frozen=True, slots=True)
class Sources:
    """What was read.

    Attributes
    ----------
    dataset : Dataset
        One article of each near-duplicate group, the one that most is known of.
    manifest : mapping
        Which corpora these are, with digests, licences and what was left out of them.
    """

    dataset: Dataset
    manifest: Mapping[str, Any]


def read_sources(
    corpora: Sequence[str],
    *,
    licences: Mapping[str, str],
    without_sources: Sequence[str],
    without: Path | None,
    seed: int,
) -> Sources:
    """Read corpora; labels that the taxonomy does not know are unknown.

    Parameters
    ----------
    corpora : sequence of str
        SRCs.
    licences : mapping of str to str
        File name -> licence.
    without_sources : sequence of str
        Outlets to leave out, with all that nearly repeats their articles.
    without : path, optional
        JSONL with ``corpus`` and ``id`` of articles to leave out in the same way.
    seed : int

    Raises
    ------
    TabwibError
        If a corpus or the list cannot be read, or an outlet or an article on it does not occur.
    """
    taxonomy = load_taxonomy(taxonomy_file())
    articles: list[LabelledArticle] = []
    names: list[str] = []
    records = []
    for source in corpora:
        corpus = read_corpus([source])
        articles += corpus.articles
        names += [Path(source).name.split(".")[0]] * len(corpus.articles)
        (digest,) = corpus.digests.values()
        name = Path(source).name
        records.append(
            {"name": name, "rows": len(corpus.articles), "sha256": digest, "licence": licences.get(name, "")}
        )
    # Topics that one corpus tags and the taxonomy does not have say nothing about those that it has.
    dataset = make_dataset(resolve_labels(articles, taxonomy).articles, taxonomy)
    groups = near_duplicate_groups(dataset.whole, seed=seed)
    left_out = _left_out(articles, names, without_sources, without)
    usable = ~np.isin(groups, groups[left_out])
    known = dataset.topics_known.astype(np.intp) * 2 + (dataset.section >= 0)
    order = np.lexsort((np.arange(len(groups)), -known))  # of a group, the one that most is known of, then the first
    _, first = np.unique(groups[order], return_index=True)
    chosen = np.zeros(len(groups), dtype=np.bool_)
    chosen[order[first]] = True
    manifest = {
        "corpora": records,
        "without": {"sources": list(without_sources), "articles": int(left_out.sum())},
    }
    return Sources(dataset.take(np.flatnonzero(chosen & usable)), manifest)


def _left_out(
    articles: Sequence[LabelledArticle], names: Sequence[str], without_sources: Sequence[str], without: Path | None
) -> Any:
    """Say of each article whether it is to be left out: ndarray of shape (n_articles,), bool."""
    unknown = set(without_sources) - {article.source for article in articles}
    if unknown:
        raise TrainingError(f"no article comes from {', '.join(sorted(unknown))}: nothing to leave out")
    listed = _read_list(without) if without else set()
    missing = listed - {(name, article.id) for name, article in zip(names, articles, strict=True)}
    if missing:
        raise TrainingError(
            f"{without}: {len(missing)} articles are not in the corpora, such as {min(missing, key=str)}"
        )
    return np.array(
        [
            article.source in without_sources or (name, article.id) in listed
            for name, article in zip(names, articles, strict=True)
        ],
        dtype=np.bool_,
    )


def _read_list(path: Path) -> set[tuple[str, str]]:
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return {(row["corpus"], row["id"]) for row in rows}
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise TrainingError(f"{path} is no list of articles with corpus and id: {error}") from error
