"""Where counties stand on the schematic map: a small table, or a ring for a city that has none."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from abm.city.city import City

TABLE = Path(__file__).parent / "places.csv"


def positions(city: City) -> dict[str, tuple[float, float]]:
    """County -> (x, y) between 0 and 1, y growing to the south; rough positions, no boundaries."""
    table = pd.read_csv(TABLE)
    known = table[table["city"] == city.name].set_index("county")
    if set(city.counties) <= set(known.index):
        return {county: (float(known.at[county, "x"]), float(known.at[county, "y"])) for county in city.counties}
    n = len(city.counties)
    turns = [2 * math.pi * i / n for i in range(n)]
    return {c: (0.5 + 0.32 * math.sin(t), 0.5 - 0.32 * math.cos(t)) for c, t in zip(city.counties, turns, strict=True)}
