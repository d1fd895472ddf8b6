"""The calendars that a couple lives by, started at marriage, on arrival or at the founding."""

from __future__ import annotations

from typing import Any

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.hazards import log_of_no_candidate, next_candidate_constant
from abm.core.population import HOUSING, IDLE, SEPARATIONS, TRYING
from abm.processes.plans_and_conceptions import schedule_plan


@compiled
def start_married_calendars(s: Any, woman: int) -> None:
    """Candidate months of plans, separation and housing of a wife."""
    p = s.pars[0]
    identity = s.persons[woman].id
    if s.persons[woman].state in (IDLE, TRYING):
        s.persons[woman].state = IDLE
        schedule_plan(s, woman)
    log_none = log_of_no_candidate(p.separation_bound)
    s.calendar[SEPARATIONS, woman] = next_candidate_constant(s.seed, identity, draws.SEPARATION, s.month, log_none)
    look_for_home(s, woman)


@compiled
def look_for_home(s: Any, woman: int) -> None:
    """Next month in which a wife's household may look for another home; called whenever its needs change."""
    if s.persons[woman].partner >= 0:
        identity, log_none = s.persons[woman].id, log_of_no_candidate(s.pars[0].housing_bound)
        s.calendar[HOUSING, woman] = next_candidate_constant(s.seed, identity, draws.HOUSING, s.month, log_none)
