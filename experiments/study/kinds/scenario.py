"""``kind: scenario``: what named packages do against today's law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field

from experiments.study.config import BASELINE_SCENARIO, CommonConfig, Interaction, Scenario
from experiments.study.design import Design, Row
from experiments.study.kind import Asked, Kind, Resolved
from experiments.study.resolve import with_own_draws
from experiments.study.scenario_arms import (
    check_interactions,
    check_names,
    check_packages,
    check_timelines,
    first_known,
    labelled,
    package_path,
    timelines_of,
)
from experiments.study.timelines import Timelines
from policies.timeline import timeline_for
from policies.validation import Flag


class ScenarioConfig(CommonConfig):
    """What a config of named arms may say."""

    kind: Literal["scenario"]
    complete_cohorts: Flag = True
    interactions: tuple[Interaction, ...] = ()
    scenarios: dict[str, Scenario] = Field(min_length=1)
    outputs: tuple[str, ...] = ("all",)

    @classmethod
    def as_written(cls, written: Mapping[str, Any]) -> Self:
        """The config with arms, and with those pairs that have the shape of one."""
        arms, pairs = written.get("scenarios"), written.get("interactions")
        arms = arms if isinstance(arms, dict) else {}
        pairs = pairs if isinstance(pairs, list) else []
        shaped = [pair for pair in pairs if isinstance(pair, dict) and set(pair) == {"alone", "together"}]
        return super().as_written(
            {
                **written,
                "scenarios": {name: Scenario.as_written(arm) for name, arm in arms.items()},
                "interactions": tuple(Interaction.model_construct(**pair) for pair in shaped),
            }
        )


def resolve(asked: Asked[ScenarioConfig], problems: list[str]) -> Resolved:
    """The arms, and the first month in which anything of them is known, in which they part unless the config says."""
    config, branch = asked.config, asked.branch
    scenarios = {name: _with_full_path(scenario, asked) for name, scenario in config.scenarios.items()}
    check_names(scenarios, problems)
    check_packages(scenarios, problems)
    made = timelines_of(scenarios, asked.catalogue, branch, problems)
    if asked.written_branch is None:
        branch = min([branch, *(first_known(timeline) for timeline in made.values())])
        made = timelines_of(scenarios, asked.catalogue, branch, [])
    check_timelines(branch, asked.end, made, problems)
    timelines = Timelines({BASELINE_SCENARIO: timeline_for(asked.catalogue), **made})
    check_interactions(config.interactions, scenarios, timelines, problems)
    if problems or asked.end is None:
        return Resolved({}, branch, timelines, Design((), (), {}, ({},), False))
    arms = {name: labelled(name, scenario, asked.catalogue) for name, scenario in scenarios.items()}
    rows = tuple(Row(name, "", "", (), config.seeds, (0,)) for name in timelines)
    design = Design(rows, (), {}, ({},), False, differing=timelines.differing(asked.end))
    return Resolved(
        {"scenarios": arms}, branch, timelines, with_own_draws(asked, design), arms=arms,
        interactions=config.interactions, completes_cohorts=config.complete_cohorts,
    )  # fmt: skip


def _with_full_path(scenario: Scenario, asked: Asked[ScenarioConfig]) -> Scenario:
    package = scenario.package
    if not isinstance(package, str):
        return scenario
    return scenario.model_copy(update={"package": package_path(package, asked.path)})


SCENARIO = Kind(
    "scenario", ScenarioConfig, resolve, report="scenario",
    core_outputs=("tfr", "tfr_census", "births", "cost"), compares_arms=True,
)  # fmt: skip
