"""What follows from the city and the year alone: deaths, moves, marriage, schooling, wages, prices.

``CityRates`` reads the city's tables once and keeps them by year, so that a run's January costs array copies. Bounds
of the calendars depend on the city and the parameters only, never on a policy.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from abm.city.city import City
from abm.core.hazards import cumulative_candidates, monthly_probability
from abm.core.parameters import Parameters
from abm.core.tables import FIRST_COHORT, N_AGES, N_COHORTS, PHASE_YEARS
from abm.money.prospect import phase_weights
from abm.processes.migration import MOVER_AGES
from abm.processes.plans_and_conceptions import plan_bounds, top_wish

Array = NDArray[np.float64]
REFERENCE_YEAR = 2020
_LAST_AGE_OF_MARRIAGE = 70
_PROFILE_YEAR = 2015
_FIRST_YEAR_OF_LEVELS, _LAST_YEAR_OF_LEVELS = 2010, 2062
HIGHEST_NET_LEVEL = 2.4
"""Largest factor on the net-migration profile of 2010-2020; the bound of the moves calendar is built for it."""


def coale_mcneil_hazard(origin: float, pace: float, ever: float) -> Array:
    """Annual hazard of first marriage by age, shape (111,): c f / (1 - c F) of the defective Coale-McNeil curve.

    Density (0.19465 / k) exp{-0.174 z - exp(-0.2881 z)}, z = (a - a0 - 6.06 k) / k (Coale & McNeil 1972), at mid-age;
    origin a0 and pace k in years, c the share ever marrying.
    """
    fine = np.arange(0, N_AGES, 1 / 12.0) + 1 / 24.0
    z = (fine - origin - 6.06 * pace) / pace
    density = 0.19465 / pace * np.exp(-0.174 * z - np.exp(-0.2881 * z))
    cumulative = np.cumsum(density) / 12.0
    yearly = ever * density.reshape(-1, 12).mean(axis=1)
    surviving = 1.0 - ever * np.minimum(cumulative.reshape(-1, 12).mean(axis=1), 1.0)
    some_left = surviving > 0.0  # not where all have married
    hazard = np.divide(yearly, surviving, out=np.zeros(N_AGES), where=some_left)
    hazard[:18] = 0.0
    hazard[_LAST_AGE_OF_MARRIAGE:] = 0.0
    return np.asarray(hazard)


def share_first_married(hazard: Array) -> Array:
    """Share ever married by exact age, shape (112,), from annual first-marriage hazards by age, shape (111,)."""
    return 1.0 - np.exp(-np.append(0.0, np.cumsum(hazard)))


@dataclass
class CityRates:
    """A city's tables by year for a parameter set, padded to the sizes of :mod:`abm.core.tables`."""

    city: City
    parameters: Parameters
    _years: dict[tuple[str, int], Array] = field(default_factory=dict)

    def _kept(self, name: str, year: int, value: Array) -> Array:
        self._years[(name, year)] = value
        return value

    def death_rates(self, year: int) -> Array:
        """Central death rates per year [sex, age], on the path of life expectancy."""
        kept = self._years.get(("death", year))
        if kept is None:
            rates = np.asarray(self.city.death_rate(year)) * self.city.death_rate_multiplier(year)
            kept = self._kept("death", year, rates)
        return kept

    def fill_constants(self, tables: NDArray[np.void], first_year: int) -> None:
        """Bounds, intensities, phase weights, schooling by cohort, marital shares: fixed for the run."""
        t = tables[0]
        rates = self.death_rates(first_year)
        t["death_bound"] = monthly_probability(np.minimum(rates * 1.02, 6.0))
        t["death_candidates"] = cumulative_candidates(t["death_bound"])
        t["marriage_bound"] = monthly_probability(
            self.highest_marriage_rate(first_year) * self.parameters["marriage_bound_margin"]
        )
        t["marriage_candidates"] = cumulative_candidates(t["marriage_bound"])
        t["top_wish"] = top_wish(self.parameters.row())
        t["plan_bound"] = plan_bounds(self.parameters.row())
        t["plan_candidates"] = cumulative_candidates(t["plan_bound"])
        t["women_first_married"] = share_first_married(self.marriage_base("women"))
        t["phase_weight"] = phase_weights(self.parameters["present_weight_rho"])
        for cohort in range(N_COHORTS):
            t["schooling_goal"][cohort] = self.city.schooling_goal_shares(FIRST_COHORT + cohort)

    def highest_marriage_rate(self, first_year: int) -> Array:
        """Highest annual first-marriage rate from a year on [sex, age]."""
        years = np.arange(first_year, _LAST_YEAR_OF_LEVELS, dtype=float)
        return self.marriage_base_rates() * self.marriage_drift(years).max()

    def marriage_base_rates(self) -> Array:
        """Annual first-marriage hazards of 2020 [sex, age]."""
        return np.array([self.marriage_base(sex) for sex in ("men", "women")])

    def marriage_drift(self, years: Array) -> Array:
        """Declared level of first-marriage hazards over 2020, by year."""
        return np.interp(years, self.parameters.list("marriage_drift_years"), self.parameters.list("marriage_drift"))

    def marriage_base(self, sex: str) -> Array:
        """Annual Coale-McNeil hazard of 2020 by age; ``sex`` is "men" or "women"."""
        origin, pace, ever = self.parameters.list(f"cm_{sex}")
        return coale_mcneil_hazard(origin, pace, ever)

    def marriage_rates(self, year: int) -> Array:
        """Annual first-marriage hazard [sex, age]: the base times the declared drift of the year."""
        kept = self._years.get(("marriage", year))
        if kept is None:
            kept = self._kept("marriage", year, self.marriage_base_rates() * self.marriage_drift(np.array(float(year))))
        return kept

    def gross_move_rate(self) -> Array:
        """Yearly moves out that moves in balance, by age, shape (111,); none under 15."""
        groups = self.parameters.list("gross_move_rate")
        rate = groups[np.clip(np.arange(N_AGES) // 5 - 1, 0, len(groups) - 1)]
        rate[:15] = 0.0
        return rate

    def net_profile(self) -> Array:
        """Net moves per person-year 2010-2020 [county, sex, age]."""
        kept = self._years.get(("net", 0))
        if kept is None:
            profile = np.zeros((len(self.city.counties), 2, N_AGES))
            profile[:, :, :101] = self.city.net_migration_rate()
            kept = self._kept("net", 0, profile)
        return kept

    def net_level(self, year: int) -> float:
        """Factor on the net profile in a year: the city's net total over that of 2010-2020, times the fitted
        correction for what the profile leaves out (cohorts that shrink, partners and children who come along).

        It depends on the year alone, so that a policy changes nobody's chance to move.
        """
        usual = self.city.net_migration_total(_PROFILE_YEAR)
        level = self.city.net_migration_total(year) / usual if usual else 1.0  # a profile of nobody is nobody's
        correction = np.interp(year, self.parameters.list("net_level_years"), self.parameters.list("net_level"))
        return float(np.clip(level * correction, 0.0, HIGHEST_NET_LEVEL))

    def level(self, year: int) -> float:
        """Level of the net profile in a year, read once; the last year's beyond it."""
        return self._levels[min(max(year, _FIRST_YEAR_OF_LEVELS), _LAST_YEAR_OF_LEVELS - 1)]

    @functools.cached_property
    def _levels(self) -> dict[int, float]:
        """Level of the net profile by year, as far as runs go."""
        return {year: self.net_level(year) for year in range(_FIRST_YEAR_OF_LEVELS, _LAST_YEAR_OF_LEVELS)}

    def out_rates(self, level: float) -> Array:
        """Moves out per person-year [county, sex, age] at a level of the net profile; children move with a parent."""
        out = np.maximum(-self.net_profile() * level, 0.0) + self.gross_move_rate()
        out[:, :, :15] = 0.0
        return out

    def in_rates(self, level: float) -> Array:
        """Moves in per resident-year [county, sex, age] at a level of the net profile."""
        inward = np.maximum(self.net_profile() * level, 0.0) + self.gross_move_rate()
        inward[:, :, :15] *= self.parameters["child_arrival_share"]
        return inward

    def move_bound(self, level: float) -> Array:
        """Monthly bound of a person's own moves [sex, age]: the highest county's way out at this level of the net
        profile, plus village to town."""
        out = monthly_probability(self.out_rates(level).max(axis=0)) * 1.02
        to_town = np.zeros(N_AGES)
        to_town[MOVER_AGES[0] : MOVER_AGES[1] + 1] = self.parameters["town_move_bound"]
        return np.minimum(out + to_town, 0.9)

    def fill_move_bound(self, tables: NDArray[np.void], year: int) -> bool:
        """Bound of moves for this and all later years; True if it changed, when everybody must be rescheduled.

        It changes only when the highest level ahead has halved (as in 2021), and depends on the year alone.
        """
        highest = max(self.level(later) for later in range(year, max(year + 1, _LAST_YEAR_OF_LEVELS)))
        before = tables[0]["move_level"][0]
        if before > 0.0 and highest > 0.5 * before:
            return False
        t = tables[0]
        t["move_level"] = highest
        t["move_bound"] = self.move_bound(highest)
        t["move_candidates"] = cumulative_candidates(t["move_bound"])
        return True

    def fill_year(self, tables: NDArray[np.void], year: int) -> None:
        """Rates, wages and prices of a calendar year."""
        t = tables[0]
        n = len(self.city.counties)
        t["death_hazard"] = monthly_probability(np.minimum(self.death_rates(year), 6.0))
        t["marriage_hazard"] = monthly_probability(self.marriage_rates(year))
        t["separation_level"] = 1.0
        places = self._years.get(("births and places", year))
        if places is None:
            ratio = self.city.sex_ratio_at_birth(year)
            places = np.append(self.city.town_share(year), ratio / (1.0 + ratio))
            self._kept("births and places", year, places)
        t["town_share"][:n], t["male_share"] = places[:n], places[n]
        self._fill_employment(t, year)
        self._fill_money(t, year)

    def _fill_employment(self, t: np.void, year: int) -> None:
        rates = self._years.get(("work", year))
        if rates is None:
            by_age = np.asarray(self.city.employment_rate(year)) * self.parameters["employment_resident"]
            groups = [by_age[:, 5 * g : 5 * g + 5].mean(axis=1) for g in range(12)] + [by_age[:, 60:].mean(axis=1)]
            rates = self._kept("work", year, np.minimum(np.array(groups).T, 0.97))
        t["employment_base"] = rates

    def _fill_money(self, t: np.void, year: int) -> None:
        """Yuan of the year: a reference wage, peers' income, prices and fees."""
        n = len(self.city.counties)
        kept = self._years.get(("money", year))
        if kept is None:
            income = np.asarray(self.city.income_per_head(year))
            cost = np.asarray(self.city.child_cost(year))
            by_phase = np.array([cost[:, [min(age, 17) for age in ages]].mean(axis=1) for ages in PHASE_YEARS]).T
            growth = income.mean() / np.mean(self.city.income_per_head(REFERENCE_YEAR))
            kept = np.concatenate([income, by_phase.ravel(), self.city.house_price(year), [growth]])
            kept = np.append(kept, [self.city.nursery_fee(year), self.city.kindergarten_fee(year)])
            self._kept("money", year, kept)
        phases = 2 * len(PHASE_YEARS)
        t["income_head"] = kept[:2]
        t["wage"][:n] = kept[:2] * self.parameters["earner_income_ratio"]
        t["peer"][:n] = kept[:2] * self.parameters["peer_income_ratio"]
        t["child_cost"] = kept[2 : 2 + phases].reshape(2, -1)
        t["price"][:n] = t["price_reference"][:n] = kept[2 + phases : 2 + phases + n]
        t["yuan_growth"] = kept[2 + phases + n]
        t["nursery_fee"] = kept[-2]
        t["minder_fee"] = kept[-2] * self.parameters["minder_fee_ratio"]
        t["kindergarten_fee"] = 12.0 * kept[-1]
