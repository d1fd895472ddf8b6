"""What counts as independent, and that fewer than five of it, or equal ones, give no interval."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from results.analysis import compare
from results.analysis.replicates import has_several_draws, numbered, replicate_births, replicate_series


def design_of(seeds: int, draws: int) -> pd.DataFrame:
    rows = [
        {"run_id": f"{scenario}-{seed}-{draw}", "scenario": scenario, "seed": seed, "draw": draw}
        for seed in range(1, seeds + 1)
        for draw in range(draws)
        for scenario in ("law", "policy")
    ]
    return pd.DataFrame(rows)


def series_of(design: pd.DataFrame) -> pd.DataFrame:
    """Births of 100 a seed and draw, plus the draw's own effect of 10 x draw under the policy; cost under it alone."""
    rows = []
    for run in design.itertuples(index=False):
        policy = run.scenario == "policy"
        rows.append((*run, 2030, pd.NA, "births", "all", 100.0 * run.seed + policy * 10.0 * run.draw))
        if policy and run.seed == 1:
            rows.append((*run, 2030, pd.NA, "cost", "all", 40.0))
    return pd.DataFrame(rows, columns=["run_id", "scenario", "seed", "draw", "year", "month", "indicator", "group",
                                       "value"])  # fmt: skip


def test_seeds_of_one_draw_are_one_replicate() -> None:
    design = design_of(seeds=4, draws=3)
    series = series_of(design)
    found = replicate_series(series, numbered(design, series))
    assert sorted(found["seed"].unique()) == [1, 2, 3], "three draws, not twelve pairs"
    births = found[found["indicator"] == "births"].set_index(["scenario", "seed"])["value"]
    assert births["law", 1] == pytest.approx(250.0) and births["policy", 3] == pytest.approx(270.0)
    cost = found[found["indicator"] == "cost"]["value"]
    assert cost.tolist() == [10.0, 10.0, 10.0], "a seed without a row spent nothing"


def test_one_draw_leaves_seeds_as_they_are() -> None:
    assert not has_several_draws(design_of(6, 1)) and has_several_draws(design_of(1, 2))


def test_births_of_a_replicate_are_the_mean_over_its_seeds() -> None:
    design = design_of(seeds=2, draws=2)
    log = pd.DataFrame(
        [(run.run_id, run.scenario, run.seed, 7, 20.0) for run in design.itertuples(index=False)],
        columns=["run_id", "scenario", "seed", "mother_id", "weight"],
    ).astype({"mother_id": "uint64"})
    found = replicate_births(log, design, numbered(design, design))
    own = found[(found["scenario"] == "policy") & (found["seed"] == 2)]
    assert own["weight"].sum() == pytest.approx(20.0), "two seeds of one birth each: one birth of the city"
    assert own["mother_id"].nunique() == 2, "the same id in two seeds is two women"


def test_a_pair_that_lacks_a_scenario_does_not_count() -> None:
    design = design_of(seeds=2, draws=2)
    finished = design[design["run_id"] != "policy-2-1"]
    assert len(numbered(design, finished)) == 3


@pytest.mark.parametrize("values", [[1.0], [1.0, 2.0, 3.0, 4.0], [3.0] * 8])
def test_few_or_equal_values_give_no_interval(values: list[float]) -> None:
    mean, low, high = compare.t_interval(np.array(values))
    assert mean == pytest.approx(np.mean(values)) and math.isnan(low) and math.isnan(high)
    assert compare.probability_at_least(np.array(values), 2.0) is None
    ratio = compare.ratio_interval(np.array(values), np.ones(len(values)))
    assert math.isnan(ratio[1]) and math.isnan(ratio[2])


def test_five_values_give_an_interval() -> None:
    assert math.isfinite(compare.t_interval(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))[1])
