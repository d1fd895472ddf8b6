"""What couples expect of the law: for which order, from when, how surely, in which county; and what care is worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm.model import FamilyModel
from abm.money import foreseen
from policies.timeline import timeline_for
from tests.abm.conftest import START


def filled(model: FamilyModel, catalogue: Any, changes: dict[str, Any], known_at: int = START) -> Any:
    """Tables under changed law as known in a month."""
    tables = model.tables.copy()
    timeline = timeline_for(catalogue, changes=changes, start=START)
    foreseen.fill_benefits(tables, timeline, catalogue, known_at, model.pars)
    return tables[0]


def test_steady_law_is_the_same_now_and_later(before_package: FamilyModel, catalogue: Any) -> None:
    t = filled(before_package, catalogue, {})
    assert t["announced"] == 0.0
    for name in ("benefit", "leave_share", "care", "unauthorised", "father_days", "rent_benefit", "purchase_benefit"):
        assert np.array_equal(t[name][0], t[name][1]), name


def test_each_county_expects_what_its_own_prices_make_of_a_rule(before_package: FamilyModel, catalogue: Any) -> None:
    """A public flat and a lower deposit are worth more where homes cost more, in proportion."""
    model = before_package.fork()
    counties = int(model.tables[0]["n_counties"][0])
    dearer = 1.0 + np.arange(counties)
    model.tables[0]["price"][:counties] = 4_000.0 * dearer
    changes = {
        "public_rental.places_per_1000": 20.0,
        "public_rental.priority_order2": 3.0,
        "loan_ceiling.deposit_order2": 0.1,
        "loan_ceiling.raise_order2": 0.0,
    }
    t = filled(model, catalogue, changes)
    assert counties > 1
    for name in ("rent_benefit", "purchase_benefit"):
        given = t[name][0, 1, :counties]
        assert given[0] > 0.0, name
        assert given / given[0] == pytest.approx(dearer), name
        assert not t[name][0, 1, counties:].any()


def test_a_grant_is_expected_for_its_order_once_at_the_ceiling_of_awareness(
    before_package: FamilyModel, catalogue: Any
) -> None:
    plain = filled(before_package, catalogue, {})
    long_known = {"birth_grant.order2": {"2010-01-01": 30_000}}
    granted = filled(before_package, catalogue, long_known)
    added = granted["benefit"][0] - plain["benefit"][0]
    ceiling = float(before_package.pars["awareness_ceiling"][0])
    assert added[1, 0] == pytest.approx(30_000 * ceiling, rel=1e-3)
    assert np.count_nonzero(added) == 1


def test_awareness_rises_with_the_years(before_package: FamilyModel, catalogue: Any) -> None:
    timeline = timeline_for(catalogue, changes={"birth_grant.order1": {"2027-01-01": 10_000}})
    known = [
        foreseen.awareness_by_lever(timeline, catalogue, START + 12 * year, before_package.pars)["birth_grant"][0]
        for year in range(6)
    ]
    assert np.all(np.diff(known) > 0) and known[-1] < before_package.pars["awareness_ceiling"][0]


def test_an_announced_end_makes_now_better_than_later(before_package: FamilyModel, catalogue: Any) -> None:
    changes = {"birth_grant.order1": {"2015-01-01": 50_000, "2028-06-01": 0}}
    timeline = timeline_for(catalogue, changes=changes, announced="2026-06-01")
    tables = before_package.tables.copy()
    foreseen.fill_benefits(tables, timeline, catalogue, START, before_package.pars)
    assert tables[0]["announced"] == 1.0
    assert tables[0]["benefit"][0, 0, 0] > tables[0]["benefit"][1, 0, 0] + 5_000


def test_a_voucher_lowers_the_cost_of_care_and_more_so_with_more_places(
    before_package: FamilyModel, catalogue: Any
) -> None:
    few, many = before_package.fork(), before_package.fork()
    few.tables[0]["place_chance"], many.tables[0]["place_chance"] = 0.2, 0.9
    changes = {"childcare_voucher.amount": 800}
    saved = [
        filled(m, catalogue, {})["care"][0, 0, 0] - filled(m, catalogue, changes)["care"][0, 0, 0] for m in (few, many)
    ]
    assert saved[0].min() > 0.0
    assert np.allclose(saved[1], saved[0] * 0.9 / 0.2)


def test_care_costs_nothing_where_a_grandparent_minds_the_child_and_no_pay_is_forgone(
    before_package: FamilyModel, catalogue: Any
) -> None:
    """Zero of the table (with nurseries and minders out of reach): a carer, no earnings. The cost then rises with the
    wage forgone, by at most that wage, and is higher without a carer, by at most it too."""
    model = before_package.fork()
    t = model.tables[0]
    t["place_chance"], t["minder_fee"] = 0.0, 1e9
    care = filled(model, catalogue, {})["care"][0, 0, 0]
    wage = np.exp(t["care_wage_grid"][0] + np.arange(care.shape[1]) * np.diff(t["care_wage_grid"])[0])
    p = model.pars[0]
    scale, taste = p["care_scale"] * t["yuan_growth"], np.exp(p["taste_grandparent"])
    assert np.allclose(care[1], scale * np.log((1.0 + taste) / (np.exp(-wage / scale) + taste)), rtol=1e-9)
    assert np.allclose(care[0], wage + scale * np.log(1.0 + taste), rtol=1e-9)
    assert 0.0 < care[1, 0] < wage[0] / (1.0 + taste) + 1.0
    assert np.all(np.diff(care, axis=1) > 0.0)
