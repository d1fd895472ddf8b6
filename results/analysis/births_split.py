"""What births of two arms of one seed differ by, from their event lists.

*Additional* births are the difference of completed births: those of the horizon, and the later ones of every woman who
was fertile in it, lived on to age 50 under one law in both arms. *Brought forward* is the difference within the horizon
less the additional ones (negative where what is added comes after the horizon), *deadweight* the births that are paid
for, from the month in which the measure starts, less the additional ones. Only these margins are
identified. Matching events one by one (same mother, same order) illustrates timing; it breaks by churn - a couple that
met someone else - so births found in one arm alone are printed beside it, and are no effect.
"""

from __future__ import annotations

import pandas as pd

from results.analysis.compare import t_interval

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


def differences(
    births: pd.DataFrame, baseline: str, horizon_end_month: int, paid_from: dict[str, dict[int, int]] | None = None
) -> pd.DataFrame:
    """Births of every scenario against the baseline by seed, scaled to the city: scenario, seed, quantity, value.

    ``births`` holds all runs (scenario, seed and a births log whose ``weight`` scales it to the city); births from
    ``horizon_end_month`` on complete the cohorts of the horizon. ``paid_from`` names by scenario the birth orders (3:
    third and later) that it spends more on than the baseline, with the month from which it does.
    Quantities: births_scenario, births_baseline, within_horizon; births_additional, births_brought_forward and
    births_deadweight where cohorts are completed; those of ``matched_births``; within_horizon by ``;order:k`` (3: third
    and later), ``;income_fifth:k``, ``;mother_age:a-b``, ``;hukou:local`` and ``;hukou:other``, and births_baseline by
    the same groups.
    """
    rows: list[dict[str, object]] = []
    for seed in sorted(births["seed"].unique()):
        of_seed = births[births["seed"] == seed]
        base = of_seed[of_seed["scenario"] == baseline]
        for scenario in of_seed["scenario"].unique():
            if scenario != baseline and len(base):
                arm = of_seed[of_seed["scenario"] == scenario]
                paid = (paid_from or {}).get(str(scenario), {})
                for quantity, value in _one_seed(base, arm, horizon_end_month, paid).items():
                    rows.append({"scenario": scenario, "seed": seed, "quantity": quantity, "value": value})
    return pd.DataFrame(rows, columns=["scenario", "seed", "quantity", "value"])


def split_table(by_seed: pd.DataFrame) -> pd.DataFrame:
    """``differences`` over seeds: scenario, quantity, mean, low, high (95 % interval), n."""
    out = []
    for (scenario, quantity), values in by_seed.groupby(["scenario", "quantity"], sort=False)["value"]:
        mean, low, high = t_interval(values.to_numpy(dtype=float))
        out.append(
            {"scenario": scenario, "quantity": quantity, "mean": mean, "low": low, "high": high, "n": len(values)}
        )
    return pd.DataFrame(out, columns=["scenario", "quantity", "mean", "low", "high", "n"])


def _one_seed(base: pd.DataFrame, arm: pd.DataFrame, end: int, paid_from: dict[int, int]) -> dict[str, float]:
    """Quantities of one pair of arms, scaled to the city (the mean shift is in months and is not scaled)."""
    weight = float(base["weight"].iloc[0])
    in_horizon = [births[births["month"] < end] for births in (arm, base)]
    ours, theirs = in_horizon
    within = len(ours) - len(theirs)
    values = {
        "births_scenario": len(ours) * weight,
        "births_baseline": len(theirs) * weight,
        "within_horizon": within * weight,
    }
    if len(base) > len(theirs):
        added = len(arm) - len(base)
        values["births_additional"] = added * weight
        values["births_brought_forward"] = (within - added) * weight
        if paid_from:
            first = ours["order"].clip(upper=3).map(paid_from)
            paid = int((ours["month"] >= first).sum())
            values["births_paid"] = paid * weight
            values["births_deadweight"] = (paid - added) * weight
    for name, value in matched_births(theirs, ours).items():
        values[name] = value if name == "mean_shift_months" else value * weight
    gained, had = _by_group(ours, theirs)
    for group in gained.index:
        values[f"within_horizon;{group}"] = gained[group] * weight
        values[f"births_baseline;{group}"] = had[group] * weight
    return values


def _by_group(ours: pd.DataFrame, theirs: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """By group (``order:2``): births of one arm less those of the other, and births of the other."""
    counts = [
        pd.concat(
            [
                "order:" + births["order"].clip(upper=3).astype(str),
                "income_fifth:" + (births["fifth"] + 1).astype(str),
                "mother_age:" + age_at_birth_years(births).map(lambda age: age_group(int(age))),
                "hukou:" + births["hukou"].map({1: "local", 0: "other"}),
            ]
        ).value_counts()
        for births in (ours, theirs)
    ]
    names = [f"order:{order}" for order in (1, 2, 3)]
    names += [f"income_fifth:{fifth}" for fifth in range(1, 6)] if (theirs["fifth"] >= 0).any() else []
    names += [f"mother_age:{low}-{high}" for low, high in AGE_GROUPS]
    names += ["hukou:local", "hukou:other"]
    here, there = (count.reindex(names, fill_value=0) for count in counts)
    return here - there, there
