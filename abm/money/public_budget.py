"""The balanced-budget switch: what governments and funds spend more than before is levied on all incomes a year later.

Off by default: then a package costs its payers and nobody else. On, the share of incomes that the ledger of the last
year takes more than in the year before scenarios part is taken from what every couple can spend.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from abm.core.counters import PAYERS
from policies.clock import MONTHS_PER_YEAR

EMPLOYER = PAYERS.index("employer")
EARNING_AGES = (20, 60)
PEOPLE_A_COUPLE = 2.0
LARGEST_LEVY = 0.5
"""Share of incomes beyond which the switch refuses to go on (a slip in a lever, not a policy)."""


def public_spending_yuan(counters: NDArray[np.void]) -> float:
    """Yuan of the year booked with everybody but employers."""
    by_payer = counters["ledger"][0].sum(axis=(0, 2, 3, 4))
    return float(by_payer.sum() - by_payer[EMPLOYER])


def incomes_yuan(tables: NDArray[np.void], residents: NDArray[np.integer]) -> float:
    """Yuan a year of people of earning age, each at half of what a couple of their place has to spend; ``residents`` by
    county, place, sex and age in months."""
    months = slice(EARNING_AGES[0] * MONTHS_PER_YEAR, EARNING_AGES[1] * MONTHS_PER_YEAR)
    people = residents[..., months].sum(axis=(2, 3))
    return float((people * tables[0]["peer"]).sum() / PEOPLE_A_COUPLE)


def spending_share(counters: NDArray[np.void], tables: NDArray[np.void], residents: NDArray[np.integer]) -> float:
    """Public spending on families of the year over incomes."""
    return public_spending_yuan(counters) / incomes_yuan(tables, residents)
