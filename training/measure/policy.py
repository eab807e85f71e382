"""Label policy: where sources file the same kind of story under different sections.

``training.examine`` asks twice: of what a model says about each source, and of one story that stands in two sources.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy import stats

__all__ = ["PolicyDifference", "PolicyPair", "SameStory", "policy_differences", "policy_matrix", "same_stories"]

FEWEST_FILED = 10
"""Articles that a source must have filed under a section before anything is said of how it uses it."""

LEAST_SHARE = 0.15
"""Share of them that the model takes for one other section: less is the error every model makes."""

SURE = 0.8
"""Probability from which the model is sure. Where it is sure of another section for `FEWEST_FILED` articles and
`LEAST_SHARE`, the source files otherwise than what the model learned from, even if the others here do the same: BBC and
Sky News Arabia both keep health under technology."""

SIGNIFICANCE = 0.001
"""Greatest p of Fisher's exact test against all other sources; some hundred pairs are tested."""

MAP_FROM = 0.8
"""Share from which a rule that maps the section elsewhere is proposed; below, one that leaves it open."""


class PolicyDifference(TypedDict):
    """A section that one source fills differently from the others.

    Attributes
    ----------
    source, filed, printed : str
        Where, under which section, and the name that the source prints for it.
    given : str
        The section that the model gives instead.
    n, count : int
        Articles that are filed so, and those of them that are given the other section.
    elsewhere_n, elsewhere_count : int
        The same of all other sources.
    ids : list of str
        The first examples, the surest of the model first.
    evidence : {"sources", "model"}
        Whether the other sources here are filled otherwise, or only those that the model learned from.
    proposal : {"map", "mask"}
        What a rule of the taxonomy could do about it.
    """

    source: str
    filed: str
    printed: str
    given: str
    n: int
    count: int
    elsewhere_n: int
    elsewhere_count: int
    ids: list[str]
    evidence: Literal["sources", "model"]
    proposal: Literal["map", "mask"]


class PolicyPair(TypedDict):
    """What every source's stories of one section are given: by source, how many there are, and given the other one."""

    filed: str
    given: str
    n: dict[str, int]
    count: dict[str, int]


class SameStory(TypedDict):
    """Stories that two sources both have, and file under different sections; ``ids`` holds pairs."""

    first_source: str
    first_section: str
    second_source: str
    second_section: str
    count: int
    ids: list[list[str]]


def policy_differences(
    gold: NDArray[np.intp],
    probabilities: NDArray[np.float64],
    sources: Sequence[str],
    printed: Sequence[str],
    ids: Sequence[str],
    labels: Sequence[str],
    examples: int = 3,
) -> list[PolicyDifference]:
    """Find sections that the model takes for others at one source much more often than at the others, or surely.

    A difference is a matter of policy or of that source's words; the examples tell which.

    Parameters
    ----------
    gold : ndarray of shape (n_articles,)
        Indices into ``labels``.
    probabilities : ndarray of shape (n_articles, n_labels)
    sources, printed, ids : sequence of str of length n_articles
        Outlet, section as the outlet prints it, id. A rule goes by what is printed; where outlet or name is empty, the
        article is left out.
    labels : sequence of str
    examples : int
        Ids to return of each at most.

    Returns
    -------
    list of PolicyDifference
        The one with most articles first.
    """
    predicted, names, outlet = (
        probabilities.argmax(axis=1),
        np.array(printed, dtype=np.object_),
        np.array(sources, dtype=np.object_),
    )
    found: list[PolicyDifference] = []
    for source, name in sorted({(at, name) for at, name in zip(sources, printed, strict=True) if at and name}):
        here = np.asarray((outlet == source) & (names == name))
        filed = int(gold[here][0])  # a source means one section by a name
        elsewhere = np.asarray((outlet != source) & (outlet != "") & (gold == filed))
        n, elsewhere_n = int(here.sum()), int(elsewhere.sum())
        for given in np.setdiff1d(predicted[here], [filed]):
            rows = np.flatnonzero(here & (predicted == given))
            surest = rows[np.argsort(-probabilities[rows, given], kind="stable")]
            elsewhere_count = int((predicted[elsewhere] == given).sum())
            evidence = _evidence(rows.size, n, elsewhere_count, elsewhere_n, probabilities[rows, given])
            if evidence is None:
                continue
            found.append(
                {
                    "source": source,
                    "filed": labels[filed],
                    "printed": name,
                    "given": labels[given],
                    "n": n,
                    "count": rows.size,
                    "elsewhere_n": elsewhere_n,
                    "elsewhere_count": elsewhere_count,
                    "ids": [ids[row] for row in surest[:examples]],
                    "evidence": evidence,
                    "proposal": "map" if rows.size >= MAP_FROM * n else "mask",
                }
            )
    return sorted(found, key=lambda one: -one["count"])


