"""Families followed month by month: where they stand, what they weigh, what they choose."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from abm.core.kin import has_grandparent_carer
from abm.core.population import (
    CARE_NAMES,
    DEAD,
    FEMALE,
    LEFT,
    MARITAL_NAMES,
    MARRIED,
    RESIDENT,
    SCHOOLING_NAMES,
    STATE_NAMES,
    TENURE_NAMES,
    WORK_NAMES,
)
from abm.processes.childcare import DECIDES_EVERY, LAST_MONTH_OF_CARE, best_care, care_utilities
from abm.view.household import Household
from abm.view.prospect_lines import LINES, prospect_lines

if TYPE_CHECKING:
    from abm.model import FamilyModel

YOUNGEST, OLDEST = 22 * 12, 32 * 12
STRIDE = 97
"""Places in the list of couples between one household to follow and the next, so that neighbours differ (a prime)."""
NO_OPTION = -1e8
"""Utilities below this stand for an arrangement that does not exist."""


@dataclass(frozen=True)
class Child:
    """A child at home: age in months, and who minds it while it is under three."""

    row: int
    age_months: int
    care: str | None


@dataclass(frozen=True)
class Standing:
    """How the woman followed and her household stand at the end of a month."""

    month: int
    here: str  # resident, dead, left
    age: float
    husband_age: float | None
    marital: str
    schooling: str
    work: str
    parity: int
    ideal: int
    state: str
    county: int
    in_town: bool
    tenure: str
    area: float
    members: int
    children: tuple[Child, ...]
    income: float | None = None
    prospect: float | None = None
    chance: float | None = None
    mother_time: float | None = None
    father_time: float | None = None

    @property
    def lived(self) -> tuple[object, ...]:
        """What others could see of this life: money and what is weighed left out."""
        care = tuple(child.care for child in self.children)
        home = (self.county, self.in_town, self.tenure)
        return self.here, self.marital, self.work, self.parity, self.state, home, care


@dataclass(frozen=True)
class Event:
    """Something that happened: what, what of it (an order, a word), and what was weighed: name and value."""

    month: int
    what: str
    detail: str = ""
    weighed: tuple[tuple[str, float], ...] = ()


@dataclass
class Diary:
    """The months of one woman, -1 for nobody, and what happened in them."""

    wife: int
    standings: list[Standing] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def add(self, model: FamilyModel) -> None:
        """Take down how she stands after the month that the model has just lived."""
        if self.wife < 0:
            return
        now = standing(model, self.wife)
        if self.standings:
            before = self.standings[-1]
            self.events += [with_weighed(event, before, now, model) for event in changes(before, now)]
        self.standings.append(now)


def part_at(one: Diary, other: Diary) -> int | None:
    """First month in which two lives of the same woman are not alike; None as long as they are."""
    lived = zip(one.standings, other.standings, strict=False)
    return next((a.month for a, b in lived if a.lived != b.lived), None)


def choose_wives(model: FamilyModel, most: int) -> list[int]:
    """Rows of wives of 22 to 31 who live with their husbands, have one child at most and want more; ``most`` of them
    spread over the list, fewer where there are not so many."""
    persons = model.population.persons[: model.population.n]
    age = model.month - persons["birth_month"].astype(np.int64)
    couples = (persons["status"] == RESIDENT) & (persons["sex"] == FEMALE) & (persons["partner"] >= 0)
    couples &= (persons["marital"] == MARRIED) & (age >= YOUNGEST) & (age < OLDEST) & (persons["parity"] <= 1)
    rows = np.flatnonzero(couples & (persons["ideal"] > persons["parity"]))
    stride = STRIDE if len(rows) % STRIDE else STRIDE + 1
    return [int(rows[(place * stride) % len(rows)]) for place in range(min(most, len(rows)))]


def standing(model: FamilyModel, wife: int) -> Standing:
    """How a woman and her household stand now."""
    persons, month = model.population.persons, model.month - 1
    her = persons[wife]
    here = {DEAD: "dead", LEFT: "left"}.get(int(her["status"]), "resident")
    husband, home = int(her["partner"]), int(her["household"])
    household = model.population.households[max(home, 0)]
    weighed: dict[str, float] = {}
    if here == "resident" and husband >= 0:
        weighed = weighed_now(model, wife)
    return Standing(
        month=month,
        here=here,
        age=(month - int(her["birth_month"])) / 12,
        husband_age=(month - int(persons["birth_month"][husband])) / 12 if husband >= 0 else None,
        marital=MARITAL_NAMES[her["marital"]],
        schooling=SCHOOLING_NAMES[her["schooling"]],
        work=WORK_NAMES[her["work"]],
        parity=int(her["parity"]),
        ideal=int(her["ideal"]),
        state=STATE_NAMES[her["state"]],
        county=int(her["county"]),
        in_town=bool(her["town"]),
        tenure=TENURE_NAMES[household["tenure"]],
        area=float(household["area"]),
        members=int(household["size"]) if home >= 0 else 0,
        children=_children(model, wife),
        **weighed,
    )


def weighed_now(model: FamilyModel, wife: int) -> dict[str, float]:
    """Income, prospect, time and the chance that she starts trying within a year, from the engine's own functions."""
    home = int(model.population.persons["household"][wife])
    seen = Household(model, home)
    couple, found = seen.couple, seen.budget()
    if couple is None or couple[0] != wife or not found:
        return {}
    return {
        "income": found["income_yuan_year"],
        "prospect": found["prospect"],
        "chance": found["plan_probability_12_months"],
        "mother_time": found["time_mother"],
        "father_time": found["time_father"],
    }


