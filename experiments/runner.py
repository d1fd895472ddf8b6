"""The serial runner: seeds one after another, in this process or in a pool of processes.

Only the driver writes. A run is kept as soon as it ends, whole or not at all, so a crash, a killed worker, a full
disk or Ctrl-C loses at most the runs in flight, and ``resume`` does the rest. The numbers do not depend on the
number of workers.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.config import BASELINE_SCENARIO
from experiments.context import report_context
from experiments.design import design_table, folder_name, source_hash, study_hash
from experiments.pool import run_in_pool
from experiments.progress import Reporter
from experiments.run_one import Arm, RunResult, SeedTask, run_seed
from experiments.study import Study
from policies.errors import InputError
from results.store import CONFIG, CONTEXT, DESIGN, MANIFEST, RunFolder

PACKAGES = ("mesa", "numpy", "numba", "pandas", "pyarrow", "scipy")
DISTRIBUTION = "cradle-abm"


def tasks_of(study: Study, design: pd.DataFrame, finished: set[str]) -> list[SeedTask]:
    """One task a seed and parameter draw, with the arms that have not been finished."""
    tasks = []
    for (seed, draw), runs in design.groupby(["seed", "draw"], sort=True):
        arms = tuple(
            Arm(run.run_id, run.scenario, study.timelines[run.scenario])
            for run in runs.itertuples(index=False)
            if run.run_id not in finished
        )
        if arms:
            tasks.append(
                SeedTask(
                    city=str(study.config["city"]),
                    seed=int(seed),
                    scale=study.scale,
                    start=study.config["start"],
                    branch_month=study.branch_month,
                    end_month=study.end_month,
                    law=study.timelines[BASELINE_SCENARIO],
                    arms=arms,
                    hold=tuple(study.config["hold"]),
                    parameter_changes=study.parameter_changes_of(int(draw)),
                    outputs=study.outputs,
                    draw=int(draw),
                    groups=study.groups,
                    keeps_births=study.keeps_births,
                )
            )
    return tasks


def start_run(study: Study, out: Path) -> tuple[RunFolder, pd.DataFrame]:
    """Make the run folder (or take up the one of the same study) and write what does not depend on results."""
    folder = RunFolder.create(out / folder_name(study))
    design = design_table(study)
    folder.write_text(study.yaml_text(), CONFIG)
    folder.write_table(design, DESIGN)
    folder.write_json(CONTEXT, report_context(study))
    _write_manifest(folder, study, design, "started", 0.0)
    return folder, design


def take_up(folder: RunFolder, study: Study) -> pd.DataFrame:
    """Design of a run to be resumed. Raises InputError when its parts were made by other sources or data."""
    design = design_table(study)
    kept = folder.read_table(DESIGN)
    if list(kept["run_id"]) != list(design["run_id"]):
        raise InputError(
            f"{folder.path}: the model, the levers or the city have changed since this run began, so its finished runs"
            f" cannot be joined by new ones; start afresh with: cradle run {folder.file(CONFIG)}"
        )
    folder.write_json(CONTEXT, report_context(study))
    return design


def execute(
    study: Study, folder: RunFolder, design: pd.DataFrame, reporter: Reporter, workers: int = 1
) -> list[dict[str, str]]:
    """Run what is not finished, merge, and return the failures.

    The manifest always says how far the run got, also after Ctrl-C. Raises StoreError when the folder cannot be
    written. When not one run has finished there is nothing to merge, and no ``series.parquet``.
    """
    began = time.monotonic()
    tasks = tasks_of(study, design, folder.finished() & set(design["run_id"]))
    failures: list[dict[str, str]] = []
    folder.write_failures(failures)
    status = "interrupted"
    reporter.start(sum(t.months(study.start_month) for t in tasks), study.people, sum(len(t.arms) for t in tasks))
    try:
        results = _in_process(tasks, reporter) if workers == 1 else run_in_pool(tasks, workers, reporter)
        for result in results:
            _keep(folder, result, failures)
            reporter.run_done(failed=result.rows is None)
        status = "failed" if failures else "complete"
    finally:
        reporter.stop()
        _write_manifest(folder, study, design, status, time.monotonic() - began)
    if folder.finished() and (tasks or not folder.has_series()):
        folder.merge(design, folder.read_json(CONTEXT)["indicators"])
    return failures


def _in_process(tasks: list[SeedTask], reporter: Reporter) -> Iterator[RunResult]:
    for task in tasks:
        yield from run_seed(task, reporter.months)


def _keep(folder: RunFolder, result: RunResult, failures: list[dict[str, str]]) -> None:
    if result.rows is None:
        failures.append(result.failure)
        folder.write_failures(failures)
    else:
        folder.write_part(result.run_id, result.rows, result.births)


def _write_manifest(folder: RunFolder, study: Study, design: pd.DataFrame, status: str, seconds: float) -> None:
    finished = len(folder.finished() & set(design["run_id"]))
    earlier = folder.read_json(MANIFEST)["seconds"] if folder.exists() else 0.0
    folder.write_json(
        MANIFEST,
        {
            "status": status,
            "versions": versions(),
            "config_hash": study_hash(study),
            "source_hash": source_hash(),
            "data_hash": study.city.folder_hash(),
            "city": study.city.name,
            "scale": study.scale,
            "people": study.people,
            "seeds": sorted(int(seed) for seed in design["seed"].unique()),
            "start": study.config["start"],
            "branch": study.config["branch"],
            "end": study.config["end"],
            "runs": {"asked": len(design), "finished": finished, "failed": len(folder.read_failures())},
            "seconds": round(earlier + seconds, 1),
            "machine": {"system": platform.system(), "machine": platform.machine(), "cores": os.cpu_count()},
        },
    )


def versions() -> dict[str, str]:
    """Versions of the project, of Python and of the libraries that decide numbers."""
    found = {"python": platform.python_version()}
    for name in (DISTRIBUTION, *PACKAGES):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def headline(folder: RunFolder) -> dict[str, Any]:
    """The run's manifest, for a last line on the screen."""
    return dict(json.loads(folder.read_text(MANIFEST)))
