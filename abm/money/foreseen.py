"""What the law, as far as it is known, will give a child that a couple starts on now: tables for decisions.

Rebuilt only when the law or an announcement changes, and each January when fees and incomes move. The rules are those
of :mod:`abm.money.payments`; this file asks them about the years ahead. NOW is a start this month, LATER the mean of
starts in the next twelve months; they differ only when a change is announced, and ``announced`` says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled
from abm.core.levers import AWARE_DTYPE, HEARD_OF
from abm.core.tables import LATER, MAX_ORDER, N_PHASES, N_WAGES, NOW, PHASE_YEARS
from abm.money.care_menu import Heard, care_menu
from abm.money.law_row import campaign_now, later_employment, law_dtype, law_row
from abm.money.rules import (
    DAYS_PER_YEAR,
    allowed_children,
    birth_grant_yuan,
    child_allowance_yuan_month,
    deducted_yuan_month,
    deposit_share,
    loan_ceiling_yuan,
    maternity_leave_days,
    maternity_leave_employer_days,
    nursing_share_borne_by_employer,
    purchase_subsidy_yuan,
    rent_subsidy_yuan_month,
    rental_priority,
    waived_kindergarten_share,
)
from policies.catalogue import Catalogue
from policies.timeline import Timeline

Rows = NDArray[np.void]

LATER_STARTS = (2, 5, 8, 11)
"""Months from now of the starts that LATER averages over."""
N_YEARS = 19
_YEARS = np.array([(years[0], years[-1] + 1) for years in PHASE_YEARS])
LOW_WAGE, HIGH_WAGE = 4_000.0, 400_000.0
"""Ends of the wage grid of the care table, yuan a year of 2020."""


def awareness_by_lever(timeline: Timeline, catalogue: Catalogue, month: int, pars: Rows) -> Rows:
    """Share of each lever's entitlement that couples count on, one row with a field for each of :data:`HEARD_OF`.

    It rises with the years since the lever first gave something, towards the ceiling; a lever in force for longer than
    ``awareness_full_years`` is at the ceiling.
    """
    ceiling, rise = float(pars["awareness_ceiling"][0]), float(pars["awareness_rise_years"][0])
    longest = int(pars["awareness_full_years"][0])
    years = _kept_of(
        timeline,
        catalogue,
        ("years in force", month, longest),
        lambda: years_in_force(timeline, catalogue, month, longest),
    )
    return (ceiling * (1.0 - np.exp(-(years + 0.5) / rise))).view(AWARE_DTYPE)


def years_in_force(timeline: Timeline, catalogue: Catalogue, month: int, longest: int) -> NDArray[np.float64]:
    """Years since each lever of :data:`HEARD_OF` first gave something; infinite beyond ``longest`` years, 0 for
    never."""
    first = month - 12 * longest
    years = np.zeros(len(HEARD_OF))
    laws = [(m, timeline.at(m)) for m in (first, *timeline.change_months(first + 1, month))]
    for i, name in enumerate(HEARD_OF):
        fields = [f"{name}.{parameter}" for parameter in catalogue.lever(name).gives_when]
        for m, law in laws:
            if any(law[field] > 0.0 for field in fields):
                years[i] = (month - m) / 12.0 if m > first else np.inf
                break
    return years


def expected_laws(timeline: Timeline, catalogue: Catalogue, month: int, birth_month: int) -> Rows:
    """Law expected in each of a child's 19 years, as known in ``month``, shape (19,)."""

    def expected() -> Rows:
        rows = [law_row(timeline, catalogue, birth_month + 12 * year, month)[0] for year in range(N_YEARS)]
        return np.array(rows, law_dtype(catalogue))

    return _kept_of(timeline, catalogue, ("laws", month, birth_month), expected)


def is_change_ahead(timeline: Timeline, catalogue: Catalogue, month: int, lead: int) -> bool:
    """True if the law known in ``month`` changes within the childhood of a child that is started now."""

    def ahead() -> NDArray[np.bool_]:
        fields = [name for name in catalogue.field_names if catalogue.lever(name.partition(".")[0]).foreseen]
        now = timeline.expected(month, month)
        months = range(month + 1, month + 12 * N_YEARS + lead, 6)
        later = {id(law): law for law in (timeline.expected(month, m) for m in months)}  # few differ
        return np.array([any(law[name] != now[name] for name in fields) for law in later.values()])

    return bool(_kept_of(timeline, catalogue, ("change ahead", month, lead), ahead).any())


