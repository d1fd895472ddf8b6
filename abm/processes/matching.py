"""Who meets whom: men stand on their market's ring, women walk along it.

A searching man stands at a point fixed by his id, for as long as he searches. A searching woman starts at a keyed
point and walks to the first free man in her age window whom a keyed draw for the pair accepts. Nobody is picked by
position in a list, so one man more or less changes few other couples. Work is linear in searchers: points are put in
order by counting, not by comparing all pairs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled

Rows = NDArray[np.void]


@compiled
def keyed_order(keys: NDArray[np.float64]) -> NDArray[np.int64]:
    """Positions that put keys (uniform in [0, 1)) in rising order; expected linear time, shape (k,).

    Counting sort into as many slots as keys, then insertion inside a slot.
    """
    k = keys.shape[0]
    starts = np.zeros(k + 1, np.int64)
    for i in range(k):
        starts[int(keys[i] * k) + 1] += 1
    for i in range(k):
        starts[i + 1] += starts[i]
    order = np.empty(k, np.int64)
    filled = starts[:k].copy()
    for i in range(k):
        slot = int(keys[i] * k)
        at = filled[slot]
        filled[slot] += 1
        while at > starts[slot] and keys[order[at - 1]] > keys[i]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = i
    return order


@compiled
def acceptance_probability(persons: Rows, woman: int, man: int, pars: Rows) -> float:
    """Chance that both accept: logit on the age gap, the distance in schooling and his earnings rank."""
    p = pars[0]
    her, him = persons[woman], persons[man]
    gap_years = (her.birth_month - him.birth_month) / 12.0
    if gap_years < p.match_gap_low or gap_years > p.match_gap_high:
        return 0.0
    deviation = (gap_years - p.age_gap_mean) / p.match_gap_scale
    distance = him.schooling - her.schooling
    utility = p.match_base - deviation * deviation + p.match_rank * him.rank
    utility -= p.match_schooling_up * distance if distance > 0 else -p.match_schooling_down * distance
    return 1.0 / (1.0 + math.exp(-utility))


@compiled
def ring_points(s: Any, men: NDArray[np.int32]) -> NDArray[np.float64]:
    """Each man's point on the ring, fixed by his id, shape (k,)."""
    points = np.empty(men.shape[0])
    for i in range(men.shape[0]):
        points[i] = draws.uniform(s.seed, s.persons[men[i]].id, 0, draws.MATCH_RING)
    return points


@compiled
def first_man_after(points: NDArray[np.float64], order: NDArray[np.int64], start: float) -> int:
    """Position in ``order`` of the first point at or after ``start``, by interpolation search (points are uniform)."""
    k = points.shape[0]
    at = min(int(start * k), k - 1)
    while at > 0 and points[order[at - 1]] >= start:
        at -= 1
    while at < k and points[order[at]] < start:
        at += 1
    return at % k


@compiled
def matches_in_market(s: Any, women: NDArray[np.int32], men: NDArray[np.int32]) -> NDArray[np.int32]:
    """Row of the man each woman takes, -1 for none; same order as ``women``. Both are the searchers of one market."""
    taken = np.full(women.shape[0], -1, np.int32)
    k = men.shape[0]
    if k == 0 or women.shape[0] == 0:
        return taken
    points = ring_points(s, men)
    ring = keyed_order(points)
    free = np.ones(k, np.bool_)
    starts = np.empty(women.shape[0])
    for i in range(women.shape[0]):
        starts[i] = draws.uniform(s.seed, s.persons[women[i]].id, s.month, draws.MATCH_WALK)
    steps = min(k, int(s.pars[0].match_steps * (1.0 + s.law[0].matchmaking__strength) + 0.5))
    for i in keyed_order(starts):
        woman = women[i]
        at = first_man_after(points, ring, starts[i])
        for step in range(steps):
            candidate = ring[(at + step) % k]
            if not free[candidate]:
                continue
            man = men[candidate]
            if s.persons[man].mother >= 0 and s.persons[man].mother == s.persons[woman].mother:
                continue
            chance = acceptance_probability(s.persons, woman, man, s.pars)
            pair = s.persons[woman].id ^ s.persons[man].id
            if chance > 0.0 and draws.uniform(s.seed, pair, s.month, draws.MATCH_ACCEPT) < chance:
                taken[i] = man
                free[candidate] = False
                break
    return taken
