"""Who lives in the city: one row a person, one row a household, and the links between them.

Persons and households are numpy structured arrays. ``persons["parity"]`` is a column like any other, but the
fields of one person lie side by side, so a decision touches one or two cache lines instead of twenty (why this
differs from one array per attribute: ``abm/ODD.md``, element 2). What is scanned every month, the
calendar of due months, stays in columns of its own (``calendar``).

A row never moves within a run; the row number (int32) is the link and -1 means none. Ids serve draws and the
comparison of arms only. The dead and those who left keep their row and carry a ``status``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEVER = -32768
"""A month that never comes (the smallest int16)."""

# sex
MALE, FEMALE = 0, 1
# marital
NEVER_MARRIED, MARRIED, DIVORCED, WIDOWED = 0, 1, 2, 3
MARITAL_NAMES = ("never married", "married", "divorced", "widowed")
LEGAL_AGE = (22, 20)
"""Lowest age at marriage of men and women, years (Civil Code of China, article 1047)."""
# schooling
PRIMARY, JUNIOR, SENIOR, COLLEGE = 0, 1, 2, 3
SCHOOLING_NAMES = ("primary or less", "junior secondary", "senior secondary", "college")
# work
NO_WORK, INFORMAL, PRIVATE, PUBLIC = 0, 1, 2, 3
WORK_NAMES = ("none", "farm or informal", "private formal", "public")
# reproductive state
IDLE, TRYING, PREGNANT, POSTPARTUM = 0, 1, 2, 3
STATE_NAMES = ("idle", "trying", "pregnant", "postpartum")
# care of a child under three
CARE_NONE, CARE_PARENT, CARE_GRANDPARENT, CARE_NURSERY, CARE_MINDER = -1, 0, 1, 2, 3
CARE_NAMES = ("parent", "grandparent", "nursery", "minder")
LAST_MONTH_OF_CARE = 36
"""Age in months at which a child is no longer under three."""
# status
RESIDENT, DEAD, LEFT = 0, 1, 2
# tenure
OWNS_TOWN, OWNS_VILLAGE, WITH_PARENTS, RENTS, PUBLIC_RENTAL, COLLECTIVE = 0, 1, 2, 3, 4, 5
TENURE_NAMES = ("owns in town", "owns in village", "with parents", "rents", "public rental", "collective")

_PERSON_FIELDS: list[tuple[str, str, str]] = [
    ("id", "u8", "lasting id, key of every draw"),
    ("mother", "i4", "row of the mother, -1 unknown or never resident"),
    ("father", "i4", "row of the father"),
    ("partner", "i4", "row of the spouse, -1 none or absent"),
    ("household", "i4", "row of the household, -1 once dead or gone"),
    ("next_in_household", "i4", "next member of the household"),
    ("first_child", "i4", "a woman's youngest linked child"),
    ("next_sibling", "i4", "the next older child of the same mother"),
    ("rank", "f4", "earnings rank, a standard normal score fixed for life"),
    ("fecundability", "f4", "multiplier on the monthly conception probability, mean 1"),
    ("birth_month", "i2", "month of birth"),
    ("marriage_month", "i2", "month of the current or last marriage, NEVER if none"),
    ("last_birth_month", "i2", "month of the last birth, NEVER if none"),
    ("sterile_month", "i2", "month from which a woman can no longer bear"),
    ("state_month", "i2", "trying: month it began; pregnant: month of delivery; postpartum: month it ends"),
    ("leave_until", "i2", "month in which maternity leave ends, NEVER if not on leave"),
    ("sex", "i1", "0 male, 1 female"),
    ("county", "i1", "index into city.counties"),
    ("town", "i1", "1 town, 0 village"),
    ("hukou", "i1", "1 if registered in the city"),
    ("only_child", "i1", "1 if an only child"),
    ("birth_order", "i1", "order among the mother's births, 0 unknown"),
    ("schooling", "i1", "attained: 0 primary or less, 1 junior, 2 senior secondary, 3 college"),
    ("schooling_goal", "i1", "final level"),
    ("work", "i1", "0 none, 1 farm or informal, 2 private formal, 3 public"),
    ("insured", "i1", "1 if covered by maternity insurance"),
    ("ideal", "i1", "ideal number of children, 0 to 3"),
    ("marital", "i1", "0 never married, 1 married, 2 divorced, 3 widowed"),
    ("marriages", "i1", "marriages so far"),
    ("parity", "i1", "children ever borne (women) or fathered (men)"),
    ("sons", "i1", "sons ever borne or fathered"),
    ("state", "i1", "0 idle, 1 trying, 2 pregnant, 3 postpartum"),
    ("care", "i1", "child under 36 months: 0 parent, 1 grandparent, 2 nursery, 3 minder; else -1"),
    ("status", "i1", "0 resident, 1 dead, 2 left the city"),
    ("left_behind", "i1", "1 if a child whose mother is absent"),
    ("searching", "i1", "months a man still stands on the marriage market"),
    ("plan_level", "i1", "idle wife: level of her wish for which her candidate months were drawn"),
    ("unplanned", "i1", "1 if the present pregnancy or child was not planned"),
]

_HOUSEHOLD_FIELDS: list[tuple[str, str, str]] = [
    ("head", "i4", "row of the first member, -1 once empty"),
    ("area", "f4", "floor area, square metres"),
    ("net_worth", "f4", "yuan, home included"),
    ("payment", "f4", "housing payment, yuan a month"),
    ("size", "i2", "members"),
    ("bought_month", "i2", "month in which the home was bought, NEVER if not bought"),
    ("county", "i1", "index into city.counties"),
    ("town", "i1", "1 town, 0 village"),
    ("tenure", "i1", "0 owns in town, 1 owns in village, 3 rents, 4 public rental, 5 collective"),
    ("collective", "i1", "1 if a collective household (dormitory, institution)"),
    ("fifth", "i1", "income fifth of the household, 0 lowest to 4, set each January"),
]

PERSON_DTYPE = np.dtype([(name, kind) for name, kind, _ in _PERSON_FIELDS])
HOUSEHOLD_DTYPE = np.dtype([(name, kind) for name, kind, _ in _HOUSEHOLD_FIELDS])

DEATHS, MOVES, WORK, MARRIAGES, SEPARATIONS, PLANS, HOUSING = range(7)
CALENDAR = ("deaths", "moves", "work", "marriages", "separations", "plans", "housing")
"""Rows of the calendar: for each process the next month in which a person is due, int16, NEVER if not. Separations,
plans (deliveries included) and housing are kept on the woman of a couple."""


def empty_persons(capacity: int) -> NDArray[np.void]:
    """Blank rows, shape (capacity,): links -1, months NEVER, everything else 0."""
    persons = np.zeros(capacity, PERSON_DTYPE)
    for link in ("mother", "father", "partner", "household", "next_in_household", "first_child", "next_sibling"):
        persons[link] = -1
    for month in ("marriage_month", "last_birth_month", "state_month", "leave_until"):
        persons[month] = NEVER
    persons["sterile_month"] = 32767
    persons["care"] = CARE_NONE
    persons["fecundability"] = 1.0
    return persons


def empty_households(capacity: int) -> NDArray[np.void]:
    """Blank rows, shape (capacity,)."""
    households = np.zeros(capacity, HOUSEHOLD_DTYPE)
    households["head"] = -1
    households["bought_month"] = NEVER
    return households


@dataclass
class Population:
    """Rows of persons and households, with room to grow.

    ``persons[:n]`` and ``households[:n_households]`` are in use. ``calendar`` is (7, rows), as in ``CALENDAR``.
    """

    persons: NDArray[np.void]
    n: int
    households: NDArray[np.void]
    n_households: int
    calendar: NDArray[np.int16]

    @classmethod
    def from_arrays(cls, persons: NDArray[np.void], households: NDArray[np.void]) -> Population:
        """A population of exactly these rows, nobody due for anything yet."""
        calendar = np.full((len(CALENDAR), len(persons)), NEVER, np.int16)
        return cls(persons, len(persons), households, len(households), calendar)

    def copy(self) -> Population:
        """An independent copy of the rows in use, their numbers kept, with room for the growth of some years: making
        room later would move everybody."""
        n, n_households = self.n, self.n_households
        persons = np.empty(n + n // 8, PERSON_DTYPE)
        persons[:n], persons[n:] = self.persons[:n], empty_persons(1)
        households = np.empty(n_households + n_households // 8, HOUSEHOLD_DTYPE)
        households[:n_households], households[n_households:] = self.households[:n_households], empty_households(1)
        calendar = np.empty((len(CALENDAR), len(persons)), np.int16)
        calendar[:, :n], calendar[:, n:] = self.calendar[:, :n], NEVER
        return Population(persons, n, households, n_households, calendar)

    def reserve(self, persons: int, households: int) -> None:
        """Make room for so many further rows; existing row numbers stay valid."""
        if self.n + persons > len(self.persons):
            grow = max(persons, len(self.persons) // 8)
            self.persons = np.concatenate([self.persons[: self.n], empty_persons(grow)])
            calendar = np.full((len(CALENDAR), len(self.persons)), NEVER, np.int16)
            calendar[:, : self.n] = self.calendar[:, : self.n]
            self.calendar = calendar
        if self.n_households + households > len(self.households):
            grow = max(households, len(self.households) // 8)
            self.households = np.concatenate([self.households[: self.n_households], empty_households(grow)])

    @property
    def residents(self) -> NDArray[np.bool_]:
        """Mask over rows in use, shape (n,)."""
        return self.persons["status"][: self.n] == RESIDENT

    @property
    def bytes_per_resident(self) -> float:
        """Memory of all rows over residents, in bytes."""
        used = self.persons[: self.n].nbytes + self.households[: self.n_households].nbytes
        used += self.calendar[:, : self.n].nbytes
        return used / max(1, int(self.residents.sum()))

    def members(self, household: int) -> list[int]:
        """Rows of a household's members, in chain order (for views and tests, not for runs)."""
        rows = []
        row = int(self.households["head"][household])
        while row >= 0:
            rows.append(row)
            row = int(self.persons["next_in_household"][row])
        return rows

    def children(self, mother: int) -> list[int]:
        """Rows of a woman's linked children, youngest first (for views and tests)."""
        rows = []
        row = int(self.persons["first_child"][mother])
        while row >= 0:
            rows.append(row)
            row = int(self.persons["next_sibling"][row])
        return rows


