"""What a statistics office gives: the files of an input folder and their columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import Field

from abm.city.layout import CENSUS_YEARS, LEVELS, MARITAL, OLDEST, PLAN_TARGETS, SEXES
from abm.city.reading import Choice, Column, Number, Text
from abm.city.sources import Label, Source
from policies.validation import StrictModel

WHO = "city.yaml"
LAST_CENSUS = CENSUS_YEARS[-1]
TENURE_COLUMNS = ("rent", "self_built", "bought", "inherited", "other")
REGISTERED_COLUMNS = ("registered_within_county", "registered_outside_county")
AGE_COLUMNS = ("age_from", "age_to")
FLOOR_AREA = "floor_area_per_person"
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
    """One input file: columns it must have, columns it may have, and those that together name a row.

    Columns that stand ``together`` are all there or none. Ages that ``may_lack`` are those of all adults then.
    """

    needed: dict[str, Column]
    keys: tuple[str, ...]
    optional: dict[str, Column] = field(default_factory=dict)
    together: tuple[tuple[str, ...], ...] = ()
    may_lack_ages: bool = False


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


def _by_age(statuses: tuple[str, ...]) -> Form:
    """Persons of each sex and, where ages are given, each age group by status."""
    counts: dict[str, Column] = dict.fromkeys(statuses, _COUNT)
    return Form({"year": _YEAR, "sex": _SEX, **counts}, ("year", "sex", "age_from"), dict(_AGES), (AGE_COLUMNS,), True)


def forms(counties: tuple[str, ...]) -> dict[str, Form]:
    """Every file that may be given, by name; ``population`` is the only one that must be."""
    county = Choice(counties)
    by_county: dict[str, Column] = {"year": _YEAR, "county": county}
    return {
        "population": Form(
            {**by_county, **_AGES, "male": _COUNT, "female": _COUNT}, ("year", "county", "age_from")
        ),
        "residence": Form(
            {**by_county, "town": _COUNT},
            ("year", "county"),
            dict.fromkeys(REGISTERED_COLUMNS, _COUNT),
            (REGISTERED_COLUMNS,),
        ),
        "households": Form(
            {**by_county, "family_households": Number(1.0), "family_household_population": Number(1.0)},
            ("year", "county"),
            dict.fromkeys((*FAMILY_COLUMNS, FLOOR_AREA, *TENURE_COLUMNS), _COUNT),
            (TENURE_COLUMNS,),
        ),
        "marital": _by_age(MARITAL),
        "schooling": _by_age(LEVELS),
        "employment": Form(
            {"year": _YEAR, "sex": _SEX, **_AGES, "persons": _COUNT, "employed": _COUNT}, ("year", "sex", "age_from")
        ),
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
