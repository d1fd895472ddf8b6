"""Deliveries: a child becomes a row, with its kin, its traits and its calendars."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.counters import COUNTS, FIRST_AGE, N_AGES, add_exposure
from abm.core.hazards import age_years
from abm.core.kin import join_household, link_child
from abm.core.population import (
    CARE_PARENT,
    IDLE,
    NEVER,
    PLANS,
    POSTPARTUM,
    PREGNANT,
    RESIDENT,
    WORK,
)
from abm.core.state import BIRTHS_LOGGED, due_rows, fetch_ahead, list_young_child, new_person_row
from abm.money.payments import (
    covered_leave_days,
    pay_for_birth,
    pay_for_delivery,
)
from abm.processes.married_calendars import look_for_home
from abm.processes.traits import give_traits, schedule_life, school_end_month

Rows = NDArray[np.void]
DAYS_PER_MONTH = 365.25 / 12
_UNPLANNED = COUNTS.index("births_unplanned")
_MALE = COUNTS.index("births_male")
_LOCAL = COUNTS.index("births_local_hukou")
_LEAVE_MOTHERS = COUNTS.index("leave_mothers")
_LEAVE_DAYS = COUNTS.index("leave_mother_days")


@compiled
def add_child(s: Any, mother: int, order: int) -> int:
    """Row of a newborn in the mother's household, linked to both parents."""
    seed, month, persons, households = s.seed, s.month, s.persons, s.households
    counters, pars, tables = (s.counters[0], s.pars, s.tables[0])
    p = pars[0]
    child = new_person_row(s)
    her = persons[mother]
    man = her.partner
    identity = draws.child_id(her.id, order)
    persons[child].id = identity
    persons[child].birth_month = month
    u, v = draws.uniform_pair(seed, identity, 0, draws.SEX)
    persons[child].sex = 0 if u < tables.male_share[0] else 1
    link_child(persons, child, mother)
    persons[child].father = man
    inherited = her.rank if man < 0 else 0.5 * (her.rank + persons[man].rank)
    noise = draws.normal(seed, identity, 0, draws.TRAITS_RANK)
    persons[child].rank = p.rank_inherited * inherited + (1.0 - 0.5 * p.rank_inherited**2) ** 0.5 * noise
    persons[child].hukou = her.hukou
    persons[child].only_child = 1 if order == 1 else 0
    persons[child].birth_order = order
    persons[child].status = RESIDENT
    persons[child].care = CARE_PARENT
    persons[child].marital = 0
    persons[child].state = IDLE
    join_household(persons, households, child, her.household)
    give_traits(seed, persons, child, 1900 + month // 12 - 1940, pars, tables)
    schedule_life(s, child)
    s.calendar[WORK, child] = school_end_month(month, month, persons[child].schooling_goal)
    s.calendar[PLANS, child] = NEVER
    if order > 1:
        sibling = persons[child].next_sibling
        while sibling >= 0:
            persons[sibling].only_child = 0
            sibling = persons[sibling].next_sibling
    if persons[child].sex == 0:
        counters.count[_MALE] += 1
        persons[mother].sons += 1
        if man >= 0:
            persons[man].sons += 1
    add_exposure(counters, persons, child, month, 1.0)
    return int(child)


@compiled
def start_maternity_leave(s: Any, mother: int, order: int) -> None:
    """A mother with paid leave stays at home for its days; her work calendar waits for its end."""
    days = covered_leave_days(s, mother, order)
    if days <= 0.0:
        return
    s.persons[mother].leave_until = s.month + max(1, int(days / DAYS_PER_MONTH + 0.5))
    s.calendar[WORK, mother] = s.persons[mother].leave_until
    s.counters[0].count[_LEAVE_MOTHERS] += 1
    s.counters[0].count[_LEAVE_DAYS] += days


@compiled
def deliveries(s: Any) -> None:
    """All births of the month."""
    seed, month, persons = s.seed, s.month, s.persons
    counters, pars = (s.counters[0], s.pars)
    due = due_rows(s, PLANS)
    p = pars[0]
    for i in range(due.shape[0]):
        fetch_ahead(s, due, i)
        mother = due[i]
        if persons[mother].state != PREGNANT or persons[mother].state_month != month:
            continue
        identity = persons[mother].id
        man = persons[mother].partner
        babies = 2 if draws.uniform(seed, identity, month, draws.TWIN) < p.twin_share else 1
        unplanned = persons[mother].unplanned
        for _ in range(babies):
            order = persons[mother].parity + 1
            child = add_child(s, mother, order)
            list_young_child(s, child)
            persons[mother].parity = order
            if man >= 0:
                persons[man].parity = min(persons[man].parity + 1, 20)
            paid = pay_for_birth(s, mother, order)
            _log_birth(s, mother, order, unplanned, paid)
        pay_for_delivery(s, mother, order)
        start_maternity_leave(s, mother, order)
        look_for_home(s, mother)
        if order == babies and persons[mother].marriage_month != NEVER:
            counters.marriage_to_birth[0] += month - persons[mother].marriage_month
            counters.marriage_to_birth[1] += 1
        if order - babies == 1 and persons[mother].last_birth_month != NEVER:
            counters.first_to_second[0] += month - persons[mother].last_birth_month
            counters.first_to_second[1] += 1
        persons[mother].last_birth_month = month
        persons[mother].state = POSTPARTUM
        wait = p.postpartum_months * (0.5 + draws.uniform(seed, identity, month, draws.POSTPARTUM))
        persons[mother].state_month = month + max(1, int(wait))
        s.calendar[PLANS, mother] = persons[mother].state_month


@compiled
def months_since(then: int, month: int) -> int:
    """Months from an event to this month, -1 if it never happened."""
    return -1 if then == NEVER else month - then


@compiled
def _log_birth(s: Any, mother: int, order: int, unplanned: int, paid: bool) -> None:
    """Count a birth by place, order and age of the mother, and add it to the log that arms are compared by."""
    month, persons, households, used, births, counters = (
        s.month,
        s.persons,
        s.households,
        s.used,
        s.births,
        s.counters[0],
    )
    her = persons[mother]
    column = min(max(age_years(her.birth_month, month) - FIRST_AGE, 0), N_AGES - 1)
    counters.births[her.county, her.town, min(order, 4) - 1, column] += 1
    counters.count[_UNPLANNED] += unplanned
    entry = used[BIRTHS_LOGGED]
    used[BIRTHS_LOGGED] += 1
    births[entry].mother_id = her.id
    births[entry].mother_birth_month = her.birth_month
    births[entry].month = month
    births[entry].order = order
    births[entry].county = her.county
    births[entry].town = her.town
    births[entry].fifth = households[her.household].fifth
    births[entry].paid = 1 if paid else 0
    births[entry].unplanned = unplanned
    births[entry].hukou = her.hukou
    counters.count[_LOCAL] += her.hukou
    births[entry].since_marriage = months_since(her.marriage_month, month)
    births[entry].since_birth = months_since(her.last_birth_month, month)
