"""Law by month, changes over it, and what people know ahead."""

import copy
import datetime
import pickle
from typing import Any

import numpy as np
import pytest

from policies.catalogue import Catalogue
from policies.clock import month_index
from policies.errors import InputError
from policies.timeline import Timeline, current_law, timeline_for

AMOUNT = "childcare_voucher.amount"


def at(timeline: Timeline, month: str, field: str = AMOUNT) -> float:
    return timeline.at(month_index(month))[field]


def expected(timeline: Timeline, now: str, then: str, field: str = AMOUNT) -> float:
    return timeline.expected(month_index(now), month_index(then))[field]


@pytest.mark.parametrize(
    ("field", "month", "value"),
    [
        ("maternity_leave.days", "2012-04", 90),
        ("maternity_leave.days", "2012-05", 98),
        ("maternity_leave.days", "2016-01", 98),
        ("maternity_leave.days", "2016-02", 158),
        ("maternity_leave.days", "2025-11", 158),
        ("maternity_leave.days", "2025-12", 188),
        ("maternity_leave.third_child_days", "2025-12", 30),
        ("paternity_leave.days", "2016-02", 20),
        ("paternity_leave.days", "2025-12", 30),
        ("parental_leave.days", "2021-09", 0),
        ("parental_leave.days", "2021-10", 10),
        ("birth_limit.allowed", "2015-12", 1),
        ("birth_limit.allowed", "2016-01", 2),
        ("birth_limit.allowed", "2021-05", 2),
        ("birth_limit.allowed", "2021-06", 3),
        ("birth_limit.one_only_allowed", "2014-03", 1),
        ("birth_limit.one_only_allowed", "2014-04", 2),
        ("birth_limit.fee_multiple", "2021-07", 3),
        ("birth_limit.fee_multiple", "2021-08", 0),
        ("birth_registration.outside_marriage", "2023-01", 0),
        ("birth_registration.outside_marriage", "2023-02", 1),
        ("child_allowance.order1", "2024-12", 0),
        ("child_allowance.order3", "2025-01", 3600),
        ("loan_ceiling.raise_order2", "2022-12", 0),
        ("loan_ceiling.raise_order2", "2023-01", 0.2),
        ("loan_ceiling.deposit_order1", "2010-11", 0.3),
        ("loan_ceiling.deposit_order1", "2024-06", 0.15),
        ("marriage_leave.days", "2016-01", 3),
        ("marriage_leave.days", "2016-02", 5),
        ("marriage_leave.days", "2025-12", 20),
        ("nursing_leave.hours_per_day", "2010-11", 1),
        ("tax_deduction.from3", "2018-12", 0),
        ("tax_deduction.from3", "2019-01", 1000),
        ("tax_deduction.under3", "2021-12", 0),
        ("tax_deduction.under3", "2022-12", 1000),
        ("tax_deduction.under3", "2023-01", 2000),
        ("kindergarten_waiver.years", "2025-08", 0),
        ("kindergarten_waiver.years", "2025-09", 1),
        ("pension_age.delay_years", "2024-12", 0),
        ("pension_age.delay_years", "2040-01", 3.8),
        (AMOUNT, "2035-12", 0),
        ("maternity_leave.days", "1950-01", 90),
    ],
)
def test_the_law_at_its_edges(law: Timeline, field: str, month: str, value: float) -> None:
    assert at(law, month, field) == value


