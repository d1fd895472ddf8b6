"""Where a random result must lie, if the code is right, except with a false-alarm rate that the test states.

A statistical test that fails by chance teaches people to ignore it, and one with a generous tolerance never fails at
all. So each test here names how often a correct program may fail it, and the interval follows. Draws are keyed, hence a
test with a fixed seed either passes always or fails always; the rate says how surprised to be the first time.

`FALSE_ALARM` is the suite's default: one in a million for each assertion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

FALSE_ALARM = 1e-6

Interval = tuple[float, float]


def normal_interval(mean: float, standard_error: float, false_alarm: float = FALSE_ALARM) -> Interval:
    """Two-sided interval of a normal estimate; `standard_error` in the unit of `mean`."""
    half_width = float(stats.norm.isf(false_alarm / 2.0)) * standard_error
    return mean - half_width, mean + half_width


def mean_interval(mean: float, standard_deviation: float, count: int, false_alarm: float = FALSE_ALARM) -> Interval:
    """Interval of the mean of `count` independent values (normal limit: use with dozens of values or more)."""
    return normal_interval(mean, standard_deviation / math.sqrt(count), false_alarm)


def binomial_interval(trials: int, probability: float, false_alarm: float = FALSE_ALARM) -> tuple[int, int]:
    """Exact interval of the number of successes: each tail outside it has at most half the false-alarm rate."""
    law = stats.binom(trials, probability)
    return int(law.ppf(false_alarm / 2.0)), int(law.isf(false_alarm / 2.0))


def poisson_interval(expected: float, false_alarm: float = FALSE_ALARM) -> tuple[int, int]:
    """Exact interval of a count with the given expectation."""
    law = stats.poisson(expected)
    return int(law.ppf(false_alarm / 2.0)), int(law.isf(false_alarm / 2.0))


def share_interval(count: int, share: float, false_alarm: float = FALSE_ALARM) -> Interval:
    """Exact interval of the observed share among `count` independent people."""
    low, high = binomial_interval(count, share, false_alarm)
    return low / count, high / count


def same_share_pvalue(successes: Sequence[int], trials: Sequence[int]) -> float:
    """p-value that two groups share one probability (Fisher's exact test)."""
    (first, second), (of_first, of_second) = successes, trials
    table = [[first, of_first - first], [second, of_second - second]]
    return float(stats.fisher_exact(table).pvalue)


def uniformity_pvalue(values: np.ndarray, bins: int = 64) -> float:
    """The smaller p-value of a chi-squared and a Kolmogorov-Smirnov test on (0, 1), doubled for having looked twice."""
    counts = np.bincount((values * bins).astype(np.int64), minlength=bins)
    chi_squared = float(stats.chisquare(counts).pvalue)
    smirnov = float(stats.kstest(values, "uniform").pvalue)
    return min(1.0, 2.0 * min(chi_squared, smirnov))


def independence_pvalue(first: np.ndarray, second: np.ndarray, bins: int = 8) -> float:
    """p-value that two uniform samples of one length are independent (chi-squared of their bins x bins table).

    Both margins are known, so there are bins^2 - 1 degrees of freedom, and departures of the margins are seen too.
    """
    cell = (first * bins).astype(np.int64) * bins + (second * bins).astype(np.int64)
    return float(stats.chisquare(np.bincount(cell, minlength=bins * bins)).pvalue)


def holds(value: float, interval: tuple[float, float]) -> bool:
    """Whether the value lies in the closed interval."""
    return interval[0] <= value <= interval[1]


def per_test(tests: int, false_alarm: float = FALSE_ALARM) -> float:
    """The rate for each of several tests so that together they alarm falsely at most at `false_alarm` (Bonferroni)."""
    return false_alarm / tests
