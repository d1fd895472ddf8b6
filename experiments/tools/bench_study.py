"""The headline study of ``cradle bench``: a Sobol design of twelve levers through the same runner as every study.

All of its runs take long, so a part is run and the rest is extrapolated from its steady rate, which the numbers say;
``full`` runs everything. The serial loop runs another part of the same design; what Ray costs over it is told in
processor time of all its processes together, which other programs on the machine disturb least.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from SALib.sample import sobol

from abm.city.loading import load_city
from abm.core.parameters import Parameters
from abm.observe.observer import HEADLINE
from experiments.run.progress import clock_text
from experiments.run.runner import execute, standing_backend
from experiments.run.saved_histories import is_kept
from experiments.run.tasks import tasks_of
from experiments.study.config import BilingualTitle
from experiments.study.design import one_row
from experiments.study.kinds.sobol import SOBOL
from experiments.study.study import Study
from experiments.study.timelines import RowTimelines
from policies.catalogue import Catalogue, load_catalogue
from policies.clock import month_index
from policies.messages import tr
from results.folder.store import CONTEXT, RunFolder

LEVERS = (
    "birth_grant.order2", "child_allowance.order2", "childcare_voucher.amount", "delivery_cover.share",
    "home_care_allowance.amount", "kindergarten_waiver.share", "marriage_grant.amount", "maternity_leave.days",
    "nursery_places.added_per_1000", "public_rental.places_per_1000", "purchase_subsidy.order2", "rent_subsidy.order2",
)  # fmt: skip
SAMPLES = 1024
START, BRANCH, END = "2020-11", "2026-01", "2035-12"
SCALE = 0.05
MEASURED, MEASURED_SERIALLY = 240, 60
LIMIT_MINUTES, AIM_MINUTES, LIMIT_OVERHEAD, LIMIT_GIB = 30.0, 10.0, 0.10, 4.0
SECONDS_BETWEEN_WEIGHINGS = 0.5


def sobol_rows(catalogue: Catalogue, samples: int) -> pd.DataFrame:
    """Doses of the twelve levers between the bounds of their files, one row a run: samples x (levers + 2) rows."""
    fields = [catalogue.fields[name] for name in LEVERS]
    bounds = [[field.low, field.high] for field in fields]
    problem = {"num_vars": len(LEVERS), "names": list(LEVERS), "bounds": bounds}
    doses = pd.DataFrame(sobol.sample(problem, samples, calc_second_order=False, seed=1), columns=list(LEVERS))
    for name, field in zip(LEVERS, fields, strict=True):
        if field.kind != "number":
            doses[name] = doses[name].round()
    doses.index = pd.Index([f"row-{number:05d}" for number in range(len(doses))])
    return doses


def bench_study(city: str, scale: float, samples: int, end: str = END) -> tuple[Study, pd.DataFrame]:
    """The study and its design table."""
    catalogue = load_catalogue()
    rows = sobol_rows(catalogue, samples)
    config = SOBOL.config.as_written(
        {"title": BilingualTitle(en="bench", zh="bench"), "kind": SOBOL.name, "city": city, "scale": scale,
         "start": START, "branch": BRANCH, "end": end, "factors": {}}
    )  # fmt: skip
    laws = RowTimelines(catalogue, {str(name): row.to_dict() for name, row in rows.iterrows()}, month_index(BRANCH))
    study = Study(
        "bench", SOBOL, config, load_city(city), catalogue, Parameters.load(), laws, month_index(START),
        month_index(BRANCH), month_index(end), HEADLINE, ("all",), one_row((), 1, ({},)),
    )  # fmt: skip
    design = pd.DataFrame({"run_id": rows.index, "scenario": rows.index, "seed": 1, "draw": 0})
    return study, design


class Stopwatch:
    """A reporter that notes when each run ended, and what processor time this process and all below it had used."""

    def __init__(self, runs: int) -> None:
        self._first = max(runs // 6, 1)
        self.began = time.perf_counter()
        self.ended: list[float] = []
        self._processor: dict[int, float] = {}

    def start(self, total_months: float, people: int, runs: int) -> None:
        """The clock starts."""
        self.began = time.perf_counter()

    def months(self, count: int) -> None:
        """Not needed."""

    def run_done(self, failed: bool = False) -> None:
        """One more run."""
        if failed:
            raise RuntimeError("a run of the bench has failed")
        self.ended.append(time.perf_counter() - self.began)
        if len(self.ended) == self._first:
            self._processor[self._first] = processor_seconds()

    def stop(self) -> None:
        """The last run has ended."""
        self._processor[len(self.ended)] = processor_seconds()

    @property
    def seconds_a_run(self) -> float:
        """Steady seconds a run: from the end of the first sixth, by when everything is loaded, to the last."""
        return (self.ended[-1] - self.ended[self._first - 1]) / (len(self.ended) - self._first)

    @property
    def processor_seconds_a_run(self) -> float:
        """Processor time a run over the same runs, of all processes together."""
        last = len(self.ended)
        return (self._processor[last] - self._processor[self._first]) / (last - self._first)

    @property
    def start_seconds(self) -> float:
        """Seconds that starting took over the steady rate."""
        return max(self.ended[-1] - len(self.ended) * self.seconds_a_run, 0.0)


def processor_seconds() -> float:
    """Processor time so far of this process and all that descend from it and still live."""
    ticks = 0
    for process in _family(os.getpid()):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK") if ticks else time.process_time()


def measure_study(
    screen: Console, full: bool = False, city: str = "suining", scale: float = SCALE, samples: int = SAMPLES,
    runs: tuple[int, int] = (MEASURED, MEASURED_SERIALLY), workers: int = 2, end: str = END,
) -> dict[str, Any]:  # fmt: skip
    """Numbers of the headline study on so many workers; ``runs`` are those measured on Ray and in the serial loop."""
    study, design = bench_study(city, scale, samples, end)
    on_ray, serial = (len(design) if full else runs[0]), runs[1]
    told = tr("headline study: {on_ray} of {runs} runs on {workers} workers, {serial} serial")
    screen.print(told.format(on_ray=on_ray, runs=len(design), workers=workers, serial=serial), style="dim")
    with tempfile.TemporaryDirectory(prefix="cradle-bench-") as folder:
        execute(study, _folder(folder, "warm"), design.head(1), Stopwatch(1))  # compiles, and keeps the history
        assert is_kept(tasks_of(study, design.head(1), set())[0].history_name)
        alone = Stopwatch(serial)
        execute(study, _folder(folder, "serial"), design.tail(serial), alone)
        watch = Stopwatch(on_ray)
        with standing_backend(workers, "ray"), PeakMemory() as memory:
            execute(study, _folder(folder, "ray"), design.head(on_ray), watch, workers, "ray")
    months = study.end_month - study.branch_month + 1
    per_minute = 60.0 / watch.seconds_a_run
    minutes = watch.ended[-1] / 60 if full else (watch.start_seconds + len(design) * watch.seconds_a_run) / 60
    return {
        "sobol_runs": len(design),
        "sobol_measured_runs": on_ray,
        "sobol_minutes": minutes,
        "sobol_workers": workers,
        "runs_per_minute": per_minute,
        "person_months_per_second": study.people * months * per_minute / 60.0,
        "seconds_a_run_and_worker": workers * watch.seconds_a_run,
        "serial_seconds_a_run": alone.seconds_a_run,
        "ray_overhead": watch.processor_seconds_a_run / alone.processor_seconds_a_run - 1.0,
        "peak_gib": memory.peak_bytes / 2**30 if memory.peak_bytes else None,
    }


def _folder(parent: str, name: str) -> RunFolder:
    folder = RunFolder.create(Path(parent) / name)
    folder.write_json(CONTEXT, {"indicators": {}})
    return folder


class PeakMemory:
    """Within this context: the most memory that this process and all below it held together, shared pages once."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_WEIGHINGS):
            self.peak_bytes = max(self.peak_bytes, sum(_own_bytes(process) for process in _family(os.getpid())))


