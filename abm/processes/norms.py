"""January: what people see around them, and what the year starts from (section 12 of the model).

One pass over all rows counts cells, couples' incomes, residents by age and each woman's exposure of the year; small
functions turn the counts into slow-moving norms, income fifths, place chances, arrivals and village-to-town hazards.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.budget import NOW, couple_income_yuan_year, family_prospect
from abm.compiled import compiled
from abm.counters import MAX_COUNTIES, add_exposure
from abm.hazards import age_years, monthly_probability
from abm.kin import has_grandparent_carer
from abm.population import MARRIED, RESIDENT
from abm.processes.birth import age_group5
from abm.processes.marriage import home_gate
from abm.processes.migration import MOVER_AGES
from abm.state import HOUSEHOLD_ROWS, PERSON_ROWS

Rows = NDArray[np.void]
_C = MAX_COUNTIES
N_BINS = 400
"""Bins of the histogram of log couple income from which fifths are read (about 2 % of income each)."""
GROWN_AGE = 15
"""The urban share is steered over people of this age or more, so that a birth changes nobody's chance to move."""
_SAMPLE = 7
"""Prospects and access are means over the persons whose id ends in three zero bits, one in eight."""

SEEN_DTYPE = np.dtype(
    [
        ("people", np.float64, (_C, 2, 4, 7)),  # 15 to 49, both sexes: county, place, schooling, age group
        ("married", np.float64, (_C, 2, 4, 7)),
        ("women", np.float64, (_C, 2, 4, 7)),
        ("parity", np.float64, (_C, 2, 4, 7)),
        ("residents", np.float64, (_C, 2, 111)),  # county, sex, age
        ("grown", np.float64, (_C,)),  # residents of GROWN_AGE or more
        ("in_town", np.float64, (_C,)),  # those of them in town
        ("movers", np.float64, (_C,)),  # villagers of 15 to 45
        ("wives_parity", np.float64, (8, 4)),
        ("income_bins", np.float64, (N_BINS,)),
        ("income", np.float64, (_C, 2)),
        ("couples", np.float64, (_C, 2)),
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
def look_around(s: Any, seen: Rows) -> None:
    """Count the city into ``seen`` (cleared first), give women their exposure and households their children."""
    v = seen[0]
    persons, households = s.persons, s.households
    for row in range(s.used[PERSON_ROWS]):
        person = persons[row]
        if person.status != RESIDENT:
            continue
        age = age_years(person.birth_month, s.month)
        county, town, sex = person.county, person.town, person.sex
        v.residents[county, sex, min(age, 110)] += 1.0
        if age >= GROWN_AGE:
            v.grown[county] += 1.0
            v.in_town[county] += town
        if age < 18:
            households[person.household].children += 1
        if age < 10 or age > 54:
            continue
        if sex == 1:
            add_exposure(s.counters[0], persons, row, s.month, 1.0)
        if age < 15:
            continue
        if town == 0 and MOVER_AGES[0] <= age <= MOVER_AGES[1]:
            v.movers[county] += 1.0
        if age > 49:
            continue
        group = age_group5(age)
        v.people[county, town, person.schooling, group] += 1.0
        if sex == 1:
            v.women[county, town, person.schooling, group] += 1.0
            v.parity[county, town, person.schooling, group] += person.parity
        if person.marital == MARRIED:
            v.married[county, town, person.schooling, group] += 1.0
            if sex == 1:
                v.wives_parity[group, min(person.parity, 3)] += 1.0
                if person.partner >= 0:
                    see_couple(s, v, row, age)
        elif sex == 0 and 22 <= age < 40 and person.id & _SAMPLE == 0:
            v.access[county, town] += home_gate(s, row)
            v.access_n[county, town] += 1.0


@compiled
def see_couple(s: Any, v: Any, wife: int, age: int) -> None:
    """A couple's income (its bin is kept by household until fifths are known) and, for a sample, its prospect."""
    persons, households = s.persons, s.households
    county, town = persons[wife].county, persons[wife].town
    man = persons[wife].partner
    income = couple_income_yuan_year(persons, households, wife, man, s.month, s.pars, s.tables[0])
    place = income_bin(income)
    v.income_bins[place] += 1.0
    v.income[county, town] += income
    v.couples[county, town] += 1.0
    home = persons[wife].household
    s.due[home] = place
    households[home].net_worth += s.pars[0].saving_rate * income
    if 20 <= age < 40 and persons[wife].id & _SAMPLE == 0:
        carer = 1 if has_grandparent_carer(persons, wife, s.month, s.pars) else 0
        prospect = family_prospect(persons, households, wife, carer, s.month, NOW, s.pars, s.tables[0])
        v.prospect[county, town] += prospect
        v.prospect_n[county, town] += 1.0


@compiled
def clear_households(s: Any) -> None:
    """Before the pass: no children counted, no couple's income known (the work space holds its bin by household)."""
    for home in range(s.used[HOUSEHOLD_ROWS]):
        s.households[home].children = 0
        s.due[home] = -1


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
    married = shrunk_cells(v["married"], v["people"], weight) - p["norm_married_reference"]
    parity = shrunk_cells(v["parity"], v["women"], weight) - p["norm_parity_reference"]
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
) -> None:
    """Hazards of leaving, expected arrivals a month, parities of wives, and the village-to-town hazard that leads
    each county to its urban share within a year."""
    t, v = tables[0], seen[0]
    n = in_rates.shape[0]
    t["out_hazard"][:n] = monthly_probability(out_rates)
    t["arrivals"][:n] = in_rates * v["residents"][:n] / 12.0
    wives = v["wives_parity"] + 1e-9
    t["parity_shares"] = wives / wives.sum(axis=1, keepdims=True)
    people = v["grown"][:n]
    needed = np.maximum(town_share * people - v["in_town"][:n], 0.0) / 12.0
    moved = v["movers"][:n] * float(pars["town_move_size"][0])
    hazard = np.divide(needed, moved, out=np.zeros(n), where=moved > 0)
    t["town_hazard"][:n] = np.minimum(hazard, float(pars["town_move_cap"][0]))


def update_places(tables: Rows, seen: Rows, places_per_1000: float, added_per_1000: float) -> None:
    """Nursery places of each county in proportion to residents: the city's path plus what the lever adds."""
    t, v = tables[0], seen[0]
    people = v["residents"].sum(axis=(1, 2)) / 1000.0
    t["places"] = people * (places_per_1000 + added_per_1000)
    t["places_added"] = people * added_per_1000
