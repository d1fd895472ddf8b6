"""Who minds the children under three.

Every half-year of age the household chooses among a parent at home, a grandparent who is really there, a nursery and
a paid minder: a logit in yuan. Nursery places are limited by county; who is turned away takes the next best. The same
pass pays this month's allowances and vouchers.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.counters import COUNTS, MAX_COUNTIES, N_FIFTHS
from abm.core.kin import has_grandparent_carer, is_available_grandparent
from abm.core.levers import LEDGER
from abm.core.population import (
    CARE_GRANDPARENT,
    CARE_MINDER,
    CARE_NONE,
    CARE_NURSERY,
    CARE_PARENT,
    LAST_MONTH_OF_CARE,
    PRIVATE,
    RESIDENT,
)
from abm.core.state import YOUNG_LISTED, fetch_children_ahead
from abm.money.care_menu import IN_FULL, care_menu
from abm.money.payments import order_of_child, pay_allowance, pay_parental_leave, pay_places, transfer_by_shares
from abm.money.prospect import after_children, earnings_yuan_year, potential_earnings_yuan_year
from abm.money.rules import (
    FIRST_CLASS_MONTH,
    capped_fee_yuan_month,
    child_allowance_yuan_month,
    class_fee_yuan_month,
    home_care_yuan_month,
    voucher_yuan_month,
)
from abm.processes.matching import keyed_order

Rows = NDArray[np.void]

DECIDES_EVERY = 6
"""Months of age between decisions; the first at six months."""
_PAID_BY_CELL = (LEDGER.fee_cap, LEDGER.childcare_voucher, LEDGER.home_care_allowance)
"""What is summed by county, order and fifth before it is entered: an entry is split over payers, and cells are few."""
_WANTED = COUNTS.index("places_wanted")
_GRANTED = COUNTS.index("places_granted")


@compiled
def gumbel(u: float) -> float:
    """Extreme-value noise from a uniform number."""
    return -math.log(-math.log(u))


@compiled
def carer_available(s: Any, child: int) -> bool:
    """True if a grandparent can mind the child; of a left-behind child, the mother's row is no resident."""
    mother = s.persons[child].mother
    if mother >= 0 and s.persons[mother].status == RESIDENT:
        return has_grandparent_carer(s.persons, mother, s.month, s.pars)
    county = s.persons[child].county
    if mother >= 0 and is_available_grandparent(s.persons, s.persons[mother].mother, county, s.month, s.pars):
        return True
    return s.persons[child].left_behind == 1


@compiled
def income_per_head(s: Any, child: int) -> float:
    """Income of all members of the child's household over their number, yuan a year, housing payment not deducted."""
    household = s.households[s.persons[child].household]
    income = s.pars[0].net_worth_yield * household.net_worth
    member = household.head
    while member >= 0:
        wage = earnings_yuan_year(s.persons, member, s.month, s.pars, s.tables[0])
        children = s.persons[member].parity if s.persons[member].sex == 1 else 0
        income += after_children(wage, children, s.pars)
        member = s.persons[member].next_in_household
    return max(income, 0.0) / max(household.size, 1)


@compiled
def income_that_counts(s: Any, child: int, order: int, age_months: int) -> float:
    """:func:`income_per_head` where a voucher depends on it, else 0: it is found by asking everybody in the home."""
    limited = s.law[0].childcare_voucher__income_limit > 0.0
    if not limited or voucher_yuan_month(s.law, order, age_months, 0.0) <= 0.0:
        return 0.0
    return income_per_head(s, child)


@compiled
def care_utilities(s: Any, child: int, age_months: int, utilities: NDArray[np.float64]) -> None:
    """Utility of parent, grandparent, nursery and minder (written to ``utilities``, shape (4,)): -cost / lambda plus
    taste and the household's own noise; -1e9 where the option does not exist."""
    p = s.pars[0]
    t = s.tables[0]
    mother = s.persons[child].mother
    present = mother >= 0 and s.persons[mother].status == RESIDENT
    forgone = 0.0
    if present:
        work = max(s.persons[mother].work, 1)
        wage = potential_earnings_yuan_year(s.persons, mother, s.month, work, s.pars, t)
        attached = 1.0 if s.persons[mother].work >= PRIVATE else p.attachment_informal
        forgone = after_children(wage, s.persons[mother].parity, s.pars) * attached
    order = order_of_child(s.persons, child)
    per_head = income_that_counts(s, child, order, age_months)
    menu = care_menu(s.law, t, order, age_months, per_head, forgone, IN_FULL, s.pars)
    identity = s.persons[child].id
    u0, u1 = draws.uniform_pair(s.seed, identity, age_months, draws.CARE)
    u2, u3 = draws.uniform_pair(s.seed, identity, age_months, draws.CARE_KIND)
    utilities[CARE_PARENT] = menu.parent + gumbel(u0) if present else -1e9
    utilities[CARE_GRANDPARENT] = -1e9
    if carer_available(s, child):
        utilities[CARE_GRANDPARENT] = menu.grandparent + gumbel(u1)
    near = draws.uniform(s.seed, identity, 0, draws.CARE_REACH) < t.reach[0]
    utilities[CARE_NURSERY] = menu.nursery + gumbel(u2) if near else -1e9
    utilities[CARE_MINDER] = menu.minder + gumbel(u3)


