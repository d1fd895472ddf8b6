"""Puts the households of a case into an otherwise empty city and lives its months with the code of the model.

What the law does not say is taken out: nobody is due for a death, a move or a decision; a stated earning is what the
wage rule gives; leave is taken in full; who minds a child and whether a couple buys is as the case says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled
from abm.core.counters import empty_counters
from abm.core.kin import join_household, link_child, move_home, open_household
from abm.core.levers import LEDGER_LEVERS
from abm.core.population import (
    CARE_NAMES,
    CARE_NONE,
    COLLEGE,
    DEAD,
    FEMALE,
    HOUSING,
    LEFT,
    MALE,
    MARRIED,
    NEVER,
    NEVER_MARRIED,
    PLANS,
    PREGNANT,
    RESIDENT,
    TENURE_NAMES,
    WIDOWED,
    WORK_NAMES,
    Population,
    empty_households,
    empty_persons,
    link_errors,
)
from abm.core.state import FOUNDING_ROWS, HOUSEHOLD_ROWS, PERSON_ROWS, YOUNG_LISTED, borrowed_state
from abm.money.paid_ahead import paid_until
from abm.money.payments import pay_assisted_cycle, pay_marriage, pay_settlement
from abm.money.rules import allowed_children, deposit_share, loan_ceiling_yuan
from abm.month import live_month
from abm.processes.january import SEEN_DTYPE, count_city
from abm.processes.yearly_payments import pay_ahead
from policies.catalogue import PAYERS
from policies.clock import month_label, month_of_year, year_of
from policies.timeline import Timeline, timeline_for
from tests.policies.case_files import Adult, Case, Family, month_of

WAGE = 100_000.0
"""Yuan a year at rank 0.5 of the case's wage rule, WAGE x exp(rank - 0.5)."""
NEVER_CHOSEN, ALWAYS_CHOSEN = -1e6, 1e6
RICH = 1e8
"""Net worth with which a couple can buy, yuan."""
SOCIAL_INSURANCE = 0.1
"""Share of earnings that an employee pays for social insurance before tax, in the cases."""
ELDERS_IN_NEED = 0.1
"""Share of people of 65 and more who need care, in the cases."""
_STATUS = {"at home": RESIDENT, "elsewhere in the city": RESIDENT, "left the city": LEFT, "dead": DEAD}


def timeline_of(case: Case, catalogue: Any) -> Timeline:
    """The law of a case."""
    return timeline_for(catalogue, case.package, case.changes or None, where=f"case {case.title!r}: changes")


@compiled
def at_marriage(state: Any, woman: int, man: int) -> None:
    """The model's payment at a marriage."""
    pay_marriage(borrowed_state(state), woman, man)


@compiled
def at_settlement(state: Any, newcomer: int) -> None:
    """The model's payment at an arrival."""
    pay_settlement(borrowed_state(state), newcomer)


@compiled
def at_treatment(state: Any, woman: int) -> None:
    """The model's payment for a cycle of assisted reproduction."""
    pay_assisted_cycle(borrowed_state(state), woman)


