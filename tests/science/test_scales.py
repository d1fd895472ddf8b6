"""Rates agree between scales within sampling error, and counts are those of the whole city."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from abm.model import FamilyModel
from policies.clock import month_index
from tests.statistics import bounds

YEARS = range(2011, 2015)
SCALES = (0.01, 0.04)
OVERDISPERSION = 1.3
"""Standard errors over Poisson: people live in couples and households, and the smaller city is itself a sample."""


@pytest.fixture(scope="module")
def runs(suining: Any, toytown_founded: Any) -> list[tuple[FamilyModel, pd.Series]]:
    """(model, means over the years by indicator of group all) at each scale."""
    found = []
    for seed, scale in enumerate(SCALES, start=11):
        model = FamilyModel(suining, scale=scale, seed=seed)
        model.run_until_month(month_index(f"{YEARS[-1] + 1}-01") + 1)
        rows = model.rows()
        rows = rows[(rows["group"] == "all") & rows["year"].isin(YEARS)]
        found.append((model, rows.groupby("indicator")["value"].mean()))
    return found


@pytest.mark.parametrize("indicator", ["births", "deaths", "marriages", "moves_in", "moves_out", "separations"])
def test_counts_for_the_city_agree(runs: list[tuple[FamilyModel, pd.Series]], indicator: str) -> None:
    """False alarm one in a million, for Poisson events counted over four years at each scale."""
    error = 0.0
    for model, means in runs:
        events = means[indicator] * model.scale * len(YEARS)
        error += (means[indicator] * OVERDISPERSION) ** 2 / events
    difference = runs[0][1][indicator] - runs[1][1][indicator]
    assert bounds.holds(difference, bounds.normal_interval(0.0, error**0.5)), (indicator, difference, error**0.5)


def test_tfr_agrees(runs: list[tuple[FamilyModel, pd.Series]]) -> None:
    """The relative error of a TFR is about that of its births."""
    error = 0.0
    for model, means in runs:
        births = means["births"] * model.scale * len(YEARS)
        error += (means["tfr"] * OVERDISPERSION) ** 2 / births
    difference = runs[0][1]["tfr"] - runs[1][1]["tfr"]
    assert bounds.holds(difference, bounds.normal_interval(0.0, error**0.5)), (difference, error**0.5)


def test_the_population_is_the_citys_at_either_scale(runs: list[tuple[FamilyModel, pd.Series]], suining: Any) -> None:
    people = float(suining.population_by_age(2010).sum())
    for model, _ in runs:
        rows = model.rows()
        at_founding = rows[(rows["year"] == 2010) & (rows["indicator"] == "population") & (rows["group"] == "all")]
        assert float(at_founding["value"].iloc[0]) == pytest.approx(people, rel=1e-6)


@pytest.mark.parametrize("indicator", ["household_size", "urban_share", "employment", "children_ever_born"])
def test_stocks_agree(runs: list[tuple[FamilyModel, pd.Series]], indicator: str) -> None:
    assert runs[0][1][indicator] == pytest.approx(runs[1][1][indicator], rel=0.03)
