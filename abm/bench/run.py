"""``cradle bench``: what a person's month costs on this machine, where the time goes, and how it compares.

A report, not a test: nothing here fails for being slow.
"""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

import numba
import numpy as np
from rich.console import Console
from rich.table import Table

from abm.bench.engine import (
    Speed,
    compile_seconds,
    founding_seconds,
    ready_model,
    speed,
    stream_ns_per_person_month,
    where_time_goes,
    with_every_lever,
)
from abm.bench.others import births_only, starsim_ns_per_person_month
from abm.city.loading import load_city
from policies.messages import tr

SIZES = (28_000, 140_000, None)
"""People of the scaling series; None is every resident. The middle one gives the headline."""
YEARS = 5
AIM_NS, LIMIT_NS, LIMIT_FULL_NS = 5.0, 10.0, 15.0
LIMIT_EVERY_LEVER_NS = 13.0
AIM_MESA, AIM_STARSIM, LIMIT_SPREAD = 20.0, 10.0, 2.0
LIMIT_FOUNDING_SECONDS, LIMIT_BYTES = 30.0, 200.0
MESA_PEOPLE = 50_000


def run_bench(json_path: Path | None = None, quick: bool = False, screen: Console | None = None) -> dict[str, Any]:
    """Measure, print a table and return the numbers; written to ``json_path`` if given.

    ``quick`` measures toytown only, a year, few agents and no cold compilation: it shows that the bench works.
    """
    screen = screen or Console()
    numbers = measure(quick, screen)
    screen.print(speed_table(numbers))
    screen.print(where_table(numbers))
    if json_path is not None:
        write_numbers(numbers, json_path, screen)
    return numbers


def write_numbers(numbers: dict[str, Any], path: Path, screen: Console) -> None:
    """Write the numbers of a bench as JSON, and say where."""
    path.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")
    screen.print(tr("numbers: {path}").format(path=path))


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
    }


