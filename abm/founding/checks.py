"""The check table: every margin that was aimed at, what was built, the difference, and whether it is within tolerance.

A share that was built from n people may miss by its stated tolerance plus three standard errors of n draws, so that
small populations are held to what their size allows; age by sex by county is held to one person everywhere, exactly at
full scale.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.core.population import (
    COLLECTIVE,
    FEMALE,
    MARRIED,
    OWNS_TOWN,
    OWNS_VILLAGE,
    PREGNANT,
    PUBLIC_RENTAL,
    RENTS,
    Population,
)
from abm.founding.draft import Draft
from abm.founding.histories import children_ever_born_target, children_with_mother
from abm.founding.homes import tenure_shares
from abm.founding.people import ADULT_AGE

COLUMNS = ("target_name", "group", "target", "built", "difference", "tolerance", "within")
MARITAL = ("never_married", "married", "divorced", "widowed")
SCHOOLING = ("primary", "junior", "senior", "college")
SEXES = ("male", "female")
_GENERATION_YEARS = 18
_GROUPS = (0, 1, *range(5, 86, 5), 101)


Columns = dict[str, NDArray[Any]]


def _columns(rows: NDArray[np.void]) -> Columns:
    """Each field as an array of its own, which is several times faster to scan than a field of rows."""
    return {name: np.ascontiguousarray(rows[name]) for name in rows.dtype.names or ()}


class _Table:
    """Rows of the check table as they are found."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []

    def add(self, name: str, group: str, target: Any, built: Any, tolerance: float) -> None:
        """One target; the comparison forgives float noise."""
        difference = built - target
        within = abs(difference) <= tolerance + 1e-9
        self.rows.append((name, group, float(target), float(built), float(difference), float(tolerance), bool(within)))

    def add_share(self, name: str, group: str, target: Any, built: Any, n: Any, tolerance: float) -> None:
        """A share of n people: tolerance plus three standard errors."""
        error = 3.0 * np.sqrt(max(target * (1.0 - target), 1e-6) / max(n, 1.0))
        self.add(name, group, target, built, tolerance + error)

    def frame(self) -> pd.DataFrame:
        """The table."""
        return pd.DataFrame(self.rows, columns=list(COLUMNS))


def check_table(population: Population, draft: Draft, city: Any, parameters: Any) -> pd.DataFrame:
    """Target, built and difference of every margin, as shares, means or persons at the scale of the population."""
    table = _Table()
    persons = _columns(population.persons[: population.n])
    households = _columns(population.households[: population.n_households])
    age = (draft.month - 1 - persons["birth_month"].astype(np.int64)) // 12
    _check_ages(table, persons, age, city, draft.year, parameters)
    _check_people(table, persons, age, city, draft.year)
    _check_births(table, persons, age, draft, parameters)
    _check_kin(table, persons, age, draft, parameters)
    _check_households(table, persons, age, households, city, draft.year, parameters)
    return table.frame()


def _check_ages(table: _Table, persons: Columns, age: NDArray[np.int64], city: Any, year: int, parameters: Any) -> None:
    """Residents by county, sex and five-year age, and unique ids."""
    census = city.population_by_age(year)
    factor = len(persons["id"]) / census.sum()
    table.add("residents", "all", float(np.rint(census.sum() * factor)), len(persons["id"]), 0.0)
    table.add("unique_ids", "all", len(persons["id"]), 1 + np.count_nonzero(np.diff(np.sort(persons["id"]))), 0.0)
    exact = 0.0 if abs(factor - 1.0) < 1e-12 else 1.0
    low = np.array(_GROUPS[:-1])
    group = np.searchsorted(low, age, side="right") - 1
    counties = len(city.counties)
    cell = (persons["county"].astype(np.int64) * 2 + persons["sex"]) * len(low) + group
    built = np.bincount(cell, minlength=counties * 2 * len(low)).reshape(counties, 2, len(low))
    target = np.add.reduceat(census, low, axis=2) * factor
    for c, county in enumerate(city.counties):
        for s, sex in enumerate(SEXES):
            for g, first in enumerate(low):
                name = f"{county} {sex} {first}-{_GROUPS[g + 1] - 1}"
                table.add("residents_by_age", name, target[c, s, g], built[c, s, g], exact)
        here = persons["county"] == c
        share = city.town_share(year)[c]
        table.add_share("town_share", county, share, persons["town"][here].mean(), here.sum(), 0.001)
        share = city.hukou_elsewhere_share(year)[c] * parameters["hukou_outside_city_share"]
        table.add_share(
            "hukou_outside_city", county, share, 1.0 - persons["hukou"][here].mean(), here.sum() / 20, 0.002
        )


