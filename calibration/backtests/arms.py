"""Runs the arms of back-tests: one history a seed and parameter set, every arm forked from it with the same draws.

Only what experiments count is kept of an arm: its births and weddings in their months, a few yearly counters, and
states at anniversaries of the branch. The city at the branch stays whole, because populations are told apart there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.city.city import City
from abm.cohorts import MONTHS_TO_COMPLETION, births_of_fertile_cohorts, start_of_completion
from abm.core.counters import COUNTS
from abm.core.levers import LEDGER_LEVERS
from abm.core.parameters import Parameters
from abm.core.population import CARE_NURSERY, COLLECTIVE, OWNS_TOWN
from abm.model import FamilyModel
from calibration.backtests.files import BacktestArm, BackTests
from calibration.backtests.populations import Mask, grandparents_available, population_mask
from calibration.backtests.watch import Watch
from policies.clock import MONTHS_PER_YEAR, month_index, year_of
from policies.timeline import Timeline, timeline_for

OnMonths = Callable[[int], None]
"""Told how many months have been simulated since it was last told."""
YEAR_COLUMNS = ("cycles", "in_nursery", "under_three", "fee_cap_paid")
_CYCLES, _FEE_CAP = COUNTS.index("art_cycles"), LEDGER_LEVERS.index("fee_cap")


@dataclass(frozen=True)
class Record:
    """What is kept of an arm; months are counted from the branch.

    ``births`` has one row a birth (month, mother_id, age in years, order), ``weddings`` one a wedding of a resident
    woman in the month in which it was (month, row, age, first), ``years`` one a whole calendar year from the branch's
    year on. States are kept by the months lived, twelve by twelve: ``formal`` the resident women of 20 to 39 in private
    formal work, ``carers`` the grandparents free to mind a child by row of ``BranchCity.wife_rows``, where asked for.
    """

    births: pd.DataFrame
    weddings: pd.DataFrame
    years: pd.DataFrame
    formal: Mapping[int, int]
    timeline: Timeline
    parameters: Parameters
    gift_yuan: float = 0.0
    carers: Mapping[int, NDArray[np.int64]] = field(default_factory=dict)


@dataclass
class BranchCity:
    """The city in the month in which arms part, and the masks asked of it."""

    model: FamilyModel
    _masks: dict[str, Mask] = field(default_factory=dict)

    @property
    def month(self) -> int:
        """First month in which arms may differ."""
        return int(self.model.month)

    @property
    def wife_rows(self) -> NDArray[np.int64]:
        """Rows of wives of 20 to 44: those whose grandparents are counted."""
        return self.rows_of("wives_20_44")

    def mask(self, population: str) -> Mask:
        """Who belongs to a population, by row."""
        if population not in self._masks:
            self._masks[population] = population_mask(self.model, population)
        return self._masks[population]

    def carers(self, parameters: Parameters) -> NDArray[np.int64]:
        """Grandparents free to mind a child under these parameters, by row of :attr:`wife_rows`."""
        fork = self.model.fork(parameters=parameters)
        found = grandparents_available(fork, self.wife_rows)
        fork.let_go()
        return found

    def rows_of(self, population: str) -> NDArray[np.int64]:
        """Rows of a population."""
        return np.flatnonzero(self.mask(population))


def branch_cities(
    city: City, tests: BackTests, branches: Iterable[str], scale: float, seed: int, parameters: Parameters,
    on_months: OnMonths = lambda _: None,
) -> dict[str, BranchCity]:  # fmt: skip
    """The history under the law as it was, kept at every branch asked for; one history serves all."""
    model = FamilyModel(city, scale=scale, seed=seed, start=tests.start, parameters=parameters)
    kept = {}
    for name in sorted(set(branches), key=lambda branch: month_index(tests.branches[branch])):
        month = month_index(tests.branches[name])
        on_months(month - int(model.month))
        model.run_until_month(month)
        kept[name] = BranchCity(model.fork())
    model.let_go()
    return kept


def run_arm(branch: BranchCity, arm: BacktestArm, counts_carers: bool, on_months: OnMonths = lambda _: None) -> Record:
    """Live one arm and keep what experiments count."""
    start, end = branch.month, branch.month + MONTHS_PER_YEAR * arm.years
    law = timeline_for(branch.model.catalogue, changes=arm.changes, start=start)
    parameters = branch.model.parameters.replace(**arm.parameters)
    model = branch.model.fork(timeline=law, hold=arm.hold, parameters=parameters if arm.parameters else None)
    give(model, arm)
    watch = Watch(start, branch.wife_rows if counts_carers else None)
    model.run_until_month(end, watch)
    births = model.births_log()
    if arm.complete_cohorts:
        later = start_of_completion(model, timeline_for(model.catalogue, start=start))
        later.run_until_month(end + MONTHS_TO_COMPLETION)
        log = later.births_log()
        later.let_go()
        births = pd.concat([births, births_of_fertile_cohorts(log[log["month"] >= end], end)], ignore_index=True)
    on_months(months_of(arm))
    record = Record(
        births=births_since(births, start),
        weddings=watch.weddings(),
        years=whole_years(model, start),
        formal=watch.formal,
        timeline=law,
        parameters=parameters,
        gift_yuan=arm.gift_yuan,
        carers=watch.carers,
    )
    model.let_go()
    return record


def months_of(arm: BacktestArm) -> int:
    """Months that an arm lives, its cohorts' completion included."""
    return MONTHS_PER_YEAR * arm.years + (MONTHS_TO_COMPLETION if arm.complete_cohorts else 0)


