"""When a wife who comes from elsewhere married and bore: from her age, so that no birth lies outside childbearing ages.

She married at an age of the city's own first-marriage schedule, early enough for the children she has borne; they
follow the wedding, each after the least interval and a wait. Waits are exponential, cut where the next child or the
end of childbearing must still find room.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.processes.biology import GESTATION_MONTHS

Rows = NDArray[np.void]


@compiled
def share_first_married(age_months: float, tables: Any) -> float:
    """Share of women who have ever married by an exact age, by the city's first-marriage schedule."""
    shares = tables.women_first_married
    position = min(max(age_months / 12.0, 0.0), shares.shape[0] - 1.001)
    year = int(position)
    return shares[year] + (position - year) * (shares[year + 1] - shares[year])


@compiled
def age_at_marriage_months(u: float, youngest: int, oldest: int, tables: Any) -> int:
    """Age at first marriage from a uniform number, whole months from ``youngest`` to ``oldest``; ``oldest`` where the
    schedule has nobody marry between them."""
    below, within = share_first_married(youngest, tables), share_first_married(oldest + 1.0, tables)
    if within <= below:
        return oldest
    wanted = below + u * (within - below)
    low, high = youngest, oldest
    while low < high:  # the first month by whose end that share has married
        middle = (low + high) // 2
        if share_first_married(middle + 1.0, tables) < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def wait_months(u: float, mean: float, most: int) -> int:
    """Exponential wait of a mean, given that it is no longer than ``most`` whole months, from a uniform number."""
    shorter = 1.0 - math.exp(-(most + 1.0) / mean)
    return min(int(-mean * math.log(1.0 - u * shorter)), most)


@compiled
def childbearing_until(birth_month: int, month: int, pars: Rows) -> int:
    """Last month in which a woman may have borne a child that is here or elsewhere by now."""
    return min(month - 1, birth_month + int(12.0 * pars[0].newcomer_last_birth_years) - 1)


@compiled
def children_with_room(parity: int, married: int, until: int, pars: Rows) -> int:
    """Of the children a wife is said to have borne, those for whom there is time between a wedding and ``until``."""
    while parity > 0 and married + GESTATION_MONTHS + months_between_first_and_last(parity, pars) > until:
        parity -= 1
    return parity


@compiled
def months_between_first_and_last(parity: int, pars: Rows) -> int:
    """Least months from the first to the last of so many births."""
    return int(max(parity - 1, 0) * pars[0].birth_interval_least_months)


@compiled
def newcomer_history(
    seed: int, identity: Any, month: int, her_birth: int, his_birth: int, parity: int, pars: Rows, tables: Any
) -> tuple[int, NDArray[np.int64]]:
    """Month of marriage of a wife who arrives, and the months in which she bore, shape (children,): as many as
    ``parity`` and as her age leaves room for."""
    p = pars[0]
    earliest = min(max(her_birth, his_birth) + 12 * int(p.marriage_age_least_years), month - 1)
    until = childbearing_until(her_birth, month, pars)
    parity = children_with_room(parity, earliest, until, pars)
    latest = month - 1
    if parity > 0:
        latest = until - GESTATION_MONTHS - months_between_first_and_last(parity, pars)
    u, v = draws.uniform_pair(seed, identity, month, draws.ARRIVAL_WEDDING)
    married = her_birth + age_at_marriage_months(u, earliest - her_birth, latest - her_birth, tables)
    births = np.empty(parity, np.int64)
    born = married
    for order in range(1, parity + 1):
        wait = draws.uniform(seed, draws.child_id(identity, order), month, draws.ARRIVAL_BIRTH)
        least, mean = p.birth_interval_least_months, p.newcomer_birth_interval_months
        if order == 1:
            least, mean = float(GESTATION_MONTHS), p.marriage_to_first_birth_months
        if order == 1 and v < p.premarital_conception_share:
            born += 1 + int(wait * (GESTATION_MONTHS - 1))
        else:
            room = until - born - int(least) - months_between_first_and_last(parity - order + 1, pars)
            born += int(least) + wait_months(wait, mean - least, room)
        births[order - 1] = born
    return married, births
