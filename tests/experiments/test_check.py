"""What `cradle check` warns of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from experiments.check import FEWEST, SECONDS_TO_START_RAY, check_lines, replicates, same_law, warnings
from experiments.design import estimate
from experiments.study import read_study
from policies.catalogue import Catalogue
from policies.clock import month_index
from policies.messages import process_language
from policies.timeline import timeline_for
from results import compare
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
    drawn = replace(study, draw_changes=({}, {}, {}))
    assert replicates(drawn) == 3


CONFIGS = Path(__file__).parents[2] / "experiments" / "configs"
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


def test_more_processes_are_told_with_the_start_of_ray(write_config: Callable[..., Path]) -> None:
    """A study of nothing on two processes takes the start and no less."""
    study = read_study(write_config(seeds=5))
    one, two = estimate(study).seconds, check_lines(study, Path("x.yaml"), workers=2)
    assert f"  time       about {one / 2 + SECONDS_TO_START_RAY:.0f} s on 2 processes" in two
