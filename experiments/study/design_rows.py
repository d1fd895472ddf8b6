"""The plan of a sweep or Sobol study: its rows, which law and which parameter draw each has, on which seeds it runs.

Designs are SALib's (Sobol sequence, Morris trajectories, Latin hypercube) on doses between 0 and 1; the rows keep
SALib's order in their names, and the analysis puts results back into that order before it computes anything.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from SALib.sample import latin
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

from abm.core.parameters import Parameters
from experiments.study.config import BASELINE_SCENARIO, SobolConfig, SweepConfig
from experiments.study.factors import BEHAVIOUR, Factor, parameter_change

BASELINE, LOW, HIGH, CURVE, SAMPLE = "baseline", "low", "high", "curve", "sample"
AT_PLAUSIBLE = "plausible"
"""What names and roles of the second design end in when a study has both kinds of bounds."""
UNCERTAINTY = "uncertainty"
"""Name of the factor that is an index into the parameter draws."""
MOST_ROWS = 1_000_000


@dataclass(frozen=True)
class Row:
    """One row: its name, role, factor (of a run of one factor alone), doses by factor, seeds 1 to n, and draws."""

    scenario: str
    role: str
    factor: str
    doses: tuple[float, ...]
    seeds: int
    draws: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """All rows of a study, its factors, the problem as SALib knows it, and the parameter draws."""

    rows: tuple[Row, ...]
    factors: tuple[Factor, ...]
    problem: Mapping[str, Any]
    draw_changes: tuple[Mapping[str, Any], ...]
    has_uncertainty: bool
    fixed: Mapping[str, dict[str, float]] | None = None
    """Lever changes by row where they are not what the doses say."""
    draw_by_seed: bool = False
    """True when a seed runs on one of a row's draws only, its own; False when it runs on all of them."""

    plausible_factors: tuple[Factor, ...] = ()
    """Factors of the second design, at plausible doses, where the study's own are at equal cost."""

    plausible_problem: Mapping[str, Any] | None = None
    """The second design's problem for SALib."""

    @property
    def every_factor(self) -> tuple[Factor, ...]:
        """Factors of the study's own design, then those that only the second has."""
        own = {factor.name for factor in self.factors}
        return (*self.factors, *(factor for factor in self.plausible_factors if factor.name not in own))

    def dose_names(self, row: Row) -> list[str]:
        """Names of the factors that a row's doses are for."""
        second = bool(self.plausible_factors) and row.role.endswith(f"-{AT_PLAUSIBLE}")
        factors = self.plausible_factors if second else self.factors
        return [factor.name for factor in factors] + [UNCERTAINTY] * self.has_uncertainty

    def draws_of(self, row: Row, seed: int) -> tuple[int, ...]:
        """Draws on which a row runs with a seed: all, or the seed's own (the first again after the last)."""
        return (row.draws[(seed - 1) % len(row.draws)],) if self.draw_by_seed else row.draws

    def changes(self) -> dict[str, dict[str, float]]:
        """Lever changes by row (the baseline left out)."""
        if self.fixed is not None:
            return dict(self.fixed)
        rows: list[dict[str, float]] = [{} for _ in self.rows]
        doses = self.dose_table()
        for place, factor in enumerate(self.factors):
            if factor.is_parameter:
                continue
            values = {span.name: span.at(doses[:, place]).tolist() for span in factor.spans}
            for index, dose in enumerate(doses[:, place].tolist()):
                if dose == dose:  # NaN: today's law
                    rows[index] |= {name: of_row[index] for name, of_row in values.items()}
                    rows[index] |= factor.fixed if dose > 0 else {}
        return {row.scenario: own for row, own in zip(self.rows, rows, strict=True) if row.role != BASELINE}

    def dose_table(self) -> NDArray[np.float64]:
        """Doses [row, factor], the uncertainty's last; NaN where a factor stays at today's law."""
        return np.array([row.doses for row in self.rows], dtype=float)


