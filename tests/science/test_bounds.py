"""No hazard exceeds the bound of its calendar at any lever's bounds: a run that lived to the end has checked itself
every month (`abm.hazards.check_bounds`)."""

from __future__ import annotations

from typing import Any

import pytest

from abm.model import FamilyModel
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
