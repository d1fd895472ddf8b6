"""Drawing mothers: the number is exact, the chance is proportional to the hazard, nobody is taken twice."""

from __future__ import annotations

import numpy as np
import pytest

from abm.founding.histories import expected_old_births, hazards_by_cohort
from abm.founding.mothers import draw_in_proportion


def test_draws_the_number_wanted_and_nobody_twice() -> None:
    weights = np.random.default_rng(1).gamma(0.3, 1.0, 400)
    chosen = np.zeros(400, np.int64)
    found = draw_in_proportion(weights.copy(), 400, 120, 0.3, chosen)
    assert found == 120
    assert len(np.unique(chosen[:found])) == 120


def test_chance_is_proportional_to_weight() -> None:
    weights = np.tile([1.0, 3.0], 200)
    chosen = np.zeros(400, np.int64)
    hits = np.zeros(400)
    for u in (np.arange(200) + 0.5) / 200:
        found = draw_in_proportion(weights.copy(), 400, 40, float(u), chosen)
        hits[chosen[:found]] += 1
    assert hits[1::2].sum() / hits[::2].sum() == pytest.approx(3.0, rel=0.02)


def test_cannot_draw_more_than_there_are() -> None:
    weights = np.array([0.0, 2.0, 1.0])
    chosen = np.zeros(3, np.int64)
    assert draw_in_proportion(weights, 3, 5, 0.5, chosen) == 2
    assert sorted(chosen[:2].tolist()) == [1, 2]


def test_first_births_are_hazards_among_those_who_marry_and_have_none() -> None:
    rates = np.zeros((3, 86, 101))
    rates[0, 1, 30], rates[0, 0, 30], rates[1, 0, 30] = 0.1, 0.2, 0.05
    hazards = hazards_by_cohort(rates, np.full(101, 0.5))
    assert hazards[0, 0, 30] == pytest.approx(0.2 / (0.5 - 0.1))
    assert hazards[1, 0, 30] == pytest.approx(0.05 / 0.1)


def test_old_births_leave_out_the_last_fifteen_years() -> None:
    rates = np.full((86, 101), 0.1)
    women = np.zeros((2, 101), int)
    women[0, 40], women[1, 70] = 10, 20
    everyone, young = expected_old_births(women, rates, town_ratio=0.5)
    assert np.all(everyone[:15] == 0.0)
    assert everyone[15].tolist() == [pytest.approx(1.0), pytest.approx(1.0)]
    assert young[15].tolist() == [pytest.approx(1.0), 0.0]