def budget_lines(model: FamilyModel, wife: int) -> tuple[dict[str, float], float]:
    """What a further child would change for the couple, yuan a year by line, as the mean over the child's 19 years in
    the weights that the couple gives them; and the consumption it is held against. Empty without a couple."""
    population, tables = model.population, model.tables[0]
    her = population.persons[wife]
    if her["status"] != RESIDENT or her["partner"] < 0 or her["household"] < 0:
        return {}, 0.0
    carer = int(has_grandparent_carer(population.persons, wife, model.month, model.pars))
    lines, consumption = prospect_lines(
        population.persons, population.households, wife, carer, model.month, model.pars, tables
    )
    mean: NDArray[np.float64] = np.asarray(tables["phase_weight"]) @ lines
    return {name: float(value) for name, value in zip(LINES, mean, strict=True)}, float(consumption)


def care_weighed(model: FamilyModel, child: int) -> tuple[dict[str, float], str] | None:
    """(utility by arrangement, the best) for a child under three at its last deciding age; None before the first."""
    age = model.month - 1 - int(model.population.persons["birth_month"][child])
    decided = age - age % DECIDES_EVERY
    if not 0 < decided < LAST_MONTH_OF_CARE:
        return None
    utilities = np.empty(len(CARE_NAMES))
    care_utilities(model._state(), child, decided, utilities)
    possible = {name: float(u) for name, u in zip(CARE_NAMES, utilities, strict=True) if u > NO_OPTION}
    return possible, CARE_NAMES[int(best_care(utilities, False))]


def with_weighed(event: Event, before: Standing, now: Standing, model: FamilyModel) -> Event:
    """The event with what stood behind it: the chance and prospect of a plan, the utilities of an arrangement."""
    if event.what in ("trying", "gave_up") and before.chance is not None and before.prospect is not None:
        return replace(event, weighed=(("chance", before.chance), ("prospect", before.prospect)))
    if event.what == "care":
        child = next(child for child in now.children if child.care == event.detail)
        weighed = care_weighed(model, child.row)
        if weighed is not None:
            return replace(event, weighed=tuple(weighed[0].items()))
    return event


def changes(before: Standing, now: Standing) -> list[Event]:
    """What happened between two months."""
    found: list[tuple[str, str]] = []
    if now.here != before.here:
        return [Event(now.month, now.here)]
    if now.here != "resident":
        return []
    if now.marital != before.marital:
        found.append(("marital", now.marital))
    if now.parity > before.parity:
        found += [("birth", str(order)) for order in range(before.parity + 1, now.parity + 1)]
    elif before.state == "pregnant" and now.state != "pregnant":
        found.append(("loss", ""))
    if now.state != before.state and now.state in ("trying", "pregnant"):
        found.append((now.state, ""))
    if before.state == "trying" and now.state == "idle":
        found.append(("gave_up", ""))
    if now.work != before.work:
        found.append(("work", now.work))
    if now.county != before.county or now.in_town != before.in_town:
        found.append(("moved", "town" if now.in_town else "village"))
    if now.tenure != before.tenure:
        found.append(("tenure", now.tenure))
    minded = {child.row: child.care for child in before.children}
    found += [
        ("care", child.care) for child in now.children if child.care and minded.get(child.row) not in (child.care, None)
    ]
    return [Event(now.month, what, detail) for what, detail in found]


def _children(model: FamilyModel, wife: int) -> tuple[Child, ...]:
    """Her linked resident children under eighteen, the youngest first."""
    persons, month = model.population.persons, model.month - 1
    found = []
    row = int(persons["first_child"][wife])
    while row >= 0:
        child = persons[row]
        age = month - int(child["birth_month"])
        if child["status"] == RESIDENT and age < 18 * 12:
            care = int(child["care"])
            found.append(Child(row, age, CARE_NAMES[care] if care >= 0 and age < LAST_MONTH_OF_CARE else None))
        row = int(child["next_sibling"])
    return tuple(found)
