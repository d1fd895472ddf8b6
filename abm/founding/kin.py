"""Kin: the births of the histories become links between resident mothers, fathers and children of any age."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.population import FEMALE, MALE, MARRIED, NEVER, NEVER_MARRIED
from abm.founding.draft import Draft
from abm.founding.histories import CHILD_AGES, Histories, children_with_mother
from abm.founding.integerise import pair_in_cells, ranks_in_cells

_LEAST_FATHER_AGE_MONTHS = 12 * 16
_CELL_SHIFT = 60
YOUNGEST_FATHER = 22
"""Age from which men without a wife here are given children: the legal age at marriage."""


def add_kin(draft: Draft, histories: Histories, city: Any, parameters: Any) -> None:
    """Columns mother, father, left_behind, parity, sons, last_birth_month, only_child; linked children take the event's
    month.

    Parity is what the history says, whether or not the child is found here.
    """
    draft["mother"] = np.full(draft.n, -1, np.int64)
    child_of_event = np.full(len(histories.woman), -1, np.int64)
    mother_of_event = histories.rows[histories.woman]
    _link_young(draft, histories, mother_of_event, child_of_event, parameters)
    _link_grown(draft, histories, mother_of_event, child_of_event, city, parameters)
    _unlink_married_siblings(draft, child_of_event)
    found = child_of_event >= 0
    draft["birth_month"][child_of_event[found]] = histories.month[found]
    draft["left_behind"] = ((draft["age"] < CHILD_AGES) & (draft["mother"] < 0)).astype(np.int8)
    _add_borne(draft, histories, child_of_event, city)
    draft["father"] = _fathers(draft)
    _add_fathers_left_with_children(draft, parameters)
    _add_widowed_fathers(draft, parameters)
    _add_fathered(draft)
    draft["only_child"] = _only_children(draft, parameters)


def _link_young(
    draft: Draft,
    histories: Histories,
    mother: NDArray[np.int64],
    child_of_event: NDArray[np.int64],
    parameters: Any,
) -> None:
    """Children under 15 and births of their year in their place, as many as have their mother here."""
    wanted = children_with_mother(draft, parameters)
    places = wanted.shape[1]
    children = np.flatnonzero(draft["age"] < CHILD_AGES)
    cell = draft["age"][children].astype(np.int64) * places + draft["place"][children]
    score = draft.uniforms(draws.FOUNDING_LINK, 0, children)
    rank, _ = ranks_in_cells(cell, score)
    with_mother = rank < wanted.ravel()[cell]
    events = np.flatnonzero(histories.years_back < CHILD_AGES)
    event_cell = histories.years_back[events].astype(np.int64) * places + draft["place"][mother[events]]
    e, c = pair_in_cells(event_cell, _score(histories, events), cell[with_mother], score[with_mother])
    e, c = events[e], children[with_mother][c]
    child_of_event[e] = c
    draft["mother"][c] = mother[e]


def _link_grown(
    draft: Draft,
    histories: Histories,
    mother: NDArray[np.int64],
    child_of_event: NDArray[np.int64],
    city: Any,
    parameters: Any,
) -> None:
    """Adults born here and births of their year in their county: first in the same place, then in the county.

    Births whose child has died or lives elsewhere find nobody; adults whose mother is dead or away have no link.
    """
    places = int(draft["place"].max()) + 1
    local = 1.0 - parameters["incomer_kinless_share"] * city.hukou_elsewhere_share(draft.year)
    grown = draft["age"] >= CHILD_AGES
    born_here = draft.uniforms(draws.FOUNDING_LINK, 1) < local[draft["county"]]
    born_here &= draft.uniforms(draws.FOUNDING_LINK, 2) < parameters["adult_mother_known_share"]
    stays_near = draft.uniforms(draws.FOUNDING_LINK, 3) < parameters["adult_child_same_place_share"]
    score_child = draft.uniforms(draws.FOUNDING_LINK, 4)
    present = np.flatnonzero(histories.years_back >= CHILD_AGES)
    present = present[_score(histories, present) < _present_share(histories.years_back[present], parameters)]
    for by_place in (True, False):
        children = np.flatnonzero(grown & born_here & (draft["mother"] < 0) & (stays_near | (not by_place)))
        events = present[child_of_event[present] < 0]
        where = draft["place"] if by_place else draft["place"] // 2
        e, c = pair_in_cells(
            histories.years_back[events].astype(np.int64) * places + where[mother[events]],
            _score(histories, events),
            draft["age"][children].astype(np.int64) * places + where[children],
            score_child[children],
        )
        e, c = events[e], children[c]
        child_of_event[e] = c
        draft["mother"][c] = mother[e]


def _present_share(age: NDArray[Any], parameters: Any) -> NDArray[np.float64]:
    """Share of children of these ages who may be found in the county, if they live: more of the young."""
    grown = parameters["adult_child_present_share"]
    return np.asarray(grown + (1.0 - grown) * np.clip((25.0 - age) / 10.0, 0.0, 1.0))


def _score(histories: Histories, events: NDArray[np.int64]) -> NDArray[np.float64]:
    """The keyed number of events, strictly inside (0, 1)."""
    return np.clip(histories.score[events].astype(np.float64), 1e-9, 1.0 - 1e-7)


def _unlink_married_siblings(draft: Draft, child_of_event: NDArray[np.int64]) -> None:
    """No husband and wife of one mother, and nobody married to a parent: the link of one of them is given up."""
    mother, partner = draft["mother"], draft["partner"]
    rows = np.arange(draft.n)
    spouse_mother = np.where(partner >= 0, mother[partner], -1)
    siblings = (mother >= 0) & (mother == spouse_mother) & (rows < partner)
    wed_to_parent = (mother >= 0) & (partner == mother)
    step = (mother >= 0) & (partner >= 0) & (partner == np.where(mother >= 0, partner[mother], -2))
    undone = siblings | wed_to_parent | step
    mother[undone] = -1
    lost = (child_of_event >= 0) & undone[child_of_event]
    child_of_event[lost] = -1


def _add_borne(draft: Draft, histories: Histories, child_of_event: NDArray[np.int64], city: Any) -> None:
    """Women's parity, sons and month of last birth. The sex of a child who is not here follows the ratio at birth."""
    found = child_of_event >= 0
    oldest = int(histories.years_back.max(initial=0))
    ratio = np.array([city.sex_ratio_at_birth(max(1950, draft.year - back)) for back in range(oldest + 1)])
    male_share = ratio / (1.0 + ratio)
    # The score's digits below the thousandth are as good as a fresh number and cost nothing.
    fresh = np.modf(histories.score.astype(np.float64) * 1024.0)[0]
    son = fresh < male_share[histories.years_back]
    son[found] = draft["sex"][child_of_event[found]] == MALE
    for name, values in (("parity", histories.parity), ("last_birth_month", histories.last_month)):
        empty = NEVER if name == "last_birth_month" else 0
        draft[name] = np.full(draft.n, empty, values.dtype)
        draft[name][histories.rows] = values
    sons = np.bincount(histories.woman, weights=son, minlength=len(histories.rows))
    draft["sons"] = np.zeros(draft.n, np.int8)
    draft["sons"][histories.rows] = sons.astype(np.int8)


