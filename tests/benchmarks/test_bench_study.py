"""The headline study in small: every number is there, Ray and the serial loop both run."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from experiments.tools.bench_study import LEVERS, measure_study, sobol_rows, study_table


@pytest.mark.long
def test_every_number_is_measured(toytown_founded: Any) -> None:
    printed = io.StringIO()
    screen = Console(file=printed, width=120)
    numbers = measure_study(screen, city="toytown", scale=1.0, samples=2, runs=(12, 6), end="2026-12")
    assert numbers["sobol_runs"] == 2 * (len(LEVERS) + 2) and numbers["sobol_measured_runs"] == 12
    for name in ("sobol_minutes", "runs_per_minute", "person_months_per_second", "serial_seconds_a_run"):
        assert numbers[name] > 0, name
    assert numbers["ray_overhead"] > -1 and (numbers["peak_gib"] is None or numbers["peak_gib"] > 0)
    screen.print(study_table(numbers))
    assert "extrapolated from 12 runs" in printed.getvalue()


def test_the_design_stays_within_the_bounds_of_the_lever_files(catalogue: Any) -> None:
    rows = sobol_rows(catalogue, 4)
    assert len(rows) == 4 * (len(LEVERS) + 2) and rows.index.is_unique
    for name in LEVERS:
        assert rows[name].map(catalogue.fields[name].problem_with).eq("").all()
