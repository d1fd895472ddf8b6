"""Moves out of the city and from village to town; arrivals have a file of their own.

Singles leave alone, most couples together; a mother who leaves may leave her children with their father or a
grandparent. Who leaves keeps a row with status LEFT.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.counters import COUNTS, add_exposure
from abm.core.hazards import age_years, log_of_no_candidate, next_candidate_constant, next_candidate_month
from abm.core.kin import CHILD_AGE, has_adult, is_available_grandparent, move_home, remove_person
from abm.core.population import (
    IDLE,
    LEFT,
    MOVES,
    NEVER,
    OWNS_TOWN,
    OWNS_VILLAGE,
    PLANS,
    RENTS,
    RESIDENT,
    SEPARATIONS,
)
from abm.core.state import PERSON_ROWS, borrowed_state, due_rows, fetch_ahead, note_ratio
from abm.processes.married_calendars import look_for_home
from abm.processes.relatives import grandmother_for

Rows = NDArray[np.void]
MOVER_AGES = (15, 45)
"""Ages (years) at which a villager may take the household to town."""
_TO_TOWN = COUNTS.index("moves_to_town")


@compiled
def monthly_out_hazard(persons: Rows, row: int, age: int, pars: Rows, tables: Any) -> float:
    """Chance that this person's own candidate makes them leave; halved for couples who would go together."""
    person = persons[row]
    hazard = tables.out_hazard[person.county, person.sex, age]
    if person.partner >= 0:
        hazard /= 1.0 + pars[0].couple_moves_together
    return hazard


@compiled
def depart(s: Any, row: int) -> None:
    """One resident leaves the city: exposure, household, spouse link and calendars are settled."""
    month, persons, households, counters = (s.month, s.persons, s.households, s.counters[0])
    person = persons[row]
    counters.moves[person.county, 1, person.sex, min(age_years(person.birth_month, month), 110)] += 1
    add_exposure(counters, persons, row, month, -1.0)
    remove_person(persons, households, row, LEFT)
    persons[row].state = IDLE
    s.calendar[PLANS, row] = NEVER


@compiled
def keeper_of_children(persons: Rows, mother: int, month: int, pars: Rows) -> int:
    """Row of a grandparent who can keep the children of a mother who leaves, or -1."""
    county = persons[mother].county
    man = persons[mother].partner
    if is_available_grandparent(persons, persons[mother].mother, county, month, pars):
        return int(persons[mother].mother)
    if man >= 0 and is_available_grandparent(persons, persons[man].mother, county, month, pars):
        return int(persons[man].mother)
    if is_available_grandparent(persons, persons[mother].father, county, month, pars):
        return int(persons[mother].father)
    return -1


@compiled
def settle_children(s: Any, mother: int, father_stays: bool) -> None:
    """Before a mother leaves: her children under 15 at her home stay with their father there, stay with a grandparent,
    or leave with her."""
    seed, month, persons, pars = s.seed, s.month, s.persons, s.pars
    home = persons[mother].household
    keeper = keeper_of_children(persons, mother, month, pars)
    stays = (
        keeper >= 0 and draws.uniform(seed, persons[mother].id, month, draws.LEFT_BEHIND) < pars[0].left_behind_share
    )
    child = persons[mother].first_child
    while child >= 0:
        following = persons[child].next_sibling
        young = age_years(persons[child].birth_month, month) < CHILD_AGE
        if young and persons[child].status == RESIDENT and persons[child].household == home:
            if father_stays or stays:
                persons[child].left_behind = 1
            if stays and not father_stays and persons[keeper].household != home:
                move_home(s, child, persons[keeper].household)
            elif not stays and not father_stays:
                depart(s, child)
        child = following


@compiled
def settle_children_without_adult(s: Any, home: int, leaving: bool) -> None:
    """Children whose home has lost its last adult: to a resident mother or grandmother elsewhere in the city; else
    they go where the adult went, and after a death to another family's home (foster care)."""
    persons, households = s.persons, s.households
    if households[home].size <= 0 or households[home].collective == 1 or has_adult(s, home):
        return
    child = households[home].head
    while child >= 0:
        following = persons[child].next_in_household
        mother = persons[child].mother
        goal = -1
        if mother >= 0 and persons[mother].status == RESIDENT:
            goal = persons[mother].household
        elif mother >= 0 and persons[mother].mother >= 0 and persons[persons[mother].mother].status == RESIDENT:
            goal = persons[persons[mother].mother].household
        elif not leaving:
            relative = grandmother_for(s, persons[child].id, persons[child].county)
            goal = persons[relative].household if relative >= 0 else -1
        if goal >= 0:
            move_home(s, child, goal)
        else:
            depart(s, child)
        child = following