def _kept_of(
    timeline: Timeline, catalogue: Catalogue, question: tuple[str | int, ...], answer: Callable[[], NDArray[Any]]
) -> NDArray[Any]:
    """An answer about a law that depends on nothing else: kept, since every seed and arm of a study asks the same."""
    key = (catalogue.hash(), timeline.hash(), *question)
    if key not in _answers_kept:
        if len(_answers_kept) >= _MOST_ANSWERS_KEPT:
            _answers_kept.clear()
        kept = answer()
        kept.setflags(write=False)
        _answers_kept[key] = kept
    return _answers_kept[key]


_answers_kept: dict[tuple[str | int, ...], NDArray[Any]] = {}
_MOST_ANSWERS_KEPT = 6_000


def fill_benefits(tables: Rows, timeline: Timeline, catalogue: Catalogue, month: int, pars: Rows) -> bool:
    """Rebuild every table that depends on the law, as known in ``month``; True while a change is known to lie ahead,
    when the tables must be rebuilt every month, since the years of a child that is started move towards it."""
    t = tables[0]
    lead = int(pars["months_to_birth"][0])
    aware = awareness_by_lever(timeline, catalogue, month, pars)
    now = expected_laws(timeline, catalogue, month, month + lead)
    changing = is_change_ahead(timeline, catalogue, month, lead)
    fill_from_laws(t, now, aware, NOW, 1.0, pars)
    fill_care(t, now, aware, NOW, 1.0, pars)
    for name in _TWO_TIMES:
        t[name][LATER] = 0.0 if changing else t[name][NOW]
    if changing:
        for start in LATER_STARTS:
            laws = expected_laws(timeline, catalogue, month, month + start + lead)
            fill_from_laws(t, laws, aware, LATER, 1.0 / len(LATER_STARTS), pars)
            fill_care(t, laws, aware, LATER, 1.0 / len(LATER_STARTS), pars)
    t["campaign"] = campaign_now(timeline, month)
    differs = changing and any(
        not np.allclose(t[name][NOW], t[name][LATER], rtol=1e-9, atol=1e-9) for name in _TWO_TIMES
    )
    t["announced"] = 1.0 if differs else 0.0
    present = law_row(timeline, catalogue, month)
    t["leave_days"] = [maternity_leave_days(present, order) for order in range(1, MAX_ORDER + 1)]
    burden = maternity_leave_employer_days(present, 1) / DAYS_PER_YEAR + nursing_share_borne_by_employer(present)
    t["employer_burden"] = burden * float(pars["expected_births_rate"][0])
    t["employment"] = later_employment(t["employment_base"], float(present["pension_age__delay_years"][0]))
    return changing


_TWO_TIMES = (
    "benefit", "leave_share", "leave_replacement", "father_days", "rent_benefit", "purchase_benefit", "unauthorised",
    "limit_fee", "sanction", "care", "deduction", "out_of_school_kept", "time_relief", "wage_loss_kept",
    "kindergarten_yuan_year",
)  # fmt: skip


@compiled
def yearly_allowance(laws: Rows, order: int, year: int) -> float:
    """Child allowance over a year of the child's life: four sampled months of age, times three."""
    total = 0.0
    law = laws[year : year + 1]
    for quarter in range(4):
        total += 3.0 * child_allowance_yuan_month(law, order, 12 * year + 3 * quarter + 1)
    return total


