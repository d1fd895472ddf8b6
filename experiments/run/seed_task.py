"""One seed and parameter draw: history once, then every arm forked from it. The only file that touches the model.

Baseline and policies of a seed share one history and one set of keyed draws, so their difference is what the
policy did. Everything a worker needs travels in a ``SeedTask`` of plain values; arms may be run in any number of
batches, here or elsewhere, from one history: the numbers are the same.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import pandas as pd

from abm.city.city import City
from abm.city.loading import load_city
from abm.cohorts import (
    MONTHS_TO_COMPLETION,
    births_of_fertile_cohorts,
    completed_fertility,
    start_of_completion,
)
from abm.core.parameters import Parameters
from abm.model import FamilyModel
from abm.observe.observer import HEADLINE
from experiments.run.saved_histories import keep_history, read_history
from policies.clock import year_of
from policies.messages import later
from policies.timeline import Timeline
from results.folder.store import BIRTH_COLUMNS, ROW_COLUMNS

OnMonth = Callable[[int], None]
"""Told how many months have been simulated since it was last told."""


@dataclass(frozen=True)
class Arm:
    """One run: a scenario's name, its run id and its law."""

    run_id: str
    scenario: str
    timeline: Timeline


DECIDES_NO_RUN = frozenset({"arms", "city", "draw", "history_name"})
"""Fields of a task from which no row of a run follows: which runs are to do, where the city's data lie, what things are
called. All others are hashed into the id of every run."""
DECIDES_NO_HISTORY = DECIDES_NO_RUN | {
    "balanced_budget", "complete_cohorts", "end_month", "groups", "hold", "keeps_births", "outputs",
}  # fmt: skip
"""Fields that come into play only after arms have parted. All others are hashed into the name of the history."""


@dataclass(frozen=True)
class SeedTask:
    """All runs of one seed and parameter draw, or a batch of them.

    ``groups`` are the groups of rows to keep (empty: all). ``history_name`` names the history on disk (empty: it is not
    kept); ``sources`` and ``city_hash`` are hashes of the sources and of the city's data that the results are promised
    to come from.
    """

    city: str
    seed: int
    scale: float
    start: str
    branch_month: int
    end_month: int
    law: Timeline
    arms: Sequence[Arm]
    hold: tuple[str, ...]
    parameter_changes: dict[str, Any]
    outputs: tuple[str, ...]
    draw: int = 0
    complete_cohorts: bool = False
    balanced_budget: bool = False
    groups: tuple[str, ...] = ()
    keeps_births: bool = True
    history_name: str = ""
    sources: str = ""
    city_hash: str = ""

    @property
    def months_of_arm(self) -> int:
        """Months to simulate in one arm, those in which its cohorts are completed included."""
        later = MONTHS_TO_COMPLETION if self.complete_cohorts else 0
        return self.end_month - self.branch_month + 1 + later

    def months(self, start_month: int) -> int:
        """Months to simulate in this task."""
        return self.branch_month - start_month + len(self.arms) * self.months_of_arm

    def batch(self, arms: Sequence[Arm]) -> SeedTask:
        """The same task with these arms alone."""
        return replace(self, arms=tuple(arms))

    @property
    def headline_only(self) -> bool:
        """True when so little is kept that the model need not look closely."""
        return set(self.outputs) <= set(HEADLINE) and self.groups == ("all",) and not self.keeps_births


@dataclass(frozen=True)
class RunResult:
    """What one run returns: its rows and births (None where the study does not keep them), or what went wrong."""

    run_id: str
    scenario: str
    rows: pd.DataFrame | None = None
    births: pd.DataFrame | None = None
    stage: str = ""
    error: str = ""
    message: str = ""

    @property
    def failure(self) -> dict[str, str]:
        """The row of failures.jsonl."""
        return {"run_id": self.run_id, "stage": self.stage, "error": self.error, "message": self.message}


def run_seed(task: SeedTask, on_month: OnMonth | None = None) -> Iterator[RunResult]:
    """Run one seed; yields every arm's result as soon as it is there.

    An error in the history fails every arm (stage ``history``), an error in an arm fails that arm alone.
    """
    try:
        history = build_history(task, on_month)
    except Exception as error:
        for arm in task.arms:
            yield failed(arm, later("history"), error)
        return
    yield from run_arms(history, task, on_month)


def build_history(task: SeedTask, on_month: OnMonth | None = None) -> FamilyModel:
    """The city under the law as it was, from the founding to the month in which scenarios part; read back if it was
    kept. To be forked."""
    state = read_history(task.history_name) if task.history_name else None
    if state is not None:
        return history_from(state, load_once(task.city), task)
    model = FamilyModel(
        load_once(task.city),
        scale=task.scale,
        seed=task.seed,
        start=task.start,
        parameters=_parameters(task),
        timeline=task.law,
        hold=(),
    )
    _run_to(model, task.branch_month, on_month)
    if task.history_name:
        keep_history(task.history_name, model.saved())
    return model


