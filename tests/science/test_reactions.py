"""How couples react to money: to its end, to a gift, to a nursery more of a kind they know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm import benefits
from abm.model import FamilyModel
from policies.catalogue import Catalogue
from policies.clock import month_index
from policies.timeline import timeline_for
from tests.science.conftest import BRANCH

GRANT = 30_000
SEEDS = (1, 2, 3)
END = month_index("2028-01")


@pytest.fixture(scope="module")
def branches(suining: Any, toytown_founded: Any) -> list[FamilyModel]:
    """The city in January 2026, three seeds."""
    models = [FamilyModel(suining, scale=0.03, seed=seed, start="2020-11") for seed in SEEDS]
    for model in models:
        model.run_until_month(BRANCH)
    return models


def births_by_year(arms: list[FamilyModel]) -> np.ndarray:
    """Births of 2026 to 2031, all seeds together."""
    months = np.concatenate([arm.births_log()["month"].to_numpy() for arm in arms])
    return np.bincount((months[months >= BRANCH] - BRANCH) // 12, minlength=6)[:6].astype(float)


def arms_under(branches: list[FamilyModel], catalogue: Catalogue, changes: dict[str, Any]) -> list[FamilyModel]:
    """Every branch, six years under changes known from January 2026."""
    law = timeline_for(catalogue, changes=changes, start=BRANCH, announced=BRANCH)
    arms = [branch.fork(timeline=law) for branch in branches]
    for arm in arms:
        arm.run_until_month(BRANCH + 72)
    return arms


@pytest.fixture(scope="module")
def under_law(branches: list[FamilyModel], catalogue: Catalogue) -> np.ndarray:
    """Births by year under today's law."""
    return births_by_year(arms_under(branches, catalogue, {}))


@pytest.fixture(scope="module")
def under_lasting_grant(branches: list[FamilyModel], catalogue: Catalogue) -> np.ndarray:
    """Births by year with a grant for every birth that lasts."""
    changes = {f"birth_grant.order{order}": GRANT for order in (1, 2, 3)}
    return births_by_year(arms_under(branches, catalogue, changes))


def test_a_grant_known_to_end_brings_a_rush_and_a_trough(
    branches: list[FamilyModel], catalogue: Catalogue, under_law: np.ndarray, under_lasting_grant: np.ndarray
) -> None:
    """It ends after 24 months. Births of its second year exceed those under a grant that lasts; from the second year
    after its end they are below the law, for those who hurried have their child already. (The first year still has
    births of couples who tried in time and conceived late.)"""
    ends = {f"birth_grant.order{order}": {"value": GRANT, "from": "2026-01", "to": "2027-12"} for order in (1, 2, 3)}
    ending = births_by_year(arms_under(branches, catalogue, ends))
    assert ending[1] > 1.02 * under_lasting_grant[1]
    assert ending[3:].sum() < under_law[3:].sum(), (ending, under_law)
    lasting = under_lasting_grant / under_law
    assert lasting[1:].min() > 1.0 and lasting[1] < 1.0 + 2.0 * (lasting[2:].mean() - 1.0)


def test_a_windfall_moves_births_less_than_a_grant_of_its_size(
    branches: list[FamilyModel], catalogue: Catalogue, under_law: np.ndarray, under_lasting_grant: np.ndarray
) -> None:
    """As much money in every household's hands, born or not, is an annuity; tied to a birth it is a price."""
    rich = [branch.fork(timeline=timeline_for(catalogue, start=BRANCH)) for branch in branches]
    for arm in rich:
        arm.population.households["net_worth"] += GRANT
        arm.run_until_month(BRANCH + 72)
    windfall = births_by_year(rich)[1:].sum() / under_law[1:].sum() - 1.0
    grant = under_lasting_grant[1:].sum() / under_law[1:].sum() - 1.0
    assert -0.005 < windfall < 0.6 * grant
    assert 0.03 < grant < 0.15


def test_a_cloned_nursery_changes_nothing(branches: list[FamilyModel], catalogue: Catalogue) -> None:
    """Twice the places where there are places for all already, in the same streets: no menu and no decision changes."""
    model = branches[0].fork()
    model.tables[0]["reach"] = 0.4
    law = timeline_for(catalogue, start=BRANCH)
    benefits.fill_benefits(model.tables, law, catalogue, model.month, model.pars)
    before = model.tables[0]["care"].copy()
    model.tables[0]["places"] *= 2.0
    benefits.fill_benefits(model.tables, law, catalogue, model.month, model.pars)
    assert np.array_equal(model.tables[0]["care"], before)
