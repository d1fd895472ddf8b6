"""Estimators against cases with a closed form."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from abm.observe.estimators import age_rates, census_tfr, life_expectancy, mean_age, tempo_adjusted_tfr, total_rate

AGES = np.arange(15, 50)


def bell(mean: float, level: float, spread: float = 4.0) -> np.ndarray:
    """Birth rates by single age with this sum and mean age at mid-year (exact to the tails)."""
    shape = np.exp(-0.5 * ((AGES + 0.5 - mean) / spread) ** 2)
    return level * shape / shape.sum()


def test_total_rate_is_the_sum_of_rates_and_not_the_ratio_of_sums() -> None:
    women = np.linspace(100.0, 900.0, 35)
    assert total_rate(0.04 * women, women) == pytest.approx(35 * 0.04)
    assert total_rate(np.array([1.0, 3.0]), np.array([10.0, 10.0])) == pytest.approx(0.4)


def test_nobody_exposed_gives_no_rate() -> None:
    assert np.array_equal(age_rates(np.array([[0.0, 2.0]]), np.array([0.0, 4.0])), [[0.0, 0.5]])


def test_mean_age_is_taken_at_mid_year() -> None:
    assert mean_age(np.array([20.0, 30.0]), np.array([0.1, 0.3])) == pytest.approx(28.0)
    assert math.isnan(mean_age(np.asarray(AGES, np.float64), np.zeros(35)))


@pytest.mark.parametrize("hazard", [0.01, 0.02, 0.05])
def test_life_expectancy_of_a_constant_hazard_is_its_inverse(hazard: float) -> None:
    """Up to second order in the hazard, since deaths are spread evenly over a year of age; a0 = 0.1."""
    people = np.full(111, 1000.0)
    assert life_expectancy(hazard * people, people) == pytest.approx(1.0 / hazard, rel=0.001)


def test_life_expectancy_when_all_die_at_an_age() -> None:
    people = np.full(111, 1000.0)
    deaths = np.zeros(111)
    deaths[80] = 2000.0  # rate 2: everybody dies in that year of age, half a year into it
    assert life_expectancy(deaths, people) == pytest.approx(80.5)


def test_tempo_adjustment_of_a_steady_postponement() -> None:
    """A quantum of 1.8 whose mean age rises by r a year shows a TFR of 1.8 (1 - r); the adjustment gives 1.8 back."""
    r, quantum = 0.1, 1.8
    before, now, after = (bell(28.0 + r * year, quantum * (1 - r))[None] for year in (-1, 0, 1))
    assert now.sum() == pytest.approx(1.62)
    assert tempo_adjusted_tfr(before, now, after) == pytest.approx(quantum, rel=2e-3)


def test_tempo_adjustment_leaves_a_steady_state_alone_and_adds_orders() -> None:
    steady = np.array([bell(27.0, 0.9), bell(31.0, 0.5), np.zeros(35)])
    assert tempo_adjusted_tfr(steady, steady, steady) == pytest.approx(1.4)
    rising = np.array([bell(27.2, 0.9), bell(31.0, 0.5), np.zeros(35)])
    assert tempo_adjusted_tfr(steady, steady, rising) == pytest.approx(0.9 / 0.9 + 0.5, rel=1e-3)


def test_census_tfr_gives_back_the_level_of_the_pattern() -> None:
    women = np.linspace(500.0, 1500.0, 35)
    rates = bell(28.0, 1.3)
    assert census_tfr(float((women * rates).sum()), women, 40.0 * rates) == pytest.approx(1.3)
    assert math.isnan(census_tfr(10.0, np.zeros(35), rates))


def test_census_tfr_of_suining_in_2020_is_the_published_level(suining: Any) -> None:
    """1.12: infants of the 2020 census over women of 15 to 49 weighted with the national age pattern."""
    people = suining.population_by_age(2020).sum(axis=0)
    pattern = suining.national_birth_rates(2020).sum(axis=0)
    assert census_tfr(float(people[:, 0].sum()), people[1, 15:50], pattern) == pytest.approx(1.12, abs=0.03)