def history_from(state: dict[str, Any], city: City, task: SeedTask) -> FamilyModel:
    """A history from its saved state, whose arrays may be read-only. To be forked."""
    return FamilyModel.from_saved(state, city, _parameters(task))


def _parameters(task: SeedTask) -> Parameters:
    return Parameters.load().replace(**task.parameter_changes)


@lru_cache(maxsize=2)
def load_once(name: str) -> City:
    """The city of a study, read and checked once a process."""
    return load_city(name)


def run_arms(history: FamilyModel, task: SeedTask, on_month: OnMonth | None = None) -> Iterator[RunResult]:
    """Run the arms of a task from its history; yields every arm's result as soon as it is there."""
    for arm in task.arms:
        try:
            yield _run_arm(task, arm, history, on_month)
        except Exception as error:
            yield failed(arm, later("scenario"), error)


def _run_arm(task: SeedTask, arm: Arm, history: FamilyModel, on_month: OnMonth | None) -> RunResult:
    model = history.fork(
        timeline=arm.timeline,
        hold=task.hold,
        balanced_budget=task.balanced_budget,
        headline_only=task.headline_only,
    )
    try:
        return _lived(task, arm, model, on_month)
    finally:
        model.let_go()


def _lived(task: SeedTask, arm: Arm, model: FamilyModel, on_month: OnMonth | None) -> RunResult:
    """The arm's years, and what the config keeps of them."""
    _run_to(model, task.end_month + 1, on_month)
    rows = model.rows()
    if not task.keeps_births:
        return RunResult(arm.run_id, arm.scenario, _labelled_rows(rows, task, arm))
    births = model.births_log()
    if task.complete_cohorts:
        more_rows, births = _completed(task, model, births, on_month)
        rows = pd.concat([rows, more_rows], ignore_index=True)
    births = births[births["month"] >= task.branch_month].assign(weight=1.0 / model.scale).reset_index(drop=True)
    return RunResult(arm.run_id, arm.scenario, _labelled_rows(rows, task, arm), births[BIRTH_COLUMNS])


def _completed(
    task: SeedTask, model: FamilyModel, births: pd.DataFrame, on_month: OnMonth | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Completed fertility of the horizon's cohorts, as rows, and ``births`` with the later births of these cohorts.

    Every arm lives those years under the law of the history, so that births differ by what the horizon's law did.
    """
    horizon_end = task.end_month + 1
    later = start_of_completion(model, task.law)
    _run_to(later, horizon_end + MONTHS_TO_COMPLETION, on_month)
    log = later.births_log()
    after = births_of_fertile_cohorts(log[log["month"] >= horizon_end], horizon_end)
    found = completed_fertility(later, task.branch_month, horizon_end)
    later.let_go()
    rows = pd.DataFrame(
        {"group": [f"cohort:{cohort}" for cohort in found], "value": list(found.values())}, dtype=object
    ).assign(indicator="cohort_fertility", year=year_of(task.end_month), month=pd.NA)
    return rows, pd.concat([births, after], ignore_index=True)


def _run_to(model: FamilyModel, month: int, on_month: OnMonth | None) -> None:
    """Simulate until ``month`` is the next month to simulate, telling ``on_month`` at most once a year."""
    while model.month < month:
        before = int(model.month)
        model.run_until_month(min(month, before + 12))
        if int(model.month) <= before:
            raise RuntimeError(f"the model did not move on from month {before}")
        if on_month is not None:
            on_month(int(model.month) - before)
    if int(model.month) != month:
        raise RuntimeError(f"the model stands at month {model.month}, expected {month}")


def _labelled_rows(rows: pd.DataFrame, task: SeedTask, arm: Arm) -> pd.DataFrame:
    """The model's rows that the config keeps, with run_id, scenario, seed and draw."""
    kept = rows[rows["indicator"].isin(task.outputs)]
    if task.groups:
        kept = kept[kept["group"].isin(task.groups)]
    table = kept.assign(run_id=arm.run_id, scenario=arm.scenario, seed=task.seed, draw=task.draw)
    types: dict[str, Any] = {"year": "int32", "month": "Int32", "value": "float64", "seed": "int64", "draw": "int64"}
    return table[ROW_COLUMNS].astype(types).reset_index(drop=True)


def failed(arm: Arm, stage: str, error: Exception) -> RunResult:
    """Keep what went wrong, with the place in the code where it did."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" [{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}]" if frames else ""
    return RunResult(arm.run_id, arm.scenario, stage=stage, error=type(error).__name__, message=f"{error}{place}")


def compile_engine() -> None:
    """Have everything that a history and its arms call compiled and kept on disk, on a town of no size."""
    history = FamilyModel("toytown", scale=1.0, seed=1, start="2020-11")
    history.run_until_month(history.month + 15)
    for headline_only in (False, True):
        arm = history.fork(timeline=history.timeline, headline_only=headline_only)
        arm.run_until_month(arm.month + 15)
