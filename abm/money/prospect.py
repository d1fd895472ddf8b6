"""What a child would change in a couple's consumption and time: the value M that the wish for one is moved by.

::

    M   = sum over phases of W_phase ln(1 - L_phase / C),  L_phase between -largest_gain C and largest_cost C
    C   = C_own^eta C_peer^(1-eta)
    L   = raising + wage loss after return + care + room + fee - entitlements     (care at the wage after the loss)

A child's first 19 years fall into five phases (``PHASE_YEARS``); each has the weight of its years under the present
weight rho. What law and prices give by order, county and phase stands in :data:`abm.core.tables.TABLES_DTYPE`; a couple
looks up and adds what is its own. Each cost enters once: raising cost excludes housing and pre-school fees; forgone
earnings before return are in the care menu only; the wage loss is after return only.
Everything is in yuan a year unless a name says otherwise.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled, inlined
from abm.core.hazards import age_years
from abm.core.population import NO_WORK, OWNS_TOWN, OWNS_VILLAGE, PRIVATE, RENTS
from abm.core.tables import MAX_ORDER, N_PHASES, PHASE_YEARS
from abm.money.rules import tax_saved_yuan_year

Rows = NDArray[np.void]


def phase_weights(rho: float) -> NDArray[np.float64]:
    """Weights of the phases under the present weight exp(-rho t), t = 0..18 years; shape (5,), sum 1."""
    weight = np.exp(-rho * np.arange(19))
    weight /= weight.sum()
    return np.array([weight[list(years)].sum() for years in PHASE_YEARS])


@compiled
def earnings_yuan_year(persons: Rows, row: int, month: int, pars: Rows, tables: Any) -> float:
    """What this person earns in a year at the present work, before any loss through children; 0 without work."""
    work = persons[row].work
    if work == NO_WORK:
        return 0.0
    return potential_earnings_yuan_year(persons, row, month, work, pars, tables)


@compiled
def potential_earnings_yuan_year(persons: Rows, row: int, month: int, work: int, pars: Rows, tables: Any) -> float:
    """county x town x schooling x sector x age profile x exp(sigma rank), mean one over ranks."""
    p = pars[0]
    person = persons[row]
    age_group = min(10, max(0, age_years(person.birth_month, month) // 5 - 3))
    sigma = p.earnings_sigma
    earnings = tables.wage[person.county, person.town] * p.wage_by_schooling[person.schooling]
    earnings *= p.wage_by_work[work] * p.wage_by_age[age_group]
    if person.sex == 1:
        earnings *= p.wage_women
    return earnings * math.exp(sigma * person.rank - 0.5 * sigma * sigma)


@compiled
def after_children(earnings: float, parity: int, pars: Rows) -> float:
    """A mother's earnings after the loss of some 12 % a child (Yu & Xie 2018), up to three children."""
    kept = 1.0 - pars[0].wage_loss_per_child
    for _ in range(min(parity, 3)):
        earnings *= kept
    return earnings


@compiled
def yield_less_payment_yuan_year(households: Rows, home: int, pars: Rows, tables: Any) -> float:
    """What a household's net worth yields a year, less what it pays for its home; owners in town are richer by what
    prices stand above the city's own path."""
    household = households[home]
    worth = household.net_worth
    if household.tenure == OWNS_TOWN:
        worth += household.area * (tables.price[household.county] - tables.price_reference[household.county])
    return pars[0].net_worth_yield * worth - 12.0 * household.payment


@compiled
def couple_income_yuan_year(
    persons: Rows, households: Rows, woman: int, man: int, month: int, pars: Rows, tables: Any
) -> float:
    """Earnings of both (hers after children) plus the yield of net worth less housing payment; never negative."""
    income = 0.0
    home = -1
    if woman >= 0:
        income += after_children(earnings_yuan_year(persons, woman, month, pars, tables), persons[woman].parity, pars)
        home = persons[woman].household
    if man >= 0:
        income += earnings_yuan_year(persons, man, month, pars, tables)
        if home < 0:
            home = persons[man].household
    if home >= 0:
        income += yield_less_payment_yuan_year(households, home, pars, tables)
    return max(income, 0.0)


@compiled
def higher_earnings_yuan_year(persons: Rows, woman: int, man: int, month: int, pars: Rows, tables: Any) -> float:
    """Earnings in formal work of the parent who earns more there, who claims tax deductions for the children."""
    hers, his = 0.0, 0.0
    if persons[woman].work >= PRIVATE:
        hers = after_children(earnings_yuan_year(persons, woman, month, pars, tables), persons[woman].parity, pars)
    if man >= 0 and persons[man].work >= PRIVATE:
        his = earnings_yuan_year(persons, man, month, pars, tables)
    return max(hers, his)


@compiled
def log_relative_income(own: float, peer: float, pars: Rows) -> float:
    """ln(C_own / C_peer), with C_own held above a share of peers (kin and dibao support the poorest)."""
    return math.log(max(own / peer, pars[0].consumption_floor))


