"""What a person is given at birth or arrival: lasting traits, first candidate months, the end of school."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.hazards import next_candidate_month
from abm.core.population import DEATHS, MARRIAGES, MOVES, NEVER
from abm.processes.biology import age_at_sterility_years, fecundability_multiplier

Rows = NDArray[np.void]


@compiled
def give_traits(seed: int, persons: Rows, row: int, birth_year_offset: int, pars: Rows, tables: Any) -> None:
    """Lasting traits from the person's own draws: fecundability, sterility, ideal number, final schooling.

    ``birth_year_offset`` is the birth year minus 1940, the first row of ``tables.schooling_goal``.
    """
    p = pars[0]
    person_id = persons[row].id
    persons[row].fecundability = fecundability_multiplier(draws.normal(seed, person_id, 0, draws.FECUNDITY), pars)
    sterile_age = age_at_sterility_years(draws.uniform(seed, person_id, 0, draws.STERILITY), pars)
    persons[row].sterile_month = min(persons[row].birth_month + int(12.0 * sterile_age), 32000)
    u, v = draws.uniform_pair(seed, person_id, 0, draws.IDEAL)
    ideal = 0
    cumulative = p.ideal_shares[0]
    while ideal < 3 and u > cumulative:
        ideal += 1
        cumulative += p.ideal_shares[ideal]
    persons[row].ideal = ideal
    cohort = min(max(birth_year_offset, 0), tables.schooling_goal.shape[0] - 1)
    goal = 0
    cumulative = tables.schooling_goal[cohort, persons[row].sex, 0]
    while goal < 3 and v > cumulative:
        goal += 1
        cumulative += tables.schooling_goal[cohort, persons[row].sex, goal]
    persons[row].schooling_goal = goal


@compiled
def schedule_life(s: Any, row: int) -> None:
    """First candidate months of death, moves and marriage of someone born or arrived this month."""
    seed, month, persons = (s.seed, s.month, s.persons)
    tables = s.tables[0]
    person = persons[row]
    sex, identity, born = (person.sex, person.id, person.birth_month)
    s.calendar[DEATHS, row] = next_candidate_month(
        seed, identity, draws.DEATH, month, born, tables.death_candidates[sex]
    )
    s.calendar[MOVES, row] = next_candidate_month(seed, identity, draws.MOVE, month, born, tables.move_candidates[sex])
    s.calendar[MARRIAGES, row] = NEVER
    if person.marital != 1:
        s.calendar[MARRIAGES, row] = next_candidate_month(
            seed, identity, draws.MARRIAGE, month, born, tables.marriage_candidates[sex]
        )


@compiled
def school_end_month(birth_month: int, after_month: int, goal: int) -> int:
    """Next September after ``after_month`` in which schooling may end (after 15, 18 or 22), or NEVER."""
    for level, age in ((1, 15), (2, 18), (3, 22)):
        birthday = birth_month + 12 * age
        september = birthday + (8 - birthday % 12) % 12
        if september > after_month and (goal >= level or level == 1):
            return september
    return NEVER
