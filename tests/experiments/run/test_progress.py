"""Progress: share, runs, rate and time left, of which the last two are told only once they mean something."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from experiments.run import progress
from experiments.run.progress import BarReporter, LineReporter, clock_text
from policies.messages import process_language


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of reporters."""
    found = Clock()
    monkeypatch.setattr(progress, "time", found)
    return found


def lived(reporter: Any, clock: Clock, *reports: tuple[float, int]) -> None:
    """Report months, each so many seconds after the one before."""
    for seconds, months in reports:
        clock.now += seconds
        reporter.months(months)


def test_the_end_tells_share_runs_and_the_rate_over_everything(clock: Clock) -> None:
    stream = io.StringIO()
    reporter = LineReporter(stream)
    reporter.start(200, 1_000_000, 4)
    lived(reporter, clock, (5, 100))
    reporter.run_done()
    reporter.run_done(failed=True)
    reporter.stop()
    assert stream.getvalue() == " 50 %  1/4 runs, 1 failed, 20.0 M person-months/s\n"


def test_what_comes_before_the_first_work_is_no_measure_of_the_rest(clock: Clock) -> None:
    """Four minutes of compiling, then 10 months a second: of 10,000 months 9,700 are left after the third line."""
    stream = io.StringIO()
    reporter = LineReporter(stream)
    reporter.start(10_000, 1_000_000, 20)
    lived(reporter, clock, (240, 10), (5, 50), (5, 50), (10, 100))
    first, second, third = stream.getvalue().splitlines()
    assert first == "  0 %  0/20 runs", "nothing is known of the rate yet"
    assert second == "  1 %  0/20 runs", "too little is done"
    assert third == "  2 %  0/20 runs, 10.0 M person-months/s, about 16 min left"


def test_a_rate_over_a_moment_is_not_told(clock: Clock) -> None:
    stream = io.StringIO()
    reporter = LineReporter(stream)
    reporter.start(1_000, 1_000_000, 20)
    lived(reporter, clock, (11, 100), (1, 300))
    reporter._line(reporter._counts.months_a_second(), reporter._counts.left())
    assert stream.getvalue().splitlines()[-1] == " 40 %  0/20 runs"


def test_the_bar_tells_the_same(clock: Clock) -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, width=120)
    reporter = BarReporter(screen)
    with process_language("zh"):
        reporter.start(10_000, 1_000_000, 20)
        lived(reporter, clock, (240, 10), (5, 50))
        said = [reporter._bar.tasks[0].description]
        lived(reporter, clock, (5, 50), (10, 100))
        said.append(reporter._bar.tasks[0].description)
    reporter.stop()
    assert said == ["0/20 次运行", "0/20 次运行，每秒 10.0 百万人月，还需约 16 分钟"]
    assert reporter._bar.tasks[0].completed == 210


def test_lengths_of_time() -> None:
    assert [clock_text(s) for s in (40, 720, 11100)] == ["40 s", "12 min", "3 h 05 min"]
