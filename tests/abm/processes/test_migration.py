"""Moves: a new bound keeps the law of waiting times, and children of absent parents come to live with a grandmother."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from abm.core.hazards import cumulative_candidates
from abm.core.population import CARE_GRANDPARENT, CARE_NONE, LEFT, MOVES, RESIDENT
from abm.core.state import YOUNG_LISTED
from abm.model import FamilyModel
from abm.processes.arrivals import arrivals
from abm.processes.migration import reschedule_moves
from tests.abm.conftest import Watched
from tests.statistics import bounds

YEARS_OF_MOVES = 2
OVERDISPERSION = 1.5
"""Standard errors of moves out over Poisson: couples and mothers with children leave together."""


def chance_of_candidate(model: FamilyModel, months: int) -> np.ndarray:
    """Chance that each resident has a candidate within so many months, by the monthly bound at each month's age."""
    persons = model.population.persons[: model.population.n]
    residents = persons[persons["status"] == RESIDENT]
    bound = model.tables[0]["move_bound"]
    none = np.ones(len(residents))
    for month in range(model.month, model.month + months):
        age = (month - residents["birth_month"].astype(int)) // 12
        none *= 1.0 - bound[residents["sex"], np.clip(age, 0, bound.shape[1] - 1)]
    return 1.0 - none


@pytest.fixture(scope="module")
def rescheduled(toytown_founded: FamilyModel) -> tuple[FamilyModel, np.ndarray]:
    """(a town after two years whose bound of moves was halved, the calendar of its residents drawn anew)."""
    model = toytown_founded.fork()
    model.run_until_month(model.month + 24)
    model.tables[0]["move_bound"] *= 0.5
    model.tables[0]["move_candidates"] = cumulative_candidates(model.tables[0]["move_bound"])
    reschedule_moves(model._state())
    n = model.population.n
    return model, model.population.calendar[MOVES, :n][model.population.persons["status"][:n] == RESIDENT]


@pytest.mark.parametrize("months", [1, 6, 24, 120])
def test_rescheduled_moves_have_the_law_of_the_new_bound(
    rescheduled: tuple[FamilyModel, np.ndarray], months: int
) -> None:
    """From this month on, over ages at which the bound changes; false alarm one in a million each."""
    model, due = rescheduled
    chance = chance_of_candidate(model, months)
    expected, error = chance.sum(), np.sqrt((chance * (1.0 - chance)).sum())
    found = ((due >= model.month) & (due < model.month + months)).sum()
    assert bounds.holds(float(found), bounds.normal_interval(expected, error)), (found, expected, error)


def test_nobody_is_rescheduled_into_the_past(rescheduled: tuple[FamilyModel, np.ndarray]) -> None:
    model, due = rescheduled
    assert due[due >= 0].min() >= model.month


def test_rescheduling_leaves_departures_as_they_were(toytown_founded: FamilyModel) -> None:
    """Two years with and without a new draw half-way, four seeds each; false alarm one in a million."""
    departed = {False: 0, True: 0}
    for seed in range(21, 25):
        start = FamilyModel(toytown_founded.city, scale=1.0, seed=seed)
        for again in departed:
            model = start.fork()
            for _ in range(12 * YEARS_OF_MOVES):
                if again and model.month % 6 == 0:
                    reschedule_moves(model._state())
                model.step()
            departed[again] += int((model.population.persons["status"][: model.population.n] == LEFT).sum())
    error = OVERDISPERSION * (departed[False] + departed[True]) ** 0.5
    assert departed[False] > 500
    assert bounds.holds(departed[True] - departed[False], bounds.normal_interval(0.0, error)), departed


# --- children of absent parents --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def children_come(toytown_founded: FamilyModel) -> SimpleNamespace:
    """A month of toytown in which a child of each age from 0 to 14 comes alone, and nobody else comes."""
    model = toytown_founded.fork()
    model.tables[0]["arrivals"] = 0.0
    model.tables[0]["arrivals"][0, 1, :15] = 1.0
    before = model.population.n
    state = model._state()
    listed = int(state.used[YOUNG_LISTED])
    arrivals(state)
    model._after_month()
    return SimpleNamespace(model=model, state=state, new=np.arange(before, model.population.n), listed=listed)


def test_a_child_who_comes_alone_lives_with_a_grandmother(children_come: SimpleNamespace, parameters: Any) -> None:
    model, new = children_come.model, children_come.new
    persons = model.population.persons
    assert len(new) == 15
    assert np.all(persons["left_behind"][new] == 1) and np.all(persons["mother"][new] == -1)
    assert np.array_equal(np.sort((model.month - persons["birth_month"][new].astype(int)) // 12), np.arange(15))
    residents = persons[: model.population.n]
    years = (model.month - residents["birth_month"].astype(int)) / 12
    for child in new:
        at_home = (residents["household"] == persons["household"][child]) & (residents["status"] == RESIDENT)
        women = at_home & (residents["sex"] == 1)
        low, high = parameters["grandparent_age_low"], parameters["grandparent_age_high"]
        assert np.any(women & (years >= low) & (years <= high))
        assert not np.any(residents["town"][at_home] != persons["town"][child])


def test_the_young_among_them_are_minded_and_listed_once(children_come: SimpleNamespace) -> None:
    model, new = children_come.model, children_come.new
    persons = model.population.persons[new]
    young = model.month - persons["birth_month"].astype(int) < 36
    assert np.all(persons["care"][young] == CARE_GRANDPARENT) and np.all(persons["care"][~young] == CARE_NONE)
    added = children_come.state.young[children_come.listed : children_come.state.used[YOUNG_LISTED]]
    assert young.sum() >= 2 and np.array_equal(added, new[young])


def test_those_who_come_alone_are_counted_as_arrivals(children_come: SimpleNamespace) -> None:
    counted = children_come.model.counters[0]["moves"][0, 0, 1, :15]
    assert np.array_equal(counted, np.ones(15))


def test_children_come_alone_in_a_run_of_suining(suining: Any, toytown_founded: FamilyModel) -> None:
    """Census residuals at ages 0 to 14 are positive there: between 2010 and 2020 children come (back) to the city."""
    model = FamilyModel(suining, scale=0.01, seed=4)
    founded = model.population.n
    model.run_until_month(model.month + 12)
    new = model.population.persons[founded : model.population.n]
    alone = (new["left_behind"] == 1) & (new["mother"] < 0)
    assert alone.sum() > 10
    assert ((model.month - new["birth_month"][alone].astype(int)) / 12).max() < 17


def test_newcomers_draw_parity_from_resident_wives(watched: Watched) -> None:
    """Shares by age sum to one, rise in parity with age, and are those of wives who live here."""
    shares = watched.model.tables[0]["parity_shares"]
    groups = slice(1, 6)  # 20-24 to 40-44; few wives are younger
    assert np.allclose(shares[groups].sum(axis=1), 1.0, atol=1e-6)
    mean = shares[groups] @ np.arange(4.0)
    assert mean[0] < mean[1] < mean[2] and mean[0] > 0.1 and mean.max() < 2.2
