"""Separation: couples who part, and couples apart who live together again."""

from __future__ import annotations

import math
from typing import Any

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.counters import COUNTS
from abm.core.hazards import log_of_no_candidate, next_candidate_constant
from abm.core.kin import move_home, open_household
from abm.core.population import (
    HOUSING,
    IDLE,
    MARRIED,
    MOVES,
    NEVER,
    OWNS_VILLAGE,
    PLANS,
    PREGNANT,
    RENTS,
    RESIDENT,
    SEPARATIONS,
)
from abm.core.state import due_rows, fetch_ahead, note_ratio
from abm.processes.arrivals import husband_returns
from abm.processes.marriage import bring_children, divorce
from abm.processes.migration import leave_city

_SEPARATIONS = COUNTS.index("separations")


@compiled
def monthly_separation_hazard(s: Any, woman: int) -> float:
    """Inverted U over the duration of the marriage, lower with children (Xu, Qiu & Li 2016 for the shape)."""
    p = s.pars[0]
    her = s.persons[woman]
    years = (s.month - her.marriage_month) / 12.0
    shape = (years / p.separation_peak_years) * math.exp(1.0 - years / p.separation_peak_years)
    hazard = p.separation_peak_monthly * shape * s.tables[0].separation_level[0]
    return hazard * p.separation_per_child ** min(her.parity, 3)


@compiled
def reunite(s: Any, row: int) -> None:
    """Somebody whose spouse is away lives with the spouse again: a wife here for some, elsewhere for others and for
    all husbands."""
    u = draws.uniform(s.seed, s.persons[row].id, s.month, draws.REUNION_PLACE)
    if s.persons[row].sex == 1 and u < s.pars[0].reunion_here:
        husband_returns(s, row)
    else:
        leave_city(s, row)
        s.calendar[MOVES, row] = NEVER


@compiled
def separations(s: Any) -> None:
    """This month's candidates for separation, and the couples apart who live together again."""
    persons = s.persons
    p = s.pars[0]
    due, log_none = due_rows(s, SEPARATIONS), log_of_no_candidate(p.separation_bound)
    for i in range(due.shape[0]):
        fetch_ahead(s, due, i)
        woman = due[i]
        her = persons[woman]
        if her.status != RESIDENT or her.marital != MARRIED:
            s.calendar[SEPARATIONS, woman] = NEVER
            continue
        if her.partner < 0:
            s.calendar[SEPARATIONS, woman] = NEVER
            reunite(s, woman)
            continue
        ratio = monthly_separation_hazard(s, woman) / p.separation_bound
        note_ratio(s, SEPARATIONS, ratio)
        if draws.uniform(s.seed, her.id, s.month, draws.SEPARATION_ACCEPT) < ratio:
            separate(s, woman)
        else:
            s.calendar[SEPARATIONS, woman] = next_candidate_constant(
                s.seed, her.id, draws.SEPARATION, s.month, log_none
            )


@compiled
def separate(s: Any, woman: int) -> None:
    """The couple parts: who is alone in a home of their own stays, otherwise she moves out; children by custody."""
    persons, households = s.persons, s.households
    p = s.pars[0]
    man = persons[woman].partner
    s.counters[0].count[_SEPARATIONS] += 1
    divorce(s, woman)
    divorce(s, man)
    s.calendar[SEPARATIONS, woman] = NEVER
    s.calendar[HOUSING, woman] = NEVER
    if persons[woman].state != PREGNANT:
        persons[woman].state = IDLE
        s.calendar[PLANS, woman] = NEVER
    origin = persons[woman].household
    mother = persons[woman].mother
    mothers_home = -1
    if mother >= 0 and persons[mother].status == RESIDENT:
        mothers_home = persons[mother].household
    if mothers_home >= 0 and mothers_home != origin and households[mothers_home].collective == 0:
        home = mothers_home
    else:
        tenure = RENTS if persons[woman].town else OWNS_VILLAGE
        home = open_household(s, persons[woman].county, persons[woman].town, tenure, p.first_home_area)
        households[home].net_worth = 0.5 * households[origin].net_worth
        households[origin].net_worth *= 0.5
    move_home(s, woman, home)
    if draws.uniform(s.seed, persons[woman].id, s.month, draws.CUSTODY) < p.custody_mother:
        bring_children(s, woman, origin, home)
