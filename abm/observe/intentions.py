"""How many children women will have in the end, as far as their couples decide today: what surveys of intentions ask.

Nobody acts on it; it is an output that stands beside such surveys. The number is not the trait ``ideal``: it is the
children a woman has and those that she and her husband would more likely than not go on to try for under the law, the
prices and the means of this month.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from abm.core.compiled import compiled
from abm.core.hazards import age_years
from abm.core.kin import has_grandparent_carer
from abm.core.population import MARRIED, NEVER, PREGNANT, TRYING
from abm.core.tables import NOW
from abm.money.prospect import family_prospect
from abm.processes.plans_and_conceptions import plan_probability_12_months

LARGEST_FAMILY = 4
"""The last number stands for itself and all above."""
FIRST_AGE, LAST_AGE = 18, 49
_SAMPLE = 31
"""One woman in 32 is asked, those whose id ends in five zero bits: more would cost a run what it does not need."""


@compiled
def is_asked(identity: Any, age: int) -> bool:
    """True for the sample of women who are asked."""
    return FIRST_AGE <= age <= LAST_AGE and np.uint64(identity) & np.uint64(_SAMPLE) == np.uint64(0)


@compiled
def intended_children(s: Any, woman: int) -> int:
    """Children of a woman in the end, at most :data:`LARGEST_FAMILY`: those she has, one on the way or tried for, and
    each further one that is more likely than not to be tried for in the years left to plan, at the best distance from
    the one before. A woman without a husband here answers as if she had just married into a family of her place."""
    persons = s.persons
    born, last, married = persons[woman].parity, persons[woman].last_birth_month, persons[woman].marriage_month
    wife = persons[woman].marital == MARRIED and persons[woman].partner >= 0
    carer = 1 if wife and has_grandparent_carer(persons, woman, s.month, s.pars) else 0
    if not wife:
        persons[woman].marriage_month = s.month
    number = int(born)
    if number < LARGEST_FAMILY and (persons[woman].state == PREGNANT or persons[woman].state == TRYING):
        number += 1
    best_wait = int(12.0 * s.pars[0].spacing_peak_years)
    while number < LARGEST_FAMILY:
        persons[woman].parity = number
        if number > born:
            persons[woman].last_birth_month = s.month - best_wait
        elif last != NEVER:
            persons[woman].last_birth_month = min(last, s.month - best_wait)
        if not goes_on(s, woman, wife, carer, number - born):
            break
        number += 1
    persons[woman].parity, persons[woman].last_birth_month, persons[woman].marriage_month = born, last, married
    return min(number, LARGEST_FAMILY)


@compiled
def goes_on(s: Any, woman: int, wife: bool, carer: int, ahead: int) -> bool:
    """True if a next child is more likely than not to be tried for, ``ahead`` children after those already born."""
    p, tables = s.pars[0], s.tables[0]
    her = s.persons[woman]
    years = p.plan_last_age - age_years(her.birth_month, s.month) - ahead * p.spacing_peak_years
    years = min(years, p.intention_horizon_years)  # who has waited longer is no longer asked for what she intends
    if years <= 0.0 or s.month >= her.sterile_month:
        return False
    if wife:
        prospect = family_prospect(s.persons, s.households, woman, carer, s.month, NOW, s.pars, tables)
    else:
        prospect = tables.prospect[her.county, her.town] + tables.prospect_reference[her.county, her.town]
    chance = plan_probability_12_months(s.persons, woman, carer, s.month, NOW, prospect, s.pars, tables)
    return 1.0 - (1.0 - chance) ** years > 0.5
