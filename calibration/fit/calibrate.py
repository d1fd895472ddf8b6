"""``cradle calibrate``: the fit, its draws, and every table that says how far to trust them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from abm.city.loading import load_city
from calibration.fit.chances_and_order import DRIFT, contrasts, outlook, probabilities, what_moves_the_ranking
from calibration.fit.fit_file import FitFile, read_fit_file
from calibration.fit.fit_folder import FitFolder
from calibration.fit.posterior import coverage, histories_of
from calibration.fit.refine import draws_brought_to_data
from calibration.fit.scoreboard import correlations, identified, predictions, scoreboard, shipped_columns
from calibration.fit.smc import acceptance, refine, run_fit
from calibration.fit.workers import InOrder
from calibration.targets.read import Target, load_targets
from experiments.context.fit_tables import FitTables, write_fit
from experiments.sources import source_hash
from policies.errors import InputError, shown
from policies.messages import later, tr

COVERAGE_TESTS = 200


@dataclass(frozen=True)
class FitJob:
    """What a call asks for."""

    file: Path
    fit: FitFile
    targets: tuple[Target, ...]
    folder: FitFolder
    made_of: dict[str, str]


def plan_fit(file: Path, runs: Path) -> FitJob:
    """The job of a call, in its folder under ``runs``. InputError for a wrong file, target or folder."""
    fit = read_fit_file(file)
    targets = load_targets(fit.city, ("fit", "held_back"))
    city_hash = load_city(fit.city).folder_hash()
    folder = FitFolder.of(runs, fit, targets, city_hash)
    return FitJob(file, fit, targets, folder, {"source_hash": source_hash(), "city_hash": city_hash})


def calibrate(job: FitJob, in_order: InOrder, screen: Console) -> FitTables:
    """Run what is left of a fit and of what follows it; every finished step is kept in the job's folder."""
    with job.folder.clocked():
        tables = _all_tables(job, in_order, screen)
    return FitTables(made_with(job, tables, job.folder.seconds_spent()), tables)


