"""A run of candidate packages as search and report see it: cost, births and TFR of each against today's law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from results.chance import front, predictive_quantile

COLUMNS = [
    "scenario", "role", "cost", "births", "tfr", "tfr_assured", "tfr_change", "n", "births_low", "births_high",
]  # fmt: skip


def package_values(
    design: pd.DataFrame, series: pd.DataFrame, baseline: str, first_year: int, last_year: int, tfr_year: int,
    probability: float,
) -> pd.DataFrame:  # fmt: skip
    """One row a package (complete ones only): extra cost a year, yuan; extra births of all years; TFR of ``tfr_year``,
    its mean and the value reached with ``probability``; all paired with the baseline by seed and draw."""
    rows = series[series["month"].isna() & (series["group"].astype(str) == "all")]
    rows = rows[rows["year"].between(first_year, last_year)]
    indicator = rows["indicator"].astype(str)
    runs = rows["run_id"].astype(str)
    found = pd.DataFrame(
        {
            "cost": rows[indicator == "cost"].groupby(runs)["value"].sum() / (last_year - first_year + 1),
            "births": rows[indicator == "births"].groupby(runs)["value"].sum(),
            "tfr": rows[(indicator == "tfr") & (rows["year"] == tfr_year)].groupby(runs)["value"].mean(),
        }
    )
    table = design[["run_id", "scenario", "role", "seed", "draw"]].join(found, on="run_id")
    base = table[(table["scenario"] == baseline)].set_index(["seed", "draw"])[["cost", "births", "tfr"]]
    packages = []
    for scenario, part in table.groupby("scenario", sort=False):
        own = part.set_index(["seed", "draw"])[["cost", "births", "tfr"]]
        if own.isna().any().any():
            continue
        extra = own - base.reindex(own.index)  # a supposition on other draws has no baseline, and no extra
        births = extra["births"].to_numpy(dtype=float)
        low, high = np.quantile(births, [0.1, 0.9]) if np.isfinite(births).all() and len(births) else (np.nan, np.nan)
        packages.append(
            {
                "scenario": scenario, "role": part["role"].iloc[0], "cost": extra["cost"].mean(),
                "births": extra["births"].mean(), "tfr": own["tfr"].mean(),
                "tfr_assured": predictive_quantile(own["tfr"].to_numpy(), probability),
                "tfr_change": extra["tfr"].mean(), "n": len(own), "births_low": float(low), "births_high": float(high),
            }
        )  # fmt: skip
    return pd.DataFrame(packages, columns=COLUMNS)


def pareto(packages: pd.DataFrame, gain: str) -> pd.DataFrame:
    """Packages that no other beats in cost and ``gain``, cheapest first (counterfactuals left out)."""
    own = packages[packages["role"] != "missing"].reset_index(drop=True)
    kept = own[front(own["cost"].to_numpy(), own[gain].to_numpy())]
    return kept.sort_values("cost").reset_index(drop=True)


def chosen_packages(front_: pd.DataFrame, target: Mapping[str, Any] | None, budget: float | None) -> dict[str, str]:
    """The packages that answer: ``cheapest`` that reaches the target with its probability, ``best`` within the budget
    (most births); a question without an answer is left out."""
    found: dict[str, str] = {}
    if target is not None:
        enough = front_[front_["tfr_assured"] >= float(target["tfr"])]
        if budget is not None:
            enough = enough[enough["cost"] <= budget]
        if len(enough):
            found["cheapest"] = str(enough.sort_values("cost").iloc[0]["scenario"])
    if budget is not None:
        within = front_[front_["cost"] <= budget]
        if len(within):
            found["best"] = str(within.sort_values("births", ascending=False).iloc[0]["scenario"])
    return found
