"""The founding population: city tables become people, couples, histories, kin and households, with a check table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from abm.core.population import Population
from abm.founding.checks import check_table
from abm.founding.draft import Draft
from abm.founding.dwell import add_households
from abm.founding.histories import simulate_histories
from abm.founding.keep import founding_hash, read_kept, write_kept
from abm.founding.kin import add_kin
from abm.founding.marriages import add_couples
from abm.founding.people import add_goals_by_mother, add_marital_status, add_schooling, census_people
from abm.founding.rows import build_population
from abm.founding.traits import add_care, add_hukou, add_reproductive_states, add_traits, add_work
from abm.founding.wedlock import add_marriage_months
from policies.clock import month_label, year_of
from policies.errors import InputError
from policies.messages import tr

FOUNDING_YEARS = (2010, 2020)
FOUNDING_MONTH_OF_YEAR = 11
LEAST_PEOPLE = 2_000

__all__ = ["Founding", "found", "founding_parameters"]


@dataclass(frozen=True)
class Founding:
    """A population on the first day of a month, and how far it is from every margin that was aimed at.

    ``checks`` has the columns target_name, group, target, built, difference, tolerance, within.
    """

    population: Population
    checks: pd.DataFrame


def found(city: Any, month: int, scale: float, seed: int, parameters: Any, *, reuse: bool = True) -> Founding:
    """The founding population of a city in November 2010 or November 2020.

    ``scale`` is the share of residents to build, so that at least 2,000 people stand for the city and at most all of
    them do. ``parameters[name]`` answers the names of ``abm/parameters_founding.yaml`` and a few of biology. With
    ``reuse`` a population that was built before is read back. InputError for a month or scale that cannot be founded.
    """
    year = _founding_year(city, month, scale)
    name = founding_hash(city, month, scale, seed, founding_parameters(parameters))
    kept = read_kept(name) if reuse else None
    if kept is not None:
        return Founding(*kept)
    draft = draft_population(city, month, year, scale, seed, parameters)
    population = build_population(draft, city, parameters)
    checks = check_table(population, draft, city, parameters)
    if reuse:
        write_kept(name, population, checks)
    return Founding(population, checks)


def draft_population(city: Any, month: int, year: int, scale: float, seed: int, parameters: Any) -> Draft:
    """All columns of the population, not yet sorted by household; the order of the steps."""
    draft = census_people(city, month, year, scale, seed, parameters)
    add_schooling(draft, city, parameters)
    add_marital_status(draft, city, parameters)
    add_couples(draft, city, parameters)
    histories = simulate_histories(draft, city, parameters)
    add_kin(draft, histories, city, parameters)
    add_goals_by_mother(draft, city, parameters)
    add_marriage_months(draft, histories, parameters)
    add_reproductive_states(draft, histories, parameters)
    add_households(draft, city, parameters)
    add_traits(draft, parameters)
    add_work(draft, city, parameters)
    add_hukou(draft, city, parameters)
    add_care(draft, parameters)
    return draft


def parameter_names() -> tuple[str, ...]:
    """Names of the parameters that the sources of this package ask for, sorted."""
    sources = (path.read_text(encoding="utf-8") for path in Path(__file__).resolve().parent.glob("*.py"))
    return tuple(
        sorted({name for text in sources for name in re.findall(r'parameters(?:\.list\(|\[)"(\w+)"[\])]', text)})
    )


def founding_parameters(parameters: Any) -> dict[str, Any]:
    """The values that founding depends on, by name; others may differ between runs that share a population."""
    return {name: parameters.list(name).tolist() for name in parameter_names()}


def _founding_year(city: Any, month: int, scale: float) -> int:
    """The census year of a founding month; InputError for a month that is not one, or a scale out of range."""
    year = year_of(month)
    if year not in FOUNDING_YEARS or month % 12 + 1 != FOUNDING_MONTH_OF_YEAR:
        raise InputError(
            tr("no founding population for {month}; allowed: 2010-11, 2020-11").format(month=month_label(month))
        )
    total = float(city.population_by_age(year).sum())
    least = min(1.0, LEAST_PEOPLE / total)
    if not np.isfinite(scale) or not least <= scale <= 1.0:
        raise InputError(
            tr(
                "scale {scale} is out of range: from {least:.6f} ({least_people:,} people) to 1 (all "
                "{total:,.0f} residents)"
            ).format(scale=scale, least=least, least_people=LEAST_PEOPLE, total=total)
        )
    return year
