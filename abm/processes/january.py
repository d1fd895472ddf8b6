"""January: what people see around them, and what the year starts from.

One pass over all rows counts cells, couples' incomes, residents by age and each woman's exposure of the year; small
functions turn the counts into slow-moving norms, income fifths, place chances, arrivals and village-to-town hazards.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled
from abm.core.counters import FIRST_AGE, MAX_COUNTIES, N_AGES
from abm.core.hazards import MONTHS_PER_YEAR, monthly_probability
from abm.core.kin import CHILD_AGE, has_grandparent_carer
from abm.core.population import MARRIED, PRIVATE, RESIDENT
from abm.core.state import HOUSEHOLD_ROWS, PERSON_ROWS, borrowed_state
from abm.core.tables import NOW
from abm.money.payments import pay_tax_deductions, pay_tax_deductions_of_lone_parent
from abm.money.prospect import after_children, earnings_yuan_year, family_prospect, yield_less_payment_yuan_year
from abm.processes.marriage import home_gate
from abm.processes.migration import MOVER_AGES

Rows = NDArray[np.void]
_C = MAX_COUNTIES
N_MONTHS = 12 * 111
"""Ages in months that are told apart."""
N_BINS = 400
"""Bins of the histogram of log couple income from which fifths are read (about 2 % of income each)."""
GROWN_AGE = 15
"""The urban share is steered over people of this age or more, so that a birth changes nobody's chance to move."""
_SAMPLE = 7
"""Prospects and access are means over the persons whose id ends in three zero bits, one in eight."""

SEEN_DTYPE = np.dtype(
    [
        ("by_month", np.int32, (_C, 2, 2, N_MONTHS)),  # residents: county, place, sex, age in months
        ("adults", np.float64, (2, 2, _C, 2, 4, 7)),  # 15 to 49: sex, married, county, place, schooling, age group
        ("borne", np.float64, (2, _C, 2, 4, 7)),  # their children: sex, county, place, schooling, age group
        ("parities", np.float64, (2, 2, 7, 4)),  # sex, married, age group, parity 0 to 3+
        ("residents", np.float64, (_C, 2, 111)),  # county, sex, age
        ("formal", np.float64, (_C,)),  # people of 15 to 49 in formal work
        ("grown", np.float64, (_C,)),  # residents of GROWN_AGE or more
        ("in_town", np.float64, (_C,)),  # those of them in town
        ("movers", np.float64, (_C,)),  # villagers of 15 to 45
        ("income_bins", np.float64, (N_BINS,)),
        ("prospect", np.float64, (_C, 2)),
        ("prospect_n", np.float64, (_C, 2)),
        ("access", np.float64, (_C, 2)),
        ("access_n", np.float64, (_C, 2)),
    ]
)
"""What a January pass counts, one row."""
_LOG_LOW, _LOG_STEP = math.log(1000.0), 0.02


@compiled
def income_bin(income: float) -> int:
    """Histogram bin of a couple's income."""
    return min(N_BINS - 1, max(0, int((math.log(max(income, 1.0)) - _LOG_LOW) / _LOG_STEP)))


@compiled
def count_city(state: Any, seen: Rows, pays: bool) -> None:
    """Count everybody into ``seen`` (cleared first), adults by cell, couples with their income.

    What is asked of everybody is one count by county, place, sex and age in months: questions about age, sex and place
    asked row by row would cost more than the counting.
    """
    s = borrowed_state(state)
    v = seen[0]
    deducts = pays and s.law[0].tax_deduction__under3 + s.law[0].tax_deduction__from3 > 0.0
    persons = s.persons
    for row in range(s.used[PERSON_ROWS]):
        person = persons[row]
        if person.status != RESIDENT:
            continue
        age_months = min(max(s.month - person.birth_month, 0), N_MONTHS - 1)
        v.by_month[person.county, person.town, person.sex, age_months] += 1
        if age_months < 12 * 15 or age_months >= 12 * 50:
            continue
        county, town, sex = person.county, person.town, person.sex
        married = person.marital == MARRIED
        group = age_months // 60 - 3
        v.adults[sex, int(married), county, town, person.schooling, group] += 1.0
        v.borne[sex, county, town, person.schooling, group] += person.parity
        v.formal[county] += int(person.work >= PRIVATE)
        v.parities[sex, int(married), group, min(person.parity, 3)] += 1.0
        if deducts and person.partner < 0 and person.parity > 0 and person.work >= PRIVATE:
            see_lone_parent(s, row)
        if married:
            if sex == 1 and person.partner >= 0:
                see_couple(s, v, row, age_months, deducts)
        elif sex == 0 and person.id & _SAMPLE == 0 and 12 * 22 <= age_months < 12 * 40:
            v.access[county, town] += home_gate(s, row)
            v.access_n[county, town] += 1.0


