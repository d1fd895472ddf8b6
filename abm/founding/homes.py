"""What households live in and own: two kinds of ownership, rents, public rental; area, net worth, housing payment."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.population import COLLECTIVE, NEVER, OWNS_TOWN, OWNS_VILLAGE, PUBLIC_RENTAL, RENTS, empty_households
from abm.founding.draft import Draft
from abm.founding.integerise import ranks_in_cells, squash

_MONTHS_PER_YEAR = 12


def build_households(draft: Draft, head: NDArray[np.int64], city: Any, parameters: Any) -> NDArray[np.void]:
    """Household rows from members (``draft["household"]``) and the row of the head by household, in its numbering.

    ``head`` indexes the draft; the caller turns it into final rows.
    """
    size = np.bincount(draft["household"], minlength=len(head))
    households = empty_households(len(head))
    households["size"] = size
    households["county"], households["town"] = draft["county"][head], draft["town"][head]
    households["collective"] = draft["collective"][head]
    ids = draft["id"][head]
    households["tenure"] = _tenure(draft, households, head, ids, city, parameters)
    households["area"] = _areas(draft, households, ids, city, parameters)
    _add_money(draft, households, head, ids, city, parameters)
    return households


def tenure_shares(city: Any, year: int, parameters: Any) -> NDArray[np.float64]:
    """Shares of family households by county: owns in village (self-built), owns in town (bought), rents, public rental.

    Inherited homes follow self-built and bought; of other tenures (lent, employers') a share counts as public rental.
    """
    indicators = city.households(year)
    rows = []
    for county in city.counties:
        found = indicators[county]
        built, bought = found["tenure_self_built"], found["tenure_bought"]
        inherited = found["tenure_inherited"] / (built + bought)
        other, rent = found["tenure_other"], found["tenure_rent"]
        public = parameters["public_rental_share_of_other"] * other + parameters["public_rental_share_of_rent"] * rent
        rows.append([built * (1.0 + inherited), bought * (1.0 + inherited), rent + other - public, public])
    shares = np.array(rows)
    return shares / shares.sum(axis=1, keepdims=True)


def _tenure(
    draft: Draft,
    households: NDArray[np.void],
    head: NDArray[np.int64],
    ids: NDArray[np.uint64],
    city: Any,
    parameters: Any,
) -> NDArray[np.int8]:
    """Tenure by county in the census shares: one score, from self-built (villages, the old) over bought to rented."""
    shares = tenure_shares(city, draft.year, parameters)
    tenure = np.full(len(households), COLLECTIVE, np.int8)
    family = np.flatnonzero(households["collective"] == 0)
    latent = np.asarray(draws.normals(draft.seed, ids[family], 0, draws.FOUNDING_TENURE))
    age = draft["age"][head[family]]
    latent = latent + parameters["tenure_score_town"] * households["town"][family]
    latent = latent - parameters["tenure_score_per_decade"] * (age - 45.0) / 10.0
    latent = latent + parameters["tenure_score_schooling"] * draft["schooling"][head[family]]
    county = households["county"][family].astype(np.int64)
    rank, size = ranks_in_cells(county, squash(0.5 * latent))
    position = (rank + 0.5) / size
    upper = np.cumsum(shares, axis=1)[county]
    kinds = np.array([OWNS_VILLAGE, OWNS_TOWN, RENTS, PUBLIC_RENTAL], np.int8)
    level = (position[:, None] >= upper[:, :3]).sum(axis=1)
    tenure[family] = kinds[level]
    return tenure


def _areas(
    draft: Draft, households: NDArray[np.void], ids: NDArray[np.uint64], city: Any, parameters: Any
) -> NDArray[np.float32]:
    """Floor area in square metres: rises less than in proportion to members; the county's area a head is met."""
    indicators = city.households(draft.year)
    z = np.asarray(draws.normals(draft.seed, ids, 0, draws.FOUNDING_AREA))
    spread = parameters["area_log_sd"]
    area = households["size"] ** parameters["area_size_power"] * np.exp(spread * z - 0.5 * spread**2)
    factor = np.ones(len(households))
    factor[households["tenure"] == OWNS_VILLAGE] = parameters["area_ratio_village_home"]
    factor[households["tenure"] == RENTS] = parameters["area_ratio_rented"]
    factor[households["tenure"] == PUBLIC_RENTAL] = parameters["area_ratio_public_rental"]
    area = area * factor
    family = households["collective"] == 0
    for c, county in enumerate(city.counties):
        here = family & (households["county"] == c)
        if here.any():
            wanted = indicators[county]["floor_area_per_person"] * households["size"][here].sum()
            area[here] *= wanted / area[here].sum()
    area[~family] = parameters["collective_area_per_head"] * households["size"][~family]
    return area.astype(np.float32)


def _add_money(
    draft: Draft,
    households: NDArray[np.void],
    head: NDArray[np.int64],
    ids: NDArray[np.uint64],
    city: Any,
    parameters: Any,
) -> None:
    """Fields net_worth, payment, bought_month: value of the home less debt, savings by income and age of the head."""
    price, rent = city.house_price(draft.year), city.rent(draft.year)
    income = city.income_per_head(draft.year)[households["town"].astype(np.int64)] * households["size"]
    county, tenure = households["county"].astype(np.int64), households["tenure"]
    u = np.asarray(draws.uniforms(draft.seed, ids, 0, draws.FOUNDING_MONEY))
    z = np.asarray(draws.normals(draft.seed, ids, 1, draws.FOUNDING_MONEY))
    spread = parameters["savings_log_sd"]
    age = np.clip(draft["age"][head], 20, 60)
    years = parameters["savings_years_of_income"] * (age - 15.0) / 30.0
    savings = years * income * np.exp(spread * z - 0.5 * spread**2)
    town_home = tenure == OWNS_TOWN
    value = np.where(town_home, price[county], 0.0) * households["area"]
    value = np.where(tenure == OWNS_VILLAGE, parameters["village_home_value_per_m2"] * households["area"], value)
    owned_years = np.minimum(u * parameters["bought_years_longest"], np.maximum(draft["age"][head] - 20.0, 0.5))
    term = parameters["mortgage_years"]
    borrowed = np.asarray(draws.uniforms(draft.seed, ids, 2, draws.FOUNDING_MONEY)) < parameters["mortgage_share"]
    owes = town_home & borrowed & (owned_years < term)
    loan = parameters["mortgage_loan_to_value"] * value
    rate = parameters["mortgage_rate"] / _MONTHS_PER_YEAR
    monthly = loan * rate / (1.0 - (1.0 + rate) ** (-term * _MONTHS_PER_YEAR))
    debt = loan * np.maximum(1.0 - owned_years / term, 0.0)
    rented = (
        rent[county] * households["area"] * np.where(households["town"] == 1, 1.0, parameters["rent_ratio_village"])
    )
    payment = np.where(owes, monthly, 0.0)
    payment = np.where(tenure == RENTS, rented, payment)
    payment = np.where(tenure == PUBLIC_RENTAL, rented * parameters["public_rent_ratio"], payment)
    # A loan is granted, and a flat taken, only up to a share of income.
    payment = np.minimum(payment, parameters["payment_income_ceiling"] * income / _MONTHS_PER_YEAR)
    households["payment"] = payment
    savings = np.where(tenure == COLLECTIVE, 0.0, savings)
    households["net_worth"] = savings + value - np.where(owes, debt, 0.0)
    households["bought_month"] = np.where(
        town_home, draft.month - 1 - np.floor(_MONTHS_PER_YEAR * owned_years).astype(np.int64), NEVER
    )
