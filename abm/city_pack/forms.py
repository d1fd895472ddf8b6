"""What a statistics office gives: the files of an input folder, their columns, and how they are read and refused."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from abm.city_layout import CENSUS_YEARS, LEVELS, MARITAL, OLDEST, PLAN_TARGETS, SEXES
from abm.city_sources import Label, Source
from abm.city_tables import Choice, Column, Number, TableSpec, Text, check_ages_cover, check_complete, place, read_table
from policies.errors import InputError, unknown_name
from policies.messages import tr
from policies.text_files import table_text
from policies.validation import StrictModel, read_yaml, validated

WHO = "city.yaml"
NEEDED = "population"
LAST_CENSUS = CENSUS_YEARS[-1]
TENURE_COLUMNS = ("rent", "self_built", "bought", "inherited", "other")
FAMILY_COLUMNS = ("one_person", "one_generation", "two_generation", "three_generation", "four_plus_generation",
                  "households_with_65_plus")  # fmt: skip
CITY_FIGURES = ("life_expectancy", "net_moves", "absent", "boys_per_100_girls", "nursery_places_per_1000",
                "nursery_fee", "kindergarten_fee")  # fmt: skip
COUNTY_FIGURES = ("house_price", "rent")
RESIDENCE_FIGURES = ("income_village", "income_town")

_YEAR = Number(CENSUS_YEARS[0], LAST_CENSUS, whole=True)
_AGE = Number(0, OLDEST, whole=True)
_COUNT = Number(0.0)
_AGES: dict[str, Column] = {"age_from": _AGE, "age_to": _AGE}
_SEX = Choice(SEXES)
_GRADES = ("A", "B", "C", "D")


class OwnSource(StrictModel):
    """Which of the sources a file comes from, and how good it is (A to D, see abm/cities/README.md)."""

    source: str
    grade: Literal["A", "B", "C", "D"]


class Who(StrictModel):
    """``city.yaml`` of an input folder: who the city is, whom it borrows from, where its files come from."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    labels: Label
    note: str = ""
    counties: dict[str, Label] = Field(min_length=1)
    donor: str = "suining"
    sources: dict[str, Source]
    files: dict[str, OwnSource]


@dataclass(frozen=True)
class Form:
    """One input file: columns it must have, columns it may have, and those that together name a row."""

    needed: dict[str, Column]
    keys: tuple[str, ...]
    optional: dict[str, Column] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """What was given: the description, and the tables by the name of their file."""

    folder: Path
    who: Who
    tables: dict[str, pd.DataFrame]

    @property
    def counties(self) -> tuple[str, ...]:
        """County ids in the order of the description."""
        return tuple(self.who.counties)

    def source(self, name: str) -> tuple[str, str]:
        """Source key and grade of a file."""
        own = self.who.files[name]
        return own.source, own.grade

    def years(self, name: str) -> tuple[int, ...]:
        """Census years in a file; none if it was not given."""
        return tuple(sorted(self.tables[name]["year"].unique())) if name in self.tables else ()

    def path(self, name: str) -> Path:
        """Where a file is."""
        return self.folder / f"{name}.csv"


def forms(counties: tuple[str, ...]) -> dict[str, Form]:
    """Every file that may be given, by name; ``population`` is the only one that must be."""
    county = Choice(counties)
    by_county: dict[str, Column] = {"year": _YEAR, "county": county}
    by_age: dict[str, Column] = {"year": _YEAR, "sex": _SEX, **_AGES}
    return {
        "population": Form(
            {**by_county, **_AGES, "male": _COUNT, "female": _COUNT}, ("year", "county", "age_from")
        ),
        "residence": Form(
            {**by_county, "town": _COUNT},
            ("year", "county"),
            {"registered_within_county": _COUNT, "registered_outside_county": _COUNT},
        ),
        "households": Form(
            {**by_county, "family_households": Number(1.0), "family_household_population": Number(1.0)},
            ("year", "county"),
            dict.fromkeys((*FAMILY_COLUMNS, "floor_area_per_person", *TENURE_COLUMNS), _COUNT),
        ),
        "marital": Form({**by_age, **dict.fromkeys(MARITAL, _COUNT)}, ("year", "sex", "age_from")),
        "schooling": Form({**by_age, **dict.fromkeys(LEVELS, _COUNT)}, ("year", "sex", "age_from")),
        "employment": Form({**by_age, "persons": _COUNT, "employed": _COUNT}, ("year", "sex", "age_from")),
        "yearbook": Form(
            {
                "indicator": Choice((*CITY_FIGURES, *RESIDENCE_FIGURES, *COUNTY_FIGURES)),
                "area": Choice(("city", *counties)),
                "year": Number(1900, 2100, whole=True),
                "value": Number(),
                "source": Text(),
                "grade": Choice(_GRADES),
            },
            ("indicator", "area", "year"),
        ),
        "plan": Form(
            {"indicator": Choice(PLAN_TARGETS), "year": Number(1900, 2100, whole=True), "value": _COUNT},
            ("indicator",),
        ),
    }  # fmt: skip


