"""Who is married to whom: wives find husbands of a drawn age gap and schooling, by merging two sorted lists.

A married woman draws the birth month and schooling of her husband; married women (by the wished month) and married men
(by theirs) of a place then walk past each other once, so the work is linear after sorting. Whoever finds nobody within
the tolerance, and a share drawn beforehand, is married to somebody who lives elsewhere: partner -1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.population import FEMALE, MALE, MARRIED
from abm.founding.draft import Draft

LEVELS = 4
_DECADES = 12
_RAKING_ROUNDS = 40
_UNLIKELY = 1e-9
_BORROWED_MEN = 300.0


def add_couples(draft: Draft, city: Any, parameters: Any) -> None:
    """Column partner: the spouse's row, -1 for the unmarried and for those whose spouse lives elsewhere."""
    draft["partner"] = np.full(draft.n, -1, np.int64)
    wives, husbands = _with_spouse_present(draft, parameters)
    if len(wives) == 0 or len(husbands) == 0:
        return
    wished_month = _wished_birth_months(draft, wives, husbands, parameters)
    wished_school = _wished_schooling(draft, wives, husbands, city.couple_schooling())
    place_w, place_h = draft["place"][wives], draft["place"][husbands]
    born_h = draft["birth_month"][husbands].astype(np.float64)
    tight, wide = 12.0 * parameters["couple_age_tolerance_years"], 12.0 * parameters["couple_age_tolerance_wide_years"]
    free_w, free_h = np.ones(len(wives), bool), np.ones(len(husbands), bool)
    same_school = (place_w * LEVELS + wished_school, place_h * LEVELS + draft["schooling"][husbands], tight)
    any_school = (place_w, place_h, wide)
    few_people = (place_w, place_h, 12.0 * parameters["couple_age_tolerance_last_years"])
    for cell_w, cell_h, tolerance in (same_school, any_school, few_people):
        w, h = np.flatnonzero(free_w), np.flatnonzero(free_h)
        w = w[np.lexsort((wished_month[w], cell_w[w]))]
        h = h[np.lexsort((born_h[h], cell_h[h]))]
        match = _merge(cell_w[w].astype(np.int64), wished_month[w], cell_h[h].astype(np.int64), born_h[h], tolerance)
        met = np.flatnonzero(match >= 0)
        w, h = w[met], h[match[met]]
        free_w[w], free_h[h] = False, False
        draft["partner"][wives[w]] = husbands[h]
        draft["partner"][husbands[h]] = wives[w]


