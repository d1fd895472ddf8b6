"""One history of a city under the law as it was, and what targets are computed from: rows, births, yearly counts.

An evaluation of a fit is one call of :func:`run_history`. Its population is founded anew for every seed and kept on
disk, so a fit that draws its seeds from a small pool founds each city once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd

from abm.city.city import City
from abm.city.loading import load_city
from abm.core.parameters import Parameters
from abm.model import FamilyModel
from abm.observe.rows import Year
from policies.clock import MONTHS_PER_YEAR, month_index
from policies.errors import InputError
from policies.messages import tr

START = "2010-11"
LAST_MONTH = "2024-12"


@dataclass(frozen=True)
class History:
    """What a run leaves behind.

    ``rows`` has year, indicator, group, value as :meth:`FamilyModel.rows` gives them, ``births_log`` one row a birth to
    a resident woman (:data:`abm.core.counters.BIRTH_DTYPE`). ``years`` holds the census of 1 November and the flows of
    each year in simulated persons; ``scale`` is simulated over real people."""

    rows: pd.DataFrame
    births_log: pd.DataFrame
    years: Mapping[int, Year]
    city: City
    scale: float

    @cached_property
    def _by_row(self) -> dict[tuple[str, str, int], float]:
        columns = (self.rows[name].to_numpy() for name in ("indicator", "group", "year", "value"))
        return {(str(i), str(g), int(y)): float(v) for i, g, y, v in zip(*columns, strict=True)}

    def row(self, indicator: str, group: str, year: int) -> float:
        """The value of a row, nan where the run has none."""
        return self._by_row.get((indicator, group, year), float("nan"))

    def mean(self, indicator: str, group: str, years: tuple[int, ...]) -> float:
        """Mean of a row over years."""
        return float(np.mean([self.row(indicator, group, year) for year in years]))

    def census(self, year: int) -> Any:
        """Counts of 1 November (:data:`abm.observe.census.CENSUS_DTYPE`)."""
        return self._year(year).census[0]

    def flows(self, year: int) -> Any:
        """Counts of a whole calendar year (:data:`abm.core.counters.COUNTERS_DTYPE`)."""
        flows = self._year(year).flows
        if flows is None:
            raise InputError(tr("the history has no whole year {year}").format(year=year))
        return flows[0]

    def _year(self, year: int) -> Year:
        if year not in self.years:
            raise InputError(
                tr("the history has no year {year}; it has {first} to {last}").format(
                    year=year, first=min(self.years), last=max(self.years)
                )
            )
        return self.years[year]


def run_history(
    parameters: Parameters | Mapping[str, Any] | None = None,
    seed: int = 1,
    scale: float = 0.05,
    city: str = "suining",
    last_month: str = LAST_MONTH,
) -> History:
    """Live from November 2010 to ``last_month`` under the law as it was.

    ``parameters`` are whole or changes of the defaults by name (None: the defaults). InputError for a wrong name, scale
    or city; HazardBoundError where a hazard exceeds its bound.
    """
    if not isinstance(parameters, Parameters):
        parameters = Parameters.load().replace(**(parameters or {}))
    model = FamilyModel(load_once(city), scale=scale, seed=seed, start=START, parameters=parameters)
    model.run_until_month(month_index(last_month) + 1)
    lived = history_of(model)
    model.let_go()
    return lived


def history_of(model: FamilyModel) -> History:
    """What a model has lived so far."""
    return History(model.rows(), model.births_log(), model.observer.years, model.city, model.scale)


@lru_cache(maxsize=2)
def load_once(name: str) -> City:
    """A city, read and checked once a process."""
    return load_city(name)


def months_between(first: str, last: str) -> tuple[int, int]:
    """Indices of the first and last month of a window written "2015-07", "2016-06"; InputError if it is empty."""
    window = month_index(first), month_index(last)
    if window[0] > window[1]:
        raise InputError(tr("months: {first} is after {last}").format(first=first, last=last))
    return window


def months_of_years(years: tuple[int, ...]) -> tuple[int, int]:
    """Indices of the first and last month of a span of years."""
    first = month_index(f"{min(years)}-01")
    return first, first + MONTHS_PER_YEAR * (max(years) - min(years) + 1) - 1
