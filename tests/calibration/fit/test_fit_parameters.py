"""Free numbers of a fit and the parameters they stand for: cases worked by hand, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from abm.core.parameters import Parameters
from calibration.fit.fit_file import FitFile, read_fit_file
from calibration.fit.free_numbers import Level, Prior, Response, parameters_at
from policies.errors import InputError

LABEL = {"en": "x", "zh": "x"}
SHIPPED = Path(__file__).parents[3] / "calibration" / "configs" / "suining.yaml"


def level(**changes: Any) -> Level:
    return Level.model_validate({"prior": {"low": -1, "high": 1}, "label": LABEL, **changes})


def response(**changes: Any) -> Response:
    return Response.model_validate({"prior": {"low": 0.1, "high": 1}, "label": LABEL, "assumed": "x", **changes})


@pytest.mark.parametrize(
    ("entry", "value", "expected"),
    [
        (level(parameter="wish_town", how="value"), -0.3, -0.3),
        (level(parameter="wish_town", how="multiply"), 0.5, -0.1),
        (level(parameter="marriage_drift", how="add", items=[1]), 0.05, [1.6, 1.6, 1.08, 0.76, 0.6, 0.52]),
        (level(parameter="marriage_women_schooling", how="spread", about=2), 2.0, [1.5, 1.3, 1.0, 0.64]),
        (level(parameter="marriage_drift", how="power", about=3, items=[4]), 0, [1.6, 1.55, 1.08, 0.76, 0.76, 0.52]),
    ],
)  # fmt: skip
def test_a_level_moves_its_parameter(entry: Level, value: float, expected: Any) -> None:
    shipped = Parameters.load().replace(
        wish_town=-0.2, marriage_drift=(1.6, 1.55, 1.08, 0.76, 0.6, 0.52),
        marriage_women_schooling=(1.25, 1.15, 1.0, 0.82),
    )  # fmt: skip
    changes = parameters_at({"one": value}, {"one": entry}, {}, shipped)
    assert np.allclose(changes[entry.parameter], expected)


def test_a_drift_that_stops_halves_or_goes_on() -> None:
    """From 1.08 in 2016 to 0.60 in 2023; seven more years at that pace would give 0.60 x 0.60 / 1.08."""
    shipped = Parameters.load().replace(marriage_drift=(1.6, 1.55, 1.08, 0.76, 0.6, 0.52))
    drift = response(parameter="marriage_drift", how="continue", about=2)
    last = [parameters_at({"one": share}, {}, {"one": drift}, shipped)["marriage_drift"][-1] for share in (0, 0.5, 1)]
    assert np.allclose(last, [0.6, 0.6 * (0.6 / 1.08) ** 0.5, 0.6 * 0.6 / 1.08])


def test_the_cash_response_gives_b_at_the_weight_of_the_present_and_keeps_the_level_of_births() -> None:
    """0.3 % per 1 % of income at 0.02 + 0.5 rho a unit, rho 0.2: b = 2.5; wishes rise by 0.5 (2.5 - 1.5)."""
    cash = response(
        parameter="prospect_weight",
        response_of={"parameter": "present_weight_rho", "constant": 0.02, "slope": 0.5, "most": 6},
        anchored={"parameter": "wish_by_order", "slope": -0.5, "at": 1.5},
    )
    rho = response(parameter="present_weight_rho")
    shipped = Parameters.load()
    changes = parameters_at({"cash": 0.3, "rho": 0.2}, {}, {"cash": cash, "rho": rho}, shipped)
    assert changes["prospect_weight"] == pytest.approx(2.5)
    assert np.allclose(changes["wish_by_order"], shipped.list("wish_by_order") + 0.5)


@pytest.mark.parametrize(
    "prior",
    [
        Prior(low=1, high=3),
        Prior(low=1, high=4, mode=2, shape="triangular"),
        Prior(low=0.05, high=0.8, mode=0.25, shape="lognormal"),
    ],
)
def test_a_prior_stays_within_its_bounds_and_comes_back(prior: Prior) -> None:
    scores = np.array([-8.0, -1.0, 0.0, 8.0])
    values = prior.value(scores)
    assert np.all(np.diff(values) > 0)
    assert values[0] == pytest.approx(prior.low) and values[-1] == pytest.approx(prior.high)
    assert np.allclose(prior.score(values), scores, atol=0.01)
    assert prior.score(prior.high) <= 8.0


def test_the_shipped_file_is_fine_and_keeps_levels_and_responses_apart() -> None:
    fit = read_fit_file(SHIPPED)
    assert isinstance(fit, FitFile) and not set(fit.levels) & set(fit.responses)
    assert {"prospect_weight", "present_weight_rho", "care_scale"} <= {r.parameter for r in fit.responses.values()}


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("levels", "wish_town", "parameter"), "wish_twon", "wish_town"),
        (("levels", "wish_first", "items"), [9], "no item 9; allowed: 0 to 3"),
        (("levels", "wish_town", "prior"), {"low": 1, "high": 0}, "low 1 must be below high 0"),
        (("levels", "wish_town", "prior"), {"low": -20, "high": 0}, "outside -2.0 to 2.0"),
        (("populaton",), 12, "population"),
        (("scale",), 0.00001, "at least 2,000"),
        (("city",), "suinign", "suining"),
        (("moved_from", "wish_by_order"), [9.0, 0.0], "wish_by_order"),
        (("moved_from",), {}, "moved_from: give"),
        (("responses", "own_weight", "assumed"), "", "evidence"),
        (("responses", "own_weight", "evidence"), ["no_such_row"], "unknown evidence row 'no_such_row'"),
        (("seed",), True, "seed: Input should be a valid integer"),
        (("seed",), 2**40, "seed: Input should be less than or equal to 4294967295"),
        (("responses", "own_weight", "prior", "mode"), 3.0, "must lie between"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_allowed(tmp_path: Path, path: Any, value: Any, said: str) -> None:
    data = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    file = tmp_path / "fit.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_fit_file(file)
    assert said in str(refused.value) and "fit.yaml" in str(refused.value)
