"""Fertility histories: which women bore children, when, and of which order, year by year up to the founding month.

Every year has a number of births to the women of a place who are here today. For the last fifteen years it is the
number of resident children of that age whose mother is present, plus those who have died or live elsewhere; before that
it is the national rate of that year on the women of that age, times one factor that meets the mean number of children
ever born. The mothers are then drawn by systematic sampling with probability proportional to each woman's own hazard of
her next order (national rates by cohort, age and order since 1950, over the women at risk; months since the last
birth). Numbers are therefore exact at any scale, and the children in the street have mothers of a plausible age, order
and spacing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.population import FEMALE, MARRIED, NEVER_MARRIED
from abm.founding.draft import Draft
from abm.founding.integerise import offset, systematic_counts
from abm.founding.mothers import FIRST_AGE, LAST_AGE, Borne, Women, mothers_to_be, simulate_births
from abm.founding.people import ADULT_AGE, AGES

ORDERS = 3
YEARS_BACK = 86
FIRST_RATE_YEAR = 1950
CHILD_AGES = ADULT_AGE
OLDEST_COUNTED = 64
"""Children ever born are published for women of 15 to 64."""
_HAZARD_CAP = 0.6
_LEAST_AT_RISK = 0.05
_CALIBRATION_ROUNDS = 3
_CEB_CLOSE = 0.003


@dataclass(frozen=True)
class Histories:
    """Births of resident women: one entry an event, in order of years back; and what they leave with each woman.

    ``woman`` indexes ``rows``; ``years_back`` is the age of the child today; ``score`` a keyed number in (0, 1).
    """

    rows: NDArray[np.int64]
    woman: NDArray[np.int32]
    month: NDArray[np.int16]
    years_back: NDArray[np.int16]
    score: NDArray[np.float32]
    parity: NDArray[np.int8]
    first_month: NDArray[np.int16]
    last_month: NDArray[np.int16]
    expecting: NDArray[np.int64]
    delivery_month: NDArray[np.int16]
    trying: NDArray[np.int64]
    factor: float
    """What national rates of the years before the last fifteen were multiplied by."""


def children_with_mother(draft: Draft, parameters: Any) -> NDArray[np.int64]:
    """Resident children under 15 whose mother lives here, shape (age, place); the rest are left behind."""
    places = int(draft["place"].max()) + 1
    young = draft["age"] < CHILD_AGES
    cell = draft["age"][young] * places + draft["place"][young]
    there = np.bincount(cell, minlength=CHILD_AGES * places).reshape(CHILD_AGES, places)
    age = np.arange(CHILD_AGES)
    share = np.select(
        [age == 0, age <= 2, age <= 5],
        [parameters["left_behind_age_0"], parameters["left_behind_age_1_2"], parameters["left_behind_age_3_5"]],
        parameters["left_behind_age_6_14"],
    )
    town = np.arange(places) % 2
    share = share[:, None] * np.where(town == 1, parameters["left_behind_town_ratio"], 1.0)
    u = offset(draft.seed, 0, 2)
    return np.minimum(systematic_counts(there * (1.0 - np.clip(share, 0.0, 1.0)), u), there)


def children_ever_born_target(year: int, parameters: Any) -> float:
    """Mean children ever born of women of 15-64 in the census of 2010 or 2020."""
    return float(parameters["children_ever_born_2010"] if year < 2015 else parameters["children_ever_born_2020"])


def rates_by_cohort(city: Any, year: int) -> NDArray[np.float64]:
    """National births per woman and year of order 1, 2, 3+, shape (3, years back, age today).

    In the twelve months that end x years ago a woman aged A today was between A - x - 1 and A - x completed years.
    """
    rates = np.zeros((ORDERS, YEARS_BACK, AGES))
    for back in range(YEARS_BACK):
        by_age = city.national_birth_rates(max(FIRST_RATE_YEAR, year - back))
        padded = np.zeros((ORDERS, LAST_AGE + 2))
        padded[:, FIRST_AGE : LAST_AGE + 1] = by_age
        today = np.arange(FIRST_AGE + back, min(LAST_AGE + back + 1, AGES))
        rates[:, back, today] = 0.5 * (padded[:, today - back] + padded[:, today - back - 1])
    return rates


def hazards_by_cohort(rates: NDArray[np.float64], ever_married: NDArray[np.float64]) -> NDArray[np.float64]:
    """Yearly hazard of the next birth among women at risk, same shape; order 1 among those who ever marry by today."""
    borne = np.flip(np.cumsum(np.flip(rates, axis=1), axis=1), axis=1) - rates
    first, second = borne[0], borne[1]
    floor = np.maximum(_LEAST_AT_RISK * ever_married, 1e-6)[None, :]
    at_risk = np.stack(
        [np.maximum(ever_married[None, :] - first, floor), np.maximum(first - second, 0.1), np.maximum(second, 0.1)]
    )
    return np.minimum(rates / at_risk, _HAZARD_CAP)


def simulate_histories(draft: Draft, city: Any, parameters: Any) -> Histories:
    """Draw the histories of all women of 15 and over; the factor on old rates meets children ever born of 15-64."""
    rows = np.flatnonzero((draft["sex"] == FEMALE) & (draft["age"] >= ADULT_AGE))
    rows = rows[np.lexsort((draft["age"][rows], draft["place"][rows]))]
    places = int(draft["place"].max()) + 1
    cell = draft["place"][rows] * AGES + draft["age"][rows]
    rates = rates_by_cohort(city, draft.year)
    women = _women(draft, city, rows, cell, rates, parameters)
    counts = np.bincount(cell, minlength=places * AGES).reshape(places, AGES)
    expected, expected_young = expected_old_births(counts, rates.sum(axis=0), parameters["fertility_ratio_town"])
    recent = children_with_mother(draft, parameters) / (1.0 - parameters["child_elsewhere_share"])
    young = draft["age"][rows] <= OLDEST_COUNTED
    wanted = children_ever_born_target(draft.year, parameters) * young.sum()
    factor = max(0.0, (wanted - recent.sum()) / max(expected_young.sum(), 1e-9))
    for _ in range(_CALIBRATION_ROUNDS):
        quota = np.concatenate([recent, expected[CHILD_AGES:] * factor])
        whole = systematic_counts(quota.T, offset(draft.seed, 0, 3)).T.copy()
        events, borne = simulate_births(draft.seed, draft.month, whole, women)
        missing = wanted - borne[0][young].sum()
        if abs(missing) < max(_CEB_CLOSE * young.sum(), 2.0):
            break
        factor = max(0.0, factor + missing / max(expected_young.sum(), 1e-9))
    waiting = _expecting_and_trying(draft, rows, recent[0], women, borne, parameters)
    return Histories(rows, *events, *borne, *waiting, factor)


def expected_old_births(
    women: NDArray[np.int64], rates: NDArray[np.float64], town_ratio: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Births of fifteen or more years ago to women alive today, by years back and place: all, and to those under 65.

    ``women`` has shape (place, age), ``rates`` (years back, age today), all orders. Town women bear ``town_ratio``
    times what village women do.
    """
    in_town = np.arange(len(women)) % 2
    level = np.where(in_town == 1, town_ratio, 1.0)
    old = rates.copy()
    old[:CHILD_AGES] = 0.0
    everyone = old @ women.T * level
    young = old[:, :65] @ women[:, :65].T * level
    return everyone, young


