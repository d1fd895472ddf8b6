"""From the free numbers of a fit to the parameters of the model.

A *level* is fitted to the city. A *response* (how strongly people answer money, time, places) is taken from the
evidence: a city's own series say nothing on it. Both have a prior; only levels are moved by the data
(``calibration/fit/posterior.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy import special, stats

from abm.core.parameters import Parameters
from experiments.study.config import BilingualTitle
from policies.errors import InputError
from policies.messages import tr
from policies.validation import Real, StrictModel, Whole

Values = Mapping[str, float]
Array = NDArray[np.float64]
FARTHEST = 8.0


class Prior(StrictModel):
    """A prior with bounds: flat, triangular about ``mode``, or log-normal about ``mode`` cut at the bounds."""

    low: Real
    high: Real
    mode: Real | None = None
    shape: Literal["uniform", "triangular", "lognormal"] = "uniform"

    @model_validator(mode="after")
    def _ordered(self) -> Prior:
        if not self.low < self.high:
            raise ValueError(tr("low {low:g} must be below high {high:g}").format(low=self.low, high=self.high))
        if (self.shape == "uniform") != (self.mode is None):
            raise ValueError(tr("mode: give it for triangular and lognormal, and only there"))
        if self.mode is not None and not self.low < self.mode < self.high:
            raise ValueError(
                tr("mode {mode:g} must lie between low {low:g} and high {high:g}").format(
                    mode=self.mode, low=self.low, high=self.high
                )
            )
        if self.shape == "lognormal" and self.low <= 0:
            raise ValueError(tr("low {low:g} must be positive for lognormal").format(low=self.low))
        return self

    @cached_property
    def _distribution(self) -> Any:
        """Distribution of the value, or of its logarithm for a log-normal."""
        low, high = self.low, self.high
        if self.shape == "triangular":
            assert self.mode is not None
            return stats.triang(c=(self.mode - low) / (high - low), loc=low, scale=high - low)
        if self.shape == "lognormal":
            assert self.mode is not None
            low, middle, high = np.log([low, self.mode, high])
            spread = (high - low) / 4.0  # the bounds are taken for a 95 % interval
            return stats.truncnorm((low - middle) / spread, (high - middle) / spread, loc=middle, scale=spread)
        return stats.uniform(low, high - low)

    def value(self, score: Any) -> Any:
        """Values at normal scores: in scores the prior is standard normal, and no proposal is ever out of bounds."""
        found = self._distribution.ppf(special.ndtr(score))
        return np.exp(found) if self.shape == "lognormal" else found

    def score(self, value: Any) -> Any:
        """Normal scores of values: the inverse of :meth:`value`; a bound itself is eight standard deviations away."""
        at = np.log(value) if self.shape == "lognormal" else value
        return np.clip(special.ndtri(np.clip(self._distribution.cdf(at), 0.0, 1.0)), -FARTHEST, FARTHEST)


How = Literal["value", "add", "multiply", "spread", "power", "continue"]


class Level(StrictModel):
    """A number fitted to the city, and the parameter that it moves.

    ``value`` sets, ``add`` and ``multiply`` move the shipped value (of all ``items`` of a list, counted from 0);
    ``spread`` multiplies the distances of a list from its item ``about``; ``power`` raises the ratios to that item;
    ``continue`` sets the last item of a list over years to what its trend between the items ``about`` and the last but
    one would give if that share of it went on.
    """

    parameter: str
    how: How = "value"
    items: tuple[Whole, ...] = ()
    about: Whole | None = None
    prior: Prior
    label: BilingualTitle

    @model_validator(mode="after")
    def _about(self) -> Level:
        if (self.how in ("spread", "power", "continue")) != (self.about is not None):
            raise ValueError(tr("about: give an item for spread, power and continue, and only there"))
        return self


class Response(Level):
    """A number taken from the evidence rows ``evidence``; ``assumed`` says why where there are none.

    ``anchored`` keeps the level of births where it was when a response grows: list items that move against it.
    ``response_of`` says that the number is the response itself (percent of births per 1 % of income), from which the
    parameter follows by dividing by the response per unit of the parameter at the present weight drawn.
    """

    evidence: tuple[str, ...] = ()
    assumed: str = ""
    anchored: Anchor | None = None
    response_of: PerUnit | None = None

    @model_validator(mode="after")
    def _rests_on_something(self) -> Response:
        if not self.evidence and not self.assumed:
            raise ValueError(tr("give evidence (ids) or say in assumed what it rests on"))
        return self


class Anchor(StrictModel):
    """``parameter`` falls by ``slope`` for every unit by which the response stands above ``at``."""

    parameter: str
    slope: Real
    at: Real


class PerUnit(StrictModel):
    """Response per unit of the parameter, linear in another parameter: ``constant + slope x parameter``."""

    parameter: str
    constant: Real
    slope: Real
    most: Real = Field(gt=0)


Response.model_rebuild()


def start_values(levels: Mapping[str, Level], responses: Mapping[str, Response], which: str) -> dict[str, float]:
    """Values of every free number: the lowest, the highest, or the middle of their priors."""
    score = {"low": -FARTHEST, "start": 0.0, "high": FARTHEST}[which]
    return {name: float(entry.prior.value(score)) for name, entry in (*levels.items(), *responses.items())}


def parameters_at(
    values: Values, levels: Mapping[str, Level], responses: Mapping[str, Response], shipped: Parameters
) -> dict[str, Any]:
    """Changes of parameters at these values of the free numbers. InputError for a wrong name, item or value."""
    changes: dict[str, Any] = {}
    for name, entry in levels.items():
        _apply(changes, entry, values[name], shipped, name)
    # The weight of the present comes before what is derived from it.
    for name, response in sorted(responses.items(), key=lambda pair: pair[1].response_of is not None):
        value = values[name]
        if response.response_of is not None:
            unit = response.response_of
            at = changes.get(unit.parameter, shipped.entry(unit.parameter).value)
            value = min(value / (unit.constant + unit.slope * float(at)), unit.most)
        _apply(changes, response, value, shipped, name)
        if response.anchored is not None:
            anchor = response.anchored
            moved = np.asarray(changes.get(anchor.parameter, shipped.entry(anchor.parameter).value), float)
            changes[anchor.parameter] = _as_value(moved - anchor.slope * (value - anchor.at))
    shipped.replace(**changes)
    return changes


def _apply(changes: dict[str, Any], entry: Level, value: float, shipped: Parameters, name: str) -> None:
    """Write what one free number does to its parameter."""
    before = np.asarray(changes.get(entry.parameter, shipped.entry(entry.parameter).value), float)
    items = list(entry.items) or (list(range(before.size)) if before.ndim else [])
    asked = [*items, entry.about] if entry.about is not None else items
    wrong = [item for item in asked if before.ndim == 0 or not 0 <= item < before.size]
    if wrong:
        raise InputError(
            tr("{name}: {parameter} has no item {wrong}; allowed: 0 to {size}").format(
                name=name, parameter=entry.parameter, wrong=wrong[0], size=before.size - 1
            )
        )
    after = before.copy()
    places: Any = items if before.ndim else ...
    if entry.how == "value":
        after[places] = value
    elif entry.how == "add":
        after[places] = before[places] + value
    elif entry.how == "multiply":
        after[places] = before[places] * value
    else:
        assert entry.about is not None
        about = before[entry.about]
        if entry.how == "spread":
            after[places] = about + value * (before[places] - about)
        elif entry.how == "power":
            after[places] = about * (before[places] / about) ** value
        else:
            years = shipped.list(f"{entry.parameter}_years")
            slope = np.log(before[-2] / about) / (years[-2] - years[entry.about])
            after[-1] = before[-2] * np.exp(value * slope * (years[-1] - years[-2]))
    changes[entry.parameter] = _as_value(after)


def _as_value(array: Array) -> Any:
    return tuple(array.tolist()) if array.ndim else float(array)
