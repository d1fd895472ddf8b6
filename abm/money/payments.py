"""What each lever pays in a month, and who pays: the ledger's side of the rules in :mod:`abm.money.rules`.

Every ``pay_...`` function asks the rules about this month and enters the answer through ``transfer``, which books every
yuan once with its payer and once with its receiver.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.counters import MAX_COUNTIES, PAYERS
from abm.core.hazards import age_years
from abm.core.levers import LEDGER
from abm.core.population import COLLEGE, NO_WORK, OWNS_TOWN, PRIVATE, RENTS
from abm.money.prospect import after_children, earnings_yuan_year
from abm.money.rules import (
    ADULT_AGE_MONTHS,
    DAYS_PER_YEAR,
    birth_grant_yuan,
    child_allowance_yuan_month,
    deducted_yuan_month,
    marriage_grant_yuan,
    maternity_leave_days,
    nursing_share_of_year,
    tax_saved_yuan_year,
)

Rows = NDArray[np.void]

_FUND = PAYERS.index("insurance_fund")
_EMPLOYER = PAYERS.index("employer")
_CITY = PAYERS.index("city")


@compiled
def transfer(s: Any, lever: int, payer: int, county: int, order: int, fifth: int, yuan: float) -> None:
    """Book a payment with its payer and with its receiver. ``order`` 0 or ``fifth`` -1: not paid for one child."""
    counters = s.counters[0]
    column = min(order, 4) - 1 if order > 0 else 4
    row = fifth if fifth >= 0 else 5
    counters.ledger[lever, payer, county, column, row] += yuan
    counters.received[lever] += yuan


@compiled
def transfer_by_shares(s: Any, lever: int, county: int, order: int, fifth: int, yuan: float) -> None:
    """Book a payment split over payers as the lever file says."""
    if yuan == 0.0:
        return
    shares = s.tables[0].payer_share[lever]
    for payer in range(shares.shape[0]):
        if shares[payer] > 0.0:
            transfer(s, lever, payer, county, order, fifth, yuan * shares[payer])


@compiled
def transfer_leave(
    s: Any, lever: int, county: int, order: int, fifth: int, yuan: float, employer_share: float, rest: int
) -> None:
    """Book leave pay: employers bear their share less what cost sharing lays on the city; ``rest`` is the payer of the
    rest (the insurance fund for maternity leave, the city for other leave)."""
    owed = yuan * employer_share
    shared = owed * s.law[0].leave_cost_sharing__rate
    if owed - shared != 0.0:
        transfer(s, lever, _EMPLOYER, county, order, fifth, owed - shared)
    if shared != 0.0:
        transfer(s, lever, _CITY, county, order, fifth, shared)
    if yuan - owed != 0.0:
        transfer(s, lever, rest, county, order, fifth, yuan - owed)


@compiled
def pay_for_birth(s: Any, mother: int, order: int) -> bool:
    """The grant for one child at birth; True if some lever pays cash for this birth now."""
    her = s.persons[mother]
    grant = birth_grant_yuan(s.law, order)
    if grant > 0.0:
        transfer_by_shares(s, LEDGER.birth_grant, her.county, order, s.households[her.household].fifth, grant)
        s.households[her.household].net_worth += grant
    return grant > 0.0 or child_allowance_yuan_month(s.law, order, 0) > 0.0


@compiled
def pay_for_delivery(s: Any, mother: int, order: int) -> None:
    """Cover of its cost and leave pay of both parents, once a delivery (twins share it)."""
    her = s.persons[mother]
    fifth = s.households[her.household].fifth
    covered = s.law[0].delivery_cover__share * s.pars[0].delivery_cost_yuan * s.tables[0].yuan_growth[0]
    transfer_by_shares(s, LEDGER.delivery_cover, her.county, order, fifth, covered)
    pay_maternity_leave(s, mother, order, fifth)
    pay_nursing_leave(s, mother, order, fifth)
    pay_paternity_leave(s, her.partner, order, fifth)


@compiled
def covered_leave_days(s: Any, mother: int, order: int) -> float:
    """Days of paid maternity leave this mother gets: full in formal work, insured or not; the national days for the
    share of other workers that the law covers, by chance; otherwise none."""
    her = s.persons[mother]
    if her.work == NO_WORK:
        return 0.0
    if her.work >= PRIVATE:
        return maternity_leave_days(s.law, order)
    covered = s.law[0].maternity_leave__flexible_coverage
    if covered > 0.0 and draws.uniform(s.seed, her.id, s.month, draws.INSURED) < covered:
        return s.law[0].maternity_leave__national_days
    return 0.0


@compiled
def wage_of_parent(s: Any, parent: int) -> float:
    """What a parent earns a year now: of a mother, after what her children born before this month have cost."""
    persons = s.persons
    wage = earnings_yuan_year(persons, parent, s.month, s.pars, s.tables[0])
    if persons[parent].sex == 0:
        return wage
    children = persons[parent].parity
    child = persons[parent].first_child
    while child >= 0 and persons[child].birth_month == s.month:
        children -= 1
        child = persons[child].next_sibling
    return after_children(wage, children, s.pars)


@compiled
def pay_maternity_leave(s: Any, mother: int, order: int, fifth: int) -> None:
    """Maternity pay, booked in full at birth: the fund pays the national days, of employees without insurance their
    employer (special rules on female employees, article 8)."""
    her = s.persons[mother]
    days = covered_leave_days(s, mother, order)
    if days <= 0.0:
        return
    rule = s.law[0]
    daily = wage_of_parent(s, mother) / DAYS_PER_YEAR * rule.maternity_leave__replacement
    national = min(days, rule.maternity_leave__national_days)
    uninsured = 1.0 if her.work >= PRIVATE and her.insured == 0 else 0.0
    transfer_leave(s, LEDGER.maternity_leave, her.county, order, fifth, daily * national, uninsured, _FUND)
    beyond = daily * (days - national)
    if beyond > 0.0:
        share = max(uninsured, rule.maternity_leave__employer_share)
        transfer_leave(s, LEDGER.maternity_leave, her.county, order, fifth, beyond, share, _FUND)


@compiled
def pay_nursing_leave(s: Any, mother: int, order: int, fifth: int) -> None:
    """Paid hours off until the child is one, of mothers in formal work, from the end of maternity leave; booked at
    birth."""
    her = s.persons[mother]
    if her.work < PRIVATE:
        return
    year = max(0.0, 1.0 - maternity_leave_days(s.law, order) / DAYS_PER_YEAR)
    yuan = wage_of_parent(s, mother) * nursing_share_of_year(s.law) * year
    if yuan > 0.0:
        share = s.law[0].nursing_leave__employer_share
        transfer_leave(s, LEDGER.nursing_leave, her.county, order, fifth, yuan, share, _CITY)


@compiled
def pay_paternity_leave(s: Any, father: int, order: int, fifth: int) -> None:
    """Paternity pay at birth to fathers in formal work who take it."""
    persons, law = s.persons, s.law
    if father < 0 or persons[father].work < PRIVATE:
        return
    days = law[0].paternity_leave__days * s.pars[0].paternity_take_up
    if days <= 0.0:
        return
    yuan = earnings_yuan_year(persons, father, s.month, s.pars, s.tables[0]) / DAYS_PER_YEAR * days
    share = law[0].paternity_leave__employer_share
    transfer_leave(s, LEDGER.paternity_leave, persons[father].county, order, fifth, yuan, share, _CITY)


@compiled
def is_youngest(persons: Rows, child: int) -> bool:
    """True if the mother has no younger child here; of twins, for one."""
    mother = persons[child].mother
    if mother < 0:
        return True
    youngest = persons[mother].first_child
    while youngest >= 0 and persons[youngest].status != 0:
        youngest = persons[youngest].next_sibling
    return bool(youngest == child)


@compiled
def pay_parental_leave(s: Any, child: int, order: int, fifth: int) -> None:
    """A year's parental leave of both parents in formal work, booked when the rule comes, at birth and on each birthday
    under the limit of their youngest child: days are for a parent, not for each child."""
    persons, law = s.persons, s.law
    days = law[0].parental_leave__days * s.pars[0].parental_take_up
    if days <= 0.0 or not is_youngest(persons, child):
        return
    share = law[0].parental_leave__employer_share
    for parent in (persons[child].mother, persons[child].father):
        if parent >= 0 and persons[parent].work >= PRIVATE and persons[parent].status == 0:
            yuan = wage_of_parent(s, parent) / DAYS_PER_YEAR * days
            transfer_leave(s, LEDGER.parental_leave, persons[child].county, order, fifth, yuan, share, _CITY)


@compiled
def pay_allowance(s: Any, county: int, order: int, fifth: int, yuan: float, age_months: int) -> None:
    """Book an allowance: up to the national rule by the lever's shares, a local supplement above it, or beyond its age
    limit, to the city."""
    if yuan <= 0.0:
        return
    part = s.tables[0].national_part[min(order, 3) - 1]
    national = yuan * min(1.0, part) if age_months < s.tables[0].national_age[0] else 0.0
    transfer_by_shares(s, LEDGER.child_allowance, county, order, fifth, national)
    if yuan - national > 0.0:
        transfer(s, LEDGER.child_allowance, _CITY, county, order, fifth, yuan - national)


@compiled
def order_of_child(persons: Rows, child: int) -> int:
    """Birth order of a child among the mother's, at least 1; 1 if unknown."""
    return max(1, persons[child].birth_order)


