"""Parameter draws: behavioural uncertainty as at most 64 sets of numbers, each of which needs a history of its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from SALib.sample import latin

from abm.core.parameters import Parameters
from experiments.study.config import DrawConfig, UncertaintyConfig
from experiments.study.factors import Span, parameter_change, parameter_span
from experiments.study.problems import attempt

Changes = Mapping[str, Any]


def uncertain_spans(config: UncertaintyConfig, parameters: Parameters, problems: list[str]) -> tuple[Span, ...]:
    """The range of every uncertain number; everything wrong goes to ``problems``."""
    spans = []
    for name, written in config.parameters.items():
        narrowed = written or DrawConfig()
        make = partial(
            parameter_span, name, parameters, narrowed.low, narrowed.high, narrowed.items, "uncertainty.parameters"
        )
        span = attempt(problems, make, "uncertainty.parameters")
        if span is not None:
            spans.append(span)
    return tuple(spans)


def latin_draws(config: UncertaintyConfig, spans: tuple[Span, ...], parameters: Parameters) -> tuple[Changes, ...]:
    """Changes of parameters by draw: a Latin hypercube over the ranges (uniform, independent)."""
    if not spans:
        return ({},)
    names = [span.name for span in spans]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    doses = latin.sample(problem, config.draws, seed=config.design_seed)
    return tuple(
        {
            name: value
            for span, dose in zip(spans, row, strict=True)
            for name, value in parameter_change(span, float(dose), parameters).items()
        }
        for row in doses
    )