@pytest.mark.parametrize(
    ("field", "now", "then", "value"),
    [
        ("birth_limit.one_only_allowed", "2013-10", "2014-06", 1),
        ("birth_limit.one_only_allowed", "2013-11", "2014-06", 2),
        ("birth_limit.one_only_allowed", "2013-11", "2014-03", 1),
        ("birth_limit.allowed", "2015-10", "2016-06", 1),
        ("birth_limit.allowed", "2015-11", "2016-06", 2),
        ("birth_limit.allowed", "2021-05", "2022-01", 2),
        ("child_allowance.order1", "2025-07", "2026-01", 0),
        ("child_allowance.order1", "2025-08", "2026-01", 3600),
        ("maternity_leave.days", "2010-11", "2030-01", 90),
        ("tax_deduction.under3", "2022-03", "2022-12", 0),
        ("tax_deduction.under3", "2022-04", "2022-12", 1000),
        ("tax_deduction.from3", "2023-08", "2024-01", 1000),
        ("tax_deduction.from3", "2023-09", "2024-01", 2000),
        ("pension_age.delay_years", "2024-08", "2040-01", 0),
        ("pension_age.delay_years", "2024-09", "2040-01", 3.8),
    ],
)
def test_people_know_what_was_announced(law: Timeline, field: str, now: str, then: str, value: float) -> None:
    assert expected(law, now, then, field) == value


BACKDATED = {
    "child_allowance.order1": [("2025-01", "2025-08")],
    "child_allowance.order2": [("2025-01", "2025-08")],
    "child_allowance.order3": [("2025-01", "2025-08")],
    "tax_deduction.from3": [("2023-01", "2023-09")],
    "tax_deduction.under3": [("2022-01", "2022-04"), ("2023-01", "2023-09")],
}
"""Months in which a rule held that nobody knew of yet: from, and the month in which it became known."""


def test_the_present_is_known_unless_backdated(law: Timeline) -> None:
    for month in range(month_index("2010-01"), month_index("2041-01")):
        wrong = {name for name, value in law.at(month).items() if law.expected(month, month)[name] != value}
        assert wrong == {
            name
            for name, spans in BACKDATED.items()
            if any(month_index(first) <= month < month_index(known) for first, known in spans)
        }


def test_a_plain_number_holds_from_the_start_of_the_scenario(catalogue: Catalogue) -> None:
    timeline = timeline_for(catalogue, changes={AMOUNT: 800}, start="2026-01")
    assert (at(timeline, "2025-12"), at(timeline, "2026-01"), at(timeline, "2035-01")) == (0, 800, 800)
    assert at(timeline_for(catalogue, changes={AMOUNT: 800}), "1955-01") == 800


def test_dated_values_are_known_when_they_take_effect(catalogue: Catalogue) -> None:
    timeline = timeline_for(catalogue, changes={AMOUNT: {"2027-01": 800, "2028-01-20": 900}})
    assert [at(timeline, month) for month in ("2026-12", "2027-01", "2028-01", "2028-02")] == [0, 800, 800, 900]
    assert expected(timeline, "2026-12", "2027-01") == 0
    assert expected(timeline, "2027-01", "2028-02") == 800
    assert expected(timeline, "2028-02", "2030-01") == 900


@pytest.mark.parametrize("ahead", [{"announced": "2026-09"}, {"announced_months_ahead": 6}])
def test_an_announced_change_is_known_ahead(catalogue: Catalogue, ahead: dict[str, Any]) -> None:
    timeline = timeline_for(catalogue, changes={AMOUNT: {"2027-03": {"value": 800, **ahead}}})
    assert expected(timeline, "2026-08", "2027-03") == 0
    assert expected(timeline, "2026-09", "2027-03") == 800
    assert expected(timeline, "2026-09", "2027-02") == 0
    span = month_index("2026-01"), month_index("2030-01")
    added = set(timeline.change_months(*span)) - set(current_law(catalogue).change_months(*span))
    assert added == {month_index("2026-09"), month_index("2027-03")}


def test_one_announcement_for_all_inline_changes(catalogue: Catalogue) -> None:
    changes = {AMOUNT: {"2027-01": 800}, "birth_grant.order1": {"2026-02": 5000}}
    timeline = timeline_for(catalogue, changes=changes, announced="2026-07")
    assert expected(timeline, "2026-07", "2027-01") == 800
    assert expected(timeline, "2026-02", "2026-02", "birth_grant.order1") == 5000


