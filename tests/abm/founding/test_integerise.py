"""Whole people from fractional tables: exact where the table is whole, unbiased, within one of every margin."""

from __future__ import annotations

import numpy as np
import pytest

from abm.founding.integerise import allot, order_in_cells, pair_in_cells, ranks_in_cells, squash, systematic_counts


def test_counts_are_within_one_of_any_run_of_cells() -> None:
    expected = np.random.default_rng(1).gamma(0.5, 2.0, size=500)
    counts = systematic_counts(expected, 0.37)
    assert np.all(np.abs(np.cumsum(counts) - np.cumsum(expected)) <= 1.0)
    assert np.all((counts == np.floor(expected)) | (counts == np.ceil(expected)))


def test_groups_with_whole_sums_stay_exact() -> None:
    groups = np.array([[10.3, 0.7, 4.0], [1.25, 2.5, 3.25]])
    for u in (0.0, 0.1, 0.5, 0.999, 1.0):
        assert systematic_counts(groups, u).sum(axis=1).tolist() == [15, 7]


def test_rounding_is_unbiased() -> None:
    expected = np.array([0.2, 0.7, 1.4, 0.05])
    mean = np.mean([systematic_counts(expected, u) for u in (np.arange(2000) + 0.5) / 2000], axis=0)
    assert mean == pytest.approx(expected, abs=2e-3)


def test_allotted_levels_are_within_one_person_of_their_shares() -> None:
    generator = np.random.default_rng(2)
    cell = generator.integers(0, 7, 4000)
    shares = generator.dirichlet(np.ones(4), 7)
    level = allot(cell, generator.random(4000), shares, seed=3, question=9)
    for c in range(7):
        built = np.bincount(level[cell == c], minlength=4)
        assert np.all(np.abs(built - shares[c] * built.sum()) <= 1.0)


def test_low_scores_take_the_first_levels() -> None:
    cell = np.zeros(100, np.int64)
    score = squash(np.linspace(-3.0, 3.0, 100))
    level = allot(cell, score, np.array([[0.5, 0.5]]), seed=1, question=1)
    assert np.all(np.diff(level) >= 0)


def test_ranks_count_from_zero_in_each_cell() -> None:
    cell = np.array([1, 0, 1, 1, 0])
    rank, size = ranks_in_cells(cell, np.array([0.9, 0.2, 0.1, 0.5, 0.1]))
    assert rank.tolist() == [2, 1, 0, 1, 0]
    assert size.tolist() == [3, 2, 3, 3, 2]
    assert order_in_cells(cell, np.array([0.9, 0.2, 0.1, 0.5, 0.1])).tolist() == [4, 1, 2, 3, 0]


def test_pairs_use_each_side_once_and_stay_in_their_cell() -> None:
    generator = np.random.default_rng(3)
    cell_a, cell_b = generator.integers(0, 5, 300), generator.integers(0, 5, 200)
    a, b = pair_in_cells(cell_a, generator.random(300), cell_b, generator.random(200))
    assert np.array_equal(cell_a[a], cell_b[b])
    assert len(np.unique(a)) == len(a) and len(np.unique(b)) == len(b)
    made = np.minimum(np.bincount(cell_a, minlength=5), np.bincount(cell_b, minlength=5))
    assert len(a) == made.sum()


def test_pairing_with_nobody_makes_no_pair() -> None:
    nobody = np.zeros(0, np.int64)
    a, b = pair_in_cells(nobody, np.zeros(0), np.array([0, 1]), np.array([0.5, 0.5]))
    assert len(a) == 0 and len(b) == 0
