"""Wives who come from elsewhere married and bore at ages at which people do, whatever their age today."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import stats

from abm.core.parameters import Parameters
from abm.core.population import RESIDENT
from abm.core.tables import empty_tables
from abm.model import FamilyModel
from abm.processes.biology import GESTATION_MONTHS
from abm.processes.newcomer_histories import age_at_marriage_months, newcomer_history, wait_months
from abm.processes.yearly_rates import CityRates, share_first_married
from tests.statistics.bounds import FALSE_ALARM

MONTH = 1450
"""November 2020, in months since 1900."""


class Tables(NamedTuple):
    """What the histories read: parameters and a first-marriage schedule."""

    parameters: Parameters
    tables: Any


@pytest.fixture(scope="module")
def schedule(suining: Any) -> Tables:
    """Suining's schedule of first marriages."""
    parameters = Parameters.load()
    tables = empty_tables(1)
    hazard = CityRates(suining, parameters).marriage_base("women")
    tables[0]["women_first_married"] = share_first_married(hazard)
    return Tables(parameters, tables)


def history(schedule: Tables, identity: int, age_months: int, gap_months: int, parity: int) -> tuple[int, np.ndarray]:
    """(month of marriage, months of birth) of one arriving wife."""
    born = MONTH - age_months
    row, table = schedule.parameters.row(), schedule.tables[0]
    return newcomer_history(3, identity, MONTH, born, born - gap_months, parity, row, table)


def test_nobody_bears_out_of_childbearing_ages_or_before_there_was_time(schedule: Tables) -> None:
    """Every age from 20 to 90, every parity: births at 18 to 49, after the wedding, as far apart as bodies allow."""
    least = int(schedule.parameters["birth_interval_least_months"])
    youngest = 12 * int(schedule.parameters["marriage_age_least_years"])
    for age_years in range(20, 91):
        for parity in range(4):
            for identity in range(12):
                age = 12 * age_years + identity
                married, births = history(schedule, identity, age, 22, parity)
                ages = births - (MONTH - age)
                assert youngest <= married - (MONTH - age) < age
                assert np.all(ages > youngest) and np.all(ages < 12 * 50) and np.all(births < MONTH)
                assert np.all(births > married) and np.all(np.diff(births) >= least)
                if age_years >= 26:  # there is room for all of them
                    assert len(births) == parity


def test_a_husband_too_young_delays_the_wedding(schedule: Tables) -> None:
    """He was 16 when she was 30: they married when he was of age."""
    for identity in range(50):
        married, _ = history(schedule, identity, 12 * 40, -12 * 14, 1)
        assert married >= MONTH - 12 * (40 - 14) + 12 * int(schedule.parameters["marriage_age_least_years"])


def test_ages_at_marriage_have_the_law_of_the_schedule(schedule: Tables) -> None:
    """By a Kolmogorov-Smirnov test, of wives of 60 without a child; false alarm one in a million."""
    age = 12 * 60
    married = np.array([history(schedule, identity, age, 22, 0)[0] for identity in range(4_000)]) - (MONTH - age)
    exact = married + np.random.default_rng(1).uniform(size=len(married))  # months are whole
    youngest = 12.0 * schedule.parameters["marriage_age_least_years"]
    shares = schedule.tables[0]["women_first_married"]

    def law(age_months: np.ndarray) -> np.ndarray:
        low, by_then, high = (
            np.interp(np.asarray(ages) / 12.0, np.arange(len(shares)), shares)
            for ages in (youngest, age_months, float(age))
        )
        return np.clip((by_then - low) / (high - low), 0.0, 1.0)

    assert stats.kstest(exact, law).pvalue > FALSE_ALARM
    assert 22.0 < np.median(married) / 12.0 < 26.0


def test_first_births_follow_the_wedding_by_the_usual_time(schedule: Tables) -> None:
    """Of wives of 45 with one child: a share conceived before the wedding, the others wait as long as the file says;
    four standard errors, false alarm one in ten thousand."""
    share, mean = (
        schedule.parameters[name] for name in ("premarital_conception_share", "marriage_to_first_birth_months")
    )
    pairs = [history(schedule, identity, 12 * 45, 22, 1) for identity in range(4_000)]
    intervals = np.array([births[0] - married for married, births in pairs])
    hurried = intervals < GESTATION_MONTHS
    assert abs(hurried.mean() - share) < 4.0 * np.sqrt(share * (1.0 - share) / len(intervals))
    waits = intervals[~hurried]
    # Whole months lose half a month of the mean.
    assert abs(waits.mean() + 0.5 - mean) < 4.0 * waits.std() / np.sqrt(len(waits)) + 0.1


@pytest.mark.parametrize("most", [0, 3, 200])
def test_waits_stay_within_what_is_left(most: int) -> None:
    waits = np.array([wait_months(u, 29.0, most) for u in np.linspace(0.0, 1.0 - 1e-9, 500)])
    assert waits.min() == 0 and waits.max() == most and np.all(np.diff(waits) >= 0)


def test_where_the_schedule_has_no_weddings_the_last_month_is_taken(schedule: Tables) -> None:
    assert age_at_marriage_months(0.4, 12 * 100, 12 * 101, schedule.tables[0]) == 12 * 101


def test_children_who_came_had_mothers_of_childbearing_age(toytown_founded: FamilyModel) -> None:
    """Three years of arrivals with every child under 15 of an arriving wife coming along."""
    parameters = toytown_founded.parameters.replace(returning_child_share=1.0)
    model = toytown_founded.fork(parameters=parameters)
    before = model.population.n
    model.run_until_month(model.month + 36)
    persons = model.population.persons[: model.population.n]
    came = persons[before:]
    came = came[(came["mother"] >= 0) & (came["status"] == RESIDENT) & (came["birth_month"] < toytown_founded.month)]
    mothers = persons[came["mother"]]
    wed_here = came["mother"] >= before
    ages = (came["birth_month"].astype(int) - mothers["birth_month"])[wed_here] / 12.0
    assert len(ages) > 50
    assert ages.min() >= 18.0 and ages.max() < 50.0
