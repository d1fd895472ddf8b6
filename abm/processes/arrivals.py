"""Who comes, or comes back: singles, wives with their husbands, husbands to wives who stayed, children who are left
with grandparents.

Who arrives is a new row. The absent (hukou members living elsewhere) are counts and no rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.counters import COUNTS, add_exposure
from abm.core.hazards import age_years
from abm.core.kin import CHILD_AGE, join_household, link_child, open_household
from abm.core.population import (
    CARE_GRANDPARENT,
    CARE_NONE,
    CARE_PARENT,
    COLLECTIVE,
    COLLEGE,
    DIVORCED,
    IDLE,
    LAST_MONTH_OF_CARE,
    LEGAL_AGE,
    MARRIED,
    NEVER,
    NEVER_MARRIED,
    OWNS_TOWN,
    OWNS_VILLAGE,
    PLANS,
    RENTS,
    RESIDENT,
    WIDOWED,
    WORK,
)
from abm.core.state import HOUSEHOLD_ROWS, list_young_child, new_person_row
from abm.core.tables import FIRST_COHORT
from abm.money.payments import pay_settlement
from abm.processes.married_calendars import start_married_calendars
from abm.processes.newcomer_histories import newcomer_history
from abm.processes.plans_and_conceptions import schedule_plan
from abm.processes.relatives import become_child_of, grandmother_for
from abm.processes.traits import give_traits, schedule_life, school_end_month

Rows = NDArray[np.void]
_SETTLED = COUNTS.index("newcomers_settled")
_HUSBANDS = 1000
"""First ordinal of the ids of husbands who return, after those of children and other relatives."""


@compiled
def arrivals_by_cell(seed: int, month: int, expected: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole arrivals in each cell, expectation ``expected``; shape of ``expected`` flattened.

    Each cell rounds with a keyed number of its own, so a little change of one expectation moves no other cell.
    """
    flat = expected.ravel()
    arrivals = np.zeros(flat.shape[0], np.int64)
    for cell in range(flat.shape[0]):
        if flat[cell] > 0.0:
            arrivals[cell] = int(flat[cell] + draws.uniform(seed, cell, month, draws.ARRIVAL))
    return arrivals


@compiled
def draw_category(u: float, shares: NDArray[np.float64]) -> int:
    """Index of the category that a uniform number falls into; shares sum to one, shape (k,)."""
    category = 0
    cumulative = shares[0]
    while category < shares.shape[0] - 1 and u > cumulative:
        category += 1
        cumulative += shares[category]
    return category


