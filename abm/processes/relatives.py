"""Kin of those who come from elsewhere: an absent child's mother, a left-behind child's keeper.

Both are found by keyed looks at the rows of the founding, so that a birth elsewhere moves nobody's choice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.kin import link_child
from abm.core.population import RESIDENT
from abm.core.state import FOUNDING_ROWS

Rows = NDArray[np.void]
LOOKS_FOR_KIN, ROWS_A_LOOK = 100, 16
"""Places looked at for a grandmother before it is given up, and rows from each (neighbours share their county)."""
MOTHERS_AGES = (18, 45)
"""Ages (years) between which a woman can have borne somebody who comes back."""


@compiled
def grandmother_for(s: Any, identity: Any, county: int) -> int:
    """Row of a resident woman of grandmothers' age in the county, or -1: from keyed places among the rows of the
    founding, the first within some rows (a birth elsewhere moves nobody's choice)."""
    p = s.pars[0]
    oldest, youngest = s.month - 12.0 * p.grandparent_age_high, s.month - 12.0 * p.grandparent_age_low
    rows = s.used[FOUNDING_ROWS]
    for look in range(LOOKS_FOR_KIN):
        start = int(draws.uniform(s.seed, identity, look, draws.ARRIVAL_KIN) * rows)
        if s.persons[start].county != county:
            continue
        for row in range(start, min(start + ROWS_A_LOOK, rows)):
            person = s.persons[row]
            if person.sex == 0 or person.status != RESIDENT or person.county != county:
                continue
            if oldest <= person.birth_month <= youngest and s.households[person.household].collective == 0:
                return row
    return -1


@compiled
def has_absent_child(persons: Rows, mother: int) -> bool:
    """True if a woman has borne children who are not known as rows."""
    known = 0
    child = persons[mother].first_child
    while child >= 0:
        known += 1
        child = persons[child].next_sibling
    return known < persons[mother].parity


@compiled
def become_child_of(s: Any, row: int, mother: int) -> None:
    """A hukou member who comes back is one of the absent children of ``mother``, where she has one of fitting age."""
    persons = s.persons
    older_months = persons[row].birth_month - persons[mother].birth_month
    fits = 12 * MOTHERS_AGES[0] <= older_months <= 12 * MOTHERS_AGES[1]
    if persons[row].hukou == 0 or not fits or not has_absent_child(persons, mother):
        return
    link_child(persons, row, mother)
    persons[row].father = persons[mother].partner
    persons[row].only_child = 1 if persons[mother].parity == 1 else 0
