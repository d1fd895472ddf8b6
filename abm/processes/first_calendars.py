"""The first entries of everybody's calendars, drawn in the founding month."""

from __future__ import annotations

from typing import Any

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.hazards import age_years
from abm.core.population import (
    IDLE,
    LAST_MONTH_OF_CARE,
    MARRIED,
    NEVER,
    PLANS,
    POSTPARTUM,
    PREGNANT,
    RESIDENT,
    TRYING,
    WORK,
)
from abm.core.state import PERSON_ROWS, borrowed_state, list_young_child
from abm.processes.married_calendars import start_married_calendars
from abm.processes.migration import await_reunion
from abm.processes.plans_and_conceptions import schedule_plan
from abm.processes.traits import schedule_life, school_end_month

LAST_AGE_OF_REUNION = 50
"""Age (years) in the founding month up to which those whose spouse is away expect to live together again."""


@compiled
def start_calendars(state: Any) -> None:
    """Calendars of every founding person, and the list of children under three."""
    s = borrowed_state(state)
    for row in range(s.used[PERSON_ROWS]):
        person = s.persons[row]
        if person.status != RESIDENT:
            continue
        schedule_life(s, row)
        age = age_years(person.birth_month, s.month)
        if s.month - person.birth_month < LAST_MONTH_OF_CARE:
            list_young_child(s, row)
        if age <= 22 and person.schooling < person.schooling_goal:
            s.calendar[WORK, row] = school_end_month(person.birth_month, s.month, person.schooling_goal)
        else:
            wait = int(draws.uniform(s.seed, person.id, s.month, draws.WORK_ACCEPT) / s.pars[0].work_change_monthly)
            s.calendar[WORK, row] = s.month + 1 + wait
        if person.marital == MARRIED and person.partner < 0 and age < LAST_AGE_OF_REUNION:
            await_reunion(s, row)
        if person.leave_until > s.month:
            s.calendar[WORK, row] = person.leave_until
        if person.sex == 1:
            start_womans_calendars(s, row, age)


@compiled
def start_womans_calendars(s: Any, row: int, age: int) -> None:
    """Plans of a wife by the reproductive state she was founded in; a pregnancy is delivered in its month."""
    person = s.persons[row]
    state, state_month = person.state, person.state_month
    if person.marital == MARRIED and person.partner >= 0:
        start_married_calendars(s, row)
    if state in (PREGNANT, POSTPARTUM) and state_month >= s.month and age < 50:
        s.persons[row].state = state
        s.calendar[PLANS, row] = state_month
    elif state == TRYING and person.partner >= 0:
        s.persons[row].state = TRYING
        s.persons[row].state_month = min(state_month, s.month) if state_month != NEVER else s.month
        s.calendar[PLANS, row] = s.month + 1
    else:
        s.persons[row].state = IDLE
        schedule_plan(s, row)
