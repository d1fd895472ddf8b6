"""What a city's past looks like month by month: births, women, marriages, money; and rolling figures made from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from abm.core.counters import FIRST_AGE, N_AGES
from abm.core.population import FEMALE, RESIDENT
from policies.clock import MONTHS_PER_YEAR, month_of_year

if TYPE_CHECKING:
    from abm.model import FamilyModel

Array = NDArray[np.float64]
FERTILE = slice(15 - FIRST_AGE, 50 - FIRST_AGE)
YEAR = 12


@dataclass(frozen=True)
class Month:
    """Events of one month (simulated people, not scaled) and resident women at its end."""

    month: int
    births: Array  # county, order 1 to 4+, age
    women: Array  # county, age
    marriages: Array  # first, later
    ledger: Array  # lever, payer; yuan
    care: Array  # children under 36 months by arrangement
    residents: float


@dataclass
class History:
    """Months of one city, oldest first."""

    months: list[Month] = field(default_factory=list)
    _until: tuple[Array, Array, Array] | None = None

    def copy(self) -> History:
        """A history that goes its own way from here."""
        return History(list(self.months), self._until)

    def add(self, model: FamilyModel) -> None:
        """Take down the month that the model has just lived."""
        lived = model.month - 1
        now = _since_january(model)
        before = self._until if month_of_year(lived) != 1 else None
        births, marriages, ledger = now if before is None else (n - b for n, b in zip(now, before, strict=True))
        self._until = now
        women, residents = _women(model)
        self.months.append(Month(lived, births, women, marriages, ledger, _care(model), residents))

    @property
    def month(self) -> int:
        """The last month lived."""
        return self.months[-1].month

    def window(self, length: int = YEAR, end: int | None = None) -> list[Month]:
        """The ``length`` months up to position ``end`` (the last month), fewer at the start."""
        end = len(self.months) if end is None else end
        return self.months[max(end - length, 0) : end]

    def tfr_path(self) -> tuple[list[int], list[float]]:
        """(months, TFR of the twelve months that end with each), from the first whole year on."""
        lived = list(self.months)  # the page draws while another month may be added
        births = np.array([m.births.sum(axis=(0, 1)) for m in lived])
        women = np.array([m.women.sum(axis=0) for m in lived]) / MONTHS_PER_YEAR
        births, women = (np.cumsum(np.vstack([np.zeros(N_AGES), table]), axis=0) for table in (births, women))
        births, women = births[YEAR:] - births[:-YEAR], women[YEAR:] - women[:-YEAR]
        rates = np.divide(births, women, out=np.zeros_like(births), where=women > 0)[:, FERTILE].sum(axis=1)
        return [m.month for m in lived[YEAR - 1 :]], [float(rate) for rate in rates]

    def tfr_by_county(self, length: int) -> Array:
        """TFR of each county over the last ``length`` months."""
        chosen = self.window(length)
        births = sum(m.births.sum(axis=1) for m in chosen)
        women = sum(m.women for m in chosen) / MONTHS_PER_YEAR
        rates = np.divide(births, women, out=np.zeros_like(women), where=women > 0)
        return rates[:, FERTILE].sum(axis=1)  # type: ignore[no-any-return]

    def rates_by_age(self, length: int) -> Array:
        """Births per 1,000 women a year by age from 15 to 49 over the last ``length`` months."""
        chosen = self.window(length)
        births = sum(m.births.sum(axis=(0, 1)) for m in chosen)
        women = sum(m.women.sum(axis=0) for m in chosen) / MONTHS_PER_YEAR
        rates = 1000 * np.divide(births, women, out=np.zeros_like(women), where=women > 0)
        return rates[FERTILE]  # type: ignore[no-any-return]

    def births(self, length: int = YEAR) -> float:
        """Simulated births of the last ``length`` months."""
        return float(sum(m.births.sum() for m in self.window(length)))

    def by_year(self, what: str) -> dict[int, Array]:
        """Simulated births by order, marriages (first, later) or yuan by payer, summed over each calendar year."""
        years: dict[int, list[Array]] = {}
        for m in self.months:
            value = {"births": m.births.sum(axis=(0, 2)), "marriages": m.marriages, "payers": m.ledger.sum(axis=0)}[
                what
            ]
            years.setdefault(1900 + m.month // 12, []).append(value)
        return {year: np.sum(values, axis=0) for year, values in years.items() if len(values) == MONTHS_PER_YEAR}

    def since(self, month: int) -> list[Month]:
        """Months from ``month`` on."""
        return [m for m in self.months if m.month >= month]


def _since_january(model: FamilyModel) -> tuple[Array, Array, Array]:
    """Births [county, order, age], marriages [first, later] and ledger [lever, payer] of the year so far."""
    flows, n = model.counters[0], len(model.city.counties)
    births = flows["births"][:n].sum(axis=1).astype(float)
    marriages = flows["marriages"][:n, FEMALE].sum(axis=(0, 2)).astype(float)
    return births, marriages, flows["ledger"].sum(axis=(2, 3, 4))


def _women(model: FamilyModel) -> tuple[Array, float]:
    """Resident women by county and age from 10 to 54, and all residents."""
    persons = model.population.persons[: model.population.n]
    resident = persons["status"] == RESIDENT
    women = persons[resident & (persons["sex"] == FEMALE)]
    age = (model.month - 1 - women["birth_month"].astype(np.int64)) // MONTHS_PER_YEAR - FIRST_AGE
    counted = (age >= 0) & (age < N_AGES)
    cell = women["county"][counted].astype(np.int64) * N_AGES + age[counted]
    n = len(model.city.counties)
    table = np.bincount(cell, minlength=n * N_AGES).reshape(n, N_AGES).astype(float)
    return table, float(resident.sum())


def _care(model: FamilyModel) -> Array:
    """Resident children under 36 months by arrangement: parent, grandparent, nursery, minder."""
    persons = model.population.persons[: model.population.n]
    care = persons["care"][(persons["care"] >= 0) & (persons["status"] == RESIDENT)]
    return np.bincount(care, minlength=4)[:4].astype(float)


def pyramid(model: FamilyModel) -> Array:
    """Residents by sex and five-year age group (0-4 to 85+), simulated people."""
    persons = model.population.persons[: model.population.n]
    people = persons[persons["status"] == RESIDENT]
    group = np.clip((model.month - people["birth_month"].astype(np.int64)) // (5 * MONTHS_PER_YEAR), 0, 17)
    cell = people["sex"].astype(np.int64) * 18 + group
    return np.bincount(cell, minlength=36).reshape(2, 18).astype(float)