def test_a_temporary_change_gives_way_to_the_law_and_its_end_is_known(catalogue: Catalogue) -> None:
    change = {"value": 200, "from": "2025-06", "to": "2026-12", "announced": "2025-03"}
    timeline = timeline_for(catalogue, changes={"maternity_leave.days": change})
    days = [at(timeline, month, "maternity_leave.days") for month in ("2025-05", "2025-06", "2026-12", "2027-01")]
    assert days == [158, 200, 200, 188]
    assert expected(timeline, "2025-03", "2026-12", "maternity_leave.days") == 200
    assert expected(timeline, "2025-03", "2027-01", "maternity_leave.days") == 158
    assert expected(timeline, "2025-12", "2027-01", "maternity_leave.days") == 188
    assert month_index("2027-01") in timeline.change_months(month_index("2026-12"), month_index("2027-12"))


@pytest.mark.parametrize("last", ["2027-12", "2027-12-31", datetime.date(2027, 12, 31)])
def test_a_change_to_the_end_of_a_year_is_over_in_the_next(catalogue: Catalogue, last: object) -> None:
    timeline = timeline_for(catalogue, changes={AMOUNT: {"value": 800, "from": "2027-01-01", "to": last}})
    assert [at(timeline, month) for month in ("2026-12", "2027-01", "2027-12", "2028-01")] == [0, 800, 800, 0]


def test_the_change_that_began_later_wins_and_inline_wins_over_the_package(catalogue: Catalogue) -> None:
    timeline = timeline_for(catalogue, changes={AMOUNT: [
        {"value": 500, "from": "2027-01"},
        {"value": 900, "from": "2028-01", "to": "2028-12"},
    ]})  # fmt: skip
    assert [at(timeline, month) for month in ("2027-12", "2028-01", "2029-01")] == [500, 900, 500]
    over = timeline_for(catalogue, "voucher-only", {AMOUNT: {"2027-01": 300}})
    assert at(over, "2027-06") == 300
    assert at(over, "2027-06", "nursery_places.added_per_1000") == 0.5


def test_a_change_written_over_a_package_covers_its_later_changes_too(catalogue: Catalogue) -> None:
    places = "nursery_places.added_per_1000"  # the package: 0.5 from 2027, 1.0 from 2028, 1.5 from 2029
    over = timeline_for(catalogue, "voucher-only", {places: {"value": 0.2, "from": "2027-03", "to": "2028-12"}})
    assert [at(over, month, places) for month in ("2027-01", "2027-03", "2028-06", "2029-01")] == [0.5, 0.2, 0.2, 1.5]
    whole = timeline_for(catalogue, "voucher-only", {AMOUNT: 300}, start="2026-12")
    assert at(whole, "2035-01") == 300 and expected(whole, "2027-01", "2035-01") == 300


def test_a_lasting_change_outlives_later_law(catalogue: Catalogue) -> None:
    timeline = timeline_for(catalogue, changes={"maternity_leave.days": {"2025-06": 120}})
    assert at(timeline, "2026-01", "maternity_leave.days") == 120


def test_change_months_are_exactly_where_something_changes(catalogue: Catalogue) -> None:
    timeline = timeline_for(catalogue, "example-voucher-housing-leave", {AMOUNT: {"2029-03": 900}})
    start, end = month_index("2024-01"), month_index("2031-01")
    found = []
    for month in range(start + 1, end + 1):
        before, now = ([timeline.expected(m, then) for then in range(start, end, 1)] for m in (month - 1, month))
        if before != now or timeline.at(month) != timeline.at(month - 1):
            found.append(month)
    assert timeline.change_months(start + 1, end) == found


def test_a_rule_begins_in_one_month_only(law: Timeline) -> None:
    begun = [
        month
        for month in range(month_index("2010-01"), month_index("2027-01"))
        if law.begins("parental_leave.days", month)
    ]
    assert begun == [month_index("2021-10")]


def test_values_and_timelines_cannot_be_changed(law: Timeline) -> None:
    values = law.at(1400)
    assert law.at(1400) is values
    with pytest.raises(TypeError, match="cannot be changed"):
        values[AMOUNT] = 1  # type: ignore[index]
    with pytest.raises(TypeError, match="cannot be changed"):
        values.update({AMOUNT: 1})  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="frozen"):
        law.name = "other"
    assert pickle.loads(pickle.dumps(values)) == values
    assert copy.deepcopy(values) is values


