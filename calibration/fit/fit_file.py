"""The file that says what ``cradle calibrate`` fits: sizes, levels to fit, responses to take from the evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from abm.city.loading import load_city
from abm.core.parameters import Parameters
from calibration.fit.free_numbers import Level, Prior, Response, parameters_at, start_values
from experiments.study.config import LEAST_PEOPLE, MOST_DRAWS, BilingualTitle
from experiments.study.problems import attempt, one_message, pydantic_problems
from policies.catalogue import load_catalogue
from policies.errors import InputError, unknown_name
from policies.messages import tr
from policies.validation import MOST_SEED, Real, StrictModel, Whole, read_yaml


class FitFile(StrictModel):
    """What a fit is made of. ``population`` particles a generation, each one history of the city under the law as it
    was, at ``scale``; the tolerance of the next generation is the ``quantile`` of the distances of this one.
    ``chance_variance`` is that of a statistic between seeds, over the variance of what was observed; ``steps`` bring
    every draw to the data. ``moved_from`` holds the values that levels move, so that draws mean the same whatever
    ships as default."""

    kind: Literal["calibrate"]
    title: BilingualTitle
    city: str
    scale: Real = Field(gt=0, le=1)
    founding_seeds: Whole = Field(default=8, ge=1, le=100)
    population: Whole = Field(ge=8, le=10_000)
    generations: Whole = Field(ge=1, le=50)
    quantile: Real = Field(default=0.5, gt=0, lt=1)
    least_acceptance: Real = Field(default=0.02, ge=0, lt=1)
    most_evaluations: Whole = Field(default=100_000, ge=1)
    refinements: Whole = Field(default=2, ge=0, le=10)
    refinement_size: Whole = Field(default=400, ge=100, le=100_000)
    steps: Whole = Field(default=4, ge=1, le=20)
    chance_variance: Real = Field(default=0.3, ge=0)
    draws: Whole = Field(default=64, ge=2, le=MOST_DRAWS)
    predictive_seeds: Whole = Field(default=1, ge=1, le=16)
    seed: Whole = Field(default=1, ge=1, le=MOST_SEED)
    moved_from: dict[str, Real | tuple[Real, ...]] = Field(default_factory=dict)
    levels: dict[str, Level] = Field(min_length=1)
    responses: dict[str, Response] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_once(self) -> FitFile:
        twice = sorted(set(self.levels) & set(self.responses))
        if twice:
            raise ValueError(tr("named both as a level and as a response: {twice}").format(twice=", ".join(twice)))
        return self

    @model_validator(mode="after")
    def _says_where_it_starts(self) -> FitFile:
        for name, entry in self.levels.items():
            if (entry.how != "value" or entry.items) and entry.parameter not in self.moved_from:
                raise ValueError(
                    tr("moved_from: give {parameter}, which {name} moves").format(parameter=entry.parameter, name=name)
                )
        return self

    def base(self) -> Parameters:
        """Parameters that free numbers change: those that ship, with ``moved_from``."""
        return Parameters.load().replace(**self.moved_from)

    def prior(self, name: str) -> Prior:
        """The prior of a free number."""
        return (self.levels.get(name) or self.responses[name]).prior

    @property
    def names(self) -> tuple[str, ...]:
        """Levels, then responses: the order of every table of a fit."""
        return (*self.levels, *self.responses)


def read_fit_file(path: Path) -> FitFile:
    """The checked file. InputError with everything that is wrong at once."""
    data: Any = read_yaml(path)
    try:
        fit = FitFile.model_validate(data)
    except ValidationError as error:
        raise InputError(one_message(path, pydantic_problems(error))) from None
    problems: list[str] = []
    city = attempt(problems, lambda: load_city(fit.city), "city")
    if city is not None:
        people = round(fit.scale * float(city.population_by_age(2020).sum()))
        if people < LEAST_PEOPLE:
            problems.append(
                tr("scale: {scale:g} is {people:,} people; at least {least_people:,} are needed").format(
                    scale=fit.scale, people=people, least_people=LEAST_PEOPLE
                )
            )
    evidence = load_catalogue().evidence
    for name, response in fit.responses.items():
        for row in response.evidence:
            if row not in evidence:
                problems.append(str(unknown_name("evidence row", row, evidence, f"responses.{name}")))
    parameters = attempt(problems, fit.base, "moved_from") or Parameters.load()
    for which in ("low", "start", "high"):
        at = start_values(fit.levels, fit.responses, which)
        attempt(problems, lambda at=at: parameters_at(at, fit.levels, fit.responses, parameters))  # type: ignore[misc]
    if problems:
        raise InputError(one_message(path, problems))
    return fit
