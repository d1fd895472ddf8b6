"""A lever that pays third births only: with feedbacks held, nothing else in the city moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from abm.core.population import FEMALE
from abm.model import FamilyModel
from policies.clock import month_index
from policies.timeline import timeline_for

START = month_index("2022-01")
END = month_index("2026-01")
KEY = ["mother_id", "month", "order"]


@pytest.fixture(scope="module")
def arms(suining: Any, catalogue: Any, parameters: Any, toytown_founded: Any) -> tuple[FamilyModel, FamilyModel]:
    """(law, law with a large grant and allowance for third births): four years from one state.

    Family prospects do not reach marriage here, and who has separated does not marry again, since a third child that
    keeps a couple together would reach others through the marriage market.
    """
    silent = parameters.replace(marriage_prospect=0.0, remarriage_men=0.0, remarriage_women=0.0)
    hold = ("norms", "places", "prices", "prospects")
    base = FamilyModel(suining, scale=0.02, seed=3, start="2020-11", parameters=silent, hold=hold)
    base.run_until_month(START)
    changes = {"child_allowance.order3": 30_000, "birth_grant.order3": 100_000}
    models = (
        base.fork(timeline=timeline_for(catalogue, start=START)),
        base.fork(timeline=timeline_for(catalogue, changes=changes, start=START)),
    )
    for model in models:
        model.run_until_month(END)
    return models


def births_since(model: FamilyModel) -> pd.DataFrame:
    log = model.births_log()
    return log[log["month"] >= START]


def test_third_births_rise(arms: tuple[FamilyModel, FamilyModel]) -> None:
    thirds = [int((births_since(model)["order"] >= 3).sum()) for model in arms]
    assert thirds[1] > thirds[0]


def test_first_and_second_births_are_the_same_births(arms: tuple[FamilyModel, FamilyModel]) -> None:
    logs = [births_since(model).query("order < 3")[KEY].sort_values(KEY).reset_index(drop=True) for model in arms]
    assert len(logs[0]) > 500
    pd.testing.assert_frame_equal(*logs)


def test_marriages_are_the_same_marriages(arms: tuple[FamilyModel, FamilyModel]) -> None:
    weddings = []
    for model in arms:
        persons = model.population.persons[: model.population.n]
        brides = persons[(persons["marriage_month"] >= START) & (persons["sex"] == FEMALE)]
        weddings.append(np.sort(brides[["id", "marriage_month"]], order="id"))
    assert len(weddings[0]) > 300
    assert np.array_equal(*weddings)


def test_only_women_of_two_children_or_more_are_touched(arms: tuple[FamilyModel, FamilyModel]) -> None:
    """Every woman whose parity differs between the arms had two children before the difference."""
    first, second = (model.population.persons[: model.population.n] for model in arms)
    parity = [pd.Series(p["parity"].astype(int), index=p["id"]) for p in (first, second)]
    both = parity[0].index.intersection(parity[1].index)
    differ = parity[0][both] != parity[1][both]
    assert differ.sum() > 0
    assert min(parity[0][both][differ].min(), parity[1][both][differ].min()) >= 2


def test_what_neighbours_look_up_is_the_same(arms: tuple[FamilyModel, FamilyModel]) -> None:
    names = (
        "norm_married", "norm_parity", "prospect", "access", "place_chance", "price", "marriage_hazard", "death_hazard",
        "town_hazard",
    )  # fmt: skip
    for name in names:
        assert np.array_equal(arms[0].tables[0][name], arms[1].tables[0][name]), name
