"""Comparisons against cases that can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from results.analysis import births_split, compare


def series(rows: list[tuple[str, int, int, str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["scenario", "seed", "year", "indicator", "group", "value"])
    return frame.assign(month=pd.array([pd.NA] * len(frame), dtype="Int32"))


def tfr_series(seeds: int = 6) -> pd.DataFrame:
    rows = []
    for seed in range(1, seeds + 1):
        for year in range(2026, 2031):
            rows.append(("base", seed, year, "tfr", "all", 1.0 + 0.1 * seed))
            rows.append(("policy", seed, year, "tfr", "all", 1.0 + 0.1 * seed + 0.05 + 0.01 * (seed % 2)))
    return series(rows)


def test_t_interval_is_students() -> None:
    values = np.array([1.0, 2.0, 4.0, 6.0, 7.0])
    mean, low, high = compare.t_interval(values)
    half = stats.t.ppf(0.975, 4) * values.std(ddof=1) / math.sqrt(5)
    assert mean == pytest.approx(4.0)
    assert (low, high) == pytest.approx((mean - half, mean + half))
    assert compare.t_interval(np.array([2.0]))[0] == 2.0
    assert math.isnan(compare.t_interval(np.array([2.0]))[1])


def test_effects_pair_by_seed_so_that_shared_noise_drops_out() -> None:
    found = compare.effects(tfr_series(), "tfr", "base")
    row = found[found["year"] == 2030].iloc[0]
    assert row["mean"] == pytest.approx(0.055)
    assert row["sd"] < 0.006, "the spread of 0.1 a seed is common to both arms"
    assert row["n"] == 6


def test_a_seed_without_its_baseline_is_left_out() -> None:
    table = tfr_series()
    kept = table[~((table["scenario"] == "base") & (table["seed"] == 1))]
    assert compare.effects(kept, "tfr", "base")["n"].unique().tolist() == [5]


def test_summed_effects_count_a_missing_cost_row_as_nothing() -> None:
    rows = []
    for seed in (1, 2):
        for year in (2027, 2028):
            rows.append(("base", seed, year, "cost", "payer:fund", 5.0))
            rows.append(("policy", seed, year, "cost", "payer:fund", 5.0))
            rows.append(("policy", seed, year, "cost", "payer:city", 10.0 * seed))
    table = series(rows)
    found = compare.summed_costs(table, "payer", 2027, 2028, "base").set_index(["scenario", "category"])
    assert found.loc[("policy", "city"), "mean"] == pytest.approx(30.0)
    assert found.loc[("policy", "fund"), "mean"] == 0.0
    total = compare.summed_effects(table, "cost", "base", 2027, 2028).iloc[0]
    assert total["mean"] == pytest.approx(30.0), "all payers are the sum of the payers"


def test_monthly_rows_do_not_enter_yearly_values() -> None:
    table = tfr_series()
    monthly = table.assign(month=pd.array([1] * len(table), dtype="Int32"), value=99.0)
    both = pd.concat([table, monthly])
    assert compare.levels(both, "tfr")["mean"].max() < 2


def test_tempo_adjusted_rate_of_one_seed_is_refused_and_pooled_ones_are_smoothed() -> None:
    table = tfr_series(1).assign(indicator="tfr_tempo_adjusted")
    assert compare.levels(table, "tfr_tempo_adjusted").empty
    assert compare.effects(table, "tfr_tempo_adjusted", "base").empty
    pooled = compare.levels(tfr_series(3).assign(indicator="tfr_tempo_adjusted"), "tfr_tempo_adjusted")
    assert sorted(pooled["year"].unique()) == [2027, 2028, 2029]


def test_probability_at_least_is_one_half_at_the_mean_and_not_given_from_few_runs() -> None:
    assert compare.probability_at_least(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 3.0) == pytest.approx(0.5)
    assert compare.probability_at_least(np.array([1.0, 2.0, 3.0, 4.0]), 3.0) is None
    assert (compare.probability_at_least(np.array([1.0, 1.1, 0.9, 1.0, 1.05]), 5.0) or 0.0) < 0.01


def test_target_chances_counts_runs() -> None:
    found = compare.target_chances(tfr_series(), "tfr", 1.55, 2030).set_index("scenario")
    assert found.loc["base", "runs_reaching"] == 1
    assert found.loc["policy", "runs_reaching"] == 2


def test_ratio_interval_covers_the_ratio_and_has_no_upper_limit_when_births_may_be_zero() -> None:
    money, births = np.array([10.0, 12.0, 11.0, 10.5, 11.5]), np.array([2.0, 2.2, 2.1, 2.1, 2.1])
    ratio, low, high = compare.ratio_interval(money, births)
    assert low < ratio < high
    assert ratio == pytest.approx(55 / 10.5)
    assert math.isinf(compare.ratio_interval(money, np.array([1.0, -0.5, 0.4, 0.2, -0.3]))[2])
    assert math.isnan(compare.ratio_interval(money, -births)[0])


def births(rows: list[tuple[str, int, int, int, int, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["scenario", "seed", "mother_id", "mother_birth_month", "month", "order"])
    return frame.assign(run_id=frame["scenario"], paid=False, fifth=0, hukou=1, weight=20.0)


def test_matched_births_tell_earlier_later_and_churn_apart() -> None:
    base = births([("base", 1, 1, 1200, 1530, 1), ("base", 1, 2, 1200, 1540, 1), ("base", 1, 3, 1200, 1541, 2)])
    arm = births([("p", 1, 1, 1200, 1524, 1), ("p", 1, 2, 1200, 1540, 1), ("p", 1, 4, 1200, 1541, 1)])
    found = births_split.matched_births(base, arm)
    assert (found["both"], found["same_month"], found["earlier"], found["later"]) == (2, 1, 1, 0)
    assert (found["scenario_only"], found["baseline_only"]) == (1, 1)
    assert found["mean_shift_months"] == -3


def test_split_table_scales_to_the_city_and_adds_up() -> None:
    log = births(
        [("base", s, m, 1200, 1530, 1) for s in (1, 2) for m in range(10)]
        + [("p", s, m, 1200, 1530, 1) for s in (1, 2) for m in range(10 + s)]
    )
    by_seed = births_split.differences(log, "base", horizon_end_month=1560)
    found = births_split.split_table(by_seed).set_index(["scenario", "quantity"])["mean"]
    assert found[("p", "births_baseline")] == 200
    assert found[("p", "within_horizon")] == 30
    assert found[("p", "within_horizon;order:1")] == 30
    assert found[("p", "within_horizon;hukou:local")] == 30
    ages = found["p"].filter(like="within_horizon;mother_age")
    assert ages.sum() == 30 and found[("p", "within_horizon;mother_age:25-29")] == 30
    assert "births_additional" not in found["p"]


def test_completed_cohorts_tell_added_births_from_births_brought_forward() -> None:
    """Ten mothers: under the policy eight have their child in the horizon and one more after it, without it five and
    three. One birth is added, two are brought forward, and of eight that are paid for seven would have come anyway."""
    log = births(
        [("base", 1, m, 1200, 1530 if m < 5 else 1570, 1) for m in range(8)]
        + [("p", 1, m, 1200, 1530 if m < 8 else 1570, 1) for m in range(9)]
    )
    by_seed = births_split.differences(log, "base", horizon_end_month=1560, paid_from={"p": {1: 1500}})
    found = by_seed.set_index("quantity")["value"] / 20
    assert found["within_horizon"] == 3 and found["births_additional"] == 1
    assert found["births_brought_forward"] == 2 and found["births_deadweight"] == 7
    later = births_split.differences(log, "base", horizon_end_month=1560, paid_from={"p": {1: 1531}})
    assert later.set_index("quantity")["value"]["births_paid"] == 0, "children born before the measure are not paid for"
    of_second = births_split.differences(log, "base", horizon_end_month=1560, paid_from={"p": {2: 1500}})
    assert of_second.set_index("quantity")["value"]["births_paid"] == 0
