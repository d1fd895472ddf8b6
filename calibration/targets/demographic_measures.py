"""Measures that targets need and the rows of a run do not have: pure functions on arrays, each tested by hand.

Ages of births and women are single years from 15 to 49 throughout.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.observe.estimators import age_rates

Array = NDArray[np.float64]
FIRST_AGE, LAST_AGE = 15, 49
FERTILE = np.arange(FIRST_AGE, LAST_AGE + 1)


def share_of_rates(births: Array, women: Array, low: int, high: int) -> float:
    """Share of the total fertility rate that falls on ages ``low`` to ``high``; births and women-years [age]."""
    rates = age_rates(births, women)
    chosen = (low <= FERTILE) & (high >= FERTILE)
    return _ratio(rates[chosen].sum(), rates.sum())


def expected_births(births: Array, women: Array, standard: Array) -> Array:
    """Births [order, age] that a standard population of women [age] would have at these rates [order, age]."""
    return age_rates(births, women) * standard


def order_share(births: Array, order: int, and_over: bool) -> float:
    """Share of an order (counted from 1), or of it and later ones, in births [order, age]."""
    chosen = births[order - 1 :] if and_over else births[order - 1]
    return _ratio(chosen.sum(), births.sum())


def mean_age_at_delivery(births: Array) -> float:
    """Mean exact age of mothers, middle of the year of age, over births [order, age]."""
    by_age = births.sum(axis=0)
    return _ratio(((FERTILE + 0.5) * by_age).sum(), by_age.sum())


def share_of_mothers(births: Array, low: int, high: int) -> float:
    """Share of births [order, age] to mothers of ``low`` to ``high``."""
    chosen = (low <= FERTILE) & (high >= FERTILE)
    return _ratio(births[:, chosen].sum(), births.sum())


def share_in_state(people: Array, state: int) -> float:
    """Share of one state in people [..., state]."""
    flat = people.reshape(-1, people.shape[-1]).sum(axis=0)
    return _ratio(flat[state], flat.sum())


def long_form_weights(residents: Array, absent: Array, residents_share: float) -> Array:
    """Weights by age of a long form in which residents have ``residents_share`` and absent members the rest.

    Residents and absent members keep their own age structure; the weights add up to one.
    """
    return residents_share * residents / residents.sum() + (1.0 - residents_share) * absent / absent.sum()


def weighted_share(by_age: Array, weights: Array, state: int) -> float:
    """Share of a state in people [age, state] when every age counts with its weight; ages without people drop out."""
    number = by_age.sum(axis=-1)
    share = np.divide(by_age[:, state], number, out=np.zeros(len(number)), where=number > 0)
    return _ratio((share * weights).sum(), weights[number > 0].sum())


def weighted_mean(totals: Array, number: Array, weights: Array) -> float:
    """Mean of ``totals / number`` [age] when every age counts with its weight; ages without people drop out."""
    mean = np.divide(totals, number, out=np.zeros(len(number)), where=number > 0)
    return _ratio((mean * weights).sum(), weights[number > 0].sum())


def implied_tfr(children: Array, women: Array, patterns: Array, ages: tuple[int, int]) -> float:
    """Total fertility that would leave these children, by where children live.

    Children [age] of ``ages`` (first, last) are put over women [age 0 and over], each counted with the birth pattern
    [years ago, age 15-49, sum 1] at the age she had when they were born. Deaths and moves of either are left out, so a
    city that children stay in while mothers leave shows too much.
    """
    first, last = ages
    expected = sum(
        float((women[FIRST_AGE + age : LAST_AGE + age + 1] * patterns[age]).sum()) for age in range(first, last + 1)
    )
    return _ratio(children[first : last + 1].sum(), expected)


def share_at_least(values: NDArray[Any], least: float) -> float:
    """Share of values that are ``least`` or more; nan of none."""
    return float((values >= least).mean()) if len(values) else float("nan")


def _ratio(part: Any, whole: Any) -> float:
    return float(part) / float(whole) if whole > 0 else float("nan")
