"""The design of a study: its rows, which law and which parameter draw each has, on which seeds it runs.

Designs over factors are SALib's (Sobol sequence, Morris trajectories, Latin hypercube) on doses between 0 and 1; the
rows keep SALib's order in their names, and the analysis puts results back into that order before it computes anything.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.parameters import Parameters
from experiments.study.config import BASELINE_SCENARIO
from experiments.study.factors import BEHAVIOUR, Factor, parameter_change

BASELINE, LOW, HIGH, CURVE, SAMPLE = "baseline", "low", "high", "curve", "sample"
AT_PLAUSIBLE = "plausible"
"""What names and roles of the second design end in when a study has both kinds of bounds."""
UNCERTAINTY = "uncertainty"
"""Name of the factor that is an index into the parameter draws."""
MOST_ROWS = 1_000_000
Draws = tuple[Mapping[str, Any], ...]
"""Parameters of each draw that differ from the config's."""


@dataclass(frozen=True)
class Row:
    """One row: its name, role (none where its name says all), factor (of a run of one factor alone), doses by factor,
    seeds 1 to n, and draws."""

    scenario: str
    role: str
    factor: str
    doses: tuple[float, ...]
    seeds: int
    draws: tuple[int, ...]


@dataclass(frozen=True)
class Design:
    """All rows of a study, its factors, the problem as SALib knows it, and the parameter draws."""

    rows: tuple[Row, ...]
    factors: tuple[Factor, ...]
    problem: Mapping[str, Any]
    draw_changes: Draws
    has_uncertainty: bool
    fixed: Mapping[str, dict[str, float]] | None = None
    """Lever changes by row where they are not what the doses say."""
    draw_by_seed: bool = False
    """True when a seed runs on one of a row's draws only, its own; False when it runs on all of them."""

    plausible_factors: tuple[Factor, ...] = ()
    """Factors of the second design, at plausible doses, where the study's own are at equal cost."""

    plausible_problem: Mapping[str, Any] | None = None
    """The second design's problem for SALib."""

    differing: tuple[str, ...] = ()
    """Lever fields in which arms with names of their own differ."""

    @property
    def fields(self) -> list[str]:
        """Lever fields that vary."""
        spans = [span.name for factor in self.every_factor if not factor.is_parameter for span in factor.spans]
        return [*spans, *self.differing]

    @property
    def every_draw(self) -> tuple[int, ...]:
        """Numbers of all draws."""
        return tuple(range(len(self.draw_changes)))

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


def one_row(factors: tuple[Factor, ...], seeds: int, draws: Draws) -> Design:
    """The baseline alone, on every seed and draw."""
    nothing = (math.nan,) * len(factors)
    row = Row(BASELINE_SCENARIO, BASELINE, "", nothing, seeds, tuple(range(len(draws))))
    return Design((row,), factors, {}, draws, len(draws) > 1)


def a_draw_a_seed(design: Design, draws: Draws) -> Design:
    """The same design with each seed on a draw of its own."""
    every = tuple(range(len(draws)))
    rows = tuple(replace(row, draws=every) for row in design.rows)
    return replace(design, rows=rows, draw_changes=draws, draw_by_seed=True)


def with_second_design(design: Design, plausible: Design) -> Design:
    """The design with all rows of that at plausible doses behind its own, under names and roles of their own.

    The second may have factors that the first has not: what costs nothing has no dose of equal cost. With behavioural
    factors their doses then differ, and with them the draws.
    """
    draws = list(design.draw_changes)
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
    fixed = design.changes() | changes
    baseline = replace(design.rows[0], draws=tuple(range(len(draws))))
    return replace(
        design,
        rows=(baseline, *design.rows[1:], *rows),
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


class DesignMaker:
    """Gathers rows; a row that varies a behavioural factor gets a parameter draw of its own."""

    def __init__(
        self,
        factors: tuple[Factor, ...],
        draws: Draws,
        parameters: Parameters,
    ) -> None:
        self.factors, self.parameters, self.uncertain = factors, parameters, len(draws) > 1
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

    def design(self, problem: dict[str, Any]) -> Design:
        """What was gathered, the baseline on every draw."""
        baseline = self.rows[0]
        every = tuple(range(len(self.draws)))
        self.rows[0] = Row(baseline.scenario, baseline.role, "", baseline.doses, baseline.seeds, every)
        return Design(tuple(self.rows), self.factors, problem, tuple(self.draws), self.uncertain)


def _key(changes: Mapping[str, Any]) -> str:
    return repr(sorted(changes.items()))
