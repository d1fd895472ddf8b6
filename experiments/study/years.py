"""The calendar years that a run tells of, and the refusal of years that a config asks for outside of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policies.clock import MONTHS_PER_YEAR, first_month_of_year, year_of
from policies.messages import tr


def first_december(branch: int) -> int:
    """Month of the first year's end after scenarios part (the month itself if it is a December)."""
    return first_month_of_year(year_of(branch) + 1) - 1


def last_full_year(end: int) -> int:
    """Last year that is simulated to its end."""
    return (end + 1) // MONTHS_PER_YEAR + year_of(0) - 1


def years_told(branch: int, end: int) -> range:
    """Years of which the arms of a run have results."""
    return range(year_of(branch), last_full_year(end) + 1)


def check_years(asked: Iterable[tuple[str, int]], branch: int, end: int, problems: list[str]) -> None:
    """Name the years that a config asks about and that its run does not reach, or has behind it, with their keys."""
    years = years_told(branch, end)
    if years:
        problems += [_outside(key, year, years) for key, year in asked if year not in years]


def _outside(key: str, year: int, years: Sequence[int]) -> str:
    said = tr("{key}: found {year}; allowed {first} to {last}, the years from the branch to the end of the run")
    return said.format(key=key, year=year, first=years[0], last=years[-1])
