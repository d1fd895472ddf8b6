"""A run's own past beside what was observed of it."""

from __future__ import annotations

import pandas as pd

from results.scenario.data import RunData, group_dimensions

Panel = tuple[pd.DataFrame, pd.DataFrame]


def panels(data: RunData) -> list[Panel]:
    """Observed figures with the model's path under current law, one pair an indicator and group that the run has."""
    anchors = pd.DataFrame(data.context["anchors"])
    found: list[Panel] = []
    if anchors.empty:
        return found
    for (indicator, group), points in anchors.groupby(["indicator", "group"], sort=False):
        own = data.find_group(str(indicator), **group_dimensions(str(group)))
        table = data.levels(str(indicator), own) if own else pd.DataFrame()
        if not table.empty:
            found.append((points, table[(table["scenario"] == data.baseline) & (table["year"] <= data.branch_year)]))
    return [(points, past) for points, past in found if not past.empty]


def has_band(data: RunData) -> bool:
    """True if some panel has a band: an interval of the model's mean."""
    return any(past["low"].notna().any() for _, past in panels(data))
