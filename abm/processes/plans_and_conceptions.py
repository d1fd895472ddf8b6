"""Plans and conceptions; deliveries are in :mod:`abm.processes.delivery`.

A woman's one calendar, ``plan``, holds her next due month whatever her state: a candidate month while idle, every
month while trying, the month of delivery while pregnant, the end of the infecund months after a birth.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.counters import COUNTS
from abm.core.hazards import age_years, next_candidate_month
from abm.core.kin import has_grandparent_carer
from abm.core.population import IDLE, MARRIED, NEVER, PLANS, POSTPARTUM, PREGNANT, RESIDENT, TRYING
from abm.core.state import due_rows, fetch_kin_ahead, note_ratio
from abm.core.tables import LATER, MAX_ORDER, NOW, PLAN_AGES, PLAN_LEVELS, PLAN_STEP
from abm.money.payments import pay_assisted_cycle
from abm.money.prospect import family_prospect, time_burden, unauthorised
from abm.processes.biology import (
    GESTATION_MONTHS,
    art_live_birth_probability,
    loss_probability,
    monthly_conception_probability,
)
from policies.clock import FIRST_YEAR

Rows = NDArray[np.void]
_CONCEPTIONS = COUNTS.index("conceptions")
_UNPLANNED = COUNTS.index("unplanned_conceptions")
_LOSSES = COUNTS.index("losses")
_ART = COUNTS.index("art_cycles")
_STARTS = COUNTS.index("starts_trying")
HIGHEST_FECUNDABILITY = 0.95
"""No monthly conception probability is higher (``abm/processes/biology.py``)."""


@compiled
def logistic(x: float) -> float:
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + math.exp(-x))


@compiled
def spacing_utility(month: int, last_birth_month: int, pars: Rows) -> float:
    """Utility of the time since the last birth: low at once, highest some years on, falling after; 0 for a first."""
    if last_birth_month == NEVER:
        return 0.0
    p = pars[0]
    years = (month - last_birth_month) / 12.0
    return p.spacing_peak_loss * -(math.log((years + 1.0) / (p.spacing_peak_years + 1.0)) ** 2)


@compiled
def wish_drift_utility(order: int, month: int, pars: Rows) -> float:
    """What the wish for a child of this order has lost since the drift began; never positive, and no more after its
    last year."""
    p = pars[0]
    years = min(FIRST_YEAR + month / 12.0, p.wish_drift_until) - p.wish_drift_from
    return p.wish_drift * p.wish_drift_by_order[order - 1] * max(years, 0.0)


@compiled
def age_group5(age: int) -> int:
    """Index of the five-year age group from 15-19 (0) to 45-49 (6), clipped."""
    return min(6, max(0, age // 5 - 3))


@compiled
def wish_without_prospect(persons: Rows, woman: int, month: int, pars: Rows, tables: Any) -> float:
    """What both partners share of the wish for a next child, money and law apart."""
    p = pars[0]
    her = persons[woman]
    order = min(her.parity + 1, MAX_ORDER)
    cell = tables.norm_parity[her.county, her.town, her.schooling, age_group5(age_years(her.birth_month, month))]
    wish = p.wish_by_order[order - 1] + p.wish_by_schooling[her.schooling] * (1.0 if order > 1 else p.first_schooling)
    wish += p.wish_town * her.town + p.norm_weight * min(cell, p.largest_norm)
    wish += wish_drift_utility(order, month, pars)
    wish += spacing_utility(month, her.last_birth_month, pars)
    if her.parity == 0:
        wish -= p.childless_wish * max(0.0, (month - her.marriage_month) / 12.0 - p.childless_from)
    wish += p.wish_age * max(0.0, (month - her.birth_month) / 12.0 - p.wish_age_from)
    if her.parity > 0 and her.sons == 0 and her.town == 0:
        wish += p.son_preference
    return wish + p.campaign_response * min(tables.campaign[0], p.largest_campaign)


@compiled
def highest_wish(persons: Rows, woman: int, month: int, pars: Rows) -> float:
    """The most that :func:`wish_without_prospect` can be from now until her next birth, advancing age left out.

    Neighbours may come to bear more, she may attain more schooling or move to town; the time since the last birth
    weighs less than now only before its peak, the time of a marriage without a child only more; the drift only falls.
    """
    p = pars[0]
    her = persons[woman]
    order = min(her.parity + 1, MAX_ORDER)
    school = p.wish_by_schooling[her.schooling]
    for level in range(her.schooling + 1, 4):
        school = max(school, p.wish_by_schooling[level])
    wish = p.wish_by_order[order - 1] + school * (1.0 if order > 1 else p.first_schooling)
    wish += p.wish_town if her.town else max(p.wish_town, 0.0)
    wish += p.norm_weight * p.largest_norm + p.campaign_response * p.largest_campaign
    wish += wish_drift_utility(order, month, pars)
    if her.last_birth_month != NEVER and month - her.last_birth_month > 12.0 * p.spacing_peak_years:
        wish += spacing_utility(month, her.last_birth_month, pars)
    if her.parity == 0:
        wish -= p.childless_wish * max(0.0, (month - her.marriage_month) / 12.0 - p.childless_from)
    elif her.sons == 0 and her.town == 0:
        wish += max(p.son_preference, 0.0)
    return wish


def plan_bounds(pars: Rows) -> NDArray[np.float64]:
    """Bound of a candidate's monthly probability [below her ideal, level of her wish, age 0 to 55]: a plan, or a
    failure of contraception at the highest fecundability.

    Level 0 stands for the highest wish anybody may have, each further one for ``PLAN_STEP`` less; the prospect of a
    child is as good, and the gain of not waiting as large, as the parameters let them be; time costs nothing and the
    man wants the child. Nothing in it depends on a policy.
    """
    p = pars[0]
    age = np.arange(PLAN_AGES)
    older = np.maximum(*(p["wish_age"] * np.maximum(0.0, age + late - p["wish_age_from"]) for late in (0, 1)))
    level = np.arange(PLAN_LEVELS)[:, None]
    common = top_wish(pars) - PLAN_STEP * level + older + p["prospect_weight"] * np.log1p(p["largest_gain"])
    bounds = np.zeros((2, PLAN_LEVELS, PLAN_AGES))
    for wants in range(2):
        chance = 1.0 / (1.0 + np.exp(-common - p["ideal_gain"] * wants)) / (1.0 + np.exp(-common - p["ideal_gain"]))
        plan = np.minimum((1.0 - (1.0 - chance) ** (1.0 / 12.0)) * p["largest_rush"], p["plan_hazard_cap"])
        failure = p["contraception_failure"] * HIGHEST_FECUNDABILITY * chance ** p["unplanned_kept_power"]
        bounds[wants] = np.minimum(plan + failure, HIGHEST_FECUNDABILITY)
    bounds[:, :, :15] = 0.0
    bounds[:, :, int(p["plan_last_age"]) :] = 0.0
    return bounds


def top_wish(pars: Rows) -> float:
    """The highest wish that :func:`highest_wish` can find for anybody."""
    p = pars[0]
    school = max(0.0, float(np.max(p["wish_by_schooling"]))) * max(1.0, float(p["first_schooling"]))
    wish = float(np.max(p["wish_by_order"])) + school + max(float(p["wish_town"]), 0.0)
    wish += float(p["norm_weight"] * p["largest_norm"] + p["campaign_response"] * p["largest_campaign"])
    return wish + max(float(p["son_preference"]), 0.0)


@compiled
def plan_level(wish: float, top: float) -> int:
    """Level whose bound holds for this wish: the lowest not below it."""
    return min(max(int((top - wish) / PLAN_STEP), 0), PLAN_LEVELS - 1)


@compiled
def plan_probability_12_months(
    persons: Rows, woman: int, carer: int, month: int, when: int, prospect: float, pars: Rows, tables: Any
) -> float:
    """P12: chance that the couple starts trying within a year under steady law: both partners must want it."""
    p = pars[0]
    her = persons[woman]
    man = her.partner
    order = min(her.parity + 1, MAX_ORDER)
    common = wish_without_prospect(persons, woman, month, pars, tables) + p.prospect_weight * prospect
    common -= unauthorised(persons, woman, man, order, when, tables) * tables.sanction[when, her.town]
    mother_time, father_time = time_burden(persons, woman, carer, when, pars, tables)
    hers = common + p.ideal_gain * (1.0 if her.ideal > her.parity else 0.0) - p.time_weight_mother * mother_time
    his_ideal = persons[man].ideal if man >= 0 else her.ideal
    his = common + p.ideal_gain * (1.0 if his_ideal > her.parity else 0.0) - p.time_weight_father * father_time
    return logistic(hers) * logistic(his)


@compiled
def highest_plan_probability_12_months(persons: Rows, woman: int, month: int, pars: Rows, tables: Any) -> float:
    """The most that P12 can be whatever money, law and time say: :func:`plan_probability_12_months` at the best
    prospect that the parameters allow. It costs a fraction of P12 itself."""
    p = pars[0]
    her = persons[woman]
    common = wish_without_prospect(persons, woman, month, pars, tables)
    common += p.prospect_weight * math.log1p(p.largest_gain)
    his_ideal = persons[her.partner].ideal
    hers = common + p.ideal_gain * (1.0 if her.ideal > her.parity else 0.0)
    his = common + p.ideal_gain * (1.0 if his_ideal > her.parity else 0.0)
    return logistic(hers) * logistic(his)


@compiled
def monthly_plan_hazard(
    persons: Rows, households: Rows, woman: int, month: int, pars: Rows, tables: Any
) -> tuple[float, float]:
    """(monthly probability of starting to try, P12), with the reaction to what is announced.

    The second factor is exp{phi (M now - mean M of a start 1 to 12 months later)}; it is one under steady law.
    """
    p = pars[0]
    carer = 1 if has_grandparent_carer(persons, woman, month, pars) else 0
    now = family_prospect(persons, households, woman, carer, month, NOW, pars, tables)
    chance = plan_probability_12_months(persons, woman, carer, month, NOW, now, pars, tables)
    hazard = 1.0 - (1.0 - chance) ** (1.0 / 12.0)
    if tables.announced[0] > 0:
        later = family_prospect(persons, households, woman, carer, month, LATER, pars, tables)
        hazard *= min(math.exp(p.timing_response * (now - later)), p.largest_rush)
    return (min(hazard, p.plan_hazard_cap), chance)


@compiled
def schedule_plan(s: Any, woman: int) -> None:
    """Put the next candidate month of an idle woman on her calendar, or NEVER if she lives without a spouse."""
    seed, month, persons = (s.seed, s.month, s.persons)
    her = persons[woman]
    s.calendar[PLANS, woman] = NEVER
    if her.status != RESIDENT or her.marital != MARRIED or her.partner < 0 or (month >= her.sterile_month):
        return
    wants = 1 if her.ideal > her.parity else 0
    level = plan_level(highest_wish(persons, woman, month, s.pars), s.tables[0].top_wish[0])
    persons[woman].plan_level = level
    intensity = s.tables[0].plan_candidates[wants, level]
    s.calendar[PLANS, woman] = next_candidate_month(seed, her.id, draws.PLAN, month, her.birth_month, intensity)


@compiled
def conceive(s: Any, woman: int, unplanned: int) -> None:
    """A recognised pregnancy begins this month: delivery nine months on, or loss and a short pause."""
    seed, month, persons, counters, pars = (s.seed, s.month, s.persons, s.counters[0], s.pars)
    age = (month - persons[woman].birth_month) / 12.0
    counters.count[_CONCEPTIONS] += 1
    counters.count[_UNPLANNED] += unplanned
    if draws.uniform(seed, persons[woman].id, month, draws.LOSS) < loss_probability(age, pars):
        counters.count[_LOSSES] += 1
        persons[woman].state = POSTPARTUM
        persons[woman].state_month = month + int(pars[0].loss_pause_months)
    else:
        persons[woman].state = PREGNANT
        persons[woman].unplanned = unplanned
        persons[woman].state_month = month + GESTATION_MONTHS
    s.calendar[PLANS, woman] = persons[woman].state_month


@compiled
def monthly_use_of_assisted_reproduction(law: Rows, tables: Any, pars: Rows) -> float:
    """Chance a month that a couple past the waiting time goes through a cycle: by price with constant elasticity, less
    where the next centre is in another city."""
    p = pars[0]
    rule = law[0]
    price = max(1.0 - rule.assisted_reproduction__cover, p.art_lowest_price) / (1.0 - p.art_reference_cover)
    use = p.art_monthly_use * price**p.art_price_elasticity
    return use if rule.assisted_reproduction__local_centre > 0.0 else use * p.art_access_elsewhere


@compiled
def try_to_conceive(s: Any, woman: int) -> None:
    """One month of trying: conception by age and own multiplier, assisted reproduction after a year, or giving up."""
    seed, month, persons, counters, pars = (s.seed, s.month, s.persons, s.counters[0], s.pars)
    tables = s.tables[0]
    p = pars[0]
    her = persons[woman]
    if her.partner < 0 or her.marital != MARRIED:
        persons[woman].state = IDLE
        s.calendar[PLANS, woman] = NEVER
        return
    age = (month - her.birth_month) / 12.0
    tried = month - her.state_month
    u, v = draws.uniform_pair(seed, her.id, month, draws.CONCEPTION)
    if month < her.sterile_month and u < monthly_conception_probability(age, her.fecundability, pars):
        conceive(s, woman, 0)
        return
    if tried >= p.art_after_months and v < monthly_use_of_assisted_reproduction(s.law, tables, pars):
        counters.count[_ART] += 1
        pay_assisted_cycle(s, woman)
        if draws.uniform(seed, her.id, month, draws.ASSISTED) < art_live_birth_probability(age, pars):
            counters.count[_CONCEPTIONS] += 1
            persons[woman].state = PREGNANT
            persons[woman].unplanned = 0
            persons[woman].state_month = month + GESTATION_MONTHS
            s.calendar[PLANS, woman] = persons[woman].state_month
            return
    if tried >= p.give_up_months or age >= p.plan_last_age:
        persons[woman].state = IDLE
        schedule_plan(s, woman)
        return
    s.calendar[PLANS, woman] = month + 1


@compiled
def consider_a_child(s: Any, woman: int) -> None:
    """A candidate month of an idle couple: start trying, conceive unplanned, or neither.

    The draw comes first. Most lie below any failure of contraception and need a P12 above the highest that this couple
    could have: nothing happens then whatever a child would cost them, and that need not be found out.
    """
    seed, month, persons, households, counters = (s.seed, s.month, s.persons, s.households, s.counters[0])
    pars, tables = s.pars, s.tables[0]
    p = pars[0]
    her = persons[woman]
    if her.partner < 0 or her.marital != MARRIED or her.status != RESIDENT:
        s.calendar[PLANS, woman] = NEVER
        return
    wants = 1 if her.ideal > her.parity else 0
    age = min(age_years(her.birth_month, month), PLAN_AGES - 1)
    bound = tables.plan_bound[wants, her.plan_level, age]
    u = draws.uniform(seed, her.id, month, draws.PLAN_KIND) * bound
    if u <= bound - p.contraception_failure * HIGHEST_FECUNDABILITY:
        rush = p.largest_rush if tables.announced[0] > 0 else 1.0
        none_in_a_month = 1.0 - u / rush
        none_in_3_months = none_in_a_month * none_in_a_month * none_in_a_month
        needed = 1.0 - none_in_3_months * none_in_3_months * none_in_3_months * none_in_3_months
        if needed > 1.0001 * highest_plan_probability_12_months(persons, woman, month, pars, tables):
            schedule_plan(s, woman)
            return
    hazard, chance = monthly_plan_hazard(persons, households, woman, month, pars, tables)
    fecund = monthly_conception_probability((month - her.birth_month) / 12.0, her.fecundability, pars)
    failure = p.contraception_failure * fecund * chance**p.unplanned_kept_power
    note_ratio(s, PLANS, (hazard + failure) / bound)
    if u < hazard:
        counters.count[_STARTS] += 1
        persons[woman].state = TRYING
        persons[woman].state_month = month
        s.calendar[PLANS, woman] = month + 1
    elif u > bound - failure:
        conceive(s, woman, 1)
    else:
        schedule_plan(s, woman)


@compiled
def plans_and_conceptions(s: Any) -> None:
    """Every woman due this month who is not delivering: end of the postpartum months, trying, or a plan."""
    month, persons = (s.month, s.persons)
    due = due_rows(s, PLANS)
    for i in range(due.shape[0]):
        fetch_kin_ahead(s, due, i)
        woman = due[i]
        if s.calendar[PLANS, woman] != month:
            continue
        state = persons[woman].state
        if state == POSTPARTUM:
            persons[woman].state = IDLE
            schedule_plan(s, woman)
        elif state == TRYING:
            try_to_conceive(s, woman)
        elif state == IDLE:
            consider_a_child(s, woman)
