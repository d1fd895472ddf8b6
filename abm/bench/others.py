"""The same births-only rule as plain Mesa agents and as compiled columns, and a run of Starsim where it is installed.

The rule: every month each woman of 15 to 49 bears a child with a chance by her age; everybody ages. Objects and
columns take the same draws and so bear the same children, which is checked.
"""

from __future__ import annotations

import importlib
import time
from statistics import median
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.hazards import age_years
from abm.core.population import FEMALE

FERTILE_AGES = (15, 49)
FIRST_MONTH = 1452
_SEED = 1
_ROOM_FOR_BIRTHS = 1.2


def monthly_birth_probability() -> NDArray[np.float64]:
    """Chance of a birth in a month by age 0 to 110: a bell about 28 years, about 1.5 children a woman."""
    age = np.arange(111)
    rate = 0.115 * np.exp(-(((age - 28.0) / 6.5) ** 2))
    rate[: FERTILE_AGES[0]] = 0.0
    rate[FERTILE_AGES[1] + 1 :] = 0.0
    return np.asarray(rate / 12.0)


def birth_months_of(people: int) -> NDArray[np.int64]:
    """Birth months spread evenly over 80 years."""
    return FIRST_MONTH - 1 - (np.arange(people) * 7919) % 960


class Person(mesa.Agent):
    """A person with an age and a sex, as one would write it in Mesa."""

    model: Births

    def __init__(self, model: Births, birth_month: int, sex: int, row: int) -> None:
        super().__init__(model)
        self.birth_month, self.sex, self.row = birth_month, sex, row
        self.parity = 0

    def step(self) -> None:
        """Bear a child or not."""
        if self.sex != FEMALE:
            return
        age = (self.model.month - self.birth_month) // 12
        if FERTILE_AGES[0] <= age <= FERTILE_AGES[1] and self.model.drawn[self.row] < self.model.chance[age]:
            self.parity += 1
            self.model.bear()


class Births(mesa.Model):
    """The births-only rule with one object a person."""

    def __init__(self, people: int) -> None:
        super().__init__(rng=_SEED)
        self.month, self.born, self.rows = FIRST_MONTH, 0, people
        self.chance: list[float] = monthly_birth_probability().tolist()
        self.drawn: list[float] = []
        for row, born in enumerate(birth_months_of(people).tolist()):
            Person(self, born, row % 2, row)

    def bear(self) -> None:
        """One more person, girls and boys in turn."""
        Person(self, self.month, self.rows % 2, self.rows)
        self.rows += 1
        self.born += 1

    def step(self) -> None:
        """One month of everybody."""
        ids = np.arange(self.rows, dtype=np.uint64)
        self.drawn = draws.uniforms(_SEED, ids, self.month, draws.PLAN).tolist()
        self.agents.do("step")
        self.month += 1


@compiled
def month_in_columns(
    n: int, birth_month: NDArray[np.int64], sex: NDArray[np.int8], parity: NDArray[np.int8], month: int,
    chance: NDArray[np.float64],
) -> int:  # fmt: skip
    """One month of the births-only rule over columns; the number of persons after it."""
    rows = n
    for row in range(n):
        if sex[row] != 1:
            continue
        age = age_years(birth_month[row], month)
        if age < 15 or age > 49:
            continue
        if draws.uniform(1, row, month, 80) < chance[age]:
            parity[row] += 1
            birth_month[rows] = month
            sex[rows] = rows % 2
            parity[rows] = 0
            rows += 1
    return rows


def births_only(people: int, months: int) -> tuple[float, float]:
    """(ns per person-month of Mesa objects, ns of compiled columns); RuntimeError if their births differ."""
    model = Births(people)
    costs = []
    for _ in range(months):
        start, before = time.process_time_ns(), model.rows
        model.step()
        costs.append((time.process_time_ns() - start) / before)
    room = int(people * _ROOM_FOR_BIRTHS) + 1000
    birth_month = np.zeros(room, np.int64)
    sex, parity = np.zeros(room, np.int8), np.zeros(room, np.int8)
    chance = monthly_birth_probability()
    month_in_columns(0, birth_month, sex, parity, FIRST_MONTH, chance)  # compiles
    birth_month[:people] = birth_months_of(people)
    sex[:people] = np.arange(people) % 2
    n, in_columns = people, []
    for month in range(FIRST_MONTH, FIRST_MONTH + months):
        start, before = time.process_time_ns(), n
        n = month_in_columns(n, birth_month, sex, parity, month, chance)
        in_columns.append((time.process_time_ns() - start) / before)
    if n != model.rows:
        raise RuntimeError(f"births differ: {model.born} as objects, {n - people} in columns")
    return median(costs), median(in_columns)


def starsim_ns_per_person_month(people: int, months: int) -> float | None:
    """ns per person-month of Starsim with pregnancy and deaths at monthly steps; None where it is not installed."""
    try:
        ss: Any = importlib.import_module("starsim")
    except ImportError:
        return None
    start_year = 2021

    def simulation(length: int) -> Any:
        return ss.Sim(
            n_agents=people,
            start=ss.date(f"{start_year}-01-01"),
            dur=ss.months(length),
            dt=ss.month,
            demographics=[ss.Pregnancy(), ss.Deaths()],
            verbose=0,
        )

    simulation(2).run()  # warms up
    sim = simulation(months)
    sim.init()
    start = time.process_time_ns()
    sim.run()
    return (time.process_time_ns() - start) / (people * months)
