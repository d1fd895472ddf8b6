"""The back-tests as data: every evidence row is used or has a reason, and wrong files are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from calibration.backtests.files import (
    DEFAULT_SET,
    EFFECTS_TABLE,
    EXPERIMENTS_FILE,
    FITTED_SET,
    read_backtests,
    read_left_out,
    unaccounted_rows,
)
from calibration.backtests.populations import ALL, POPULATIONS
from calibration.backtests.verdicts import evidence_interval
from experiments.context.backtest_table import read_backtests_table
from policies.errors import InputError
from policies.timeline import timeline_for

PRIORS = ("prior_cash", "prior_care", "prior_leave", "prior_plv", "prior_price_rent", "prior_gp")


@pytest.fixture(scope="module")
def tests(catalogue: Any) -> Any:
    return read_backtests(catalogue.evidence)


def test_every_row_of_policy_effects_is_used_or_has_a_reason(tests: Any, catalogue: Any) -> None:
    left_out = read_left_out()
    assert unaccounted_rows(tests, left_out, catalogue.evidence) == []
    effects = {row.id for row in catalogue.evidence.values() if row.table == EFFECTS_TABLE}
    assert set(left_out) <= effects and len(effects) > 80


def test_a_row_both_used_and_left_out_or_neither_is_found(tests: Any, catalogue: Any) -> None:
    left_out = read_left_out()
    gone = next(iter(left_out))
    without = {row: why for row, why in left_out.items() if row != gone}
    assert unaccounted_rows(tests, without, catalogue.evidence) == [gone]
    assert unaccounted_rows(tests, left_out | {"cc_de_bhr2016": "why not"}, catalogue.evidence) == ["cc_de_bhr2016"]
    assert unaccounted_rows(tests, left_out | {gone: "  "}, catalogue.evidence) == [gone]


def test_no_intention_or_association_is_held_against_births(tests: Any, catalogue: Any) -> None:
    for experiment in tests.experiments:
        row = catalogue.evidence[experiment.held.row]
        assert "intention" not in (row.outcome + row.normalised_unit + row.unit), experiment.id


def test_the_six_priors_are_measured_at_default_and_at_three_weights_of_the_present(tests: Any) -> None:
    by_id = {experiment.id: experiment for experiment in tests.experiments}
    for name in PRIORS:
        assert by_id[name].held.row == name
        assert by_id[name].sets == ("default", "rho_005", "rho_020", "rho_040")
    weights = [tests.parameter_sets[name]["present_weight_rho"] for name in by_id["prior_cash"].sets[1:]]
    assert weights == [0.05, 0.20, 0.40]


def test_every_experiment_can_be_laid_on_the_model(tests: Any, catalogue: Any, parameters: Any) -> None:
    for arm in tests.arms.values():
        timeline_for(catalogue, changes=arm.changes, start=tests.branches[arm.branch])
        parameters.replace(**arm.parameters)
    for experiment in tests.experiments:
        held = evidence_interval(experiment.held, catalogue.evidence[experiment.held.row])
        assert held.low < held.high
        assert {response.population for response in experiment.responses} <= {*POPULATIONS, ALL}


def test_every_arm_is_used(tests: Any) -> None:
    used = {arm for e in tests.experiments for r in e.responses for arm in (r.arm, r.against)}
    assert used == set(tests.arms)


def test_the_shipped_table_has_a_row_for_every_experiment_and_set(tests: Any) -> None:
    asked = {(experiment.id, name) for experiment in tests.experiments for name in experiment.sets}
    asked |= {(name, FITTED_SET) for name, parameters in asked if parameters == DEFAULT_SET}
    shipped = read_backtests_table()
    assert {(row["id"], row["set"]) for row in shipped} == asked and len(shipped) == len(asked)


def written(tmp_path: Path, change: Any) -> Path:
    data = yaml.safe_load(EXPERIMENTS_FILE.read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "tests.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def of(data: Any, name: str) -> Any:
    """The response of an experiment."""
    return next(experiment["response"] for experiment in data["experiments"] if experiment["id"] == name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d["experiments"][0].update(evidence=["prior_csh"]), "did you mean 'prior_cash'"),
        (lambda d: d["experiments"][0]["response"].update(arm="grant_al"), "did you mean 'grant_all'"),
        (lambda d: d["experiments"][0]["response"].update(months=[12, 999]), "allowed within 0 to 240"),
        (lambda d: d["experiments"][0]["response"].update(against="one_child_2011"), "branch in different months"),
        (
            lambda d: of(d, "price_marriage").update(months=[0, 96]),
            "allowed within 0 to 84: dear_homes lives 84 months",
        ),
        (lambda d: of(d, "leave_employer_hiring").update(months=[0, 240]), "0 to 120: .* 120 months, law 240"),
        (lambda d: of(d, "leave_employer_hiring").update(months=[0, 90]), "after whole years: formal_work"),
        (lambda d: of(d, "leave_employer_hiring").update(population="women"), "formal_work is counted for everybody"),
        (lambda d: of(d, "prior_gp").update(months=[12, 70]), "after whole years: carers"),
        (lambda d: of(d, "prior_gp").update(population="all"), "carers is put over people at the branch"),
        (
            lambda d: of(d, "treatment_price").update(months=[0, 20]),
            "whole years .*: cycles is counted by calendar year",
        ),
        (lambda d: of(d, "prior_care").update(months=[50, 108]), "whole years .*: coverage"),
        (lambda d: of(d, "prior_care").update(arm="one_child_kept", against="as_it_was"), "from a branch in January"),
        (
            lambda d: of(d, "tempo_and_quantum").update(against="law"),
            "0 to 120: .* complete the cohorts of the same years",
        ),
        (lambda d: d["arms"]["law_completed"].update(years=12), "0 to 120: grant_completed lives 120 months, law_comp"),
        (lambda d: of(d, "tempo_and_quantum").update(months=[0, 541]), "allowed within 0 to 540"),
        (lambda d: of(d, "tempo_and_quantum").update(outcome="first_marriages"), "allowed within 0 to 120"),
        (lambda d: d["experiments"][0].update(sets=["defalt"]), "did you mean 'default'"),
        (lambda d: d["experiments"][0]["held"].update(row="prior_care"), "not among its evidence"),
        (lambda d: d["experiments"].append(d["experiments"][0]), "used twice"),
        (lambda d: d["arms"]["law"].update(branch="nw"), "did you mean 'now'"),
        (lambda d: d["arms"]["law"].update(yeers=3), "did you mean 'years'"),
    ],
)
def test_wrong_files_are_named(tmp_path: Path, catalogue: Any, change: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_backtests(catalogue.evidence, written(tmp_path, change))


def test_an_unknown_id_is_refused_with_the_nearest(tests: Any) -> None:
    with pytest.raises(InputError, match="did you mean 'prior_cash'"):
        tests.chosen(["prior_cahs"])
    assert [e.id for e in tests.chosen(["prior_gp"])] == ["prior_gp"]
