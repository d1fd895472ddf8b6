"""Every lever acts: it moves an outcome of its own, and births the way its evidence or its stated assumption says.

From one state each lever is laid from its low to its high bound over today's law, with common random numbers, so that
an arm differs from the other only through what the lever did. Levers whose evidence is a null stay within a band.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from abm.core.counters import COUNTS
from abm.core.population import RESIDENT
from abm.model import FamilyModel
from policies.catalogue import load_catalogue
from policies.clock import month_index
from policies.timeline import timeline_for
from tests.science.conftest import BRANCH

UNTIL = month_index("2033-01")
SEEDS = (1, 2)
SCALE = 0.03
NULL_BAND = 0.006
"""Largest relative change of births that counts as none; the smallest effect on record is of this size."""
UP, DOWN, NONE, EITHER = 1, -1, 0, None
VOUCHER = {"childcare_voucher.amount": 2_000}
"""Demand for nurseries, so that places can be used."""


@dataclass(frozen=True)
class Contrast:
    """A lever at its low and its high bound: what it moves first and which way, and the sign on births."""

    outcome: str
    outcome_sign: int
    births: int | None
    high: Mapping[str, float]
    low: Mapping[str, float] = field(default_factory=dict)


def orders(name: str, value: float) -> dict[str, float]:
    """The same value for every birth order."""
    return {f"{name}.order{order}": value for order in (1, 2, 3)}


def span(name: str, low: float, high: float) -> tuple[dict[str, float], dict[str, float]]:
    """High and low bound of one parameter."""
    return {name: high}, {name: low}


LEVERS: dict[str, Contrast] = {
    "assisted_reproduction": Contrast(
        "assisted_cycles", UP, UP, {"assisted_reproduction.cover": 1, "assisted_reproduction.local_centre": 1},
        {"assisted_reproduction.cover": 0}),
    "birth_grant": Contrast("cost:birth_grant", UP, UP, orders("birth_grant", 100_000)),
    "birth_limit": Contrast(
        "births", DOWN, DOWN, {"birth_limit.allowed": 1, "birth_limit.one_only_allowed": 1,
                               "birth_limit.both_only_allowed": 1, "birth_limit.fee_multiple": 3,
                               "birth_limit.enforcement": 1, "birth_limit.rural_exception_share": 0}),
    "birth_registration": Contrast(
        "births_outside_marriage", UP, NONE, *span("birth_registration.outside_marriage", 0, 1)),
    "bride_price_limit": Contrast(
        "marriages", UP, UP, {"bride_price_limit.limit": 0.5, "bride_price_limit.compliance": 1}),
    "campaign": Contrast("births", UP, UP, {"campaign.ideal_added": 0.3, "campaign.decay_years": 20}),
    "child_allowance": Contrast("cost:child_allowance", UP, UP, orders("child_allowance", 30_000)),
    "childcare_voucher": Contrast("nursery_enrolment", UP, UP, VOUCHER),
    "delivery_cover": Contrast("cost:delivery_cover", UP, EITHER, *span("delivery_cover.share", 0, 1)),
    "dismissal_protection": Contrast("leave_return_share", UP, UP, {"dismissal_protection.strength": 1}),
    "elder_care": Contrast("cost:elder_care", UP, UP, {"elder_care.share_served": 1}),
    "fee_cap": Contrast("nursery_enrolment", UP, UP, {"fee_cap.fee": 200}),
    "flexible_hours": Contrast("leave_return_share", UP, UP, {"flexible_hours.share_of_jobs": 1}),
    "health_checks": Contrast("cost:health_checks", UP, NONE, *span("health_checks.covered", 0, 1)),
    "home_care_allowance": Contrast("nursery_enrolment", DOWN, UP, {"home_care_allowance.amount": 2_000}),
    "kindergarten_waiver": Contrast(
        "cost:kindergarten_waiver", UP, UP, {"kindergarten_waiver.years": 3, "kindergarten_waiver.share": 1},
        {"kindergarten_waiver.years": 0}),
    "leave_cost_sharing": Contrast("cost:employer", DOWN, NONE, {"leave_cost_sharing.rate": 1}),
    "loan_ceiling": Contrast(
        "homes_bought", UP, EITHER, {f"loan_ceiling.deposit_order{order}": 0.05 for order in (0, 1, 2, 3)}
        | {"loan_ceiling.raise_order2": 1, "loan_ceiling.raise_order3": 1}),
    "marriage_grant": Contrast("marriages", UP, UP, {"marriage_grant.amount": 100_000}),
    "marriage_leave": Contrast("cost:marriage_leave", UP, NONE, *span("marriage_leave.days", 0, 60)),
    "matchmaking": Contrast("marriages", UP, UP, {"matchmaking.strength": 0.5}),
    "maternity_leave": Contrast("cost:maternity_leave", UP, UP, *span("maternity_leave.days", 98, 365)),
    "nursery_classes": Contrast(
        "nursery_enrolment", UP, UP, {**VOUCHER, "nursery_classes.places_per_1000": 6}, VOUCHER),
    "nursery_places": Contrast(
        "nursery_enrolment", UP, UP, {**VOUCHER, "nursery_places.added_per_1000": 6}, VOUCHER),
    "nursing_leave": Contrast("cost:nursing_leave", UP, EITHER, *span("nursing_leave.hours_per_day", 0, 4)),
    "out_of_school_cost": Contrast("births", UP, UP, {"out_of_school_cost.reduction": 1}),
    "parental_leave": Contrast("cost:parental_leave", UP, NONE, *span("parental_leave.days", 0, 60)),
    "paternity_leave": Contrast("cost:paternity_leave", UP, NONE, *span("paternity_leave.days", 0, 90)),
    "pension_age": Contrast("at_work_50_64", UP, DOWN, *span("pension_age.delay_years", 0, 8)),
    "public_rental": Contrast(
        "cost:public_rental", UP, EITHER, {"public_rental.places_per_1000": 100, "public_rental.discount": 0.9,
                                           "public_rental.priority_order2": 10, "public_rental.priority_order3": 10}),
    "purchase_subsidy": Contrast("homes_bought", UP, UP, orders("purchase_subsidy", 200_000)),
    "rent_subsidy": Contrast("cost:rent_subsidy", UP, UP, orders("rent_subsidy", 2_000)),
    "talent_settlement": Contrast("newcomers_settled", UP, UP, {"talent_settlement.arrivals_added": 0.5}),
    "tax_deduction": Contrast(
        "cost:tax_deduction", UP, UP, {"tax_deduction.under3": 10_000, "tax_deduction.from3": 10_000},
        {"tax_deduction.under3": 0, "tax_deduction.from3": 0}),
    "workplace_nurseries": Contrast(
        "nursery_enrolment", UP, UP, {**VOUCHER, "workplace_nurseries.places_per_1000_employees": 50}, VOUCHER),
}  # fmt: skip


@pytest.fixture(scope="module")
def branches(suining: Any, toytown_founded: Any) -> list[FamilyModel]:
    """The city in January 2026, two seeds."""
    models = [FamilyModel(suining, scale=SCALE, seed=seed, start="2020-11") for seed in SEEDS]
    for model in models:
        model.run_until_month(BRANCH)
    return models


def outcomes(model: FamilyModel, changes: Mapping[str, float]) -> dict[str, float]:
    """What came of seven years under these changes of the law: sums over the years, or the last year's level."""
    arm = model.fork(timeline=timeline_for(load_catalogue(), changes=changes, start=BRANCH))
    arm.run_until_month(UNTIL)
    rows = arm.rows()
    rows = rows[rows["year"] >= 2026]
    totals = rows[rows["group"] == "all"].groupby("indicator")["value"].sum()
    found = {name: float(value) for name, value in totals.items()}
    costs = rows[(rows["indicator"] == "cost") & ~rows["group"].str.contains(";")]
    for group, yuan in costs.groupby("group")["value"].sum().items():
        kind, name = str(group).partition(":")[::2]
        if kind in ("lever", "payer"):
            found[f"cost:{name}"] = float(yuan)
    log = arm.births_log()
    found["births"] = float((log["month"] >= BRANCH).sum())
    counts = dict(zip(COUNTS, arm.counters[0]["count"], strict=True))  # of the last year
    found["births_outside_marriage"] = float(counts["births_outside_marriage"])
    found["newcomers_settled"] = float(counts["newcomers_settled"])
    persons = arm.population.persons[: arm.population.n]
    age = (arm.month - persons["birth_month"].astype(int)) // 12
    older = (persons["status"] == RESIDENT) & (age >= 50) & (age < 65)
    found["at_work_50_64"] = float((persons["work"][older] > 0).mean())
    return found


def test_the_table_names_every_lever() -> None:
    assert set(LEVERS) == set(load_catalogue().levers)


@pytest.mark.parametrize("lever", list(LEVERS))
def test_a_lever_moves_its_outcome_and_births(branches: list[FamilyModel], lever: str, record_property: Any) -> None:
    contrast = LEVERS[lever]
    pairs = [(outcomes(model, contrast.low), outcomes(model, contrast.high)) for model in branches]
    before, after = (np.array([pair[side].get(contrast.outcome, 0.0) for pair in pairs]) for side in (0, 1))
    assert np.sign(after.sum() - before.sum()) == contrast.outcome_sign, (before, after)
    births = [np.array([pair[side]["births"] for pair in pairs]) for side in (0, 1)]
    change = float(births[1].sum() / births[0].sum() - 1.0)
    record_property("births", change)
    if contrast.births == NONE:
        assert abs(change) <= NULL_BAND, change
    elif contrast.births is EITHER:
        assert abs(change) < 0.05, change
    else:
        assert np.sign(change) == contrast.births, change
