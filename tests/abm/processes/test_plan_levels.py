"""The calendar of plans: a wife's candidate months are drawn for a level of her wish that she never passes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm.core.compiled import compiled
from abm.core.population import IDLE, MARRIED, PLANS, RESIDENT
from abm.core.tables import PLAN_LEVELS, PLAN_STEP
from abm.model import FamilyModel
from abm.processes.plans_and_conceptions import highest_wish, plan_bounds, plan_level, top_wish, wish_without_prospect
from policies.catalogue import load_catalogue
from policies.clock import FIRST_YEAR
from policies.timeline import timeline_for

GENEROUS = ("birth_grant", "child_allowance", "childcare_voucher", "loan_ceiling", "maternity_leave", "nursery_places",
            "parental_leave", "paternity_leave", "public_rental", "purchase_subsidy", "rent_subsidy")  # fmt: skip
SMALL_IS_GENEROUS = ("deposit", "income_limit", "min_", "employer")


@compiled
def wishes(state: Any, rows: np.ndarray, highest: np.ndarray, now: np.ndarray) -> None:
    """The highest wish of each wife and her wish in this month, written to ``highest`` and ``now``."""
    for i in range(rows.shape[0]):
        highest[i] = highest_wish(state.persons, rows[i], state.month, state.pars)
        now[i] = wish_without_prospect(state.persons, rows[i], state.month, state.pars, state.tables[0])


def idle_wives(model: FamilyModel) -> np.ndarray:
    """Rows of wives who wait for a candidate month."""
    p = model.population.persons[: model.population.n]
    waiting = (p["status"] == RESIDENT) & (p["marital"] == MARRIED) & (p["sex"] == 1) & (p["state"] == IDLE)
    due = model.population.calendar[PLANS, : model.population.n] >= model.month
    return np.flatnonzero(waiting & due & (p["partner"] >= 0)).astype(np.int32)


@pytest.fixture(scope="module")
def model(suining: Any) -> FamilyModel:
    """Three years of Suining at 1 %."""
    model = FamilyModel(suining, scale=0.01, seed=7)
    model.run_until_month(model.month + 36)
    return model


def test_no_wish_passes_its_level(model: FamilyModel) -> None:
    """Of every idle wife, in the month and under the level that her calendar was drawn for earlier."""
    rows = idle_wives(model)
    highest, now = np.empty(len(rows)), np.empty(len(rows))
    wishes(model._state(), rows, highest, now)
    assert len(rows) > 1_000
    assert np.all(now <= highest + 1e-12)
    levels = model.population.persons["plan_level"][rows]
    assert np.all((now <= top_wish(model.pars) - PLAN_STEP * levels + 1e-9) | (levels == 0))
    assert len(np.unique(levels)) > 8


def test_each_order_takes_its_share_of_the_drift(model: FamilyModel) -> None:
    """Two years in, with and without it: what a wife's wish loses is the drift of two years times the share of the
    order she waits for; the highest wish loses as much."""
    rows = idle_wives(model)
    shares = np.array([1.0, 0.5, 0.25, 0.0])
    pars = model.pars.copy()
    pars["wish_drift"], pars["wish_drift_until"] = -0.3, 2023
    pars["wish_drift_from"] = FIRST_YEAR + model.month / 12.0 - 2.0
    found = []
    for taken in (np.zeros(4), shares):
        pars["wish_drift_by_order"] = taken
        highest, now = np.empty(len(rows)), np.empty(len(rows))
        wishes(model._state()._replace(pars=pars.copy()), rows, highest, now)
        found.append((highest, now))
    order = np.minimum(model.population.persons["parity"][rows] + 1, 4)
    assert set(order) == {1, 2, 3, 4}
    for without, with_drift in zip(*found, strict=True):
        assert with_drift - without == pytest.approx(-0.6 * shares[order - 1], abs=1e-9)


def test_bounds_fall_with_the_level_and_rise_below_the_ideal(model: FamilyModel) -> None:
    bounds = plan_bounds(model.pars)
    ages = slice(15, int(model.pars["plan_last_age"][0]))
    assert np.all(np.diff(bounds[:, :, ages], axis=1) <= 0) and np.all(bounds[1] >= bounds[0])
    assert bounds.min() >= 0.0 and bounds.max() < 1.0 and not bounds[:, :, :15].any()


@pytest.mark.parametrize(
    ("below_top", "level"), [(-1.0, 0), (0.0, 0), (0.2, 0), (0.25, 1), (1.1, 4), (99.0, PLAN_LEVELS - 1)]
)
def test_a_level_is_never_below_the_wish(below_top: float, level: int) -> None:
    assert plan_level(2.0 - below_top, 2.0) == level


def test_the_bounds_hold_with_every_lever_at_its_most_generous(model: FamilyModel) -> None:
    """Half of the fields are at their upper bound, those whose small values give more at their lower; a hazard above
    its bound would stop the run."""
    catalogue = load_catalogue()
    changes = {}
    for name in GENEROUS:
        for field, parameter in catalogue.lever(name).parameters.items():
            small = any(part in field for part in SMALL_IS_GENEROUS)
            changes[f"{name}.{field}"] = parameter.low if small else parameter.high
    arm = model.fork(timeline=timeline_for(catalogue, changes=changes, start=model.month))
    arm.worst[:] = 0.0
    arm.run_until_month(arm.month + 30)
    assert 0.2 < arm.worst[PLANS] <= 1.0
