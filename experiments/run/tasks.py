"""The tasks of a study, and what names a run and a history: a hash of the task itself.

A field of a task decides everything unless it is listed beside the class as one that decides nothing, so that two runs
that differ in a field never share a name.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, overload

import pandas as pd

from experiments.run.seed_task import DECIDES_NO_HISTORY, DECIDES_NO_RUN, Arm, SeedTask
from experiments.sources import source_hash
from experiments.study.config import BASELINE_SCENARIO
from experiments.study.study import Study
from policies.timeline import Timeline

PACKAGES = ("mesa", "numpy", "numba", "pandas", "pyarrow", "scipy")
DISTRIBUTION = "cradle-abm"


class Arms(Sequence[Arm]):
    """Runs of one seed and draw; the law of each is made when it is asked for, since a design may have thousands."""

    def __init__(self, runs: Sequence[tuple[str, str]], timelines: Mapping[str, Timeline]) -> None:
        self._runs, self._timelines = runs, timelines

    def __len__(self) -> int:
        return len(self._runs)

    @overload
    def __getitem__(self, place: int) -> Arm: ...
    @overload
    def __getitem__(self, place: slice) -> Arms: ...
    def __getitem__(self, place: int | slice) -> Arm | Arms:
        if isinstance(place, slice):
            return Arms(self._runs[place], self._timelines)
        run_id, scenario = self._runs[place]
        return Arm(run_id, scenario, self._timelines[scenario])


def common_task(study: Study) -> SeedTask:
    """What all tasks of a study share, as a task without arms on no seed."""
    config = study.config
    return SeedTask(
        city=config.city,
        seed=0,
        scale=config.scale,
        start=config.start,
        branch_month=study.branch_month,
        end_month=study.end_month,
        law=study.timelines[BASELINE_SCENARIO],
        arms=(),
        hold=config.hold,
        parameter_changes={},
        outputs=study.outputs,
        groups=study.groups,
        keeps_births=study.kind.compares_arms,
        complete_cohorts=study.completes_cohorts,
        balanced_budget=config.balanced_budget,
        sources=source_hash(),
        city_hash=study.city.folder_hash(),
    )


def task_of(common: SeedTask, study: Study, seed: int, draw: int) -> SeedTask:
    """The task of a seed and parameter draw, without arms."""
    return replace(common, seed=seed, draw=draw, parameter_changes=study.parameter_changes_of(draw))


def tasks_of(study: Study, design: pd.DataFrame, finished: Collection[str]) -> list[SeedTask]:
    """One task a seed and parameter draw, with the arms that have not been finished."""
    tasks, common = [], common_task(study)
    for (seed, draw), runs in design.groupby(["seed", "draw"], sort=True):
        left = [pair for pair in zip(runs["run_id"], runs["scenario"], strict=True) if pair[0] not in finished]
        if left:
            task = task_of(common, study, int(seed), int(draw))
            tasks.append(replace(task, arms=Arms(left, study.timelines), history_name=history_name(task)))
    return tasks


def runs_hash(task: SeedTask) -> str:
    """A hash of everything that decides the rows of all runs of a task, and of nothing else."""
    return _hash(what_decides(task, DECIDES_NO_RUN))


def run_id(shared: str, scenario: str, law: str) -> str:
    """16 hexadecimal digits that name one run, from the hash that the runs of its task share and that of its law."""
    return _hash([shared, scenario, law])[:16]


def history_name(task: SeedTask) -> str:
    """24 hexadecimal digits: a hash of everything that decides the history of a task, and where it may be read."""
    return _hash([what_decides(task, DECIDES_NO_HISTORY), versions(), platform.machine()])[:24]


def what_decides(task: SeedTask, nothing: Collection[str]) -> dict[str, Any]:
    """The fields of a task but for those that decide nothing, as plain values."""
    decides = {field.name: getattr(task, field.name) for field in fields(task) if field.name not in nothing}
    return {name: value.hash() if isinstance(value, Timeline) else value for name, value in decides.items()}


def _hash(what: Any) -> str:
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Versions of the project, of Python and of the libraries that decide numbers."""
    found = {"python": platform.python_version()}
    for name in (DISTRIBUTION, *PACKAGES):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
