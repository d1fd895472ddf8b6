"""Turn the tables of a city into the arrays the model asks for: pure functions, arrays in, arrays out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

Array = NDArray[np.float64]
Ages = Sequence[int] | NDArray[np.integer]

MIGRATION_COHORT_YEARS = 10  # the residual between two censuses
MOST_FITTING_ROUNDS = 500
ROUGHNESS_WEIGHT = 0.1  # 0.3 misses cohort means by 0.004 a year, 0.03 makes the rates swing between ages


def read_only(array: Array) -> Array:
    """Return the array as contiguous float64 that refuses to be written to."""
    fixed = np.ascontiguousarray(array, dtype=np.float64)
    fixed.flags.writeable = False
    return fixed


def value_in_year(years: Sequence[float] | Array, values: Array, year: float) -> Array:
    """Return values[year], straight between the given years and held before the first and after the last.

    `values` has the years on its first axis.
    """
    known = np.asarray(years, dtype=np.float64)
    at = float(np.clip(year, known[0], known[-1]))
    right = int(np.clip(np.searchsorted(known, at), 1, len(known) - 1)) if len(known) > 1 else 0
    if right == 0:
        return np.asarray(values[0], dtype=np.float64)
    weight = (at - known[right - 1]) / (known[right] - known[right - 1])
    return np.asarray((1.0 - weight) * values[right - 1] + weight * values[right], dtype=np.float64)


def grown_value_in_year(
    years: Sequence[float], values: Sequence[float], growth_before: float, growth_after: float, year: float
) -> float:
    """Return a money series in a year: straight in logarithms between years, growing by the yearly rates outside."""
    if year < years[0]:
        return float(values[0] * (1.0 + growth_before) ** (year - years[0]))
    if year > years[-1]:
        return float(values[-1] * (1.0 + growth_after) ** (year - years[-1]))
    if year in years:
        return float(values[list(years).index(year)])
    if min(values) <= 0.0:
        return float(np.interp(year, years, values))
    return float(np.exp(np.interp(year, years, np.log(values))))


def single_ages(group_from: Ages, group_to: Ages, counts: Array, weights: Array) -> Array:
    """Return counts by single age: each group's count split by `weights`, group totals exact.

    A group whose weights are all zero is split evenly.
    """
    result = np.zeros(len(weights))
    for low, high, count in zip(group_from, group_to, counts, strict=True):
        share = np.asarray(weights[low : high + 1], dtype=np.float64)
        total = share.sum()
        result[low : high + 1] = count * (share / total if total > 0.0 else 1.0 / len(share))
    return result


def death_rates_by_age(group_from: Ages, rates: Array, last_age: int) -> Array:
    """Return central death rates at single ages 0..last_age from abridged groups 0, 1-4, 5-9 .. 95-99, 100+.

    Age 0 is the group's own rate. From 1 on the logarithm is straight between the groups' middle ages and
    continued at the last slope; a final factor keeps the mean of every group below 100 equal to its rate.
    """
    low = np.asarray(group_from, dtype=np.float64)
    high = np.append(low[1:], low[-1] + 5.0)
    ages = np.arange(last_age + 1)
    middle = 0.5 * (low[1:] + high[1:])
    log_rate = np.log(rates[1:])
    slope = (log_rate[-1] - log_rate[-2]) / (middle[-1] - middle[-2])
    at = ages[1:] + 0.5
    values = np.interp(at, middle, log_rate) + slope * np.maximum(at - middle[-1], 0.0)
    result = np.concatenate([rates[:1], np.exp(values)])
    for first, stop, rate in zip(low[1:-1], high[1:-1], rates[1:-1], strict=True):
        span = slice(int(first), int(stop))
        result[span] *= rate / result[span].mean()
    return result


def life_expectancy(death_rates: Array) -> float:
    """Return life expectancy at birth in years for central rates at single ages, the last age open."""
    survival_per_year = np.exp(-death_rates[:-1])
    alive = np.concatenate([[1.0], np.cumprod(survival_per_year)])
    years_lived = (alive[:-1] - alive[1:]) / np.maximum(death_rates[:-1], 1e-12)
    return float(years_lived.sum() + alive[-1] / death_rates[-1])


def cohort_age_weights(age_from: int, age_to: int, years: int, ages: int) -> Array:
    """Return the share of `years` that a cohort aged age_from..age_to at the start spends at each single age."""
    step = 0.1
    start = np.arange(age_from, age_to + 1, step) + 0.5 * step
    passed = np.arange(0, years, step) + 0.5 * step
    at = np.floor(start[:, None] + passed[None, :]).astype(int).ravel()
    return np.bincount(np.minimum(at, ages - 1), minlength=ages)[:ages] / at.size


def rates_by_current_age(age_from: Ages, age_to: Ages, cohort_rates: Array, ages: int) -> Array:
    """Return the flattest rates by current age 0..ages-1 whose means over each cohort's path are `cohort_rates`.

    Least squares with a penalty on first differences, so ages that no cohort passes take the nearest rate.
    Cohort means are met within about 0.001 a year.
    """
    paths = np.array(
        [cohort_age_weights(a, b, MIGRATION_COHORT_YEARS, ages) for a, b in zip(age_from, age_to, strict=True)]
    )
    roughness = np.diff(np.eye(ages), axis=0) * ROUGHNESS_WEIGHT
    design = np.vstack([paths, roughness])
    target = np.concatenate([cohort_rates, np.zeros(ages - 1)])
    return np.asarray(np.linalg.lstsq(design, target, rcond=None)[0], dtype=np.float64)


def shifted_shares(shares: Array, weights: Array, target: float) -> Array:
    """Return shares moved together on the logit scale so that their weighted mean is `target`."""
    odds = np.log(shares / (1.0 - shares))

    def gap(shift: float) -> float:
        return float(np.average(1.0 / (1.0 + np.exp(-(odds + shift))), weights=weights)) - target

    return np.asarray(1.0 / (1.0 + np.exp(-(odds + brentq(gap, -20.0, 20.0)))), dtype=np.float64)


def moved_shape(ages: Array, shape: Array, mean_age: float, spread: float) -> Array:
    """Return an age shape moved to `mean_age` (exact years), widened by `spread`, summing to one.

    The result starts and ends with `ages` (single years): what would fall outside is cut and rescaled.
    """
    middle = ages + 0.5
    own_mean = float(np.average(middle, weights=shape))
    moved = shape.copy()
    aim = mean_age
    for _ in range(20):  # cutting at the end ages pulls the mean: aim until the moved shape has it
        at = own_mean + (middle - aim) / spread
        moved = np.interp(at, middle, shape, left=0.0, right=0.0)
        moved /= moved.sum()
        aim += mean_age - float(np.average(middle, weights=moved))
    return np.asarray(moved, dtype=np.float64)


def birth_rates(first_age: int, shapes: Array, order_totals: Array, mean_age: Array, spread: Array) -> Array:
    """Return births per woman-year [order, age] from totals by order and moved age shapes [order, age]."""
    ages = first_age + np.arange(shapes.shape[1], dtype=np.float64)
    moved = [moved_shape(ages, *one) for one in zip(shapes, mean_age, spread, strict=True)]
    return np.asarray(np.array(moved) * order_totals[:, None], dtype=np.float64)


def fitted_to_margins(seed: Array, row_totals: Array, group_first: NDArray[np.integer], group_totals: Array) -> Array:
    """Return `seed` [row, column] scaled by turns to row totals and to totals of groups of columns.

    group_first are the first columns of the groups; group totals are first scaled to the sum of the row totals.
    """
    table = seed.copy()
    size = np.diff(np.append(group_first, seed.shape[1]))
    wanted = group_totals * row_totals.sum() / group_totals.sum()
    for _ in range(MOST_FITTING_ROUNDS):
        groups = np.add.reduceat(table.sum(axis=0), group_first)
        table *= np.repeat(wanted / np.maximum(groups, np.finfo(float).tiny), size)
        rows = table.sum(axis=1)
        if np.allclose(rows, row_totals, rtol=1e-9, atol=0.0):
            break
        table *= (row_totals / rows)[:, None]
    return table


def schooling_attained(goal_by_age: Array, ages: NDArray[np.integer], finished_at: Sequence[int]) -> Array:
    """Return shares [age, 4] of levels finished at each age for people whose final levels are `goal_by_age`.

    finished_at[level] is the age at which a level is finished; a pupil counts at the level below.
    """
    attained = goal_by_age.copy()
    for level in range(goal_by_age.shape[1] - 1, 0, -1):
        young = ages < finished_at[level]
        attained[young, level - 1] += attained[young, level]
        attained[young, level] = 0.0
    return attained


def death_rate_factor(death_rates: Array, males_per_female: float, target_years: float) -> float:
    """Return the factor on death rates [sex, age] that makes life expectancy of both sexes `target_years`."""
    male = males_per_female / (1.0 + males_per_female)

    def gap(log_factor: float) -> float:
        scaled = death_rates * np.exp(log_factor)
        return male * life_expectancy(scaled[0]) + (1.0 - male) * life_expectancy(scaled[1]) - target_years

    return float(np.exp(brentq(gap, -3.0, 3.0)))
