"""Demographic estimators with a closed form, each tested against a case worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def age_rates(events: Array, exposure_years: Array) -> Array:
    """Events (..., ages) over person-years by age; 0 where nobody was exposed."""
    events = np.asarray(events, float)
    out = np.zeros(events.shape)
    return np.divide(events, exposure_years, out=out, where=np.asarray(exposure_years) > 0)


def total_rate(events: Array, exposure_years: Array) -> float:
    """Sum over single ages of events over person-years (a TFR when the events are births of women 15-49)."""
    return float(age_rates(events, exposure_years).sum())


def mean_age(ages: NDArray[Any], rates: Array) -> float:
    """Mean of ages (mid-year, so plus one half) weighted with rates; nan if all rates are zero."""
    total = float(np.sum(rates))
    return float(np.sum((np.asarray(ages) + 0.5) * rates) / total) if total > 0 else float("nan")


def census_tfr(infants: float, women: Array, age_pattern: Array) -> float:
    """Infants counted over women by single age 15-49 weighted with a birth pattern; nan without women.

    The pattern is scaled to sum to one, so the result is the level of a TFR that would give these infants: the method
    behind the 1.12 of Suining in 2020 (no correction for infant deaths or under-count).
    """
    pattern = np.asarray(age_pattern, float) / np.sum(age_pattern)
    expected = float(np.sum(np.asarray(women) * pattern))
    return float(infants / expected) if expected > 0 else float("nan")


def life_expectancy(deaths: Array, people: Array) -> float:
    """Life expectancy at birth of a period life table by single age, the last age open.

    Deaths in the middle of a year of age except in the first (a0 = 0.1); an age without people has no deaths.
    """
    rates = age_rates(deaths, people)
    within = np.full(len(rates), 0.5)
    within[0] = 0.1
    q = np.minimum(rates / (1.0 + (1.0 - within) * rates), 1.0)
    alive = np.concatenate([[1.0], np.cumprod(1.0 - q[:-1])])
    lived = alive * (1.0 - q) + alive * q * within
    last = alive[-1] / rates[-1] if rates[-1] > 0 else alive[-1]
    return float(lived[:-1].sum() + last)


def tempo_adjusted_tfr(before: Array, now: Array, after: Array) -> float:
    """Bongaarts-Feeney tempo-adjusted TFR of the middle of three windows a year apart, each [order, age 15-49].

    TFR by order / (1 - r), r half the change of the mean age from ``before`` to ``after``. r is kept within 0.5 of
    zero; an order without births adds nothing.
    """
    ages = np.arange(15, 15 + now.shape[1])
    total = 0.0
    for order in range(now.shape[0]):
        level = float(now[order].sum())
        if level <= 0.0:
            continue
        shift = (mean_age(ages, after[order]) - mean_age(ages, before[order])) / 2.0
        shift = 0.0 if not np.isfinite(shift) else float(np.clip(shift, -0.5, 0.5))
        total += level / (1.0 - shift)
    return total
