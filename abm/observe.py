"""From counts to rows: what a run reports, by year, indicator and group, scaled to the city.

A year keeps its counters and its census of 1 November; rows are made when somebody asks for them. Estimators that have
a closed form stand as small functions in :mod:`abm.estimators`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm import estimators
from abm.census import CENSUS_DTYPE, take_census
from abm.city import City
from abm.counters import COUNTS, FIRST_AGE, LEDGER_LEVERS
from abm.county_rows import report_rows
from abm.household import CARE, TENURE
from abm.population import DIVORCED, MARRIED, NEVER_MARRIED
from policies.catalogue import PAYERS
from policies.clock import year_of

if TYPE_CHECKING:
    from abm.model import FamilyModel

Array = NDArray[np.float64]
Row = tuple[str, str, float]
CENSUS_MONTH = 11
FERTILE = slice(15 - FIRST_AGE, 50 - FIRST_AGE)
FERTILE_AGES = np.arange(15, 50)
RESIDENCES = ("village", "town")
SEXES = ("male", "female")
COST_ORDERS = ("1", "2", "3", "4+", "none")
HEADLINE = ("births", "cost", "tfr")
"""Indicators that need no census; a sweep keeps these of the whole city and nothing else."""


@dataclass
class Year:
    """One calendar year of a run: its flows, its census, what places there were."""

    year: int
    census: NDArray[np.void]
    flows: NDArray[np.void] | None = None
    places: float = 0.0
    street_share: float = 0.0
    headline: tuple[Row, ...] = ()
    """All that is kept of a year where nothing else will be asked."""


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

    def take_census(self, model: FamilyModel) -> None:
        """Census of 1 November."""
        year = year_of(model.month)
        self.years[year] = Year(year, np.zeros(0, CENSUS_DTYPE) if self.headline_only else take_census(model._state()))

    def close_year(self, model: FamilyModel, year: int) -> None:
        """Keep the flows of a year that has just ended (a founding year has only its last months and is left out)."""
        if year not in self.years or model.first_month > (year - 1900) * 12:
            return
        record = self.years[year]
        if self.headline_only:
            record.headline = tuple(headline_rows(model.counters[0], self.scale))
            return
        record.flows = model.counters.copy()
        record.places = float(model.tables[0]["places"].sum())
        record.street_share = model.street_share()

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
        for name, value in zip(CARE, care / max(care.sum(), 1.0), strict=True):
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


def population_rows(population: Array, counties: tuple[str, ...], scale: float) -> Iterator[Row]:
    """Residents by county, place, sex and age; [county, place, sex, age]."""
    total = population.sum()
    yield "population", "all", total / scale
    for c, county in enumerate(counties):
        yield "population", f"county:{county}", population[c].sum() / scale
    for r, residence in enumerate(RESIDENCES):
        yield "population", f"residence:{residence}", population[:, r].sum() / scale
    by_age = population.sum(axis=(0, 1))
    for low in range(0, 101, 5):
        label = f"{low}-{low + 4}" if low < 85 else "85+"
        if low > 85:
            break
        high = low + 5 if low < 85 else 101
        for s, sex in enumerate(SEXES):
            yield "population", f"age:{label};sex:{sex}", by_age[s, low:high].sum() / scale
    for low, high in ((0, 0), (1, 4), (5, 9), (10, 14)):
        label = "0" if high == 0 else f"{low}-{high}"
        yield "children", f"age:{label}", by_age[:, low : high + 1].sum() / scale
    yield "share_16_59", "all", by_age[:, 16:60].sum() / total
    yield "urban_share", "all", population[:, 1].sum() / total


def headline_rows(flows: Any, scale: float) -> Iterator[Row]:
    """TFR, births and cost of the whole city: what a sweep keeps of a year, computed as in the full table."""
    births = flows["births"][..., FERTILE].astype(float)
    women = (flows["exposure_months"][..., FERTILE] / 12.0).sum(axis=(0, 1))
    yield "births", "all", flows["births"].sum() / scale
    yield "tfr", "all", estimators.total_rate(births.sum(axis=(0, 1, 2)), women)
    yield "cost", "all", (flows["ledger"] / scale).sum()


def fertility_rows(flows: Any, counties: tuple[str, ...], scale: float) -> Iterator[Row]:
    """Births and total fertility rates with exact exposure, by order, county and place."""
    births = flows["births"][..., FERTILE].astype(float)
    exposure = flows["exposure_months"][..., FERTILE] / 12.0
    women = exposure.sum(axis=(0, 1))
    everything = flows["births"].sum()
    yield "births", "all", everything / scale
    yield "tfr", "all", estimators.total_rate(births.sum(axis=(0, 1, 2)), women)
    for order in range(4):
        label = f"order:{order + 1}" if order < 3 else "order:4+"
        of_order = births[:, :, order].sum(axis=(0, 1))
        yield "births", label, flows["births"][:, :, order].sum() / scale
        yield "tfr", label, estimators.total_rate(of_order, women)
    for c, county in enumerate(counties):
        yield "births", f"county:{county}", flows["births"][c].sum() / scale
        yield "tfr", f"county:{county}", estimators.total_rate(births[c].sum(axis=(0, 1)), exposure[c].sum(axis=0))
    for r, residence in enumerate(RESIDENCES):
        yield "births", f"residence:{residence}", flows["births"][:, r].sum() / scale
        rate = estimators.total_rate(births[:, r].sum(axis=(0, 1)), exposure[:, r].sum(axis=0))
        yield "tfr", f"residence:{residence}", rate
    by_age = births.sum(axis=(0, 1, 2))
    for low in range(0, 35, 5):
        rate = by_age[low : low + 5].sum() / max(women[low : low + 5].sum(), 1e-9)
        yield "asfr", f"age:{15 + low}-{19 + low}", rate
        yield "births", f"mother_age:{15 + low}-{19 + low}", by_age[low : low + 5].sum() / scale
    rates = estimators.age_rates(births.sum(axis=(0, 1)), women)
    yield "mean_age_first_birth", "all", estimators.mean_age(FERTILE_AGES, rates[0])
    yield "mean_age_birth", "all", estimators.mean_age(FERTILE_AGES, rates.sum(axis=0))


def family_rows(census: Any) -> Iterator[Row]:
    """Marital status, parity, ideals and work of resident people."""
    marital = census["marital"]
    for s, sex in enumerate(SEXES):
        for low in range(15, 50, 5):
            group = marital[s, low : low + 5].sum(axis=0)
            yield "never_married", f"sex:{sex};age:{low}-{low + 4}", group[NEVER_MARRIED] / max(group.sum(), 1.0)
            yield "married", f"sex:{sex};age:{low}-{low + 4}", group[MARRIED] / max(group.sum(), 1.0)
        adults = marital[s, 15:].sum(axis=0)
        yield "never_married", f"sex:{sex};age:15+", adults[NEVER_MARRIED] / max(adults.sum(), 1.0)
        yield "married", f"sex:{sex};age:15+", adults[MARRIED] / max(adults.sum(), 1.0)
        yield "divorced", f"sex:{sex};age:15+", adults[DIVORCED] / max(adults.sum(), 1.0)
    women = census["parity"].sum(axis=1)
    born = census["children_born"]
    yield "children_ever_born", "all", born[15:65].sum() / max(women[15:65].sum(), 1.0)
    for low in range(15, 65, 5):
        group_women = max(women[low : low + 5].sum(), 1.0)
        yield "children_ever_born", f"age:{low}-{low + 4}", born[low : low + 5].sum() / group_women
    yield "cohort_fertility", "all", born[45:50].sum() / max(women[45:50].sum(), 1.0)
    yield "childless_40_49", "all", census["parity"][40:50, 0].sum() / max(women[40:50].sum(), 1.0)
    at_forty = census["parity"][40:45].sum(axis=0)
    for number in (1, 2, 3):
        yield "parity_progression", f"order:{number}", at_forty[number:].sum() / max(at_forty.sum(), 1.0)
    yield "ideal_children", "all", census["ideal"][20:50].sum() / max(women[20:50].sum(), 1.0)
    yield from intention_rows(census["intended"].sum(axis=0))
    work = census["work"][1, 25:45].sum(axis=0)
    yield "employment", "all", work[1:].sum() / max(work.sum(), 1.0)
    yield "mothers_employed", "all", census["mothers"][1] / max(census["mothers"][0], 1.0)
    yield "left_behind", "all", census["left_behind"][1] / max(census["left_behind"][0], 1.0)
    young = census["population"].sum(axis=(0, 1, 2))[20:30].sum()
    yield "only_child_share", "all", census["only_children"][20:30].sum() / max(young, 1.0)


def intention_rows(intended: Array) -> Iterator[Row]:
    """Mean and distribution of the children that women expect in the end; ``intended`` counts women by number."""
    asked = intended.sum()
    if asked == 0.0:
        return
    yield "intended_children", "all", float(intended @ np.arange(len(intended)) / asked)
    for number in range(3):
        yield "intended_children_share", f"number:{number}", intended[number] / asked
    yield "intended_children_share", "number:3+", intended[3:].sum() / asked


def absent_women(city: City, year: int) -> Array:
    """Women registered here who live elsewhere, by age, shape (101,): between the censuses in proportion to time."""
    late = min(max((year - 2010) / 10.0, 0.0), 1.0)
    return (1.0 - late) * np.asarray(city.absent_by_age(2010)[1]) + late * np.asarray(city.absent_by_age(2020)[1])


def household_rows(census: Any, counties: tuple[str, ...]) -> Iterator[Row]:
    """Size and tenure of family households."""
    number = census["households"].sum()
    yield "household_size", "all", census["household_people"].sum() / max(number, 1.0)
    for c, county in enumerate(counties):
        mean = census["household_people"][c] / max(census["households"][c].sum(), 1.0)
        yield "household_size", f"county:{county}", mean
    tenure = census["tenure"].sum(axis=0)
    for i, name in enumerate(TENURE):
        if tenure[i] > 0:
            yield "tenure", f"tenure:{name.replace(' ', '_')}", tenure[i] / tenure.sum()


def cost_rows(flows: Any, counties: tuple[str, ...], scale: float) -> Iterator[Row]:
    """The ledger of a year in yuan for the city: all, by lever, payer, county, order and income fifth, and
    by lever with each of the others; what is not paid for one child or family has order or fifth "none"."""
    ledger = flows["ledger"] / scale
    yield "cost", "all", ledger.sum()
    for i, lever in enumerate(LEDGER_LEVERS):
        if ledger[i].sum() == 0.0:
            continue
        yield "cost", f"lever:{lever}", ledger[i].sum()
        for j, payer in enumerate(PAYERS):
            if ledger[i, j].sum() != 0.0:
                yield "cost", f"lever:{lever};payer:{payer}", ledger[i, j].sum()
        for order, label in enumerate(COST_ORDERS):
            if ledger[i, :, :, order].sum() != 0.0:
                yield "cost", f"lever:{lever};order:{label}", ledger[i, :, :, order].sum()
        for fifth in range(5):
            if ledger[i, ..., fifth].sum() != 0.0:
                yield "cost", f"lever:{lever};income_fifth:{fifth + 1}", ledger[i, ..., fifth].sum()
        for c, county in enumerate(counties):
            if ledger[i, :, c].sum() != 0.0:
                yield "cost", f"lever:{lever};county:{county}", ledger[i, :, c].sum()
    for j, payer in enumerate(PAYERS):
        yield "cost", f"payer:{payer}", ledger[:, j].sum()
    for c, county in enumerate(counties):
        yield "cost", f"county:{county}", ledger[:, :, c].sum()
    for order, label in enumerate(COST_ORDERS):
        yield "cost", f"order:{label}", ledger[:, :, :, order].sum()
    for fifth in range(5):
        yield "cost", f"income_fifth:{fifth + 1}", ledger[..., fifth].sum()
    yield "cost", "income_fifth:none", ledger[..., 5].sum()


def tempo_rows(years: dict[int, Year]) -> Iterator[tuple[int, str, str, float]]:
    """Tempo-adjusted TFR of each year with complete years on both sides, from three-year means."""
    closed = {y: record.flows[0] for y, record in years.items() if record.flows is not None}
    births = {y: f["births"][..., FERTILE].sum(axis=(0, 1)).astype(float) for y, f in closed.items()}
    women = {y: f["exposure_months"][..., FERTILE].sum(axis=(0, 1)) / 12.0 for y, f in closed.items()}
    for year in sorted(closed):
        near = [year + d for d in (-2, -1, 0, 1, 2)]
        if not all(y in closed for y in near):
            continue
        windows = [near[i : i + 3] for i in range(3)]
        rates = [
            estimators.age_rates(sum(births[y] for y in w), sum(women[y] for y in w))  # type: ignore[arg-type]
            for w in windows
        ]
        yield year, "tfr_tempo_adjusted", "all", estimators.tempo_adjusted_tfr(*rates)
