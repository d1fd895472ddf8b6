"""The least-cost package that reaches a target, or the most births for a budget: a Pareto front by NSGA-II.

Every candidate is a package of doses that runs on all seeds and parameter draws; its runs are kept, and a candidate met
again (also after an interruption, since the search is keyed by its seed) is looked up by run id. Before the search:
every measure alone, and all measures at their best bound, which says what can be reached at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import Problem
from pymoo.problems.static import StaticProblem
from SALib.sample import latin

from experiments.run.run_table import design_table
from experiments.run.runner import INTERRUPTED, status_of, write_status
from experiments.study.config import BASELINE_SCENARIO
from experiments.study.design import Design, Row, row_changes
from experiments.study.factors import Factor
from experiments.study.kinds.optimise import OptimiseConfig, TfrTarget
from experiments.study.study import Study
from experiments.study.timelines import RowTimelines
from policies.clock import year_of
from results.analysis.packages import package_values
from results.folder.store import DESIGN, SERIES, RunFolder

Array = NDArray[np.float64]
Failures = list[dict[str, str]]
Execute = Callable[[Study, RunFolder, pd.DataFrame], Failures]
STEP = 0.02
"""Doses are rounded to this, so that near-equal candidates are one."""
ALONE, CORNER, CANDIDATE, MISSING = "alone", "corner", "candidate", "missing"
BEST = "best-bounds"
FAILED_VALUE = 1e15
MARRIAGE = "marriage_drift"
WANTED = {"campaign.ideal_added": 0.3, "campaign.decay_years": 20.0}
"""Women want 0.3 children more for good: the outer bounds of the campaign lever, taken as a supposition."""


@dataclass
class Search:
    """The state of a search: candidates met so far, and what is known of them."""

    study: Study
    folder: RunFolder
    execute: Execute
    changes: dict[str, dict[str, float]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    supposed: list[dict[str, Any]] = field(default_factory=list)
    """Parameters of draws beside those asked for, in which marriage is as it was."""
    failures: Failures = field(default_factory=list)

    def run(self) -> None:
        """Alone, corner, search, and what is missing if the target is out of reach."""
        factors = self.asked.factors
        alone = [np.eye(len(factors))[i] for i in range(len(factors))]
        for dose, factor in zip(alone, factors, strict=True):
            self.add(f"{factor.name}-high", ALONE, dose)
        packages = self.evaluate()
        corner = best_corner(packages, factors)
        self.add(BEST, CORNER, corner)
        packages = self.evaluate()
        self._nsga2(corner)
        if self.is_out_of_reach(packages):
            self._what_is_missing(corner)
            self.evaluate()

    @property
    def config(self) -> OptimiseConfig:
        assert isinstance(self.study.config, OptimiseConfig)
        return self.study.config

    @property
    def asked(self) -> Design:
        """The design that the config asks for: its factors, and the baseline on every seed and draw."""
        return self.study.design

    @property
    def target(self) -> TfrTarget | None:
        return self.config.target

    @property
    def gain(self) -> str:
        """What a package is to raise: the assured TFR when there is a target, births otherwise."""
        return "tfr_assured" if self.target else "births"

    def add(
        self, name: str, role: str, doses: Array, changes: dict[str, float] | None = None,
        draws: tuple[int, ...] | None = None,
    ) -> None:  # fmt: skip
        """Take a candidate into the design; ``changes`` wins over what the doses say, ``draws`` over all asked for."""
        if name in self.changes:
            return
        self.changes[name] = row_changes(self.asked.factors, list(doses)) if changes is None else changes
        own = self.asked.every_draw if draws is None else draws
        self.rows.append(Row(name, role, "", tuple(float(d) for d in doses), self.config.seeds, own))

    def evaluate(self) -> pd.DataFrame:
        """Run what has not been run, and return the values of every complete package."""
        study = self._with_rows()
        design = design_table(study)
        self.folder.write_table(design, DESIGN)
        self.failures = self.execute(study, self.folder, design)
        if not self.folder.has_series():
            raise _NothingRan
        return self.values(design)

    def values(self, design: pd.DataFrame) -> pd.DataFrame:
        """Cost, births and TFR of every package."""
        first, last = year_of(self.study.branch_month), last_year(self.study)
        target = self.target
        year = target.year if target else last
        probability = target.probability if target else 0.8
        series = self.folder.read_table(SERIES)
        years = (self.study.end_month + 1) // 12 - self.study.branch_month / 12
        return package_values(design, series, BASELINE_SCENARIO, first, last, year, probability, years)

    def _with_rows(self) -> Study:
        """The study with the rows met so far, on the draws asked for and those supposed."""
        draws = (*self.asked.draw_changes, *self.supposed)
        design = replace(self.asked, rows=(*self.asked.rows, *self.rows), fixed=self.changes, draw_changes=draws)
        timelines = RowTimelines(self.study.catalogue, self.changes, self.study.branch_month)
        return replace(self.study, design=design, timelines=timelines)

    def is_out_of_reach(self, packages: pd.DataFrame) -> bool:
        """True when even the best bound of every measure misses the target with its probability."""
        target = self.target
        own = packages[packages["role"] != MISSING]
        return target is not None and not (own["tfr_assured"] >= target.tfr).any()

    def _nsga2(self, corner: Array) -> None:
        config, budget = self.config, self.config.budget
        problem = _Doses(len(self.asked.factors), budget is not None)
        algorithm = NSGA2(pop_size=config.population, sampling=self._first_population(corner))
        algorithm.setup(problem, termination=("n_gen", config.generations), seed=config.design_seed, verbose=False)
        while algorithm.has_next():
            asked = algorithm.ask()
            doses = rounded(asked.get("X"))
            names = [candidate_name(row) for row in doses]
            for name, row in zip(names, doses, strict=True):
                self.add(name, CANDIDATE, row)
            packages = self.evaluate().set_index("scenario")
            known = packages.reindex(names)
            objectives = np.column_stack([known["cost"], -known[self.gain]]).astype(float)
            objectives = np.where(np.isfinite(objectives), objectives, FAILED_VALUE)
            limits = {"G": objectives[:, :1] - budget} if budget is not None else {}
            algorithm.evaluator.eval(StaticProblem(problem, F=objectives, **limits), asked)
            algorithm.tell(infills=asked)

    def _first_population(self, corner: Array) -> Array:
        """Nothing, everything at its best bound, half of it, each alone, and a Latin hypercube for the rest."""
        count, size = len(corner), self.config.population
        known = [np.zeros(count), corner, 0.5 * corner, *(np.eye(count)[i] for i in range(count))][:size]
        left = size - len(known)
        if left > 0:
            names = [f"x{i}" for i in range(count)]
            space = {"num_vars": count, "names": names, "bounds": [[0.0, 1.0]] * count}
            drawn = latin.sample(space, max(left, 2), seed=self.config.design_seed)[:left]
            known += list(drawn)
        return np.array(known)

    def _what_is_missing(self, corner: Array) -> None:
        """Suppositions laid over the best bounds: more money, more children wanted, more marriages, all three."""
        asked = self.asked
        best = row_changes(asked.factors, list(corner))
        money = {**best, **outer_bounds(asked.factors, corner, self.study)}
        more = {f: v for f, v in WANTED.items() if f in self.study.catalogue.fields}
        self.add("missing-money", MISSING, corner, money)
        self.add("missing-wanted", MISSING, corner, {**best, **more})
        supposed = [{**changes, **marriage_as_in_2020(self.study, changes)} for changes in asked.draw_changes]
        # Crossed draws that differ in marriage alone are now one; where each seed has its own, all are kept in order.
        self.supposed = supposed if asked.draw_by_seed else _without_doubles(supposed)
        first = len(asked.draw_changes)
        draws = tuple(range(first, first + len(self.supposed)))
        self.add("missing-marriage", MISSING, corner, best, draws)
        self.add("missing-all", MISSING, corner, {**money, **more}, draws)


def _without_doubles(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for place, each in enumerate(changes) if each not in changes[:place]]


class _Doses(Problem):  # type: ignore[misc]
    """Doses in [0, 1]: cost down, gain up, and cost within the budget if there is one."""

    def __init__(self, factors: int, has_budget: bool) -> None:
        super().__init__(n_var=factors, n_obj=2, n_ieq_constr=int(has_budget), xl=0.0, xu=1.0)


def last_year(study: Study) -> int:
    """Last year simulated to its end."""
    return year_of(study.end_month + 1) - 1


def rounded(doses: Array) -> Array:
    """Doses on the grid of candidates."""
    return np.round(np.round(np.asarray(doses, dtype=float) / STEP) * STEP, 6)


def candidate_name(doses: Array) -> str:
    """A name that says which doses: 12 hexadecimal digits of their hash."""
    text = ",".join(f"{dose:.4f}" for dose in doses)
    return "pkg-" + hashlib.sha256(text.encode()).hexdigest()[:12]


def best_corner(packages: pd.DataFrame, factors: Sequence[Factor]) -> Array:
    """Every measure at the end that is better for the TFR when it runs alone."""
    change = packages.set_index("scenario")["tfr_change"]
    births = packages.set_index("scenario")["births"]
    ends = [f"{factor.name}-high" for factor in factors]
    better = [bool(births.get(end, 0.0) > 0 or change.get(end, 0.0) > 0) for end in ends]
    return np.array(better, dtype=float)


def outer_bounds(factors: Sequence[Factor], corner: Array, study: Study) -> dict[str, float]:
    """Every measure of the corner at the outer bound of its lever file, in the direction in which it is strong."""
    changes = {}
    for factor, dose in zip(factors, corner, strict=True):
        for span in factor.spans if dose > 0 else ():
            parameter = study.catalogue.parameter(span.name)
            changes[span.name] = parameter.high if span.end > span.start else parameter.low
    return changes


def marriage_as_in_2020(study: Study, changes: Mapping[str, Any]) -> dict[str, Any]:
    """First marriages from 2023 on at the level of 2020."""
    years = study.parameters.list("marriage_drift_years").tolist()
    values = list(changes.get(MARRIAGE, study.parameters.list(MARRIAGE).tolist()))
    level = float(np.interp(2020, years, study.parameters.list(MARRIAGE)))
    return {MARRIAGE: [level if year > 2023 else value for year, value in zip(years, values, strict=True)]}


def search(study: Study, folder: RunFolder, execute: Execute) -> tuple[Failures, pd.DataFrame]:
    """Search and keep every run; returns the failures and the design of all that was asked."""
    found = Search(study, folder, execute)
    status = INTERRUPTED
    try:
        with suppress(_NothingRan):
            found.run()
        status = status_of(found.failures)
    finally:
        write_status(folder, status)
    return found.failures, folder.read_table(DESIGN)


class _NothingRan(Exception):
    """Not one run has finished, so that there is nothing to go by."""
