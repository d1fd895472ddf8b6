"""What `cradle check` warns of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from experiments.commands import check
from experiments.commands.check import (
    FEWEST,
    MEGABYTES_OF_A_REPORT,
    MEGABYTES_OF_RAY,
    SECONDS_TO_START_RAY,
    check_lines,
    machine_warnings,
    replicates,
    same_law,
    warnings,
)
from experiments.run import machine
from experiments.run.run_table import estimate
from experiments.study.study import read_study
from policies.catalogue import Catalogue
from policies.clock import month_index
from policies.messages import process_language
from policies.timeline import timeline_for
from results.analysis import compare
from tests.experiments.conftest import WRITTEN


def law_with(catalogue: Catalogue, **change: Any) -> Any:
    return timeline_for(catalogue, changes={"childcare_voucher.amount": change}, start="2026-01")


def test_a_law_is_the_same_until_something_holds_or_is_known(catalogue: Catalogue) -> None:
    law = timeline_for(catalogue)
    start, end = month_index("2020-11"), month_index("2035-12")
    assert same_law(law, law, start, end)
    assert same_law(law_with(catalogue, value=0, **{"from": "2027-01"}), law, start, end)
    assert same_law(law_with(catalogue, value=800, **{"from": "2036-06"}), law, start, end)
    assert not same_law(law_with(catalogue, value=800, **{"from": "2035-12"}), law, start, end)
    assert not same_law(law_with(catalogue, value=800, announced="2035-01", **{"from": "2036-06"}), law, start, end)


def test_the_fewest_replicates_are_those_of_the_report() -> None:
    assert FEWEST == compare.FEWEST


@pytest.mark.parametrize(
    ("seeds", "said"),
    [(1, ["one seed"]), (3, ["3 independent replicates: fewer than 5"]), (5, [])],
)
def test_few_seeds_are_warned_of(write_config: Callable[..., Path], seeds: int, said: list[str]) -> None:
    found = warnings(read_study(write_config(seeds=seeds)))
    assert len(found) == len(said) and all(text in warning for text, warning in zip(said, found, strict=True))


def test_a_scenario_equal_to_current_law_is_warned_of(write_config: Callable[..., Path]) -> None:
    changes = {"childcare_voucher.amount": {"2027-01": 0}}
    scenarios = {"nothing": {"changes": changes}, "voucher": WRITTEN["scenarios"]["voucher"]}
    study = read_study(write_config(seeds=8, scenarios=scenarios))
    assert warnings(study) == ["scenario nothing is equal to current law over the whole run"]
    with process_language("zh"):
        assert check_lines(study, Path("x.yaml"))[-1] == "  警告    情景 nothing 在整个模拟期内与现行政策相同"


def test_draws_are_what_counts_where_there_are_several(write_config: Callable[..., Path]) -> None:
    study = read_study(write_config(seeds=8))
    assert replicates(study) == 8
    drawn = replace(study, design=replace(study.design, draw_changes=({}, {}, {})))
    assert replicates(drawn) == 3


CONFIGS = Path(__file__).parents[3] / "experiments" / "configs"
MEASURED_SECONDS = {
    "scenario/toytown_quick": 7.7,
    "forecast/toytown_quick": 8.7,
    "sweep/toytown_grid": 9.2,
    "sweep/toytown_hypercube": 41.3,
    "optimise/toytown_quick": 24.8,
    "sobol/toytown_quick": 53.2,
    "scenario/suining_voucher": 45.3,
    "scenario/suining_example": 84.4,
}
"""Processor time of one process, the engine compiled, nothing kept from earlier runs; a new measurement replaces it."""


@pytest.mark.parametrize("config", MEASURED_SECONDS)
def test_the_time_is_told_within_a_factor_of_two(config: str) -> None:
    """Many short histories of a small town and few long ones of a city alike."""
    told = estimate(read_study(CONFIGS / f"{config}.yaml")).seconds
    assert MEASURED_SECONDS[config] / 2 < told < 2 * MEASURED_SECONDS[config]


@pytest.fixture
def small_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cores, 2,000 MB of memory free, the engine compiled."""
    monkeypatch.setattr(check, "cores", lambda: 2)
    monkeypatch.setattr(check, "free_megabytes", lambda: 2000.0)
    monkeypatch.setattr(check, "is_compiled", lambda: True)


