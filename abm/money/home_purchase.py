"""Whether a couple can buy a town home, and what it pays: deposit, loan ceiling, payment."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled
from abm.money.prospect import couple_income_yuan_year
from abm.money.rules import (
    deposit_share,
    loan_ceiling_yuan,
    purchase_subsidy_yuan,
)

Rows = NDArray[np.void]


@compiled
def deposit_needed_yuan(law: Rows, county: int, children: int, area: float, tables: Any, pars: Rows) -> float:
    """What must be paid down: the legal deposit, or what the loan ceiling leaves uncovered if that is more, less the
    purchase subsidy."""
    price = tables.price[county] * area
    uncovered = price - loan_ceiling_yuan(law, children) - pars[0].commercial_loan_share * price
    needed = max(deposit_share(law, children) * price, uncovered)
    return max(needed - purchase_subsidy_yuan(law, children), 0.0)


@compiled
def payment_yuan_month(s: Any, home: int, county: int, children: int, area: float) -> float:
    """Annuity on what is borrowed after the deposit."""
    p = s.pars[0]
    price = s.tables[0].price[county] * area
    borrowed = price - max(deposit_share(s.law, children) * price, min(s.households[home].net_worth, price))
    rate = p.mortgage_rate / 12.0
    months = 12.0 * p.mortgage_years
    return max(borrowed, 0.0) * rate / (1.0 - (1.0 + rate) ** -months)


@compiled
def can_buy(s: Any, woman: int, man: int, home: int, children: int) -> bool:
    """True if the couple can put the deposit down and carry the payment."""
    p = s.pars[0]
    county = s.households[home].county
    area = p.town_home_area
    if s.households[home].net_worth < deposit_needed_yuan(s.law, county, children, area, s.tables[0], s.pars):
        return False
    income = couple_income_yuan_year(s.persons, s.households, woman, man, s.month, s.pars, s.tables[0])
    income += 12.0 * s.households[home].payment
    return payment_yuan_month(s, home, county, children, area) <= p.payment_ceiling * income / 12.0
