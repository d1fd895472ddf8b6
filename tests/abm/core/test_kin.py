"""Joining, leaving and founding households, removing persons, and who can mind a child; on a family built by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm.core.kin import (
    has_grandparent_carer,
    is_available_grandparent,
    join_household,
    leave_household,
    link_child,
    remove_person,
)
from abm.core.population import DEAD, LEFT, MARRIED, WIDOWED, Population, empty_households, empty_persons, link_errors

MONTH = 1450


@pytest.fixture
def village() -> Population:
    """Household 0: wife (0), husband (1), child (2). Household 1: her mother (3), aged 60. Household 2: empty."""
    persons, households = empty_persons(4), empty_households(3)
    persons["id"] = np.arange(1, 5)
    persons["sex"] = [1, 0, 1, 1]
    persons["birth_month"] = MONTH - 12 * np.array([30, 32, 1, 60])
    persons["household"] = [0, 0, 0, 1]
    persons["next_in_household"] = [1, 2, -1, -1]
    persons["partner"] = [1, 0, -1, -1]
    persons["marital"] = [MARRIED, MARRIED, 0, WIDOWED]
    persons["mother"] = [3, -1, 0, -1]
    persons["first_child"] = [2, -1, -1, 0]
    households["head"], households["size"] = [0, 3, -1], [3, 1, 0]
    households["county"], households["town"] = [0, 0, 1], [0, 1, 1]
    population = Population.from_arrays(persons, households)
    assert link_errors(population) == []
    return population


@pytest.mark.parametrize("row", [0, 1, 2])
def test_leaving_and_joining_keep_the_chain(village: Population, row: int) -> None:
    leave_household(village.persons, village.households, row)
    join_household(village.persons, village.households, row, 2)
    assert link_errors(village) == []
    assert village.members(2) == [row]
    assert (village.persons["county"][row], village.persons["town"][row]) == (1, 1)
    leave_household(village.persons, village.households, row)
    join_household(village.persons, village.households, row, 0)
    assert link_errors(village) == [] and sorted(village.members(0)) == [0, 1, 2]


def test_leaving_twice_does_nothing(village: Population) -> None:
    leave_household(village.persons, village.households, 2)
    leave_household(village.persons, village.households, 2)
    assert village.households["size"][0] == 2


def test_death_widows_and_departure_does_not(village: Population) -> None:
    other = village.copy()
    remove_person(village.persons, village.households, 1, DEAD)
    assert village.persons["marital"][0] == WIDOWED and village.persons["partner"][0] == -1
    remove_person(other.persons, other.households, 1, LEFT)
    assert other.persons["marital"][0] == MARRIED and other.persons["partner"][0] == -1
    assert link_errors(village) == [] and link_errors(other) == []


def test_a_newborn_heads_the_chain_of_children(village: Population) -> None:
    village.reserve(1, 0)
    row = village.n
    village.n = row + 1
    village.persons["id"][row] = 99
    village.persons["birth_month"][row] = MONTH
    link_child(village.persons, row, 0)
    join_household(village.persons, village.households, row, 0)
    assert village.children(0) == [row, 2]
    assert link_errors(village) == []


@pytest.mark.parametrize(
    ("change", "available"),
    [
        ({}, True),
        ({"status": DEAD}, False),
        ({"status": LEFT}, False),
        ({"county": 1}, False),
        ({"work": 1}, True),
        ({"work": 2}, False),
        ({"work": 3}, False),
        ({"birth_month": MONTH - 12 * 85}, False),
        ({"birth_month": MONTH - 12 * 40}, False),
    ],
)
def test_a_grandmother_minds_only_if_she_can(
    village: Population, parameters: Any, change: dict[str, int], available: bool
) -> None:
    for name, value in change.items():
        village.persons[name][3] = value
    pars = parameters.row()
    assert is_available_grandparent(village.persons, 3, 0, MONTH, pars) == available
    assert has_grandparent_carer(village.persons, 0, MONTH, pars) == available


def test_nobody_is_no_grandparent(village: Population, parameters: Any) -> None:
    assert not is_available_grandparent(village.persons, -1, 0, MONTH, parameters.row())


def test_his_parents_count_too(village: Population, parameters: Any) -> None:
    village.persons["mother"][0], village.persons["mother"][1] = -1, 3
    assert has_grandparent_carer(village.persons, 0, MONTH, parameters.row())
