"""Tables about homes, money and aims: households, incomes, prices, places, the plan."""

from __future__ import annotations

import numpy as np
import pandas as pd

from abm.city.city import City
from abm.city.derive import Array, grown_value_in_year
from abm.city.layout import CENSUS_YEARS, CITY_AREA, CITY_SERIES, COUNTY_SERIES, RESIDENCES, TENURES
from abm.city.pack.forms import FAMILY_COLUMNS, RESIDENCE_FIGURES, TENURE_COLUMNS, Given
from abm.city.pack.made import BORROWED, GRADE_OF_BORROWED, OWN, PARTLY, Made, borrowed, partly

Counts = dict[int, Array]
FIRST, LAST = CENSUS_YEARS
_COLUMNS = ["year", "area", "indicator", "value", "source", "grade", "note"]


def households(given: Given, donor: City, counts: Counts) -> Made:
    """Households, people in them, tenure and floor area, by census and area; what was not given is the donor's."""
    rows: list[tuple[object, ...]] = []
    for year in CENSUS_YEARS:
        own = year in given.years("households") and year in given.years("population")
        areas = {county: _of_county(given, donor, counts, year, c, own) for c, county in enumerate(given.counties)}
        rows += _rows(year, {CITY_AREA: _of_city(areas), **areas}, given)
    table = pd.DataFrame(rows, columns=_COLUMNS)
    if (table["source"] == BORROWED).all():
        return borrowed(table, "People in families and sizes in the donor's proportion to residents.")
    kind = OWN if (table["source"] != BORROWED).all() else PARTLY
    return Made(table, kind, "row", "row", "" if kind == OWN else "Rows of the source 'borrowed' are the donor's.")


Figures = dict[str, tuple[float, bool]]
"""Value of each indicator of an area, and whether it was given."""


def _of_county(given: Given, donor: City, counts: Counts, year: int, county: int, own: bool) -> Figures:
    usual = donor.households(year)[CITY_AREA]
    residents = float(counts[year][county].sum())
    found: Figures = {}
    row = None
    if own:
        table = given.tables["households"]
        row = table[(table["year"] == year) & (table["county"] == given.counties[county])].iloc[0]
        found["family_households"] = (float(row["family_households"]), True)
        found["family_household_population"] = (float(row["family_household_population"]), True)
    else:
        share, size = _usual_families(given, donor, year, county)
        found["family_household_population"] = (float(np.floor(share * residents)), False)
        found["family_households"] = (float(np.ceil(share * residents / size)), False)
    people, homes = found["family_household_population"][0], found["family_households"][0]
    found["mean_household_size"] = (round(people / homes, 4), own)
    has_area = row is not None and "floor_area_per_person" in row
    found["floor_area_per_person"] = (
        (float(row["floor_area_per_person"]), True) if has_area else (usual["floor_area_per_person"], False)  # type: ignore[index]
    )
    found |= _tenures(row, usual)
    if row is not None:
        found |= {name: (float(row[name]), True) for name in FAMILY_COLUMNS if name in row}
    return found


def _usual_families(given: Given, donor: City, year: int, county: int) -> tuple[float, float]:
    """Share of residents in family households and mean size: those of 2020 if given, moved as the donor's, else the
    donor's."""
    usual = {y: donor.households(y)[CITY_AREA] for y in CENSUS_YEARS}
    residents = {y: float(donor.population_by_age(y).sum()) for y in CENSUS_YEARS}
    share = usual[year]["family_household_population"] / residents[year]
    size = usual[year]["mean_household_size"]
    if LAST not in given.years("households"):
        return share, size
    row = given.tables["households"].query("year == @LAST").set_index("county").loc[given.counties[county]]
    people = given.tables["population"].query("year == @LAST")
    of_county = people[people["county"] == given.counties[county]][["male", "female"]].to_numpy().sum()
    own_size = row["family_household_population"] / row["family_households"]
    return (
        min(float(row["family_household_population"] / of_county), 1.0),
        float(own_size * size / usual[LAST]["mean_household_size"]),
    )


def _tenures(row: pd.Series | None, usual: dict[str, float]) -> Figures:
    """Shares of families by tenure, from counts or shares."""
    if row is not None and all(name in row for name in TENURE_COLUMNS):
        values = row[list(TENURE_COLUMNS)].to_numpy(dtype=float)
        if values.sum() > 0.0:
            return {name: (float(v), True) for name, v in zip(TENURES, values / values.sum(), strict=True)}
    return {name: (usual[name], False) for name in TENURES}