def give(model: FamilyModel, arm: BacktestArm) -> None:
    """What an arm gives to households at its start: a windfall, and the higher worth of owned homes."""
    households = model.population.households[: model.population.n_households]
    owns = (households["tenure"] == OWNS_TOWN) & (households["head"] >= 0)
    receives = owns if arm.gift_to == "owners" else (households["head"] >= 0) & (households["tenure"] != COLLECTIVE)
    households["net_worth"][receives] += arm.gift_yuan
    worth = model.tables[0]["price"][households["county"]] / model.parameters["house_price_level"] * households["area"]
    households["net_worth"][owns] += arm.home_value_gain * worth[owns]


def births_since(log: pd.DataFrame, start: int) -> pd.DataFrame:
    """Births from a month on: months since it, mother's id and age in completed years, order."""
    kept = log[log["month"] >= start]
    age = (kept["month"].astype(int) - kept["mother_birth_month"].astype(int)) // MONTHS_PER_YEAR
    return pd.DataFrame(
        {"month": kept["month"].astype(int) - start, "mother_id": kept["mother_id"], "age": age,
         "order": kept["order"].astype(int)}
    ).reset_index(drop=True)  # fmt: skip


def whole_years(model: FamilyModel, start: int) -> pd.DataFrame:
    """Yearly counts by year since the branch: cycles, child-months in nurseries and under three, yuan of fee caps."""
    found = []
    for year, record in sorted(model.observer.years.items()):
        if record.flows is None or year < year_of(start):
            continue
        flows = record.flows[0]
        care = flows["care_months"].sum(axis=0)
        counts = (flows["count"][_CYCLES], care[CARE_NURSERY], care.sum(), flows["ledger"][_FEE_CAP].sum())
        found.append((year - year_of(start), *(float(count) for count in counts)))
    return pd.DataFrame(found, columns=["year", *YEAR_COLUMNS])


def live_arms(
    branches: Mapping[str, BranchCity], tests: BackTests, names: Iterable[str], count_carers: Iterable[str],
    on_months: OnMonths = lambda _: None,
) -> dict[str, Record]:  # fmt: skip
    """Every arm of these names; carers are counted in the arms in ``count_carers``."""
    counted = set(count_carers)
    return {
        name: run_arm(branches[tests.arms[name].branch], tests.arms[name], name in counted, on_months)
        for name in sorted(set(names))
    }
