"""How couples react to money: to its end, to a gift, to a nursery more of a kind they know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm.model import FamilyModel
from abm.money import foreseen as benefits
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


def test_half_a_years_notice_brings_no_rush(branches: list[FamilyModel], catalogue: Catalogue) -> None:
    """Nobody who begins to try now delivers in time: planned births of the first nine months are those under today's
    law, whether the grant ends or lasts. (A bride may bring a pregnancy with her; that birth was not planned.)"""
    end = {"value": GRANT, "from": "2026-01", "to": "2026-06"}
    unannounced = arms_under(branches, catalogue, {f"birth_grant.order{order}": end for order in (1, 2, 3)})
    law = timeline_for(catalogue, start=BRANCH)
    lasting = {f"birth_grant.order{order}": GRANT for order in (1, 2, 3)}
    kept = arms_under(branches, catalogue, lasting)
    base = [branch.fork(timeline=law) for branch in branches]
    for arm in base:
        arm.run_until_month(BRANCH + 24)

    def in_time(arms: list[FamilyModel]) -> np.ndarray:
        logs = [arm.births_log() for arm in arms]
        planned = [log[log["unplanned"] == 0]["month"] for log in logs]
        return np.array([((months >= BRANCH) & (months < BRANCH + 9)).sum() for months in planned])

    assert np.array_equal(in_time(unannounced), in_time(base))
    assert np.array_equal(in_time(kept), in_time(base))


def test_the_social_multiplier_is_small(branches: list[FamilyModel], catalogue: Catalogue) -> None:
    """Effect of a grant with norms that follow over its effect with norms held: at most 1.25, at least about one.

    Prospects of a family, which reach marriage, are no norm and follow in both. The floor allows for two standard
    errors with three seeds and common random numbers."""
    grant = timeline_for(catalogue, changes={f"birth_grant.order{o}": 100_000 for o in (1, 2, 3)}, start=BRANCH)
    law = timeline_for(catalogue, start=BRANCH)
    births = {}
    for held in ((), ("norms",)):
        for name, timeline in (("grant", grant), ("law", law)):
            arms = [branch.fork(timeline=timeline, hold=held) for branch in branches]
            for arm in arms:
                arm.run_until_month(BRANCH + 120)
            births[held, name] = sum(len(arm.births_log()) for arm in arms)
    free, fixed = (births[held, "grant"] - births[held, "law"] for held in ((), ("norms",)))
    assert 0.95 < free / fixed <= 1.25
