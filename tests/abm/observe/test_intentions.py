"""What women are asked in a census: it changes nobody, and the answers are what the rule says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm.core.population import MARRIED, NEVER, PREGNANT, RESIDENT
from abm.observe.census import take_census
from abm.observe.intentions import FIRST_AGE, LARGEST_FAMILY, LAST_AGE, intended_children, is_asked
from abm.observe.rows import intention_rows

SURE, NEVER_EVER = 50.0, -50.0
"""Wishes that leave no doubt."""


def women(model: Any, of_age: tuple[int, int] = (20, 35)) -> list[int]:
    """Rows of resident women of these ages who can still bear."""
    persons = model.population.persons[: model.population.n]
    age = (model.month - persons["birth_month"]) // 12
    fits = (persons["status"] == RESIDENT) & (persons["sex"] == 1) & (persons["sterile_month"] > model.month)
    return list(np.flatnonzero(fits & (age >= of_age[0]) & (age < of_age[1]))[:300])


def answers(model: Any, wish: list[float]) -> dict[int, int]:
    """What each of some women would say if couples wished for children of order 1 to 4 so much."""
    pars = model.pars.copy()
    pars["wish_by_order"] = wish
    state = model._state()._replace(pars=pars)
    return {row: intended_children(state, row) for row in women(model)}


def test_a_census_leaves_everybody_as_they_were(toytown_founded: Any) -> None:
    model = toytown_founded.fork()
    before = model.population.persons[: model.population.n].copy()
    first, second = take_census(model._state()), take_census(model._state())
    assert first["intended"].sum() > 10
    assert np.array_equal(before, model.population.persons[: model.population.n])
    assert np.array_equal(first["intended"], second["intended"])


def test_who_wants_none_has_what_she_has(toytown_founded: Any) -> None:
    model = toytown_founded.fork()
    persons = model.population.persons
    for row, number in answers(model, [NEVER_EVER] * 4).items():
        on_the_way = persons["state"][row] == PREGNANT or persons["state"][row] == 1
        assert number == min(int(persons["parity"][row]) + int(on_the_way), LARGEST_FAMILY)


@pytest.mark.parametrize("wanted", [1, 2])
def test_wishes_by_order_end_the_family(toytown_founded: Any, wanted: int) -> None:
    """With a wish that is sure up to an order and none beyond, nobody with fewer children and time left names more."""
    model = toytown_founded.fork()
    persons = model.population.persons
    found = answers(model, [SURE] * wanted + [NEVER_EVER] * (4 - wanted))
    few = {row: n for row, n in found.items() if persons["parity"][row] <= wanted and persons["state"][row] == 0}
    assert len(few) > 50 and set(few.values()) == {wanted}


def test_a_single_woman_answers_as_if_just_married(toytown_founded: Any) -> None:
    model = toytown_founded.fork()
    persons = model.population.persons
    found = answers(model, [SURE, NEVER_EVER, NEVER_EVER, NEVER_EVER])
    single = [row for row in found if persons["marital"][row] != MARRIED and persons["parity"][row] == 0]
    assert len(single) > 20 and {found[row] for row in single} == {1}
    assert all(persons["marriage_month"][row] == NEVER for row in single)


def test_one_woman_in_thirty_two_is_asked() -> None:
    asked = [is_asked(np.uint64(identity), 30) for identity in range(320)]
    assert sum(asked) == 10
    assert not is_asked(np.uint64(0), FIRST_AGE - 1) and not is_asked(np.uint64(0), LAST_AGE + 1)


def test_rows_of_answers_counted_by_hand() -> None:
    rows = {(name, group): value for name, group, value in intention_rows(np.array([1.0, 4.0, 3.0, 1.0, 1.0]))}
    assert rows["intended_children", "all"] == pytest.approx((4 + 6 + 3 + 4) / 10)
    assert [rows["intended_children_share", f"number:{n}"] for n in ("0", "1", "2", "3+")] == [0.1, 0.4, 0.3, 0.2]
    assert list(intention_rows(np.zeros(5))) == []
