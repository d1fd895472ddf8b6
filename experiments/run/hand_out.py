"""What is run next when many workers share a study: histories ahead of need, arms in batches of some seconds.

Plain bookkeeping without processes or clocks. Results do not depend on any of it: neither on the order in which things
are handed out and come back, nor on the size of batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from experiments.run.seed_task import Arm, RunResult, SeedTask

SECONDS_A_BATCH = 3.0
MOST_DEATHS = 2
"""Times that a run may lose the worker it is on before it is given up."""
MOST_MOVES = 10
"""Times that a run may lose its node, or its history, which is not its fault."""
DIED = "the worker process died twice (out of memory, or killed)"
MOVED = f"the node or the history of this run was lost {MOST_MOVES} times"


@dataclass(frozen=True)
class Build:
    """Build the history of the task at a place in the list."""

    place: int


@dataclass(frozen=True)
class Batch:
    """Run these arms of the task at a place in the list."""

    place: int
    arms: tuple[Arm, ...]


@dataclass
class _Open:
    """A history that is being built or is there, and how far its arms are."""

    place: int
    ready: bool = False
    handed_out: int = 0
    alone: list[Arm] = field(default_factory=list)
    in_flight: int = 0


class HandOut:
    """Tasks of a study in order, each a history and its arms."""

    def __init__(self, tasks: list[SeedTask]) -> None:
        self.tasks = tasks
        self._next_task = 0
        self._open: dict[int, _Open] = {}
        self._seconds_a_run: float | None = None
        self._deaths: dict[str, int] = {}
        self._moves: dict[str, int] = {}

    @property
    def done(self) -> bool:
        """True when every run has a result."""
        return self._next_task == len(self.tasks) and not self._open

    @property
    def histories(self) -> int:
        """Histories in memory or being built."""
        return len(self._open)

    def next(self, workers: int) -> Build | Batch | None:
        """What to hand out now, None if nothing can be: arms first, and histories so early that workers never wait,
        but never more of them than workers and one."""
        waiting = sum(self._left(history) for history in self._open.values())
        size = self.batch_size(workers)
        may_open = self._next_task < len(self.tasks) and self.histories <= workers
        if may_open and waiting < 2 * workers * size:
            return self._open_next()
        for history in self._open.values():
            if history.ready and self._left(history):
                return self._take(history, size)
        return None

    def batch_size(self, workers: int) -> int:
        """Runs a batch: some seconds of work, but fewer towards the end, so that all workers end together."""
        if self._seconds_a_run is None:
            return 1
        left = sum(self._left(history) for history in self._open.values())
        left += sum(len(task.arms) for task in self.tasks[self._next_task :])
        return max(1, min(round(SECONDS_A_BATCH / max(self._seconds_a_run, 1e-6)), -(-left // (2 * workers))))

    def built(self, place: int) -> None:
        """The history of a task is there."""
        self._open[place].ready = True

    def not_built(self, place: int, stage: str, error: str, message: str) -> list[RunResult]:
        """The history of a task cannot be built: all its runs that have no result have failed."""
        history = self._open[place]
        arms = [*history.alone, *list(self.tasks[place].arms[history.handed_out :])]
        history.alone, history.handed_out = [], len(self.tasks[place].arms)
        self._close_if_done(history)
        return [RunResult(arm.run_id, arm.scenario, stage=stage, error=error, message=message) for arm in arms]

    def ended(self, batch: Batch, seconds: float) -> None:
        """A batch came back whole."""
        now = seconds / len(batch.arms)
        before = self._seconds_a_run
        self._seconds_a_run = now if before is None else 0.7 * before + 0.3 * now
        self._back(batch)

    def lost(self, batch: Batch, own_fault: bool, message: str = "") -> list[RunResult]:
        """A batch never came back. Its runs are tried again one by one; those given up are returned.

        ``own_fault`` is False when the node or the history went, True when it may have been one of these runs.
        """
        counts, most = (self._deaths, MOST_DEATHS) if own_fault else (self._moves, MOST_MOVES)
        given_up = []
        for arm in batch.arms:
            counts[arm.run_id] = counts.get(arm.run_id, 0) + 1
            if counts[arm.run_id] < most:
                self._open[batch.place].alone.append(arm)
            else:
                text = message or (DIED if own_fault else MOVED)
                given_up.append(RunResult(arm.run_id, arm.scenario, stage="worker", error="WorkerDied", message=text))
        self._back(batch)
        return given_up

    def rebuild(self, place: int) -> bool:
        """The history of a task was lost: True if it has to be built again now."""
        history = self._open.get(place)
        if history is None or not history.ready:
            return False
        history.ready = False
        return True

    def is_open(self, place: int) -> bool:
        """True while the history of a task is needed."""
        return place in self._open

    def _left(self, history: _Open) -> int:
        return len(history.alone) + len(self.tasks[history.place].arms) - history.handed_out

    def _open_next(self) -> Build:
        place = self._next_task
        self._open[place] = _Open(place)
        self._next_task += 1
        return Build(place)

    def _take(self, history: _Open, size: int) -> Batch:
        history.in_flight += 1
        if history.alone:
            return Batch(history.place, (history.alone.pop(0),))
        first = history.handed_out
        arms = tuple(_each(self.tasks[history.place], first, size))
        history.handed_out += len(arms)
        return Batch(history.place, arms)

    def _back(self, batch: Batch) -> None:
        history = self._open[batch.place]
        history.in_flight -= 1
        self._close_if_done(history)

    def _close_if_done(self, history: _Open) -> None:
        if history.in_flight == 0 and self._left(history) == 0:
            del self._open[history.place]


def _each(task: SeedTask, first: int, number: int) -> Iterator[Arm]:
    """Arms made one by one, since the law of each is made when it is asked for."""
    for place in range(first, min(first + number, len(task.arms))):
        yield task.arms[place]