@compiled
def consumption_reference(log_relative: float, peer: float, pars: Rows) -> float:
    """C = C_own^eta C_peer^(1-eta)."""
    return peer * math.exp(pars[0].own_weight * log_relative)


@compiled
def care_cost_yuan_year(wage: float, order: int, county: int, carer: int, when: int, tables: Any) -> float:
    """Expected cost of care of a child under three, from the table over her wage (linear in log wage)."""
    grid = tables.care_wage_grid
    position = (math.log(max(wage, 1.0)) - grid[0]) / (grid[1] - grid[0])
    last = tables.care.shape[4] - 1
    low = min(max(int(position), 0), last - 1)
    share = min(max(position - low, 0.0), 1.0)
    cell = tables.care[when, order - 1, county, carer]
    return cell[low] * (1.0 - share) + cell[low + 1] * share


@compiled
def room_cost_yuan_year(
    households: Rows, home: int, order: int, county: int, when: int, pars: Rows, tables: Any
) -> float:
    """Yearly cost of the room a further child needs: none where an owned home is large enough, user cost of the missing
    area for owners, and for others in town the rent of at least the step to a larger home. A purchase subsidy (as an
    annuity) lowers what it can buy, to nothing at best; what the law gives to families who rent is theirs in full.
    Owners reckon with the city's own path of prices: of what homes cost beyond it they own a part already."""
    p = pars[0]
    household = households[home]
    missing = p.area_per_head_wanted * (household.size + 1) - household.area
    missing = min(max(missing, 0.0), p.area_per_head_wanted)
    owns = household.tenure == OWNS_TOWN or household.tenure == OWNS_VILLAGE
    if owns and missing <= 0.0:
        return 0.0
    if household.town == 0:
        return missing * p.village_building_cost * tables.yuan_growth[0] * p.housing_user_cost
    area = missing if owns else max(missing, p.area_per_head_wanted * p.room_share_non_owner)
    subsidy = tables.purchase_benefit[when, order - 1, county] * p.housing_user_cost
    price = tables.price_reference[county] if owns else tables.price[county]
    yearly = max(area * price * p.housing_user_cost - subsidy, 0.0)
    if household.tenure == RENTS:
        yearly -= tables.rent_benefit[when, order - 1, county]
    return yearly


@compiled
def relative_spending(log_relative: float, pars: Rows) -> float:
    """(C_own/C_peer)^0.7: how what parents spend on a child moves with their means."""
    return math.exp(pars[0].raising_elasticity * log_relative)


@compiled
def raising_cost_yuan_year(order: int, phase: int, town: int, relative: float, pars: Rows, tables: Any) -> float:
    """s_p D_town relative growth: what parents spend on a child, without housing and pre-school fees."""
    return pars[0].raising_by_order[order - 1] * tables.child_cost[town, phase] * relative


@compiled
def bounded_cost(cost: float, consumption: float, pars: Rows) -> float:
    """A cost that counts for no more than a large share of consumption, and for no more than a small one if a child
    brings more than it costs: kin help the first, and nobody on record has children for the second."""
    p = pars[0]
    return min(max(cost, -p.largest_gain * consumption), p.largest_cost * consumption)


@compiled
def unauthorised(persons: Rows, woman: int, man: int, order: int, when: int, tables: Any) -> float:
    """1 if a birth of this order exceeds the number the law allows this couple, else 0; for LATER, the share of the
    starts for which it does."""
    only = persons[woman].only_child
    if man >= 0:
        only += persons[man].only_child
    return tables.unauthorised[when, only, order - 1]


class Weighed(NamedTuple):
    """What a couple holds a further child against, found once for all phases of its life. Yuan a year."""

    order: int
    town: int
    consumption: float
    relative: float
    """How what parents spend on a child moves with their means (:func:`relative_spending`)."""
    further: float
    """Part of the cost of one more child that couples reckon with at the first."""
    room: float
    care: float
    later_care: float
    wage: float
    loss: float
    """Wage loss after her return."""
    paid_leave: float
    """Share of the first year that paid leave covers."""
    fee: float
    earner: float
    """Earnings of the parent who claims tax deductions; 0 where there are none."""


class Lines(NamedTuple):
    """What a further child costs a year in one phase, line by line; the last two are given and stand with a minus."""

    raising: float
    room: float
    care: float
    wage_loss: float
    kindergarten: float
    fee: float
    benefits: float
    tax: float


