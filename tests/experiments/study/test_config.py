"""Configs: defaults filled in, everything wrong named at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.run.run_table import design_table, estimate
from experiments.study.config import BASELINE_SCENARIO
from experiments.study.study import read_study
from policies.clock import month_index
from policies.errors import InputError

ROOT = Path(__file__).parents[3]
Write = Callable[..., Path]


@pytest.mark.parametrize(
    "path", sorted((ROOT / "experiments" / "configs" / "scenario").glob("*.yaml")), ids=lambda p: p.stem
)
def test_shipped_configs_are_fine(path: Path) -> None:
    study = read_study(path)
    assert list(study.timelines)[0] == BASELINE_SCENARIO
    assert study.branch_month == month_index("2025-01" if "law-2024" in study.timelines else "2026-01")


def test_defaults_are_filled_in_and_the_resolved_config_reads_back_the_same(
    write_config: Write, tmp_path: Path
) -> None:
    study = read_study(write_config())
    assert study.config.start == "2010-11" and study.config.branch == "2026-01"
    assert study.config.baseline == "current-law" and study.config.hold == ()
    again = tmp_path / "config.yaml"
    again.write_text(study.yaml_text(), encoding="utf-8")
    assert list(design_table(read_study(again))["run_id"]) == list(design_table(study)["run_id"])


def test_everything_wrong_is_named_at_once(write_config: Write) -> None:
    path = write_config(
        citty="x", city="toytwon", seeds=0, outputs=["tfr", "brths"], hold=["norm"],
        scenarios={
            "a": {"package": "vouchers-only"},
            "b": {"changes": {"childcare_voucher.amont": 800, "childcare_voucher.amount": 99999}},
            "c": {"changes": {"maternity_leav.days": {"2027-01": 100}}},
            "d": {},
        },
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        read_study(path)
    message = str(caught.value)
    for expected in (
        "unknown key 'citty'", "'city'", "toytwon", "toytown", "seeds", "'brths'", "'births'", "hold", "vouchers-only",
        "voucher-only", "childcare_voucher.amont", "childcare_voucher.amount", "99999", "allowed 0 to",
        "maternity_leav",
        "scenarios.d: nothing changes",
    ):  # fmt: skip
        assert expected in message, expected
    assert str(path) in message


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "sobol"}, "factors: Field required"),
        ({"kind": "scenari"}, "did you mean 'scenario'"),
        ({"kind": None}, "kind: missing"),
        ({"end": None}, "end: Field required"),
        ({"end": "2009-12"}, "end: found 2009-12; allowed"),
        ({"end": "December 2030"}, "end: 'December 2030' is not a month"),
        ({"start": "2015-01"}, "start"),
        ({"scale": 1.5}, "scale"),
        ({"scale": 0.01}, "at least 2,000 are needed"),
        ({"scale": "all"}, "scale: Input should be a valid number, found 'all'"),
        ({"parameters": "fited"}, "parameters"),
        ({"parameter_changes": {"no_such_number": 1.0}}, "no_such_number"),
        ({"branch": "2027-06"}, "set branch to 2027-01 or earlier"),
        ({"branch": "2035-01"}, "not after the end"),
        ({"scenarios": {"current_law": {"package": "voucher-only"}}}, "is the baseline"),
        ({"scenarios": {"a b": {"package": "voucher-only"}}}, "a name is made of"),
        ({"scenarios": {"a": {"pakage": "voucher-only"}}}, "did you mean 'package'"),
        ({"scenarios": {"a": {"changes": {"childcare_voucher.amount": {"2031-01": 800}}}}}, "after the end"),
        ({"scenarios": {}}, "scenarios"),
    ],
)
def test_one_wrong_thing_is_named(write_config: Write, changes: dict, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        read_study(write_config(**changes))
    assert expected in str(caught.value)


def test_a_missing_file_and_a_key_written_twice_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_study(tmp_path / "nothing.yaml")
    twice = tmp_path / "twice.yaml"
    twice.write_text("kind: scenario\nkind: scenario\n")
    with pytest.raises(InputError, match="written twice"):
        read_study(twice)


def test_scenarios_part_when_a_change_is_first_known(write_config: Write) -> None:
    changes = {"childcare_voucher.amount": {"2027-01": {"value": 800, "announced": "2025-09"}}}
    study = read_study(write_config(scenarios={"early": {"changes": changes}}))
    assert study.branch_month == month_index("2025-09")
    frozen = read_study(write_config(scenarios={"old_law": {"package": "no-policy-2015"}}))
    assert frozen.branch_month == month_index("2016-01")


def test_options_win_over_the_file_and_the_design_has_the_varied_levers(write_config: Write) -> None:
    study = read_study(write_config(), seeds=3)
    design = design_table(study)
    assert len(design) == 6 and design["run_id"].is_unique
    assert set(design["childcare_voucher.amount"]) == {0.0, 800.0}
    assert list(design.columns) == ["run_id", "scenario", "seed", "draw", "childcare_voucher.amount"]


def test_the_estimate_grows_with_people_and_runs(write_config: Write) -> None:
    small, large = estimate(read_study(write_config(seeds=1))), estimate(read_study(write_config(seeds=4)))
    assert (
        large.runs == 4 * small.runs
        and large.seconds > 2 * small.seconds
        and large.disk_megabytes > small.disk_megabytes
    )
