"""Groups never straddle a split, every part has its share of every stratum, and sources are left out whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from training.split import FEWEST_OF_SOURCE, choose_test, group_folds, source_folds, strata

GROUPED = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=60)
SEEDS = st.integers(0, 2**32 - 1)
CORPORA = st.lists(
    st.tuples(st.sampled_from(["", "sabah", "masa", "fajr", "duha", "layl"]), st.integers(0, 3)),
    min_size=1,
    max_size=40,
).map(lambda rows: rows * 8)  # so that sources reach the size at which they are left out


def columns(rows: list[tuple[int, int]]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    groups, stratum = zip(*rows, strict=True)
    return np.array(groups, dtype=np.int64), np.array(stratum, dtype=np.intp)


def alone(n: int) -> NDArray[np.int64]:
    """Every article in a group of its own."""
    return np.arange(n, dtype=np.int64)


@given(GROUPED, st.floats(0.05, 0.5), SEEDS)
def test_a_group_is_held_out_whole_or_not_at_all(rows: list[tuple[int, int]], fraction: float, seed: int) -> None:
    groups, stratum = columns(rows)
    test = choose_test(groups, stratum, fraction=fraction, seed=seed)
    assert test.dtype == np.bool_
    assert not set(groups[test]) & set(groups[~test])
    assert len(set(groups[test])) == int(np.floor(len(set(groups)) * fraction))


@given(GROUPED, st.integers(2, 6), SEEDS)
def test_a_group_is_in_one_fold(rows: list[tuple[int, int]], n_folds: int, seed: int) -> None:
    groups, stratum = columns(rows)
    fold = group_folds(groups, stratum, n_folds=n_folds, seed=seed)
    assert all(len(set(fold[groups == group])) == 1 for group in groups)
    sizes = np.bincount([fold[groups == group][0] for group in set(groups)], minlength=n_folds)
    assert len(sizes) == n_folds
    assert sizes.max() - sizes.min() <= 1


@given(st.lists(st.integers(0, 5), min_size=1, max_size=200), SEEDS)
def test_every_part_has_its_share_of_every_stratum(labels: list[int], seed: int) -> None:
    stratum = np.array(labels, dtype=np.intp)
    groups = alone(len(labels))
    test = choose_test(groups, stratum, fraction=0.2, seed=seed)
    fold = group_folds(groups, stratum, n_folds=4, seed=seed)
    for label in set(labels):
        of_label = stratum == label
        assert abs(test[of_label].sum() - 0.2 * of_label.sum()) < 1
        shares = np.bincount(fold[of_label], minlength=4)
        assert shares.max() - shares.min() <= 1


def test_the_seed_decides_alone() -> None:
    groups, stratum = alone(300), np.arange(300, dtype=np.intp) % 3
    first = choose_test(groups, stratum, fraction=0.1, seed=7)
    assert (first == choose_test(groups, stratum, fraction=0.1, seed=7)).all()
    assert (first != choose_test(groups, stratum, fraction=0.1, seed=8)).any()
    folds = group_folds(groups, stratum, n_folds=4, seed=7)
    assert (folds == group_folds(groups, stratum, n_folds=4, seed=7)).all()
    assert (folds != group_folds(groups, stratum, n_folds=4, seed=8)).any()


def test_articles_are_drawn_not_taken_in_their_order() -> None:
    groups, stratum = alone(1000), np.zeros(1000, dtype=np.intp)
    chosen = np.flatnonzero(choose_test(groups, stratum, fraction=0.1, seed=0))
    assert len(set(np.diff(chosen))) > 5


def test_strata_are_sections_and_where_unknown_the_rarest_topic() -> None:
    section = np.array([0, 1, -1, -1, -1, -1, 1], dtype=np.intp)
    topics = np.array([[1, 0], [1, 1], [1, 0], [1, 1], [0, 0], [0, 1], [0, 0]], dtype=np.bool_)
    stratum = strata(section, topics)
    assert stratum[[0, 1, 6]].tolist() == [0, 1, 1]
    assert stratum[3] == stratum[5]  # of its two topics the second is rarer
    assert len({stratum[row] for row in (0, 1, 2, 3, 4)}) == 5


@pytest.mark.parametrize("n", [0, 3], ids=["no articles", "no topics"])
def test_strata_without_topics(n: int) -> None:
    assert strata(np.zeros(n, dtype=np.intp), np.zeros((n, 0), dtype=np.bool_)).tolist() == [0] * n


@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param({"": 300}, id="none named"),
        pytest.param({"sabah": 100, "masa": 100, "": 100}, id="two"),
        pytest.param({"sabah": 100, "masa": 100, "fajr": FEWEST_OF_SOURCE - 1}, id="third too small"),
    ],
)
def test_fewer_than_three_sources_are_not_left_out(sizes: dict[str, int]) -> None:
    sources = [source for source, size in sizes.items() for _ in range(size)]
    stratum = alone(len(sources)).astype(np.intp) % 2
    assert source_folds(sources, alone(len(sources)), stratum, most=4, seed=0) is None


def test_every_source_is_a_fold() -> None:
    sources = ["sabah"] * 60 + ["masa"] * 50 + ["fajr"] * 40
    made = source_folds(sources, alone(150), alone(150).astype(np.intp) % 2, most=4, seed=0)
    assert made is not None
    fold, unseen = made
    assert fold.tolist() == [0] * 60 + [1] * 50 + [2] * 40
    assert unseen.all()


def test_the_smallest_sources_share_a_fold() -> None:
    sources = ["sabah"] * 60 + ["masa"] * 50 + ["fajr"] * 40 + ["duha"] * 30 + ["layl"] * 5 + [""] * 15
    made = source_folds(sources, alone(200), alone(200).astype(np.intp) % 2, most=3, seed=0)
    assert made is not None
    fold, unseen = made
    assert fold.tolist() == [0] * 60 + [1] * 50 + [2] * 90
    assert unseen.tolist() == [True] * 185 + [False] * 15  # of an unknown outlet nobody can say


def test_a_label_of_a_single_source_is_dealt_over_two_folds() -> None:
    sources = ["sabah"] * 60 + ["masa"] * 60 + ["fajr"] * 60
    stratum = np.array([0] * 30 + [1] * 30 + [0] * 60 + [0] * 60, dtype=np.intp)  # label 1 is of sabah alone
    made = source_folds(sources, alone(180), stratum, most=4, seed=0)
    assert made is not None
    fold, unseen = made
    assert sorted(np.bincount(fold[stratum == 1], minlength=3)) == [0, 15, 15]
    assert not unseen[:60].any()  # the half elsewhere brings the words of sabah
    assert unseen[60:].all()
    assert set(fold[:30]) == {0}


@given(CORPORA, st.integers(2, 6), SEEDS)
def test_unseen_means_that_no_other_fold_has_the_source(corpus: list[tuple[str, int]], most: int, seed: int) -> None:
    sources = [source for source, _ in corpus]
    stratum = np.array([label for _, label in corpus], dtype=np.intp)
    made = source_folds(sources, alone(len(corpus)), stratum, most=most, seed=seed)
    if made is None:
        return
    fold, unseen = made
    assert fold.max() < most
    named = np.array(sources)
    for row in np.flatnonzero(unseen):
        assert named[row]
        assert set(fold[named == named[row]]) == {fold[row]}


@given(CORPORA, SEEDS)
def test_copies_of_a_label_of_one_source_stay_together(corpus: list[tuple[str, int]], seed: int) -> None:
    sources = [source for source, _ in corpus]
    stratum = np.array([label for _, label in corpus], dtype=np.intp)
    pairs = sorted(set(corpus))
    groups = np.array([pairs.index(row) for row in corpus], dtype=np.int64)
    made = source_folds(sources, groups, stratum, most=4, seed=seed)
    if made is not None:
        assert all(len(set(made[0][groups == group])) == 1 for group in range(len(pairs)))