def _women(
    draft: Draft,
    city: Any,
    rows: NDArray[np.int64],
    cell: NDArray[np.int64],
    rates: NDArray[np.float64],
    parameters: Any,
) -> Women:
    """The bundle of the compiled simulation: ever-married women and the hazards of their next birth."""
    never = np.ones(AGES)
    never[ADULT_AGE:] = city.marital_shares(draft.year)[FEMALE, :, 0]
    mean_schooling = np.zeros(AGES)
    mean_schooling[ADULT_AGE:] = city.schooling_shares(draft.year)[FEMALE] @ np.arange(4.0)
    places = int(draft["place"].max()) + 1
    return Women(
        ids=draft["id"][rows],
        birth_month=draft["birth_month"][rows],
        able=draft["marital"][rows] != NEVER_MARRIED,
        able_month=_able_months(draft, rows, parameters),
        schooling=draft["schooling"][rows] - mean_schooling[draft["age"][rows]],
        starts=np.searchsorted(cell, np.arange(places * AGES + 1)).astype(np.int64),
        hazards=hazards_by_cohort(rates, 1.0 - never),
        delay_years=float(parameters["first_birth_delay_years_per_level"]),
        log_ratio=float(parameters["further_birth_log_ratio_per_level"]),
        peak_months=12.0 * float(parameters["birth_spacing_peak_years"]),
        least_months=int(parameters["birth_interval_least_months"]),
        first_weight=float(parameters["first_birth_weight"]),
    )


def _able_months(draft: Draft, rows: NDArray[np.int64], parameters: Any) -> NDArray[np.int64]:
    """First month in which each woman may give birth: at 15, and with a husband of the least age at marriage."""
    own = draft["birth_month"][rows].astype(np.int64) + 12 * FIRST_AGE
    husband = draft["partner"][rows]
    his = draft["birth_month"][husband].astype(np.int64) + 12 * int(parameters["marriage_age_least_years"])
    return np.where(husband >= 0, np.maximum(own, his), own)


def _expecting_and_trying(
    draft: Draft,
    rows: NDArray[np.int64],
    yearly_births: NDArray[np.float64],
    women: Women,
    borne: Borne,
    parameters: Any,
) -> tuple[NDArray[np.int64], NDArray[np.int16], NDArray[np.int64]]:
    """Women who deliver in the next nine months and their month, and women who have begun to try; indices of women."""
    monthly = yearly_births * parameters["expected_births_ratio"] / 12.0
    expecting = systematic_counts(9.0 * monthly, offset(draft.seed, 0, 4))
    waits = parameters["trying_months_mean"] * monthly / (1.0 - parameters["trying_loss_share"])
    trying = systematic_counts(waits, offset(draft.seed, 0, 5))
    wives = draft["marital"][rows] == MARRIED
    month = draft.month
    now = women._replace(able=wives)
    pregnant, delivery = mothers_to_be(draft.seed, month, month, month + 8, expecting, borne, now)
    # Who tries lives with her husband, and would deliver in nine months or more.
    wives = wives & (draft["partner"][rows] >= 0)
    wives[pregnant] = False
    later = women._replace(able=wives)
    hopeful, _ = mothers_to_be(draft.seed, month, month + 9, month + 20, trying, borne, later)
    return pregnant, delivery, hopeful
