"""Back-tests end to end in toytown: populations told apart at the branch, arms that share every draw, one table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from abm.core.parameters import Parameters
from abm.core.population import FEMALE, OWNS_TOWN, RESIDENT
from calibration.backtests.arms import BranchCity, branch_cities, give, run_arm
from calibration.backtests.backtest import Job, made_with, run, summary_line
from calibration.backtests.files import BacktestArm, BackTests, read_backtests
from calibration.backtests.populations import POPULATIONS, couple_income, population_mask
from calibration.backtests.responses import events
from experiments.context.backtest_table import COLUMNS, backtests_context, read_backtests_table, write_backtests
from experiments.run.progress import LineReporter
from experiments.sources import source_hash
from policies.errors import InputError

PLAIN = BacktestArm(branch="now", years=2)
GRANT = BacktestArm(branch="now", years=2, changes={f"birth_grant.order{order}": 100_000 for order in (1, 2, 3)})
SMALL = {"branches": {"now": "2012-01"}, "parameter_sets": {"default": {}, "rho_020": {"present_weight_rho": 0.2}}}
RESPONSE = {"arm": "grant", "against": "law", "months": [9, 24], "dose": {"kind": "cash"}}


def small_tests(tmp_path: Path, catalogue: Any) -> BackTests:
    """One experiment over two years from January 2012."""
    written = {
        "start": "2010-11", **SMALL,
        "groups": {"cash": {"en": "Cash", "zh": "现金"}},
        "arms": {"law": PLAIN.model_dump(), "grant": GRANT.model_dump()},
        "experiments": [
            {"id": "grant", "group": "cash", "label": {"en": "Grant", "zh": "补贴"}, "evidence": ["prior_cash"],
             "held": {"row": "prior_cash", "rule": "reported"}, "unit": {"en": "%", "zh": "%"}, "response": RESPONSE,
             "sets": ["default", "rho_020"]},
        ],
    }  # fmt: skip
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    return read_backtests(catalogue.evidence, path)


@pytest.fixture(scope="module")
def branch(toytown_founded: Any) -> BranchCity:
    model = toytown_founded.fork()
    model.run_until_month(model.month + 14)
    return BranchCity(model)


# --- who counts -------------------------------------------------------------------------------------------------------


def test_populations_are_women_and_parts_of_each_other(branch: BranchCity) -> None:
    masks = {name: population_mask(branch.model, name) for name in POPULATIONS}
    for name, mask in masks.items():
        assert mask.any() and not (mask & ~masks["women"]).any(), name
    assert not (masks["owners"] & masks["town_non_owners"]).any()
    assert np.array_equal(masks["attached"] | masks["weakly_attached"], masks["women"])
    assert not (masks["rich"] & masks["poor"]).any()
    assert not (masks["newly_allowed_2013"] & ~masks["one_child"]).any()


def test_an_owner_owns_where_she_lives(branch: BranchCity) -> None:
    persons, households = branch.model.population.persons, branch.model.population.households
    for row in branch.rows_of("owners")[:200]:
        assert persons[row]["sex"] == FEMALE and persons[row]["status"] == RESIDENT and persons[row]["partner"] >= 0
        assert households[persons[row]["household"]]["tenure"] == OWNS_TOWN
    for row in branch.rows_of("town_non_owners")[:200]:
        home = households[persons[row]["household"]]
        assert home["tenure"] != OWNS_TOWN and home["town"] == 1


def test_newly_allowed_couples_have_one_only_child_between_them(branch: BranchCity) -> None:
    persons = branch.model.population.persons
    for row in branch.rows_of("newly_allowed_2013"):
        assert persons[row]["only_child"] + persons[persons[row]["partner"]]["only_child"] == 1
        assert persons[row]["parity"] == 1


def test_an_unknown_population_is_refused(branch: BranchCity) -> None:
    with pytest.raises(InputError, match="did you mean 'owners'"):
        population_mask(branch.model, "owner")


def test_couples_earn_within_reason(branch: BranchCity) -> None:
    yuan, couples = couple_income(branch.model)
    head = float(np.mean(branch.model.tables[0]["income_head"]))
    assert couples > 50 and 0.5 * head < yuan / couples < 6.0 * head


# --- arms -------------------------------------------------------------------------------------------------------------


def test_an_arm_without_changes_is_the_history_going_on(branch: BranchCity) -> None:
    record = run_arm(branch, PLAIN, counts_carers=False)
    on = branch.model.fork()
    on.run_until_month(branch.month + 24)
    log = on.births_log()
    assert len(record.births) == int((log["month"] >= branch.month).sum()) > 0
    assert record.births["month"].between(0, 23).all()


def test_births_of_parts_add_up_and_children_of_newcomers_belong_to_none(branch: BranchCity) -> None:
    record = run_arm(branch, PLAIN, counts_carers=False)
    response = small_response()
    counts = {
        name: events(branch, response.model_copy(update={"population": name}), record)
        for name in ("all", "attached", "weakly_attached")
    }
    here = counts["attached"] + counts["weakly_attached"]
    assert 0 < here <= counts["all"]
    ids = branch.model.population.persons["id"][: branch.model.population.n]
    window = record.births[(record.births["month"] >= 9) & (record.births["month"] < 24)]
    assert here == window["mother_id"].isin(ids).sum()


def small_response() -> Any:
    from calibration.backtests.files import Response

    return Response.model_validate(RESPONSE)


def test_gifts_go_where_they_are_meant(branch: BranchCity) -> None:
    before = branch.model.population.households["net_worth"].copy()
    arm = branch.model.fork()
    give(arm, BacktestArm(branch="now", years=1, gift_yuan=1000.0, gift_to="owners", home_value_gain=0.1))
    homes = arm.population.households[: arm.population.n_households]
    gained = homes["net_worth"].astype(float) - before[: len(homes)]
    owns = (homes["tenure"] == OWNS_TOWN) & (homes["head"] >= 0)
    worth = arm.tables[0]["price"][homes["county"]] * homes["area"]
    assert np.allclose(gained[owns], 1000.0 + 0.1 * worth[owns], atol=0.1) and owns.any()
    assert not gained[~owns].any()


def test_dearer_homes_are_dearer_in_every_county(branch: BranchCity) -> None:
    dear = branch.model.fork(parameters=branch.model.parameters.replace(house_price_level=1.3))
    dear.step()
    plain = branch.model.fork()
    plain.step()
    n = len(branch.model.city.counties)
    assert np.allclose(dear.tables[0]["price"][:n], 1.3 * plain.tables[0]["price"][:n])


# --- the whole --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def finished(toytown: Any, catalogue: Any, toytown_founded: Any, tmp_path_factory: Any) -> tuple[Job, pd.DataFrame]:
    tests = small_tests(tmp_path_factory.mktemp("tests"), catalogue)
    job = Job(tests, toytown, 1.0, 2, tests.experiments, catalogue.evidence, {"source_hash": source_hash()})
    return job, run(job, LineReporter())


def test_one_experiment_end_to_end(finished: tuple[Job, pd.DataFrame]) -> None:
    job, table = finished
    assert list(table.columns) == list(COLUMNS) and list(table["set"]) == ["default", "rho_020"]
    row = table.iloc[0]
    assert row["evidence_low"] == 0.05 and row["evidence_high"] == 0.8
    assert row["dose"] > 20 and row["events"] > 20 and row["model_low"] <= row["model_value"] <= row["model_high"]
    same = table.drop(columns="set")
    assert same.iloc[0].equals(same.iloc[1]), "parameter sets of the same values share their runs"
    assert summary_line(table).startswith("1 back-tests")


def test_the_counts_are_those_of_the_arms(finished: tuple[Job, pd.DataFrame]) -> None:
    job, table = finished
    cities = [branch_cities(job.city, job.tests, ["now"], 1.0, seed, Parameters.load())["now"] for seed in (1, 2)]
    births = {
        arm: sum(len(run_arm(city, job.tests.arms[arm], False).births.query("9 <= month < 24")) for city in cities)
        for arm in ("law", "grant")
    }
    row = table.iloc[0]
    assert row["events"] == births["law"]
    by_hand = 100.0 * (births["grant"] / births["law"] - 1.0) / row["dose"]
    assert row["model_value"] == pytest.approx(by_hand)


def test_the_table_is_read_back_as_it_was_written(finished: tuple[Job, pd.DataFrame], tmp_path: Path) -> None:
    job, table = finished
    write_backtests(tmp_path, table, made_with(job, 3.2))
    row = read_backtests_table(tmp_path)[0]
    assert row["id"] == "grant" and row["model_value"] == pytest.approx(table.iloc[0]["model_value"], rel=1e-4)
    assert isinstance(row["sign_right"], bool)
    context = backtests_context(tmp_path)
    assert context is not None and context["same_sources"] and context["made"]["seeds"] == 2
    other = yaml.safe_load((tmp_path / "backtests.yaml").read_text()) | {"source_hash": "of other sources"}
    (tmp_path / "backtests.yaml").write_text(yaml.safe_dump(other))
    again = backtests_context(tmp_path)
    assert again is not None and not again["same_sources"]


def test_no_table_is_no_context_and_a_broken_one_is_named(tmp_path: Path) -> None:
    assert backtests_context(tmp_path) is None
    (tmp_path / "backtests.csv").write_text("id,set\nx,y\n")
    with pytest.raises(InputError, match="columns: found"):
        read_backtests_table(tmp_path)


def test_over_draws_every_seed_has_its_own_parameters(
    toytown: Any, catalogue: Any, toytown_founded: Any, tmp_path: Path
) -> None:
    """Two draws, one with four times the weight of money: the interval spans both seeds' own values."""
    tests = small_tests(tmp_path, catalogue)
    draws = ({"prospect_weight": 1.0}, {"prospect_weight": 4.0})
    job = Job(tests, toytown, 1.0, 2, tests.experiments, catalogue.evidence, {"source_hash": source_hash()}, draws)
    assert job.parameters_at("fitted", 2)["prospect_weight"] == job.parameters_at("fitted", 4)["prospect_weight"] == 4.0
    table = run(job, LineReporter())
    over = table[table["set"] == "fitted"].iloc[0]
    plain = table[table["set"] == "default"].iloc[0]
    assert over["model_low"] < over["model_value"] < over["model_high"]
    assert over["model_high"] - over["model_low"] > 0.2 * abs(over["model_value"])
    assert over["model_value"] != plain["model_value"]
    assert "at fitted parameters" in summary_line(table)
