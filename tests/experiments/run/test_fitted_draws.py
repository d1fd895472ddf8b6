"""``parameters: fitted``: draws come from the table of the fit, checked by name, and decide what a run is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from abm.core.parameters import Parameters
from experiments.run.progress import LineReporter
from experiments.run.run_table import design_table
from experiments.run.runner import execute, start_run
from experiments.run.tasks import tasks_of
from experiments.study.fitted_draws import fitted_draws
from experiments.study.study import Study, read_study
from policies.errors import InputError
from results.folder.store import SERIES

Write = Callable[..., Path]
TABLE = "present_weight_rho,wish_by_order[1],wish_by_order[3]\n0.08,0.11,-0.5\n0.09,0.12,-0.6\n0.1,0.13,-0.7\n"


@pytest.fixture
def fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Keep a table of draws for toytown: ``fit(text)``."""
    monkeypatch.setattr("experiments.study.fitted_draws.FOLDER", tmp_path / "fitted")

    def keep(text: str) -> None:
        (tmp_path / "fitted" / "toytown").mkdir(parents=True, exist_ok=True)
        (tmp_path / "fitted" / "toytown" / "posterior.csv").write_text(text, encoding="utf-8")

    return keep


def draws_of(study: Study) -> dict[int, set[int]]:
    """Draws that each seed of a design runs on."""
    return {int(seed): set(part["draw"]) for seed, part in design_table(study).groupby("seed")}


def test_items_of_a_list_are_set_and_the_others_ship(fit: Callable[[str], None]) -> None:
    fit(TABLE)
    shipped = Parameters.load()
    first, second, third = fitted_draws("toytown", shipped)
    assert first["present_weight_rho"] == 0.08 and third["wish_by_order"][1] == 0.13
    assert second["wish_by_order"][0] == shipped.list("wish_by_order")[0]
    by_hand = fitted_draws("toytown", shipped, ["present_weight_rho"])
    assert "present_weight_rho" not in by_hand[0] and "wish_by_order" in by_hand[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("present_weight_rh\n0.1\n", "did you mean 'present_weight_rho'"),
        ("wish_by_order\n0.1\n", "wish_by_order is a list; allowed wish_by_order[0] to"),
        ("wish_by_order[40]\n0.1\n", "wish_by_order is a list; allowed wish_by_order[0] to"),
        ("present_weight_rho[0]\n0.1\n", "one number; allowed present_weight_rho"),
        ("present_weight_rho,present_weight_rho\n0.1,0.1\n", "there twice"),
        ("present_weight_rho\nnan\n", "row 2: present_weight_rho: found 'nan', allowed a number"),
        ("present_weight_rho\n0.1\n7\n", "row 3"),
        ("present_weight_rho,wish_by_order[0]\n0.1\n", "row 2: found 1 values, allowed 2"),
        ("present_weight_rho\n", "found no draws"),
    ],
)
def test_what_is_wrong_with_a_table_is_named(
    fit: Callable[[str], None], write_config: Write, text: str, expected: str
) -> None:
    fit(text)
    with pytest.raises(InputError) as caught:
        read_study(write_config(parameters="fitted"))
    assert expected in str(caught.value) and "toytown/posterior.csv" in str(caught.value)


def test_a_city_without_a_fit_is_told_so(fit: Callable[[str], None], write_config: Write) -> None:
    with pytest.raises(InputError, match="no fit of toytown is kept .* fitted are: none yet; use parameters: default"):
        read_study(write_config(parameters="fitted"))


def test_each_seed_has_a_draw_of_its_own_in_turn(
    fit: Callable[[str], None], write_config: Write, write_study: Write
) -> None:
    fit(TABLE)
    in_turn = {1: {0}, 2: {1}, 3: {2}, 4: {0}}
    scenario = read_study(write_config(parameters="fitted", seeds=4))
    assert draws_of(scenario) == in_turn
    forecast = {"factors": None, "samples": None, "replicate_seeds": None, "replicate_rows": None, "seeds": 4}
    study = read_study(write_study(kind="forecast", parameters="fitted", **forecast))
    assert draws_of(study) == in_turn and study.has_draw_by_seed
    curves = {**forecast, "factors": {"voucher": {"fields": ["childcare_voucher.amount"]}}}
    sweep = read_study(write_study(kind="sweep", method="one_at_a_time", parameters="fitted", **curves))
    assert draws_of(sweep) == in_turn and not sweep.design.has_uncertainty
    optimise = read_study(write_study(kind="optimise", parameters="fitted", budget=1e8, **curves))
    assert draws_of(optimise) == in_turn
    weights = {
        task.seed: task.parameter_changes["present_weight_rho"] for task in tasks_of(sweep, design_table(sweep), set())
    }
    assert weights == {1: 0.08, 2: 0.09, 3: 0.1, 4: 0.08}


def test_run_ids_follow_the_draw(fit: Callable[[str], None], write_config: Write) -> None:
    fit(TABLE)
    before = design_table(read_study(write_config(parameters="fitted", seeds=3)))
    default = design_table(read_study(write_config(seeds=3)))
    assert not set(before["run_id"]) & set(default["run_id"])
    fit(TABLE.replace("0.09", "0.095"))
    after = design_table(read_study(write_config(parameters="fitted", seeds=3)))
    same = before["run_id"] == after["run_id"]
    assert set(before[same]["seed"]) == {1, 3}


def test_a_sobol_study_has_the_draws_as_a_factor(fit: Callable[[str], None], write_study: Write) -> None:
    fit(TABLE)
    study = read_study(write_study(parameters="fitted", seeds=2, replicate_seeds=2))
    assert study.design.has_uncertainty and study.design.problem["names"][-1] == "uncertainty"
    assert draws_of(study) == {1: {0, 1, 2}, 2: {0, 1, 2}}
    fewer = read_study(write_study(parameters="fitted", draws=2))
    assert fewer.draws == 2
    crossed = {
        "factors": None,
        "samples": None,
        "replicate_seeds": None,
        "replicate_rows": None,
        "seeds": 2,
        "draws": 3,
    }
    assert draws_of(read_study(write_study(kind="forecast", parameters="fitted", **crossed))) == {
        1: {0, 1, 2},
        2: {0, 1, 2},
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"draws": 4}, "draws: found 4; allowed 2 to 3"),
        ({"draws": 65}, "draws"),
        ({"parameters": "default", "draws": 2}, "only with parameters: fitted"),
        ({"uncertainty": {"draws": 2, "parameters": {"present_weight_rho": None}}}, "a fit brings its own draws"),
        ({"factors": {"rho": {"parameter": "present_weight_rho"}, "voucher": {"fields": ["childcare_voucher.amount"]}}},
         "takes behaviour from the draws of the fit"),
    ],
)  # fmt: skip
def test_contradictions_are_named(fit: Callable[[str], None], write_study: Write, changes: dict, expected: str) -> None:
    fit(TABLE)
    with pytest.raises(InputError) as caught:
        read_study(write_study(**{"parameters": "fitted", **changes}))
    assert expected in str(caught.value)


def test_rows_carry_the_draw(fit: Callable[[str], None], write_config: Write, fake_model: None, tmp_path: Path) -> None:
    fit(TABLE)
    study = read_study(write_config(parameters="fitted", seeds=3))
    folder, design = start_run(study, tmp_path / "runs")
    assert execute(study, folder, design, LineReporter()) == []
    series: pd.DataFrame = folder.read_table(SERIES)
    assert dict(series.groupby("seed")["draw"].first()) == {1: 0, 2: 1, 3: 2}
