"""What each lever gives, and who pays: the one place where levers meet money.

Two questions, one set of rules. *What does the law give in a month for a child of this order and age?* The small
functions at the top answer, from one row of law values. :mod:`abm.tables` asks them about the years ahead, for
decisions; the ``pay_...`` functions below ask them about this month and enter the answer in the ledger through
``transfer``, which books every yuan once with its payer and once with its receiver.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm import draws
from abm.budget import after_children, earnings_yuan_year
from abm.compiled import compiled
from abm.counters import LEDGER_LEVERS, MAX_COUNTIES, PAYERS
from abm.population import CARE_NURSERY, NO_WORK, PRIVATE

Rows = NDArray[np.void]

BIRTH_GRANT = LEDGER_LEVERS.index("birth_grant")
CHILD_ALLOWANCE = LEDGER_LEVERS.index("child_allowance")
CHILDCARE_VOUCHER = LEDGER_LEVERS.index("childcare_voucher")
MATERNITY_LEAVE = LEDGER_LEVERS.index("maternity_leave")
NURSERY_PLACES = LEDGER_LEVERS.index("nursery_places")
PARENTAL_LEAVE = LEDGER_LEVERS.index("parental_leave")
PATERNITY_LEAVE = LEDGER_LEVERS.index("paternity_leave")
PUBLIC_RENTAL = LEDGER_LEVERS.index("public_rental")
PURCHASE_SUBSIDY = LEDGER_LEVERS.index("purchase_subsidy")
RENT_SUBSIDY = LEDGER_LEVERS.index("rent_subsidy")
_FUND = PAYERS.index("insurance_fund")
_EMPLOYER = PAYERS.index("employer")
_CITY = PAYERS.index("city")
DAYS_PER_YEAR = 365.0


# --- what the law gives ----------------------------------------------------------------------------------------------


@compiled
def by_order(order: int, first: float, second: float, third: float) -> float:
    """The value for a child of this order; third and higher orders share one."""
    if order <= 1:
        return first
    return second if order == 2 else third


@compiled
def child_allowance_yuan_month(law: Rows, order: int, age_months: int) -> float:
    """Child allowance for one month of a child's life."""
    rule = law[0]
    if age_months < 0 or age_months >= rule.child_allowance__max_age_months:
        return 0.0
    yearly = by_order(order, rule.child_allowance__order1, rule.child_allowance__order2, rule.child_allowance__order3)
    return yearly / 12.0


@compiled
def birth_grant_yuan(law: Rows, order: int) -> float:
    """One-off grant at birth."""
    rule = law[0]
    return by_order(order, rule.birth_grant__order1, rule.birth_grant__order2, rule.birth_grant__order3)


@compiled
def voucher_yuan_month(law: Rows, order: int, age_months: int, income_per_head: float) -> float:
    """Childcare voucher for a month in a registered nursery; ``income_per_head`` yuan a year."""
    rule = law[0]
    if age_months < rule.childcare_voucher__min_age_months or age_months >= rule.childcare_voucher__max_age_months:
        return 0.0
    if order < rule.childcare_voucher__min_order:
        return 0.0
    limit = rule.childcare_voucher__income_limit
    if limit > 0.0 and income_per_head > limit:
        return 0.0
    return rule.childcare_voucher__amount


@compiled
def maternity_leave_days(law: Rows, order: int) -> float:
    """Days of maternity leave of an insured employee at a birth of this order."""
    rule = law[0]
    return rule.maternity_leave__days + (rule.maternity_leave__third_child_days if order >= 3 else 0.0)


@compiled
def maternity_leave_employer_days(law: Rows, order: int) -> float:
    """Days of maternity pay that finally fall on the employer, cost sharing deducted."""
    rule = law[0]
    beyond = max(0.0, maternity_leave_days(law, order) - rule.maternity_leave__national_days)
    return beyond * rule.maternity_leave__employer_share * (1.0 - rule.leave_cost_sharing__rate)


@compiled
def rent_subsidy_yuan_month(law: Rows, children: int) -> float:
    """Rent subsidy of a renting family with this many children."""
    rule = law[0]
    if children <= 0:
        return 0.0
    return by_order(children, rule.rent_subsidy__order1, rule.rent_subsidy__order2, rule.rent_subsidy__order3)


