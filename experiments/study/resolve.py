"""Kinds whose runs are planned from factors and draws: sweep, sobol, optimise and forecast, resolved and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from abm.core.parameters import Parameters
from experiments.study.config import (
    BASELINE_SCENARIO,
    DRAWS_OF_A_SOBOL_STUDY,
    MOST_DRAWS,
    Config,
    DrawnConfig,
    ForecastConfig,
    OptimiseConfig,
    SobolConfig,
    SweepConfig,
)
from experiments.study.design_rows import (
    MOST_ROWS,
    Plan,
    Row,
    a_draw_a_seed,
    rows_asked,
    sobol_plan,
    sweep_plan,
    with_second_design,
)
from experiments.study.equal_cost_bounds import narrowed_to_equal_cost, with_a_cost
from experiments.study.factors import Factor, read_factors
from experiments.study.lazy_laws import LazyLaws
from experiments.study.problems import attempt
from experiments.study.uncertainty import latin_draws, uncertain_spans
from experiments.study.years import report_years
from policies.catalogue import Catalogue
from policies.messages import tr
from policies.timeline import Timeline, timeline_for

Draws = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class PlannedKind:
    """What a planned kind adds to a study: parts of its complete config, timelines, kept groups, plan and draws."""

    config: dict[str, Any]
    timelines: Mapping[str, Timeline]
    groups: tuple[str, ...]
    plan: Plan
    draw_changes: Draws


def resolve_planned(
    path: Path,
    config: Config | None,
    catalogue: Catalogue,
    parameters: Parameters,
    fitted: Draws,
    branch: int,
    end: int | None,
    problems: list[str],
) -> PlannedKind | None:
    """Factors, draws and rows of a config; None (and problems) when it cannot be planned. ``fitted`` are the draws of
    the city's fit, if the config asks for them."""
    before = len(problems)
    if not isinstance(config, SweepConfig | SobolConfig | OptimiseConfig | ForecastConfig):
        return None
    draws = _draws(config, parameters, fitted, problems)
    if isinstance(config, ForecastConfig):
        planned = _forecast(path, config, catalogue, draws, (branch, end), problems)
        return planned and _with_draws_by_seed(planned, fitted, len(draws))
    law = timeline_for(catalogue).at(branch)
    factors = read_factors(config.factors, catalogue, parameters, law, problems)
    plausible = factors
    extra: dict[str, Any] = {}
    if not isinstance(config, OptimiseConfig) and config.bounds != "plausible":
        factors = with_a_cost(factors, catalogue, config.bounds == "both", problems)
        narrow = partial(narrowed_to_equal_cost, factors, path, config.equal_cost_table, config.city)
        narrowed = attempt(problems, narrow, "bounds")
        if narrowed is not None:
            factors, table = narrowed
            extra["equal_cost_table"] = str(table)
    _check_factors(config, factors, len(draws) > 1, problems)
    if len(problems) > before:
        return None
    plan = _plan_of(config, factors, draws, parameters)
    if isinstance(config, SobolConfig) and config.bounds == "both":
        plan = with_second_design(plan, sobol_plan(config, plausible, draws, parameters))
    laws = LazyLaws(catalogue, plan.changes(), branch)
    planned = PlannedKind(extra, laws, tuple(config.groups), plan, plan.draw_changes)
    return _with_draws_by_seed(planned, fitted, len(draws))


def _plan_of(
    config: SweepConfig | SobolConfig | OptimiseConfig,
    factors: tuple[Factor, ...],
    draws: Draws,
    parameters: Parameters,
) -> Plan:
    if isinstance(config, SobolConfig):
        return sobol_plan(config, factors, draws, parameters)
    if isinstance(config, SweepConfig):
        return sweep_plan(config, factors, draws, parameters)
    baseline = Row(BASELINE_SCENARIO, "baseline", "", (float("nan"),) * len(factors), config.seeds, _all(draws))
    return Plan((baseline,), factors, {}, draws, len(draws) > 1)


def _all(draws: Draws) -> tuple[int, ...]:
    return tuple(range(len(draws)))