@compiled
def pay_places(s: Any) -> None:
    """This month's running subsidy of places that levers add, and the capital grant in the month they are added."""
    law = s.law[0]
    running = (law.nursery_places__operating_subsidy, law.nursery_classes__operating_subsidy,
               law.workplace_nurseries__operating_subsidy)  # fmt: skip
    capital = (law.nursery_places__capital_grant, law.nursery_classes__capital_grant,
               law.workplace_nurseries__capital_grant)  # fmt: skip
    ledger = (LEDGER.nursery_places, LEDGER.nursery_classes, LEDGER.workplace_nurseries)
    for kind in range(3):
        pay_places_of(s, ledger[kind], kind, running[kind], capital[kind])


@compiled
def pay_places_of(s: Any, lever: int, kind: int, running_yuan_year: float, capital_yuan: float) -> None:
    """Subsidies of the places that one lever adds."""
    tables = s.tables[0]
    for county in range(MAX_COUNTIES):
        added = tables.places_added[kind, county]
        if added > 0.0:
            transfer_by_shares(s, lever, county, 0, -1, added * running_yuan_year / 12.0)
        opened = tables.places_opened[kind, county] * capital_yuan
        for payer in range(len(PAYERS)):
            if opened * tables.capital_share[kind, payer] > 0.0:
                transfer(s, lever, payer, county, 0, -1, opened * tables.capital_share[kind, payer])