def look_around(state: Any, pays: bool) -> Rows:
    """What people see in this month, one row of :data:`SEEN_DTYPE`; women are given their exposure of the year, and,
    if ``pays``, parents their year's tax deductions."""
    clear_households(state)
    seen = np.zeros(1, SEEN_DTYPE)
    count_city(state, seen, pays)
    v = seen[0]
    n = int(state.tables[0]["n_counties"][0])
    people = v["by_month"][:n]
    v["residents"][:n] = people.sum(axis=1).reshape(n, 2, -1, MONTHS_PER_YEAR).sum(axis=3)
    grown = people[..., 12 * GROWN_AGE :].sum(axis=(2, 3))
    v["grown"][:n], v["in_town"][:n] = grown.sum(axis=1), grown[:, 1]
    v["movers"][:n] = people[:, 0, :, 12 * MOVER_AGES[0] : 12 * (MOVER_AGES[1] + 1)].sum(axis=(1, 2))
    state.counters[0]["exposure_months"][:n] += exposure_to_december(people[:, :, 1], state.month)
    give_fifths(state, fifth_edges(v["income_bins"]))
    return seen


def exposure_to_december(women: NDArray[np.integer], month: int) -> NDArray[np.float64]:
    """Months lived until the end of the year by women counted by age in months, (county, place, N_MONTHS); by
    completed age, shape (county, place, N_AGES of the counters)."""
    remaining = MONTHS_PER_YEAR - month % MONTHS_PER_YEAR
    at_this_age = np.minimum(remaining, MONTHS_PER_YEAR - np.arange(MONTHS_PER_YEAR))
    women = women.reshape(*women.shape[:2], -1, MONTHS_PER_YEAR)
    lived = (women * at_this_age).sum(axis=3).astype(float)
    lived[:, :, 1:] += (women * (remaining - at_this_age)).sum(axis=3)[:, :, :-1]
    return lived[:, :, FIRST_AGE : FIRST_AGE + N_AGES]


@compiled
def see_couple(s: Any, v: Any, wife: int, age_months: int, deducts: bool) -> None:
    """A couple's income (its bin is kept by household until fifths are known), the tax its children save, and, for a
    sample, its prospect."""
    persons, households = s.persons, s.households
    county, town = persons[wife].county, persons[wife].town
    man = persons[wife].partner
    hers = after_children(earnings_yuan_year(persons, wife, s.month, s.pars, s.tables[0]), persons[wife].parity, s.pars)
    his = earnings_yuan_year(persons, man, s.month, s.pars, s.tables[0])
    income = max(
        hers + his + yield_less_payment_yuan_year(households, persons[wife].household, s.pars, s.tables[0]), 0.0
    )
    if deducts:
        taxed = max(hers * (persons[wife].work >= PRIVATE), his * (persons[man].work >= PRIVATE))
        pay_tax_deductions(s, wife, taxed)
    place = income_bin(income)
    v.income_bins[place] += 1.0
    home = persons[wife].household
    s.due[home] = place
    households[home].net_worth += s.pars[0].saving_rate * income
    if persons[wife].id & _SAMPLE == 0 and 12 * 20 <= age_months < 12 * 40:
        carer = 1 if has_grandparent_carer(persons, wife, s.month, s.pars) else 0
        prospect = family_prospect(persons, households, wife, carer, s.month, NOW, s.pars, s.tables[0])
        v.prospect[county, town] += prospect
        v.prospect_n[county, town] += 1.0


@compiled
def see_lone_parent(s: Any, row: int) -> None:
    """The tax that the children of somebody without a spouse here save."""
    earnings = earnings_yuan_year(s.persons, row, s.month, s.pars, s.tables[0])
    if s.persons[row].sex == 1:
        earnings = after_children(earnings, s.persons[row].parity, s.pars)
    pay_tax_deductions_of_lone_parent(s, row, earnings)


@compiled
def clear_households(s: Any) -> None:
    """Before the pass: no couple's income is known (the work space holds its bin by household)."""
    s.due[: s.used[HOUSEHOLD_ROWS]] = -1


def fifth_edges(bins: NDArray[np.float64]) -> NDArray[np.int64]:
    """Bins at which the second to fifth income fifth begin, shape (4,)."""
    total = max(bins.sum(), 1.0)
    return np.searchsorted(np.cumsum(bins) / total, np.array([0.2, 0.4, 0.6, 0.8])).astype(np.int64) + 1


@compiled
def give_fifths(s: Any, edges: NDArray[np.int64]) -> None:
    """Income fifth of the household of every couple with a wife under 50 (other households keep theirs)."""
    for home in range(s.used[HOUSEHOLD_ROWS]):
        place = s.due[home]
        if place < 0:
            continue
        fifth = 0
        while fifth < 4 and place >= edges[fifth]:
            fifth += 1
        s.households[home].fifth = fifth


