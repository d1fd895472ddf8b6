"""Marriage: the legal ages, and matching on a ring, where a small change of the pool changes few other couples."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from abm.core.population import FEMALE, LEGAL_AGE, MALE, empty_persons
from abm.model import FamilyModel
from abm.processes.matching import acceptance_probability, first_man_after, keyed_order, matches_in_market
from tests.abm.conftest import Watched

MONTH = 1450


def test_nobody_marries_below_the_legal_age(watched: Watched) -> None:
    by_age = watched.marriages.sum(axis=(0, 2))  # sex, age
    assert LEGAL_AGE == (22, 20)
    assert by_age.sum() > 100
    for sex in (MALE, FEMALE):
        assert not by_age[sex, : LEGAL_AGE[sex]].any()
        assert by_age[sex, LEGAL_AGE[sex] : 30].sum() > 20


def test_each_marriage_has_a_bride_and_a_groom(watched: Watched) -> None:
    assert watched.marriages[:, MALE].sum() == watched.marriages[:, FEMALE].sum()


def test_months_of_marriage_in_the_rows_are_legal_too(watched: Watched) -> None:
    """Whoever lived here at the founding and married since."""
    founding = watched.founding
    now = watched.model.population.persons[: len(founding)]
    wed = now["marriage_month"] >= watched.model.first_month
    age = (now["marriage_month"][wed].astype(int) - now["birth_month"][wed]) // 12
    assert len(age) > 100
    for sex in (MALE, FEMALE):
        assert age[now["sex"][wed] == sex].min() >= LEGAL_AGE[sex]


# --- matching --------------------------------------------------------------------------------------------------------


def market(town: FamilyModel, women: int, men: int) -> tuple[Any, np.ndarray, np.ndarray]:
    """(state, rows of women, rows of men): single people of 22 to 32, without kin, in place of the town's own."""
    persons = empty_persons(women + men)
    persons["id"] = np.arange(1, women + men + 1)
    persons["sex"][women:] = MALE
    persons["sex"][:women] = FEMALE
    persons["birth_month"] = MONTH - 12 * 22 - np.arange(women + men) * 7 % 120
    persons["schooling"] = np.arange(women + men) % 4
    state = town.fork()._state()._replace(seed=np.uint64(5), month=MONTH, persons=persons)
    return state, np.arange(women, dtype=np.int32), np.arange(women, women + men, dtype=np.int32)


@pytest.fixture(scope="module")
def crowd(toytown_founded: FamilyModel) -> SimpleNamespace:
    """Six hundred women and six hundred men and whom each woman takes."""
    state, women, men = market(toytown_founded, 600, 600)
    return SimpleNamespace(state=state, women=women, men=men, taken=matches_in_market(state, women, men))


def test_no_man_is_taken_twice_and_all_are_from_the_market(crowd: SimpleNamespace) -> None:
    taken = crowd.taken[crowd.taken >= 0]
    assert len(taken) > 400
    assert len(np.unique(taken)) == len(taken)
    assert set(taken) <= set(crowd.men)


def test_couples_are_acceptable(crowd: SimpleNamespace, parameters: Any) -> None:
    persons, pars = crowd.state.persons, parameters.row()
    for woman, man in zip(crowd.women, crowd.taken, strict=True):
        if man >= 0:
            assert acceptance_probability(persons, woman, man, pars) > 0.0


def test_two_men_fewer_change_few_other_couples(crowd: SimpleNamespace) -> None:
    """The ring: at most one couple in ten changes (a sorted queue changes about a quarter)."""
    gone = crowd.taken[crowd.taken >= 0][:2]
    fewer = matches_in_market(crowd.state, crowd.women, crowd.men[~np.isin(crowd.men, gone)])
    changed = (fewer != crowd.taken) & ~np.isin(crowd.taken, gone)
    assert changed.mean() < 0.10, f"{changed.mean():.1%} of women have another partner"


def test_the_order_of_rows_does_not_matter(crowd: SimpleNamespace) -> None:
    again = matches_in_market(crowd.state, crowd.women[::-1].copy(), crowd.men[::-1].copy())
    assert np.array_equal(again[::-1], crowd.taken)


def test_siblings_are_never_matched(toytown_founded: FamilyModel) -> None:
    state, women, men = market(toytown_founded, 300, 300)
    state.persons["mother"] = 0
    assert np.all(matches_in_market(state, women, men) == -1)


def test_an_empty_side_matches_nobody(toytown_founded: FamilyModel) -> None:
    state, women, men = market(toytown_founded, 3, 3)
    assert np.all(matches_in_market(state, women, men[:0]) == -1)
    assert len(matches_in_market(state, women[:0], men)) == 0


@pytest.mark.parametrize("k", [1, 2, 17, 1000])
def test_keyed_order_sorts(k: int) -> None:
    keys = np.random.default_rng(k).random(k)
    assert np.array_equal(keyed_order(keys), np.argsort(keys, kind="stable"))


def test_the_first_man_after_a_point_of_the_ring() -> None:
    points = np.array([0.7, 0.1, 0.4])
    order = keyed_order(points)
    assert [int(order[first_man_after(points, order, start)]) for start in (0.0, 0.1, 0.11, 0.5, 0.9)] == [
        1,
        1,
        2,
        0,
        1,
    ]
