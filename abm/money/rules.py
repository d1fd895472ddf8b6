"""What the law gives, as pure functions of one row of law values: no household, no ledger.

:mod:`abm.money.foreseen` asks them about the years ahead, for decisions; :mod:`abm.money.payments` and its fellows ask
them about this month, for the ledger. A rule is written here once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled

Rows = NDArray[np.void]
DAYS_PER_YEAR = 365.0
HOURS_PER_WORKING_DAY = 8.0
ADULT_AGE_MONTHS = 216
FIRST_CLASS_MONTH = 24
"""Age in months from which kindergartens take children into nursery classes."""
FIRST_SCHOOL_MONTH = 72
"""Age in months at which kindergarten ends."""


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


@compiled
def capped_fee_yuan_month(law: Rows, fee: float, age_months: int) -> float:
    """Nursery fee that parents are charged under the fee cap, before any voucher."""
    rule = law[0]
    if rule.fee_cap__fee <= 0.0 or age_months >= rule.fee_cap__max_age_months:
        return fee
    return min(fee, rule.fee_cap__fee)


@compiled
def home_care_yuan_month(law: Rows, order: int, age_months: int, by_grandparent: bool) -> float:
    """Allowance for a child minded at home by a grandparent or, unless the lever says otherwise, by a parent."""
    rule = law[0]
    if age_months < rule.home_care_allowance__min_age_months or age_months >= rule.home_care_allowance__max_age_months:
        return 0.0
    if order < rule.home_care_allowance__min_order:
        return 0.0
    if rule.home_care_allowance__grandparent_only > 0.0 and not by_grandparent:
        return 0.0
    return rule.home_care_allowance__amount


@compiled
def deducted_yuan_month(law: Rows, age_months: int) -> float:
    """Taxable income that one child takes off a parent's month."""
    rule = law[0]
    return rule.tax_deduction__under3 if age_months < 36 else rule.tax_deduction__from3


@compiled
def income_tax_yuan_year(earnings: float, deducted: float, pars: Rows) -> float:
    """Tax on a year's earnings less social insurance, the general allowance and ``deducted`` (law of 2018)."""
    p = pars[0]
    taxable = max(earnings * (1.0 - p.social_insurance_share) - p.income_tax_allowance - deducted, 0.0)
    tax, below = 0.0, 0.0
    for bracket in range(p.income_tax_rates.shape[0]):
        above = p.income_tax_bounds[bracket]
        tax += p.income_tax_rates[bracket] * max(min(taxable, above) - below, 0.0)
        below = above
    return tax


@compiled
def tax_saved_yuan_year(earnings: float, deducted: float, pars: Rows) -> float:
    """What a deduction is worth to one earner: nothing below the threshold."""
    if deducted <= 0.0:
        return 0.0
    return income_tax_yuan_year(earnings, 0.0, pars) - income_tax_yuan_year(earnings, deducted, pars)


@compiled
def waived_kindergarten_share(law: Rows, age_months: int) -> float:
    """Share of the kindergarten fee that is waived for a child of this age."""
    rule = law[0]
    first = FIRST_SCHOOL_MONTH - 12.0 * rule.kindergarten_waiver__years
    return rule.kindergarten_waiver__share if first <= age_months < FIRST_SCHOOL_MONTH else 0.0


@compiled
def nursing_share_of_year(law: Rows) -> float:
    """Part of a year's wage that a nursing mother in formal work is paid for hours off, were it for a whole year."""
    return law[0].nursing_leave__hours_per_day / HOURS_PER_WORKING_DAY


@compiled
def bride_price_ratio(law: Rows, pars: Rows) -> float:
    """Bride price over a year's income per head, after a limit that some comply with."""
    rule, ratio = law[0], pars[0].bride_price_ratio
    if rule.bride_price_limit__limit <= 0.0:
        return ratio
    return ratio - rule.bride_price_limit__compliance * max(ratio - rule.bride_price_limit__limit, 0.0)


@compiled
def marriage_grant_yuan(law: Rows, bride_age: int, first_marriage: bool) -> float:
    """Grant to a couple that registers its marriage."""
    rule = law[0]
    if rule.marriage_grant__first_only > 0.0 and not first_marriage:
        return 0.0
    oldest = rule.marriage_grant__max_age_bride
    if oldest > 0.0 and bride_age > oldest:
        return 0.0
    return rule.marriage_grant__amount


@compiled
def nursing_share_borne_by_employer(law: Rows) -> float:
    """Part of a year's wage that a nursing mother's hours off cost her employer, cost sharing deducted, between the end
    of leave and the child's first birthday."""
    rule = law[0]
    year = max(0.0, 1.0 - maternity_leave_days(law, 1) / DAYS_PER_YEAR)
    return (
        year * nursing_share_of_year(law) * rule.nursing_leave__employer_share * (1.0 - rule.leave_cost_sharing__rate)
    )


@compiled
def class_fee_yuan_month(law: Rows, tables: Any, age_months: int) -> float:
    """Mean fee of the places open to a child of this age, those in nursery classes of kindergartens included."""
    fee = tables.nursery_fee[0]
    if age_months < FIRST_CLASS_MONTH:
        return fee
    return fee * (1.0 - tables.class_share[0] * (1.0 - law[0].nursery_classes__fee_ratio))
