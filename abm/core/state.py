"""Everything one month reads and writes, as one bundle of arrays for compiled code."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import borrowed, compiled, prefetch_row

Rows = NDArray[np.void]

PERSON_ROWS, HOUSEHOLD_ROWS, BIRTHS_LOGGED, YOUNG_LISTED, MEN_STANDING, FOUNDING_ROWS = 0, 1, 2, 3, 4, 5
"""Entries of ``State.used``."""
_BLOCK = 64
_AHEAD = 6
"""Places in a list between asking for a row and reading it: long enough for memory to answer, short enough that the
cache still holds it."""


class State(NamedTuple):
    """One month's bundle. ``counters``, ``law``, ``pars`` and ``tables`` are structured arrays of one row.

    ``used`` (6,) int64 counts entries in use: persons, households, births logged, young children, men standing; and the
    persons of the founding, the same in every branch of a run;
    ``calendar`` (7, rows) int16; ``young`` rows of resident children under 36 months; ``standing`` rows of men on the
    marriage market; ``due`` is work space; ``worst`` (7,) the largest hazard / bound seen by each calendar.
    """

    seed: np.uint64
    month: int
    persons: Rows
    households: Rows
    calendar: NDArray[np.int16]
    used: NDArray[np.int64]
    young: NDArray[np.int32]
    standing: NDArray[np.int32]
    births: Rows
    counters: Rows
    law: Rows
    pars: Rows
    tables: Rows
    worst: NDArray[np.float64]
    due: NDArray[np.int32]


@compiled
def borrowed_state(s: Any) -> Any:
    """The same bundle, its arrays borrowed from the model for a month."""
    return State(
        s.seed, s.month, borrowed(s.persons), borrowed(s.households), borrowed(s.calendar), borrowed(s.used),
        borrowed(s.young), borrowed(s.standing), borrowed(s.births), borrowed(s.counters), borrowed(s.law),
        borrowed(s.pars), borrowed(s.tables), borrowed(s.worst), borrowed(s.due),
    )  # fmt: skip


@compiled
def due_rows(s: Any, process: int) -> NDArray[np.int32]:
    """Rows due this month for a process, in row order: a view of the work space, valid until the next call.

    Blocks are tested with an OR that the compiler turns into vector instructions; only blocks with a hit are walked.
    """
    calendar = s.calendar[process]
    month = np.int16(s.month)
    n = s.used[PERSON_ROWS]
    found = 0
    full = n - n % _BLOCK
    for start in range(0, full, _BLOCK):
        hits = 0
        for i in range(_BLOCK):
            hits += calendar[start + i] == month
        if hits > 0:
            for i in range(start, start + _BLOCK):
                if calendar[i] == month:
                    s.due[found] = i
                    found += 1
    for i in range(full, n):
        if calendar[i] == month:
            s.due[found] = i
            found += 1
    return s.due[:found]


@compiled
def fetch_ahead(s: Any, rows: NDArray[np.int32], i: int) -> None:
    """While position ``i`` of a list of persons is being worked on: have persons some places ahead, and the spouses
    and homes of nearer ones, on their way to the cache."""
    n = rows.shape[0]
    if i + 2 * _AHEAD < n:
        prefetch_row(s.persons, rows[i + 2 * _AHEAD])
    if i + _AHEAD < n:
        person = s.persons[rows[i + _AHEAD]]
        prefetch_row(s.households, max(person.household, 0))
        prefetch_row(s.persons, max(person.partner, 0))


@compiled
def fetch_kin_ahead(s: Any, rows: NDArray[np.int32], i: int) -> None:
    """As :func:`fetch_ahead`, and of the nearest persons the parents and parents-in-law."""
    fetch_ahead(s, rows, i)
    at = i + _AHEAD // 2
    if at < rows.shape[0]:
        person = s.persons[rows[at]]
        spouse = s.persons[max(person.partner, 0)]
        for relative in (person.mother, person.father, spouse.mother, spouse.father):
            prefetch_row(s.persons, max(relative, 0))


@compiled
def fetch_children_ahead(s: Any, rows: NDArray[np.int32], i: int) -> None:
    """As :func:`fetch_ahead`, for a list of children: their mothers and homes."""
    n = rows.shape[0]
    if i + 2 * _AHEAD < n:
        prefetch_row(s.persons, rows[i + 2 * _AHEAD])
    if i + _AHEAD < n:
        child = s.persons[rows[i + _AHEAD]]
        prefetch_row(s.persons, max(child.mother, 0))
        prefetch_row(s.households, max(child.household, 0))


@compiled
def note_ratio(s: Any, process: int, ratio: float) -> None:
    """Remember the largest hazard / bound of a calendar; above one stops the run at the end of the month."""
    if ratio > s.worst[process]:
        s.worst[process] = ratio


@compiled
def new_person_row(s: Any) -> int:
    """The next free person row."""
    row = s.used[PERSON_ROWS]
    if row >= s.persons.shape[0]:
        raise IndexError("no free person row: the room reserved for a month was too small")
    s.used[PERSON_ROWS] = row + 1
    return int(row)


@compiled
def new_household_row(s: Any) -> int:
    """The next free household row."""
    row = s.used[HOUSEHOLD_ROWS]
    if row >= s.households.shape[0]:
        raise IndexError("no free household row: the room reserved for a month was too small")
    s.used[HOUSEHOLD_ROWS] = row + 1
    return int(row)


@compiled
def list_young_child(s: Any, child: int) -> None:
    """Put a child under 36 months on the list that care and allowances go through."""
    entry = s.used[YOUNG_LISTED]
    if entry >= s.young.shape[0]:
        raise IndexError("no free entry in the list of young children")
    s.young[entry] = child
    s.used[YOUNG_LISTED] = entry + 1
