"""House prices above the city's own path make owners in town richer, and nobody else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm.core.population import OWNS_TOWN, OWNS_VILLAGE, RENTS
from abm.model import FamilyModel
from abm.money.prospect import yield_less_payment_yuan_year


@pytest.mark.parametrize(("tenure", "gains"), [(OWNS_TOWN, True), (OWNS_VILLAGE, False), (RENTS, False)])
def test_who_gains_from_dearer_homes(toytown_model: FamilyModel, tenure: int, gains: bool) -> None:
    """100 square metres, 500 yuan dearer than the path: 50,000 yuan, and what they yield a year."""
    model = toytown_model.fork()
    households = model.population.households
    households["tenure"][0], households["area"][0], households["payment"][0] = tenure, 100.0, 0.0
    county = households["county"][0]
    before = yield_less_payment_yuan_year(households, 0, model.pars, model.tables[0])
    model.tables[0]["price"][county] = model.tables[0]["price_reference"][county] + 500.0
    after = yield_less_payment_yuan_year(households, 0, model.pars, model.tables[0])
    expected = 50_000.0 * float(model.pars["net_worth_yield"][0]) if gains else 0.0
    assert after - before == pytest.approx(expected)


def test_prices_stand_on_the_path_until_credit_is_easier(toytown_model: FamilyModel, catalogue: Any) -> None:
    tables = toytown_model.tables[0]
    assert np.allclose(tables["price"], tables["price_reference"])
