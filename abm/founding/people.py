"""Who is there: age by sex by county, town or village, schooling, marital status, from the census margins."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.population import FEMALE
from abm.founding.draft import Draft
from abm.founding.integerise import allot, offset, squash, systematic_counts

AGES = 101
ID_CELL = 1_000_000
"""Keeps ids of the founding population apart from those of later arrivals in the same month."""

ADULT_AGE = 15
LAST_SCHOOL_AGE = 22


def census_people(city: Any, month: int, year: int, scale: float, seed: int, parameters: Any) -> Draft:
    """Rows with id, county, sex, age, town, place and birth month; margins of the census of `year` times `scale`."""
    table = city.population_by_age(year)
    total = float(table.sum())
    expected = table * (np.rint(total * scale) / total)
    counts = systematic_counts(expected, offset(seed, 0, 0))
    in_town = town_share_by_age(city.town_share(year), table, parameters)[:, None, :]
    town_counts = np.minimum(systematic_counts(counts * in_town, offset(seed, 0, 1)), counts)
    split = np.stack([counts - town_counts, town_counts], axis=-1)
    n = int(split.sum())
    shape = split.shape
    cell = np.repeat(np.arange(split.size), split.ravel())
    county, sex, age, town = (part.astype(np.int16) for part in np.unravel_index(cell, shape))
    draft = Draft(seed, month, year)
    person_cell = cell // 2
    first = np.concatenate([[0], np.cumsum(counts.ravel())])[:-1]
    draft["id"] = _founding_ids(month, person_cell, np.arange(n) - first[person_cell])
    draft["county"], draft["sex"], draft["age"] = county, sex, age
    draft["town"] = town
    draft["place"] = (2 * county + town).astype(np.int64)
    within_year = np.floor(12.0 * draft.uniforms(draws.FOUNDING_AGE)).astype(np.int64)
    draft["birth_month"] = (month - 1 - 12 * age.astype(np.int64) - within_year).astype(np.int16)
    return draft


def town_share_by_age(
    town_share: NDArray[np.float64], table: NDArray[np.float64], parameters: Any
) -> NDArray[np.float64]:
    """Share living in town, shape (county, age): a logistic in age whose level meets each county's town share.

    Fewer of the old and (children left with grandparents) fewer of the young live in town.
    """
    age = np.arange(AGES)
    tilt = -parameters["town_log_odds_per_decade"] * np.maximum(age - 35.0, 0.0) / 10.0
    tilt = tilt - parameters["town_log_odds_child"] * np.maximum(1.0 - age / 15.0, 0.0)
    weight = table.sum(axis=1)
    low, high = np.full(len(town_share), -15.0), np.full(len(town_share), 15.0)
    for _ in range(50):
        level = 0.5 * (low + high)
        share = 1.0 / (1.0 + np.exp(-(level[:, None] + tilt)))
        too_high = (share * weight).sum(axis=1) > town_share * weight.sum(axis=1)
        high = np.where(too_high, level, high)
        low = np.where(too_high, low, level)
    return share


def add_schooling(draft: Draft, city: Any, parameters: Any) -> None:
    """Columns schooling (attained) and schooling_goal (final), with the city's shares by sex and age.

    One latent score orders people in both, so nobody has attained more than the goal. Town people stand higher.
    """
    age, sex = draft["age"].astype(np.int64), draft["sex"].astype(np.int64)
    latent = draft.normals(draws.FOUNDING_SCHOOLING) + parameters["schooling_score_town"] * draft["town"]
    score = squash(latent)
    cell = sex * AGES + age
    attained = np.zeros((2, AGES, 4))
    attained[:, :ADULT_AGE, 0] = 1.0
    attained[:, ADULT_AGE:] = city.schooling_shares(draft.year)
    goal = attained.copy()
    for young in range(LAST_SCHOOL_AGE + 1):
        goal[:, young] = city.schooling_goal_shares(draft.year - young)
    schooling = allot(cell, score, attained.reshape(-1, 4), draft.seed, draws.FOUNDING_SCHOOLING)
    final = allot(cell, score, goal.reshape(-1, 4), draft.seed, draws.FOUNDING_SCHOOLING)
    draft["schooling"] = schooling
    draft["schooling_goal"] = np.maximum(schooling, final).astype(np.int8)


def add_goals_by_mother(draft: Draft, city: Any, parameters: Any) -> None:
    """Final schooling of children under 15 again, in the same shares by sex and age: with their mother's schooling."""
    young = np.flatnonzero(draft["age"] < ADULT_AGE)
    mother = draft["mother"][young]
    level = np.where(mother >= 0, draft["schooling"][mother] - 1.0, 0.0)
    latent = draft.normals(draws.FOUNDING_SCHOOLING, 1, young) + parameters["schooling_score_mother"] * level
    latent = latent + parameters["schooling_score_town"] * draft["town"][young]
    goal = np.array([city.schooling_goal_shares(draft.year - age) for age in range(ADULT_AGE)])
    cell = draft["sex"][young].astype(np.int64) * ADULT_AGE + draft["age"][young]
    shares = goal.transpose(1, 0, 2).reshape(-1, 4)
    draft["schooling_goal"][young] = allot(cell, squash(latent), shares, draft.seed, draws.FOUNDING_LINK)


def add_marital_status(draft: Draft, city: Any, parameters: Any) -> None:
    """Column marital with the city's shares by sex and age.

    Within an age, women of more schooling and men of less are single longer, and people in town; the size of it is a
    parameter. Divorce and widowhood fall on the ever-married at random.
    """
    age, sex = draft["age"].astype(np.int64), draft["sex"].astype(np.int64)
    shares = np.zeros((2, AGES, 4))
    shares[:, :ADULT_AGE, 0] = 1.0
    shares[:, ADULT_AGE:] = city.marital_shares(draft.year)
    cell = sex * AGES + age
    never = np.stack([shares[:, :, 0], 1.0 - shares[:, :, 0]], axis=-1).reshape(-1, 2)
    school = draft["schooling"] - 1.0
    single = parameters["never_married_score_town"] * draft["town"]
    single = (
        single
        + np.where(
            sex == FEMALE, parameters["never_married_score_school_women"], parameters["never_married_score_school_men"]
        )
        * school
    )
    latent = draft.normals(draws.FOUNDING_MARITAL) - single
    ever = allot(cell, squash(latent), never, draft.seed, draws.FOUNDING_MARITAL) == 1
    marital = np.zeros(draft.n, np.int8)
    rows = np.flatnonzero(ever)
    after = shares[:, :, 1:].reshape(-1, 3)
    after = after / np.maximum(after.sum(axis=1, keepdims=True), 1e-12)
    marital[rows] = 1 + allot(
        cell[rows], draft.uniforms(draws.FOUNDING_MARITAL, 1, rows), after, draft.seed, draws.FOUNDING_COUPLE
    )
    draft["marital"] = marital


@compiled
def _founding_ids(month: int, cell: NDArray[np.int64], ordinal: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Lasting ids from the cell of county, sex and age and the ordinal in it: the same person at every scale."""
    ids = np.empty(cell.size, np.uint64)
    for i in range(cell.size):
        ids[i] = draws.newcomer_id(month, ID_CELL + cell[i], ordinal[i])
    return ids
