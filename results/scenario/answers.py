"""The numbers that the first screen and the leads of sections say, each computed once.

One term is one quantity: *additional births* are those of completed cohorts; where cohorts were not followed to age 50
the quantity is births more within the horizon, and is called that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from results.analysis.compare import ratio_interval, ratios, t_interval
from results.content import study_words
from results.content.blocks import both
from results.content.estimates import finite, told_apart
from results.content.words import Text
from results.scenario.data import MONTH_ZERO_YEAR, MONTHS_A_YEAR, RunData
from results.scenario.gains import strongest

LEAST_SHARE = 0.005
"""A payer with less than this share of what is spent more is not named; nor is a saving below it."""


def years_text(data: RunData) -> str:
    """The horizon, ``2026–2035``."""
    return f"{data.branch_year}–{data.end_year}"


def years_zh(data: RunData) -> str:
    """The horizon in Chinese, ``2026—2035``."""
    return f"{data.branch_year}—{data.end_year}"


def births_name(data: RunData) -> Text:
    """The name of that quantity."""
    if data.cohorts_completed:
        return both("additional births (completed cohorts)", "新增出生（完整队列）")
    return both(f"births more within {years_text(data)}", f"{years_zh(data)} 年内多出生人数")


def one_birth_name(data: RunData) -> Text:
    """One of them, after "per"."""
    if data.cohorts_completed:
        return both("additional birth", "每多出生一人")
    return both(f"birth more within {years_text(data)}", f"{years_zh(data)} 年内每多出生一人")


def in_force_text(data: RunData, scenario: str) -> Text:
    """The time in which a scenario's law differs from current law: ``2027–2035``, ``July 2027 to 2035``."""
    first, last = (
        f"{month // MONTHS_A_YEAR + MONTH_ZERO_YEAR}-{month % MONTHS_A_YEAR + 1:02d}"
        for month in data.months_in_force(scenario)
    )
    return study_words.in_force_text(first, last)


def cost_a_year(data: RunData, scenario: str) -> dict[str, float] | None:
    """Extra cost a year of those in which the scenario's law differs, yuan: mean, low, high, n."""
    row = data.extra_cost[data.extra_cost["scenario"] == scenario]
    if row.empty:
        return None
    years = data.years_in_force(scenario)
    return {**{k: float(row.iloc[0][k]) / years for k in ("mean", "low", "high")}, "n": float(row.iloc[0]["n"])}


def cost_per_birth(data: RunData, scenario: str) -> dict[str, float] | None:
    """Yuan per birth of ``births_quantity`` of the run; None where births or cost do not rise: no such price exists.

    A lower limit below zero is said as 0: the interval then holds that nothing is spent more.
    """
    return _price(data.birth_costs, scenario)


def cost_per_birth_within(data: RunData, scenario: str) -> dict[str, float] | None:
    """Yuan per birth more within the horizon, whatever is born or only made up for after it; None as above."""
    births = data.birth_differences
    return _price(ratios(data.extra_cost_by_seed, births[births["quantity"] == "within_horizon"]), scenario)


def _price(costs: pd.DataFrame, scenario: str) -> dict[str, float] | None:
    row = costs[costs["scenario"] == scenario]
    if row.empty or not finite(float(row.iloc[0]["ratio"])) or float(row.iloc[0]["ratio"]) <= 0:
        return None
    ratio, low, high, n = (float(row.iloc[0][k]) for k in ("ratio", "low", "high", "n"))
    return {"mean": ratio, "low": max(low, 0.0) if low == low else low, "high": high, "n": n}


@dataclass(frozen=True)
class Payers:
    """Who bears what is spent more, and who saves: shares of the added spending (``more_a_year`` yuan), yuan saved."""

    shares: list[tuple[str, float]]
    more_a_year: float
    savings: list[tuple[str, dict[str, float]]]


