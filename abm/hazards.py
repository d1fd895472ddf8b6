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

from abm.compiled import compiled
from abm.draws import uniform
from abm.population import NEVER

MONTHS_PER_YEAR = 12
LAST_MONTH = 32000
"""Later candidate months are treated as never (int16 calendar; about the year 4566)."""


class HazardBoundError(RuntimeError):
    """A monthly hazard exceeded the bound its calendar was built on."""


def monthly_probability(annual_rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """Monthly probability of an event with this rate per year, any shape."""
    return 1.0 - np.exp(-np.asarray(annual_rate, float) / MONTHS_PER_YEAR)


def intensity_of_bound(monthly_bound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exponential intensity per month whose monthly event probability is the bound; shape kept, bounds below 1."""
    return -np.log1p(-np.minimum(np.asarray(monthly_bound, float), 0.999999))


@compiled
def age_years(birth_month: int, month: int) -> int:
    """Completed years of age in a month, at least 0."""
    return max(0, (month - birth_month) // MONTHS_PER_YEAR)


@compiled
def next_candidate_month(
    seed: int, person_id: int, decision: int, month: int, birth_month: int, intensity_by_age: NDArray[np.float64]
) -> int:
    """Next month after ``month`` in which an event bounded by ``intensity_by_age`` may happen; NEVER if none.

    One exponential draw, keyed by the month in which it is made, is spent along the person's ages:
    ``intensity_by_age`` has shape (ages,), per month; past its last age nothing happens.
    """
    budget = -math.log(uniform(seed, person_id, month, decision))
    current = month
    while True:
        age = age_years(birth_month, current + 1)
        if age >= intensity_by_age.shape[0]:
            return NEVER
        months_left = birth_month + (age + 1) * MONTHS_PER_YEAR - 1 - current
        if months_left <= 0:
            months_left = 1
        intensity = intensity_by_age[age]
        if intensity > 0.0 and budget < intensity * months_left:
            candidate = current + 1 + int(budget / intensity)
            return candidate if candidate < LAST_MONTH else NEVER
        budget -= intensity * months_left
        current += months_left
        if current >= LAST_MONTH:
            return NEVER


@compiled
def next_candidate_constant(seed: int, person_id: int, decision: int, month: int, monthly_bound: float) -> int:
    """Next month after ``month`` in which an event of constant bounded probability may happen; NEVER if none."""
    if monthly_bound <= 0.0:
        return NEVER
    wait = math.log(uniform(seed, person_id, month, decision)) / math.log1p(-monthly_bound)
    candidate = month + 1 + int(min(wait, float(LAST_MONTH)))
    return candidate if candidate < LAST_MONTH else NEVER


@compiled
def accepted(hazard: float, bound: float, u: float, worst: NDArray[np.float64]) -> bool:
    """True if a candidate is an event. ``worst[0]`` keeps the largest hazard / bound seen, which the month checks."""
    ratio = hazard / bound
    if ratio > worst[0]:
        worst[0] = ratio
    return u < ratio


def check_bound(process: str, worst: NDArray[np.float64]) -> None:
    """Stop the run if the largest hazard / bound seen exceeds one (raises HazardBoundError)."""
    if worst[0] > 1.0 + 1e-9:
        raise HazardBoundError(
            f"{process}: a monthly hazard reached {worst[0]:.3f} times the bound of its calendar; "
            f"raise the bound of this process in abm/parameters.yaml or bring the lever back inside its bounds"
        )
