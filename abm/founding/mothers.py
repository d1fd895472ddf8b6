"""The compiled part of fertility histories: a year's births go to women in proportion to their own hazards."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.population import NEVER
from abm.founding.people import AGES

FIRST_AGE, LAST_AGE = 15, 49
_PASSES = 4

Events = tuple[NDArray[np.int32], NDArray[np.int16], NDArray[np.int16], NDArray[np.float32]]
Borne = tuple[NDArray[np.int8], NDArray[np.int16], NDArray[np.int16]]


class Women(NamedTuple):
    """Women of 15 and over, sorted by place and age, and the hazards of their next birth.

    ``able`` (women,) marks those who may bear, from ``able_month`` on; ``schooling`` is the level above the mean of
    women of her age; ``starts`` (places x 101 + 1,) gives where each place and age begins; ``hazards`` (3, years back,
    age today) are yearly. The scalars are those of ``abm/parameters_founding.yaml``, in months where they are times
    after a birth.
    """

    ids: NDArray[np.uint64]
    birth_month: NDArray[np.int16]
    able: NDArray[np.bool_]
    able_month: NDArray[np.int64]
    schooling: NDArray[np.float64]
    starts: NDArray[np.int64]
    hazards: NDArray[np.float64]
    delay_years: float
    log_ratio: float
    peak_months: float
    least_months: int
    first_weight: float


@compiled
def birth_weight(women: Women, i: int, parity: int, last_month: int, back: int, month: int, window_end: int) -> float:
    """Relative hazard of a birth in the twelve months to ``window_end``: her order's rate, schooling, spacing."""
    if not women.able[i] or window_end < women.able_month[i]:
        return 0.0
    age = (month - 1 - women.birth_month[i]) // 12
    level = women.schooling[i]
    if parity == 0:
        shifted = age - int(np.floor(women.delay_years * level + 0.5))
        shifted = min(max(shifted, 0), women.hazards.shape[2] - 1)
        return float(women.first_weight * women.hazards[0, back, shifted])
    since = window_end - last_month
    if since < women.least_months:
        return 0.0
    relative = since / women.peak_months
    spacing = relative * np.exp(1.0 - relative)
    order = min(parity, 2)
    return float(women.hazards[order, back, age] * spacing * np.exp(women.log_ratio * level))


@compiled
def draw_in_proportion(
    weights: NDArray[np.float64], used: int, wanted: int, u: float, chosen: NDArray[np.int64]
) -> int:
    """Systematic sampling proportional to weight, each at most once; writes indices, returns how many (<= wanted).

    Where weights are so uneven that a step would take somebody twice, the rest is drawn from those who remain.
    ``weights[:used]`` of the chosen become 0.
    """
    found = 0
    for _ in range(_PASSES):
        if found >= wanted:
            break
        total = 0.0
        for i in range(used):
            total += weights[i]
        if total <= 0.0:
            break
        step = total / (wanted - found)
        threshold = u * step
        running = 0.0
        for i in range(used):
            if weights[i] <= 0.0:
                continue
            running += weights[i]
            if running > threshold and found < wanted:
                chosen[found] = i
                found += 1
                weights[i] = 0.0
                while threshold < running:
                    threshold += step
    return found


@compiled
def simulate_births(seed: int, month: int, quota: NDArray[np.int64], women: Women) -> tuple[Events, Borne]:
    """Births year by year, oldest first; ``quota`` has shape (years back, place).

    Events are (woman, month, years back, score in (0, 1)); of every woman parity, first and last month of birth.
    """
    n = women.ids.size
    parity = np.zeros(n, np.int8)
    first = np.full(n, NEVER, np.int16)
    last = np.full(n, NEVER, np.int16)
    room = int(quota.sum())
    event_woman = np.empty(room, np.int32)
    event_month = np.empty(room, np.int16)
    event_back = np.empty(room, np.int16)
    event_score = np.empty(room, np.float32)
    weights = np.zeros(n)
    chosen = np.zeros(n, np.int64)
    used = 0
    for back in range(quota.shape[0] - 1, -1, -1):
        end = month - 12 * back - 1
        for place in range(quota.shape[1]):
            if quota[back, place] == 0:
                continue
            low = women.starts[place * AGES + min(FIRST_AGE + back, AGES)]
            high = women.starts[place * AGES + min(LAST_AGE + 1 + back, AGES)]
            for i in range(low, high):
                weights[i - low] = birth_weight(women, i, parity[i], last[i], back, month, end)
            u = draws.uniform(seed, place, back, draws.FOUNDING_BIRTHS)
            found = draw_in_proportion(weights, high - low, quota[back, place], u, chosen)
            for k in range(found):
                i = low + chosen[k]
                when, score = draws.uniform_pair(seed, women.ids[i], back, draws.FOUNDING_BIRTHS)
                begin = max(end - 11, women.able_month[i])
                if parity[i] > 0:
                    begin = max(begin, last[i] + women.least_months)
                begin = min(begin, end)
                last[i] = begin + int(when * (end - begin + 1))
                if parity[i] == 0:
                    first[i] = last[i]
                parity[i] += 1
                event_woman[used], event_month[used] = i, last[i]
                event_back[used], event_score[used] = back, score
                used += 1
    events = (event_woman[:used], event_month[:used], event_back[:used], event_score[:used])
    return events, (parity, first, last)


@compiled
def mothers_to_be(
    seed: int, month: int, begin: int, end: int, quota: NDArray[np.int64], borne: Borne, women: Women
) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    """Women drawn by today's hazard for a birth between two months from now, and that month; ``quota`` by place."""
    parity, _, last = borne
    room = int(quota.sum())
    mothers = np.empty(room, np.int64)
    months = np.empty(room, np.int16)
    weights = np.zeros(women.ids.size)
    chosen = np.zeros(women.ids.size, np.int64)
    used = 0
    for place in range(quota.size):
        low, high = women.starts[place * AGES + FIRST_AGE], women.starts[place * AGES + LAST_AGE + 1]
        for i in range(low, high):
            weights[i - low] = birth_weight(women, i, parity[i], last[i], 0, month, end)
        u = draws.uniform(seed, place, begin, draws.FOUNDING_PREGNANCY)
        found = draw_in_proportion(weights, high - low, quota[place], u, chosen)
        for k in range(found):
            i = low + chosen[k]
            first = begin
            if parity[i] > 0:
                first = min(max(first, last[i] + women.least_months), end)
            when = draws.uniform(seed, women.ids[i], begin, draws.FOUNDING_PREGNANCY)
            mothers[used], months[used] = i, first + int(when * (end - first + 1))
            used += 1
    return mothers[:used], months[:used]
