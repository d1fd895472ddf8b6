"""Equal-cost bounds: for each measure the dose at which its public cost in one year is the same.

The table is made from the model's own ledger, never typed: every measure alone at its plausible bound, its extra
public cost (all payers but employers) against today's law, a first dose in proportion, runs at that dose, then doses
between those that cost too little and too much until the sum is met, with runs at every one; the table gives the cost
at the dose found. A measure that costs less than the sum even at its bound keeps the bound, and the table says so; so
does one whose cost the ledger does not book to the public.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from experiments.study.config import BASELINE_SCENARIO, LAST_END
from experiments.study.design import BASELINE, HIGH, Design, Row
from experiments.study.equal_cost_bounds import COLUMNS
from experiments.study.study import Study
from experiments.study.timelines import RowTimelines
from policies.clock import month_index, month_label, year_of
from policies.errors import InputError
from policies.messages import later, tr

EMPLOYER = "employer"
GROUPS = ("all", f"payer:{EMPLOYER}")
MATCHED, NEAREST = later("matched"), later("nearest: its cost jumps over the sum")
CLIPPED, NO_COST = later("clipped: costs less at its bound"), later("no public cost in the ledger")
Tried = tuple[float, float]
"""A dose and the public cost at it."""
CLOSE, MOST_TURNS = 0.05, 6
"""A dose is found when its cost is this near to the sum, as a share of it; how often doses are tried."""
LEAST_COST = 0.02
"""A measure that costs less than this share of the sum counts as having no public cost of its own."""
MILLION = 1e6


def make_table(
    study: Study, wanted: float, year: int, seeds: int, run: Callable[[Study], pd.DataFrame]
) -> pd.DataFrame:
    """The table of bounds at which every measure costs ``wanted`` yuan in ``year``; ``run`` gives a study's series.

    Raises InputError when the year lies outside what can be simulated or the config has no factors.
    """
    if not study.design.factors:
        raise InputError(
            tr("{study}: kind: found {kind}; equal-cost bounds need a config with factors").format(
                study=study.name, kind=study.kind.name
            )
        )
    first, last = year_of(study.branch_month), year_of(month_index(LAST_END))
    if not first <= year <= last:
        raise InputError(
            tr("--year: found {year}; allowed {first} to {last}").format(year=year, first=first, last=last)
        )
    if not 0.0 < wanted < math.inf:
        raise InputError(tr("--yuan: found {yuan:g}; allowed: a positive sum").format(yuan=wanted))
    names = [factor.name for factor in study.design.factors if not factor.is_parameter]

    def costs_at(doses: Mapping[str, float]) -> dict[str, float]:
        return _costs(run(alone_study(study, doses, seeds, year)), year)

    at_one = costs_at(dict.fromkeys(names, 1.0))
    found = doses_found(at_one, wanted, costs_at)
    return bounds_table(study, at_one, found, wanted, year, seeds)


def doses_found(
    at_one: Mapping[str, float], wanted: float, costs_at: Callable[[Mapping[str, float]], Mapping[str, float]]
) -> dict[str, Tried]:
    """For every measure that costs more than ``wanted`` at its bound the dose tried whose cost is nearest to it."""
    doses = first_doses(at_one, wanted)
    tried: dict[str, list[Tried]] = {name: [(0.0, 0.0), (1.0, at_one[name])] for name in doses}
    for turn in range(MOST_TURNS):
        if not doses:
            break
        costs = costs_at(doses)
        for name, dose in doses.items():
            tried[name].append((dose, costs[name]))
        doses = {
            name: dose_between(tried[name], wanted, halve=turn % 2 == 1)
            for name in doses
            if turn == 0 or abs(costs[name] - wanted) > CLOSE * wanted
        }
    return {name: min(points, key=lambda point: abs(point[1] - wanted)) for name, points in tried.items()}


def _costs(series: pd.DataFrame, year: int) -> dict[str, float]:
    return {name.removesuffix("-high"): cost for name, cost in public_costs(series, year).items()}


def alone_study(study: Study, doses: Mapping[str, float], seeds: int, year: int) -> Study:
    """The same city to the end of ``year`` with today's law and every factor of ``doses`` alone at its dose."""
    factors = study.design.factors
    nothing = [float("nan")] * len(factors)
    rows = [Row(BASELINE_SCENARIO, BASELINE, "", tuple(nothing), seeds, (0,))]
    for place, factor in enumerate(factors):
        if factor.name in doses:
            own = [*nothing]
            own[place] = doses[factor.name]
            rows.append(Row(f"{factor.name}-high", HIGH, factor.name, tuple(own), seeds, (0,)))
    design = Design(tuple(rows), factors, {}, ({},), False)
    timelines = RowTimelines(study.catalogue, design.changes(), study.branch_month)
    end = month_index(f"{year}-12")
    config = study.config.model_copy(update={"end": month_label(end), "seeds": seeds})
    return replace(
        study, name=f"{study.name}-equal-cost", config=config, design=design, timelines=timelines, groups=GROUPS,
        outputs=("cost",), end_month=end,
    )  # fmt: skip


