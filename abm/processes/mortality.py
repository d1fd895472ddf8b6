"""Deaths: rates by sex, age and year; the calendar holds the next month in which one may happen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.counters import add_exposure
from abm.core.hazards import age_years, next_candidate_month
from abm.core.kin import remove_person
from abm.core.population import DEAD, DEATHS, IDLE, MARRIAGES, NEVER, PLANS, RESIDENT, WIDOWED
from abm.core.state import due_rows, fetch_ahead, note_ratio
from abm.processes.migration import settle_children_without_adult

Rows = NDArray[np.void]


@compiled
def deaths(s: Any) -> None:
    """Accept this month's candidates with hazard / bound; survivors get a next candidate month.

    The widowed return to the marriage calendar.
    """
    seed, month, persons, households = (s.seed, s.month, s.persons, s.households)
    counters, tables = s.counters[0], s.tables[0]
    due = due_rows(s, DEATHS)
    for i in range(due.shape[0]):
        fetch_ahead(s, due, i)
        row = due[i]
        person = persons[row]
        if person.status != RESIDENT:
            s.calendar[DEATHS, row] = NEVER
            continue
        sex = person.sex
        age = min(age_years(person.birth_month, month), 110)
        ratio = tables.death_hazard[sex, age] / tables.death_bound[sex, age]
        note_ratio(s, DEATHS, ratio)
        if draws.uniform(seed, person.id, month, draws.DEATH_ACCEPT) >= ratio:
            s.calendar[DEATHS, row] = next_candidate_month(
                seed, person.id, draws.DEATH, month, person.birth_month, tables.death_candidates[sex]
            )
            continue
        counters.deaths[person.county, sex, age] += 1
        add_exposure(counters, persons, row, month, -1.0)
        spouse = person.partner
        home = person.household
        remove_person(persons, households, row, DEAD)
        persons[row].state = IDLE
        s.calendar[DEATHS, row] = NEVER
        s.calendar[PLANS, row] = NEVER
        settle_children_without_adult(s, home, False)
        if spouse >= 0 and persons[spouse].marital == WIDOWED:
            remarry = tables.marriage_candidates[persons[spouse].sex]
            s.calendar[MARRIAGES, spouse] = next_candidate_month(
                seed, persons[spouse].id, draws.MARRIAGE, month, persons[spouse].birth_month, remarry
            )