def _with_spouse_present(draft: Draft, parameters: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the wives and husbands whose spouse lives here.

    A share of the married of each sex has a spouse away; the sex that is in excess in a place loses its excess, the
    young sooner than the old.
    """
    young = np.where(draft["age"] < 60, 1.0, parameters["spouse_absent_old"])
    share = np.where(draft["town"] == 1, parameters["spouse_absent_town"], parameters["spouse_absent_village"]) * young
    married = draft["marital"] == MARRIED
    u = draft.uniforms(draws.FOUNDING_COUPLE, 1)
    stays = [np.flatnonzero(married & (draft["sex"] == sex) & (u >= share)) for sex in (MALE, FEMALE)]
    places = int(draft["place"].max()) + 1
    number = [np.bincount(draft["place"][rows], minlength=places) for rows in stays]
    weight = [np.bincount(draft["place"][rows], weights=young[rows], minlength=places) for rows in stays]
    result = []
    for side, rows in enumerate(stays):
        excess = np.maximum(number[side] - number[1 - side], 0) / np.maximum(weight[side], 1e-9)
        place = draft["place"][rows]
        result.append(rows[draft.uniforms(draws.FOUNDING_COUPLE, 2, rows) >= excess[place] * young[rows]])
    return result[FEMALE], result[MALE]


def _wished_birth_months(
    draft: Draft, wives: NDArray[np.int64], husbands: NDArray[np.int64], parameters: Any
) -> NDArray[np.float64]:
    """Birth month of the husband each wife looks for, float64 of the shape of `wives`.

    The age gap is normal, with a mean that moves with her birth year, raked in each place to the husbands who are
    there: where a cohort is small, its neighbours marry into it, as they did.
    """
    first = int(draft["birth_month"].min()) // 12
    years = int(draft["birth_month"].max()) // 12 - first + 1
    places = int(draft["place"].max()) + 1
    born_w = draft["birth_month"][wives] // 12 - first
    born_h = draft["birth_month"][husbands] // 12 - first
    count_w = np.bincount(draft["place"][wives] * years + born_w, minlength=places * years).reshape(places, years)
    count_h = np.bincount(draft["place"][husbands] * years + born_h, minlength=places * years).reshape(places, years)
    target_h = _smoothed(count_h) * count_w.sum(axis=1, keepdims=True)
    year = np.arange(years)
    birth_year = 1900.0 + first + year
    early, late = parameters["couple_gap_mean_born_1940"], parameters["couple_gap_mean_born_1990"]
    mean = early + (late - early) * np.clip((birth_year - 1940.0) / 50.0, 0.0, 1.0)
    gap = year[:, None] - year[None, :]
    kernel = np.exp(-0.5 * ((gap - mean[:, None]) / parameters["couple_gap_sd"]) ** 2) + _UNLIKELY
    table = np.repeat(kernel[None, :, :], places, axis=0)
    for _ in range(_RAKING_ROUNDS):
        table *= (target_h / np.maximum(table.sum(axis=1), _UNLIKELY**2))[:, None, :]
        table *= (count_w / np.maximum(table.sum(axis=2), _UNLIKELY**2))[:, :, None]
    upper = np.cumsum(table, axis=2) / np.maximum(table.sum(axis=2, keepdims=True), _UNLIKELY**2)
    row = draft["place"][wives] * years + born_w
    flat = (upper.reshape(-1, years) + np.arange(places * years)[:, None]).ravel()
    u = draft.uniforms(draws.FOUNDING_COUPLE, 0, wives)
    wished = np.searchsorted(flat, row + u) - row * years
    within = 12.0 * draft.uniforms(draws.FOUNDING_COUPLE, 4, wives)
    return 12.0 * (first + np.minimum(wished, years - 1)) + within


def _smoothed(count: NDArray[np.int64]) -> NDArray[np.float64]:
    """Shares by birth year, shape (place, year): a place of few men borrows from other years and places."""
    total = np.convolve(count.sum(axis=0), np.array([0.25, 0.5, 0.25]), "same")
    borrowed = count + _BORROWED_MEN * total / max(total.sum(), 1e-9)
    return np.asarray(borrowed / np.maximum(borrowed.sum(axis=1, keepdims=True), 1e-9))


def _wished_schooling(
    draft: Draft, wives: NDArray[np.int64], husbands: NDArray[np.int64], couples: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Husband's schooling for each wife: national odds ratios of couples, raked to local margins by decade of birth."""
    decade_w = np.clip(draft["birth_month"][wives] // 120, 0, _DECADES - 1).astype(np.int64)
    decade_h = np.clip((draft["birth_month"][husbands] + 24) // 120, 0, _DECADES - 1).astype(np.int64)
    by_wife = np.bincount(decade_w * LEVELS + draft["schooling"][wives], minlength=_DECADES * LEVELS)
    by_husband = np.bincount(decade_h * LEVELS + draft["schooling"][husbands], minlength=_DECADES * LEVELS)
    wife_margin = by_wife.reshape(_DECADES, LEVELS) + 1e-6
    husband_margin = by_husband.reshape(_DECADES, LEVELS) + 1e-6
    husband_margin *= wife_margin.sum(axis=1, keepdims=True) / husband_margin.sum(axis=1, keepdims=True)
    table = np.repeat(np.maximum(couples, 1e-6)[None, :, :], _DECADES, axis=0)
    for _ in range(_RAKING_ROUNDS):
        table *= (husband_margin / table.sum(axis=2))[:, :, None]
        table *= (wife_margin / table.sum(axis=1))[:, None, :]
    chance = np.cumsum(table, axis=1) / table.sum(axis=1, keepdims=True)
    u = draft.uniforms(draws.FOUNDING_COUPLE, 3, wives)
    own = draft["schooling"][wives]
    wished = np.zeros(len(wives), np.int64)
    for level in range(LEVELS - 1):
        wished += u > chance[decade_w, level, own]
    return wished


@compiled
def _merge(
    cell_a: NDArray[np.int64],
    value_a: NDArray[np.float64],
    cell_b: NDArray[np.int64],
    value_b: NDArray[np.float64],
    tolerance: float,
) -> NDArray[np.int64]:
    """For each a the index of its b, or -1: both sorted by (cell, value), values within the tolerance, each b once."""
    match = np.full(cell_a.size, -1, np.int64)
    j = 0
    for i in range(cell_a.size):
        while j < cell_b.size and (
            cell_b[j] < cell_a[i] or (cell_b[j] == cell_a[i] and value_b[j] < value_a[i] - tolerance)
        ):
            j += 1
        if j == cell_b.size:
            break
        if cell_b[j] == cell_a[i] and value_b[j] <= value_a[i] + tolerance:
            match[i] = j
            j += 1
    return match
