"""Families whose members live apart: children stay with an adult, spouses reunite, who comes back finds a mother."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm.core.compiled import compiled
from abm.core.kin import CHILD_AGE
from abm.core.population import LEFT, MARRIED, NEVER, PLANS, RESIDENT, SEPARATIONS, link_errors
from abm.model import FamilyModel
from abm.processes import january as norms
from abm.processes.migration import leave_city
from abm.processes.relatives import MOTHERS_AGES
from abm.processes.separation import separations


@pytest.fixture(scope="module")
def lived(suining: Any) -> FamilyModel:
    """Four years of Suining at 1 %: moves, marriages, separations and deaths have had their time."""
    model = FamilyModel(suining, scale=0.01, seed=5)
    model.run_until_month(model.month + 48)
    return model


def rows_of(model: FamilyModel) -> np.ndarray:
    """Person rows in use."""
    return model.population.persons[: model.population.n]


def age_years(model: FamilyModel) -> np.ndarray:
    """Completed years of everybody."""
    return (model.month - rows_of(model)["birth_month"].astype(int)) // 12


def test_no_child_lives_without_an_adult(lived: FamilyModel) -> None:
    persons, age = rows_of(lived), age_years(lived)
    resident = persons["status"] == RESIDENT
    adults = np.bincount(persons["household"][resident & (age >= CHILD_AGE)], minlength=lived.population.n_households)
    children = resident & (age < CHILD_AGE)
    assert children.sum() > 1_000
    assert np.all(adults[persons["household"][children]] > 0)
    assert link_errors(lived.population) == []


def a_family(model: FamilyModel) -> tuple[int, int, np.ndarray]:
    """(wife, husband, her children under 15 at their home) of the first couple with two such children."""
    persons, age = rows_of(model), age_years(model)
    wives = np.flatnonzero((persons["partner"] >= 0) & (persons["sex"] == 1) & (persons["status"] == RESIDENT))
    for wife in wives:
        home = persons["household"][wife]
        of_hers = (persons["mother"] == wife) & (persons["household"] == home) & (age < CHILD_AGE)
        if of_hers.sum() == 2:
            return int(wife), int(persons["partner"][wife]), np.flatnonzero(of_hers)
    raise AssertionError("no such family")


@compiled
def leave(state: Any, row: int) -> None:
    """One person leaves the city, from outside compiled code."""
    leave_city(state, row)


@pytest.mark.parametrize(("together", "stay"), [(0.0, True), (1.0, False)])
def test_children_stay_with_a_father_who_stays(lived: FamilyModel, together: float, stay: bool) -> None:
    """A mother who leaves alone leaves them at home with him; a couple without a keeper takes them along."""
    model = lived.fork()
    model.pars = model.pars.copy()
    model.pars["couple_moves_together"], model.pars["left_behind_share"] = together, 0.0
    wife, husband, children = a_family(model)
    home = rows_of(model)["household"][wife]
    leave(model._state(), wife)
    persons = rows_of(model)
    assert persons["status"][wife] == LEFT
    assert (persons["status"][husband] == RESIDENT) == stay
    assert np.all((persons["household"][children] == home) == stay)
    assert np.all(persons["left_behind"][children] == int(stay))
    assert np.all(persons["status"][children] == (RESIDENT if stay else LEFT))
    assert link_errors(model.population) == []


@compiled
def separate_and_reunite(state: Any) -> None:
    """The separations of a month, from outside compiled code."""
    separations(state)


@pytest.mark.parametrize("here", [1.0, 0.0])
def test_a_wife_who_stayed_lives_with_her_husband_again(lived: FamilyModel, here: float) -> None:
    """Here: he joins her home and she can plan a child; elsewhere: she leaves."""
    model = lived.fork()
    model.pars = model.pars.copy()
    model.pars["reunion_here"] = here
    persons = rows_of(model)
    apart = (persons["marital"] == MARRIED) & (persons["partner"] < 0) & (persons["status"] == RESIDENT)
    wives = np.flatnonzero(apart & (persons["sex"] == 1) & (age_years(model) < 45))
    assert len(wives) >= 20
    model.population.calendar[SEPARATIONS] = NEVER
    model.population.calendar[SEPARATIONS, wives] = model.month
    separate_and_reunite(model._state())
    model._after_month()
    persons = rows_of(model)
    if here == 0.0:
        assert np.all(persons["status"][wives] == LEFT)
    else:
        husbands = persons["partner"][wives]
        assert np.all(persons["partner"][husbands] == wives)
        assert np.all(persons["household"][husbands] == persons["household"][wives])
        wants = (persons["ideal"][wives] > persons["parity"][wives]) & (age_years(model)[wives] < 35)
        wants &= persons["sterile_month"][wives] > model.month + 60
        assert wants.sum() > 5
        assert (model.population.calendar[PLANS, wives][wants] >= model.month).mean() > 0.9
    assert link_errors(model.population) == []


def test_few_wives_live_apart_for_good(suining: Any) -> None:
    """At 30 to 39 at most as many as in the founding of 2010 (7 %), ten years on; three standard errors on top."""
    model = FamilyModel(suining, scale=0.02, seed=6)
    model.run_until_month(model.month + 120)
    persons, age = rows_of(model), age_years(model)
    wives = (persons["sex"] == 1) & (persons["marital"] == MARRIED) & (persons["status"] == RESIDENT)
    wives &= (age >= 30) & (age < 40)
    share = (persons["partner"][wives] < 0).mean()
    assert share < 0.07 + 3.0 * (0.07 * 0.93 / wives.sum()) ** 0.5


def test_some_who_come_back_find_their_mother(lived: FamilyModel) -> None:
    """She has borne a child who is not known as a row, at an age at which women bear; nobody has more known children
    than she bore."""
    persons = rows_of(lived)
    new = np.arange(int(lived.used[5]), lived.population.n)
    age = age_years(lived)[new]
    adults = new[(age >= 20) & (persons["hukou"][new] == 1)]
    found = adults[persons["mother"][adults] >= 0]
    assert len(found) > 20
    mothers = persons["mother"][found]
    years = (persons["birth_month"][found].astype(int) - persons["birth_month"][mothers]) / 12.0
    assert years.min() >= MOTHERS_AGES[0] and years.max() <= MOTHERS_AGES[1]
    known = np.bincount(persons["mother"][persons["mother"] >= 0], minlength=len(persons))
    assert np.all(known[mothers] <= persons["parity"][mothers])


def test_births_here_draw_no_children_from_elsewhere(lived: FamilyModel) -> None:
    """Twice as many resident children leave the children expected to come as they were; more women raise them."""
    rates = lived.rates.in_rates(1.0), lived.rates.out_rates(1.0)
    expected = []
    for children, women in ((1.0, 1.0), (2.0, 1.0), (1.0, 2.0)):
        tables, seen = lived.tables.copy(), lived._seen.copy()
        seen[0]["residents"][:, :, :CHILD_AGE] *= children
        seen[0]["residents"][:, 1, 25:45] *= women
        norms.update_moves(tables, seen, rates[1], rates[0], np.full(len(lived.city.counties), 0.5), lived.pars, False)
        expected.append(tables[0]["arrivals"][:, :, :CHILD_AGE].sum())
    assert expected[0] > 0
    assert expected[1] == pytest.approx(expected[0])
    assert expected[2] == pytest.approx(2.0 * expected[0])
