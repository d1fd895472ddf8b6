"""Marriage: the market, the home gate, the wedding. Separation stands in :mod:`abm.processes.separation`.

A single person's calendar holds the next month in which they may enter the market. Women who enter search that month;
men stand on the market for some months. Couples form by :mod:`abm.processes.matching`, find a home, and get calendars
for plans, separation and housing.
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
from abm.core.kin import bring_children_left_alone, join_household, move_home, open_household
from abm.core.population import (
    DIVORCED,
    IDLE,
    LEGAL_AGE,
    MARRIAGES,
    MARRIED,
    NEVER,
    OWNS_TOWN,
    OWNS_VILLAGE,
    PLANS,
    PREGNANT,
    RENTS,
    RESIDENT,
)
from abm.core.state import MEN_STANDING, due_rows, fetch_ahead, note_ratio
from abm.money.home_purchase import can_buy, deposit_needed_yuan, payment_yuan_month
from abm.money.payments import pay_marriage
from abm.money.prospect import earnings_yuan_year
from abm.money.rules import bride_price_ratio
from abm.processes.arrivals import add_newcomer, settle_newcomer
from abm.processes.biology import GESTATION_MONTHS
from abm.processes.married_calendars import start_married_calendars
from abm.processes.matching import matches_in_market
from abm.processes.plans_and_conceptions import age_group5

Rows = NDArray[np.void]

_OUTSIDE_MARRIAGE = COUNTS.index("births_outside_marriage")
_SEARCHING = COUNTS.index("searching_women")
_OUTSIDE = COUNTS.index("marriages_outside_partner")
_REGISTERED = COUNTS.index("marriages_registered")
_BOUGHT = COUNTS.index("homes_bought")


@compiled
def home_gate(s: Any, man: int) -> float:
    """Access to marriage through a home: 1 where his family owns in town or can help to buy, less where it cannot.

    The bride price stands against the groom side's means before the deposit does.
    """
    p = s.pars[0]
    home = s.persons[man].household
    if home < 0:
        return p.gate_without_home
    household = s.households[home]
    if household.town == 0 and household.tenure == OWNS_VILLAGE:
        return p.gate_village_home
    if household.tenure == OWNS_TOWN:
        return 1.0
    income = earnings_yuan_year(s.persons, man, s.month, s.pars, s.tables[0])
    means = household.net_worth * p.parent_help
    means += s.law[0].marriage_grant__amount
    means -= bride_price_ratio(s.law, s.pars) * s.tables[0].income_head[household.town]
    shortfall = deposit_needed_yuan(s.law, household.county, 0, p.town_home_area, s.tables[0], s.pars) - means
    if shortfall <= 0.0:
        return 1.0
    years = shortfall / max(income, p.gate_income_floor * s.tables[0].income_head[household.town])
    return p.gate_without_home + (1.0 - p.gate_without_home) * math.exp(-years / p.gate_saving_years)


@compiled
def market_factors(s: Any) -> NDArray[np.float64]:
    """What marriage gains through families' prospects, grants and matchmaking, and what women's hazard takes from men's
    access to homes, by county and place, shape (2, counties, 2): the same for all candidates of a month."""
    p = s.pars[0]
    t = s.tables[0]
    factors = np.empty((2, t.n_counties[0], 2))
    mu = p.marriage_prospect * p.prospect_weight
    for county in range(t.n_counties[0]):
        for town in range(2):
            gain = mu * t.prospect[county, town]
            gain += p.marriage_grant_response * s.law[0].marriage_grant__amount / t.income_head[town]
            gain += p.matchmaking_response * s.law[0].matchmaking__strength
            factors[0, county, town] = min(math.exp(gain), p.marriage_prospect_cap)
            factors[1, county, town] = (t.access[county, town] / t.access_reference[0]) ** p.gate_power
    return factors


@compiled
def monthly_marriage_hazard(s: Any, row: int, age: int, market: NDArray[np.float64]) -> float:
    """Coale-McNeil base of the year x schooling and town x peers married x family prospects x access to a home."""
    p = s.pars[0]
    t = s.tables[0]
    person = s.persons[row]
    hazard = t.marriage_hazard[person.sex, age]
    if person.sex == 1:
        hazard *= p.marriage_women_schooling[person.schooling]
    else:
        hazard *= p.marriage_men_schooling[person.schooling]
    hazard *= p.marriage_town if person.town else 1.0
    peers = t.norm_married[person.county, person.town, person.schooling, age_group5(age)]
    hazard *= math.exp(p.marriage_norm * peers)
    hazard *= market[0, person.county, person.town]
    if person.sex == 1:
        hazard *= market[1, person.county, person.town]
    else:
        hazard *= (home_gate(s, row) / t.access_reference[0]) ** p.gate_power
    if person.marriages > 0:
        hazard *= p.remarriage_men if person.sex == 0 else p.remarriage_women
    return hazard


@compiled
def enter_the_market(s: Any) -> NDArray[np.int32]:
    """Accept this month's candidates: the women who search are returned, men start to stand."""
    p = s.pars[0]
    persons = s.persons
    due, market = due_rows(s, MARRIAGES), market_factors(s)
    women = np.empty(due.shape[0], np.int32)
    found = 0
    for i in range(due.shape[0]):
        fetch_ahead(s, due, i)
        row = due[i]
        person = persons[row]
        if person.status != RESIDENT or person.marital == MARRIED:
            s.calendar[MARRIAGES, row] = NEVER
            continue
        age = min(age_years(person.birth_month, s.month), 110)
        bound = s.tables[0].marriage_bound[person.sex, age]
        hazard = monthly_marriage_hazard(s, row, age, market) if age >= LEGAL_AGE[person.sex] else 0.0
        ratio = hazard / bound if bound > 0.0 else 0.0
        note_ratio(s, MARRIAGES, ratio)
        reschedule_marriage(s, row)
        if draws.uniform(s.seed, person.id, s.month, draws.MARRIAGE_ACCEPT) >= ratio:
            continue
        if person.sex == 1:
            women[found] = row
            found += 1
        elif person.searching == 0:
            persons[row].searching = int(p.search_months)
            s.standing[s.used[MEN_STANDING]] = row
            s.used[MEN_STANDING] += 1
    return women[:found]


