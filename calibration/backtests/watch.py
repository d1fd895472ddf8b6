"""Watches an arm month by month: weddings as they happen, and who works and who can help at every anniversary.

What a city looks like at the end of an arm says nothing about an arm of another length: whoever arrived or left
meanwhile is in it, and a second marriage hides the first. So events are kept in their month, and states every twelve
months from the branch on, where two arms can be held against each other however long each goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.core.population import FEMALE, PRIVATE, RESIDENT
from abm.model import FamilyModel
from calibration.backtests.populations import grandparents_available
from policies.clock import MONTHS_PER_YEAR

WEDDING_COLUMNS = ("month", "row", "age", "first")
WORKING_AGES = (20, 40)


@dataclass
class Watch:
    """Called after every month of an arm. ``wives`` are rows whose grandparents are counted, none if nobody asks."""

    start: int
    wives: NDArray[np.int64] | None = None
    formal: dict[int, int] = field(default_factory=dict)
    carers: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    _weddings: list[pd.DataFrame] = field(default_factory=list)

    def __call__(self, model: FamilyModel) -> None:
        """Keep the weddings of the month just lived and, after whole years, the states."""
        self._weddings.append(weddings_of(model, model.month - 1, self.start))
        lived = model.month - self.start
        if lived % MONTHS_PER_YEAR:
            return
        self.formal[lived] = women_in_private_work(model)
        if self.wives is not None:
            self.carers[lived] = grandparents_of_those_still_there(model, self.wives)

    def weddings(self) -> pd.DataFrame:
        """One row a wedding of a resident woman: months since the branch, row, age in years, if it was her first."""
        return pd.concat(self._weddings, ignore_index=True)


def weddings_of(model: FamilyModel, month: int, start: int) -> pd.DataFrame:
    """Weddings of the month that the model has just lived. Marriages made elsewhere are dated before the arrival."""
    persons = model.population.persons[: model.population.n]
    rows = np.flatnonzero((persons["marriage_month"] == month) & (persons["sex"] == FEMALE))
    brides = persons[rows]
    age = (month - brides["birth_month"].astype(int)) // MONTHS_PER_YEAR
    columns = (np.full(len(rows), month - start), rows, age, brides["marriages"] == 1)
    return pd.DataFrame(dict(zip(WEDDING_COLUMNS, columns, strict=True)))


def women_in_private_work(model: FamilyModel) -> int:
    """Resident women of 20 to 39 in private formal work."""
    persons = model.population.persons[: model.population.n]
    age = (model.month - persons["birth_month"].astype(int)) // MONTHS_PER_YEAR
    asked = (persons["sex"] == FEMALE) & (persons["status"] == RESIDENT) & (persons["work"] == PRIVATE)
    return int((asked & (age >= WORKING_AGES[0]) & (age < WORKING_AGES[1])).sum())


def grandparents_of_those_still_there(model: FamilyModel, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Grandparents free to mind a child, by row; -1 for wives who have left, died or live alone by now."""
    persons = model.population.persons[rows]
    found = grandparents_available(model, rows)
    found[(persons["status"] != RESIDENT) | (persons["partner"] < 0)] = -1
    return found
