"""Who lives with whom: families of couples and children, grown children and grandparents under one roof, dormitories.

Everybody first belongs to the smallest family: a couple or a lone adult with children under 15. Families then move in
with a parent's, along real links, in an order drawn from weights, until each county has its number of family households
and the city its share of one-person households; mean household size is therefore met. Who is left over without a place,
joins relatives who are not in the data.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.population import FEMALE, MARRIED, NEVER_MARRIED
from abm.founding.draft import Draft
from abm.founding.histories import CHILD_AGES
from abm.founding.integerise import offset, pair_in_cells, ranks_in_cells, systematic_counts

_ADOPTION_ROUNDS = 6
FEWER_ALONE, OTHERS, ANYBODY = 0, 1, 2


def household_targets(draft: Draft, city: Any, parameters: Any) -> tuple[NDArray[np.int64], NDArray[np.int64], float]:
    """Collective residents and family households, each (county,), at the scale of the draft; share of one person."""
    indicators = city.households(draft.year)
    people = np.bincount(draft["county"], minlength=len(city.counties))
    table = city.population_by_age(draft.year).sum(axis=(1, 2))
    factor = people / table
    in_families = np.array([indicators[county]["family_household_population"] for county in city.counties])
    families = np.array([indicators[county]["family_households"] for county in city.counties])
    collective = systematic_counts(np.maximum(people - in_families * factor, 0.0), offset(draft.seed, 0, 6))
    households = systematic_counts(families * factor, offset(draft.seed, 0, 7))
    whole = indicators["city"]
    alone = parameters["one_person_share_2020"]
    if "one_person" in whole:
        alone = whole["one_person"] / whole["family_households"]
    return collective, households, float(alone)


def add_households(draft: Draft, city: Any, parameters: Any) -> None:
    """Columns unit (row that stands for the family), household (0, 1, ... by place) and collective."""
    collective, households, alone = household_targets(draft, city, parameters)
    draft["collective"] = _collective_residents(draft, collective, parameters)
    _name_families(draft)
    _house_left_behind(draft, parameters)
    roof = _share_roofs(draft, households, alone, parameters)
    _number_households(draft, roof, parameters)


def _collective_residents(draft: Draft, wanted: NDArray[np.int64], parameters: Any) -> NDArray[np.int8]:
    """1 for those in dormitories and institutions: adults with nobody in their charge, the young far more often."""
    free = (draft["age"] >= CHILD_AGES) & (draft["partner"] < 0)
    young = draft["age"] < CHILD_AGES
    for parent in ("mother", "father"):
        cared = draft[parent][young]
        free[cared[cared >= 0]] = False
    rows = np.flatnonzero(free)
    age = draft["age"][rows]
    weight = np.select(
        [age < 25, age < 60],
        [parameters["collective_weight_15_24"], parameters["collective_weight_25_59"]],
        parameters["collective_weight_60_plus"],
    ) * np.where(draft["town"][rows] == 1, parameters["collective_weight_town"], 1.0)
    wait = -np.log(draft.uniforms(draws.FOUNDING_COLLECTIVE, 0, rows)) / weight
    rank, _ = ranks_in_cells(draft["county"][rows].astype(np.int64), wait / (1.0 + wait))
    collective = np.zeros(draft.n, np.int8)
    collective[rows[rank < wanted[draft["county"][rows]]]] = 1
    return collective


def _name_families(draft: Draft) -> None:
    """Column unit: the wife for a couple, the parent for a child under 15, oneself for everybody else."""
    unit = np.arange(draft.n)
    husbands = np.flatnonzero((draft["partner"] >= 0) & (draft["sex"] != FEMALE))
    unit[husbands] = draft["partner"][husbands]
    young = draft["age"] < CHILD_AGES
    with_father = np.flatnonzero(young & (draft["mother"] < 0) & (draft["father"] >= 0))
    unit[with_father] = unit[draft["father"][with_father]]
    with_mother = np.flatnonzero(young & (draft["mother"] >= 0))
    unit[with_mother] = draft["mother"][with_mother]
    draft["unit"] = unit


def _house_left_behind(draft: Draft, parameters: Any) -> None:
    """Children with no parent here live with grandparents whose own child is away, in the child's place."""
    alone = (draft["age"] < CHILD_AGES) & (draft["unit"] == np.arange(draft.n))
    married_women = (draft["sex"] == FEMALE) & (draft["marital"] != NEVER_MARRIED)
    fit_age = (draft["age"] >= parameters["left_behind_host_age_low"]) & (
        draft["age"] <= parameters["left_behind_host_age_high"]
    )
    hosts = np.flatnonzero(married_women & fit_age & (draft["collective"] == 0))
    anybody = np.flatnonzero((draft["age"] >= 25) & (draft["collective"] == 0))
    for attempt in range(_ADOPTION_ROUNDS):
        children = np.flatnonzero(alone)
        if len(children) == 0:
            return
        county_wide = attempt >= _ADOPTION_ROUNDS // 2
        where = draft["county"].astype(np.int64) if county_wide else draft["place"]
        pool = anybody if county_wide else hosts
        h, c = pair_in_cells(
            where[pool],
            draft.uniforms(draws.FOUNDING_HOUSEHOLD, 10 + attempt, pool),
            where[children],
            draft.uniforms(draws.FOUNDING_HOUSEHOLD, 20 + attempt, children),
        )
        host, child = pool[h], children[c]
        draft["unit"][child] = draft["unit"][host]
        draft["town"][child], draft["place"][child] = draft["town"][host], draft["place"][host]
        alone[child] = False


