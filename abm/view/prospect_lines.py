"""What a couple weighs about a further child, line by line: the sum inside :func:`abm.money.prospect.family_prospect`.

For people who look at one household; never used in a run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled
from abm.core.tables import N_PHASES, NOW
from abm.money.prospect import Lines, cost_lines, weighed

Rows = NDArray[np.void]

LINES = Lines._fields
"""Second axis of the lines; the last two are given to the couple and stand with a minus."""


@compiled
def prospect_lines(
    persons: Rows, households: Rows, woman: int, carer: int, month: int, pars: Rows, tables: Any
) -> tuple[NDArray[np.float64], float]:
    """(yuan a year by phase of the child's life and line, shape (5, 8); the consumption they are held against), for a
    start this month."""
    w = weighed(persons, households, woman, carer, month, NOW, pars, tables)
    lines = np.zeros((N_PHASES, 8))
    for phase in range(N_PHASES):
        lines[phase] = cost_lines(w, phase, NOW, pars, tables)
    return lines, w.consumption