class CaseCity:
    """A city of the case's households only, ready to live its months."""

    def __init__(self, case: Case, model: Any) -> None:
        self.case, self.model = case, model
        self.wage_kept = 1.0 - float(model.pars["wage_loss_per_child"][0])
        people = sum(3 + len(family.children) + len(family.others) for family in case.families)
        self.persons, self.households = empty_persons(people), empty_households(2 * len(case.families))
        self.people, self.homes = 0, 0
        self.fathers: list[int] = []
        self.mothers = [self._settle(family) for family in case.families]
        self._hand_over()

    # --- the households as rows --------------------------------------------------------------------------------------

    def _home(self, family: Family) -> int:
        row = self.homes
        self.homes += 1
        home = self.households[row]
        home["county"] = self.model.city.counties.index(family.county)
        home["town"] = family.place == "town"
        home["tenure"] = TENURE_NAMES.index(family.home.tenure)
        home["fifth"] = family.income_fifth - 1
        home["payment"] = family.home.mortgage
        home["net_worth"] = RICH if family.buys_home else 0.0
        return row

    def _person(self, sex: int, birth_month: int, home: int, lives: str) -> int:
        row = self.people
        self.people += 1
        person = self.persons[row]
        person["id"], person["sex"], person["birth_month"] = row + 1, sex, birth_month
        person["status"] = _STATUS[lives]
        if person["status"] == RESIDENT:
            join_household(self.persons, self.households, row, home)
        return row

    def _adult(self, adult: Adult, sex: int, home: int, children: int = 0) -> int:
        row = self._person(sex, self.case.months[0] - 12 * adult.age - 6, home, adult.lives)
        person = self.persons[row]
        person["work"], person["insured"] = WORK_NAMES.index(adult.work), adult.insured
        person["only_child"], person["parity"] = adult.only_child, children
        person["schooling"], person["marriages"] = COLLEGE if adult.college else 1, 1 + adult.married_before
        if adult.earnings:
            kept = self.wage_kept ** min(children, 3) if sex == FEMALE else 1.0  # what children left of a mother's pay
            person["rank"] = np.log(adult.earnings / kept / WAGE) + 0.5
        return row

    def _settle(self, family: Family) -> int:
        """Rows of one family; the row of the mother, -1 without one."""
        first = self.case.months[0]
        born = [child for child in family.children if month_of(child.born) < first]
        home, elsewhere = self._home(family), -1
        if any(a is not None and a.lives == "elsewhere in the city" for a in (family.mother, family.father)):
            elsewhere = self._home(family)
        parents = []
        for adult, sex in ((family.mother, FEMALE), (family.father, MALE)):
            lives_in = elsewhere if adult is not None and adult.lives == "elsewhere in the city" else home
            parents.append(-1 if adult is None else self._adult(adult, sex, lives_in, len(born)))
        self._marry(parents, family.married)
        mother, father = parents
        self.fathers.append(father)
        for order, child in enumerate(born, start=1):
            row = self._person(FEMALE, month_of(child.born), home, "dead" if child.died else "at home")
            self.persons["birth_order"][row], self.persons["father"][row] = order, father
            link_child(self.persons, row, mother)
            self.persons["last_birth_month"][mother] = month_of(child.born)
            absent = family.mother is not None and family.mother.lives in ("left the city", "dead")
            self.persons["left_behind"][row] = absent and family.father is not None and family.father.lives != "at home"
            young = first - month_of(child.born) <= 36 and not child.died  # on the list until the month it turns three
            self.persons["care"][row] = CARE_NAMES.index(child.care) if young else CARE_NONE
        for adult in family.others:
            self._adult(adult, FEMALE, home)
        return mother

    def _marry(self, parents: list[int], married: bool) -> None:
        here = [row for row in parents if row >= 0 and self.persons["status"][row] == RESIDENT]
        for row in here:
            self.persons["marital"][row] = MARRIED if married else NEVER_MARRIED
        dead = [row for row in parents if row >= 0 and self.persons["status"][row] == DEAD]
        if len(here) == 2 and married:
            self.persons["partner"][here] = here[::-1]
        elif here and dead:
            self.persons["marital"][here[0]] = WIDOWED

    def _hand_over(self) -> None:
        """Give the rows to the model in place of its own people."""
        model, first = self.model, self.case.months[0]
        population = Population.from_arrays(self.persons[: self.people], self.households[: self.homes])
        if errors := link_errors(population):
            raise RuntimeError(f"case {self.case.title!r}: {errors}")
        model.population, model.counters = population, empty_counters()
        young = np.flatnonzero(population.persons["care"] != CARE_NONE).astype(np.int32)
        model.young, model.standing = young, np.zeros(0, np.int32)
        model.used[:] = 0
        model.used[PERSON_ROWS] = model.used[FOUNDING_ROWS] = self.people
        model.used[HOUSEHOLD_ROWS], model.used[YOUNG_LISTED] = self.homes, len(young)
        model.timeline = timeline_of(self.case, model.catalogue)
        model.month, model._places_per_1000 = first, (0.0, 0.0, 0.0)
        model._seen["residents"] = model._seen["formal"] = 0.0
        for county, residents in self.case.residents.items():
            row, elders = model.city.counties.index(county), self.case.elders.get(county, 0)
            model._seen["residents"][0, row, 0, [30, 70]] = residents - elders, elders
            model._seen["formal"][0, row] = self.case.employees.get(county, 0)

    # --- the months --------------------------------------------------------------------------------------------------

    def pay(self) -> dict[int, NDArray[np.float64]]:
        """Live the months of the case; the ledger of each, axes as in the counters."""
        first = self.case.months[0]
        changes = set(self.model.timeline.change_months(first, self.case.months[-1]))
        self.paid_until = paid_until(self.model.timeline, first)
        paid = {}
        for month in self.case.months:
            new_year = month_of_year(month) == 1
            if new_year or month in changes or month == self.case.months[0]:
                self.model.month = month
                self.model._law_of_month()
                self._fix_prices()
            if new_year:
                self.model.counters = empty_counters()
            before = self.model.counters["ledger"][0].copy()
            self._live(month, new_year)
            counters = self.model.counters[0]
            paid[month] = counters["ledger"] - before
            if not np.allclose(counters["received"], counters["ledger"].sum(axis=(1, 2, 3, 4))):
                raise RuntimeError(f"{month_label(month)}: what was received is not what was paid")
        return paid

    def _fix_prices(self) -> None:
        """Wages by the case's rule, its fees, room in every nursery and one near by, nobody arriving; rented homes of
        the size that makes the stated rent."""
        model = self.model
        tables = model.tables[0]
        tables["wage"], tables["nursery_fee"] = WAGE, self.case.nursery_fee
        tables["kindergarten_fee"], tables["yuan_growth"] = 12.0 * self.case.kindergarten_fee, 1.0
        tables["places"], tables["reach"], tables["arrivals"] = 1e9, 1.0, 0.0
        rent_to_price = float(model.pars["rent_to_price"][0])
        households = model.population.households
        for family, mother in zip(self.case.families, self.mothers, strict=True):
            if family.home.market_rent and mother >= 0:
                home = model.population.persons["household"][mother]
                price = tables["price"][households["county"][home]]
                households["area"][home] = family.home.market_rent / (rent_to_price * price)

    def _parameters(self, month: int) -> NDArray[np.void]:
        """Behaviour out of the way: everybody takes the leave there is, and chooses what the case says."""
        pars = self.model.pars.copy()
        pars["earnings_sigma"], pars["wage_women"], pars["wage_by_age"], pars["wage_by_schooling"] = 1.0, 1.0, 1.0, 1.0
        pars["wage_by_work"] = [0.0, 1.0, 1.0, 1.0]
        pars["paternity_take_up"] = pars["parental_take_up"] = 1.0
        pars["delivery_cost_yuan"], pars["art_cycle_yuan"] = self.case.delivery_cost, self.case.treatment_cost
        pars["elders_in_need"], pars["elder_care_yuan_year"] = ELDERS_IN_NEED, self.case.elder_care_cost
        pars["social_insurance_share"], pars["saving_rate"] = SOCIAL_INSURANCE, 0.0
        pars["buy_monthly"], pars["leave_parents_share"] = pars["housing_bound"], 1.0
        births = [sum(month_of(child.born) == month for child in family.children) for family in self.case.families]
        pars["twin_share"] = 1.0 if max(births, default=0) == 2 else 0.0
        wanted = {child.care for f in self.case.families for child in f.children if self._decides(child.born, month)}
        if len(wanted) > 1:
            raise RuntimeError(f"{month_label(month)}: children who decide on {sorted(wanted)}; choose other birthdays")
        for care in CARE_NAMES[1:]:
            pars[f"taste_{care}"] = ALWAYS_CHOSEN if care in wanted else NEVER_CHOSEN
        return pars

    @staticmethod
    def _decides(born: str, month: int) -> bool:
        age_months = month - month_of(born)
        return 0 < age_months < 36 and age_months % 6 == 0

    def _live(self, month: int, new_year: bool) -> None:
        """The events of the case in this month, then the month itself (the order of ``FamilyModel.step``)."""
        model = self.model
        model.month = month
        state = model._state()._replace(pars=self._parameters(month))
        state.calendar[...] = NEVER
        for family, mother, father in zip(self.case.families, self.mothers, self.fathers, strict=True):
            for when, county in family.moves.items():
                if month_of(when) == month:
                    self._move(state, mother, county)
            if any(month_of(child.born) == month for child in family.children):
                state.persons["state"][mother], state.persons["state_month"][mother] = PREGNANT, month
                state.calendar[PLANS, mother] = month
            if family.buys_home and month_of(family.buys_home) == month:
                state.calendar[HOUSING, mother] = month
            self._pay_for_events(state, family, mother, father)
        if new_year:
            count_city(state, np.zeros(1, SEEN_DTYPE), True)  # books couples' tax deductions as it passes
        if new_year or month == self.paid_until:
            self.paid_until = paid_until(model.timeline, month)
            pay_ahead(state, model._seen[0]["residents"][:, :, 65:].sum(axis=(1, 2)), self.paid_until - month)
        live_month(state)
        model.tables[0]["places_opened"] = model.tables[0]["parental_begins"] = 0.0
        model.population.n = int(model.used[PERSON_ROWS])
        model.population.n_households = int(model.used[HOUSEHOLD_ROWS])

    @staticmethod
    def _pay_for_events(state: Any, family: Family, mother: int, father: int) -> None:
        """What is paid at a marriage, a settlement and a treatment, whatever made people decide on them."""
        if family.marries and month_of(family.marries) == state.month:
            at_marriage(state, mother, father)
        if family.settles and month_of(family.settles) == state.month:
            for adult in (mother, father):
                if adult >= 0:
                    at_settlement(state, adult)
        if family.treated and month_of(family.treated) == state.month:
            at_treatment(state, mother)

    def _move(self, state: Any, mother: int, county: str) -> None:
        """The whole household to a like home in another county."""
        origin = int(state.persons["household"][mother])
        old = state.households[origin]
        new = open_household(
            state, self.model.city.counties.index(county), int(old["town"]), int(old["tenure"]), float(old["area"])
        )
        state.households["fifth"][new] = old["fifth"]
        for row in self.model.population.members(origin):
            move_home(state, row, new)


