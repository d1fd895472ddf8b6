"""How fast a city lives, where its time goes, and what the machine's memory would allow.

Processor time of one thread; after a warm-up that compiles and fills the tables of the years.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from abm import month
from abm.city.city import City
from abm.core.compiled import compiled
from abm.core.parameters import Parameters
from abm.core.state import borrowed_state
from abm.founding import found
from abm.model import FamilyModel
from policies.clock import month_index
from policies.timeline import timeline_for

START = "2020-11"
FIRST_MONTH = month_index("2021-01")
MONTHS = 12
PROCESSES = tuple(process.__name__ for process in month.PROCESSES)
"""Their names, in the order of ``live_month``."""


@dataclass(frozen=True)
class Speed:
    """Cost of a person's month, ns: the median year of all repetitions, the same without January, and its spread."""

    people: int
    ns: float
    lowest: float
    highest: float
    bytes_per_person: float


def ready_model(city: City, scale: float) -> FamilyModel:
    """A model of the 2020 founding in January 2021, its year lived once in a copy so that everything is compiled."""
    model = FamilyModel(city, scale=scale, start=START)
    model.run_until_month(FIRST_MONTH)
    return model


def speed(model: FamilyModel, years: int, repetitions: int) -> Speed:
    """Cost over repeated simulated years; every repetition starts from the same copy, the first warms up."""
    warm = model.fork()
    warm.run_until_month(FIRST_MONTH + MONTHS * years)
    warm.let_go()
    costs = []
    for _ in range(repetitions):
        arm = model.fork()
        for _ in range(years):
            before = arm.residents
            start = time.process_time_ns()
            arm.run_until_month(arm.month + MONTHS)
            spent = time.process_time_ns() - start
            costs.append(spent / (MONTHS * 0.5 * (before + arm.residents)))
        arm.let_go()
    return Speed(model.residents, median(costs), min(costs), max(costs), model.population.bytes_per_resident)


def with_every_lever(model: FamilyModel) -> FamilyModel:
    """A copy that goes on with every parameter of every lever at its upper bound from its present month on."""
    highest = {name: parameter.high for name, parameter in model.catalogue.fields.items()}
    return model.fork(timeline=timeline_for(model.catalogue, changes=highest, start=model.month))


def founding_seconds(city: City, scale: float) -> float:
    """Wall time to build (not read back) the founding population of 2020; compiled code is there already."""
    parameters = Parameters.load()
    start = time.perf_counter()
    found(city, month_index(START), scale, 2, parameters, reuse=False)
    return time.perf_counter() - start


def where_time_goes(model: FamilyModel, months: int = 3 * MONTHS) -> dict[str, float]:
    """ns per person-month of each process, of January (norms, rates, law, observation) and of all.

    Each process of :data:`PROCESSES` is called by itself on the same state; a call costs some microseconds of its
    own, which ``one call`` measures with a process that does nothing.
    """
    arm = model.fork()
    spent = dict.fromkeys((*PROCESSES, "one call"), 0)
    functions = [by_itself(process) for process in month.PROCESSES]
    nothing = by_itself(do_nothing)
    nothing(arm._state())
    inside = 0

    def live_month(state: Any) -> None:
        nonlocal inside
        begin = time.process_time_ns()
        nothing(state)
        spent["one call"] += time.process_time_ns() - begin
        for name, function in zip(PROCESSES, functions, strict=True):
            start = time.process_time_ns()
            function(state)
            spent[name] += time.process_time_ns() - start
        inside += time.process_time_ns() - begin

    with _in_place_of_month(live_month):
        arm.step()  # compiles each process by itself
        arm = model.fork()
        spent.update(dict.fromkeys(spent, 0))
        inside = 0
        before = arm.residents
        start = time.process_time_ns()
        for _ in range(months):
            arm.step()
        total = time.process_time_ns() - start
    people_months = months * 0.5 * (before + arm.residents)
    result = {name: nanoseconds / people_months for name, nanoseconds in spent.items()}
    result["law, january, observation"] = (total - inside) / people_months
    return result


class _in_place_of_month:
    """Within this context the model calls ``function`` in place of ``live_month``."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def __enter__(self) -> None:
        module = sys.modules["abm.model"]
        self.kept = module.live_month
        module.live_month = self.function  # type: ignore[attr-defined]

    def __exit__(self, *_: object) -> None:
        sys.modules["abm.model"].live_month = self.kept  # type: ignore[attr-defined]


@compiled
def do_nothing(s: Any) -> None:
    """A process that does nothing: what handing over the state costs."""


def by_itself(process: Any) -> Any:
    """A process as a function of its own, on borrowed arrays as within the month."""

    def alone(state: Any) -> None:
        process(borrowed_state(state))

    return njit(error_model="numpy")(alone)


@compiled
def sum_of_words(words: NDArray[np.uint64]) -> np.uint64:
    """Sum of 64-bit words: reads every byte once, in order."""
    total = np.uint64(0)
    for i in range(words.size):
        total += words[i]
    return total


def stream_ns_per_person_month(model: FamilyModel, repetitions: int = 5) -> float:
    """ns a person that reading every byte of persons and calendar once would take: a bound set by memory."""
    population = model.population
    columns = [population.persons[: population.n].view(np.uint8)]
    columns += [row[: population.n].view(np.uint8) for row in population.calendar]
    words = [column[: column.size // 8 * 8].view(np.uint64) for column in columns]
    for column in words:
        sum_of_words(column)
    costs = []
    for _ in range(repetitions):
        start = time.process_time_ns()
        for column in words:
            sum_of_words(column)
        costs.append((time.process_time_ns() - start) / model.residents)
    return median(costs)


def compile_seconds() -> float:
    """Wall time of the first month of toytown in a new process with an empty cache, founding included."""
    program = (
        "import time; start = time.perf_counter()\n"
        "from abm.model import FamilyModel\n"
        "FamilyModel('toytown', scale=1.0, start='2020-11').run_until_month(1453)\n"
        "print(time.perf_counter() - start)"
    )
    with tempfile.TemporaryDirectory(prefix="cradle-bench-") as folder:
        environment = os.environ | {"CRADLE_CACHE": folder}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True
        )
    return float(done.stdout)
