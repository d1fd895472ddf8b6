"""The order of a month, written once.

``live_month`` is compiled as one piece, so that the bundle of arrays is handed over once a month; each line is a
process with a file of its own. Law and prices come before it, norms too in January, observation around and after it:
:meth:`abm.model.FamilyModel.step` calls them. :data:`ORDER` names all twelve steps.
"""

from __future__ import annotations

from typing import Any

from abm.core.compiled import compiled
from abm.core.state import borrowed_state
from abm.processes.arrivals import arrivals
from abm.processes.birth import plans_and_conceptions
from abm.processes.childcare import care_of_young_children
from abm.processes.delivery import deliveries
from abm.processes.housing import homes
from abm.processes.marriage import marriages, separations
from abm.processes.migration import moves
from abm.processes.mortality import deaths
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


ORDER = (
    "law and prices",
    "deaths",
    "moves",
    "schooling",
    "work and leave",
    "marriage and separation",
    "housing",
    "deliveries",
    "plans and conceptions",
    "care of children under three",
    "norms (January)",
    "observation and ledger",
)
"""The twelve steps, for people and for the ODD."""