def _check_people(table: _Table, persons: Columns, age: NDArray[np.int64], city: Any, year: int) -> None:
    """Marital status, schooling and work of those aged 15 and over, by sex."""
    marital, schooling, working = city.marital_shares(year), city.schooling_shares(year), city.employment_rate(year)
    for s, sex in enumerate(SEXES):
        adults = (persons["sex"] == s) & (age >= ADULT_AGE)
        weight = np.bincount(age[adults] - ADULT_AGE, minlength=86)[:86].astype(float)
        n = weight.sum()
        for k, name in enumerate(MARITAL):
            built = (persons["marital"][adults] == k).mean()
            table.add_share("marital_15_plus", f"{sex} {name}", weight @ marital[s, :, k] / n, built, n, 0.001)
        for k, name in enumerate(SCHOOLING):
            built = (persons["schooling"][adults] == k).mean()
            table.add_share("schooling_15_plus", f"{sex} {name}", weight @ schooling[s, :, k] / n, built, n, 0.001)
        built = (persons["work"][adults] > 0).mean()
        table.add_share("employed_15_plus", sex, weight @ working[s] / n, built, n, 0.001)
        young = (persons["sex"] == s) & (age >= 25) & (age < 30)
        share = np.bincount(age[young] - ADULT_AGE, minlength=86)[:86] @ marital[s, :, 0] / max(young.sum(), 1)
        built = (persons["marital"][young] == 0).mean()
        table.add_share("never_married_25_29", sex, share, built, young.sum(), 0.002)


def _check_births(table: _Table, persons: Columns, age: NDArray[np.int64], draft: Draft, parameters: Any) -> None:
    """Children ever born, births outside marriage, expected births of the next nine months."""
    women = (persons["sex"] == FEMALE) & (age >= ADULT_AGE) & (age < 65)
    target = children_ever_born_target(draft.year, parameters)
    table.add("children_ever_born_15_64", "female", target, persons["parity"][women].mean(), 0.05)
    never = women & (persons["marital"] == 0)
    table.add("births_of_never_married", "female", 0.0, persons["parity"][never].sum(), 0.0)
    recent = children_with_mother(draft, parameters)[0].sum() / (1.0 - parameters["child_elsewhere_share"])
    expecting = (persons["state"] == PREGNANT).sum()
    expected = 0.75 * recent * parameters["expected_births_ratio"]
    table.add("expecting_women", "female", expected, expecting, 0.02 * expected + 3.0 * np.sqrt(expected) + 2.0)


def _check_kin(table: _Table, persons: Columns, age: NDArray[np.int64], draft: Draft, parameters: Any) -> None:
    """Left-behind children; then what came out without a target: links of adults, absent spouses, ages of couples."""
    young = age < ADULT_AGE
    wanted = 1.0 - float(children_with_mother(draft, parameters).sum()) / max(int(young.sum()), 1)
    built = persons["left_behind"][young].mean()
    table.add_share("left_behind_0_14", "all", wanted, built, young.sum(), 0.01)
    wives = (persons["sex"] == FEMALE) & (persons["partner"] >= 0)
    born = persons["birth_month"].astype(np.float64) / 12.0
    gap = born[wives] - born[persons["partner"][wives]]
    couples = max(float(gap.size), 1.0) ** 0.5
    early, late = parameters["couple_gap_mean_born_1940"], parameters["couple_gap_mean_born_1990"]
    table.add("couple_age_gap_mean", "years", 0.5 * (early + late), gap.mean(), 0.5 + 10.0 / couples)
    table.add(
        "couple_age_gap_sd",
        "years",
        parameters["couple_gap_sd"],
        gap.std(),
        0.5 + 30.0 / couples,
    )
    for s, sex in enumerate(SEXES):
        married = (persons["sex"] == s) & (persons["marital"] == MARRIED)
        share = (persons["partner"][married] < 0).mean()
        table.add("spouse_absent", sex, parameters["spouse_absent_expected"], share, 0.08)
    linked = (age >= 20) & (age < 40)
    share = (persons["mother"][linked] >= 0).mean()
    table.add("mother_resident_20_39", "all", parameters["mother_resident_expected"], share, 0.15)


