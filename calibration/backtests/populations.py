"""Whose births count: masks over the persons of a city as it stands at the branch, and what they earn.

People are told apart by what they are in the month in which the arms part, so that an arm cannot change who belongs
to a group. A mask has one entry a row of persons in use; births are matched by the mother's id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled
from abm.core.kin import is_available_grandparent
from abm.core.population import COLLECTIVE, FEMALE, OWNS_TOWN, PRIVATE, RESIDENT
from abm.model import FamilyModel
from abm.money.prospect import after_children, earnings_yuan_year, potential_earnings_yuan_year
from policies.errors import unknown_name

Mask = NDArray[np.bool_]
Rows = NDArray[np.void]
INCOME_AGES = (20, 40)
"""Wives of these ages (years, the second excluded) stand for the households whose income doses are measured in."""


def women(model: FamilyModel) -> Mask:
    """Resident women of every age."""
    persons = model.population.persons[: model.population.n]
    return np.asarray((persons["sex"] == FEMALE) & (persons["status"] == RESIDENT))


def _home(model: FamilyModel, field: str) -> NDArray[Any]:
    """A field of the household of every person; of those without one, of the last household (women have one)."""
    persons = model.population.persons[: model.population.n]
    return np.asarray(model.population.households[field][persons["household"]])


def wives(model: FamilyModel) -> Mask:
    """Resident women who live in a marriage."""
    return women(model) & (model.population.persons["partner"][: model.population.n] >= 0)


def owners(model: FamilyModel) -> Mask:
    """Wives whose household owns a town home."""
    return wives(model) & (_home(model, "tenure") == OWNS_TOWN)


def town_non_owners(model: FamilyModel) -> Mask:
    """Wives in town whose household rents, privately or from the city."""
    tenure = _home(model, "tenure")
    return wives(model) & (_home(model, "town") == 1) & (tenure != OWNS_TOWN) & (tenure != COLLECTIVE)


def village(model: FamilyModel) -> Mask:
    """Women in villages."""
    return women(model) & (model.population.persons["town"][: model.population.n] == 0)


def insured(model: FamilyModel) -> Mask:
    """Women with maternity insurance."""
    return women(model) & (model.population.persons["insured"][: model.population.n] == 1)


def attached(model: FamilyModel) -> Mask:
    """Women in formal work."""
    return women(model) & (model.population.persons["work"][: model.population.n] >= PRIVATE)


def weakly_attached(model: FamilyModel) -> Mask:
    """Women without formal work."""
    return women(model) & ~attached(model)


def in_private_work(model: FamilyModel) -> Mask:
    """Women in private formal work."""
    return women(model) & (model.population.persons["work"][: model.population.n] == PRIVATE)


def parents(model: FamilyModel) -> Mask:
    """Wives with a child."""
    return wives(model) & (model.population.persons["parity"][: model.population.n] >= 1)


def one_child(model: FamilyModel) -> Mask:
    """Wives under 45 with one child."""
    persons = model.population.persons[: model.population.n]
    young = model.month - persons["birth_month"].astype(int) < 12 * 45
    return wives(model) & (persons["parity"] == 1) & young


def wives_20_44(model: FamilyModel) -> Mask:
    """Wives of 20 to 44, those whose grandparents are counted."""
    age = (model.month - model.population.persons["birth_month"][: model.population.n].astype(int)) // 12
    return wives(model) & (age >= 20) & (age < 45)


def newly_allowed_2013(model: FamilyModel) -> Mask:
    """Wives under 45 with one child of whom, or of whose husband, exactly one is an only child."""
    persons = model.population.persons[: model.population.n]
    husband_only = persons["only_child"][persons["partner"]]
    return one_child(model) & (persons["only_child"] + husband_only == 1)


def rich(model: FamilyModel) -> Mask:
    """Wives in the two highest income fifths."""
    return wives(model) & (_home(model, "fifth") >= 3)


def poor(model: FamilyModel) -> Mask:
    """Wives in the two lowest income fifths."""
    return wives(model) & (_home(model, "fifth") <= 1)


POPULATIONS: dict[str, Callable[[FamilyModel], Mask]] = {
    function.__name__: function
    for function in (
        women, wives, owners, town_non_owners, village, insured, attached, weakly_attached, in_private_work, parents,
        wives_20_44, one_child, newly_allowed_2013, rich, poor,
    )
}  # fmt: skip
ALL = "all"
"""Everybody, people who come later included."""


def population_mask(model: FamilyModel, name: str) -> Mask:
    """The mask of a population by name; InputError with the nearest name for an unknown one."""
    if name not in POPULATIONS:
        raise unknown_name("population", name, [*POPULATIONS, ALL], "backtests.yaml")
    return POPULATIONS[name](model)


# --- what households earn, and who can help them ----------------------------------------------------------------------


@compiled
def _sum_of_couple_earnings(persons: Rows, rows: NDArray[np.int64], month: int, pars: Rows, tables: Any) -> float:
    total = 0.0
    for row in rows:
        hers = after_children(earnings_yuan_year(persons, row, month, pars, tables), persons[row].parity, pars)
        total += hers + earnings_yuan_year(persons, persons[row].partner, month, pars, tables)
    return total


@compiled
def _sum_of_wages(persons: Rows, rows: NDArray[np.int64], month: int, pars: Rows, tables: Any) -> float:
    total = 0.0
    for row in rows:
        work = max(persons[row].work, 1)
        wage = potential_earnings_yuan_year(persons, row, month, work, pars, tables)
        total += after_children(wage, persons[row].parity, pars)
    return total


@compiled
def _count_grandparents(
    persons: Rows, rows: NDArray[np.int64], month: int, pars: Rows, found: NDArray[np.int64]
) -> None:
    for i in range(rows.shape[0]):
        woman, man = rows[i], persons[rows[i]].partner
        county = persons[woman].county
        found[i] += is_available_grandparent(persons, persons[woman].mother, county, month, pars)
        found[i] += is_available_grandparent(persons, persons[woman].father, county, month, pars)
        if man >= 0:
            found[i] += is_available_grandparent(persons, persons[man].mother, county, month, pars)
            found[i] += is_available_grandparent(persons, persons[man].father, county, month, pars)


def couple_income(model: FamilyModel) -> tuple[float, int]:
    """Sum of the yearly earnings of both spouses (hers after children) over wives of 20 to 39, yuan, and their number:
    the household income that doses are put over."""
    persons = model.population.persons
    age = (model.month - persons["birth_month"][: model.population.n].astype(int)) // 12
    rows = np.flatnonzero(wives(model) & (age >= INCOME_AGES[0]) & (age < INCOME_AGES[1]))
    return float(_sum_of_couple_earnings(persons, rows, model.month, model.pars, model.tables[0])), len(rows)


def wages(model: FamilyModel, mask: Mask) -> tuple[float, int]:
    """Sum of the yearly wages of the women of a mask aged 20 to 39, yuan, and their number."""
    persons = model.population.persons
    age = (model.month - persons["birth_month"][: model.population.n].astype(int)) // 12
    rows = np.flatnonzero(mask & (age >= INCOME_AGES[0]) & (age < INCOME_AGES[1]))
    return float(_sum_of_wages(persons, rows, model.month, model.pars, model.tables[0])), len(rows)


def grandparents_available(model: FamilyModel, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many grandparents could mind a child of these wives now, under the model's parameters."""
    found = np.zeros(len(rows), np.int64)
    _count_grandparents(model.population.persons, rows, model.month, model.pars, found)
    return found
