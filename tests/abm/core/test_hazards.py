"""Rare decisions on a calendar: waiting times have the law of the bound, and a hazard above it stops the run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm.core import draws
from abm.core.hazards import (
    HazardBoundError,
    age_years,
    check_bounds,
    cumulative_candidates,
    log_of_no_candidate,
    monthly_probability,
    next_candidate_constant,
    next_candidate_month,
)
from abm.core.population import NEVER
from abm.model import FamilyModel
from tests.abm.conftest import Watched
from tests.statistics import bounds

N = 4000


def test_completed_years_change_on_the_birthday() -> None:
    assert [age_years(100, month) for month in (100, 111, 112, 123, 124, 90)] == [0, 0, 1, 1, 2, 0]


def test_twelve_months_make_the_annual_probability() -> None:
    rate = np.array([0.0, 0.01, 0.5, 3.0])
    assert np.allclose(1.0 - (1.0 - monthly_probability(rate)) ** 12, 1.0 - np.exp(-rate))


def test_constant_bound_gives_geometric_waiting_times() -> None:
    """False alarm one in a million for each of the months looked at."""
    bound, month = 0.05, 1000
    log_none = log_of_no_candidate(bound)
    due = np.array([next_candidate_constant(3, person, draws.PLAN, month, log_none) for person in range(1, N + 1)])
    assert due.min() == month + 1
    for months in (1, 6, 24):
        chance = 1.0 - (1.0 - bound) ** months
        interval = bounds.binomial_interval(N, chance)
        assert bounds.holds(float((due <= month + months).sum()), interval), months


def test_bound_by_age_gives_the_same_chance_in_every_month() -> None:
    """Before and after a birthday at which the bound changes; false alarm one in a million each."""
    bound = np.array([0.02] * 20 + [0.10] * 60)
    cumulative = cumulative_candidates(bound)
    born, month = 1000 - 12 * 19 - 6, 1000  # six months to the 20th birthday
    due = np.array([next_candidate_month(3, p, draws.MARRIAGE, month, born, cumulative) for p in range(1, N + 1)])
    early = 1.0 - 0.98**5
    assert bounds.holds(float((due < month + 6).sum()), bounds.binomial_interval(N, early))
    later = early + (1.0 - early) * (1.0 - 0.90**4)
    assert bounds.holds(float((due < month + 10).sum()), bounds.binomial_interval(N, later))


def test_no_bound_no_candidate() -> None:
    assert next_candidate_constant(1, 1, draws.PLAN, 1000, log_of_no_candidate(0.0)) == NEVER
    assert next_candidate_month(1, 1, draws.PLAN, 1000, 900, cumulative_candidates(np.zeros(50))) == NEVER
    past = cumulative_candidates(np.full(50, 0.5))
    assert next_candidate_month(1, 1, draws.PLAN, 1000, 0, past) == NEVER  # older than the last age


def test_nobody_is_a_candidate_at_ages_whose_bound_is_zero() -> None:
    cumulative = cumulative_candidates(np.array([0.0] * 20 + [0.3] * 10 + [0.0] * 30))
    due = np.array([next_candidate_month(5, p, draws.PLAN, 1000, 1000 - 12 * 10, cumulative) for p in range(1, 500)])
    age = (due[due != NEVER] - (1000 - 12 * 10)) / 12
    assert len(age) > 490 and age.min() >= 20.0 and age.max() < 30.0
    assert next_candidate_month(5, 1, draws.PLAN, 1000, 1000 - 12 * 30, cumulative) == NEVER


def test_candidates_add_up_over_ages() -> None:
    bound = np.array([[0.0, 0.01, 0.5], [0.2, 0.2, 0.2]])
    cumulative = cumulative_candidates(bound)
    assert cumulative.shape == (2, 4) and not cumulative[:, 0].any()
    assert np.allclose(1.0 - np.exp(-np.diff(cumulative, axis=1) / 12.0), bound)


def test_the_worst_ratio_of_any_process_is_named() -> None:
    check_bounds(("plans", "moves"), np.array([0.5, 1.0]))
    with pytest.raises(HazardBoundError, match=r"moves: .* 1\.250 times the bound"):
        check_bounds(("plans", "moves"), np.array([1.1, 1.25]))


def test_a_hazard_above_its_bound_stops_the_run(toytown_model: FamilyModel) -> None:
    toytown_model.tables[0]["plan_bound"] *= 0.01
    with pytest.raises(HazardBoundError, match="plans"):
        toytown_model.run_until_month(toytown_model.month + 3)


def test_parameters_beyond_their_bound_stop_the_run(toytown: Any, parameters: Any) -> None:
    beyond = parameters.replace(separation_peak_monthly=0.005, separation_bound=0.001)
    model = FamilyModel(toytown, scale=1.0, seed=1, parameters=beyond)
    with pytest.raises(HazardBoundError, match="separations"):
        model.run_until_month(model.month + 24)


def test_default_hazards_stay_inside_their_bounds_and_use_them(watched: Watched) -> None:
    worst = dict(
        zip(("deaths", "moves", "work", "marriages", "separations", "plans", "housing"), watched.worst, strict=True)
    )
    assert max(worst.values()) <= 1.0
    for process in ("deaths", "moves", "marriages", "separations", "plans", "housing"):
        assert worst[process] > 0.05, f"{process}: the bound is {1 / worst[process]:.0f} times what happens"