def generations(persons: Columns, age: NDArray[np.int64], households: int) -> NDArray[np.int64]:
    """Generations in each household, shape (households,): the longest line of parents and children under one roof.

    A child left with grandparents counts as the generation after them, as in the census, and so do the unmarried and
    those whose spouse is away who live with people a generation older.
    """
    oldest = np.zeros(households, np.int64)
    np.maximum.at(oldest, persons["household"], age)
    younger = oldest[persons["household"]] - age >= _GENERATION_YEARS
    alone = (persons["marital"] == 0) | ((persons["marital"] == MARRIED) & (persons["partner"] < 0))
    depth = np.where(alone & younger, 2, 1)
    for _ in range(4):
        for parent in ("mother", "father"):
            link = persons[parent]
            together = (link >= 0) & (persons["household"][link] == persons["household"])
            depth = np.where(together, np.maximum(depth, depth[link] + 1), depth)
        spouse = persons["partner"]
        together = (spouse >= 0) & (persons["household"][spouse] == persons["household"])
        depth = np.where(together, np.maximum(depth, depth[spouse]), depth)
    result = np.zeros(households, np.int64)
    np.maximum.at(result, persons["household"], depth)
    return result


def _check_households(
    table: _Table,
    persons: Columns,
    age: NDArray[np.int64],
    households: Columns,
    city: Any,
    year: int,
    parameters: Any,
) -> None:
    """Family households: number, size, one person, generations, tenure, area; people in collective households."""
    indicators = city.households(year)
    family = households["collective"] == 0
    census = city.population_by_age(year).sum(axis=(1, 2))
    shares = tenure_shares(city, year, parameters)
    codes = (
        (OWNS_VILLAGE, "owns_village"),
        (OWNS_TOWN, "owns_town"),
        (RENTS, "rents"),
        (PUBLIC_RENTAL, "public_rental"),
    )
    for c, county in enumerate(city.counties):
        found = indicators[county]
        here = family & (households["county"] == c)
        people, number = households["size"][here].sum(), max(int(here.sum()), 1)
        noise = 3.0 / np.sqrt(number)
        table.add("mean_household_size", county, found["mean_household_size"], people / number, 0.03 + noise)
        apart = 1.0 - people / max((persons["county"] == c).sum(), 1)
        wanted = 1.0 - found["family_household_population"] / census[c]
        table.add_share("collective_share", county, wanted, apart, number, 0.001)
        area = households["area"][here].sum() / max(people, 1)
        table.add("floor_area_per_person", county, found["floor_area_per_person"], area, 0.5)
        for k, (code, name) in enumerate(codes):
            built = (households["tenure"][here] == code).mean()
            table.add_share("tenure", f"{county} {name}", shares[c, k], built, number, 0.002)
    _check_whole_city(table, persons, age, households, indicators["city"], parameters)


def _check_whole_city(
    table: _Table,
    persons: Columns,
    age: NDArray[np.int64],
    households: Columns,
    whole: dict[str, float],
    parameters: Any,
) -> None:
    """Household size, one-person households and generations of the city as a whole."""
    family = households["collective"] == 0
    number = int(family.sum())
    size = households["size"][family].mean()
    table.add("mean_household_size", "city", whole["mean_household_size"], size, 0.02 + 3.0 / np.sqrt(number))
    alone = parameters["one_person_share_2020"]
    if "one_person" in whole:
        alone = whole["one_person"] / whole["family_households"]
    built = (households["size"][family] == 1).mean()
    table.add_share("one_person_households", "city", alone, built, number, 0.01)
    depth = generations(persons, age, len(households["head"]))[family]
    for name, low, high in (("one_generation", 1, 1), ("two_generation", 2, 2), ("three_generation", 3, 9)):
        if name in whole:
            share = ((depth >= low) & (depth <= high)).mean()
            table.add_share("generations", name, whole[name] / whole["family_households"], share, number, 0.05)
    students = (households["tenure"] == COLLECTIVE) != (households["collective"] == 1)
    table.add("collective_tenure_mismatch", "city", 0.0, students.sum(), 0.0)
