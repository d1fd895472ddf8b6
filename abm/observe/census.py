"""A census of the simulated city on 1 November: one pass over the rows, counts only.

It is taken before November is lived, so ages are those reached by the last day of October: who was born in November of
the year before is still an infant.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled
from abm.core.counters import MAX_COUNTIES
from abm.core.hazards import age_years
from abm.core.population import MARRIED, NEVER, RESIDENT, TRYING
from abm.core.state import HOUSEHOLD_ROWS, PERSON_ROWS, borrowed_state
from abm.observe.intentions import LARGEST_FAMILY, intended_children, is_asked

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


_TALLY_DTYPE = np.dtype(
    [
        ("place", np.int32, (_C, 2, 2, N_AGES)),  # county, village/town, sex, age
        ("people", np.int32, (2, N_AGES, 4, 4, 4, 2)),  # sex, age, marital, schooling, work, only child
        ("women", np.int32, (N_AGES, 6, 4)),  # age from 15, parity 0 to 5+, ideal
    ]
)
"""What a census asks of everybody, counted once by all of it together: each entry of a person costs a jump in memory,
and sums over the rest give every table."""


@compiled
def count_persons(state: Any, census: Rows, tally: Rows) -> None:
    """Count residents into a cleared census row and a cleared tally. It is the first of the month: ages are those of
    the last day before, or there would be infants of eleven months only."""
    s = borrowed_state(state)
    c, counted = census[0], tally[0]
    n_asked = 0
    for row in range(s.used[PERSON_ROWS]):
        person = s.persons[row]
        if person.status != RESIDENT:
            continue
        age = min(age_years(person.birth_month, s.month - 1), N_AGES - 1)
        counted.place[person.county, person.town, person.sex, age] += 1
        counted.people[person.sex, age, person.marital, person.schooling, person.work, person.only_child] += 1
        if age < 15:
            c.left_behind[0] += 1.0
            c.left_behind[1] += person.left_behind
            if person.care >= 0:
                c.care[person.county, person.care] += 1.0
        elif person.sex == 1:
            counted.women[age, min(person.parity, 5), person.ideal] += 1
            c.children_born[age] += person.parity
            lately = person.last_birth_month != NEVER and s.month - person.last_birth_month <= 72
            c.mothers[0] += int(lately)
            c.mothers[1] += int(lately and person.work > 0)
            if person.state == TRYING and person.marital == MARRIED:
                c.trying[0] += 1.0
                c.trying[1] += s.month - person.state_month
            s.due[n_asked] = row
            n_asked += int(is_asked(person.id, age))
    for woman in s.due[:n_asked]:
        age = min(age_years(s.persons[woman].birth_month, s.month - 1), N_AGES - 1)
        c.intended[age, intended_children(s, woman)] += 1.0


@compiled
def count_households(state: Any, census: Rows) -> None:
    """Count households into a cleared census row."""
    s = borrowed_state(state)
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
    census, tally = np.zeros(1, CENSUS_DTYPE), np.zeros(1, _TALLY_DTYPE)
    count_persons(state, census, tally)
    count_households(state, census)
    people, women = tally["people"][0], tally["women"][0]
    census["population"] = tally["place"]
    counts = people[..., 0] + people[..., 1]
    census["marital"], census["work"] = np.einsum("samew->sam", counts), np.einsum("samew->saw", counts)
    census["schooling"], census["only_children"] = np.einsum("samew->ae", counts), people[..., 1].sum(axis=(0, 2, 3, 4))
    census["parity"], census["ideal"] = women.sum(axis=2), women.sum(axis=1) @ np.arange(4)
    return census
