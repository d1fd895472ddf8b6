"""The finished rows: people sorted by household, links renumbered, chains of children and members threaded."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.population import PERSON_DTYPE, Population, empty_persons
from abm.founding.draft import Draft
from abm.founding.homes import build_households

_LINKS = ("mother", "father", "partner")
_COPIED = tuple(PERSON_DTYPE.names or ())


def build_population(draft: Draft, city: Any, parameters: Any) -> Population:
    """A `Population` of the draft: rows by household, within a household the oldest of working age first."""
    order, head = _household_order(draft)
    households = build_households(draft, order[head], city, parameters)
    row_of = np.empty(draft.n, np.int32)
    row_of[order] = np.arange(draft.n, dtype=np.int32)
    persons = empty_persons(draft.n)
    for name in _COPIED:
        if name in _LINKS:
            link = draft[name][order]
            persons[name] = np.where(link >= 0, row_of[link], -1)
        elif name in draft.columns:
            persons[name] = draft[name][order]
    households["head"] = head
    _thread_members(persons, head)
    _thread_children(persons)
    return Population.from_arrays(persons, households)


def _household_order(draft: Draft) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """People in household order, and where each household's first member stands: the oldest of 20-64, else of all."""
    seniority = draft["birth_month"].astype(np.int64)
    seniority = seniority + np.where((draft["age"] >= 20) & (draft["age"] < 65), 0, 20_000)
    order = np.argsort(draft["household"] * 65_536 + seniority + 2_000)
    size = np.bincount(draft["household"])
    return order, np.cumsum(size) - size


def _thread_members(persons: NDArray[np.void], head: NDArray[np.int64]) -> None:
    """Fields household and next_in_household of rows sorted by household."""
    n = len(persons)
    size = np.diff(np.append(head, n))
    persons["household"] = np.repeat(np.arange(len(head), dtype=np.int32), size)
    following = np.arange(1, n + 1, dtype=np.int32)
    following[np.append(head[1:], n) - 1] = -1
    persons["next_in_household"] = following


def _thread_children(persons: NDArray[np.void]) -> None:
    """Fields first_child, next_sibling and birth_order: each mother's children, youngest (her last) first."""
    children = np.flatnonzero(persons["mother"] >= 0)
    mother = persons["mother"][children].astype(np.int64)
    order = np.argsort(mother * 65_536 - persons["birth_month"][children], kind="stable")
    children, mother = children[order], mother[order]
    first = np.append(True, mother[1:] != mother[:-1]) if len(mother) else np.zeros(0, bool)
    persons["first_child"][mother[first]] = children[first]
    same = np.flatnonzero(~first)
    persons["next_sibling"][children[same - 1]] = children[same]
    younger = np.arange(len(children)) - np.maximum.accumulate(np.where(first, np.arange(len(children)), 0))
    persons["birth_order"][children] = np.maximum(1, persons["parity"][mother] - younger)