def field_meanings() -> dict[str, dict[str, str]]:
    """Name -> meaning of every column, by table."""
    return {
        "persons": {name: meaning for name, _, meaning in _PERSON_FIELDS},
        "households": {name: meaning for name, _, meaning in _HOUSEHOLD_FIELDS},
    }


def link_errors(population: Population) -> list[str]:
    """Every broken link of persons and households, in words; empty when all is well.

    Checks: partners point at each other, children are in their mother's chain once, members of a household are its
    chain, sizes are right, the dead and the gone belong to no household.
    """
    p = population.persons[: population.n]
    h = population.households[: population.n_households]
    rows = np.arange(population.n)
    errors = []
    partnered = p["partner"] >= 0
    if np.any(p["partner"][p["partner"][partnered]] != rows[partnered]):
        errors.append("a partner link is not mutual")
    resident = p["status"] == RESIDENT
    if np.any(p["household"][resident] < 0):
        errors.append("a resident has no household")
    if np.any(p["household"][~resident] >= 0):
        errors.append("someone dead or gone still has a household")
    if not _chain_counts_match(p["household"], h["head"], p["next_in_household"], rows, resident):
        errors.append("a household's chain is not the set of its members")
    housed = p["household"][resident & (p["household"] >= 0)]
    sizes = np.bincount(housed, minlength=len(h))
    if np.any(sizes != h["size"]):
        errors.append("a household's size is not the number of its members")
    has_mother = p["mother"] >= 0
    if not _chain_counts_match(p["mother"], p["first_child"], p["next_sibling"], rows, has_mother):
        errors.append("a woman's chain of children is not the set of those who name her")
    return errors


def _chain_counts_match(
    owner: NDArray[np.int32],
    head: NDArray[np.int32],
    following: NDArray[np.int32],
    rows: NDArray[np.int64],
    belongs: NDArray[np.bool_],
) -> bool:
    """True if following each head visits exactly the rows that name the owner (vectorised over all chains)."""
    current_owner = np.flatnonzero(head >= 0)
    current = head[current_owner]
    seen = np.zeros(len(rows), np.int32)
    while len(current):
        if np.any(owner[current] != current_owner):
            return False
        np.add.at(seen, current, 1)
        if seen.max() > 1:
            return False
        current = following[current]
        keep = current >= 0
        current, current_owner = current[keep], current_owner[keep]
    return bool(np.array_equal(seen == 1, belongs))
