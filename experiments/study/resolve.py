"""Steps that kinds share when a config is resolved: its draws, its factors, equal cost, what may vary, its law."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from experiments.study.config import MOST_DRAWS, CommonConfig, DrawnConfig, FactorConfig
from experiments.study.design import MOST_ROWS, Design, Draws, a_draw_a_seed
from experiments.study.equal_cost_bounds import narrowed_to_equal_cost, with_a_cost
from experiments.study.factors import Factor, read_factors
from experiments.study.kind import Asked, Resolved
from experiments.study.problems import attempt
from experiments.study.timelines import RowTimelines
from experiments.study.uncertainty import latin_draws, uncertain_spans
from policies.messages import tr
from policies.timeline import timeline_for

Factors = tuple[Factor, ...]


def crossed_draws[C: DrawnConfig](asked: Asked[C], problems: list[str], unless_said: int | None = None) -> Draws:
    """The draws that every seed runs on; one that changes nothing where there are none, or where each seed has its
    own draw of the fit. ``unless_said``: how many of a fit, where the config does not say."""
    config, fitted = asked.config, asked.fitted
    if fitted:
        if config.draws is not None and config.draws > len(fitted):
            problems.append(
                tr("draws: found {draws}; allowed 2 to {count}, which the fit has").format(
                    draws=config.draws, count=len(fitted)
                )
            )
        wanted = config.draws or unless_said
        return fitted[:wanted] if wanted is not None else ({},)
    if config.uncertainty is None:
        return ({},)
    spans = uncertain_spans(config.uncertainty, asked.parameters, problems)
    return latin_draws(config.uncertainty, spans, asked.parameters)


def factors_of[C: CommonConfig](asked: Asked[C], written: Mapping[str, FactorConfig], problems: list[str]) -> Factors:
    """Factors of a config, their ranges laid on the law in which scenarios part."""
    law = timeline_for(asked.catalogue).at(asked.branch)
    return read_factors(written, asked.catalogue, asked.parameters, law, problems)


def at_equal_cost[C: CommonConfig](
    asked: Asked[C], factors: Factors, bounds: str, table: str | None, problems: list[str]
) -> tuple[Factors, dict[str, Any]]:
    """The factors within the ``bounds`` that a config asks for, and what is filled in of the config."""
    if bounds == "plausible":
        return factors, {}
    factors = with_a_cost(factors, asked.catalogue, bounds == "both", problems)
    narrow = partial(narrowed_to_equal_cost, factors, asked.path, table, asked.config.city)
    narrowed = attempt(problems, narrow, "bounds")
    return (factors, {}) if narrowed is None else (narrowed[0], {"equal_cost_table": str(narrowed[1])})


def check_behaviour[C: CommonConfig](
    asked: Asked[C], factors: Factors, draws: Draws, problems: list[str], one_history: bool = False
) -> None:
    """Behavioural factors only where each may have its own history, which ``one_history`` says is not so."""
    behavioural = [factor.name for factor in factors if factor.is_parameter]
    if behavioural and asked.config.parameters == "fitted":
        problems.append(
            tr(
                "factors.{behavioural}: parameters: fitted takes behaviour from the draws of the fit; a "
                "parameter is a factor with parameters: default"
            ).format(behavioural=behavioural[0])
        )
    elif behavioural and one_history:
        problems.append(
            tr(
                "factors.{behavioural}: every value of a parameter needs a history of its own; here write it "
                "under uncertainty: {{draws: at most {most_draws}, parameters: ...}}"
            ).format(behavioural=behavioural[0], most_draws=MOST_DRAWS)
        )
    elif behavioural and len(draws) > 1:
        problems.append(
            tr("factors.{behavioural}: a parameter varies either as a factor or under uncertainty").format(
                behavioural=behavioural[0]
            )
        )


def check_rows(rows: int, problems: list[str]) -> None:
    """Not more rows than can be meant."""
    if rows > MOST_ROWS:
        problems.append(
            tr("the design has {rows:,} rows; allowed at most {most_rows:,}").format(rows=rows, most_rows=MOST_ROWS)
        )


def over_rows[C: CommonConfig](
    asked: Asked[C], design: Design, groups: tuple[str, ...], filled_in: Mapping[str, Any]
) -> Resolved:
    """The study of a design whose rows change lever fields from the branch on."""
    timelines = RowTimelines(asked.catalogue, design.changes(), asked.branch)
    return Resolved(filled_in, asked.branch, timelines, with_own_draws(asked, design), groups)


def with_own_draws[C: CommonConfig](asked: Asked[C], design: Design) -> Design:
    """The design with a draw of the fit for every seed, unless every seed runs on several."""
    crossed = design.has_uncertainty or not asked.fitted
    return design if crossed else a_draw_a_seed(design, asked.fitted)
