"""A finished run as the report sees it: context, series, births, and the comparisons made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import pandas as pd

from results.analysis import births_split, compare
from results.analysis.replicates import numbered, replicate_births, replicate_series
from results.finished_run import FinishedRun
from results.folder.store import RunFolder

MONTHS_A_YEAR = 12
MONTH_ZERO_YEAR = 1900
"""Months in a births log count from January of this year."""


def month_number(label: str) -> int:
    """``2027-03`` as months since January 1900, as a births log counts."""
    year, month = label.split("-")
    return (int(year) - MONTH_ZERO_YEAR) * MONTHS_A_YEAR + int(month) - 1


def group_dimensions(group: str) -> dict[str, str]:
    """``sex:female;age:25-29`` as a dict; ``all`` as an empty one."""
    if group == "all":
        return {}
    return dict(part.split(":", 1) for part in group.split(";"))


@dataclass(frozen=True)
class RunData(FinishedRun):
    """One run folder read once; everything the figures and sections ask for hangs here."""

    births: pd.DataFrame

    @classmethod
    def read(cls, folder: RunFolder) -> Self:
        """Read a run folder. Raises RunFolderError when a file is missing.

        With several parameter draws a replicate is a draw (see ``results.analysis.replicates``): arms are compared
        within it, and the column ``seed`` of series and births numbers replicates.
        """
        run = FinishedRun.read(folder)
        series, births = run.series, folder.read_births(run.design)
        if run.replicates_are_draws:
            pairs = numbered(run.design, series)
            series, births = replicate_series(series, pairs), replicate_births(births, run.design, pairs)
        return cls(run.context, run.manifest, run.design, series, run.failures, births)

    # ---- who and when ----------------------------------------------------------------------------------------

    @cached_property
    def scenarios(self) -> list[str]:
        """Scenarios with at least one finished run, baseline first, in config order."""
        present = set(self.series["scenario"].astype(str))
        return [name for name in super().scenarios if name in present]

    @cached_property
    def policies(self) -> list[str]:
        """Scenarios other than the baseline."""
        return [name for name in self.scenarios if name != self.baseline]

    @cached_property
    def end_year(self) -> int:
        """Last year simulated to its end, and reported."""
        reported = self.rows("tfr")["year"]
        return min(self.last_full_year, int(reported.max())) if len(reported) else self.last_full_year

    @property
    def start_year(self) -> int:
        """First year simulated from its beginning."""
        year, month = self.context["start"].split("-")
        return int(year) if month == "01" else int(year) + 1

    @cached_property
    def seeds(self) -> int:
        """Independent replicates: parameter draws where there are several, else seeds."""
        return int(self.series["seed"].nunique())

    @property
    def draws(self) -> int:
        """Parameter draws; 1 when all runs share one set."""
        return int(self.design["draw"].nunique())

    @cached_property
    def replicates(self) -> int:
        return self.draws if self.replicates_are_draws else self.seeds

    # ---- targets ---------------------------------------------------------------------------------------------

    @cached_property
    def tfr_target(self) -> dict[str, Any] | None:
        """The plan's TFR target, if the city has one: value and year (clipped to the run)."""
        for target in self.context["targets"]:
            if target["indicator"] == "tfr":
                return dict(target)
        return None

    @property
    def judged_year(self) -> int:
        """Year in which the target is judged: the target's, or the last full year if the run ends before it."""
        target = self.tfr_target
        return min(int(target["year"]), self.end_year) if target else self.end_year

    # ---- series ----------------------------------------------------------------------------------------------

    def find_group(self, indicator: str, **dimensions: str) -> str | None:
        """The group of ``indicator`` with exactly these dimensions, in whatever order it was written."""
        seen = self._groups.get(indicator, [])
        return next((group for group in seen if group_dimensions(group) == dimensions), None)

    @cached_property
    def _groups(self) -> dict[str, list[str]]:
        pairs = self.series[["indicator", "group"]].astype(str).drop_duplicates()
        return {str(name): list(part["group"]) for name, part in pairs.groupby("indicator")}

    def groups_by_indicator(self) -> dict[str, list[str]]:
        """Groups of every indicator the run kept."""
        return self._groups

    def groups(self, indicator: str) -> list[str]:
        return self._groups.get(indicator, [])

    @cached_property
    def _by_indicator(self) -> dict[str, pd.DataFrame]:
        names = self.series["indicator"].astype(str)
        return {str(name): part for name, part in self.series.groupby(names, sort=False)}

    def rows(self, indicator: str) -> pd.DataFrame:
        """All rows of one indicator."""
        return self._by_indicator.get(indicator, self.series.iloc[0:0])

    def levels(self, indicator: str, group: compare.Group = "all") -> pd.DataFrame:
        """Levels of full years only: scenario, year, mean, low, high, sd, n."""
        table = self._once(indicator, compare.levels, indicator, group)
        return table[table["year"].between(self.start_year, self.end_year)].reset_index(drop=True)

    def effects(self, indicator: str, group: compare.Group = "all") -> pd.DataFrame:
        """Effects from the branch year on: scenario, year, mean, low, high, sd, n."""
        table = self._once(indicator, compare.effects, indicator, self.baseline, group)
        return table[table["year"].between(self.branch_year, self.end_year)].reset_index(drop=True)

    def summed(self, indicator: str, group: compare.Group = "all") -> pd.DataFrame:
        """Effects summed from the branch year to the end, by scenario."""
        years = (self.branch_year, self.end_year)
        return self._once(indicator, compare.summed_effects, indicator, self.baseline, *years, group).copy()

    @cached_property
    def _found(self) -> dict[tuple[Any, ...], pd.DataFrame]:
        """Comparisons that were made."""
        return {}

    def _once(self, indicator: str, compared: Callable[..., pd.DataFrame], *asked: Any) -> pd.DataFrame:
        """What ``compared`` makes of the rows of an indicator: a report asks for the same in many places."""
        key = (indicator, compared, *asked)
        if key not in self._found:
            self._found[key] = compared(self.rows(indicator), *asked)
        return self._found[key]

    def value(self, indicator: str, scenario: str, year: int, group: str = "all") -> dict[str, float] | None:
        """Mean and interval of one level, or None where the run has no such row."""
        table = self.levels(indicator, group)
        row = table[(table["scenario"] == scenario) & (table["year"] == year)]
        return None if row.empty else {str(k): float(row.iloc[0][k]) for k in compare.ESTIMATE_COLUMNS}

    def effect(self, indicator: str, scenario: str, year: int, group: str = "all") -> dict[str, float] | None:
        """Mean and interval of one effect, or None."""
        table = self.effects(indicator, group)
        row = table[(table["scenario"] == scenario) & (table["year"] == year)]
        return None if row.empty else {str(k): float(row.iloc[0][k]) for k in compare.ESTIMATE_COLUMNS}

    # ---- tables made once ------------------------------------------------------------------------------------

    @cached_property
    def chances(self) -> pd.DataFrame:
        """Chance of every scenario to reach the TFR target in the year it is judged."""
        target = self.tfr_target
        if target is None:
            return pd.DataFrame()
        return compare.target_chances(self.rows("tfr"), "tfr", float(target["value"]), self.judged_year)

    @cached_property
    def additional(self) -> pd.DataFrame:
        """Additional births from the branch year to the end by scenario."""
        return self.summed("births")

    @property
    def horizon_end_month(self) -> int:
        """First month after the horizon; births from then on complete its cohorts."""
        return (self.end_year + 1 - MONTH_ZERO_YEAR) * MONTHS_A_YEAR

    @cached_property
    def birth_differences(self) -> pd.DataFrame:
        """Births against the baseline by scenario, seed and quantity (births_split.differences)."""
        return births_split.differences(self.births, self.baseline, self.horizon_end_month, self.paid_from)

    @cached_property
    def paid_from(self) -> dict[str, dict[int, int]]:
        """Birth orders (3: third and later) that each scenario's own measures spend more on than the baseline, with the
        month from which the first of those measures is changed."""
        groups = [group for group in self.groups("cost") if {"lever", "order"} == set(group_dimensions(group))]
        found: dict[str, dict[int, int]] = {name: {} for name in self.policies}
        for group in groups:
            order, lever = group_dimensions(group)["order"], group_dimensions(group)["lever"]
            for row in self.summed("cost", group).itertuples(index=False) if order != "none" else ():
                if row.mean > 0 and lever in self.levers_changed(row.scenario):
                    own, place = found[str(row.scenario)], min(int(order.rstrip("+")), 3)
                    start = min(month_number(c["from"]) for c in self._changes(row.scenario) if c["lever"] == lever)
                    own[place] = min(own.get(place, start), start)
        return found

    def _changes(self, scenario: str) -> list[dict[str, Any]]:
        return list(self.scenario_card(scenario)["changes"])

    def months_in_force(self, scenario: str) -> tuple[int, int]:
        """First and last month of the horizon in which a scenario's law differs from the baseline's."""
        branch, end = month_number(self.context["branch"]), self.horizon_end_month - 1
        changes = self._changes(scenario)
        if not changes:
            return branch, end
        first = min(max(month_number(c["from"]), branch) for c in changes)
        last = max(end if c["to"] is None else min(month_number(c["to"]), end) for c in changes)
        return min(first, end), max(last, min(first, end))

    def years_in_force(self, scenario: str) -> float:
        """Years of the horizon in which a scenario's law differs from the baseline's; a cost a year divides by them."""
        first, last = self.months_in_force(scenario)
        return (last - first + 1) / MONTHS_A_YEAR

    def levers_changed(self, scenario: str) -> set[str]:
        """Levers that a scenario sets otherwise than the baseline."""
        return {str(change["lever"]) for change in self.scenario_card(scenario)["changes"]}

    @cached_property
    def first_year_in_force(self) -> int:
        """The first year in which any scenario's law differs from the baseline's (the branch year where none does)."""
        firsts = [self.months_in_force(name)[0] // MONTHS_A_YEAR + MONTH_ZERO_YEAR for name in self.policies]
        return min(firsts, default=self.branch_year)

    @cached_property
    def cohorts_completed(self) -> bool:
        """True if the run followed its cohorts to age 50."""
        return bool((self.birth_differences["quantity"] == "births_additional").any())

    @cached_property
    def split(self) -> pd.DataFrame:
        """Births against the baseline, mean and interval by scenario and quantity."""
        return births_split.split_table(self.birth_differences)

    def split_value(self, scenario: str, quantity: str) -> dict[str, float] | None:
        row = self.split[(self.split["scenario"] == scenario) & (self.split["quantity"] == quantity)]
        return None if row.empty else {str(k): float(row.iloc[0][k]) for k in ("mean", "low", "high", "n")}

    @cached_property
    def birth_costs(self) -> pd.DataFrame:
        """Extra cost of the horizon per additional birth by scenario (see ``additional_births_by_seed``)."""
        return compare.ratios(self.extra_cost_by_seed, self.additional_births_by_seed)

    @cached_property
    def births_per_yuan(self) -> pd.DataFrame:
        """Additional births per yuan of extra cost by scenario."""
        return compare.ratios(self.additional_births_by_seed, self.extra_cost_by_seed)

    @property
    def births_quantity(self) -> str:
        """The births that costs are divided by: additional ones of completed cohorts, or those within the horizon where
        cohorts were not followed to age 50."""
        return "births_additional" if self.cohorts_completed else "within_horizon"

    @cached_property
    def additional_births_by_seed(self) -> pd.DataFrame:
        """Births of ``births_quantity`` by scenario and seed."""
        return self.birth_differences[self.birth_differences["quantity"] == self.births_quantity]

    @cached_property
    def extra_cost_by_seed(self) -> pd.DataFrame:
        """Extra cost of the horizon by scenario and seed."""
        money = compare.paired(self.rows("cost"), "cost", self.baseline)
        money = money[money["year"].between(self.branch_year, self.end_year)]
        return money.groupby(["scenario", "seed"], as_index=False)["value"].sum()

    @cached_property
    def extra_cost(self) -> pd.DataFrame:
        """Extra cost over the horizon by scenario."""
        return self.summed("cost")

    def costs_by(self, dimension: str, extra: bool = True, first_year: int | None = None) -> pd.DataFrame:
        """Cost by lever or payer over the horizon (or from ``first_year`` on), against the baseline (``extra``) or in
        itself."""
        start = self.branch_year if first_year is None else first_year
        base = self.baseline if extra else None
        return self._once("cost", compare.summed_costs, dimension, start, self.end_year, base).copy()

    @property
    def balanced_budget(self) -> bool:
        """True if households bore what governments spent more."""
        return bool(self.context.get("balanced_budget", False))

    @property
    def horizon_years(self) -> int:
        return self.end_year - self.branch_year + 1
