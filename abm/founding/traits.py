"""Lasting traits and present states: rank, ideal, body, pregnancy, schooling, work, insurance, care of the youngest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.population import (
    CARE_GRANDPARENT,
    CARE_NONE,
    CARE_NURSERY,
    CARE_PARENT,
    FEMALE,
    IDLE,
    INFORMAL,
    LAST_MONTH_OF_CARE,
    NEVER,
    POSTPARTUM,
    PREGNANT,
    PRIVATE,
    PUBLIC,
    TRYING,
)
from abm.founding.draft import Draft
from abm.founding.histories import Histories
from abm.founding.integerise import allot, squash
from abm.founding.people import ADULT_AGE, AGES

_LAST_MONTH = 32000


def add_traits(draft: Draft, parameters: Any) -> None:
    """Columns rank, fecundability, sterile_month and ideal, from each person's own draws."""
    draft["rank"] = draft.normals(draws.TRAITS_RANK).astype(np.float32)
    variance = np.log1p(parameters["fecundability_cv"] ** 2)
    score = draft.normals(draws.FECUNDITY)
    draft["fecundability"] = np.exp(np.sqrt(variance) * score - 0.5 * variance).astype(np.float32)
    draft["sterile_month"] = _sterile_months(draft, parameters)
    draft["ideal"] = _ideal_numbers(draft, parameters)


def _sterile_months(draft: Draft, parameters: Any) -> NDArray[np.int16]:
    """Month from which a woman can no longer bear, after her last birth if she has borne; men's is of no use."""
    shares, ages = parameters.list("sterility_share"), parameters.list("sterility_ages")
    born = draft["birth_month"].astype(np.int64)
    last = draft["last_birth_month"].astype(np.int64)
    age_last = np.where(last == NEVER, 0.0, (last - born + 1) / 12.0)
    past = np.interp(age_last, ages, shares, left=0.0)
    u = past + (1.0 - past) * draft.uniforms(draws.STERILITY)
    months = born + np.floor(12.0 * np.interp(u, shares, ages)).astype(np.int64)
    expecting = np.where(draft["state"] == PREGNANT, draft["state_month"].astype(np.int64) + 1, months)
    return np.minimum(np.maximum(np.maximum(months, last + 1), expecting), _LAST_MONTH).astype(np.int16)


def _ideal_numbers(draft: Draft, parameters: Any) -> NDArray[np.int8]:
    """Ideal number of children, 0 to 3; shares move from those of people born by 1955 to those born from 1985."""
    birth_year = 1900 + draft["birth_month"] / 12.0
    young = np.clip((birth_year - 1955.0) / 30.0, 0.0, 1.0)
    early, late = parameters.list("ideal_shares_born_1955"), parameters.list("ideal_shares")
    upper = np.cumsum(early)[None, :] * (1.0 - young[:, None]) + np.cumsum(late)[None, :] * young[:, None]
    u = draft.uniforms(draws.IDEAL)
    return (u[:, None] > upper[:, :3]).sum(axis=1).astype(np.int8)


def add_reproductive_states(draft: Draft, histories: Histories, parameters: Any) -> None:
    """Columns state and state_month.

    Pregnant: month of delivery, from this month to eight on (who conceives this month delivers in nine); postpartum:
    month it ends; trying: month it began.
    """
    state, month = np.full(draft.n, IDLE, np.int8), np.full(draft.n, NEVER, np.int64)
    u = draft.uniforms(draws.POSTPARTUM)
    until = draft["last_birth_month"] + np.maximum(1, np.floor(parameters["postpartum_months"] * (0.5 + u)))
    resting = (draft["sex"] == FEMALE) & (draft["last_birth_month"] != NEVER) & (until >= draft.month)
    state[resting], month[resting] = POSTPARTUM, until[resting].astype(np.int64)
    trying = histories.rows[histories.trying]
    trying = trying[~resting[trying]]
    begun = np.floor(-parameters["trying_months_mean"] * np.log(draft.uniforms(draws.FOUNDING_PREGNANCY, 1, trying)))
    state[trying] = TRYING
    least = np.maximum(draft["marriage_month"][trying], draft["last_birth_month"][trying].astype(np.int64) + 3)
    month[trying] = np.clip(draft.month - 1 - begun.astype(np.int64), least, draft.month - 1)
    pregnant = histories.rows[histories.expecting]
    state[pregnant], month[pregnant] = PREGNANT, histories.delivery_month
    draft["state"], draft["state_month"] = state, month.astype(np.int16)


