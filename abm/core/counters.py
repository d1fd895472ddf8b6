"""What happened since January: event counts, exposure and the ledger, filled by the processes as they act.

One row of arrays that compiled code writes to. :mod:`abm.observe.observer` copies it in December and makes rows of it;
:class:`abm.model.FamilyModel` sets it to zero each January.
Exposure is not counted month by month: in January every resident woman is given her months of the year by age, and
deaths, moves and arrivals correct the rest of the year.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled
from abm.core.hazards import MONTHS_PER_YEAR, age_years
from abm.core.levers import LEDGER_LEVERS
from policies.catalogue import PAYERS

Rows = NDArray[np.void]

FIRST_AGE = 10
"""Age of the first column of ``births`` and ``exposure_months``."""
N_AGES = 45


COUNTS = (
    "conceptions",
    "unplanned_conceptions",
    "losses",
    "art_cycles",
    "starts_trying",
    "births_unplanned",
    "separations",
    "leave_mothers",
    "leave_mother_days",
    "leave_fathers",
    "leave_returns",
    "leave_exits",
    "homes_bought",
    "public_rental_moves",
    "places_wanted",
    "places_granted",
    "moves_to_town",
    "marriages_outside_partner",
    "searching_women",
    "marriages_registered",
    "births_outside_marriage",
    "newcomers_settled",
    "births_male",
    "births_local_hukou",
)
"""Names of the entries of ``Counters.count``."""

BIRTH_DTYPE = np.dtype(
    [
        ("mother_id", "u8"),
        ("mother_birth_month", "i2"),
        ("month", "i2"),
        ("order", "i1"),
        ("county", "i1"),
        ("town", "i1"),
        ("fifth", "i1"),
        ("paid", "i1"),
        ("unplanned", "i1"),
        ("hukou", "i1"),
        ("since_marriage", "i2"),
        ("since_birth", "i2"),
    ]
)
"""One birth of the log: the mother, when, of which order and where; income fifth; if a lever paid cash for it; if it
was not planned; if the mother is registered in the city; months since her marriage and since her last birth before (-1
none; twins have the same)."""


MAX_COUNTIES = 24
"""Counties a city may have. A fixed size keeps compiled code the same for every city."""
N_FIFTHS = 5
"""Income fifths; the ledger's order and fifth axes end with one more entry for money not paid for one child."""

COUNTERS_DTYPE = np.dtype(
    [
        ("births", np.int64, (MAX_COUNTIES, 2, 4, N_AGES)),  # county, village/town, order 1 to 4+, age
        ("deaths", np.int64, (MAX_COUNTIES, 2, 111)),  # county, sex, age
        ("marriages", np.int64, (MAX_COUNTIES, 2, 2, 111)),  # county, sex, first/later, age
        ("moves", np.int64, (MAX_COUNTIES, 2, 2, 111)),  # county, in/out, sex, age
        ("exposure_months", np.float64, (MAX_COUNTIES, 2, N_AGES)),  # resident women: county, village/town, age
        ("ledger", np.float64, (len(LEDGER_LEVERS), len(PAYERS), MAX_COUNTIES, 5, N_FIFTHS + 1)),  # yuan paid
        ("received", np.float64, (len(LEDGER_LEVERS),)),  # yuan that reached households, providers or the treasury
        ("places_wanted", np.float64, (MAX_COUNTIES,)),
        ("places_granted", np.float64, (MAX_COUNTIES,)),
        ("care_months", np.float64, (MAX_COUNTIES, 4)),  # child-months under 36 months by arrangement
        ("count", np.float64, (len(COUNTS),)),
        ("marriage_to_birth", np.float64, (2,)),  # months and number of first births within marriage
        ("first_to_second", np.float64, (2,)),  # months and number of second births, since the first
    ]
)
"""One row of counts since January; ages of births and exposure start at ``FIRST_AGE``."""


def empty_counters() -> Rows:
    """Counters at zero, shape (1,)."""
    return np.zeros(1, COUNTERS_DTYPE)


@compiled
def add_exposure(counters: Any, persons: Rows, row: int, month: int, sign: float) -> None:
    """Add (sign 1) or take away (-1) a resident woman's months from ``month`` to December, by completed age."""
    person = persons[row]
    if person.sex != 1:
        return
    remaining = MONTHS_PER_YEAR - month % MONTHS_PER_YEAR
    age = age_years(person.birth_month, month)
    until_birthday = MONTHS_PER_YEAR - (month - person.birth_month) % MONTHS_PER_YEAR
    first = min(remaining, until_birthday)
    column = age - FIRST_AGE
    exposure = counters.exposure_months[person.county, person.town]
    if 0 <= column < N_AGES:
        exposure[column] += sign * first
    if 0 <= column + 1 < N_AGES:
        exposure[column + 1] += sign * (remaining - first)