def policy_matrix(
    differences: Sequence[PolicyDifference],
    gold: NDArray[np.intp],
    predicted: NDArray[np.intp],
    sources: Sequence[str],
    labels: Sequence[str],
) -> list[PolicyPair]:
    """Lay out, for every pair of sections that some source differs in, what all named sources do."""
    place = {label: number for number, label in enumerate(labels)}
    outlet = np.array(sources, dtype=np.object_)
    made: list[PolicyPair] = []
    for filed, given in dict.fromkeys((one["filed"], one["given"]) for one in differences):
        ours = {name: np.asarray((outlet == name) & (gold == place[filed])) for name in sorted(set(sources)) if name}
        made.append(
            {
                "filed": filed,
                "given": given,
                "n": {name: int(rows.sum()) for name, rows in ours.items()},
                "count": {name: int((predicted[rows] == place[given]).sum()) for name, rows in ours.items()},
            }
        )
    return made


def _evidence(
    count: int, n: int, elsewhere: int, elsewhere_n: int, probability: NDArray[np.float64]
) -> Literal["sources", "model"] | None:
    """Say what speaks for a policy; None where nothing does."""
    if n < FEWEST_FILED or count < LEAST_SHARE * n:
        return None
    if elsewhere_n >= FEWEST_FILED:
        table = [[count, n - count], [elsewhere, elsewhere_n - elsewhere]]
        if stats.fisher_exact(table, alternative="greater").pvalue <= SIGNIFICANCE:
            return "sources"
    sure = int((probability >= SURE).sum())
    return "model" if sure >= max(FEWEST_FILED, LEAST_SHARE * n) else None


def same_stories(
    gold: NDArray[np.intp],
    sources: Sequence[str],
    groups: NDArray[np.int64],
    ids: Sequence[str],
    labels: Sequence[str],
    examples: int = 3,
) -> list[SameStory]:
    """Count near duplicates that stand in two sources under two sections; most frequent first.

    Parameters
    ----------
    gold : ndarray of shape (n_articles,)
        Indices into ``labels``; -1 where unknown.
    sources, ids : sequence of str of length n_articles
    groups : ndarray of shape (n_articles,)
        Near-duplicate group of each article.
    labels : sequence of str
    examples : int
        Pairs of ids to return of each at most.
    """
    members: defaultdict[int, dict[tuple[str, int], str]] = defaultdict(dict)
    for row in np.flatnonzero(gold >= 0).tolist():
        if sources[row]:
            members[int(groups[row])].setdefault((sources[row], int(gold[row])), ids[row])
    pairs: defaultdict[tuple[str, int, str, int], list[list[str]]] = defaultdict(list)
    for filed in members.values():
        for (a, at_a), id_a in filed.items():
            for (b, at_b), id_b in filed.items():
                if a < b and at_a != at_b:
                    pairs[a, at_a, b, at_b].append([id_a, id_b])
    ranked = sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        {
            "first_source": a,
            "first_section": labels[at_a],
            "second_source": b,
            "second_section": labels[at_b],
            "count": len(found),
            "ids": found[:examples],
        }
        for (a, at_a, b, at_b), found in ranked
    ]