def a_draw_a_seed(plan: Plan, draws: tuple[Mapping[str, Any], ...]) -> Plan:
    """The same plan with each seed on a draw of its own."""
    every = tuple(range(len(draws)))
    rows = tuple(replace(row, draws=every) for row in plan.rows)
    return replace(plan, rows=rows, draw_changes=draws, draw_by_seed=True)


def with_second_design(plan: Plan, plausible: Plan) -> Plan:
    """The plan with all rows of the same plan at plausible doses behind its own, under names and roles of their own.

    The second may have factors that the first has not: what costs nothing has no dose of equal cost. With behavioural
    factors their doses then differ, and with them the draws.
    """
    draws = list(plan.draw_changes)
    known = {_key(changes): draw for draw, changes in enumerate(draws)}
    for changes in plausible.draw_changes:
        if _key(changes) not in known:
            known[_key(changes)] = len(draws)
            draws.append(changes)
    place = [known[_key(changes)] for changes in plausible.draw_changes]
    rows = tuple(
        replace(
            row,
            scenario=f"{row.scenario}-{AT_PLAUSIBLE}",
            role=f"{row.role}-{AT_PLAUSIBLE}",
            draws=tuple(place[draw] for draw in row.draws),
        )
        for row in plausible.rows
        if row.role != BASELINE
    )
    changes = {f"{name}-{AT_PLAUSIBLE}": own for name, own in plausible.changes().items()}
    fixed = plan.changes() | changes
    baseline = replace(plan.rows[0], draws=tuple(range(len(draws))))
    return replace(
        plan,
        rows=(baseline, *plan.rows[1:], *rows),
        draw_changes=tuple(draws),
        fixed=fixed,
        plausible_factors=plausible.factors,
        plausible_problem=plausible.problem,
    )


def row_changes(factors: Sequence[Factor], doses: Sequence[float]) -> dict[str, float]:
    """Lever fields of one row; a factor whose dose is NaN stays at today's law."""
    changes: dict[str, float] = {}
    for factor, dose in zip(factors, doses, strict=False):
        if not math.isnan(dose):
            changes |= factor.changes(dose)
    return changes


def problem_of(factors: Sequence[Factor], by_family: bool, uncertain: bool) -> dict[str, Any]:
    """The problem for SALib: doses in [0, 1], grouped by family if asked; the uncertainty is a group of its own."""
    names = [factor.name for factor in factors] + ([UNCERTAINTY] if uncertain else [])
    problem: dict[str, Any] = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    if by_family:
        problem["groups"] = [factor.group for factor in factors] + ([BEHAVIOUR] if uncertain else [])
    return problem


def sobol_plan(
    config: SobolConfig, factors: tuple[Factor, ...], draws: tuple[Mapping[str, Any], ...], parameters: Parameters
) -> Plan:
    """Baseline, every factor alone at both ends, and the design."""
    uncertain = len(draws) > 1
    problem = problem_of(factors, config.group_by == "family", uncertain)
    if config.method == "morris":
        doses = morris_sample.sample(dict(problem), config.samples, num_levels=config.levels, seed=config.design_seed)
    else:
        doses = sobol_sample.sample(
            dict(problem), config.samples, calc_second_order=config.second_order, seed=config.design_seed
        )
    more = max(config.seeds, config.replicate_seeds)
    alone = config.seeds if uncertain else more
    maker = _Maker(factors, draws, parameters, uncertain)
    maker.add_baseline(alone)
    for factor in factors:
        maker.add_alone(factor, alone)
    for index, row in enumerate(doses):
        maker.add(f"row-{index:05d}", SAMPLE, "", row, more if index < config.replicate_rows else config.seeds)
    return maker.plan(problem)


def sweep_plan(
    config: SweepConfig, factors: tuple[Factor, ...], draws: tuple[Mapping[str, Any], ...], parameters: Parameters
) -> Plan:
    """Baseline and a grid, a Latin hypercube, or curves of one factor at a time."""
    uncertain = len(draws) > 1
    maker = _Maker(factors, draws, parameters, uncertain)
    maker.add_baseline(config.seeds)
    problem = problem_of(factors, False, False)
    if config.method == "one_at_a_time":
        for factor in factors:
            for place, dose in enumerate(factor.doses(config.points)):
                maker.add_alone_at(factor, dose, f"{factor.name}-{place:02d}", CURVE, config.seeds)
        return maker.plan(problem)
    rows: Iterable[Sequence[float]]
    if config.method == "grid":
        rows = itertools.product(*(factor.doses(config.points) for factor in factors))
    else:
        rows = latin.sample(problem, config.samples, seed=config.design_seed)
    for index, row in enumerate(rows):
        maker.add(f"row-{index:05d}", SAMPLE, "", row, config.seeds, every_draw=uncertain)
    return maker.plan(problem)


