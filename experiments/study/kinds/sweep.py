"""``kind: sweep``: how outcomes move along a grid, a Latin hypercube, or curves of one factor at a time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field
from SALib.sample import latin

from abm.core.parameters import Parameters
from experiments.study.config import SWEEP_GROUPS, SWEEP_OUTPUTS, DrawnConfig, FactorConfig
from experiments.study.design import CURVE, SAMPLE, Design, DesignMaker, Draws, problem_of
from experiments.study.factors import Factor
from experiments.study.kind import Asked, Kind, Resolved
from experiments.study.resolve import at_equal_cost, check_behaviour, check_rows, crossed_draws, factors_of, over_rows
from policies.validation import MOST_SEED, Whole


class SweepConfig(DrawnConfig):
    """What a sweep may say."""

    kind: Literal["sweep"]
    method: Literal["grid", "lhs", "one_at_a_time"]
    factors: dict[str, FactorConfig] = Field(min_length=1)
    samples: Whole = Field(default=64, ge=2, le=100_000)
    points: Whole = Field(default=5, ge=2, le=100)
    bounds: Literal["plausible", "equal_cost"] = "plausible"
    equal_cost_table: str | None = None
    design_seed: Whole = Field(default=1, ge=1, le=MOST_SEED)
    outputs: tuple[str, ...] = SWEEP_OUTPUTS
    groups: tuple[str, ...] = SWEEP_GROUPS


def resolve(asked: Asked[SweepConfig], problems: list[str]) -> Resolved | None:
    """Draws, factors and rows."""
    if not asked.is_whole:
        return None
    before, config = len(problems), asked.config
    draws = crossed_draws(asked, problems)
    factors = factors_of(asked, config.factors, problems)
    factors, filled_in = at_equal_cost(asked, factors, config.bounds, config.equal_cost_table, problems)
    check_behaviour(asked, factors, draws, problems)
    check_rows(rows_asked(config, factors), problems)
    if len(problems) > before:
        return None
    return over_rows(asked, design_of(config, factors, draws, asked.parameters), config.groups, filled_in)


def rows_asked(config: SweepConfig, factors: Sequence[Factor]) -> int:
    """Rows of the design proper, before it is made."""
    if config.method == "grid":
        return math.prod(len(factor.doses(config.points)) for factor in factors)
    return config.samples if config.method == "lhs" else len(factors) * config.points


def design_of(config: SweepConfig, factors: tuple[Factor, ...], draws: Draws, parameters: Parameters) -> Design:
    """Baseline and a grid, a Latin hypercube, or curves of one factor at a time."""
    maker = DesignMaker(factors, draws, parameters)
    maker.add_baseline(config.seeds)
    problem = problem_of(factors, False, False)
    if config.method == "one_at_a_time":
        for factor in factors:
            for place, dose in enumerate(factor.doses(config.points)):
                maker.add_alone_at(factor, dose, f"{factor.name}-{place:02d}", CURVE, config.seeds)
        return maker.design(problem)
    rows: Iterable[Sequence[float]]
    if config.method == "grid":
        rows = itertools.product(*(factor.doses(config.points) for factor in factors))
    else:
        rows = latin.sample(problem, config.samples, seed=config.design_seed)
    for index, row in enumerate(rows):
        maker.add(f"row-{index:05d}", SAMPLE, "", row, config.seeds, every_draw=maker.uncertain)
    return maker.design(problem)


SWEEP = Kind(
    "sweep", SweepConfig, resolve, report="sensitivity",
    told=("method", "samples", "bounds", "design_seed", "points"),
)  # fmt: skip