@compiled
def add_newcomer(s: Any, identity: Any, sex: int, age: int, county: int, town: int) -> int:
    """Row of someone who comes from elsewhere, with traits, schooling and work, not yet in any household."""
    seed, month, persons, pars, tables = s.seed, s.month, s.persons, s.pars, s.tables[0]
    p = pars[0]
    row = new_person_row(s)
    u, v = draws.uniform_pair(seed, identity, month, draws.ARRIVAL_TRAITS)
    persons[row].id = identity
    persons[row].sex = sex
    persons[row].birth_month = month - 12 * age - int(12.0 * v)
    persons[row].rank = draws.normal(seed, identity, 0, draws.TRAITS_RANK)
    persons[row].county, persons[row].town = (county, town)
    persons[row].hukou = 1 if u < p.newcomer_local_share else 0
    persons[row].only_child = 1 if v < p.newcomer_only_child else 0
    give_traits(seed, persons, row, 1900 + persons[row].birth_month // 12 - FIRST_COHORT, pars, tables)
    goal = persons[row].schooling_goal
    persons[row].schooling = goal if age >= 22 else min(goal, 2 if age >= 18 else 1 if age >= 15 else 0)
    persons[row].work = draw_category(draws.uniform(seed, identity, month, draws.WORK), p.newcomer_work)
    persons[row].insured = 1 if persons[row].work >= 2 else 0
    persons[row].status = RESIDENT
    return int(row)


@compiled
def settle_newcomer(s: Any, row: int) -> None:
    """Calendars and exposure of a person who has just arrived."""
    seed, month, persons, counters = (s.seed, s.month, s.persons, s.counters[0])
    schedule_life(s, row)
    persons[row].state = IDLE
    person = persons[row]
    age = age_years(person.birth_month, month)
    due = school_end_month(person.birth_month, month, person.schooling_goal) if age < 22 else NEVER
    if due == NEVER:
        due = month + 1 + int(12.0 * draws.uniform(seed, person.id, month, draws.WORK_ACCEPT))
    s.calendar[WORK, row] = due
    s.calendar[PLANS, row] = NEVER
    if person.sex == 1:
        schedule_plan(s, row)
    add_exposure(counters, persons, row, month, 1.0)


@compiled
def add_young_newcomer(s: Any, identity: Any, sex: int, age: int, county: int, town: int) -> int:
    """Row of a child under 15 who comes from elsewhere: no schooling attained, no work."""
    child = add_newcomer(s, identity, sex, age, county, town)
    s.persons[child].work, s.persons[child].insured, s.persons[child].schooling = 0, 0, 0
    return child


@compiled
def newcomer_parity(u: float, age: int, tables: Any) -> int:
    """Children a married woman who arrives has already borne, drawn from resident wives of her age."""
    group = min(7, max(0, age // 5 - 3))
    return draw_category(u, tables.parity_shares[group])


@compiled
def newcomer_home(s: Any, row: int, age: int, county: int, town: int, state: int) -> int:
    """Household an adult arrival joins: many young singles come back to their parents' home."""
    p = s.pars[0]
    identity = s.persons[row].id
    if state == NEVER_MARRIED and age < p.newcomer_with_parents_until_years:
        u = draws.uniform(s.seed, identity, s.month, draws.RETURN)
        mother = grandmother_for(s, identity, county) if u < p.newcomer_with_parents else -1
        if mother >= 0:
            become_child_of(s, row, mother)
            return s.persons[mother].household
    tenure = newcomer_tenure(s, identity, age, town)
    home = open_household(s, county, town, tenure, p.newcomer_area)
    s.households[home].collective = 1 if tenure == COLLECTIVE else 0
    return home


@compiled
def husband_returns(s: Any, wife: int) -> None:
    """The husband of a wife who stayed comes back to her: a new row, of the age gap usual here, father of her children
    from now on."""
    persons, households = s.persons, s.households
    her = persons[wife]
    age = max(LEGAL_AGE[0], age_years(her.birth_month, s.month) + int(s.pars[0].age_gap_mean + 0.5))
    man = add_newcomer(s, draws.child_id(her.id, _HUSBANDS + s.month), 0, age, her.county, her.town)
    persons[man].hukou = 1
    _link_spouse(persons, wife, man)
    _link_spouse(persons, man, wife)
    persons[man].marriage_month = her.marriage_month
    persons[man].parity = her.parity
    persons[man].sons = her.sons
    join_household(persons, households, man, her.household)
    s.counters[0].moves[her.county, 0, 0, min(age, 110)] += 1
    settle_newcomer(s, man)
    start_married_calendars(s, wife)


@compiled
def arrive_left_behind(s: Any, identity: Any, sex: int, age: int, county: int) -> None:
    """A child of absent parents comes to live with a grandmother (census residuals at ages 0 to 14 are positive)."""
    keeper = grandmother_for(s, identity, county)
    if keeper < 0:
        return
    home = s.persons[keeper].household
    child = add_young_newcomer(s, identity, sex, age, county, s.households[home].town)
    s.persons[child].hukou = 1
    s.persons[child].left_behind = 1
    join_household(s.persons, s.households, child, home)
    s.counters[0].moves[county, 0, sex, age] += 1
    settle_newcomer(s, child)
    if s.month - s.persons[child].birth_month < LAST_MONTH_OF_CARE:
        s.persons[child].care = CARE_GRANDPARENT
        list_young_child(s, child)


@compiled
def newcomer_tenure(s: Any, identity: Any, age: int, town: int) -> int:
    """Home of an arrival: the village house, a home already owned in town, rent, or for the young a dormitory."""
    p = s.pars[0]
    if town == 0:
        return OWNS_VILLAGE
    u, v = draws.uniform_pair(s.seed, identity, s.month, draws.PLACE)
    if u < p.newcomer_owns_share:
        return OWNS_TOWN
    return RENTS if age >= p.newcomer_dormitory_until_years or v < p.newcomer_household_share else COLLECTIVE


@compiled
def arrivals_with_talent(s: Any) -> NDArray[np.float64]:
    """Expected arrivals a month [county, sex, age], with what talent measures add at young adult ages:
    they draw those of college schooling, in the share that their generation has."""
    tables = s.tables[0]
    added = s.law[0].talent_settlement__arrivals_added
    expected = tables.arrivals[: tables.n_counties[0]].copy()
    if added <= 0.0:
        return expected
    youngest, limit = int(s.pars[0].talent_ages_years[0]), int(s.pars[0].talent_ages_years[1])
    for age in range(youngest, limit):
        cohort = min(max(1900 + s.month // 12 - age - FIRST_COHORT, 0), tables.schooling_goal.shape[0] - 1)
        for sex in range(2):
            expected[:, sex, age] *= 1.0 + added * tables.schooling_goal[cohort, sex, COLLEGE]
    return expected


@compiled
def arrivals(s: Any) -> None:
    """Who comes (or comes back) this month. A married woman comes with her husband, so married men are not drawn."""
    seed, month, persons, households, counters = s.seed, s.month, s.persons, s.households, s.counters[0]
    tables = s.tables[0]
    expected = arrivals_with_talent(s)
    number = arrivals_by_cell(seed, month, expected)
    n_ages = expected.shape[2]
    for cell in range(number.shape[0]):
        for ordinal in range(number[cell]):
            county, rest = (cell // (2 * n_ages), cell % (2 * n_ages))
            sex, age = (rest // n_ages, rest % n_ages)
            identity = draws.newcomer_id(month, cell, ordinal)
            if age < CHILD_AGE:
                arrive_left_behind(s, identity, sex, age, county)
                continue
            u, v = draws.uniform_pair(seed, identity, month, draws.NEWCOMER)
            state = draw_category(u, tables.marital_shares[sex, min(age, 100)])
            if sex == 0 and state == MARRIED:
                continue
            town = 1 if v < tables.town_share[county] else 0
            row = add_newcomer(s, identity, sex, age, county, town)
            homes_before = s.used[HOUSEHOLD_ROWS]
            home = newcomer_home(s, row, age, county, town, state)
            join_household(persons, households, row, home)
            persons[row].marital = state if state != MARRIED else NEVER_MARRIED
            counters.moves[county, 0, sex, min(age, 110)] += 1
            if state == MARRIED:
                _arrive_with_husband(s, row, age)
            if state in (DIVORCED, WIDOWED):
                persons[row].marriages = 1
            settle_newcomer(s, row)
            if home >= homes_before:  # who moves in with parents neither buys nor rents
                pay_settlement(s, row)
                if state == MARRIED:
                    pay_settlement(s, persons[row].partner)
            s.counters[0].count[_SETTLED] += persons[row].schooling == COLLEGE
            if state == MARRIED:
                start_married_calendars(s, row)


@compiled
def _link_spouse(persons: Rows, row: int, spouse: int) -> None:
    """One side of a marriage that was made elsewhere."""
    persons[row].marital = MARRIED
    persons[row].marriages = 1
    persons[row].partner = spouse


@compiled
def _arrive_with_husband(s: Any, wife: int, age: int) -> None:
    """The husband of a married newcomer, their marriage, the children she has borne (those under 15 may come)."""
    seed, month, persons, households, counters, pars = (s.seed, s.month, s.persons, s.households, s.counters[0], s.pars)
    tables = s.tables[0]
    p = pars[0]
    home = persons[wife].household
    county, town = (persons[wife].county, persons[wife].town)
    households[home].collective = 0
    if households[home].tenure == COLLECTIVE:
        households[home].tenure = RENTS
    households[home].area = p.newcomer_family_area
    identity = draws.child_id(persons[wife].id, 101)
    gap = int(p.age_gap_mean + 0.5)
    man = add_newcomer(s, identity, 0, age + gap, county, town)
    join_household(persons, households, man, home)
    counters.moves[county, 0, 0, min(age + gap, 110)] += 1
    mother = grandmother_for(s, identity, county) if persons[man].hukou == 1 else -1
    if mother >= 0:
        become_child_of(s, man, mother)
    _link_spouse(persons, wife, man)
    _link_spouse(persons, man, wife)
    parity = newcomer_parity(draws.uniform(seed, persons[wife].id, month, draws.ARRIVAL_KIN), age, tables)
    hers, his = persons[wife].birth_month, persons[man].birth_month
    married, births = newcomer_history(seed, persons[wife].id, month, hers, his, parity, pars, tables)
    persons[wife].marriage_month = married
    persons[man].marriage_month = married
    persons[wife].parity = births.shape[0]
    persons[man].parity = births.shape[0]
    for order in range(1, births.shape[0] + 1):
        born = births[order - 1]
        persons[wife].last_birth_month = born
        chance = draws.uniform(seed, draws.child_id(persons[wife].id, order), month, draws.LEFT_BEHIND)
        if month - born < 12 * CHILD_AGE and chance < p.returning_child_share:
            _arrive_child(s, born, order, wife)
    settle_newcomer(s, man)


@compiled
def _arrive_child(s: Any, born: int, order: int, mother: int) -> None:
    """A child who comes with a mother from elsewhere (never under the age at which places are counted: care none)."""
    seed, month, persons, households, counters, tables = (
        s.seed,
        s.month,
        s.persons,
        s.households,
        s.counters[0],
        s.tables[0],
    )
    identity = draws.child_id(persons[mother].id, order)
    age = age_years(born, month)
    sex = 0 if draws.uniform(seed, identity, 0, draws.SEX) < tables.male_share[0] else 1
    child = add_young_newcomer(s, identity, sex, age, persons[mother].county, persons[mother].town)
    persons[child].birth_month = born
    persons[child].hukou = persons[mother].hukou
    persons[child].care = CARE_NONE
    link_child(persons, child, mother)
    persons[child].father = persons[mother].partner
    persons[child].only_child = 1 if persons[mother].parity == 1 else 0
    persons[child].birth_order = order
    if sex == 0:
        persons[mother].sons += 1
    join_household(persons, households, child, persons[mother].household)
    counters.moves[persons[child].county, 0, sex, min(age, 110)] += 1
    settle_newcomer(s, child)
    if month - born < LAST_MONTH_OF_CARE:
        persons[child].care = CARE_PARENT
        list_young_child(s, child)