class Moves(NamedTuple):
    """Families that could live under another's roof, those most inclined first; all of shape (moves,)."""

    family: NDArray[np.int64]
    host: NDArray[np.int64]
    is_couple: NDArray[np.bool_]
    is_kin: NDArray[np.bool_]


def possible_moves(draft: Draft, parameters: Any) -> Moves:
    """With a parent of the husband, else of the wife or lone adult; without one, lone adults with unknown kin."""
    heads = np.flatnonzero(
        (draft["unit"] == np.arange(draft.n)) & (draft["age"] >= CHILD_AGES) & (draft["collective"] == 0)
    )
    partner = draft["partner"][heads]
    parent = np.where(draft["mother"] >= 0, draft["mother"], draft["father"])
    own, his = parent[heads], np.where(partner >= 0, parent[partner], -1)
    host = np.where(_can_host(draft, heads, his), his, np.where(_can_host(draft, heads, own), own, -1))
    weight = _inclination(draft, heads, parameters)
    with_children = (partner >= 0) & (np.bincount(draft["unit"], minlength=draft.n)[heads] > 2)
    weight = weight * np.where(with_children, parameters["roof_weight_with_children"], 1.0)
    widowed = (host >= 0) & (draft["partner"][host] < 0)
    weight = weight * np.where(widowed, parameters["roof_weight_widowed_host"], 1.0)
    kinless = (host < 0) & (draft["age"][heads] >= 25)
    weight = np.where(kinless, parameters["roof_weight_unknown_kin_25_plus"], weight)
    # A wife whose husband is away lives with his parents, whom the data do not name.
    is_kin = (host >= 0) | ((draft["marital"][heads] == MARRIED) & (partner < 0) & (draft["sex"][heads] == FEMALE))
    elder = draft["age"][heads] >= parameters["unknown_kin_host_age_low"]
    lone, with_couple = _unknown_kin(draft, heads[(host < 0) & (partner < 0)], heads[(partner >= 0) & elder])
    place_in_heads = np.full(draft.n, -1)
    place_in_heads[heads] = np.arange(len(heads))
    host[place_in_heads[lone]] = with_couple
    wait = -np.log(draft.uniforms(draws.FOUNDING_HOUSEHOLD, 0, heads)) / weight
    order = np.argsort(wait)
    order = order[host[order] >= 0]
    return Moves(heads[order], host[order], partner[order] >= 0, is_kin[order])


def _inclination(draft: Draft, heads: NDArray[np.int64], parameters: Any) -> NDArray[np.float64]:
    """How readily each family moves in with others, relative to a couple."""
    age, single = draft["age"][heads], draft["marital"][heads] == NEVER_MARRIED
    return np.select(
        [draft["partner"][heads] >= 0, single & (age < 20), single & (age < 30), single],
        [
            parameters["roof_weight_couple"],
            parameters["roof_weight_single_15_19"],
            parameters["roof_weight_single_20_29"],
            parameters["roof_weight_single_30_plus"],
        ],
        parameters["roof_weight_lone_parent"],
    )


