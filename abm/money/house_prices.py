"""House prices of a city: its own path, and what easier credit than the law of the date adds to it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from abm.city.city import City
from abm.core.parameters import Parameters


def credit_easier_by(law: Mapping[str, float], usual: Mapping[str, float]) -> float:
    """Share of a home's price that buyers with two children need less of their own than under the usual law."""
    deposit = usual["loan_ceiling.deposit_order2"] - law["loan_ceiling.deposit_order2"]
    ceiling = law["loan_ceiling.raise_order2"] - usual["loan_ceiling.raise_order2"]
    return deposit + 0.5 * ceiling


def house_prices(
    city: City, year: int, law: Mapping[str, float], usual: Mapping[str, float], parameters: Parameters
) -> NDArray[np.float64]:
    """Yuan a square metre by county. The city's path came about under the ``usual`` law of the date."""
    response = parameters["price_elasticity"] * parameters["price_credit_share"] * credit_easier_by(law, usual)
    return np.asarray(city.house_price(year)) * (1.0 + response) * parameters["house_price_level"]
