"""When people married: counted back from the first birth, or, for the childless, a recent date or the usual age."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.population import FEMALE, MALE, NEVER, NEVER_MARRIED
from abm.founding.draft import Draft
from abm.founding.histories import Histories

_GESTATION_MONTHS = 9


def add_marriage_months(draft: Draft, histories: Histories, parameters: Any) -> None:
    """Columns marriage_month and marriages; a couple shares the wife's month. One marriage each: others are unknown."""
    ever = draft["marital"] != NEVER_MARRIED
    draft["marriages"] = ever.astype(np.int8)
    draft["marriage_month"] = np.full(draft.n, NEVER, np.int16)
    first = np.full(draft.n, NEVER, np.int64)
    first[histories.rows] = histories.first_month
    women = ever & (draft["sex"] == FEMALE)
    for rows, months in (
        _before_first_birth(draft, np.flatnonzero(women & (first != NEVER)), first, parameters),
        _without_birth(draft, np.flatnonzero(women & (first == NEVER)), parameters),
        _at_usual_age(draft, np.flatnonzero(ever & (draft["sex"] == MALE) & (draft["partner"] < 0)), parameters),
    ):
        draft["marriage_month"][rows] = months
    husbands = np.flatnonzero((draft["sex"] == MALE) & (draft["partner"] >= 0))
    draft["marriage_month"][husbands] = draft["marriage_month"][draft["partner"][husbands]]


def _least_month(draft: Draft, rows: NDArray[np.int64], parameters: Any) -> NDArray[np.int64]:
    """First month in which these people and their spouses could have married."""
    youngest = draft["birth_month"][rows].astype(np.int64)
    spouse = draft["partner"][rows]
    youngest = np.where(spouse >= 0, np.maximum(youngest, draft["birth_month"][spouse]), youngest)
    return youngest + 12 * int(parameters["marriage_age_least_years"])


def _before_first_birth(
    draft: Draft, rows: NDArray[np.int64], first: NDArray[np.int64], parameters: Any
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First birth less an interval: under nine months if conceived before, else nine and an exponential wait."""
    u = draft.uniforms(draws.FOUNDING_MARRIAGE, 0, rows)
    premarital = parameters["premarital_conception_share"]
    hurried = 1 + np.floor(u / premarital * (_GESTATION_MONTHS - 1))
    wait = -(parameters["marriage_to_first_birth_months"] - _GESTATION_MONTHS) * np.log(
        (1.0 - u) / (1.0 - premarital) + 1e-12
    )
    interval = np.where(u < premarital, hurried, _GESTATION_MONTHS + np.floor(np.maximum(wait, 0.0)))
    months = np.maximum(first[rows] - interval.astype(np.int64), _least_month(draft, rows, parameters))
    return rows, np.minimum(months, first[rows])


def _without_birth(
    draft: Draft, rows: NDArray[np.int64], parameters: Any
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The young childless married lately; those past their thirties at the usual age and stayed childless."""
    _, usual = _at_usual_age(draft, rows, parameters)
    u, kind = draft.uniforms(draws.FOUNDING_MARRIAGE, 1, rows), draft.uniforms(draws.FOUNDING_MARRIAGE, 2, rows)
    lately = draft.month - 1 - np.floor(-parameters["childless_marriage_months"] * np.log(u)).astype(np.int64)
    long_ago = kind < np.clip((draft["age"][rows] - 30.0) / 12.0, 0.0, 1.0)
    months = np.where(long_ago, usual, np.maximum(lately, _least_month(draft, rows, parameters)))
    return rows, np.minimum(months, draft.month - 1)


def _at_usual_age(
    draft: Draft, rows: NDArray[np.int64], parameters: Any
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A normal age at marriage, not before the least age nor after last month."""
    mean = np.where(
        draft["sex"][rows] == MALE, parameters["marriage_age_mean_men"], parameters["marriage_age_mean_women"]
    )
    age = mean + parameters["marriage_age_sd"] * draft.normals(draws.FOUNDING_MARRIAGE, 3, rows)
    months = draft["birth_month"][rows] + np.floor(12.0 * age).astype(np.int64)
    return rows, np.minimum(np.maximum(months, _least_month(draft, rows, parameters)), draft.month - 1)
