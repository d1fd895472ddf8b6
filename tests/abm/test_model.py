"""The model as a whole: same seed same numbers, forks, holds, scale, rows; on toytown."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

from abm.core.population import CALENDAR
from abm.model import FamilyModel
from abm.observe.indicators import REGISTER
from abm.observe.observer import HEADLINE
from policies.clock import month_index
from policies.errors import InputError
from policies.timeline import timeline_for
from tests.abm.conftest import MONTHS, Watched


def same(first: FamilyModel, second: FamilyModel) -> None:
    """Assert that two models hold the same people, households and births."""
    assert first.month == second.month
    n, homes = first.population.n, first.population.n_households
    assert (n, homes) == (second.population.n, second.population.n_households)
    assert np.array_equal(first.population.persons[:n], second.population.persons[:n])
    assert np.array_equal(first.population.households[:homes], second.population.households[:homes])
    assert np.array_equal(first.population.calendar[:, :n], second.population.calendar[:, :n])
    pd.testing.assert_frame_equal(first.births_log(), second.births_log())
    pd.testing.assert_frame_equal(first.rows(), second.rows())


def test_the_same_seed_gives_the_same_numbers(toytown: Any, watched: Watched) -> None:
    again = FamilyModel(toytown, scale=1.0, seed=1)
    again.run_until_month(again.month + MONTHS)
    same(again, watched.model)
    assert len(again.births_log()) > 200


def test_another_seed_gives_other_numbers(toytown: Any, watched: Watched) -> None:
    other = FamilyModel(toytown, scale=1.0, seed=2)
    other.run_until_month(other.month + 6)
    log = watched.model.births_log()
    assert not other.births_log().equals(log[log["month"] < other.month].reset_index(drop=True))


def test_a_fork_under_the_same_law_lives_the_same_life(toytown_model: FamilyModel) -> None:
    toytown_model.run_until_month(toytown_model.month + 5)
    fork = toytown_model.fork()
    for model in (toytown_model, fork):
        model.run_until_month(month_index("2012-03"))
    same(toytown_model, fork)


def test_a_fork_given_the_present_law_by_name_lives_the_same_life(toytown_model: FamilyModel, law: Any) -> None:
    """In the middle of a year too, when nothing has changed: else a comparison would start with a difference."""
    toytown_model.run_until_month(month_index("2011-06"))
    named, plain = toytown_model.fork(timeline=law), toytown_model.fork()
    for model in (named, plain):
        model.run_until_month(month_index("2013-03"))
    same(named, plain)


def test_a_fork_is_independent(toytown_model: FamilyModel) -> None:
    month, before = toytown_model.month, toytown_model.population.persons.copy()
    tables, counters = toytown_model.tables.copy(), toytown_model.counters.copy()
    fork = toytown_model.fork()
    fork.run_until_month(month + 14)
    assert toytown_model.month == month
    assert np.array_equal(toytown_model.population.persons, before)
    assert toytown_model.tables.tobytes() == tables.tobytes()
    assert toytown_model.counters.tobytes() == counters.tobytes()
    assert len(toytown_model.births_log()) == 0 < len(fork.births_log())


def test_history_does_not_feel_what_comes_and_is_not_announced(toytown: Any, catalogue: Any, watched: Watched) -> None:
    future = timeline_for(catalogue, changes={"birth_grant.order1": {"2030-01-01": 50_000}})
    model = FamilyModel(toytown, scale=1.0, seed=1, timeline=future)
    model.run_until_month(model.month + MONTHS)
    same(model, watched.model)


def test_on_month_is_called_after_each_month(toytown_model: FamilyModel) -> None:
    seen: list[int] = []
    toytown_model.run_until_month(toytown_model.month + 3, on_month=lambda model: seen.append(model.month))
    assert seen == [1331, 1332, 1333]


def test_hold_keeps_norms_and_places(toytown_model: FamilyModel) -> None:
    held = toytown_model.fork(hold=("norms", "places", "prices", "prospects"))
    before = held.tables[0].copy()
    for model in (held, toytown_model):
        model.run_until_month(month_index("2012-02"))
    for name in ("norm_married", "norm_parity", "prospect", "access", "place_chance"):
        assert np.array_equal(held.tables[0][name], before[name]), name
    assert not np.array_equal(toytown_model.tables[0]["norm_parity"], before["norm_parity"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hold": ("norm",)}, "norms"),
        ({"start": "2015-01"}, "2010-11"),
        ({"scale": 0.0}, "scale"),
        ({"scale": 1.5}, "scale"),
        ({"city": "toytwon"}, "toytown"),
    ],
)
def test_wrong_input_is_one_clear_message(toytown: Any, arguments: dict[str, Any], message: str) -> None:
    arguments = {"city": toytown, "scale": 1.0, **arguments}
    with pytest.raises(InputError, match=message):
        FamilyModel(**arguments)


def test_rows_are_of_registered_indicators_and_whole(watched: Watched) -> None:
    rows = watched.model.rows()
    assert list(rows.columns) == ["year", "month", "indicator", "group", "value"]
    assert set(rows["indicator"]) <= set(REGISTER)
    assert not rows.duplicated(["year", "month", "indicator", "group"]).any()
    assert np.isfinite(rows["value"]).all() and rows["month"].isna().all()
    year = rows[rows["year"] == 2011].set_index(["indicator", "group"])["value"]
    for name in ("births", "tfr", "deaths", "marriages", "population", "tfr_census", "cost", "household_size"):
        assert year[name, "all"] > 0, name


def test_parts_add_up_to_the_whole(watched: Watched) -> None:
    year = watched.model.rows().query("year == 2011").set_index(["indicator", "group"])["value"]
    counties = [f"county:{name}" for name in watched.model.city.counties]
    for indicator in ("births", "marriages", "population", "cost"):
        assert sum(year[indicator, county] for county in counties) == pytest.approx(year[indicator, "all"])
    for kind in ("births", "population"):
        assert year[kind, "residence:town"] + year[kind, "residence:village"] == pytest.approx(year[kind, "all"])
    assert sum(year["tfr", f"order:{order}"] for order in ("1", "2", "3", "4+")) == pytest.approx(year["tfr", "all"])
    assert sum(year["births", f"order:{order}"] for order in ("1", "2", "3", "4+")) == pytest.approx(
        year["births", "all"]
    )


def test_new_rows_are_those_of_the_log_and_the_census(watched: Watched) -> None:
    """Births by mother's age and registration, intervals and children by age, worked out anew from the log."""
    model = watched.model
    log = model.births_log()
    of_2011 = log[log["month"].between(month_index("2011-01"), month_index("2011-12"))]
    year = model.rows().query("year == 2011").set_index(["indicator", "group"])["value"]
    assert year["births", "hukou:local"] == pytest.approx((of_2011["hukou"] == 1).sum() / model.scale)
    assert year["births", "hukou:other"] == pytest.approx((of_2011["hukou"] == 0).sum() / model.scale)
    age = (of_2011["month"] - of_2011["mother_birth_month"]) // 12
    for low in (20, 25, 30):
        group = f"mother_age:{low}-{low + 4}"
        assert year["births", group] == pytest.approx(age.between(low, low + 4).sum() / model.scale)
    second = of_2011[(of_2011["order"] == 2) & (of_2011["since_birth"] > 0)]
    assert year["first_to_second_birth", "all"] == pytest.approx(second["since_birth"].mean(), rel=0.02)
    first = of_2011[(of_2011["order"] == 1) & (of_2011["since_marriage"] >= 0)]
    assert year["marriage_to_first_birth", "all"] == pytest.approx(first["since_marriage"].mean(), rel=0.02)
    assert 85 < year["sex_ratio_at_birth", "all"] < 145
    census = model.observer.years[2011].census[0]["population"].sum(axis=(0, 1, 2))
    for group, ages in (("age:0", slice(0, 1)), ("age:1-4", slice(1, 5)), ("age:5-9", slice(5, 10))):
        assert year["children", group] == pytest.approx(census[ages].sum() / model.scale)


