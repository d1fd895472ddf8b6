"""No hazard exceeds the bound of its calendar at any lever's bounds: a run that lived to the end has checked itself
every month (`abm.core.hazards.check_bounds`)."""

from __future__ import annotations

from typing import Any

import pytest

from abm.core.compiled import compiled
from abm.core.population import IDLE, MARRIED, RESIDENT
from abm.core.state import PERSON_ROWS
from abm.model import FamilyModel
from abm.processes.plans_and_conceptions import highest_plan_probability_12_months, monthly_plan_hazard
from policies.catalogue import load_catalogue
from policies.clock import month_index
from policies.errors import InputError
from policies.timeline import timeline_for

START = month_index("2012-01")
MONTHS = 30
CATALOGUE = load_catalogue()


@pytest.fixture(scope="module")
def history(toytown: Any, law: Any) -> FamilyModel:
    model = FamilyModel(toytown, scale=0.5, seed=5, start="2010-11", timeline=law)
    model.run_until_month(START)
    return model


def at_bound(levers: list[str], end: str) -> dict[str, float]:
    """Every parameter of these levers at its low or high bound."""
    return {
        name: getattr(parameter, end)
        for name, parameter in CATALOGUE.fields.items()
        if name.partition(".")[0] in levers
    }


def live_at(history: FamilyModel, changes: dict[str, float]) -> None:
    model = history.fork(timeline=timeline_for(CATALOGUE, changes=changes, start=START))
    model.run_until_month(START + MONTHS)
    assert model.worst.max() <= 1.0


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("lever", sorted(CATALOGUE.levers))
def test_one_lever_at_its_bound(history: FamilyModel, lever: str, end: str) -> None:
    live_at(history, at_bound([lever], end))


@pytest.mark.parametrize("end", ["low", "high"])
def test_all_levers_at_their_bounds(history: FamilyModel, end: str) -> None:
    try:
        live_at(history, at_bound(sorted(CATALOGUE.levers), end))
    except InputError as error:
        pytest.fail(str(error))


@compiled
def plans_above_their_highest(state: Any) -> tuple[int, int]:
    """(idle wives, those of them whose P12 is above the highest that it may be)."""
    wives, above = 0, 0
    for row in range(state.used[PERSON_ROWS]):
        person = state.persons[row]
        if person.sex == 0 or person.status != RESIDENT or person.marital != MARRIED or person.partner < 0:
            continue
        if person.state != IDLE or state.month - person.birth_month > 12 * 55:
            continue
        table = state.tables[0]
        _, chance = monthly_plan_hazard(state.persons, state.households, row, state.month, state.pars, table)
        highest = highest_plan_probability_12_months(state.persons, row, state.month, state.pars, table)
        wives += 1
        above += chance > highest
    return wives, above


@pytest.mark.parametrize("end", ["low", "high"])
def test_no_plan_is_likelier_than_the_bound_that_settles_most_draws(history: FamilyModel, end: str) -> None:
    """A draw above that bound is settled without asking what a child would cost (`consider_a_child`)."""
    law = timeline_for(CATALOGUE, changes=at_bound(sorted(CATALOGUE.levers), end), start=START)
    model = history.fork(timeline=law)
    model.run_until_month(START + 6)
    wives, above = plans_above_their_highest(model._state())
    assert wives > 500
    assert above == 0