def by_lever_and_payer(ledger: NDArray[np.float64]) -> dict[tuple[str, str], float]:
    """Yuan by (lever, payer), without what is nothing."""
    sums = ledger.sum(axis=(2, 3, 4))
    return {
        (lever, payer): float(sums[i, j])
        for i, lever in enumerate(LEDGER_LEVERS)
        for j, payer in enumerate(PAYERS)
        if abs(sums[i, j]) > 0.0
    }


def of_levers(paid: dict[int, NDArray[np.float64]], levers: Iterable[str]) -> dict[int, NDArray[np.float64]]:
    """The ledger of each month with the entries of other levers set to nothing."""
    kept = np.isin(LEDGER_LEVERS, list(levers))
    return {month: np.where(kept[:, None, None, None, None], ledger, 0.0) for month, ledger in paid.items()}


def by_year(paid: dict[int, NDArray[np.float64]]) -> dict[int, NDArray[np.float64]]:
    """The ledger of each calendar year."""
    years = sorted({year_of(month) for month in paid})
    return {year: sum(ledger for month, ledger in paid.items() if year_of(month) == year) for year in years}  # type: ignore[misc]


def rights_of(case: Case, law: NDArray[np.void], month: int) -> dict[str, float]:
    """What the law of a month lets the case's one household do."""
    family = case.families[0]
    only = sum(adult is not None and adult.only_child for adult in (family.mother, family.father))
    children = sum(month_of(child.born) <= month and child.died is None for child in family.children)
    return {
        "children_allowed": allowed_children(law, only),
        "loan_ceiling": loan_ceiling_yuan(law, children),
        "deposit_share": deposit_share(law, children),
        "registers_unmarried": float(law["birth_registration__outside_marriage"][0]),
    }