def test_hash_is_of_behaviour_and_survives_pickling(catalogue: Catalogue, law: Timeline) -> None:
    one = timeline_for(catalogue, changes={AMOUNT: {"2027-01": 800}}, name="one")
    two = timeline_for(catalogue, changes={AMOUNT: {"value": 800, "from": "2027-01", "announced": "2027-01"}})
    ahead = timeline_for(catalogue, changes={AMOUNT: {"value": 800, "from": "2027-01", "announced": "2026-12"}})
    assert one == two
    assert len({one.hash(), ahead.hash(), law.hash()}) == 3
    assert pickle.loads(pickle.dumps(one)) == one
    assert timeline_for(catalogue, "current-law") == law
    assert timeline_for(catalogue, changes={AMOUNT: 0}) == law


def test_vector_gives_the_named_values(law: Timeline) -> None:
    names = ["maternity_leave.days", "birth_limit.allowed", AMOUNT]
    vector = law.vector(month_index("2016-02"), names)
    assert vector.dtype == np.float64
    assert vector.tolist() == [158, 2, 0]
    known = law.vector(month_index("2016-02"), names, known_at=month_index("2015-11"))
    assert known.tolist() == [98, 2, 0]
    with pytest.raises(InputError, match="did you mean 'maternity_leave.days'"):
        law.vector(1400, ["maternity_leave.day"])


def test_changed_fields_and_last_change(catalogue: Catalogue, law: Timeline) -> None:
    timeline = timeline_for(catalogue, changes={AMOUNT: {"2045-04": 800}})
    assert timeline.changed_fields(law) == (AMOUNT,)
    assert timeline.last_change_month() == month_index("2045-04")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"childcare_voucher.amout": 3}, "unknown parameter 'childcare_voucher.amout'; did you mean"),
        ({"childcare_voucher": 3}, "did you mean 'childcare_voucher.amount'"),
        ({AMOUNT: 5000}, r"changes: childcare_voucher.amount: value: found 5000 .*; allowed 0 to 2000"),
        ({AMOUNT: float("nan")}, "finite number"),
        ({AMOUNT: True}, "expected a number, found True"),
        ({AMOUNT: "800"}, "expected a number, found '800'"),
        ({AMOUNT: None}, "valid number, found None"),
        ({AMOUNT: []}, "an empty list"),
        ({AMOUNT: {}}, "value: Field required"),
        ({AMOUNT: {2027: 5}}, "2027 is not a date; write YYYY-MM"),
        ({AMOUNT: {"2027-13": 5}}, "'2027-13': the month of the year must be from 01 to 12"),
        ({AMOUNT: {"value": 5, "form": "2027-01"}}, r"unknown key 'form' \(did you mean 'from'\?\)"),
        ({AMOUNT: {"2027-01": {"value": 5, "from": "2027-02"}}}, "the date is already given"),
        (
            {AMOUNT: {"2027-01": {"value": 5, "announced": "2027-03"}}},
            "found 2027-03, after it takes effect in 2027-01",
        ),
        ({AMOUNT: {"2027-01": {"value": 5, "to": "2026-03"}}}, "to: found 2026-03, before its start 2027-01"),
        (
            {AMOUNT: {"value": 5, "from": "2027-12-03", "to": "2027-12-10"}},
            r"to: found 2027-12-10 \(2027-11\), before its start 2027-12",
        ),
        ({AMOUNT: {"2027-01": {"value": 5, "announced_months_ahead": -1}}}, "announced_months_ahead: .*found -1"),
        ({AMOUNT: {"2027-01": {"value": 5, "announced": "2026-01", "announced_months_ahead": 1}}}, "not both"),
        ({"maternity_leave.days": 100.5}, "whole numbers from 90 to 365"),
        (800, "expected parameters and values"),
    ],
)
def test_wrong_changes_get_one_clear_message(catalogue: Catalogue, changes: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        timeline_for(catalogue, changes=changes)