def test_intervals_of_the_log_are_those_of_linked_children(watched: Watched) -> None:
    model = watched.model
    persons = model.population.persons[: model.population.n]
    row_of = {int(identity): row for row, identity in enumerate(persons["id"])}
    compared = 0
    for birth in model.births_log().itertuples():
        mother = row_of[int(birth.mother_id)]
        older = [int(persons["birth_month"][c]) for c in model.population.children(mother)]
        before = [month for month in older if month < birth.month]
        if birth.order > 1 and len(before) == birth.order - 1:
            assert birth.since_birth == birth.month - max(before)
            compared += 1
        if birth.order == 1:
            assert birth.since_birth == -1
    assert compared > 20


def test_births_and_tfr_are_those_of_the_log(watched: Watched) -> None:
    """The TFR worked out anew from the log and from women present at mid-year: exposure by a cruder way, within 3 %."""
    model = watched.model
    log = model.births_log()
    of_2011 = log[log["month"].between(month_index("2011-01"), month_index("2011-12"))]
    year = model.rows().query("year == 2011").set_index(["indicator", "group"])["value"]
    assert len(of_2011) / model.scale == pytest.approx(year["births", "all"])
    persons = watched.founding
    age = (month_index("2011-07") - persons["birth_month"][persons["sex"] == 1].astype(int)) // 12
    women = np.bincount(age[(age >= 15) & (age < 50)], minlength=50)[15:50]
    mothers = ((of_2011["month"].astype(int) - of_2011["mother_birth_month"]) // 12).to_numpy()
    births = np.bincount(mothers, minlength=60)[15:50]
    assert float((births / women).sum()) == pytest.approx(year["tfr", "all"], rel=0.03)


def test_no_calendar_holds_a_month_that_has_passed(watched: Watched) -> None:
    model = watched.model
    persons = model.population.persons[: model.population.n]
    for process, name in enumerate(CALENDAR):
        calendar = model.population.calendar[process, : model.population.n]
        late = (calendar >= 0) & (calendar < model.month) & (persons["status"] == 0)
        assert not late.any(), f"{late.sum()} residents wait for {name} in a month that has passed"


def test_newcomers_have_families_like_those_who_live_here(watched: Watched) -> None:
    """Arriving wives draw their children from resident wives of their age: some have none, few have three."""
    model = watched.model
    persons = model.population.persons[: model.population.n]
    new = persons[len(watched.founding) :]
    wives = new[(new["sex"] == 1) & (new["marital"] == 1) & (new["birth_month"] < model.first_month - 12 * 20)]
    assert len(wives) > 30
    assert np.mean(wives["parity"] == 0) > 0.05
    assert wives["parity"].mean() < 2.0


def test_tables_follow_an_announced_end_every_month(toytown_model: FamilyModel, catalogue: Any) -> None:
    """A grant announced to end: what a start now and a start later would give is looked up anew each month."""
    grant = {"value": 30_000, "from": "2010-12", "to": "2012-12", "announced": "2010-12"}
    law = timeline_for(catalogue, changes={"birth_grant.order2": grant})
    model = toytown_model.fork(law)
    seen = []
    for _ in range(14):
        model.step()
        benefit = model.tables[0]["benefit"][:, 1, 0]
        seen.append((float(benefit[0]), float(benefit[1])))
    assert len({later for _, later in seen}) > 4  # LATER runs out month by month, not in two or three steps
    lead = int(model.parameters["months_to_birth"])
    last_start = month_index("2012-12") - lead
    assert model.month > last_start and seen[-1][0] == 0.0 < seen[2][0]


def test_a_fork_may_go_on_with_other_behaviour(toytown_model: FamilyModel) -> None:
    """The same parameters change nothing; others reach tables and decisions, and leave the model they came from."""
    toytown_model.run_until_month(toytown_model.month + 5)
    same = toytown_model.fork(parameters=toytown_model.parameters)
    plain = toytown_model.fork()
    other = toytown_model.fork(parameters=toytown_model.parameters.replace(house_price_level=1.5, care_scale=40_000))
    assert float(toytown_model.pars["care_scale"][0]) == toytown_model.parameters["care_scale"] != 40_000
    for model in (same, plain, other):
        model.run_until_month(model.month + 24)
    assert same.births_log().equals(plain.births_log())
    n = len(plain.city.counties)
    assert np.allclose(other.tables[0]["price"][:n], 1.5 * plain.tables[0]["price"][:n])
    assert not other.births_log().equals(plain.births_log())


def test_a_model_let_go_keeps_what_was_observed_and_touches_no_other(toytown_model: FamilyModel) -> None:
    gone, kept = toytown_model.fork(), toytown_model.fork()
    for model in (gone, kept):
        model.run_until_month(model.month + 14)
    gone.let_go()
    assert gone.residents == 0 < kept.residents
    pd.testing.assert_frame_equal(gone.rows(), kept.rows(), check_exact=True)
    again = toytown_model.fork()
    again.run_until_month(kept.month)
    same(again, kept)


@pytest.mark.parametrize("changes", [{"wish_town": 1.5}, {"separation_bound": 0.002}, {"marriage_bound_margin": 3.0}])
def test_a_fork_refuses_behaviour_that_moves_a_bound(toytown_founded: FamilyModel, changes: dict[str, float]) -> None:
    with pytest.raises(InputError, match="start a history with them instead"):
        toytown_founded.fork(parameters=toytown_founded.parameters.replace(**changes))


def test_a_saved_state_goes_on_as_the_model_itself(toytown_model: Any, law: Any) -> None:
    """Read-only arrays, as Ray hands them out, included."""
    toytown_model.run_until_month(toytown_model.month + 15)
    buffers: list[pickle.PickleBuffer] = []
    content = pickle.dumps(toytown_model.saved(), protocol=5, buffer_callback=buffers.append)
    state = pickle.loads(content, buffers=[bytes(buffer) for buffer in buffers])
    assert not state["persons"].flags.writeable
    kept = type(toytown_model).from_saved(state, toytown_model.city, toytown_model.parameters)
    arms = [origin.fork(timeline=law) for origin in (toytown_model, kept)]
    for arm in arms:
        arm.run_until_month(arm.month + 24)
    pd.testing.assert_frame_equal(arms[0].rows(), arms[1].rows(), check_exact=True)
    pd.testing.assert_frame_equal(arms[0].births_log(), arms[1].births_log(), check_exact=True)


def test_headline_figures_alone_are_those_of_the_full_table(toytown_model: Any) -> None:
    arms = [toytown_model.fork(headline_only=only) for only in (False, True)]
    for arm in arms:
        arm.run_until_month(arm.month + 26)
    full, headline = (arm.rows().sort_values(["year", "indicator"], ignore_index=True) for arm in arms)
    wanted = full[full["indicator"].isin(HEADLINE) & (full["group"] == "all")].reset_index(drop=True)
    assert len(wanted) == 3 * wanted["year"].nunique() > 0
    pd.testing.assert_frame_equal(headline, wanted, check_exact=True)
