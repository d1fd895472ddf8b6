"""From records to a number: events of two arms over a dose, pooled over seeds, with an interval.

Every seed gives parts (counts and sums); parts add up over seeds; an estimate is a function of added parts. The
interval is a t interval over seeds by leaving out one seed at a time (jackknife), which for a plain mean is the usual
one and serves ratios too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy import stats

from calibration.backtests.arms import BranchCity, Record
from calibration.backtests.doses import PARTS, Parts, dose_units, in_window
from calibration.backtests.files import Experiment, Response
from calibration.backtests.populations import ALL
from policies.clock import MONTHS_PER_YEAR

CONFIDENCE = 0.95
LAST_ORDER = 3
"""Third and later births are one order."""


def events(branch: BranchCity, response: Response, record: Record) -> float:
    """How often the outcome happened in an arm, to the population, in the months that count; of a state, how many are
    in it when those months end."""
    first, end = response.months
    if response.outcome == "cycles":
        return float(in_window(record.years, response)["cycles"].sum())
    if response.outcome == "formal_work":
        return float(record.formal[end])
    table = record.births if response.outcome == "births" else record.weddings
    table = table[(table["month"] >= first) & (table["month"] < end)]
    if response.outcome == "first_marriages":
        table = table[table["first"]]
    if response.outcome == "births" and response.orders:
        table = table[table["order"].clip(upper=LAST_ORDER).isin(response.orders)]
    if response.ages is not None:
        table = table[(table["age"] >= response.ages[0]) & (table["age"] < response.ages[1])]
    if response.population == ALL:
        return float(len(table))
    rows = branch.rows_of(response.population)
    if response.outcome == "births":
        return float(table["mother_id"].isin(branch.model.population.persons["id"][rows]).sum())
    return float(table["row"].isin(rows).sum())


def response_parts(branch: BranchCity, response: Response, arm: Record, against: Record) -> Parts:
    """Counts of one seed: events in both arms, people at risk, and the parts of the dose."""
    parts = {"arm": events(branch, response, arm), "against": events(branch, response, against)}
    if response.measure in ("points", "per_100"):
        parts["people"] = float(len(branch.rows_of(response.population)))
    dose = PARTS[response.dose.kind](branch, response, arm, against)
    return parts | {f"dose.{name}": value for name, value in dose.items()}


def experiment_parts(experiment: Experiment, branch: BranchCity, records: Mapping[str, Record]) -> Parts:
    """Parts of one seed of an experiment; those of its second response begin with ``1.``, of its first with ``0.``."""
    found: Parts = {}
    for place, response in enumerate(experiment.responses):
        parts = response_parts(branch, response, records[response.arm], records[response.against])
        found |= {f"{place}.{name}": value for name, value in parts.items()}
    return found


def response_value(response: Response, parts: Mapping[str, float]) -> float:
    """The response per unit of dose from added parts; nan where nothing happened in the arm without the dose."""
    dose_parts = {name.removeprefix("dose."): value for name, value in parts.items() if name.startswith("dose.")}
    dose = dose_units(response.dose.kind, dose_parts)
    arm, against = parts["arm"], parts["against"]
    if response.measure == "gain":
        return (arm - against) / dose
    if response.measure == "per_100":
        return 100.0 * arm / parts["people"]
    if response.measure == "points":
        years = (response.months[1] - response.months[0]) / MONTHS_PER_YEAR
        return 100.0 * (arm - against) / parts["people"] / years / dose
    if against <= 0.0 or arm <= 0.0 or dose == 0.0:
        return math.nan
    if response.measure == "elasticity":
        return math.log(arm / against) / dose
    return 100.0 * (arm / against - 1.0) / dose


def experiment_value(experiment: Experiment, parts: Mapping[str, float]) -> float:
    """What an experiment finds, from added parts."""
    values = []
    for place, response in enumerate(experiment.responses):
        own = {n.removeprefix(f"{place}."): v for n, v in parts.items() if n.startswith(f"{place}.")}
        values.append(response_value(response, own))
    if experiment.compared is None:
        return values[0]
    if experiment.compared.how == "difference":
        return values[0] - values[1]
    return values[0] / values[1] if values[1] != 0.0 else math.nan


def doses_of(experiment: Experiment, parts: Mapping[str, float]) -> float:
    """The dose of an experiment's first response, in its units."""
    own = {n.removeprefix("0.dose."): v for n, v in parts.items() if n.startswith("0.dose.")}
    return dose_units(experiment.response.dose.kind, own)


def added(parts: Sequence[Mapping[str, float]]) -> Parts:
    """The sum of parts by name."""
    return {name: float(sum(part[name] for part in parts)) for name in parts[0]}


def estimate_over_draws(
    parts: Sequence[Mapping[str, float]], value: Callable[[Mapping[str, float]], float]
) -> tuple[float, float, float]:
    """Value of the pooled parts of seeds that each have parameters of their own, and the central 80 % of the values of
    single seeds: what parameters and chance leave open. Infinite limits for fewer than two seeds."""
    whole = value(added(parts))
    if len(parts) < 2:
        return whole, -math.inf, math.inf
    low, high = np.nanquantile([value(part) for part in parts], (0.1, 0.9))
    return whole, float(low), float(high)


def pooled_estimate(
    parts: Sequence[Mapping[str, float]], value: Callable[[Mapping[str, float]], float]
) -> tuple[float, float, float]:
    """Value of the pooled parts and its 95 % interval over seeds; infinite limits for fewer than two seeds."""
    whole = value(added(parts))
    n = len(parts)
    if n < 2:
        return whole, -math.inf, math.inf
    without = np.array([value(added([p for j, p in enumerate(parts) if j != i])) for i in range(n)])
    spread = math.sqrt((n - 1) / n * float(np.sum((without - without.mean()) ** 2)))
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2.0, n - 1)) * spread
    return whole, whole - half, whole + half