def add_work(draft: Draft, city: Any, parameters: Any) -> None:
    """Columns work, insured and leave_until: at work by sex and age; the kind of work by place and schooling."""
    adults = np.flatnonzero(draft["age"] >= ADULT_AGE)
    age, sex = draft["age"][adults].astype(np.int64), draft["sex"][adults].astype(np.int64)
    employed = np.zeros((2, AGES))
    employed[:, ADULT_AGE:] = city.employment_rate(draft.year)
    at_work = np.stack([1.0 - employed, employed], axis=-1).reshape(-1, 2)
    latent = draft.normals(draws.FOUNDING_WORK, 0, adults)
    latent = latent - 3.0 * (draft["schooling"][adults] < draft["schooling_goal"][adults])
    works = allot(sex * AGES + age, squash(latent), at_work, draft.seed, draws.FOUNDING_WORK) == 1
    schooling, town = draft["schooling"][adults], draft["town"][adults]
    public = parameters.list("work_public_share_by_schooling")[schooling]
    formal_town = parameters.list("work_private_share_town")[schooling]
    formal_village = parameters.list("work_private_share_village")[schooling]
    private = np.where(town == 1, formal_town, formal_village)
    old = age >= parameters["formal_work_last_age"]
    u = draft.uniforms(draws.FOUNDING_WORK, 1, adults)
    kind = np.where(old | (u >= public + private), INFORMAL, np.where(u < public, PUBLIC, PRIVATE))
    work = np.zeros(draft.n, np.int8)
    work[adults] = np.where(works, kind, 0)
    covered = draft.uniforms(draws.FOUNDING_WORK, 2) < parameters["insured_private_share"]
    draft["work"] = work
    draft["insured"] = ((work == PUBLIC) | ((work == PRIVATE) & covered)).astype(np.int8)
    draft["leave_until"] = _leave_ends(draft, parameters)


def _leave_ends(draft: Draft, parameters: Any) -> NDArray[np.int16]:
    """Month in which an insured mother's leave ends, NEVER if she is not on leave."""
    months = (
        parameters["maternity_leave_months_2010"] if draft.year < 2015 else parameters["maternity_leave_months_2020"]
    )
    end = draft["last_birth_month"].astype(np.int64) + int(months)
    on_leave = (draft["sex"] == FEMALE) & (draft["insured"] == 1) & (draft["work"] >= PRIVATE) & (end > draft.month)
    return np.where(on_leave, end, NEVER).astype(np.int16)


def add_hukou(draft: Draft, city: Any, parameters: Any) -> None:
    """Column hukou: 1 if registered in the city. Incomers are drawn by household, more of them in town and renting."""
    elsewhere = city.hukou_elsewhere_share(draft.year) * parameters["hukou_outside_city_share"]
    tilt = np.where(draft["town"] == 1, 1.0, parameters["hukou_elsewhere_village_ratio"])
    people = np.bincount(draft["county"], minlength=len(elsewhere))
    level = people / np.maximum(np.bincount(draft["county"], weights=tilt, minlength=len(elsewhere)), 1e-9)
    chance = np.minimum(elsewhere[draft["county"]] * level[draft["county"]] * tilt, 1.0)
    by_household = np.asarray(draws.uniforms(draft.seed, draft["household"].astype(np.uint64), 0, draws.FOUNDING_HUKOU))
    draft["hukou"] = (by_household >= chance).astype(np.int8)


def add_care(draft: Draft, parameters: Any) -> None:
    """Column care of children under 36 months; a grandparent only if one lives here, or houses a child left behind."""
    care = np.full(draft.n, CARE_NONE, np.int8)
    rows = np.flatnonzero(draft.month - draft["birth_month"].astype(np.int64) < LAST_MONTH_OF_CARE + 1)
    mother, father = draft["mother"][rows], draft["father"][rows]
    near = np.zeros(len(rows), bool)
    for parent in (mother, father):
        for grandparent in ("mother", "father"):
            near |= (parent >= 0) & (draft[grandparent][parent] >= 0)
    left = draft["left_behind"][rows] == 1
    u = draft.uniforms(draws.FOUNDING_CARE, 0, rows)
    town = draft["town"][rows] == 1
    nursery = np.where(town, parameters["care_nursery_share_town"], parameters["care_nursery_share_village"])
    by_grandparent = np.where(near, parameters["care_grandparent_share"], 0.0)
    kind = np.where(u < nursery, CARE_NURSERY, np.where(u < nursery + by_grandparent, CARE_GRANDPARENT, CARE_PARENT))
    care[rows] = np.where(left, CARE_GRANDPARENT, kind)
    draft["care"] = care
