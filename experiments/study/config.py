"""A config: what a person writes to ask for runs, and the shape it must have.

What may be written is here; ``experiments.study.study`` checks the names and months in it and fills in what was left
out.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from policies.messages import tr
from policies.validation import MOST_SEED, Flag, Real, StrictModel, Whole

KINDS = ("scenario", "sweep", "sobol", "optimise", "forecast")
STARTS = ("2010-11", "2020-11")
LAST_LAW_MONTH = "2026-01"
"""Last month for which the law in force is known; scenarios part here unless a change is known earlier."""
LAST_END = "2100-12"
BASELINE, BASELINE_SCENARIO = "current-law", "current_law"
CORE_OUTPUTS = ("tfr", "tfr_census", "births", "cost")
"""Kept whatever a scenario config asks for, because every report needs them."""
SWEEP_OUTPUTS = ("tfr", "births", "cost")
SWEEP_GROUPS = ("all",)
"""Kept by sweeps: totals of each year, unless the config asks for more."""
OUTPUT_SETS = {"ledger": ("cost", "cost_per_additional_birth")}
MOST_SEEDS = 1000
MOST_DRAWS = 64
"""Every parameter draw needs a history of its own."""
DRAWS_OF_A_SOBOL_STUDY = 32
"""Draws of a fit that a Sobol study takes when nobody says."""
LEAST_PEOPLE = 2000


class BilingualTitle(StrictModel):
    """Title of a run in both languages; one text stands for both."""

    en: str = Field(min_length=1, max_length=300)
    zh: str = Field(min_length=1, max_length=300)


class Scenario(StrictModel):
    """One arm: a package, changes of its own, or both (the changes on top)."""

    label: BilingualTitle | None = None
    package: str | None = None
    changes: dict[str, Any] = Field(default_factory=dict)


class Interaction(StrictModel):
    """Two scenarios and the one that has the measures of both; the report says what they do beyond the sum."""

    alone: tuple[str, str]
    together: str


class CommonConfig(StrictModel):
    """What every kind of config may say: where, when, how many."""

    title: BilingualTitle
    city: str
    start: Literal["2010-11", "2020-11"] = "2010-11"
    branch: str | None = None
    end: str
    scale: Real = Field(default=0.05, gt=0, le=1)
    seeds: Whole = Field(default=8, ge=1, le=MOST_SEEDS)
    parameters: Literal["default", "fitted"] = "default"
    parameter_changes: dict[str, Any] = Field(default_factory=dict)
    baseline: Literal["current-law"] = "current-law"
    hold: tuple[Literal["norms", "places", "prices", "prospects"], ...] = ()
    balanced_budget: Flag = False

    @field_validator("title", mode="before")
    @classmethod
    def _one_title_for_both(cls, value: Any) -> Any:
        return {"en": value, "zh": value} if isinstance(value, str) else value


class ScenarioConfig(CommonConfig):
    """``kind: scenario``: named arms against today's law."""

    kind: Literal["scenario"]
    complete_cohorts: Flag = True
    interactions: tuple[Interaction, ...] = ()
    scenarios: dict[str, Scenario] = Field(min_length=1)
    outputs: tuple[str, ...] = ("all",)


Bound = Real | Literal["law", "low", "high"]
"""An end of a factor's range: a number, today's law, or a bound of the lever file or parameter file."""


class FieldRange(StrictModel):
    """The range of one lever field; what is left out is the factor's own."""

    from_: Bound | None = Field(default=None, alias="from")
    to: Bound | None = None


