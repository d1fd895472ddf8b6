"""The design of a study: which runs there are, what decides their results, and what they will take."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from abm.cohorts import MONTHS_TO_COMPLETION
from experiments.config import BASELINE_SCENARIO
from experiments.study import Study

PROJECT = Path(__file__).resolve().parent.parent
SOURCE_SUFFIXES = (".py", ".yaml", ".csv")

NS_PER_PERSON_MONTH = 40.0
FOUNDING_MICROSECONDS_PER_PERSON = 10.0
SECONDS_A_TASK = 5.0
BYTES_PER_PERSON = 250
MODELS_AT_ONCE = 2
MEGABYTES_OF_A_PROCESS = 350
BYTES_PER_ROW = 6.0
BYTES_PER_BIRTH = 8.0
BIRTHS_PER_PERSON_YEAR = 0.007
"""Rough sizes for ``cradle check`` alone, on the slow side; nothing in a run depends on them."""


@dataclass(frozen=True)
class Estimate:
    """What a study is expected to take on one process."""

    runs: int
    people: int
    months: int
    seconds: float
    memory_megabytes: float
    disk_megabytes: float


@cache
def source_hash() -> str:
    """sha256 of every source that decides a result: code, parameters, levers and packages (cities apart)."""
    digest = hashlib.sha256()
    files = [*(PROJECT / "abm").rglob("*"), *(PROJECT / "policies").rglob("*"), Path(__file__).with_name("run_one.py")]
    for path in sorted(files):
        relative = path.relative_to(PROJECT).as_posix()
        if path.suffix not in SOURCE_SUFFIXES or not path.is_file() or relative.startswith("abm/cities/"):
            continue
        digest.update(relative.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def run_id(study: Study, scenario: str, seed: int) -> str:
    """16 hexadecimal digits: a hash of everything that decides the rows of one run, and of nothing else."""
    timeline = study.timelines[scenario]
    decides = {
        "sources": source_hash(),
        "city": study.city.folder_hash(),
        "scale": study.scale,
        "seed": seed,
        "start": study.start_month,
        "branch": study.branch_month,
        "end": study.end_month,
        "parameters": study.parameters.hash(),
        "hold": study.config["hold"],
        "complete_cohorts": study.config["complete_cohorts"],
        "balanced_budget": study.config["balanced_budget"],
        "law": timeline.hash(),
        "outputs": study.outputs,
        "scenario": scenario,
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]


def study_hash(study: Study) -> str:
    """Hash of all runs of a study together; names its run folder."""
    ids = [run_id(study, scenario, seed) for seed in seeds_of(study) for scenario in study.timelines]
    return hashlib.sha256("".join(ids).encode()).hexdigest()


def folder_name(study: Study) -> str:
    """Name of the run folder: the config's name and eight digits of what decides its numbers."""
    return f"{study.name}-{study_hash(study)[:8]}"


def seeds_of(study: Study) -> list[int]:
    """Seeds 1 to n."""
    return list(range(1, study.seeds + 1))


def design_table(study: Study) -> pd.DataFrame:
    """One row a run, seeds outermost: run_id, scenario, seed, draw and one column per lever value that varies.

    A varied column holds the value in force in the last month.
    """
    values = {name: timeline.at(study.end_month) for name, timeline in study.timelines.items()}
    law = values[BASELINE_SCENARIO]
    varied = [field for field in law if any(values[name][field] != law[field] for name in values)]
    rows = [
        {
            "run_id": run_id(study, scenario, seed),
            "scenario": scenario,
            "seed": seed,
            "draw": 0,
            **{field: float(values[scenario][field]) for field in varied},
        }
        for seed in seeds_of(study)
        for scenario in study.timelines
    ]
    return pd.DataFrame(rows).astype({"seed": "int64", "draw": "int64"})


def person_months(study: Study) -> float:
    """Person-months to simulate: one history a seed, then every arm."""
    history = study.branch_month - study.start_month
    later = MONTHS_TO_COMPLETION if study.config["complete_cohorts"] else 0
    arms = len(study.timelines) * (study.end_month - study.branch_month + 1 + later)
    return float(study.people) * study.seeds * (history + arms)


def estimate(study: Study, rows_per_run: int = 60_000) -> Estimate:
    """Expected size of a study on one process; ``rows_per_run`` is a guess on the high side."""
    runs = study.seeds * len(study.timelines)
    founding = study.seeds * study.people * FOUNDING_MICROSECONDS_PER_PERSON * 1e-6
    seconds = person_months(study) * NS_PER_PERSON_MONTH * 1e-9 + founding + study.seeds * SECONDS_A_TASK
    births = study.people * BIRTHS_PER_PERSON_YEAR * (study.end_month - study.branch_month + 1) / 12
    return Estimate(
        runs=runs,
        people=study.people,
        months=study.end_month - study.start_month + 1,
        seconds=seconds,
        memory_megabytes=MEGABYTES_OF_A_PROCESS + MODELS_AT_ONCE * study.people * BYTES_PER_PERSON / 1e6,
        disk_megabytes=2 * runs * (rows_per_run * BYTES_PER_ROW + births * BYTES_PER_BIRTH) / 1e6,
    )
