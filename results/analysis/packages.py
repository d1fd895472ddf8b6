"""A run of candidate packages as search and report see it: cost, births and TFR of each against current law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from results.analysis.alone import by_replicate
from results.analysis.chance import front, predictive_quantile
from results.analysis.compare import t_interval

COLUMNS = [
    "scenario", "role", "cost", "cost_low", "cost_high", "births", "births_low", "births_high", "tfr", "tfr_assured",
    "tfr_change", "n",
]  # fmt: skip
PAIR = ["seed", "draw"]
VALUES = ["cost", "births", "tfr"]


def run_values(
    design: pd.DataFrame, series: pd.DataFrame, baseline: str, first_year: int, last_year: int, tfr_year: int,
    years: float | None = None,
) -> pd.DataFrame:  # fmt: skip
    """One row a run of every complete package: cost a year of ``years`` (those in which the measures are in force; by
    default all), births of all years, TFR of ``tfr_year``, and what they are more than the baseline's of the same seed
    and draw (``extra_`` and the name)."""
    rows = series[series["month"].isna() & (series["group"].astype(str) == "all")]
    rows = rows[rows["year"].between(first_year, last_year)]
    indicator = rows["indicator"].astype(str)
    runs = rows["run_id"].astype(str)
    found = pd.DataFrame(
        {
            "cost": rows[indicator == "cost"].groupby(runs)["value"].sum() / (years or last_year - first_year + 1),
            "births": rows[indicator == "births"].groupby(runs)["value"].sum(),
            "tfr": rows[(indicator == "tfr") & (rows["year"] == tfr_year)].groupby(runs)["value"].mean(),
        }
    )
    table = design[["run_id", "scenario", "role", *PAIR]].join(found, on="run_id")
    lacking = table.loc[table[VALUES].isna().any(axis=1), "scenario"]
    table = table[~table["scenario"].isin(set(lacking))]
    base = table[table["scenario"] == baseline].set_index(PAIR)[VALUES]
    own = base.reindex(pd.MultiIndex.from_frame(table[PAIR]))  # a supposition on other draws has no baseline, no extra
    extra = table[VALUES].to_numpy(dtype=float) - own.to_numpy(dtype=float)
    return table.assign(**{f"extra_{name}": extra[:, place] for place, name in enumerate(VALUES)})


def package_values(
    design: pd.DataFrame, series: pd.DataFrame, baseline: str, first_year: int, last_year: int, tfr_year: int,
    probability: float, years: float | None = None,
) -> pd.DataFrame:  # fmt: skip
    """One row a package (complete ones only): extra cost a year (``run_values``), yuan, and extra births of all years,
    with 95 % intervals over ``n`` replicates; TFR of ``tfr_year``, its mean and the value reached with ``probability``;
    all paired with the baseline by seed and draw."""
    table = run_values(design, series, baseline, first_year, last_year, tfr_year, years)
    packages = []
    for scenario, part in table.groupby("scenario", sort=False):
        own = part.set_index(PAIR)
        (cost, cost_low, cost_high), (births, low, high) = (
            t_interval(by_replicate(own[f"extra_{name}"])) for name in ("cost", "births")
        )
        n = len(by_replicate(own["tfr"]))
        packages.append(
            {
                "scenario": scenario, "role": part["role"].iloc[0], "cost": cost, "cost_low": cost_low,
                "cost_high": cost_high, "births": births, "births_low": low, "births_high": high,
                "tfr": own["tfr"].mean(), "tfr_assured": predictive_quantile(own["tfr"].to_numpy(), probability, n),
                "tfr_change": own["extra_tfr"].mean(), "n": n,
            }
        )  # fmt: skip
    return pd.DataFrame(packages, columns=COLUMNS)


def not_told_apart(runs: pd.DataFrame, first: str, others: Sequence[str], column: str) -> list[str]:
    """Those of ``others`` whose ``column`` of ``run_values`` cannot be told from that of ``first``: the paired
    difference over replicates has no interval, or one that holds zero."""
    asked = runs[runs["scenario"].isin([first, *others])]
    values = asked.pivot(index=PAIR, columns="scenario", values=column)
    tied = []
    for name in others:
        _, low, high = t_interval(by_replicate((values[first] - values[name]).dropna()))
        if not (low > 0 or high < 0):
            tied.append(name)
    return tied


def pareto(packages: pd.DataFrame, gain: str) -> pd.DataFrame:
    """Packages that no other beats in cost and ``gain``, cheapest first (counterfactuals left out)."""
    own = packages[packages["role"] != "missing"].reset_index(drop=True)
    kept = own[front(own["cost"].to_numpy(), own[gain].to_numpy())]
    return kept.sort_values("cost").reset_index(drop=True)


def chosen_packages(
    packages: pd.DataFrame, target: Mapping[str, Any] | None, budget: float | None, reached: str = "tfr_assured"
) -> dict[str, str]:
    """The packages that answer: ``cheapest`` whose TFR (``reached``: assured, or the mean) is at the target, ``best``
    within the budget (most births); a question without an answer is left out."""
    found: dict[str, str] = {}
    if target is not None:
        enough = packages[packages[reached] >= float(target["tfr"])]
        if budget is not None:
            enough = enough[enough["cost"] <= budget]
        if len(enough):
            found["cheapest"] = str(enough.sort_values("cost").iloc[0]["scenario"])
    if budget is not None:
        within = packages[packages["cost"] <= budget]
        if len(within):
            found["best"] = str(within.sort_values("births", ascending=False).iloc[0]["scenario"])
    return found