def read_given(folder: Path) -> Given:
    """Read and check an input folder; InputError names the file, row and column of the first thing that is wrong."""
    if not folder.is_dir():
        raise InputError(
            tr("{folder}: no such folder; give the folder that holds {who} and population.csv").format(
                folder=folder, who=WHO
            )
        )
    who = validated(Who, read_yaml(folder / WHO), f"{folder.name}/{WHO}")
    known = forms(tuple(who.counties))
    present = sorted(path.stem for path in folder.glob("*.csv"))
    for name in present:
        if name not in known:
            raise unknown_name("file", f"{name}.csv", [f"{other}.csv" for other in known], folder.name)
    if NEEDED not in present:
        raise InputError(
            tr("{folder}: {needed}.csv is missing; it is the only table that must be given").format(
                folder=folder.name, needed=NEEDED
            )
        )
    _check_sources(folder, who, present)
    given = Given(folder, who, {name: _read(folder / f"{name}.csv", known[name]) for name in present})
    _check_tables(given)
    return given


def _read(path: Path, form: Form) -> pd.DataFrame:
    """The table, with those optional columns that it has; ages that are left open end at 100."""
    header = next(csv.reader(io.StringIO(table_text(path), newline=""), skipinitialspace=True), [])
    optional = {name: kind for name, kind in form.optional.items() if name in header}
    return read_table(path, TableSpec({**form.needed, **optional}, form.keys))


def _check_sources(folder: Path, who: Who, present: list[str]) -> None:
    where = f"{folder.name}/{WHO}: files"
    named = [name for name in present if name != "yearbook"]  # its rows have sources of their own
    for name in who.files:
        if name not in named:
            raise unknown_name("file", name, named, where)
        if who.files[name].source not in who.sources:
            raise unknown_name("source", who.files[name].source, who.sources, f"{where}.{name}")
    for name in named:
        if name not in who.files:
            raise InputError(
                tr("{where}: no entry for {name}.csv; write {name}: {{source: KEY, grade: A}}").format(
                    where=where, name=name
                )
            )


def _check_tables(given: Given) -> None:
    for name, table in given.tables.items():
        path = given.path(name)
        if name in ("yearbook", "plan"):
            continue
        wrong = ~table["year"].isin(CENSUS_YEARS)
        if wrong.any():
            row = int(table.index[wrong][0])
            raise InputError(
                tr("{place}: found {year}, allowed 2010, 2020").format(
                    place=place(path, row, "year"), year=table.at[row, "year"]
                )
            )
        if "county" in table:
            keys = ("year", "county")
            check_complete(path, table, {"year": given.years(name), "county": given.counties})
        else:
            keys = ("year", "sex")
            check_complete(path, table, {"year": given.years(name), "sex": SEXES})
        if "age_from" in table:
            first = int(table["age_from"].min()) if name != "population" else 0
            check_ages_cover(path, table, keys, first, OLDEST)
    if LAST_CENSUS not in given.years("population"):
        raise InputError(
            tr("{place}: no rows for {last_census}").format(
                place=place(given.path("population"), None, "year"), last_census=LAST_CENSUS
            )
        )
    _check_within_residents(given)
    _check_yearbook(given)


def _check_within_residents(given: Given) -> None:
    """Refuse a county with more people in town, or in families, than residents."""
    residents = given.tables["population"].groupby(["year", "county"])[["male", "female"]].sum().sum(axis=1)
    columns = (("residence", "town"), ("residence", "registered_within_county"),
               ("residence", "registered_outside_county"), ("households", "family_household_population"))  # fmt: skip
    for name, column in columns:
        table = given.tables.get(name)
        if table is None or column not in table:
            continue
        for row, record in table.iterrows():
            most = residents.get((record["year"], record["county"]), np.inf)
            if record[column] > most:
                said = tr("{place}: found {persons:g}, allowed at most the {most:g} residents of {county} in {year}")
                raise InputError(
                    said.format(
                        place=place(given.path(name), int(row), column),
                        persons=record[column],
                        most=most,
                        county=record["county"],
                        year=record["year"],
                    )
                )  # fmt: skip
    for name, parts, whole in (("employment", ("employed",), "persons"),):
        table = given.tables.get(name)
        if table is not None:
            wrong = table[list(parts)].sum(axis=1) > table[whole]
            if wrong.any():
                row = int(table.index[wrong][0])
                raise InputError(
                    tr("{place}: found {part:g}, allowed at most {whole} ({sum:g})").format(
                        place=place(given.path(name), row, parts[0]),
                        part=table.at[row, parts[0]],
                        whole=whole,
                        sum=table.at[row, whole],
                    )
                )


def _check_yearbook(given: Given) -> None:
    table = given.tables.get("yearbook")
    if table is None:
        return
    path = given.path("yearbook")
    for row, record in table.iterrows():
        of_county = record["indicator"] in COUNTY_FIGURES
        areas = given.counties if of_county else ("city",)
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
        if record["value"] < 0 and record["indicator"] != "net_moves":
            raise InputError(
                tr("{place}: found {value:g}, allowed 0 or more").format(
                    place=place(path, int(row), "value"), value=record["value"]
                )
            )
    for indicator in COUNTY_FIGURES:
        some = table[table["indicator"] == indicator]
        if len(some):
            check_complete(path, some, {"area": given.counties})