def rows_asked(config: SweepConfig | SobolConfig, factors: Sequence[Factor]) -> int:
    """Rows of the design proper, before it is made."""
    if isinstance(config, SweepConfig):
        if config.method == "grid":
            return math.prod(len(factor.doses(config.points)) for factor in factors)
        return config.samples if config.method == "lhs" else len(factors) * config.points
    groups = len({factor.group for factor in factors}) if config.group_by == "family" else len(factors)
    groups += config.uncertainty is not None or config.parameters == "fitted"
    designs = 2 if config.bounds == "both" else 1
    if config.method == "morris":
        return designs * config.samples * (groups + 1)
    return designs * config.samples * (2 * groups + 2 if config.second_order else groups + 2)


class _Maker:
    """Gathers rows; a row that varies a behavioural factor gets a parameter draw of its own."""

    def __init__(
        self,
        factors: tuple[Factor, ...],
        draws: tuple[Mapping[str, Any], ...],
        parameters: Parameters,
        uncertain: bool,
    ) -> None:
        self.factors, self.parameters, self.uncertain = factors, parameters, uncertain
        self.draws = list(draws)
        self.known = {_key(changes): draw for draw, changes in enumerate(draws)}
        self.all = tuple(range(len(draws)))
        self.rows: list[Row] = []

    def add_baseline(self, seeds: int) -> None:
        nothing = (math.nan,) * (len(self.factors) + self.uncertain)
        self.rows.append(Row(BASELINE_SCENARIO, BASELINE, "", nothing, seeds, self.all))

    def add_alone(self, factor: Factor, seeds: int) -> None:
        """The factor alone at its weak end (unless that is today's law) and at its strong end."""
        if factor.is_parameter or not factor.starts_at_law:
            self.add_alone_at(factor, 0.0, f"{factor.name}-low", LOW, seeds)
        self.add_alone_at(factor, 1.0, f"{factor.name}-high", HIGH, seeds)

    def add_alone_at(self, factor: Factor, dose: float, name: str, role: str, seeds: int) -> None:
        doses = [math.nan] * (len(self.factors) + self.uncertain)
        doses[self.factors.index(factor)] = dose
        self.add(name, role, factor.name, doses, seeds, every_draw=True)

    def add(
        self, name: str, role: str, factor: str, doses: Iterable[float], seeds: int, every_draw: bool = False
    ) -> None:
        row = tuple(float(dose) for dose in doses)
        if self.uncertain:
            count = len(self.all)
            own = self.all if every_draw else (min(int(row[-1] * count), count - 1),)
        else:
            own = (self._draw_of(row),)
        self.rows.append(Row(name, role, factor, row, seeds, own))

    def _draw_of(self, doses: Sequence[float]) -> int:
        changes: dict[str, Any] = {}
        for factor, dose in zip(self.factors, doses, strict=True):
            if factor.is_parameter and not math.isnan(dose):
                changes |= parameter_change(factor.spans[0], dose, self.parameters)
        key = _key(changes)
        if key not in self.known:
            self.known[key] = len(self.draws)
            self.draws.append(changes)
        return self.known[key]

    def plan(self, problem: dict[str, Any]) -> Plan:
        baseline = self.rows[0]
        every = tuple(range(len(self.draws)))
        self.rows[0] = Row(baseline.scenario, baseline.role, "", baseline.doses, baseline.seeds, every)
        return Plan(tuple(self.rows), self.factors, problem, tuple(self.draws), self.uncertain)


def _key(changes: Mapping[str, Any]) -> str:
    return repr(sorted(changes.items()))