def public_costs(series: pd.DataFrame, year: int) -> dict[str, float]:
    """Extra public cost of every scenario against the baseline in ``year``, yuan, mean over seeds (paired)."""
    own = series[(series["indicator"].astype(str) == "cost") & (series["year"] == year)]
    own = own.astype({"group": str, "scenario": str})
    wide = own.pivot_table(index=["scenario", "seed"], columns="group", values="value", observed=True).fillna(0.0)
    if wide.empty:
        raise InputError(tr("the run has no cost in {year}").format(year=year))
    public = wide["all"] - wide.get(GROUPS[1], 0.0)
    by = public.unstack("scenario")
    extra = by.sub(by[BASELINE_SCENARIO], axis=0).mean()
    return {str(name): float(value) for name, value in extra.items() if name != BASELINE_SCENARIO}


def first_doses(costs: Mapping[str, float], wanted: float) -> dict[str, float]:
    """Doses in proportion to cost, for the factors that cost more than the sum at their bound."""
    return {name: wanted / cost for name, cost in costs.items() if cost > wanted}


def dose_between(tried: Sequence[Tried], wanted: float, halve: bool) -> float:
    """Dose between the lowest that costs the sum and the highest below it that does not: where the line through the two
    reaches the sum, or half-way, which also finds the place where a cost jumps."""
    above = min(point for point in tried if point[1] >= wanted)
    below = max(point for point in tried if point[1] < wanted and point[0] < above[0])
    share = 0.5 if halve else (wanted - below[1]) / (above[1] - below[1])
    return below[0] + (above[0] - below[0]) * share


def bounds_table(
    study: Study,
    at_one: Mapping[str, float],
    found: Mapping[str, Tried],
    wanted: float,
    year: int,
    seeds: int,
) -> pd.DataFrame:
    """The table: one row a field, costs in million yuan as run. ``found``: the dose of a measure and its cost there."""
    rows: list[dict[str, Any]] = []
    for factor in study.design.factors:
        if factor.is_parameter:
            continue
        cost = at_one[factor.name]
        dose, status, at_bound = 1.0, CLIPPED, cost
        payers = study.catalogue.levers[factor.spans[0].name.partition(".")[0]].payers
        is_public = any(payer != EMPLOYER for shares in payers.values() for payer in shares)
        if not is_public or abs(cost) < LEAST_COST * wanted:
            status = NO_COST
        elif factor.name in found:
            dose, at_bound = found[factor.name]
            status = MATCHED if abs(at_bound - wanted) <= CLOSE * wanted else NEAREST
        for span in factor.spans:
            end = float(f"{float(span.at(dose)):.5g}")
            rows.append(
                dict(zip(COLUMNS, [
                    study.city.name, factor.name, span.name, span.unit, span.law, span.start, span.end,
                    end if end != span.start else span.end, round(dose, 4), status, round(cost / MILLION, 2),
                    round(at_bound / MILLION, 2), round(wanted / MILLION, 2), year, study.config.scale, seeds,
                ], strict=True))
            )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)
