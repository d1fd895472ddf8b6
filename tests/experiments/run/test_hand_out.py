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


def run_all(queue: HandOut, workers: int, seconds: float = 0.5) -> tuple[list[str], int, list[int]]:
    """Run ids in the order they ended, the most histories at a time, and the sizes of batches."""
    ended: list[str] = []
    most, sizes = 0, []
    flying: list[Build | Batch] = []
    while not queue.done:
        while len(flying) < 2 * workers and (job := queue.next(workers)) is not None:
            flying.append(job)
        most = max(most, queue.histories)
        job = flying.pop(0)
        if isinstance(job, Build):
            queue.built(job.place)
        else:
            sizes.append(len(job.arms))
            ended += [arm.run_id for arm in job.arms]
            queue.ended(job, seconds * len(job.arms))
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


def first_batch(queue: HandOut) -> Batch:
    build = queue.next(1)
    assert isinstance(build, Build)
    queue.built(build.place)
    batch = queue.next(1)
    assert isinstance(batch, Batch)
    return batch


def test_a_run_whose_worker_dies_twice_is_given_up_and_the_others_go_on() -> None:
    queue = HandOut(tasks(3))
    batch = first_batch(queue)
    unlucky = batch.arms[0].run_id
    assert queue.lost(batch, own_fault=True) == []
    again = queue.next(1)
    assert isinstance(again, Batch) and [arm.run_id for arm in again.arms] == [unlucky]
    (given_up,) = queue.lost(again, own_fault=True)
    assert given_up.failure["run_id"] == unlucky and given_up.error == "WorkerDied" and "died twice" in given_up.message
    ended, _, _ = run_all(queue, 1)
    assert sorted(ended) == ["0-1", "0-2"] and MOST_DEATHS == 2


def test_a_batch_that_is_lost_is_tried_again_run_by_run() -> None:
    queue = HandOut(tasks(100))
    queue.ended(first_batch(queue), 0.1)
    batch = queue.next(1)
    assert isinstance(batch, Batch) and len(batch.arms) > 1
    assert queue.lost(batch, own_fault=True) == []
    for arm in batch.arms:
        again = queue.next(1)
        assert isinstance(again, Batch) and again.arms == (arm,)
        queue.ended(again, 0.1)


def test_a_lost_node_is_nobodys_fault_and_a_lost_history_is_built_again_once() -> None:
    queue = HandOut(tasks(1))
    batch = first_batch(queue)
    for _ in range(MOST_DEATHS + 1):
        assert queue.lost(batch, own_fault=False) == []
        assert queue.rebuild(0) and not queue.rebuild(0)
        assert queue.next(1) is None, "no arm without its history"
        queue.built(0)
        batch = queue.next(1)  # type: ignore[assignment]
    queue.ended(batch, 1.0)
    assert queue.done and not queue.rebuild(0)


def test_a_history_that_cannot_be_built_fails_all_its_runs() -> None:
    queue = HandOut(tasks(2, 1))
    assert queue.next(1) == Build(0)
    failed = queue.not_built(0, "history", "ValueError", "no people")
    assert [result.failure["run_id"] for result in failed] == ["0-0", "0-1"]
    assert run_all(queue, 1)[0] == ["1-0"]