def _fathers(draft: Draft) -> NDArray[np.int64]:
    """The mother's husband, if he lives here and was old enough; else -1."""
    mother = draft["mother"]
    father = np.where(mother >= 0, draft["partner"][mother], -1)
    old_enough = draft["birth_month"] - draft["birth_month"][father].astype(np.int64) >= _LEAST_FATHER_AGE_MONTHS
    return np.where((father >= 0) & old_enough, father, -1)


def _add_fathers_left_with_children(draft: Draft, parameters: Any) -> None:
    """Some children whose mother is away live with their father: married men whose wife is away take one each."""
    with_father = draft.uniforms(draws.FOUNDING_LINK, 5) < parameters["left_behind_with_father_share"]
    children = np.flatnonzero((draft["left_behind"] == 1) & with_father)
    lone = (draft["sex"] == MALE) & (draft["marital"] == MARRIED) & (draft["partner"] < 0)
    men = np.flatnonzero(lone & (draft["age"] >= YOUNGEST_FATHER) & (draft["age"] <= 55))
    places = int(draft["place"].max()) + 1
    band_child = np.minimum(draft["age"][children] // 5, 2)
    # A father is two or three decades older: he stands in the five-year band of the child he could have fathered.
    band_man = np.clip((draft["age"][men] - YOUNGEST_FATHER - 4) // 5, 0, 2)
    m, c = pair_in_cells(
        band_man * places + draft["place"][men],
        draft.uniforms(draws.FOUNDING_LINK, 6, men),
        band_child * places + draft["place"][children],
        draft.uniforms(draws.FOUNDING_LINK, 7, children),
    )
    men, children = men[m], children[c]
    old_enough = draft["birth_month"][children] - draft["birth_month"][men].astype(np.int64) >= 12 * YOUNGEST_FATHER
    draft["father"][children[old_enough]] = men[old_enough]


def _add_widowed_fathers(draft: Draft, parameters: Any) -> None:
    """Men widowed or divorced are fathers of adults whose mother is not here, up to a set number each."""
    men = np.flatnonzero((draft["sex"] == MALE) & (draft["marital"] > MARRIED) & (draft["age"] >= 40))
    open_child = (draft["age"] >= CHILD_AGES) & (draft["mother"] < 0) & (draft["father"] < 0)
    open_child &= draft.uniforms(draws.FOUNDING_LINK, 9) < parameters["adult_mother_known_share"]
    places = int(draft["place"].max()) + 1
    born_man = draft["birth_month"][men].astype(np.int64)
    for order in range(int(parameters["widower_children_here"])):
        children = np.flatnonzero(open_child)
        gap = 12.0 * (YOUNGEST_FATHER + 4.0 * order + 6.0 * draft.uniforms(draws.FOUNDING_LINK, 20 + order, men))
        wished = np.clip((born_man + gap.astype(np.int64)) // 24 + _CELL_SHIFT, 0, None)
        cell = (draft["birth_month"][children].astype(np.int64) // 24 + _CELL_SHIFT) * places + draft["place"][children]
        m, c = pair_in_cells(
            wished * places + draft["place"][men],
            draft.uniforms(draws.FOUNDING_LINK, 30 + order, men),
            cell,
            draft.uniforms(draws.FOUNDING_LINK, 40 + order, children),
        )
        fathers, found = men[m], children[c]
        draft["father"][found] = fathers
        open_child[found] = False


def _add_fathered(draft: Draft) -> None:
    """Men's parity, sons and last birth: the wife's; without a wife here, those of a woman two years younger."""
    men = draft["sex"] == MALE
    here = np.flatnonzero(men & (draft["partner"] >= 0))
    for name in ("parity", "sons", "last_birth_month"):
        draft[name][here] = draft[name][draft["partner"][here]]
    alone = np.flatnonzero(men & (draft["partner"] < 0) & (draft["marital"] != NEVER_MARRIED))
    donors = np.flatnonzero((draft["sex"] == FEMALE) & (draft["marital"] != NEVER_MARRIED))
    if len(donors) == 0 or len(alone) == 0:
        return
    donors = donors[np.lexsort((draft["birth_month"][donors], draft["town"][donors]))]
    key = draft["town"][donors] * 4000 - 2000 + draft["birth_month"][donors].astype(np.int64)
    wished = draft["town"][alone] * 4000 - 2000 + draft["birth_month"][alone].astype(np.int64) + 24
    spread = np.floor(24.0 * draft.uniforms(draws.FOUNDING_LINK, 8, alone)).astype(np.int64) - 12
    donor = donors[np.clip(np.searchsorted(key, wished + spread), 0, len(donors) - 1)]
    for name in ("parity", "sons", "last_birth_month"):
        draft[name][alone] = draft[name][donor]
    motherless = draft["father"][(draft["father"] >= 0) & (draft["mother"] < 0)]
    found = np.bincount(motherless, minlength=draft.n)
    draft["parity"] = np.maximum(draft["parity"], np.minimum(found, 20)).astype(np.int8)


def _only_children(draft: Draft, parameters: Any) -> NDArray[np.int8]:
    """1 for an only child: known from the mother's parity where she is here, else a prior by birth year and place."""
    mother = draft["mother"]
    birth_year = 1900 + draft["birth_month"] / 12.0
    rise = np.clip((birth_year - 1970.0) / 15.0, 0.0, 1.0)
    town = draft["town"] == 1
    level = np.where(town, parameters["only_child_share_town_1985"], parameters["only_child_share_village_1985"])
    base = parameters["only_child_share_1970"]
    prior = draft.uniforms(draws.FOUNDING_ONLY_CHILD) < base + (level - base) * rise
    return np.where(mother >= 0, draft["parity"][mother] == 1, prior).astype(np.int8)
