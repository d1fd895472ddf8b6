"""From particles to draws, where the posterior is known in closed form, and where the data must not reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import yaml

from abm.core import draws
from calibration.fit.fit_file import FitFile
from calibration.fit.posterior import (
    Histories,
    coverage,
    levels_given,
    likelihood,
    posterior_scores,
    spread_draws,
)
from calibration.fit.refine import gauss_newton_steps
from tests.statistics.bounds import binomial_interval

LABEL = {"en": "x", "zh": "x"}
PEOPLE = np.arange(3000, dtype=np.uint64)
ERROR = 0.5


@pytest.fixture(scope="module")
def fit() -> FitFile:
    """One level and one response, both flat between -4 and 4."""
    flat = {"low": -4.0, "high": 4.0}
    file: dict[str, Any] = {
        "kind": "calibrate", "title": LABEL, "city": "toytown", "scale": 1, "population": 8, "generations": 1,
        "draws": 64,
        "levels": {"level": {"parameter": "wish_town", "prior": flat, "label": LABEL}},
        "responses": {"response": {"parameter": "norm_weight", "prior": flat, "label": LABEL, "assumed": "x"}},
    }  # fmt: skip
    return FitFile.model_validate(yaml.safe_load(yaml.safe_dump(file)))


@pytest.fixture(scope="module")
def histories() -> Histories:
    """Statistic = 1 + level + response + N(0, 0.5), seen at 0; proposals lie off the prior, as they do in time."""
    level = -0.7 + 0.4 * draws.normals(7, PEOPLE, 0, draws.FIT_DRAW)
    answer = 0.2 + 0.6 * draws.normals(7, PEOPLE, 1, draws.FIT_DRAW)
    statistic = 1.0 + level + answer + ERROR * draws.normals(7, PEOPLE, 2, draws.FIT_DRAW)
    return Histories(level[:, None], answer[:, None], statistic[:, None], np.ones(1))


@pytest.mark.parametrize("response", [-1.0, 0.0, 1.5])
def test_a_level_has_the_normal_posterior_wherever_proposals_came_from(histories: Histories, response: float) -> None:
    """Precision 1 + 1/0.25 = 5, mean (0 - 1 - r) x 4/5: to 0.1, two standard errors of the regression."""
    mean, covariance = levels_given(likelihood(histories), np.array([response]))
    assert mean[0] == pytest.approx((-1.0 - response) * 0.8, abs=0.1)
    assert covariance[0, 0] == pytest.approx(0.2, abs=0.03)


def test_a_figure_of_half_weight_counts_as_one_with_twice_the_variance(histories: Histories) -> None:
    half = Histories(histories.levels, histories.responses, histories.statistics, np.array([0.5]))
    _, covariance = levels_given(likelihood(half), np.zeros(1))
    assert covariance[0, 0] == pytest.approx(1.0 / (1.0 + 1.0 / (2.0 * ERROR**2)), abs=0.05)


def test_levels_follow_the_data_and_responses_keep_their_prior(fit: FitFile, histories: Histories) -> None:
    """A response is hit once in each of 64 strata of its prior, whatever the data say; levels go against it."""
    scores = posterior_scores(histories, fit, 64, seed=1)
    level, response = (np.asarray(fit.prior(name).value(scores[:, place])) for place, name in enumerate(fit.names))
    assert np.array_equal(np.sort(((response + 4.0) / 8.0 * 64).astype(int)), np.arange(64))
    assert np.corrcoef(level, response)[0, 1] < -0.7
    assert ((level > -4.0) & (level < 4.0)).all()


def test_intervals_cover_what_is_known_as_often_as_they_say(fit: FitFile, histories: Histories) -> None:
    """80 % intervals of 300 histories: outside these bounds with a false alarm of one in a thousand."""
    table = coverage(histories, fit, tests=300)
    low, high = binomial_interval(300, 0.8, 0.001)
    assert low <= 300 * table["covered"].iloc[0] <= high
    assert abs(table["bias"].iloc[0]) < 0.1


def test_spread_draws_hit_every_stratum_once() -> None:
    shares = spread_draws(16, 3, seed=5)
    assert np.array_equal(np.sort((shares * 16).astype(int), axis=0), np.tile(np.arange(16)[:, None], 3))
    assert not np.array_equal(shares[:, 0], shares[:, 1])


def test_in_a_linear_model_one_step_is_the_exact_draw() -> None:
    """Statistics 2 x level + 0.1, seen at 0 with variance 0.5, prior draw -0.2, error 0.06: least at x with
    (x + 0.2) + 4 (2 x + 0.1 - 0.06) = 0, x = -0.04."""
    start = np.array([[0.3], [-0.4]])
    steps = gauss_newton_steps(
        start, np.full((2, 1), -0.2), 2.0 * start + 0.1, np.full((2, 1), 0.06), np.array([[2.0]]), np.array([0.5])
    )
    assert np.allclose(start + steps, -0.04)


def test_a_step_is_no_longer_than_a_standard_deviation_of_the_prior() -> None:
    far = gauss_newton_steps(np.full((1, 1), 5.0), np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)),
                             np.zeros((1, 1)), np.ones(1))  # fmt: skip
    assert far[0, 0] == -1.0
