"""A table of the new city with where it comes from, and helpers that borrow from the donor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from abm.city.city import City
from abm.city.derive import Array, single_ages
from abm.city.layout import CENSUS_YEARS, OLDEST, SEXES

BORROWED, DERIVED, OWN, PARTLY = "borrowed", "derived", "given", "partly given"
GRADE_OF_BORROWED = "D"


@dataclass(frozen=True)
class Made:
    """One table of the new city: its rows, how it was made, its source key ("row": rows say), grade and a note."""

    table: pd.DataFrame
    kind: str
    source: str
    grade: str
    note: str = ""


def borrowed(table: pd.DataFrame, note: str = "") -> Made:
    """A table taken from the donor: graded D in every row, its source the donor."""
    taken = table.copy()
    if "source" not in taken:
        return Made(taken, BORROWED, BORROWED, GRADE_OF_BORROWED, note)
    taken["source"], taken["grade"] = BORROWED, GRADE_OF_BORROWED
    return Made(taken, BORROWED, "row", "row", note)


def partly(table: pd.DataFrame, source: str, grade: str, note: str) -> Made:
    """A table of which a part is the donor's, and no row says which: as good as its worst part; the note says more."""
    return Made(table, PARTLY, source, GRADE_OF_BORROWED, f"What was given: {source}, grade {grade}. {note}")


def noted(made: Made, note: str) -> Made:
    """The same with another sentence in its note."""
    return replace(made, note=f"{made.note} {note}".strip())


def single_age_counts(population: pd.DataFrame, age_split: pd.DataFrame, counties: tuple[str, ...]) -> dict[int, Array]:
    """Residents [county, sex, age 0..100] by census year, from a population table and weights inside age groups."""
    counts = {year: np.zeros((len(counties), len(SEXES), OLDEST + 1)) for year in CENSUS_YEARS}
    weights = age_split.sort_values("age").set_index(["year", "sex"])["weight"]
    for (year, county, sex), rows in population.groupby(["year", "county", "sex"]):
        split = weights.loc[(year, sex)].to_numpy()
        counts[year][counties.index(county), SEXES.index(sex)] = single_ages(
            rows["age_from"].to_numpy(), rows["age_to"].to_numpy(), rows["persons"].to_numpy(), split
        )
    return counts


def donor_counts(donor: City, year: int) -> Array:
    """Residents of the donor [sex, age 0..100]."""
    return np.asarray(donor.population_by_age(year).sum(axis=0))


def donor_mean(donor: City, by_county: Array, year: int = CENSUS_YEARS[-1]) -> float:
    """Mean over the donor's counties, weighted by residents."""
    return float(np.average(by_county, weights=donor.population_by_age(year).sum(axis=(1, 2))))


def raked(pattern: Array, row_totals: Array, column_totals: Array, rounds: int = 500) -> Array:
    """``pattern`` [row, column] scaled by turns to both totals; where the pattern has no place for a column that is
    there, every row gets its share of it."""
    table = np.where(row_totals[:, None] > 0.0, pattern, 0.0) * row_totals[:, None]
    wanted = column_totals * row_totals.sum() / max(column_totals.sum(), np.finfo(float).tiny)
    missing = (table.sum(axis=0) <= 0.0) & (wanted > 0.0)
    table[:, missing] = row_totals[:, None] * wanted[missing] / max(row_totals.sum(), np.finfo(float).tiny)
    for _ in range(rounds):
        table *= wanted / np.maximum(table.sum(axis=0), np.finfo(float).tiny)
        rows = table.sum(axis=1)
        if np.allclose(rows, row_totals, rtol=1e-9, atol=1e-12):
            break
        table *= (row_totals / np.maximum(rows, np.finfo(float).tiny))[:, None]
    return table
