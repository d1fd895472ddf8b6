"""What a couple weighs about a further child, line by line: the sum inside :func:`abm.money.prospect.family_prospect`.

For people who look at one household; never used in a run. A test holds it to the prospect itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled
from abm.core.population import NO_WORK, PRIVATE, RENTS
from abm.core.tables import MAX_ORDER, N_PHASES, NOW
from abm.money.prospect import (
    after_children,
    care_cost_yuan_year,
    consumption_reference,
    couple_income_yuan_year,
    higher_earnings_yuan_year,
    log_relative_income,
    potential_earnings_yuan_year,
    raising_cost_yuan_year,
    relative_spending,
    room_cost_yuan_year,
    unauthorised,
)
from abm.money.rules import tax_saved_yuan_year

Rows = NDArray[np.void]

LINES = ("raising", "room", "care", "wage_loss", "kindergarten", "fee", "benefits", "tax")
"""Second axis of the lines; the last two are given to the couple and stand with a minus."""


@compiled
def prospect_lines(
    persons: Rows, households: Rows, woman: int, carer: int, month: int, pars: Rows, tables: Any
) -> tuple[NDArray[np.float64], float]:
    """(yuan a year by phase of the child's life and line, shape (5, 8); the consumption they are held against), for a
    start this month."""
    p = pars[0]
    man = persons[woman].partner
    order = min(persons[woman].parity + 1, MAX_ORDER)
    county, town = persons[woman].county, persons[woman].town
    home = persons[woman].household
    peer = tables.peer[county, town] * (1.0 - tables.levy[0])
    own = couple_income_yuan_year(persons, households, woman, man, month, pars, tables) * (1.0 - tables.levy[0])
    own *= 1.0 - p.saving_for_home * (1.0 if households[home].tenure == RENTS else 0.0)
    log_relative = log_relative_income(own, peer, pars)
    wage = after_children(
        potential_earnings_yuan_year(persons, woman, month, max(persons[woman].work, 1), pars, tables),
        persons[woman].parity,
        pars,
    )
    formal = persons[woman].work >= PRIVATE
    attached = 1.0 if formal else p.attachment_informal
    loss = p.wage_loss_per_child * wage * attached
    if formal:
        loss *= tables.wage_loss_kept[NOW]
    care = care_cost_yuan_year(wage * attached, order, county, carer, NOW, tables)
    later_care = care_cost_yuan_year(wage * attached - loss, order, county, carer, NOW, tables)
    paid_leave = tables.leave_share[NOW, order - 1, 1 if formal else 0]
    if persons[woman].work == NO_WORK:
        paid_leave = 0.0
    further = 0.0
    if order == 1 and persons[woman].ideal >= 2:
        further = p.further_child_share * (1.0 - unauthorised(persons, woman, man, 2, NOW, tables))
    relative = relative_spending(log_relative, pars)
    earner = higher_earnings_yuan_year(persons, woman, man, month, pars, tables)
    room = room_cost_yuan_year(households, home, order, county, NOW, pars, tables)
    fee = unauthorised(persons, woman, man, order, NOW, tables) * tables.limit_fee[NOW, town] / p.fee_years
    lines = np.zeros((N_PHASES, 8))
    for phase in range(N_PHASES):
        raising = raising_cost_yuan_year(order, phase, town, relative, pars, tables)
        if phase == 3:
            raising *= 1.0 - p.out_of_school_share * (1.0 - tables.out_of_school_kept[NOW])
        lines[phase, 0] = raising * (1.0 + further) if phase >= 3 else raising
        lines[phase, 1] = room * (1.0 + further)
        if phase == 0:
            lines[phase, 2] = (1.0 - paid_leave) * care + paid_leave * (1.0 - tables.leave_replacement[NOW]) * wage
        elif phase == 1:
            lines[phase, 2] = later_care
        lines[phase, 3] = loss if phase >= 1 else 0.0
        lines[phase, 4] = tables.kindergarten_yuan_year[NOW] if phase == 2 else 0.0
        lines[phase, 5] = fee if phase <= 1 else 0.0
        lines[phase, 6] = -tables.benefit[NOW, order - 1, phase]
        lines[phase, 7] = -tax_saved_yuan_year(earner, tables.deduction[NOW, phase], pars)
    return lines, consumption_reference(log_relative, peer, pars)
