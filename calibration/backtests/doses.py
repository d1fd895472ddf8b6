"""The dose of an experiment in the units that studies are compared in, measured in the model's own city.

A dose is a sum of parts over seeds put together at the end, so that a pooled dose is the ratio of pooled sums. Every
kind has one function that returns the parts of a seed and one that turns summed parts into units:

=============== =================================================================================================
kind            one unit is
=============== =================================================================================================
cash            1 % of the yearly household income per birth of the paid orders, present value at 5 % of all months
windfall        1 % of the yearly household income, given to a household whatever it does
own_home_value  1 % of the yearly household income of wealth, given to owners
coverage        10 points of children under three in a nursery, in the years that are counted
fee_relief      1 % of the yearly household income that nursery fees of a child fall by, as the ledger books it
leave_weeks     10 weeks of maternity leave
father_weeks    2 weeks of leave for fathers
leave_pay       1 % of the yearly household income of pay during leave per birth of an eligible mother
house_price     10 % of the price of homes
carers          one grandparent more who is free to mind a child
price           the logarithm of a price ratio (elasticities)
none            one change, as it is
=============== =================================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from calibration.backtests.arms import BranchCity, Record
from calibration.backtests.files import Response
from calibration.backtests.populations import couple_income, wages
from policies.clock import MONTHS_PER_YEAR
from policies.messages import tr
from policies.timeline import Timeline

Parts = dict[str, float]
DISCOUNT = 0.05
"""Yearly rate of present values: that of the evidence."""
ORDERS = (1, 2, 3)
WEEK_DAYS = 7.0


def present_value_yuan(timeline: Timeline, order: int, month: int) -> float:
    """Cash that the law of a month gives for a birth of this order: the grant, and the allowance discounted to the
    birth at 5 %, each year's paid at its end (so that 18 years have the factor 11.69 of the evidence tables). The law
    is taken as lasting, which is what those who decide in that month know."""
    law = timeline.at(month)
    paid_order = min(order, ORDERS[-1])
    factor = annuity_factor(law["child_allowance.max_age_months"] / MONTHS_PER_YEAR)
    return float(law[f"birth_grant.order{paid_order}"] + law[f"child_allowance.order{paid_order}"] * factor)


def annuity_factor(years: float) -> float:
    """Present value at 5 % of one yuan at the end of every one of so many years."""
    return (1.0 - (1.0 + DISCOUNT) ** -years) / DISCOUNT


def in_window(table: pd.DataFrame, response: Response) -> pd.DataFrame:
    """Rows of whole years that lie within the months of a response."""
    first, end = response.months
    started = table["year"] * MONTHS_PER_YEAR
    return table[(started >= first) & (started + MONTHS_PER_YEAR <= end)]


def income_parts(branch: BranchCity) -> Parts:
    """Couples' earnings and their number."""
    yuan, number = couple_income(branch.model)
    return {"income_yuan": yuan, "income_couples": float(number)}


def mean_income_yuan(parts: Mapping[str, float]) -> float:
    """Yearly household income."""
    return parts["income_yuan"] / parts["income_couples"]


def _no_parts(_branch: BranchCity, _response: Response, _arm: Record, _against: Record) -> Parts:
    return {}


def _cash_parts(branch: BranchCity, response: Response, arm: Record, against: Record) -> Parts:
    """Cash beyond the other arm's, over that arm's births of the paid orders in the months that count."""
    orders = response.dose.orders or ORDERS
    paid = against.births[against.births["month"].between(*response.months, inclusive="left")]
    paid = paid[paid["order"].clip(upper=ORDERS[-1]).isin(orders)]
    parts = {"paid_yuan": 0.0, "paid_births": float(len(paid)), **income_parts(branch)}
    for order in orders:
        number = float((paid["order"].clip(upper=ORDERS[-1]) == order).sum())
        more = present_value_yuan(arm.timeline, order, branch.month)
        more -= present_value_yuan(against.timeline, order, branch.month)
        parts["paid_yuan"] += number * more
    return parts


def _gift_parts(branch: BranchCity, response: Response, arm: Record, against: Record) -> Parts:
    return {"gift_yuan": arm.gift_yuan, "seeds": 1.0, **income_parts(branch)}


def _coverage_parts(branch: BranchCity, response: Response, arm: Record, against: Record) -> Parts:
    dosed, plain = in_window(arm.years, response), in_window(against.years, response)
    return {
        "nursery_arm": float(dosed["in_nursery"].sum()),
        "young_arm": float(dosed["under_three"].sum()),
        "nursery_against": float(plain["in_nursery"].sum()),
        "young_against": float(plain["under_three"].sum()),
    }


def _fee_parts(branch: BranchCity, response: Response, arm: Record, against: Record) -> Parts:
    """What the ledger books for fee caps: a year's payments for all children under three are three years of one."""
    dosed = in_window(arm.years, response)
    spared = dosed["fee_cap_paid"].sum() - in_window(against.years, response)["fee_cap_paid"].sum()
    months = {"spared_yuan": float(spared), "young_months": float(dosed["under_three"].sum())}
    return {**months, **income_parts(branch)}