@compiled
def reschedule_marriage(s: Any, row: int) -> None:
    """Next month in which a single person may enter the market."""
    person = s.persons[row]
    s.calendar[MARRIAGES, row] = next_candidate_month(
        s.seed, person.id, draws.MARRIAGE, s.month, person.birth_month, s.tables[0].marriage_candidates[person.sex]
    )


@compiled
def keep_standing_men(s: Any) -> None:
    """Drop from the standing men those who married, died, left, or whose months are over."""
    kept = 0
    standing = s.standing[: s.used[MEN_STANDING]]
    for i in range(standing.shape[0]):
        fetch_ahead(s, standing, i)
        man = standing[i]
        person = s.persons[man]
        remaining = person.searching - 1
        if person.status != RESIDENT or person.marital == MARRIED or remaining <= 0:
            s.persons[man].searching = 0
            continue
        s.persons[man].searching = remaining
        s.standing[kept] = man
        kept += 1
    s.used[MEN_STANDING] = kept


@compiled
def in_market(rows: NDArray[np.int32], persons: Rows, county: int, town: int) -> NDArray[np.int32]:
    """Those of ``rows`` who search in this county's towns (1) or villages (0)."""
    chosen = np.empty(rows.shape[0], np.int32)
    found = 0
    for row in rows:
        if persons[row].county == county and persons[row].town == town:
            chosen[found] = row
            found += 1
    return chosen[:found]


@compiled
def marriages(s: Any) -> None:
    """Everybody who marries this month."""
    keep_standing_men(s)
    searching = enter_the_market(s)
    s.counters[0].count[_SEARCHING] += searching.shape[0]
    standing = s.standing[: s.used[MEN_STANDING]]
    for county in range(s.tables[0].n_counties[0]):
        for town in range(2):
            hers = in_market(searching, s.persons, county, town)
            his = in_market(standing, s.persons, county, town)
            taken = matches_in_market(s, hers, his)
            for i in range(hers.shape[0]):
                u = draws.uniform(s.seed, s.persons[hers[i]].id, s.month, draws.OUTSIDE_PARTNER)
                if 1.0 - u < share_pregnant_outside_marriage(s):
                    become_pregnant_outside_marriage(s, hers[i])
                elif taken[i] >= 0:
                    marry(s, hers[i], taken[i])
                elif u < s.pars[0].outside_partner_share:
                    marry(s, hers[i], partner_from_outside(s, hers[i]))


@compiled
def share_pregnant_outside_marriage(s: Any) -> float:
    """Of women who search, those who come to expect a child and stay single; fewer where a birth outside marriage
    cannot be registered."""
    p = s.pars[0]
    registered = s.law[0].birth_registration__outside_marriage > 0.0
    return p.nonmarital_share if registered else p.nonmarital_share * p.nonmarital_unregistered


@compiled
def become_pregnant_outside_marriage(s: Any, woman: int) -> None:
    """A single woman expects a child and stays single."""
    her = s.persons[woman]
    if her.state != IDLE or s.month >= her.sterile_month:
        return
    s.persons[woman].state = PREGNANT
    s.persons[woman].unplanned = 1
    s.persons[woman].state_month = s.month + GESTATION_MONTHS
    s.calendar[PLANS, woman] = s.month + GESTATION_MONTHS
    s.counters[0].count[_OUTSIDE_MARRIAGE] += 1


