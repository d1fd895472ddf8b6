"""Progress of a study: a bar on a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from policies.messages import tr
from policies.streams import tell

SECONDS_BETWEEN_LINES = 10.0
LEAST_SHARE_FOR_FORECAST = 0.02
"""Share done before the time left is forecast: the first month may have compiled for a minute."""


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
    """Counting shared by both reporters."""

    def __init__(self) -> None:
        self.total = 1.0
        self.people = 0
        self.runs = 0
        self.done_months = 0.0
        self.finished = 0
        self.failed = 0
        self.began = time.monotonic()

    def begin(self, total_months: float, people: int, runs: int) -> None:
        self.total, self.people, self.runs = max(total_months, 1.0), people, runs
        self.began = time.monotonic()

    def rate(self) -> float:
        """Million person-months a second."""
        return self.done_months * self.people / max(time.monotonic() - self.began, 1e-9) / 1e6

    def text(self) -> str:
        failed = tr(", {count} failed").format(count=self.failed) if self.failed else ""
        return tr("{finished}/{runs} runs{failed}, {rate:.1f} M person-months/s").format(
            finished=self.finished, runs=self.runs, failed=failed, rate=self.rate()
        )


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
        self._counts.done_months += count
        now = time.monotonic()
        if now - self._last >= SECONDS_BETWEEN_LINES:
            self._last = now
            self._line()

    def run_done(self, failed: bool = False) -> None:
        self._counts.finished += not failed
        self._counts.failed += failed

    def stop(self) -> None:
        if self._counts.done_months:
            self._line()

    def _line(self) -> None:
        counts = self._counts
        share = min(counts.done_months / counts.total, 1.0)
        text = tr("{percent:3.0f} %  {counts}").format(percent=100 * share, counts=counts.text())
        if share >= LEAST_SHARE_FOR_FORECAST:
            left = (time.monotonic() - counts.began) * (1 - share) / share
            text += tr(", about {time} left").format(time=clock_text(left))
        tell(text, self._stream)


class BarReporter:
    """A progress bar with rate and time left: for a terminal."""

    def __init__(self, console: Console) -> None:
        self._counts = _Counts()
        self._bar = Progress(
            TextColumn(f"[bold]{tr('simulating')}"), BarColumn(bar_width=None), TaskProgressColumn(),
            TextColumn("{task.description}"), TimeRemainingColumn(), console=console, transient=True,
        )  # fmt: skip
        self._task: object = None

    def start(self, total_months: float, people: int, runs: int) -> None:
        self._counts.begin(total_months, people, runs)
        self._task = self._bar.add_task(self._counts.text(), total=self._counts.total)
        self._bar.start()

    def months(self, count: int) -> None:
        self._counts.done_months += count
        self._refresh(count)

    def run_done(self, failed: bool = False) -> None:
        self._counts.finished += not failed
        self._counts.failed += failed
        self._refresh(0)

    def stop(self) -> None:
        self._bar.stop()

    def _refresh(self, count: int) -> None:
        self._bar.update(self._task, advance=count, description=self._counts.text())  # type: ignore[arg-type]


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
