"""The clock: a month is an integer, `(year - 1900) * 12 + (month of year - 1)`; 2010-11 is 1330.

A dated rule takes effect in the month of its date if the day is the 15th or earlier, else in the next month. A rule
with a last day ends as its successor would begin: on the day after, by the same convention.
"""

from __future__ import annotations

import datetime
import re

from policies.errors import InputError, shown
from policies.messages import tr

FIRST_YEAR = 1900
LAST_YEAR = 2999
MONTHS_PER_YEAR = 12
LAST_DAY_OF_SAME_MONTH = 15

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def month_index(label: str) -> int:
    """Return the month number of "YYYY-MM": `month_index("2010-11") == 1330`; InputError for anything else."""
    match = _MONTH.fullmatch(label) if isinstance(label, str) else None
    if match is None:
        raise InputError(
            tr("{label} is not a month; write it as YYYY-MM, for example 2027-01").format(label=shown(label))
        )
    return _month_of(int(match[1]), int(match[2]), label)


def month_label(month: int) -> str:
    """Return "YYYY-MM" of a month number: `month_label(1330) == "2010-11"`."""
    return f"{year_of(month):04d}-{month_of_year(month):02d}"


def year_of(month: int) -> int:
    """Return the calendar year of a month number."""
    return FIRST_YEAR + int(month) // MONTHS_PER_YEAR


def month_of_year(month: int) -> int:
    """Return the month of the year, 1 to 12, of a month number."""
    return int(month) % MONTHS_PER_YEAR + 1


def first_month_of_year(year: int) -> int:
    """Return the month number of January of a year."""
    return (year - FIRST_YEAR) * MONTHS_PER_YEAR


def effective_month(date: str | datetime.date) -> int:
    """Return the month in which a rule with this date takes effect.

    `date` is "YYYY-MM", "YYYY-MM-DD" or a date. A day after the 15th belongs to the next month:
    2016-01-22 gives 2016-02 and 2023-02-15 gives 2023-02. InputError for anything else.
    """
    if isinstance(date, datetime.date):
        day = datetime.date(date.year, date.month, date.day)
    elif isinstance(date, str) and _MONTH.fullmatch(date):
        return month_index(date)
    else:
        day = _day_of(date)
    month = _month_of(day.year, day.month, str(date))
    return month + 1 if day.day > LAST_DAY_OF_SAME_MONTH else month


def last_effective_month(date: str | datetime.date) -> int:
    """Return the last month in force of a rule that ends on this date.

    "YYYY-MM" is that month. A day is the last one in force: the month before the one in which a rule of the day after
    would take effect, so 2027-12-31 and 2027-12-20 give 2027-12, and 2027-12-10 gives 2027-11. InputError as
    `effective_month`.
    """
    if isinstance(date, str) and _MONTH.fullmatch(date):
        return month_index(date)
    effective_month(date)  # refuses what is no date
    day = date if isinstance(date, datetime.date) else _day_of(date)
    after = datetime.date(day.year, day.month, day.day) + datetime.timedelta(days=1)
    return effective_month(after) - 1


def _day_of(text: object) -> datetime.date:
    """Return the date written as "YYYY-MM-DD"; InputError for anything else."""
    match = _DAY.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InputError(
            tr("{text} is not a date; write YYYY-MM or YYYY-MM-DD, for example 2027-01").format(text=shown(text))
        )
    try:
        return datetime.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise InputError(tr("{text!r} is not a day of the calendar").format(text=text)) from None


def _month_of(year: int, month_in_year: int, found: str) -> int:
    """Return the month number of a year and month of year; InputError when out of range."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InputError(
            tr("{found!r}: the year must be from {first_year} to {last_year}").format(
                found=found, first_year=FIRST_YEAR, last_year=LAST_YEAR
            )
        )
    if not 1 <= month_in_year <= MONTHS_PER_YEAR:
        raise InputError(tr("{found!r}: the month of the year must be from 01 to 12").format(found=found))
    return first_month_of_year(year) + month_in_year - 1