def payers_of(data: RunData, scenario: str) -> Payers:
    """Payers by their share of the added spending, largest first, and payers who spend less."""
    table = data.costs_by("payer")
    own = table[table["scenario"] == scenario]
    more = own[own["mean"] > 0].sort_values("mean", ascending=False)
    total = float(more["mean"].sum())
    if total <= 0:
        return Payers([], 0.0, [])
    shares = [(str(row.category), float(row.mean) / total) for row in more.itertuples(index=False)]
    years = data.years_in_force(scenario)
    less = own[own["mean"] < -LEAST_SHARE * total].sort_values("mean")
    savings = [
        (str(r["category"]), {"mean": -r["mean"] / years, "low": -r["high"] / years, "high": -r["low"] / years,
                              "n": float(data.seeds)})
        for _, r in less.iterrows()
    ]  # fmt: skip
    return Payers([(name, share) for name, share in shares if share >= LEAST_SHARE], total / years, savings)


def births_by_replicate(data: RunData) -> pd.DataFrame:
    """Births of ``births_quantity`` of the run against the baseline: a row a replicate, a column a scenario."""
    return data.additional_births_by_seed.pivot(index="seed", columns="scenario", values="value")


def cost_by_replicate(data: RunData) -> pd.DataFrame:
    """Extra cost of the horizon, yuan, in the same shape."""
    return data.extra_cost_by_seed.pivot(index="seed", columns="scenario", values="value")


def not_told_apart(values: pd.DataFrame, top: str) -> list[str]:
    """Scenarios whose value cannot be told from that of ``top`` (paired differences over replicates)."""
    return [name for name in values.columns if name != top and not _differs(values[top] - values[name])]


def _differs(differences: pd.Series) -> bool:
    mean, low, high = t_interval(differences.dropna().to_numpy())
    return told_apart({"mean": mean, "low": low, "high": high})


@dataclass(frozen=True)
class BestValue:
    """The scenario that gives most of another's births for its money: its shares of births and cost."""

    scenario: str
    births: dict[str, float]
    cost: dict[str, float]
    sure: bool


def best_value(data: RunData, top: str) -> BestValue | None:
    """Which other scenario has the largest share of the births of ``top`` for its share of the cost; None if none has a
    larger share of births than of cost, or if births and cost of ``top`` are not above zero.

    ``sure`` says whether its births for money can be told from those of ``top``.
    """
    births, cost = births_by_replicate(data), cost_by_replicate(data)
    if top not in births.columns or top not in cost.columns or min(births[top].mean(), cost[top].mean()) <= 0:
        return None
    found: list[tuple[float, BestValue]] = []
    for name in births.columns.intersection(cost.columns):
        if name == top or min(births[name].mean(), cost[name].mean()) <= 0:
            continue
        of_births, of_cost = (_ratio(values[name], values[top]) for values in (births, cost))
        if of_births["mean"] > of_cost["mean"]:
            # zero in the mean where the share of births equals the share of cost
            even = births[name] / births[top].mean() - cost[name] / cost[top].mean() * births[top] / births[top].mean()
            better = BestValue(str(name), of_births, of_cost, sure=_differs(even))
            found.append((of_births["mean"] / of_cost["mean"], better))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _ratio(above: pd.Series, below: pd.Series) -> dict[str, float]:
    ratio, low, high = ratio_interval(above.to_numpy(), below.to_numpy())
    return {"mean": ratio, "low": low, "high": high, "n": float(len(above))}


def leader(data: RunData) -> tuple[str, list[str]] | None:
    """The scenario with the most births of ``births_quantity`` of the run, and those that cannot be told from it."""
    top = strongest(data)
    if top is None:
        return None
    equals = not_told_apart(births_by_replicate(data), top)
    return top, [name for name in data.policies if name in equals]


def free_parameters(data: RunData, scenario: str, free: frozenset[str]) -> list[dict[str, Any]]:
    """Changes of a scenario that move decisions and cost nothing in the model."""
    return [change for change in data.scenario_card(scenario)["changes"] if change["parameter"] in free]
