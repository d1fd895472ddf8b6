"""One household as an object, for people who look at individuals: the page, tutorials, tests. Never used in a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from abm.core.kin import has_grandparent_carer
from abm.core.population import (
    CARE_NAMES,
    FEMALE,
    MARITAL_NAMES,
    SCHOOLING_NAMES,
    STATE_NAMES,
    TENURE_NAMES,
    WORK_NAMES,
)
from abm.core.tables import NOW
from abm.model import FamilyModel
from abm.money.prospect import couple_income_yuan_year, family_prospect, time_burden
from abm.processes.plans_and_conceptions import monthly_plan_hazard
from policies.clock import month_label


@dataclass(frozen=True)
class Member:
    """One member of a household, in words."""

    row: int
    sex: str
    age_years: float
    marital: str
    schooling: str
    work: str
    parity: int
    ideal: int
    state: str
    care: str | None


class Household:
    """A view of one household's rows of a FamilyModel; it copies nothing and changes nothing."""

    def __init__(self, model: FamilyModel, row: int) -> None:
        if not 0 <= row < model.population.n_households:
            raise IndexError(f"household {row}: rows 0 to {model.population.n_households - 1}")
        self.model, self.row = model, row

    @property
    def _columns(self) -> Any:
        return self.model.population.households[self.row]

    @property
    def members(self) -> list[Member]:
        """Everybody who lives here, in chain order."""
        return [self._member(row) for row in self.model.population.members(self.row)]

    def _member(self, row: int) -> Member:
        person = self.model.population.persons[row]
        care = int(person["care"])
        return Member(
            row=row,
            sex="female" if person["sex"] == FEMALE else "male",
            age_years=(self.model.month - int(person["birth_month"])) / 12,
            marital=MARITAL_NAMES[person["marital"]],
            schooling=SCHOOLING_NAMES[person["schooling"]],
            work=WORK_NAMES[person["work"]],
            parity=int(person["parity"]),
            ideal=int(person["ideal"]),
            state=STATE_NAMES[person["state"]],
            care=CARE_NAMES[care] if care >= 0 else None,
        )

    @property
    def county(self) -> str:
        """Id of the county."""
        return self.model.city.counties[self._columns["county"]]

    @property
    def in_town(self) -> bool:
        """True if the household lives in town."""
        return bool(self._columns["town"])

    @property
    def tenure(self) -> str:
        """Tenure in words."""
        return TENURE_NAMES[self._columns["tenure"]]

    @property
    def area(self) -> float:
        """Floor area, square metres."""
        return float(self._columns["area"])

    @property
    def couple(self) -> tuple[int, int] | None:
        """Rows of the wife and husband who live here, the youngest couple if there are several; None without one."""
        persons = self.model.population.persons
        rows = self.model.population.members(self.row)
        wives = [r for r in rows if persons["sex"][r] == FEMALE and persons["partner"][r] in rows]
        if not wives:
            return None
        wife = max(wives, key=lambda r: int(persons["birth_month"][r]))
        return wife, int(persons["partner"][wife])

    def budget(self) -> dict[str, float]:
        """What the couple weighs about a further child: income (yuan a year), M now, time, monthly hazard, P12.

        Empty without a couple.
        """
        couple = self.couple
        if couple is None:
            return {}
        m = self.model
        persons, households = m.population.persons, m.population.households
        pars, tables = m.pars, m.tables[0]
        wife, man = couple
        carer = int(has_grandparent_carer(persons, wife, m.month, pars))
        mother, father = time_burden(persons, wife, carer, NOW, pars, tables)
        hazard, chance = monthly_plan_hazard(persons, households, wife, m.month, pars, tables)
        return {
            "income_yuan_year": couple_income_yuan_year(persons, households, wife, man, m.month, pars, tables),
            "prospect": family_prospect(persons, households, wife, carer, m.month, NOW, pars, tables),
            "time_mother": mother,
            "time_father": father,
            "monthly_plan_hazard": hazard,
            "plan_probability_12_months": chance,
        }

    def __repr__(self) -> str:
        place = "town" if self.in_town else "village"
        size = int(self._columns["size"])
        return f"<Household {self.row}: {size} people, {place} of {self.county}, {month_label(self.model.month)}>"
