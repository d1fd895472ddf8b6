"""Schooling, work and leave (sections 6 and 7 of the model).

One calendar serves all three: the September in which schooling may end, the end of a maternity leave, and in between
candidate months in which a person's work is drawn anew from what people like them do.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.counters import COUNTS
from abm.core.hazards import age_years, log_of_no_candidate, next_candidate_constant
from abm.core.kin import has_grandparent_carer
from abm.core.population import INFORMAL, LAST_MONTH_OF_CARE, NEVER, NO_WORK, PRIVATE, PUBLIC, RESIDENT, WORK
from abm.core.state import due_rows, fetch_ahead
from abm.processes.traits import school_end_month

Rows = NDArray[np.void]

SCHOOL_AGES = (15, 18, 22)
"""Age (completed years in September) at which junior, senior secondary and college end."""
_RETURNS = COUNTS.index("leave_returns")
_EXITS = COUNTS.index("leave_exits")


@compiled
def employment_rate(s: Any, row: int) -> float:
    """Share in work at this sex, age and place; lower for mothers of a child under three without a carer."""
    p = s.pars[0]
    person = s.persons[row]
    group = min(12, max(0, age_years(person.birth_month, s.month) // 5 - 3))
    rate = s.tables[0].employment[person.sex, group]
    if person.town == 0:
        rate *= p.employment_village
    if person.sex == 1 and person.last_birth_month != NEVER and s.month - person.last_birth_month < LAST_MONTH_OF_CARE:
        rate *= (
            p.employment_mother_carer if has_grandparent_carer(s.persons, row, s.month, s.pars) else p.employment_mother
        )
    return rate


@compiled
def draw_work(s: Any, row: int) -> None:
    """Draw work, its kind and insurance anew. Employers hire fewer women of child-bearing age into private formal work
    the more of the expected leave falls on them (Shi & Wang 2024)."""
    p = s.pars[0]
    person = s.persons[row]
    u, v = draws.uniform_pair(s.seed, person.id, s.month, draws.WORK_KIND)
    if u > employment_rate(s, row):
        s.persons[row].work = NO_WORK
        s.persons[row].insured = 0
        return
    public = p.public_share_by_schooling[person.schooling] * (1.0 if person.town else p.public_share_village)
    private = p.private_share_by_schooling[person.schooling] * (1.0 if person.town else p.private_share_village)
    age = age_years(person.birth_month, s.month)
    if person.sex == 1 and 20 <= age < 40:
        private *= np.exp(-p.employer_response * s.tables[0].employer_burden[0])
    if v < public:
        s.persons[row].work = PUBLIC
        s.persons[row].insured = 1
    elif v < public + private:
        s.persons[row].work = PRIVATE
        insured = draws.uniform(s.seed, person.id, s.month, draws.INSURED)
        s.persons[row].insured = 1 if insured < p.insured_private_share else 0
    else:
        s.persons[row].work = INFORMAL
        s.persons[row].insured = 0


@compiled
def end_of_leave(s: Any, mother: int) -> None:
    """A mother returns or gives up her job: by who can mind the child, parity and sector."""
    p = s.pars[0]
    her = s.persons[mother]
    utility = p.return_base - p.return_parity * (her.parity - 1)
    if has_grandparent_carer(s.persons, mother, s.month, s.pars):
        utility += p.return_carer
    if her.work == PUBLIC:
        utility += p.return_public
    rule = s.law[0]
    utility += (
        p.return_flexible * rule.flexible_hours__share_of_jobs + p.return_nursing * rule.nursing_leave__hours_per_day
    )
    utility += p.return_protection * rule.dismissal_protection__strength
    chance = 1.0 / (1.0 + np.exp(-utility))
    s.persons[mother].leave_until = NEVER
    if draws.uniform(s.seed, her.id, s.month, draws.RETURN) < chance:
        s.counters[0].count[_RETURNS] += 1
    else:
        s.counters[0].count[_EXITS] += 1
        s.persons[mother].work = NO_WORK
        s.persons[mother].insured = 0


@compiled
def end_school_year(s: Any, row: int) -> int:
    """Attain the level that ends at this age; the month of the next end of schooling, or NEVER when done."""
    person = s.persons[row]
    age = age_years(person.birth_month, s.month)
    attained = person.schooling
    for level in range(1, 4):
        if age >= SCHOOL_AGES[level - 1] and person.schooling_goal >= level:
            attained = max(attained, level)
    s.persons[row].schooling = attained
    if attained >= person.schooling_goal:
        return NEVER
    return school_end_month(person.birth_month, s.month, person.schooling_goal)


@compiled
def work_and_school(s: Any) -> None:
    """Everybody due this month: end of leave, end of a stage of schooling, or a new draw of work."""
    p = s.pars[0]
    persons = s.persons
    due, log_none = due_rows(s, WORK), log_of_no_candidate(p.work_change_monthly)
    for i in range(due.shape[0]):
        fetch_ahead(s, due, i)
        row = due[i]
        person = persons[row]
        if person.status != RESIDENT:
            s.calendar[WORK, row] = NEVER
            continue
        if person.leave_until == s.month:
            end_of_leave(s, row)
        elif person.leave_until > s.month:
            s.calendar[WORK, row] = person.leave_until
            continue
        elif age_years(person.birth_month, s.month) <= 22 and person.schooling < person.schooling_goal:
            following = end_school_year(s, row)
            if following != NEVER:
                s.calendar[WORK, row] = following
                continue
            draw_work(s, row)
        else:
            draw_work(s, row)
        if age_years(person.birth_month, s.month) >= p.last_work_age:
            s.calendar[WORK, row] = NEVER
            continue
        s.calendar[WORK, row] = next_candidate_constant(s.seed, person.id, draws.WORK, s.month, log_none)