def _leave_pay_parts(branch: BranchCity, response: Response, arm: Record, against: Record) -> Parts:
    """Pay in days of leave: days times replacement, in years, times the wage of the women who count."""
    years = 0.0
    for record, sign in ((arm, 1.0), (against, -1.0)):
        law = record.timeline.at(branch.month)
        years += sign * law["maternity_leave.days"] * law["maternity_leave.replacement"] / 365.0
    yuan, number = wages(branch.model, branch.mask(response.population))
    return {"wage_yuan": yuan * years, "wage_women": float(number), **income_parts(branch)}


def _law_parts(branch: BranchCity, response: Response, arm: Record, against: Record) -> Parts:
    """Difference of a field of the law."""
    field = {"leave_weeks": "maternity_leave.days", "father_weeks": "paternity_leave.days"}[response.dose.kind]
    return {"days": arm.timeline.at(branch.month)[field] - against.timeline.at(branch.month)[field], "seeds": 1.0}


def _price_level_parts(branch: BranchCity, response: Response, arm: Record, against: Record) -> Parts:
    levels = [record.parameters["house_price_level"] for record in (arm, against)]
    return {"rise": levels[0] / levels[1] - 1.0, "seeds": 1.0}


def _carer_parts(branch: BranchCity, response: Response, arm: Record, against: Record) -> Parts:
    """Grandparents more, over the wives who count: the mean of those at the branch and when the months end."""
    rows, end = branch.wife_rows, response.months[1]
    counts = np.isin(rows, branch.rows_of(response.population))
    if end not in arm.carers or end not in against.carers:
        raise ValueError(
            tr("carers were not counted after {end} months of {arm} and {against}").format(
                end=end, arm=response.arm, against=response.against
            )
        )
    at_start = branch.carers(arm.parameters) - branch.carers(against.parameters)
    there = counts & (arm.carers[end] >= 0) & (against.carers[end] >= 0)
    at_end = arm.carers[end] - against.carers[end]
    return {
        "carers_at_start": float(at_start[counts].sum()), "wives_at_start": float(counts.sum()),
        "carers_at_end": float(at_end[there].sum()), "wives_at_end": float(there.sum()),
    }  # fmt: skip


def _price_parts(branch: BranchCity, response: Response, arm: Record, against: Record) -> Parts:
    """Logarithm of the ratio of prices; a cover (a share that somebody else pays) leaves the rest as price."""
    field = response.dose.field
    prices = [record.timeline.at(branch.month)[field] for record in (arm, against)]
    if field.endswith(".cover"):
        prices = [1.0 - cover for cover in prices]
    return {"log_ratio": math.log(prices[0] / prices[1]), "seeds": 1.0}


PARTS: dict[str, Callable[[BranchCity, Response, Record, Record], Parts]] = {
    "none": _no_parts,
    "cash": _cash_parts,
    "windfall": _gift_parts,
    "own_home_value": _gift_parts,
    "coverage": _coverage_parts,
    "fee_relief": _fee_parts,
    "leave_weeks": _law_parts,
    "father_weeks": _law_parts,
    "leave_pay": _leave_pay_parts,
    "house_price": _price_level_parts,
    "carers": _carer_parts,
    "price": _price_parts,
}


def dose_units(kind: str, parts: Mapping[str, float]) -> float:
    """The dose in the units of its kind, from parts summed over seeds."""
    if kind == "cash":
        return 100.0 * parts["paid_yuan"] / parts["paid_births"] / mean_income_yuan(parts)
    if kind in ("windfall", "own_home_value"):
        return 100.0 * parts["gift_yuan"] / parts["seeds"] / mean_income_yuan(parts)
    if kind == "coverage":
        shares = [parts[f"nursery_{arm}"] / parts[f"young_{arm}"] for arm in ("arm", "against")]
        return 10.0 * (shares[0] - shares[1])
    if kind == "fee_relief":
        per_child = 36.0 * parts["spared_yuan"] / parts["young_months"]
        return 100.0 * per_child / mean_income_yuan(parts)
    if kind == "leave_weeks":
        return parts["days"] / parts["seeds"] / (10.0 * WEEK_DAYS)
    if kind == "father_weeks":
        return parts["days"] / parts["seeds"] / (2.0 * WEEK_DAYS)
    if kind == "leave_pay":
        return 100.0 * parts["wage_yuan"] / parts["wage_women"] / mean_income_yuan(parts)
    if kind == "house_price":
        return parts["rise"] / parts["seeds"] / 0.10
    if kind == "carers":
        ends = [parts[f"carers_at_{end}"] / parts[f"wives_at_{end}"] for end in ("start", "end")]
        return sum(ends) / 2.0
    if kind == "price":
        return parts["log_ratio"] / parts["seeds"]
    return 1.0