@compiled
def best_care(utilities: NDArray[np.float64], without_nursery: bool) -> int:
    """The arrangement of highest utility."""
    best = CARE_PARENT
    value = utilities[CARE_PARENT]
    for care in (CARE_GRANDPARENT, CARE_NURSERY, CARE_MINDER):
        if utilities[care] > value and not (without_nursery and care == CARE_NURSERY):
            best = care
            value = utilities[care]
    return best


@compiled
def pay_month_of_third_birthday(s: Any, child: int) -> None:
    """The allowance of the month in which a child turns three, owed to those born before the allowance began."""
    persons = s.persons
    if persons[child].status != RESIDENT or s.month - persons[child].birth_month != LAST_MONTH_OF_CARE:
        return
    if persons[child].birth_month >= s.tables[0].allowance_begins[0] or s.month < s.tables[0].allowance_begins[0]:
        return
    if s.law[0].child_allowance__max_age_months != LAST_MONTH_OF_CARE:
        return
    order = order_of_child(persons, child)
    yuan = child_allowance_yuan_month(s.law, order, LAST_MONTH_OF_CARE - 1)
    fifth = s.households[persons[child].household].fifth
    pay_allowance(s, persons[child].county, order, fifth, yuan, LAST_MONTH_OF_CARE - 1)


@compiled
def drop_grown_children(s: Any) -> NDArray[np.float64]:
    """Forget children who turned three, died or left; the order of the rest is kept. Returns how many of the rest are
    in a nursery: under two years and older, by county, shape (2, MAX_COUNTIES)."""
    enrolled = np.zeros((2, MAX_COUNTIES))
    kept = 0
    listed = s.young[: s.used[YOUNG_LISTED]]
    for i in range(listed.shape[0]):
        fetch_children_ahead(s, listed, i)
        row = listed[i]
        child = s.persons[row]
        if s.month - child.birth_month >= LAST_MONTH_OF_CARE or child.status != RESIDENT:
            pay_month_of_third_birthday(s, row)
            s.persons[row].care = CARE_NONE
            continue
        if child.care == CARE_NURSERY:
            enrolled[int(s.month - child.birth_month >= FIRST_CLASS_MONTH), child.county] += 1.0
        s.young[kept] = row
        kept += 1
    s.used[YOUNG_LISTED] = kept
    return enrolled


@compiled
def decide_care(s: Any, enrolled: NDArray[np.float64]) -> None:
    """Children at a deciding age choose; those who want a place they do not hold apply for it."""
    n = s.used[YOUNG_LISTED]
    applicants = np.empty(n, np.int32)
    second = np.empty(n, np.int8)
    keys = np.empty(n)
    found = 0
    utilities = np.empty(4)
    p = s.pars[0]
    listed = s.young[:n]
    for i in range(n):
        fetch_children_ahead(s, listed, i)
        child = listed[i]
        age_months = s.month - s.persons[child].birth_month
        if age_months == 0 or age_months % DECIDES_EVERY != 0:
            continue
        care_utilities(s, child, age_months, utilities)
        wanted = best_care(utilities, False)
        held = s.persons[child].care
        if wanted == CARE_NURSERY and held != CARE_NURSERY:
            mother = s.persons[child].mother
            job = 1.0 if mother >= 0 and s.persons[mother].work >= PRIVATE else 0.0
            several = 1.0 if order_of_child(s.persons, child) >= 2 else 0.0
            u = draws.uniform(s.seed, s.persons[child].id, s.month, draws.CARE_PLACE)
            applicants[found] = child
            second[found] = best_care(utilities, True)
            weight = 1.0 + p.place_priority_parity * several + p.place_priority_job * job
            keys[found] = 1.0 - u ** (1.0 / weight)
            found += 1
        else:
            if held == CARE_NURSERY and wanted != CARE_NURSERY:
                enrolled[int(age_months >= FIRST_CLASS_MONTH), s.persons[child].county] -= 1.0
            s.persons[child].care = wanted
    grant_places(s, applicants[:found], second[:found], keys[:found], enrolled)


