"""The effect of every factor alone: against current law, weak to strong end, by dose, by parameter draw."""

from __future__ import annotations

import numpy as np
import pandas as pd

from results.analysis.compare import FEWEST, ratio_interval, t_interval
from results.analysis.indices import Array, holm, rank_correlation, ranks

YUAN_OF_RATIO = 1e8
PAIR = ["seed", "draw"]
ALONE = ("high", "low", "curve")
"""Roles of runs in which one measure alone is in force."""
ROUNDING = 1e-9


def paired_differences(table: pd.DataFrame, scenario: str, other: str, column: str) -> pd.Series:
    """Differences of ``column`` between two scenarios, by the seeds and draws that both were run on."""
    sides = [table[table["scenario"] == name].set_index(PAIR)[column] for name in (scenario, other)]
    return (sides[0] - sides[1]).dropna()


def by_replicate(differences: pd.Series) -> Array:
    """Differences by independent replicate: means over the seeds of each parameter draw where there are several draws,
    else one a seed."""
    if differences.index.get_level_values("draw").nunique() > 1:
        differences = differences.groupby(level="draw").mean()
    return differences.to_numpy(dtype=float)


def change(table: pd.DataFrame, scenario: str, other: str, column: str) -> Array:
    """The change of ``column`` from ``other`` to ``scenario``, one value a replicate."""
    return by_replicate(paired_differences(table, scenario, other, column))


def nothing_changes(table: pd.DataFrame, baseline: str, column: str) -> bool:
    """True if every measure that was run alone gives on each seed and draw what ``baseline`` gives there."""
    names = [str(name) for name in table.loc[table["role"].isin(ALONE), "scenario"].unique()]
    differences = [paired_differences(table, name, baseline, column).to_numpy(dtype=float) for name in names]
    return bool(names) and not any((abs(found) > ROUNDING).any() for found in differences)


def strong_end(table: pd.DataFrame, factor: str) -> str | None:
    """The scenario of a factor's strong end, if it was run."""
    own = table[(table["factor"] == factor) & (table["role"] == "high")]["scenario"]
    return str(own.iloc[0]) if len(own) else None


def weak_end(table: pd.DataFrame, factor: str, baseline: str) -> str:
    """The scenario of a factor's weak end; the baseline where that is current law."""
    own = table[(table["factor"] == factor) & (table["role"] == "low")]["scenario"]
    return str(own.iloc[0]) if len(own) else baseline


def effects_alone(table: pd.DataFrame, factors: list[str], baseline: str, outcome: str) -> pd.DataFrame:
    """One row a factor: the change of ``outcome`` from weak to strong end with a 95 % t interval over ``n`` replicates,
    and the two ends against current law (``law_to_weak``, ``law_to_strong``). A sign is certain only with an interval
    that does not hold zero."""
    rows = []
    for factor in factors:
        strong = strong_end(table, factor)
        if strong is None:
            continue
        weak = weak_end(table, factor, baseline)
        values = change(table, strong, weak, outcome)
        mean, low, high = t_interval(values)
        ends = [0.0 if end == baseline else float(change(table, end, baseline, outcome).mean())
                for end in (weak, strong)]  # fmt: skip
        rows.append(
            {
                "factor": factor, "mean": mean, "low": low, "high": high, "n": len(values), "law_to_weak": ends[0],
                "law_to_strong": ends[1], "certain_sign": bool(low > 0 or high < 0),
            }
        )  # fmt: skip
    return pd.DataFrame(
        rows, columns=["factor", "mean", "low", "high", "n", "law_to_weak", "law_to_strong", "certain_sign"]
    )


def tied_with_first(table: pd.DataFrame, ordered: list[str], baseline: str, outcome: str) -> list[str]:
    """Factors whose effect alone cannot be told in size from that of the first of ``ordered``."""
    effects = {}
    for factor in ordered:
        strong = strong_end(table, factor)
        if strong is not None:
            effects[factor] = change(table, strong, weak_end(table, factor, baseline), outcome)
    return tied_in_size(effects)


def tied_at_strongest_dose(table: pd.DataFrame, ordered: list[str], baseline: str, outcome: str) -> list[str]:
    """The same for factors of curves, each at its largest dose."""
    return tied_in_size({name: change(table, curve_end(table, name), baseline, outcome) for name in ordered})


