"""What the births of two arms of one seed have in common, from their event lists.

Identified within the horizon of a run: *additional* births, the difference of the counts. Which part of them is
only *brought forward* from later years needs completed cohorts, which this release does not run. Matching events
one by one (same mother, same order) illustrates timing; matching also breaks by churn - a couple that met someone
else - so the numbers of births found in one arm alone are printed beside it, and are no effect.
"""

from __future__ import annotations

import pandas as pd

from results.compare import t_interval

AGE_GROUPS = [(15, 24), (25, 29), (30, 34), (35, 39), (40, 49)]


def age_at_birth_years(births: pd.DataFrame) -> pd.Series:
    """Mother's age in completed years at each birth."""
    return (births["month"].astype(int) - births["mother_birth_month"].astype(int)) // 12


def age_group(age_years: int) -> str:
    """The group of a mother's age, ``25-29``; ages outside go to the nearest group."""
    for low, high in AGE_GROUPS:
        if age_years <= high:
            return f"{low}-{high}"
    return f"{AGE_GROUPS[-1][0]}-{AGE_GROUPS[-1][1]}"


def matched_births(baseline: pd.DataFrame, scenario: pd.DataFrame) -> dict[str, float]:
    """Match births of two arms of one seed by mother and order.

    Returns counts ``both``, ``same_month``, ``earlier``, ``later``, ``scenario_only``, ``baseline_only`` and the mean
    shift ``mean_shift_months`` of births in both arms (negative: earlier in the scenario).
    """
    keys = ["mother_id", "order"]
    merged = baseline[[*keys, "month"]].merge(
        scenario[[*keys, "month"]], on=keys, how="outer", suffixes=("_base", "_scenario"), indicator=True
    )
    both = merged[merged["_merge"] == "both"]
    shift = both["month_scenario"] - both["month_base"]
    return {
        "both": float(len(both)),
        "same_month": float((shift == 0).sum()),
        "earlier": float((shift < 0).sum()),
        "later": float((shift > 0).sum()),
        "scenario_only": float((merged["_merge"] == "right_only").sum()),
        "baseline_only": float((merged["_merge"] == "left_only").sum()),
        "mean_shift_months": float(shift.mean()) if len(both) else 0.0,
    }


def split_table(births: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Births of every scenario against the baseline, scaled to the city, mean and 95 % interval over seeds.

    ``births`` holds all runs (scenario, seed and a births log whose ``weight`` scales it to the city).
    Columns out: scenario, quantity, mean, low, high, n. Quantities: births_scenario, births_baseline, additional,
    those of ``matched_births``, and ``additional;order:k`` (3: third and later), ``additional;income_fifth:k``,
    ``additional;mother_age:a-b``.
    """
    rows: list[dict[str, object]] = []
    for seed in sorted(births["seed"].unique()):
        of_seed = births[births["seed"] == seed]
        base = of_seed[of_seed["scenario"] == baseline]
        for scenario in of_seed["scenario"].unique():
            if scenario != baseline and len(base):
                arm = of_seed[of_seed["scenario"] == scenario]
                for quantity, value in _one_seed(base, arm).items():
                    rows.append({"scenario": scenario, "seed": seed, "quantity": quantity, "value": value})
    columns = ["scenario", "quantity", "mean", "low", "high", "n"]
    if not rows:
        return pd.DataFrame(columns=columns)
    out = []
    for (scenario, quantity), values in pd.DataFrame(rows).groupby(["scenario", "quantity"], sort=False)["value"]:
        mean, low, high = t_interval(values.to_numpy(dtype=float))
        out.append(
            {"scenario": scenario, "quantity": quantity, "mean": mean, "low": low, "high": high, "n": len(values)}
        )
    return pd.DataFrame(out, columns=columns)


def _one_seed(base: pd.DataFrame, arm: pd.DataFrame) -> dict[str, float]:
    """Quantities of one pair of arms, scaled to the city (the mean shift is in months and is not scaled)."""
    scale = 1.0 / float(base["weight"].iloc[0])
    values = {
        "births_scenario": len(arm) / scale,
        "births_baseline": len(base) / scale,
        "additional": (len(arm) - len(base)) / scale,
    }
    for name, value in matched_births(base, arm).items():
        values[name] = value if name == "mean_shift_months" else value / scale
    for order in (1, 2, 3):
        top = order == 3
        counts = [int((b["order"] >= 3).sum() if top else (b["order"] == order).sum()) for b in (arm, base)]
        values[f"additional;order:{order}"] = (counts[0] - counts[1]) / scale
    for fifth in range(5) if (base["fifth"] >= 0).any() else ():
        gained = int((arm["fifth"] == fifth).sum() - (base["fifth"] == fifth).sum())
        values[f"additional;income_fifth:{fifth + 1}"] = gained / scale
    groups = [age_at_birth_years(b).map(lambda age: age_group(int(age))) for b in (arm, base)]
    for low, high in AGE_GROUPS:
        name = f"{low}-{high}"
        values[f"additional;mother_age:{name}"] = float(((groups[0] == name).sum() - (groups[1] == name).sum()) / scale)
    return values
