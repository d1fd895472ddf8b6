"""A finished forecast as its report sees it: bands over seeds and parameter draws, and what moves them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from results.analysis.compare import CONFIDENCE, FEWEST, t_interval
from results.analysis.indices import holm, rank_correlation
from results.content.words import Text
from results.finished_run import FinishedRun
from results.scenario.data import group_dimensions

QUANTILES = {"low95": 0.025, "low80": 0.10, "median": 0.5, "high80": 0.90, "high95": 0.975}
RANGE = {"low80": 0.0, "median": 0.5, "high80": 1.0}
"""What stands in for the bands where there are too few replicates for them: the lowest and highest run."""
BAND_COLUMNS = ["year", *QUANTILES, "n"]
RANGE_NAMES = {"low80": "lowest", "high80": "highest"}
SPREAD_COLUMNS = ["indicator", "year", "share_between_draws", "low", "high"]


@dataclass(frozen=True)
class ForecastData(FinishedRun):
    """One run folder of a forecast, read once."""

    @cached_property
    def runs(self) -> int:
        """Runs of current law."""
        return int((self.design["scenario"] == self.baseline).sum())

    @property
    def band_words(self) -> Text:
        """What the two numbers behind a median are."""
        if self.has_intervals:
            return {"en": f"the middle 80 % of {self.runs} runs", "zh": f"{self.runs} 次模拟的中间 80%"}
        return {"en": f"the lowest and highest of {self.runs} runs", "zh": f"{self.runs} 次模拟的最低与最高值"}

    @cached_property
    def report_years(self) -> list[int]:
        """Years asked for that the run reaches to their end, or its last full year."""
        years = [y for y in self.plan["report_years"] if self.branch_year <= y <= self.end_year]
        return sorted(set(years)) or [self.end_year]

    @cached_property
    def _yearly(self) -> dict[tuple[str, str], pd.DataFrame]:
        rows = self.series[self.series["month"].isna()]
        rows = rows.astype({"indicator": str, "group": str, "scenario": str})
        return {(str(k[0]), str(k[1])): part for k, part in rows.groupby(["indicator", "group"], sort=False)}

    def groups(self, indicator: str) -> list[str]:
        """Groups of an indicator, in order of appearance."""
        return [group for name, group in self._yearly if name == indicator]

    def values(self, indicator: str, group: str = "all", scenario: str | None = None) -> pd.DataFrame:
        """Values of every run of a scenario: years down, (seed, draw) across; a year without rows of births, deaths or
        costs is left out."""
        table = self._yearly.get((indicator, group))
        if table is None:
            return pd.DataFrame()
        own = table[table["scenario"] == (scenario or self.baseline)]
        return own.pivot_table(index="year", columns=["seed", "draw"], values="value")

    def bands(self, indicator: str, group: str = "all", scenario: str | None = None) -> pd.DataFrame:
        """Median and what the middle 80 and 95 % of runs span, by year; of too few replicates the whole range, as
        ``low80`` and ``high80``."""
        wide = self.values(indicator, group, scenario)
        if wide.empty:
            return pd.DataFrame(columns=BAND_COLUMNS)
        wanted = QUANTILES if self.has_intervals else RANGE
        table = wide.quantile(list(wanted.values()), axis=1).T
        table.columns = pd.Index(list(wanted))
        return table.assign(n=wide.count(axis=1)).reset_index().reindex(columns=BAND_COLUMNS)

    def at(self, year: int, indicator: str, group: str = "all", scenario: str | None = None) -> dict[str, float] | None:
        """The bands of one year, or None."""
        table = self.bands(indicator, group, scenario)
        row = table[table["year"] == year]
        return None if row.empty else {str(k): float(row.iloc[0][k]) for k in QUANTILES}

    def named(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table of bands under the names that are true of it, as it goes into a file."""
        if self.has_intervals:
            return table
        # A run that keeps nothing of what is told gives a table without columns.
        return table.rename(columns=RANGE_NAMES).drop(columns=["low95", "high95"], errors="ignore")

    def change(self, indicator: str, group: str, first: int, last: int) -> pd.Series:
        """Change of every run between two years, percent."""
        wide = self.values(indicator, group)
        if first not in wide.index or last not in wide.index:
            return pd.Series(dtype=float)
        start = wide.loc[first]
        return 100 * (wide.loc[last] / start.where(start > 0) - 1).dropna()

    def change_of(self, indicator: str, group: str, first: int, last: int) -> dict[str, float]:
        """Change between two years, percent: of the medians (as ``median``), with the ends of the runs' own changes
        that ``band_words`` names."""
        start, end = (self.at(year, indicator, group) for year in (first, last))
        values = self.change(indicator, group, first, last)
        if start is None or end is None or values.empty or start["median"] <= 0:
            return dict.fromkeys(RANGE, math.nan)
        quantiles = QUANTILES if self.has_intervals else RANGE
        ends = {name: float(values.quantile(quantiles[name])) for name in ("low80", "high80")}
        return {"median": 100 * (end["median"] / start["median"] - 1), **ends}

    def effect(self, scenario: str, indicator: str, year: int) -> dict[str, float] | None:
        """A scenario's change of an indicator against current law, paired by run: mean, low, high over ``n``
        replicates."""
        sides = [self.values(indicator, "all", name) for name in (scenario, self.baseline)]
        if any(year not in side.index for side in sides):
            return None
        values = (sides[0].loc[year] - sides[1].loc[year]).dropna()
        if self.replicates_are_draws:
            values = values.groupby(level="draw").mean()
        mean, low, high = t_interval(values.to_numpy(dtype=float))
        return {"mean": mean, "low": low, "high": high, "n": float(len(values))}

    @cached_property
    def sources_of_spread(self) -> pd.DataFrame:
        """By indicator and report year: the share of the variance between runs that lies between parameter draws (the
        rest is chance) with its 95 % interval, by analysis of variance. Nothing from too few draws."""
        rows: list[dict[str, Any]] = []
        if not self.has_intervals:
            return pd.DataFrame(rows, columns=SPREAD_COLUMNS)
        for indicator in ("population", "births", "tfr"):
            wide = self.values(indicator)
            for year in self.report_years:
                if year not in wide.index:
                    continue
                table = wide.loc[year].unstack("draw")
                if table.shape[0] < 2 or table.shape[1] < 2:
                    continue
                within = float(table.var(axis=0, ddof=1).mean())
                if not np.isfinite(within):
                    continue  # each seed has a draw of its own: chance and behaviour cannot be told apart
                shares = shares_between(table.to_numpy(dtype=float))
                rows.append(dict(zip(SPREAD_COLUMNS, (indicator, year, *shares), strict=True)))
        return pd.DataFrame(rows, columns=SPREAD_COLUMNS)

    @cached_property
    def moved_by(self) -> pd.DataFrame:
        """Rank correlation over draws between each unknown number and births in the last report year, and whether it is
        told apart from zero (Holm's correction for all numbers). Nothing from too few draws."""
        year, wide = self.report_years[-1], self.values("births")
        cards = self.plan["uncertain"]
        if year not in wide.index or not cards:
            return pd.DataFrame(columns=["parameter", "correlation", "p_value", "certain"])
        means = wide.loc[year].groupby(level="draw").mean()
        rows = []
        for card in cards:
            values = np.asarray(card["values"], dtype=float)[means.index.to_numpy(dtype=int)]
            if len(values) < FEWEST or np.ptp(values) == 0:
                continue
            value, p_value = rank_correlation(values, means.to_numpy(dtype=float))
            rows.append({"parameter": card["name"], "correlation": value, "p_value": p_value})
        table = pd.DataFrame(rows, columns=["parameter", "correlation", "p_value"])
        table["certain"] = holm(table["p_value"].to_numpy(dtype=float))
        strongest = table["correlation"].abs().sort_values(ascending=False, kind="stable").index
        return table.loc[strongest].reset_index(drop=True)

    def pyramid(self, year: int, scenario: str | None = None) -> pd.DataFrame:
        """Bands by age and sex of one year: age, sex, median, low80, high80."""
        rows = []
        for group in self.groups("population"):
            parts = group_dimensions(group)
            if set(parts) == {"age", "sex"}:
                found = self.at(year, "population", group, scenario)
                if found:
                    rows.append({**parts, **found})
        return pd.DataFrame(rows)


def shares_between(values: np.ndarray) -> tuple[float, float, float]:
    """Share of the variance of values [seed, draw] that lies between draws, with its exact 95 % interval (intraclass
    correlation of normal values); each at least 0."""
    seeds, draws = values.shape
    within = float(values.var(axis=0, ddof=1).mean())
    if within == 0:
        return 1.0, math.nan, math.nan
    ratio = seeds * float(values.mean(axis=0).var(ddof=1)) / within
    freedom, tail = (draws - 1, draws * (seeds - 1)), 0.5 + CONFIDENCE / 2
    limits = ratio / stats.f.ppf(tail, *freedom), ratio * stats.f.ppf(tail, *reversed(freedom))
    found = [max(0.0, float((each - 1) / (each + seeds - 1))) for each in (ratio, *limits)]
    return found[0], found[1], found[2]
