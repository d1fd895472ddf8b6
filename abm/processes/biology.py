"""What the body allows: fecundability, sterility, loss and the months after a birth.

Age bands and values stand in ``abm/parameters.yaml`` with their sources (Konishi et al. 2021; Steiner & Jukic 2016;
Eijkemans et al. 2014; Magnus et al. 2019). Tested with choice switched off in ``tests/science/test_biology.py``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled

Rows = NDArray[np.void]

GESTATION_MONTHS = 9
"""Months from conception to delivery, in whole steps of the clock."""


@compiled
def value_at_age(age_years_exact: float, ages: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Piecewise linear value at an exact age; flat outside the given ages. Both arrays have shape (k,)."""
    if age_years_exact <= ages[0]:
        return float(values[0])
    for i in range(1, ages.shape[0]):
        if age_years_exact <= ages[i]:
            share = (age_years_exact - ages[i - 1]) / (ages[i] - ages[i - 1])
            return float(values[i - 1] + share * (values[i] - values[i - 1]))
    return float(values[-1])


@compiled
def monthly_conception_probability(age_years_exact: float, multiplier: float, pars: Rows) -> float:
    """Chance that a fecund couple who try conceive this month: age curve x own multiplier, at most 0.95."""
    p = pars[0]
    base = value_at_age(age_years_exact, p.fecundability_ages, p.fecundability_by_age)
    return min(base * p.fecundability_scale * multiplier, 0.95)


@compiled
def loss_probability(age_years_exact: float, pars: Rows) -> float:
    """Chance that a recognised pregnancy is lost, by the woman's age."""
    p = pars[0]
    return value_at_age(age_years_exact, p.loss_ages, p.loss_by_age)


@compiled
def age_at_sterility_years(u: float, pars: Rows) -> float:
    """Age at which a woman can no longer bear, from a uniform number: inverse of the share past last birth by age."""
    p = pars[0]
    return value_at_age(u, p.sterility_share, p.sterility_ages)


@compiled
def art_live_birth_probability(age_years_exact: float, pars: Rows) -> float:
    """Chance of a live birth per started cycle of assisted reproduction, own eggs, by age."""
    p = pars[0]
    return value_at_age(age_years_exact, p.art_ages, p.art_by_age)


@compiled
def fecundability_multiplier(normal_score: float, pars: Rows) -> float:
    """A couple's lasting multiplier, lognormal with mean one and the coefficient of variation of the parameters."""
    p = pars[0]
    variance = np.log1p(p.fecundability_cv * p.fecundability_cv)
    return float(np.exp(np.sqrt(variance) * normal_score - 0.5 * variance))
