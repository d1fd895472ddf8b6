"""The change of a TFR split into marriage and fertility within marriage (Kitagawa's decomposition of rates)."""

from __future__ import annotations

import pandas as pd

YEARS_A_GROUP = 5
COLUMNS = ["scenario", "seed", "year", "part", "value"]


def tfr_parts(births_rate: pd.DataFrame, married: pd.DataFrame, tfr: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Difference of the TFR from the baseline by scenario, seed, year and part.

    ``births_rate`` holds births per woman-year and ``married`` the share of women married, both by ``age:15-19`` and so
    on; births per married woman are one over the other. Parts: total; marriage, from shares married at the mean
    fertility of married women of both arms; within_marriage, from that fertility at the mean share; rest, what age
    within five-year groups does. Births outside marriage count as if within it.
    """
    rate, share = _by_age(births_rate), _by_age(married)
    if rate.empty or share.empty:
        return pd.DataFrame(columns=COLUMNS)
    share = share.reindex(index=rate.index, columns=rate.columns)
    within = rate.div(share.where(share > 0)).fillna(0.0)
    base_share, base_within = _of_baseline(share, baseline), _of_baseline(within, baseline)
    marriage = YEARS_A_GROUP * ((share - base_share) * (within + base_within) / 2).sum(axis=1)
    inside = YEARS_A_GROUP * ((within - base_within) * (share + base_share) / 2).sum(axis=1)
    level = tfr[(tfr["group"].astype(str) == "all") & tfr["month"].isna()]
    level = level.astype({"scenario": str}).set_index(["scenario", "seed", "year"])["value"].reindex(rate.index)
    total = level - _of_baseline(level, baseline)
    parts = pd.DataFrame(
        {"total": total, "marriage": marriage, "within_marriage": inside, "rest": total - marriage - inside}
    )
    parts = parts[parts.index.get_level_values("scenario") != baseline].dropna()
    return parts.rename_axis(columns="part").stack().rename("value").reset_index()[COLUMNS]


def _by_age(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a scenario, seed and year, a column an age group."""
    own = rows[rows["month"].isna()].astype({"scenario": str, "group": str})
    own = own.assign(age=own["group"].str.extract(r"age:(\d+-\d+)", expand=False)).dropna(subset=["age"])
    return own.pivot_table(index=["scenario", "seed", "year"], columns="age", values="value")


def _of_baseline[T: (pd.DataFrame, pd.Series)](table: T, baseline: str) -> T:
    """The baseline's values of the same seed and year in every row."""
    base = table.xs(baseline, level="scenario")
    matched = base.reindex(table.index.droplevel("scenario"))
    matched.index = table.index
    return matched
