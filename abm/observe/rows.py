"""Rows of a year made of its census and its counters: (indicator, group, value), scaled to the city.

Estimators that have a closed form stand as small functions in :mod:`abm.observe.estimators`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.city.city import City
from abm.core.counters import FIRST_AGE
from abm.core.levers import LEDGER_LEVERS
from abm.core.population import DIVORCED, MARRIED, NEVER_MARRIED, TENURE_NAMES
from abm.observe import estimators
from policies.catalogue import PAYERS

Array = NDArray[np.float64]
Row = tuple[str, str, float]
FERTILE = slice(15 - FIRST_AGE, 50 - FIRST_AGE)
FERTILE_AGES = np.arange(15, 50)
RESIDENCES = ("village", "town")
SEXES = ("male", "female")
COST_ORDERS = ("1", "2", "3", "4+", "none")
SCHOOL_AGE = 6
BANDS = {"0-15": slice(0, 16), "16-59": slice(16, 60), "60+": slice(60, None)}


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
    for i, name in enumerate(TENURE_NAMES):
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


def report_rows(population: Array, counties: tuple[str, ...], scale: float) -> Iterator[Row]:
    """Rows from residents [county, village/town, sex, age] of 1 November; counts are scaled to the city."""
    yield from _of_place(population.sum(axis=(0, 1, 2)), "all", scale)
    for c, county in enumerate(counties):
        ages = population[c].sum(axis=(0, 1))
        group = f"county:{county}"
        total = max(ages.sum(), 1.0)
        yield from _of_place(ages, group, scale)
        yield "share_16_59", group, ages[BANDS["16-59"]].sum() / total
        yield "urban_share", group, population[c, 1].sum() / total
        for band, part in BANDS.items():
            yield "population", f"{group};band:{band}", ages[part].sum() / scale


def _of_place(ages: Array, group: str, scale: float) -> Iterator[Row]:
    """School entrants and dependency of one place from residents by single year of age."""
    working = max(ages[15:65].sum(), 1.0)
    yield "school_entrants", group, ages[SCHOOL_AGE] / scale
    yield "dependency_ratio", group, (ages[:15].sum() + ages[65:].sum()) / working
    if group == "all":
        yield "dependency_ratio", "part:young", ages[:15].sum() / working
        yield "dependency_ratio", "part:old", ages[65:].sum() / working
