"""A config: what a person writes to ask for runs, and the shape of what several kinds of config share.

What else a kind may say stands in its file under ``kinds``; ``experiments.study.study`` checks the names and months and
fills in what was left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from policies.bilingual import Label
from policies.messages import tr
from policies.validation import MOST_SEED, Flag, Real, StrictModel, Whole

STARTS = ("2010-11", "2020-11")
LAST_LAW_MONTH = "2026-01"
"""Last month for which the law in force is known; scenarios part here unless a change is known earlier."""
LAST_END = "2100-12"
BASELINE, BASELINE_SCENARIO = "current-law", "current_law"
SWEEP_OUTPUTS = ("tfr", "births", "cost")
SWEEP_GROUPS = ("all",)
"""Kept by sweeps: totals of each year, unless the config asks for more."""
OUTPUT_SETS = {"ledger": ("cost", "cost_per_additional_birth")}
MOST_SEEDS = 1000
MOST_DRAWS = 64
"""Every parameter draw needs a history of its own."""
LEAST_PEOPLE = 2000


class BilingualTitle(Label):
    """Title of a run in both languages, short enough for a page; one text stands for both."""

    en: str = Field(min_length=1, max_length=300)
    zh: str = Field(min_length=1, max_length=300)


class Scenario(StrictModel):
    """One arm: a package, changes of its own, or both (the changes on top)."""

    label: BilingualTitle | None = None
    package: str | None = None
    changes: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def as_written(cls, written: Any) -> Self:
        """The arm of keys of which some may be wrong or unknown; what has none stands in the place of the package."""
        keys = written if isinstance(written, dict) else {"package": written}
        return cls.model_construct(**{key: value for key, value in keys.items() if key in cls.model_fields})


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
    if TYPE_CHECKING:
        outputs: tuple[str, ...]  # every kind has its own default

    @classmethod
    def as_written(cls, written: Mapping[str, Any]) -> Self:
        """The config of keys of which some are missing or wrong, so that what else is wrong can be said with them: its
        values may be of any kind."""
        missing = {name: None for name, key in cls.model_fields.items() if key.is_required()}
        return cls.model_construct(**{**missing, **written})

    def years_asked(self) -> list[tuple[str, int]]:
        """Keys and years that a run must reach, because the config asks for results of them."""
        return []

    @field_validator("title", mode="before")
    @classmethod
    def _one_title_for_both(cls, value: Any) -> Any:
        return {"en": value, "zh": value} if isinstance(value, str) else value


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