def shrunk_cells(total: NDArray[np.float64], people: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Cell means [county, place, schooling, age], drawn to the county x age mean where a cell is small."""
    county_total, county_people = total.sum(axis=(1, 2), keepdims=True), people.sum(axis=(1, 2), keepdims=True)
    wide = np.divide(county_total, county_people, out=np.zeros_like(county_total), where=county_people > 0)
    return np.asarray((total + weight * wide) / (people + weight))


def update_norms(tables: Rows, seen: Rows, pars: Rows, first: bool) -> None:
    """Slow-moving norms: deviation of married shares and mean parity of each cell from the reference by age."""
    t, v, p = tables[0], seen[0], pars[0]
    memory = 0.0 if first else float(p["norm_memory"])
    weight = float(p["norm_cell_weight"])
    people, women = v["adults"].sum(axis=(0, 1)), v["adults"][1].sum(axis=0)
    married = shrunk_cells(v["adults"][:, 1].sum(axis=0), people, weight) - p["norm_married_reference"]
    parity = shrunk_cells(v["borne"][1], women, weight) - p["norm_parity_reference"]
    t["norm_married"] = memory * t["norm_married"] + (1.0 - memory) * married
    t["norm_parity"] = memory * t["norm_parity"] + (1.0 - memory) * parity


def update_prospects(tables: Rows, seen: Rows, first: bool) -> None:
    """Mean family prospect and access to a home of each market; the first January sets their references."""
    t, v = tables[0], seen[0]
    for name, number in (("prospect", "prospect_n"), ("access", "access_n")):
        overall = v[name].sum() / max(v[number].sum(), 1.0)
        mean = (v[name] + 10.0 * overall) / (v[number] + 10.0)
        if name == "prospect":
            if first:
                t["prospect_reference"] = mean
            t["prospect"] = mean - t["prospect_reference"]
        else:
            if first:
                t["access_reference"] = overall
            t["access"] = mean


def update_place_chance(tables: Rows, counters: Rows, pars: Rows) -> None:
    """Experienced chance of a nursery place by county, with memory; unchanged where nobody applied."""
    t, c = tables[0], counters[0]
    memory = float(pars["place_chance_memory"][0])
    asked = c["places_wanted"] > 0
    experienced = np.divide(c["places_granted"], c["places_wanted"], out=t["place_chance"].copy(), where=asked)
    t["place_chance"] = memory * t["place_chance"] + (1.0 - memory) * experienced


def update_moves(
    tables: Rows,
    seen: Rows,
    out_rates: NDArray[np.float64],
    in_rates: NDArray[np.float64],
    town_share: NDArray[np.float64],
    pars: Rows,
    first: bool,
) -> None:
    """Hazards of leaving, expected arrivals a month, parities of wives, and the village-to-town hazard that leads
    each county to its urban share within a year.

    Children who come to grandparents are in proportion to women of 25 to 44, as children were to them in the first
    January: births here, which a policy may change, draw no children from elsewhere.
    """
    t, v = tables[0], seen[0]
    n = in_rates.shape[0]
    t["out_hazard"][:n] = monthly_probability(out_rates)
    at_risk = v["residents"][:n].copy()
    women = v["residents"][:n, 1, 25:45].sum(axis=1)[:, None, None]
    if first:
        t["children_per_woman"][:n] = at_risk[:, :, :CHILD_AGE] / np.maximum(women, 1.0)
    at_risk[:, :, :CHILD_AGE] = t["children_per_woman"][:n] * women
    t["arrivals"][:n] = in_rates * at_risk / 12.0
    wives = np.append(v["parities"][1, 1], np.zeros((1, 4)), axis=0) + 1e-9
    t["parity_shares"] = wives / wives.sum(axis=1, keepdims=True)
    people = v["grown"][:n]
    needed = np.maximum(town_share * people - v["in_town"][:n], 0.0) / 12.0
    moved = v["movers"][:n] * float(pars["town_move_size"][0])
    hazard = np.divide(needed, moved, out=np.zeros(n), where=moved > 0)
    t["town_hazard"][:n] = np.minimum(hazard, float(pars["town_move_cap"][0]))


def update_places(
    tables: Rows, seen: Rows, law: Mapping[str, float], places_per_1000: float, street_share_per_place: float
) -> None:
    """Places of each county for children under three: the city's path in proportion to residents, plus what levers add
    (in proportion to residents, at workplaces to people in formal work); nursery classes take children of two only.
    Places and levers also decide in how many streets there is one: a family uses none that is not near."""
    t, v = tables[0], seen[0]
    people = v["residents"].sum(axis=(1, 2)) / 1000.0
    base = people * places_per_1000
    added = np.array([
        people * law["nursery_places.added_per_1000"],
        people * law["nursery_classes.places_per_1000"],
        v["formal"] / 1000.0 * law["workplace_nurseries.places_per_1000_employees"],
    ])  # fmt: skip
    t["places_added"] = added
    t["places"] = base + added[0] + added[2]
    t["class_places"] = added[1]
    per_1000 = (base + added.sum(axis=0)).sum() / max(people.sum(), 1e-9)
    t["reach"] = min(1.0, per_1000 * street_share_per_place + law["nursery_places.street_share_added"])
    t["class_share"] = added[1].sum() / max((base + added.sum(axis=0)).sum(), 1e-9)
