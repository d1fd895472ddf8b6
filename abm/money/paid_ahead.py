"""Keeps what :mod:`abm.processes.yearly_payments` booked for months to come, so that a new law can take it back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from policies.clock import month_of_year
from policies.timeline import Timeline

LEVERS_PAID_AHEAD = ("child_allowance.", "elder_care.", "kindergarten_waiver.", "public_rental.", "rent_subsidy.")


@dataclass(frozen=True)
class PaidAhead:
    """What was booked in ``first`` for the months until ``until`` (not included), by book of the counters."""

    first: int
    until: int
    booked: tuple[NDArray[np.float64], ...] = field(default=(), repr=False)

    def taken_back(self, counters: NDArray[np.void], month: int) -> None:
        """Undo what was booked for ``month`` and later."""
        share = (self.until - month) / (self.until - self.first)
        if self.booked:
            n_counties = self.booked[0].shape[3]
            for book, yuan in zip(_books(counters, n_counties), self.booked, strict=True):
                book -= share * yuan


def books(counters: NDArray[np.void], n_counties: int) -> tuple[NDArray[np.float64], ...]:
    """A copy of the books that payments are entered in, as far as the city has counties."""
    return tuple(book.copy() for book in _books(counters, n_counties))


def entered_since(
    counters: NDArray[np.void], n_counties: int, before: tuple[NDArray[np.float64], ...]
) -> tuple[NDArray[np.float64], ...]:
    """What was entered since the books were as ``before``."""
    return tuple(book - was for book, was in zip(_books(counters, n_counties), before, strict=True))


def _books(counters: NDArray[np.void], n_counties: int) -> tuple[NDArray[np.float64], ...]:
    """Views of the ledger [1, lever, payer, county, order, fifth] and of what was received [1, lever]."""
    return counters["ledger"][:, :, :, :n_counties], counters["received"]


def paid_until(timeline: Timeline, month: int) -> int:
    """The month up to which one can pay ahead: the next January, or the next change of a law in this file."""
    january = month + 13 - month_of_year(month)
    for change in timeline.change_months(month + 1, january - 1):
        if _rules_ahead(timeline, change) != _rules_ahead(timeline, change - 1):
            return change
    return january


def pays_the_same_ahead(one: Timeline, other: Timeline, month: int) -> bool:
    """True if what was booked ahead under one law is owed under the other."""
    same_end = paid_until(one, month) == paid_until(other, month)
    return same_end and _rules_ahead(one, month) == _rules_ahead(other, month)


def _rules_ahead(timeline: Timeline, month: int) -> list[float]:
    return [value for name, value in timeline.at(month).items() if name.startswith(LEVERS_PAID_AHEAD)]