@compiled
def grant_places(
    s: Any,
    applicants: NDArray[np.int32],
    second: NDArray[np.int8],
    keys: NDArray[np.float64],
    enrolled: NDArray[np.float64],
) -> None:
    """Places go by priority (parity, job, chance) while they last; with places held fixed, each applicant has the
    chance that the tables hold."""
    t = s.tables[0]
    counters = s.counters[0]
    for i in keyed_order(np.minimum(np.maximum(keys, 0.0), 0.999999)):
        child = applicants[i]
        county = s.persons[child].county
        older = int(s.month - s.persons[child].birth_month >= FIRST_CLASS_MONTH)
        if t.hold_places[0] > 0:
            granted = draws.uniform(s.seed, s.persons[child].id, s.month, draws.PLACE) < t.place_chance[county]
        else:
            # Nursery classes take children of two years only; what they cannot hold needs a place in a nursery.
            in_classes = min(enrolled[1, county] + older, t.class_places[county])
            granted = enrolled[0, county] + enrolled[1, county] < t.places[county] + in_classes
        counters.places_wanted[county] += 1.0
        counters.count[_WANTED] += 1.0
        if granted:
            enrolled[older, county] += 1.0
            s.persons[child].care = CARE_NURSERY
            counters.places_granted[county] += 1.0
            counters.count[_GRANTED] += 1.0
        else:
            s.persons[child].care = second[i]


@compiled
def pay_families(s: Any, children: NDArray[np.float64], yuan: NDArray[np.float64]) -> None:
    """This month's child allowance of the children counted in ``children`` [county, order, fifth], and what adds up to
    ``yuan`` [fee cap, voucher, care at home; county, order, fifth]."""
    for county in range(s.tables[0].n_counties[0]):
        for order in range(1, children.shape[1] + 1):
            allowance = child_allowance_yuan_month(s.law, order, 0)
            for fifth in range(children.shape[2]):
                pay_allowance(s, county, order, fifth, allowance * children[county, order - 1, fifth], 0)
                for kind in range(len(_PAID_BY_CELL)):
                    transfer_by_shares(
                        s, _PAID_BY_CELL[kind], county, order, fifth, yuan[kind, county, order - 1, fifth]
                    )


@compiled
def care_of_young_children(s: Any) -> None:
    """The month of every child under three: leave the list at 36 months, decide, receive."""
    decide_care(s, drop_grown_children(s))
    rule = s.law[0]
    home_care = rule.home_care_allowance__amount > 0.0
    leave_begins = s.tables[0].parental_begins[0] > 0.0
    allowed_until = rule.child_allowance__max_age_months
    due, yuan = np.zeros((MAX_COUNTIES, 4, N_FIFTHS)), np.zeros((len(_PAID_BY_CELL), MAX_COUNTIES, 4, N_FIFTHS))
    listed = s.young[: s.used[YOUNG_LISTED]]
    for i in range(listed.shape[0]):
        fetch_children_ahead(s, listed, i)
        child = listed[i]
        person = s.persons[child]
        care = person.care
        age_months = s.month - person.birth_month
        order, fifth = order_of_child(s.persons, child), s.households[person.household].fifth
        cell = min(order, 4) - 1
        if age_months < allowed_until:
            due[person.county, cell, fifth] += 1.0
        if care == CARE_NURSERY:
            full = class_fee_yuan_month(s.law, s.tables[0], age_months)
            charged = capped_fee_yuan_month(s.law, full, age_months)
            per_head = income_that_counts(s, child, order, age_months)
            yuan[0, person.county, cell, fifth] += full - charged
            yuan[1, person.county, cell, fifth] += min(voucher_yuan_month(s.law, order, age_months, per_head), charged)
        elif home_care and care in (CARE_PARENT, CARE_GRANDPARENT):
            by_kin = care == CARE_GRANDPARENT
            yuan[2, person.county, cell, fifth] += home_care_yuan_month(s.law, order, age_months, by_kin)
        if (age_months % 12 == 0 or leave_begins) and age_months < rule.parental_leave__max_age_months:
            pay_parental_leave(s, child, order, fifth)
        s.counters[0].care_months[person.county, care] += 1.0
    pay_families(s, due, yuan)
    pay_places(s)
