"""The order of a month, written once.

``live_month`` is compiled as one piece, so that the bundle of arrays is handed over once a month; each line is a
process with a file of its own. Law and prices come before it, norms too in January, observation around and after it:
:meth:`abm.model.FamilyModel.step` calls them. :data:`STEPS` lists all twelve.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from abm.core.compiled import compiled
from abm.core.state import borrowed_state
from abm.processes.arrivals import arrivals
from abm.processes.childcare import care_of_young_children
from abm.processes.delivery import deliveries
from abm.processes.housing import homes
from abm.processes.marriage import marriages
from abm.processes.migration import moves
from abm.processes.mortality import deaths
from abm.processes.plans_and_conceptions import plans_and_conceptions
from abm.processes.separation import separations
from abm.processes.work import work_and_school


@compiled
def live_month(state: Any) -> None:
    """One month of everybody's life; 1 law and prices, 11 norms and 12 observation stand around it in the model."""
    s = borrowed_state(state)
    deaths(s)  # 2
    moves(s)  # 3
    arrivals(s)
    work_and_school(s)  # 4 schooling (September) and 5 work and leave share a calendar
    marriages(s)  # 6
    separations(s)
    homes(s)  # 7
    deliveries(s)  # 8
    plans_and_conceptions(s)  # 9
    care_of_young_children(s)  # 10


class Step(NamedTuple):
    """A step of the month: its name, and the processes that :func:`live_month` calls for it (none: the model does)."""

    name: str
    processes: tuple[Any, ...] = ()


STEPS = (
    Step("law and prices"),
    Step("deaths", (deaths,)),
    Step("moves", (moves, arrivals)),
    Step("schooling", (work_and_school,)),
    Step("work and leave", (work_and_school,)),
    Step("marriage and separation", (marriages, separations)),
    Step("housing", (homes,)),
    Step("deliveries", (deliveries,)),
    Step("plans and conceptions", (plans_and_conceptions,)),
    Step("care of children under three", (care_of_young_children,)),
    Step("norms (January)"),
    Step("observation and ledger"),
)
"""The twelve steps in their order: what the compiled body, the bench and the ODD are held to (a test)."""
PROCESSES = tuple(dict.fromkeys(process for step in STEPS for process in step.processes))
"""The compiled processes in their order, each once: schooling and work share a calendar and a pass."""
