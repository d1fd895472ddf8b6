"""The state of a city: what a fork takes over from its origin, what it copies, and what a saved state holds.

People, the years observed and the law apart, which :class:`abm.model.FamilyModel` hands on in their own ways.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.city.city import City
from abm.core.parameters import Parameters
from abm.money.paid_ahead import PaidAhead
from abm.processes.yearly_rates import CityRates
from policies.catalogue import Catalogue
from policies.errors import unknown_name
from policies.timeline import Timeline

Rows = NDArray[np.void]

HOLDABLE = ("norms", "places", "prices", "prospects")
"""Feedbacks that a run may hold at the state in which it was founded or forked."""


class Kept(Enum):
    """How a part of the state reaches a fork."""

    SHARED = "nobody changes it in place"
    COPIED = "every city writes into its own"
    FOLLOWS = "shared; it follows from the city and the parameters, so a saved state leaves it out"


def _kept(how: Kept) -> Any:
    return field(init=False, metadata={"kept": how})


@dataclass(init=False, eq=False, repr=False)
class CityState:
    """Everything a city is, its people, observer and law apart; a field that is not declared here reaches no fork."""

    city: City = _kept(Kept.FOLLOWS)
    parameters: Parameters = _kept(Kept.FOLLOWS)
    catalogue: Catalogue = _kept(Kept.FOLLOWS)
    pars: Rows = _kept(Kept.FOLLOWS)
    rates: CityRates = _kept(Kept.FOLLOWS)
    _national_law: Timeline = _kept(Kept.FOLLOWS)
    scale: float = _kept(Kept.SHARED)
    seed: int = _kept(Kept.SHARED)
    month: int = _kept(Kept.SHARED)
    first_month: int = _kept(Kept.SHARED)
    founding_checks: pd.DataFrame = _kept(Kept.SHARED)
    balanced_budget: bool = _kept(Kept.SHARED)
    _usual_share: float | None = _kept(Kept.SHARED)
    _places_per_1000: tuple[float, ...] = _kept(Kept.SHARED)
    _seen: Rows = _kept(Kept.SHARED)
    _change_ahead: bool = _kept(Kept.SHARED)
    _paid_ahead: PaidAhead = _kept(Kept.SHARED)
    counters: Rows = _kept(Kept.COPIED)
    births: Rows = _kept(Kept.COPIED)
    worst: NDArray[np.float64] = _kept(Kept.COPIED)
    used: NDArray[np.int64] = _kept(Kept.COPIED)
    young: NDArray[np.int32] = _kept(Kept.COPIED)
    standing: NDArray[np.int32] = _kept(Kept.COPIED)
    tables: Rows = _kept(Kept.COPIED)

    def hand_on_to(self, other: CityState) -> None:
        """Give another city this state: what is written in place as copies, the rest as it is."""
        for part in fields(CityState):
            value = getattr(self, part.name)
            setattr(other, part.name, value.copy() if part.metadata["kept"] is Kept.COPIED else value)

    @staticmethod
    def names_to_save() -> list[str]:
        """What a saved state holds."""
        return [part.name for part in fields(CityState) if part.metadata["kept"] is not Kept.FOLLOWS]

    def state_to_save(self) -> dict[str, Any]:
        """The present values of these."""
        return {name: getattr(self, name) for name in self.names_to_save()}


def with_room(array: NDArray[Any], wanted: int) -> NDArray[Any]:
    """The array, lengthened with zeros if it has fewer entries than wanted."""
    if len(array) >= wanted:
        return array
    longer = np.zeros(wanted + wanted // 2, array.dtype)
    longer[: len(array)] = array
    return longer


def checked_hold(hold: Iterable[str]) -> frozenset[str]:
    """The names of feedbacks to hold, each one of :data:`HOLDABLE`; InputError for another."""
    for name in hold:
        if name not in HOLDABLE:
            raise unknown_name("feedback", name, HOLDABLE, "hold")
    return frozenset(hold)
