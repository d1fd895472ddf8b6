"""Lives the years after a horizon until every woman who was fertile in it is 50: completed fertility of cohorts.

Period rates cannot tell births that a policy adds from births that it brings forward. Followed to the end of
childbearing under one and the same law, two arms differ by what was added.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from abm.core.population import FEMALE, RESIDENT
from abm.model import FamilyModel
from policies.clock import FIRST_YEAR, MONTHS_PER_YEAR, year_of
from policies.timeline import Timeline

FIRST_FERTILE_MONTH, LAST_FERTILE_MONTH = 15 * MONTHS_PER_YEAR, 50 * MONTHS_PER_YEAR
"""Ages in months between which births are counted."""
MONTHS_TO_COMPLETION = LAST_FERTILE_MONTH - FIRST_FERTILE_MONTH
COHORT_YEARS = 5


def start_of_completion(model: FamilyModel, law: Timeline) -> FamilyModel:
    """A fork of ``model`` that lives on under ``law`` and takes no census; lived for ``MONTHS_TO_COMPLETION``, those
    who are 15 now are 50."""
    return model.fork(timeline=law, headline_only=True)


def births_of_fertile_cohorts(births: pd.DataFrame, horizon_end_month: int) -> pd.DataFrame:
    """Births of women who were 15 or older before ``horizon_end_month`` (the first month after the horizon)."""
    return births[births["mother_birth_month"] <= horizon_end_month - FIRST_FERTILE_MONTH]


def completed_fertility(model: FamilyModel, horizon_start_month: int, horizon_end_month: int) -> dict[str, float]:
    """Mean children ever born of resident women by five-year birth cohort (``1986-1990``), of the cohorts that were
    between 15 and 50 at some time from ``horizon_start_month`` to before ``horizon_end_month`` and are complete."""
    persons = model.population.persons[: model.population.n]
    born = persons["birth_month"].astype(int)
    complete = (persons["status"] == RESIDENT) & (persons["sex"] == FEMALE) & (model.month - born >= LAST_FERTILE_MONTH)
    first = year_of(horizon_start_month - LAST_FERTILE_MONTH)
    last = year_of(horizon_end_month - FIRST_FERTILE_MONTH)
    years = FIRST_YEAR + born // MONTHS_PER_YEAR
    found = {}
    for low in range(first - first % COHORT_YEARS + 1, last - COHORT_YEARS + 2, COHORT_YEARS):
        of_cohort = complete & (years >= low) & (years < low + COHORT_YEARS)
        if of_cohort.any():
            found[f"{low}-{low + COHORT_YEARS - 1}"] = float(np.mean(persons["parity"][of_cohort]))
    return found
