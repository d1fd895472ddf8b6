"""Scenario against baseline, paired by seed.

Both arms of a seed share their history and every random draw that the policy does not touch, so an effect is the mean
over replicates of (scenario - baseline), and its interval a t interval over those differences. A replicate is a
parameter draw where a run has several (seeds of one draw are averaged, ``results.analysis.replicates``), else a seed;
under one set of parameters intervals cover chance alone. Fewer than :data:`FEWEST` replicates, or equal ones, give no
interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

CONFIDENCE = 0.95
FEWEST = 5
"""Independent replicates from which an interval or a probability is given: with fewer, Student's t hangs on a spread
that is hardly known (four give limits that differ by a factor of four from sample to sample)."""
POOLED_ONLY = ("tfr_tempo_adjusted",)
"""Indicators too noisy to be shown for one seed (one 5 % run has a standard deviation near 0.3)."""

SUMS = ("births", "cost", "marriages", "deaths")
"""Indicators that add up events or money: no row means zero."""

RUN_YEAR = ["scenario", "seed", "year"]
ESTIMATE_COLUMNS = ["mean", "low", "high", "sd", "n"]


def t_interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean and 95 % t interval of ``values`` [n]; the limits are NaN for fewer than :data:`FEWEST` or equal values."""
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    n = values.size
    if n == 0:
        return math.nan, math.nan, math.nan
    mean = float(values.mean())
    if n < FEWEST or np.ptp(values) == 0:
        return mean, math.nan, math.nan
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, n - 1) * values.std(ddof=1) / math.sqrt(n))
    return mean, mean - half, mean + half