def _draws(config: DrawnConfig, parameters: Parameters, fitted: Draws, problems: list[str]) -> Draws:
    """The draws that every seed runs on; one that changes nothing where there are none, or where each seed has its
    own draw of the fit."""
    if fitted:
        asked = config.draws or (DRAWS_OF_A_SOBOL_STUDY if isinstance(config, SobolConfig) else None)
        if config.draws is not None and config.draws > len(fitted):
            problems.append(
                tr("draws: found {draws}; allowed 2 to {count}, which the fit has").format(
                    draws=config.draws, count=len(fitted)
                )
            )
        return fitted[:asked] if asked is not None else ({},)
    if config.uncertainty is None:
        return ({},)
    return latin_draws(config.uncertainty, uncertain_spans(config.uncertainty, parameters, problems), parameters)


def _with_draws_by_seed(planned: PlannedKind, fitted: Draws, crossed: int) -> PlannedKind:
    """A draw of the fit for every seed, unless every seed runs on ``crossed`` of them."""
    if not fitted or crossed > 1:
        return planned
    plan = a_draw_a_seed(planned.plan, fitted)
    return replace(planned, plan=plan, draw_changes=plan.draw_changes)


def _check_factors(
    config: SweepConfig | SobolConfig | OptimiseConfig,
    factors: tuple[Factor, ...],
    uncertain: bool,
    problems: list[str],
) -> None:
    """Behavioural factors only where each may have its own history; not more rows than can be meant."""
    behavioural = [factor.name for factor in factors if factor.is_parameter]
    is_sobol = isinstance(config, SobolConfig) and config.method == "sobol"
    if behavioural and config.parameters == "fitted":
        problems.append(
            tr(
                "factors.{behavioural}: parameters: fitted takes behaviour from the draws of the fit; a "
                "parameter is a factor with parameters: default"
            ).format(behavioural=behavioural[0])
        )
    elif behavioural and (is_sobol or isinstance(config, OptimiseConfig)):
        problems.append(
            tr(
                "factors.{behavioural}: every value of a parameter needs a history of its own; here write it "
                "under uncertainty: {{draws: at most {most_draws}, parameters: ...}}"
            ).format(behavioural=behavioural[0], most_draws=MOST_DRAWS)
        )
    elif behavioural and uncertain:
        problems.append(
            tr("factors.{behavioural}: a parameter varies either as a factor or under uncertainty").format(
                behavioural=behavioural[0]
            )
        )
    if isinstance(config, SobolConfig) and config.group_by == "family":
        groups = {factor.group for factor in factors}
        if len(groups) + uncertain < 2:
            problems.append(
                tr("group_by: family: all factors are of one family, {groups}").format(groups=", ".join(sorted(groups)))
            )
    if isinstance(config, OptimiseConfig):
        return
    rows = rows_asked(config, factors)
    if rows > MOST_ROWS:
        problems.append(
            tr("the design has {rows:,} rows; allowed at most {most_rows:,}").format(rows=rows, most_rows=MOST_ROWS)
        )


def _forecast(
    path: Path,
    config: ForecastConfig,
    catalogue: Catalogue,
    draws: Draws,
    span: tuple[int, int | None],
    problems: list[str],
) -> PlannedKind | None:
    """One arm on every seed and draw: today's law, or a package over it."""
    before, (branch, end) = len(problems), span
    timelines: dict[str, Timeline] = {BASELINE_SCENARIO: timeline_for(catalogue)}
    rows = [Row(BASELINE_SCENARIO, "baseline", "", (), config.seeds, _all(draws))]
    if config.package is not None:
        package: str | Path = config.package
        if config.package.endswith((".yaml", ".yml")):
            package = (path.parent / config.package).resolve()
        made = attempt(problems, lambda: timeline_for(catalogue, package, start=branch, name="package"), "package")
        if made is not None:
            early = [c for c in made.changes if min(c.from_month, c.announced_month) < branch]
            if early:
                problems.append(
                    tr("package: {field} is known before the branch; set branch earlier").format(field=early[0].field)
                )
            timelines["package"] = made
            rows.append(Row("package", "high", "", (), config.seeds, _all(draws)))
    if len(problems) > before:
        return None
    plan = Plan(tuple(rows), (), {}, draws, len(draws) > 1)
    told: dict[str, Any] = {"package": str(package)} if config.package is not None else {}
    if end is not None:
        told["report_years"] = report_years(config, branch, end)
    return PlannedKind(told, timelines, (), plan, draws)