@compiled
def partner_from_outside(s: Any, woman: int) -> int:
    """A groom from among the absent or from elsewhere: a newcomer of fitting age who joins her county and place."""
    her = s.persons[woman]
    age = max(LEGAL_AGE[0], age_years(her.birth_month, s.month) + int(s.pars[0].age_gap_mean + 0.5))
    identity = draws.child_id(her.id, 110 + her.marriages)
    man = add_newcomer(s, identity, 0, age, her.county, her.town)
    home = open_household(s, her.county, her.town, RENTS if her.town else OWNS_VILLAGE, s.pars[0].newcomer_area)
    join_household(s.persons, s.households, man, home)
    s.counters[0].moves[her.county, 0, 0, min(age, 110)] += 1
    s.counters[0].count[_OUTSIDE] += 1
    settle_newcomer(s, man)
    return int(man)


@compiled
def wed(s: Any, row: int, spouse: int) -> None:
    """One side of a marriage: status, link, count, and off the marriage calendar."""
    person = s.persons[row]
    age = min(age_years(person.birth_month, s.month), 110)
    s.counters[0].marriages[person.county, person.sex, min(person.marriages, 1), age] += 1
    s.persons[row].marital = MARRIED
    s.persons[row].marriages = person.marriages + 1
    s.persons[row].marriage_month = s.month
    s.persons[row].partner = spouse
    s.persons[row].searching = 0
    s.calendar[MARRIAGES, row] = NEVER


@compiled
def divorce(s: Any, row: int) -> None:
    """One side of a separation: status, link, and back on the marriage calendar."""
    s.persons[row].marital = DIVORCED
    s.persons[row].partner = -1
    reschedule_marriage(s, row)


@compiled
def marry(s: Any, woman: int, man: int) -> None:
    """Two single residents become a couple with a home; counts, calendars, and for some a child on the way."""
    persons = s.persons
    counters = s.counters[0]
    p = s.pars[0]
    wed(s, woman, man)
    wed(s, man, woman)
    if persons[man].hukou == 1 or persons[woman].hukou == 1:
        counters.count[_REGISTERED] += 1
    move_in_together(s, woman, man)
    pay_marriage(s, woman, man)
    start_married_calendars(s, woman)
    u, v = draws.uniform_pair(s.seed, persons[woman].id, s.month, draws.PREMARITAL)
    idle = persons[woman].state == IDLE and s.month < persons[woman].sterile_month
    if u < p.premarital_share and persons[woman].parity == 0 and idle:
        persons[woman].state = PREGNANT
        persons[woman].unplanned = 1
        persons[woman].state_month = s.month + 3 + int(v * (GESTATION_MONTHS - 3))
        s.calendar[PLANS, woman] = persons[woman].state_month


@compiled
def bring_children(s: Any, woman: int, origin: int, home: int) -> None:
    """Her children under 18 who lived with her move along, and others whom nobody else could look after."""
    child = s.persons[woman].first_child
    while child >= 0:
        age = age_years(s.persons[child].birth_month, s.month)
        if s.persons[child].household == origin and age < 18 and s.persons[child].status == RESIDENT:
            move_home(s, child, home)
        child = s.persons[child].next_sibling
    bring_children_left_alone(s, origin, home)


@compiled
def move_in_together(s: Any, woman: int, man: int) -> None:
    """The couple's first home: his parents' house, or one of their own, bought with the families' help or rented."""
    p = s.pars[0]
    persons, households = s.persons, s.households
    his = persons[man].household
    u, v = draws.uniform_pair(s.seed, persons[woman].id, s.month, draws.MARRIAGE_HOME)
    with_parents = p.patrilocal_town if households[his].town else p.patrilocal_village
    shared = households[his].size > 1 and households[his].collective == 0 and u < with_parents
    alone = households[his].size == 1 and households[his].collective == 0
    origin = persons[woman].household
    if shared or alone:
        home = his
    else:
        county, town = persons[man].county, persons[man].town
        home = open_household(s, county, town, RENTS if town else OWNS_VILLAGE, p.first_home_area)
        family_worth = households[his].net_worth * p.parent_help if households[his].collective == 0 else 0.0
        family_worth -= bride_price_ratio(s.law, s.pars) * s.tables[0].income_head[town]
        family_worth = max(family_worth, 0.0)
        if households[his].collective == 0:
            households[his].net_worth -= family_worth
        households[home].net_worth = family_worth
        move_home(s, man, home)
        bring_children_left_alone(s, his, home)
    move_home(s, woman, home)
    if origin != home:
        bring_children(s, woman, origin, home)
    household = households[home]
    if household.town == 1 and household.tenure == RENTS and can_buy(s, woman, man, home, 0) and v < p.buy_at_marriage:
        households[home].tenure = OWNS_TOWN
        households[home].area = p.town_home_area
        households[home].bought_month = s.month
        households[home].payment = payment_yuan_month(s, home, household.county, 0, p.town_home_area)
        s.counters[0].count[_BOUGHT] += 1
