"""A city: a folder of tables, read, checked and turned into the arrays the model asks for.

`load_city("suining")` (:mod:`abm.city.loading`) is the only way in. A message about a table names its file, row and
column. Axis order everywhere: county as in `City.counties`; sex 0 male, 1 female; residence 0 village, 1 town;
schooling and marital levels as in `abm.city.layout`. All arrays are float64 and read-only.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from abm.city import derive
from abm.city.derive import Array, read_only
from abm.city.kept import kept
from abm.city.layout import (
    CENSUS_YEARS,
    CHILD_AGES,
    CITY_AREA,
    CITY_SERIES,
    FERTILE_AGES,
    FIRST_ADULT,
    LEVELS,
    MARITAL,
    OLDEST,
    OLDEST_DEATH,
    RESIDENCES,
    SEXES,
)
from abm.city.sources import Description
from policies.messages import tr


@dataclass(frozen=True)
class City:
    """One city. Build it with `load_city`; its tables never change afterwards."""

    folder: Path
    description: Description
    sources: Mapping[str, object] = field(repr=False)
    tables: Mapping[str, pd.DataFrame] = field(repr=False)

    @property
    def name(self) -> str:
        """The id of the city: the name of its folder."""
        return self.description.name

    @property
    def labels(self) -> Mapping[str, str]:
        """The city's name by language, {"en", "zh"}."""
        return self.description.labels

    @property
    def counties(self) -> tuple[str, ...]:
        """County ids, in the order of every county axis."""
        return tuple(self.description.counties)

    @property
    def county_labels(self) -> Mapping[str, Mapping[str, str]]:
        """County names by id and language."""
        return self.description.counties

    def folder_hash(self) -> str:
        """Return the sha256 (hex) of the names and bytes of all files of the folder, as they are now."""
        return folder_hash(self.folder)

    # --- people -------------------------------------------------------------------------------------------------

    def population_by_age(self, year: int) -> Array:
        """Return residents [county, sex, age 0..100] on 1 November of 2010 or 2020; five-year groups exact."""
        return self._population[_census_index(year)]

    @cached_property
    def _population(self) -> tuple[Array, ...]:
        split = self.tables["age_split"]
        result = []
        for year in CENSUS_YEARS:
            count = np.zeros((len(self.counties), len(SEXES), OLDEST + 1))
            for s, sex in enumerate(SEXES):
                chosen = split[(split["year"] == year) & (split["sex"] == sex)].sort_values("age")
                weights = chosen["weight"].to_numpy()
                for c, county in enumerate(self.counties):
                    table = self._rows("population", year=year, county=county, sex=sex)
                    low, high = table["age_from"].to_numpy(), table["age_to"].to_numpy()
                    count[c, s] = derive.single_ages(low, high, table["persons"].to_numpy(), weights)
            result.append(read_only(count))
        return tuple(result)

    @kept
    def town_share(self, year: float) -> Array:
        """Return the share of residents living in town [county]; straight between given years, then held."""
        return self._county_path("town_share", "share", year)

    def hukou_elsewhere_share(self, year: float) -> Array:
        """Return the share of residents whose hukou is outside their county [county]."""
        return self._county_path("hukou_elsewhere", "outside_county", year)

    def hukou_elsewhere_in_county_share(self, year: float) -> Array:
        """Return the share of residents whose hukou is elsewhere in the same county [county]."""
        return self._county_path("hukou_elsewhere", "within_county", year)

    @kept
    def absent_by_age(self, year: int) -> Array:
        """Return hukou members living outside the city [sex, age 0..100] in 2010 or 2020: a derived prior."""
        _census_index(year)
        result = np.zeros((len(SEXES), OLDEST + 1))
        for s, sex in enumerate(SEXES):
            table = self._rows("absent", year=year, sex=sex)
            weights = self.population_by_age(year)[:, s].sum(axis=0)
            low, high = table["age_from"].to_numpy(), table["age_to"].to_numpy()
            result[s] = derive.single_ages(low, high, table["persons"].to_numpy(), weights)
        return read_only(result)

    @kept
    def marital_shares(self, year: int) -> Array:
        """Return shares [sex, age 15..100, never married/married/divorced/widowed] of residents, 2010 or 2020."""
        _census_index(year)
        by_sex = [self._rows("marital", year=year, sex=sex).sort_values("age") for sex in SEXES]
        return read_only(np.array([rows[list(MARITAL)].to_numpy() for rows in by_sex]))

    def households(self, year: int) -> dict[str, dict[str, float]]:
        """Return household indicators {"city" or county: {indicator: value}} of census 2010 or 2020.

        Counts of households and persons, sizes, square metres a head, tenure shares, and
        `collective_population` = residents less the family household population. Indicators that were not
        published for an area are absent.
        """
        residents = self.population_by_age(year).sum(axis=(1, 2))
        of_area = dict(zip(self.counties, residents, strict=True)) | {CITY_AREA: residents.sum()}
        result: dict[str, dict[str, float]] = {}
        for area in (CITY_AREA, *self.counties):
            rows = self._rows("households", year=year, area=area)
            found = dict(zip(rows["indicator"], rows["value"].astype(float), strict=True))
            found["collective_population"] = float(of_area[area] - found["family_household_population"])
            result[area] = found
        return result

    # --- deaths and moves ---------------------------------------------------------------------------------------

    @kept
    def death_rate(self, year: float) -> Array:
        """Return central death rates per person-year [sex, age 0..110] in the middle of a calendar year.

        Interpolated between the given mid-period years, held outside them.
        """
        table = self.tables["death_rates"]
        years = sorted(table["year"].unique())
        rates = np.zeros((len(years), len(SEXES), OLDEST_DEATH + 1))
        for y, mid_year in enumerate(years):
            for s, sex in enumerate(SEXES):
                rows = self._rows("death_rates", year=mid_year, sex=sex)
                rates[y, s] = derive.death_rates_by_age(
                    rows["age_from"].to_numpy(), rows["rate"].to_numpy(), OLDEST_DEATH
                )
        return read_only(derive.value_in_year(years, rates, year + 0.5))

    @kept
    def life_expectancy_target(self, year: float) -> float:
        """Return the observed, then planned life expectancy at birth (both sexes, years) of a year."""
        table = self.tables["life_expectancy"].sort_values("year")
        return float(np.interp(year, table["year"], table["years"]))

    @kept
    def death_rate_multiplier(self, year: float) -> float:
        """Return the factor on `death_rate(year)` at all ages that gives `life_expectancy_target(year)`.

        Before the first and after the last year of the path the factor of that year is held, so that
        mortality goes on falling as the given rates do.
        """
        path = self.tables["life_expectancy"]["year"]
        at = float(np.clip(year, path.min(), path.max()))
        return derive.death_rate_factor(
            self.death_rate(at), self.sex_ratio_at_birth(at), self.life_expectancy_target(at)
        )

    @kept
    def net_migration_rate(self) -> Array:
        """Return net moves 2010-2020 per person-year [county, sex, age 0..100] by current age."""
        result = np.zeros((len(self.counties), len(SEXES), OLDEST + 1))
        for c, county in enumerate(self.counties):
            for s, sex in enumerate(SEXES):
                rows = self._rows("migration_cohorts", county=county, sex=sex)
                low, high = rows["age_from"].to_numpy(), rows["age_to"].to_numpy()
                result[c, s] = derive.rates_by_current_age(low, high, rows["annual_rate"].to_numpy(), OLDEST + 1)
        return read_only(result)

    @kept
    def net_migration_total(self, year: int) -> float:
        """Return net moves into the city in persons a year (negative: leaving)."""
        table = self.tables["migration_level"].sort_values("from_year")
        row = max(int(np.searchsorted(table["from_year"], year, side="right")) - 1, 0)
        return float(table["persons_per_year"].iloc[row])

    # --- births -------------------------------------------------------------------------------------------------

    @kept
    def national_birth_rates(self, year: int) -> Array:
        """Return national births per woman-year [order 1, 2, 3+; age 15..49].

        From the first year with rates by age (2000) those rates and the order shares both hold; before it the
        total, the order shares and the moved order shapes of census 2010. ValueError outside the table's years.
        """
        totals = self.tables["fertility_total"].set_index("year")["tfr"]
        if year not in totals.index:
            raise ValueError(
                tr("national births: year {year}, allowed {first} to {last}").format(
                    year=year, first=totals.index.min(), last=totals.index.max()
                )
            )
        path = self.tables["fertility_order_path"].sort_values(["year", "order"])
        years = sorted(path["year"].unique())
        by_year = path[["share", "mean_age", "spread"]].to_numpy().reshape(len(years), 3, 3)
        shares, mean_age, spread = derive.value_in_year(years, by_year, year).T
        shapes = self.tables["fertility_order_shape"].sort_values(["order", "age"])["share"].to_numpy().reshape(3, -1)
        rates = derive.birth_rates(FERTILE_AGES[0], shapes, float(totals[year]) * shares, mean_age, spread)
        by_age = self.tables["fertility_by_age"]
        if year >= by_age["year"].min():
            rows = by_age[by_age["year"] == min(year, int(by_age["year"].max()))].sort_values("age_from")
            births = rows["rate"].to_numpy() * (rows["age_to"] - rows["age_from"] + 1).to_numpy()
            firsts = (rows["age_from"] - FERTILE_AGES[0]).to_numpy()
            rates = derive.fitted_to_margins(rates, rates.sum(axis=1), firsts, births)
        return read_only(rates)

    def local_fertility_scale(self, year: float) -> float:
        """Return the prior ratio of the city's fertility to the nation's; a founding population may rake it."""
        table = self.tables["fertility_total"].sort_values("year")
        return float(np.interp(year, table["year"], table["local_scale"]))

    @kept
    def sex_ratio_at_birth(self, year: float) -> float:
        """Return boys per girl at birth."""
        table = self.tables["sex_ratio_at_birth"].sort_values("year")
        return float(np.interp(year, table["year"], table["males_per_female"]))

    # --- schooling ----------------------------------------------------------------------------------------------

    @kept
    def schooling_goal_shares(self, birth_year: float) -> Array:
        """Return shares [sex, 4] of final schooling levels of people born in a year, as residents of 2020."""
        return read_only(np.array([derive.value_in_year(*self._schooling_path(sex), birth_year) for sex in SEXES]))

    def schooling_shares(self, year: int) -> Array:
        """Return shares [sex, age 15..100, 4] of levels finished by 1 November of a year; pupils count below."""
        ages = np.arange(FIRST_ADULT, OLDEST + 1)
        finished_at = self.description.schooling_finished_at
        result = np.zeros((len(SEXES), len(ages), len(LEVELS)))
        for s, sex in enumerate(SEXES):
            years, values = self._schooling_path(sex)
            goals = np.array([derive.value_in_year(years, values, year + 1 / 3 - age) for age in ages])
            result[s] = derive.schooling_attained(goals, ages, finished_at)
        return read_only(result)

    def schooling_years(self) -> Array:
        """Return the years at school that each of the four levels stands for."""
        return read_only(np.array(self.description.schooling_years))

    def schooling_finished_at(self) -> Array:
        """Return the age at which each of the four levels is finished."""
        return read_only(np.array(self.description.schooling_finished_at, dtype=np.float64))

    def couple_schooling(self) -> Array:
        """Return the shares of couples [husband 4, wife 4] by schooling."""
        table = self.tables["couples_schooling"].set_index(["husband", "wife"])["share"]
        return read_only(np.array([[table[h, w] for w in LEVELS] for h in LEVELS]))

    # --- economy ------------------------------------------------------------------------------------------------

    @kept
    def income_per_head(self, year: float) -> Array:
        """Return disposable income per head in yuan a year [village, town], prices of the year."""
        return read_only(np.array([self._series("income_per_head", group, year) for group in RESIDENCES]))

    def income_quintiles(self) -> Array:
        """Return the mean income of each fifth, poorest first, relative to the mean of all."""
        return read_only(self.tables["income_quintiles"].sort_values("quintile")["ratio_to_mean"].to_numpy())

    @kept
    def house_price(self, year: float) -> Array:
        """Return the price of a new town home in yuan per square metre [county]."""
        return read_only(np.array([self._series("house_price", county, year) for county in self.counties]))

    def rent(self, year: float) -> Array:
        """Return the rent of a town home in yuan per square metre a month [county]."""
        return read_only(np.array([self._series("rent", county, year) for county in self.counties]))

    def nursery_places_per_1000(self, year: float) -> float:
        """Return places for children under three per 1,000 residents."""
        return self._series(CITY_SERIES[0], "all", year)

    def nursery_fee(self, year: float) -> float:
        """Return the mean nursery fee in yuan a month."""
        return self._series(CITY_SERIES[1], "all", year)

    def kindergarten_fee(self, year: float) -> float:
        """Return the mean kindergarten fee in yuan a month."""
        return self._series(CITY_SERIES[2], "all", year)

    @kept
    def child_cost(self, year: float) -> Array:
        """Return what a first child costs in yuan a year [residence, age 0..17].

        Without housing, nursery and kindergarten fees; moves with `income_per_head` from its price year 2022.
        """
        table = self.tables["child_cost"].set_index(["residence", "age"])["yuan_per_year_2022"]
        base = np.array([[table[group, age] for age in CHILD_AGES] for group in RESIDENCES])
        return read_only(base * (self.income_per_head(year) / self.income_per_head(2022))[:, None])

    @kept
    def employment_rate(self, year: float) -> Array:
        """Return the share at work [sex, age 15..100], long-form base, between and beyond 2010 and 2020 held."""
        by_year = np.array([self._employment(census) for census in CENSUS_YEARS])
        return read_only(derive.value_in_year(CENSUS_YEARS, by_year, year))

    def sector_shares(self) -> dict[str, float]:
        """Return the share of the employed by sector in 2020, long-form base."""
        table = self.tables["sectors"]
        return dict(zip(table["sector"], table["share"].astype(float), strict=True))

    def plan_targets(self) -> dict[str, float]:
        """Return the city plan's indicators for `plan_year`, by the name of the model's output."""
        table = self.tables["plan_targets"]
        return dict(zip(table["indicator"], table["value"].astype(float), strict=True))

    @property
    def plan_year(self) -> int:
        """The year the plan's targets are for."""
        return int(self.tables["plan_targets"]["year"].max())

    # --- from tables to arrays -----------------------------------------------------------------------------------

    def _rows(self, name: str, **wanted: object) -> pd.DataFrame:
        table = self.tables[name]
        chosen = np.logical_and.reduce([(table[column] == value).to_numpy() for column, value in wanted.items()])
        rows = table[chosen]
        return rows.sort_values("age_from") if "age_from" in rows else rows

    def _county_path(self, name: str, column: str, year: float) -> Array:
        if (name, column) not in self._county_paths:
            wide = self.tables[name].pivot(index="year", columns="county", values=column)[list(self.counties)]
            self._county_paths[name, column] = (wide.index.to_numpy(dtype=np.float64), wide.to_numpy())
        return read_only(derive.value_in_year(*self._county_paths[name, column], year))

    @cached_property
    def _county_paths(self) -> dict[tuple[str, str], tuple[Array, Array]]:
        """Years and values [year, county] of the paths asked for so far: a run asks every January."""
        return {}

    def _schooling_path(self, sex: str) -> tuple[Array, Array]:
        rows = self._rows("schooling_cohorts", sex=sex).sort_values("birth_year")
        return rows["birth_year"].to_numpy(dtype=np.float64), rows[list(LEVELS)].to_numpy()

    def _employment(self, year: int) -> Array:
        even = np.ones(OLDEST + 1)
        shares = np.zeros((len(SEXES), OLDEST + 1 - FIRST_ADULT))
        for s, sex in enumerate(SEXES):
            rows = self._rows("employment", year=year, sex=sex)
            size = (rows["age_to"] - rows["age_from"] + 1).to_numpy()
            total = derive.single_ages(
                rows["age_from"].to_numpy(), rows["age_to"].to_numpy(), rows["share"].to_numpy() * size, even
            )
            shares[s] = total[FIRST_ADULT:]
        return shares

    def _series(self, indicator: str, group: str, year: float) -> float:
        years, values, before, after = self._all_series[indicator, group]
        return derive.grown_value_in_year(years, values, before, after, year)

    @cached_property
    def _all_series(self) -> dict[tuple[str, str], tuple[list[float], list[float], float, float]]:
        """Years, values, growth before and growth after of each money series, by indicator and group."""
        growth = self.tables["economy_growth"].set_index("indicator")
        before, after = growth["before_first_year"].to_dict(), growth["after_last_year"].to_dict()
        rows = self.tables["economy"].sort_values("year").groupby(["indicator", "group"])
        return {
            (indicator, group): (part["year"].tolist(), part["value"].tolist(), before[indicator], after[indicator])
            for (indicator, group), part in rows
        }


def _census_index(year: int) -> int:
    """Return the position of a census year; ValueError for any other year."""
    if year not in CENSUS_YEARS:
        raise ValueError(
            tr("census year {year}, allowed {years}").format(year=year, years=", ".join(map(str, CENSUS_YEARS)))
        )
    return CENSUS_YEARS.index(year)


def folder_hash(folder: Path) -> str:
    """Return the sha256 (hex) of the relative names and bytes of all files in a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