@compiled
def pay_marriage(s: Any, woman: int, man: int) -> None:
    """Grant, free health checks and paid marriage leave of a couple that marries."""
    persons = s.persons
    her = persons[woman]
    fifth = s.households[her.household].fifth
    rule = s.law[0]
    first = her.marriages == 1 and persons[man].marriages == 1
    grant = marriage_grant_yuan(s.law, age_years(her.birth_month, s.month), first)
    transfer_by_shares(s, LEDGER.marriage_grant, her.county, 0, fifth, grant)
    s.households[her.household].net_worth += grant
    transfer_by_shares(
        s, LEDGER.health_checks, her.county, 0, fifth, rule.health_checks__covered * rule.health_checks__cost
    )
    pay_marriage_leave(s, woman, fifth)
    pay_marriage_leave(s, man, fifth)


@compiled
def pay_marriage_leave(s: Any, spouse: int, fifth: int) -> None:
    """Paid leave at marriage of somebody in formal work."""
    rule = s.law[0]
    if rule.marriage_leave__days <= 0.0 or s.persons[spouse].work < PRIVATE:
        return
    yuan = wage_of_parent(s, spouse) / DAYS_PER_YEAR * rule.marriage_leave__days
    share = rule.marriage_leave__employer_share
    transfer_leave(s, LEDGER.marriage_leave, s.persons[spouse].county, 0, fifth, yuan, share, _CITY)


