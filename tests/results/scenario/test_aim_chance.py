"""One chance of the aim for each law: the fit's where it has one, else exact limits from a run's own runs."""

from __future__ import annotations

from typing import Any

import pytest

from results.analysis.compare import FEWEST
from results.scenario.aim_chance import Chance, chance_of, of_fit


def context(**changes: Any) -> dict[str, Any]:
    """A run on fitted draws with current law, the plan, the plan with a change on top, and a package of its own."""
    row = {"year": 2030, "aim": 1.6, "draws": 48, "probability": 0.0, "at_most": 0.06}
    return {
        "baseline": "current_law",
        "scenarios": [
            {"name": "current_law", "package": None, "changes": []},
            {"name": "plan", "package": "suining-plan", "own_changes": False},
            {"name": "more", "package": "suining-plan", "own_changes": True},
            {"name": "leave", "package": "leave-only", "own_changes": False},
        ],
        "parameter_changes": {},
        "hold": [],
        "balanced_budget": False,
        "fit": {
            "used": True,
            "probabilities": [
                {"package": "current-law", "drift": "stopped", **row, "probability": 0.5},
                {"package": "current-law", "drift": "drawn", **row},
                {"package": "suining-plan", "drift": "drawn", **row, "probability": 0.125},
            ],
        },
        **changes,
    }


def test_the_limits_are_exact() -> None:
    assert Chance(0, 6).limits == (0.0, pytest.approx(1 - 0.05 ** (1 / 6)))
    assert Chance(6, 6).limits == (pytest.approx(0.05 ** (1 / 6)), 1.0)
    assert Chance(2, 6).limits == pytest.approx((0.04327, 0.77722), abs=1e-5), "tables of Clopper and Pearson"
    assert FEWEST == 5 and Chance(0, 4).limits is None and Chance(0, 4).share is None and Chance(1, 5).share == 0.2


def test_none_of_six_is_no_less_than_a_limit_of_39_percent() -> None:
    assert Chance(0, 6).text() == {
        "en": "at most 39 % with 95 % confidence (none of 6 independent runs reaches it)",
        "zh": "在 95% 置信水平下不超过 39%（6 次独立模拟均未达到）",
    }
    assert Chance(0, 48).bound() == {"en": "at most 6.1 %", "zh": "不超过 6.1%"}
    assert Chance(0, 5000).bound()["en"] == "at most 0.1 %", "never 0 %"


def test_some_and_all_are_said_with_their_interval() -> None:
    assert Chance(2, 6).text() == {
        "en": "33 % (95 % interval 4.3 % to 78 %; 2 of 6 independent runs reach it)",
        "zh": "33%（95% 区间 4.3% 至 78%；6 次独立模拟中有 2 次达到）",
    }
    assert Chance(1, 5).text()["en"].endswith("1 of 5 independent runs reaches it)")
    assert Chance(6, 6).text() == {
        "en": "at least 61 % with 95 % confidence (all 6 independent runs reach it)",
        "zh": "在 95% 置信水平下不低于 61%（6 次独立模拟全部达到）",
    }
    assert Chance(2, 6).sentence(1.6, 2030)["zh"].startswith("2030 年总和生育率达到 1.6 的概率：33%（")


def test_below_five_runs_there_is_none() -> None:
    assert (
        Chance(0, 4).text()["en"] == "no probability from fewer than five runs (none of 4 independent runs reaches it)"
    )
    assert Chance(1, 1).sentence(1.6, 2030) == {
        "en": "No probability of a TFR of 1.6 in 2030 is given from fewer than five runs: the one independent run "
        "reaches it.",
        "zh": "2030 年总和生育率达到 1.6 的概率：仅有的 1 次独立模拟达到，不足五次独立模拟，不给概率。",
    }


def test_the_fit_speaks_for_its_own_laws_and_the_run_for_the_others() -> None:
    run = context()
    assert chance_of(run, "current_law", 0, 6, 1.6, 2030) == Chance(0, 48, "fit")
    assert chance_of(run, "plan", 0, 6, 1.6, 2030) == Chance(6, 48, "fit"), "the drift that each draw has"
    assert chance_of(run, "more", 0, 6, 1.6, 2030) == chance_of(run, "leave", 0, 6, 1.6, 2030) == Chance(0, 6)
    assert chance_of(run, "current_law", 0, 6, 1.6, 2030).text() == {
        "en": "at most 6.1 % with 95 % confidence (none of 48 parameter draws of the fit reaches it)",
        "zh": "在 95% 置信水平下不超过 6.1%（48 组拟合参数均未达到）",
    }
    assert of_fit(run["fit"]["probabilities"][2]).text()["zh"].endswith("48 组拟合参数中有 6 组达到）")


@pytest.mark.parametrize(
    "changes",
    [{"fit": None}, {"fit": {"used": False}}, {"parameter_changes": {"present_weight_rho": 1}}, {"hold": ["prices"]},
     {"balanced_budget": True}],
)  # fmt: skip
def test_the_fit_does_not_speak_for_a_run_that_differs(changes: dict[str, Any]) -> None:
    run = context(**changes)
    if changes.get("fit"):
        run["fit"] = {**context()["fit"], "used": False}
    assert chance_of(run, "current_law", 0, 6, 1.6, 2030) == Chance(0, 6)


@pytest.mark.parametrize(("aim", "year"), [(1.5, 2030), (1.6, 2029)])
def test_nor_for_another_aim_or_year(aim: float, year: int) -> None:
    assert chance_of(context(), "current_law", 0, 6, aim, year) == Chance(0, 6)
