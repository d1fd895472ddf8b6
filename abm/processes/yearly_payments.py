"""Payments that follow a family for years, booked in January for the year: rent subsidy, public rental, and allowances
of children of three and more (those of younger children are paid month by month in :mod:`abm.processes.childcare`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.compiled import compiled
from abm.entitlements import (
    ELDER_CARE,
    KINDERGARTEN_WAIVER,
    RENT_SUBSIDY,
    order_of_child,
    pay_allowance,
    transfer_by_shares,
)
from abm.entitlements import (
    PUBLIC_RENTAL as PUBLIC_RENTAL_LEVER,
)
from abm.population import PUBLIC_RENTAL, RENTS, RESIDENT
from abm.rules import (
    ADULT_AGE_MONTHS,
    FIRST_SCHOOL_MONTH,
    child_allowance_yuan_month,
    rent_subsidy_yuan_month,
    waived_kindergarten_share,
)
from abm.state import HOUSEHOLD_ROWS, PERSON_ROWS, borrowed_state

FIRST_MONTH = 36
"""Age in months from which allowances are booked by the year."""


@compiled
def children_under(s: Any, home: int, age_months: float) -> int:
    """Members of a household who are younger than this."""
    children = 0
    member = s.households[home].head
    while member >= 0:
        children += s.month - s.persons[member].birth_month < age_months
        member = s.persons[member].next_in_household
    return children


@compiled
def pay_homes(state: Any) -> None:
    """Twelve months of rent subsidy to renting families by children under its age limit, and of rent forgone in public
    flats."""
    s = borrowed_state(state)
    p, rule = s.pars[0], s.law[0]
    subsidised = rule.rent_subsidy__order1 + rule.rent_subsidy__order2 + rule.rent_subsidy__order3 > 0.0
    for home in range(s.used[HOUSEHOLD_ROWS]):
        household = s.households[home]
        if household.size <= 0 or household.town == 0:
            continue
        if household.tenure == RENTS and subsidised:
            children = children_under(s, home, rule.rent_subsidy__max_child_age_months)
            yuan = 12.0 * rent_subsidy_yuan_month(s.law, children)
            transfer_by_shares(s, RENT_SUBSIDY, household.county, children, household.fifth, yuan)
        elif household.tenure == PUBLIC_RENTAL:
            order = min(children_under(s, home, ADULT_AGE_MONTHS), 4)
            rent = p.rent_to_price * s.tables[0].price[household.county] * household.area
            yuan = 12.0 * rule.public_rental__discount * rent
            transfer_by_shares(s, PUBLIC_RENTAL_LEVER, household.county, order, household.fifth, yuan)


@compiled
def pay_kindergarten(state: Any) -> None:
    """The kindergarten fee that is waived in a year, by the age of the child in January."""
    s = borrowed_state(state)
    rule = s.law[0]
    if rule.kindergarten_waiver__years * rule.kindergarten_waiver__share <= 0.0:
        return
    for row in range(s.used[PERSON_ROWS]):
        person = s.persons[row]
        age_months = s.month - person.birth_month
        if FIRST_MONTH <= age_months < FIRST_SCHOOL_MONTH and person.status == RESIDENT:
            fee = s.tables[0].kindergarten_fee[0] * waived_kindergarten_share(s.law, age_months)
            fifth = s.households[person.household].fifth
            transfer_by_shares(s, KINDERGARTEN_WAIVER, person.county, order_of_child(s.persons, row), fifth, fee)


@compiled
def pay_elder_care(state: Any, elders: NDArray[np.float64]) -> None:
    """A year of services for the share served of elders who need care; ``elders`` of 65 and more by county."""
    s = borrowed_state(state)
    p = s.pars[0]
    served = s.law[0].elder_care__share_served * p.elders_in_need
    for county in range(elders.shape[0]):
        yuan = elders[county] * served * p.elder_care_yuan_year * s.tables[0].yuan_growth[0]
        transfer_by_shares(s, ELDER_CARE, county, 0, -1, yuan)


@compiled
def pay_older_children(state: Any) -> None:
    """Allowance for the months of the year that children spend at three and more."""
    s = borrowed_state(state)
    last = int(s.law[0].child_allowance__max_age_months)
    if last <= FIRST_MONTH:
        return
    for row in range(s.used[PERSON_ROWS]):
        age_months = s.month - s.persons[row].birth_month
        months = min(12, last - age_months) - max(0, FIRST_MONTH - age_months)
        if age_months >= 0 and months > 0 and s.persons[row].status == RESIDENT:
            order = order_of_child(s.persons, row)
            fifth = s.households[s.persons[row].household].fifth
            yuan = months * child_allowance_yuan_month(s.law, order, max(age_months, FIRST_MONTH))
            pay_allowance(s, s.persons[row].county, order, fifth, yuan, FIRST_MONTH)