def _of_city(areas: dict[str, Figures]) -> Figures:
    """The city as the sum or the mean of its counties."""
    of = list(areas.values())
    homes = np.array([area["family_households"][0] for area in of])
    people = np.array([area["family_household_population"][0] for area in of])
    city: Figures = {}
    for name in ("family_households", "family_household_population", *FAMILY_COLUMNS):
        if all(name in area for area in of):
            city[name] = (float(sum(area[name][0] for area in of)), all(area[name][1] for area in of))
    city["mean_household_size"] = (round(float(people.sum() / homes.sum()), 4), of[0]["mean_household_size"][1])
    for name, weight in (("floor_area_per_person", people), *((tenure, homes) for tenure in TENURES)):
        values = np.array([area[name][0] for area in of])
        city[name] = (float(np.average(values, weights=weight)), all(area[name][1] for area in of))
    return city


def _rows(year: int, areas: dict[str, Figures], given: Given) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for area, figures in areas.items():
        last = TENURES[-1]
        rounded = {name: round(value, 6) for name, (value, _) in figures.items()}
        rounded[last] = round(1.0 - sum(rounded[name] for name in TENURES[:-1]), 6)
        for name, (_, own) in figures.items():
            source, grade = given.source("households") if own else (BORROWED, GRADE_OF_BORROWED)
            rows.append((year, area, name, max(rounded[name], 0.0), source, grade, ""))
    return rows


def economy(given: Given, donor: City) -> Made:
    """Incomes, prices, rents, fees and places: each series as given, else the donor's (its mean over counties)."""
    parts = [
        _series(given, donor, "income_per_head", group, figure, "city")
        for group, figure in zip(RESIDENCES, RESIDENCE_FIGURES, strict=True)
    ]
    parts += [_series(given, donor, name, county, name, county) for name in COUNTY_SERIES for county in given.counties]
    parts += [_series(given, donor, name, "all", name, "city") for name in CITY_SERIES]
    table = pd.concat(parts, ignore_index=True)
    if (table["source"] == BORROWED).all():
        return borrowed(table, "Prices and rents are the donor's mean over its counties, for every county.")
    return Made(table, PARTLY, "row", "row", "Rows of the source 'borrowed' are the donor's.")


def _series(given: Given, donor: City, indicator: str, group: str, figure: str, area: str) -> pd.DataFrame:
    columns = ["indicator", "group", "year", "value", "source", "grade", "note"]
    own = given.tables.get("yearbook")
    if own is not None:
        rows = own[(own["indicator"] == figure) & (own["area"] == area)].sort_values("year")
        if len(rows):
            return rows.assign(indicator=indicator, group=group, note="")[columns]
    usual = donor.tables["economy"].query("indicator == @indicator")
    if indicator not in COUNTY_SERIES:
        taken = usual.query("group == @group")
    else:
        taken = _mean_over_counties(donor, usual).assign(indicator=indicator, group=group)
    return taken.assign(source=BORROWED, grade=GRADE_OF_BORROWED, note="")[columns]


def _mean_over_counties(donor: City, rows: pd.DataFrame) -> pd.DataFrame:
    """One series for all counties, in the years that any has: the mean weighted by residents of 2020."""
    weights = donor.population_by_age(LAST).sum(axis=(1, 2))
    years = sorted(rows["year"].unique())
    by_county = []
    for county in donor.counties:
        own = rows[rows["group"] == county].sort_values("year")
        known = own["year"].tolist(), own["value"].tolist()
        by_county.append([grown_value_in_year(*known, 0.0, 0.0, year) for year in years])
    mean = np.average(np.array(by_county), axis=0, weights=weights)
    return pd.DataFrame({"year": years, "value": np.round(mean, 2)})


def plan_targets(given: Given, donor: City, counts: Counts) -> Made:
    """Aims of the city's plan; the donor's where none was given, its residents scaled to this city."""
    table = donor.tables["plan_targets"].copy()
    own = given.tables.get("plan")
    scale = counts[LAST].sum() / donor.population_by_age(LAST).sum()
    of_people = table["indicator"] == "population"
    table.loc[of_people, "value"] = (table.loc[of_people, "value"] * scale).round()
    note = "The donor's plan (residents in proportion): put your own aims in plan.csv."
    if own is None:
        return borrowed(table, note)
    chosen = own.set_index("indicator")
    for row, indicator in table["indicator"].items():
        if indicator in chosen.index:
            table.loc[row, ["year", "value"]] = chosen.loc[indicator, "year"], chosen.loc[indicator, "value"]
    table["year"] = table["year"].astype(int)
    left = [name for name in table["indicator"] if name not in chosen.index]
    source, grade = given.source("plan")
    if not left:
        return Made(table, OWN, source, grade)
    return partly(table, source, grade, f"Not given, taken from the donor: {', '.join(left)}.")
