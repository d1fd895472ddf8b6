"""``kind: forecast``: the city's population under current law, or under one package, with bands."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Literal

from pydantic import Field

from experiments.study.config import BASELINE_SCENARIO, DrawnConfig, Scenario
from experiments.study.design import HIGH, Row, one_row
from experiments.study.kind import Asked, Kind, Resolved
from experiments.study.problems import attempt
from experiments.study.resolve import crossed_draws, with_own_draws
from experiments.study.scenario_arms import package_path
from experiments.study.timelines import Timelines
from experiments.study.years import years_told
from policies.messages import tr
from policies.timeline import Timeline, timeline_for
from policies.validation import Whole

PACKAGE = "package"
"""Name of the arm beside the baseline."""


class ForecastConfig(DrawnConfig):
    """What a forecast may say."""

    kind: Literal["forecast"]
    package: str | None = None
    report_years: tuple[Whole, ...] = Field(default=(2035, 2050), min_length=1)
    outputs: tuple[str, ...] = ("all",)

    def years_asked(self) -> list[tuple[str, int]]:
        """The years to report, if they were written."""
        return [("report_years", year) for year in self.report_years if "report_years" in self.model_fields_set]


def resolve(asked: Asked[ForecastConfig], problems: list[str]) -> Resolved | None:
    """Today's law, and a package over it, on every seed and draw."""
    if not asked.is_whole:
        return None
    before, config = len(problems), asked.config
    draws = crossed_draws(asked, problems)
    design, made = one_row((), config.seeds, draws), {BASELINE_SCENARIO: timeline_for(asked.catalogue)}
    filled_in: dict[str, object] = {}
    arms = {}
    if config.package is not None:
        package = package_path(config.package, asked.path)
        made |= _package_timeline(asked, package, problems)
        design = replace(design, rows=(*design.rows, Row(PACKAGE, HIGH, "", (), config.seeds, design.every_draw)))
        filled_in["package"] = package
        arms[PACKAGE] = Scenario(package=package)
    if asked.end is not None:
        filled_in["report_years"] = tuple(report_years(config, asked.branch, asked.end))
    if len(problems) > before:
        return None
    return Resolved(filled_in, asked.branch, Timelines(made), with_own_draws(asked, design), arms=arms)


def _package_timeline(asked: Asked[ForecastConfig], package: str, problems: list[str]) -> dict[str, Timeline]:
    """The timeline of the package by the name of its arm; nothing where there is no such package."""
    make = partial(timeline_for, asked.catalogue, package, start=asked.branch, name=PACKAGE)
    made = attempt(problems, make, "package")
    if made is None:
        return {}
    early = [change for change in made.changes if min(change.from_month, change.announced_month) < asked.branch]
    if early:
        said = tr("package: {field} is known before the branch; set branch earlier")
        problems.append(said.format(field=early[0].field))
    return {PACKAGE: made}


def report_years(config: ForecastConfig, branch: int, end: int) -> list[int]:
    """Years that a forecast tells of: those written, else of the usual ones those that it reaches, or its last."""
    years = years_told(branch, end)
    return [year for year in config.report_years if year in years] or list(years[-1:])


FORECAST = Kind("forecast", ForecastConfig, resolve, report="forecast", told=("report_years",))
