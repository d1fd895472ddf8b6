"""Every lever acts: it moves an outcome of its own, and births the way its evidence or its stated assumption says.

From one state each lever is laid from its low to its high bound over today's law, with common random numbers, so that
an arm differs from the other only through what the lever did (what it should move: ``acts`` in
``tests/policies/cases``). Levers whose evidence is a null stay within a band.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from abm.core.counters import COUNTS
from abm.core.population import RESIDENT
from abm.model import FamilyModel
from policies.catalogue import load_catalogue
from policies.clock import month_index
from policies.timeline import timeline_for
from tests.policies.case_files import all_acts
from tests.science.conftest import BRANCH

UNTIL = month_index("2033-01")
SEEDS = (1, 2)
SCALE = 0.03
NULL_BAND = 0.006
"""Largest relative change of births that counts as none; the smallest effect on record is of this size."""
SIGNS = {"up": 1, "down": -1}
LEVERS = all_acts()


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
    assert np.sign(after.sum() - before.sum()) == SIGNS[contrast.moves], (before, after)
    births = [np.array([pair[side]["births"] for pair in pairs]) for side in (0, 1)]
    change = float(births[1].sum() / births[0].sum() - 1.0)
    record_property("births", change)
    if contrast.births == "none":
        assert abs(change) <= NULL_BAND, change
    elif contrast.births == "either":
        assert abs(change) < 0.05, change
    else:
        assert np.sign(change) == SIGNS[contrast.births], change
