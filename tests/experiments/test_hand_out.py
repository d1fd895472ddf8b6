"""Handing out: every run once, histories bounded, work that is lost is tried again and in the end given up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from experiments.run.hand_out import MOST_DEATHS, SECONDS_A_BATCH, Batch, Build, HandOut
from experiments.run.seed_task import Arm


@dataclass
class Task:
    """As much of a SeedTask as handing out needs."""

    arms: list[Arm] = field(default_factory=list)


def tasks(*sizes: int) -> list[Any]:
    return [Task([Arm(f"{t}-{a}", "x", None) for a in range(size)]) for t, size in enumerate(sizes)]  # type: ignore[arg-type]


def run_all(plan: HandOut, workers: int, seconds: float = 0.5) -> tuple[list[str], int, list[int]]:
    """Run ids in the order they ended, the most histories at a time, and the sizes of batches."""
    ended: list[str] = []
    most, sizes = 0, []
    flying: list[Build | Batch] = []
    while not plan.done:
        while len(flying) < 2 * workers and (job := plan.next(workers)) is not None:
            flying.append(job)
        most = max(most, plan.histories)
        job = flying.pop(0)
        if isinstance(job, Build):
            plan.built(job.place)
        else:
            sizes.append(len(job.arms))
            ended += [arm.run_id for arm in job.arms]
            plan.ended(job, seconds * len(job.arms))
    assert not flying
    return ended, most, sizes


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_every_run_ends_once_and_histories_stay_few(workers: int) -> None:
    work = tasks(5, 1, 40, 3, 0, 9) if workers > 1 else tasks(5, 1)
    work = [task for task in work if task.arms]
    ended, most, _ = run_all(HandOut(work), workers)
    assert sorted(ended) == sorted(arm.run_id for task in work for arm in task.arms)
    assert most <= workers + 1


def test_batches_grow_to_seconds_of_work_and_shrink_at_the_end() -> None:
    _, _, sizes = run_all(HandOut(tasks(400)), 2, seconds=0.1)
    assert sizes[0] == 1 and max(sizes) == round(SECONDS_A_BATCH / 0.1) and sizes[-1] < max(sizes) / 4
    _, _, slow = run_all(HandOut(tasks(40)), 2, seconds=10.0)
    assert set(slow) == {1}


def first_batch(plan: HandOut) -> Batch:
    build = plan.next(1)
    assert isinstance(build, Build)
    plan.built(build.place)
    batch = plan.next(1)
    assert isinstance(batch, Batch)
    return batch


def test_a_run_whose_worker_dies_twice_is_given_up_and_the_others_go_on() -> None:
    plan = HandOut(tasks(3))
    batch = first_batch(plan)
    unlucky = batch.arms[0].run_id
    assert plan.lost(batch, own_fault=True) == []
    again = plan.next(1)
    assert isinstance(again, Batch) and [arm.run_id for arm in again.arms] == [unlucky]
    (given_up,) = plan.lost(again, own_fault=True)
    assert given_up.failure["run_id"] == unlucky and given_up.error == "WorkerDied" and "died twice" in given_up.message
    ended, _, _ = run_all(plan, 1)
    assert sorted(ended) == ["0-1", "0-2"] and MOST_DEATHS == 2


def test_a_batch_that_is_lost_is_tried_again_run_by_run() -> None:
    plan = HandOut(tasks(100))
    plan.ended(first_batch(plan), 0.1)
    batch = plan.next(1)
    assert isinstance(batch, Batch) and len(batch.arms) > 1
    assert plan.lost(batch, own_fault=True) == []
    for arm in batch.arms:
        again = plan.next(1)
        assert isinstance(again, Batch) and again.arms == (arm,)
        plan.ended(again, 0.1)


def test_a_lost_node_is_nobodys_fault_and_a_lost_history_is_built_again_once() -> None:
    plan = HandOut(tasks(1))
    batch = first_batch(plan)
    for _ in range(MOST_DEATHS + 1):
        assert plan.lost(batch, own_fault=False) == []
        assert plan.rebuild(0) and not plan.rebuild(0)
        assert plan.next(1) is None, "no arm without its history"
        plan.built(0)
        batch = plan.next(1)  # type: ignore[assignment]
    plan.ended(batch, 1.0)
    assert plan.done and not plan.rebuild(0)


def test_a_history_that_cannot_be_built_fails_all_its_runs() -> None:
    plan = HandOut(tasks(2, 1))
    assert plan.next(1) == Build(0)
    failed = plan.not_built(0, "history", "ValueError", "no people")
    assert [result.failure["run_id"] for result in failed] == ["0-0", "0-1"]
    assert run_all(plan, 1)[0] == ["1-0"]
