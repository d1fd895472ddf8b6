"""What one more run would give: predictive quantiles from a few runs of the same city."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats


def predictive_quantile(values: np.ndarray, probability: float, replicates: int | None = None) -> float:
    """The value that one more run reaches with ``probability`` (predictive Student t of the runs at hand, of which
    ``replicates`` are independent, by default all).

    With one replicate it is the mean; NaN when a value is missing. A yardstick for a search; a report calls it a
    probability only from five replicates on.
    """
    values = np.asarray(values, dtype=float)
    n = values.size if replicates is None else replicates
    if n == 0 or not np.isfinite(values).all():
        return math.nan
    if n == 1:
        return float(values.mean())
    spread = float(values.std(ddof=1)) * math.sqrt(1 + 1 / n)
    return float(values.mean() - stats.t.ppf(probability, n - 1) * spread)


def front(cost: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Which points nobody beats in both: True where no other costs at most as much and gains more (or the reverse)."""
    cost, gain = np.asarray(cost, dtype=float), np.asarray(gain, dtype=float)
    kept = np.zeros(len(cost), dtype=bool)
    best = -math.inf
    for place in np.lexsort((-gain, cost)):
        if np.isfinite(gain[place]) and gain[place] > best:
            kept[place], best = True, gain[place]
    return kept
