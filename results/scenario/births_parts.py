"""Births as women times rates: how much of a change in births comes from fewer women, how much from their fertility."""

from __future__ import annotations

import pandas as pd

from results.analysis.compare import t_interval
from results.scenario.data import group_dimensions

AGES = ("15-19", "20-24", "25-29", "30-34", "35-39", "40-44", "45-49")
KEYS = ["scenario", "seed"]


def women_by_age(population: pd.DataFrame) -> pd.DataFrame:
    """Women of 15 to 49 on 1 November: a row a scenario, seed and year, a column a five-year age group."""
    return _by_age(population, {"sex", "age"}, {"sex": "female"})


def rates_by_age(asfr: pd.DataFrame) -> pd.DataFrame:
    """Births per woman-year, in the same shape."""
    return _by_age(asfr, {"age"}, {})


def _by_age(rows: pd.DataFrame, dimensions: set[str], fixed: dict[str, str]) -> pd.DataFrame:
    ages = {}
    for group in rows["group"].astype(str).unique():
        found = group_dimensions(group)
        if set(found) == dimensions and all(found[k] == v for k, v in fixed.items()) and found["age"] in AGES:
            ages[group] = found["age"]
    own = rows[rows["month"].isna()].astype({"group": str, "scenario": str, "year": int})
    own = own.assign(age=own["group"].map(ages)).dropna(subset=["age"])
    wide = own.pivot_table(index=[*KEYS, "year"], columns="age", values="value", aggfunc="sum")
    return wide.reindex(columns=[age for age in AGES if age in wide.columns])


def births_parts(women: pd.DataFrame, rates: pd.DataFrame, first_year: int, last_year: int) -> pd.DataFrame:
    """Change of births between two years by scenario and seed: columns women, rates, total.

    Kitagawa: the change of women of each age at the mean of both years' rates, and the change of rates at the mean of
    both years' women. ``total`` is the sum of the two: births by rates and women of 1 November, a little beside the
    births counted over the year.
    """
    both = women.index.intersection(rates.index)
    women, rates = women.loc[both], rates.loc[both].reindex(columns=women.columns).fillna(0.0)
    years = both.get_level_values("year")
    if not {first_year, last_year} <= set(years):
        return pd.DataFrame(columns=["women", "rates", "total"])
    (w0, w1), (f0, f1) = (
        [t.xs(year, level="year") for year in (first_year, last_year)] for t in (women, rates)
    )  # fmt: skip
    by_women = ((w1 - w0) * (f0 + f1) / 2).sum(axis=1)
    by_rates = ((f1 - f0) * (w0 + w1) / 2).sum(axis=1)
    return pd.DataFrame({"women": by_women, "rates": by_rates, "total": by_women + by_rates}).dropna()


def sums_by_year(women: pd.DataFrame, scenario: str, ages: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Women of the age groups (all by default) by year under one scenario: year, mean, low, high, sd, n."""
    own = women.xs(scenario, level="scenario")
    totals = (own[list(ages)] if ages else own).sum(axis=1)
    rows = []
    for year, values in totals.groupby(level="year"):
        mean, low, high = t_interval(values.to_numpy())
        rows.append(
            {"year": int(str(year)), "mean": mean, "low": low, "high": high, "sd": values.std(ddof=1), "n": len(values)}
        )
    return pd.DataFrame(rows)
