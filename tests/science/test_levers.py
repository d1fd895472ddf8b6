"""The three families of levers move births the way the evidence says, and keyed chance makes that visible.

Arms branch from one state and share every draw, so an effect is the difference of two lives of the same people. Doses
are strong, since small effects are not what is tested here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from abm.core.population import FEMALE, RESIDENT
from abm.core.tables import NOW
from abm.model import FamilyModel
from abm.processes.plans_and_conceptions import monthly_plan_hazard
from policies.clock import month_index
from policies.timeline import timeline_for
from tests.science.conftest import BRANCH

FROM, UNTIL = month_index("2027-01"), month_index("2032-01")
SEEDS = range(1, 7)
SCALE = 0.01
DOSES: dict[str, dict[str, float]] = {
    "care": {"childcare_voucher.amount": 2_000, "nursery_places.added_per_1000": 3},
    "leave": {"maternity_leave.days": 365},
    "housing": {
        **{f"purchase_subsidy.order{order}": 100_000 * min(order, 2) for order in (1, 2, 3)},
        **{f"rent_subsidy.order{order}": 700 * min(order, 2) for order in (1, 2, 3)},
        **{f"loan_ceiling.deposit_order{children}": 0.05 for children in (0, 1, 2, 3)},
    },
    "cash": {f"child_allowance.order{order}": 12_000 for order in (1, 2, 3)},
}


def law_with(catalogue: Any, dose: str) -> Any:
    """Today's law, with a dose from January 2026."""
    return timeline_for(catalogue, changes=DOSES.get(dose, {}), start=BRANCH)


# --- what a couple decides, without chance ----------------------------------------------------------------------------


def mean_plan_hazard(model: FamilyModel) -> float:
    """Mean monthly chance of starting to try over wives of 20 to 39."""
    persons, households = model.population.persons, model.population.households
    used = persons[: model.population.n]
    age = (model.month - used["birth_month"].astype(int)) // 12
    fertile = (used["status"] == RESIDENT) & (used["sex"] == FEMALE) & (used["partner"] >= 0) & (age >= 20) & (age < 40)
    wives = np.flatnonzero(fertile)[::5]
    assert len(wives) > 500
    hazards = [
        monthly_plan_hazard(persons, households, int(w), model.month, model.pars, model.tables[0])[0] for w in wives
    ]
    return float(np.mean(hazards))


@pytest.mark.parametrize("dose", ["care", "leave", "housing", "cash"])
def test_a_strong_dose_raises_plans(suining_2026: FamilyModel, catalogue: Any, dose: str) -> None:
    """The same couples under two laws on the same day: no chance in it."""
    plain = suining_2026.fork(timeline=law_with(catalogue, ""))
    dosed = suining_2026.fork(timeline=law_with(catalogue, dose))
    assert mean_plan_hazard(dosed) > mean_plan_hazard(plain) * 1.0005


def test_plans_look_at_now(suining_2026: FamilyModel) -> None:
    assert NOW == 0 and suining_2026.tables[0]["announced"] == 0.0


# --- five years of births ---------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """Events of 2027 to 2031 in simulated people, [seed, county]."""

    births: np.ndarray
    marriages: np.ndarray


@pytest.fixture(scope="module")
def outcomes(suining: Any, catalogue: Any, toytown_founded: Any) -> dict[str, Outcome]:
    """Six seeds, each branched in January 2026 into the law and four doses."""
    laws = {dose: law_with(catalogue, dose) for dose in ("law", *DOSES)}
    events: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {dose: [] for dose in laws}
    for seed in SEEDS:
        base = FamilyModel(suining, scale=SCALE, seed=seed, start="2020-11")
        base.run_until_month(BRANCH)
        for dose, law in laws.items():
            arm = base.fork(timeline=law)
            arm.run_until_month(UNTIL)
            log = arm.births_log()
            persons = arm.population.persons[: arm.population.n]
            brides = persons[(persons["marriage_month"] >= FROM) & (persons["sex"] == FEMALE)]
            births = np.bincount(log["county"][log["month"] >= FROM], minlength=5)
            events[dose].append((births, np.bincount(brides["county"], minlength=5)))
    return {
        dose: Outcome(*(np.array(kind, float) for kind in zip(*found, strict=True))) for dose, found in events.items()
    }


@pytest.mark.parametrize("dose", ["care", "housing", "cash"])
def test_a_strong_dose_raises_births(outcomes: dict[str, Outcome], dose: str) -> None:
    difference = outcomes[dose].births.sum(axis=1) - outcomes["law"].births.sum(axis=1)
    assert difference.sum() > 0, difference


def test_leave_does_not_cost_births(outcomes: dict[str, Outcome]) -> None:
    """About nothing where a grandmother would mind the child anyway, which is most of Suining."""
    change = outcomes["leave"].births.sum() / outcomes["law"].births.sum() - 1.0
    assert -0.003 < change < 0.05


def variance_gain(plain: np.ndarray, dosed: np.ndarray) -> float:
    """Variance of a difference between independent seeds over that between paired ones, counties pooled."""
    independent = plain.var(axis=0, ddof=1).sum() + dosed.var(axis=0, ddof=1).sum()
    return float(independent / (dosed - plain).var(axis=0, ddof=1).sum())


@pytest.mark.parametrize("dose", ["cash", "care"])
def test_common_draws_need_ten_times_fewer_runs(outcomes: dict[str, Outcome], dose: str, record_property: Any) -> None:
    gain = variance_gain(outcomes["law"].births, outcomes[dose].births)
    record_property("variance_gain", gain)
    assert gain >= 10.0


@pytest.mark.parametrize("dose", ["cash", "housing"])
def test_marriages_gain_at_least_five_times(outcomes: dict[str, Outcome], dose: str, record_property: Any) -> None:
    gain = variance_gain(outcomes["law"].marriages, outcomes[dose].marriages)
    record_property("variance_gain", gain)
    assert gain >= 5.0


def test_independent_seeds_vary_like_poisson_counts(outcomes: dict[str, Outcome]) -> None:
    """So that the gain is not owed to a noisy baseline: variance over mean of births, five counties and six seeds."""
    births = outcomes["law"].births
    assert 0.3 < births.var(axis=0, ddof=1).sum() / births.mean(axis=0).sum() < 2.5
