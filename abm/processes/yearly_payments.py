"""Payments that follow a family for years, booked ahead for the months until the year ends or the law changes: rent
subsidy, public rental, kindergarten fees, elder care, and allowances of children of three and more (those of younger
children are paid month by month in :mod:`abm.processes.childcare`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled
from abm.core.counters import MAX_COUNTIES, N_FIFTHS
from abm.core.levers import LEDGER
from abm.core.population import PUBLIC_RENTAL, RENTS, RESIDENT
from abm.core.state import HOUSEHOLD_ROWS, PERSON_ROWS, borrowed_state
from abm.money.payments import order_of_child, pay_allowance, transfer_by_shares
from abm.money.rules import (
    ADULT_AGE_MONTHS,
    FIRST_SCHOOL_MONTH,
    child_allowance_yuan_month,
    rent_subsidy_yuan_month,
    waived_kindergarten_share,
)

FIRST_MONTH = 36
"""Age in months from which allowances are booked by the year."""


@compiled
def children_and_youngest(s: Any, home: int) -> tuple[int, int]:
    """(members of a household under 18, age in months of its youngest member)."""
    children, latest = 0, -(2**30)
    member = s.households[home].head
    while member >= 0:
        born = s.persons[member].birth_month
        children += s.month - born < ADULT_AGE_MONTHS
        latest = max(latest, born)
        member = s.persons[member].next_in_household
    return children, s.month - latest


@compiled
def months_at_ages(age_months: int, months: int, first: int, end: int) -> int:
    """How many of the next ``months`` somebody of ``age_months`` spends at ages from ``first`` to below ``end``."""
    return max(0, min(age_months + months, end) - max(age_months, first))


@compiled
def pay_homes(s: Any, months: int) -> None:
    """Rent subsidy of renting families, by number of children, until the youngest reaches its age limit; rent forgone
    in public flats."""
    p, rule = s.pars[0], s.law[0]
    subsidised = rule.rent_subsidy__order1 + rule.rent_subsidy__order2 + rule.rent_subsidy__order3 > 0.0
    last = int(rule.rent_subsidy__max_child_age_months)
    for home in range(s.used[HOUSEHOLD_ROWS]):
        household = s.households[home]
        if household.size <= 0:
            continue
        if household.tenure == RENTS and subsidised:
            children, youngest = children_and_youngest(s, home)
            due = months_at_ages(youngest, months, 0, last)
            yuan = due * rent_subsidy_yuan_month(s.law, children)
            transfer_by_shares(s, LEDGER.rent_subsidy, household.county, children, household.fifth, yuan)
        elif household.tenure == PUBLIC_RENTAL:
            order = min(children_and_youngest(s, home)[0], 4)
            rent = p.rent_to_price * s.tables[0].price[household.county] * household.area
            yuan = months * rule.public_rental__discount * rent
            transfer_by_shares(s, LEDGER.public_rental, household.county, order, household.fifth, yuan)


@compiled
def pay_children(s: Any, months: int) -> None:
    """Allowance of the months that children spend at three and more, and the kindergarten fee that is waived; summed by
    county, order and fifth before they are entered."""
    rule = s.law[0]
    last = int(rule.child_allowance__max_age_months)
    waived = rule.kindergarten_waiver__years * rule.kindergarten_waiver__share > 0.0
    if last <= FIRST_MONTH and not waived:
        return
    fee = s.tables[0].kindergarten_fee[0] * months / 12.0
    fees, allowances = np.zeros((MAX_COUNTIES, 4, N_FIFTHS)), np.zeros((MAX_COUNTIES, 4, N_FIFTHS))
    for row in range(s.used[PERSON_ROWS]):
        age_months = s.month - s.persons[row].birth_month
        if not 0 <= age_months < max(last, FIRST_SCHOOL_MONTH) or s.persons[row].status != RESIDENT:
            continue
        person = s.persons[row]
        order = min(order_of_child(s.persons, row), 4)
        fifth = s.households[person.household].fifth
        if waived and age_months >= FIRST_MONTH:
            fees[person.county, order - 1, fifth] += fee * waived_kindergarten_share(s.law, age_months)
        allowance = child_allowance_yuan_month(s.law, order, max(age_months, FIRST_MONTH))
        due = months_at_ages(age_months, months, FIRST_MONTH, last)
        allowances[person.county, order - 1, fifth] += due * allowance
    for county in range(s.tables[0].n_counties[0]):
        for column in range(4):
            for fifth in range(N_FIFTHS):
                yuan = fees[county, column, fifth]
                transfer_by_shares(s, LEDGER.kindergarten_waiver, county, column + 1, fifth, yuan)
                pay_allowance(s, county, column + 1, fifth, allowances[county, column, fifth], FIRST_MONTH)


@compiled
def pay_elder_care(s: Any, elders: NDArray[np.float64], months: int) -> None:
    """Services for the share served of elders who need care; ``elders`` of 65 and more by county."""
    p = s.pars[0]
    served = s.law[0].elder_care__share_served * p.elders_in_need
    for county in range(elders.shape[0]):
        yuan = elders[county] * served * p.elder_care_yuan_year * s.tables[0].yuan_growth[0] * months / 12.0
        transfer_by_shares(s, LEDGER.elder_care, county, 0, -1, yuan)


@compiled
def pay_ahead(state: Any, elders: NDArray[np.float64], months: int) -> None:
    """Book everything in this file for the next ``months``, by the law and the families of this month."""
    s = borrowed_state(state)
    pay_homes(s, months)
    pay_children(s, months)
    pay_elder_care(s, elders, months)
