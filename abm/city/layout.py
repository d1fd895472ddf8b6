"""The tables every city folder must hold, and what makes each of them whole."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from abm.city.reading import (
    Choice,
    Column,
    Number,
    TableSpec,
    Text,
    check_ages_cover,
    check_complete,
    check_group_shares,
    check_order,
    check_row_shares,
)

SEXES = ("male", "female")
LEVELS = ("primary", "junior", "senior", "college")
MARITAL = ("never", "married", "divorced", "widowed")
RESIDENCES = ("village", "town")
CENSUS_YEARS = (2010, 2020)
OLDEST = 100  # the last single age of counts, open
OLDEST_DEATH = 110  # the last single age of death rates, open
FIRST_ADULT = 15
FERTILE_AGES = (15, 49)
CHILD_AGES = range(18)
CITY_AREA = "city"  # the whole city in tables that also have counties
TENURES = ("tenure_rent", "tenure_self_built", "tenure_bought", "tenure_inherited", "tenure_other")
HOUSEHOLD_NEEDED = ("family_households", "family_household_population", "mean_household_size",
                    "floor_area_per_person", *TENURES)  # fmt: skip
HOUSEHOLD_OPTIONAL = ("one_person", "one_generation", "two_generation", "three_generation",
                      "four_plus_generation", "households_with_65_plus")  # fmt: skip
COUNTY_SERIES = ("house_price", "rent")
CITY_SERIES = ("nursery_places_per_1000", "nursery_fee", "kindergarten_fee")
SERIES = ("income_per_head", *COUNTY_SERIES, *CITY_SERIES)
PLAN_TARGETS = ("tfr", "population", "share_16_59", "life_expectancy", "schooling_years", "urban_share",
                "nursery_street_share")  # fmt: skip

_YEAR = Number(1900, 2100, whole=True)
_AGE = Number(0, OLDEST, whole=True)
_SHARE = Number(0.0, 1.0)
_COUNT = Number(0.0)
_SEX = Choice(SEXES)
_GRADE = Choice(("A", "B", "C", "D"))
_ORDER = Number(1, 3, whole=True)
_LEVEL = Choice(LEVELS)
_AGES: dict[str, Column] = {"age_from": _AGE, "age_to": _AGE}
_ROW_SOURCE: dict[str, Column] = {"source": Text(), "grade": _GRADE}


def _shares(names: Sequence[str]) -> dict[str, Column]:
    return dict.fromkeys(names, _SHARE)


def layout(counties: Sequence[str]) -> dict[str, TableSpec]:
    """Return the columns and keys of every table of a city with these counties."""
    county = Choice(tuple(counties))
    area = Choice((CITY_AREA, *counties))
    group = Choice(("all", *RESIDENCES, *counties))
    return {
        "population": TableSpec(
            {"year": _YEAR, "county": county, "sex": _SEX, **_AGES, "persons": _COUNT},
            ("year", "county", "sex", "age_from"),
        ),
        "age_split": TableSpec({"year": _YEAR, "sex": _SEX, "age": _AGE, "weight": _COUNT}, ("year", "sex", "age")),
        "town_share": TableSpec({"year": _YEAR, "county": county, "share": _SHARE, **_ROW_SOURCE}, ("year", "county")),
        "hukou_elsewhere": TableSpec(
            {"year": _YEAR, "county": county, "within_county": _SHARE, "outside_county": _SHARE, **_ROW_SOURCE},
            ("year", "county"),
        ),
        "absent": TableSpec({"year": _YEAR, "sex": _SEX, **_AGES, "persons": _COUNT}, ("year", "sex", "age_from")),
        "death_rates": TableSpec(
            {"year": Number(1900, 2100), "sex": _SEX, "age_from": _AGE, "rate": Number(1e-7, 5.0)},
            ("year", "sex", "age_from"),
        ),
        "life_expectancy": TableSpec({"year": _YEAR, "years": Number(20.0, 100.0), **_ROW_SOURCE}, ("year",)),
        "migration_cohorts": TableSpec(
            {"county": county, "sex": _SEX, **_AGES, "annual_rate": Number(-1.0, 1.0)}, ("county", "sex", "age_from")
        ),
        "migration_level": TableSpec({"from_year": _YEAR, "persons_per_year": Number(), **_ROW_SOURCE}, ("from_year",)),
        "marital": TableSpec({"year": _YEAR, "sex": _SEX, "age": _AGE, **_shares(MARITAL)}, ("year", "sex", "age")),
        "fertility_total": TableSpec(
            {"year": _YEAR, "tfr": Number(0.0, 12.0), "local_scale": Number(0.0, 5.0), **_ROW_SOURCE}, ("year",)
        ),
        "fertility_by_age": TableSpec({"year": _YEAR, **_AGES, "rate": _SHARE}, ("year", "age_from")),
        "fertility_order_shape": TableSpec({"order": _ORDER, "age": _AGE, "share": _SHARE}, ("order", "age")),
        "fertility_order_path": TableSpec(
            {
                "year": _YEAR,
                "order": _ORDER,
                "share": _SHARE,
                "mean_age": Number(15.0, 49.0),
                "spread": Number(0.1, 3.0),
                **_ROW_SOURCE,
            },
            ("year", "order"),
        ),  # fmt: skip
        "sex_ratio_at_birth": TableSpec(
            {"year": _YEAR, "males_per_female": Number(0.8, 1.5), **_ROW_SOURCE}, ("year",)
        ),
        "schooling_cohorts": TableSpec({"birth_year": _YEAR, "sex": _SEX, **_shares(LEVELS)}, ("birth_year", "sex")),
        "couples_schooling": TableSpec({"husband": _LEVEL, "wife": _LEVEL, "share": _SHARE}, ("husband", "wife")),
        "households": TableSpec(
            {
                "year": _YEAR,
                "area": area,
                "indicator": Choice((*HOUSEHOLD_NEEDED, *HOUSEHOLD_OPTIONAL)),
                "value": _COUNT,
                **_ROW_SOURCE,
                "note": Text(),
            },
            ("year", "area", "indicator"),
        ),  # fmt: skip
        "economy": TableSpec(
            {
                "indicator": Choice(SERIES),
                "group": group,
                "year": _YEAR,
                "value": _COUNT,
                **_ROW_SOURCE,
                "note": Text(),
            },
            ("indicator", "group", "year"),
        ),  # fmt: skip
        "economy_growth": TableSpec(
            {"indicator": Choice(SERIES), "before_first_year": Number(-0.5, 0.5), "after_last_year": Number(-0.5, 0.5)},
            ("indicator",),
        ),
        "child_cost": TableSpec(
            {"residence": Choice(RESIDENCES), "age": _AGE, "yuan_per_year_2022": _COUNT, **_ROW_SOURCE},
            ("residence", "age"),
        ),
        "income_quintiles": TableSpec({"quintile": Number(1, 5, whole=True), "ratio_to_mean": _COUNT}, ("quintile",)),
        "employment": TableSpec({"year": _YEAR, "sex": _SEX, **_AGES, "share": _SHARE}, ("year", "sex", "age_from")),
        "sectors": TableSpec({"sector": Text(), "share": _SHARE}, ("sector",)),
        "plan_targets": TableSpec(
            {"indicator": Choice(PLAN_TARGETS), "year": _YEAR, "value": _COUNT, "unit": Text(), "sense": Text()},
            ("indicator",),
        ),
    }


Check = Callable[[Path, pd.DataFrame, Sequence[str]], None]


def _check_population(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"year": CENSUS_YEARS, "county": counties, "sex": SEXES})
    check_ages_cover(path, table, ("year", "county", "sex"), 0, OLDEST)


def _check_age_split(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"year": CENSUS_YEARS, "sex": SEXES, "age": range(OLDEST + 1)})


def _check_counties_by_year(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    years = tuple(dict.fromkeys((*CENSUS_YEARS, *table["year"])))
    check_complete(path, table, {"year": years, "county": counties})


def _check_absent(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"year": CENSUS_YEARS, "sex": SEXES})
    check_ages_cover(path, table, ("year", "sex"), 0, OLDEST)


def _check_death_rates(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    groups = (0, 1, *range(5, OLDEST + 1, 5))
    check_complete(path, table, {"year": tuple(dict.fromkeys(table["year"])), "sex": SEXES, "age_from": groups})


def _check_migration(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"county": counties, "sex": SEXES, "age_from": (0,)})
    check_order(path, table, "age_from", "age_to")


def _check_marital(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"year": CENSUS_YEARS, "sex": SEXES, "age": range(FIRST_ADULT, OLDEST + 1)})
    check_row_shares(path, table, MARITAL)


def _check_fertility_total(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"year": range(int(table["year"].min()), int(table["year"].max()) + 1)})


def _check_fertility_by_age(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_ages_cover(path, table, ("year",), *FERTILE_AGES)


def _check_order_shape(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"order": (1, 2, 3), "age": range(FERTILE_AGES[0], FERTILE_AGES[1] + 1)})
    check_group_shares(path, table, "share", ("order",))


def _check_order_path(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"year": tuple(dict.fromkeys(table["year"])), "order": (1, 2, 3)})
    check_group_shares(path, table, "share", ("year",))


def _check_schooling(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"birth_year": tuple(dict.fromkeys(table["birth_year"])), "sex": SEXES})
    check_row_shares(path, table, LEVELS)


def _check_couples(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"husband": LEVELS, "wife": LEVELS})
    check_group_shares(path, table, "share")


def _check_households(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    wanted: dict[str, Sequence[object]] = {
        "year": CENSUS_YEARS,
        "area": (CITY_AREA, *counties),
        "indicator": HOUSEHOLD_NEEDED,
    }
    check_complete(path, table, wanted)
    check_group_shares(path, table[table["indicator"].isin(TENURES)], "value", ("year", "area"))


def _check_economy(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"indicator": ("income_per_head",), "group": RESIDENCES})
    check_complete(path, table, {"indicator": COUNTY_SERIES, "group": counties})
    check_complete(path, table, {"indicator": CITY_SERIES, "group": ("all",)})


def _check_growth(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"indicator": SERIES})


def _check_child_cost(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"residence": RESIDENCES, "age": CHILD_AGES})


def _check_quintiles(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"quintile": range(1, 6)})


def _check_employment(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"year": CENSUS_YEARS, "sex": SEXES})
    check_ages_cover(path, table, ("year", "sex"), FIRST_ADULT, OLDEST)


def _check_sectors(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"sector": ("agriculture", "public_services")})
    check_group_shares(path, table, "share")


def _check_plan(path: Path, table: pd.DataFrame, counties: Sequence[str]) -> None:
    check_complete(path, table, {"indicator": PLAN_TARGETS})


CHECKS: dict[str, Check] = {
    "population": _check_population,
    "age_split": _check_age_split,
    "town_share": _check_counties_by_year,
    "hukou_elsewhere": _check_counties_by_year,
    "absent": _check_absent,
    "death_rates": _check_death_rates,
    "migration_cohorts": _check_migration,
    "marital": _check_marital,
    "fertility_total": _check_fertility_total,
    "fertility_by_age": _check_fertility_by_age,
    "fertility_order_shape": _check_order_shape,
    "fertility_order_path": _check_order_path,
    "schooling_cohorts": _check_schooling,
    "couples_schooling": _check_couples,
    "households": _check_households,
    "economy": _check_economy,
    "economy_growth": _check_growth,
    "child_cost": _check_child_cost,
    "income_quintiles": _check_quintiles,
    "employment": _check_employment,
    "sectors": _check_sectors,
    "plan_targets": _check_plan,
}
