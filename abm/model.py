"""FamilyModel: the city as one mesa.Model. Clock, population, law, observer; ``fork`` branches a saved state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import mesa
import numpy as np
import pandas as pd

from abm.city.city import City
from abm.city.loading import load_city
from abm.city_state import CityState, checked_hold, with_room
from abm.core.counters import BIRTH_DTYPE, MAX_COUNTIES, empty_counters
from abm.core.hazards import check_bounds
from abm.core.parameters import Parameters
from abm.core.population import CALENDAR, RESIDENT, Population, empty_households, empty_persons
from abm.core.state import BIRTHS_LOGGED, FOUNDING_ROWS, HOUSEHOLD_ROWS, MEN_STANDING, PERSON_ROWS, YOUNG_LISTED, State
from abm.core.tables import empty_tables
from abm.founding import found
from abm.money.foreseen import fill_benefits
from abm.money.house_prices import house_prices
from abm.money.law_row import fill_payers, first_month_given, law_row
from abm.money.paid_ahead import PaidAhead, books, entered_since, paid_until, pays_the_same_ahead
from abm.money.public_budget import LARGEST_LEVY, spending_share
from abm.month import live_month
from abm.observe.observer import Observer
from abm.processes import january as norms
from abm.processes.first_calendars import start_calendars
from abm.processes.migration import reschedule_moves
from abm.processes.yearly_payments import pay_ahead
from abm.processes.yearly_rates import CityRates
from policies.catalogue import load_catalogue
from policies.clock import first_month_of_year, month_index, month_of_year, year_of
from policies.errors import InputError
from policies.messages import tr
from policies.timeline import Timeline, current_law

_PLACE_FIELDS = ("nursery_places.added_per_1000", "nursery_classes.places_per_1000",
                 "workplace_nurseries.places_per_1000_employees")  # fmt: skip
"""What each of :data:`abm.core.levers.PLACE_LEVERS` adds."""
_BOUNDS = ("death_bound", "marriage_bound", "top_wish", "plan_bound")
_BOUND_PARAMETERS = ("gross_move_rate", "housing_bound", "net_level", "separation_bound", "town_move_bound",
                     "work_change_monthly")  # fmt: skip
"""Tables and parameters that candidate months on calendars were drawn from: a fork keeps them."""
_ROOM_PERSONS, _ROOM_HOUSEHOLDS = 0.004, 0.006
"""Rows kept free for a month, over rows in use: several times the busiest month's births and arrivals."""


