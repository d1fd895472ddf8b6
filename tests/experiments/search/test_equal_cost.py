"""Doses at which measures cost the same: costs in proportion, bent, and with a jump."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from experiments.search.equal_cost import CLOSE, MOST_TURNS, doses_found

COSTS: dict[str, Callable[[float], float]] = {
    "in_proportion": lambda dose: 400.0 * dose,
    "bent": lambda dose: 250.0 * dose**1.6,
    "with_a_jump": lambda dose: 70.0 * dose if dose < 0.31 else 92.0 + 360.0 * (dose - 0.31),
    "negative_at_first": lambda dose: -30.0 * dose if dose < 0.5 else 500.0 * (dose - 0.4),
    "cheap": lambda dose: 60.0 * dose,
}


def test_every_measure_that_can_costs_the_sum() -> None:
    asked: list[Mapping[str, float]] = []

    def costs_at(doses: Mapping[str, float]) -> dict[str, float]:
        asked.append(dict(doses))
        return {name: COSTS[name](dose) for name, dose in doses.items()}

    found = doses_found(costs_at(dict.fromkeys(COSTS, 1.0)), 100.0, costs_at)
    assert set(found) == set(COSTS) - {"cheap"}
    for name, (dose, cost) in found.items():
        assert cost == COSTS[name](dose)
        assert cost == pytest.approx(100.0, rel=CLOSE), name
    assert len(asked) <= 1 + MOST_TURNS
    assert all("in_proportion" not in doses for doses in asked[3:])


def test_a_cost_that_jumps_over_the_sum_takes_the_nearer_side() -> None:
    found = doses_found({"jump": 300.0}, 100.0, lambda doses: {"jump": 80.0 if doses["jump"] < 0.4 else 300.0})
    assert found["jump"][1] == 80.0