@compiled
def fill_from_laws(t: Any, laws: Rows, aware: Rows, when: int, share: float, pars: Rows) -> None:
    """Add ``share`` of what these 19 years of law give, by order and phase, into the tables of ``when``."""
    p = pars[0]
    first = laws[0:1]
    if when == NOW:
        t.benefit[when] = 0.0
        t.leave_share[when] = 0.0
        t.leave_replacement[when] = 0.0
        t.father_days[when] = 0.0
        t.rent_benefit[when] = 0.0
        t.purchase_benefit[when] = 0.0
        t.unauthorised[when] = 0.0
        t.limit_fee[when] = 0.0
        t.sanction[when] = 0.0
        t.deduction[when] = 0.0
        t.out_of_school_kept[when] = 0.0
        t.time_relief[when] = 0.0
        t.wage_loss_kept[when] = 0.0
        t.kindergarten_yuan_year[when] = 0.0
    for order in range(1, MAX_ORDER + 1):
        o = order - 1
        for phase in range(N_PHASES):
            years = _YEARS[phase, 1] - _YEARS[phase, 0]
            given = 0.0
            for year in range(_YEARS[phase, 0], _YEARS[phase, 1]):
                given += aware[0].child_allowance * yearly_allowance(laws, order, year)
            if phase == 0:
                given += aware[0].birth_grant * birth_grant_yuan(first, order)
                bill = p.delivery_foreseen * p.delivery_cost_yuan * t.yuan_growth[0]
                given += aware[0].delivery_cover * laws[0].delivery_cover__share * bill
            t.benefit[when, o, phase] += share * given / years
        days = maternity_leave_days(first, order)
        national = laws[0].maternity_leave__national_days * laws[0].maternity_leave__flexible_coverage
        t.leave_share[when, o, 1] += share * aware[0].maternity_leave * days / DAYS_PER_YEAR
        t.leave_share[when, o, 0] += share * aware[0].maternity_leave * national / DAYS_PER_YEAR
        fathers = aware[0].paternity_leave * laws[0].paternity_leave__days * p.paternity_take_up
        fathers += aware[0].parental_leave * laws[0].parental_leave__days * p.parental_take_up
        t.father_days[when, o] += share * fathers
        for county in range(t.n_counties[0]):
            t.rent_benefit[when, o, county] += share * rent_benefit_yuan_year(laws, order, county, aware, t, pars)
            t.purchase_benefit[when, o, county] += share * purchase_benefit_yuan(first, order, county, aware, t, pars)
    t.leave_replacement[when] += share * laws[0].maternity_leave__replacement
    fill_child_costs(t, laws, aware, when, share, pars)
    for only in range(3):
        for order in range(1, MAX_ORDER + 1):
            if order > allowed_children(first, only):
                t.unauthorised[when, only, order - 1] += share
    for town in range(2):
        excepted = 0.0 if town == 1 else laws[0].birth_limit__rural_exception_share
        enforced = laws[0].birth_limit__enforcement * (1.0 - excepted)
        fee = 2.0 * t.income_head[town] * laws[0].birth_limit__fee_multiple
        t.limit_fee[when, town] += share * fee * enforced
        in_force = 1.0 if laws[0].birth_limit__fee_multiple > 0.0 else 0.0
        t.sanction[when, town] += share * p.sanction_utility * enforced * in_force


@compiled
def fill_child_costs(t: Any, laws: Rows, aware: Rows, when: int, share: float, pars: Rows) -> None:
    """Add ``share`` of what levers change in a child's later costs and in a mother's time, whatever its order."""
    p = pars[0]
    for phase in range(N_PHASES):
        years = _YEARS[phase, 1] - _YEARS[phase, 0]
        for year in range(_YEARS[phase, 0], _YEARS[phase, 1]):
            law = laws[year : year + 1]
            t.deduction[when, phase] += (
                share * aware[0].tax_deduction * 12.0 * deducted_yuan_month(law, 12 * year) / years
            )
    for year in range(3, 6):
        waived = aware[0].kindergarten_waiver * waived_kindergarten_share(laws[year : year + 1], 12 * year)
        t.kindergarten_yuan_year[when] += share * t.kindergarten_fee[0] * (1.0 - waived) / 3.0
    school = laws[6]
    t.out_of_school_kept[when] += share * (1.0 - school.out_of_school_cost__reduction)
    young = laws[1]
    elders = p.elder_time_relief * young.elder_care__share_served
    formal = p.nursing_time_relief * laws[0].nursing_leave__hours_per_day
    formal += p.flexible_time_relief * young.flexible_hours__share_of_jobs
    t.time_relief[when, 0] += share * elders
    t.time_relief[when, 1] += share * (elders + formal)
    t.wage_loss_kept[when] += share * (1.0 - p.protection_effect * young.dismissal_protection__strength)


