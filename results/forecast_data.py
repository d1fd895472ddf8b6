"""A finished forecast as its report sees it: bands over seeds and parameter draws, and what moves them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from results.run_data import group_dimensions
from results.store import CONTEXT, DESIGN, MANIFEST, SERIES, RunFolder

QUANTILES = {"low95": 0.025, "low80": 0.10, "median": 0.5, "high80": 0.90, "high95": 0.975}
BAND_COLUMNS = ["year", *QUANTILES, "n"]


@dataclass(frozen=True)
class ForecastData:
    """One run folder of a forecast, read once."""

    context: dict[str, Any]
    manifest: dict[str, Any]
    design: pd.DataFrame
    series: pd.DataFrame
    failures: list[dict[str, str]]

    @classmethod
    def read(cls, folder: RunFolder) -> ForecastData:
        """Read a run folder. Raises RunFolderError when a file is missing."""
        return cls(
            folder.read_json(CONTEXT), folder.read_json(MANIFEST), folder.read_table(DESIGN),
            folder.read_table(SERIES), folder.read_failures(),
        )  # fmt: skip

    @property
    def baseline(self) -> str:
        return str(self.context["baseline"])

    @property
    def scenarios(self) -> list[str]:
        return [card["name"] for card in self.context["scenarios"]]

    def scenario_label(self, name: str, lang: str) -> str:
        return str(next(c for c in self.context["scenarios"] if c["name"] == name)["label"][lang])

    @property
    def branch_year(self) -> int:
        """First year that is not history."""
        return int(self.context["branch"][:4])

    @cached_property
    def report_years(self) -> list[int]:
        """Years asked for that the run reaches to their end, or its last full year."""
        year, month = (int(part) for part in self.context["end"].split("-"))
        last = year if month == 12 else year - 1
        years = [y for y in self.context["plan"]["report_years"] if self.branch_year <= y <= last]
        return sorted(set(years)) or [last]

    @property
    def counties(self) -> dict[str, dict[str, str]]:
        return dict(self.context["city"]["counties"])

    def label(self, indicator: str, lang: str) -> str:
        return str(self.context["indicators"][indicator][f"label_{lang}"])

    def is_share(self, indicator: str) -> bool:
        return str(self.context["indicators"][indicator]["unit"]) == "share"

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
        """Median and the 80 and 95 % bands over runs, by year."""
        wide = self.values(indicator, group, scenario)
        if wide.empty:
            return pd.DataFrame(columns=BAND_COLUMNS)
        table = wide.quantile(list(QUANTILES.values()), axis=1).T
        table.columns = pd.Index(list(QUANTILES))
        return table.assign(n=wide.count(axis=1)).reset_index()[BAND_COLUMNS]

    def at(self, year: int, indicator: str, group: str = "all", scenario: str | None = None) -> dict[str, float] | None:
        """The bands of one year, or None."""
        table = self.bands(indicator, group, scenario)
        row = table[table["year"] == year]
        return None if row.empty else {str(k): float(row.iloc[0][k]) for k in QUANTILES}

    @cached_property
    def sources_of_spread(self) -> pd.DataFrame:
        """By indicator and report year: the share of the variance between runs that lies between parameter draws
        (the rest is chance), bias of few seeds taken out."""
        rows = []
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
                between = max(0.0, float(table.mean(axis=0).var(ddof=1)) - within / table.shape[0])
                total = within + between
                share = between / total if total > 0 else float("nan")
                rows.append({"indicator": indicator, "year": year, "share_between_draws": share})
        return pd.DataFrame(rows, columns=["indicator", "year", "share_between_draws"])

    @cached_property
    def moved_by(self) -> pd.DataFrame:
        """Rank correlation over draws between each unknown number and births in the last report year."""
        year, wide = self.report_years[-1], self.values("births")
        cards = self.context["plan"]["uncertain"]
        if year not in wide.index or not cards:
            return pd.DataFrame(columns=["parameter", "correlation", "p_value"])
        means = wide.loc[year].groupby(level="draw").mean()
        rows = []
        for card in cards:
            values = np.asarray(card["values"], dtype=float)[means.index.to_numpy(dtype=int)]
            if len(values) < 4 or np.ptp(values) == 0:
                continue
            found = stats.spearmanr(values, means)
            rows.append({"parameter": card["name"], "correlation": float(found[0]), "p_value": float(found[1])})
        table = pd.DataFrame(rows, columns=["parameter", "correlation", "p_value"])
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
