"""The effect of every factor alone: against today's law, weak to strong end, by dose, by parameter draw."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from results.compare import ratio_interval, t_interval
from results.sensitivity import Array, ranks

YUAN_OF_RATIO = 1e8
PAIR = ["seed", "draw"]


def paired_differences(table: pd.DataFrame, scenario: str, other: str, column: str) -> pd.Series:
    """Differences of ``column`` between two scenarios, by the seeds and draws that both were run on."""
    sides = [table[table["scenario"] == name].set_index(PAIR)[column] for name in (scenario, other)]
    return (sides[0] - sides[1]).dropna()


def weak_end(table: pd.DataFrame, factor: str, baseline: str) -> str:
    """The scenario of a factor's weak end; the baseline where that is today's law."""
    own = table[(table["factor"] == factor) & (table["role"] == "low")]["scenario"]
    return str(own.iloc[0]) if len(own) else baseline


def effects_alone(table: pd.DataFrame, factors: list[str], baseline: str, outcome: str) -> pd.DataFrame:
    """One row a factor: the change of ``outcome`` from weak to strong end with a 95 % t interval over pairs, and the
    two ends against today's law (``law_to_weak``, ``law_to_strong``)."""
    rows = []
    for factor in factors:
        strong = table[(table["factor"] == factor) & (table["role"] == "high")]["scenario"]
        if strong.empty:
            continue
        weak = weak_end(table, factor, baseline)
        differences = paired_differences(table, str(strong.iloc[0]), weak, outcome)
        mean, low, high = t_interval(differences.to_numpy())
        ends = [
            0.0 if end == baseline else float(paired_differences(table, end, baseline, outcome).mean())
            for end in (weak, str(strong.iloc[0]))
        ]
        rows.append(
            {
                "factor": factor, "mean": mean, "low": low, "high": high, "n": len(differences), "law_to_weak": ends[0],
                "law_to_strong": ends[1], "certain_sign": bool(low > 0 or high < 0),
            }
        )  # fmt: skip
    return pd.DataFrame(
        rows, columns=["factor", "mean", "low", "high", "n", "law_to_weak", "law_to_strong", "certain_sign"]
    )


def births_per_money(table: pd.DataFrame, factors: list[str], baseline: str, years: int) -> pd.DataFrame:
    """Additional births per 100 million yuan of extra cost, with a Fieller interval; ``cost`` is yuan a year."""
    rows = []
    for factor in factors:
        strong = table[(table["factor"] == factor) & (table["role"] == "high")]["scenario"]
        if strong.empty:
            continue
        weak = weak_end(table, factor, baseline)
        births = paired_differences(table, str(strong.iloc[0]), weak, "births")
        cost = paired_differences(table, str(strong.iloc[0]), weak, "cost")
        total = cost.to_numpy() * years
        ratio, low, high = ratio_interval(births.to_numpy(), total)
        money, money_low, money_high = t_interval(cost.to_numpy())
        rows.append(
            {
                "factor": factor, "births_per_100_million": ratio * YUAN_OF_RATIO, "low": low * YUAN_OF_RATIO,
                "high": high * YUAN_OF_RATIO, "cost_a_year": money, "cost_low": money_low, "cost_high": money_high,
                "n": len(births),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def curve_effects(table: pd.DataFrame, factor: str, baseline: str, outcome: str) -> pd.DataFrame:
    """Change of ``outcome`` against today's law at each dose of one factor: dose, mean, low, high, n."""
    own = table[(table["factor"] == factor) & (table["role"].isin(["curve", "low", "high"]))]
    rows = []
    for scenario, part in own.groupby("scenario", sort=True):
        dose = float(part[f"dose:{factor}"].iloc[0])
        mean, low, high = t_interval(paired_differences(table, str(scenario), baseline, outcome).to_numpy())
        rows.append({"dose": dose, "mean": mean, "low": low, "high": high, "n": len(part)})
    return pd.DataFrame(rows, columns=["dose", "mean", "low", "high", "n"]).sort_values("dose", ignore_index=True)


def effects_by_draw(table: pd.DataFrame, factors: list[str], baseline: str, outcome: str) -> pd.DataFrame:
    """Effect from weak to strong end of every factor under every parameter draw: draws down, factors across."""
    columns = {}
    for factor in factors:
        strong = table[(table["factor"] == factor) & (table["role"] == "high")]["scenario"]
        if strong.empty:
            continue
        differences = paired_differences(table, str(strong.iloc[0]), weak_end(table, factor, baseline), outcome)
        columns[factor] = differences.groupby(level="draw").mean()
    return pd.DataFrame(columns).dropna()


def draw_ranks(effects: pd.DataFrame) -> np.ndarray:
    """Rank of every factor under every draw, 1 the largest effect, [draw, factor]."""
    return ranks(effects.to_numpy(dtype=float))


def what_moves_effects(effects: pd.DataFrame, draws: dict[str, Array]) -> pd.DataFrame:
    """Spearman correlation over draws between each factor's effect and each unknown number, with its p value."""
    rows = []
    for factor in effects.columns:
        for name, values in draws.items():
            chosen = np.asarray(values, dtype=float)[effects.index.to_numpy(dtype=int)]
            if len(chosen) < 4 or np.ptp(chosen) == 0 or np.ptp(effects[factor].to_numpy()) == 0:
                continue
            found = stats.spearmanr(effects[factor], chosen)
            rows.append(
                {"factor": factor, "parameter": name, "correlation": float(found[0]), "p_value": float(found[1])}
            )
    return pd.DataFrame(rows, columns=["factor", "parameter", "correlation", "p_value"])
