"""Runs of toytown that several tests of the engine look at. They are shared: look, fork, do not change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from abm.core.population import RESIDENT
from policies.clock import month_index, month_of_year

MONTHS = 24
START = month_index("2027-01")


@dataclass
class Watched:
    """A run of toytown with what was seen of it month by month.

    ``founding`` holds the person rows of the founding month; ``residents`` (MONTHS + 1,) those before each month and
    after the last; ``flows`` one dict a month of births, deaths, arrivals and departures; ``links`` the link errors
    found every third month; ``marriages`` [county, sex, first or later, age] and ``worst`` (7,) as in the counters.
    """

    model: Any
    founding: np.ndarray
    residents: list[int]
    flows: list[dict[str, int]]
    links: list[str]
    marriages: np.ndarray
    worst: np.ndarray


def flow_totals(counters: np.ndarray) -> dict[str, int]:
    """Births, deaths, arrivals and departures since January."""
    c = counters[0]
    return {
        "births": int(c["births"].sum()),
        "deaths": int(c["deaths"].sum()),
        "arrivals": int(c["moves"][:, 0].sum()),
        "departures": int(c["moves"][:, 1].sum()),
    }


@pytest.fixture(scope="session")
def watched(toytown_founded: Any) -> Watched:
    """Twenty-four months of toytown from its founding."""
    from abm.core.population import link_errors

    model = toytown_founded.fork()
    population = model.population
    founding = population.persons[: population.n].copy()
    residents = [int((founding["status"] == RESIDENT).sum())]
    flows: list[dict[str, int]] = []
    links: list[str] = []
    marriages = np.zeros_like(model.counters[0]["marriages"])
    for _ in range(MONTHS):
        new_year = month_of_year(model.month) == 1
        before = dict.fromkeys(("births", "deaths", "arrivals", "departures"), 0)
        wed_before = np.zeros_like(marriages)
        if not new_year:
            before, wed_before = flow_totals(model.counters), model.counters[0]["marriages"].copy()
        model.step()
        after = flow_totals(model.counters)
        flows.append({name: after[name] - before[name] for name in before})
        marriages += model.counters[0]["marriages"] - wed_before
        residents.append(model.residents)
        if model.month % 3 == 0:
            links.extend(f"month {model.month}: {error}" for error in link_errors(model.population))
    return Watched(model, founding, residents, flows, links, marriages, model.worst.copy())


@pytest.fixture(scope="session")
def before_package(toytown: Any, toytown_founded: Any) -> Any:
    """Toytown founded in November 2020 and run to January 2027 under the law. Fork it; do not run it."""
    from abm.model import FamilyModel

    model = FamilyModel(toytown, scale=1.0, seed=2, start="2020-11")
    model.run_until_month(START)
    return model
