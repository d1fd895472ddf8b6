"""From particles to draws, where the posterior is known in closed form, and where the data must not reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import yaml

from abm import draws
from calibration.fit_file import FitFile
from calibration.posterior import Particles, coverage, places, posterior_draws, regression, spread_draws, values_at
from tests.statistics.bounds import binomial_interval

LABEL = {"en": "x", "zh": "x"}
PEOPLE = np.arange(4000, dtype=np.uint64)


@pytest.fixture(scope="module")
def fit() -> FitFile:
    """One level and one response, both between -4 and 4."""
    flat = {"low": -4.0, "high": 4.0}
    file: dict[str, Any] = {
        "kind": "calibrate", "title": LABEL, "city": "toytown", "scale": 1, "population": 8, "generations": 1,
        "draws": 64,
        "levels": {"level": {"parameter": "wish_town", "prior": flat, "label": LABEL}},
        "responses": {"response": {"parameter": "norm_weight", "prior": flat, "label": LABEL, "assumed": "x"}},
    }  # fmt: skip
    return FitFile.model_validate(yaml.safe_load(yaml.safe_dump(file)))


@pytest.fixture(scope="module")
def particles() -> Particles:
    """Statistic = level + response + N(0, 0.5), seen at 0; both drawn flat from -1 to 1.

    Given response r and the statistic 0, the level is -r, give or take 0.5.
    """
    level, answer = (draws.uniforms(7, PEOPLE, month, draws.FIT_DRAW) * 2.0 - 1.0 for month in (0, 1))
    statistic = level + answer + 0.5 * draws.normals(7, PEOPLE, 2, draws.FIT_DRAW)
    near = np.abs(statistic) < 1.0
    columns = [column[near, None] for column in (level, answer, statistic)]
    return Particles(columns[0], columns[1], columns[2], np.full(near.sum(), 1.0 / near.sum()))


def test_logits_come_back(fit: FitFile) -> None:
    priors = [fit.levels["level"].prior]
    values = np.array([[-3.9], [0.0], [2.5]])
    assert np.allclose(values_at(places(values, priors), priors), values)


def test_levels_follow_the_data_and_the_response_and_responses_keep_their_prior(
    fit: FitFile, particles: Particles
) -> None:
    """Least squares puts the level at -k r with k = Var(level) / (Var(level) + 0.25) in a wide sample; within 0.15."""
    found = regression(particles, [fit.levels["level"].prior])
    slope = np.diff(values_at(found.mean(np.array([[-0.5], [0.5]])), [fit.levels["level"].prior])[:, 0])[0]
    variance = 1.0 / 3.0
    assert slope == pytest.approx(-variance / (variance + 0.25), abs=0.15)
    drawn = posterior_draws(particles, fit)
    assert np.allclose(np.sort(drawn["response"]), -4.0 + 8.0 * (np.arange(64) + 0.5) / 64, atol=8.0 / 64)
    assert drawn["level"].corr(drawn["response"]) < -0.5


def test_intervals_cover_what_is_known_as_often_as_they_say(fit: FitFile, particles: Particles) -> None:
    """80 % intervals over 200 particles: outside these bounds with a false alarm of one in a thousand."""
    table = coverage(particles, fit, tests=200)
    low, high = binomial_interval(200, 0.8, 0.001)
    assert low <= 200 * table["covered"].iloc[0] <= high
    assert abs(table["bias"].iloc[0]) < 0.02


def test_spread_draws_hit_every_stratum_once() -> None:
    shares = spread_draws(16, 3, seed=5)
    assert np.array_equal(np.sort((shares * 16).astype(int), axis=0), np.tile(np.arange(16)[:, None], 3))
    assert not np.array_equal(shares[:, 0], shares[:, 1])
