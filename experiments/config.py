"""A config: what a person writes to ask for runs, and the shape it must have.

What may be written is here; ``experiments.study`` checks the names and months in it and fills in what was left out.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from policies.validation import StrictModel

KINDS = ("scenario", "sweep", "sobol", "optimise", "forecast")
KINDS_OF_THIS_RELEASE = ("scenario",)
STARTS = ("2010-11", "2020-11")
LAST_LAW_MONTH = "2026-01"
"""Last month for which the law in force is known; scenarios part here unless a change is known earlier."""
LAST_END = "2100-12"
BASELINE, BASELINE_SCENARIO = "current-law", "current_law"
CORE_OUTPUTS = ("tfr", "tfr_census", "births", "cost")
"""Kept whatever the config asks for, because every report needs them."""
OUTPUT_SETS = {"ledger": ("cost", "cost_per_additional_birth")}
MOST_SEEDS = 1000
LEAST_PEOPLE = 2000


class BilingualTitle(StrictModel):
    """Title of a run in both languages; one text stands for both."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class Scenario(StrictModel):
    """One arm: a package, changes of its own, or both (the changes on top)."""

    label: BilingualTitle | None = None
    package: str | None = None
    changes: dict[str, Any] = Field(default_factory=dict)


class Interaction(StrictModel):
    """Two scenarios and the one that has the measures of both; the report says what they do beyond the sum."""

    alone: tuple[str, str]
    together: str


class ScenarioConfig(StrictModel):
    """A config of ``kind: scenario`` as written; ``resolve`` turns it into a ``Study``."""

    kind: Literal["scenario"]
    title: BilingualTitle
    city: str
    start: Literal["2010-11", "2020-11"] = "2010-11"
    branch: str | None = None
    end: str
    scale: float = Field(default=0.05, gt=0, le=1)
    seeds: int = Field(default=8, ge=1, le=MOST_SEEDS)
    parameters: Literal["default"] = "default"
    parameter_changes: dict[str, Any] = Field(default_factory=dict)
    baseline: Literal["current-law"] = "current-law"
    hold: tuple[Literal["norms", "places", "prices", "prospects"], ...] = ()
    complete_cohorts: bool = True
    balanced_budget: bool = False
    interactions: tuple[Interaction, ...] = ()
    scenarios: dict[str, Scenario] = Field(min_length=1)
    outputs: tuple[str, ...] = ("all",)

    @field_validator("title", mode="before")
    @classmethod
    def _one_title_for_both(cls, value: Any) -> Any:
        return {"en": value, "zh": value} if isinstance(value, str) else value

    @field_validator("scale", "seeds", mode="before")
    @classmethod
    def _numbers_only(cls, value: Any) -> Any:
        if isinstance(value, bool | str):
            raise ValueError(f"expected a number, found {value!r}")
        return value
