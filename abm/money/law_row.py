"""The law of a month as arrays: its values in one row, when a rule begins, who pays, and what follows of age and
time."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from abm.core.levers import LEDGER_LEVERS, PLACE_LEVERS
from policies.catalogue import PAYERS, Catalogue
from policies.timeline import Timeline

Rows = NDArray[np.void]


def law_dtype(catalogue: Catalogue) -> np.dtype[np.void]:
    """Record of all law values: one float64 field ``lever__parameter`` for each catalogue field, in its order."""
    return _law_dtype(tuple(catalogue.field_names))


@cache
def _law_dtype(field_names: tuple[str, ...]) -> np.dtype[np.void]:
    return np.dtype([(name.replace(".", "__"), np.float64) for name in field_names])


def law_row(timeline: Timeline, catalogue: Catalogue, month: int, known_at: int | None = None) -> Rows:
    """Law of a month as one row, shape (1,); as it was expected at ``known_at`` if given."""
    vector = timeline.vector(month, catalogue.field_names, known_at)
    return np.ascontiguousarray(vector, np.float64).view(law_dtype(catalogue))


def first_month_given(timeline: Timeline, field: str) -> int:
    """First month in which a field of the law is above zero; a month that never comes if it stays zero."""
    months = timeline.change_months(0, timeline.last_change_month())
    return next((month for month in months if timeline.at(month)[field] > 0.0), 32_000)


def campaign_now(timeline: Timeline, month: int) -> float:
    """Mean ideal number that the campaign of this month adds: it fades from its beginning with its decay."""
    law = timeline.at(month)
    added, decay_years = law["campaign.ideal_added"], law["campaign.decay_years"]
    if added <= 0.0:
        return 0.0
    began = month
    for change in reversed(timeline.change_months(0, month)):
        if timeline.at(change)["campaign.ideal_added"] <= 0.0:
            break
        began = change
    return float(added * math.exp(-(month - began) / 12.0 / decay_years))


def fill_payers(tables: Rows, catalogue: Catalogue) -> None:
    """Who pays each lever, from the lever files."""
    t = tables[0]
    parts = dict.fromkeys(PLACE_LEVERS, "operating_subsidy")
    for i, name in enumerate(LEDGER_LEVERS):
        lever = catalogue.lever(name)
        part = parts.get(name, "benefit")
        if part in lever.payers:
            shares = lever.payer_shares(part)
            t["payer_share"][i] = [shares.get(payer, 0.0) for payer in PAYERS]
    for i, name in enumerate(PLACE_LEVERS):
        capital = catalogue.lever(name).payer_shares("capital_grant")
        t["capital_share"][i] = [capital.get(payer, 0.0) for payer in PAYERS]


def later_employment(base: NDArray[np.float64], delay_years: float) -> NDArray[np.float64]:
    """Employment by sex and five-year age group from 15-19 when people of 50 to 64 retire so many years later: each age
    works as those who are so much younger do."""
    shifted = base.copy()
    groups = np.arange(base.shape[1])
    for sex in range(2):
        later = np.interp(groups - delay_years / 5.0, groups, base[sex])
        shifted[sex, 7:10] = np.maximum(base[sex, 7:10], later[7:10])
    return shifted