class FamilyModel(CityState, mesa.Model):
    """A city of households that marry, bear and care, month by month.

    ``scale`` is the share of residents simulated; every count in the output is scaled to the city. ``start`` is
    "2010-11" or "2020-11". ``hold`` names feedbacks to keep fixed (see :data:`abm.city_state.HOLDABLE`).
    Raises InputError for a wrong city, start, scale or hold, HazardBoundError when a hazard exceeds its bound.
    """

    def __init__(
        self,
        city: City | str,
        *,
        scale: float = 0.05,
        seed: int = 1,
        start: str = "2010-11",
        parameters: Parameters | None = None,
        timeline: Timeline | None = None,
        hold: Iterable[str] = (),
        balanced_budget: bool = False,
    ) -> None:
        super().__init__(rng=seed)
        self.city = load_city(city) if isinstance(city, str) else city
        if len(self.city.counties) > MAX_COUNTIES:
            raise InputError(
                tr("city {city}: {count} counties; at most {max_counties}").format(
                    city=self.city.name, count=len(self.city.counties), max_counties=MAX_COUNTIES
                )
            )
        self.scale, self.seed = float(scale), int(seed)
        self.parameters = parameters or Parameters.load()
        self.catalogue = load_catalogue()
        self._national_law = current_law(self.catalogue)
        self.timeline = timeline or self._national_law
        self.hold = checked_hold(hold)
        self.balanced_budget = balanced_budget
        self._usual_share: float | None = None
        self.month = self.first_month = month_index(start)
        self.pars = self.parameters.row()
        founding = found(self.city, self.month, self.scale, self.seed, self.parameters)
        self.population: Population = founding.population
        self.founding_checks: pd.DataFrame = founding.checks
        self.scale = self._scale_built()
        self.counters = empty_counters()
        self.births = np.zeros(4096, BIRTH_DTYPE)
        self.worst = np.zeros(len(CALENDAR))
        self.used = np.zeros(6, np.int64)
        self.used[PERSON_ROWS], self.used[HOUSEHOLD_ROWS] = self.population.n, self.population.n_households
        self.used[FOUNDING_ROWS] = self.population.n
        births = self.population.persons["birth_month"]
        self.young = np.zeros(int((births > self.month - 40).sum()), np.int32)
        self.standing = np.zeros(0, np.int32)
        self._due = np.empty(0, np.int32)
        self._law = law_row(self.timeline, self.catalogue, self.month)
        self.rates = CityRates(self.city, self.parameters)
        self.tables = empty_tables(len(self.city.counties))
        self.observer = Observer(self.city, self.scale)
        self._places_per_1000 = (0.0,) * len(_PLACE_FIELDS)
        self._begin()

    # --- running ------------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """Live one month (the order is in :mod:`abm.month`)."""
        if month_of_year(self.month) == 1:
            self._january(first=False)
        elif self.month in self._law_changes:
            self._law_of_month()
            if self.month == self._paid_ahead.until:
                self._pay_ahead()
        elif self._change_ahead:
            self._law_of_month()
        if month_of_year(self.month) == self.observer.census_month:
            self.observer.take_census(self._state())
        live_month(self._state())
        self._after_month()
        self.month += 1

    def run_until_month(self, month: int, on_month: Callable[[FamilyModel], None] | None = None) -> None:
        """Live every month before ``month``; ``on_month`` is called after each."""
        while self.month < month:
            self.step()
            if on_month is not None:
                on_month(self)

    def fork(
        self,
        timeline: Timeline | None = None,
        hold: Iterable[str] | None = None,
        balanced_budget: bool | None = None,
        headline_only: bool = False,
        parameters: Parameters | None = None,
    ) -> FamilyModel:
        """An independent copy of the present state, under another law or other behaviour if given; row numbers and ids
        stay.

        With ``headline_only`` its rows are :data:`abm.observe.observer.HEADLINE` of the whole city, and no census is
        taken. InputError for parameters that move a bound on which calendars stand: such a city needs its own history.
        """
        other = object.__new__(type(self))
        mesa.Model.__init__(other, rng=self.seed)
        self.hand_on_to(other)
        other.population = self.population.copy()
        other.observer = self.observer.copy()
        other.observer.headline_only = headline_only or self.observer.headline_only
        other._due = np.empty(0, np.int32)
        other.timeline = timeline or self.timeline
        other.hold = self.hold if hold is None else checked_hold(hold)
        other.balanced_budget = self.balanced_budget if balanced_budget is None else balanced_budget
        other.tables[0]["hold_places"] = float("places" in other.hold)
        other._law_changes = other._months_of_change()
        other._law = self._law
        if parameters is not None:
            other._take_up(parameters)
        if timeline is not None:
            owed = pays_the_same_ahead(self.timeline, timeline, self.month)
            ahead = self.month < self._paid_ahead.until and not owed
            if ahead:
                self._paid_ahead.taken_back(other.counters, self.month)
            other._law_of_month()
            if ahead:
                other._pay_ahead()
        elif parameters is not None:
            other._law_of_month()
        return other

    def let_go(self) -> None:
        """Give the memory of the people back at once, so that the next fork finds it at hand; what was observed stays.

        Mesa's models refer to themselves, so Python would free them only when it looks for such circles, and forks made
        meanwhile would wait for the system to hand out fresh memory: a fifth of ten simulated years.
        """
        nobody = np.empty(0, np.int32)
        self.population = Population.from_arrays(empty_persons(0), empty_households(0))
        self.births, self.young, self.standing, self._due = self.births[:0].copy(), nobody, nobody, nobody
        self.used[:] = 0

    def saved(self) -> dict[str, Any]:
        """The present state as plain values and arrays that can be pickled; :meth:`from_saved` takes it up again."""
        people = self.population
        state = self.state_to_save()
        entries = {"births": BIRTHS_LOGGED, "young": YOUNG_LISTED, "standing": MEN_STANDING}
        state |= {name: state[name][: self.used[entry]] for name, entry in entries.items()}
        state["persons"], state["households"] = people.persons[: people.n], people.households[: people.n_households]
        state["calendar"] = np.ascontiguousarray(people.calendar[:, : people.n])
        return state | {"law": self.timeline, "hold": tuple(self.hold), "years": self.observer.years}

    @classmethod
    def from_saved(cls, state: dict[str, Any], city: City, parameters: Parameters) -> FamilyModel:
        """The model whose state was :meth:`saved`, in the same city with the same parameters, to be forked: its large
        arrays are those of ``state`` and may be read-only."""
        model = object.__new__(cls)
        mesa.Model.__init__(model, rng=state["seed"])
        model.city, model.parameters, model.pars = city, parameters, parameters.row()
        model.catalogue, model.rates = load_catalogue(), CityRates(city, parameters)
        model._national_law = current_law(model.catalogue)
        for name in CityState.names_to_save():
            setattr(model, name, state[name])
        model._seen = model._seen.copy()  # forks share it, and compiled code tells writable arrays from others
        persons, households = state["persons"], state["households"]
        model.population = Population(persons, len(persons), households, len(households), state["calendar"])
        model.observer = Observer(city, model.scale, dict(state["years"]))
        model._due = np.empty(0, np.int32)
        model.timeline, model.hold = state["law"], checked_hold(state["hold"])
        model._law_changes = model._months_of_change()
        model._law = law_row(model.timeline, model.catalogue, model.month)
        return model

    # --- what came of it ----------------------------------------------------------------------------------------------

    def rows(self) -> pd.DataFrame:
        """Everything observed so far: year, month (missing for yearly), indicator, group, value; scaled to the city."""
        return self.observer.rows()

    def births_log(self) -> pd.DataFrame:
        """Every birth so far, one row each, the columns of :data:`abm.core.counters.BIRTH_DTYPE`."""
        return pd.DataFrame(self.births[: self.used[BIRTHS_LOGGED]])

    @property
    def residents(self) -> int:
        """Simulated residents."""
        return int((self.population.persons["status"][: self.population.n] == RESIDENT).sum())

    # --- inside -------------------------------------------------------------------------------------------------------

    def _scale_built(self) -> float:
        """Share of residents that was really built (whole households round the asked share)."""
        year = year_of(self.month)
        return self.residents / float(np.sum(self.city.population_by_age(year)))

    def _state(self) -> State:
        """The bundle for this month, with room for those who are born, arrive or move out."""
        population = self.population
        population.n, population.n_households = int(self.used[PERSON_ROWS]), int(self.used[HOUSEHOLD_ROWS])
        room = 400 + int(_ROOM_PERSONS * population.n)
        population.reserve(room, 400 + int(_ROOM_HOUSEHOLDS * population.n_households))
        self.young = with_room(self.young, int(self.used[YOUNG_LISTED]) + room)
        self.standing = with_room(self.standing, int(self.used[MEN_STANDING]) + room + population.n // 100)
        self.births = with_room(self.births, int(self.used[BIRTHS_LOGGED]) + room)
        if len(self._due) < len(population.persons):
            self._due = np.empty(len(population.persons), np.int32)
        return State(
            np.uint64(self.seed), self.month, population.persons, population.households, population.calendar,
            self.used, self.young, self.standing, self.births, self.counters, self._law, self.pars, self.tables,
            self.worst, self._due,
        )  # fmt: skip

    def _begin(self) -> None:
        """Tables, norms and calendars of the founding month."""
        self._seen = np.zeros(1, norms.SEEN_DTYPE)
        self._law_changes = self._months_of_change()
        self.rates.fill_constants(self.tables, year_of(self.month))
        fill_payers(self.tables, self.catalogue)
        self._paid_ahead = PaidAhead(self.month, self.month)
        self.tables[0]["hold_places"] = float("places" in self.hold)
        self.tables[0]["place_chance"] = self.parameters["place_chance_start"]
        marital = self.tables[0]["marital_shares"]
        marital[:, :, 0] = 1.0
        marital[:, 15:101] = self.city.marital_shares(year_of(self.month))
        self._january(first=True)
        start_calendars(self._state())

    def _take_up(self, parameters: Parameters) -> None:
        """Go on with other behaviour; what people saw, did and own until now stays."""
        rates = CityRates(self.city, parameters)
        fresh = empty_tables(len(self.city.counties))
        rates.fill_constants(fresh, year_of(self.first_month))
        moved = [name for name in _BOUNDS if not np.array_equal(fresh[0][name], self.tables[0][name])]
        moved += [name for name in _BOUND_PARAMETERS if parameters.entry(name) != self.parameters.entry(name)]
        if moved:
            raise InputError(
                tr("fork: these parameters change {moved}; start a history with them instead").format(
                    moved=", ".join(moved)
                )
            )
        self.tables["phase_weight"] = fresh["phase_weight"]
        self.parameters, self.pars, self.rates = parameters, parameters.row(), rates
        rates.fill_year(self.tables, year_of(self.month))

    def _months_of_change(self) -> frozenset[int]:
        """Months from now on in which the law or what is known of it changes."""
        return frozenset(self.timeline.change_months(self.month, self.month + 12 * 100))

    def _law_of_month(self) -> None:
        """Step 1: the law of this month, and every table that follows from it."""
        self._law = law_row(self.timeline, self.catalogue, self.month)
        self._set_places()
        self._set_prices()
        national = self._national_law.at(self.month)
        for order in (1, 2, 3):
            field = f"child_allowance.order{order}"
            self.tables[0]["national_part"][order - 1] = national[field] / max(
                self.timeline.at(self.month)[field], 1e-9
            )
        self.tables[0]["national_age"] = national["child_allowance.max_age_months"]
        self.tables[0]["allowance_begins"] = first_month_given(self._national_law, "child_allowance.order1")
        self.tables[0]["parental_begins"] = self.timeline.begins("parental_leave.days", self.month)
        self._change_ahead = fill_benefits(self.tables, self.timeline, self.catalogue, self.month, self.pars)

    def _january(self, first: bool) -> None:
        """Norms, exposure, rates, prices and law of a new year (or of the founding)."""
        year = year_of(self.month)
        if not first:
            if "places" not in self.hold:
                norms.update_place_chance(self.tables, self.counters, self.pars)
            self._balance_budget()
            self.counters.view(np.uint8).fill(0)
        self.rates.fill_year(self.tables, year)
        if self.rates.fill_move_bound(self.tables, year) and not first:
            reschedule_moves(self._state())
        self._law_of_month()
        seen = norms.look_around(self._state(), pays=not first)
        if first or "norms" not in self.hold:
            norms.update_norms(self.tables, seen, self.pars, first)
        if first or "prospects" not in self.hold:
            norms.update_prospects(self.tables, seen, first)
        level = self.rates.level(year)
        norms.update_moves(
            self.tables,
            seen,
            self.rates.out_rates(level),
            self.rates.in_rates(level),
            np.asarray(self.city.town_share(year + 1)),
            self.pars,
            first,
        )
        self._seen = seen
        self._set_places()
        if not first:
            self._pay_ahead()

    def _pay_ahead(self) -> None:
        """Book what is paid by the year, until the year ends or its law changes."""
        counties = len(self.city.counties)
        until, before = paid_until(self.timeline, self.month), books(self.counters, counties)
        elders = self._seen[0]["residents"][:, :, 65:].sum(axis=(1, 2))
        pay_ahead(self._state(), elders, until - self.month)
        self._paid_ahead = PaidAhead(self.month, until, entered_since(self.counters, counties, before))

    def _balance_budget(self) -> None:
        """The levy of a new year, by what was spent in the last; the first January balanced is the measure."""
        if not self.balanced_budget:
            return
        share = spending_share(self.counters, self.tables, self._seen[0]["by_month"])
        if self._usual_share is None:
            self._usual_share = share
        levy = share - self._usual_share
        if abs(levy) > LARGEST_LEVY:
            raise InputError(
                tr("balanced_budget: {levy:.0%} of incomes would have to be levied in {year}").format(
                    levy=levy, year=year_of(self.month)
                )
            )
        self.tables[0]["levy"] = levy

    def _set_places(self) -> None:
        """Nursery places of the year and the law; those the law adds are paid for once, in the month they open."""
        law = self.timeline.at(self.month)
        places, per_place = (
            self.city.nursery_places_per_1000(year_of(self.month)),
            self.parameters["street_share_per_place"],
        )
        norms.update_places(self.tables, self._seen, law, places, per_place)
        for kind, field in enumerate(_PLACE_FIELDS):
            added, before = law[field], self._places_per_1000[kind]
            if added > before:
                opened = (1.0 - before / added) * self.tables[0]["places_added"][kind]
                self.tables[0]["places_opened"][kind] += opened
        self._places_per_1000 = tuple(law[field] for field in _PLACE_FIELDS)

    def _set_prices(self) -> None:
        """House prices of the year and the law."""
        if "prices" in self.hold and self.month > self.first_month:
            return
        law, usual = self.timeline.at(self.month), self._national_law.at(self.month)
        prices = house_prices(self.city, year_of(self.month), law, usual, self.parameters)
        self.tables[0]["price"][: len(prices)] = prices

    def _after_month(self) -> None:
        check_bounds(CALENDAR, self.worst)
        if month_of_year(self.month) == 12:
            year = year_of(self.month)
            if self.first_month <= first_month_of_year(year):  # a founding year has only its last months
                self.observer.close_year(year, self.counters, self.tables)
        self.tables[0]["places_opened"] = self.tables[0]["parental_begins"] = 0.0
        self.population.n = int(self.used[PERSON_ROWS])
        self.population.n_households = int(self.used[HOUSEHOLD_ROWS])