def _can_host(draft: Draft, heads: NDArray[np.int64], parent: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True where this parent lives in the same place, in a family household."""
    same_place = draft["place"][parent] == draft["place"][heads]
    return (parent >= 0) & same_place & (draft["collective"][parent] == 0)


def _unknown_kin(
    draft: Draft, lone: NDArray[np.int64], couples: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lone adults without a parent in the place, each with a couple of the place that could be unknown kin."""
    pairs_l, pairs_c = pair_in_cells(
        draft["place"][lone],
        draft.uniforms(draws.FOUNDING_HOUSEHOLD, 1, lone),
        draft["place"][couples],
        draft.uniforms(draws.FOUNDING_HOUSEHOLD, 2, couples),
    )
    return lone[pairs_l], couples[pairs_c]


def _share_roofs(draft: Draft, households: NDArray[np.int64], alone: float, parameters: Any) -> NDArray[np.int64]:
    """The family under whose roof each family lives (itself if its own), shape (n,)."""
    families = np.flatnonzero((draft["unit"] == np.arange(draft.n)) & (draft["collective"] == 0))
    size = np.bincount(draft["unit"][draft["collective"] == 0], minlength=draft.n)
    county = draft["county"].astype(np.int64)
    one_person = systematic_counts(households.astype(np.float64) * alone, offset(draft.seed, 0, 8))
    roof = np.arange(draft.n)
    left = np.bincount(county[families], minlength=len(households))
    left_alone = np.bincount(county[families[size[families] == 1]], minlength=len(households))
    moves = possible_moves(draft, parameters)
    has_couple = np.zeros(draft.n, bool)
    for walk in (FEWER_ALONE, OTHERS, ANYBODY):
        move_in(walk, moves, county, roof, size, has_couple, left, left_alone, households, one_person)
    return roof


def _number_households(draft: Draft, roof: NDArray[np.int64], parameters: Any) -> None:
    """Column household: numbers in order of place, family households first; collective ones in groups of a set size."""
    rows = np.arange(draft.n)
    top = roof[draft["unit"]]
    while True:
        above = roof[top]
        if np.array_equal(above, top):
            break
        top = above
    collective = np.flatnonzero(draft["collective"] == 1)
    rank, _ = ranks_in_cells(draft["place"][collective], draft.uniforms(draws.FOUNDING_COLLECTIVE, 1, collective))
    group = rank // int(parameters["collective_household_size"])
    places = int(draft["place"].max()) + 1
    key = top.astype(np.int64)
    key[collective] = draft.n + group * places + draft["place"][collective]
    _, first, household = np.unique(key, return_index=True, return_inverse=True)
    # A founding row's household takes the place of its own members, all of whom share it.
    order = np.lexsort((first, draft["collective"][rows[first]], draft["place"][first]))
    number = np.empty(len(first), np.int64)
    number[order] = np.arange(len(first))
    draft["household"] = number[household]


@compiled
def _top(roof: NDArray[np.int64], family: int) -> int:
    """The family under whose roof this one finally lives."""
    while roof[family] != family:
        family = roof[family]
    return family


@compiled
def move_in(
    walk: int,
    moves: Moves,
    county: NDArray[np.int64],
    roof: NDArray[np.int64],
    size: NDArray[np.int64],
    has_couple: NDArray[np.bool_],
    left: NDArray[np.int64],
    left_alone: NDArray[np.int64],
    wanted: NDArray[np.int64],
    wanted_alone: NDArray[np.int64],
) -> None:
    """Join families to hosts in the order given until each county has its households; one couple joins a host at most.

    FEWER_ALONE joins only where somebody no longer lives alone, while there are too many alone; OTHERS where nobody
    did, with kin only; ANYBODY whoever is left. ``size`` holds members under each roof; ``left`` and ``left_alone`` are
    counted down.
    """
    for k in range(moves.family.size):
        family, host = moves.family[k], moves.host[k]
        where = county[family]
        if roof[family] != family or left[where] <= wanted[where]:
            continue
        top = _top(roof, host)
        if top == family or (moves.is_couple[k] and has_couple[host]):
            continue
        fewer_alone = (size[family] == 1) + (size[top] == 1)
        if walk == FEWER_ALONE and (fewer_alone == 0 or left_alone[where] <= wanted_alone[where]):
            continue
        if walk == OTHERS and (fewer_alone > 0 or not moves.is_kin[k]):
            continue
        roof[family] = top
        size[top] += size[family]
        has_couple[host] = has_couple[host] or moves.is_couple[k]
        left[where] -= 1
        left_alone[where] -= fewer_alone
