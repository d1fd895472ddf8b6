"""Plans, conceptions, deliveries (section 9 of the model).

A woman's one calendar, ``plan``, holds her next due month whatever her state: a candidate month while idle, every
month while trying, the month of delivery while pregnant, the end of the infecund months after a birth.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm import draws
from abm.biology import GESTATION_MONTHS, art_live_birth_probability, loss_probability, monthly_conception_probability
from abm.budget import LATER, MAX_ORDER, NOW, family_prospect, time_burden, unauthorised
from abm.compiled import compiled
from abm.counters import COUNTS
from abm.hazards import age_years, next_candidate_constant
from abm.population import IDLE, MARRIED, NEVER, PLANS, POSTPARTUM, PREGNANT, RESIDENT, TRYING
from abm.state import due_rows, note_ratio

Rows = NDArray[np.void]
_CONCEPTIONS = COUNTS.index("conceptions")
_UNPLANNED = COUNTS.index("unplanned_conceptions")
_LOSSES = COUNTS.index("losses")
_ART = COUNTS.index("art_cycles")
_STARTS = COUNTS.index("starts_trying")


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
def age_group5(age: int) -> int:
    """Index of the five-year age group from 15-19 (0) to 45-49 (6), clipped."""
    return min(6, max(0, age // 5 - 3))


@compiled
def plan_probability_12_months(
    persons: Rows, households: Rows, woman: int, month: int, when: int, prospect: float, pars: Rows, tables: Any
) -> float:
    """P12: chance that the couple starts trying within a year under steady law: both partners must want it."""
    p = pars[0]
    her = persons[woman]
    man = her.partner
    order = min(her.parity + 1, MAX_ORDER)
    cell = tables.norm_parity[her.county, her.town, her.schooling, age_group5(age_years(her.birth_month, month))]
    common = p.wish_by_order[order - 1] + p.wish_by_schooling[her.schooling] * (1.0 if order > 1 else p.first_schooling)
    common += p.wish_town * her.town + p.norm_weight * cell + p.prospect_weight * prospect
    common += spacing_utility(month, her.last_birth_month, pars)
    if her.parity == 0:
        common -= p.childless_wish * max(0.0, (month - her.marriage_month) / 12.0 - p.childless_from)
    common += p.wish_age * max(0.0, (month - her.birth_month) / 12.0 - p.wish_age_from)
    if her.parity > 0 and her.sons == 0 and (her.town == 0):
        common += p.son_preference
    if unauthorised(persons, woman, man, order, when, tables):
        common -= tables.sanction[when, her.town]
    mother_time, father_time = time_burden(persons, woman, month, when, pars, tables)
    hers = common + p.ideal_gain * (1.0 if her.ideal > her.parity else 0.0) - p.time_weight_mother * mother_time
    his_ideal = persons[man].ideal if man >= 0 else her.ideal
    his = common + p.ideal_gain * (1.0 if his_ideal > her.parity else 0.0) - p.time_weight_father * father_time
    return logistic(hers) * logistic(his)


@compiled
def monthly_plan_hazard(
    persons: Rows, households: Rows, woman: int, month: int, pars: Rows, tables: Any
) -> tuple[float, float]:
    """(monthly probability of starting to try, P12), with the reaction to what is announced.

    The second factor is exp{phi (M now - mean M of a start 1 to 12 months later)}; it is one under steady law.
    """
    p = pars[0]
    now = family_prospect(persons, households, woman, month, NOW, pars, tables)
    chance = plan_probability_12_months(persons, households, woman, month, NOW, now, pars, tables)
    hazard = 1.0 - (1.0 - chance) ** (1.0 / 12.0)
    if tables.announced[0] > 0:
        later = family_prospect(persons, households, woman, month, LATER, pars, tables)
        hazard *= math.exp(p.timing_response * (now - later))
    return (min(hazard, p.plan_hazard_cap), chance)


@compiled
def monthly_failure_probability(persons: Rows, woman: int, month: int, chance: float, pars: Rows) -> float:
    """Chance of an unplanned pregnancy that is carried on: contraceptive failure x logistic wish to keep it."""
    p = pars[0]
    age = (month - persons[woman].birth_month) / 12.0
    conceive = monthly_conception_probability(age, persons[woman].fecundability, pars)
    kept = chance**p.unplanned_kept_power
    return p.contraception_failure * conceive * kept


@compiled
def schedule_plan(s: Any, woman: int) -> None:
    """Put the next candidate month of an idle woman on her calendar, or NEVER if she lives without a spouse."""
    seed, month, persons, pars = (s.seed, s.month, s.persons, s.pars)
    p = pars[0]
    her = persons[woman]
    s.calendar[PLANS, woman] = NEVER
    if her.status != RESIDENT or her.marital != MARRIED or her.partner < 0 or (month >= her.sterile_month):
        return
    bound = p.plan_bounds[min(her.parity, MAX_ORDER - 1)]
    due = next_candidate_constant(seed, her.id, draws.PLAN, month, bound)
    if due != NEVER and due < her.birth_month + 12 * p.plan_last_age:
        s.calendar[PLANS, woman] = due


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
    if tried >= p.art_after_months and v < p.art_monthly_use * tables.art_access[her.county, her.town]:
        counters.count[_ART] += 1
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
    """A candidate month of an idle couple: start trying, conceive unplanned, or neither."""
    seed, month, persons, households, counters = (s.seed, s.month, s.persons, s.households, s.counters[0])
    pars, tables = s.pars, s.tables[0]
    p = pars[0]
    her = persons[woman]
    if her.partner < 0 or her.marital != MARRIED or her.status != RESIDENT:
        s.calendar[PLANS, woman] = NEVER
        return
    bound = p.plan_bounds[min(her.parity, MAX_ORDER - 1)]
    hazard, chance = monthly_plan_hazard(persons, households, woman, month, pars, tables)
    failure = monthly_failure_probability(persons, woman, month, chance, pars)
    ratio = (hazard + failure) / bound
    note_ratio(s, PLANS, ratio)
    u = draws.uniform(seed, her.id, month, draws.PLAN_KIND) * bound
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
    for woman in due:
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
