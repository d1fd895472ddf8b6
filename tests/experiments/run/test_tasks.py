"""What names a run and a history: the whole task, so that no field can be forgotten, and nothing else."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, make_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from abm.city.loading import load_city
from experiments.run.run_table import design_table, folder_name, study_hash
from experiments.run.seed_task import DECIDES_NO_HISTORY, DECIDES_NO_RUN, SeedTask
from experiments.run.tasks import common_task, history_name, runs_hash, task_of, tasks_of
from experiments.study.study import Study, read_study

Write = Callable[..., Path]
OTHER: dict[str, Any] = {
    "city": "/elsewhere", "seed": 7, "scale": 0.5, "start": "2020-11", "branch_month": 100, "end_month": 900,
    "arms": ("one",), "hold": ("norms",), "parameter_changes": {"own_weight": 0.3}, "outputs": ("births",), "draw": 3,
    "complete_cohorts": True, "balanced_budget": True, "groups": ("all",), "keeps_births": False,
    "history_name": "another", "sources": "of others", "city_hash": "of another city",
}  # fmt: skip
"""Another value for every field but the law."""


@pytest.fixture(scope="module", autouse=True)
def _cities_read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.study.study.load_city", functools.cache(load_city))
        yield


def names_of(task: SeedTask) -> tuple[str, str]:
    return runs_hash(task), history_name(task)


def ids_of(study: Study) -> dict[tuple[str, int], str]:
    table = design_table(study)
    return dict(zip(zip(table["scenario"], table["seed"], strict=True), table["run_id"], strict=True))


@pytest.fixture
def study(write_config: Write) -> Study:
    return read_study(write_config())


@pytest.fixture
def task(study: Study) -> SeedTask:
    return task_of(common_task(study), study, seed=1, draw=0)


def test_every_field_decides_or_is_listed_as_deciding_nothing(study: Study, task: SeedTask) -> None:
    law = study.timelines["voucher"]
    assert {field.name for field in fields(SeedTask)} == {*OTHER, "law"} >= DECIDES_NO_HISTORY
    for name, value in {**OTHER, "law": law}.items():
        run, history = names_of(replace(task, **{name: value}))
        assert (run == runs_hash(task)) == (name in DECIDES_NO_RUN), name
        assert (history == history_name(task)) == (name in DECIDES_NO_HISTORY), name


def test_a_new_field_decides_until_somebody_says_that_it_does_not(
    study: Study, task: SeedTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    wider = make_dataclass("Wider", [("newest", int, 0)], bases=(SeedTask,), frozen=True)
    before = ids_of(study)
    ids = []
    for value in (0, 1):
        monkeypatch.setattr("experiments.run.tasks.SeedTask", lambda v=value, **held: wider(**held, newest=v))
        ids.append(ids_of(replace(study)))
        ids.append({("history", 1): tasks_of(study, design_table(study), ())[0].history_name})
    assert all(before[name] != ids[0][name] != ids[2][name] for name in before)
    assert ids[1] != ids[3]


def test_a_name_moves_with_what_decides_and_with_nothing_else(write_config: Write) -> None:
    first = ids_of(read_study(write_config()))
    assert first == ids_of(read_study(write_config(title={"en": "Other", "zh": "别的"})))
    assert len(set(first.values())) == len(first) == 4
    other = {"voucher": {"changes": {"childcare_voucher.amount": {"2027-01": 801}}}}
    dearer = ids_of(read_study(write_config(scenarios=other)))
    assert first["current_law", 1] == dearer["current_law", 1] and first["voucher", 1] != dearer["voucher", 1]
    longer = ids_of(read_study(write_config(end="2029-12")))
    assert not set(first.values()) & set(longer.values())


def test_what_cannot_be_named_is_refused(task: SeedTask) -> None:
    @dataclass(frozen=True)
    class Wider(SeedTask):
        newest: Any = None

    strange = Wider(**{field.name: getattr(task, field.name) for field in fields(task)}, newest=object())
    with pytest.raises(TypeError):
        runs_hash(strange)


def test_a_search_is_named_by_what_is_searched(write_study: Write) -> None:
    def name(**changes: Any) -> str:
        keys = {"kind": "optimise", "samples": None, "replicate_seeds": None, "replicate_rows": None, "budget": 1e8}
        return study_hash(read_study(write_study(**{**keys, **changes})))

    assert name() == name(title={"en": "Other", "zh": "别的"})
    others = [name(budget=2e8), name(generations=3), name(seeds=3), name(hold=["norms"]), name(end="2030-12")]
    assert len({name(), *others}) == 6


def test_a_folder_is_named_after_its_config(study: Study) -> None:
    assert folder_name(study).startswith("study-")
