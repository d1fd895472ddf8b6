"""The runs of a study: which there are, what names them and their folder, and what they will take."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from abm.cohorts import MONTHS_TO_COMPLETION
from experiments.run.tasks import common_task, run_id, runs_hash, task_of
from experiments.study.study import Study

NS_PER_PERSON_MONTH, NS_OF_HEADLINES, NS_WHILE_COHORTS_COMPLETE = 40.0, 10.0, 12.0
MILLISECONDS_A_MONTH = 1.0
FOUNDING_MICROSECONDS_PER_PERSON = 10.0
BYTES_PER_PERSON = 250
MODELS_AT_ONCE = 2
MEGABYTES_OF_A_PROCESS = 350
BYTES_PER_ROW = 6.0
ROWS_PER_INDICATOR_AND_GROUP = 40
LEAST_BYTES_A_RUN = 6_000
BYTES_PER_BIRTH = 8.0
BIRTHS_PER_PERSON_YEAR = 0.007
"""Rough sizes for ``cradle check`` alone, measured on one core; nothing in a run depends on them. A month has a cost of
its own beside that of its persons: in a small town most of the time goes there."""


@dataclass(frozen=True)
class Estimate:
    """What a study is expected to take on one process."""

    runs: int
    people: int
    months: int
    seconds: float
    memory_megabytes: float
    disk_megabytes: float


def study_hash(study: Study) -> str:
    """Hash of all runs of a study together; names its run folder. A search does not know its runs beforehand: there it
    is a hash of what is searched."""
    if study.kind.is_search:
        shared = runs_hash(task_of(common_task(study), study, seed=1, draw=0))
        known = json.dumps([shared, study.config.model_dump(by_alias=True, exclude={"title"})], sort_keys=True)
    else:
        known = "".join(design_table(study)["run_id"])
    return hashlib.sha256(known.encode()).hexdigest()


def folder_name(study: Study) -> str:
    """Name of the run folder: the config's name and eight digits of what decides its numbers."""
    return f"{study.name}-{study_hash(study)[:8]}"


def design_table(study: Study) -> pd.DataFrame:
    """One row a run, seeds outermost: run_id, scenario, seed, draw and one column per lever field that varies.

    A varied column holds the value in force in the last month. A design whose rows have roles adds ``role`` (baseline,
    low, high, curve, sample), ``factor`` (of a run of one factor alone) and ``dose:NAME`` for every factor, empty where
    the factor stays at today's law.
    """
    return _made_once(study).copy()


@lru_cache(maxsize=2)
def _made_once(study: Study) -> pd.DataFrame:
    """The design of a study; thousands of rows take seconds, and several places ask for it."""
    design, common = study.design, common_task(study)
    fields, has_roles = design.fields, any(row.role for row in design.rows)
    rows = []
    for seed in range(1, study.seeds + 1):
        for draw in range(study.draws):
            asked = [row for row in design.rows if seed <= row.seeds and draw in design.draws_of(row, seed)]
            shared = runs_hash(task_of(common, study, seed, draw)) if asked else ""
            for row in asked:
                name = row.scenario
                law = study.timelines.values_of(name, study.end_month)
                own: dict[str, object] = {"run_id": run_id(shared, name, study.timelines.hash_of(name))}
                own |= {"scenario": name, "seed": seed, "draw": draw}
                own |= {field: float(law[field]) for field in fields}
                if has_roles:
                    own |= {"role": row.role, "factor": row.factor}
                    doses = zip(design.dose_names(row), row.doses, strict=False)
                    own |= {f"dose:{factor}": dose for factor, dose in doses}
                rows.append(own)
    return pd.DataFrame(rows).astype({"seed": "int64", "draw": "int64"})


def person_months(study: Study, design: pd.DataFrame | None = None) -> float:
    """Person-months to simulate: one history a seed and draw, then every run."""
    table = design_table(study) if design is None else design
    histories = len(table[["seed", "draw"]].drop_duplicates()) * (study.branch_month - study.start_month)
    return float(study.people) * (histories + len(table) * common_task(study).months_of_arm)


def most_packages(study: Study) -> int:
    """Packages that a search simulates at most, the baseline apart; none of a study whose runs are known."""
    return study.kind.most_packages(study.config) if study.kind.most_packages is not None else 0


def estimate(study: Study, rows_per_run: int = 60_000) -> Estimate:
    """Expected size of a study on one process; ``rows_per_run`` is a guess on the high side. A search is taken to run
    as many packages as it may."""
    design = pd.concat([design_table(study)] * (1 + most_packages(study)), ignore_index=True)
    histories = len(design[["seed", "draw"]].drop_duplicates())
    if study.groups:
        rows_per_run = ROWS_PER_INDICATOR_AND_GROUP * len(study.outputs) * len(study.groups)
    births = study.people * BIRTHS_PER_PERSON_YEAR * (study.end_month - study.branch_month + 1) / 12
    kept = births * BYTES_PER_BIRTH if study.kind.compares_arms else 0.0
    return Estimate(
        runs=len(design),
        people=study.people,
        months=study.end_month - study.start_month + 1,
        seconds=_seconds(study, design, histories),
        memory_megabytes=MEGABYTES_OF_A_PROCESS + MODELS_AT_ONCE * study.people * BYTES_PER_PERSON / 1e6,
        disk_megabytes=2 * len(design) * (LEAST_BYTES_A_RUN + rows_per_run * BYTES_PER_ROW + kept) / 1e6,
    )


def _seconds(study: Study, design: pd.DataFrame, histories: int) -> float:
    """Seconds on one process: people founded, months lived, and months in which only cohorts are completed."""
    task = common_task(study)
    everything = person_months(study, design)
    completing = float(study.people) * len(design) * MONTHS_TO_COMPLETION if task.complete_cohorts else 0.0
    nanoseconds = (everything - completing) * (NS_OF_HEADLINES if task.headline_only else NS_PER_PERSON_MONTH)
    nanoseconds += completing * NS_WHILE_COHORTS_COMPLETE
    founding = histories * study.people * FOUNDING_MICROSECONDS_PER_PERSON * 1e-6
    return nanoseconds * 1e-9 + everything / study.people * MILLISECONDS_A_MONTH * 1e-3 + founding
