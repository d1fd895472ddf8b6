"""Sweeps and Sobol designs: bounds come from the files, rows are SALib's, draws get histories of their own."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from SALib.sample import sobol

from experiments.run.run_table import design_table, estimate, folder_name
from experiments.study.equal_cost_bounds import COLUMNS
from experiments.study.study import Study, read_study
from policies.catalogue import load_catalogue
from policies.errors import InputError
from policies.timeline import timeline_for

Write = Callable[..., Path]
GRANT, SECOND = {"fields": ["birth_grant.order1"]}, {"fields": ["birth_grant.order2"]}
LEVELS = {"grid": [0.1, 0.2, 0.3, 0.4], "lhs": [0.1, 0.2, 0.4], "one_at_a_time": [0.1, 0.2, 0.4]}
DRIFT = {"marriage_drift": {"items": [5], "low": 0.8, "high": 1.2}, "present_weight_rho": None}


CONFIGS = Path(__file__).parents[3] / "experiments" / "configs"


@pytest.mark.parametrize(
    "path", sorted(p for p in CONFIGS.glob("*/*.yaml") if p.parent.name != "scenario"), ids=lambda p: p.stem
)
def test_shipped_configs_are_fine(path: Path) -> None:
    study = read_study(path)
    assert study.kind.name == path.parent.name
    for row in study.design.rows[:2]:
        assert study.timelines[row.scenario].at(study.end_month)


def test_ranges_are_those_of_the_lever_files_unless_narrowed(write_study: Write) -> None:
    study = read_study(write_study())
    voucher, grant, kindergarten = study.design.factors
    assert (voucher.spans[0].start, voucher.spans[0].end) == (0, 1000)
    assert [s.end for s in grant.spans] == [30000, 30000]
    years = load_catalogue().parameter("kindergarten_waiver.years")
    assert (kindergarten.spans[0].start, kindergarten.spans[0].end) == (years.low, years.high)
    assert (voucher.group, grant.group, kindergarten.group) == ("childcare", "cash", "education")


def test_whole_numbers_take_equal_shares_of_the_dose(write_study: Write) -> None:
    design = read_study(write_study()).design
    values = design.factors[2].spans[0].at((np.arange(4000) + 0.5) / 4000)
    assert dict(zip(*np.unique(values, return_counts=True), strict=True)) == {
        0.0: 1000,
        1.0: 1000,
        2.0: 1000,
        3.0: 1000,
    }


def test_the_table_of_equal_costs_is_not_made_from_itself(write_study: Write, tmp_path: Path) -> None:
    """`cradle equal-cost` of a config that ranks at equal cost starts from the bounds of the lever files."""
    plain = read_study(write_study()).design
    assert plain is not None
    spans = [span for factor in plain.factors for span in factor.spans]
    ends = {span.name: 0.5 * (span.start + span.end) for span in spans}
    row = dict.fromkeys(COLUMNS, "") | {"city": "toytown"}
    rows = [row | {"field": name, "equal_cost_to": f"{end:g}"} for name, end in ends.items()]
    pd.DataFrame(rows).to_csv(tmp_path / "bounds.csv", index=False)
    config = write_study(bounds="both", equal_cost_table=str(tmp_path / "bounds.csv"))
    found = []
    for plausible in (False, True):
        design = read_study(config, plausible_bounds=plausible).design
        found.append(design.factors[0].spans[0].end)
    assert found == [ends[spans[0].name], spans[0].end]


def test_rows_are_salibs_in_its_order_and_factors_run_alone(write_study: Write) -> None:
    study = read_study(write_study())
    design = design_table(study)
    problem = {"num_vars": 3, "names": ["voucher", "grant", "kindergarten"], "bounds": [[0, 1]] * 3}
    expected = sobol.sample(problem, 4, calc_second_order=False, seed=1)
    rows = design[(design["role"] == "sample") & (design["seed"] == 1)]
    assert list(rows["scenario"]) == [f"row-{i:05d}" for i in range(20)]
    np.testing.assert_array_equal(rows[["dose:voucher", "dose:grant", "dose:kindergarten"]], expected)
    np.testing.assert_allclose(rows["childcare_voucher.amount"], 1000 * expected[:, 0], atol=1e-9)
    alone = design[design["role"].isin(["low", "high"]) & (design["seed"] == 2)]
    assert list(alone["scenario"]) == ["voucher-high", "grant-high", "kindergarten-low", "kindergarten-high"]
    assert alone["dose:voucher"].isna().sum() == 3, "others stay at today's law"
    replicated = design[(design["role"] == "sample") & (design["seed"] == 2)]
    assert list(replicated["scenario"]) == [f"row-{i:05d}" for i in range(4)]
    assert design["run_id"].is_unique


def test_a_timeline_is_made_when_asked_for_and_says_what_the_design_says(write_study: Write) -> None:
    study = read_study(write_study())
    design = design_table(study).set_index(["scenario", "seed"])
    law = study.timelines["row-00003"].at(study.end_month)
    for field in ("childcare_voucher.amount", "birth_grant.order1", "kindergarten_waiver.years"):
        assert law[field] == pytest.approx(design.loc[("row-00003", 1), field])
    assert study.timelines["current_law"].hash() == timeline_for(study.catalogue).hash()
    assert len(study.timelines) == 1 + 4 + 20 and "row-00019" in study.timelines


def test_draws_are_a_factor_of_their_own_with_a_baseline_each(write_study: Write) -> None:
    study = read_study(
        write_study(uncertainty={"draws": 4, "parameters": DRIFT}, replicate_seeds=1, samples=8), seeds=1
    )
    assert study.draws == 4 and study.design.problem["names"][-1] == "uncertainty"
    rho = [study.parameter_changes_of(draw)["present_weight_rho"] for draw in range(4)]
    entry = study.parameters.entry("present_weight_rho")
    assert entry.low is not None and entry.high is not None
    shares = sorted((value - entry.low) / (entry.high - entry.low) for value in rho)
    assert [math.floor(4 * share) for share in shares] == [0, 1, 2, 3], "one in each quarter of the range"
    drift = study.parameter_changes_of(0)["marriage_drift"]
    fitted = study.parameters.list("marriage_drift")
    assert drift[:5] == list(fitted[:5]) and 0.8 <= drift[5] / fitted[5] <= 1.2
    design = design_table(study)
    assert set(design[design["role"] == "baseline"]["draw"]) == {0, 1, 2, 3}
    rows = design[design["role"] == "sample"]
    assert (rows["draw"] == np.minimum(np.floor(rows["dose:uncertainty"] * 4), 3)).all()
    assert design["run_id"].is_unique


@pytest.mark.parametrize(("method", "rows"), [("grid", 9 * 4), ("lhs", 10), ("one_at_a_time", 3 + 3 + 3)])
def test_sweeps(write_study: Write, method: str, rows: int) -> None:
    factors = {
        "voucher": {"fields": ["childcare_voucher.amount"]},
        "grant": {"fields": ["birth_grant.order1"]},
        "rho": {"parameter": "present_weight_rho", "values": LEVELS[method]},
    }  # fmt: skip
    study = read_study(
        write_study(
            kind="sweep", method=method, factors=factors, points=3, seeds=1, samples=10 if method == "lhs" else None,
            replicate_seeds=None, replicate_rows=None,
        )
    )  # fmt: skip
    design = design_table(study)
    assert len(design[design["role"] != "baseline"]) == rows
    assert set(design[design["role"] == "baseline"]["draw"]) == set(range(study.draws)), "every history has a baseline"
    if method == "grid":
        found = {study.parameter_changes_of(d).get("present_weight_rho") for d in set(design["draw"])}
        assert {round(v, 6) for v in found if v is not None} == {0.1, 0.2, 0.3, 0.4}
    assert estimate(study).runs == len(design)


def test_morris_trajectories_move_one_factor_a_step(write_study: Write) -> None:
    design = design_table(read_study(write_study(method="morris", samples=3)))
    rows = design[(design["role"] == "sample") & (design["seed"] == 1)]
    doses = rows[["dose:voucher", "dose:grant", "dose:kindergarten"]].to_numpy().reshape(3, 4, 3)
    assert ((np.diff(doses, axis=1) != 0).sum(axis=2) == 1).all()


def test_families_are_groups_of_the_problem(write_study: Write) -> None:
    study = read_study(write_study(group_by="family"))
    assert study.design.problem["groups"] == ["childcare", "cash", "education"]


def test_the_resolved_config_reads_back_as_the_same_runs(write_study: Write, tmp_path: Path) -> None:
    study = read_study(write_study(uncertainty={"draws": 2, "parameters": DRIFT}))
    again = tmp_path / "planned.yaml"
    again.write_text(study.yaml_text(), encoding="utf-8")
    assert folder_name(read_study(again)) == folder_name(study)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"samples": 6}, "allowed: a power of two, such as 4"),
        ({"factors": {"a": {"fields": ["childcare_voucher.amont"]}, "b": GRANT}}, "childcare_voucher.amount"),
        ({"factors": {"a": {"fields": ["childcare_voucher.amount"], "to": 99999}, "b": GRANT}},
         "found 99999 yuan per child per month; allowed 0 to 2000"),
        ({"factors": {"a": GRANT, "b": GRANT}}, "already varies"),
        ({"factors": {"a": {"fields": ["birth_grant.order1"], "from": 5, "to": 5}, "b": SECOND}},
         "from and to are both 5"),
        ({"factors": {"a": {"parameter": "present_weight_rho"}, "b": SECOND}},
         "write it under uncertainty"),
        ({"uncertainty": {"draws": 65, "parameters": DRIFT}}, "uncertainty.draws"),
        ({"uncertainty": {"draws": 4, "parameters": {"present_wait_rho": None}}}, "present_weight_rho"),
        ({"uncertainty": {"draws": 4, "parameters": {"marriage_drift": None}}}, "give low and high"),
        ({"uncertainty": {"draws": 4, "parameters": {"care_scale": {"high": 9e9}}}}, "allowed 20000"),
        ({"bounds": "equal_cost", "equal_cost_table": "nowhere.csv"}, "no such table"),
        ({"group_by": "family", "factors": {"a": GRANT, "b": SECOND}},
         "all factors are of one family"),
    ],
)  # fmt: skip
def test_one_wrong_thing_is_named(write_study: Write, changes: dict, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        read_study(write_study(**changes))
    assert expected in str(caught.value)


def test_fourteen_thousand_rows_are_planned_in_seconds(write_study: Write) -> None:
    study: Study = read_study(write_study(samples=2048, replicate_rows=0, replicate_seeds=1))
    assert len(design_table(study)) == 1 + 4 + 2048 * 5