@pytest.mark.usefixtures("small_machine")
def test_more_processes_are_told_with_what_ray_takes(write_config: Callable[..., Path]) -> None:
    """A study of nothing on two processes takes the start and no less; a third has no core to run on."""
    study = read_study(write_config(seeds=5))
    one, two = estimate(study), check_lines(study, Path("x.yaml"), workers=2)
    seconds, megabytes = one.seconds / 2 + SECONDS_TO_START_RAY, 2 * one.memory_megabytes + MEGABYTES_OF_RAY
    assert f"  time       about {seconds:.0f} s on 2 processes" in two
    assert f"  memory     about {megabytes:,.0f} MB" in two
    assert f"  memory     about {MEGABYTES_OF_A_REPORT:,.0f} MB" in check_lines(study, Path("x.yaml"))
    three = check_lines(study, Path("x.yaml"), workers=3)
    assert f"  time       about {seconds:.0f} s on 3 processes" in three


@pytest.mark.usefixtures("small_machine")
def test_what_the_machine_does_not_have_is_warned_of(write_config: Callable[..., Path]) -> None:
    study = read_study(write_config(seeds=5))
    assert not [line for line in check_lines(study, Path("x.yaml"), workers=2) if "warning" in line]
    with process_language("zh"):
        found = [line for line in check_lines(study, Path("x.yaml"), workers=8) if "警告" in line]
    needed = 8 * estimate(study).memory_megabytes + MEGABYTES_OF_RAY
    memory = f"运行约需内存 {needed:,.0f} MB，本机可用内存只有 2,000 MB"
    assert found[0].startswith(f"  警告    {memory}：请减少进程数（--workers）")
    assert found[1] == "  警告    --workers：8 个进程，而可用的处理器核只有 2 个：超出的进程只占内存，不会更快"
    said = machine_warnings(needed=900, workers=2, free=899, there=2)
    assert len(said) == 1 and said[0].startswith("a run needs about 900 MB of memory, and this machine has 899 MB free")
    assert machine_warnings(needed=899, workers=2, free=899, there=2) == []


@pytest.mark.usefixtures("small_machine")
def test_compiling_is_told_apart_from_the_time(
    write_config: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = read_study(write_config(seeds=5))
    before = check_lines(study, Path("x.yaml"))
    monkeypatch.setattr(check, "is_compiled", lambda: False)
    after = check_lines(study, Path("x.yaml"))
    assert set(after) - set(before) == {"  compiling  two to four minutes before it, once on this machine"}
    assert after.index("  compiling  two to four minutes before it, once on this machine") == 6


def test_a_container_has_what_it_is_held_to(tmp_path: Path) -> None:
    """A job within a slice: the tighter of both, file pages read counted as free; without groups: the machine's."""
    slice_, job = tmp_path / "groups" / "slice", tmp_path / "groups" / "slice" / "job"
    job.mkdir(parents=True)
    own = tmp_path / "own"
    own.write_text("0::/slice/job\n")
    for group, limit, used in ((slice_, "60000000", 50_000_000), (job, "max", 45_000_000)):
        (group / "memory.max").write_text(limit)
        (group / "memory.current").write_text(str(used))
        (group / "memory.stat").write_text("anon 1\ninactive_file 5000000\n")
    (job / "cpu.max").write_text("100000 100000\n")
    assert machine.free_megabytes(tmp_path / "groups", own) == 15.0
    assert machine.cores(tmp_path / "groups", own) == 1
    everything = machine.free_megabytes(tmp_path / "groups", tmp_path / "none")
    assert everything > 15.0
    assert machine.cores(tmp_path / "groups", tmp_path / "none") >= 1