def _all_tables(job: FitJob, in_order: InOrder, screen: Console) -> dict[str, pd.DataFrame]:
    history = run_fit(job.fit, job.targets, job.folder, in_order, screen)
    refine(job.fit, job.targets, job.folder, in_order, screen)
    lived = histories_of(job.folder.evaluations(), job.fit, job.targets)
    keep = _Steps(job.folder, screen)
    found = keep("draws", lambda: draws_brought_to_data(lived, job.fit, job.targets, in_order, screen))
    drawn, centre = found.iloc[:-1], found.iloc[-1]
    return {
        "centre": pd.DataFrame({"name": centre.index, "value": centre.to_numpy()}),
        **tables_of_draws(job, drawn, in_order, keep),
        "trace": acceptance(history),
        "coverage": coverage(lived, job.fit, min(COVERAGE_TESTS, len(lived.levels) // 4)),
    }


def predict_again(job: FitJob, shipped: FitTables, in_order: InOrder, screen: Console) -> FitTables:
    """The draws of a fit as they are, lived by the model as it is now: for changes that are worth no new fit. What is
    finished is kept in the job's folder, under a name of its own for every set of draws.

    InputError when the draws are not of this fit's free numbers.
    """
    drawn = shipped.tables.get("draws", pd.DataFrame())
    if list(drawn.columns) != list(job.fit.names):
        raise InputError(
            tr("--again: draws.csv: found {columns}, allowed {names}").format(
                columns=shown(list(drawn.columns)), names=", ".join(job.fit.names)
            )
        )
    numbers = drawn.apply(pd.to_numeric, errors="coerce").to_numpy(float)
    if not numbers.size or not np.isfinite(numbers).all() or "source_hash" not in shipped.how:
        raise InputError(tr("--again: draws.csv: no draws, or a cell that is no number; or fit.yaml lacks source_hash"))
    these = hashlib.sha256(drawn.to_csv().encode()).hexdigest()[:8]
    keep = _Steps(job.folder, screen, f"again-{these}-")
    tables = {**shipped.tables, **tables_of_draws(job, drawn, in_order, keep)}
    fitted_with = shipped.how.get("fit_source_hash", shipped.how["source_hash"])
    return FitTables({**shipped.how, **job.made_of, "fit_source_hash": fitted_with}, tables)


def tables_of_draws(
    job: FitJob, drawn: pd.DataFrame, in_order: InOrder, keep: Callable[[str, Callable[[], pd.DataFrame]], pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Every table that follows from the draws and the model; ``keep(name, make)`` answers the steps that take long."""
    predicted = keep("predictions", lambda: predictions(job.fit, drawn, job.targets, in_order))
    tables = {
        "posterior": shipped_columns(job.fit, drawn),
        "draws": drawn,
        "targets": scoreboard(predicted, job.targets),
        "identified": identified(job.fit, drawn),
        "correlations": correlations(job.fit, drawn),
    }
    if DRIFT in job.fit.names:
        lived = keep("outlook", lambda: outlook(job.fit, drawn, in_order))
        by_draw = contrasts(lived)
        tables["probabilities"] = probabilities(lived)
        tables["contrasts"] = by_draw
        tables["ranking"] = what_moves_the_ranking(by_draw, drawn, job.fit.names)
    return tables


class _Steps:
    """Tables that take long, each kept in the folder once it is whole."""

    def __init__(self, folder: FitFolder, screen: Console, prefix: str = "") -> None:
        self._folder, self._screen, self._prefix = folder, screen, prefix

    def __call__(self, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        kept = self._folder.kept(self._prefix + name)
        if kept is None:
            self._screen.print(f"{name} ...")
            kept = make()
            self._folder.keep(self._prefix + name, kept)
        return kept


def made_with(job: FitJob, tables: dict[str, pd.DataFrame], seconds: float) -> dict[str, Any]:
    """How the tables were made."""
    trace = tables["trace"]
    return {
        "command": f"cradle calibrate {job.file.as_posix()}",
        "city": job.fit.city,
        "scale": job.fit.scale,
        "histories": int(trace["histories"].sum()),
        "generations": len(trace),
        "draws": len(tables["posterior"]),
        "targets_fitted": sum(target.use == "fit" for target in job.targets),
        "targets_held_back": sum(target.use == "held_back" for target in job.targets),
        **job.made_of,
        "seconds": round(seconds),
    }


def score_line(tables: FitTables) -> str:
    """How many targets are met, in a sentence."""
    table = tables.tables["targets"]
    parts = []
    for use, template in (
        ("fit", later("{inside} of {count} fitted")),
        ("held_back", later("{inside} of {count} held back")),
    ):
        part = table[table["use"] == use]
        parts.append(tr(template).format(inside=int(part["inside"].sum()), count=len(part)))
    return tr("targets inside their 80 % predictive interval or tolerance: {parts}").format(parts=", ".join(parts))


HEADS = (later("target"), later("use"), later("observed"), later("predicted"), later("80 % interval"), later("inside"))


def screen_table(tables: FitTables) -> Table:
    """The scoreboard for a terminal."""
    shown = Table(box=None, pad_edge=False)
    for head in HEADS:
        shown.add_column(tr(head), justify="right" if head in HEADS[2:4] else "left")
    for row in tables.tables["targets"].itertuples(index=False):
        shown.add_row(
            row.id, row.use, f"{row.observed:.4g}", f"{row.predicted:.4g}",
            tr("{low:.4g} to {high:.4g}").format(low=row.predicted_low, high=row.predicted_high),
            tr("yes") if row.inside else tr("NO"),
        )  # fmt: skip
    return shown


def write(tables: FitTables, out: Path) -> Sequence[Path]:
    """Write every table into a folder."""
    return write_fit(out, tables)
