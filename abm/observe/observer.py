"""From counts to rows: what a run reports, by year, indicator and group, scaled to the city.

A year keeps its counters and its census of 1 November; rows are made when somebody asks for them. Estimators that have
a closed form stand as small functions in :mod:`abm.observe.estimators`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.city.city import City
from abm.core.counters import COUNTS
from abm.core.population import CARE_NAMES
from abm.core.state import State
from abm.observe import estimators
from abm.observe.census import CENSUS_DTYPE, take_census
from abm.observe.rows import (
    SEXES,
    Row,
    Year,
    absent_women,
    cost_rows,
    family_rows,
    fertility_rows,
    headline_rows,
    household_rows,
    population_rows,
    report_rows,
    tempo_rows,
)
from policies.clock import year_of

CENSUS_MONTH = 11
HEADLINE = ("births", "cost", "tfr")
"""Indicators that need no census; a sweep keeps these of the whole city and nothing else."""


@dataclass
class Observer:
    """Keeps the years of a run and turns them into rows."""

    city: City
    scale: float
    years: dict[int, Year] = field(default_factory=dict)
    census_month: int = CENSUS_MONTH
    headline_only: bool = False

    def copy(self) -> Observer:
        """An observer that shares the closed years (which nobody changes) and goes its own way."""
        years = {y: Year(**vars(record)) for y, record in self.years.items()}
        return Observer(self.city, self.scale, years, self.census_month, self.headline_only)

    def take_census(self, state: State) -> None:
        """Census of 1 November."""
        year = year_of(state.month)
        self.years[year] = Year(year, np.zeros(0, CENSUS_DTYPE) if self.headline_only else take_census(state))

    def close_year(self, year: int, counters: NDArray[np.void], tables: NDArray[np.void]) -> None:
        """Keep the flows of a year that has just ended; one without a census is left out."""
        if year not in self.years:
            return
        record = self.years[year]
        if self.headline_only:
            record.headline = tuple(headline_rows(counters[0], self.scale))
            return
        record.flows = counters.copy()
        record.places = float(tables[0]["places"].sum())
        record.street_share = float(tables[0]["reach"][0])

    def rows(self) -> pd.DataFrame:
        """All rows: year, month (missing), indicator, group, value."""
        found: list[tuple[int, str, str, float]] = []
        for year in sorted(self.years):
            found.extend((year, *row) for row in self._rows_of_year(self.years[year]))
        if not self.headline_only:
            found.extend(tempo_rows(self.years))
        table = pd.DataFrame(found, columns=["year", "indicator", "group", "value"])
        table.insert(1, "month", pd.array([pd.NA] * len(table), dtype="Int64"))
        return table[np.isfinite(table["value"])].reset_index(drop=True)

    def _rows_of_year(self, record: Year) -> Iterator[Row]:
        if self.headline_only:
            before_the_fork = headline_rows(record.flows[0], self.scale) if record.flows is not None else ()
            yield from record.headline or before_the_fork
            return
        yield from self._stock_rows(record)
        if record.flows is None:
            return
        yield from fertility_rows(record.flows[0], self.city.counties, self.scale)
        yield from self._flow_rows(record)
        yield from cost_rows(record.flows[0], self.city.counties, self.scale)

    def _stock_rows(self, record: Year) -> Iterator[Row]:
        census = record.census[0]
        population = census["population"][: len(self.city.counties)]
        shape = self.city.national_birth_rates(min(record.year, 2024)).sum(axis=0)
        yield from population_rows(population, self.city.counties, self.scale)
        yield from report_rows(population, self.city.counties, self.scale)
        women = population[:, :, 1].sum(axis=(0, 1))
        infants = population[..., 0].sum()
        yield "tfr_census", "all", estimators.census_tfr(infants, women[15:50], shape)
        for c, county in enumerate(self.city.counties):
            of_county = population[c, :, 1].sum(axis=0)[15:50]
            yield "tfr_census", f"county:{county}", estimators.census_tfr(population[c, ..., 0].sum(), of_county, shape)
        yield from family_rows(census)
        yield from household_rows(census, self.city.counties)
        years = self.city.schooling_years()
        levels = census["schooling"][16:60]
        yield "schooling_years", "all", float((levels @ years).sum() / max(levels.sum(), 1.0))
        care = census["care"].sum(axis=0)
        for name, value in zip(CARE_NAMES, care / max(care.sum(), 1.0), strict=True):
            yield "care_arrangement", f"arrangement:{name}", float(value)

    def _flow_rows(self, record: Year) -> Iterator[Row]:
        flows, census = record.flows[0], record.census[0]  # type: ignore[index]
        scale = self.scale
        count = dict(zip(COUNTS, flows["count"], strict=True))
        deaths = flows["deaths"].sum(axis=0)
        yield "deaths", "all", deaths.sum() / scale
        for c, county in enumerate(self.city.counties):
            yield "deaths", f"county:{county}", flows["deaths"][c].sum() / scale
        people = census["population"].sum(axis=(0, 1, 2))
        yield "life_expectancy", "all", estimators.life_expectancy(deaths.sum(axis=0)[:101], people)
        births = flows["births"].sum()
        yield "births_per_1000", "all", 1000.0 * births / people.sum()
        yield "births_unplanned_share", "all", count["births_unplanned"] / max(births, 1)
        yield from self._marriage_rows(record)
        arrived, departed = flows["moves"][:, 0].sum(), flows["moves"][:, 1].sum()
        yield "moves_in", "all", arrived / scale
        yield "moves_out", "all", departed / scale
        yield "net_migration", "all", (arrived - departed) / scale
        months, firsts = flows["marriage_to_birth"]
        yield "marriage_to_first_birth", "all", months / firsts if firsts else np.nan
        months, seconds = flows["first_to_second"]
        yield "first_to_second_birth", "all", months / seconds if seconds else np.nan
        yield "births", "hukou:local", count["births_local_hukou"] / scale
        yield "births", "hukou:other", (births - count["births_local_hukou"]) / scale
        girls = births - count["births_male"]
        yield "sex_ratio_at_birth", "all", 100.0 * count["births_male"] / girls if girls else np.nan
        yield "separations", "all", count["separations"] / scale
        yield "homes_bought", "all", count["homes_bought"] / scale
        yield "assisted_cycles", "all", count["art_cycles"] / scale
        yield "leave_mothers", "all", count["leave_mothers"] / scale
        ended = count["leave_returns"] + count["leave_exits"]
        yield "leave_return_share", "all", count["leave_returns"] / ended if ended else np.nan
        care = flows["care_months"].sum(axis=0)
        yield "nursery_enrolment", "all", care[2] / max(care.sum(), 1.0)
        yield "nursery_places", "all", record.places / scale
        yield "nursery_street_share", "all", record.street_share
        enrolled = census["care"].sum(axis=0)[2]
        yield "nursery_use", "all", enrolled / record.places if record.places else np.nan
        wanted = count["places_wanted"]
        yield "nursery_granted", "all", count["places_granted"] / wanted if wanted else np.nan

    def _marriage_rows(self, record: Year) -> Iterator[Row]:
        flows, census = record.flows[0], record.census[0]  # type: ignore[index]
        couples = flows["marriages"][:, 1].sum(axis=(1, 2))
        yield "marriages", "all", couples.sum() / self.scale
        for c, county in enumerate(self.city.counties):
            yield "marriages", f"county:{county}", couples[c] / self.scale
        people = census["population"].sum(axis=(0, 1))
        for s, sex in enumerate(SEXES):
            first = flows["marriages"][:, s, 0].sum(axis=0)[:101]
            rates = np.divide(first, people[s], out=np.zeros(101), where=people[s] > 0)
            yield "mean_age_first_marriage", f"sex:{sex}", estimators.mean_age(np.arange(101), rates)
            yield "first_marriage_rate", f"sex:{sex}", float(rates[15:50].sum())
            yield "first_marriages", f"sex:{sex}", first.sum() / self.scale
        wives = flows["marriages"][:, 1].sum(axis=(0, 1))[:101]
        rates = np.divide(wives, people[1], out=np.zeros(101), where=people[1] > 0)
        absent = float((absent_women(self.city, record.year) * rates).sum())
        count = dict(zip(COUNTS, flows["count"], strict=True))
        yield "marriages", "partner:outside", count["marriages_outside_partner"] / self.scale
        yield "marriages", "base:registered", count["marriages_registered"] / self.scale + absent
