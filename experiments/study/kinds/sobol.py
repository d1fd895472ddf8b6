"""``kind: sobol``: which measures matter, alone and together, and what we do not know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, field_validator
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

from abm.core.parameters import Parameters
from experiments.study.config import MOST_SEEDS, SWEEP_GROUPS, SWEEP_OUTPUTS, DrawnConfig, FactorConfig
from experiments.study.design import SAMPLE, Design, DesignMaker, Draws, problem_of, with_second_design
from experiments.study.factors import Factor
from experiments.study.kind import Asked, Kind, Resolved
from experiments.study.resolve import at_equal_cost, check_behaviour, check_rows, crossed_draws, factors_of, over_rows
from policies.messages import tr
from policies.validation import MOST_SEED, Flag, Whole

DRAWS_OF_A_FIT = 32
"""Draws of a fit that are taken when nobody says."""


class SobolConfig(DrawnConfig):
    """Variance-based indices (``method: sobol``) or a Morris screen (``method: morris``).

    ``seeds`` is how many seeds the whole design runs on. Baseline, one-at-a-time runs and the first
    ``replicate_rows`` rows run on ``replicate_seeds`` seeds, from which simulation noise is estimated. ``bounds: both``
    makes two designs, at equal cost and at plausible doses.
    """

    kind: Literal["sobol"]
    method: Literal["sobol", "morris"] = "sobol"
    factors: dict[str, FactorConfig] = Field(min_length=2)
    group_by: Literal["none", "family"] = "none"
    samples: Whole = Field(default=256, ge=2, le=65536)
    second_order: Flag = False
    levels: Whole = Field(default=4, ge=2, le=16)
    seeds: Whole = Field(default=1, ge=1, le=MOST_SEEDS)
    replicate_seeds: Whole = Field(default=8, ge=1, le=MOST_SEEDS)
    replicate_rows: Whole = Field(default=32, ge=0, le=65536)
    bounds: Literal["plausible", "equal_cost", "both"] = "plausible"
    equal_cost_table: str | None = None
    design_seed: Whole = Field(default=1, ge=1, le=MOST_SEED)
    outcome: Literal["tfr", "births"] = "births"
    outputs: tuple[str, ...] = SWEEP_OUTPUTS
    groups: tuple[str, ...] = SWEEP_GROUPS

    @field_validator("samples")
    @classmethod
    def _power_of_two(cls, value: int, info: Any) -> int:
        if info.data.get("method") == "sobol" and value & (value - 1):
            raise ValueError(
                tr("found {value}; allowed: a power of two, such as {power}").format(
                    value=value, power=1 << value.bit_length() - 1
                )
            )
        return value


def resolve(asked: Asked[SobolConfig], problems: list[str]) -> Resolved | None:
    """Draws, factors and rows; with ``bounds: both`` the rows of two designs."""
    if not asked.is_whole:
        return None
    before, config = len(problems), asked.config
    draws = crossed_draws(asked, problems, DRAWS_OF_A_FIT)
    plausible = factors_of(asked, config.factors, problems)
    factors, filled_in = at_equal_cost(asked, plausible, config.bounds, config.equal_cost_table, problems)
    check_behaviour(asked, factors, draws, problems, one_history=config.method == "sobol")
    _check_families(config, factors, len(draws) > 1, problems)
    check_rows(rows_asked(config, factors), problems)
    if len(problems) > before:
        return None
    design = design_of(config, factors, draws, asked.parameters)
    if config.bounds == "both":
        design = with_second_design(design, design_of(config, plausible, draws, asked.parameters))
    return over_rows(asked, design, config.groups, filled_in)


def _check_families(config: SobolConfig, factors: Sequence[Factor], uncertain: bool, problems: list[str]) -> None:
    """Families to tell apart, where the config groups by them."""
    groups = {factor.group for factor in factors}
    if config.group_by == "family" and len(groups) + uncertain < 2:
        problems.append(
            tr("group_by: family: all factors are of one family, {groups}").format(groups=", ".join(sorted(groups)))
        )


def rows_asked(config: SobolConfig, factors: Sequence[Factor]) -> int:
    """Rows of the design proper, before it is made."""
    groups = len({factor.group for factor in factors}) if config.group_by == "family" else len(factors)
    groups += config.uncertainty is not None or config.parameters == "fitted"
    designs = 2 if config.bounds == "both" else 1
    if config.method == "morris":
        return designs * config.samples * (groups + 1)
    return designs * config.samples * (2 * groups + 2 if config.second_order else groups + 2)


def design_of(config: SobolConfig, factors: tuple[Factor, ...], draws: Draws, parameters: Parameters) -> Design:
    """Baseline, every factor alone at both ends, and the design."""
    maker = DesignMaker(factors, draws, parameters)
    problem = problem_of(factors, config.group_by == "family", maker.uncertain)
    if config.method == "morris":
        doses = morris_sample.sample(dict(problem), config.samples, num_levels=config.levels, seed=config.design_seed)
    else:
        doses = sobol_sample.sample(
            dict(problem), config.samples, calc_second_order=config.second_order, seed=config.design_seed
        )
    more = max(config.seeds, config.replicate_seeds)
    alone = config.seeds if maker.uncertain else more
    maker.add_baseline(alone)
    for factor in factors:
        maker.add_alone(factor, alone)
    for index, row in enumerate(doses):
        maker.add(f"row-{index:05d}", SAMPLE, "", row, more if index < config.replicate_rows else config.seeds)
    return maker.design(problem)


SOBOL = Kind(
    "sobol", SobolConfig, resolve, report="sensitivity",
    told=("method", "samples", "second_order", "levels", "group_by", "bounds", "outcome", "replicate_seeds",
          "replicate_rows", "design_seed"),
)  # fmt: skip
