"""Who lives in the city: nobody is lost or counted twice, links stay mutual, a woman's parity is what she bore."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from abm.core.population import (
    FEMALE,
    HOUSEHOLD_DTYPE,
    NEVER,
    PERSON_DTYPE,
    RESIDENT,
    Population,
    empty_households,
    empty_persons,
    field_meanings,
    link_errors,
)
from tests.abm.conftest import Watched


def test_population_balances_every_month(watched: Watched) -> None:
    for month, flow in enumerate(watched.flows):
        expected = watched.residents[month] + flow["births"] + flow["arrivals"] - flow["deaths"] - flow["departures"]
        assert watched.residents[month + 1] == expected, (month, flow)
    totals = {name: sum(flow[name] for flow in watched.flows) for name in watched.flows[0]}
    assert min(totals.values()) > 50, f"too little happened for the balance to mean anything: {totals}"


def test_links_stay_mutual(watched: Watched) -> None:
    assert watched.links == []


def test_the_two_sides_of_a_marriage_agree(watched: Watched) -> None:
    persons = watched.model.population.persons[: watched.model.population.n]
    rows = np.flatnonzero(persons["partner"] >= 0)
    partner = persons["partner"][rows]
    assert np.all(persons["sex"][rows] != persons["sex"][partner])
    assert np.all(persons["marital"][rows] == 1)
    for name in ("marriage_month", "household"):
        together = persons[name][rows] == persons[name][partner]
        assert np.all(together), f"{np.sum(~together)} spouses differ in {name}"


def test_parity_is_founding_parity_plus_births_logged(watched: Watched) -> None:
    founding, log = watched.founding, watched.model.births_log()
    now = watched.model.population.persons[: len(founding)]
    women = founding["sex"] == FEMALE
    borne = pd.Series(founding["id"][women]).map(log["mother_id"].value_counts()).fillna(0).to_numpy(int)
    assert borne.sum() > 200
    assert np.array_equal(now["parity"][women], founding["parity"][women] + borne)


def test_children_linked_in_the_run_are_the_births_logged(watched: Watched) -> None:
    model = watched.model
    persons, log = model.population.persons[: model.population.n], model.births_log()
    born = np.flatnonzero((np.arange(model.population.n) >= len(watched.founding)) & (persons["mother"] >= 0))
    born = born[persons["birth_month"][born] >= model.first_month]
    mothers = persons["id"][persons["mother"][born]]
    linked = pd.Series(list(zip(mothers, persons["birth_month"][born], strict=True))).value_counts()
    logged = pd.Series(list(zip(log["mother_id"], log["month"], strict=True))).value_counts()
    assert set(logged.index) <= set(linked.index)
    assert linked[logged.index].equals(logged)
    only_linked = linked.drop(logged.index)  # children who came with a mother from elsewhere
    newcomers = set(persons["id"][len(watched.founding) :])
    assert all(mother in newcomers for mother, _ in only_linked.index)


def test_orders_in_the_log_follow_each_other(watched: Watched) -> None:
    log = watched.model.births_log().sort_values(["mother_id", "order"])
    same = log["mother_id"].to_numpy()[1:] == log["mother_id"].to_numpy()[:-1]
    step = np.diff(log["order"].to_numpy(int))[same]
    assert len(step) > 0 and np.all(step == 1)
    assert np.all(np.diff(log["month"].to_numpy(int))[same] >= 0)


def test_ids_are_unique(watched: Watched) -> None:
    persons = watched.model.population.persons[: watched.model.population.n]
    assert len(np.unique(persons["id"])) == len(persons)


def test_people_have_the_county_and_place_of_their_household(watched: Watched) -> None:
    population = watched.model.population
    persons = population.persons[: population.n]
    resident = persons[persons["status"] == RESIDENT]
    homes = population.households[resident["household"]]
    assert np.array_equal(resident["county"], homes["county"])
    assert np.array_equal(resident["town"], homes["town"])


# --- rows ------------------------------------------------------------------------------------------------------------


def test_blank_rows() -> None:
    persons, households = empty_persons(3), empty_households(2)
    for link in ("mother", "father", "partner", "household", "next_in_household", "first_child", "next_sibling"):
        assert np.all(persons[link] == -1)
    assert np.all(persons["marriage_month"] == NEVER) and np.all(persons["care"] == -1)
    assert np.all(households["head"] == -1) and np.all(households["bought_month"] == NEVER)


def test_every_column_has_a_meaning() -> None:
    meanings = field_meanings()
    assert set(meanings["persons"]) == set(PERSON_DTYPE.names or ())
    assert set(meanings["households"]) == set(HOUSEHOLD_DTYPE.names or ())
    assert all(meanings["persons"].values()) and all(meanings["households"].values())


def family() -> Population:
    """A mother (row 0), father (1) and two children (3 the younger, 2 the elder) in household 0."""
    persons, households = empty_persons(4), empty_households(2)
    persons["id"] = [10, 11, 12, 13]
    persons["household"] = 0
    persons["next_in_household"] = [1, 2, 3, -1]
    persons["partner"] = [1, 0, -1, -1]
    persons["mother"] = [-1, -1, 0, 0]
    persons["first_child"][0], persons["next_sibling"][3] = 3, 2
    households["head"], households["size"] = [0, -1], [4, 0]
    return Population.from_arrays(persons, households)


def test_a_family_without_broken_links() -> None:
    population = family()
    assert link_errors(population) == []
    assert population.members(0) == [0, 1, 2, 3]
    assert population.children(0) == [3, 2]


@pytest.mark.parametrize(
    ("field", "row", "value", "message"),
    [
        ("partner", 1, 2, "partner link"),
        ("household", 2, 1, "size"),
        ("status", 3, 1, "dead or gone"),
        ("next_in_household", 1, 3, "chain is not the set of its members"),
        ("next_sibling", 3, -1, "chain of children"),
        ("next_sibling", 2, 3, "chain of children"),
    ],
)
def test_each_broken_link_is_told(field: str, row: int, value: int, message: str) -> None:
    population = family()
    population.persons[field][row] = value
    assert any(message in error for error in link_errors(population)), link_errors(population)


def test_room_grows_and_rows_stay() -> None:
    population = family()
    before = population.persons.copy()
    population.reserve(100, 50)
    assert len(population.persons) >= 104 and len(population.households) >= 51
    assert population.calendar.shape[1] == len(population.persons)
    assert np.array_equal(population.persons[:4], before)
    assert link_errors(population) == []


def test_a_copy_is_its_own(toytown_founded: Any) -> None:
    population = toytown_founded.population
    copy = population.copy()
    copy.persons["parity"][0] = 77
    copy.calendar[0, 0] = 5
    assert population.persons["parity"][0] != 77
    assert population.bytes_per_resident < 200