def tied_in_size(effects: dict[str, Array]) -> list[str]:
    """Those whose size cannot be told from that of the first: the paired difference of sizes over replicates has no
    interval, or one that holds zero."""
    if not effects:
        return []
    sizes = {name: values * np.sign(values.mean()) for name, values in effects.items()}
    first, *others = sizes
    return [name for name in others if not t_interval(sizes[first] - sizes[name])[1] > 0]


def births_per_money(table: pd.DataFrame, factors: list[str], baseline: str, years: float) -> pd.DataFrame:
    """Births more per 100 million yuan of extra cost, with a Fieller interval; ``cost`` is yuan a year of ``years``.

    ``costs`` says whether the cost is above zero: by its interval, or in every replicate where they are too few for
    one. Where it is not, there is no ratio.
    """
    rows = []
    for factor in factors:
        strong = strong_end(table, factor)
        if strong is None:
            continue
        weak = weak_end(table, factor, baseline)
        births, cost = (change(table, strong, weak, name) for name in ("births", "cost"))
        money, money_low, money_high = t_interval(cost)
        costs = bool(money_low > 0) if len(cost) >= FEWEST and np.ptp(cost) > 0 else bool((cost > 0).all())
        ratio, low, high = ratio_interval(births, cost * years) if costs else (np.nan, np.nan, np.nan)
        rows.append(
            {
                "factor": factor, "births_per_100_million": ratio * YUAN_OF_RATIO, "low": low * YUAN_OF_RATIO,
                "high": high * YUAN_OF_RATIO, "cost_a_year": money, "cost_low": money_low, "cost_high": money_high,
                "costs": costs, "n": len(births),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def curve_end(table: pd.DataFrame, factor: str) -> str:
    """The scenario of the largest dose of one factor."""
    own = table[(table["factor"] == factor) & (table["role"].isin(["curve", "low", "high"]))]
    return str(own.loc[own[f"dose:{factor}"].idxmax(), "scenario"])


def curve_effects(table: pd.DataFrame, factor: str, baseline: str, outcome: str) -> pd.DataFrame:
    """Change of ``outcome`` against current law at each dose of one factor: dose, mean, low, high, n (replicates)."""
    own = table[(table["factor"] == factor) & (table["role"].isin(["curve", "low", "high"]))]
    rows = []
    for scenario, part in own.groupby("scenario", sort=True):
        dose = float(part[f"dose:{factor}"].iloc[0])
        values = change(table, str(scenario), baseline, outcome)
        mean, low, high = t_interval(values)
        rows.append({"dose": dose, "mean": mean, "low": low, "high": high, "n": len(values)})
    return pd.DataFrame(rows, columns=["dose", "mean", "low", "high", "n"]).sort_values("dose", ignore_index=True)


def effects_by_draw(table: pd.DataFrame, factors: list[str], baseline: str, outcome: str) -> pd.DataFrame:
    """Effect from weak to strong end of every factor under every parameter draw: draws down, factors across."""
    columns = {}
    for factor in factors:
        strong = strong_end(table, factor)
        if strong is None:
            continue
        differences = paired_differences(table, strong, weak_end(table, factor, baseline), outcome)
        columns[factor] = differences.groupby(level="draw").mean()
    return pd.DataFrame(columns).dropna()


def draw_ranks(effects: pd.DataFrame) -> np.ndarray:
    """Rank of every factor under every draw, 1 the largest effect, [draw, factor]."""
    return ranks(effects.to_numpy(dtype=float))


def what_moves_effects(effects: pd.DataFrame, draws: dict[str, Array]) -> pd.DataFrame:
    """Spearman correlation over draws between each factor's effect and each unknown number, with its p value and
    whether it is told apart from zero (``certain``: below 0.05 after Holm's correction for all pairs). Nothing from
    fewer than five draws."""
    rows = []
    for factor in effects.columns:
        for name, values in draws.items():
            chosen = np.asarray(values, dtype=float)[effects.index.to_numpy(dtype=int)]
            if len(chosen) < FEWEST or np.ptp(chosen) == 0 or np.ptp(effects[factor].to_numpy()) == 0:
                continue
            value, p_value = rank_correlation(effects[factor].to_numpy(dtype=float), chosen)
            rows.append({"factor": factor, "parameter": name, "correlation": value, "p_value": p_value})
    table = pd.DataFrame(rows, columns=["factor", "parameter", "correlation", "p_value"])
    return table.assign(certain=holm(table["p_value"].to_numpy(dtype=float)))