class FactorConfig(StrictModel):
    """One thing that varies: fields of a lever that move together, or one behavioural parameter.

    ``from`` is the weak end of a measure and ``to`` its strong end (``from`` may be the larger number, as for a cap on
    fees). ``with`` holds fields that are set whenever the factor is above its weak end. ``values`` are the levels of a
    grid or curve. ``items`` names the items of a parameter list that are multiplied (default all).
    """

    fields: tuple[str, ...] | dict[str, FieldRange | None] = ()
    parameter: str | None = None
    items: tuple[Whole, ...] = ()
    from_: Bound | None = Field(default=None, alias="from")
    to: Bound | None = None
    with_: dict[str, Real] = Field(default_factory=dict, alias="with")
    values: tuple[Real, ...] = ()
    group: str | None = Field(default=None, min_length=1, max_length=60)
    label: BilingualTitle | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> FactorConfig:
        if bool(self.fields) == (self.parameter is not None):
            raise ValueError(tr("give either fields (of levers) or parameter (of abm/parameters.yaml)"))
        if self.values and len(self.fields) > 1:
            raise ValueError(tr("values: only for a factor of one field or parameter"))
        return self


class DrawConfig(StrictModel):
    """Range of one uncertain parameter: its own bounds unless narrowed; a list is multiplied by ``low`` to ``high``."""

    low: Real | None = None
    high: Real | None = None
    items: tuple[Whole, ...] = ()


class UncertaintyConfig(StrictModel):
    """Behavioural uncertainty: a Latin hypercube of parameter draws, each with its own history."""

    draws: Whole = Field(ge=2, le=MOST_DRAWS)
    parameters: dict[str, DrawConfig | None] = Field(min_length=1)
    design_seed: Whole = Field(default=1, ge=1, le=MOST_SEED)


class DrawnConfig(CommonConfig):
    """What the kinds with parameter draws may say more.

    ``parameters: fitted`` gives every seed a draw of the city's fit of its own; with ``draws`` every seed runs on that
    many of them. ``uncertainty`` is for ``parameters: default``.
    """

    uncertainty: UncertaintyConfig | None = None
    draws: Whole | None = Field(default=None, ge=2, le=MOST_DRAWS)

    @model_validator(mode="after")
    def _one_source_of_draws(self) -> DrawnConfig:
        if self.draws is not None and self.parameters != "fitted":
            raise ValueError(
                tr(
                    "draws: says how many draws of a fit, so only with parameters: fitted; else write it under "
                    "uncertainty"
                )
            )
        if self.uncertainty is not None and self.parameters == "fitted":
            raise ValueError(
                tr(
                    "uncertainty: a fit brings its own draws (draws: N says how many); leave it out, or write "
                    "parameters: default"
                )
            )
        return self


class SweepConfig(DrawnConfig):
    """``kind: sweep``: a grid, a Latin hypercube, or curves of one factor at a time."""

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


class SobolConfig(DrawnConfig):
    """``kind: sobol``: variance-based indices (``method: sobol``) or a Morris screen (``method: morris``).

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


class ForecastConfig(DrawnConfig):
    """``kind: forecast``: the city's population under current law, or under one package, with bands."""

    kind: Literal["forecast"]
    package: str | None = None
    report_years: tuple[Whole, ...] = Field(default=(2035, 2050), min_length=1)
    outputs: tuple[str, ...] = ("all",)


class Target(StrictModel):
    """A total fertility rate to be reached in a year, with a probability."""

    tfr: Real = Field(gt=0, lt=10)
    year: Whole
    probability: Real = Field(default=0.8, gt=0.5, lt=1)


class OptimiseConfig(DrawnConfig):
    """``kind: optimise``: the least-cost package that reaches a target, or the most births for a budget."""

    kind: Literal["optimise"]
    factors: dict[str, FactorConfig] = Field(min_length=1)
    target: Target | None = None
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


Config = ScenarioConfig | SweepConfig | SobolConfig | ForecastConfig | OptimiseConfig
MODELS: dict[str, type[Config]] = {
    "scenario": ScenarioConfig, "sweep": SweepConfig, "sobol": SobolConfig, "forecast": ForecastConfig,
    "optimise": OptimiseConfig,
}  # fmt: skip
