"""Rows of a population report: school entrants, dependency, and shares, for the city and by county."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Row = tuple[str, str, float]
SCHOOL_AGE = 6
BANDS = {"0-15": slice(0, 16), "16-59": slice(16, 60), "60+": slice(60, None)}


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
