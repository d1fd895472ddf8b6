"""The runner: what is not finished is run, in this process or on Ray, and kept in the run folder.

Only the driver writes. Runs are kept as soon as they end, whole or not at all, so a crash, a killed worker, a full
disk or Ctrl-C loses at most the runs in flight, and ``resume`` does the rest. The numbers do not depend on where and
on how many workers they were made.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.context.context import report_context
from experiments.run.progress import Reporter
from experiments.run.run_table import design_table, folder_name, study_hash
from experiments.run.saved_histories import is_kept
from experiments.run.seed_task import RunResult, SeedTask, run_seed
from experiments.run.tasks import tasks_of, versions
from experiments.sources import source_hash
from experiments.study.study import Study
from results.folder.store import CONFIG, CONTEXT, DESIGN, MANIFEST, RunFolder

STARTED, INTERRUPTED, COMPLETE, FAILED = "started", "interrupted", "complete", "failed"
"""What a manifest says of a run: begun, and ended by Ctrl-C or an error, with every run done, or with some failed."""


def start_run(study: Study, out: Path) -> tuple[RunFolder, pd.DataFrame]:
    """Make the run folder (or take up the one of the same study) and write what does not depend on results."""
    folder, design = RunFolder.create(out / folder_name(study)), design_table(study)
    folder.mend()
    folder.write_text(study.yaml_text(), CONFIG)
    begin(folder, study, design)
    return folder, design


def begin(folder: RunFolder, study: Study, design: pd.DataFrame) -> None:
    """Write design, context and a manifest that says that the run was started."""
    folder.write_table(design, DESIGN)
    folder.write_json(CONTEXT, report_context(study))
    _write_manifest(folder, study, design, STARTED, 0.0)


def execute(
    study: Study,
    folder: RunFolder,
    design: pd.DataFrame,
    reporter: Reporter,
    workers: int | None = None,
    on: str | None = None,
    address: str | None = None,
) -> list[dict[str, str]]:
    """Run what is not finished, merge, and return the failures.

    ``on`` is "serial" (this process, the reference) or "ray"; left out, more than one worker or an address means Ray.
    The manifest always says how far the run got, also after Ctrl-C; of a search, which asks for more, that it was
    started. Raises StoreError when the folder cannot be written, InputError when Ray cannot be reached, BackendError
    when it is lost. When not one run has finished there is nothing to merge, and no ``series.parquet``.
    """
    began = time.monotonic()
    failures: list[dict[str, str]] = []
    status = INTERRUPTED
    try:
        asked = set(design["run_id"])
        tasks = tasks_of(study, design, folder.finished() & asked)
        folder.write_failures(failures)
        reporter.start(_months_to_do(tasks, study), study.people, sum(len(task.arms) for task in tasks))
        try:
            for results in _results(tasks, reporter, workers, on or backend_for(workers, address), address):
                _keep(folder, results, failures)
                for result in results:
                    reporter.run_done(failed=result.rows is None)
        finally:
            reporter.stop()
        finished = folder.finished() & asked
        if finished and (tasks or not finished <= folder.merged()):
            folder.merge(design, folder.read_json(CONTEXT)["indicators"])
        status = STARTED if study.kind.is_search else status_of(failures)
    finally:
        _write_manifest(folder, study, design, status, time.monotonic() - began)
    return failures


def status_of(failures: Sequence[object]) -> str:
    """What a manifest says of a run that has ended."""
    return FAILED if failures else COMPLETE


def backend_for(workers: int | None, address: str | None) -> str:
    """Where to run when nobody has said: "ray" for more than one worker or a cluster, else "serial"."""
    return "ray" if (workers or 1) > 1 or address is not None else "serial"


def standing_backend(
    workers: int | None = None, on: str | None = None, address: str | None = None
) -> AbstractContextManager[Any]:
    """Within this context every ``execute`` with the same arguments uses one Ray, which takes seconds to start."""
    if (on or backend_for(workers, address)) == "serial":
        return nullcontext()
    from experiments.run.ray_connection import connected

    return connected(workers or 1, address)


def _results(
    tasks: list[SeedTask], reporter: Reporter, workers: int | None, on: str, address: str | None
) -> Iterator[list[RunResult]]:
    """Results as they come, in no fixed order; those that come together in one list."""
    if not tasks:
        return
    if on == "serial":
        for task in tasks:
            for result in run_seed(task, reporter.months):
                yield [result]
        return
    from experiments.run.on_ray import run_on_ray

    yield from run_on_ray(tasks, reporter, workers, address)


def _months_to_do(tasks: list[SeedTask], study: Study) -> int:
    """Model months to simulate; histories that are kept need none."""
    months = sum(task.months(study.start_month) for task in tasks)
    return months - sum(study.branch_month - study.start_month for task in tasks if is_kept(task.history_name))


def _keep(folder: RunFolder, results: list[RunResult], failures: list[dict[str, str]]) -> None:
    """Write the runs that ended well in one part, and note the others."""
    done = [(result.run_id, result.rows, result.births) for result in results if result.rows is not None]
    if done:
        folder.write_part(done)
    broken = [result.failure for result in results if result.rows is None]
    if broken:
        failures += broken
        folder.write_failures(failures)


def _write_manifest(folder: RunFolder, study: Study, design: pd.DataFrame, status: str, seconds: float) -> None:
    finished = len(folder.finished() & set(design["run_id"]))
    earlier = folder.known_manifest().get("seconds", 0.0)
    runs = {"asked": len(design), "finished": finished, "failed": len(folder.known_failures())}
    folder.write_json(
        MANIFEST,
        {
            **_status(status, runs),
            "versions": versions(),
            "config_hash": study_hash(study),
            "source_hash": source_hash(),
            "data_hash": study.city.folder_hash(),
            "city": study.city.name,
            "scale": study.config.scale,
            "people": study.people,
            "seeds": sorted(int(seed) for seed in design["seed"].unique()),
            "start": study.config.start,
            "branch": study.config.branch,
            "end": study.config.end,
            "seconds": round((earlier if isinstance(earlier, int | float) else 0.0) + seconds, 1),
            "machine": {"system": platform.system(), "machine": platform.machine(), "cores": os.cpu_count()},
            "checksums": "sha256",
            "config": study.yaml_text(),
        },
    )
    folder.sums.tidy()


@contextmanager
def noted_if_stopped(folder: RunFolder) -> Iterator[None]:
    """What ends this context early, wherever in it, leaves a manifest that says so."""
    try:
        yield
    except BaseException:
        if folder.known_manifest().get("status") == STARTED:
            with suppress(OSError):  # the disk may be what ended it
                write_status(folder, INTERRUPTED)
        raise


def write_status(folder: RunFolder, status: str) -> None:
    """Say how a run has ended, leaving what else its manifest says."""
    manifest = folder.read_json(MANIFEST)
    kept = {name: held for name, held in manifest.items() if name not in ("status", "interrupted", "runs")}
    folder.write_json(MANIFEST, {**_status(status, manifest["runs"]), **kept})
    folder.sums.tidy()


def _status(status: str, runs: dict[str, int]) -> dict[str, Any]:
    """How far a run has come; of one that was interrupted, when and with how many of its runs done."""
    if status != INTERRUPTED:
        return {"status": status, "runs": runs}
    when = time.strftime("%Y-%m-%d %H:%M:%S %z")
    stopped = {"when": when, "finished": runs["finished"], "asked": runs["asked"]}
    return {"status": status, "interrupted": stopped, "runs": runs}
