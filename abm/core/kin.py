"""Joining, leaving and founding households; birth, death and departure of persons as rows.

All functions are compiled, work on rows and keep every link mutual (``population.link_errors`` is the test).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled
from abm.core.counters import add_exposure
from abm.core.hazards import age_years
from abm.core.population import CARE_NONE, DEAD, MARRIED, NEVER, RESIDENT, WIDOWED
from abm.core.state import new_household_row

Rows = NDArray[np.void]
CHILD_AGE = 15
"""Children under this age (years) move with an adult of their home; they never move or live alone."""


@compiled
def leave_household(persons: Rows, households: Rows, row: int) -> None:
    """Take a person out of the household; an emptied household keeps its row with head -1."""
    home = persons[row].household
    if home < 0:
        return
    current = households[home].head
    if current == row:
        households[home].head = persons[row].next_in_household
    else:
        while persons[current].next_in_household != row:
            current = persons[current].next_in_household
        persons[current].next_in_household = persons[row].next_in_household
    households[home].size -= 1
    persons[row].next_in_household = -1
    persons[row].household = -1


@compiled
def join_household(persons: Rows, households: Rows, row: int, home: int) -> None:
    """Put a person who belongs nowhere into a household; county and town become the household's."""
    persons[row].household = home
    if households[home].head < 0:
        persons[row].next_in_household = -1
        households[home].head = row
    else:
        head = households[home].head
        persons[row].next_in_household = persons[head].next_in_household
        persons[head].next_in_household = row
    households[home].size += 1
    persons[row].county = households[home].county
    persons[row].town = households[home].town


@compiled
def move_home(s: Any, row: int, home: int) -> None:
    """Move a resident from one household to another; exposure of the rest of the year goes along."""
    persons, households = s.persons, s.households
    elsewhere = persons[row].county != households[home].county or persons[row].town != households[home].town
    if elsewhere:
        add_exposure(s.counters[0], persons, row, s.month, -1.0)
    leave_household(persons, households, row)
    join_household(persons, households, row, home)
    if elsewhere:
        add_exposure(s.counters[0], persons, row, s.month, 1.0)


@compiled
def has_adult(s: Any, home: int) -> bool:
    """True if somebody in the household is no child."""
    member = s.households[home].head
    while member >= 0:
        if age_years(s.persons[member].birth_month, s.month) >= CHILD_AGE:
            return True
        member = s.persons[member].next_in_household
    return False


@compiled
def bring_children_left_alone(s: Any, origin: int, home: int) -> None:
    """If the last adult has moved from ``origin`` to ``home``, whoever is left there comes along."""
    if s.households[origin].collective == 1 or has_adult(s, origin):
        return
    member = s.households[origin].head
    while member >= 0:
        following = s.persons[member].next_in_household
        move_home(s, member, home)
        member = following


@compiled
def open_household(s: Any, county: int, town: int, tenure: int, area: float) -> int:
    """Row of a new empty household."""
    households = s.households
    home = new_household_row(s)
    households[home].head = -1
    households[home].size = 0
    households[home].county = county
    households[home].town = town
    households[home].tenure = tenure
    households[home].area = area
    households[home].net_worth = 0.0
    households[home].payment = 0.0
    households[home].bought_month = NEVER
    households[home].collective = 0
    households[home].fifth = 2
    return home


@compiled
def link_child(persons: Rows, child: int, mother: int) -> None:
    """Put ``child`` into the mother's chain, which runs from the youngest to the oldest."""
    persons[child].mother = mother
    younger = -1
    following = persons[mother].first_child
    while following >= 0 and persons[following].birth_month > persons[child].birth_month:
        younger = following
        following = persons[following].next_sibling
    persons[child].next_sibling = following
    if younger >= 0:
        persons[younger].next_sibling = child
    else:
        persons[mother].first_child = child


@compiled
def remove_person(persons: Rows, households: Rows, row: int, status: int) -> None:
    """A resident dies or leaves alone: out of the household; a spouse is widowed, or stays married to an absent one."""
    leave_household(persons, households, row)
    spouse = persons[row].partner
    if spouse >= 0:
        persons[spouse].partner = -1
        persons[row].partner = -1
        if status == DEAD and persons[spouse].marital == MARRIED:
            persons[spouse].marital = WIDOWED
    persons[row].status = status
    persons[row].care = CARE_NONE
    persons[row].searching = 0


@compiled
def is_available_grandparent(persons: Rows, row: int, county: int, month: int, pars: Rows) -> bool:
    """True if this relative can mind a child: alive, resident in the county, in no formal work, old enough and still
    fit; who earned more stays fit for longer."""
    if row < 0:
        return False
    p = pars[0]
    relative = persons[row]
    if relative.status != RESIDENT or relative.county != county or relative.work >= 2:
        return False
    age = (month - relative.birth_month) / 12.0
    return p.grandparent_age_low <= age <= p.grandparent_age_high + p.grandparent_health_spread * relative.rank


@compiled
def has_grandparent_carer(persons: Rows, woman: int, month: int, pars: Rows) -> bool:
    """True if a mother or father of either partner can mind a child; kin are real links."""
    county = persons[woman].county
    man = persons[woman].partner
    if is_available_grandparent(persons, persons[woman].mother, county, month, pars):
        return True
    if is_available_grandparent(persons, persons[woman].father, county, month, pars):
        return True
    if man >= 0:
        if is_available_grandparent(persons, persons[man].mother, county, month, pars):
            return True
        if is_available_grandparent(persons, persons[man].father, county, month, pars):
            return True
    return False
