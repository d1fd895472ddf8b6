"""What the tables of an input folder must agree on: years and areas whole, no part above its whole, ranges kept."""

from __future__ import annotations

import numpy as np
import pandas as pd

from abm.city.figures import check_figures
from abm.city.layout import CENSUS_YEARS, FIRST_ADULT, LEVELS, MARITAL, OLDEST, SEXES
from abm.city.pack.forms import (
    COUNTY_FIGURES,
    FAMILY_COLUMNS,
    FLOOR_AREA,
    LAST_CENSUS,
    REGISTERED_COLUMNS,
    TENURE_COLUMNS,
    Given,
)
from abm.city.reading import SUM_TOLERANCE, check_ages_cover, check_complete, check_sum_within, place
from policies.errors import InputError, unknown_name
from policies.messages import tr

FIRST_AGES = {"population": 0, "employment": FIRST_ADULT}
"""Ages at which the groups of a file must begin; those of others where the file begins."""
GENERATIONS = FAMILY_COLUMNS[1:5]
OF_AGE_GROUPS = {"marital": MARITAL, "schooling": LEVELS, "employment": ("persons",)}
SCHOOL_IS_OVER_AT = 25
MOST_ABSENT = 2.0
"""Absent members for every resident: more than in any county that is known for those who left it."""
MOST_IN_A_HOUSEHOLD = 12.0
MOST_IN_A_GROUP, MOST_AGES = 0.5, 10
"""Share of a county's residents that a group of at most so many ages may hold: above is a slip, even among students."""


def check_tables(given: Given) -> None:
    """Refuse the first thing that is wrong in the tables; InputError names file, row and column."""
    for name, table in given.tables.items():
        if name not in ("yearbook", "plan"):
            _check_rows(given, name, table)
    if LAST_CENSUS not in given.years("population"):
        raise InputError(
            tr("{place}: no rows for {last_census}").format(
                place=place(given.path("population"), None, "year"), last_census=LAST_CENSUS
            )
        )
    _check_residents(given)
    _check_of_counties(given)
    _check_households(given)
    for name, statuses in OF_AGE_GROUPS.items():
        if name in given.tables:
            _check_of_ages(given, name, statuses)
    _check_schooling(given)
    if (plan := given.tables.get("plan")) is not None:
        check_figures(given.path("plan"), plan, plan["indicator"])
    _check_yearbook(given)


def _check_rows(given: Given, name: str, table: pd.DataFrame) -> None:
    """Refuse years without a census, and counties, sexes or ages that are not all there."""
    path = given.path(name)
    wrong = ~table["year"].isin(CENSUS_YEARS)
    if wrong.any():
        row = int(table.index[wrong][0])
        raise InputError(
            tr("{place}: found {year}, allowed 2010, 2020").format(
                place=place(path, row, "year"), year=table.at[row, "year"]
            )
        )
    by = ("county", given.counties) if "county" in table else ("sex", SEXES)
    check_complete(path, table, {"year": given.years(name), by[0]: by[1]})
    if "age_from" in table:
        first = FIRST_AGES.get(name, int(table["age_from"].min()))
        check_ages_cover(path, table, ("year", by[0]), first, OLDEST)


def _check_residents(given: Given) -> None:
    """Refuse a county where nobody lives, or most are of one age, and a city of a size that none has."""
    path = given.path("population")
    table = given.tables["population"]
    persons = table[list(SEXES)].sum(axis=1)
    of_county = persons.groupby([table["year"], table["county"]], sort=False)
    for (year, county), number in of_county.sum().items():
        if number <= 0.0:
            raise InputError(
                tr("{place}: found no residents of {county} in {year}").format(
                    place=place(path, None, "male+female"), county=county, year=year
                )
            )
    for year in given.years("population"):
        rows = table["year"] == year
        total = pd.DataFrame({"male+female": [persons[rows].sum()]}, index=[int(table.index[rows][0])])
        check_figures(path, total, "population", "male+female")
    narrow = table[table["age_to"] - table["age_from"] < MOST_AGES]
    for row, all_ages in of_county.transform("sum").loc[narrow.index].items():
        if persons[row] > MOST_IN_A_GROUP * all_ages:
            raise InputError(
                tr("{place}: found {found:.12g}, allowed at most {most:.12g}, half of all ages of {county}").format(
                    place=place(path, int(row), "male+female"),
                    found=persons[row],
                    most=MOST_IN_A_GROUP * all_ages,
                    county=table.at[row, "county"],
                )
            )


def _residents(given: Given, rows: pd.DataFrame) -> pd.Series:
    """Residents of the year and county of each row; unknown where that census was not given."""
    people = given.tables["population"].groupby(["year", "county"])[list(SEXES)].sum().sum(axis=1)
    return pd.Series(
        [people.get((year, county), np.inf) for year, county in zip(rows["year"], rows["county"], strict=True)],
        index=rows.index,
    )