def _estimates(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Mean, 95 % t interval, sd and n of ``value`` by the columns ``by`` (one pass, as ``t_interval``)."""
    stats_ = table.groupby(by, sort=True)["value"].agg(["mean", "std", "count"]).reset_index()
    n = stats_["count"].to_numpy()
    half = np.full(len(n), np.nan)
    spread = stats_["std"].to_numpy()
    many = (n >= FEWEST) & (spread > 0)
    half[many] = stats.t.ppf(0.5 + CONFIDENCE / 2, n[many] - 1) * spread[many] / np.sqrt(n[many])
    out = stats_.rename(columns={"std": "sd", "count": "n"})
    out["low"], out["high"] = out["mean"] - half, out["mean"] + half
    return out[[*by, *ESTIMATE_COLUMNS]]


Group = str | tuple[str, ...]
"""One group, or several of an additive indicator to be summed."""


def yearly(series: pd.DataFrame, indicator: str, group: Group = "all") -> pd.DataFrame:
    """Yearly values of one indicator and group: a table scenario, seed, year, value.

    Sums such as births and cost have no row where nothing happened; such a year counts as zero. The group ``all`` of
    a cost that is kept by payer alone is the sum over payers.
    """
    rows = (series["indicator"] == indicator).to_numpy() & series["month"].isna().to_numpy()
    own = series[["indicator", "group", *RUN_YEAR, "value"]][rows]
    if indicator == "cost" and group == "all" and not (own["group"] == "all").any():
        groups: Sequence[str] = groups_of(own, "cost", "payer")
    else:
        groups = (group,) if isinstance(group, str) else group
    table = _plain(own[own["group"].isin(groups)])
    if len(groups) > 1:
        table = table.groupby(RUN_YEAR, as_index=False)["value"].sum()
    if indicator in SUMS and not table.empty:
        runs = _plain(own.drop_duplicates(RUN_YEAR))[RUN_YEAR]
        table = runs.merge(table, on=RUN_YEAR, how="left").fillna({"value": 0.0})
    return table.dropna(subset=["value"]).reset_index(drop=True)


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Scenario, seed, year and value of few rows, without categories: asked of all rows it takes most of a report."""
    return rows[[*RUN_YEAR, "value"]].astype({"scenario": str, "year": int})


def groups_of(series: pd.DataFrame, indicator: str, dimension: str) -> list[str]:
    """Groups of ``indicator`` along ``dimension`` alone, in order of appearance: ``county`` -> ``county:anju`` ..."""
    seen = series.loc[series["indicator"] == indicator, "group"].unique()
    return [g for g in map(str, seen) if g.startswith(dimension + ":") and ";" not in g]


def _usable(table: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Refuse a tempo-adjusted rate of one seed; pool the others over three years."""
    if indicator not in POOLED_ONLY or table.empty:
        return table
    if table["seed"].nunique() < 2:
        return table.iloc[0:0]
    table = table.sort_values(["scenario", "seed", "year"])
    pooled = table.groupby(["scenario", "seed"])["value"].rolling(3, center=True).mean().reset_index(level=[0, 1])
    return table.assign(value=pooled["value"]).dropna(subset=["value"])


def levels(series: pd.DataFrame, indicator: str, group: Group = "all") -> pd.DataFrame:
    """Level of an indicator by scenario and year: mean over seeds, 95 % interval of the mean, sd between seeds, n.

    ``tfr_tempo_adjusted`` is pooled over three years and comes back empty for a single seed.
    """
    table = _usable(yearly(series, indicator, group), indicator)
    if table.empty:
        return pd.DataFrame(columns=["scenario", "year", *ESTIMATE_COLUMNS])
    return _estimates(table, ["scenario", "year"])


def paired(series: pd.DataFrame, indicator: str, baseline: str, group: Group = "all") -> pd.DataFrame:
    """Differences scenario - baseline of the same seed: a table scenario, seed, year, value."""
    table = _usable(yearly(series, indicator, group), indicator)
    base = table[table["scenario"] == baseline].set_index(["seed", "year"])["value"]
    others = table[table["scenario"] != baseline].copy()
    keys = pd.MultiIndex.from_frame(others[["seed", "year"]])
    others["value"] = others["value"].to_numpy() - base.reindex(keys).to_numpy()
    return others.dropna(subset=["value"])


def effects(series: pd.DataFrame, indicator: str, baseline: str, group: Group = "all") -> pd.DataFrame:
    """Effect of every scenario by year: mean difference, 95 % interval, sd and number of paired seeds."""
    table = paired(series, indicator, baseline, group)
    if table.empty:
        return pd.DataFrame(columns=["scenario", "year", *ESTIMATE_COLUMNS])
    return _estimates(table, ["scenario", "year"])


def summed_effects(
    series: pd.DataFrame, indicator: str, baseline: str, first_year: int, last_year: int, group: Group = "all"
) -> pd.DataFrame:
    """Effect summed over the years ``first_year`` to ``last_year``, one row a scenario (and the per-seed sums' sd)."""
    table = paired(series, indicator, baseline, group)
    table = table[table["year"].between(first_year, last_year)]
    if table.empty:
        return pd.DataFrame(columns=["scenario", *ESTIMATE_COLUMNS])
    sums = table.groupby(["scenario", "seed"])["value"].sum().reset_index()
    return _estimates(sums, ["scenario"])


def probability_at_least(values: np.ndarray, target: float) -> float | None:
    """Chance that one more run of the same city and parameters ends at ``target`` or above.

    Predictive Student t from the runs at hand (mean, sd, n-1 degrees of freedom, sd inflated by sqrt(1 + 1/n)).
    None for fewer than :data:`FEWEST` runs or equal ones.
    """
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    n = values.size
    if n < FEWEST or np.ptp(values) == 0:
        return None
    spread = float(values.std(ddof=1)) * math.sqrt(1 + 1 / n)
    return float(stats.t.sf((target - values.mean()) / spread, n - 1))


def target_chances(series: pd.DataFrame, indicator: str, target: float, year: int) -> pd.DataFrame:
    """By scenario: mean in ``year``, its interval, how many of n runs reach ``target``, and the probability."""
    table = yearly(series, indicator)
    table = table[table["year"] == year]
    rows = []
    for scenario, values in table.groupby("scenario", sort=False)["value"]:
        mean, low, high = t_interval(values.to_numpy())
        rows.append(
            {
                "scenario": scenario,
                "year": year,
                "mean": mean,
                "low": low,
                "high": high,
                "n": len(values),
                "runs_reaching": int((values >= target).sum()),
                "probability": probability_at_least(values.to_numpy(), target),
            }
        )
    return pd.DataFrame(rows)


def ratio_interval(numerator: np.ndarray, denominator: np.ndarray) -> tuple[float, float, float]:
    """Ratio of means and its 95 % Fieller interval for paired values [n].

    A denominator that cannot be told from zero gives an infinite upper limit (and the ratio itself is NaN when
    the mean denominator is not positive): "no known cost per birth", not a number. Fewer than :data:`FEWEST` pairs, or
    pairs of one ratio, give no limits.
    """
    x, y = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    n = x.size
    if n == 0 or y.mean() <= 0:
        return math.nan, math.nan, math.inf
    ratio = float(x.mean() / y.mean())
    if n < FEWEST or not (np.ptp(x) > 0 or np.ptp(y) > 0):
        return ratio, math.nan, math.nan
    cov = np.cov(x, y, ddof=1) / n
    t2 = float(stats.t.ppf(0.5 + CONFIDENCE / 2, n - 1)) ** 2
    a = float(y.mean() ** 2 - t2 * cov[1, 1])
    b = float(x.mean() * y.mean() - t2 * cov[0, 1])
    c = float(x.mean() ** 2 - t2 * cov[0, 0])
    root = b * b - a * c
    if root < 0:
        return ratio, math.nan, math.inf
    if a <= 0:
        return ratio, max(0.0, (b - math.sqrt(root)) / a if a < 0 else math.nan), math.inf
    return ratio, (b - math.sqrt(root)) / a, (b + math.sqrt(root)) / a


def ratios(numerators: pd.DataFrame, denominators: pd.DataFrame) -> pd.DataFrame:
    """By scenario: numerators over denominators, both tables scenario, seed, value; with a Fieller interval."""
    rows = []
    for scenario in denominators["scenario"].unique():
        parts = [t[t["scenario"] == scenario].set_index("seed")["value"] for t in (numerators, denominators)]
        both = pd.concat(parts, axis=1, keys=["above", "below"]).dropna()
        ratio, low, high = ratio_interval(both["above"].to_numpy(), both["below"].to_numpy())
        rows.append({"scenario": scenario, "ratio": ratio, "low": low, "high": high, "n": len(both)})
    return pd.DataFrame(rows, columns=["scenario", "ratio", "low", "high", "n"])


def summed_costs(
    series: pd.DataFrame, dimension: str, first_year: int, last_year: int, baseline: str | None = None
) -> pd.DataFrame:
    """Cost by scenario and category of ``dimension`` over the years, yuan: scenario, category, mean, low, high.

    With ``baseline`` the extra cost against it, paired by seed; without, the cost itself.
    """
    rows = []
    for group in groups_of(series, "cost", dimension):
        table = paired(series, "cost", baseline, group) if baseline else yearly(series, "cost", group)
        table = table[table["year"].between(first_year, last_year)]
        for scenario, part in table.groupby("scenario", sort=False):
            mean, low, high = t_interval(part.groupby("seed")["value"].sum().to_numpy())
            category = group.split(":", 1)[1]
            rows.append({"scenario": scenario, "category": category, "mean": mean, "low": low, "high": high})
    return pd.DataFrame(rows, columns=["scenario", "category", "mean", "low", "high"])