@compiled
def purchase_subsidy_yuan(law: Rows, children: int) -> float:
    """Subsidy when a family with this many children buys a town home."""
    rule = law[0]
    if children <= 0:
        return 0.0
    return by_order(
        children, rule.purchase_subsidy__order1, rule.purchase_subsidy__order2, rule.purchase_subsidy__order3
    )


@compiled
def rental_priority(law: Rows, children: int) -> float:
    """Multiplier on the chance of a public flat of a family with this many children; 1 without any."""
    rule = law[0]
    if children <= 0:
        return 1.0
    return by_order(
        children,
        rule.public_rental__priority_order1,
        rule.public_rental__priority_order2,
        rule.public_rental__priority_order3,
    )


@compiled
def deposit_share(law: Rows, children: int) -> float:
    """Share of the price that must be paid down by a family with this many children."""
    rule = law[0]
    if children <= 0:
        return rule.loan_ceiling__deposit_order0
    return by_order(
        children,
        rule.loan_ceiling__deposit_order1,
        rule.loan_ceiling__deposit_order2,
        rule.loan_ceiling__deposit_order3,
    )


@compiled
def loan_ceiling_yuan(law: Rows, children: int) -> float:
    """Ceiling of the provident-fund loan."""
    rule = law[0]
    raised = by_order(max(children, 1), 0.0, rule.loan_ceiling__raise_order2, rule.loan_ceiling__raise_order3)
    return rule.loan_ceiling__base * (1.0 + raised)


@compiled
def allowed_children(law: Rows, only_child_parents: int) -> float:
    """Number of children the law allows a couple by how many of them are only children (0, 1, 2)."""
    rule = law[0]
    allowed = rule.birth_limit__allowed
    if only_child_parents >= 1:
        allowed = max(allowed, rule.birth_limit__one_only_allowed)
    if only_child_parents == 2:
        allowed = max(allowed, rule.birth_limit__both_only_allowed)
    return allowed


# --- what is paid ----------------------------------------------------------------------------------------------------


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
def transfer_leave(s: Any, lever: int, county: int, order: int, fifth: int, yuan: float, employer_share: float) -> None:
    """Book leave pay beyond the national days: employers bear their share less what cost sharing lays on the city;
    the insurance fund bears the rest."""
    owed = yuan * employer_share
    shared = owed * s.law[0].leave_cost_sharing__rate
    if owed - shared != 0.0:
        transfer(s, lever, _EMPLOYER, county, order, fifth, owed - shared)
    if shared != 0.0:
        transfer(s, lever, _CITY, county, order, fifth, shared)
    if yuan - owed != 0.0:
        transfer(s, lever, _FUND, county, order, fifth, yuan - owed)


@compiled
def pay_for_birth(s: Any, mother: int, order: int) -> bool:
    """The grant for one child at birth; True if some lever pays for this birth now."""
    her = s.persons[mother]
    grant = birth_grant_yuan(s.law, order)
    if grant > 0.0:
        transfer_by_shares(s, BIRTH_GRANT, her.county, order, s.households[her.household].fifth, grant)
        s.households[her.household].net_worth += grant
    return grant > 0.0 or child_allowance_yuan_month(s.law, order, 0) > 0.0


@compiled
def pay_leave_at_delivery(s: Any, mother: int, order: int) -> None:
    """Leave pay of both parents, once a delivery (twins share it)."""
    her = s.persons[mother]
    fifth = s.households[her.household].fifth
    pay_maternity_leave(s, mother, order, fifth)
    pay_paternity_leave(s, her.partner, order, fifth)


@compiled
def covered_leave_days(s: Any, mother: int, order: int) -> float:
    """Days of paid maternity leave this mother gets: full for the insured in formal work; the national days for the
    share of other workers that the law covers, by chance; otherwise none."""
    her = s.persons[mother]
    if her.work == NO_WORK:
        return 0.0
    if her.work >= PRIVATE and her.insured == 1:
        return maternity_leave_days(s.law, order)
    covered = s.law[0].maternity_leave__flexible_coverage
    if covered > 0.0 and draws.uniform(s.seed, her.id, s.month, draws.INSURED) < covered:
        return s.law[0].maternity_leave__national_days
    return 0.0