@compiled
def pay_assisted_cycle(s: Any, woman: int) -> None:
    """Reimbursement of one cycle of assisted reproduction."""
    her = s.persons[woman]
    yuan = s.law[0].assisted_reproduction__cover * s.pars[0].art_cycle_yuan * s.tables[0].yuan_growth[0]
    fifth = s.households[her.household].fifth
    transfer_by_shares(s, LEDGER.assisted_reproduction, her.county, min(her.parity + 1, 4), fifth, yuan)


@compiled
def pay_settlement(s: Any, newcomer: int) -> None:
    """Grant to somebody of college schooling who settles in town."""
    person = s.persons[newcomer]
    grant = s.law[0].talent_settlement__grant
    tenure = s.households[person.household].tenure
    if grant <= 0.0 or person.schooling < COLLEGE or (tenure != RENTS and tenure != OWNS_TOWN):
        return
    transfer_by_shares(s, LEDGER.talent_settlement, person.county, 0, s.households[person.household].fifth, grant)
    s.households[person.household].net_worth += grant


@compiled
def pays_income_tax(earnings_yuan_year: float, pars: Rows) -> bool:
    """True if earnings less social insurance are above the general allowance."""
    return bool(earnings_yuan_year * (1.0 - pars[0].social_insurance_share) > pars[0].income_tax_allowance)


@compiled
def pay_tax_deductions(s: Any, mother: int, earnings_yuan_year: float) -> None:
    """Tax that the couple's higher earner saves in a year through their resident children under 18."""
    persons = s.persons
    if not pays_income_tax(earnings_yuan_year, s.pars):
        return
    deducted = deducted_for_children(s, mother)
    if deducted <= 0.0:
        return
    saved_share = tax_saved_yuan_year(earnings_yuan_year, deducted, s.pars) / deducted
    fifth = s.households[persons[mother].household].fifth
    child = persons[mother].first_child
    while child >= 0:
        yuan = saved_share * deducted_for_child(s, child)
        transfer_by_shares(s, LEDGER.tax_deduction, persons[mother].county, order_of_child(persons, child), fifth, yuan)
        child = persons[child].next_sibling


@compiled
def is_child_of(persons: Rows, child: int, parent: int) -> bool:
    """True if ``parent`` is the mother or the father."""
    return bool(persons[child].mother == parent or persons[child].father == parent)


@compiled
def pay_tax_deductions_of_lone_parent(s: Any, parent: int, earnings_yuan_year: float) -> None:
    """Tax that a parent without a spouse here saves in a year through the children under 18 of the household."""
    persons = s.persons
    if not pays_income_tax(earnings_yuan_year, s.pars):
        return
    household = s.households[persons[parent].household]
    deducted = 0.0
    member = household.head
    while member >= 0:
        if is_child_of(persons, member, parent):
            deducted += deducted_for_child(s, member)
        member = persons[member].next_in_household
    if deducted <= 0.0:
        return
    saved_share = tax_saved_yuan_year(earnings_yuan_year, deducted, s.pars) / deducted
    member = household.head
    while member >= 0:
        if is_child_of(persons, member, parent):
            yuan = saved_share * deducted_for_child(s, member)
            order = order_of_child(persons, member)
            transfer_by_shares(s, LEDGER.tax_deduction, persons[parent].county, order, household.fifth, yuan)
        member = persons[member].next_in_household


@compiled
def deducted_for_child(s: Any, child: int) -> float:
    """Taxable income a year that a child takes off; nothing for who is grown or not here."""
    age_months = s.month - s.persons[child].birth_month
    if age_months >= ADULT_AGE_MONTHS or s.persons[child].status != 0:
        return 0.0
    return 12.0 * deducted_yuan_month(s.law, age_months)


@compiled
def deducted_for_children(s: Any, mother: int) -> float:
    """Taxable income a year that all of a mother's children take off."""
    total = 0.0
    child = s.persons[mother].first_child
    while child >= 0:
        total += deducted_for_child(s, child)
        child = s.persons[child].next_sibling
    return total