@compiled
def await_reunion(s: Any, row: int) -> None:
    """Month in which somebody whose spouse is away lives with the spouse again, on the calendar of separations."""
    identity, log_none = s.persons[row].id, log_of_no_candidate(s.pars[0].reunion_monthly)
    s.calendar[SEPARATIONS, row] = next_candidate_constant(s.seed, identity, draws.REUNION, s.month, log_none)


@compiled
def leave_city(s: Any, row: int) -> None:
    """A person leaves, with the spouse in most couples, with or without the children."""
    seed, month, persons, pars = (s.seed, s.month, s.persons, s.pars)
    spouse = persons[row].partner
    home = persons[row].household
    together = (
        spouse >= 0 and draws.uniform(seed, persons[row].id, month, draws.LEAVE_RETURN) < pars[0].couple_moves_together
    )
    woman = row if persons[row].sex == 1 else spouse
    if woman >= 0 and (woman == row or together):
        settle_children(s, woman, spouse >= 0 and not together)
    depart(s, row)
    if together:
        depart(s, spouse)
    elif spouse >= 0:
        await_reunion(s, spouse)
    settle_children_without_adult(s, home, True)


@compiled
def household_to_town(s: Any, row: int) -> None:
    """A village household moves to a town of its county, most into a home of their own (resettled or bought)."""
    month, persons, households, counters = s.month, s.persons, s.households, s.counters[0]
    home = persons[row].household
    member = households[home].head
    while member >= 0:
        add_exposure(counters, persons, member, month, -1.0)
        persons[member].town = 1
        if persons[member].sex == 1:
            look_for_home(s, member)
        add_exposure(counters, persons, member, month, 1.0)
        member = persons[member].next_in_household
    households[home].town = 1
    if draws.uniform(s.seed, persons[row].id, month, draws.TOWN_MOVE) < s.pars[0].town_move_owns:
        households[home].tenure = OWNS_TOWN
    elif households[home].tenure == OWNS_VILLAGE:
        households[home].tenure = RENTS
    counters.count[_TO_TOWN] += households[home].size


@compiled
def moves(s: Any) -> None:
    """This month's candidates: leave the city, take the household from village to town, or stay."""
    seed, month, persons, households, pars = (s.seed, s.month, s.persons, s.households, s.pars)
    tables = s.tables[0]
    due = due_rows(s, MOVES)
    for i in range(due.shape[0]):
        fetch_ahead(s, due, i)
        row = due[i]
        person = persons[row]
        if person.status != RESIDENT:
            s.calendar[MOVES, row] = NEVER
            continue
        age = min(age_years(person.birth_month, month), 100)
        bound = tables.move_bound[person.sex, age]
        out = monthly_out_hazard(persons, row, age, pars, tables)
        to_town = 0.0
        village_mover = person.town == 0 and MOVER_AGES[0] <= age <= MOVER_AGES[1]
        if village_mover and households[person.household].collective == 0:
            to_town = tables.town_hazard[person.county]
        ratio = (out + to_town) / bound if bound > 0.0 else 0.0
        note_ratio(s, MOVES, ratio)
        u = draws.uniform(seed, person.id, month, draws.MOVE_KIND) * bound
        if u < out:
            leave_city(s, row)
            s.calendar[MOVES, row] = NEVER
            continue
        if u > bound - to_town:
            household_to_town(s, row)
        s.calendar[MOVES, row] = next_candidate_month(
            seed, person.id, draws.MOVE, month, person.birth_month, tables.move_candidates[person.sex]
        )


@compiled
def reschedule_moves(state: Any) -> None:
    """Draw everybody's next candidate month anew, after the bound of moves has changed (waiting has no memory)."""
    s = borrowed_state(state)
    for row in range(s.used[PERSON_ROWS]):
        person = s.persons[row]
        if person.status == RESIDENT:
            s.calendar[MOVES, row] = next_candidate_month(
                s.seed, person.id, draws.MOVE, s.month - 1, person.birth_month, s.tables[0].move_candidates[person.sex]
            )