@inlined
def weighed(
    persons: Rows, households: Rows, woman: int, carer: int, month: int, when: int, pars: Rows, tables: Any
) -> Weighed:
    """Means and costs of a couple that are the same in every phase, at the birth a start at ``when`` leads to."""
    p = pars[0]
    man = persons[woman].partner
    order = min(persons[woman].parity + 1, MAX_ORDER)
    county, town = persons[woman].county, persons[woman].town
    home = persons[woman].household
    peer = tables.peer[county, town] * (1.0 - tables.levy[0])
    own = couple_income_yuan_year(persons, households, woman, man, month, pars, tables) * (1.0 - tables.levy[0])
    own *= 1.0 - p.saving_for_home * (1.0 if households[home].tenure == RENTS else 0.0)
    log_relative = log_relative_income(own, peer, pars)
    consumption = consumption_reference(log_relative, peer, pars)
    wage = after_children(
        potential_earnings_yuan_year(persons, woman, month, max(persons[woman].work, 1), pars, tables),
        persons[woman].parity,
        pars,
    )
    room = room_cost_yuan_year(households, home, order, county, when, pars, tables)
    formal = persons[woman].work >= PRIVATE
    attached = 1.0 if formal else p.attachment_informal
    care = care_cost_yuan_year(wage * attached, order, county, carer, when, tables)
    loss = p.wage_loss_per_child * wage * attached
    if formal:
        loss *= tables.wage_loss_kept[when]
    later_care = care_cost_yuan_year(wage * attached - loss, order, county, carer, when, tables)
    paid_leave = tables.leave_share[when, order - 1, 1 if formal else 0]
    if persons[woman].work == NO_WORK:
        paid_leave = 0.0
    fee = unauthorised(persons, woman, man, order, when, tables) * tables.limit_fee[when, town] / p.fee_years
    further = 0.0
    if order == 1 and persons[woman].ideal >= 2:
        further = p.further_child_share * (1.0 - unauthorised(persons, woman, man, 2, when, tables))
    earner = 0.0
    if tables.deduction[when, N_PHASES - 1] > 0.0 or tables.deduction[when, 0] > 0.0:
        earner = higher_earnings_yuan_year(persons, woman, man, month, pars, tables)
    relative = relative_spending(log_relative, pars)
    return Weighed(
        order, town, consumption, relative, further, room, care, later_care, wage, loss, paid_leave, fee, earner
    )


@inlined
def cost_lines(w: Weighed, phase: int, when: int, pars: Rows, tables: Any) -> Lines:
    """What the child costs a year in a phase of its life, line by line."""
    raising = raising_cost_yuan_year(w.order, phase, w.town, w.relative, pars, tables)
    if phase == 3:
        raising *= 1.0 - pars[0].out_of_school_share * (1.0 - tables.out_of_school_kept[when])
    if w.further > 0.0 and phase >= 3:
        raising *= 1.0 + w.further
    care, loss, fee = 0.0, w.loss, 0.0
    if phase == 0:
        care = (1.0 - w.paid_leave) * w.care + w.paid_leave * (1.0 - tables.leave_replacement[when]) * w.wage
        loss, fee = 0.0, w.fee
    elif phase == 1:
        care, fee = w.later_care, w.fee
    return Lines(
        raising,
        w.room * (1.0 + w.further),
        care,
        loss,
        tables.kindergarten_yuan_year[when] if phase == 2 else 0.0,
        fee,
        -tables.benefit[when, w.order - 1, phase],
        -tax_saved_yuan_year(w.earner, tables.deduction[when, phase], pars),
    )


@inlined
def total_cost(lines: Lines) -> float:
    """The sum of the lines."""
    lasting = lines.raising + (lines.room + lines.benefits) + lines.tax
    return lasting + (lines.care + lines.wage_loss + lines.fee) + lines.kindergarten


@compiled
def family_prospect(
    persons: Rows, households: Rows, woman: int, carer: int, month: int, when: int, pars: Rows, tables: Any
) -> float:
    """M: the value of a further child in units of log consumption, at the birth a start at ``when`` leads to.

    ``carer`` is 1 if a grandparent can mind it, ``when`` is NOW or LATER. Negative; nearer zero
    is better. The one place where money meets the wish for a child.
    """
    w = weighed(persons, households, woman, carer, month, when, pars, tables)
    value = 0.0
    for phase in range(N_PHASES):
        cost = total_cost(cost_lines(w, phase, when, pars, tables))
        value += tables.phase_weight[phase] * math.log(1.0 - bounded_cost(cost, w.consumption, pars) / w.consumption)
    return value


@compiled
def time_burden(persons: Rows, woman: int, carer: int, when: int, pars: Rows, tables: Any) -> tuple[float, float]:
    """(mother's, father's) time a further child takes, in years of full care; leave of fathers shifts it."""
    p = pars[0]
    order = min(persons[woman].parity + 1, MAX_ORDER)
    relief = p.grandparent_time_relief * carer
    shifted = 0.0
    man = persons[woman].partner
    if man >= 0 and persons[man].work >= PRIVATE:
        shifted = tables.father_days[when, order - 1] / 365.0
    mother = p.time_mother * (1.0 - relief) - shifted * p.father_leave_shift
    mother -= tables.time_relief[when, 1 if persons[woman].work >= PRIVATE else 0]
    return max(mother, 0.0), p.time_father + shifted
