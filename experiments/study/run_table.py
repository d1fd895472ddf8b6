"""The design of a study: which runs there are, what decides their results, and what they will take."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from abm.cohorts import MONTHS_TO_COMPLETION
from abm.observe.observer import HEADLINE
from experiments.sources import source_hash
from experiments.study.config import BASELINE_SCENARIO
from experiments.study.lazy_laws import LazyLaws
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


def run_id(study: Study, scenario: str, seed: int, draw: int = 0) -> str:
    """16 hexadecimal digits: a hash of everything that decides the rows of one run, and of nothing else."""
    return _run_id(study, _shared(study), _draw_hash(study, draw), scenario, seed)


def _shared(study: Study) -> dict[str, object]:
    """What all runs of a study share."""
    return {
        "sources": source_hash(),
        "city": study.city.folder_hash(),
        "scale": study.scale,
        "start": study.start_month,
        "branch": study.branch_month,
        "end": study.end_month,
        "hold": study.config["hold"],
        "complete_cohorts": study.completes_cohorts,
        "balanced_budget": study.config["balanced_budget"],
        "outputs": study.outputs,
        "groups": study.groups,
        "births": study.keeps_births,
    }


def _draw_hash(study: Study, draw: int) -> str:
    changes = study.draw_changes[draw]
    return study.parameters.replace(**changes).hash() if changes else study.parameters.hash()


def _run_id(study: Study, shared: dict[str, object], parameters: str, scenario: str, seed: int) -> str:
    laws = study.timelines
    law = laws.hash_of(scenario) if isinstance(laws, LazyLaws) else laws[scenario].hash()
    decides = {**shared, "parameters": parameters, "law": law, "seed": seed, "scenario": scenario}
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]


def study_hash(study: Study) -> str:
    """Hash of all runs of a study together; names its run folder. A search does not know its runs beforehand: there it
    is a hash of what is searched."""
    if study.kind == "optimise":
        shared = {**_shared(study), "config": {k: v for k, v in study.config.items() if k != "title"}}
        return hashlib.sha256(json.dumps(shared, sort_keys=True).encode()).hexdigest()
    return hashlib.sha256("".join(design_table(study)["run_id"]).encode()).hexdigest()


def folder_name(study: Study) -> str:
    """Name of the run folder: the config's name and eight digits of what decides its numbers."""
    return f"{study.name}-{study_hash(study)[:8]}"


def seeds_of(study: Study) -> list[int]:
    """Seeds 1 to n."""
    return list(range(1, study.seeds + 1))


def design_table(study: Study) -> pd.DataFrame:
    """One row a run, seeds outermost: run_id, scenario, seed, draw and one column per lever value that varies.

    A varied column holds the value in force in the last month. A planned study adds ``role`` (baseline, low, high,
    curve, sample), ``factor`` (of a run of one factor alone) and ``dose:NAME`` for every factor, empty where the
    factor stays at today's law.
    """
    return _made_once(study, source_hash()).copy()


@lru_cache(maxsize=2)
def _made_once(study: Study, _sources: str) -> pd.DataFrame:
    """The design of a study; thousands of rows take seconds, and several places ask for it."""
    return _planned_table(study) if study.plan is not None else _scenario_table(study)


def _scenario_table(study: Study) -> pd.DataFrame:
    values = {name: timeline.at(study.end_month) for name, timeline in study.timelines.items()}
    law = values[BASELINE_SCENARIO]
    varied = [field for field in law if any(values[name][field] != law[field] for name in values)]
    seeds = seeds_of(study)
    shared, own = _shared(study), {seed: study.draw_of_seed(seed) for seed in seeds}
    parameters = {draw: _draw_hash(study, draw) for draw in set(own.values())}
    rows = [
        {
            "run_id": _run_id(study, shared, parameters[own[seed]], scenario, seed),
            "scenario": scenario,
            "seed": seed,
            "draw": own[seed],
            **{field: float(values[scenario][field]) for field in varied},
        }
        for seed in seeds
        for scenario in study.timelines
    ]
    return pd.DataFrame(rows).astype({"seed": "int64", "draw": "int64"})


def _planned_table(study: Study) -> pd.DataFrame:
    plan = study.plan
    assert plan is not None
    shared = _shared(study)
    parameters = [_draw_hash(study, draw) for draw in range(study.draws)]
    fields = [span.name for factor in plan.every_factor for span in factor.spans if not factor.is_parameter]
    law = study.timelines[BASELINE_SCENARIO].at(study.end_month)
    laws = study.timelines
    rows = []
    for seed in range(1, study.seeds + 1):
        for draw in range(study.draws):
            for row in plan.rows:
                if seed > row.seeds or draw not in plan.draws_of(row, seed):
                    continue
                own = laws.changes_of(row.scenario) if isinstance(laws, LazyLaws) else {}
                rows.append(
                    {
                        "run_id": _run_id(study, shared, parameters[draw], row.scenario, seed),
                        "scenario": row.scenario,
                        "seed": seed,
                        "draw": draw,
                        **{field: float(own.get(field, law[field])) for field in fields},
                        "role": row.role,
                        "factor": row.factor,
                        **{f"dose:{name}": dose for name, dose in zip(plan.dose_names(row), row.doses, strict=False)},
                    }
                )
    return pd.DataFrame(rows).astype({"seed": "int64", "draw": "int64"})


def person_months(study: Study, design: pd.DataFrame | None = None) -> float:
    """Person-months to simulate: one history a seed and draw, then every run."""
    table = design_table(study) if design is None else design
    histories = len(table[["seed", "draw"]].drop_duplicates()) * (study.branch_month - study.start_month)
    later = MONTHS_TO_COMPLETION if study.completes_cohorts else 0
    arms = len(table) * (study.end_month - study.branch_month + 1 + later)
    return float(study.people) * (histories + arms)


def most_packages(study: Study) -> int:
    """Packages that a search simulates at most: every candidate of every generation, each measure alone, all at their
    best bounds, and the suppositions."""
    assert study.plan is not None
    suppositions = 4 if study.config["target"] else 0
    candidates = int(study.config["population"]) * int(study.config["generations"])
    return candidates + len(study.plan.factors) + 1 + suppositions


def estimate(study: Study, rows_per_run: int = 60_000) -> Estimate:
    """Expected size of a study on one process; ``rows_per_run`` is a guess on the high side. A search is taken to run
    as many packages as it may."""
    design = design_table(study)
    if study.kind == "optimise":
        design = pd.concat([design] * (1 + most_packages(study)), ignore_index=True)
    histories = len(design[["seed", "draw"]].drop_duplicates())
    if study.groups:
        rows_per_run = ROWS_PER_INDICATOR_AND_GROUP * len(study.outputs) * len(study.groups)
    births = study.people * BIRTHS_PER_PERSON_YEAR * (study.end_month - study.branch_month + 1) / 12
    kept = births * BYTES_PER_BIRTH if study.keeps_births else 0.0
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
    few_rows = set(study.outputs) <= set(HEADLINE) and study.groups == ("all",) and not study.keeps_births
    everything = person_months(study, design)
    completing = float(study.people) * len(design) * MONTHS_TO_COMPLETION if study.completes_cohorts else 0.0
    nanoseconds = (everything - completing) * (NS_OF_HEADLINES if few_rows else NS_PER_PERSON_MONTH)
    nanoseconds += completing * NS_WHILE_COHORTS_COMPLETE
    founding = histories * study.people * FOUNDING_MICROSECONDS_PER_PERSON * 1e-6
    return nanoseconds * 1e-9 + everything / study.people * MILLISECONDS_A_MONTH * 1e-3 + founding