def _family(first: int) -> set[int]:
    """A process and all that descend from it; itself alone where the system has no /proc."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    family, size = {first}, 0
    while len(family) > size:
        size = len(family)
        family |= {process for process, parent in parents.items() if parent in family}
    return family


def _own_bytes(process: int) -> int:
    """Memory of a process with its part of shared pages; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def study_table(numbers: dict[str, Any]) -> Table:
    """The measures beside what is asked of them."""
    extrapolated = numbers["sobol_measured_runs"] < numbers["sobol_runs"]
    how = tr("all runs measured")
    if extrapolated:
        how = tr("extrapolated from {count} runs").format(count=numbers["sobol_measured_runs"])
    title = tr("Headline study on {workers} workers ({how})").format(workers=numbers["sobol_workers"], how=how)
    table = Table(title=title, title_justify="left")
    for name, side in ((tr("measure"), "left"), (tr("value"), "right"), (tr("asked"), "right")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    asked = tr("< {limit:g} min, aim {aim:g}").format(limit=LIMIT_MINUTES, aim=AIM_MINUTES)
    table.add_row(
        tr("{runs:,} runs").format(runs=numbers["sobol_runs"]), clock_text(60 * numbers["sobol_minutes"]), asked
    )
    table.add_row(tr("runs a minute"), f"{numbers['runs_per_minute']:.0f}", "")
    millions = numbers["person_months_per_second"] / 1e6
    table.add_row(tr("person-months a second"), tr("{millions:.0f} million").format(millions=millions), "")
    table.add_row(tr("a run in the serial loop"), f"{1000 * numbers['serial_seconds_a_run']:.0f} ms", "")
    table.add_row(tr("a run on a worker"), f"{1000 * numbers['seconds_a_run_and_worker']:.0f} ms", "")
    table.add_row(
        tr("Ray over the serial loop, processor time"),
        f"{100 * numbers['ray_overhead']:+.1f} %",
        f"< {100 * LIMIT_OVERHEAD:g} %",
    )
    peak = numbers["peak_gib"]
    table.add_row(
        tr("peak memory"), tr("not known here") if peak is None else f"{peak:.2f} GiB", f"< {LIMIT_GIB:g} GiB"
    )
    return table
