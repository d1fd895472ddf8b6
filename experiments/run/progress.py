"""Progress of a study: a bar on a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from policies.messages import tr
from policies.streams import tell

SECONDS_BETWEEN_LINES = 10.0
LEAST_SHARE_FOR_FORECAST, LEAST_SECONDS_FOR_FORECAST = 0.02, 10.0
"""Share of the work, and seconds, over which the rate is measured before the time left is told from it."""


class Reporter(Protocol):
    """What a runner tells about its work: person-months done, runs finished or failed."""

    def start(self, total_months: float, people: int, runs: int) -> None:
        """``total_months`` model months to simulate, of ``people`` each, in ``runs`` runs."""

    def months(self, count: int) -> None:
        """``count`` more model months are done."""

    def run_done(self, failed: bool = False) -> None:
        """One more run has ended."""

    def stop(self) -> None:
        """No more is to come."""


class _Counts:
    """Counting shared by both reporters.

    The clock starts with the first work reported, which itself is not counted: what comes before it (starting Ray, a
    node that compiles) is no measure of the work that is left.
    """

    def __init__(self) -> None:
        self.total = 1.0
        self.people = 0
        self.runs = 0
        self.done_months = 0.0
        self.finished = 0
        self.failed = 0
        self.began = time.monotonic()
        self._first: tuple[float, float] | None = None

    def begin(self, total_months: float, people: int, runs: int) -> None:
        self.total, self.people, self.runs = max(total_months, 1.0), people, runs
        self.began = time.monotonic()

    def add(self, months: float) -> None:
        self.done_months += months
        if self._first is None:
            self._first = (time.monotonic(), self.done_months)

    def share(self) -> float:
        """Share of the work that is done."""
        return min(self.done_months / self.total, 1.0)

    def months_a_second(self) -> float | None:
        """Model months a second since the first work reported; None before that means something."""
        if self._first is None:
            return None
        since, before = self._first
        seconds, months = time.monotonic() - since, self.done_months - before
        if seconds < LEAST_SECONDS_FOR_FORECAST or months < LEAST_SHARE_FOR_FORECAST * self.total:
            return None
        return months / seconds

    def mean_rate(self) -> float:
        """Model months a second over everything."""
        return self.done_months / max(time.monotonic() - self.began, 1e-9)

    def text(self, rate: float | None) -> str:
        """Runs done and failed, and the rate as far as it is known."""
        failed = tr(", {count} failed").format(count=self.failed) if self.failed else ""
        text = tr("{finished}/{runs} runs{failed}").format(finished=self.finished, runs=self.runs, failed=failed)
        if rate is not None:
            text += tr(", {rate:.1f} M person-months/s").format(rate=rate * self.people / 1e6)
        return text

    def left(self) -> str:
        """How long the rest takes, as far as that can be told."""
        rate = self.months_a_second()
        if rate is None or self.done_months >= self.total:
            return ""
        return tr(", about {time} left").format(time=clock_text((self.total - self.done_months) / rate))


class LineReporter:
    """A plain line about every ten seconds: for logs and pipes."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._counts = _Counts()
        self._last = time.monotonic()

    def start(self, total_months: float, people: int, runs: int) -> None:
        self._counts.begin(total_months, people, runs)
        self._last = time.monotonic()

    def months(self, count: int) -> None:
        self._counts.add(count)
        now = time.monotonic()
        if now - self._last >= SECONDS_BETWEEN_LINES:
            self._last = now
            self._line(self._counts.months_a_second(), self._counts.left())

    def run_done(self, failed: bool = False) -> None:
        self._counts.finished += not failed
        self._counts.failed += failed

    def stop(self) -> None:
        if self._counts.done_months:
            self._line(self._counts.mean_rate(), "")

    def _line(self, rate: float | None, left: str) -> None:
        told = tr("{percent:3.0f} %  {counts}").format(
            percent=100 * self._counts.share(), counts=self._counts.text(rate)
        )
        tell(told + left, self._stream)


class BarReporter:
    """A progress bar with rate and time left: for a terminal."""

    def __init__(self, console: Console) -> None:
        self._counts = _Counts()
        self._bar = Progress(
            TextColumn(f"[bold]{tr('simulating')}"), BarColumn(bar_width=None), TaskProgressColumn(),
            TextColumn("{task.description}"), console=console, transient=True,
        )  # fmt: skip
        self._task: TaskID | None = None

    def start(self, total_months: float, people: int, runs: int) -> None:
        self._counts.begin(total_months, people, runs)
        self._task = self._bar.add_task(self._counts.text(None), total=self._counts.total)
        self._bar.start()

    def months(self, count: int) -> None:
        self._counts.add(count)
        self._refresh(count)

    def run_done(self, failed: bool = False) -> None:
        self._counts.finished += not failed
        self._counts.failed += failed
        self._refresh(0)

    def stop(self) -> None:
        self._bar.stop()

    def _refresh(self, count: int) -> None:
        assert self._task is not None
        told = self._counts.text(self._counts.months_a_second()) + self._counts.left()
        self._bar.update(self._task, advance=count, description=told)


def reporter_for(console: Console) -> Reporter:
    """The bar on a terminal, lines elsewhere."""
    return BarReporter(console) if console.is_terminal else LineReporter()


def clock_text(seconds: float) -> str:
    """A length of time for people: ``40 s``, ``12 min``, ``3 h 05 min``."""
    if seconds < 90:
        return tr("{seconds:.0f} s").format(seconds=seconds)
    minutes = round(seconds / 60)
    if minutes < 90:
        return tr("{minutes} min").format(minutes=minutes)
    return tr("{hours} h {minutes:02d} min").format(hours=minutes // 60, minutes=minutes % 60)
