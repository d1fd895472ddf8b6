"""The balanced-budget switch: spending above the usual is levied on incomes a year later."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm.core.counters import empty_counters
from abm.core.tables import empty_tables
from abm.model import FamilyModel
from abm.money.public_budget import EMPLOYER, incomes_yuan, public_spending_yuan
from policies.clock import month_index
from policies.errors import InputError
from policies.timeline import timeline_for

START = month_index("2012-01")


@pytest.fixture(scope="module")
def history(toytown: Any, law: Any) -> FamilyModel:
    model = FamilyModel(toytown, scale=0.3, seed=3, start="2010-11", timeline=law)
    model.run_until_month(START)
    return model


def lived(history: FamilyModel, catalogue: Any, yuan: float, balanced: bool) -> FamilyModel:
    changes = {f"birth_grant.order{order}": yuan for order in (1, 2, 3)}
    timeline = timeline_for(catalogue, changes=changes, start=START)
    model = history.fork(timeline=timeline, balanced_budget=balanced)
    model.run_until_month(START + 36)
    return model


def test_employers_are_not_the_public() -> None:
    counters = empty_counters()
    counters["ledger"][0, 0, EMPLOYER, 0, 0, 0] = 5.0
    counters["ledger"][0, 0, 0, 0, 0, 0] = 7.0
    assert public_spending_yuan(counters) == 7.0


def test_incomes_are_those_of_people_of_earning_age() -> None:
    tables = empty_tables(1)
    tables["peer"][0, 0] = (40_000.0, 100_000.0)
    residents = np.zeros((tables["peer"].shape[1], 2, 2, 12 * 111), np.int32)
    residents[0, 1, 0, 12 * 30] = 3  # three townsmen of thirty
    residents[0, 0, 1, 12 * 70] = 9  # and retired villagers
    assert incomes_yuan(tables, residents) == pytest.approx(150_000.0)


def test_the_levy_is_last_years_spending_above_the_usual(history: FamilyModel, catalogue: Any) -> None:
    balanced = lived(history, catalogue, 20_000.0, True)
    assert balanced.tables[0]["levy"] > 0.001
    assert lived(history, catalogue, 20_000.0, False).tables[0]["levy"] == 0.0
    assert abs(lived(history, catalogue, 0.0, True).tables[0]["levy"]) < 0.2 * balanced.tables[0]["levy"]


def test_more_spending_is_a_higher_levy(history: FamilyModel, catalogue: Any) -> None:
    one, three = (lived(history, catalogue, yuan, True).tables[0]["levy"] for yuan in (10_000.0, 30_000.0))
    assert three == pytest.approx(3.0 * one, rel=0.25)


def test_a_levy_nobody_could_bear_is_refused(history: FamilyModel, catalogue: Any) -> None:
    model = history.fork(balanced_budget=True)
    model.run_until_month(START + 12)
    model.counters["ledger"][0, 0, 0, 0, 0, 0] = 1e12
    with pytest.raises(InputError, match="balanced_budget"):
        model.step()
