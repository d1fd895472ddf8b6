"""Whole people from fractional tables: unbiased, keyed rounding.

Systematic rounding adds one uniform number to the running total of the expected counts and takes the floor of it. Every
cell's count is then the expected count rounded down or up with the right probability, and the sum over any run of
neighbouring cells is within one of its expectation (exact when that expectation is whole).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws

_EDGE = 1e-6
"""Keeps the offset away from 0 and 1, so that float noise in a running total never moves a whole number."""


def offset(seed: int, question: int, ordinal: int) -> float:
    """One keyed uniform number in (0, 1) that belongs to no person: `ordinal` tells the uses of a question apart."""
    return float(draws.uniform(seed, ordinal, question, draws.FOUNDING_ROUNDING))


def systematic_counts(expected: NDArray[np.float64], u: float) -> NDArray[np.int64]:
    """Whole counts of the same shape with expectation `expected` (>= 0); neighbours in C order share the rounding."""
    running = np.concatenate([[0.0], np.cumsum(expected.ravel())])
    u = _EDGE + (1.0 - 2.0 * _EDGE) * u
    return np.diff(np.floor(running + u)).astype(np.int64).reshape(expected.shape)


def order_in_cells(cell: NDArray[Any], score: NDArray[np.float64]) -> NDArray[np.int64]:
    """Row numbers sorted by cell, and by a score in (0, 1) within a cell; shape of `cell`."""
    return np.argsort(cell + score)


def ranks_in_cells(cell: NDArray[np.int64], score: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each row's rank (0, 1, ...) by score in its cell, and the size of its cell; score in (0, 1)."""
    order = order_in_cells(cell, score)
    sizes = np.bincount(cell)
    starts = np.cumsum(sizes) - sizes
    rank = np.empty(len(cell), np.int64)
    rank[order] = np.arange(len(cell)) - starts[cell[order]]
    return rank, sizes[cell]


def allot(
    cell: NDArray[np.int64], score: NDArray[np.float64], shares: NDArray[np.float64], seed: int, question: int
) -> NDArray[np.int8]:
    """A level for every row, so that each cell holds its levels in the given shares, within one person of them.

    `cell` has shape (n,), `score` in (0, 1) orders people within a cell (low scores take the first levels), `shares`
    has shape (cells, levels) and sums to 1 over levels. Each cell has its own keyed offset, so the rounding is
    unbiased.
    """
    rank, size = ranks_in_cells(cell, score)
    cells = np.arange(shares.shape[0], dtype=np.uint64)
    offsets = draws.uniforms(seed, cells, question, draws.FOUNDING_ROUNDING)
    position = (rank + offsets[cell]) / size
    upper = np.cumsum(shares, axis=1)
    level = np.zeros(len(cell), np.int8)
    for k in range(shares.shape[1] - 1):
        level += position >= upper[cell, k]
    return level


def squash(latent: NDArray[np.float64]) -> NDArray[np.float64]:
    """A latent score on the real line as a score strictly inside (0, 1), order kept."""
    return 1e-9 + (1.0 - 2e-9) / (1.0 + np.exp(-np.clip(latent, -18.0, 18.0)))


def pair_in_cells(
    cell_a: NDArray[Any], score_a: NDArray[np.float64], cell_b: NDArray[Any], score_b: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices (a, b) of pairs made inside each cell in order of score until one side is used up; each index once."""
    order_a, order_b = order_in_cells(cell_a, score_a), order_in_cells(cell_b, score_b)
    cells = int(max(cell_a.max(initial=-1), cell_b.max(initial=-1))) + 1
    size_a, size_b = np.bincount(cell_a, minlength=cells), np.bincount(cell_b, minlength=cells)
    made = np.minimum(size_a, size_b)
    start_a, start_b = np.cumsum(size_a) - size_a, np.cumsum(size_b) - size_b
    within = np.arange(made.sum()) - np.repeat(np.cumsum(made) - made, made)
    index_a = order_a[np.repeat(start_a, made) + within]
    index_b = order_b[np.repeat(start_b, made) + within]
    return index_a, index_b
