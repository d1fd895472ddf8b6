"""A census of the simulated city on 1 November: one pass over the rows, counts only.

It is taken before November is lived, so ages are those reached by the last day of October: who was born in November of
the year before is still an infant.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.compiled import compiled
from abm.counters import MAX_COUNTIES
from abm.hazards import age_years
from abm.intentions import LARGEST_FAMILY, intended_children, is_asked
from abm.population import MARRIED, NEVER, RESIDENT
from abm.state import HOUSEHOLD_ROWS, PERSON_ROWS

Rows = NDArray[np.void]
_C = MAX_COUNTIES
N_AGES = 101
CENSUS_DTYPE = np.dtype(
    [
        ("population", np.float64, (_C, 2, 2, N_AGES)),  # county, village/town, sex, age
        ("marital", np.float64, (2, N_AGES, 4)),  # sex, age, state
        ("schooling", np.float64, (N_AGES, 4)),  # age, level attained
        ("parity", np.float64, (N_AGES, 6)),  # women: age, parity 0 to 5+
        ("children_born", np.float64, (N_AGES,)),  # women: age, sum of parity
        ("ideal", np.float64, (N_AGES,)),  # women: age, sum of ideal numbers
        ("intended", np.float64, (N_AGES, LARGEST_FAMILY + 1)),  # women asked: age, children in the end
        ("work", np.float64, (2, N_AGES, 4)),  # sex, age, work
        ("mothers", np.float64, (2,)),  # women with a last birth under six years ago: all, at work
        ("left_behind", np.float64, (2,)),  # children under 15: all, left behind
        ("only_children", np.float64, (N_AGES,)),
        ("trying", np.float64, (2,)),  # wives trying: number, months so far
        ("households", np.float64, (_C, 10)),  # family households by size 1 to 10+
        ("household_people", np.float64, (_C,)),
        ("collective_people", np.float64, (_C,)),
        ("tenure", np.float64, (2, 6)),  # village/town, tenure, family households
        ("care", np.float64, (_C, 4)),  # children under 36 months by arrangement
    ]
)
"""What a census counts, one row, in simulated persons and households."""


@compiled
def count_persons(s: Any, census: Rows) -> None:
    """Count residents into a cleared census row. It is the first of the month: ages are those of the last day before,
    or there would be infants of eleven months only."""
    c = census[0]
    for row in range(s.used[PERSON_ROWS]):
        person = s.persons[row]
        if person.status != RESIDENT:
            continue
        age = min(age_years(person.birth_month, s.month - 1), N_AGES - 1)
        c.population[person.county, person.town, person.sex, age] += 1.0
        c.marital[person.sex, age, person.marital] += 1.0
        c.schooling[age, person.schooling] += 1.0
        c.work[person.sex, age, person.work] += 1.0
        c.only_children[age] += person.only_child
        if age < 15:
            c.left_behind[0] += 1.0
            c.left_behind[1] += person.left_behind
            if person.care >= 0:
                c.care[person.county, person.care] += 1.0
        elif person.sex == 1:
            c.parity[age, min(person.parity, 5)] += 1.0
            c.children_born[age] += person.parity
            c.ideal[age] += person.ideal
            if is_asked(person.id, age):
                c.intended[age, intended_children(s, row)] += 1.0
            if person.last_birth_month != NEVER and s.month - person.last_birth_month <= 72:
                c.mothers[0] += 1.0
                c.mothers[1] += 1.0 if person.work > 0 else 0.0
            if person.state == 1 and person.marital == MARRIED:
                c.trying[0] += 1.0
                c.trying[1] += s.month - person.state_month


@compiled
def count_households(s: Any, census: Rows) -> None:
    """Count households into a cleared census row."""
    c = census[0]
    for home in range(s.used[HOUSEHOLD_ROWS]):
        household = s.households[home]
        if household.size <= 0:
            continue
        if household.collective == 1:
            c.collective_people[household.county] += household.size
            continue
        c.households[household.county, min(household.size, 10) - 1] += 1.0
        c.household_people[household.county] += household.size
        c.tenure[household.town, household.tenure] += 1.0


def take_census(state: Any) -> Rows:
    """The census of a state, shape (1,)."""
    census = np.zeros(1, CENSUS_DTYPE)
    count_persons(state, census)
    count_households(state, census)
    return census
