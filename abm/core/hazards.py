"""Rare decisions on a calendar: a bound on the monthly hazard gives the next candidate month, chance accepts it.

A process never asks everybody every month. It has a bound on its monthly probability, by sex and age, that no
policy changes; a keyed draw gives the next month in which something *could* happen; only then is the true hazard
computed and accepted with probability hazard / bound (thinning, Lewis & Shedler 1979). A hazard above its bound
would be silently truncated, so it stops the run.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled
from abm.core.draws import uniform
from abm.core.population import NEVER

MONTHS_PER_YEAR = 12
LAST_MONTH = 32000
"""Later candidate months are treated as never (int16 calendar; about the year 4566)."""


class HazardBoundError(RuntimeError):
    """A monthly hazard exceeded the bound its calendar was built on."""


def monthly_probability(annual_rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """Monthly probability of an event with this rate per year, any shape."""
    return 1.0 - np.exp(-np.asarray(annual_rate, float) / MONTHS_PER_YEAR)


def cumulative_candidates(monthly_bound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Expected candidates from birth to the start of each age, shape (..., ages + 1), for bounds (..., ages) by age.

    Twelve times the exponential intensity whose monthly event probability is the bound, summed over ages.
    """
    intensity = -np.log1p(-np.minimum(np.asarray(monthly_bound, float), 0.999999))
    out = np.zeros((*intensity.shape[:-1], intensity.shape[-1] + 1))
    np.cumsum(MONTHS_PER_YEAR * intensity, axis=-1, out=out[..., 1:])
    return out


@compiled
def age_years(birth_month: int, month: int) -> int:
    """Completed years of age in a month, at least 0."""
    return max(0, (month - birth_month) // MONTHS_PER_YEAR)


@compiled
def next_candidate_month(
    seed: int, person_id: int, decision: int, month: int, birth_month: int, cumulative: NDArray[np.float64]
) -> int:
    """Next month after ``month`` in which an event with these bounds by age may happen; NEVER if none.

    One exponential draw, keyed by the month in which it is made, is spent along the person's ages. ``cumulative`` is
    one row of :func:`cumulative_candidates`, shape (ages + 1,); past its last age nothing happens.
    """
    ages = cumulative.shape[0] - 1
    lived = max(month + 1 - birth_month, 0)
    low = lived // MONTHS_PER_YEAR
    if low >= ages:
        return NEVER
    reached = cumulative[low] + (cumulative[low + 1] - cumulative[low]) * (lived % MONTHS_PER_YEAR) / MONTHS_PER_YEAR
    target = reached - math.log(uniform(seed, person_id, month, decision))
    if target >= cumulative[ages]:
        return NEVER
    # Most candidates fall within a few years: doubling steps find them sooner than halving all ages would.
    step, high = 1, low + 1
    while high < ages and cumulative[high] <= target:
        low = high
        step *= 2
        high = min(low + step, ages)
    while high - low > 1:
        middle = (low + high) // 2
        if cumulative[middle] <= target:
            low = middle
        else:
            high = middle
    share = (target - cumulative[low]) / (cumulative[low + 1] - cumulative[low])
    candidate = birth_month + MONTHS_PER_YEAR * low + min(int(share * MONTHS_PER_YEAR), MONTHS_PER_YEAR - 1)
    return max(candidate, month + 1)


@compiled
def log_of_no_candidate(monthly_bound: float) -> float:
    """Logarithm of the chance that a month brings no candidate for an event of this bound: found once for many."""
    return math.log1p(-monthly_bound) if monthly_bound > 0.0 else 0.0


@compiled
def next_candidate_constant(seed: int, person_id: int, decision: int, month: int, log_none: float) -> int:
    """Next month after ``month`` in which an event of constant bounded probability may happen, given
    :func:`log_of_no_candidate` of its bound; NEVER if none."""
    if log_none >= 0.0:
        return NEVER
    wait = math.log(uniform(seed, person_id, month, decision)) / log_none
    candidate = month + 1 + int(min(wait, float(LAST_MONTH)))
    return candidate if candidate < LAST_MONTH else NEVER


def check_bounds(processes: tuple[str, ...], worst: NDArray[np.float64]) -> None:
    """Stop the run if the largest hazard / bound seen of any process exceeds one (raises HazardBoundError)."""
    if worst.max() > 1.0 + 1e-9:
        process = processes[int(worst.argmax())]
        raise HazardBoundError(
            f"{process}: a monthly hazard reached {worst.max():.3f} times the bound of its calendar; "
            f"raise the bound of this process in abm/parameters.yaml or bring the lever back inside its bounds"
        )