@compiled
def pay_maternity_leave(s: Any, mother: int, order: int, fifth: int) -> None:
    """Maternity pay, booked in full at birth: the fund pays the national days."""
    her = s.persons[mother]
    days = covered_leave_days(s, mother, order)
    if days <= 0.0:
        return
    rule = s.law[0]
    wage = after_children(earnings_yuan_year(s.persons, mother, s.month, s.pars, s.tables[0]), order - 1, s.pars)
    daily = wage / DAYS_PER_YEAR * rule.maternity_leave__replacement
    national = min(days, rule.maternity_leave__national_days)
    transfer(s, MATERNITY_LEAVE, _FUND, her.county, order, fifth, daily * national)
    beyond = daily * (days - national)
    if beyond > 0.0:
        transfer_leave(s, MATERNITY_LEAVE, her.county, order, fifth, beyond, rule.maternity_leave__employer_share)


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
    transfer_leave(s, PATERNITY_LEAVE, persons[father].county, order, fifth, yuan, share)


@compiled
def pay_parental_leave(s: Any, child: int, order: int, fifth: int) -> None:
    """A year's parental leave of both parents in formal work, booked at birth and each birthday under the limit."""
    persons, law = s.persons, s.law
    days = law[0].parental_leave__days * s.pars[0].parental_take_up
    if days <= 0.0:
        return
    share = law[0].parental_leave__employer_share
    for parent in (persons[child].mother, persons[child].father):
        if parent >= 0 and persons[parent].work >= PRIVATE and persons[parent].status == 0:
            yuan = earnings_yuan_year(persons, parent, s.month, s.pars, s.tables[0]) / DAYS_PER_YEAR * days
            transfer_leave(s, PARENTAL_LEAVE, persons[child].county, order, fifth, yuan, share)


@compiled
def pay_allowance(s: Any, county: int, order: int, fifth: int, yuan: float) -> None:
    """Book an allowance: up to the national rule by the lever's shares, a local supplement above it to the city."""
    if yuan <= 0.0:
        return
    national = yuan * min(1.0, s.tables[0].national_part[min(order, 3) - 1])
    transfer_by_shares(s, CHILD_ALLOWANCE, county, order, fifth, national)
    if yuan - national > 0.0:
        transfer(s, CHILD_ALLOWANCE, _CITY, county, order, fifth, yuan - national)


@compiled
def pay_for_young_child(s: Any, child: int, age_months: int, income_per_head: float) -> None:
    """This month's allowance and voucher of one child under three."""
    persons, households = s.persons, s.households
    home = persons[child].household
    county = persons[child].county
    fifth = households[home].fifth
    order = order_of_child(persons, child)
    pay_allowance(s, county, order, fifth, child_allowance_yuan_month(s.law, order, age_months))
    if persons[child].care == CARE_NURSERY:
        voucher = min(voucher_yuan_month(s.law, order, age_months, income_per_head), s.tables[0].nursery_fee[0])
        if voucher > 0.0:
            transfer_by_shares(s, CHILDCARE_VOUCHER, county, order, fifth, voucher)
    if age_months % 12 == 0 and age_months < s.law[0].parental_leave__max_age_months:
        pay_parental_leave(s, child, order, fifth)


@compiled
def order_of_child(persons: Rows, child: int) -> int:
    """Birth order of a child among the mother's, at least 1; 1 if unknown."""
    return max(1, persons[child].birth_order)


@compiled
def pay_places(s: Any) -> None:
    """This month's running subsidy of added nursery places, and the capital grant in the month they are added."""
    law = s.law[0]
    tables = s.tables[0]
    for county in range(MAX_COUNTIES):
        added = tables.places_added[county]
        if added > 0.0:
            transfer_by_shares(s, NURSERY_PLACES, county, 0, -1, added * law.nursery_places__operating_subsidy / 12.0)
        opened = tables.places_opened[county] * law.nursery_places__capital_grant
        for payer in range(len(PAYERS)):
            if opened * tables.capital_share[payer] > 0.0:
                transfer(s, NURSERY_PLACES, payer, county, 0, -1, opened * tables.capital_share[payer])