@compiled
def rent_benefit_yuan_year(laws: Rows, order: int, county: int, aware: Rows, t: Any, pars: Rows) -> float:
    """What one more child adds to a renting family of a county a year: rent subsidy and the better chance of a public
    flat."""
    law = laws[0:1]
    p = pars[0]
    months = min(laws[0].rent_subsidy__max_child_age_months, 12.0 * N_YEARS) / (12.0 * N_YEARS)
    more = rent_subsidy_yuan_month(law, order) - rent_subsidy_yuan_month(law, order - 1)
    rule = laws[0]
    priority, before = rental_priority(law, order), rental_priority(law, order - 1)
    rent = 12.0 * p.rent_to_price * t.price[county] * p.first_home_area
    monthly = rule.public_rental__places_per_1000 / 1000.0 * p.public_rental_turnover
    chance = min(1.0, monthly * p.public_rental_months_foreseen)
    flat = chance * (priority - before) * rule.public_rental__discount * rent
    return aware[0].rent_subsidy * 12.0 * more * months + aware[0].public_rental * flat


@compiled
def purchase_benefit_yuan(law: Rows, order: int, county: int, aware: Rows, t: Any, pars: Rows) -> float:
    """What one more child adds for a couple that may buy in a county: subsidy, lower deposit and higher ceiling,
    expected."""
    p = pars[0]
    subsidy = purchase_subsidy_yuan(law, order) - purchase_subsidy_yuan(law, order - 1)
    price = t.price[county] * p.town_home_area
    relief = (deposit_share(law, order - 1) - deposit_share(law, order)) * price
    relief += min(loan_ceiling_yuan(law, order) - loan_ceiling_yuan(law, order - 1), price)
    return aware[0].purchase_subsidy * p.purchase_chance * (subsidy + p.credit_value * relief)


@compiled
def fill_care(t: Any, laws: Rows, aware: Rows, when: int, share: float, pars: Rows) -> None:
    """Add ``share`` of the expected yearly cost of care under three into the care table: over her wage, by county's
    chance of a place, with and without a grandparent carer.

    ``-lambda ln sum exp{-(net cost + forgone earnings) / lambda + taste}`` has no natural zero; here it is zero for a
    mother with a carer and no earnings to forgo, so that costs are costs and leave, which spares them, is worth
    something."""
    p = pars[0]
    zero = math.log(1.0 + math.exp(p.taste_grandparent))
    growth = t.yuan_growth[0]
    low = math.log(LOW_WAGE * growth)
    step = (math.log(HIGH_WAGE * growth) - low) / (N_WAGES - 1)
    t.care_wage_grid[0] = low
    t.care_wage_grid[1] = low + step
    if when == NOW:
        t.care[when] = 0.0
    scale = p.care_scale * growth
    heard = Heard(aware[0].childcare_voucher, aware[0].fee_cap, aware[0].home_care_allowance)
    for order in range(1, MAX_ORDER + 1):
        for point in range(N_WAGES):
            wage = math.exp(low + step * point)
            for carer in range(2):
                closed, nursery = 0.0, 0.0
                for age_months in (9, 15, 21, 27, 33):
                    law = laws[age_months // 12 : age_months // 12 + 1]
                    menu = care_menu(law, t, order, age_months, p.income_head_over_wage * wage, wage, heard, pars)
                    options = math.exp(menu.parent)
                    options += math.exp(menu.minder)
                    if carer == 1:
                        options += math.exp(menu.grandparent)
                    closed += scale * (zero - math.log(options)) / 5.0
                    with_nursery = options + math.exp(menu.nursery)
                    nursery += scale * (zero - math.log(with_nursery)) / 5.0
                for county in range(t.n_counties[0]):
                    chance = p.nursery_foreseen * t.place_chance[county] * t.reach[0]
                    cost = chance * nursery + (1.0 - chance) * closed
                    t.care[when, order - 1, county, carer, point] += share * cost