def _processor() -> str:
    """Name of the processor as the system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def measure(quick: bool, screen: Console) -> dict[str, Any]:
    """All numbers of the bench."""
    city = load_city("toytown" if quick else "suining")
    residents = float(city.population_by_age(2020).sum())
    sizes = (None,) if quick else SIZES
    series: list[Speed] = []
    details: dict[str, Any] = {}
    for size in sizes:
        scale = 1.0 if size is None else min(1.0, size / residents)
        screen.print(tr("measuring {people:,.0f} people").format(people=residents * scale), style="dim")
        model = ready_model(city, scale)
        full = size is None and not quick
        series.append(speed(model, 1 if quick else YEARS, 1 if quick or full else 5))
        if size == SIZES[1] or quick:
            details["where_time_goes"] = where_time_goes(model)
            details["stream_ns_per_person_month"] = stream_ns_per_person_month(model)
            details["ns_every_lever"] = speed(with_every_lever(model), 1 if quick else YEARS, 1 if quick else 5).ns
        if full:
            details["where_time_goes_full_city"] = where_time_goes(model)
            details["stream_ns_full_city"] = stream_ns_per_person_month(model)
        del model
    headline = series[0] if quick else series[1]
    details["founding_seconds"] = founding_seconds(city, 1.0)
    screen.print(tr("measuring others"), style="dim")
    objects, columns = births_only(2_000 if quick else MESA_PEOPLE, 6 if quick else 24)
    starsim = None if quick else starsim_ns_per_person_month(MESA_PEOPLE, 60)
    return {
        "ns_per_person_month": headline.ns,
        "ns_full_city": series[-1].ns,
        "scaling": [
            {"people": each.people, "ns": each.ns, "lowest": each.lowest, "highest": each.highest} for each in series
        ],
        "bytes_per_person": series[-1].bytes_per_person,
        "ns_mesa_objects": objects,
        "ns_mesa_rule_in_columns": columns,
        "ratio_mesa_objects": objects / columns,
        "ratio_mesa_objects_to_all_processes": objects / headline.ns,
        "ns_starsim": starsim,
        "ratio_starsim": None if starsim is None else starsim / headline.ns,
        "compile_seconds": None if quick else compile_seconds(),
        **details,
        "machine": machine(),
    }


def speed_table(numbers: dict[str, Any]) -> Table:
    """The measures beside what is asked of them."""
    table = Table(title=tr("A person's month, all processes on, one core"), title_justify="left")
    for name, side in ((tr("measure"), "left"), (tr("value"), "right"), (tr("asked"), "right"), (tr("ratio"), "right")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]

    def add(name: str, value: float | None, text: str, limit: float | None = None, sign: str = "<=") -> None:
        asked = f"{sign} {limit:g}" if limit is not None else ""
        ratio = f"{value / limit:.2f}" if limit is not None and value is not None else ""
        table.add_row(name, tr("not installed") if value is None else text.format(value), asked, ratio)

    for each in numbers["scaling"]:
        limit = LIMIT_FULL_NS if each["people"] > 1e6 else LIMIT_NS if each["people"] > 1e5 else None
        add(tr("{people:,} people").format(people=each["people"]), each["ns"], "{:.1f} ns", limit)
    people = _headline_people(numbers)
    add(
        tr("{people:,} people, every lever at its upper bound").format(people=people),
        numbers["ns_every_lever"],
        "{:.1f} ns",
        LIMIT_EVERY_LEVER_NS,
    )
    costs = [each["ns"] for each in numbers["scaling"]]
    add(tr("dearest over cheapest size"), max(costs) / min(costs), "{:.1f}", LIMIT_SPREAD)
    add(tr("reading every byte once"), numbers["stream_ns_per_person_month"], "{:.1f} ns")
    add(tr("memory a person"), numbers["bytes_per_person"], tr("{:.0f} bytes"), LIMIT_BYTES)
    add(tr("founding, all residents"), numbers["founding_seconds"], "{:.1f} s", LIMIT_FOUNDING_SECONDS)
    if numbers["compile_seconds"] is not None:
        add(tr("compiling everything, once"), numbers["compile_seconds"], "{:.0f} s")
    add(tr("births only: Mesa objects"), numbers["ns_mesa_objects"], "{:.0f} ns")
    add(tr("births only: columns"), numbers["ns_mesa_rule_in_columns"], "{:.2f} ns")
    add(tr("Mesa objects over columns"), numbers["ratio_mesa_objects"], tr("{:.0f} times"), AIM_MESA, ">=")
    add(tr("Starsim: pregnancy, deaths"), numbers["ns_starsim"], "{:.0f} ns")
    add(tr("Starsim over all processes"), numbers["ratio_starsim"], tr("{:.1f} times"), AIM_STARSIM, ">=")
    return table


def where_table(numbers: dict[str, Any]) -> Table:
    """ns per person-month by process, dearest first, and over what memory alone would take."""
    table = Table(title=tr("Where the time goes, ns per person-month"), title_justify="left")
    table.add_column(tr("process"))
    full = numbers.get("where_time_goes_full_city")
    columns = [numbers["where_time_goes"], full] if full else [numbers["where_time_goes"]]
    for heading in (tr("{people:,} people").format(people=_headline_people(numbers)), tr("full city"))[: len(columns)]:
        table.add_column(heading, justify="right")
    for name in sorted(columns[0], key=lambda key: -columns[0][key]):
        table.add_row(name.replace("_", " "), *(f"{column[name]:.2f}" for column in columns))
    table.add_section()
    table.add_row(tr("sum"), *(f"{sum(column.values()):.2f}" for column in columns))
    streams = [numbers["stream_ns_per_person_month"], numbers.get("stream_ns_full_city")][: len(columns)]
    over = [sum(column.values()) / stream for column, stream in zip(columns, streams, strict=True)]
    table.add_row(tr("sum over reading every byte once"), *(tr("{:.1f} times").format(ratio) for ratio in over))
    return table


def _headline_people(numbers: dict[str, Any]) -> int:
    """People of the size that gives the headline."""
    series = numbers["scaling"]
    return int(series[1]["people"] if len(series) > 1 else series[0]["people"])