def _check_of_counties(given: Given) -> None:
    """Refuse a county with more people in town, in families or registered elsewhere than residents."""
    columns = (("residence", ("town",)), ("residence", REGISTERED_COLUMNS),
               ("households", ("family_household_population",)))  # fmt: skip
    for name, parts in columns:
        table = given.tables.get(name)
        if table is None or not set(parts) <= set(table):
            continue
        residents = _residents(given, table)
        nobody = np.isinf(residents)
        if nobody.any():
            row = int(table.index[nobody][0])
            raise InputError(
                tr(
                    "{place}: found {year}, but population.csv has no rows of {year}; give them or leave this out"
                ).format(place=place(given.path(name), row, "year"), year=table.at[row, "year"])
            )
        for (year, county), rows in table.groupby(["year", "county"], sort=False):
            whole = tr("the residents of {county} in {year}").format(county=county, year=year)
            check_sum_within(given.path(name), rows, parts, residents, whole)


def _check_households(given: Given) -> None:
    """Refuse households that cannot be: more of a kind than of all, fewer people than households need, no floor."""
    table = given.tables.get("households")
    if table is None:
        return
    path = given.path("households")
    homes, people = table["family_households"], table["family_household_population"]
    for parts in (*((name,) for name in FAMILY_COLUMNS), GENERATIONS, TENURE_COLUMNS):
        if set(parts) <= set(table):
            check_sum_within(path, table, parts, homes, "family_households")
    check_sum_within(path, table, ("family_households",), people, "family_household_population")
    most = tr("{number:g} for each of family_households").format(number=MOST_IN_A_HOUSEHOLD)
    check_sum_within(path, table, ("family_household_population",), homes * MOST_IN_A_HOUSEHOLD, most)
    if "one_person" in table:
        fewest = 2.0 * homes - table["one_person"]
        short = people < fewest * (1.0 - SUM_TOLERANCE)
        if short.any():
            row = int(table.index[short][0])
            said = tr(
                "{place}: found {found:.12g}, allowed at least {fewest:.12g}, two to a household beside one_person"
            )
            raise InputError(
                said.format(
                    place=place(path, row, "family_household_population"), found=people[row], fewest=fewest[row]
                )
            )
    if FLOOR_AREA in table:
        check_figures(path, table, FLOOR_AREA, FLOOR_AREA)


def _check_of_ages(given: Given, name: str, statuses: tuple[str, ...]) -> None:
    """Refuse more persons of a sex and age group than residents; of a sample there are fewer."""
    table, path = given.tables[name], given.path(name)
    people = given.tables["population"].groupby(["year", "age_from", "age_to"])[list(SEXES)].sum().reset_index()

    def most(row: pd.Series) -> float:
        of_year = people[people["year"] == row["year"]]
        touched = of_year[(of_year["age_to"] >= row["age_from"]) & (of_year["age_from"] <= row["age_to"])]
        return float(touched[row["sex"]].sum()) if len(of_year) else np.inf

    residents = table.apply(most, axis=1)
    check_sum_within(path, table, statuses, residents, tr("the residents of that sex and age"))
    if name == "employment":
        check_sum_within(path, table, ("employed",), table["persons"], "persons")


def _check_schooling(given: Given) -> None:
    """Refuse schooling of nobody, or of none who have left school."""
    table = given.tables.get("schooling")
    if table is None:
        return
    grown = table[(table["year"] == table["year"].max()) & (table["age_to"] >= SCHOOL_IS_OVER_AT)]
    for sex in SEXES:
        if grown.loc[grown["sex"] == sex, list(LEVELS)].to_numpy().sum() <= 0.0:
            raise InputError(
                tr("{place}: found nobody of 25 and over for sex {sex}").format(
                    place=place(given.path("schooling"), None, "+".join(LEVELS)), sex=sex
                )
            )


def _check_yearbook(given: Given) -> None:
    """Refuse a figure of another area, without a source, out of range, or of a year in which nobody will look."""
    table = given.tables.get("yearbook")
    if table is None:
        return
    path = given.path("yearbook")
    for row, record in table.iterrows():
        areas = given.counties if record["indicator"] in COUNTY_FIGURES else ("city",)
        if record["area"] not in areas:
            raise InputError(
                tr("{place}: found '{area}', allowed {areas} for {indicator}").format(
                    place=place(path, int(row), "area"),
                    area=record["area"],
                    areas=", ".join(areas),
                    indicator=record["indicator"],
                )
            )
        if record["source"] not in given.who.sources:
            raise unknown_name("source", record["source"], given.who.sources, place(path, int(row), "source"))
        if record["indicator"] == "absent" and record["year"] not in CENSUS_YEARS:
            raise InputError(
                tr("{place}: found {year}, allowed 2010, 2020").format(
                    place=place(path, int(row), "year"), year=record["year"]
                )
            )
    check_figures(path, table, table["indicator"])
    residents = given.tables["population"].query("year == @LAST_CENSUS")[list(SEXES)].to_numpy().sum()
    for indicator, times, whole in (
        ("net_moves", 1.0, tr("the residents of 2020")),
        ("absent", MOST_ABSENT, tr("twice the residents of 2020")),
    ):
        rows = table[table["indicator"] == indicator]
        most = pd.Series(times * residents, index=rows.index)
        check_sum_within(path, rows.assign(**{"|value|": rows["value"].abs()}), ("|value|",), most, whole)
    for indicator in COUNTY_FIGURES:
        some = table[table["indicator"] == indicator]
        if len(some):
            check_complete(path, some, {"area": given.counties})
