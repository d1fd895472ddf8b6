"""The clock: months as integers and the month in which a dated rule takes effect."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.clock import (
    effective_month,
    first_month_of_year,
    last_effective_month,
    month_index,
    month_label,
    month_of_year,
    year_of,
)
from policies.errors import InputError


def test_month_numbers_are_those_of_the_contract() -> None:
    assert month_index("2010-11") == 1330
    assert month_index("2020-11") == 1450
    assert first_month_of_year(2011) == 1332


@given(st.integers(0, 12 * 1099 + 11))
def test_label_and_index_are_inverse(month: int) -> None:
    assert month_index(month_label(month)) == month
    assert first_month_of_year(year_of(month)) + month_of_year(month) - 1 == month


@pytest.mark.parametrize(
    ("date", "month"),
    [
        ("2016-01-22", "2016-02"),
        ("2025-11-28", "2025-12"),
        ("2023-02-15", "2023-02"),
        ("2023-02-16", "2023-03"),
        ("2015-12-31", "2016-01"),
        ("2027-01", "2027-01"),
        (datetime.date(2021, 5, 31), "2021-06"),
    ],
)
def test_a_rule_after_the_15th_belongs_to_the_next_month(date: str | datetime.date, month: str) -> None:
    assert month_label(effective_month(date)) == month


@pytest.mark.parametrize(
    ("date", "month"),
    [
        ("2027-12", "2027-12"),
        ("2027-12-31", "2027-12"),
        ("2027-12-20", "2027-12"),
        ("2027-12-15", "2027-12"),
        ("2027-12-14", "2027-11"),
        ("2027-12-10", "2027-11"),
        ("2028-02-29", "2028-02"),
        (datetime.date(2027, 6, 30), "2027-06"),
    ],
)
def test_a_last_day_ends_where_a_rule_of_the_day_after_would_begin(date: str | datetime.date, month: str) -> None:
    assert month_label(last_effective_month(date)) == month


@pytest.mark.parametrize("wrong", ["2010-13", "2010-00", "2010-1", "Nov 2010", "1899-12", 2010, None, "2010-02-30"])
def test_what_is_no_date_is_refused(wrong: object) -> None:
    with pytest.raises(InputError, match="2010|1899|None"):
        effective_month(wrong)  # type: ignore[arg-type]


def test_month_index_takes_no_day() -> None:
    with pytest.raises(InputError, match="YYYY-MM"):
        month_index("2010-11-01")
