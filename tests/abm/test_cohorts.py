"""Cohorts lived on to age 50, and what is counted of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from abm.cohorts import (
    FIRST_FERTILE_MONTH,
    MONTHS_TO_COMPLETION,
    births_of_fertile_cohorts,
    completed_fertility,
    start_of_completion,
)
from abm.core.population import FEMALE, RESIDENT
from abm.model import FamilyModel
from policies.clock import FIRST_YEAR, month_index

START, END = month_index("2012-01"), month_index("2014-01")


@pytest.fixture(scope="module")
def completed(toytown: Any, law: Any) -> FamilyModel:
    model = FamilyModel(toytown, scale=0.3, seed=3, start="2010-11", timeline=law)
    model.run_until_month(END)
    later = start_of_completion(model, law)
    later.run_until_month(END + MONTHS_TO_COMPLETION)
    return later


def test_only_women_who_could_bear_in_the_horizon_are_counted() -> None:
    born = END - FIRST_FERTILE_MONTH
    births = pd.DataFrame({"mother_birth_month": [born - 1, born, born + 1], "month": END + 120})
    assert list(births_of_fertile_cohorts(births, END)["mother_birth_month"]) == [born - 1, born]


def test_every_woman_of_the_horizon_is_past_childbearing_in_the_end(completed: FamilyModel) -> None:
    """No birth to these cohorts can follow, so the count is complete."""
    log = completed.births_log()
    of_cohorts = births_of_fertile_cohorts(log[log["month"] >= END], END)
    assert len(of_cohorts) > 0
    persons = completed.population.persons[: completed.population.n]
    youngest = persons["birth_month"][persons["birth_month"] <= END - FIRST_FERTILE_MONTH].max()
    assert completed.month - youngest >= 12 * 50


def test_completed_fertility_is_the_mean_parity_of_the_cohort(completed: FamilyModel) -> None:
    found = completed_fertility(completed, START, END)
    persons = completed.population.persons[: completed.population.n]
    year = FIRST_YEAR + persons["birth_month"].astype(int) // 12
    women = (persons["status"] == RESIDENT) & (persons["sex"] == FEMALE) & (year >= 1976) & (year <= 1980)
    assert found["1976-1980"] == pytest.approx(np.mean(persons["parity"][women]))
    assert list(found)[0] == "1961-1965" and list(found)[-1] == "1991-1995"


def test_completing_takes_no_census(completed: FamilyModel) -> None:
    later = [record for year, record in completed.observer.years.items() if year >= 2014]
    assert later and all(len(record.census) == 0 for record in later)
