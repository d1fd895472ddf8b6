"""The back-tests: small experiments in the model's own city, held against what studies found.

Every experiment forks arms from one history with common random numbers, counts what the study counted, puts it over
the dose in the study's units, and sets the model's interval over seeds beside the evidence interval. Nothing is fitted
here.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rich.table import Table

from abm.city.city import City
from abm.city.loading import load_city
from abm.core.parameters import Parameters
from calibration.backtests.arms import branch_cities, live_arms, months_of
from calibration.backtests.doses import Parts
from calibration.backtests.files import (
    DEFAULT_SET,
    EXPERIMENTS_FILE,
    FITTED_SET,
    BackTests,
    Experiment,
    read_backtests,
    read_left_out,
    unaccounted_rows,
)
from calibration.backtests.responses import (
    added,
    doses_of,
    estimate_over_draws,
    experiment_parts,
    experiment_value,
    pooled_estimate,
)
from calibration.backtests.verdicts import evidence_interval, verdict
from experiments.context.backtest_table import COLUMNS
from experiments.run.progress import Reporter
from experiments.sources import source_hash
from experiments.study.config import LEAST_PEOPLE
from experiments.study.fitted_draws import fitted_draws, is_fitted
from policies.catalogue import load_catalogue
from policies.citations import Evidence
from policies.clock import month_index
from policies.errors import InputError
from policies.messages import later, tr

CITY, SCALE, SEEDS = "suining", 0.1, 8
"""What ``cradle backtest`` runs when it is not told otherwise: under ten minutes on one core."""
DRAWS = 12
"""Draws of a fit that are lived at most."""


@dataclass(frozen=True)
class Job:
    """What is asked for: experiments by parameter set, in the city, at this size."""

    tests: BackTests
    city: City
    scale: float
    seeds: int
    chosen: tuple[Experiment, ...]
    evidence: Mapping[str, Evidence]
    made_of: Mapping[str, str]
    draws: tuple[Mapping[str, Any], ...] = ()

    @property
    def people(self) -> int:
        """Residents simulated, in 2020."""
        return round(self.scale * float(self.city.population_by_age(2020).sum()))

    @property
    def parameter_sets(self) -> tuple[str, ...]:
        """Parameter sets in their order; the draws of a fit are one, where there is a fit."""
        return (*self.tests.parameter_sets, *((FITTED_SET,) if self.draws else ()))

    def experiments_at(self, *sets: str) -> tuple[Experiment, ...]:
        """Experiments measured at one of these parameter sets. The draws are another default."""
        asked = {DEFAULT_SET if name == FITTED_SET else name for name in sets}
        return tuple(e for e in self.chosen if asked & set(e.sets))

    def seeds_at(self, *sets: str) -> int:
        """Seeds at these sets: as many as draws where every seed has its own."""
        return max(self.seeds, min(len(self.draws), DRAWS)) if FITTED_SET in sets else self.seeds

    def parameters_at(self, name: str, seed: int) -> Parameters:
        """Parameters of a set and seed."""
        if name == FITTED_SET:
            return Parameters.load().replace(**self.draws[(seed - 1) % len(self.draws)])
        return Parameters.load().replace(**self.tests.parameter_sets[name])

    def arms_at(self, *sets: str) -> set[str]:
        """Arms that these experiments need."""
        found = {(r.arm, r.against) for e in self.experiments_at(*sets) for r in e.responses}
        return {arm for pair in found for arm in pair}

    def counting_carers(self, *sets: str) -> set[str]:
        """Arms in which grandparents are counted."""
        asked = [r for e in self.experiments_at(*sets) for r in e.responses if r.dose.kind == "carers"]
        return {arm for response in asked for arm in (response.arm, response.against)}

    def months_of_seed(self, *sets: str) -> int:
        """Months simulated for one seed: the history to the last branch, and every arm."""
        arms = [self.tests.arms[name] for name in self.arms_at(*sets)]
        last = max((month_index(self.tests.branches[arm.branch]) for arm in arms), default=0)
        return last - month_index(self.tests.start) + sum(months_of(arm) for arm in arms)


def plan(ids: Iterable[str] = (), city: str = CITY, scale: float | None = None, seeds: int | None = None) -> Job:
    """The job of a call. InputError for an unknown id, a wrong file, or an evidence row nobody accounts for."""
    evidence = load_catalogue().evidence
    tests = read_backtests(evidence)
    missing = unaccounted_rows(tests, read_left_out(), evidence)
    if missing:
        raise InputError(
            tr("evidence_left_out.csv: used and left out, or neither: {missing}").format(missing=", ".join(missing))
        )
    # Read before the runs: who edits a source while they go on shall not find its hash beside their numbers.
    made_of = {
        "source_hash": source_hash(),
        "experiments_hash": hashlib.sha256(EXPERIMENTS_FILE.read_bytes()).hexdigest(),
    }
    job = Job(
        tests,
        load_city(city),
        scale or SCALE,
        seeds or SEEDS,
        tests.chosen(ids),
        evidence,
        made_of,
        fitted_draws(city, Parameters.load()) if is_fitted(city) else (),
    )
    if job.people < LEAST_PEOPLE:
        raise InputError(
            tr("--scale: {scale:g} is {people:,} people; at least {least_people:,} are needed").format(
                scale=job.scale, people=job.people, least_people=LEAST_PEOPLE
            )
        )
    return job


def run(job: Job, reporter: Reporter) -> pd.DataFrame:
    """All experiments of a job at all their parameter sets: one row each, the columns of the shipped table."""
    sets = _distinct_sets(job)
    total = sum(job.seeds_at(*names) * job.months_of_seed(*names) for names in sets)
    reporter.start(total, job.people, sum(job.seeds_at(*names) for names in sets))
    rows = []
    try:
        for names in sets:
            found = _parts_at(job, names, reporter)
            rows += [row_of(job, experiment, name, found[experiment.id])
                     for name in names for experiment in job.experiments_at(name)]  # fmt: skip
    finally:
        reporter.stop()
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = {e.id: place for place, e in enumerate(job.tests.experiments)}
    place = table["id"].map(order) + table["set"].map({s: i for i, s in enumerate(job.parameter_sets)}) * 1000
    return table.iloc[place.argsort(kind="stable")].reset_index(drop=True)


def _distinct_sets(job: Job) -> list[list[str]]:
    """Parameter sets that experiments ask for; those with the same values share their runs."""
    asked = [name for name in job.parameter_sets if job.experiments_at(name)]
    groups: dict[str, list[str]] = {}
    for name in asked:
        same = name if name == FITTED_SET else job.parameters_at(name, 1).hash()
        groups.setdefault(same, []).append(name)
    return list(groups.values())


def _parts_at(job: Job, sets: Sequence[str], reporter: Reporter) -> dict[str, list[Parts]]:
    """Parts by experiment, one a seed, at parameter sets of the same values."""
    experiments, arms = job.experiments_at(*sets), job.arms_at(*sets)
    found: dict[str, list[Parts]] = {experiment.id: [] for experiment in experiments}
    for seed in range(1, job.seeds_at(*sets) + 1):
        parameters = job.parameters_at(sets[0], seed)
        branches = branch_cities(
            job.city, job.tests, {job.tests.arms[arm].branch for arm in arms}, job.scale, seed, parameters,
            reporter.months,
        )  # fmt: skip
        records = live_arms(branches, job.tests, arms, job.counting_carers(*sets), reporter.months)
        for experiment in experiments:
            branch = branches[job.tests.arms[experiment.response.arm].branch]
            found[experiment.id].append(experiment_parts(experiment, branch, records))
        reporter.run_done()
    return found


def row_of(
    job: Job, experiment: Experiment, parameter_set: str, parts: Sequence[Mapping[str, float]]
) -> dict[str, Any]:
    """One row of the table: what the model does, what studies found, and how the two compare."""
    estimate = estimate_over_draws if parameter_set == FITTED_SET else pooled_estimate
    value, low, high = estimate(parts, lambda total: experiment_value(experiment, total))
    held = evidence_interval(experiment.held, job.evidence[experiment.held.row])
    found = verdict(value, low, high, held)
    group, miss = job.tests.groups[experiment.group], experiment.miss
    wrong = not (found.inside or found.overlap) or not found.sign_right
    return {
        "id": experiment.id, "set": parameter_set, "group": experiment.group, "group_en": group.en,
        "group_zh": group.zh, "label_en": experiment.label.en, "label_zh": experiment.label.zh,
        "evidence": ";".join(experiment.evidence), "rule": experiment.held.rule,
        "unit_en": experiment.unit.en, "unit_zh": experiment.unit.zh,
        "miss_en": (miss.en if miss else "unknown") if wrong else "",
        "miss_zh": (miss.zh if miss else "未知") if wrong else "",
        "evidence_value": held.value, "evidence_low": held.low, "evidence_high": held.high,
        "model_value": value, "model_low": low, "model_high": high,
        "dose": doses_of(experiment, added(parts)), "events": added(parts)["0.against"],
        "sign_right": found.sign_right, "inside": found.inside, "overlap": found.overlap,
        "imposed": experiment.imposed,
    }  # fmt: skip


def made_with(job: Job, seconds: float) -> dict[str, Any]:
    """How a table was made: sources, city, experiments, size, time."""
    return {
        "command": f"cradle backtest --scale {job.scale:g} --seeds {job.seeds}",
        "city": job.city.name,
        "scale": job.scale,
        "seeds": job.seeds,
        "branches": dict(job.tests.branches),
        **job.made_of,
        "city_hash": job.city.folder_hash(),
        "seconds": round(seconds),
    }


def summary_line(table: pd.DataFrame) -> str:
    """The score of a table in a sentence: over the draws of the fit where there is one, else at default parameters."""
    which = FITTED_SET if (table["set"] == FITTED_SET).any() else DEFAULT_SET
    tested = table[(table["set"] == which) & ~table["imposed"]]
    ranged = tested[~tested["rule"].isin(["sign", "at_most"])]
    signs, meet = int(tested["sign_right"].sum()), int(tested["overlap"].sum())
    return tr(
        "{count} back-tests at {which} parameters: sign right in {signs}, intervals meet in {meet}; of {ranged} with "
        "an evidence interval (signs and upper anchors apart), the model's value lies inside {inside} and its interval "
        "overlaps {overlap}"
    ).format(
        count=len(tested), which=which, signs=signs, meet=meet, ranged=len(ranged),
        inside=int(ranged["inside"].sum()), overlap=int(ranged["overlap"].sum()),
    )  # fmt: skip


HEADS = (
    later("back-test"), later("parameters"), later("model"), later("95 % interval"), later("evidence"), later("range"),
    later("sign"), later("inside"), later("overlap"),
)  # fmt: skip


def screen_table(table: pd.DataFrame) -> Table:
    """The table for a terminal."""
    shown = Table(box=None, pad_edge=False)
    for head in HEADS:
        shown.add_column(tr(head), justify="right" if head in (HEADS[2], HEADS[4]) else "left")
    for row in table.itertuples(index=False):
        marks = [tr("yes") if flag else tr("NO") for flag in (row.sign_right, row.inside, row.overlap)]
        shown.add_row(
            row.id, row.set, f"{row.model_value:.3g}", _span(row.model_low, row.model_high),
            "" if pd.isna(row.evidence_value) else f"{row.evidence_value:.3g}",
            _span(row.evidence_low, row.evidence_high), *marks,
        )  # fmt: skip
    return shown


def _span(low: float, high: float) -> str:
    return f"{low:.3g} to {high:.3g}"


def timed(work: Callable[[], pd.DataFrame]) -> tuple[pd.DataFrame, float]:
    """What a piece of work returns, and the seconds it took."""
    began = time.monotonic()
    return work(), time.monotonic() - began
