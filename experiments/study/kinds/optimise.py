"""``kind: optimise``: the least-cost package that reaches a target, or the most births for a budget."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from experiments.study.config import SWEEP_GROUPS, SWEEP_OUTPUTS, DrawnConfig, FactorConfig
from experiments.study.design import one_row
from experiments.study.kind import Asked, Kind, Resolved
from experiments.study.resolve import check_behaviour, crossed_draws, factors_of, over_rows
from policies.messages import tr
from policies.validation import MOST_SEED, Real, StrictModel, Whole

SUPPOSITIONS = 4
"""Packages laid over the best bounds when a target is out of reach (``experiments.search.optimise``)."""


class TfrTarget(StrictModel):
    """A total fertility rate to be reached in a year, with a probability."""

    tfr: Real = Field(gt=0, lt=10)
    year: Whole
    probability: Real = Field(default=0.8, gt=0.5, lt=1)


class OptimiseConfig(DrawnConfig):
    """What a search may say."""

    kind: Literal["optimise"]
    factors: dict[str, FactorConfig] = Field(min_length=1)
    target: TfrTarget | None = None
    budget: Real | None = Field(default=None, gt=0)
    population: Whole = Field(default=24, ge=4, le=1000)
    generations: Whole = Field(default=12, ge=1, le=1000)
    design_seed: Whole = Field(default=1, ge=1, le=MOST_SEED)
    outputs: tuple[str, ...] = SWEEP_OUTPUTS
    groups: tuple[str, ...] = SWEEP_GROUPS

    @model_validator(mode="after")
    def _one_question(self) -> OptimiseConfig:
        if self.target is None and self.budget is None:
            raise ValueError(tr("give target: {tfr: ..., year: ...}, or budget: yuan a year, or both"))
        return self

    def years_asked(self) -> list[tuple[str, int]]:
        """The year of the target."""
        return [("target.year", self.target.year)] if self.target is not None else []


def resolve(asked: Asked[OptimiseConfig], problems: list[str]) -> Resolved | None:
    """Draws, factors and the baseline; the other rows are found by the search."""
    if not asked.is_whole:
        return None
    before, config = len(problems), asked.config
    draws = crossed_draws(asked, problems)
    factors = factors_of(asked, config.factors, problems)
    check_behaviour(asked, factors, draws, problems, one_history=True)
    if len(problems) > before:
        return None
    return over_rows(asked, one_row(factors, config.seeds, draws), config.groups, {})


def most_packages(config: OptimiseConfig) -> int:
    """Every candidate of every generation, each measure alone, all at their best bounds, and the suppositions."""
    suppositions = SUPPOSITIONS if config.target is not None else 0
    return config.population * config.generations + len(config.factors) + 1 + suppositions


OPTIMISE = Kind(
    "optimise", OptimiseConfig, resolve, report="optimise",
    told=("design_seed", "target", "budget", "population", "generations"), most_packages=most_packages,
)  # fmt: skip
